package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tiendo/internal/config"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"go.uber.org/goleak"
)

// startApp serves in this process on a free port until stop.
func startApp(t *testing.T, o appOptions) (a *app, stop func()) {
	t.Helper()
	if o.Config.Listen == "" {
		o.Config = config.Default()
		o.Config.Listen, o.Config.Data = "127.0.0.1:0", t.TempDir()
	}
	o.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	a, err := newApp(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	a.start()
	done := make(chan error, 1)
	go func() { done <- a.wait(ctx) }()
	stopped := false
	stop = func() {
		t.Helper()
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("stop: %v", err)
		}
	}
	t.Cleanup(stop)
	return a, stop
}

func fetch(t *testing.T, url string, header ...string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(raw)
}

// dossiers are n dossiers of one agency, received and, but for the last, resolved on their day.
func dossiers(n int) []byte {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"specversion":"1.0","source":"urn:test","id":"%d.1","type":"dossier.received","subject":"D-%d","time":"2026-03-02T08:00:00+07:00","data":{"agency":"H24.12","procedure":"1.004","channel":"online","level":"full","due":"2026-03-09"}}`+"\n", i, i)
		if i < n-1 {
			fmt.Fprintf(&b, `{"specversion":"1.0","source":"urn:test","id":"%d.2","type":"dossier.resolved","subject":"D-%d","time":"2026-03-09T16:59:00+07:00","data":{}}`+"\n", i, i)
		}
	}
	return []byte(b.String())
}

// eventually waits until something holds. Whoever waits for it waits no longer than it takes, so the limit is for slow machines.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in a minute: %s", what)
		}
	}
}

// One app from the first event to a clean stop, and again over what it left.
func TestAppServesAndLeavesNothingRunning(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	cfg := config.Default()
	cfg.Listen, cfg.Data = "127.0.0.1:0", t.TempDir()
	a, stop := startApp(t, appOptions{Config: cfg})

	s, err := newSender(&client{Server: a.URL(), Data: cfg.Data})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.post(t.Context(), ndjson, dossiers(5)); err != nil {
		t.Fatal(err)
	}
	const question = "/v1/kpis/dossier.on_time_rate?period=2026-03"
	const answer = `"rows":[{"numerator":4,"denominator":4,"value":1,`
	eventually(t, "four dossiers on time", func() bool {
		_, body := fetch(t, a.URL()+question)
		return strings.Contains(body, answer)
	})
	for path, want := range map[string]string{
		"/healthz":      "ok",
		"/readyz":       "ready",
		"/":             "<!doctype html>",
		"/openapi.json": `"/v1/kpis`,
		"/v1/kpis":      "dossier.on_time_rate",
	} {
		if status, body := fetch(t, a.URL()+path); status != http.StatusOK || !strings.Contains(strings.ToLower(body), want) {
			t.Errorf("%s: %d %.200s, want %s", path, status, body, want)
		}
	}
	eventually(t, "a dossier is open on /metrics", func() bool {
		_, body := fetch(t, a.URL()+"/metrics")
		return strings.Contains(body, `tiendo_dossier_open_overdue{agency="H24.12"} 1`) && strings.Contains(body, "tiendo_freshness_seconds 0")
	})
	_, exposition := fetch(t, a.URL()+"/metrics")
	problems, err := promlint.New(strings.NewReader(exposition)).Lint()
	if err != nil || !strings.Contains(exposition, "tiendo_build_info{") {
		t.Fatalf("/metrics: %v", err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "tiendo_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	stop()
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t, leaks)

	again, stopAgain := startApp(t, appOptions{Config: cfg})
	if _, body := fetch(t, again.URL()+question); !strings.Contains(body, answer) || !strings.Contains(body, `"events":9`) {
		t.Errorf("the first answer after a restart: %s", body)
	}
	stopAgain()
}

// What is accepted in the last moment is in the figures before the engine stops.
func TestStopDrains(t *testing.T) {
	t.Parallel()
	a, stop := startApp(t, appOptions{})
	s, err := newSender(&client{Server: a.URL(), Data: a.cfg.Data})
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		if err := s.post(t.Context(), ndjson, dossiers(2000)); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if a.waiting() {
		t.Errorf("stopped with events waiting: newest %d, booked %v", a.collector.Newest(), a.booker.Mark().Entries)
	}
}

func TestWhoMayReadWhat(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.Auth.Read = "127.0.0.1:0", t.TempDir(), "token"
	closed, _ := startApp(t, appOptions{Config: cfg})
	open, _ := startApp(t, appOptions{})
	demo, _ := startApp(t, appOptions{Simulated: true})
	token := func(a *app) string {
		raw, err := os.ReadFile(filepath.Join(a.cfg.Data, "admin.token"))
		if err != nil {
			t.Fatal(err)
		}
		return "Bearer " + strings.TrimSpace(string(raw))
	}
	f := func(a *app, path string, withToken bool, want int, header ...string) {
		t.Helper()
		if withToken {
			header = append(header, "Authorization", token(a))
		}
		if status, body := fetch(t, a.URL()+path, header...); status != want {
			t.Errorf("%s with token %v: %d, want %d: %.200s", path, withToken, status, want, body)
		}
	}
	const cases = "/v1/cases?kpi=dossier.open&period=ytd"
	for _, path := range []string{"/", "/metrics", "/v1/kpis", "/v1/kpis/dossier.open?period=ytd", "/openapi.json"} {
		f(open, path, false, http.StatusOK)
		f(closed, path, false, http.StatusUnauthorized)
		f(closed, path, true, http.StatusOK)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		f(closed, path, false, http.StatusOK)
	}
	f(open, cases, false, http.StatusUnauthorized)
	f(open, cases, true, http.StatusOK)
	f(closed, cases, false, http.StatusUnauthorized)
	f(demo, cases, false, http.StatusOK)
	f(open, "/v1/kpis", false, http.StatusForbidden, "X-Forwarded-For", "10.0.0.1")
	f(closed, "/v1/kpis", true, http.StatusOK, "X-Forwarded-For", "10.0.0.1")
	if status, body := fetch(t, demo.URL()+"/"); status != http.StatusOK || !strings.Contains(body, `class="simulated"`) {
		t.Errorf("the demo's page does not say that its figures are simulated")
	}
	if _, body := fetch(t, open.URL()+"/"); strings.Contains(body, `class="simulated"`) {
		t.Errorf("a real page says that its figures are simulated")
	}
}

// What can't start says so in one sentence, and leaves nothing behind that would be in the way.
func TestWhatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	running, _ := startApp(t, appOptions{})
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	code := exitMisuse
	f := func(change func(*config.Config), want ...string) {
		t.Helper()
		cfg := config.Default()
		cfg.Listen, cfg.Data = "127.0.0.1:0", t.TempDir()
		change(&cfg)
		a, err := newApp(t.Context(), appOptions{Config: cfg, Logger: slog.New(slog.DiscardHandler)})
		if err == nil {
			t.Errorf("%s: it started", want)
			if err := a.Close(); err != nil {
				t.Error(err)
			}
			return
		}
		var out strings.Builder
		if got := report(&out, err); got != code {
			t.Errorf("%v: exit code %d, want %d", err, got, code)
		}
		for _, part := range want {
			if !strings.Contains(out.String(), part) {
				t.Errorf("%q does not say %q", out.String(), part)
			}
		}
		if strings.Count(out.String(), "\n") != 1 {
			t.Errorf("not one line: %q", out.String())
		}
	}
	f(func(c *config.Config) { c.Data = running.cfg.Data }, "in use by another Tiendo", fmt.Sprint(os.Getpid()), "--data")
	f(func(c *config.Config) { c.Listen = other.Listener.Addr().String() }, "in use", "--listen")
	f(func(c *config.Config) { c.Listen = "192.0.2.1:0"; c.Auth.Read = "token" }, "192.0.2.1", "--listen")
	f(func(c *config.Config) { c.Listen = "0.0.0.0:0" }, "auth.read")
	f(func(c *config.Config) { c.Data = filepath.Join(file, "data") }, "not a directory", "--data")
	f(func(c *config.Config) {
		if err := os.WriteFile(filepath.Join(c.Data, "tokens.json"), []byte(`{"version":1,"tokens":[`), 0o600); err != nil {
			t.Fatal(err)
		}
	}, "tokens.json", "restore the file from a backup, or move it away")
	f(func(c *config.Config) { c.Engine.Library = "/nowhere/libchdb.so" }, "npm ci")
	f(func(c *config.Config) { c.Metrics.Figures = []string{"dossier.nothing"} }, "metrics.figures", "dossier.nothing")
	f(func(c *config.Config) { c.Metrics.Periods = []string{"never"} }, "metrics.periods", "never")
	if os.Getuid() != 0 { // root may write everywhere
		f(func(c *config.Config) { c.Data = "/proc/tiendo" }, "--data")
	}
	code = exitUnreachable // systemd tries again, for a server may come later than we do
	f(func(c *config.Config) { c.ClickHouse = "clickhouse://127.0.0.1:1/tiendo" }, "the engine does not answer")
}
