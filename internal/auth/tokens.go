// Package auth decides who may do what: bearer tokens, and what an open listener refuses. It knows nothing of events
// and figures.
package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
)

// Token is who sent a request.
type Token struct {
	// Name is what the token was named when it was created; empty for the administrator's.
	Name string
	// Bound is the agency whose events the token may tell; empty if it is bound to none.
	Bound string
}

// Errors of [Tokens.Check].
var (
	ErrNone  = errors.New("no token: send it as \"Authorization: Bearer …\"; the administrator's stands in admin.token of the server's data folder")
	ErrWrong = errors.New("the token is unknown, expired or revoked")
)

// Tokens knows the tokens that may be used. It is safe for concurrent use.
type Tokens struct {
	admin [sha256.Size]byte
}

// AdminTokenFile is where the administrator's token stands in the data folder.
const AdminTokenFile = "admin.token"

// Open reads the administrator's token from the data folder, and makes one (mode 0600) at the first start.
func Open(data string) (*Tokens, error) {
	secret, err := Secret(filepath.Join(data, AdminTokenFile))
	if err != nil {
		return nil, err
	}
	return &Tokens{admin: sha256.Sum256([]byte(base64.RawURLEncoding.EncodeToString(secret)))}, nil
}

// Check says who sent r: ErrNone if it bears no token, ErrWrong if one that isn't known. The administrator's token is
// unbound and good for all families.
func (t *Tokens) Check(r *http.Request) (Token, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return Token{}, ErrNone
	}
	scheme, told, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return Token{}, ErrNone
	}
	// Hashes are compared, so that neither length nor content of the token shows in the time it takes.
	sum := sha256.Sum256([]byte(strings.TrimSpace(told)))
	if subtle.ConstantTimeCompare(sum[:], t.admin[:]) != 1 {
		return Token{}, ErrWrong
	}
	return Token{}, nil
}

// Require lets only requests with a good token through to next.
func (t *Tokens) Require(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := t.Check(r); err != nil {
			Refuse(w, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Refuse answers 401 for an error of [Tokens.Check].
func Refuse(w http.ResponseWriter, err error) {
	challenge := "Bearer"
	if errors.Is(err, ErrWrong) {
		challenge = `Bearer error="invalid_token"`
	}
	w.Header().Set("WWW-Authenticate", challenge)
	problem(w, http.StatusUnauthorized, err.Error())
}
