package main

import (
	"context"
	"time"

	"tiendo/internal/booking"
	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/integrity"
)

// newIntegrity is the watch over the facts that the engine holds.
func (a *app) newIntegrity() *integrity.Watch {
	conn := a.engine.Conn()
	return integrity.New(integrity.Options{
		Count: func(ctx context.Context, from, to time.Time) (int, error) {
			return booking.DossiersDuring(ctx, conn, from, to)
		},
		Cases: func(ctx context.Context, family event.Family, from, to time.Time, one int, each func([]event.Event) error) error {
			return booking.EachDuring(ctx, conn, family, from, to, one, each)
		},
		Submitted: func(ctx context.Context, from, to time.Time, each func(integrity.Submission) error) error {
			return booking.EachSubmission(ctx, conn, from, to, func(s booking.Submission) error { return each(integrity.Submission(s)) })
		},
		Rules: a.registers.Rules, Now: a.Now, Booked: func() uint64 { return a.booker.Mark().Block },
		Calendars: func() calendar.Set { return a.registers.Known().At(time.Time{}).Calendars() },
	})
}
