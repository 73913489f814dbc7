package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Errors of a login with a provider.
var (
	// ErrProvider says that the provider did not answer, or not as OpenID Connect has it.
	ErrProvider = errors.New("the provider of logins does not answer")
	// ErrVouch says that the provider did not vouch for anybody, or in a way that can't be believed.
	ErrVouch = errors.New("the provider of logins did not vouch for you")
	// ErrNoRole says that the provider has vouched for somebody who has no role here.
	ErrNoRole = errors.New("the account has no role here")
)

const (
	// skew is how far the clocks of the provider and of this machine may be apart.
	skew = time.Minute
	// asking is how long the provider may take to answer.
	asking = 10 * time.Second
	// awayFor is how long it is not asked again after it did not.
	awayFor = 5 * time.Second
)

// ProviderOptions are what is known of a provider of OpenID Connect. All but Secret, Scopes and AgencyClaim are required.
type ProviderOptions struct {
	// Issuer is its address, Client what this server is called there, Secret what it proves that with.
	Issuer, Client, Secret string
	// Redirect is the address of this server to which people come back, exactly as the provider knows it.
	Redirect string
	// Scopes are asked for besides openid.
	Scopes []string
	// NameClaim, RoleClaim and AgencyClaim say where in a token of the provider names, roles and agencies stand; a dot leads
	// into an object where no claim has the whole name.
	NameClaim, RoleClaim, AgencyClaim string
	// Roles are what the values of RoleClaim mean here. Others mean nothing.
	Roles map[string][]Role
	Now   func() time.Time
}

// Provider vouches for people. It is safe for concurrent use.
type Provider struct {
	ProviderOptions
	client *http.Client

	mu    sync.Mutex
	known *oidc.Provider
	// away is why the provider did not answer, and until when that is believed: who waits for it waits once.
	away      error
	awayUntil time.Time
}

// NewProvider returns a provider. It is asked when somebody first logs in, so that a server starts without it.
func NewProvider(o ProviderOptions) *Provider {
	return &Provider{ProviderOptions: o, client: &http.Client{Timeout: asking}}
}

// discover asks the provider for its addresses, once. The error is ErrProvider.
func (p *Provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known != nil {
		return p.known, nil
	}
	if p.Now().Before(p.awayUntil) {
		return nil, p.away
	}
	known, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.Issuer)
	if err != nil {
		p.away, p.awayUntil = fmt.Errorf("%w: %w", ErrProvider, err), p.Now().Add(awayFor)
		return nil, p.away
	}
	p.known = known
	return known, nil
}

func (p *Provider) config(known *oidc.Provider) *oauth2.Config {
	c := &oauth2.Config{
		ClientID: p.Client, ClientSecret: p.Secret, Endpoint: known.Endpoint(), RedirectURL: p.Redirect,
		Scopes: append([]string{oidc.ScopeOpenID}, p.Scopes...),
	}
	if p.Secret == "" { // else the header would hold a name without a password
		c.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return c
}

// begin returns the address to which somebody goes to log in.
func (p *Provider) begin(ctx context.Context, a *attempt) (string, error) {
	known, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	return p.config(known).AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), nil
}

// person is of whom a provider has told.
type person struct {
	subject, name, agency string
	roles                 []Role
}

// finish exchanges what somebody has come back with for what the provider says of the person. The state was checked before.
func (p *Provider) finish(ctx context.Context, query url.Values, a *attempt) (*person, error) {
	if issuer := query.Get("iss"); query.Has("iss") && issuer != p.Issuer { // RFC 9207
		return nil, fmt.Errorf("%w: the answer is of %q", ErrVouch, short(issuer))
	}
	if said := query.Get("error"); said != "" {
		return nil, fmt.Errorf("%w: it says %q", ErrVouch, short(said))
	}
	known, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	answer, err := p.config(known).Exchange(ctx, query.Get("code"), oauth2.VerifierOption(a.Verifier))
	if _, refused := errors.AsType[*oauth2.RetrieveError](err); refused {
		return nil, fmt.Errorf("%w: %w", ErrVouch, err)
	} else if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProvider, err)
	}
	raw, ok := answer.Extra("id_token").(string)
	if !ok {
		return nil, fmt.Errorf("%w: its answer holds no id_token", ErrVouch)
	}
	return p.verify(ctx, known, raw, a.Nonce)
}

// verify reads an id_token that is signed by the provider, for this server and this attempt, and has not expired.
func (p *Provider) verify(ctx context.Context, known *oidc.Provider, raw, nonce string) (*person, error) {
	verifier := known.VerifierContext(oidc.ClientContext(context.WithoutCancel(ctx), p.client), &oidc.Config{
		ClientID: p.Client, Now: func() time.Time { return p.Now().Add(-skew) },
	})
	token, err := verifier.Verify(ctx, raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrVouch, err)
	}
	var all map[string]any
	if err := token.Claims(&all); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrVouch, err)
	}
	party, _ := all["azp"].(string)
	switch {
	case subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1:
		return nil, fmt.Errorf("%w: its token is of another attempt to log in", ErrVouch)
	case party != "" && party != p.Client, len(token.Audience) > 1 && party == "":
		return nil, fmt.Errorf("%w: its token was made for another", ErrVouch) // OpenID Connect Core 1.0, section 3.1.3.7
	case token.Subject == "":
		return nil, fmt.Errorf("%w: its token is of nobody", ErrVouch)
	case token.IssuedAt.After(p.Now().Add(skew)):
		return nil, fmt.Errorf("%w: its token is of the future: set the clocks", ErrVouch)
	}
	return p.read(all, token.Subject), nil
}

// read reads the claims that say who somebody is.
func (p *Provider) read(all map[string]any, subject string) *person {
	one := &person{subject: subject, name: subject}
	if names := claim(all, p.NameClaim); len(names) == 1 {
		one.name = names[0]
	}
	if agencies := claim(all, p.AgencyClaim); len(agencies) == 1 {
		one.agency = agencies[0]
	}
	for _, value := range claim(all, p.RoleClaim) {
		one.roles = append(one.roles, p.Roles[value]...)
	}
	slices.Sort(one.roles)
	one.roles = slices.Compact(one.roles)
	return one
}

// claim returns the texts of a claim, which is one or a list of them; none if there is no such claim.
func claim(all map[string]any, name string) []string {
	value, ok := all[name]
	if outer, inner, nested := strings.Cut(name, "."); !ok && nested {
		if object, isObject := all[outer].(map[string]any); isObject {
			return claim(object, inner)
		}
	}
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		var texts []string
		for _, one := range v {
			if text, isText := one.(string); isText {
				texts = append(texts, text)
			}
		}
		return texts
	default:
		return nil
	}
}

// logout is where somebody also logs out at the provider; empty if it has no such place.
func (p *Provider) logout() string {
	p.mu.Lock()
	known := p.known
	p.mu.Unlock()
	var told struct {
		End string `json:"end_session_endpoint"`
	}
	if known == nil || known.Claims(&told) != nil {
		return ""
	}
	address, err := url.Parse(told.End)
	if err != nil || address.Scheme != "https" && !loopback(address.Hostname()) {
		return ""
	}
	query := address.Query()
	query.Set("client_id", p.Client)
	address.RawQuery = query.Encode()
	return address.String()
}
