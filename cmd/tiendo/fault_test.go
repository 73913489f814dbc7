package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The fault tests hurt real processes while several senders post to them, and then compare every figure, every list of
// cases and the whole journal with a plain recomputation from the list of what was acknowledged: nothing of it may be
// missing, nothing may be there twice, nothing else may be there at all.

// rounds is how often a fault happens.
func rounds() int {
	if testing.Short() {
		return 3
	}
	return 20
}

// seeded returns the seed of a test, which is printed; TIENDO_SEED gives one again.
func seeded(t *testing.T) uint64 {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv("TIENDO_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("TIENDO_SEED: %v", err)
		}
	}
	t.Logf("again with TIENDO_SEED=%d", seed)
	return seed
}

// begin starts a server and senders.
func begin(t *testing.T, seed uint64, patient bool, change ...func(*server)) *senders {
	t.Helper()
	srv := newServer(t)
	for _, f := range change {
		f(srv)
	}
	srv.start()
	srv.ready()
	giveUp, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	s := &senders{
		TB: t, server: srv, token: srv.token(), town: newTown(t, "f", seed), patient: patient,
		between: 120 * time.Millisecond, giveUp: giveUp,
	}
	t.Cleanup(func() { // before the server's folder goes
		cancel()
		s.running.Wait()
	})
	s.spawn(4, seed)
	return s
}

// TestKilledProcess: kill -9 of the whole process at random moments, also while it starts.
func TestKilledProcess(t *testing.T) {
	t.Parallel()
	seed := seeded(t)
	random := rand.New(rand.NewPCG(seed, 99))
	s := begin(t, seed, true)
	var starts []time.Duration
	for round := range rounds() {
		moment := time.Duration(random.IntN(1500)) * time.Millisecond
		time.Sleep(moment)
		s.check()
		if s.server.over() {
			t.Fatalf("round %d: the server ended by itself: %v; %s", round, s.server.err, s.server.log())
		}
		s.server.kill()
		s.server.noStrays()
		s.server.start()
		if random.IntN(4) == 0 { // and once more before it is up
			time.Sleep(time.Duration(random.IntN(600)) * time.Millisecond)
			s.server.kill()
			s.server.noStrays()
			s.server.start()
		}
		starts = append(starts, s.server.ready())
	}
	slices.Sort(starts)
	t.Logf("ready after a kill: half of the starts within %s, all within %s", starts[len(starts)/2], starts[len(starts)-1])
	s.finish()
	if s.sent.unanswered == 0 {
		t.Error("no request was cut off by a kill: nothing was tested")
	}
	s.allThereOnce(t)
}

// TestKilledEngine: kill -9 of the engine alone at random moments, also while it starts. Senders do not notice.
func TestKilledEngine(t *testing.T) {
	t.Parallel()
	seed := seeded(t)
	random := rand.New(rand.NewPCG(seed, 99))
	s := begin(t, seed, false)
	var away []time.Duration
	pid := s.server.awaitEngine(0, time.Second)
	for round := range rounds() {
		time.Sleep(time.Duration(random.IntN(2000)) * time.Millisecond)
		s.check()
		if pid == 0 || s.server.over() {
			t.Fatalf("round %d: no engine runs; %s", round, s.server.log())
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatalf("round %d: kill the engine: %v; %s", round, err, s.server.log())
		}
		killed := time.Now()
		pid = s.server.awaitEngine(pid, time.Minute)
		away = append(away, time.Since(killed))
	}
	slices.Sort(away)
	t.Logf("started again: half of the engines within %s, all within %s", away[len(away)/2], away[len(away)-1])
	s.finish()
	s.allThereOnce(t)
}

// TestFullDisk: a write fails in the midst of the log and in the engine, as on a full disk. Nothing is acknowledged until
// there is room and the log was read again, and nothing that was acknowledged is lost.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	seed := seeded(t)
	s := begin(t, seed, true)
	time.Sleep(2 * time.Second)
	s.check()
	// No file of the server and its engine may be written beyond this any more. The library of the engine dies of it, as it
	// does not of a full disk, and cannot be started again before there is room.
	limit := func(to uint64) (processes int) {
		t.Helper()
		for _, pid := range append(s.server.engines(), s.server.cmd.Process.Pid) {
			var was unix.Rlimit
			if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, nil, &was); err == nil {
				err = unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: min(to, was.Max), Max: was.Max}, nil)
				if err == nil {
					processes++
				}
			}
		}
		return processes
	}
	if n := limit(1); n != 2 {
		t.Fatalf("%d processes were limited, not the server and its engine", n)
	}
	s.refusedFor(t, "restart the server")
	time.Sleep(time.Second)
	if limit(unix.RLIM_INFINITY) == 0 {
		t.Fatalf("the server ended by itself; %s", s.server.log())
	}
	s.refusedFor(t, "restart the server") // what is on disk is not known until it is read
	if s.server.over() {
		t.Fatalf("the server ended by itself: %v; %s", s.server.err, s.server.log())
	}
	s.server.stop()
	s.server.noStrays()
	s.server.start()
	s.server.ready()
	time.Sleep(time.Second)
	s.finish()
	s.allThereOnce(t)
}

// refusedFor posts an event that is never sent again and must be turned away, with words that say why.
func (s *senders) refusedFor(t *testing.T, why string) {
	t.Helper()
	const lost = `{"specversion":"1.0","id":"lost-%d","source":"urn:lost","type":"dossier.received","subject":"LOST-%d","time":"2025-05-14T08:00:00+07:00","data":{"agency":"H24.11","procedure":"1","channel":"direct"}}`
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		id := time.Now().UnixNano()
		status, answer, err := post(t.Context(), *s.server.url.Load(), s.token, fmt.Appendf(nil, lost, id, id), http.Header{"Content-Type": {"application/cloudevents+json"}})
		switch {
		case err != nil:
			t.Fatalf("no answer on a full disk: %v; %s", err, s.server.log())
		case status == http.StatusServiceUnavailable && strings.Contains(string(answer), why) && strings.Contains(string(answer), "nothing of the request was taken"):
			return
		case status == http.StatusAccepted: // there was room still
			read := understoodRaw(t, fmt.Appendf(nil, lost, id, id))
			s.mu.Lock()
			s.acked = append(s.acked, read.event)
			s.mu.Unlock()
		case time.Now().After(end):
			t.Fatalf("on a full disk the answer is %d %s", status, answer)
		}
	}
}

// roomy runs a command whose data folder is a file system of its own of that size, gone with the command. It skips the
// test where this user may not make one.
func roomy(t *testing.T, mebibytes int, before string) []string {
	t.Helper()
	for _, how := range []string{"-m", "-Urm"} {
		if exec.Command("unshare", how, "sh", "-c", "mount -t tmpfs tmpfs /tmp").Run() == nil {
			return []string{"unshare", how, "sh", "-c", fmt.Sprintf(`mkdir -p "$0" && mount -t tmpfs -o size=%dm tmpfs "$0" && %s exec "$@"`, mebibytes, before)}
		}
	}
	t.Skip("this user may not make a small file system; TestFullDisk needs none")
	return nil
}

// TestDiskWithoutRoom: a disk that really fills up. The log turns events away before it is full, the engine is denied
// writes, and all goes on by itself when there is room.
func TestDiskWithoutRoom(t *testing.T) {
	t.Parallel()
	program := roomy(t, 500, "")
	seed := seeded(t)
	s := begin(t, seed, true, func(srv *server) { srv.program, srv.apart, srv.data = program, true, filepath.Join(srv.dir, "small") })
	ballast := filepath.Join(s.server.seen(), "ballast")
	time.Sleep(time.Second)
	fill(t, ballast)
	s.refusedFor(t, "disk of the log is full")
	if status, said := s.server.get("/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(said, "disk") {
		t.Errorf("GET /readyz says %d %s", status, said)
	}
	time.Sleep(2 * time.Second)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	s.finish()
	if s.sent.refused == 0 {
		t.Error("no request was turned away: nothing was tested")
	}
	s.compare(t)
	s.server.stop()
}

// TestStartOnAFullDisk: one sentence.
func TestStartOnAFullDisk(t *testing.T) {
	t.Parallel()
	program := roomy(t, 1, `head -c 2m /dev/zero > "$0/ballast" 2>/dev/null;`)
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "small")
	command := slices.Concat(program, []string{data, path, "serve", "--listen", "127.0.0.1:0", "--data", data})
	code, out, errs := ran(t, filepath.Join("..", ".."), command...)
	if code != exitMisuse || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "no space left on device; make room, or name another with --data") {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
}

// fill writes a file until its disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 64<<10)
	for len(block) > 0 {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			block = block[:len(block)/2] // down to the last byte
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
