package clickhouse

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// patience is how long the embedded engine may give no answer before it is ended and started again. It answers a greeting within
// milliseconds, however much it has to do; one that does not for minutes hangs, and would for ever.
const patience = 2 * time.Minute

// secondGreeting is how long the engine has to answer on a connection of its own, before it is ended: those of the pool may all
// be busy.
const secondGreeting = 10 * time.Second

// endHung ends a child that has answered nothing since then; supervise starts another.
func (s *Server) endHung(ctx context.Context, since time.Time) {
	c := s.engine.running()
	if c == nil {
		return
	}
	if c.began.After(since) {
		since = c.began
	}
	silent := time.Since(since)
	if silent < s.patience || s.greets(ctx) || ctx.Err() != nil {
		return
	}
	s.engine.logger.Error("the engine hangs and is ended, to be started again", "pid", c.cmd.Process.Pid, "silent", silent)
	c.kill()
}

// greets says whether the engine answers on a new connection.
func (s *Server) greets(ctx context.Context) bool {
	conn, err := clickhouse.Open(s.options)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	ask, cancel := context.WithTimeout(ctx, min(secondGreeting, s.patience))
	defer cancel()
	return conn.Ping(ask) == nil
}

// running is the child, nil while there is none; it is safe on a nil engine.
func (e *engine) running() *child {
	if e == nil {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.child == nil || e.child.over() {
		return nil
	}
	return e.child
}
