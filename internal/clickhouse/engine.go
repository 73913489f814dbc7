package clickhouse

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v7"
)

// user is the one user of the embedded engine that may do anything. The local session's default user may only listen.
const user = "tiendo"

// engine is the child process, started again whenever it dies.
type engine struct {
	Options
	password string
	http     int
	library  string

	mu       sync.Mutex
	port     int
	process  *os.Process
	stopping bool

	started chan error // the outcome of the first start
	gone    chan struct{}
}

// start starts the child and waits until it answers.
func start(ctx context.Context, o Options) (*engine, error) {
	e := &engine{Options: o, started: make(chan error, 1), gone: make(chan struct{})}
	var err error
	if e.library, err = findLibrary(o.Library); err != nil {
		return nil, err
	}
	if e.Memory == 0 {
		e.Memory = DefaultMemory
	}
	if len(e.Command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find this program's file: %w", err)
		}
		e.Command = []string{self, "engine"}
	}
	secret := make([]byte, 24)
	_, _ = rand.Read(secret) // never fails, by its documentation
	e.password = hex.EncodeToString(secret)
	if err := e.configure(); err != nil {
		return nil, &Error{Message: "the engine's folder cannot be written", Hint: "name another with --data, or give this user the right to write there", Err: err}
	}
	if e.port, err = freePort(); err != nil {
		return nil, err
	}
	if o.HTTP {
		if e.http, err = freePort(); err != nil {
			return nil, err
		}
	}
	go e.supervise()
	select {
	case err := <-e.started:
		return e, err
	case <-ctx.Done():
		e.stop(ctx)
		return nil, fmt.Errorf("start the engine: %w", ctx.Err())
	}
}

// findLibrary looks where npm puts the library: beside the working directory, and beside or above this program.
func findLibrary(path string) (string, error) {
	if path != "" {
		if _, err := os.Stat(path); err != nil {
			return "", &Error{Message: "the engine's library is not where the configuration says", Hint: "correct the path, or leave it out and run npm ci", Err: err}
		}
		return path, nil
	}
	name := filepath.Join("node_modules", "@chdb", "lib-"+runtime.GOOS+"-"+npmArchitecture()+"-gnu", "libchdb.so")
	from := []string{}
	if cwd, err := os.Getwd(); err == nil {
		from = append(from, cwd)
	}
	if self, err := os.Executable(); err == nil {
		from = append(from, filepath.Dir(self))
	}
	for _, dir := range from {
		for {
			if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
				return filepath.Join(dir, name), nil
			}
			if dir == filepath.Dir(dir) {
				break
			}
			dir = filepath.Dir(dir)
		}
	}
	return "", &Error{Message: "the embedded engine is not installed", Hint: "run npm ci in the project's folder, or name a server with --clickhouse"}
}

func npmArchitecture() string {
	if runtime.GOARCH == "amd64" {
		return "x64"
	}
	return runtime.GOARCH
}

func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (e *engine) address() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return fmt.Sprintf("127.0.0.1:%d", e.port)
}

func (e *engine) pid() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.process == nil {
		return 0
	}
	return e.process.Pid
}

// supervise runs the child until it is to stop, and starts it again when it dies.
func (e *engine) supervise() {
	defer close(e.gone)
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = 200*time.Millisecond, 15*time.Second
	first := true
	for {
		began := time.Now()
		err := e.run(first)
		first = false
		e.mu.Lock()
		stopping := e.stopping
		e.mu.Unlock()
		if stopping {
			return
		}
		if time.Since(began) > time.Minute {
			pause.Reset()
		}
		wait := pause.NextBackOff()
		e.Logger.Error("the engine died and is started again", "error", err, "after", wait)
		time.Sleep(wait)
	}
}

// run starts the child once and waits for its end.
func (e *engine) run(first bool) error {
	if !portFree(e.address()) {
		port, err := freePort()
		if err != nil {
			return err
		}
		e.mu.Lock()
		e.port = port
		e.mu.Unlock()
	}
	lines := newLogWriter(e.Logger)
	cmd := exec.Command(e.Command[0], append(e.Command[1:], e.arguments()...)...)
	cmd.Stdout, cmd.Stderr = lines, lines
	cmd.Env = append(os.Environ(), "TZ=UTC")
	// The child ends when this pipe does, see RunEngine.
	life, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	defer life.Close()
	// Not in our group: an interrupt at the terminal is ours to hear, and the engine stops last.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	e.mu.Lock()
	if e.stopping {
		e.mu.Unlock()
		return nil
	}
	err = cmd.Start()
	if err == nil {
		e.process = cmd.Process
	}
	e.mu.Unlock()
	if err != nil {
		if first {
			e.started <- fmt.Errorf("start the engine: %w", err)
		}
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	defer func() {
		e.mu.Lock()
		e.process = nil
		e.mu.Unlock()
	}()
	if first {
		select {
		case err := <-ended:
			e.started <- whyNot(err, lines.last())
			return err
		case err := <-e.answers():
			e.started <- err
		}
	}
	return <-ended
}

// whyNot says in one sentence why the child ended before it answered.
func whyNot(err error, last string) error {
	reason := &Error{Message: "the engine ended while it started", Hint: "its last words: " + last, Err: err}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == exitLibrary {
		reason.Message, reason.Hint = "the engine's library cannot be loaded", "run npm ci again; its last words: "+last
	}
	return reason
}

// answers tells when the child takes connections.
func (e *engine) answers() <-chan error {
	result := make(chan error, 1)
	go func() {
		for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			if conn, err := net.DialTimeout("tcp", e.address(), time.Second); err == nil {
				_ = conn.Close()
				result <- nil
				return
			}
		}
		result <- &Error{Message: "the engine did not answer within two minutes", Hint: "its words are in the log"}
	}()
	return result
}

func portFree(address string) bool {
	l, err := net.Listen("tcp4", address)
	if err != nil {
		return false
	}
	_ = l.Close()
	return true
}

// stop ends the child: first asked, then by force after some seconds or when ctx ends. It is safe on a nil engine.
func (e *engine) stop(ctx context.Context) {
	if e == nil {
		return
	}
	e.mu.Lock()
	e.stopping = true
	process := e.process
	e.mu.Unlock()
	if process != nil {
		_ = process.Signal(syscall.SIGTERM)
		select {
		case <-e.gone:
		case <-ctx.Done():
		case <-time.After(5 * time.Second):
		}
		_ = process.Kill()
	}
	<-e.gone
}
