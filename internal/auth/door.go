package auth

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"tiendo/internal/audit"
)

// DoorOptions are what a door needs. All but Provider, Proxies and Page are required.
type DoorOptions struct {
	// Data is the data folder.
	Data   string
	Tokens *Tokens
	// Provider vouches for people; nil if they log in with tokens.
	Provider *Provider
	// Proxies are those whose word of a client's address is believed.
	Proxies []netip.Prefix
	// Idle is after how long of doing nothing somebody must log in again, End after how long in any case.
	Idle, End time.Duration
	Now       func() time.Time
	// Audit is told who has logged in and out, and who failed to.
	Audit  func(audit.Act)
	Logger *slog.Logger
	// Page answers a browser that was turned away; nil to answer it like a program.
	Page func(http.ResponseWriter, *http.Request, Refusal)
}

// Door decides from whom a request comes, and whether they may come in: with a token, or as a person who has logged in. It is
// safe for concurrent use.
type Door struct {
	DoorOptions
	sessions sessions
	failures failures
	// seal is the key of what a browser keeps while somebody logs in. A restart makes a new one.
	seal []byte
	// foreign tells requests that a page of somebody else has made a browser send.
	foreign http.CrossOriginProtection
}

// OpenDoor reads who has logged in.
func OpenDoor(o DoorOptions) (*Door, error) {
	d := &Door{DoorOptions: o, seal: make([]byte, secretBytes)}
	_, _ = rand.Read(d.seal) // never fails, says its documentation
	d.sessions = sessions{data: o.Data, idle: o.Idle, end: o.End, now: o.Now, logger: o.Logger}
	d.failures.all = make(map[netip.Prefix]*rate.Limiter)
	return d, d.sessions.read()
}

// check says who sent r, see [Tokens.Check]; of a browser that bears no token, who has logged in there. used says that a
// person has done something, and not a page by itself.
func (d *Door) check(r *http.Request, used bool) (who Token, err error) {
	secret := ""
	if !bears(r) {
		secret = d.cookie(r)
	}
	if secret == "" {
		who, err = d.Tokens.Check(r)
	} else {
		who, err = d.member(secret, used)
	}
	who.From = d.Origin(r)
	return who, err
}

// Origin returns the address that r came from, or that of the nearest proxy that is not trusted; empty if it is not known.
func (d *Door) Origin(r *http.Request) string { return originOf(r, d.Proxies).text() }

// bears says that r bears a token, or too much to tell. A proxy may have put another kind of authorization there.
func bears(r *http.Request) bool {
	if len(r.Header["Authorization"]) > 1 {
		return true
	}
	scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Bearer")
}

// member returns who has logged in with what a browser holds.
func (d *Door) member(secret string, used bool) (Token, error) {
	one, ok := d.sessions.find(secret, used)
	if !ok {
		return Token{}, ErrNone
	}
	who, err := d.owner(&one)
	who.Session, who.Wall = true, one.Wall
	return who, err
}

// owner returns what the owner of a session may do now.
func (d *Door) owner(one *session) (Token, error) {
	if one.Token != "" {
		hash, err := decodeHash(one.Token)
		if err != nil {
			return Token{}, ErrWrong
		}
		return d.Tokens.find(hash)
	}
	if d.Provider == nil || d.Provider.Issuer != one.Issuer { // whom another vouched for is nobody here any more
		return Token{}, ErrNone
	}
	who, err := grantRoles(one.Roles, one.Agency)
	who.Name = Vouched + one.Name
	return who, err
}

// Secure says that r came over TLS, or to a trusted proxy that says so.
func (d *Door) Secure(r *http.Request) bool { return originOf(r, d.Proxies).secure }
