package dashboards

import (
	"context"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"tiendo/internal/kpi"
	"tiendo/internal/period"
)

const (
	// pace is the least time between two questions to the books for one period, however many look.
	pace = time.Second
	// renewal is how old figures may be while no event is booked: deadlines pass without one.
	renewal = 15 * time.Second
	// patience is how long the books may take.
	patience = 20 * time.Second
	// forgotten is when a period that nobody looks at any more is let go.
	forgotten = time.Minute
)

// snapshot is a page's figures at one instant. It is never changed.
type snapshot struct {
	taken time.Time
	// events is how many events were booked before the figures were read.
	events    uint64
	stretches stretches
	figures   []kpi.Figure
	// fragments are the page's changing part by language, made when first asked for.
	fragments map[language]func() (*fragment, error)
}

// fragment is the part of the page that changes, rendered.
type fragment struct {
	view *view
	html []byte
	// seen tells two fragments apart by all that they show but the time and the number of events.
	seen string
}

// snapshots hold the newest snapshot of each period that somebody looks at.
type snapshots struct {
	ask func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error)
	// booked tells how many events are booked; without asking the engine.
	booked func() uint64
	render func(s *snapshot, lang language) (*fragment, error)
	now    func() time.Time
	zone   *time.Location

	flight singleflight.Group
	mu     sync.Mutex
	held   map[string]*holding
}

type holding struct {
	last   *snapshot
	looked time.Time
}

// at returns the figures of a period, at most a second behind the books if they answer. If they do not, it returns the last ones
// that they gave, however old, together with the error; without such, only the error.
func (s *snapshots) at(ctx context.Context, p period.Period) (*snapshot, error) {
	if last := s.look(p.ID); last != nil {
		age := s.now().Sub(last.taken)
		if age < pace || age < renewal && s.booked() == last.events {
			return last, nil
		}
	}
	// Who leaves does not take the answer away from those who wait with them.
	result := s.flight.DoChan(p.ID, func() (any, error) {
		detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		return s.take(detached, p.ID)
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-result:
		if r.Err != nil {
			return s.look(p.ID), r.Err
		}
		return r.Val.(*snapshot), nil
	}
}

// look returns the last snapshot of a period, nil if there is none, and lets go of those that nobody looks at.
func (s *snapshots) look(id string) *snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for other, h := range s.held {
		if now.Sub(h.looked) > forgotten {
			delete(s.held, other)
		}
	}
	h := s.held[id]
	if h == nil {
		return nil
	}
	h.looked = now
	return h.last
}

func (s *snapshots) take(ctx context.Context, id string) (*snapshot, error) {
	now, events := s.now(), s.booked()
	of, err := stretch(id, now, s.zone)
	if err != nil {
		return nil, err
	}
	figures, err := s.ask(ctx, of.questions()...)
	if err != nil {
		return nil, fmt.Errorf("ask for the figures of %s: %w", id, err)
	}
	next := &snapshot{taken: now, events: events, stretches: of, figures: figures, fragments: map[language]func() (*fragment, error){}}
	for lang := range spoken {
		next.fragments[lang] = sync.OnceValues(func() (*fragment, error) { return s.render(next, lang) })
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held[id] = &holding{last: next, looked: now}
	return next, nil
}

// mark is a short name of some bytes.
func mark(content []byte) string {
	h := fnv.New64a()
	_, _ = h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}
