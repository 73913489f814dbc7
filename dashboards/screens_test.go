package dashboards

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// undrawn is how many charts of the page are not drawn yet.
const undrawn = `[...document.querySelectorAll('.chart')].filter((c) => c.querySelectorAll('svg path').length < 5).length`

// Every page fits on a phone, a desk and a wall, in both languages; all its charts are drawn, nothing goes wrong, nobody else is
// asked, and axe finds nothing against WCAG 2.2 AA. Screenshots are kept in artifacts.
func TestPagesOnEveryScreen(t *testing.T) {
	needNpm(t)
	demo := func(o *Options) { o.Demo = true }
	city, domains := serve(t, site(t, cityAnswers, demo)), serve(t, site(t, domainAnswers, demo))
	chromium, axe := browser(t), axeScript(t)
	for _, of := range pages() {
		path, server := strings.ReplaceAll(of.path, "{agency}", "H24.12"), city
		for _, domain := range domainPages {
			if path == domain {
				server = domains
			}
		}
		name := strings.ReplaceAll(strings.Trim(path, "/"), "/", "-")
		if name == "" {
			name = "overview"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, dark := range []bool{false, true} {
				b := newTab(chromium, t, 1366, 768, dark)
				lang := map[bool]string{false: "vi", true: "en"}[dark]
				for _, width := range []int64{360, 1366, 3840} {
					b.do(t, chromedp.EmulateViewport(width, width*9/16+400), chromedp.Navigate(server.URL+path+"?lang="+lang))
					eventually(t, b, `document.readyState === 'complete' && document.fonts.status === 'loaded' && `+undrawn+` === 0`)
					if over := eval[int](t, b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
						t.Errorf("at %d, %s: the page is %d pixels wider than the screen", width, lang, over)
					}
					if width == 1366 || width == 360 && !dark { // what is narrow has the colours of what is wide
						for _, found := range b.await(t, axe) {
							t.Errorf("at %d, %s: %s", width, lang, found)
						}
					}
					b.keep(t, fmt.Sprintf("%s-%d-%s", name, width, lang))
				}
				b.checkQuiet(t, server.URL+"/")
			}
		})
	}
}

// The table of a chart, once opened, is whole where there is room, and nothing lies over it.
func TestOpenedTablesAreWhole(t *testing.T) {
	needNpm(t)
	server := serve(t, site(t, cityAnswers))
	b := newTab(browser(t), t, 1366, 900, false)
	for _, width := range []int64{1366, 360} {
		b.do(t, chromedp.EmulateViewport(width, 900), chromedp.Navigate(server.URL+"/?lang=en"))
		eventually(t, b, `document.readyState === 'complete' && document.fonts.status === 'loaded' && `+undrawn+` === 0`)
		wrong := eval[string](t, b, `[...document.querySelectorAll('figure > .data')].map((d) => {
			d.open = true;
			const table = d.querySelector('.scroll'), below = d.parentElement.querySelector('.takes');
			return (below.getBoundingClientRect().top < table.getBoundingClientRect().bottom ? 'links over ' : '') + (innerWidth > 1000 && table.scrollWidth > table.clientWidth ? table.scrollWidth + ' in ' + table.clientWidth : '');
		}).join('\n').trim()`)
		if wrong != "" {
			t.Errorf("at %d: %s", width, wrong)
		}
		b.do(t, chromedp.ScrollIntoView("figure > .data"))
		b.keep(t, fmt.Sprintf("opened-%d", width))
	}
}

// await returns the lines that a promise gives.
func (b *tab) await(t *testing.T, script string) []string {
	t.Helper()
	lines, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%.200s: %v", script, err)
	}
	return lines
}

// axeScript runs axe-core and gives what it finds, one line for each rule.
func axeScript(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal("axe-core is not installed; npm ci in the project's folder puts it there")
	}
	return `(async () => {
		if (!window.axe) {` + string(source) + `}
		const result = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] });
		return result.violations.map((v) => v.id + ': ' + v.help + ' ' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + ' ' + (n.any[0]?.message || '')).join(' | '));
	})()`
}

// The first load of the overview is at most 500 kB over the wire, and until its charts are drawn the page works for at most a
// second: that is measured as Chromium's own time, so that a busy machine does not matter.
func TestOverviewIsLight(t *testing.T) {
	needNpm(t)
	server := serve(t, site(t, cityAnswers))
	b := newTab(browser(t), t, 1366, 768, false)
	if _, err := chromedp.Call(b.ctx, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}); err != nil {
		t.Fatal(err)
	}
	b.do(t, chromedp.Navigate(server.URL+"/"))
	eventually(t, b, `document.readyState === 'complete' && `+undrawn+` === 0 && performance.getEntriesByName('drawn').length > 0`)
	metrics, err := chromedp.Call(b.ctx, performance.GetMetrics, cdp.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	worked := 0.0
	for _, m := range metrics.Metrics {
		if m.Name == "TaskDuration" {
			worked = m.Value
		}
	}
	if worked <= 0.01 || worked > 1 {
		t.Errorf("the page has worked for %.2f s when its charts are drawn", worked)
	}
	weights := eval[map[string]int](t, b, `Object.fromEntries([...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map((e) => [e.name, e.encodedBodySize]))`)
	sum := 0
	for _, weight := range weights {
		sum += weight
	}
	t.Logf("%d bytes, %.2f s", sum, worked)
	if sum < 50_000 || sum > 500_000 {
		encoded, _ := json.Marshal(weights)
		t.Errorf("%d bytes: %s", sum, encoded)
	}
}

// With keys alone one gets through the page, past the navigation, to each chart and its table.
func TestKeyboardWalk(t *testing.T) {
	needNpm(t)
	server := serve(t, site(t, few))
	b := newTab(browser(t), t, 1366, 768, false)
	b.do(t, chromedp.Navigate(server.URL+"/dossiers?lang=en"))
	eventually(t, b, `document.readyState === 'complete' && `+undrawn+` === 0`)
	const at = `(() => { const e = document.activeElement, s = getComputedStyle(e);
		return (e.id || e.className || e.tagName) + '|' + (e.textContent || '').trim().slice(0, 30) + '|' + (s.outlineStyle !== 'none' || e.classList.contains('skip')); })()`
	var walk []string
	opened := false
	for range 400 {
		b.do(t, chromedp.KeyEvent(kb.Tab))
		here := eval[string](t, b, at)
		if strings.HasPrefix(here, "BODY") {
			break
		}
		walk = append(walk, here)
		if strings.HasSuffix(here, "|false") {
			t.Errorf("nothing shows that %s has the focus", here)
		}
		if strings.HasPrefix(here, "funnel-title|") {
			if !eval[bool](t, b, `getComputedStyle(document.getElementById('funnel-about')).display !== 'none'`) {
				t.Error("a title with the focus does not say how its figures are counted")
			}
			b.do(t, chromedp.KeyEvent(kb.Escape), chromedp.Sleep(50*time.Millisecond))
			if eval[bool](t, b, `getComputedStyle(document.getElementById('funnel-about')).display !== 'none'`) {
				t.Error("Escape does not put the words away")
			}
			b.do(t, chromedp.Evaluate[chromedp.Void](`document.getElementById('funnel').focus()`), chromedp.KeyEvent(kb.Enter))
			opened = eval[bool](t, b, `document.querySelector('#funnel').closest('figure').querySelector('details').open`)
		}
	}
	all := strings.Join(walk, "\n")
	for _, want := range []string{"skip|", "|Dossiers|", "period|", "filter-agency|", "SUMMARY|", "CSV"} {
		if !strings.Contains(all, want) {
			t.Errorf("the walk does not come past %q:\n%s", want, all)
		}
	}
	if !opened || len(walk) < 60 {
		t.Errorf("the walk ends after %d steps, the table was opened: %v:\n%s", len(walk), opened, all)
	}
}
