package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Errors of walls.
var (
	// ErrNotForWalls says that a token is good for more than looking.
	ErrNotForWalls = errors.New("a wall takes a token of the scope view alone: make one with `tiendo token create --scope view`")
	// ErrWallOnly says that a wall has asked for something else.
	ErrWallOnly = errors.New("this browser is logged in as a wall, which sees walls alone: log in as somebody to see more")
)

// wallAge is how long a browser keeps the cookie of a wall. Browsers keep none for longer than 400 days (RFC 6265bis, section
// 5.5), so each load of the page asks for as many again.
const wallAge = 400 * 24 * time.Hour

// LogInWall lets a screen on a wall in, with the secret of a token of the scope view alone: its browser then sees walls and
// nothing else, for as long as the token is good. Also where a provider vouches for people, for a screen is nobody. The error is
// one of [Tokens.Check], ErrNotForWalls, ErrForeign, a [*TooManyError], or says that the session could not be kept.
func (d *Door) LogInWall(w http.ResponseWriter, r *http.Request, secret string) error {
	if err := d.admit(r); err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(strings.TrimSpace(secret)))
	who, err := d.Tokens.find(hash)
	if err == nil && !slices.Equal(who.Scopes, []Scope{ScopeView}) {
		err = ErrNotForWalls
	}
	if err != nil {
		d.failed(r, err)
		return err
	}
	return d.welcome(w, r, who, session{Token: hex.EncodeToString(hash[:]), Wall: true})
}

// Wall lets through to next who may look, walls among them. Like what pages ask for by themselves it keeps no person logged in.
func (d *Door) Wall(next http.Handler) http.Handler {
	others := d.Watch(ScopeView, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := d.check(r, false)
		if err != nil || !who.Wall || !who.Has(ScopeView) {
			others.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		setCookie(w, sessionCookie, d.cookie(r), d.Secure(r), wallAge)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), inRequest{}, visit{who, d})))
	})
}
