package dashboards

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"

	"tiendo/internal/auth"
	"tiendo/internal/byhand"
	"tiendo/internal/event"
)

// newDesk returns a desk that keeps what is entered in memory. The clock goes on by a second with every delivery.
func newDesk(t *testing.T) *byhand.Desk {
	t.Helper()
	var kept []event.Event
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return today.Add(time.Duration(len(kept)) * time.Second).In(zone) }
	return byhand.New(byhand.Options{
		Deliver: func(who *auth.Token, lines []byte) ([]byhand.Refused, error) {
			at := now()
			for line := range bytes.Lines(lines) {
				e, err := event.Decode(bytes.TrimSpace(line), at)
				if err != nil {
					return nil, err
				}
				e.Bound, e.Entry = who.Bound, uint64(len(kept))
				kept = append(kept, e)
			}
			return nil, nil
		},
		Known: func(_ context.Context, family event.Family, subjects []string) (map[string][]event.Event, error) {
			known := map[string][]event.Event{}
			for _, e := range kept {
				if e.Type.Family() == family && slices.Contains(subjects, e.Subject) {
					known[e.Subject] = append(known[e.Subject], e)
				}
			}
			return known, nil
		},
		Recent: func(_ context.Context, source string, _ []event.Family, limit int) ([]event.Event, error) {
			var all []event.Event
			for _, e := range slices.Backward(kept) {
				if e.Source == source && len(all) < limit {
					all = append(all, e)
				}
			}
			return all, nil
		},
		Opaque: func(string) string { return "0123" },
		Agencies: func() []byhand.Agency {
			var all []byhand.Agency
			for _, code := range []string{"H24.12", "H24.13"} {
				all = append(all, byhand.Agency{Code: code, Name: byhand.Text{nameOf(code, "vi"), nameOf(code, "en")}})
			}
			return append(all, byhand.Agency{Code: "X", Name: byhand.Text{`"><script>alert(1)</script>`, ""}})
		},
		Now: now,
	})
}

// filled fills in the template of tasks that a caller downloads.
func (c *caller) filled(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	x, err := excelize.OpenReader(strings.NewReader(bodyOf(t, c.do(t, http.MethodGet, "/enter/task/template", nil))))
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		at, err := excelize.CoordinatesToCellName(1, 4+i)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.SetSheetRow(x.GetSheetName(0), at, &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload sends a file as a browser does.
func (c *caller) upload(t *testing.T, address, name string, content []byte) *http.Response {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(content) // a buffer takes all
	_ = form.Close()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, address, &b)
	r.TLS = &tls.ConnectionState{}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.AddCookie(&http.Cookie{Name: "__Host-tiendo", Value: c.cookie})
	w := httptest.NewRecorder()
	c.gate.ServeHTTP(w, r)
	return w.Result()
}

// The name of a draft changes with every run.
var draftName = regexp.MustCompile(`name="draft" value="([A-Z0-9]+)"`)

// The pages on which data is entered look like this, and hold neither scripts nor styles, whatever a file is called.
func TestEntryPagesLookLikeThis(t *testing.T) {
	g := newGate(t, nil)
	clerk := g.logIn(t, g.make(t, auth.Terms{Name: "van-thu", Scopes: []auth.Scope{auth.ScopeIngest, auth.ScopeView}}))
	bound := g.logIn(t, g.make(t, auth.Terms{Name: "so-xay-dung", Scopes: []auth.Scope{auth.ScopeIngest}, Agency: "H24.12", Families: []event.Family{event.Task}}))
	draft := ""
	f := func(file string, r *http.Response, status int) {
		t.Helper()
		page := bodyOf(t, r)
		if m := draftName.FindStringSubmatch(page); m != nil {
			draft = m[1]
		}
		page = draftName.ReplaceAllString(page, `name="draft" value="…"`)
		if r.StatusCode != status || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d, want %d; %v", file, r.StatusCode, status, r.Header)
		}
		if regexp.MustCompile(`(?i)<script|<style|<img|\s(style|on[a-z]+)\s*=|(src|action)="(https?:)?//`).MatchString(page) {
			t.Errorf("%s holds a script, a style, a picture or another host", file)
		}
		golden(t, file, page)
	}
	get := func(c *caller, address string) *http.Response { return c.do(t, http.MethodGet, address, nil) }
	f("enter-vi.html", get(clerk, "/enter"), 200)
	f("enter-bound-en.html", get(bound, "/enter?lang=en"), 200)
	f("enter-one-vi.html", get(clerk, "/enter/task"), 200)
	f("enter-one-en.html", get(bound, "/enter/task?type=task.rescheduled&lang=en"), 200)
	f("enter-wrong-vi.html", clerk.do(t, http.MethodPost, "/enter/petition", url.Values{"subject": {`"><script>`}, "kind": {"<b>"}, "day-of": {"2019-13-01"}, "due": {"2019-10-09"}}), 400)
	filled := clerk.filled(t,
		[]any{"GV-01", "H24.12", "02/09/2019", "20/09/2019", "H24.13", "UBND", "12/QĐ-UBND", nil, nil, "18/09/2019", "19/09/2019 15:30"},
		[]any{"GV <b>", "H99", "mai"}, []any{"GV-03", "X", "03/09/2019"})
	f("enter-preview-vi.html", clerk.upload(t, "/enter/task/upload", `"><img src=x>.xlsx`, filled), 200)
	f("enter-sent-vi.html", clerk.do(t, http.MethodPost, "/enter/confirm", url.Values{"draft": {draft}}), 200)
	f("enter-again-en.html", clerk.do(t, http.MethodPost, "/enter/confirm?lang=en", url.Values{"draft": {draft}}), 200)
	moved := clerk.filled(t, []any{"GV-01", "H24.12", "02/09/2019", "27/09/2019", "H24.13", "UBND", "12/QĐ-UBND", nil, nil, "17/09/2019", "19/09/2019 15:30"})
	f("enter-moved-en.html", clerk.upload(t, "/enter/task/upload?lang=en", "x.xlsx", moved), 200)
	one := clerk.filled(t, []any{"GV-99", "H24.12", "02/09/2019"}, []any{"GV-98", "H99", "02/09/2019"})
	if page := bodyOf(t, clerk.upload(t, "/enter/task/upload?lang=en", "x.xlsx", one)); !strings.Contains(page, "1</span> event will be sent") || !strings.Contains(page, "GV-98") {
		t.Errorf("one event is several, or a row that is not taken has no code: %s", page)
	}
	f("enter-unreadable-vi.html", clerk.upload(t, "/enter/task/upload", "x.pdf", []byte("%PDF-1.7")), 400)
	f("enter-correct-vi.html", get(clerk, "/enter/task?type=task.completed&was_subject=GV-01&was_time=2019-09-19T08:30:00Z"), 200)
	if r := clerk.do(t, http.MethodPost, "/enter/retract", url.Values{"form": {"task"}, "type": {"task.assigned"}, "was_subject": {"GV-03"}, "was_time": {"2019-09-02T17:00:00Z"}}); r.StatusCode != http.StatusSeeOther {
		t.Errorf("taken back: %d", r.StatusCode)
	}
	again := clerk.do(t, http.MethodPost, "/enter/retract", url.Values{"form": {"task"}, "type": {"task.assigned"}, "was_subject": {"GV-77"}, "was_time": {"2019-09-02T17:00:00Z"}})
	if page := bodyOf(t, again); again.StatusCode != 404 || !strings.Contains(page, `href="/enter/recent"`) {
		t.Errorf("what counts no more: %d without a way back: %s", again.StatusCode, page)
	}
	gone := clerk.do(t, http.MethodPost, "/enter/confirm", url.Values{"draft": {"none"}})
	if page := bodyOf(t, gone); gone.StatusCode != 404 || !strings.Contains(page, `<li><a href="/enter">`) {
		t.Errorf("an upload that is gone: %d without a way back: %s", gone.StatusCode, page)
	}
	f("enter-recent-vi.html", get(clerk, "/enter/recent?done=retracted"), 200)
	for _, sent := range []string{"/enter/confirm?lang=vi", "/enter/task/upload?lang=vi", "/enter/retract"} {
		if r := get(clerk, sent); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/enter" {
			t.Errorf("%s: %d to %s", sent, r.StatusCode, r.Header.Get("Location"))
		}
	}
	f("enter-none-en.html", get(bound, "/enter/recent?lang=en"), 200)
}

// axe finds nothing on the pages on which something is entered, which fit on a telephone and run no script.
func TestEntryPagesOnEveryScreen(t *testing.T) {
	g := newGate(t, nil)
	secrets := map[string]string{
		"clerk": g.make(t, auth.Terms{Name: "van-thu", Scopes: []auth.Scope{auth.ScopeIngest, auth.ScopeAssess, auth.ScopeView}}),
		"own":   g.make(t, auth.Terms{Name: "so", Scopes: []auth.Scope{auth.ScopeAssess}, Agency: "H24.12"}),
	}
	clerk := g.logIn(t, secrets["clerk"])
	preview := bodyOf(t, clerk.upload(t, "/enter/task/upload", "x.xlsx", clerk.filled(t,
		[]any{"GV-01", "H24.12", "02/09/2019", "20/09/2019", "H24.13", "UBND", nil, nil, nil, "18/09/2019"}, []any{"GV 02", "H99", "mai"})))
	clerk.do(t, http.MethodPost, "/enter/confirm", url.Values{"draft": {draftName.FindStringSubmatch(preview)[1]}})
	server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/preview" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(preview))
			return
		}
		r.Header.Set("Authorization", "Bearer "+secrets[cmp.Or(r.URL.Query().Get("as"), "clerk")])
		g.ServeHTTP(w, r)
	}))
	chromium, axe := browser(t), axeScript(t)
	for _, dark := range []bool{false, true} {
		b := newTab(chromium, t, 360, 780, dark)
		for _, path := range []string{
			"/enter?as=clerk", "/preview?as=clerk", "/enter/task?as=clerk", "/enter/petition?as=clerk&type=petition.forwarded", "/enter/recent?as=clerk&done=written",
			"/assess?as=clerk", "/assess?as=clerk&agency=H24.12&period=2019-Q3", "/assess?as=own&period=2019-Q3",
		} {
			b.do(t, chromedp.Navigate(server.URL+path))
			eventually(t, b, `document.readyState === 'complete' && document.fonts.status === 'loaded'`)
			if over := eval[int](t, b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				t.Errorf("%s is %d pixels wider than the screen", path, over)
			}
			for _, found := range b.await(t, axe) {
				t.Errorf("%s, dark %v: %s", path, dark, found)
			}
		}
	}
}
