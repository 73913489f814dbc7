// Draws the charts of a page from the options that stand in it. Nothing here makes markup from figures: text is set as text.
'use strict';
(() => {
  const body = document.body;
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  const percent = document.documentElement.lang === 'vi' ? '\u00a0%' : '%';

  // Charts

  const charts = new Map(); // by element: {chart, text}
  const resizes = 'ResizeObserver' in window ? new ResizeObserver((all) => all.forEach(({ target }) => fit(target))) : null;

  function fit(element) {
    const held = charts.get(element);
    if (held && element.clientWidth && element.clientHeight) held.chart.resize();
  }

  // Options name the style sheet's colours, as var(--blue).
  function coloured(value, style) {
    if (Array.isArray(value)) return value.map((v) => coloured(v, style));
    if (value && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, coloured(v, style)]));
    }
    const name = typeof value === 'string' && /^var\((--[a-z]+)\)$/.exec(value);
    return name ? style.getPropertyValue(name[1]).trim() : value;
  }

  // A line from the lower to the upper bound, with an end mark on each.
  function whisker(params, api) {
    const [low, high] = [api.coord([api.value(0), api.value(2)]), api.coord([api.value(1), api.value(2)])];
    if (!Number.isFinite(low[0]) || !Number.isFinite(high[0])) return null;
    const half = Math.max(3, api.size([0, 1])[1] * 0.12);
    const style = { stroke: api.visual('color'), lineWidth: 1.4, opacity: 0.75 };
    const stroke = (x1, y1, x2, y2) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style });
    return {
      type: 'group',
      children: [
        stroke(low[0], low[1], high[0], high[1]),
        stroke(low[0], low[1] - half, low[0], low[1] + half),
        stroke(high[0], high[1] - half, high[0], high[1] + half),
      ],
    };
  }

  function words(tip) {
    const box = document.createElement('div');
    const add = (parent, tag, text, name) => {
      const element = document.createElement(tag);
      element.textContent = text;
      if (name) element.className = name;
      return parent.appendChild(element);
    };
    add(box, 'div', tip.title, 'name');
    const list = box.appendChild(document.createElement('dl'));
    for (const line of tip.lines || []) {
      add(list, 'dt', line.name);
      add(list, 'dd', line.text);
    }
    return box;
  }

  // A line from one bound to the other: the way from a first promise to the last.
  function segment(params, api) {
    const [from, to] = [api.coord([api.value(0), api.value(2)]), api.coord([api.value(1), api.value(2)])];
    if (!Number.isFinite(from[0]) || !Number.isFinite(to[0])) return null;
    return {
      type: 'line',
      shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] },
      style: { stroke: api.visual('color'), lineWidth: Math.max(2, api.size([0, 1])[1] * 0.12), opacity: 0.55 },
    };
  }

  const shapes = { whisker, segment };
  const suffix = { ratio: percent, hours: document.documentElement.lang === 'vi' ? '\u00a0giờ' : '\u00a0h', days: '', count: '' };

  // What an option from the server lacks: what depends on the screen, and what must be a function.
  function dressed(drawing, still, width) {
    const style = getComputedStyle(document.documentElement);
    const rem = parseFloat(style.fontSize);
    const colour = (name) => style.getPropertyValue(name).trim();
    const option = coloured(drawing.option, style);
    const font = { fontFamily: getComputedStyle(body).fontFamily, fontSize: Math.round(rem * 0.8) };
    delete option.title;
    delete option.legend;
    delete option.toolbox;
    option.textStyle = { ...font, color: colour('--ink') };
    option.animation = !calm && !still;
    option.animationDuration = 0;
    option.animationDurationUpdate = 400;
    for (const [name, axes] of [['x', option.xAxis], ['y', option.yAxis]]) {
      for (const axis of axes || []) {
        axis.axisLabel = { ...axis.axisLabel, ...font };
        if (drawing.wrap && axis.type === 'category') { // each place has its words, in as many lines as they need, or aslant
          const room = (width - 5 * rem) / axis.data.length;
          const longest = Math.max(...axis.data.flatMap((words) => words.split(/\s/)).map((word) => word.length));
          const aslant = room < Math.max(2.6, longest * 0.46) * rem;
          Object.assign(axis.axisLabel, { interval: 0, hideOverlap: false, rotate: aslant ? 60 : 0, width: aslant ? null : room, overflow: aslant ? 'none' : 'break', lineHeight: rem });
          if (aslant) axis.nameGap = 4.6 * rem;
        }
        axis.nameTextStyle = { ...font, color: colour('--muted') };
        if (name === 'y' && axis.type === 'category' && !drawing.bare) { // names are cut only where the marks would have no room
          Object.assign(axis.axisLabel, { width: Math.max(8 * rem, width * 0.4), overflow: 'truncate' });
        }
        if (drawing.bare) axis.axisTick = axis.axisLine = { show: false }; // it stands in a table, which says the rest
        if (axis.type === 'value' || axis.type === 'log') axis.axisLabel.formatter = (v) => number.format(v) + (suffix[drawing.units[name]] || '');
      }
    }
    const lines = option.series.some((s) => s.type === 'line');
    option.tooltip = {
      ...option.tooltip,
      axisPointer: { type: lines ? 'line' : 'shadow', shadowStyle: { color: colour('--muted'), opacity: 0.1 }, lineStyle: { color: colour('--muted') } },
      appendTo: body,
      className: 'tip',
      confine: true,
      backgroundColor: colour('--panel'),
      borderColor: colour('--line'),
      textStyle: { ...font, color: colour('--ink') },
      transitionDuration: 0,
      formatter: (params) => {
        const at = Array.isArray(params) ? params[0] : params;
        const tip = drawing.marks ? drawing.marks[at?.seriesId]?.[at.dataIndex] : drawing.tips?.[at?.dataIndex];
        return tip ? words(tip) : '';
      },
    };
    for (const series of option.series) dress(series, drawing, rem, colour, option, width);
    return option;
  }

  function dress(series, drawing, rem, colour, option, width) {
    series.data ??= []; // of a period without cases
    const marks = drawing.marks?.[series.id];
    const hand = (led) => (led ? 'pointer' : 'default');
    series.cursor = hand(drawing.links?.some(Boolean) || marks?.some((tip) => tip.link)); // who may not follow a link has it empty
    if (series.markLine) {
      series.markLine = { ...series.markLine, silent: true, animation: false };
      if (series.markLine.label) series.markLine.label.color = colour('--muted');
    }
    switch (series.type) {
      case 'custom':
        series.renderItem = shapes[drawing.shapes?.[series.id]];
        series.silent = true;
        series.clip = true;
        break;
      case 'bar':
        series.emphasis = { disabled: true };
        if (series.id === 'late') {
          series.itemStyle.decal = { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [rem * 0.13, rem * 0.2], rotation: -Math.PI / 4, color: colour('--panel') + '66' };
        }
        break;
      case 'heatmap':
        series.emphasis = { disabled: true };
        series.label.fontSize = Math.round(rem * 0.75);
        if (width / option.xAxis[0].data.length < 1.2 * rem) series.label.show = false; // the table has the numbers
        series.itemStyle = { borderColor: colour('--panel'), borderWidth: Math.max(1, rem * 0.1) };
        break;
      case 'scatter':
        series.silent = !drawing.marks;
        series.clip = false; // a mark at 100 is whole
        series.z = 4;
        for (const [i, point] of series.data.entries()) {
          point.symbolSize = (point.symbolSize || 0) * (rem / 16);
          if (marks) point.cursor = hand(marks[i]?.link);
        }
        break;
      case 'line':
        series.emphasis = { disabled: true };
        series.lineStyle.width = Math.max(series.lineStyle.width || 2, (series.lineStyle.width || 2) * rem * 0.065);
        for (const point of series.data) if (point && point.symbolSize) point.symbolSize *= rem / 16;
        break;
    }
  }

  function draw(element, again) {
    const text = document.getElementById(element.dataset.drawing)?.textContent;
    let held = charts.get(element);
    if (!text || (held && held.text === text && !again)) return;
    const drawing = JSON.parse(text);
    if (!held) {
      held = { chart: window.echarts.init(element, null, { renderer: 'svg' }) };
      charts.set(element, held);
      resizes?.observe(element);
      held.chart.on('click', (at) => {
        const href = charts.get(element)?.marks?.[at.seriesId]?.[at.dataIndex]?.link;
        if (href) location.assign(href);
      });
      held.chart.getZr().on('click', (at) => {
        const links = charts.get(element)?.links;
        const point = [at.offsetX, at.offsetY];
        if (!links || !held.chart.containPixel('grid', point)) return;
        const href = links[held.chart.convertFromPixel({ xAxisIndex: 0 }, point[0])];
        if (href) location.assign(href);
      });
    }
    held.text = text;
    held.links = drawing.links;
    held.marks = drawing.marks;
    held.made = drawing.made;
    held.option = dressed(drawing, again, element.clientWidth);
    addTakes(element);
    held.chart.setOption(held.option, { replaceMerge: ['series'] });
  }

  function drawAll(again) {
    if (!window.echarts) {
      body.classList.add('no-charts');
      return;
    }
    for (const [element, { chart }] of charts) {
      if (!element.isConnected) {
        resizes?.unobserve(element);
        chart.dispose();
        charts.delete(element);
      }
    }
    document.querySelectorAll('.chart').forEach((element) => draw(element, again));
    performance.mark('drawn');
  }

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => drawAll(true));
  let resized = 0;
  addEventListener('resize', () => { // the font grows with the window
    clearTimeout(resized);
    resized = setTimeout(() => drawAll(true), 100);
  });
  // Charts are drawn anew for paper before the browser lays it out, which is too late for them.
  addEventListener('beforeprint', () => {
    document.querySelectorAll('details').forEach((d) => { d.dataset.was = d.open; d.open = true; });
    document.documentElement.classList.add('paper');
    charts.forEach((_, element) => fit(element));
    drawAll(true);
  });
  addEventListener('afterprint', () => {
    document.querySelectorAll('details').forEach((d) => { d.open = d.dataset.was === 'true'; });
    document.documentElement.classList.remove('paper');
    charts.forEach((_, element) => fit(element));
    drawAll(true);
  });

  // Pictures

  function save(name, blob) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // What stands over a picture, which leaves the page: the chart's title, the period, by what the page is filtered, what its marks
  // mean, how the figure is counted, and of how many cases it is.
  function heading(element, made) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const figure = element.closest('figure');
    const text = (selector) => document.querySelector(selector)?.textContent || '';
    const colour = (sign) => {
      const style = sign && getComputedStyle(sign);
      if (!style || sign.tagName !== 'I') return style?.color || 'currentColor';
      return style.backgroundColor === 'rgba(0, 0, 0, 0)' ? getComputedStyle(document.documentElement).getPropertyValue('--red').trim() : style.backgroundColor;
    };
    // The marks of lines and of what is hatched, so that a picture in grey can be read.
    const marks = {
      late: '▨', first: '▲', full: '▲', kept: '◆', 'dot-first': '▲', 'dot-last': '●', 'mark-inside': '●',
      'mark-below95': '▽', 'mark-below999': '▼', 'mark-above95': '△', 'mark-above999': '▲', 'line-solid': '—', 'line-dashed': '- -', 'line-dotted': '···', city: '···',
    };
    const mark = (sign) => marks[[...sign.classList].find((name) => marks[name])] || (sign.tagName === 'I' ? '■' : '●');
    const legend = [...(figure?.querySelectorAll('.legend .key') || [])].map((key) => ({ text: key.textContent.trim(), colour: colour(key.querySelector('.sign, .stroke')), sign: mark(key.querySelector('.sign, .stroke')) }));
    const pen = document.createElement('canvas').getContext('2d');
    const { fontFamily: font, color: ink } = getComputedStyle(body);
    const parts = []; // of the lines: {text, x, y, size, weight, colour}
    let y = 0;
    const line = (size, weight, words) => {
      y += size * 1.5;
      let x = rem * 0.6;
      for (const word of words) {
        pen.font = `${weight} ${size}px ${font}`;
        const wide = pen.measureText(word.text).width;
        if (x > rem && x + wide > element.clientWidth) { x = rem * 0.6; y += size * 1.5; }
        parts.push({ x, y, size, weight, colour: ink, ...word });
        x += wide + (word.tight ? size * 0.4 : size * 1.3);
      }
    };
    const sentences = (text, weight = 400) => { // in as many lines as they need
      const size = rem * 0.75;
      pen.font = `${weight} ${size}px ${font}`;
      let held = '';
      for (const word of (text || '').split(' ')) {
        if (held && pen.measureText(`${held} ${word}`).width > element.clientWidth - rem * 1.2) {
          line(size, weight, [{ text: held }]);
          held = '';
        }
        held += (held && ' ') + word;
      }
      if (held) line(size, weight, [{ text: held }]);
    };
    line(rem, 620, [{ text: figure?.querySelector('h3.told')?.firstChild.textContent || '' }]);
    line(rem * 0.8, 400, [{ text: `${text('.title h1')} · ${text('.days')}` }]);
    const chosen = [...document.querySelectorAll('.chosen .what')].map((of) => of.textContent);
    if (chosen.length) sentences(chosen.join('; '), 620);
    if (legend.length) line(rem * 0.8, 400, legend.flatMap(({ text, colour, sign }) => [{ text: sign, colour, tight: true }, { text }]));
    sentences(figure?.querySelector('.about')?.textContent);
    sentences(made);
    return { parts, font, high: Math.ceil(y + rem), background: getComputedStyle(element.closest('.panel') || body).backgroundColor };
  }

  const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

  // A picture has the background of the page; a PNG is twice as sharp as the screen.
  const pictures = {
    SVG: (element, held) => {
      const { parts, font, high, background } = heading(element, held.made);
      const [width, height] = [element.clientWidth, element.clientHeight + high];
      const texts = parts.map((p) => `<text x="${p.x}" y="${p.y}" font-family="${escaped(font)}" font-size="${p.size}" font-weight="${p.weight}" fill="${p.colour}">${escaped(p.text)}</text>`);
      save(element.id + '.svg', new Blob([`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${background}"/>`,
        ...texts, `<g transform="translate(0 ${high})">${held.chart.renderToSVGString()}</g></svg>`], { type: 'image/svg+xml' }));
    },
    PNG: (element, held) => {
      const { parts, font, high, background } = heading(element, held.made);
      const drawn = document.createElement('canvas');
      const chart = window.echarts.init(drawn, null, { renderer: 'canvas', devicePixelRatio: 2, width: element.clientWidth, height: element.clientHeight });
      chart.setOption({ ...held.option, animation: false });
      const canvas = document.createElement('canvas');
      canvas.width = element.clientWidth * 2;
      canvas.height = (element.clientHeight + high) * 2;
      const pen = canvas.getContext('2d');
      pen.fillStyle = background;
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(drawn, 0, high * 2, canvas.width, element.clientHeight * 2);
      pen.scale(2, 2);
      for (const p of parts) {
        pen.font = `${p.weight} ${p.size}px ${font}`;
        pen.fillStyle = p.colour;
        pen.fillText(p.text, p.x, p.y);
      }
      chart.dispose();
      canvas.toBlob((blob) => save(element.id + '.png', blob));
    },
  };

  function addTakes(element) {
    const takes = element.closest('figure')?.querySelector('.takes');
    if (!takes || takes.querySelector('button')) return;
    for (const kind of Object.keys(pictures)) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = kind;
      button.dataset.drawn = 'true';
      button.setAttribute('aria-label', kind + ': ' + element.getAttribute('aria-label'));
      button.addEventListener('click', () => pictures[kind](element, charts.get(element)));
      takes.append(button);
    }
  }

  // Keys: on a chart, Enter opens and closes its table; Escape puts a title's words away.

  document.addEventListener('keydown', (event) => {
    const at = event.target;
    if (at.classList?.contains('chart') && event.key === 'Enter') {
      const data = at.closest('figure')?.querySelector('details.data');
      if (data) {
        data.open = !data.open;
        if (data.open) data.querySelector('.scroll').focus();
      }
    }
    if (event.key === 'Escape' && at.classList?.contains('told')) at.blur();
  });

  window.tiendo = { draw: drawAll };
  document.fonts?.ready.then(() => drawAll(true)); // words are measured with the font that shows them
  drawAll(false);
})();
