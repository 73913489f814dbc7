package kpi

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"
)

// sums are what a statement brought, by key.
type sums struct{ byKey map[string]*series }

// series is one key's sums of every term by bucket of time; or counts by bin, by bucket. Buckets are few and follow each other, so that they
// stand by their places.
type series struct {
	terms [][]int64
	bins  []bins
}

// place is where a bucket stands in a series: what lies ahead comes first, for nobody knows how many others there are.
func place(bucket uint32) int {
	if bucket == bucketAhead {
		return 0
	}
	return int(bucket) + 1
}

// reach makes room for a place.
func reach[T any](all []T, place int) []T {
	if place < len(all) {
		return all
	}
	return append(all, make([]T, place+1-len(all))...)
}

func (s *sums) of(keys []string) *series {
	key := keyOf(keys)
	if s.byKey[key] == nil {
		s.byKey[key] = &series{}
	}
	return s.byKey[key]
}

// sums are those of so many terms in a bucket, to be added to.
func (s *series) sums(bucket uint32, terms int) []int64 {
	at := place(bucket)
	s.terms = reach(s.terms, at)
	if s.terms[at] == nil {
		s.terms[at] = make([]int64, terms)
	}
	return s.terms[at]
}

func (s *series) addSums(bucket uint32, values []int64) { addTo(s.sums(bucket, len(values)), values) }

func addTo(sums, values []int64) {
	for i, n := range values {
		sums[i] += n
	}
}

// addBin adds to a bin of a bucket, of which there will be about so many.
func (s *series) addBin(bucket uint32, bin int32, n int64, about int) {
	at := place(bucket)
	s.bins = reach(s.bins, at)
	if s.bins[at] == nil {
		s.bins[at] = make(bins, 0, about)
	}
	s.bins[at].add(bin, n)
}

// inBucket are the counts by bin of a bucket.
func (s *series) inBucket(bucket uint32) bins {
	if at := place(bucket); at < len(s.bins) {
		return s.bins[at]
	}
	return nil
}

// each calls each with the sums of every bucket that has any.
func (s *series) each(each func(bucket uint32, sums []int64)) {
	for at, sums := range s.terms {
		switch {
		case sums == nil:
		case at == place(bucketAhead):
			each(bucketAhead, sums)
		default:
			each(uint32(at-1), sums)
		}
	}
}

// addAll adds what another series has, which is not to be used any more.
func (s *series) addAll(other *series) {
	if s.terms == nil && s.bins == nil {
		*s = *other
		return
	}
	s.terms, s.bins = reach(s.terms, len(other.terms)-1), reach(s.bins, len(other.bins)-1)
	for at, values := range other.terms {
		if s.terms[at] == nil {
			s.terms[at] = values
		} else {
			addTo(s.terms[at], values)
		}
	}
	for at, more := range other.bins {
		for _, of := range more {
			s.bins[at].add(of.bin, of.n)
		}
	}
}

// bins are counts by bin: in order, each bin once.
type bins []binned

type binned struct {
	bin int32
	n   int64
}

// add adds to a bin. They mostly come in order, twice: those of months, and those of days.
func (b *bins) add(bin int32, n int64) {
	last := len(*b) - 1
	if last < 0 || (*b)[last].bin < bin {
		*b = append(*b, binned{bin, n})
		return
	}
	at, known := slices.BinarySearchFunc(*b, bin, func(of binned, bin int32) int { return cmp.Compare(of.bin, bin) })
	if !known {
		*b = slices.Insert(*b, at, binned{bin: bin})
	}
	(*b)[at].n += n
}

// rows folds the sums into the rows of one figure.
func (s *sums) rows(a answer, st *statement) []Row {
	by := st.query.By
	buckets := bucketsOf(st.query)
	keys := slices.Sorted(maps.Keys(s.byKey))
	if len(by) == 0 && len(keys) == 0 {
		keys = []string{""} // without dimensions there is exactly one row
		s.byKey[""] = &series{}
	}
	most := min(len(keys)*len(buckets), roomy)
	rows, numbers, named := make([]Row, 0, most), room[values]{size: most}, room[Key]{size: most * len(by)}
	before := make([]int64, len(st.terms))
	for _, key := range keys {
		of, codes := s.byKey[key], codesOf(key)
		clear(before)
		copy(before, of.at(bucketBefore))
		for i := range buckets {
			now := moment{before: before, during: of.at(uint32(i + 1)), ahead: of.at(bucketAhead)}
			row, has := of.row(&a, st, now, uint32(i+1), &numbers)
			for j, n := range now.during {
				before[j] += n
			}
			if !has {
				if len(by) > 0 {
					continue
				}
				row = emptyRow(&a.definition)
			}
			row.Keys = keysOf(named.take(len(by)), by, codes, &buckets[i])
			rows = append(rows, row)
		}
	}
	inOrder(rows)
	return rows
}

// roomy is for how many rows there is room before there are any: of many groups by day most have none.
const roomy = 8192

// room hands out pieces of memory, of which it takes as many together: a page has thousands of rows, and as many pieces would each be looked at
// whenever garbage is collected.
type room[T any] struct {
	size int
	left []T
}

func (r *room[T]) take(n int) []T {
	if len(r.left) < n {
		r.left = make([]T, max(n, r.size))
	}
	taken := r.left[:n:n]
	r.left = r.left[n:]
	return taken
}

// inOrder sorts rows by their keys. Mostly they are so already, and a row is large.
func inOrder(rows []Row) {
	byKeys := func(x, y Row) int { return x.Keys.compare(y.Keys) }
	if !slices.IsSortedFunc(rows, byKeys) {
		slices.SortStableFunc(rows, byKeys)
	}
}

// moment is what the terms of a statement sum to around one bucket: in all buckets before it, in it, and ahead of the period; nil where
// nothing falls.
type moment struct{ before, during, ahead []int64 }

// at is what the terms sum to in a bucket; nil if nothing falls in it. It is not to be changed.
func (s *series) at(bucket uint32) []int64 {
	if at := place(bucket); at < len(s.terms) {
		return s.terms[at]
	}
	return nil
}

// row is the value of one key in one bucket; false if the key has no case there: none of the first terms, which tell.
func (s *series) row(a *answer, st *statement, now moment, bucket uint32, numbers *room[values]) (Row, bool) {
	if st.binned != "" {
		return quantileRow(&a.definition, s.inBucket(bucket), numbers)
	}
	has, open := false, int64(0)
	for i := range st.existing {
		n := now.value(&st.terms[i], i)
		if st.terms[i].window == atStart {
			open += n // what was opened and closed before is no case of the period
		} else {
			has = has || n != 0
		}
	}
	has = has || open != 0
	numerator, denominator := now.sum(st.terms, a.numerator), now.sum(st.terms, a.denominator)
	if !has && numerator == 0 && denominator == 0 {
		return Row{}, false
	}
	return rowOf(&a.definition, float64(numerator), float64(denominator), &numbers.take(1)[0]), true
}

func (m *moment) sum(terms []term, places []int) (sum int64) {
	for _, i := range places {
		sum += m.value(&terms[i], i)
	}
	return sum
}

// value is what one term sums to: of flows what falls in the bucket, of stocks all that came before its end or start.
func (m *moment) value(t *term, i int) (v int64) {
	switch t.window {
	case inPeriod:
		v = among(m.during, i)
	case ahead:
		v = among(m.ahead, i)
	case atEnd:
		v = among(m.before, i) + among(m.during, i)
	case atStart:
		v = among(m.before, i)
	}
	if t.minus {
		return -v
	}
	return v
}

// among is one of the sums of a bucket, in which maybe nothing falls.
func among(sums []int64, i int) int64 {
	if sums == nil {
		return 0
	}
	return sums[i]
}

func emptyRow(d *Definition) Row {
	v := &values{}
	if d.Shape == Quantile {
		return Row{shape: Quantile, N: &v.n}
	}
	return rowOf(d, 0, 0, v)
}

// values are the numbers of a row.
type values struct {
	numerator, denominator, value, low, high float64
	n                                        int64
}

// rowOf makes a row of its numbers, which stand in v.
func rowOf(d *Definition, numerator, denominator float64, v *values) Row {
	v.numerator, v.denominator = numerator, denominator
	if d.Shape == Count {
		return Row{shape: d.Shape, Value: &v.numerator}
	}
	r := Row{shape: d.Shape, Numerator: &v.numerator, Denominator: &v.denominator}
	v.value = numerator / denominator
	if denominator == 0 || math.IsInf(v.value, 0) {
		return r // a rate without cases has no value, nor has one of a target that is as good as none
	}
	r.Value = &v.value
	if d.Shape == Ratio {
		v.low, v.high = wilson(numerator, denominator)
		r.Low, r.High = &v.low, &v.high
	}
	return r
}

func quantileRow(d *Definition, bins bins, numbers *room[values]) (Row, bool) {
	millis, n := quantileOf(bins, d.q)
	if n == 0 {
		return Row{}, false
	}
	v := &numbers.take(1)[0]
	v.value, v.n = millis/perUnit[d.Unit], n
	return Row{shape: Quantile, Value: &v.value, N: &v.n}, true
}

// bucketsOf names the stretches of time that a question asks for, in order; one without a name if it asks for none.
func bucketsOf(q Query) []string {
	if timeOf(q.By) == "" {
		return []string{""}
	}
	_, names := bucketDays(q)
	return names
}

// bucketDays are the first days of the stretches of time that a question asks for, in order, at midnight in UTC, and their names.
func bucketDays(q Query) (days []time.Time, names []string) {
	by := timeOf(q.By)
	if by != "day" {
		return q.Period.Parts(by)
	}
	first, err := time.Parse(time.DateOnly, q.Period.First)
	if err != nil {
		panic("BUG: a period's first day is no date: " + q.Period.First)
	}
	// A running period ends with the day that its end lies in.
	last := q.Period.End.Add(-time.Nanosecond).Format(time.DateOnly)
	for t := first; t.Format(time.DateOnly) <= last; t = t.AddDate(0, 0, 1) {
		days, names = append(days, t), append(names, t.Format(time.DateOnly))
	}
	return days, names
}
