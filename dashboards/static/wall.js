// Keeps a wall: goes from screen to screen, swaps figures in place, greys what is old, and lets the next wall take its place.
// Nobody touches it for months. Nothing here makes markup from figures but what the server has rendered.
'use strict';
(() => {
  const pause = 250; // after an answer, which comes with the news or after two seconds without
  const patience = 2000; // after none
  const beat = 500; // between two looks at the clock
  const oldAge = 60; // seconds after which figures are shown as old
  const mostPoints = 60; // that a line of a chart may have
  const atMostHeld = 600000; // for a wall that nobody lets go on again
  const begins = 30000; // how long the next wall may take to be drawn
  const { body } = document;
  const { lang } = document.documentElement;
  const tongue = lang === 'en' ? 'en-GB' : lang; // which puts the day before the month, as the pages do
  const set = body.dataset;
  const wall = document.getElementById('wall');
  const screens = [...wall.querySelectorAll('.screen')];
  const every = 1000 * set.every;
  const text = (id, value) => {
    const element = document.getElementById(id);
    if (element.textContent !== value) element.textContent = value;
  };

  // An address with a token was for the first start.
  if (location.hash.includes('token=')) history.replaceState(null, '', location.pathname + location.search);

  // Charts: each is made once, and then given other data.

  const charts = new Map(); // by id: {chart, text}

  function coloured(value, style) {
    if (Array.isArray(value)) return value.map((v) => coloured(v, style));
    if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, coloured(v, style)]));
    const name = typeof value === 'string' && /^var\((--[a-z]+)\)$/.exec(value);
    return name ? style.getPropertyValue(name[1]).trim() : value;
  }

  function draw(element) {
    const drawing = document.getElementById(element.dataset.drawing).textContent;
    let held = charts.get(element.id);
    if (!window.echarts || held?.text === drawing) return;
    if (!held) {
      held = { chart: window.echarts.init(element, null, { renderer: 'svg' }) };
      charts.set(element.id, held);
    }
    held.text = drawing;
    const style = getComputedStyle(document.documentElement);
    const rem = parseFloat(style.fontSize);
    const { units, option: { xAxis, yAxis, series } } = JSON.parse(drawing);
    const number = new Intl.NumberFormat(lang, { maximumFractionDigits: 1 });
    const font = { fontFamily: getComputedStyle(body).fontFamily, fontSize: Math.round(rem * 0.95), fontWeight: 500 };
    const label = { ...font, margin: rem * 0.5, color: style.getPropertyValue('--muted').trim(), hideOverlap: true };
    held.chart.setOption({
      animation: false,
      silent: true,
      textStyle: font,
      grid: { left: rem * 0.2, right: rem * 0.6, top: rem * 0.6, bottom: rem * 0.7, containLabel: true },
      xAxis: xAxis.map((a) => ({ ...coloured(a, style), data: a.data.slice(-mostPoints), axisLabel: { ...label, margin: rem * 0.8 } })),
      yAxis: yAxis.map((a) => ({
        ...coloured(a, style),
        axisLabel: { ...label, formatter: (v) => number.format(v) + (units.y === 'ratio' ? (lang === 'vi' ? '\u00a0%' : '%') : '') },
      })),
      series: series.map((s) => ({
        ...coloured(s, style),
        data: s.data.slice(-mostPoints).map((point) => ({ ...point, symbolSize: point.symbolSize * rem / 18 })),
        lineStyle: { ...coloured(s.lineStyle, style), width: rem * 0.16 },
      })),
    });
  }

  const drawAll = () => document.querySelectorAll('.chart').forEach(draw);

  // Time. The monotonic clock leads, so that setting the other moves nothing; but a machine that slept shows it there alone.

  let made = performance.now() - 1000 * set.age; // when the shown figures were taken
  let madeByDate = Date.now() - 1000 * set.age;
  let city = Date.parse(set.clock + 'Z') - performance.now(); // the city's time of day is the server's, not the screen's
  let misses = 0; // looks in a row without an answer
  const age = () => Math.max(performance.now() - made, Date.now() - madeByDate) / 1000;

  function spell(seconds) {
    if (seconds < 3600) return `${Math.floor(seconds / 60)} ${set.minutes} ${set.ago}`;
    if (seconds < 172800) return `${Math.floor(seconds / 3600)} ${set.hours} ${set.ago}`;
    return `${Math.floor(seconds / 86400)} ${set.days} ${set.ago}`;
  }

  const clock = new Intl.DateTimeFormat(tongue, { timeZone: 'UTC', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const day = new Intl.DateTimeFormat(tongue, { timeZone: 'UTC', weekday: 'short', ...(tongue.startsWith('en') ? { day: 'numeric', month: 'short' } : { day: '2-digit', month: '2-digit' }) });

  function sayTime() {
    const now = new Date(city + performance.now());
    text('clock', `${day.format(now)} · ${clock.format(now)}`);
    const seconds = age();
    const old = seconds > oldAge;
    wall.classList.toggle('old', old);
    const ago = old && seconds < 1e7 ? `· ${spell(seconds)}` : '';
    for (const element of wall.querySelectorAll('.ago')) {
      if (element.textContent !== ago) element.textContent = ago;
    }
    const lost = document.getElementById('lost');
    const alone = misses >= 3; // a restart takes a moment
    text('lost', alone ? lost.dataset.text : '');
    body.classList.toggle('alone', alone);
  }

  // Rotation

  const first = new URL(location.href).searchParams.get('at');
  let shown = Math.max(0, screens.findIndex((s) => s.id === `screen-${first}`));
  let turns = performance.now() + every;
  let held = false; // somebody reads this panel

  function show(next) {
    shown = next;
    screens.forEach((screen, i) => {
      screen.classList.toggle('on', i === shown);
      screen.toggleAttribute('aria-hidden', i !== shown);
    });
  }

  function turn() {
    held = false;
    show((shown + 1) % screens.length);
    turns = performance.now() + every;
    if (misses === 0 && (renewed || performance.now() - began > 1000 * set.renew)) tell({ say: 'renew', at: screens[shown].id.slice(7) });
  }

  function sayNext() {
    const left = Math.max(0, turns - performance.now());
    document.getElementById('left').value = Math.round(1000 * Math.min(left / every, 1));
    if (screens.length === 1) return;
    const words = document.getElementById('next').dataset;
    const seconds = Math.ceil(left / 1000);
    const wait = seconds < 100 ? `${seconds} ${words.seconds}` : `${Math.ceil(seconds / 60)} ${set.minutes}`;
    const name = document.getElementById('renewing').textContent ? '' : `: ${screens[(shown + 1) % screens.length].dataset.name}`; // which leaves it no room
    text('after', held ? words.held : words.next + name);
    text('wait', held ? `· ${words.goOn}` : `${words.in} ${wait}`);
  }

  // Keys are for whoever stands by: arrows go to the panel after or before, space holds the panel and lets it go on, Escape goes
  // back to where one came from, if anywhere.

  function press(key) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (step) {
      show((shown + step + screens.length) % screens.length);
      turns = performance.now() + (held ? atMostHeld : every);
      sayNext();
    }
    if (key === ' ' && screens.length > 1) {
      held = !held;
      turns = performance.now() + (held ? atMostHeld : every);
      sayNext();
    }
    if (key === 'Escape' && window.top.history.length > 1) window.top.history.back();
  }

  addEventListener('keydown', ({ key, altKey, ctrlKey, metaKey }) => {
    if (altKey || ctrlKey || metaKey) return;
    if (over) hanging?.contentWindow.postMessage({ say: 'key', key }, location.origin);
    else press(key);
  });

  // News

  let seen = set.seen;
  let renewed = false; // the server has become another

  function take(news) {
    const now = performance.now();
    made = now - 1000 * news.age;
    madeByDate = Date.now() - 1000 * news.age;
    city = Date.parse(news.clock + 'Z') - now;
    renewed = news.build !== set.build;
    text('renewing', news.renewing ? document.getElementById('renewing').dataset.text : '');
    if (news.html) {
      const page = new DOMParser().parseFromString(news.html, 'text/html');
      for (const fresh of page.querySelectorAll('.tile')) swap(document.getElementById(fresh.id), fresh);
      document.getElementById('empty')?.remove();
      seen = news.seen;
    }
    sayAsOf(news.as_of);
  }

  function sayAsOf(time) {
    for (const element of wall.querySelectorAll('time')) {
      if (element.textContent !== time) element.textContent = time;
    }
  }

  // swap puts a tile in the place of another, but leaves a chart where it is.
  function swap(old, fresh) {
    if (!old) return;
    const [before, after] = [old.querySelector('script'), fresh.querySelector('script')];
    if (before && after) {
      if (before.textContent === after.textContent) return;
      before.textContent = after.textContent;
      draw(old.querySelector('.chart'));
      return;
    }
    const keep = old.querySelector('.as-of');
    fresh.querySelector('.as-of').replaceWith(keep.cloneNode(true));
    if (!old.isEqualNode(fresh)) old.replaceWith(document.adoptNode(fresh));
  }

  async function look() {
    const answer = await fetch(`${set.live}&${new URLSearchParams({ seen })}`, { signal: AbortSignal.timeout(30000) });
    if (answer.status === 401 || answer.status === 403) return out();
    if (!answer.ok) throw new Error(answer.statusText);
    take(await answer.json());
  }

  // out ends a wall whose token is no longer good: what it has shown goes, and the door says how to come back.
  function out() {
    wall.replaceChildren();
    window.top.location.reload();
  }

  let timer = 0;
  let over = false;
  async function round() {
    clearTimeout(timer);
    if (over || document.hidden) return; // visibilitychange wakes us
    try {
      await look();
      misses = 0;
    } catch {
      misses++;
    }
    clearTimeout(timer);
    if (!over) timer = setTimeout(round, misses ? patience : pause);
  }

  let beats = 0;
  function tick() {
    if (performance.now() >= turns) turn();
    sayNext();
    sayTime();
    if (!over) beats = setTimeout(tick, beat);
  }

  // The next wall. The first page stays as a frame around those that come after it, each of which begins with an empty memory.

  const began = performance.now();
  let coming = null;
  let hanging = null;
  let late = 0;

  // tell says something to the first page, which may be this one.
  const tell = (what) => window.top.postMessage(what, location.origin);

  // renew draws the next wall behind this one, beginning at a screen; where that does not work, this one stays.
  function renew(at) {
    if (coming) return;
    coming = document.createElement('iframe');
    const address = new URL(location.href);
    address.searchParams.set('at', at);
    coming.src = address;
    coming.title = document.title;
    body.append(coming);
    late = setTimeout(() => {
      coming.remove();
      coming = null;
    }, begins);
  }

  addEventListener('message', ({ origin, source, data }) => {
    if (origin !== location.origin) return;
    if (data.say === 'key' && source === window.top) press(data.key);
    if (window.top !== window) return;
    if (data.say === 'renew') renew(data.at);
    if (data.say !== 'drawn' || source !== coming?.contentWindow) return;
    clearTimeout(late);
    coming.className = 'on';
    hanging?.remove();
    [hanging, coming] = [coming, null];
    retire();
  });

  // retire lets go of all that the first page has drawn.
  function retire() {
    if (over) return;
    over = true;
    clearTimeout(timer);
    clearTimeout(beats);
    for (const { chart } of charts.values()) chart.dispose();
    charts.clear();
    wall.remove();
    document.querySelector('footer').remove();
  }

  document.addEventListener('visibilitychange', round);
  document.fonts.ready.then(() => { // words are measured with the font that shows them
    drawAll();
    if (window.top !== window) requestAnimationFrame(() => requestAnimationFrame(() => tell({ say: 'drawn' })));
  });
  show(shown);
  sayAsOf(set.asOf);
  tick();
  timer = setTimeout(round, pause);
})();
