package kpi

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"

	"tiendo/internal/booking"
	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
	"tiendo/internal/register"
)

// Options are what Books need.
type Options struct {
	Conn driver.Conn
	// Zone is the city's time zone.
	Zone *time.Location
	// Registers gives what the city says about itself, as it now is, its calendars among it.
	Registers func() *register.Registers
	// Now is the clock.
	Now func() time.Time
	// Events tells how many events are booked.
	Events func() uint64
	// Renewing says that the books lack what an earlier version of the program did not count; nil: they never do.
	Renewing func() bool
	// Elsewhere says that another process books, so that Ledger does not tell when; nil: none does.
	Elsewhere func() bool
	// Ledger is what the booker of this process keeps in memory; nil where there is none.
	Ledger *booking.Ledger
}

// Books answer questions. Safe for concurrent use.
type Books struct {
	Options

	mu sync.Mutex
	// heardOf is what was asked of activities since heardAt events were booked.
	heardOf map[string][]activity
	heardAt uint64
	// tallied is what sources stated when it was last asked for, talliedAt how much had been booked by then that is of no case.
	tallied   *stated
	talliedAt uint64
	// first is the first day on which anything of the books arrived, as it was when the ledger had changed beside cases so often, and had this last block.
	first   string
	firstAt [2]uint64
	// open is what was open, by filter, in the last moments, opening whoever reads it.
	open    map[string]openAt
	opening singleflight.Group
}

// New returns the books that are read through o.Conn. Without registers they know none.
func New(o Options) *Books {
	if o.Registers == nil {
		empty := register.Empty(o.Zone, nil)
		o.Registers = func() *register.Registers { return empty }
	}
	return &Books{Options: o, open: map[string]openAt{}}
}

// group is what one statement can answer.
type group struct {
	statement statement
	// answers are the places of the queries in the question, and of their terms among the statement's.
	answers []answer
}

type answer struct {
	query      int
	definition Definition
	// numerator, denominator are the indices of the definition's terms in the statement; exists those of the terms that
	// tell whether a group has a case.
	numerator, denominator []int
}

const (
	// asks is how often questions are asked because something was booked between two of them.
	asks = 3
	// oneBlock is how far the number of what is shown rises with a block.
	oneBlock = 2
)

// Ask answers questions, in their order: one statement for all questions of the same families, period, grouping and filter, and
// one more for each measure of quantiles. The figures are of one block, unless blocks come faster than can be asked: then asking again would cost
// as much and end no better. An *Error says which question cannot be asked; any other error is the engine's.
func (b *Books) Ask(ctx context.Context, queries ...Query) ([]Figure, error) {
	groups, err := b.plan(queries)
	if err != nil {
		return nil, err
	}
	for asked := 1; ; asked++ {
		before, err := b.shown(ctx)
		if err != nil {
			return nil, err
		}
		block := b.block()
		figures, remembered, err := b.answer(ctx, queries, groups)
		if err != nil {
			return nil, err
		}
		after, err := b.shown(ctx)
		if err != nil {
			return nil, err
		}
		ofOne := after == before && before%oneBlock == 0
		if remembered { // what the engine begins to show meanwhile is in none of them
			ofOne = b.block() == block
		}
		if ofOne || asked == asks || after-before > oneBlock {
			return figures, nil
		}
		if !remembered {
			b.Ledger.Settled()
		}
	}
}

// block is the last one that is in memory; 0 if there is none.
func (b *Books) block() (block uint64) {
	b.Ledger.Read(func(page booking.Page) { block = page.Block() })
	return block
}

// shown is what the books show, as a number: it rises by oneBlock with each block, and is odd while the engine begins to show one.
func (b *Books) shown(ctx context.Context) (uint64, error) {
	if b.Elsewhere == nil || !b.Elsewhere() {
		return b.Ledger.Shown(), nil
	}
	var block uint64
	if err := b.Conn.QueryRow(ctx, "SELECT max(block) FROM cells WHERE family = ''").Scan(&block); err != nil {
		return 0, fmt.Errorf("read the last block: %w", err)
	}
	return oneBlock * block, nil
}

// answer answers questions, and says whether memory had all that is told of now.
func (b *Books) answer(ctx context.Context, queries []Query, groups []*group) (_ []Figure, remembered bool, err error) {
	asOf, events := b.Now().In(b.Zone), b.Events()
	renewing := b.Renewing != nil && b.Renewing()
	figures := make([]Figure, len(queries))
	var engine atomic.Bool
	answer := func(i int, rows []Row) {
		d, _ := ByID(queries[i].ID)
		figures[i] = Figure{ID: d.ID, Unit: d.Unit, Definition: d.Version, Period: queries[i].Period, AsOf: b.seenAt(queries[i], asOf), Events: events, Renewing: renewing, Rows: rows}
	}
	work, working := errgroup.WithContext(ctx)
	work.SetLimit(parallel)
	for _, g := range groups {
		work.Go(func() error {
			sums, live, err := b.fetch(working, &g.statement)
			if g.statement.until != "" && !g.statement.query.Period.Running && err == nil {
				live = false
				err = b.soonThen(working, &g.statement, g.answers[0].numerator[0], sums)
			}
			if err != nil {
				return fmt.Errorf("ask the books for %s: %w", g.statement.query.ID, err)
			}
			if now := !b.seenAt(g.statement.query, asOf).Before(asOf); !live && now { // what was said on a past day, the next block says too
				engine.Store(true)
			}
			for _, a := range g.answers {
				answer(a.query, sums.rows(a, &g.statement))
			}
			return nil
		})
	}
	var reports []question
	for i, q := range queries {
		if d, _ := ByID(q.ID); d.Reported() {
			reports = append(reports, question{i, d, q})
		}
	}
	if len(reports) > 0 {
		work.Go(func() error { return b.indicators(working, reports, answer) })
	}
	var stated *stated
	work.Go(func() (err error) {
		stated, err = b.stated(working)
		return err
	})
	var last lastEvents
	if slices.ContainsFunc(queries, byAgency) {
		work.Go(func() (err error) {
			last, err = b.lastEvents(working)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, false, err
	}
	if err := b.addCompleteness(ctx, stated, queries, figures); err != nil {
		return nil, false, err
	}
	if stated.records > 0 {
		engine.Store(true)
	}
	for i, q := range queries {
		d, _ := ByID(q.ID)
		b.addRegister(&figures[i], d, q)
		if byAgency(q) {
			by := last
			if q.Fold {
				by = last.folded(b.namesOf(q).successors)
			}
			by.addTo(&figures[i], q, b.Zone)
		}
	}
	if err := b.addQuiet(ctx, queries, figures); err != nil {
		return nil, false, err
	}
	return figures, !engine.Load(), nil
}

// parallel is how many statements of one question are asked at once.
const parallel = 4

// seenAt is the instant that an answer speaks of: the end of the day that is asked for, or now while that lies ahead.
func (b *Books) seenAt(q Query, now time.Time) time.Time {
	if day, err := calendar.ParseDay(q.AsOf); err == nil {
		if end := day.End(b.Zone); end.Before(now) {
			return end
		}
	}
	return now
}

// plan puts questions together that one statement can answer.
func (b *Books) plan(queries []Query) ([]*group, error) {
	var groups []*group
	byKey := map[string]*group{}
	for i, q := range queries {
		d, err := q.check()
		if err != nil {
			return nil, err
		}
		if d.Reported() {
			continue
		}
		key := fmt.Sprint(d.Families(), d.ofLegs(), d.ofClosings(), d.looksAhead(), d.measure, q.Period, q.By, q.Where, q.Fold, q.AsOf, q.Block, q.Causes, q.Before, q.Counted, q.more)
		g := byKey[key]
		if g == nil {
			g = &group{statement: statement{families: d.Families(), query: q, names: b.namesOf(q), binned: d.measure}}
			if d.looksAhead() {
				g.statement.until = b.soon(q)
			}
			if d.measure == "" && !q.Counted {
				g.statement.terms = existence(&d)
				g.statement.existing = len(g.statement.terms)
			}
			byKey[key], groups = g, append(groups, g)
		}
		g.answers = append(g.answers, answer{
			query: i, definition: d,
			numerator:   g.statement.indices(d.numerator),
			denominator: g.statement.indices(d.denominator),
		})
	}
	return groups, nil
}

// existence are the terms by which a group has a case in the period: something open when it starts, or something that
// happens in it. They are the first terms of a statement.
func existence(d *Definition) []term {
	if d.ofRecords() {
		return flow(lifecycle.Recorded, 0, 0)
	}
	if d.ofClosings() {
		return closings(0)
	}
	if d.ofLegs() {
		return append(flow(lifecycle.LegOpened, 0, 0), flow(lifecycle.LegSettled, 0, 0)...)
	}
	return append(open(atStart), append(flow(lifecycle.Opened, 0, 0), append(flow(lifecycle.Settled, 0, 0), flow(lifecycle.Ended, 0, 0)...)...)...)
}

// indices returns the places of terms in s, adding those that it lacks.
func (s *statement) indices(terms []term) []int {
	var places []int
	for _, t := range terms {
		at := slices.Index(s.terms, t)
		if at < 0 {
			at = len(s.terms)
			s.terms = append(s.terms, t)
		}
		places = append(places, at)
	}
	return places
}

// soon is the last day that is near at the end of q's period: the second working day after it.
func (b *Books) soon(q Query) string {
	view, _ := b.view(q)
	return workdays(view.Calendars(), calendar.DayOf(q.Period.End, b.Zone), 2).String()
}

// fetch answers a statement: from memory, or else by the engine.
func (b *Books) fetch(ctx context.Context, s *statement) (_ *sums, live bool, err error) {
	if sums, ok, err := b.live(ctx, s); ok || err != nil {
		return sums, true, err
	}
	sums, err := b.ask(ctx, s, s.cubes())
	return sums, false, err
}

// ask asks the engine for a statement over some parts of the books.
func (b *Books) ask(ctx context.Context, s *statement, cubes []cube) (*sums, error) {
	query, args := s.sql(cubes)
	return b.read(ctx, query, args, len(s.keys()), len(s.values()), s.binned != "")
}

// read reads rows of keys, a bucket, a bin where they are binned, and values.
func (b *Books) read(ctx context.Context, query string, args []any, keys, values int, binned bool) (*sums, error) {
	rows, err := b.Conn.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	codes, numbers := make([]string, keys), make([]int64, values)
	var bucket uint32
	var bin int32
	var targets []any
	for i := range codes {
		targets = append(targets, &codes[i])
	}
	targets = append(targets, &bucket)
	if binned {
		targets = append(targets, &bin)
	}
	for i := range numbers {
		targets = append(targets, &numbers[i])
	}
	result := &sums{byKey: map[string]*series{}}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		of := result.of(codes)
		if binned {
			of.addBin(bucket, bin, numbers[0], 0)
		} else {
			of.addSums(bucket, numbers)
		}
	}
	return result, rows.Err()
}

// byAgency says whether the rows of an answer say when an agency was last heard of.
func byAgency(q Query) bool { return slices.Equal(q.By, []string{"agency"}) }

// lastEvents are the times of the newest events of each agency's cases, by family and agency. A case that moved between
// agencies may still count for the one it left: the newest event of either is not older for it.
type lastEvents map[event.Family]map[string]time.Time

// lastEvents are not to be changed.
func (b *Books) lastEvents(ctx context.Context) (lastEvents, error) {
	last := lastEvents{}
	if b.Ledger.Read(func(page booking.Page) {
		for _, family := range lifecycle.Families() {
			last[family] = maps.Clone(page.Last(family))
		}
	}) {
		return last, nil
	}
	return b.readLastEvents(ctx)
}

func (b *Books) readLastEvents(ctx context.Context) (lastEvents, error) {
	rows, err := b.Conn.Query(ctx, "SELECT family, agency, max(last) FROM heard GROUP BY family, agency")
	if err != nil {
		return nil, fmt.Errorf("read the last event of each agency: %w", err)
	}
	defer rows.Close()
	last := lastEvents{}
	for rows.Next() {
		var family, agency string
		var t time.Time
		if err := rows.Scan(&family, &agency, &t); err != nil {
			return nil, fmt.Errorf("read the last event of each agency: %w", err)
		}
		if last[event.Family(family)] == nil {
			last[event.Family(family)] = map[string]time.Time{}
		}
		last[event.Family(family)][agency] = t
	}
	return last, rows.Err()
}

// folded books them under those who took over.
func (l lastEvents) folded(successors map[string]string) lastEvents {
	all := lastEvents{}
	for family, agencies := range l {
		all[family] = map[string]time.Time{}
		for agency, t := range agencies {
			if successor, has := successors[agency]; has {
				agency = successor
			}
			if t.After(all[family][agency]) {
				all[family][agency] = t
			}
		}
	}
	return all
}

// addTo adds them to the rows of an answer. Where what the books said on a past day is asked for, an event after it is not told: when the last
// before it was nobody knows.
func (l lastEvents) addTo(f *Figure, q Query, zone *time.Location) {
	d, _ := ByID(f.ID)
	for i := range f.Rows {
		agency := ""
		if key := f.Rows[i].Keys.Of("agency"); key != nil {
			agency = *key
		}
		for _, family := range d.Families() {
			t, ok := l[family][agency]
			if t = t.In(zone); ok && (q.AsOf == "" || !t.After(f.AsOf)) && (f.Rows[i].LastEvent == nil || t.After(*f.Rows[i].LastEvent)) {
				f.Rows[i].LastEvent = &t
			}
		}
	}
}

// keyOf makes the keys of a row one string; no code holds a zero byte.
