package clickhouse_test

import (
	"context"
	"testing"
	"time"

	"tiendo/internal/clickhouse"

	driver "github.com/ClickHouse/clickhouse-go/v2"
)

// TestCancelledReaderLeavesTheEngineAlive: a context that ends while an answer waits to be read makes the driver close the
// socket over it. A reset would end the engine (26.7).
func TestCancelledReaderLeavesTheEngineAlive(t *testing.T) {
	s := open(t, t.TempDir(), clickhouse.Options{})
	first := s.PID()
	f := func(name, statement string, patience time.Duration) {
		t.Helper()
		conn, err := driver.Open(s.DriverOptions())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		ctx, cancel := context.WithCancel(t.Context())
		rows, err := conn.Query(ctx, statement)
		if err == nil {
			time.Sleep(patience) // the rest arrives and nobody reads it
		}
		cancel()
		if err == nil {
			_ = rows.Close()
		}
		time.Sleep(100 * time.Millisecond)
		if err := s.Conn().Ping(t.Context()); err != nil || s.PID() != first {
			t.Fatalf("%s: the engine is process %d after %d, %v", name, s.PID(), first, err)
		}
	}
	for range 3 {
		f("answer unread", "SELECT number FROM numbers(300000) SETTINGS max_block_size = 1000", 200*time.Millisecond)
		f("answer under way", "SELECT number, toString(number) FROM numbers(100000000)", 10*time.Millisecond)
		f("answer not begun", "SELECT sleep(1)", time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Conn().Exec(ctx, "SELECT sleep(2)"); err == nil {
		t.Error("want the end of the context")
	}
	time.Sleep(100 * time.Millisecond)
	if err := s.Conn().Ping(t.Context()); err != nil || s.PID() != first {
		t.Errorf("the engine is process %d after %d, %v", s.PID(), first, err)
	}
}
