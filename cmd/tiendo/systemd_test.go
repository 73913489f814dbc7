package main

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// systemd is the socket on which systemd hears of a service.
type systemd struct {
	*testing.T
	socket *net.UnixConn
}

// startSystemd listens, and tells processes of this test where.
func startSystemd(t *testing.T, watchdog time.Duration) *systemd {
	t.Helper()
	dir, err := os.MkdirTemp("", "sd") // the name of a socket is short
	if err != nil {
		t.Fatal(err)
	}
	address := &net.UnixAddr{Name: filepath.Join(dir, "notify"), Net: "unixgram"}
	socket, err := net.ListenUnixgram("unixgram", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = socket.Close()
		_ = os.RemoveAll(dir)
	})
	t.Setenv("NOTIFY_SOCKET", address.Name)
	t.Setenv("WATCHDOG_USEC", "0")
	if watchdog > 0 {
		t.Setenv("WATCHDOG_USEC", strings.TrimSuffix(watchdog.Round(time.Microsecond).String(), "ms")+"000")
	}
	return &systemd{t, socket}
}

// hears returns the next state that it is told within a time; "" if none.
func (s *systemd) hears(within time.Duration) string {
	s.Helper()
	_ = s.socket.SetReadDeadline(time.Now().Add(within))
	state := make([]byte, 4096)
	n, err := s.socket.Read(state)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return ""
	}
	if err != nil {
		s.Fatal(err)
	}
	return string(state[:n])
}

// TestUnderSystemd: the server says when it serves, that it lives for as long as it does, and when it stops; while it hangs it
// says nothing.
func TestUnderSystemd(t *testing.T) {
	manager := startSystemd(t, 300*time.Millisecond)
	s := newServer(t)
	s.start()
	state := manager.hears(time.Minute)
	for state == "WATCHDOG=1" { // it lives while it starts
		state = manager.hears(time.Minute)
	}
	if !strings.HasPrefix(state, "READY=1\nSTATUS=serves http://127.0.0.1:") {
		t.Fatalf("heard %q; %s", state, s.log())
	}
	s.ready()
	for range 3 {
		if state := manager.hears(20 * time.Second); state != "WATCHDOG=1" {
			t.Fatalf("heard %q", state)
		}
	}
	if err := s.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for manager.hears(500*time.Millisecond) != "" {
	}
	if err := s.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if state := manager.hears(20 * time.Second); state != "WATCHDOG=1" {
		t.Fatalf("heard %q after it hung", state)
	}
	s.stop()
	var heard []string
	for state := manager.hears(time.Second); state != ""; state = manager.hears(100 * time.Millisecond) {
		heard = append(heard, state)
	}
	if !slices.Contains(heard, "STOPPING=1") {
		t.Errorf("at its end heard %q", heard)
	}
}

// TestWatchdog: who does not answer is not vouched for.
func TestWatchdog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var hangs atomic.Bool
		var told atomic.Int32
		ctx, cancel := context.WithCancel(t.Context())
		go watchdog(ctx, time.Second, func(ctx context.Context) error {
			if !hangs.Load() {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		}, func() { told.Add(1) })
		expect := func(what string, want int) {
			t.Helper()
			time.Sleep(2*time.Second + 500*time.Millisecond)
			synctest.Wait()
			if told := told.Swap(0); int(told) != want {
				t.Errorf("%s: told %d times, want %d", what, told, want)
			}
		}
		expect("alive", 2)
		hangs.Store(true)
		expect("hanging", 0)
		hangs.Store(false)
		time.Sleep(time.Second) // what it waits for ends first
		synctest.Wait()
		told.Store(0)
		expect("alive again", 2)
		cancel()
	})
}

// TestProbeOfItself: a server answers itself, also over TLS and on all addresses; a socket that nobody serves does not.
func TestProbeOfItself(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := (&app{listener: l}).answers(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a socket that nobody serves: %v", err)
	}
	a, _ := startApp(t, appOptions{})
	if err := a.answers(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestUnit: systemd understands the unit, and finds it well locked up.
func TestUnit(t *testing.T) {
	t.Parallel()
	analyze := needed(t, "systemd-analyze")
	unit := filepath.Join(top(t), "deploy", "systemd", "tiendo.service")
	raw, err := os.ReadFile(unit)
	if err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		t.Helper()
		said, err := exec.Command(analyze, args...).CombinedOutput()
		if err != nil {
			t.Errorf("systemd-analyze %s: %v\n%s", strings.Join(args, " "), err, said)
		}
		return string(said)
	}
	// Tenths: 0 is a service that can do nothing, 96 one that is not locked up at all.
	run("security", "--offline=true", "--threshold=15", unit)
	program, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if !strings.Contains(string(raw), "ExecStart=/usr/local/bin/tiendo serve") {
		t.Fatal("the unit starts something else")
	}
	if said := run("verify", write(t, dir, "tiendo.service", strings.ReplaceAll(string(raw), "/usr/local/bin/tiendo", program))); said != "" {
		t.Errorf("systemd says of the unit: %s", said)
	}
}
