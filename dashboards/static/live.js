// Keeps a page fresh: hears news as Server-Sent Events and makes the page like them. A tab in the background hears nothing.
'use strict';
(() => {
  const patience = 2000; // until the next try, where the browser makes none by itself
  const silence = 7000; // milliseconds without a word after which the server is taken for gone
  const oldAge = 60; // seconds after which figures are shown as old
  const renewal = 5000; // milliseconds in which a page that was just opened, or come back to, may have news of what it shows
  const body = document.body;
  const live = document.getElementById('live');
  let seen = body.dataset.seen || '';
  let made = performance.now() - 1000 * parseFloat(body.dataset.age || '0'); // when the shown figures were taken
  let heard = performance.now();
  let stream = null;
  let began = heard; // to listen
  let watch = 0;

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
    const [old, fresh] = [[...from.childNodes].filter(ours), [...to.childNodes]];
    old.slice(fresh.length).forEach((node) => node.remove());
    fresh.forEach((node, i) => (i < old.length ? patch(old[i], node) : from.appendChild(node.cloneNode(true))));
  }

  // What draw.js has added is no part of the server's page.
  function ours(node) {
    return node.nodeType !== Node.ELEMENT_NODE || !node.dataset.drawn;
  }

  function sayAge() {
    const old = document.getElementById('old');
    if (!old) return;
    const lost = performance.now() - heard > silence; // a restart takes a moment
    const stale = performance.now() - made > 1000 * oldAge && performance.now() - began > renewal;
    body.classList.toggle('is-old', lost || stale);
    const text = lost ? old.dataset.lost : stale ? old.dataset.stale : '';
    if (old.textContent !== text) old.textContent = text;
  }

  function take(news) {
    if (body.dataset.away) return location.reload();
    heard = performance.now();
    made = heard - 1000 * news.age;
    document.getElementById('as-of').textContent = news.as_of;
    document.getElementById('as-of').dateTime = news.as_of_time;
    document.getElementById('events').textContent = news.events;
    const renewing = document.getElementById('renewing');
    if (renewing.textContent !== (news.renewing || '')) renewing.textContent = news.renewing || '';
    sayAge();
    if (!news.html) return;
    const wasEmpty = live.querySelector('[data-empty]');
    const page = new DOMParser().parseFromString('<div id="live">' + news.html + '</div>', 'text/html');
    if (wasEmpty && !page.querySelector('[data-empty]')) return location.reload();
    patch(live, page.getElementById('live'));
    seen = news.seen;
    window.tiendo?.draw(false);
  }

  const address = () => body.dataset.live + '&' + new URLSearchParams({ seen });

  function listen() {
    if (stream || document.hidden) return;
    began = performance.now();
    heard = Math.max(heard, began - silence / 2);
    stream = new EventSource(address());
    stream.onmessage = (event) => take(JSON.parse(event.data));
    stream.onerror = () => {
      if (stream?.readyState === EventSource.CLOSED) retry(); // else the browser tries again
    };
    clearInterval(watch);
    watch = setInterval(sayAge, 1000);
  }

  // retry asks why there is no stream: who must log in is led there.
  async function retry() {
    hush();
    try {
      const stop = new AbortController();
      const answer = await fetch(address(), { signal: stop.signal });
      if (answer.status === 401 || answer.status === 403) return location.reload();
      stop.abort();
    } catch {
      // nobody is there
    }
    sayAge();
    setTimeout(listen, patience);
    watch = setInterval(sayAge, 1000);
  }

  function hush() {
    stream?.close();
    stream = null;
    clearInterval(watch);
  }

  if (!body.dataset.live) return;
  document.addEventListener('visibilitychange', () => (document.hidden ? hush() : listen()));
  addEventListener('pagehide', hush);
  addEventListener('pageshow', listen);
  listen();
})();
