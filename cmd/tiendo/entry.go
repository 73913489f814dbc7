package main

import (
	"context"
	"strings"
	"time"

	"tiendo/internal/auth"
	"tiendo/internal/booking"
	"tiendo/internal/byhand"
	"tiendo/internal/event"
	"tiendo/internal/ranking"
)

// storingByHand is how long who enters something waits for what was accepted before to be stored.
const storingByHand = 10 * time.Second

// desk is where people enter what no system tells.
func (a *app) desk() *byhand.Desk {
	return byhand.New(byhand.Options{
		Deliver: func(who *auth.Token, lines []byte) ([]byhand.Refused, error) {
			if strings.HasPrefix(who.Name, auth.Vouched) { // whose deliveries no metric names
				nobody := *who
				nobody.Name, who = "", &nobody
			}
			refusals, err := a.collector.Enter(who, lines)
			if err != nil {
				return nil, err
			}
			var refused []byhand.Refused
			for _, r := range refusals {
				refused = append(refused, byhand.Refused(r))
			}
			return refused, nil
		},
		Known: func(ctx context.Context, family event.Family, subjects []string) (map[string][]event.Event, error) {
			if err := a.stored(ctx, storingByHand); err != nil {
				return nil, err
			}
			return booking.FactsOf(ctx, a.engine.Conn(), family, subjects)
		},
		Recent: func(ctx context.Context, source string, families []event.Family, limit int) ([]event.Event, error) {
			if err := a.stored(ctx, storingByHand); err != nil {
				return nil, err
			}
			return booking.NewestOf(ctx, a.engine.Conn(), source, families, limit)
		},
		Opaque:   a.collector.Opaque,
		Agencies: a.agencies,
		Now:      func() time.Time { return a.Now().In(a.zone) },
	})
}

// assessed tells what was claimed and verified for a period, with all that was accepted before.
func (a *app) assessed(ctx context.Context, method, of string) (*ranking.Sheet, error) {
	if err := a.stored(ctx, storingByHand); err != nil {
		return nil, err
	}
	return a.ranker.Sheet(ctx, method, of)
}
