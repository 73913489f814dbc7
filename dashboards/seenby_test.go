package dashboards

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"tiendo/internal/auth"
)

var caseLinks = regexp.MustCompile(`"/cases\?[^"]*kpi=[^"]*"`)

// Who may see the cases of one agency alone is led to no other's, neither by a number nor by a mark in a chart; the numbers stay.
func TestNoLinkLeadsToCasesOfOthers(t *testing.T) {
	numbers := regexp.MustCompile(`<data value="[^"]*"[^>]*>`)
	g := newGate(t, nil)
	enters := func(name, agency string) *caller {
		return g.logIn(t, g.make(t, auth.Terms{Name: name, Scopes: []auth.Scope{auth.ScopeRead}, Agency: agency}))
	}
	city, office := enters("city", ""), enters("office", "H24.12")
	for _, path := range []string{"/", "/dossiers", "/online", "/tasks", "/agencies/H24.12", "/agencies/H24.14"} {
		all, own := bodyOf(t, city.do(t, http.MethodGet, path, nil)), bodyOf(t, office.do(t, http.MethodGet, path, nil))
		kept := 0
		for _, link := range caseLinks.FindAllString(own, -1) {
			if kept++; !strings.Contains(link, "agency=H24.12") {
				t.Errorf("%s leads to %s", path, link)
			}
		}
		before := caseLinks.FindAllString(all, -1)
		if (kept == 0) != (path == "/agencies/H24.14") || path != "/agencies/H24.12" && kept >= len(before) {
			t.Errorf("%s: %d of %d links are left", path, kept, len(before))
		}
		if got, want := len(numbers.FindAllString(own, -1)), len(numbers.FindAllString(all, -1)); got != want || want == 0 {
			t.Errorf("%s: %d of %d numbers are left", path, got, want)
		}
		if opens, closes := strings.Count(own, "<a "), strings.Count(own, "</a>"); opens != closes {
			t.Errorf("%s: %d links begin, %d end", path, opens, closes)
		}
	}
}

// Whose token is good for other things than looking is offered what it is good for, and nothing that refuses them.
func TestMenuOfWhoMaySeeNoFigures(t *testing.T) {
	g := newGate(t, nil)
	for scope, home := range map[auth.Scope]string{auth.ScopeIngest: "/enter", auth.ScopeAssess: "/assess", auth.ScopePublish: ""} {
		c := g.logIn(t, g.make(t, auth.Terms{Name: string(scope), Scopes: []auth.Scope{scope}}))
		if r := c.do(t, http.MethodGet, "/?lang=vi", nil); home != "" && (r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != home+"?lang=vi") {
			t.Errorf("%s: status %d, to %s", scope, r.StatusCode, r.Header.Get("Location"))
		}
		page := bodyOf(t, c.do(t, http.MethodGet, "/tasks?lang=vi", nil))
		for _, link := range regexp.MustCompile(`href="(/[a-z]*)\?[^"]*"`).FindAllStringSubmatch(page[strings.Index(page, `<nav class="menu"`):], -1) {
			if link[1] != home {
				t.Errorf("%s is offered %s", scope, link[0])
			}
		}
		if strings.Contains(page, `href="/metrics"`) || !strings.Contains(page, "xem số liệu và vụ việc") {
			t.Errorf("%s: %s", scope, page)
		}
	}
}

// A screen on a wall that is sent elsewhere is offered to log in, and not the overview, which refuses it as well.
func TestWallsAreOfferedToLogIn(t *testing.T) {
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/tasks?lang=en", nil)
	newGate(t, nil).pages.Refused(w, r, auth.Refusal{Status: http.StatusForbidden, Wall: true})
	page := w.Body.String()
	if w.Code != http.StatusForbidden || !strings.Contains(page, `<a class="button" href="/login?next=%2Ftasks%3Flang%3Den">Log in</a>`) || strings.Contains(page, `class="button" href="/?lang=en"`) {
		t.Errorf("status %d: %s", w.Code, page)
	}
}

// A hand over a chart says that a click leads on; who may not follow its links sees none.
func TestHandsStandOverLinksOnly(t *testing.T) {
	needNpm(t)
	of := site(t, few)
	for name, c := range map[string]struct {
		see  func(page []byte) []byte
		want string
	}{
		"all":  {func(page []byte) []byte { return page }, "pointer"},
		"none": {func(page []byte) []byte { return unlinked(page, "H24.99") }, "default"},
	} {
		server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/dossiers" {
				of.ServeHTTP(w, r)
				return
			}
			r.Header.Del("Accept-Encoding")
			made := httptest.NewRecorder()
			of.ServeHTTP(made, r)
			w.Header().Set("Content-Type", made.Header().Get("Content-Type"))
			_, _ = w.Write(c.see(made.Body.Bytes())) // to a tab that waits for it
		}))
		b := newTab(browser(t), t, 1366, 900, false)
		b.do(t, chromedp.Navigate(server.URL+"/dossiers"))
		eventually(t, b, `document.readyState === 'complete' && `+undrawn+` === 0`)
		for _, chart := range []string{"ages", "spread"} {
			// The middle of the largest mark that is none of the background.
			at := eval[[]float64](t, b, fmt.Sprintf(`(() => {
				document.getElementById('%s').scrollIntoView({block: 'center'});
				const marks = [...document.querySelectorAll('#%[1]s svg path')].filter((e) => !['none', 'transparent', null].includes(e.getAttribute('fill'))).map((e) => e.getBoundingClientRect()).filter((r) => r.width > 4 && r.width < 200 && r.height > 4);
				const r = marks.sort((a, b) => b.width - a.width)[0];
				return r ? [r.x + r.width / 2, r.y + r.height / 2] : [0, 0];
			})()`, chart))
			b.do(t, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0]-1, at[1]), chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1]))
			if got := eval[string](t, b, fmt.Sprintf(`getComputedStyle(document.elementFromPoint(%g, %g)).cursor`, at[0], at[1])); got != c.want {
				t.Errorf("%s, %s: over a mark at %v the cursor is %q, want %q", name, chart, at, got, c.want)
			}
		}
	}
}
