package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// server is `tiendo serve` as a process of its own, which a test may hurt. Its folder holds the data and its log; it is
// kept when the test fails.
type server struct {
	testing.TB
	dir, data string
	program   []string // what runs it, if not itself
	apart     bool     // its data lies where only it sees it
	flags     []string
	url       atomic.Pointer[string]

	cmd   *exec.Cmd
	said  chan string // its first line
	ended chan struct{}
	err   error // how it ended; to be read once ended is closed
}

// binary is the command as users have it, built once. It lies where TestMain has put this test's own binary under the
// command's name, a folder that goes with the process.
var binary = sync.OnceValues(func() (string, error) {
	own, err := exec.LookPath("tiendo")
	if err != nil {
		return "", err
	}
	path := filepath.Join(filepath.Dir(own), "tiendo-built")
	build := exec.Command("go", "build", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the command: %w: %s", err, out)
	}
	return path, nil
})

// newServer makes the folder of a server and starts nothing.
func newServer(t testing.TB, flags ...string) *server {
	t.Helper()
	dir, err := os.MkdirTemp("", "tiendo-"+strings.ReplaceAll(t.Name(), "/", "-")+"-")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{TB: t, dir: dir, data: filepath.Join(dir, "data"), flags: flags}
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("the data and the log of the server are kept in %s", dir)
			return
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return s
}

// start starts the process and does not wait for it.
func (s *server) start() {
	s.Helper()
	path, err := binary()
	if err != nil {
		s.Fatal(err)
	}
	program := s.program
	if s.apart {
		program = append(slices.Clone(program), s.data)
	}
	argv := slices.Concat(program, []string{path, "serve", "--listen", "127.0.0.1:0", "--data", s.data}, s.flags)
	s.cmd = exec.Command(argv[0], argv[1:]...)
	s.cmd.Dir = filepath.Join("..", "..") // where node_modules is
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.Fatal(err)
	}
	s.cmd.Stderr = struct{ io.Writer }{log} // through a pipe, so that a full disk does not hush it
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		s.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		s.Fatal(err)
	}
	cmd, said, ended := s.cmd, make(chan string, 1), make(chan struct{})
	s.said, s.ended = said, ended
	go func() {
		lines := bufio.NewReader(out)
		line, _ := lines.ReadString('\n') // empty if it ends before
		said <- line
		_, _ = io.Copy(io.Discard, lines)
		s.err = cmd.Wait()
		_ = log.Close()
		close(ended)
	}()
}

// ready waits until the server answers, and returns after how long. It fails the test if that takes longer than a minute.
func (s *server) ready() time.Duration {
	s.Helper()
	const limit = time.Minute
	begun := time.Now()
	late := time.After(limit)
	select {
	case line := <-s.said:
		_, rest, _ := strings.Cut(line, "Tiendo serves ")
		url, _, _ := strings.Cut(rest, ";")
		if !strings.HasPrefix(url, "http://") {
			s.Fatalf("the server says %q; %s", line, s.log())
		}
		s.url.Store(&url)
	case <-late:
		s.Fatalf("the server did not start within %s; %s", limit, s.log())
	}
	for {
		answer, err := http.Get(*s.url.Load() + "/readyz")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return time.Since(begun)
			}
		}
		select {
		case <-s.ended:
			s.Fatalf("the server ended: %v; %s", s.err, s.log())
		case <-late:
			s.Fatalf("the server was not ready within %s; %s", limit, s.log())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// kill ends the process by force and returns when it is gone; a process that is gone is left alone.
func (s *server) kill() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	<-s.ended
}

// stop ends the process in order.
func (s *server) stop() {
	s.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.Fatalf("stop the server: %v; %s", err, s.log())
	}
	select {
	case <-s.ended:
		if s.err != nil {
			s.Fatalf("the server ended with %v; %s", s.err, s.log())
		}
	case <-time.After(time.Minute):
		s.Fatalf("the server did not stop within a minute; %s", s.log())
	}
}

// over says whether the process has ended.
func (s *server) over() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// log is the end of what the server has logged.
func (s *server) log() string {
	text, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return "its log ends with\n" + string(text[max(0, len(text)-2000):])
}

// seen is the path by which a test sees the server's data.
func (s *server) seen() string {
	if !s.apart {
		return s.data
	}
	return fmt.Sprintf("/proc/%d/root%s", s.cmd.Process.Pid, s.data)
}

// token is the server's own token.
func (s *server) token() string {
	s.Helper()
	text, err := os.ReadFile(filepath.Join(s.seen(), "admin.token"))
	if err != nil {
		s.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// get asks the server for a path and returns what it said; status 0 if it did not answer.
func (s *server) get(path string) (status int, body string) {
	s.Helper()
	return s.send(http.MethodGet, path, "")
}

// send sends a request to the server; status 0 if it did not answer.
func (s *server) send(method, path, body string) (status int, said string) {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), method, *s.url.Load()+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.token())
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err.Error()
	}
	return answer.StatusCode, string(text)
}

// city is the server as the questions of other tests want it.
func (s *server) city() *city {
	return &city{T: s.TB.(*testing.T), url: *s.url.Load(), data: s.seen()}
}

// engines are the processes of the engine that this server runs: one, or none while it is away.
func (s *server) engines() (pids []int) {
	for pid, parent := range parents() {
		if parent == s.cmd.Process.Pid {
			pids = append(pids, pid)
		}
	}
	return pids
}

// awaitEngine waits for an engine of another process than before, and returns it; 0 after limit or the server's end.
func (s *server) awaitEngine(before int, limit time.Duration) int {
	for end := time.Now().Add(limit); time.Now().Before(end) && !s.over(); time.Sleep(5 * time.Millisecond) {
		for _, pid := range s.engines() {
			if pid != before {
				return pid
			}
		}
	}
	return 0
}

// strays are the processes, of whatever parent, that name the server's data folder; it has none once it is gone.
func (s *server) strays() (found []string) {
	for pid := range parents() {
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err == nil && bytes.Contains(line, []byte(s.data)) {
			found = append(found, fmt.Sprintf("%d %s", pid, bytes.ReplaceAll(line, []byte{0}, []byte{' '})))
		}
	}
	return found
}

// noStrays fails the test if an engine outlives its server by more than half a minute.
func (s *server) noStrays() {
	s.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		left := s.strays()
		if len(left) == 0 {
			return
		}
		if time.Now().After(end) {
			s.Fatalf("the server is gone and left behind: %v", left)
		}
	}
}

// parents is the parent of every process that runs.
func parents() map[int]int {
	all := map[int]int{}
	paths, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well formed
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended since
		}
		// "pid (name) state parent …"; a name may hold brackets itself.
		_, rest, _ := bytes.Cut(text[max(0, bytes.LastIndexByte(text, ')')):], []byte(" "))
		fields := strings.Fields(string(rest))
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil || len(fields) < 2 || fields[0] == "Z" {
			continue
		}
		if all[pid], err = strconv.Atoi(fields[1]); err != nil {
			delete(all, pid)
		}
	}
	return all
}

// tiendo runs a command of ours that ends by itself, in a folder, and returns its exit code and what it printed.
func tiendo(t testing.TB, dir string, args ...string) (code int, out, errs string) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return ran(t, dir, append([]string{path}, args...)...)
}

// ran runs any command that ends by itself.
func ran(t testing.TB, dir string, argv ...string) (code int, out, errs string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = dir
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		code = failed.ExitCode()
	} else if err != nil {
		t.Fatalf("%s: %v", strings.Join(argv, " "), err)
	}
	return code, stdout.String(), stderr.String()
}
