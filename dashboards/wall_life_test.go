package dashboards

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/memory"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"tiendo/internal/kpi"
)

// fakeTime gives a tab, and all frames in it, a clock that stands until a test moves it: pass(ms) lets time go by, jump(ms) sets
// the date alone, as somebody does who sets a clock. settled waits for what was asked of the server meanwhile.
const fakeTime = `(() => {
	if (window.top !== window) {
		const fake = window.top.fake;
		performance.now = fake.now;
		Date.now = fake.date;
		window.setTimeout = (run, ms = 0) => fake.set(window, run, ms);
		window.clearTimeout = fake.clear;
		return;
	}
	let now = 1000, date = 1570000000000, last = 0;
	const timers = new Map(), real = window.setTimeout;
	window.fake = {
		now: () => now, date: () => date + now,
		set: (of, run, ms) => { timers.set(++last, {of, run, at: now + ms}); return last; },
		clear: (id) => timers.delete(id),
	};
	performance.now = fake.now;
	Date.now = fake.date;
	window.setTimeout = (run, ms = 0) => fake.set(window, run, ms);
	window.clearTimeout = fake.clear;
	window.pass = (ms) => {
		for (const end = now + ms; ;) {
			let next = null;
			for (const [id, timer] of timers) if (timer.at <= end && (!next || timer.at < next[1].at)) next = [id, timer];
			if (!next) { now = end; return; }
			timers.delete(next[0]);
			now = Math.max(now, next[1].at);
			if (next[1].of === window || next[1].of.frameElement) next[1].run();
		}
	};
	window.jump = (ms) => { date += ms; };
	const {port1, port2} = new MessageChannel(), waiting = [];
	port1.onmessage = () => waiting.shift()();
	const soon = () => new Promise((done) => { waiting.push(done); port2.postMessage(0); });
	let pending = 0;
	const ask = window.fetch;
	window.fetch = async (...all) => {
		pending++;
		try {
			const answer = await ask(...all);
			return new Response(await answer.text(), {status: answer.status});
		} finally {
			soon().then(() => pending--);
		}
	};
	window.settled = async () => { do { await soon(); } while (pending); };
	window.live = async (steps, ms) => {
		for (let i = 0; i < steps; i++) { pass(ms); await settled(); }
		performance.clearResourceTimings();
		window.lived = true;
	};
})()`

// fakeTab is a tab with such a clock.
func fakeTab(of context.Context, t *testing.T, width, height int64) *tab {
	t.Helper()
	b := newTab(of, t, width, height, true)
	if _, err := chromedp.Call(b.ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: fakeTime}); err != nil {
		t.Fatal(err)
	}
	return b
}

// lives lets time go by in steps, and the tab hear after each what the server has to say.
func (b *tab) lives(t *testing.T, steps int, of time.Duration) {
	t.Helper()
	b.do(t, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`window.lived = false; void live(%d, %d)`, steps, of.Milliseconds())))
	eventually(t, b, `window.lived`)
}

// heap is what a tab holds after a collection: megabytes of its heap, and nodes of its documents.
func (b *tab) heap(t *testing.T) (megabytes float64, nodes int64) {
	t.Helper()
	if _, err := chromedp.Call(b.ctx, heapprofiler.CollectGarbage, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	used, err := chromedp.Call(b.ctx, runtime.GetHeapUsage, cdp.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	counted, err := chromedp.Call(b.ctx, memory.GetDOMCounters, cdp.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	return used.UsedSize / (1 << 20), counted.Nodes
}

// changing answers as the made-up city does, but in each turn with other figures.
func changing(turn int) asker {
	return func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		all, err := wallAnswers(ctx, queries...)
		for i := range all {
			all[i].Events += uint64(turn)
			for j := range all[i].Rows {
				r := &all[i].Rows[j]
				if r.Value == nil {
					continue
				}
				keys := r.Keys
				if r.Denominator != nil {
					*r = rateRow(*r.Value*(1-0.002*float64(turn)), *r.Denominator+float64(turn))
				} else {
					*r = countRow(*r.Value + float64(turn*7))
				}
				r.Keys = keys
			}
		}
		return all, err
	}
}

// 2,000 rotations with new figures in each leave a wall as large as it was.
func TestWallDoesNotGrow(t *testing.T) {
	needNpm(t)
	const address = "/wall?panels=today,months,overdue&every=5s"
	// What a server tells in turn, made before: the test is of the page. Every second time there is nothing new.
	var news [][]byte
	for turn := range 8 {
		w := httptest.NewRecorder()
		wallSite(t, changing(turn)).ServeHTTP(w, httptest.NewRequest(http.MethodGet, strings.Replace(address, "/wall", "/wall/-/live", 1), nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"html":`) {
			t.Fatalf("%d %.200s", w.Code, w.Body)
		}
		old, _, _ := strings.Cut(w.Body.String(), `"html":`)
		_, rest, _ := strings.Cut(w.Body.String(), `"as_of":`)
		news = append(news, bytes.Clone(w.Body.Bytes()), []byte(old+`"as_of":`+rest))
	}
	site := wallSite(t, wallAnswers)
	var told atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wall/-/live" {
			_, _ = w.Write(news[told.Add(1)%int64(len(news))])
			return
		}
		site.ServeHTTP(w, r)
	}))
	defer server.Close()
	b := fakeTab(browser(t), t, 960, 540)
	b.do(t, chromedp.Navigate(server.URL+address), chromedp.WaitVisible("#clock"))
	eventually(t, b, `document.querySelectorAll('.chart svg').length === 2`)
	b.do(t, chromedp.Evaluate[chromedp.Void](`
		window.turns = 0;
		new MutationObserver((all) => { window.turns += all.filter((m) => m.target.classList.contains('on')).length; })
			.observe(document.getElementById('wall'), {subtree: true, attributeFilter: ['class'], attributeOldValue: false});
	`))
	var curve []string
	var first, last float64
	var firstNodes, lastNodes int64
	for round := range 5 {
		for range 4 {
			b.lives(t, 100, 5*time.Second)
		}
		megabytes, nodes := b.heap(t)
		curve = append(curve, fmt.Sprintf("%d: %.2f MB, %d nodes", 400*(round+1), megabytes, nodes))
		if round == 1 { // by then the browser has compiled all that it will
			first, firstNodes = megabytes, nodes
		}
		last, lastNodes = megabytes, nodes
	}
	t.Logf("after rotations %s; told %d times", strings.Join(curve, "; "), told.Load())
	if last > first*1.05+0.2 || lastNodes > firstNodes+50 {
		t.Errorf("a wall grows: %v", curve)
	}
	if n := eval[int](t, b, "turns"); n < 1990 || told.Load() < 1900 {
		t.Errorf("%d rotations, told %d times: too little was tested", n, told.Load())
	}
	if n := eval[int](t, b, `document.querySelectorAll('iframe').length`); n != 0 {
		t.Error("it began anew meanwhile, which proves nothing")
	}
	b.checkQuiet(t, server.URL+"/")
}

// brightness is how bright the screen is on average, from 0 to 255.
func (b *tab) brightness(t *testing.T) int {
	t.Helper()
	shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	sum, n := 0, 0
	for y := 0; y < picture.Bounds().Dy(); y += 16 {
		for x := 0; x < picture.Bounds().Dx(); x += 16 {
			red, green, blue, _ := picture.At(x, y).RGBA()
			sum, n = sum+int(red+green+blue)/3>>8, n+1
		}
	}
	return sum / n
}

// switched is a server that can be pulled out of the wall, and replaced by another.
type switched struct {
	down    atomic.Bool
	version atomic.Pointer[http.Handler]
}

func (s *switched) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.down.Load() {
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			c.Close()
		}
		return
	}
	(*s.version.Load()).ServeHTTP(w, r)
}

func (s *switched) is(h http.Handler) { s.version.Store(&h) }

// A wall keeps its figures and says that they are old while the server is away, comes back by itself, takes a new version of
// the program without a flash, and minds no clock that is set.
func TestWallOutlivesItsServer(t *testing.T) {
	needNpm(t)
	var now atomic.Int64
	clock := func(o *Options) { o.Now = func() time.Time { return today.Add(time.Duration(now.Load())) } }
	s := &switched{}
	s.is(wallSite(t, changing(0), clock))
	server := httptest.NewServer(s)
	defer server.Close()
	b := fakeTab(browser(t), t, 1920, 1080)
	b.do(t, chromedp.Navigate(server.URL+"/wall?panels=today,months&every=30s&period=mtd&lang=vi"), chromedp.WaitVisible("#clock"))
	eventually(t, b, `document.querySelectorAll('.chart svg').length === 2`)
	pass := func(seconds int) {
		t.Helper()
		now.Add(int64(seconds) * int64(time.Second))
		b.lives(t, seconds, time.Second)
	}
	const overdue = `document.querySelector('[data-kpi="dossier.open_overdue"]').textContent`
	const old = `document.getElementById('wall').classList.contains('old')`
	const lost = `document.getElementById('lost').textContent`
	pass(3)
	figure := eval[string](t, b, overdue)
	if next := eval[string](t, b, `document.getElementById('next').textContent`); next != "Tiếp theo: Diễn biến theo tháng sau 27 giây" {
		t.Errorf("the countdown says %q", next)
	}

	// The server goes. The figures stay; after a minute they are greyed and hatched, each tile says how old they are.
	s.down.Store(true)
	pass(10)
	if eval[bool](t, b, old) || !strings.Contains(eval[string](t, b, lost), "Mất kết nối") {
		t.Errorf("after 10 s without a server: old %v, %q", eval[bool](t, b, old), eval[string](t, b, lost))
	}
	pass(55)
	if !eval[bool](t, b, old) || eval[string](t, b, overdue) != figure {
		t.Errorf("after a minute without a server: old %v, %q", eval[bool](t, b, old), eval[string](t, b, overdue))
	}
	if n := eval[int](t, b, `[...document.querySelectorAll('.tile')].filter((e) => e.querySelector('.ago').textContent === '· 1 phút trước' && getComputedStyle(e, '::after').backgroundImage.includes('repeating-linear-gradient')).length`); n != 8 {
		t.Errorf("%d of 8 tiles say that they are old", n)
	}
	b.do(t, chromedp.Evaluate[chromedp.Void](`pass(7200000 - 65000)`)) // two hours: it goes on rotating
	b.picture(t, "wall-lost")

	// It comes back, with other figures: within seconds the wall is as good as new.
	now.Add(int64(2 * time.Hour))
	s.is(wallSite(t, changing(1), clock))
	s.down.Store(false)
	pass(4)
	if eval[bool](t, b, old) || eval[string](t, b, lost) != "" || eval[string](t, b, overdue) == figure {
		t.Errorf("after the server came back: old %v, %q, %s", eval[bool](t, b, old), eval[string](t, b, lost), eval[string](t, b, overdue))
	}

	// Somebody sets the clock of the screen back, and forward by a year.
	const shown = `document.getElementById('clock').textContent`
	before := eval[string](t, b, shown)
	for _, by := range []string{"-86400000", "31536000000"} {
		b.do(t, chromedp.Evaluate[chromedp.Void](`jump(`+by+`)`))
		pass(4)
		if eval[bool](t, b, old) || eval[string](t, b, shown) != before {
			t.Errorf("with the clock set by %s ms: old %v, %s, was %s", by, eval[bool](t, b, old), eval[string](t, b, shown), before)
		}
	}

	// Another version of the program: the wall begins anew when it turns, behind the one that hangs, and nothing flashes.
	s.is(wallSite(t, changing(2), clock, func(o *Options) { o.Version = "2" }))
	b.do(t, chromedp.Evaluate[chromedp.Void](`window.first = true`))
	pass(4)
	if eval[int](t, b, `document.querySelectorAll('iframe').length`) != 0 {
		t.Error("it did not wait for its turn")
	}
	waitFor(t, "the next version hangs", func() bool {
		// The time of the page stands while the next one is fetched and drawn, which takes as long as this machine needs.
		b.do(t, chromedp.Evaluate[chromedp.Void](`if (!document.querySelector('iframe')) pass(1000)`))
		if light := b.brightness(t); light > 90 {
			t.Errorf("the screen has flashed: %d of 255", light)
		}
		return eval[bool](t, b, `document.querySelector('iframe.on') !== null`)
	})
	const inside = `document.querySelector('iframe.on').contentDocument`
	eventually(t, b, `document.querySelector('iframe.on') !== null && `+inside+`.querySelectorAll('.chart svg').length === 2`)
	if !eval[bool](t, b, `window.first && document.getElementById('wall') === null && `+inside+`.querySelector('.screen.on').id !== ''`) {
		t.Error("the first page did not make room")
	}
	// It goes on by itself, and by plan begins anew after hours, again and again.
	frame := func() string {
		return eval[string](t, b, inside+`.defaultView.location.search + `+inside+`.querySelector('.screen.on').id`)
	}
	b.do(t, chromedp.Evaluate[chromedp.Void](`document.querySelector('iframe').contentWindow.first = true`))
	for range 3 {
		b.do(t, chromedp.Evaluate[chromedp.Void](`document.querySelector('iframe').contentWindow.kept = true`))
		b.do(t, chromedp.Evaluate[chromedp.Void](`for (let i = 0; i < 750; i++) pass(30000)`))
		eventually(t, b, `document.querySelectorAll('iframe').length === 1 && document.querySelector('iframe.on').contentWindow.kept === undefined`)
		if !strings.Contains(frame(), "at=") {
			t.Fatalf("it did not begin at a screen: %s", frame())
		}
	}
	b.picture(t, "wall-renewed")
	// The server goes at the worst moment: the wall that hangs stays.
	s.down.Store(true)
	b.do(t, chromedp.Evaluate[chromedp.Void](`for (let i = 0; i < 750; i++) pass(30000)`))
	eventually(t, b, inside+`.getElementById('wall').classList.contains('old')`)
}
