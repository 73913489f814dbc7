package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"tiendo/internal/api"
	"tiendo/internal/auth"
	"tiendo/internal/booking"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// routes says who may ask for what, and who answers.
func (a *app) routes() http.Handler {
	answers := api.New(api.Options{
		Books: a.books, Zone: a.cfg.Location(), Now: time.Now, Ready: a.ready, Logger: a.log.With("part", "api"),
		Rules: a.registers.Rules, Facts: a.facts, Recorded: a.recorded, Check: a.check, Rebuild: a.booker.Rebuild,
		LoadedRegisters: a.registers.loaded, LoadRegister: a.registers.load,
	})
	open := auth.Read(a.cfg.Auth.Read) == auth.ReadOpen
	read := func(h http.Handler) http.Handler {
		if open {
			return h
		}
		return a.tokens.Require(h)
	}
	// Single cases are for whoever has a token; those of a simulated city are nobody's.
	private := a.tokens.Require
	if a.Simulated {
		private = read
	}
	mux := http.NewServeMux()
	mux.Handle("/v1/events", a.collector)
	for _, path := range []string{"/v1/cases", "/v1/cases/", "/v1/facts"} {
		mux.Handle(path, private(answers.Cases()))
	}
	for _, path := range []string{"/cases", "/cases/"} {
		mux.Handle(path, private(a.pages.Cases()))
	}
	upkeep := a.tokens.Require(answers.Upkeep())
	mux.Handle("/v1/registers/", a.tokens.Require(answers.Registers()))
	mux.Handle("/v1/check", upkeep)
	mux.Handle("/v1/rebuild", upkeep)
	mux.Handle("/healthz", answers.Open())
	mux.Handle("/readyz", answers.Open())
	for _, path := range []string{"/v1/kpis", "/v1/kpis/", "/openapi.json"} {
		mux.Handle(path, read(answers.Open()))
	}
	mux.Handle("GET /metrics", read(promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{
		EnableOpenMetrics: true, MaxRequestsInFlight: 4, Timeout: 10 * time.Second, Registry: a.registry,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelError),
	})))
	mux.Handle("/", read(a.pages))
	if open {
		return auth.Local(mux)
	}
	return mux
}

// facts reads what was told of a case.
func (a *app) facts(ctx context.Context, family event.Family, subject string) ([]event.Event, error) {
	return booking.Facts(ctx, a.engine.Conn(), family, subject)
}

// storing is how long who asks for facts may wait for what was accepted to be stored.
const storing = 30 * time.Second

// recorded reads the facts of a source, with all that was accepted until now.
func (a *app) recorded(ctx context.Context, asked api.Asked, each func(*event.Event) error) error {
	late := time.After(storing)
	for newest := a.collector.Newest(); a.collector.Loaded() < newest; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			return api.ErrBehind
		case <-time.After(10 * time.Millisecond):
		}
	}
	return booking.EachCaseOf(ctx, a.engine.Conn(), asked.Family, asked.Source, func(_ string, events []event.Event) error {
		last := lifecycle.LastRecords(events, asked.Before)
		for i := range last {
			if err := each(&last[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// explain judges a case and says why; nil if nothing was told of it.
func (a *app) explain(ctx context.Context, family event.Family, subject string) (*lifecycle.Explanation, error) {
	events, err := a.facts(ctx, family, subject)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	return lifecycle.Explain(events, a.registers.Rules())
}

// check compares what is served with the facts.
func (a *app) check(ctx context.Context, cells, verdicts bool, found func(booking.Difference), progress func(booking.Checked)) (booking.Checked, error) {
	c := booking.Check{
		Conn: a.engine.Conn(), Rules: a.registers.Rules(), Cells: cells, Verdicts: verdicts, Found: found, Progress: progress,
	}
	return c.Run(ctx)
}

// ready says which part can't do its work, and why.
func (a *app) ready(context.Context) map[string]string {
	reasons := make(map[string]string)
	if !a.engine.Alive() {
		reasons["engine"] = "the engine does not answer; it is started again by itself"
	}
	if err := a.collector.Ready(); err != nil {
		reasons["log"] = err.Error()
	}
	return reasons
}
