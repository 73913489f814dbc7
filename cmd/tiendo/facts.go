package main

import (
	"context"
	"log/slog"
	"time"

	"tiendo/internal/api"
	"tiendo/internal/auth"
	"tiendo/internal/booking"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// facts reads what was told of a case.
func (a *app) facts(ctx context.Context, family event.Family, subject string) ([]event.Event, error) {
	return booking.Facts(ctx, a.engine.Conn(), family, subject)
}

// storing is how long who asks for facts may wait for what was accepted to be stored.
const storing = 30 * time.Second

// recorded reads the facts of a source, with all that was accepted until now. They leave the house, so it is written down.
func (a *app) recorded(ctx context.Context, asked api.Asked, each func(*event.Event) error) error {
	a.audit(ctx, "facts.export", asked.Source, slog.String("family", string(asked.Family)))
	if err := a.stored(ctx, storing); err != nil {
		return err
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

// stored waits until what was accepted by now is stored, but not for longer than a while.
func (a *app) stored(ctx context.Context, most time.Duration) error {
	late := time.After(most)
	for newest := a.collector.Newest(); a.collector.Loaded() < newest; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			return api.ErrBehind
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// explain judges a case for a page and says why; nil if nothing was told of it, or if it is not of the agency to which whoever
// looks is bound: who looks for a code must not learn which cases others have.
func (a *app) explain(ctx context.Context, family event.Family, subject string) (*lifecycle.Explanation, error) {
	events, err := a.facts(ctx, family, subject)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	x, err := lifecycle.Explain(events, a.registers.Rules())
	if who, _ := auth.From(ctx); err == nil && who.Bound != "" && !api.Concerns(x, who.Bound) {
		return nil, nil
	}
	return x, err
}
