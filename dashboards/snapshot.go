package dashboards

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"

	"tiendo/internal/kpi"
)

const (
	// pace is the least time between two questions to the books for one address, however many look; of what takes the books long it is
	// breaths times what it took, up to renewal, so that a page that is open all day leaves them most of their time.
	pace    = time.Second
	breaths = 4
	// slow is how long those who come wait for the books where something was seen before: then they are shown that, while it is renewed. Where
	// the books took as long when they were asked last, nobody waits longer than a moment, and they are asked for one such page at a time.
	slow   = 100 * time.Millisecond
	moment = 25 * time.Millisecond
	// renewal is how old figures may be while no event is booked: deadlines pass without one.
	renewal = 15 * time.Second
	// patience is how long the books may take.
	patience = 20 * time.Second
	// forgotten is when an address that nobody looks at any more is let go.
	forgotten = time.Minute
	// glances is of how many addresses that were looked at once alone snapshots are kept: who asks for a page of each day of a year, as
	// programs do, must not fill the memory. A page that is open looks again at once.
	glances = 4
	// mostReadings is of how many addresses the figures themselves are kept, which take up to 6 MB; of the others what was made of them.
	mostReadings = 2
)

// snapshot is a page at one instant. It is never changed, but for the parts that are made of it.
type snapshot struct {
	taken time.Time
	// took is how long the books took.
	took time.Duration
	// events is how many events were booked before the figures were read.
	events uint64
	// read is nil where parts alone are left.
	read  *reading
	parts *parts
}

// reading is what was asked for, and what the books answered. It is never changed.
type reading struct {
	taken time.Time
	// took is how long the books took.
	took    time.Duration
	asked   *asked
	figures []kpi.Figure
	// more is what the page has read beyond figures.
	more any
}

// parts are a page's changing part by language, packed, made when first asked for.
type parts struct {
	mu   sync.Mutex
	made map[language]*fragment
}

// part is the page's changing part. What is kept of it is packed while it is shown; packed is called with that. The error is a brokenError.
func (s *snapshot) part(lang language, render func(*reading, language) (*fragment, error), packed func(*fragment)) (*fragment, error) {
	s.parts.mu.Lock()
	defer s.parts.mu.Unlock()
	if made := s.parts.made[lang]; made != nil {
		if made.packed != nil {
			packed(made)
		}
		return made, nil
	}
	part, err := render(s.read, lang)
	if err != nil {
		return nil, brokenError{err}
	}
	s.parts.made[lang] = part
	go func() {
		kept := part.pack()
		packed(kept)
		s.parts.mu.Lock()
		defer s.parts.mu.Unlock()
		s.parts.made[lang] = kept
	}()
	return part, nil
}

// whole says that the figures themselves are there.
func whole(s *snapshot) bool { return s.read != nil }

// tells says whether the part in a language is there, or can be made.
func (s *snapshot) tells(lang language) bool { return whole(s) || s.made(lang) }

// made says whether the part in a language is there.
func (s *snapshot) made(lang language) bool {
	s.parts.mu.Lock()
	defer s.parts.mu.Unlock()
	return s.parts.made[lang] != nil
}

// fragment is the part of a page that changes, rendered, and what the frame says of it.
type fragment struct {
	// AsOf is the instant that the figures speak of, as the page writes it, AsOfTime the same for programs, and Events how many are in
	// them; Empty says that nothing was ever told.
	AsOf, AsOfTime, Events string
	Empty                  bool
	// at is the instant itself, taken when the books were asked, and took how long they took.
	at, taken time.Time
	took      time.Duration
	// html is its HTML, for who has it made; packed is for those who come after.
	html, packed []byte
	// seen tells two fragments apart by all that they show but the time and the number of events.
	seen string
}

// snapshots hold the newest snapshot of each address that somebody looks at.
type snapshots struct {
	from   *sources
	render func(read *reading, lang language) (*fragment, error)
	now    func() time.Time
	zone   *time.Location

	flight singleflight.Group
	// renewing is held while the books are asked again for what they take long for: for one page at a time.
	renewing sync.Mutex
	mu       sync.Mutex
	held     map[string]*holding
	memory   memories
}

type holding struct {
	last   *snapshot
	looked time.Time
	// again says that it was looked at more than once, failed that the books did not answer when they were asked last.
	again, failed bool
}

// at returns what a page was asked for; of what is kept that which will do. It is at most a second behind the books if they answer soon, else
// at most a minute, while they are asked again. If they do not answer, it returns the last that they gave, however old, together with the
// error; without such, only the error.
func (s *snapshots) at(ctx context.Context, q *asked, will func(*snapshot) bool) (*snapshot, error) {
	key := q.key()
	look := func() (*snapshot, bool) {
		last, failed := s.look(key)
		if last != nil && !will(last) {
			last = nil
		}
		return last, failed
	}
	if last, failed := look(); last != nil {
		age := s.now().Sub(last.taken)
		if age < max(pace, min(breaths*last.took, renewal)) || age < renewal && s.from.booked() == last.events {
			return last, nil
		}
		if age < forgotten && !failed {
			answered, err := s.renewed(ctx, key, q, last.took >= slow)
			if next, _ := look(); answered && next != nil {
				last = next
			}
			return last, err
		}
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-s.flight.DoChan(key, s.taking(ctx, key, q)):
		if r.Err != nil {
			last, _ := look()
			return last, r.Err
		}
		return r.Val.(*snapshot), nil
	}
}

// part returns the changing part of a page, of the figures that at returns. Where nobody has looked for a minute and the books took long
// when they were asked last, it returns the part as it was then, in the last hour, while it is renewed.
func (s *snapshots) part(ctx context.Context, q *asked, lang language) (*fragment, error) {
	of := memorable{q.key(), lang}
	var seen *fragment
	if last, _ := s.look(of.asked); last == nil {
		var failed bool
		if seen, failed = s.memory.recall(of, s.now()); seen != nil && !failed {
			if answered, _ := s.renewed(ctx, of.asked, q, true); !answered {
				return seen, nil
			}
		}
	}
	last, err := s.at(ctx, q, func(last *snapshot) bool { return last.tells(lang) })
	if last == nil {
		return seen, err
	}
	part, broken := last.part(lang, s.render, func(packed *fragment) {
		if last.took >= slow && err == nil {
			s.memory.keep(of, packed, s.now())
		}
	})
	if broken != nil {
		return nil, broken
	}
	return part, err
}

// brokenError says that a page could not be made of its figures: a fault of ours.
type brokenError struct{ error }

// renewed asks the books again, and says whether they have answered soon. What takes them long they are asked for one page at a time, and
// then they have as long for all else.
func (s *snapshots) renewed(ctx context.Context, key string, q *asked, long bool) (answered bool, err error) {
	if long && !s.renewing.TryLock() {
		return false, nil
	}
	wait, done := slow, make(chan error, 1)
	if long {
		wait = moment
	}
	go func() {
		start := s.now()
		_, err, _ := s.flight.Do(key, s.taking(ctx, key, q))
		done <- err
		if long {
			time.Sleep(min(s.now().Sub(start), renewal))
			s.renewing.Unlock()
		}
	}()
	select {
	case err := <-done:
		return true, err
	case <-time.After(wait):
		return false, nil
	}
}

// taking asks the books in a flight. Who leaves does not take the answer away from those who wait with them.
func (s *snapshots) taking(ctx context.Context, key string, q *asked) func() (any, error) {
	return func() (any, error) {
		detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		return s.take(detached, key, q)
	}
}

// look returns the last snapshot of an address, nil if there is none, and whether the books failed since; it lets go of those that nobody
// looks at.
func (s *snapshots) look(key string) (last *snapshot, failed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for other, h := range s.held {
		if now.Sub(h.looked) > forgotten {
			delete(s.held, other)
		}
	}
	h := s.held[key]
	if h == nil {
		return nil, false
	}
	h.looked, h.again = now, true
	return h.last, h.failed
}

// last returns the last snapshot of an address for our own use.
func (s *snapshots) last(key string) *snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.held[key]; h != nil {
		return h.last
	}
	return nil
}

// hold keeps a snapshot, and lets go of that which was glanced at first if there are too many of those, and of figures that were read before
// the last ones.
func (s *snapshots) hold(key string, next *snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.held[key]
	s.held[key] = &holding{last: next, looked: next.taken, again: known != nil && known.again}
	oldest, n := "", 0
	for other, h := range s.held {
		if h.again {
			continue
		}
		if n++; oldest == "" || h.looked.Before(s.held[oldest].looked) {
			oldest = other
		}
	}
	if n > glances {
		delete(s.held, oldest)
	}
	var readings []*holding
	for _, h := range s.held {
		if whole(h.last) {
			readings = append(readings, h)
		}
	}
	slices.SortFunc(readings, func(a, b *holding) int { return b.last.taken.Compare(a.last.taken) })
	for _, h := range readings[min(mostReadings, len(readings)):] {
		h.last = &snapshot{taken: h.last.taken, took: h.last.took, events: h.last.events, parts: h.last.parts}
	}
}

// take asks the books, and keeps what they answer.
func (s *snapshots) take(ctx context.Context, key string, q *asked) (*snapshot, error) {
	next, err := s.ask(ctx, key, q)
	if err == nil {
		err = s.prepare(key, next)
	}
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		if h := s.held[key]; h != nil {
			h.failed = true
		}
		s.memory.fail(key)
		return nil, err
	}
	s.hold(key, next)
	return next, nil
}

// prepare makes the parts that the last snapshot of an address had: those who look at them need not wait for it.
func (s *snapshots) prepare(key string, next *snapshot) error {
	last := s.last(key)
	if last == nil {
		return nil
	}
	for lang := range spoken {
		if last.made(lang) {
			if _, err := next.part(lang, s.render, func(*fragment) {}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *snapshots) ask(ctx context.Context, key string, q *asked) (*snapshot, error) {
	now, events := s.now(), s.from.booked()
	fresh := *q // whoever asked may have asked long ago
	var err error
	if fresh.stretches, err = stretch(q.period.ID, q.against, now, s.zone); err != nil {
		return nil, err
	}
	read := &reading{taken: now, asked: &fresh}
	work, working := errgroup.WithContext(ctx)
	work.Go(func() (err error) {
		if read.figures, err = s.from.ask(working, q.of.ask(&fresh)...); err != nil {
			return fmt.Errorf("ask for the figures of %s: %w", key, err)
		}
		return nil
	})
	if q.of.more != nil {
		work.Go(func() (err error) {
			if read.more, err = q.of.more(working, s.from, &fresh); err != nil {
				return fmt.Errorf("read what %s shows beside figures: %w", key, err)
			}
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	read.took = s.now().Sub(now)
	return &snapshot{taken: now, took: read.took, events: events, read: read, parts: &parts{made: map[language]*fragment{}}}, nil
}

// mark is a short name of some bytes.
func mark(content []byte) string { return fmt.Sprintf("%016x", xxhash.Sum64(content)) }
