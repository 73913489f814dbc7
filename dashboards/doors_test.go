package dashboards

import (
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"tiendo/internal/audit"
	"tiendo/internal/auth"
	"tiendo/internal/auth/authtest"
	"tiendo/internal/event"
)

// gate is the pages behind a door, as the program puts them there.
type gate struct {
	http.Handler
	pages  *Pages
	tokens *auth.Tokens
	acts   *audit.Log
	data   string
}

// newGate returns the pages behind a door; a provider vouches for people if there is one.
func newGate(t *testing.T, provider *auth.Provider) *gate {
	t.Helper()
	g := &gate{data: t.TempDir()}
	now := func() time.Time { return today }
	quiet := slog.New(slog.DiscardHandler)
	var err error
	if g.acts, err = audit.Open(audit.Options{Data: g.data, Now: now, Logger: quiet}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.acts.Close() })
	if g.tokens, err = auth.Open(auth.Options{Data: g.data, Now: now, Audit: g.acts.Add}); err != nil {
		t.Fatal(err)
	}
	door, err := auth.OpenDoor(auth.DoorOptions{
		Data: g.data, Tokens: g.tokens, Provider: provider, Idle: time.Hour, End: time.Hour, Now: now, Audit: g.acts.Add, Logger: quiet,
		Page: func(w http.ResponseWriter, r *http.Request, why auth.Refusal) { g.pages.Refused(w, r, why) },
	})
	if err != nil {
		t.Fatal(err)
	}
	g.pages = pagesOf(t, sources{ask: few, booked: counter(), cases: fewCases}, withStories(t), func(o *Options) {
		o.Door, o.Tokens, o.Audit = door, g.tokens, g.acts
		o.Desk = newDesk(t)
		assessed(t, o)
		o.Publishing = publishing(t)
	})
	mux := http.NewServeMux()
	for _, path := range []string{"/login", "/login/", "/logout"} {
		mux.Handle(path, door.Know(g.pages.Doors()))
	}
	for _, path := range []string{"/tokens", "/tokens/", "/audit"} {
		mux.Handle(path, door.Require(auth.ScopeAdmin, g.pages.Office()))
	}
	for _, path := range []string{"/enter", "/enter/"} {
		mux.Handle(path, door.Require(auth.ScopeIngest, g.pages.Entry()))
	}
	for _, path := range []string{"/publications", "/publications/"} {
		mux.Handle(path, door.Require(auth.ScopeView, g.pages.Publications()))
	}
	mux.Handle("/assess", door.Require(auth.ScopeAssess, g.pages.Assessing()))
	mux.Handle("/cases", door.Require(auth.ScopeView, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who, _ := auth.From(r.Context()); who.Bound != "" {
			auth.ForbidOthers(w, r, who.Bound, "no")
			return
		}
		g.pages.Cases().ServeHTTP(w, r)
	})))
	mux.Handle("/", door.Require(auth.ScopeView, g.pages))
	g.Handler = door.Headers(mux)
	return g
}

func (g *gate) make(t *testing.T, terms auth.Terms) string {
	t.Helper()
	secret, _, err := g.tokens.Create(auth.Token{}, terms)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func (g *gate) admin(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(g.data, auth.AdminTokenFile))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(raw))
}

// caller looks at the pages like a browser over TLS.
type caller struct {
	gate   *gate
	cookie string
}

func (c *caller) do(t *testing.T, method, address string, form url.Values) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	r.TLS = &tls.ConnectionState{}
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if c.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-tiendo", Value: c.cookie})
	}
	w := httptest.NewRecorder()
	c.gate.ServeHTTP(w, r)
	for _, cookie := range w.Result().Cookies() {
		if cookie.Name == "__Host-tiendo" {
			c.cookie = cookie.Value
		}
	}
	return w.Result()
}

func (g *gate) logIn(t *testing.T, secret string) *caller {
	t.Helper()
	c := &caller{gate: g}
	r := c.do(t, http.MethodPost, "/login", url.Values{"token": {secret}, "next": {"/kpis"}})
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/kpis" || c.cookie == "" {
		t.Fatalf("status %d to %q: %.2000s", r.StatusCode, r.Header.Get("Location"), bodyOf(t, r))
	}
	return c
}

// secrets change with every run, and so do the hashes that hold them.
var secrets = regexp.MustCompile(`tiendo_[A-Za-z0-9_-]{43}|prev [0-9a-f]{64}`)

// The pages of the door and of the office look like this, and hold neither scripts nor styles.
func TestDoorsLookLikeThis(t *testing.T) {
	g := newGate(t, nil)
	g.make(t, auth.Terms{Name: "mot-cua", Scopes: []auth.Scope{auth.ScopeIngest}, Agency: "H24.12", Families: []event.Family{event.Dossier}, Rate: 1200, Expires: today.Add(24 * time.Hour)})
	g.make(t, auth.Terms{Name: "gone", Scopes: []auth.Scope{auth.ScopeView}})
	if err := g.tokens.Revoke(auth.Token{}, "gone"); err != nil {
		t.Fatal(err)
	}
	agency := g.make(t, auth.Terms{Name: "so-xay-dung", Scopes: []auth.Scope{auth.ScopeRead}, Agency: "H24.12"})
	nobody, office, bound := &caller{gate: g}, g.logIn(t, g.admin(t)), g.logIn(t, agency)
	f := func(file string, c *caller, method, address string, form url.Values, status int) {
		t.Helper()
		r := c.do(t, method, address, form)
		page := secrets.ReplaceAllString(bodyOf(t, r), "…")
		if r.StatusCode != status || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d, want %d; %v", file, r.StatusCode, status, r.Header)
		}
		if regexp.MustCompile(`(?i)<script|<style|<img|\s(style|on[a-z]+)\s*=|(src|action)="(https?:)?//`).MatchString(page) {
			t.Errorf("%s holds a script, a style, a picture or another host", file)
		}
		golden(t, file, page)
	}
	f("login-vi.html", nobody, http.MethodGet, "/login?next=/cases%3Fsubject%3Dx", nil, 200)
	f("login-wrong-en.html", nobody, http.MethodPost, "/login?lang=en", url.Values{"token": {"<b>"}, "next": {"//evil.example"}}, 403)
	f("logout-vi.html", bound, http.MethodGet, "/logout", nil, 200)
	f("forbidden-vi.html", bound, http.MethodGet, "/cases?kpi=dossier.late&period=ytd", nil, 403)
	f("forbidden-en.html", bound, http.MethodGet, "/tokens?lang=en", nil, 403)
	f("tokens-vi.html", office, http.MethodGet, "/tokens", nil, 200)
	f("audit-vi.html", office, http.MethodGet, "/audit", nil, 200)
	f("audit-en.html", office, http.MethodGet, "/audit?lang=en&act=token.revoke", nil, 200)
	f("tokens-wrong-vi.html", office, http.MethodPost, "/tokens", url.Values{"name": {`"><script>`}, "scope": {"ingest", "view"}, "family": {"task"}, "expires": {"soon"}}, 400)
	f("tokens-made-en.html", office, http.MethodPost, "/tokens?lang=en", url.Values{"name": {"wall"}, "scope": {"view"}, "expires": {"90d"}}, 201)
}

// Whoever administers makes and revokes tokens, which are good and bad from then on; the log says who did.
func TestTokensPage(t *testing.T) {
	g := newGate(t, nil)
	office := g.logIn(t, g.make(t, auth.Terms{Name: "an", Scopes: []auth.Scope{auth.ScopeAdmin}}))
	r := office.do(t, http.MethodPost, "/tokens", url.Values{"name": {" mot-cua "}, "scope": {"ingest", "view"}, "agency": {"H24.12"}, "family": {"task"}, "rate": {"7"}})
	page := bodyOf(t, r)
	secret := regexp.MustCompile(`tiendo_[A-Za-z0-9_-]{43}`).FindString(page)
	if r.StatusCode != http.StatusCreated || secret == "" {
		t.Fatalf("status %d: %.3000s", r.StatusCode, page)
	}
	if page := bodyOf(t, office.do(t, http.MethodGet, "/tokens", nil)); strings.Contains(page, secret) || !strings.Contains(page, "mot-cua") {
		t.Error("the secret is shown again, or the token is not listed")
	}
	member := g.logIn(t, secret)
	f := func(what string, form url.Values, status int, says string) {
		t.Helper()
		r := office.do(t, http.MethodPost, "/tokens"+what, form)
		if page := bodyOf(t, r); r.StatusCode != status || !strings.Contains(page, says) {
			t.Errorf("%s %v: status %d, and not %q", what, form, r.StatusCode, says)
		}
	}
	f("", url.Values{"name": {"mot-cua"}, "scope": {"view"}}, 409, "Tên này đã có mã khác dùng")
	f("", url.Values{"name": {"x"}}, 400, "Quyền: chọn ít nhất một")
	f("", url.Values{"name": {"x"}, "scope": {"king"}}, 400, "Quyền: chọn ít nhất một")
	f("", url.Values{"name": {"x"}, "scope": {"admin"}, "agency": {"H24.12"}}, 400, "Mã cơ quan:")
	f("", url.Values{"name": {"x"}, "scope": {"ingest"}, "rate": {"0"}}, 400, "Sự kiện mỗi giây:")
	f("", url.Values{"name": {"x"}, "scope": {"ingest"}, "rate": {"many"}}, 400, "Sự kiện mỗi giây:")
	f("?lang=en", url.Values{"name": {"x"}, "scope": {"view"}, "expires": {"2001-01-01T00:00:00Z"}}, 400, "has passed; 90d would do")
	f("", url.Values{"name": {strings.Repeat("x", 70000)}}, 400, "Biểu mẫu")
	f("/revoke", url.Values{"name": {"nobody"}}, 404, "Không có mã nào còn hiệu lực")
	if r := office.do(t, http.MethodPost, "/tokens/revoke", url.Values{"name": {"mot-cua"}}); r.StatusCode != 303 || r.Header.Get("Location") != "/tokens" {
		t.Errorf("status %d", r.StatusCode)
	}
	if r := member.do(t, http.MethodGet, "/kpis", nil); r.StatusCode != 303 || r.Header.Get("Location") != "/login?next=%2Fkpis" {
		t.Errorf("whose token was revoked is let in: status %d to %s", r.StatusCode, r.Header.Get("Location"))
	}
	records, err := g.acts.Newest(audit.Query{By: "an", Act: "token", Limit: 9})
	if err != nil || len(records) != 2 || records[0].Act != "token.revoke" || records[1].Object != "mot-cua" || records[1].From != "192.0.2.1" {
		t.Errorf("the log says %+v, %v", records, err)
	}
}

// Each page of the log goes on where the one before has ended.
func TestAuditPageTurns(t *testing.T) {
	g := newGate(t, nil)
	for range 2*recorded + 5 {
		g.acts.Add(audit.Act{By: audit.Server, Verb: "server.start"})
	}
	office := g.logIn(t, g.admin(t))
	rows := regexp.MustCompile(`<th scope="row"`)
	address, want := "/audit?act=server", []int{recorded, recorded, 5}
	for i, n := range want {
		page := bodyOf(t, office.do(t, http.MethodGet, address, nil))
		if got := len(rows.FindAllString(page, -1)); got != n {
			t.Errorf("page %d has %d records, want %d", i, got, n)
		}
		older := regexp.MustCompile(`id="older" href="([^"]+)"`).FindStringSubmatch(page)
		if (older == nil) != (i == len(want)-1) {
			t.Fatalf("page %d leads to %v", i, older)
		}
		if older != nil {
			address = strings.ReplaceAll(older[1], "&amp;", "&")
		}
	}
	if r := office.do(t, http.MethodGet, "/audit?before=x", nil); r.StatusCode != http.StatusBadRequest {
		t.Errorf("status %d", r.StatusCode)
	}
}

// What goes wrong when somebody logs in is said in words, with a status that fits.
func TestWhyNobodyWasLetIn(t *testing.T) {
	g := newGate(t, nil)
	revoked := g.make(t, auth.Terms{Name: "gone", Scopes: []auth.Scope{auth.ScopeView}})
	if err := g.tokens.Revoke(auth.Token{}, "gone"); err != nil {
		t.Fatal(err)
	}
	f := func(c *caller, method, address, token string, status int, says string) {
		t.Helper()
		r := c.do(t, method, address, url.Values{"token": {token}})
		if page := bodyOf(t, r); r.StatusCode != status || !strings.Contains(page, says) || c.cookie != "" {
			t.Errorf("%s %s: status %d, want %d and %q", method, address, r.StatusCode, status, says)
		}
	}
	nobody := &caller{gate: g}
	f(nobody, "POST", "/login", "", 403, doorsIn[vietnamese].Unknown)
	f(nobody, "POST", "/login", revoked, 403, doorsIn[vietnamese].Revoked)
	f(nobody, "POST", "/login?lang=en", strings.Repeat("x", 9000), 403, doorsIn[english].Unknown)
	for range 10 {
		nobody.do(t, "POST", "/login", url.Values{"token": {"x"}})
	}
	f(nobody, "POST", "/login", "x", 429, "giây rồi thử lại")
	f(nobody, "POST", "/login?lang=en", "x", 429, "seconds and try again")
	if r := nobody.do(t, "GET", "/login/start?next=/kpis", nil); r.Header.Get("Location") != "/login?next=%2Fkpis" {
		t.Errorf("without a provider a login begins at %s", r.Header.Get("Location"))
	}
	if r := nobody.do(t, "GET", "/logout", nil); r.Header.Get("Location") != "/login" {
		t.Errorf("nobody logs out at %s", r.Header.Get("Location"))
	}

	p := authtest.New(t)
	p.End = p.URL + "/end"
	g = newGate(t, auth.NewProvider(auth.ProviderOptions{Issuer: p.URL, Client: p.Client, Redirect: p.Redirect, NameClaim: "n", RoleClaim: "r", Now: time.Now}))
	nobody = &caller{gate: g}
	f(nobody, "POST", "/login", g.admin(t), 403, doorsIn[vietnamese].UseProvider)
	f(nobody, "GET", "/login/return?state=x&code=y", "", 400, doorsIn[vietnamese].Stale)
	f(nobody, "GET", "/login", "", 200, doorsIn[vietnamese].WithProvider)
	if r := nobody.do(t, "GET", "/login/start", nil); r.StatusCode != 303 || !strings.HasPrefix(r.Header.Get("Location"), p.URL+"/authorize?") {
		t.Errorf("status %d to %s", r.StatusCode, r.Header.Get("Location"))
	}
	f(nobody, "GET", "/login?out", "", 200, p.URL+"/end?client_id=tiendo")
	g = newGate(t, auth.NewProvider(auth.ProviderOptions{Issuer: p.URL + "/away", Client: p.Client, Redirect: p.Redirect, NameClaim: "n", RoleClaim: "r", Now: time.Now}))
	f(&caller{gate: g}, "GET", "/login/start", "", 503, doorsIn[vietnamese].ProviderAway)
}

// A page of another site neither logs in nor out, nor makes tokens.
func TestFormsOfOtherSites(t *testing.T) {
	g := newGate(t, nil)
	office := g.logIn(t, g.admin(t))
	for _, address := range []string{"/login", "/logout", "/tokens", "/tokens/revoke"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader("name=x&scope=admin&token="+g.admin(t)))
		r.TLS = &tls.ConnectionState{}
		r.Header.Set("Accept", "text/html")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-site")
		r.AddCookie(&http.Cookie{Name: "__Host-tiendo", Value: office.cookie})
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), doorsIn[vietnamese].Foreign) {
			t.Errorf("%s: status %d", address, w.Code)
		}
	}
	if r := office.do(t, http.MethodGet, "/tokens", nil); r.StatusCode != 200 || len(g.tokens.List()) != 0 {
		t.Errorf("status %d, %d tokens", r.StatusCode, len(g.tokens.List()))
	}
}

func TestNoDoorWordIsMissing(t *testing.T) {
	for lang, d := range doorsIn {
		v := reflect.ValueOf(*d)
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; v.Field(i).IsZero() && (name != "Wrong" || lang == vietnamese) {
				t.Errorf("%s: %s is empty", lang, name)
			}
		}
	}
	for _, field := range []string{"name", "scopes", "agency", "families", "rate", "expires"} {
		if doorsIn[vietnamese].Wrong[field] == "" {
			t.Errorf("what is wrong with %s has no words", field)
		}
	}
	for _, scope := range auth.Scopes() {
		if scopeNames[scope] == (inBoth{}) {
			t.Errorf("the scope %s has no words", scope)
		}
	}
	for _, family := range event.Families() {
		if familyNames[family] == (inBoth{}) {
			t.Errorf("the family %s has no words", family)
		}
	}
	for act := range actNames {
		group, _, _ := strings.Cut(act, ".")
		found := act == "logout"
		for _, g := range actGroups {
			found = found || g.id == group
		}
		if !found {
			t.Errorf("the act %s is in no group", act)
		}
	}
}
