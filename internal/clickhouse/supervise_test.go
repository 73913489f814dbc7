package clickhouse_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tiendo/internal/clickhouse"
	"tiendo/internal/clickhouse/enginetest"
)

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// eventually fails the test if what is not so within a minute.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// TestAddressStays over a restart, so that addresses that were handed out go on to work.
func TestAddressStays(t *testing.T) {
	s := open(t, t.TempDir(), clickhouse.Options{HTTP: true})
	http, _, _ := s.HTTPAddress()
	first := s.PID()
	for range 3 {
		pid := s.PID()
		kill(t, pid)
		eventually(t, "the death is noticed", func() bool { return s.PID() != pid })
		waitFor(t, s)
	}
	if again, _, _ := s.HTTPAddress(); again != http || s.PID() == first {
		t.Errorf("HTTP at %s after %s, process %d after %d", again, http, s.PID(), first)
	}
	eventually(t, "it is alive", s.Alive)
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.DriverOptions().Addr[0])
	if err != nil {
		t.Fatalf("the driver's port has moved: %v", err)
	}
	_ = conn.Close()
}

// TestHungEngine: one that lives and answers nothing is started again, which only a kill can bring about.
func TestHungEngine(t *testing.T) {
	s := open(t, t.TempDir(), clickhouse.Options{Patience: time.Second})
	pid := s.PID()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "another takes its place", func() bool { return s.PID() != pid && s.PID() != 0 })
	waitFor(t, s)
	if syscall.Kill(pid, 0) == nil {
		t.Errorf("process %d is there still", pid)
	}
}

// TestPortTakenMeanwhile: the engine comes back elsewhere, and the connections find it.
func TestPortTakenMeanwhile(t *testing.T) {
	s := open(t, t.TempDir(), clickhouse.Options{})
	kill(t, s.PID())
	var thief net.Listener
	eventually(t, "the port is free", func() (ok bool) {
		var err error
		thief, err = new(net.ListenConfig).Listen(t.Context(), "tcp4", s.DriverOptions().Addr[0])
		return err == nil
	})
	defer thief.Close()
	go func() {
		for {
			conn, err := thief.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	waitFor(t, s)
}

// TestAwayIsNotAlive, and Close does not wait for the engine to come back.
func TestAwayIsNotAlive(t *testing.T) {
	real, err := enginetest.Library()
	if err != nil {
		t.Fatal(err)
	}
	library := filepath.Join(t.TempDir(), "libchdb.so")
	if err := os.Symlink(real, library); err != nil {
		t.Fatal(err)
	}
	s := open(t, t.TempDir(), clickhouse.Options{Library: library})
	// It cannot come back while its library is away.
	if err := os.Remove(library); err != nil {
		t.Fatal(err)
	}
	kill(t, s.PID())
	eventually(t, "it is gone", func() bool { return s.PID() == 0 })
	if s.Alive() {
		t.Error("it is alive")
	}
	select {
	case <-s.Done():
		t.Error("it is done, but was not closed")
	case <-time.After(500 * time.Millisecond):
	}
	if err := os.Symlink(real, library); err != nil {
		t.Fatal(err)
	}
	waitFor(t, s)
	eventually(t, "it is alive", s.Alive)

	kill(t, s.PID())
	if err := s.Close(t.Context()); err != nil { // while it is to be started again
		t.Error(err)
	}
	<-s.Done()
}

// TestCloseEndsTheProcess in order, and by force one that does not listen.
func TestCloseEndsTheProcess(t *testing.T) {
	f := func(name string, before func(pid int)) {
		t.Helper()
		s := open(t, t.TempDir(), clickhouse.Options{})
		pid := s.PID()
		before(pid)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if running(pid) || s.Alive() {
			t.Errorf("%s: running %v, alive %v", name, running(pid), s.Alive())
		}
		if err := s.Close(ctx); err != nil {
			t.Errorf("%s: again: %v", name, err)
		}
	}
	f("at rest", func(int) {})
	f("stopped", func(pid int) {
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
	})
}

// TestFolderInUse by another engine is said, and the other one is unharmed.
func TestFolderInUse(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, clickhouse.Options{})
	library, err := enginetest.Library()
	if err != nil {
		t.Fatal(err)
	}
	_, err = clickhouse.Open(t.Context(), clickhouse.Options{Dir: dir, Library: library, Command: enginetest.Command()})
	reason, ok := errors.AsType[*clickhouse.Error](err)
	if !ok || !strings.Contains(reason.Message, "in use by another engine") {
		t.Errorf("got %v", err)
	}
	if err := s.Conn().Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestFailedStartIsTheLast: an engine that could not be opened is not tried again behind our back.
func TestFailedStartIsTheLast(t *testing.T) {
	starts := filepath.Join(t.TempDir(), "starts")
	_, err := clickhouse.Open(t.Context(), clickhouse.Options{
		Dir: t.TempDir(), Library: os.Args[0],
		Command: []string{"/bin/sh", "-c", "echo started >> " + starts + "; echo 'Code: 1. DB::Exception: no luck (UNSUPPORTED_METHOD)' >&2; exit 4"},
	})
	if err == nil || !strings.Contains(err.Error(), "no luck") {
		t.Errorf("got %v", err)
	}
	time.Sleep(500 * time.Millisecond)
	said, err := os.ReadFile(starts)
	if err != nil || strings.Count(string(said), "started") != 1 {
		t.Errorf("started %q, %v", said, err)
	}
}

// TestTooLittleAddressSpace is told from a broken library.
func TestTooLittleAddressSpace(t *testing.T) {
	library, err := enginetest.Library()
	if err != nil {
		t.Fatal(err)
	}
	limited := slices.Concat([]string{"/bin/sh", "-c", `ulimit -v 1500000; exec "$@"`, "sh"}, enginetest.Command())
	_, err = clickhouse.Open(t.Context(), clickhouse.Options{
		Dir: t.TempDir(), Library: library, Command: limited, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err == nil || !strings.Contains(err.Error(), "not enough memory") {
		t.Errorf("got %v", err)
	}
}

// TestOpeningCanBeGivenUp before the engine listens, and leaves no process.
func TestOpeningCanBeGivenUp(t *testing.T) {
	dir := t.TempDir()
	pid := filepath.Join(dir, "pid")
	ctx, giveUp := context.WithCancel(t.Context())
	go func() {
		defer giveUp()
		for said := ""; !strings.HasSuffix(said, "\n") && t.Context().Err() == nil; time.Sleep(10 * time.Millisecond) {
			raw, _ := os.ReadFile(pid) // it is not there at first
			said = string(raw)
		}
	}()
	_, err := clickhouse.Open(ctx, clickhouse.Options{
		Dir: dir, Library: os.Args[0], Command: []string{"/bin/sh", "-c", "echo $$ > " + pid + "; exec /bin/sleep 60"},
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	number, err := os.ReadFile(pid)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/proc/" + strings.TrimSpace(string(number))); err == nil {
		t.Errorf("process %s is left", number)
	}
}
