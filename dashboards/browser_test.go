package dashboards

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	browsed "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"tiendo/internal/kpi"
)

// chromium is the one browser of the package's tests; each takes tabs of its own.
var chromium struct {
	once    sync.Once
	ctx     context.Context
	missing bool
	err     error
	stop    func()
}

// browser returns the headless Chromium, which is started for the first test that wants it.
func browser(t *testing.T) context.Context {
	t.Helper()
	chromium.once.Do(startChromium)
	if chromium.missing {
		t.Skip("no Chromium on this machine; tools/needs chromium-headless-shell installs it")
	}
	if chromium.err != nil {
		t.Fatal(chromium.err)
	}
	return chromium.ctx
}

func startChromium() {
	path := ""
	// The shell is the same browser without what draws the browser itself, which takes more than the pages do.
	for _, name := range []string{"chromium-headless-shell", "chromium"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		chromium.missing = true
		return
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-component-update", true),
	)...)
	ctx, cancel := chromedp.NewContext(allocator)
	chromium.ctx, chromium.stop = ctx, func() { cancel(); stop() }
	if err := chromedp.Do(ctx); err != nil {
		chromium.err = fmt.Errorf("start %s: %w", path, err)
	}
}

// serve serves until the test is over; streams of news do not hold it up.
func serve(t *testing.T, h http.Handler) *httptest.Server {
	server := httptest.NewServer(h)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server
}

// tab is a new tab that notes what it asks for and what goes wrong in it.
type tab struct {
	ctx      context.Context
	mu       sync.Mutex
	asked    []string
	troubles []string
}

func newTab(of context.Context, t *testing.T, width, height int64, dark bool) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(of)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	b := &tab{ctx: ctx}
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatal(err)
	}
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	for _, enable := range []func() error{
		func() error { _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); return err },
		func() error { _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); return err },
		func() error {
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			return err
		},
	} {
		if err := enable(); err != nil {
			t.Fatal(err)
		}
	}
	b.do(t, chromedp.EmulateViewport(width, height))
	return b
}

// note takes down an event of the browser. Breaches of the policy come as entries of its log.
func (b *tab) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.asked = append(b.asked, e.Request.URL)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			b.troubles = append(b.troubles, e.Entry.Text+" "+e.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			b.troubles = append(b.troubles, fmt.Sprintf("console: %s", e.Args[0].Value))
		}
	case *runtime.EventExceptionThrown:
		b.troubles = append(b.troubles, fmt.Sprint(e.ExceptionDetails))
	}
}

func (b *tab) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// eval returns what a script gives.
func eval[T any](t *testing.T, b *tab, script string) T {
	t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return v
}

// checkQuiet fails if the tab asked anybody but us, or if anything went wrong in it.
func (b *tab) checkQuiet(t *testing.T, home string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.asked) < 5 {
		t.Errorf("only %d requests were seen: %v", len(b.asked), b.asked)
	}
	for _, address := range b.asked {
		if !strings.HasPrefix(address, home) {
			t.Errorf("the page asked another host: %.200s", address)
		}
	}
	for _, trouble := range b.troubles {
		t.Errorf("in the page: %s", trouble)
	}
}

// keep writes a screenshot of the whole page into the artifacts.
func (b *tab) keep(t *testing.T, name string) {
	t.Helper()
	size := eval[[]float64](t, b, `[innerWidth, document.documentElement.scrollHeight]`)
	whole := true
	picture, err := chromedp.Call(b.ctx, browsed.CaptureScreenshot, browsed.CaptureScreenshotParams{
		CaptureBeyondViewport: &whole, OptimizeForSpeed: &whole,
		Clip: &browsed.Viewport{Width: size[0], Height: size[1], Scale: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	artifact(t, name+".png", picture.Data)
}

// artifact writes a file into the project's folder of what tests made for people to look at, which is not committed.
func artifact(t *testing.T, name string, content []byte) {
	t.Helper()
	folder := filepath.Join("..", "artifacts")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestPageKeepsItselfFresh(t *testing.T) {
	needNpm(t)
	var grown atomic.Bool
	var age, listening atomic.Int64
	handler := site(t, func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		all, err := cityAnswers(ctx, queries...)
		if grown.Load() {
			more := 128.0
			for i := range all {
				all[i].Events++
				if all[i].ID == "dossier.open_overdue" && len(all[i].Rows) == 1 {
					all[i].Rows[0].Value = &more
				}
				for j := range all[i].Rows {
					if code := all[i].Rows[j].Keys.Of("agency"); all[i].ID == "dossier.open_overdue" && code != nil && *code == "H24.12" {
						all[i].Rows[j].Value = &more
					}
				}
			}
		}
		return all, err
	}, runs)
	server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if seconds := age.Load(); seconds > 0 && r.URL.Path == "/live" {
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprintf(w, "retry: 100\ndata: {\"seen\":%q,\"age\":%d,\"events\":\"7\"}\n\n", r.URL.Query().Get("seen"), seconds)
			return
		}
		if r.URL.Path == "/live" {
			listening.Add(1)
			defer listening.Add(-1)
		}
		handler.ServeHTTP(w, r)
	}))
	b := newTab(browser(t), t, 1366, 768, false)
	b.do(t, chromedp.Navigate(server.URL+"/"), chromedp.WaitVisible(".chart svg"), chromedp.Sleep(300*time.Millisecond))
	// What a reader holds must survive: the focused link, the opened table, the drawn charts.
	b.do(t, chromedp.Evaluate[chromedp.Void](`
		document.querySelector('details').open = true;
		window.kept = {focus: document.querySelector('.agencies tbody a'), svg: document.querySelector('#dossier-loads svg')};
		window.kept.focus.focus();
		window.before = window.kept.svg.outerHTML;`))
	const overdue = `document.querySelector('[data-kpi="dossier.open_overdue"]:not([data-agency])').textContent`
	if got := eval[string](t, b, overdue); got != "121" {
		t.Fatalf("overdue is %s at first", got)
	}
	grown.Store(true)
	eventually(t, b, overdue+` === '128' && document.getElementById('events').textContent === '1.234.568'`)
	eventually(t, b, `document.querySelector('#dossier-loads svg').outerHTML !== window.before`)
	for _, kept := range []string{
		`document.activeElement === window.kept.focus`, `document.querySelector('details').open`,
		`document.querySelector('#dossier-loads svg') === window.kept.svg`,
		`!document.body.classList.contains('is-old')`,
	} {
		if !eval[bool](t, b, kept) {
			t.Errorf("after news this does not hold: %s", kept)
		}
	}

	// Nobody sees a hidden tab, so it hears nothing: its stream is closed, and it opens no other.
	const hide = `Object.defineProperty(document, 'hidden', {value: %v, configurable: true}); document.dispatchEvent(new Event('visibilitychange'))`
	waitFor(t, "one stream is open", func() bool { return listening.Load() == 1 })
	b.do(t, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(hide, true)))
	waitFor(t, "no stream is open", func() bool { return listening.Load() == 0 })
	before := b.requests()
	b.do(t, chromedp.Sleep(3*time.Second))
	if n := b.requests() - before; n != 0 || listening.Load() != 0 {
		t.Errorf("a hidden tab has asked %d times, %d streams are open", n, listening.Load())
	}
	age.Store(75)
	b.do(t, chromedp.Evaluate[chromedp.Void](`
		window.shown = performance.now();
		const old = document.getElementById('old');
		new MutationObserver(() => { if (old.textContent.includes('một phút')) window.greyed ??= performance.now() - window.shown; })
			.observe(old, {childList: true, characterData: true, subtree: true});`+fmt.Sprintf(hide, false)))
	waitFor(t, "a tab that is shown again looks for news", func() bool { return b.requests() > before })

	// Old figures are greyed, and the page says why; but who has just come waits for what is new, and sees no alarm meanwhile.
	eventually(t, b, `document.body.classList.contains('is-old') && document.getElementById('old').textContent.includes('một phút')`)
	if after := eval[float64](t, b, `window.greyed`); after < 4900 {
		t.Errorf("a page that was come back to is greyed after %.0f ms", after)
	}
	age.Store(0)
	eventually(t, b, `!document.body.classList.contains('is-old') && document.getElementById('old').textContent === ''`)
	b.checkQuiet(t, server.URL+"/")
	server.CloseClientConnections()
	server.Close()
	eventually(t, b, `document.body.classList.contains('is-old') && document.getElementById('old').textContent.includes('máy chủ')`)
	b.do(t, chromedp.Sleep(500*time.Millisecond))
	b.keep(t, "lost")
}

// runs lets the clock run on from the day of the other tests.
func runs(o *Options) {
	start := time.Now()
	o.Now = func() time.Time { return today.Add(time.Since(start)) }
}

func (b *tab) requests() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.asked)
}

// eventually waits until a script gives true.
func eventually(t *testing.T, b *tab, script string) {
	t.Helper()
	waitFor(t, script, func() bool { return eval[bool](t, b, script) })
}

// waitFor waits until something holds. The limit is for slow machines.
func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func TestMarkupInCodesIsText(t *testing.T) {
	needNpm(t)
	server := serve(t, site(t, nasty))
	b := newTab(browser(t), t, 1366, 768, false)
	b.do(t, chromedp.Navigate(server.URL+"/"), chromedp.WaitVisible(".chart svg"), chromedp.Sleep(300*time.Millisecond))
	// The words over a bar are made of the same codes.
	b.do(t, chromedp.ScrollIntoView("#dossier-rates"), chromedp.Evaluate[chromedp.Void](`
		const box = document.querySelector('#dossier-rates').getBoundingClientRect();
		for (const type of ['mousemove', 'mouseover']) document.querySelector('#dossier-rates > div').dispatchEvent(
			new MouseEvent(type, {bubbles: true, clientX: box.x + 40, clientY: box.y + 10}))`), chromedp.Sleep(500*time.Millisecond))
	if got := eval[string](t, b, `document.querySelector('.tip .name')?.textContent || 'none'`); !strings.Contains(got, "<") && !strings.Contains(got, "{{") {
		t.Errorf("the words over the first bar are %q", got)
	}
	if title := eval[string](t, b, `document.title`); strings.Contains(title, "owned") {
		t.Error("a code was run")
	}
	if n := eval[int](t, b, `document.querySelectorAll('img').length`); n != 0 {
		t.Errorf("codes have made %d pictures", n)
	}
	b.keep(t, "nasty")
	b.checkQuiet(t, server.URL+"/")
}

func TestOtherPagesAreDrawn(t *testing.T) {
	needNpm(t)
	var begun atomic.Bool
	server := serve(t, site(t, func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		if begun.Load() {
			return few(ctx, queries...)
		}
		return nothing(ctx, queries...)
	}, runs))
	chromium := browser(t)
	b := newTab(chromium, t, 1366, 768, false)
	b.do(t, chromedp.Navigate(server.URL+"/"), chromedp.WaitVisible(".teach"))
	b.keep(t, "empty")
	begun.Store(true) // the first event comes, and the page fills without a hand
	b.do(t, chromedp.WaitVisible(".chart svg"))
	b.checkQuiet(t, server.URL+"/")
	b = newTab(chromium, t, 1366, 768, false)
	b.do(t, chromedp.Navigate(server.URL+"/?period=2019-13"), chromedp.WaitVisible(".trouble"))
	b.keep(t, "wrong")
}

// The pages of a case, of a list and of the catalogue fit on a phone and on a desk, ask nobody else, and run nothing.
func TestPagesOfCasesAreDrawn(t *testing.T) {
	needNpm(t)
	p := pagesOf(t, sources{ask: few, booked: counter(), cases: fewCases}, withStories(t), func(o *Options) { o.Demo = true })
	mux := http.NewServeMux()
	mux.Handle("/cases", p.Cases())
	mux.Handle("/cases/", p.Cases())
	mux.Handle("/", p)
	server := serve(t, mux)
	chromium := browser(t)
	for _, c := range []struct {
		name, address string
		width         int64
		dark          bool
	}{
		{"case", "/cases/dossier/H24.12-190823-0001", 1366, false},
		{"case-small", "/cases/dossier/H24.12-190823-0001", 360, true},
		{"case-nasty", "/cases/dossier/nasty", 1366, false},
		{"cases", "/cases?kpi=dossier.on_time_rate&period=2019-09&agency=H24.12", 1366, false},
		{"kpis", "/kpis#dossier.on_time_rate", 1366, false},
		{"kpis-small", "/kpis?lang=en", 360, false},
		{"lookup", "/cases?subject=nothing", 1366, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newTab(chromium, t, c.width, 768, c.dark)
			b.do(t, chromedp.Navigate(server.URL+c.address))
			eventually(t, b, `document.readyState === 'complete' && document.querySelector('h1') !== null`)
			if over := eval[int](t, b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				t.Errorf("the page is %d pixels wider than the screen", over)
			}
			if n := eval[int](t, b, `document.scripts.length + document.images.length`); n != 0 || eval[string](t, b, "document.title") == "owned" {
				t.Errorf("%d scripts and pictures", n)
			}
			b.keep(t, c.name)
			b.mu.Lock()
			for _, trouble := range b.troubles {
				if !strings.Contains(trouble, "404") {
					t.Errorf("in the page: %s", trouble)
				}
			}
			for _, address := range b.asked {
				if !strings.HasPrefix(address, server.URL+"/") {
					t.Errorf("the page asked another host: %.200s", address)
				}
			}
			b.mu.Unlock()
		})
	}

	// From a figure to its cases, to one of them, to a figure that counts it.
	b := newTab(chromium, t, 1366, 768, false)
	b.do(t, chromedp.Navigate(server.URL+"/?period=2019-09"), chromedp.WaitVisible("#agencies"))
	for _, click := range []string{`[data-kpi="dossier.open_overdue"]`, `a[href^="/cases/dossier/"]`, `a[href="/kpis#dossier.open"]`} {
		arrive(t, b, fmt.Sprintf("document.readyState === 'complete' && document.querySelector(%q) !== null", click))
		b.do(t, chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.querySelector(%q).closest('a').click()", click)))
	}
	arrive(t, b, `location.pathname + location.hash === '/kpis#dossier.open'`)
}

// arrive is eventually on a tab that is on its way from one page to another, where a script may find no page at all.
func arrive(t *testing.T, b *tab, script string) {
	t.Helper()
	waitFor(t, script, func() bool {
		holds, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script))
		return err == nil && holds
	})
}

// The pages that leaders read are pleasant on paper: no wider than a sheet, no cut panels, not more sheets than anybody staples.
func TestPagesArePrinted(t *testing.T) {
	needNpm(t)
	server := serve(t, site(t, cityAnswers))
	for path, most := range map[string]int{"/": 4, "/dossiers": 7, "/online": 5} {
		b := newTab(browser(t), t, 1366, 768, true)
		b.do(t, chromedp.Navigate(server.URL+path), chromedp.WaitVisible(".chart svg"))
		eventually(t, b, undrawn+` === 0`)
		// What charts are drawn for before the sheet is laid out.
		b.do(t, chromedp.Evaluate[chromedp.Void](`dispatchEvent(new Event('beforeprint'));
			window.spaces = new Map([...document.querySelectorAll('.chart')].map((e) => [e, e.getBoundingClientRect()]))`))
		if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
			t.Fatal(err)
		}
		b.do(t, chromedp.EmulateViewport(703, 1027), chromedp.Sleep(500*time.Millisecond)) // A4 less its margins
		if over := eval[int](t, b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("%s is %d pixels wider than the sheet", path, over)
		}
		// Marks are drawn over all rows at once, so rows that differ would leave marks beside other rows.
		if heights := eval[int](t, b, `new Set([...document.querySelectorAll('tbody:has(td.drawn) tr')].map((e) => Math.round(e.getBoundingClientRect().height))).size`); heights > 1 {
			t.Errorf("%s: rows with marks are of %d heights", path, heights)
		}
		if off := eval[string](t, b, `[...spaces].map(([e, drawn]) => [e.id, drawn, e.getBoundingClientRect()]).filter(([, drawn, space]) => Math.abs(drawn.width - space.width) > 6 || Math.abs(drawn.height - space.height) > 4)
			.map(([id, drawn, space]) => [id, drawn.width, drawn.height, space.width, space.height]).join('\n')`); off != "" {
			t.Errorf("%s: drawn for another space than there is on paper:\n%s", path, off)
		}
		if cut := eval[string](t, b, `[...document.querySelectorAll('main .panel, main table')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && e.getClientRects().length).map((e) => e.outerHTML.slice(0, 90)).join('\n')`); cut != "" {
			t.Errorf("%s: cut by the edge of the sheet:\n%s", path, cut)
		}
		name := "print" + strings.TrimSuffix(strings.ReplaceAll(path, "/", "-"), "-")
		b.keep(t, name)
		sheets, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(sheets, []byte("/Type /Page\n")); n == 0 || n > most {
			t.Errorf("%s takes %d sheets, want at most %d", path, n, most)
		}
		artifact(t, name+".pdf", sheets)
	}
}
