package kpi

import (
	"context"
	"slices"
	"time"

	"tiendo/internal/booking"
	"tiendo/internal/calendar"
	"tiendo/internal/event"
)

// live answers a statement from the sums that the booker keeps in memory; false where it can't, and while there is no booker in
// this process. What it gives is what the engine would.
func (b *Books) live(ctx context.Context, s *statement) (*sums, bool, error) {
	if !s.monthly() {
		return nil, false, nil
	}
	l := newLiving(s)
	for _, month := range l.edges {
		if err := b.Ledger.Keep(ctx, b.Conn, month); err != nil {
			return nil, false, err
		}
	}
	can := false
	b.Ledger.Read(func(page booking.Page) { can = l.read(page) })
	return l.sums, can, nil
}

// living is a statement while it is answered from memory.
type living struct {
	*statement
	sums *sums

	first, today, until   calendar.Day
	now                   uint32 // milliseconds of today
	firstMonth, lastMonth calendar.Day
	secondMonth           calendar.Day // the one after the first
	// edges are the months that are taken day by day: the last, and the first if the period begins within it.
	edges []calendar.Day
	flows []string
	by    string
	// buckets are those of days, or of months; values the sums of the terms by agency and bucket.
	buckets map[calendar.Day]uint32
	values  map[uint64][]int64
	at      uint64 // where here is among values
	here    []int64
}

func newLiving(s *statement) *living {
	p := s.query.Period
	zone := p.End.Location()
	l := &living{statement: s, sums: &sums{byKey: map[string]*series{}}, flows: s.flows(), by: timeOf(s.query.By), buckets: map[calendar.Day]uint32{}, values: map[uint64][]int64{}}
	l.first, l.today = mustParse(p.First), calendar.DayOf(p.End, zone)
	l.now = uint32(p.End.Sub(l.today.Start(zone)).Milliseconds())
	l.firstMonth, l.lastMonth = monthOf(l.first), monthOf(l.today)
	l.secondMonth = nextMonth(l.firstMonth)
	if s.until != "" {
		l.until = mustParse(s.until)
	}
	l.edges = []calendar.Day{l.lastMonth}
	if l.first > l.firstMonth && l.firstMonth < l.lastMonth {
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
	if slices.ContainsFunc(l.edges, func(month calendar.Day) bool { return !page.Daily(month) }) {
		return false
	}
	for _, family := range l.families {
		for _, name := range l.measures() {
			l.readMeasure(page, family, name)
		}
	}
	l.fold(page.Agencies())
	return true
}

func (l *living) readMeasure(page booking.Page, family event.Family, name string) {
	of := booking.Stratum{Family: family}
	var places []int
	for i, t := range l.terms {
		if string(t.measure) == name {
			of.Measure, places = t.measure, append(places, i)
		}
	}
	flow := slices.Contains(l.flows, name)
	page.Months(of, func(s booking.Sum) {
		if s.Day > l.lastMonth || flow && s.Day < l.firstMonth || slices.Contains(l.edges, s.Day) {
			return
		}
		l.add(s, places, l.bucketOf(s.Day, l.firstMonth))
	})
	page.Days(of, func(s booking.Sum) {
		if !l.onEdge(s.Day) || flow && s.Day < l.first {
			return
		}
		bucket := l.bucketOf(s.Day, l.first)
		if s.Day > l.today || s.Day == l.today && s.Millis >= l.now {
			if l.statement.until == "" || s.Day > l.until {
				return
			}
			bucket = bucketAhead
		}
		l.add(s, places, bucket)
	})
}

// onEdge says whether a day is taken by itself: it lies in the last month or later, or in the first if the period begins within
// it.
func (l *living) onEdge(day calendar.Day) bool {
	return day >= l.lastMonth || len(l.edges) > 1 && day >= l.firstMonth && day < l.secondMonth
}

// bucketOf is the stretch of time that a day, or a whole month, falls in; first is the first that is not before the period.
func (l *living) bucketOf(day, first calendar.Day) uint32 {
	switch {
	case day < first:
		return bucketBefore
	case l.by == "":
		return 1
	}
	bucket, known := l.buckets[day]
	if !known {
		at, from := day.Start(time.UTC), l.first.Start(time.UTC)
		bucket = uint32((at.Year()-from.Year())*12 + int(at.Month()) - int(from.Month()) + 1)
		if l.by == "quarter" {
			quarter := func(t time.Time) int { return t.Year()*4 + (int(t.Month())-1)/3 }
			bucket = uint32(quarter(at) - quarter(from) + 1)
		}
		l.buckets[day] = bucket
	}
	return bucket
}

// add adds a sum to the terms that count it.
func (l *living) add(s booking.Sum, places []int, bucket uint32) {
	at := uint64(s.Agency)<<32 | uint64(bucket)
	if at != l.at || l.here == nil { // sums of one agency come one after the other
		l.at, l.here = at, l.values[at]
	}
	for _, i := range places {
		if t := &l.terms[i]; s.Marks&(t.with|t.without) == t.with {
			if l.here == nil {
				l.here = make([]int64, len(l.terms))
				l.values[at] = l.here
			}
			l.here[i] += s.N
		}
	}
}

// fold adds up what agencies have by the keys of the statement.
func (l *living) fold(agencies []string) {
	for at, values := range l.values {
		key, wanted := l.keyOfAgency(agencies[at>>32])
		if !wanted {
			continue
		}
		of, bucket := l.sums.of(key), uint32(at)
		if of.terms[bucket] == nil {
			of.terms[bucket] = make([]int64, len(l.terms))
		}
		for i, v := range values {
			of.terms[bucket][i] += v
		}
	}
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
