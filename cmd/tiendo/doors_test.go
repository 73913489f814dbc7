package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tiendo/internal/auth"
	"tiendo/internal/auth/authtest"
	"tiendo/internal/config"
)

// Rows of the tables in docs/access.md: a request and what it needs, open and closed; a scope and those that it is good for; a
// role and its scopes.
var (
	routeRow = regexp.MustCompile("(?m)^\\| `([A-Z]+) ([^`]+)` \\| (.+?) \\| (.+?) \\|$")
	scopeRow = regexp.MustCompile("(?m)^\\| `([a-z]+)` \\| .*? \\| ([a-z]+(?:, [a-z]+)*|–) \\|$")
	roleRow  = regexp.MustCompile("(?m)^\\| `([a-z]+)` \\(.+?\\) \\| ([a-z, ]+) \\| .*? \\|$")
)

// asker is somebody who sends requests, and the scopes that they have.
type asker struct {
	name   string
	scopes []string
	ask    func(*http.Request) (*http.Response, error)
}

// may says whether an asker has one of the scopes, or one that is good for it.
func (a *asker) may(needs []string, goodFor map[string][]string) bool {
	return needs[0] == "–" || slices.ContainsFunc(a.scopes, func(has string) bool {
		return slices.ContainsFunc(needs, func(need string) bool { return has == need || slices.Contains(goodFor[has], need) })
	})
}

// The tables of docs/access.md are what the server does: each request with each scope, with each role, and with none.
func TestWhichScopeOpensWhat(t *testing.T) {
	t.Parallel()
	docs := page(t, "docs/access.md")
	rows := routeRow.FindAllStringSubmatch(docs, -1)
	goodFor := map[string][]string{}
	for _, row := range scopeRow.FindAllStringSubmatch(docs, -1) {
		goodFor[row[1]] = strings.Split(row[2], ", ")
	}
	if len(rows) < 25 || len(goodFor) != len(auth.Scopes()) {
		t.Fatalf("%d rows of requests, %d of scopes", len(rows), len(goodFor))
	}
	for column, read := range []string{"open", "token"} {
		cfg := config.Default()
		cfg.Listen, cfg.Data, cfg.Auth.Read = "127.0.0.1:0", t.TempDir(), read
		a, _ := startApp(t, appOptions{Config: cfg})
		askers := []asker{{name: "nobody", ask: noRedirect.Do}}
		for _, scope := range auth.Scopes() {
			secret := secretOf(t, a.make(t, tokenCreateCmd{Name: string(scope), Scope: []string{string(scope)}}))
			askers = append(askers, asker{"scope " + string(scope), []string{string(scope)}, func(r *http.Request) (*http.Response, error) {
				r.Header.Set("Authorization", "Bearer "+secret)
				return noRedirect.Do(r)
			}})
		}
		checkRoutes(t, a, rows, column, goodFor, askers)
	}
	a, p := startOIDC(t, docs)
	askers := []asker{{name: "nobody", ask: noRedirect.Do}}
	for _, role := range auth.Roles() {
		jar := logIn(t, a, p, string(role))
		var scopes []string
		for _, s := range role.Scopes() {
			scopes = append(scopes, string(s))
		}
		askers = append(askers, asker{"role " + string(role), scopes, (&http.Client{Jar: jar, CheckRedirect: noRedirect.CheckRedirect}).Do})
	}
	checkRoutes(t, a, rows, 1, goodFor, askers)
}

// A page that somebody adds is among the requests of docs/access.md, and so among those that are tried with every scope and role.
func TestEveryPageIsInTheTableOfAccess(t *testing.T) {
	rows := map[string]bool{}
	for _, row := range routeRow.FindAllStringSubmatch(page(t, "docs/access.md"), -1) {
		rows[row[2]] = true
	}
	plain := strings.NewReplacer("{$}", "", "...}", "}")
	for _, pattern := range everyRoute(t) {
		_, path, _ := strings.Cut(plain.Replace(pattern), " ")
		// What ends so, and the interface, is registered by the roots of more than one request; what lets people in needs nothing.
		if strings.HasSuffix(pattern, "/") || strings.HasPrefix(path, "/v1/") || strings.HasPrefix(path, "/login/") {
			continue
		}
		if !rows[path] {
			t.Errorf("docs/access.md has no row for %s", path)
		}
	}
}

// noRedirect stays where it is sent away.
var noRedirect = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// checkRoutes sends each request as each asker.
func checkRoutes(t *testing.T, a *app, rows [][]string, column int, goodFor map[string][]string, askers []asker) {
	t.Helper()
	for _, row := range rows {
		method, needs := row[1], strings.Split(row[3+column], " or ")
		path := strings.NewReplacer("{family}", "dossier", "{subject}", "D-1", "{kind}", "agencies", "{name}", "nobody", "{id}", "dossier.open", "{number}", "1", "{sha256}", "0", "{form}", "task").Replace(row[2])
		for _, who := range askers {
			request, err := http.NewRequestWithContext(t.Context(), method, a.URL()+path, strings.NewReader("x"))
			if err != nil {
				t.Fatal(err)
			}
			want := http.StatusOK // or any other answer of one who was let in
			if !who.may(needs, goodFor) {
				want = http.StatusForbidden
				if who.scopes == nil {
					want = http.StatusUnauthorized
				}
			}
			if strings.HasPrefix(who.name, "role") && path == "/v1/events" {
				want = http.StatusUnauthorized // events are sent with a token
			}
			if who.name == "role agency" && row[2] == "/v1/facts" || who.name == "role agency" && row[2] == "/cases/{family}/{subject}" ||
				who.name == "role agency" && row[2] == "/v1/cases/{family}/{subject}" {
				want = http.StatusForbidden // it is of another agency, or of all
			}
			answer, err := who.ask(request)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			got := answer.StatusCode
			if got != http.StatusUnauthorized && got != http.StatusForbidden {
				got = http.StatusOK
			}
			if got != want {
				t.Errorf("auth.read %s, %s: %s %s: %d, want %d", a.cfg.Auth.Read, who.name, method, path, answer.StatusCode, want)
			}
		}
	}
}

// The roles that the configuration takes are those that there are.
func TestRolesOfTheConfiguration(t *testing.T) {
	for _, role := range auth.Roles() {
		if _, err := config.Load(config.Sources{Environ: []string{"TIENDO_OIDC_ROLES=x=" + string(role)}}); err != nil {
			t.Errorf("%s: %v", role, err)
		}
	}
	_, err := config.Load(config.Sources{Environ: []string{"TIENDO_OIDC_ROLES=x=king"}})
	if err == nil || strings.Count(err.Error(), ",") != len(auth.Roles()) { // one before the list, and those in it
		t.Errorf("got %v", err)
	}
}

// freePort is a port that nobody listens on at the moment.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// startOIDC serves an app at which a provider vouches for one person of each role, as docs says which there are.
func startOIDC(t *testing.T, docs string, change ...func(*config.Config)) (*app, *authtest.Provider) {
	t.Helper()
	p := authtest.New(t)
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.Auth.Read = "127.0.0.1:"+freePort(t), t.TempDir(), "oidc"
	for _, c := range change {
		c(&cfg)
	}
	scheme := "http://"
	if cfg.TLS.Cert != "" {
		scheme = "https://"
	}
	p.Redirect = scheme + cfg.Listen + "/login/return"
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(p.Secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg.OIDC.Issuer, cfg.OIDC.Client, cfg.OIDC.SecretFile, cfg.OIDC.Redirect = p.URL, p.Client, secret, p.Redirect
	rows := roleRow.FindAllStringSubmatch(docs, -1)
	if len(rows) != len(auth.Roles()) {
		t.Fatalf("the page tells of %d roles, there are %d", len(rows), len(auth.Roles()))
	}
	for _, row := range rows {
		role := row[1]
		p.People[role] = map[string]any{"groups": []string{"tiendo-" + role}, "preferred_username": role, "agency": "H24.12"}
		cfg.OIDC.Roles = append(cfg.OIDC.Roles, "tiendo-"+role+"="+role)
		var scopes []string
		for _, s := range auth.Role(role).Scopes() {
			scopes = append(scopes, string(s))
		}
		if got := strings.Join(scopes, ", "); got != row[2] {
			t.Errorf("the page says that the role %s has %s, it has %s", role, row[2], got)
		}
	}
	a, _ := startApp(t, appOptions{Config: cfg})
	return a, p
}

// logIn logs in at an app as somebody of its provider.
func logIn(t *testing.T, a *app, p *authtest.Provider, sub string) http.CookieJar {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), p.URL+"/authorize") {
			q := r.URL.Query()
			q.Set("person", sub)
			r.URL.RawQuery = q.Encode()
		}
		if len(via) > 5 {
			return fmt.Errorf("sent from %v to %v", via, r.URL)
		}
		return nil
	}}
	answer, err := client.Get(a.URL() + "/login/start?next=/kpis")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.Request.URL.Path != "/kpis" {
		t.Fatalf("%s is at %s: %d", sub, answer.Request.URL, answer.StatusCode)
	}
	return jar
}
