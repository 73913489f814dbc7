package auth

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tiendo/internal/auth/authtest"
)

// desk is a house at which a provider vouches.
func desk(t *testing.T, dir string) (*house, *authtest.Provider) {
	t.Helper()
	p := authtest.New(t)
	p.Now = func() time.Time { return morning }
	p.People = map[string]map[string]any{
		"u1": {"preferred_username": "an", "groups": []string{"lanh-dao", "other"}, "org": map[string]any{"code": "H24.12"}},
		"u2": {"preferred_username": "binh", "groups": "mot-cua", "org": map[string]any{"code": "H24.12"}},
		"u3": {"groups": []string{"other"}},
		"u4": {"groups": []string{"mot-cua"}},
	}
	return deskOf(t, dir, p), p
}

func deskOf(t *testing.T, dir string, p *authtest.Provider) *house {
	t.Helper()
	return openHouse(t, dir, func(o *DoorOptions) {
		o.Provider = NewProvider(ProviderOptions{
			Issuer: p.URL, Client: p.Client, Secret: p.Secret, Redirect: p.Redirect, Scopes: []string{"profile"}, Now: o.Now,
			NameClaim: "preferred_username", RoleClaim: "groups", AgencyClaim: "org.code",
			Roles: map[string][]Role{"lanh-dao": {RoleLeader, RolePublisher}, "mot-cua": {RoleAgency}},
		})
	})
}

// goTo begins a login and has the provider send the browser back as a person. It returns with what.
func (b *browser) goTo(t *testing.T, h *house, sub, next string) (back *url.URL) {
	t.Helper()
	var address string
	b.ask(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var err error
		if address, err = h.Begin(w, r, next); err != nil {
			t.Fatal(err)
		}
	}), http.MethodGet, "/login/start")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Get(address + "&person=" + sub)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if back, err = answer.Location(); err != nil {
		t.Fatalf("%d: %v", answer.StatusCode, err)
	}
	return back
}

// comeBack ends a login.
func (b *browser) comeBack(h *house, back *url.URL) (next string, err error) {
	elsewhere := func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") } // the provider sends the browser here
	b.ask(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next, err = h.Return(w, r) }), http.MethodGet, back.RequestURI(), elsewhere)
	return next, err
}

// A provider vouches for people, whose roles say what they may do.
func TestProviderVouches(t *testing.T) {
	dir := t.TempDir()
	h, p := desk(t, dir)
	b := newBrowser(true)
	next, err := b.comeBack(h, b.goTo(t, h, "u1", "/cases?kpi=dossier.late"))
	if err != nil || next != "/cases?kpi=dossier.late" {
		t.Fatal(next, err)
	}
	want := Token{Name: "oidc:an", Scopes: []Scope{ScopeView, ScopePublish}, From: "192.0.2.1", Session: true}
	if _, who := b.who(h, ScopeView); cmp.Diff(want, who) != "" {
		t.Error(cmp.Diff(want, who))
	}
	if c := b.cookies["__Host-tiendo"]; c == nil || len(b.cookies) != 1 {
		t.Errorf("the browser holds %v", b.cookies)
	}
	agency := newBrowser(false)
	if next, err = agency.comeBack(h, agency.goTo(t, h, "u2", "//evil.example")); err != nil || next != "/" {
		t.Fatal(next, err)
	}
	want = Token{Name: "oidc:binh", Scopes: []Scope{ScopeRead}, Bound: "H24.12", From: "192.0.2.1", Session: true}
	if _, who := agency.who(h, ScopeView); cmp.Diff(want, who) != "" {
		t.Error(cmp.Diff(want, who))
	}
	for _, sub := range []string{"u3", "u4"} { // without a role, and of no agency
		nobody := newBrowser(true)
		if _, err := nobody.comeBack(h, nobody.goTo(t, h, sub, "/")); !errors.Is(err, ErrNoRole) || len(nobody.cookies) != 0 {
			t.Errorf("%s: %v %v", sub, err, nobody.cookies)
		}
	}
	if got := h.told(); got != "oidc:an login 192.0.2.1, oidc:binh login 192.0.2.1, _nobody login.failed 192.0.2.1, _nobody login.failed 192.0.2.1" {
		t.Errorf("acts %s", got)
	}
	if details := fmt.Sprint(h.acts[1].Details); details != "[scopes=read agency=H24.12 subject=u2 roles=agency]" {
		t.Errorf("details %s", details)
	}
	if err := b.logIn(h, h.make(t, Terms{Name: "x", Scopes: []Scope{ScopeView}})); !errors.Is(err, ErrElsewhere) {
		t.Errorf("logged in with a token: %v", err)
	}

	// A restart keeps who has logged in, but not with another provider, nor without one.
	b.sees(t, deskOf(t, dir, p), http.StatusOK)
	b.sees(t, openHouse(t, dir), http.StatusUnauthorized)
	other := authtest.New(t)
	b.sees(t, deskOf(t, dir, other), http.StatusUnauthorized)
}

// What is not the provider's word for this person, this server and this attempt lets nobody in.
func TestProviderIsHeldToItsWord(t *testing.T) {
	h, p := desk(t, t.TempDir())
	f := func(name string, want error, twist func(claims map[string]any)) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			h.now = h.now.Add(time.Hour) // failures are forgiven
			p.Now, p.Twist = func() time.Time { return h.now }, twist
			b := newBrowser(true)
			_, err := b.comeBack(h, b.goTo(t, h, "u1", "/"))
			if !errors.Is(err, want) || want == nil && err != nil {
				t.Errorf("got %v, want %v", err, want)
			}
			if _, in := b.cookies["__Host-tiendo"]; in != (want == nil) {
				t.Errorf("logged in: %v", in)
			}
			p.Twist, p.Forge = nil, false
		})
	}
	set := func(name string, value any) func(map[string]any) {
		return func(claims map[string]any) { claims[name] = value }
	}
	f("untouched", nil, nil)
	p.Forge = true
	f("wrong_signature", ErrVouch, nil)
	f("wrong_nonce", ErrVouch, set("nonce", "another"))
	f("no_nonce", ErrVouch, func(claims map[string]any) { delete(claims, "nonce") })
	f("wrong_audience", ErrVouch, set("aud", "another"))
	f("wrong_issuer", ErrVouch, set("iss", "https://another.example"))
	f("two_audiences", ErrVouch, set("aud", []string{"tiendo", "another"}))
	f("two_audiences_for_us", nil, func(claims map[string]any) { claims["aud"], claims["azp"] = []string{"tiendo", "another"}, "tiendo" })
	f("for_another", ErrVouch, set("azp", "another"))
	f("of_nobody", ErrVouch, set("sub", ""))
	at := func(name string, ago time.Duration) func(map[string]any) {
		return func(claims map[string]any) { claims[name] = h.now.Add(-ago).Unix() }
	}
	f("expired", ErrVouch, at("exp", 2*time.Minute))
	f("expired_by_a_slow_clock", nil, at("exp", 30*time.Second))
	f("of_the_future", ErrVouch, at("iat", -2*time.Minute))
	f("of_a_fast_clock", nil, at("iat", -30*time.Second))
	f("not_yet_good", ErrVouch, at("nbf", -10*time.Minute))
	p.Secret = "changed"
	f("wrong_client_secret", ErrVouch, nil)
}

// A login ends in the browser in which it was begun, once, and soon.
func TestAttemptsAreOfOneBrowser(t *testing.T) {
	h, p := desk(t, t.TempDir())
	refused := func(what string, b *browser, back *url.URL, want error) {
		t.Helper()
		if next, err := b.comeBack(h, back); !errors.Is(err, want) || next != "" {
			t.Errorf("%s: %q %v", what, next, err)
		}
		if _, in := b.cookies["__Host-tiendo"]; in {
			t.Errorf("%s: logged in", what)
		}
	}
	with := func(back *url.URL, name, value string) *url.URL {
		changed := *back
		q := changed.Query()
		q.Set(name, value)
		changed.RawQuery = q.Encode()
		return &changed
	}
	b := newBrowser(true)
	back := b.goTo(t, h, "u1", "/")
	refused("another browser", newBrowser(true), back, ErrStale)
	refused("another state", b, with(back, "state", "x"), ErrStale)
	refused("another provider", b, with(back, "iss", "https://another.example"), ErrVouch)

	victim := newBrowser(true)
	victim.goTo(t, h, "u2", "/")
	refused("somebody else's answer", victim, back, ErrStale)
	refused("somebody else's code", victim, with(back, "state", stateOf(t, h, victim)), ErrVouch)

	b = newBrowser(true)
	back = b.goTo(t, h, "u1", "/")
	kept := b.cookies["__Host-tiendo-login"]
	if _, err := b.comeBack(h, back); err != nil {
		t.Fatal(err)
	}
	again := newBrowser(true)
	again.cookies[kept.Name] = kept
	refused("the same again", again, back, ErrVouch)

	b = newBrowser(true)
	back = b.goTo(t, h, "u1", "/")
	b.cookies["__Host-tiendo-login"].Value += "A"
	refused("a changed attempt", b, back, ErrStale)
	b = newBrowser(true)
	back = b.goTo(t, h, "u1", "/")
	h.now = h.now.Add(attemptAge)
	refused("an old attempt", b, back, ErrStale)
	b = newBrowser(true)
	back = b.goTo(t, h, "u1", "/")
	refused("a refusal", b, with(back, "error", "access_denied"), ErrVouch)

	p.Close()
	b = newBrowser(true)
	b.ask(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		away, _ := desk(t, t.TempDir())
		away.Provider.Issuer = p.URL
		if _, err := away.Begin(w, r, "/"); !errors.Is(err, ErrProvider) {
			t.Errorf("without a provider: %v", err)
		}
	}), http.MethodGet, "/login/start")
}

// stateOf is the state of the attempt that a browser holds.
func stateOf(t *testing.T, h *house, b *browser) string {
	t.Helper()
	a, err := h.unpack(b.cookies["__Host-tiendo-login"].Value)
	if err != nil {
		t.Fatal(err)
	}
	return a.State
}

// A provider that comes back is asked again after a while, and one that can end sessions is told.
func TestProviderComesBack(t *testing.T) {
	h, p := desk(t, t.TempDir())
	issuer := h.Provider.Issuer
	h.Provider.Issuer += "/nowhere"
	if _, err := h.Provider.begin(t.Context(), &attempt{}); !errors.Is(err, ErrProvider) {
		t.Error(err)
	}
	h.Provider.Issuer, p.End = issuer, p.URL+"/end?x=1"
	if _, err := h.Provider.begin(t.Context(), &attempt{}); !errors.Is(err, ErrProvider) {
		t.Errorf("it was asked again at once: %v", err)
	}
	if got := h.LogoutElsewhere(); got != "" {
		t.Errorf("log out at %s", got)
	}
	h.now = h.now.Add(awayFor)
	if _, err := h.Provider.begin(t.Context(), &attempt{}); err != nil {
		t.Error(err)
	}
	if got, want := h.LogoutElsewhere(), p.URL+"/end?client_id=tiendo&x=1"; got != want {
		t.Errorf("log out at %s, want %s", got, want)
	}
}
