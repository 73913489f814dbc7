package auth

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tiendo/internal/audit"
)

// house is a door with tokens, a clock that a test moves, and the acts that were told.
type house struct {
	*Door
	*shop
	acts []audit.Act
}

func openHouse(t testing.TB, dir string, change ...func(*DoorOptions)) *house {
	t.Helper()
	h := &house{shop: openShop(t, dir)}
	o := DoorOptions{
		Data: dir, Tokens: h.Tokens, Idle: 2 * time.Hour, End: 12 * time.Hour, Now: func() time.Time { return h.now },
		Audit: func(a audit.Act) { h.acts = append(h.acts, a) }, Logger: slog.New(slog.DiscardHandler),
		Page: func(w http.ResponseWriter, _ *http.Request, why Refusal) {
			w.WriteHeader(why.Status)
			fmt.Fprintf(w, "page scope=%s bound=%s foreign=%v wall=%v", why.Scope, why.Bound, why.Foreign, why.Wall)
		},
	}
	for _, c := range change {
		c(&o)
	}
	var err error
	if h.Door, err = OpenDoor(o); err != nil {
		t.Fatal(err)
	}
	return h
}

// told are the acts that were told.
func (h *house) told() string {
	var all []string
	for _, a := range h.acts {
		all = append(all, strings.TrimSpace(a.By+" "+a.Verb+" "+a.From))
	}
	return strings.Join(all, ", ")
}

// browser keeps cookies like one.
type browser struct {
	cookies map[string]*http.Cookie
	secure  bool
}

func newBrowser(secure bool) *browser { return &browser{map[string]*http.Cookie{}, secure} }

// ask sends a request to a handler, from a page of ours.
func (b *browser) ask(h http.Handler, method, address string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, nil)
	if b.secure {
		r.TLS = &tls.ConnectionState{}
	}
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range b.cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if b.cookies[c.Name] = c; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return w
}

// logIn logs in with a token and returns why not.
func (b *browser) logIn(h *house, secret string, change ...func(*http.Request)) (err error) {
	b.ask(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { err = h.LogIn(w, r, secret) }), http.MethodPost, "/login", change...)
	return err
}

// who is the status of a page that needs a scope, and who has asked for it.
func (b *browser) who(h *house, scope Scope) (status int, who Token) {
	w := b.ask(h.Require(scope, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { who, _ = From(r.Context()) })), http.MethodGet, "/x")
	return w.Code, who
}

func (b *browser) sees(t *testing.T, h *house, want int) {
	t.Helper()
	if got, who := b.who(h, ScopeView); got != want {
		t.Errorf("status %d of %+v, want %d", got, who, want)
	}
}

// A token becomes a session that is good for what the token is good for, until it ends by itself or by hand.
func TestSessionOfAToken(t *testing.T) {
	dir := t.TempDir()
	h := openHouse(t, dir)
	secret := h.make(t, Terms{Name: "an", Scopes: []Scope{ScopeRead}, Agency: "H24.12"})
	b := newBrowser(true)
	b.sees(t, h, http.StatusUnauthorized)
	if err := b.logIn(h, "  "+secret+"\n"); err != nil {
		t.Fatal(err)
	}
	c := b.cookies["__Host-tiendo"]
	if c == nil || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || len(c.Value) != 43 {
		t.Fatalf("the cookie is %+v", c)
	}
	want := Token{Name: "an", Scopes: []Scope{ScopeRead}, Bound: "H24.12", From: "192.0.2.1", Session: true}
	status, who := b.who(h, ScopeView)
	who.Allowance = nil
	if diff := cmp.Diff(want, who); status != http.StatusOK || diff != "" {
		t.Errorf("status %d: %s", status, diff)
	}
	if status, _ := b.who(h, ScopeAdmin); status != http.StatusForbidden {
		t.Errorf("status %d", status)
	}
	raw, err := os.ReadFile(filepath.Join(dir, SessionsFile))
	if err != nil || strings.Contains(string(raw), c.Value) || strings.Contains(string(raw), secret) {
		t.Errorf("%s %v", raw, err)
	}
	if info, err := os.Stat(filepath.Join(dir, SessionsFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}

	// A restart keeps it.
	again := openHouse(t, dir)
	b.sees(t, again, http.StatusOK)
	// To log in again makes another, and ends the one before.
	old := *b
	old.cookies = map[string]*http.Cookie{"__Host-tiendo": c}
	if err := b.logIn(again, secret); err != nil || b.cookies["__Host-tiendo"].Value == c.Value {
		t.Error(err)
	}
	b.sees(t, again, http.StatusOK)
	old.sees(t, again, http.StatusUnauthorized)
	// Who logs out is out, here and after a restart.
	kept := newBrowser(true)
	kept.cookies["__Host-tiendo"] = b.cookies["__Host-tiendo"]
	b.ask(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if elsewhere, err := again.LogOut(w, r); elsewhere != "" || err != nil {
			t.Error(elsewhere, err)
		}
	}), http.MethodPost, "/logout")
	if len(b.cookies) != 0 {
		t.Errorf("the browser still holds %v", b.cookies)
	}
	kept.sees(t, again, http.StatusUnauthorized)
	kept.sees(t, openHouse(t, dir), http.StatusUnauthorized)
	if got, want := h.told()+", "+again.told(), "an login 192.0.2.1, an login 192.0.2.1, an logout 192.0.2.1"; got != want {
		t.Errorf("acts %s, want %s", got, want)
	}
}

// A session ends when it was not used, when it is old, and when its token ends.
func TestSessionsEnd(t *testing.T) {
	f := func(want int, then func(h *house, b *browser)) {
		t.Helper()
		h := openHouse(t, t.TempDir())
		b := newBrowser(true)
		if err := b.logIn(h, h.make(t, Terms{Name: "an", Scopes: []Scope{ScopeView}, Expires: morning.Add(6 * time.Hour)})); err != nil {
			t.Fatal(err)
		}
		then(h, b)
		b.sees(t, h, want)
		again := openHouse(t, h.dir)
		again.now = h.now
		b.sees(t, again, want)
	}
	pass := func(d time.Duration) func(*house, *browser) {
		return func(h *house, _ *browser) { h.now = h.now.Add(d) }
	}
	f(http.StatusOK, pass(2*time.Hour-time.Second))
	f(http.StatusUnauthorized, pass(2*time.Hour))
	f(http.StatusOK, func(h *house, b *browser) {
		for range 3 {
			h.now = h.now.Add(time.Hour + 59*time.Minute)
			b.sees(t, h, http.StatusOK)
		}
		h.now = h.now.Add(time.Minute)
	})
	f(http.StatusUnauthorized, func(h *house, b *browser) { // what a page asks by itself keeps nobody in
		for range 3 {
			h.now = h.now.Add(40 * time.Minute)
			b.ask(h.Watch(ScopeView, http.NotFoundHandler()), http.MethodGet, "/live")
		}
	})
	f(http.StatusUnauthorized, func(h *house, b *browser) { // the token has expired, long before the session
		for range 4 {
			h.now = h.now.Add(90 * time.Minute)
			b.who(h, ScopeView)
		}
	})
	f(http.StatusUnauthorized, func(h *house, _ *browser) {
		if err := h.Revoke(Token{}, "an"); err != nil {
			t.Fatal(err)
		}
	})
	// However much it is used, it ends.
	h := openHouse(t, t.TempDir())
	b := newBrowser(true)
	if err := b.logIn(h, h.make(t, Terms{Name: "an", Scopes: []Scope{ScopeView}})); err != nil {
		t.Fatal(err)
	}
	for range 11 {
		h.now = h.now.Add(time.Hour)
		b.sees(t, h, http.StatusOK)
	}
	h.now = h.now.Add(time.Hour)
	b.sees(t, h, http.StatusUnauthorized)
}

// Whoever has too many sessions loses the one that was used longest ago, and nobody else does.
func TestTooManySessions(t *testing.T) {
	h := openHouse(t, t.TempDir())
	secret := h.make(t, Terms{Name: "an", Scopes: []Scope{ScopeView}})
	other := newBrowser(true)
	if err := other.logIn(h, h.make(t, Terms{Name: "binh", Scopes: []Scope{ScopeView}})); err != nil {
		t.Fatal(err)
	}
	var all []*browser
	for range each + 1 {
		h.now = h.now.Add(time.Second)
		all = append(all, newBrowser(true))
		if err := all[len(all)-1].logIn(h, secret); err != nil {
			t.Fatal(err)
		}
	}
	all[0].sees(t, h, http.StatusUnauthorized)
	all[1].sees(t, h, http.StatusOK)
	all[each].sees(t, h, http.StatusOK)
	other.sees(t, h, http.StatusOK)
}

func TestSessionsFileThatDoesNotHold(t *testing.T) {
	for _, content := range []string{"", "{", `{"version":2,"sessions":[]}`, `{"version":1,"sessions":[{"sha256":"x"}]}`, `{"version":1,"sessions":[{"sha256":"x","colour":1}]}`} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, SessionsFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		s := openShop(t, dir)
		_, err := OpenDoor(DoorOptions{Data: dir, Tokens: s.Tokens, Now: s.Now})
		if err == nil || !strings.Contains(err.Error(), SessionsFile) || !strings.Contains(err.Error(), "remove the file") {
			t.Errorf("%q: %v", content, err)
		}
	}
}

// What another site's page has a browser send is refused, whatever it holds.
func TestOtherSitesActForNobody(t *testing.T) {
	h := openHouse(t, t.TempDir())
	secret := h.make(t, Terms{Name: "an", Scopes: []Scope{ScopeAdmin}})
	b := newBrowser(true)
	foreign := func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }
	old := func(r *http.Request) { // a browser of before 2023
		r.Header.Del("Sec-Fetch-Site")
		r.Header.Set("Origin", "https://elsewhere.example")
	}
	for _, from := range []func(*http.Request){foreign, old} {
		if err := b.logIn(h, secret, from); !errors.Is(err, ErrForeign) {
			t.Errorf("logged in: %v", err)
		}
	}
	if err := b.logIn(h, secret); err != nil {
		t.Fatal(err)
	}
	acted := 0
	door := h.Require(ScopeAdmin, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { acted++ }))
	for _, from := range []func(*http.Request){foreign, old} {
		if w := b.ask(door, http.MethodPost, "/tokens", from); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "foreign=true") {
			t.Errorf("status %d %s", w.Code, w.Body)
		}
		b.ask(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := h.LogOut(w, r); !errors.Is(err, ErrForeign) {
				t.Errorf("logged out: %v", err)
			}
		}), http.MethodPost, "/logout", from)
	}
	if w := b.ask(door, http.MethodPost, "/tokens"); w.Code != http.StatusOK || acted != 1 {
		t.Errorf("status %d, acted %d times", w.Code, acted)
	}
	// A link may lead here from anywhere, and who bears a token is no browser.
	if w := b.ask(door, http.MethodGet, "/tokens", foreign); w.Code != http.StatusOK {
		t.Errorf("status %d", w.Code)
	}
	bearer := func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret) }
	if w := newBrowser(true).ask(door, http.MethodPost, "/tokens", foreign, bearer); w.Code != http.StatusOK {
		t.Errorf("status %d", w.Code)
	}
}

// A browser is answered with pages, a program with problems.
func TestWhoIsTurnedAwayAndHow(t *testing.T) {
	h := openHouse(t, t.TempDir())
	secret := h.make(t, Terms{Name: "an", Scopes: []Scope{ScopeIngest}})
	b := newBrowser(false)
	door := h.Require(ScopeView, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { ForbidOthers(w, r, "H24.12", "no") }))
	f := func(status int, kind, body string, change ...func(*http.Request)) {
		t.Helper()
		w := b.ask(door, http.MethodGet, "/x", change...)
		if w.Code != status || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) || !strings.Contains(w.Body.String(), body) || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("status %d, %v: %s", w.Code, w.Header(), w.Body)
		}
	}
	program := func(r *http.Request) { r.Header.Set("Accept", "*/*") }
	bearer := func(secret string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret) }
	}
	f(http.StatusUnauthorized, "", "page scope= bound= foreign=false")
	f(http.StatusUnauthorized, "application/problem+json", "no token", program)
	f(http.StatusUnauthorized, "application/problem+json", "unknown", bearer("x"))
	f(http.StatusForbidden, "application/problem+json", "lacks the scope view", bearer(secret))
	if err := b.logIn(h, secret); err != nil {
		t.Fatal(err)
	}
	if b.cookies["tiendo"] == nil || b.cookies["tiendo"].Secure {
		t.Errorf("cookies without TLS: %v", b.cookies)
	}
	f(http.StatusForbidden, "", "page scope=view bound= foreign=false")
	f(http.StatusForbidden, "", "page scope=view", func(r *http.Request) { r.SetBasicAuth("a proxy", "x") })
	f(http.StatusForbidden, "application/problem+json", "lacks the scope view", program)
	if err := b.logIn(h, h.make(t, Terms{Name: "binh", Scopes: []Scope{ScopeView}})); err != nil {
		t.Fatal(err)
	}
	f(http.StatusForbidden, "", "page scope= bound=H24.12 foreign=false")
	f(http.StatusForbidden, "application/problem+json", `"detail":"no"`, program)
	// A cookie of the one kind is not taken for one of the other.
	b.secure = true
	f(http.StatusUnauthorized, "", "page")
}

// After too many failures an address must wait, also with the right token; others need not.
func TestFailuresAreLimited(t *testing.T) {
	h := openHouse(t, t.TempDir())
	secret := h.make(t, Terms{Name: "an", Scopes: []Scope{ScopeView}})
	from := func(address string) func(*http.Request) {
		return func(r *http.Request) { r.RemoteAddr = address }
	}
	b := newBrowser(true)
	for range failedAtOnce {
		if err := b.logIn(h, "wrong", from("10.0.0.7:1")); !errors.Is(err, ErrWrong) {
			t.Fatal(err)
		}
	}
	many, ok := errors.AsType[*TooManyError](b.logIn(h, secret, from("10.0.0.7:2")))
	if !ok || many.Seconds() < 1 || many.Wait > failedEach {
		t.Fatalf("got %v", many)
	}
	if len(h.acts) != failedAtOnce || h.acts[0].By != audit.Nobody || h.acts[0].Verb != "login.failed" || h.acts[0].From != "10.0.0.7" {
		t.Errorf("%d acts, the first %+v", len(h.acts), h.acts[0])
	}
	if err := b.logIn(h, secret, from("10.0.0.8:1")); err != nil {
		t.Error(err)
	}
	h.now = h.now.Add(many.Wait + time.Millisecond)
	if err := b.logIn(h, secret, from("10.0.0.7:3")); err != nil {
		t.Error(err)
	}
	// Whoever has a network of IPv6 has one address.
	for i := range failedAtOnce {
		_ = b.logIn(h, "wrong", from(fmt.Sprintf("[2001:db8::%x]:1", i)))
	}
	if _, ok := errors.AsType[*TooManyError](b.logIn(h, secret, from("[2001:db8::ffff]:1"))); !ok {
		t.Error("another address of the same network may go on")
	}
	// However many addresses there are, the count of them is bounded.
	for i := range 3 * addresses {
		h.failures.add(netip.AddrFrom4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)}), h.now)
	}
	if n := len(h.failures.all); n > addresses+1 {
		t.Errorf("%d addresses are kept", n)
	}
	h.now = h.now.Add(time.Hour)
	h.failures.add(netip.MustParseAddr("12.0.0.1"), h.now)
	if n := len(h.failures.all); n > 2 {
		t.Errorf("%d addresses are kept after an hour", n)
	}
}

// A client's address and TLS are believed of a proxy that is trusted, as far as it has written them itself.
func TestOrigin(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24"), netip.MustParsePrefix("fd00::/8")}
	f := func(peer, address string, secure bool, headers ...string) {
		t.Helper()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = peer
		for i := 0; i < len(headers); i += 2 {
			r.Header.Add(headers[i], headers[i+1])
		}
		if got := originOf(r, trusted); got.text() != address || got.secure != secure {
			t.Errorf("%s %q: %s %v, want %s %v", peer, headers, got.text(), got.secure, address, secure)
		}
	}
	const forwarded, proto = "X-Forwarded-For", "X-Forwarded-Proto"
	f("192.0.2.1:7", "192.0.2.1", false)
	f("192.0.2.1:7", "192.0.2.1", false, forwarded, "1.2.3.4", proto, "https")
	f("[::ffff:192.0.2.1]:7", "192.0.2.1", false)
	f("10.0.0.1:7", "10.0.0.1", false)
	f("10.0.0.1:7", "1.2.3.4", true, forwarded, "1.2.3.4", proto, "https")
	f("[::ffff:10.0.0.1]:7", "1.2.3.4", false, forwarded, "1.2.3.4", proto, "http")
	f("10.0.0.1:7", "1.2.3.4", false, forwarded, "6.6.6.6, 1.2.3.4")
	f("10.0.0.1:7", "1.2.3.4", false, forwarded, "6.6.6.6", forwarded, "1.2.3.4,10.0.0.2")
	f("10.0.0.1:7", "10.0.0.2", false, forwarded, "x, 10.0.0.2")
	f("[fd00::1]:7", "10.0.0.9", false, forwarded, "10.0.0.9")
	f("10.0.0.1:7", "1.2.3.4", false, forwarded, "1.2.3.4", proto, "https", proto, "http")
	f("10.0.0.1:7", "10.0.0.1", true, proto, "http, HTTPS")
	f("", "", false)
	f("@", "", false, forwarded, "1.2.3.4")
}

func TestNext(t *testing.T) {
	f := func(asked, want string) {
		t.Helper()
		if got := Next(asked); got != want {
			t.Errorf("%q leads to %q, want %q", asked, got, want)
		}
	}
	f("/cases?kpi=dossier.late&period=ytd", "/cases?kpi=dossier.late&period=ytd")
	f("/", "/")
	for _, elsewhere := range []string{
		"", "cases", "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/", "javascript:alert(1)", "/\t/evil.example",
		"///evil.example", "/login", "/login?next=/x", "/logout", "/login/return?code=1", "/%zz", "/" + strings.Repeat("x", 1100), "http:/x", "//user@evil.example/x",
	} {
		f(elsewhere, "/")
	}
}

func TestRoles(t *testing.T) {
	f := func(roles []Role, agency string, bound string, scopes ...Scope) {
		t.Helper()
		who, err := grantRoles(roles, agency)
		if len(scopes) == 0 {
			if !errors.Is(err, ErrNoRole) {
				t.Errorf("%v of %q: %+v %v", roles, agency, who, err)
			}
			return
		}
		if err != nil || who.Bound != bound || !slices.Equal(who.Scopes, scopes) {
			t.Errorf("%v of %q: %+v %v", roles, agency, who, err)
		}
	}
	f(nil, "H24.12", "")
	f([]Role{RoleLeader}, "H24.12", "", ScopeView)
	f([]Role{RoleInspector}, "", "", ScopeRead)
	f([]Role{RoleAgency}, "H24.12", "H24.12", ScopeRead)
	f([]Role{RoleAgency}, "", "")
	f([]Role{RoleAgency}, "H24 12", "")
	f([]Role{RoleOperator}, "", "", ScopeAdmin)
	f([]Role{RoleAssessor}, "H24.12", "", ScopeView, ScopeAssess)
	f([]Role{RoleAgency, RoleAssessor}, "H24.12", "H24.12", ScopeView, ScopeRead, ScopeAssess)
	f([]Role{RolePublisher, RoleLeader}, "", "", ScopeView, ScopePublish)
	for _, r := range []Role{RoleLeader, RoleInspector, RoleOperator, RolePublisher} {
		f([]Role{RoleAgency, r}, "H24.12", "")
	}
	f([]Role{"king"}, "", "")
}

func TestHeaders(t *testing.T) {
	h := openHouse(t, t.TempDir())
	for _, secure := range []bool{true, false} {
		got := newBrowser(secure).ask(h.Headers(http.NotFoundHandler()), http.MethodGet, "/").Header()
		for name, want := range map[string]string{
			"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if !strings.Contains(got.Get(name), want) {
				t.Errorf("%s: %q, want %q", name, got.Get(name), want)
			}
		}
		if sent := got.Get("Strict-Transport-Security") != ""; sent != secure {
			t.Errorf("HSTS with TLS %v: %v", secure, sent)
		}
	}
}
