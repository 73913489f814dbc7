package simulator

import (
	"context"
	"fmt"
	"time"
)

// atOnce is how many events Live posts in one body.
const atOnce = 500

// Live goes on where the history of o ends, at o.To, and posts each event when it is recorded, by the clock now: first at
// once what was recorded between o.To and now, then at the clock's pace. So the cases that the history left open are
// closed. A body is a CloudEvents batch (application/cloudevents-batch+json) of 1 to 500 events.
//
// It returns nil when ctx ends, else the error of post, or one that says that the years of the calendar have ended. Called
// again with the same options it posts the same events, which changes no figure.
func Live(ctx context.Context, o Options, now func() time.Time, post func(batch []byte) error) error {
	city, err := New(o)
	if err != nil {
		return err
	}
	l := live{now: now, post: post}
	defer l.stop()
	for e := range city.events(city.to, city.last.End(city.zone).Unix()) {
		if err := l.wait(ctx, e.recorded); err != nil {
			return unlessEnded(ctx, err)
		}
		l.add(e)
		if l.held == atOnce {
			if err := l.flush(); err != nil {
				return unlessEnded(ctx, err)
			}
		}
	}
	if err := l.flush(); err != nil {
		return unlessEnded(ctx, err)
	}
	return fmt.Errorf("simulate: the working days after %d are not decreed yet; the city stands still", lastYear)
}

func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// live is a batch that is filled, and a clock.
type live struct {
	now   func() time.Time
	post  func([]byte) error
	batch []byte
	held  int
	timer *time.Timer
}

// wait posts what is held, if it must wait for a time, and waits. It looks at the clock at least once a minute, for clocks
// are set.
func (l *live) wait(ctx context.Context, until int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for {
		left := time.Unix(until, 0).Sub(l.now())
		if left <= 0 {
			return nil
		}
		if err := l.flush(); err != nil {
			return err
		}
		if l.timer == nil {
			l.timer = time.NewTimer(min(left, time.Minute))
		} else {
			l.timer.Reset(min(left, time.Minute))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-l.timer.C:
		}
	}
}

func (l *live) stop() {
	if l.timer != nil {
		l.timer.Stop()
	}
}

func (l *live) add(e *Event) {
	separator := byte(',')
	if l.held == 0 {
		separator = '['
	}
	l.batch = e.AppendJSON(append(l.batch, separator))
	l.held++
}

func (l *live) flush() error {
	if l.held == 0 {
		return nil
	}
	body := append(l.batch, ']')
	l.batch, l.held = nil, 0
	if err := l.post(body); err != nil {
		return fmt.Errorf("simulate: post events: %w", err)
	}
	return nil
}
