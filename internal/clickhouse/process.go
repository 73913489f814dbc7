package clickhouse

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// child is one process of the engine.
type child struct {
	cmd   *exec.Cmd
	log   *logWriter
	life  io.Closer // the pipe whose end is the child's end, see RunEngine
	began time.Time
	ended chan struct{} // closed when the process is gone
	err   error         // how it ended; to be read once ended is closed
}

const (
	// startLimit is how long the engine may read its tables before it listens.
	startLimit = 5 * time.Minute
	// stopLimit is how long it may take to end in order.
	stopLimit = 5 * time.Second
)

// spawn starts the process.
func (e *engine) spawn() (*child, error) {
	arguments := slices.Concat(e.command[1:], []string{e.library}, e.arguments())
	cmd := exec.Command(e.command[0], arguments...) //nolint:noctx // it outlives every request; supervise ends it
	c := &child{cmd: cmd, log: newLogWriter(e.logger), began: time.Now(), ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = c.log, c.log
	// It needs nothing of our environment, which may hold secrets.
	cmd.Env = []string{"TZ=UTC"}
	cmd.SysProcAttr = attributes()
	cmd.WaitDelay = time.Second
	life, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	c.life = life
	started := make(chan error)
	go func() {
		// The kernel ends the child when the thread that made it ends, so that one must stay.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		c.err = cmd.Wait()
		if c.err == nil {
			c.err = fmt.Errorf("it ended by itself")
		}
		c.log.flush()
		close(c.ended)
	}()
	if err := <-started; err != nil {
		_ = life.Close()
		return nil, err
	}
	return c, nil
}

// listens returns when the child listens, or why it does not.
func (c *child) listens(ctx context.Context) error {
	select {
	case <-c.log.listening:
		return nil
	case <-c.ended:
		return whyNot(c.err, c.log.said())
	case <-time.After(startLimit):
		return &Error{Message: fmt.Sprintf("the engine did not listen within %s", startLimit), Hint: "its words are in the log"}
	case <-ctx.Done():
		return fmt.Errorf("start the engine: %w", context.Cause(ctx))
	}
}

// stop asks the child to end, ends it by force if it does not, and returns when it is gone.
func (c *child) stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(stopLimit, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	<-c.ended
}

// kill ends the child by force and returns when it is gone.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	<-c.ended
}

// over says whether the process is gone.
func (c *child) over() bool {
	select {
	case <-c.ended:
		return true
	default:
		return false
	}
}
