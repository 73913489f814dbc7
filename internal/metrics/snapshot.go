package metrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tiendo/internal/booking"
	"tiendo/internal/kpi"
	"tiendo/internal/period"
)

const (
	// pace is the least time between two snapshots: a block a second is figures enough for any wall.
	pace = 500 * time.Millisecond
	// renewal is the longest: deadlines pass also when nothing arrives.
	renewal = 15 * time.Second
	// stale is the age at which a snapshot is left out of a scrape, so that Prometheus marks its series stale.
	stale = 5 * time.Minute
	// maxAgencies bounds the label without a register.
	maxAgencies = 500
	// unknownAgency stands for cases without agency, and for agencies beyond the bound.
	unknownAgency = "_unknown"
)

// Options are what a Snapshots needs.
type Options struct {
	Books *kpi.Books
	// Figures are the ids to show; empty: those that the catalogue marks for leadership.
	Figures []string
	// Periods are the ids of the periods to show figures of, such as "mtd"; stocks of now have none.
	Periods []string
	// Mark tells up to where the facts are booked.
	Mark func() booking.Mark
	// Waiting says whether events were acknowledged that a mark does not contain.
	Waiting func(booking.Mark) bool
	// Names names an agency and its group; empty where it is not known.
	Names  func(agency string) (name, group string)
	Zone   *time.Location
	Now    func() time.Time
	Logger *slog.Logger
}

// Snapshots takes snapshots of the figures, and is the prometheus.Collector that shows the last.
type Snapshots struct {
	Options
	wake    chan struct{}
	last    atomic.Pointer[snapshot]
	failing atomic.Bool
	// started stands for the arrival of what is booked as long as this process has booked nothing.
	started time.Time
}

// snapshot is what a scrape shows. It is never changed.
type snapshot struct {
	taken   time.Time
	mark    booking.Mark
	samples []prometheus.Metric
}

// New returns Snapshots that take none before Run, or an error that names the figure that is not in the catalogue.
func New(o Options) (*Snapshots, error) {
	if len(o.Figures) == 0 {
		for _, d := range kpi.Catalogue() {
			if d.Leadership {
				o.Figures = append(o.Figures, d.ID)
			}
		}
	}
	for _, id := range o.Figures {
		if _, ok := kpi.ByID(id); !ok {
			return nil, fmt.Errorf("metrics.figures: no figure is called %q; tiendo kpi lists them", id)
		}
	}
	for _, id := range o.Periods {
		if _, err := period.Parse(id, o.Now(), o.Zone); err != nil {
			return nil, fmt.Errorf("metrics.periods: %w", err)
		}
	}
	return &Snapshots{Options: o, wake: make(chan struct{}, 1), started: o.Now()}, nil
}

// Wake tells that something was booked. It never blocks.
func (s *Snapshots) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run takes a snapshot now, after each wake, and now and then, until ctx ends. While the engine is away the last one stays.
func (s *Snapshots) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		err := s.Take(ctx)
		switch {
		case err == nil:
			s.failing.Store(false)
		case errors.Is(err, context.Canceled):
		case !s.failing.Swap(true):
			// Said once per outage: the engine says for itself why it is away.
			s.Logger.Warn("figures for metrics could not be read, the last ones stay", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pace):
		}
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-time.After(renewal):
		}
	}
	return nil
}

// Taken returns when the last snapshot was taken and what it contains; zero before the first.
// Take takes a snapshot now.
func (s *Snapshots) Taken() (time.Time, booking.Mark) {
	if last := s.last.Load(); last != nil {
		return last.taken, last.mark
	}
	return time.Time{}, booking.Mark{}
}

// Take takes a snapshot now.
func (s *Snapshots) Take(ctx context.Context) error {
	// The mark is read first: the figures contain at least what it says.
	next := &snapshot{mark: s.Mark(), taken: s.Now()}
	questions, err := s.questions(next.taken)
	if err != nil {
		return err
	}
	queries := make([]kpi.Query, len(questions))
	for i, q := range questions {
		queries[i] = q.query
	}
	figures, err := s.Books.Ask(ctx, queries...)
	if err != nil {
		return err
	}
	known := agenciesOf(figures)
	for i, f := range figures {
		next.samples = append(next.samples, s.samplesOf(questions[i], f, known)...)
	}
	next.samples = append(next.samples, s.agencyInfos(known)...)
	s.last.Store(next)
	return nil
}

// question is a query, and how its answer is shown.
type question struct {
	query      kpi.Query
	definition kpi.Definition
	period     string // the label; empty for a stock of now
}

func (s *Snapshots) questions(now time.Time) ([]question, error) {
	var all []question
	for _, id := range s.Figures {
		d, _ := kpi.ByID(id)
		ids := s.Periods
		if d.Stock() {
			ids = []string{"mtd"}
		}
		for _, p := range ids {
			of, err := period.Parse(p, now, s.Zone)
			if err != nil {
				return nil, err
			}
			q := question{query: kpi.Query{ID: id, Period: of, By: []string{"agency"}}, definition: d, period: p}
			if d.Stock() {
				q.period = ""
			}
			all = append(all, q)
			if d.Shape == kpi.Quantile {
				q.query.By = nil // quantiles can't be added up, so the whole city is shown too
				all = append(all, q)
			}
		}
	}
	return all, nil
}

// agenciesOf lists the agencies that labels may name: the first ones in the order of codes.
func agenciesOf(figures []kpi.Figure) map[string]bool {
	all := map[string]bool{}
	for _, f := range figures {
		for _, r := range f.Rows {
			if code := r.Keys["agency"]; code != nil {
				all[*code] = true
			}
		}
	}
	if len(all) > maxAgencies {
		for _, code := range slices.Sorted(maps.Keys(all))[maxAgencies:] {
			delete(all, code)
		}
	}
	return all
}

// MetricName is the name of a figure's metric: from its id, in base units.
func MetricName(id string) string {
	name := "tiendo_" + strings.ReplaceAll(id, ".", "_")
	return strings.NewReplacer("_hours_", "_seconds_", "_days_", "_seconds_").Replace(name)
}
