package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"tiendo/internal/config"

	"go.uber.org/goleak"
)

// markup breaks out of a page that writes it as it is: of text, of attributes in either quotes, of a script.
const markup = `</script></title><script>owned()</script><img src=x onerror=owned()>"onload="owned()'onload='owned()`

// hostile is a server whose registers and methods are written by somebody who would like to run something in other people's
// browsers.
func hostile(t *testing.T) (a *app, stop func()) {
	t.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.Auth.Read = "127.0.0.1:0", t.TempDir(), "token"
	cfg.Walls = []string{"main?panels=today,tasks"}
	nasty := fmt.Sprintf("%q", markup)
	a, stop = startApp(t, appOptions{Config: cfg, Methods: fstest.MapFS{"two.yaml": {Data: []byte(strings.NewReplacer("vi: Hai", "vi: "+nasty, "en: Two", "en: "+nasty, "vi: Sở", "vi: "+nasty, "vi: A", "vi: "+nasty, "en: A", "en: "+nasty).Replace(rankMethod))}}})
	for name, content := range map[string]string{
		"agencies.yaml":   "agencies:\n  - {code: H24.12, names: {vi: " + nasty + ", en: " + nasty + "}, group: department}\n  - {code: H24.17, names: {vi: X, en: X}, group: department}\n",
		"procedures.yaml": "procedures:\n  - {code: '1.004', names: {vi: " + nasty + ", en: " + nasty + "}, field: x, term: 5}\n",
		"targets.yaml":    "targets:\n  - {figure: dossier.on_time_rate, period: quarter, target: 0.95, source: " + nasty + "}\n",
	} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		if code := run(t.Context(), []string{"register", "load", file, "--server", a.URL(), "--data", cfg.Data}, &streams{out: &said, err: &said}); code != exitDone {
			t.Fatal(said.String())
		}
	}
	status, answer, err := post(t.Context(), a.URL(), secretOf(t, filepath.Join(cfg.Data, "admin.token")), dossiers(5), http.Header{"Content-Type": {ndjson}})
	if err != nil || status != http.StatusAccepted {
		t.Fatalf("%d %s %v", status, answer, err)
	}
	eventually(t, "what was told is booked", func() bool { return !a.waiting() })
	return a, stop
}

// leading are values for the names in paths, which lead to something.
var leading = strings.NewReplacer("{$}", "", "{family}", "dossier", "{subject...}", "D-0", "{kind}", "agencies", "{id}", "dossier.on_time_rate", "{method}", "two",
	"{period}", "2026-Q1", "{number}", "1", "{sha256}", "0", "{form}", "task", "{agency}", "H24.12", "{name}", "main", "{day}", "2026-03-02")

// parameters are what addresses may hold, of any page.
var parameters = []string{
	"lang", "period", "agency", "by", "where", "unit", "procedure", "group", "channel", "level", "kind", "issuer", "source", "kpi", "subject", "family", "as_of", "cutoff", "fold",
	"limit", "after", "sort", "format", "next", "state", "code", "error", "panels", "every", "theme", "out", "try", "off", "pauses", "method", "verb", "since", "until", "form", "q",
	"time", "type", "month", "day", "to", "from", "correct", "retract",
}

// TestEveryPageWithMarkup: every page that the program has, in both languages, is a page whatever stands in names and addresses:
// no script but ours and no style in it, strict headers, no panic. What changes something is refused where another site sends
// it, and a form of nonsense is answered. Nothing goes on when the server has stopped.
func TestEveryPageWithMarkup(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	a, stop := hostile(t)
	d := deskOf(t, a, secretOf(t, filepath.Join(a.cfg.Data, "admin.token")))
	d.client.CheckRedirect = noRedirect.CheckRedirect
	pages, forms, named := 0, 0, 0
	for _, pattern := range everyRoute(t) {
		method, path, _ := strings.Cut(pattern, " ")
		path = leading.Replace(path)
		if strings.Contains(path, "{") {
			t.Errorf("%s: a name is unknown; give it a value in leading", pattern)
		}
		if method != http.MethodGet {
			d.acts(method, path)
			forms++
			continue
		}
		for _, lang := range []string{"vi", "en"} {
			page := d.looks(path + "?lang=" + lang)
			if page != "" {
				pages++
			}
			if strings.Contains(page, "&lt;script&gt;owned()") {
				named++
			}
		}
		if strings.HasPrefix(path, "/v1/") {
			continue // TestEveryParameterWithSQL asks those
		}
		for _, name := range parameters {
			d.looks(path + "?" + url.Values{name: {markup}}.Encode())
		}
		d.looks(strings.NewReplacer("D-0", url.PathEscape(markup), "two", url.PathEscape(markup), "2026-Q1", url.PathEscape(markup), "task", url.PathEscape(markup), "H24.12", url.PathEscape(markup)).Replace(path))
	}
	if pages < 2*20 || named < 2*8 || forms < 15 {
		t.Errorf("%d pages were looked at, of which %d show a name, %d forms sent", pages, named, forms)
	}
	stop()
	d.client.CloseIdleConnections()
	http.DefaultClient.CloseIdleConnections()
	noRedirect.CloseIdleConnections()
	goleak.VerifyNone(t, leaks)
}

var (
	scripts   = regexp.MustCompile(`(?i)<script[^>]*>`)
	ourScript = regexp.MustCompile(`^<script (defer src="/static/[^"]*"|type="application/json"( id="[A-Za-z0-9._-]+")?)>$`)
	quotes    = regexp.MustCompile(`"[^"]*"`)
	handlers  = regexp.MustCompile(`(?i)<[^>]*\s(style|on[a-z]+)\s*=`)
	strangers = regexp.MustCompile(`(?i)(<style|<img|<iframe|<object|<embed|<base|(src|href|action)="(https?:)?//|(src|href|action)="javascript:)`)
)

// looks asks for a page and returns it; nothing if it is none.
func (d *desk) looks(address string) (page string) {
	d.Helper()
	request, err := http.NewRequestWithContext(d.Context(), http.MethodGet, d.a.URL()+address, nil)
	if err != nil {
		d.Fatal(err)
	}
	request.Header.Set("Accept", "text/html")
	answer, err := d.client.Do(request)
	if err != nil {
		d.Fatal(err)
	}
	defer answer.Body.Close()
	kind := answer.Header.Get("Content-Type")
	if answer.Header.Get("X-Content-Type-Options") != "nosniff" || answer.StatusCode >= 500 && answer.StatusCode != http.StatusServiceUnavailable {
		d.Errorf("%s: %d, %v", address, answer.StatusCode, answer.Header)
	}
	if to := answer.Header.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`)) {
		d.Errorf("%s leads to %s", address, to)
	}
	if strings.HasPrefix(kind, "text/event-stream") {
		return "" // it has no end
	}
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		d.Fatal(err)
	}
	if !strings.HasPrefix(kind, "text/html") {
		return ""
	}
	page = string(raw)
	policy := answer.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		d.Errorf("%s: the policy is %q", address, policy)
	}
	for _, script := range scripts.FindAllString(page, -1) {
		if !ourScript.MatchString(script) {
			d.Errorf("%s has the script %s", address, script)
		}
	}
	if n := strings.Count(page, "</script>"); n != len(scripts.FindAllString(page, -1)) {
		d.Errorf("%s ends %d scripts", address, n)
	}
	bare := quotes.ReplaceAllString(page, `""`)
	if found := append(handlers.FindAllString(bare, -1), strangers.FindAllString(page, -1)...); len(found) > 0 {
		d.Errorf("%s has %.300q", address, found)
	}
	if answer.StatusCode != http.StatusOK {
		return ""
	}
	return page
}

// acts sends what changes something: as a page of another site would, and as nonsense.
func (d *desk) acts(method, path string) {
	d.Helper()
	form := url.Values{"name": {markup}, "draft": {markup}, "subject": {markup}, "token": {markup}, "next": {"//evil.example"}, "agency": {markup}, "scope": {markup}, "day": {markup}}
	for _, sent := range []struct {
		from string
		fine func(status int) bool
	}{
		{"cross-site", func(s int) bool { return s == http.StatusForbidden || s == http.StatusUnauthorized }},
		{"same-origin", func(s int) bool { return s < 500 || s == http.StatusServiceUnavailable }},
	} {
		if sent.from == "same-origin" && (path == "/logout" || path == "/v1/restore") {
			continue // ends what the others need
		}
		status, page := d.do(method, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), "Sec-Fetch-Site", sent.from)
		if !sent.fine(status) || strings.Contains(page, "<script>owned") || strings.Contains(page, "<img") {
			d.Errorf("%s %s from %s: %d %.300s", method, path, sent.from, status, page)
		}
	}
}
