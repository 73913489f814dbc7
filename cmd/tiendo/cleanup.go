package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// cleanups is what must be undone, newest first. A start that fails half way undoes the half that was done.
type cleanups struct {
	log  *slog.Logger
	list []cleanup
}

// cleanup is one thing to undo; its context ends after limit.
type cleanup struct {
	name  string
	limit time.Duration
	undo  func(context.Context) error
}

// add puts undo on the stack; it will be given limit to finish.
func (c *cleanups) add(name string, limit time.Duration, undo func(context.Context) error) {
	c.list = append(c.list, cleanup{name, limit, undo})
}

// run undoes everything in reverse order and empties the stack. A part that fails or takes too long does not keep the
// others from their turn; what went wrong is joined.
func (c *cleanups) run(ctx context.Context) error {
	list := c.list
	c.list = nil
	var failed error
	for _, part := range slices.Backward(list) {
		if err := c.one(ctx, part); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", part.name, err))
		}
	}
	return failed
}

// one runs one cleanup. Its deadline holds even if it does not look at its context.
func (c *cleanups) one(ctx context.Context, part cleanup) error {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, part.limit)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- part.undo(ctx) }()
	select {
	case err := <-done:
		c.log.Debug("stopped", "part", part.name, "duration", time.Since(began))
		return err
	case <-time.After(part.limit + time.Second):
		return fmt.Errorf("not done after %s", part.limit)
	}
}
