package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tiendo/internal/audit"
	"tiendo/internal/config"

	"go.uber.org/goleak"
)

// done are the acts of an app in their order, as who, what and to what.
func (a *app) done(t *testing.T) (all []string) {
	t.Helper()
	records, err := a.acts.Newest(audit.Query{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range slices.Backward(records) {
		all = append(all, strings.TrimSpace(r.By+" "+r.Act+" "+r.Object))
	}
	return all
}

// Whatever is administered is in the audit log, with who did it and from where; a restart goes on with its chain, and a check
// finds it whole, until somebody changes it.
func TestActsAreWrittenDown(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.Auth.Read, cfg.Proxies = "127.0.0.1:0", t.TempDir(), "token", []string{"127.0.0.1"}
	a, stop := startApp(t, appOptions{Config: cfg})
	file := a.make(t, tokenCreateCmd{Name: "an", Scope: []string{"admin"}})
	client := client{Server: a.URL(), TokenFile: file}
	std := &streams{out: t.Output(), err: t.Output()}
	load := registerLoadCmd{registerFiles{Files: []string{"../../examples/registers/hai-phong/agencies.yaml"}}, client}
	if err := load.Run(t.Context(), std); err != nil {
		t.Fatal(err)
	}
	checked := func(what ...string) (string, error) {
		var out bytes.Buffer
		err := (&checkCmd{What: what, Client: client}).Run(t.Context(), &streams{out: &out, err: t.Output()})
		return out.String(), err
	}
	if out, err := checked(); err != nil || !strings.Contains(out, "0 differences\n") || !strings.Contains(out, "records of the audit log checked, 0 differences\n") {
		t.Errorf("%s %v", out, err)
	}
	if err := (&rebuildCmd{Client: client}).Run(t.Context(), std); err != nil {
		t.Error(err)
	}
	bearer := []string{"Authorization", "Bearer " + secretOf(t, file), "X-Forwarded-For", "6.6.6.6, 203.0.113.9"}
	if status, body := fetch(t, a.URL()+"/v1/facts?family=dossier&source=urn:city", bearer...); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	for _, secret := range []string{"wrong", secretOf(t, file)} {
		answer, err := noRedirect.PostForm(a.URL()+"/login", map[string][]string{"token": {secret}})
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
	}
	revoke := tokenRevokeCmd{Name: "an", Client: a.asAdmin()}
	if err := revoke.Run(t.Context(), std); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"_server server.start", "_admin token.create an", "an register.load agencies", "an books.check", "an books.rebuild",
		"an facts.export urn:city", "_nobody login.failed", "an login", "_admin token.revoke an",
	}
	if got := a.done(t); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	records, err := a.acts.Newest(audit.Query{Act: "facts", Limit: 1})
	if err != nil || len(records) != 1 || records[0].From != "203.0.113.9" || records[0].Details["family"] != "dossier" {
		t.Errorf("%+v %v", records, err)
	}
	stop()
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t, leaks)

	again, _ := startApp(t, appOptions{Config: cfg})
	client = again.asAdmin()
	if out, err := checked("audit"); err != nil || out != "10 records of the audit log checked, 0 differences\n" {
		t.Errorf("%s %v", out, err)
	}
	log := filepath.Join(cfg.Data, "audit.log")
	content, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(log, bytes.Replace(content, []byte("203.0.113.9"), []byte("203.0.113.8"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := checked("audit")
	if err == nil || report(t.Output(), err) != exitFault || !strings.Contains(out, "record 6 is not what was written") || !strings.Contains(out, "1 differences\n") {
		t.Errorf("%s %v", out, err)
	}
	if out, err := checked(); err == nil || strings.Contains(err.Error(), "rebuild") || !strings.Contains(err.Error(), "the audit log is not what was written") {
		t.Errorf("%s %v", out, err)
	}
}

// asAdmin are the flags of the server's administrator.
func (a *app) asAdmin() client { return client{Server: a.URL(), Data: a.cfg.Data} }

// Every answer, whoever asks for whatever, tells a browser what to hold to.
func TestEveryAnswerHoldsToTheBook(t *testing.T) {
	t.Parallel()
	closed := config.Default()
	closed.Listen, closed.Data, closed.Auth.Read = "127.0.0.1:0", t.TempDir(), "token"
	for _, o := range []appOptions{{}, {Config: closed}} {
		a, _ := startApp(t, o)
		for _, path := range []string{"/", "/login", "/v1/kpis", "/metrics", "/healthz", "/v1/cases?kpi=dossier.open", "/static/none", "/nowhere", "/v1/events"} {
			answer, err := noRedirect.Get(a.URL() + path)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			for name, want := range map[string]string{
				"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
				"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
			} {
				if got := answer.Header.Get(name); !strings.Contains(got, want) || strings.Contains(got, "unsafe") {
					t.Errorf("auth.read %s: %s: %s is %q", a.cfg.Auth.Read, path, name, got)
				}
			}
			if answer.Header.Get("Strict-Transport-Security") != "" {
				t.Errorf("%s: HSTS without TLS", path)
			}
		}
	}
}
