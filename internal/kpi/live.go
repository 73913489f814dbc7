package kpi

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tiendo/internal/booking"
	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"
)

// live answers a statement from the sums that the booker keeps in memory; false where it can't, and while there is no booker in
// this process. What it gives is what the engine would.
func (b *Books) live(ctx context.Context, s *statement) (*sums, bool, error) {
	by, ok := s.remembered()
	if !ok {
		early, err := b.beforeBooks(ctx, s)
		return &sums{byKey: map[string]*series{}}, early || b.nothing(s), err
	}
	l := newLiving(s, by)
	for _, month := range l.edges {
		if err := b.Ledger.Keep(ctx, b.Conn, by, month, l.strata...); err != nil {
			return nil, false, err
		}
	}
	can := false
	b.Ledger.Read(func(page booking.Page) { can = l.read(page) })
	return l.sums, can, nil
}

// attributes are those that memory tells sums apart by; the first of each dimension are its codes.
var attributes = map[booking.Dimension][]string{
	booking.Source: {"source"}, booking.Agency: {"agency", "group"}, booking.Level: {"level"}, booking.Kind: {"kind"}, booking.Procedure: {"procedure"},
}

// remembered is the dimension of which memory has what is asked for: that of sources, if nothing is told apart; false if none has.
func (s *statement) remembered() (booking.Dimension, bool) {
	for _, by := range []booking.Dimension{booking.Source, booking.Agency, booking.Level, booking.Kind, booking.Procedure} {
		if s.asksOf(attributes[by]) {
			return by, s.keptBy(by)
		}
	}
	return 0, false
}

// keptBy says whether memory keeps by a dimension all that is counted.
func (s *statement) keptBy(by booking.Dimension) bool {
	for _, family := range s.families {
		if s.binned != "" && !booking.Keeps(by, booking.Stratum{Family: family, Measure: s.binned, Binned: true}, 0) {
			return false
		}
		for _, t := range s.terms {
			if !booking.Keeps(by, booking.Stratum{Family: family, Measure: t.measure}, t.with|t.without) {
				return false
			}
		}
	}
	return true
}

// nothing says whether the books, as they now are, hold no line of what a statement counts: many a city tells of no tasks, or has no findings.
func (b *Books) nothing(s *statement) bool {
	if s.query.AsOf != "" || s.query.Block > 0 {
		return false
	}
	some := false
	return b.Ledger.Read(func(page booking.Page) { some = slices.ContainsFunc(s.strata(), page.Holds) }) && !some
}

// beforeBooks says whether a statement asks what the books said on a day before anything of them had arrived: where years were imported, most past
// days are. A block may hold what arrived before all else, so that the first day is read again with each.
func (b *Books) beforeBooks(ctx context.Context, s *statement) (bool, error) {
	beside, readable := b.Ledger.Beside()
	if s.query.AsOf == "" || s.query.more != nil || s.query.Block > 0 || !readable {
		return false, nil
	}
	at := [2]uint64{beside, b.block()}
	b.mu.Lock()
	first, known := b.first, b.firstAt == at
	b.mu.Unlock()
	if !known {
		var day time.Time
		if err := b.Conn.QueryRow(ctx, "SELECT min(stamp) FROM "+booking.Projection("by_stamp")+" WHERE family != ''").Scan(&day); err != nil {
			return false, fmt.Errorf("read the day of the first line of the books: %w", err)
		}
		first = day.Format(time.DateOnly)
		b.mu.Lock()
		b.first, b.firstAt = first, at
		b.mu.Unlock()
	}
	return s.query.AsOf < first, nil
}

// strata are those that s reads.
func (s *statement) strata() (strata []booking.Stratum) {
	for _, family := range s.families {
		for _, measure := range s.measures() {
			strata = append(strata, booking.Stratum{Family: family, Measure: lifecycle.Measure(measure), Binned: s.binned != ""})
		}
	}
	return strata
}

// living is a statement while it is answered from memory.
type living struct {
	*statement
	sums *sums

	first, today, until   calendar.Day
	now                   uint32 // milliseconds of today
	firstMonth, lastMonth calendar.Day
	secondMonth           calendar.Day // the one after the first
	// edges are the months that are taken day by day: the last if the period ends within it, and the first if it begins within another.
	edges []calendar.Day
	// strata are those that are read.
	strata []booking.Stratum
	// within says that the first is one of them.
	within bool
	flows  []string
	by     string
	// whose are the sums that are read, and codes whose that is, by place.
	// buckets are those of days since the first month, 0 where nobody has asked, and series what was added up, by place.
	whose   booking.Whose
	codes   []string
	buckets []uint32
	series  []*series
}

func newLiving(s *statement, by booking.Dimension) *living {
	p := s.query.Period
	zone := p.End.Location()
	l := &living{statement: s, whose: booking.Whose{By: by}, sums: &sums{byKey: map[string]*series{}}, flows: s.flows(), by: timeOf(s.query.By)}
	l.first, l.today = mustParse(p.First), calendar.DayOf(p.End, zone)
	l.now = uint32(p.End.Sub(l.today.Start(zone)).Milliseconds())
	l.firstMonth, l.lastMonth = monthOf(l.first), monthOf(l.today)
	l.secondMonth = nextMonth(l.firstMonth)
	if s.until != "" {
		l.until = mustParse(s.until)
	}
	l.strata = s.strata()
	if l.today > l.lastMonth || l.now > 0 || s.until != "" {
		l.edges = append(l.edges, l.lastMonth)
	}
	if l.within = l.first > l.firstMonth && l.firstMonth < l.lastMonth; l.within {
		l.edges = append(l.edges, l.firstMonth)
	}
	return l
}

// mustParse reads a day that this package has written.
func mustParse(s string) calendar.Day {
	d, err := calendar.ParseDay(s)
	if err != nil {
		panic("BUG: a day is no date: " + s)
	}
	return d
}

// read adds up what memory has: whole months, and the months at the edges of the period day by day. It is false if their days
// are not kept.
func (l *living) read(page booking.Page) bool {
	if slices.ContainsFunc(l.edges, func(month calendar.Day) bool { return !page.Daily(l.whose.By, month, l.strata...) }) {
		return false
	}
	l.codes = page.Codes(l.whose.By)
	if only, filtered := l.query.Where[attributes[l.whose.By][0]]; filtered && (!l.query.Fold || len(l.names.successors) == 0) {
		l.whose.Only = page.Places(l.whose.By, only)
	}
	l.series = make([]*series, len(l.codes))
	for _, of := range l.strata {
		l.readStratum(page, of)
	}
	l.fold()
	return true
}

// readStratum adds up what the terms of one measure count.
func (l *living) readStratum(page booking.Page, of booking.Stratum) {
	m := &measured{living: l, flow: slices.Contains(l.flows, string(of.Measure))}
	for i, t := range l.terms {
		if t.measure == of.Measure {
			m.all = append(m.all, i)
		}
	}
	page.Months(of, l.whose, func(r *booking.Run) {
		if m.begin(r) {
			m.months(r)
		}
	})
	page.Days(l.edges, of, l.whose, func(r *booking.Run) {
		if m.begin(r) {
			m.days(r)
		}
	})
}

// measured is a measure of a statement while its runs are read.
type measured struct {
	*living
	// flow says that only what happens in the period counts, all are the places of the terms of the measure.
	flow bool
	all  []int
	// whose is whose run is read, places are those of the terms that count it, or bin what it is counted in.
	whose  uint32
	places []int
	bin    int32
	// bins is how many the last one had: the next one has about as many.
	bins int
}

// begin says whether any term counts a run, or a bin.
func (m *measured) begin(r *booking.Run) bool {
	m.whose, m.places = r.Whose, m.places[:0]
	if m.binned != "" {
		m.bin = int32(r.Marks)
		return true
	}
	for _, i := range m.all {
		if t := &m.terms[i]; r.Marks&(t.with|t.without) == t.with {
			m.places = append(m.places, i)
		}
	}
	return len(m.places) > 0
}

// months adds what happened before the period, and in those of its months that are taken whole.
func (m *measured) months(r *booking.Run) {
	start := min(m.firstMonth, m.lastMonth)
	if !m.flow {
		m.add(bucketBefore, r.Before(start, 0))
	}
	if m.within {
		start = m.secondMonth
	}
	if m.by == "" {
		m.add(1, r.Between(start, m.lastMonth))
		return
	}
	r.Each(start, m.lastMonth, func(day calendar.Day, n int64) { m.add(m.bucketOf(day), n) })
}

// days adds what happened in the months at the edges of the period, and what lies ahead of it.
func (m *measured) days(r *booking.Run) {
	if m.within {
		m.stretch(r, m.firstMonth, m.secondMonth, 0)
	}
	m.stretch(r, m.lastMonth, m.today, m.now)
	if m.statement.until == "" {
		return
	}
	from := r.Before(m.today, m.now)
	if m.flow && m.first > m.today {
		from = r.Before(m.first, 0)
	}
	if to := r.Before(m.until+1, 0); m.until >= m.today {
		m.add(bucketAhead, to-from)
	}
}

// stretch adds the days of one month, up to an instant: what came before the period, and what falls in it.
func (m *measured) stretch(r *booking.Run, month, end calendar.Day, millis uint32) {
	all := r.Before(end, millis)
	first := all
	if m.first < end || m.first == end && millis > 0 {
		first = r.Before(max(m.first, month), 0)
	}
	if !m.flow {
		m.add(bucketBefore, first-r.Before(month, 0))
	}
	m.add(m.bucketOf(max(m.first, month)), all-first)
}

// bucketOf is the stretch of time that a day of the period falls in, or a whole month by its first.
func (l *living) bucketOf(day calendar.Day) uint32 {
	if l.by == "" {
		return 1
	}
	place := int(day - l.firstMonth)
	l.buckets = reach(l.buckets, place)
	if l.buckets[place] == 0 {
		at, from := day.Start(time.UTC), l.first.Start(time.UTC)
		bucket := (at.Year()-from.Year())*12 + int(at.Month()) - int(from.Month()) + 1
		if l.by == "quarter" {
			quarter := func(t time.Time) int { return t.Year()*4 + (int(t.Month())-1)/3 }
			bucket = quarter(at) - quarter(from) + 1
		}
		l.buckets[place] = uint32(bucket)
	}
	return l.buckets[place]
}

// add adds to the terms that count what is read.
func (m *measured) add(bucket uint32, n int64) {
	if n == 0 {
		return
	}
	of := m.series[m.whose]
	if of == nil {
		of = &series{}
		m.series[m.whose] = of
	}
	if m.binned != "" {
		of.addBin(bucket, m.bin, n, m.bins+m.bins/4)
		m.bins = len(of.bins[place(bucket)])
		return
	}
	here := of.sums(bucket, len(m.terms))
	for _, i := range m.places {
		here[i] += n
	}
}

// fold adds up what was read by the keys of the statement.
func (l *living) fold() {
	for whose, of := range l.series {
		if of == nil {
			continue
		}
		keyOf := l.keyOfCode
		if l.whose.By == booking.Agency {
			keyOf = l.keyOfAgency
		}
		if key, wanted := keyOf(l.codes[whose]); wanted {
			l.sums.of(key).addAll(of)
		}
	}
}

// keyOfCode is what the statement groups a code of a dimension but agencies by; false if it is filtered out.
func (l *living) keyOfCode(code string) (key []string, wanted bool) {
	name := attributes[l.whose.By][0]
	if only, filtered := l.query.Where[name]; filtered && !slices.Contains(only, code) {
		return nil, false
	}
	if slices.Contains(l.query.By, name) {
		key = []string{code}
	}
	return key, true
}

// keyOfAgency is what the statement groups an agency by; false if it is filtered out.
func (l *living) keyOfAgency(agency string) (key []string, wanted bool) {
	if successor, has := l.names.successors[agency]; has && l.query.Fold {
		agency = successor
	}
	group := l.names.groups[agency]
	for name, values := range l.query.Where {
		if !slices.Contains(values, map[string]string{"agency": agency, "group": group}[name]) {
			return nil, false
		}
	}
	for _, by := range l.query.By {
		switch by {
		case "agency":
			key = append(key, agency)
		case "group":
			key = append(key, group)
		}
	}
	return key, true
}

func nextMonth(month calendar.Day) calendar.Day {
	t := month.Start(time.UTC).AddDate(0, 1, 0)
	return calendar.DayOf(t, time.UTC)
}
