package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tiendo/internal/clickhouse"
	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/config"
)

// sharedEngine is an engine for several servers, by its address.
func sharedEngine(t *testing.T) string {
	t.Helper()
	library, err := enginetest.Library()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	engine, err := clickhouse.Open(t.Context(), clickhouse.Options{Dir: t.TempDir(), Library: library, Command: []string{self, "engine"}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close(context.Background()) })
	o := engine.DriverOptions()
	address := url.URL{Scheme: "clickhouse", Host: o.Addr[0], Path: "/tiendo", User: url.UserPassword(o.Auth.Username, o.Auth.Password)}
	return address.String()
}

// beside starts a server of a role on a shared engine.
func beside(t *testing.T, dsn, role string, flags ...string) *server {
	t.Helper()
	s := newServer(t, append(flags, "--clickhouse", dsn, "--role", role)...)
	s.start()
	s.ready()
	return s
}

// posted posts the dossiers of a stream from one number to the next.
func posted(t *testing.T, s *server, from, to int) {
	t.Helper()
	token := s.token()
	for n := from; n < to; n++ {
		if err := (&stream{server: s}).post(token, n); err != nil {
			t.Fatal(err)
		}
	}
}

// shows waits until a server shows so many dossiers of the stream.
func shows(t *testing.T, s *server, want int64) {
	t.Helper()
	for late := time.Now().Add(40 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		got := streamedYet(s)
		if got == want {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("%d dossiers are shown, want %d; %s", got, want, s.log())
		}
	}
}

// streamedYet is how many dossiers of the stream a server shows, -1 while it can't say: the embedded engine dies of a client that was
// killed (26.7; see politeConn of internal/clickhouse), and comes back.
func streamedYet(s *server) int64 {
	status, body := s.get("/v1/kpis/dossier.received?period=2026&agency=Z.1")
	_, rest, told := strings.Cut(body, `"value":`)
	var n int64
	if _, err := fmt.Sscan(strings.TrimRight(strings.SplitN(rest, ",", 2)[0], "}]"), &n); status != http.StatusOK || !told || err != nil {
		return -1
	}
	return n
}

// TestTwoServersOnOneEngine: both take events, one books. When that one is killed the other goes on; when it comes back it follows,
// and what its log held is booked. All is counted once.
func TestTwoServersOnOneEngine(t *testing.T) {
	dsn := sharedEngine(t)
	first := beside(t, dsn, roleAll)
	posted(t, first, 0, 20)
	shows(t, first, 20)
	second := beside(t, dsn, roleAll)
	posted(t, second, 20, 40)
	shows(t, first, 40)
	shows(t, second, 40)
	code, _, errs := tiendo(t, second.dir, "rebuild", "--server", *second.url.Load(), "--data", second.data)
	if code != exitFault || !strings.Contains(errs, "another server books now") {
		t.Errorf("a rebuild on the one that follows: %d %s", code, errs)
	}

	posted(t, first, 40, 60)
	first.kill()
	killed := time.Now()
	posted(t, second, 60, 80)
	eventually(t, "the other books", func() bool { return streamedYet(second) >= 60 })
	t.Logf("taken over after %s", time.Since(killed).Round(100*time.Millisecond))
	first.start() // what its log still held is loaded
	first.ready()
	posted(t, first, 80, 100)
	shows(t, second, 100)
	shows(t, first, 100)

	// In order it lets go of the lease at once.
	second.stop()
	stopped := time.Now()
	posted(t, first, 100, 110)
	shows(t, first, 110)
	if took := time.Since(stopped); took > 6*time.Second {
		t.Errorf("taken over after %s, though the lease was given back", took)
	}
	code, out, errs := tiendo(t, first.dir, "check", "--server", *first.url.Load(), "--data", first.data)
	if code != 0 || !regexp.MustCompile(`110 cases of 220 events`).MatchString(out) {
		t.Errorf("check: %d %s%s", code, out, errs)
	}
}

// TestRoles: each does its part and says who does the others.
func TestRoles(t *testing.T) {
	t.Parallel()
	dsn := sharedEngine(t)
	shared := filepath.Join(t.TempDir(), "shared")
	common := []string{"--config", write(t, t.TempDir(), "tiendo.yaml", "shared: "+shared+"\nauth: {read: token}\n")}
	booker := beside(t, dsn, roleBooker, common...)
	collector := beside(t, dsn, roleCollector, common...)
	web := beside(t, dsn, roleWeb, common...)
	if booker.token() != web.token() {
		t.Error("the administrator's tokens differ")
	}
	posted(t, collector, 0, 10)
	shows(t, web, 10)
	for _, try := range []struct {
		s     *server
		path  string
		wants int
	}{
		{collector, "/v1/kpis", http.StatusNotFound},
		{collector, "/metrics", http.StatusOK},
		{collector, "/", http.StatusNotFound},
		{booker, "/v1/kpis", http.StatusNotFound},
		{booker, "/metrics", http.StatusOK},
		{booker, "/v1/events", http.StatusNotFound},
		{web, "/v1/events", http.StatusNotFound},
		{web, "/", http.StatusOK},
		{web, "/v1/cases?kpi=dossier.received&period=2026", http.StatusOK},
	} {
		if status, body := try.s.get(try.path); status != try.wants || status == http.StatusNotFound && !strings.Contains(body, "role") {
			t.Errorf("%s of %s: %d %.200s", try.path, filepath.Base(try.s.dir), status, body)
		}
	}
	eventually(t, "figures on the metrics of the web", func() bool {
		_, text := web.get("/metrics")
		return strings.Contains(text, `tiendo_dossier_open{agency="Z.1"}`)
	})
	if _, text := booker.get("/metrics"); strings.Contains(text, "tiendo_dossier_open{") || !strings.Contains(text, "tiendo_booker_blocks_total") {
		t.Error("the booker shows figures, or nothing of itself")
	}
	for _, s := range []*server{booker, web} {
		if code, out, errs := tiendo(t, s.dir, "check", "--server", *s.url.Load(), "--data", s.data); code != 0 || !strings.Contains(out, "10 cases of 20 events") {
			t.Errorf("check: %d %s%s", code, out, errs)
		}
	}
	sharedTokens(t, web, collector)
	sharedErasure(t, booker, web, collector)
	collector.stop()
	if code, out, errs := tiendo(t, booker.dir, "rebuild", "--server", *booker.url.Load(), "--data", booker.data); code != 0 {
		t.Errorf("rebuild: %d %s%s", code, out, errs)
	}
	shows(t, web, 10)
}

// sharedTokens: a token that one makes is good at the other within seconds, and no longer when it is revoked.
func sharedTokens(t *testing.T, web, collector *server) {
	t.Helper()
	command := func(args ...string) string {
		t.Helper()
		code, out, errs := tiendo(t, web.dir, append(args, "--server", *web.url.Load(), "--data", web.data)...)
		if code != 0 {
			t.Fatalf("%v: %d %s%s", args, code, out, errs)
		}
		return strings.TrimSpace(out)
	}
	secret := command("token", "create", "--name", "one-stop", "--scope", "ingest")
	eventually(t, "the collector knows the token", func() bool { return (&stream{server: collector}).post(secret, 0) == nil })
	command("token", "revoke", "one-stop")
	eventually(t, "the collector knows that it was revoked", func() bool { return (&stream{server: collector}).post(secret, 0) != nil })
}

// sharedErasure: the booker erases, the web can't, and the collector takes nothing more of the case.
func sharedErasure(t *testing.T, booker, web, collector *server) {
	t.Helper()
	erase := func(s *server) (int, string) {
		t.Helper()
		code, out, errs := tiendo(t, s.dir, "erase", "dossier", "Z-3", "--reason", "QD-1", "--server", *s.url.Load(), "--data", s.data)
		return code, out + errs
	}
	if code, said := erase(web); code == 0 || !strings.Contains(said, "another server books") {
		t.Errorf("on the web: %d %s", code, said)
	}
	if code, said := erase(booker); code != 0 {
		t.Errorf("on the booker: %d %s", code, said)
	}
	token := collector.token()
	eventually(t, "the collector takes nothing more of it", func() bool { return (&stream{server: collector}).post(token, 3) != nil })
}

// TestNothingIsPublishedOfBooksOfAnEarlierEdition: a publication names a block of the books, and books that are made again know of those alone
// that were published before.
func TestNothingIsPublishedOfBooksOfAnEarlierEdition(t *testing.T) {
	t.Parallel()
	dsn := sharedEngine(t)
	on := func(role string) (*app, func()) {
		cfg := config.Default()
		cfg.Listen, cfg.Data, cfg.ClickHouse, cfg.Role = "127.0.0.1:0", t.TempDir(), dsn, role
		return startApp(t, appOptions{Config: cfg})
	}
	before, stop := on("all")
	s, err := newSender(&client{Server: before.URL(), Data: before.cfg.Data})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.post(t.Context(), ndjson, dossiers(5)); err != nil {
		t.Fatal(err)
	}
	if _, err := before.complete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := before.engine.Conn().Exec(t.Context(), "ALTER TABLE cells DELETE WHERE measure = 'edition' SETTINGS mutations_sync = 2"); err != nil {
		t.Fatal(err)
	}
	stop()
	after, _ := on("web") // which does not make them again
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if mark, err := after.complete(ctx); err == nil {
		t.Errorf("books of an earlier edition would be published, up to block %d", mark.Block)
	}
}
