package auth

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// wallSees is the status of a wall for a browser.
func wallSees(h *house, b *browser) int {
	return b.ask(h.Wall(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})), http.MethodGet, "/wall").Code
}

func (b *browser) logInWall(h *house, secret string) (err error) {
	b.ask(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { err = h.LogInWall(w, r, secret) }), http.MethodPost, "/login/wall")
	return err
}

// A wall that nobody touches stays logged in for years and through restarts, until its token is revoked; it sees nothing else.
func TestWallNeverLogsOut(t *testing.T) {
	dir := t.TempDir()
	h := openHouse(t, dir)
	secret := h.make(t, Terms{Name: "hall", Scopes: []Scope{ScopeView}})
	b := newBrowser(true)
	if got := wallSees(h, b); got != http.StatusUnauthorized {
		t.Errorf("before it has logged in: %d", got)
	}
	if err := b.logInWall(h, secret+"\n"); err != nil {
		t.Fatal(err)
	}
	if c := b.cookies["__Host-tiendo"]; c == nil || !c.HttpOnly || !c.Secure || c.MaxAge != 400*24*3600 {
		t.Fatalf("the cookie is %+v", c)
	}
	if h.acts[len(h.acts)-1].Verb != "login" || !strings.Contains(h.acts[len(h.acts)-1].Details[1].String(), "wall=true") {
		t.Errorf("the acts are %+v", h.acts)
	}
	now := h.now
	for range 3 {
		now = now.Add(399 * 24 * time.Hour)
		h = openHouse(t, dir)
		h.now = now
		b.cookies["__Host-tiendo"].MaxAge = 0
		if got := wallSees(h, b); got != http.StatusOK {
			t.Fatalf("%s: %d", now, got)
		}
		if age := b.cookies["__Host-tiendo"].MaxAge; age != 400*24*3600 {
			t.Errorf("the cookie was given another %d seconds", age)
		}
	}
	b.sees(t, h, http.StatusForbidden)
	if w := b.ask(h.Require(ScopeView, http.NotFoundHandler()), http.MethodGet, "/cases"); !strings.Contains(w.Body.String(), "wall=true") {
		t.Errorf("a wall that asks for cases gets %s", w.Body)
	}
	b.ask(h.Know(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if who, ok := From(r.Context()); ok {
			t.Errorf("a wall counts as %+v", who)
		}
	})), http.MethodGet, "/login")
	if err := h.Revoke(Token{}, "hall"); err != nil {
		t.Fatal(err)
	}
	if got := wallSees(h, b); got != http.StatusUnauthorized {
		t.Errorf("after its token was revoked: %d", got)
	}
}

// Whoever may look sees walls; a wall takes no token that could do more, and no person is kept logged in by one.
func TestWhoSeesWalls(t *testing.T) {
	h := openHouse(t, t.TempDir())
	for _, c := range []struct {
		scopes []Scope
		wall   error
		sees   int
	}{
		{[]Scope{ScopeView}, nil, http.StatusOK},
		{[]Scope{ScopeRead}, ErrNotForWalls, http.StatusOK},
		{[]Scope{ScopeView, ScopeIngest}, ErrNotForWalls, http.StatusOK},
		{[]Scope{ScopeAdmin}, ErrNotForWalls, http.StatusOK},
		{[]Scope{ScopeIngest}, ErrNotForWalls, http.StatusForbidden},
	} {
		secret := h.make(t, Terms{Name: "t" + strings.ReplaceAll(list(c.scopes), ", ", "-"), Scopes: c.scopes})
		if err := newBrowser(true).logInWall(h, secret); !errors.Is(err, c.wall) {
			t.Errorf("%v: %v", c.scopes, err)
		}
		b := newBrowser(true)
		if err := b.logIn(h, secret); err != nil {
			t.Fatal(err)
		}
		if got := wallSees(h, b); got != c.sees {
			t.Errorf("%v: %d", c.scopes, got)
		}
	}
	if err := newBrowser(true).logInWall(h, Prefix+"nothing"); !errors.Is(err, ErrWrong) {
		t.Error(err)
	}
	b := newBrowser(true)
	if err := b.logIn(h, h.make(t, Terms{Name: "an", Scopes: []Scope{ScopeView}})); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		h.now = h.now.Add(45 * time.Minute)
		wallSees(h, b)
	}
	if got := wallSees(h, b); got != http.StatusUnauthorized {
		t.Errorf("a wall has kept a person logged in: %d", got)
	}
}
