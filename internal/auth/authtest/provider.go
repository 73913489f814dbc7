// Package authtest serves a provider of OpenID Connect for tests: people log in there by choosing who they are, and its tokens
// are signed. It holds a client to the letter of the protocol, and can be told to break it.
package authtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Provider is one that knows one client. Its members may be changed between requests.
type Provider struct {
	*httptest.Server
	// Client, Secret and Redirect are what the client was registered with.
	Client, Secret, Redirect string
	// People are the claims of those who may log in, by their sub.
	People map[string]map[string]any
	// Now is what its tokens are dated by.
	Now func() time.Time
	// Twist changes the claims of a token before it is signed; Forge has it signed with a key that nobody knows of.
	Twist func(claims map[string]any)
	Forge bool
	// End is its end_session_endpoint; empty for none.
	End string

	t         testing.TB
	key, evil *ecdsa.PrivateKey
	mu        sync.Mutex
	codes     map[string]granted
}

// granted is what a code is good for, once.
type granted struct{ sub, nonce, challenge string }

// New serves a provider until the test ends.
func New(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{
		Client: "tiendo", Secret: "the client's secret", Redirect: "http://127.0.0.1/login/return", People: map[string]map[string]any{},
		Now: time.Now, t: t, codes: map[string]granted{}, key: newKey(t), evil: newKey(t),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (p *Provider) reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		p.t.Error(err)
	}
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	told := map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"ES256"}, "code_challenge_methods_supported": []string{"S256"},
	}
	if p.End != "" {
		told["end_session_endpoint"] = p.End
	}
	p.reply(w, http.StatusOK, told)
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	p.reply(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &p.key.PublicKey, KeyID: "1", Algorithm: "ES256", Use: "sig"}}})
}

// people is the page on which somebody chooses who they are.
var people = template.Must(template.New("").Parse(`<!doctype html><title>Provider</title><h1>Who are you?</h1>
{{range $sub, $address := .}}<p><a id="{{$sub}}" href="{{$address}}">{{$sub}}</a></p>{{end}}`))

// authorize shows who may log in, and sends back who has chosen with person=SUB.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	for name, want := range map[string]string{
		"client_id": p.Client, "redirect_uri": p.Redirect, "response_type": "code", "code_challenge_method": "S256",
	} {
		if got := q.Get(name); got != want {
			http.Error(w, name+" is "+got+", want "+want, http.StatusBadRequest)
			return
		}
	}
	if len(q.Get("state")) < 22 || len(q.Get("nonce")) < 22 || len(q.Get("code_challenge")) != 43 {
		http.Error(w, "state, nonce or code_challenge is short", http.StatusBadRequest)
		return
	}
	sub := q.Get("person")
	if p.People[sub] == nil {
		addresses := map[string]string{}
		for sub := range p.People {
			q.Set("person", sub)
			addresses[sub] = "/authorize?" + q.Encode()
		}
		if err := people.Execute(w, addresses); err != nil {
			p.t.Error(err)
		}
		return
	}
	code := rand.Text()
	p.mu.Lock()
	p.codes[code] = granted{sub, q.Get("nonce"), q.Get("code_challenge")}
	p.mu.Unlock()
	http.Redirect(w, r, p.Redirect+"?"+url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {p.URL}}.Encode(), http.StatusFound)
}

// token exchanges a code for a token, once, with whoever has asked for it.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	client, secret, basic := r.BasicAuth()
	if !basic {
		client, secret = r.FormValue("client_id"), r.FormValue("client_secret")
	} else if decoded, err := url.QueryUnescape(secret); err == nil { // RFC 6749, section 2.3.1
		secret = decoded
	}
	p.mu.Lock()
	grant, known := p.codes[r.FormValue("code")]
	delete(p.codes, r.FormValue("code"))
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	switch {
	case client != p.Client || secret != p.Secret:
		p.reply(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
	case !known, r.FormValue("grant_type") != "authorization_code", r.FormValue("redirect_uri") != p.Redirect,
		base64.RawURLEncoding.EncodeToString(sum[:]) != grant.challenge:
		p.reply(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
	default:
		p.reply(w, http.StatusOK, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 60, "id_token": p.sign(grant)})
	}
}

func (p *Provider) sign(grant granted) string {
	now := p.Now()
	claims := map[string]any{
		"iss": p.URL, "sub": grant.sub, "aud": p.Client, "nonce": grant.nonce, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	}
	maps.Copy(claims, p.People[grant.sub])
	if p.Twist != nil {
		p.Twist(claims)
	}
	key := p.key
	if p.Forge {
		key = p.evil
	}
	text, err := signed(claims, key)
	if err != nil {
		p.t.Error(err)
	}
	return text
}

func signed(claims map[string]any, key *ecdsa.PrivateKey) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "1"}}, nil)
	if err != nil {
		return "", err
	}
	raw, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	token, err := signer.Sign(raw)
	if err != nil {
		return "", err
	}
	return token.CompactSerialize()
}
