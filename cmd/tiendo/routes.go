package main

import (
	"context"
	"net/http"
	"time"

	"tiendo/internal/api"
	"tiendo/internal/auth"
	"tiendo/internal/booking"
	"tiendo/internal/event"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
)

// routes says who may ask for what, and who answers. docs/access.md has the same as a table.
func (a *app) routes() http.Handler {
	answers := api.New(api.Options{
		Books: a.books, Zone: a.cfg.Location(), Now: a.Now, Ready: a.ready, Logger: a.log.With("part", "api"),
		Rules: a.registers.Rules, Facts: a.facts, Recorded: a.recorded, Check: a.check, Rebuild: a.booker.Rebuild,
		LoadedRegisters: a.registers.loaded, LoadRegister: a.registers.load, Tokens: a.tokens,
	})
	open := auth.Read(a.cfg.Auth.Read) == auth.ReadOpen
	reader := func(h http.Handler) http.Handler { return a.tokens.Require(auth.ScopeRead, h) }
	admin := func(h http.Handler) http.Handler { return a.tokens.Require(auth.ScopeAdmin, h) }
	read := reader
	if open {
		read = func(h http.Handler) http.Handler { return h }
	}
	// Single cases are for whoever has a token; those of a simulated city are nobody's.
	private := reader
	if a.Simulated {
		private = read
	}
	mux := http.NewServeMux()
	mux.Handle("/v1/events", a.collector) // checks tokens itself
	for root, cases := range map[string]http.Handler{"/v1/cases": answers.Cases(), "/cases": a.pages.Cases()} {
		mux.Handle(root, private(answers.OwnList(cases)))
		mux.Handle(root+"/{family}/{subject...}", private(answers.OwnCase(cases)))
		mux.Handle(root+"/", private(cases)) // names no case
	}
	mux.Handle("/v1/facts", reader(answers.Unbound(answers.Cases())))
	mux.Handle("GET /v1/registers/", reader(answers.Registers()))
	mux.Handle("/v1/registers/", admin(answers.Registers()))
	for _, path := range []string{"/v1/tokens", "/v1/tokens/"} {
		mux.Handle(path, admin(answers.TokenHandler()))
	}
	upkeep := admin(answers.Upkeep())
	mux.Handle("/v1/check", upkeep)
	mux.Handle("/v1/rebuild", upkeep)
	mux.Handle("/healthz", answers.Open())
	mux.Handle("/readyz", answers.Open())
	for _, path := range []string{"/v1/kpis", "/v1/kpis/", "/openapi.json"} {
		mux.Handle(path, read(answers.Open()))
	}
	mux.Handle("GET /metrics", read(a.snapshots.Handler()))
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

// check compares what is served with the facts: case by case, and with cells also every figure.
func (a *app) check(ctx context.Context, cells, verdicts bool, found func(booking.Difference), progress func(booking.Checked)) (booking.Checked, error) {
	mark, rules, err := a.settled(ctx)
	if err != nil {
		return booking.Checked{}, err
	}
	c := booking.Check{Conn: a.engine.Conn(), Rules: rules, Cells: cells, Verdicts: verdicts, Found: found, Progress: progress}
	if !cells {
		return c.Run(ctx)
	}
	recount := a.books.NewRecount(a.Now(), mark.Block)
	c.Booked, c.Count = mark, recount.Add
	done, err := c.Run(ctx)
	if err != nil {
		return done, err
	}
	done.Figures, err = recount.Compare(ctx, func(d kpi.Difference) {
		done.Differences++
		found(booking.Difference{What: "figures", Says: d.String()})
	})
	return done, err
}

// settled waits until open cases are judged by the newest registers, and returns up to where the facts are booked then.
func (a *app) settled(ctx context.Context) (booking.Mark, *lifecycle.Rules, error) {
	for {
		mark, rules := a.booker.Mark(), a.registers.Rules()
		if mark.Rules == rules.Version() {
			return mark, rules, nil
		}
		select {
		case <-ctx.Done():
			return mark, rules, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
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
