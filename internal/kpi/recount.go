package kpi

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"tiendo/internal/booking"
	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
)

// Recount counts every figure again from what cases contribute, as it is told case by case, and compares it with what the
// books answer: of every month and year, of every agency. Figures that agencies report of themselves are no sums of the books and are left
// out.
type Recount struct {
	books *Books
	until time.Time
	block uint64
	cube  map[booking.Stratum]map[lump]int64
	times map[booking.Stratum]map[lump]*moments
}

// lump is what contributions of one measure have in common that no question tells apart. All periods begin and end with a
// month, but for the last, of which nothing is kept that lies ahead.
type lump struct {
	marks  lifecycle.Marks
	bin    int32
	agency string
	month  calendar.Day // its first day
}

// NewRecount begins a count of everything up to an instant and a block of the books.
func (b *Books) NewRecount(until time.Time, block uint64) *Recount {
	return &Recount{books: b, until: until, block: block, cube: map[booking.Stratum]map[lump]int64{}, times: map[booking.Stratum]map[lump]*moments{}}
}

// Add adds what a case contributes: lines of a journal, or what they come to.
func (r *Recount) Add(family event.Family, counts []lifecycle.Entry) {
	zone := r.books.Zone
	today := calendar.DayOf(r.until, zone)
	now := r.until.Sub(today.Start(zone)).Milliseconds()
	for i := range counts {
		c := &counts[i]
		if c.Day > today || c.Day == today && int64(c.Millis) >= now {
			continue // it lies ahead
		}
		of := booking.Stratum{Family: family, Measure: c.Measure}
		if booking.Binned(c.Measure) || c.Measure == lifecycle.Recorded {
			r.addTimes(of, &c.Count)
		}
		if booking.Binned(c.Measure) {
			continue // nothing counts how many they are
		}
		if r.cube[of] == nil {
			r.cube[of] = map[lump]int64{}
		}
		r.cube[of][lump{marks: c.Marks, agency: c.Agency, month: monthOf(c.Day)}] += c.N
	}
}

// binOf is the bin that a quantile counts.
func binOf(c *lifecycle.Cell) int32 {
	if c.Measure == lifecycle.Recorded {
		return c.Delay - 1
	}
	return c.Bin
}

func monthOf(d calendar.Day) calendar.Day {
	return d - calendar.Day(d.Start(time.UTC).Day()-1)
}

// Compare asks the books and calls found for each difference. It returns how many values were compared: none up to block 0, before the
// first, for a question up to no block is one about all.
func (r *Recount) Compare(ctx context.Context, found func(Difference)) (compared int, err error) {
	if r.block == 0 {
		return 0, nil
	}
	queries, err := r.queries()
	if err != nil {
		return 0, err
	}
	groups, err := r.books.plan(queries)
	if err != nil {
		return 0, err
	}
	for _, g := range groups {
		if g.statement.binned != "" {
			n, err := r.compareTimes(ctx, g, found)
			if err != nil {
				return compared, err
			}
			compared += n
			continue
		}
		served, _, err := r.books.fetch(ctx, &g.statement)
		if err != nil {
			return compared, fmt.Errorf("ask the books for %s: %w", g.answers[0].definition.ID, err)
		}
		counted := r.count(&g.statement)
		for _, a := range g.answers {
			compared += compareRows(a.definition.ID, served.rows(a, &g.statement), counted.rows(a, &g.statement), g.statement.query, found)
		}
	}
	return compared, nil
}

// queries are the questions: by month of all time, and each year. What is added up of agencies is right for the whole city if it
// is for each of them; quantiles are not added up.
func (r *Recount) queries() ([]Query, error) {
	first := monthOf(calendar.DayOf(r.until, r.books.Zone))
	for _, lumps := range r.cube {
		for l := range lumps {
			first = min(first, l.month)
		}
	}
	zone := r.books.Zone
	type cut struct{ period, by string }
	whole := first.String() + ".." + calendar.DayOf(r.until, zone).String()
	cuts := []cut{{whole, "month"}}
	for year := first.Start(time.UTC).Year(); year <= r.until.In(zone).Year(); year++ {
		cuts = append(cuts, cut{period: fmt.Sprint(year)})
	}
	var all []Query
	for _, c := range cuts {
		p, err := period.Parse(c.period, r.until, zone)
		if err != nil {
			return nil, err
		}
		for _, d := range Catalogue() {
			if d.Reported() || d.looksAhead() {
				continue
			}
			for _, by := range [][]string{{}, {"agency"}} {
				if len(by) == 0 && d.Shape != Quantile {
					continue
				}
				if c.by != "" {
					by = append(by, c.by)
				}
				all = append(all, Query{ID: d.ID, Period: p, By: by, Block: r.block})
			}
		}
	}
	return all, nil
}

// count sums what a statement asks for, as the engine does.
func (r *Recount) count(st *statement) *sums {
	s := &sums{byKey: map[string]*series{}}
	for _, family := range st.families {
		for _, name := range st.measures() {
			of := booking.Stratum{Family: family, Measure: lifecycle.Measure(name)}
			for l, n := range r.cube[of] {
				s.count(st, of.Measure, l, n)
			}
		}
	}
	return s
}

func (s *sums) count(st *statement, measure lifecycle.Measure, l lump, n int64) {
	bucket := st.bucketOf(l.month)
	if st.binned != "" {
		if bucket != bucketBefore {
			s.of(st.keyOf(l)).addBin(bucket, l.bin, n, 0)
		}
		return
	}
	c := lifecycle.Count{Cell: lifecycle.Cell{Measure: measure, Marks: l.marks}}
	to := s.of(st.keyOf(l))
	for i := range st.terms {
		if !st.terms[i].counts(&c) {
			continue
		}
		to.sums(bucket, len(st.terms))[i] += n
	}
}

// keyOf is what a statement groups by: the agency, or nothing.
func (st *statement) keyOf(l lump) []string {
	if slices.Contains(st.query.By, "agency") {
		return []string{l.agency}
	}
	return nil
}

// bucketOf is the stretch of time that a month falls in, as the engine reckons it.
func (st *statement) bucketOf(month calendar.Day) uint32 {
	first := mustParse(st.query.Period.First)
	switch {
	case month < first:
		return bucketBefore
	case month > mustParse(st.query.Period.Last):
		return bucketAhead
	case timeOf(st.query.By) == "":
		return 1
	}
	at, from := month.Start(time.UTC), first.Start(time.UTC)
	return uint32((at.Year()-from.Year())*12 + int(at.Month()) - int(from.Month()) + 1)
}

// Difference is a figure that the books tell otherwise than the facts.
type Difference struct {
	ID, Agency, Period string
	Served, Counted    string
}

func (d Difference) String() string {
	of := "the whole city"
	if d.Agency != "" {
		of = d.Agency
	}
	return fmt.Sprintf("%s of %s in %s is served as %s, the facts say %s", d.ID, of, d.Period, d.Served, d.Counted)
}

// compareRows compares the rows of one figure, and returns how many there are.
func compareRows(id string, served, counted []Row, q Query, found func(Difference)) int {
	texts := map[Difference][2]string{}
	add := func(rows []Row, place int) {
		for i := range rows {
			d := Difference{ID: id, Period: q.Period.ID}
			for _, key := range rows[i].Keys {
				switch {
				case key.Code == nil:
				case key.Dimension == "agency":
					d.Agency = *key.Code
				default:
					d.Period = *key.Code
				}
			}
			pair := texts[d]
			pair[place] = rows[i].text()
			texts[d] = pair
		}
	}
	add(served, 0)
	add(counted, 1)
	for _, d := range slices.SortedFunc(maps.Keys(texts), Difference.compare) {
		switch pair := texts[d]; {
		case pair[0] == pair[1]:
		case pair[0]+pair[1] == nothing || pair[0]+pair[1] == nothing+"/"+nothing:
			// A row of noughts and no row tell the same: there is one where another figure of the agency is not nought.
		default:
			d.Served, d.Counted = cmp.Or(pair[0], "nothing"), cmp.Or(pair[1], "nothing")
			found(d)
		}
	}
	return len(texts)
}

// nothing is how a row says that nothing was counted.
const nothing = "0"

// compare orders differences of one figure by agency, then by period.
func (d Difference) compare(other Difference) int {
	return cmp.Or(cmp.Compare(d.Agency, other.Agency), cmp.Compare(d.Period, other.Period))
}

// text writes what a row says, so that two rows can be compared: the parts of a rate, or the value.
func (r *Row) text() string {
	number := func(v *float64) string {
		switch {
		case v == nil:
			return "–"
		case *v == math.Trunc(*v):
			return fmt.Sprintf("%.0f", *v)
		default:
			return fmt.Sprint(*v)
		}
	}
	switch {
	case r.Denominator != nil:
		return number(r.Numerator) + "/" + number(r.Denominator)
	case r.N != nil:
		return fmt.Sprintf("%s (n = %d)", number(r.Value), *r.N)
	default:
		return number(r.Value)
	}
}
