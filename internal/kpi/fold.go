package kpi

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// sums are what a statement brought, by key.
type sums struct{ byKey map[string]*series }

// series is one key's sums of every term by bucket of time; or counts by bin, by bucket.
type series struct {
	terms map[uint32][]int64
	bins  map[uint32]map[int32]int64
}

func (s *sums) of(keys []string) *series {
	key := keyOf(keys)
	if s.byKey[key] == nil {
		s.byKey[key] = &series{terms: map[uint32][]int64{}, bins: map[uint32]map[int32]int64{}}
	}
	return s.byKey[key]
}

func (s *series) addSums(bucket uint32, values []int64) { s.terms[bucket] = slices.Clone(values) }

func (s *series) addBin(bucket uint32, bin int32, n int64) {
	if s.bins[bucket] == nil {
		s.bins[bucket] = map[int32]int64{}
	}
	s.bins[bucket][bin] += n
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
	rows := []Row{}
	for _, key := range keys {
		of := s.byKey[key]
		for i, name := range buckets {
			row := of.row(a, st, uint32(i+1))
			if row == nil {
				if len(by) > 0 {
					continue
				}
				row = emptyRow(a.definition)
			}
			row.By, row.Keys = by, keysOf(by, strings.Split(key, "\x00"), name)
			rows = append(rows, *row)
		}
	}
	slices.SortStableFunc(rows, func(x, y Row) int {
		for _, b := range by {
			if c := compareKeys(x.Keys[b], y.Keys[b]); c != 0 {
				return c
			}
		}
		return 0
	})
	return rows
}

// row is the value of one key in one bucket; nil if the key has no case there.
func (s *series) row(a answer, st *statement, bucket uint32) *Row {
	if st.binned != "" {
		return quantileRow(a.definition, s.bins[bucket])
	}
	exists := false
	for i := range existence(&a.definition) {
		exists = exists || s.value(st.terms, i, bucket) != 0
	}
	numerator, denominator := s.sum(st.terms, a.numerator, bucket), s.sum(st.terms, a.denominator, bucket)
	if !exists && numerator == 0 && denominator == 0 {
		return nil
	}
	return rowOf(a.definition, float64(numerator), float64(denominator))
}

func (s *series) sum(terms []term, places []int, bucket uint32) (sum int64) {
	for _, i := range places {
		sum += s.value(terms, i, bucket)
	}
	return sum
}

// value is what one term sums to in a bucket: of flows what falls in it, of stocks all that came before its end or start.
func (s *series) value(terms []term, i int, bucket uint32) (v int64) {
	t := &terms[i]
	at := func(b uint32) int64 {
		if sums := s.terms[b]; sums != nil {
			return sums[i]
		}
		return 0
	}
	switch t.window {
	case inPeriod:
		v = at(bucket)
	case ahead:
		v = at(bucketAhead)
	case atEnd:
		for b := range bucket + 1 {
			v += at(b)
		}
	case atStart:
		for b := range bucket {
			v += at(b)
		}
	}
	if t.minus {
		return -v
	}
	return v
}

func emptyRow(d Definition) *Row {
	if d.Shape == Quantile {
		var none int64
		return &Row{shape: Quantile, N: &none}
	}
	return rowOf(d, 0, 0)
}

func rowOf(d Definition, numerator, denominator float64) *Row {
	r := &Row{shape: d.Shape}
	if d.Shape == Count {
		r.Value = &numerator
		return r
	}
	r.Numerator, r.Denominator = &numerator, &denominator
	if denominator == 0 {
		return r // a rate without cases has no value
	}
	value := numerator / denominator
	r.Value = &value
	if d.Shape == Ratio {
		low, high := wilson(numerator, denominator)
		r.Low, r.High = &low, &high
	}
	return r
}

func quantileRow(d Definition, bins map[int32]int64) *Row {
	millis, n := quantileOf(bins, d.q)
	if n == 0 {
		return nil
	}
	value := millis / perUnit[d.Unit]
	return &Row{shape: Quantile, Value: &value, N: &n}
}

// keysOf names the keys of a row; an empty code is a missing one.
func keysOf(by, codes []string, bucket string) map[string]*string {
	keys := map[string]*string{}
	for _, b := range by {
		if slices.Contains(times, b) {
			keys[b] = &bucket
			continue
		}
		if code := codes[0]; code != "" {
			keys[b] = &code
		} else {
			keys[b] = nil
		}
		codes = codes[1:]
	}
	return keys
}

// compareKeys puts a missing key first.
func compareKeys(a, b *string) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	default:
		return strings.Compare(*a, *b)
	}
}

// bucketsOf names the stretches of time that a question asks for, in order; one without a name if it asks for none.
func bucketsOf(q Query) []string {
	by := timeOf(q.By)
	if by == "" {
		return []string{""}
	}
	var names []string
	for _, t := range bucketDays(q) {
		switch by {
		case "day":
			names = append(names, t.Format(time.DateOnly))
		case "month":
			names = append(names, t.Format("2006-01"))
		case "quarter":
			names = append(names, fmt.Sprintf("%d-Q%d", t.Year(), (int(t.Month())+2)/3))
		}
	}
	return names
}

// bucketDays are the first days of the stretches of time that a question asks for, in order, at midnight in UTC.
func bucketDays(q Query) (days []time.Time) {
	by := timeOf(q.By)
	first, err := time.Parse(time.DateOnly, q.Period.First)
	if err != nil {
		panic("BUG: a period's first day is no date: " + q.Period.First)
	}
	// A running period ends with the bucket that its end lies in.
	last := q.Period.End.Add(-time.Nanosecond).Format(time.DateOnly)
	for t := startOf(by, first); t.Format(time.DateOnly) <= last; {
		days = append(days, t)
		switch by {
		case "day":
			t = t.AddDate(0, 0, 1)
		case "month":
			t = t.AddDate(0, 1, 0)
		case "quarter":
			t = t.AddDate(0, 3, 0)
		}
	}
	return days
}

func startOf(by string, t time.Time) time.Time {
	switch by {
	case "month":
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	case "quarter":
		return time.Date(t.Year(), (t.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	default:
		return t
	}
}
