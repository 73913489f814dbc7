package dashboards

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tiendo/internal/auth"
)

// reachable are the elements of a page that take the focus; of radio buttons only the chosen one does.
const reachable = `[...document.querySelectorAll('a[href], button, input:not([type=hidden]):not([type=radio]), select, textarea, summary, [tabindex="0"]')]
	.filter((e) => !e.disabled && e.getClientRects().length && e.checkVisibility({visibilityProperty: true}))`

// TestKeysReachEverything: on every page, those on which something is entered, administered, ranked or published and the papers among them, the tab key comes past
// all that can be followed, opened or typed into, and it shows where it is.
func TestKeysReachEverything(t *testing.T) {
	needNpm(t)
	g := newGate(t, nil)
	secrets := map[string]string{
		"":      g.admin(t),
		"clerk": g.make(t, auth.Terms{Name: "van-thu", Scopes: []auth.Scope{auth.ScopeIngest, auth.ScopeAssess, auth.ScopeView}}),
		"none":  "",
	}
	rankings, _ := rankedSite(t)
	booked := bookedPages(t)
	papered := http.NewServeMux()
	papered.Handle("/", g)
	papered.Handle("/ranking", rankings)
	for _, path := range []string{"/reports", "/reports/", "/signals"} {
		papered.Handle(path, booked.Papers())
	}
	server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if secret := secrets[r.URL.Query().Get("as")]; secret != "" {
			r.Header.Set("Authorization", "Bearer "+secret)
		}
		papered.ServeHTTP(w, r)
	}))
	paths := []string{
		"/kpis", "/cases", "/cases?kpi=dossier.on_time_rate&period=2019-09", "/cases/dossier/H24.12-190823-0001", "/tokens", "/audit", "/login?as=none",
		"/enter?as=clerk", "/enter/task?as=clerk", "/enter/recent?as=clerk", "/assess?as=clerk", "/assess?as=clerk&agency=H24.12&period=2019-Q3",
		"/?period=2019-13&as=clerk", "/no-such-page?as=clerk",
		"/ranking?period=2019-Q3&agency=H24.12&against=H24.25", "/ranking?w.rate=20", "/publications", "/publications/1", "/reports",
		"/reports/06a?period=2019-Q3", "/reports/summary?period=2019-01-01..2019-10-01&agency=H24.12", "/signals?period=2019-Q3", "/signals?period=2019-Q3&agency=H24.12",
	}
	for _, of := range pages() {
		paths = append(paths, strings.ReplaceAll(of.path, "{agency}", "H24.12"))
	}
	chromium := browser(t)
	b := newTab(chromium, t, 1366, 768, false)
	for _, path := range paths {
		b.do(t, chromedp.Navigate(server.URL+path))
		eventually(t, b, `document.readyState === 'complete' && `+undrawn+` === 0`)
		n := eval[int](t, b, `(() => {
			window.walked = new Set(); window.bare = [];
			document.addEventListener('focusin', (e) => {
				walked.add(e.target);
				if (getComputedStyle(e.target).outlineStyle === 'none' && !e.target.classList.contains('skip')) bare.push(e.target.outerHTML.slice(0, 120));
			});
			return `+reachable+`.length;
		})()`)
		var keys []chromedp.Action[chromedp.Void]
		for range n + 40 { // a date takes several
			keys = append(keys, chromedp.KeyEvent(kb.Tab))
		}
		b.do(t, keys...)
		for what, script := range map[string]string{
			"the keys do not reach":                  reachable + `.filter((e) => !walked.has(e)).map((e) => e.outerHTML.slice(0, 120)).slice(0, 5).join('\n')`,
			"nothing shows that this has the focus:": `[...new Set(bare)].slice(0, 5).join('\n')`,
		} {
			if found := eval[string](t, b, script); found != "" {
				t.Errorf("%s: %s\n%s", path, what, found)
			}
		}
		if n < cmp.Or(map[string]int{"/login?as=none": 3}[path], 10) {
			t.Errorf("%s: only %d can take the focus", path, n)
		}
	}
}

// TestKeysPassLongTables: who goes by keys need not walk through all cells of a table to come to what is behind it.
func TestKeysPassLongTables(t *testing.T) {
	needNpm(t)
	booked, all := bookedPages(t), http.NewServeMux()
	all.Handle("/", booked)
	all.Handle("/cases", booked.Cases())
	server := serve(t, all)
	b := newTab(browser(t), t, 1366, 768, false)
	for path, tables := range map[string]int{"/": 1, "/dossiers": 2, "/quality": 2, "/cases?kpi=dossier.received&period=2019-09": 1} {
		b.do(t, chromedp.Navigate(server.URL+path))
		eventually(t, b, `document.readyState === 'complete' && `+undrawn+` === 0`)
		if n := eval[int](t, b, `(window.ways = [...document.querySelectorAll('.skip.here')]).length`); n != tables {
			t.Errorf("%s: ways past %d tables, want %d", path, n, tables)
		}
		for i := range eval[int](t, b, `ways.length`) {
			b.do(t, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(window.way = ways[%d]).focus()`, i)))
			if !eval[bool](t, b, `(({left, top, right, bottom}) => left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight)(way.getBoundingClientRect())`) {
				t.Errorf("%s: way %d is not seen", path, i)
			}
			b.picture(t, fmt.Sprintf("past-%s-%d", strings.Trim(strings.Split(path, "?")[0], "/"), i))
			b.do(t, chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.Tab))
			if at := eval[string](t, b, `way.nextElementSibling.contains(document.activeElement) || !(way.nextElementSibling.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING) ?
				document.activeElement.outerHTML.slice(0, 200) : ''`); at != "" {
				t.Errorf("%s: way %d leads to %s", path, i, at)
			}
		}
	}
}
