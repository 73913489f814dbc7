package bench

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"golang.org/x/sync/errgroup"
)

// server is a process `tiendo serve` with a data folder of its own.
type server struct {
	tb     testing.TB
	cmd    *exec.Cmd
	data   string
	url    string
	token  string
	client *http.Client
	out    io.Reader
	ended  sync.Once
}

var binary = flag.String("program", "../../bin/tiendo", "measure this binary")

// program is the binary that is measured.
func program(tb testing.TB) string {
	tb.Helper()
	path, err := filepath.Abs(*binary)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		tb.Fatalf("%v: run make build first", err)
	}
	return path
}

var served = regexp.MustCompile(`Tiendo serves (http://\S+);`)

// serve starts the program over a data folder on a free port and stops it at the end of tb.
func serve(tb testing.TB, data string) *server {
	tb.Helper()
	s := &server{tb: tb, data: data, client: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}, Timeout: time.Minute,
	}}
	logged, err := os.Create(filepath.Join(s.data, "bench.log"))
	if err != nil {
		tb.Fatal(err)
	}
	defer logged.Close()
	s.cmd = exec.CommandContext(context.Background(), program(tb), "serve", "--listen", "127.0.0.1:0", "--data", s.data)
	s.cmd.Stderr = logged
	if s.out, err = s.cmd.StdoutPipe(); err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.stop)
	line := make([]byte, 4096)
	n, err := s.out.Read(line)
	found := served.FindSubmatch(line[:n])
	if err != nil || found == nil {
		tb.Fatalf("the server did not start: %v\n%s", err, s.tail())
	}
	s.url = string(found[1])
	token, err := os.ReadFile(filepath.Join(s.data, "admin.token"))
	if err != nil {
		tb.Fatal(err)
	}
	s.token = strings.TrimSpace(string(token))
	return s
}

// stop ends the process as an administrator would; by force after a while.
func (s *server) stop() {
	s.ended.Do(func() {
		s.memory()
		s.client.CloseIdleConnections()
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(time.Minute, func() { _ = s.cmd.Process.Kill() })
		defer late.Stop()
		_, _ = io.Copy(io.Discard, s.out)
		if err := s.cmd.Wait(); err != nil {
			s.tb.Errorf("the server ended with %v\n%s", err, s.tail())
		}
	})
}

// tail is the end of the server's log.
func (s *server) tail() string {
	raw, _ := os.ReadFile(filepath.Join(s.data, "bench.log"))
	lines := bytes.Split(raw, []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-20):], []byte("\n")))
}

// post sends the bodies from all senders, each taking the next body when its last was answered. It returns when all
// are on disk.
func (s *server) post(bodies [][]byte) {
	s.tb.Helper()
	err := each(bodies, senders, func(body []byte) error {
		return s.send(context.Background(), body)
	})
	if err != nil {
		s.tb.Fatalf("%v\n%s", err, s.tail())
	}
}

// send sends one body. A collector that is busy is asked again, as its answer says.
func (s *server) send(ctx context.Context, body []byte) error {
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/v1/events", bytes.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+s.token)
		r.Header.Set("Content-Type", "application/cloudevents-batch+json")
		status, answer, err := s.do(r)
		switch {
		case err != nil:
			return err
		case status == http.StatusServiceUnavailable:
			time.Sleep(10 * time.Millisecond)
		case status != http.StatusAccepted || bytes.Contains(answer, []byte(`"id"`)):
			return fmt.Errorf("post: %d %.300s", status, answer)
		default:
			return nil
		}
	}
}

// each hands the bodies to so many workers.
func each(bodies [][]byte, workers int, do func([]byte) error) error {
	var next sync.Mutex
	var g errgroup.Group
	for range workers {
		g.Go(func() error {
			for {
				next.Lock()
				if len(bodies) == 0 {
					next.Unlock()
					return nil
				}
				body := bodies[0]
				bodies = bodies[1:]
				next.Unlock()
				if err := do(body); err != nil {
					return err
				}
			}
		})
	}
	return g.Wait()
}

func (s *server) do(r *http.Request) (status int, body []byte, err error) {
	answer, err := s.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	body, err = io.ReadAll(answer.Body)
	return answer.StatusCode, body, err
}

// get asks for a page and returns it.
func (s *server) get(path string) ([]byte, error) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.url+path, nil)
	if err != nil {
		return nil, err
	}
	status, body, err := s.do(r)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("GET %s: %d %.300s", path, status, body)
	}
	return body, err
}

// figure is the one value of a count, and how many events are in the figures.
func (s *server) figure(query string) (value float64, events int, err error) {
	body, err := s.get("/v1/kpis/" + query)
	if err != nil {
		return 0, 0, err
	}
	var f struct {
		Events int `json:"events"`
		Rows   []struct {
			Value float64 `json:"value"`
		} `json:"rows"`
	}
	if err := json.Unmarshal(body, &f); err != nil {
		return 0, 0, fmt.Errorf("GET %s: %w", query, err)
	}
	for _, r := range f.Rows {
		value += r.Value
	}
	return value, f.Events, nil
}

// errLate says that the figures did not come in time.
var errLate = errors.New("the figures do not show all events yet")

// lookEvery is how often the figures are asked for: a question costs the engine what it takes from the booker.
const lookEvery = 250 * time.Millisecond

// awaitAll waits until the figures show all events and all cases.
func (s *server) awaitAll(events, cases int, limit time.Duration) {
	s.tb.Helper()
	var value float64
	var have int
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(lookEvery) {
		var err error
		if value, have, err = s.figure("dossier.received?period=2000-01-01..2099-12-31"); err != nil {
			s.tb.Fatalf("%v\n%s", err, s.tail())
		}
		if have == events && value == float64(cases) {
			return
		}
	}
	s.tb.Fatalf("%v: %d of %d events, %.0f of %d cases\n%s", errLate, have, events, value, cases, s.tail())
}

// memory notes the greatest resident memory that the server and its engine ever had.
func (s *server) memory() {
	note := func(what *int64, pid int) {
		*what = max(*what, procStatus(pid, "VmHWM"))
	}
	note(&resident.server, s.cmd.Process.Pid)
	for _, child := range children(s.cmd.Process.Pid) {
		note(&resident.engine, child)
	}
}

// resident are the greatest amounts of resident memory that were seen while events came in, in bytes.
var resident struct{ server, engine int64 }

// procStatus reads a size from what the kernel says of a process, in bytes; 0 if it says nothing.
func procStatus(pid int, field string) int64 {
	raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return n << 10
		}
	}
	return 0
}

// children are the processes that a process has started.
func children(pid int) (all []int) {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, list := range lists {
		raw, _ := os.ReadFile(list)
		for field := range strings.FieldsSeq(string(raw)) {
			if n, err := strconv.Atoi(field); err == nil {
				all = append(all, n)
			}
		}
	}
	return all
}

// spent is the processor time that the server and its engine have taken so far.
func (s *server) spent() (server, engine time.Duration) {
	server = processorTime(s.cmd.Process.Pid)
	for _, child := range children(s.cmd.Process.Pid) {
		engine += processorTime(child)
	}
	return server, engine
}

// rest waits until the engine has nothing left to merge, that is until it takes a tenth of a processor at most.
func (s *server) rest(limit time.Duration) {
	s.tb.Helper()
	const watched = 2 * time.Second
	_, before := s.spent()
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); {
		time.Sleep(watched)
		_, now := s.spent()
		if now-before <= watched/10 {
			return
		}
		before = now
	}
	s.tb.Fatalf("the engine is not at rest after %v", limit)
}

// processorTime is the user and system time of a process, which Linux counts in hundredths of a second.
func processorTime(pid int) time.Duration {
	raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(raw), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}
