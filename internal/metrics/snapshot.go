package metrics

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"tiendo/internal/booking"
	"tiendo/internal/event"
	"tiendo/internal/kpi"
	"tiendo/internal/period"
)

const (
	// pace is the least time between two snapshots: a block a second is figures enough for any wall.
	pace = 500 * time.Millisecond
	// renewal is the longest: deadlines pass also when nothing arrives.
	renewal = 15 * time.Second
	// patience is how many times as long as they took to read outlooks, and figures that cost more, are shown before they are
	// read again: they cost what the history costs, and nobody acts on them within seconds.
	patience = 20
	// stale is the age at which a snapshot is left out of a scrape, so that Prometheus marks its series stale.
	stale = 5 * time.Minute
	// maxAgencies bounds the label without a register.
	maxAgencies = 500
)

// Options are what a Snapshots needs.
type Options struct {
	Books *kpi.Books
	// Figures are the ids to show, patterns such as "online.*", or [Leadership]; empty: those of the leadership.
	Figures []string
	// Periods are the ids of the periods to show figures of, such as "mtd"; stocks of now have none.
	Periods []string
	// Mark tells up to where the facts are booked.
	Mark func() booking.Mark
	// Waiting says whether events were acknowledged that a mark does not contain.
	Waiting func(booking.Mark) bool
	// Registered lists the codes of the agencies in the register; none if there is no register.
	Registered func() []string
	// Names names an agency and its group; empty where it is not known.
	Names func(agency string) (name, group string)
	// Self gathers what the process says of itself, Slow what it has to read from elsewhere for that: other metrics, which may be
	// a second old.
	Self, Slow prometheus.Gatherer
	Zone       *time.Location
	Now        func() time.Time
	Logger     *slog.Logger
}

// Snapshots takes snapshots of the figures, and shows the last.
type Snapshots struct {
	Options
	figures []kpi.Definition
	wake    chan struct{}
	last    atomic.Pointer[snapshot]
	failing atomic.Bool
	// slow is what Take read last of what is not read each time.
	slow slow
	// gathered is what Slow told last; nil while Run does not run.
	gathered atomic.Pointer[[]*dto.MetricFamily]
	// busy holds a token for each scrape that runs.
	busy chan struct{}
	// started stands for the arrival of what is booked as long as nothing is.
	started time.Time
}

// snapshot is what a scrape shows. It is never changed.
type snapshot struct {
	taken time.Time
	mark  booking.Mark
	text  []byte
	// packed is text with gzip, made when it is first asked for.
	packed func() []byte
}

// slow is the answers that are shown for a while.
type slow struct {
	questions []question
	figures   []kpi.Figure
	outlooks  []kpi.Figure
	// due is when they are to be read again, events how many were booked when they were read.
	due    time.Time
	events uint64
}

// New returns Snapshots that take none before Run, or an error that names the figure that is not in the catalogue.
func New(o Options) (*Snapshots, error) {
	figures, err := figuresOf(o.Figures)
	if err != nil {
		return nil, err
	}
	for _, id := range o.Periods {
		if _, err := period.Parse(id, o.Now(), o.Zone); err != nil {
			return nil, fmt.Errorf("metrics.periods: %w", err)
		}
	}
	o.Periods = slices.Compact(slices.Sorted(slices.Values(o.Periods))) // one that is named twice would be shown twice
	return &Snapshots{Options: o, figures: figures, wake: make(chan struct{}, 1), busy: make(chan struct{}, scrapes), started: o.Now()}, nil
}

// Wake tells that something was booked. It never blocks.
func (s *Snapshots) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run takes a snapshot after each wake, and now and then, until ctx ends; the first when it is told what is booked, or soon. While
// the engine is away the last one stays.
func (s *Snapshots) Run(ctx context.Context) error {
	var slow sync.WaitGroup
	slow.Go(func() { s.gatherSlow(ctx) })
	defer slow.Wait()
	for rest := pace; ctx.Err() == nil; rest = s.rest() {
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-time.After(rest):
		}
		err := s.Take(ctx)
		switch {
		case err == nil:
			s.failing.Store(false)
		case errors.Is(err, context.Canceled):
		case !s.failing.Swap(true):
			// Said once per outage: the engine says for itself why it is away.
			s.Logger.Warn("figures for metrics could not be read, those of before stay", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pace):
		}
	}
	return nil
}

// rest is how long a snapshot may stay the last if nothing is booked: until what it owes can be read.
func (s *Snapshots) rest() time.Duration {
	if last := s.last.Load(); last != nil && s.slow.events != last.mark.Events {
		return min(renewal, max(0, s.slow.due.Sub(s.Now())))
	}
	return renewal
}

// Taken returns when the last snapshot was taken and what it contains; zero before the first.
func (s *Snapshots) Taken() (time.Time, booking.Mark) {
	if last := s.last.Load(); last != nil {
		return last.taken, last.mark
	}
	return time.Time{}, booking.Mark{}
}

// Take takes a snapshot now. One at a time may. If only what is shown for a while can't be read, the rest is shown, with what was
// read of it before, and the error is returned.
func (s *Snapshots) Take(ctx context.Context) error {
	// The mark is read first: the figures contain at least what it says.
	next := &snapshot{mark: s.Mark(), taken: s.Now()}
	questions, costly, err := s.questions(next.taken)
	if err != nil {
		return err
	}
	figures, err := s.ask(ctx, questions)
	if err != nil {
		return err
	}
	err = s.readSlow(ctx, costly, next)
	w := &writer{known: s.agencies(slices.Concat(figures, s.slow.outlooks)), shown: map[string]bool{}, heard: map[event.Family]bool{}, told: map[string]map[string]bool{}}
	w.tell(questions, figures)
	for i, f := range figures {
		w.figure(questions[i], f, s.Books.CityTarget(questions[i].query))
	}
	for i, f := range s.slow.figures {
		w.figure(s.slow.questions[i], f, s.Books.CityTarget(s.slow.questions[i].query))
	}
	outlooks := kpi.Outlooks()
	for i, f := range s.slow.outlooks {
		w.outlook(&outlooks[i], f)
	}
	w.infos(s.Names)
	next.text = w.bytes()
	next.packed = sync.OnceValue(func() []byte { return pack(next.text) })
	s.last.Store(next)
	return err
}

func (s *Snapshots) ask(ctx context.Context, questions []question) ([]kpi.Figure, error) {
	queries := make([]kpi.Query, len(questions))
	for i, q := range questions {
		queries[i] = q.query
	}
	return s.Books.Ask(ctx, queries...)
}

// readSlow reads again what is shown for a while, if that is over.
func (s *Snapshots) readSlow(ctx context.Context, costly []question, next *snapshot) error {
	if next.taken.Before(s.slow.due) {
		return nil
	}
	begun := s.Now()
	read := slow{questions: costly, events: next.mark.Events}
	var err error
	if len(costly) > 0 {
		read.figures, err = s.ask(ctx, costly)
	}
	if err == nil {
		read.outlooks, err = s.Books.Look(ctx)
	}
	ended := s.Now()
	if err != nil {
		s.slow.due = ended.Add(renewal)
		return fmt.Errorf("read what costs more: %w", err)
	}
	read.due = ended.Add(patience * ended.Sub(begun))
	s.slow = read
	return nil
}

// pack is text with gzip. Speed counts for more than size here: it is read in the same city.
func pack(text []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err == nil {
		_, err = z.Write(text)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic("BUG: gzip into memory: " + err.Error())
	}
	return b.Bytes()
}
