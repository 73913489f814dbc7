// Draws the charts of a page, and keeps its figures fresh. Nothing here makes markup from figures: text is set as text.
'use strict';
(() => {
  const pause = 250; // after an answer, which comes with the news or after two seconds without
  const patience = 2000; // after none
  const oldAge = 60; // seconds after which figures are shown as old
  const body = document.body;
  const live = document.getElementById('live');
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

  // What an option from the server lacks: what depends on the screen, and what must be a function.
  function dressed(drawing, still) {
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
    const vertical = option.xAxis[0].type === 'category';
    for (const axis of [...option.xAxis, ...option.yAxis]) {
      axis.axisLabel = { ...axis.axisLabel, ...font };
      if (!vertical) axis.axisTick = axis.axisLine = { show: false }; // it stands in a table, which says the rest
      if (axis.type === 'value') axis.axisLabel.formatter = (v) => number.format(v) + (drawing.unit === 'ratio' ? percent : '');
    }
    const lines = option.series.some((s) => s.type === 'line');
    option.tooltip = {
      ...option.tooltip,
      axisPointer: { type: lines ? 'line' : 'shadow', shadowStyle: { color: colour('--muted'), opacity: 0.1 }, lineStyle: { color: colour('--muted') } },
      appendTo: body,
      className: 'tip',
      backgroundColor: colour('--panel'),
      borderColor: colour('--line'),
      textStyle: { ...font, color: colour('--ink') },
      transitionDuration: 0,
      formatter: (params) => {
        const tip = drawing.tips[(Array.isArray(params) ? params[0] : params)?.dataIndex];
        return tip ? words(tip) : '';
      },
    };
    for (const series of option.series) {
      if (series.type === 'custom') {
        series.renderItem = whisker;
        series.silent = true;
        series.clip = true;
      }
      if (series.type === 'bar') {
        series.cursor = drawing.links ? 'pointer' : 'default';
        series.emphasis = { disabled: true };
        if (series.id === 'late') {
          series.itemStyle.decal = { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [rem * 0.13, rem * 0.2], rotation: -Math.PI / 4, color: colour('--panel') + '66' };
        }
      }
      if (series.type === 'scatter') {
        series.silent = true;
        series.clip = false; // a mark at 100 is whole
        series.z = 4;
        if (series.markLine) series.markLine = { ...series.markLine, silent: true, animation: false };
        for (const point of series.data) point.symbolSize = (point.symbolSize || 0) * (rem / 16);
      }
      if (series.type === 'line') {
        series.emphasis = { disabled: true };
        series.lineStyle.width = Math.max(2, rem * 0.13);
        for (const point of series.data) point.symbolSize = point.symbolSize * (rem / 16);
      }
    }
    return option;
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
    held.chart.setOption(dressed(drawing, again), { replaceMerge: ['series'] });
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
  }

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => drawAll(true));
  let resized = 0;
  addEventListener('resize', () => { // the font grows with the window
    clearTimeout(resized);
    resized = setTimeout(() => drawAll(true), 100);
  });
  addEventListener('beforeprint', () => {
    document.querySelectorAll('details').forEach((d) => { d.dataset.was = d.open; d.open = true; });
    charts.forEach((_, element) => fit(element));
  });
  addEventListener('afterprint', () => {
    document.querySelectorAll('details').forEach((d) => { d.open = d.dataset.was === 'true'; });
    charts.forEach((_, element) => fit(element));
  });

  // Freshness

  // patch makes one tree like another and leaves alone what is alike: focus, selection, scroll and charts stay.
  function patch(from, to) {
    if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName || from.id !== to.id) {
      from.replaceWith(to.cloneNode(true));
      return;
    }
    if (from.nodeType !== Node.ELEMENT_NODE) {
      if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
      return;
    }
    if (from.classList.contains('chart')) return;
    for (const { name } of [...from.attributes]) {
      if (!to.hasAttribute(name) && name !== 'open' && name !== 'data-was') from.removeAttribute(name);
    }
    for (const { name, value } of to.attributes) {
      if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    }
    const [old, fresh] = [[...from.childNodes], [...to.childNodes]];
    old.slice(fresh.length).forEach((node) => node.remove());
    fresh.forEach((node, i) => (i < old.length ? patch(old[i], node) : from.appendChild(node.cloneNode(true))));
  }

  let seen = body.dataset.seen || '';
  let made = performance.now() - 1000 * parseFloat(body.dataset.age || '0'); // when the shown figures were taken
  let misses = 0; // looks in a row without an answer

  function sayAge() {
    const old = document.getElementById('old');
    if (!old) return;
    const lost = misses >= 3; // a restart takes a moment
    const stale = performance.now() - made > 1000 * oldAge;
    body.classList.toggle('is-old', lost || stale);
    const text = lost ? old.dataset.lost : stale ? old.dataset.stale : '';
    if (old.textContent !== text) old.textContent = text;
  }

  async function look() {
    const answer = await fetch(body.dataset.live + '&' + new URLSearchParams({ seen, events: document.getElementById('events')?.textContent || '' }), { signal: AbortSignal.timeout(30000) });
    if (answer.status === 401 || answer.status === 403) return location.reload(); // which leads to where one logs in
    if (!answer.ok) throw new Error(answer.statusText);
    const news = await answer.json();
    if (body.dataset.away) return location.reload();
    made = performance.now() - 1000 * news.age;
    document.getElementById('as-of').textContent = news.as_of;
    document.getElementById('as-of').dateTime = news.as_of_time;
    document.getElementById('events').textContent = news.events;
    if (!news.html) return;
    const wasEmpty = live.querySelector('[data-empty]');
    const page = new DOMParser().parseFromString('<div id="live">' + news.html + '</div>', 'text/html');
    if (wasEmpty && !page.querySelector('[data-empty]')) return location.reload();
    patch(live, page.getElementById('live'));
    seen = news.seen;
    drawAll(false);
  }

  let timer = 0;
  async function round() {
    clearTimeout(timer);
    if (document.hidden) return; // visibilitychange wakes us
    try {
      await look();
      misses = 0;
    } catch {
      misses++;
    }
    sayAge();
    clearTimeout(timer);
    timer = setTimeout(round, misses ? patience : pause);
  }

  document.addEventListener('visibilitychange', round);
  document.fonts?.ready.then(() => drawAll(true)); // words are measured with the font that shows them
  drawAll(false);
  if (body.dataset.live) timer = setTimeout(round, pause);
})();
