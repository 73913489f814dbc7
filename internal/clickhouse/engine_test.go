package clickhouse_test

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tiendo/internal/clickhouse"
	"tiendo/internal/clickhouse/enginetest"

	driver "github.com/ClickHouse/clickhouse-go/v2"
)

func TestMain(m *testing.M) { os.Exit(enginetest.Run(m)) }

// open starts an engine of the test's own.
func open(t *testing.T, dir string, o clickhouse.Options) *clickhouse.Server {
	t.Helper()
	library, err := enginetest.Library()
	if err != nil {
		t.Fatal(err)
	}
	o.Dir, o.Command = dir, enginetest.Command()
	if o.Library == "" {
		o.Library = library
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	s, err := clickhouse.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// TestKilledEngineComesBack with what was inserted.
func TestKilledEngineComesBack(t *testing.T) {
	s := open(t, t.TempDir(), clickhouse.Options{})
	ctx := t.Context()
	if _, err := clickhouse.Migrate(ctx, s.Conn(), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if err := s.Conn().Exec(ctx, "INSERT INTO events (family, subject, source, id) VALUES ('dossier', 'a', 'urn:a', '1')"); err != nil {
		t.Fatal(err)
	}
	first := s.PID()
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	var n uint64
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if err := s.Conn().QueryRow(ctx, "SELECT count() FROM events").Scan(&n); err == nil {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("the engine did not come back: %v", err)
		}
	}
	if n != 1 || s.PID() == first {
		t.Errorf("%d events, process %d after %d", n, s.PID(), first)
	}
}

// TestGuessedPassword is refused. The embedded engine dies of it (26.7: the refusal is thrown where nothing catches it) and
// is started again: whoever may reach the loopback port can cost a second, not data.
func TestGuessedPassword(t *testing.T) {
	s := open(t, t.TempDir(), clickhouse.Options{})
	options := s.DriverOptions()
	options.Auth = driver.Auth{Database: "default", Username: "tiendo", Password: "guess"}
	guess, err := driver.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = guess.Close() }()
	if err := guess.Ping(t.Context()); err == nil {
		t.Error("a guessed password was taken")
	}
	waitFor(t, s)
}

// waitFor waits until the engine answers.
func waitFor(t *testing.T, s *clickhouse.Server) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if err := s.Conn().Ping(t.Context()); err == nil {
			return
		} else if time.Now().After(deadline) {
			t.Fatalf("the engine did not come back: %v", err)
		}
	}
}

// TestMemoryIsCapped by configuration.
func TestMemoryIsCapped(t *testing.T) {
	s := open(t, t.TempDir(), clickhouse.Options{Memory: 300 << 20})
	err := s.Conn().Exec(t.Context(), "SELECT groupArray(number) FROM numbers(200000000) FORMAT Null")
	if err == nil || !strings.Contains(err.Error(), "MEMORY_LIMIT_EXCEEDED") && !strings.Contains(err.Error(), "memory limit exceeded") {
		t.Errorf("want the memory limit, got %v", err)
	}
	if err := s.Conn().Ping(t.Context()); err != nil {
		t.Errorf("the engine did not survive: %v", err)
	}
}

// TestItsLogIsInOurs, with its levels.
func TestItsLogIsInOurs(t *testing.T) {
	var log lockedBuffer
	s := open(t, t.TempDir(), clickhouse.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	_ = s.Conn().Exec(t.Context(), "SELECT throwIf(1, 'look for me')")
	for deadline := time.Now().Add(time.Minute); !strings.Contains(log.String(), "look for me"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in the log:\n%s", log.String())
		}
	}
	if !strings.Contains(log.String(), "level=ERROR msg=engine") {
		t.Errorf("the level is lost:\n%s", log.String())
	}
}

// lockedBuffer is a buffer that a log may write to while a test reads.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestNoEngine says in one sentence what is missing and what would do.
func TestNoEngine(t *testing.T) {
	f := func(o clickhouse.Options, want string) {
		t.Helper()
		o.Logger = slog.New(slog.DiscardHandler)
		s, err := clickhouse.Open(t.Context(), o)
		if err == nil {
			_ = s.Close(t.Context())
			t.Fatalf("want %q, got an engine", want)
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want %q in one line, got %q", want, err)
		}
	}
	f(clickhouse.Options{Dir: t.TempDir(), Library: "/nowhere/libchdb.so"}, "npm ci")
	f(clickhouse.Options{Dir: "/proc/nowhere", Library: os.Args[0]}, "--data")
	f(clickhouse.Options{Dir: t.TempDir(), Library: os.Args[0], Command: enginetest.Command()}, "npm ci")
	f(clickhouse.Options{DSN: "clickhouse://127.0.0.1:1/tiendo"}, "does not answer")
	f(clickhouse.Options{DSN: "http//nonsense:1:2"}, "clickhouse://")
}
