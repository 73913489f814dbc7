package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"tiendo/internal/crowd"
)

// How long each part may take to stop. What a deadline cuts off is done at the next start: the log has it.
const (
	finishRequests = 10 * time.Second
	drainLog       = 20 * time.Second
	stopPart       = 15 * time.Second
	stopEngine     = 20 * time.Second
)

// findBooks is how long a start waits until it is known up to where the facts are booked, mostly a few milliseconds.
const findBooks = 10 * time.Second

// start begins to serve.
func (a *app) start() {
	a.spawn("booker", a.booker.Run)
	a.spawn("loader", a.collector.Run)
	if a.shows() {
		a.spawn("metrics", a.snapshots.Run)
	}
	a.spawn("registers", a.registers.Run)
	if a.cfg.Shared != "" {
		a.spawn("shared folder", a.follow)
	}
	a.stack.add("drain the log", drainLog, a.drain)
	a.auditStart()
	if a.inbox != nil {
		a.spawn("inbox", a.inbox.Run)
	}
	if a.cfg.Retention.Years > 0 && a.keeps() {
		a.spawn("retention", a.retain)
	}
	// Else the first answers would give figures and say that no event is in them. An engine that died just now is not waited for: events
	// are taken without it.
	select {
	case <-a.booker.Found():
	case <-time.After(findBooks):
	}
	a.serve()
}

// wait waits until ctx ends or a part fails, then stops everything in order. It returns what failed, and what did not
// stop as it should.
func (a *app) wait(ctx context.Context) error { return errors.Join(a.served(ctx), a.Close()) }

// served waits until ctx ends, a part fails or a restore is asked for, and returns what failed, or the [restoring].
func (a *app) served(ctx context.Context) error {
	select {
	case <-ctx.Done():
		a.log.Info("stopping", "address", a.Address())
		return nil
	case failed := <-a.failed:
		if _, asked := errors.AsType[*restoring](failed); asked {
			a.log.Info("stopping to begin again from a backup")
			return failed
		}
		a.log.Error("a part failed, stopping", "error", failed)
		return failed
	}
}

// Close stops what runs and closes what is open, newest first.
func (a *app) Close() error { return a.stack.run(context.Background()) }

// spawn runs a part until its turn to stop comes. A part that ends before is a failure of the whole.
func (a *app) spawn(name string, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := run(ctx)
		switch {
		case ctx.Err() == nil && err == nil:
			a.failed <- fmt.Errorf("the %s ended by itself", name)
		case ctx.Err() == nil:
			a.failed <- fmt.Errorf("the %s: %w", name, err)
		case err != nil && !errors.Is(err, context.Canceled):
			a.log.Error("a part stopped with an error", "part", name, "error", err)
		}
	}()
	a.stack.add("stop the "+name, stopPart, func(limit context.Context) error {
		cancel()
		select {
		case <-done:
			return nil
		case <-limit.Done():
			return limit.Err()
		}
	})
}

// serve answers requests until its turn to stop comes: then it takes no new ones and lets those that run finish.
func (a *app) serve() {
	server := &http.Server{
		Handler:           a.Pace.Handler(a.routes()),
		ReadHeaderTimeout: a.Pace.Head,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	server.RegisterOnShutdown(a.pages.Stop)
	listener := crowd.Limit(a.listener, crowd.Most, crowd.MostFrom, a.cfg.ProxyNetworks())
	serve := func() error { return server.Serve(listener) }
	if a.certificate != nil {
		server.TLSConfig = a.certificate.config()
		serve = func() error { return server.ServeTLS(listener, "", "") }
	}
	go func() {
		if err := serve(); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- fmt.Errorf("serve %s: %w", a.Address(), err)
		}
	}()
	a.stack.add("finish requests", finishRequests, func(ctx context.Context) error {
		if err := server.Shutdown(ctx); err != nil {
			return errors.Join(err, server.Close())
		}
		return nil
	})
}

// drain waits until what was accepted is in the figures. An engine that is away is not waited for: the log keeps it.
func (a *app) drain(ctx context.Context) error {
	for a.waiting() && a.engine.Alive() {
		if ended(ctx, 20*time.Millisecond) {
			a.log.Info("events are left in the log for the next start", "newest", a.collector.Newest(), "loaded", a.collector.Loaded())
			return nil
		}
	}
	return nil
}

// waiting says whether accepted events are not in the figures yet; for a process that does not book, whether they are not stored.
func (a *app) waiting() bool {
	if !a.keeps() {
		return a.collector.Loaded() < a.collector.Newest()
	}
	return a.booker.Mark().Entries[a.collector.ID()] < a.collector.Newest()
}

// ended waits, and says whether ctx has ended.
func ended(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return true
	case <-time.After(d):
		return false
	}
}
