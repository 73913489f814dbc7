package ranking

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"tiendo/internal/calendar"
	"tiendo/internal/kpi"
	"tiendo/internal/period"
	"tiendo/internal/register"
)

// Ranker ranks periods by what the books say. Safe for concurrent use.
type Ranker struct {
	Books   *kpi.Books
	Methods func() Methods
	Now     func() time.Time
	Zone    *time.Location
	// Block is the last block that is booked, Remade how often the books were made again: see booking.Booker.
	Block, Remade func() uint64

	// Stranger says that whoever asks may not have every case judged again; nil: everybody may.
	Stranger func(context.Context) bool

	// TurnLimit is how long a supposition that has every case judged again waits for one of somebody else, JudgeLimit how long it
	// may take itself; 0: ten seconds, and five minutes.
	TurnLimit, JudgeLimit time.Duration

	simulated simulations
	supposing turn
}

// Ranked says whether the register has, or once had, an agency of the groups that a method ranks.
func (k *Ranker) Ranked(m *Method) bool {
	known := k.Books.Registers().At(time.Time{}).AgenciesIn(0, calendar.DayOf(k.Now(), k.Zone))
	return slices.ContainsFunc(known, func(a register.Agency) bool { return m.Ranks(a.Group) })
}

// Rank ranks a period by a method that the server has, and compares with the period before. With tries, weights as Method.Try
// reads them, it compares with the method as it is instead. A *kpi.Error says what was asked wrongly, any other is the engine's.
func (k *Ranker) Rank(ctx context.Context, id, name string, tries ...string) (*Result, error) {
	m, p, err := k.Methods().Find(id, name, k.Now(), k.Zone)
	if err != nil {
		return nil, err
	}
	return k.by(ctx, m, p, tries)
}

// RankBy is Rank by a method that is at hand.
func (k *Ranker) RankBy(ctx context.Context, m *Method, name string, tries ...string) (*Result, error) {
	p, err := m.Period(name, k.Now(), k.Zone)
	if err != nil {
		return nil, err
	}
	return k.by(ctx, m, p, tries)
}

// Sheet tells what was claimed and verified for a period, by a method that the server has. Errors are as Rank's.
func (k *Ranker) Sheet(ctx context.Context, id, name string) (*Sheet, error) {
	m, p, err := k.Methods().Find(id, name, k.Now(), k.Zone)
	if err != nil {
		return nil, err
	}
	assessed := *m
	assessed.Areas, assessed.Adjustments = nil, nil // figures are not asked for
	in, err := assessed.Gather(ctx, k.Books, p, Moment{})
	if err != nil {
		return nil, err
	}
	if err := m.assessments(ctx, k.Books, Moment{}, in); err != nil {
		return nil, err
	}
	return m.Sheet(in), nil
}

// At ranks a period by what the books said at a moment, of which the block is named.
func (k *Ranker) At(ctx context.Context, m *Method, name string, at Moment) (*Result, error) {
	p, err := m.Period(name, at.Before, k.Zone)
	if err != nil {
		return nil, err
	}
	now, before, err := k.gather(ctx, m, p, at)
	if err != nil {
		return nil, err
	}
	r := m.Compute(*now)
	if before != nil {
		r.Since(m.Compute(*before))
	}
	k.simulated.simulate(m, r)
	return r, nil
}

// by ranks by one state of the books.
func (k *Ranker) by(ctx context.Context, m *Method, p period.Period, tries []string) (*Result, error) {
	tried, supposed, err := m.Suppose(tries)
	if err != nil {
		return nil, err
	}
	now, before, err := k.newest(ctx, m, p)
	if err != nil {
		return nil, err
	}
	other := now
	if supposed != nil {
		if other, err = k.suppose(ctx, m, p, *supposed, now); err != nil {
			return nil, err
		}
	}
	r := tried.Compute(*other)
	switch {
	case len(tries) > 0:
		r.Tried = tries
		r.Against(m.Compute(*now))
	case before != nil:
		r.Since(m.Compute(*before))
	}
	k.simulated.simulate(tried, r)
	return r, nil
}

// newest gathers one state of the books. The newest is in memory; where something is booked meanwhile, the engine is asked for the
// state before.
func (k *Ranker) newest(ctx context.Context, m *Method, p period.Period) (now, before *Inputs, err error) {
	for {
		if err := k.Settled(ctx); err != nil {
			return nil, nil, err
		}
		remade, block := k.Remade(), k.Block()
		now, before, err = k.gather(ctx, m, p, Moment{})
		if err == nil && k.Block() != block {
			if block == 0 {
				continue // there is no state before the first block to ask for
			}
			now, before, err = k.gather(ctx, m, p, Moment{Block: block})
		}
		if err != nil {
			return nil, nil, err
		}
		if now.Block = block; k.Remade() == remade && remade%2 == 0 {
			return now, before, nil
		}
	}
}

// Settled waits while books that were made again take the place of the old ones.
func (k *Ranker) Settled(ctx context.Context) error {
	for k.Remade()%2 == 1 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// gather gathers a period and the one before it, which is nil where the method does not rank it.
func (k *Ranker) gather(ctx context.Context, m *Method, p period.Period, at Moment) (now, before *Inputs, err error) {
	both, working := errgroup.WithContext(ctx)
	both.Go(func() (err error) {
		now, err = m.Gather(working, k.Books, p, at)
		return err
	})
	both.Go(func() (err error) {
		before, err = k.before(working, m, p, at)
		return err
	})
	return now, before, both.Wait()
}

// before gathers the period before; nil where the method does not rank it.
func (k *Ranker) before(ctx context.Context, m *Method, p period.Period, at Moment) (*Inputs, error) {
	name, ok := period.Previous(p.ID)
	if !ok {
		return nil, nil
	}
	previous, err := m.Period(name, k.Now(), k.Zone)
	if err != nil {
		return nil, nil
	}
	in, err := m.Gather(ctx, k.Books, previous, at)
	if _, wrong := errors.AsType[*kpi.Error](err); wrong {
		return nil, nil // there was nobody to rank
	}
	return in, err
}
