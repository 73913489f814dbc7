package clickhouse

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v7"
)

// user is the one user of the embedded engine that may do anything. The local session's default user may only listen.
const user = "tiendo"

// engine is the child process, started again whenever it dies.
type engine struct {
	logger   *slog.Logger
	missing  func() // called when a part of a table is lost
	command  []string
	library  string
	dir      string
	memory   uint64
	withHTTP bool
	password string

	mu    sync.Mutex
	port  int // the driver's; once chosen it stays, unless another takes it while the engine is away
	http  int // 0 unless withHTTP
	child *child

	quit context.Context // done when the engine is to stop
	end  context.CancelFunc
	gone chan struct{} // closed when no child is left and none will come
}

// start starts the child and waits until it listens. The child outlives ctx.
func start(ctx context.Context, o Options) (*engine, error) {
	e := &engine{logger: o.Logger, command: o.Command, dir: o.Dir, memory: o.Memory, withHTTP: o.HTTP, gone: make(chan struct{})}
	if e.memory == 0 {
		e.memory = DefaultMemory
	}
	if e.missing = o.Lost; e.missing == nil {
		e.missing = func() {}
	}
	var err error
	if e.library, err = findLibrary(o.Library); err != nil {
		return nil, err
	}
	if len(e.command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find this program's file: %w", err)
		}
		e.command = []string{self, "engine"}
	}
	secret := make([]byte, 24)
	_, _ = rand.Read(secret) // never fails, by its documentation
	e.password = hex.EncodeToString(secret)
	e.quit, e.end = context.WithCancel(context.WithoutCancel(ctx))
	first, err := e.launch(ctx)
	if err != nil {
		e.end()
		return nil, err
	}
	go e.supervise(first)
	return e, nil
}

const (
	// A port may be taken between its choice and its use, and a killed predecessor may hold the folder for a moment.
	launchTries = 8
	launchPause = 250 * time.Millisecond
)

// launch starts a child and waits until it listens.
func (e *engine) launch(ctx context.Context) (*child, error) {
	// Every time, for without its configuration the engine would start unlocked.
	if err := e.configure(); err != nil {
		return nil, &Error{Message: "the engine's folder cannot be written", Hint: "name another with --data, or give this user the right to write there", Err: err}
	}
	for try := 1; ; try++ {
		if err := e.choosePorts(ctx); err != nil {
			return nil, err
		}
		c, err := e.spawn()
		if err != nil {
			return nil, fmt.Errorf("start the engine's process: %w", err)
		}
		if err = c.listens(ctx); err == nil {
			if part := e.lost(); part != "" {
				c.stop()
				e.missing()
				return nil, &Error{
					Message: "a part of a table is damaged, and figures without it would be wrong: " + part,
					Hint:    "docs/operations.md, \"A part of a table is damaged\", says when to remove that folder and start, and when to restore from a backup",
				}
			}
			e.mu.Lock()
			e.child = c
			e.mu.Unlock()
			return c, nil
		}
		c.kill()
		again := errors.Is(err, errPortTaken) || errors.Is(err, errLocked)
		if !again || try == launchTries {
			return nil, err
		}
		select {
		case <-time.After(launchPause):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// mendEvery is how often the engine is started again because a part of a table is damaged: as long as the disk is full, it may
// merge to no better end.
const mendEvery = time.Minute

// supervise waits for the child's end and starts it again, until the engine is to stop. It ends a child itself that has damaged a
// part of a table, as it does when the disk is full while it merges, if a start will mend that. If none will, questions go on
// to fail: a start would have the engine leave the part out, and tell of what is left as if it were all.
func (e *engine) supervise(c *child) {
	defer close(e.gone)
	defer e.end()
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = 100*time.Millisecond, 15*time.Second
	var wait time.Duration // before the child that runs
	var mended time.Time
	for {
		damage := c.log.damaged
		if time.Since(mended) < mendEvery {
			damage = nil
		}
		select {
		case <-e.quit.Done():
			c.stop()
			return
		case part := <-damage:
			mended = time.Now()
			if !standIn(filepath.Dir(part), filepath.Base(part)) {
				e.logger.Error("a part of a table is damaged, and what it was made of is gone: docs/operations.md says what to do", "part", part)
				continue
			}
			e.logger.Error("a part of a table is damaged, so the engine is started again, to take what it was made of", "part", part)
			c.stop()
		case <-c.ended:
		}
		// One that was there for much longer than it was waited for does not die at once again.
		if time.Since(c.began) > 4*wait {
			pause.Reset()
		}
		e.logger.Error("the engine died and is started again", "error", c.err)
		for c = nil; c == nil; {
			wait = pause.NextBackOff()
			select {
			case <-e.quit.Done():
				return
			case <-time.After(wait):
			}
			var err error
			if c, err = e.launch(e.quit); err != nil && e.quit.Err() == nil {
				e.logger.Error("the engine cannot be started again", "error", err)
			}
		}
		e.logger.Info("the engine is back", "pid", c.cmd.Process.Pid)
	}
}

// stop ends the child in order, or by force when ctx ends first, and returns when it is gone. It is safe on a nil engine.
func (e *engine) stop(ctx context.Context) {
	if e == nil {
		return
	}
	e.end()
	select {
	case <-e.gone:
	case <-ctx.Done():
		e.mu.Lock()
		c := e.child
		e.mu.Unlock()
		c.kill()
		<-e.gone
	}
}

// choosePorts keeps the ports of the last child where they are free, so that addresses stay what they were.
func (e *engine) choosePorts(ctx context.Context) (err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.port, err = freePort(ctx, e.port); err != nil {
		return err
	}
	if e.withHTTP {
		e.http, err = freePort(ctx, e.http)
	}
	return err
}

// freePort returns the wished port of 127.0.0.1 if it is free, else any that is.
func freePort(ctx context.Context, wish int) (int, error) {
	var listener net.ListenConfig
	l, err := listener.Listen(ctx, "tcp4", "127.0.0.1:"+strconv.Itoa(wish))
	if err != nil && wish != 0 {
		l, err = listener.Listen(ctx, "tcp4", "127.0.0.1:0")
	}
	if err != nil {
		return 0, &Error{Message: "no port of 127.0.0.1 can be opened", Hint: "see whether the loopback interface is up", Err: err}
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// address is where the driver finds the engine.
func (e *engine) address() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return fmt.Sprintf("127.0.0.1:%d", e.port)
}

// httpAddress is where the engine listens for HTTP; empty if it does not.
func (e *engine) httpAddress() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.http == 0 {
		return ""
	}
	return fmt.Sprintf("127.0.0.1:%d", e.http)
}

// pid is the child's process, 0 while there is none.
func (e *engine) pid() int {
	if c := e.running(); c != nil {
		return c.cmd.Process.Pid
	}
	return 0
}
