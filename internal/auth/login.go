package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"tiendo/internal/audit"
)

// Errors of a login.
var (
	// ErrElsewhere says that people log in with the provider, not with tokens.
	ErrElsewhere = errors.New("people log in with the provider of logins here, not with a token")
	// ErrStale says that a login with the provider was begun in another browser, or too long ago.
	ErrStale = errors.New("this login was begun in another browser, or too long ago: begin again")
	// ErrForeign says that a page of somebody else has sent the request.
	ErrForeign = errors.New("this request was sent by a page of another site: open this server's own page and try again")
)

// Begins says whether logins are begun with a provider.
func (d *Door) Begins() bool { return d.Provider != nil }

// LogIn logs in whoever has sent r with the secret of a token: from then on the browser holds a session, which is good for what
// the token is good for. The error is one of [Tokens.Check], ErrElsewhere, ErrForeign, a [*TooManyError], or says that the
// session could not be kept.
func (d *Door) LogIn(w http.ResponseWriter, r *http.Request, secret string) error {
	if d.Provider != nil {
		return ErrElsewhere
	}
	if err := d.admit(r); err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(strings.TrimSpace(secret)))
	who, err := d.Tokens.find(hash)
	if err != nil {
		d.failed(r, err)
		return err
	}
	return d.welcome(w, r, who, session{Token: hex.EncodeToString(hash[:])})
}

// admit refuses what another page has sent, and who has failed too often.
func (d *Door) admit(r *http.Request) error {
	if d.foreign.Check(r) != nil {
		return ErrForeign
	}
	return d.failures.check(originOf(r, d.Proxies).address, d.Now())
}

// failed counts a login that failed and writes it down.
func (d *Door) failed(r *http.Request, why error) {
	from := originOf(r, d.Proxies)
	d.failures.add(from.address, d.Now())
	d.Audit(audit.Act{By: audit.Nobody, From: from.text(), Verb: "login.failed", Details: []slog.Attr{slog.String("reason", why.Error())}})
}

// welcome begins a session. One that the browser held ends: nobody can have put it there for somebody to log in with.
func (d *Door) welcome(w http.ResponseWriter, r *http.Request, who Token, one session) error {
	secure := d.Secure(r)
	if old := d.cookie(r); old != "" {
		d.sessions.finish(old)
	}
	secret, err := d.sessions.begin(one)
	if err != nil {
		return err
	}
	age := d.End
	if one.Wall {
		age = wallAge
	}
	setCookie(w, sessionCookie, secret, secure, age)
	who.From = d.Origin(r)
	details := []slog.Attr{slog.String("scopes", list(who.Scopes))}
	if who.Bound != "" {
		details = append(details, slog.String("agency", who.Bound))
	}
	if one.Wall {
		details = append(details, slog.Bool("wall", true))
	}
	if one.Subject != "" {
		details = append(details, slog.String("subject", one.Subject), slog.String("roles", list(one.Roles)))
	}
	d.Audit(who.Act("login", "", details...))
	return nil
}

// Begin returns the address of the provider to which the browser goes to log in; next is where it goes afterwards. The error is
// ErrProvider, or a [*TooManyError].
func (d *Door) Begin(w http.ResponseWriter, r *http.Request, next string) (address string, _ error) {
	if err := d.admit(r); err != nil {
		return "", err
	}
	a := &attempt{
		State: newSecret(), Nonce: newSecret(), Verifier: oauth2.GenerateVerifier(), Next: Next(next),
		Until: d.Now().Add(attemptAge).UTC(),
	}
	address, err := d.Provider.begin(r.Context(), a)
	if err != nil {
		return "", err
	}
	setCookie(w, attemptCookie, d.pack(a), d.Secure(r), attemptAge)
	return address, nil
}

// Return ends a login with the provider and returns where the browser goes next. The error is ErrStale, ErrProvider, ErrVouch,
// ErrNoRole, a [*TooManyError], or says that the session could not be kept.
func (d *Door) Return(w http.ResponseWriter, r *http.Request) (next string, _ error) {
	if err := d.admit(r); err != nil {
		return "", err
	}
	query := r.URL.Query()
	secure := d.Secure(r)
	a, err := d.unpack(readCookie(r, attemptCookie, secure))
	if err != nil || subtle.ConstantTimeCompare([]byte(a.State), []byte(query.Get("state"))) != 1 {
		return "", ErrStale
	}
	setCookie(w, attemptCookie, "", secure, -time.Second)
	one, who, err := d.vouched(r, query, a)
	if errors.Is(err, ErrVouch) || errors.Is(err, ErrNoRole) {
		d.failed(r, err)
	}
	if err != nil {
		return "", err
	}
	return a.Next, d.welcome(w, r, who, one)
}

// vouched is for whom the provider vouches, and what they may do.
func (d *Door) vouched(r *http.Request, query url.Values, a *attempt) (session, Token, error) {
	p, err := d.Provider.finish(r.Context(), query, a)
	if err != nil {
		return session{}, Token{}, err
	}
	one := session{Issuer: d.Provider.Issuer, Subject: p.subject, Name: p.name, Roles: p.roles, Agency: p.agency}
	who, err := d.owner(&one)
	if err != nil {
		return session{}, Token{}, fmt.Errorf("%w (%s)", err, short(p.name))
	}
	return one, who, nil
}

// LogOut ends the session of a browser. It returns where to log out at the provider too, empty if there is no such place; the
// error is ErrForeign.
func (d *Door) LogOut(w http.ResponseWriter, r *http.Request) (elsewhere string, _ error) {
	if d.foreign.Check(r) != nil {
		return "", ErrForeign
	}
	secret := d.cookie(r)
	who, err := d.member(secret, true)
	setCookie(w, sessionCookie, "", d.Secure(r), -time.Second)
	if d.sessions.finish(secret) && err == nil {
		who.From = d.Origin(r)
		d.Audit(who.Act("logout", ""))
	}
	return d.LogoutElsewhere(), nil
}

// LogoutElsewhere is where to log out at the provider; empty if there is no such place.
func (d *Door) LogoutElsewhere() string {
	if d.Provider == nil {
		return ""
	}
	return d.Provider.logout()
}

// Next returns where a browser goes after a login: a page of ours that it asked for, else the first.
func Next(asked string) string {
	address, err := url.Parse(asked)
	ours := err == nil && address.Scheme == "" && address.Host == "" && address.User == nil &&
		strings.HasPrefix(asked, "/") && !strings.HasPrefix(asked, "//") && !strings.ContainsAny(asked, "\\\t\r\n") && len(asked) <= 1024
	if !ours || address.Path == "/login" || address.Path == "/logout" || strings.HasPrefix(address.Path, "/login/") {
		return "/"
	}
	return asked
}
