package clickhouse_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tiendo/internal/clickhouse"
	"tiendo/internal/clickhouse/enginetest"
)

// TestDamagedMerge: on a full disk the engine may finish a merge whose files are empty, end too early or hold anything, and then reads that part in
// vain until it starts again: what the part was made of is still there.
func TestDamagedMerge(t *testing.T) {
	for name, hurt := range map[string]func(file string) error{"empty": empty, "half": half, "garbage": garbage} {
		t.Run(name, func(t *testing.T) {
			s := open(t, t.TempDir(), clickhouse.Options{})
			first := s.PID()
			damage(t, s, hurt, true)
			var n, sum uint64
			eventually(t, "what was merged is read again", func() bool {
				return s.Conn().QueryRow(t.Context(), "SELECT count(), sum(n) FROM merged").Scan(&n, &sum) == nil && sum > 0
			})
			if n != 3000 || sum != 3*999*500 || s.PID() == first {
				t.Errorf("%d rows, sum %d, by process %d after %d", n, sum, s.PID(), first)
			}
		})
	}
}

func empty(file string) error { return os.Truncate(file, 0) }

func half(file string) error {
	raw, err := os.ReadFile(file)
	return errors.Join(err, os.WriteFile(file, raw[:len(raw)/2], 0o600))
}

func garbage(file string) error {
	raw, err := os.ReadFile(file)
	return errors.Join(err, os.WriteFile(file, bytes.Repeat([]byte("B"), len(raw)), 0o600))
}

// TestDamagedForGood: where nothing stands for a damaged part, the engine is not started again, for it would tell of what is left as
// if it were all.
func TestDamagedForGood(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, clickhouse.Options{})
	first := s.PID()
	damage(t, s, empty, false)
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		var sum uint64
		if err := s.Conn().QueryRow(t.Context(), "SELECT sum(n) FROM merged").Scan(&sum); err == nil || !strings.Contains(err.Error(), "246") {
			t.Fatalf("the sum is %d: %v", sum, err)
		}
	}
	if s.PID() != first {
		t.Error("the engine was started again")
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	told := 0
	for range 2 { // what was put aside once is not forgotten
		_, err := tryOpen(t, dir, func() { told++ })
		var said *clickhouse.Error
		if !errors.As(err, &said) || !strings.Contains(said.Message, "damaged") || !strings.Contains(said.Hint, "restore from a backup") {
			t.Fatalf("it starts without the part: %v", err)
		}
	}
	if told != 2 {
		t.Errorf("of two starts that were refused, %d told whoever has the log", told)
	}
	aside, err := filepath.Glob(filepath.Join(dir, "store", "store", "*", "*", "detached", "*"))
	if err != nil || len(aside) != 1 || os.RemoveAll(aside[0]) != nil {
		t.Fatalf("put aside is %v: %v", aside, err)
	}
	if again, err := tryOpen(t, dir, func() { t.Error("what was removed is lost still") }); err != nil {
		t.Errorf("who removes it goes on without: %v", err)
	} else if err := again.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// tryOpen opens an engine that may not start.
func tryOpen(t *testing.T, dir string, lost func()) (*clickhouse.Server, error) {
	t.Helper()
	library, err := enginetest.Library()
	if err != nil {
		t.Fatal(err)
	}
	return clickhouse.Open(t.Context(), clickhouse.Options{Dir: dir, Library: library, Command: enginetest.Command(), Logger: slog.New(slog.DiscardHandler), Lost: lost})
}

// damage hurts the files of a merged part; what it was made of stays or goes.
func damage(t *testing.T, s *clickhouse.Server, hurt func(file string) error, stays bool) {
	t.Helper()
	exec := func(statement string) {
		t.Helper()
		if err := s.Conn().Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	exec("CREATE TABLE merged (n UInt64) ENGINE = MergeTree ORDER BY n")
	exec("SYSTEM STOP MERGES merged")
	for range 3 {
		exec("INSERT INTO merged SELECT number FROM numbers(1000)")
	}
	exec("SYSTEM START MERGES merged")
	exec("OPTIMIZE TABLE merged FINAL")
	var part string
	if err := s.Conn().QueryRow(t.Context(), "SELECT path FROM system.parts WHERE table = 'merged' AND active").Scan(&part); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(part, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v, %v", part, files, err)
	}
	for _, file := range files {
		if err := hurt(file); err != nil {
			t.Fatal(err)
		}
	}
	if !stays {
		sources, err := filepath.Glob(filepath.Join(filepath.Dir(filepath.Clean(part)), "all_*_0"))
		if err != nil || len(sources) != 3 {
			t.Fatalf("it was made of %v: %v", sources, err)
		}
		for _, source := range sources {
			if err := os.RemoveAll(source); err != nil {
				t.Fatal(err)
			}
		}
	}
	exec("SYSTEM DROP MARK CACHE")
	exec("SYSTEM DROP UNCOMPRESSED CACHE")
}
