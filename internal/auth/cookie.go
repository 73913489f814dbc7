package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// The names of what browsers keep for us. With the prefix a browser takes it over TLS from us alone (RFC 6265bis,
// section 4.1.3.2); without TLS, on this machine, it would not take it at all.
const (
	sessionCookie = "tiendo"
	attemptCookie = "tiendo-login"
	hostPrefix    = "__Host-"
)

func cookieName(name string, secure bool) string {
	if secure {
		return hostPrefix + name
	}
	return name
}

// cookie is the secret of a session that a browser holds; empty if it holds none.
func (d *Door) cookie(r *http.Request) string { return readCookie(r, sessionCookie, d.Secure(r)) }

func readCookie(r *http.Request, name string, secure bool) string {
	c, err := r.Cookie(cookieName(name, secure))
	if err != nil {
		return ""
	}
	return c.Value
}

// setCookie has a browser keep something for a while, and send it to us alone; a negative age has it forget. What it keeps is
// sent along when a link leads here from elsewhere, as from the provider, but not with what another page posts.
func setCookie(w http.ResponseWriter, name, value string, secure bool, age time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(name, secure), Value: value, Path: "/", MaxAge: int(age.Seconds()),
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
	})
}

// attempt is a login on its way, as the browser keeps it: nobody but who holds it can end it.
type attempt struct {
	// State comes back with the answer, Nonce in the provider's token; Verifier proves that the code is ours (RFC 7636).
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
	// Next is where to go afterwards.
	Next string `json:"next"`
	// Until is when it is over.
	Until time.Time `json:"until"`
}

// attemptAge is how long a login with a provider may take.
const attemptAge = 10 * time.Minute

// pack writes an attempt so that it can't be changed.
func (d *Door) pack(a *attempt) string {
	raw, err := json.Marshal(a)
	if err != nil {
		panic("BUG: an attempt is no JSON: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(raw) + "." + base64.RawURLEncoding.EncodeToString(d.mac(raw))
}

// errAttempt says that a browser holds no attempt, or none of ours.
var errAttempt = errors.New("no login was begun in this browser")

// unpack reads an attempt that has not ended.
func (d *Door) unpack(text string) (*attempt, error) {
	told, mac, _ := strings.Cut(text, ".")
	raw, err := base64.RawURLEncoding.DecodeString(told)
	if err != nil {
		return nil, errAttempt
	}
	sum, err := base64.RawURLEncoding.DecodeString(mac)
	if err != nil || !hmac.Equal(sum, d.mac(raw)) {
		return nil, errAttempt
	}
	var a attempt
	if err := json.Unmarshal(raw, &a); err != nil || !d.Now().Before(a.Until) {
		return nil, errAttempt
	}
	return &a, nil
}

func (d *Door) mac(raw []byte) []byte {
	h := hmac.New(sha256.New, d.seal)
	h.Write(raw)
	return h.Sum(nil)
}

func decodeHash(text string) (hash [sha256.Size]byte, _ error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != sha256.Size {
		return hash, fmt.Errorf("%q is no hash", short(text))
	}
	return [sha256.Size]byte(raw), nil
}
