package kpi

import (
	"maps"
	"slices"
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
		of, codes := s.byKey[key], codesOf(key)
		before := slices.Clone(of.at(st, bucketBefore))
		for i := range buckets {
			now := moment{before: before, during: of.at(st, uint32(i+1)), ahead: of.at(st, bucketAhead)}
			row := of.row(a, st, now, uint32(i+1))
			for j, n := range now.during {
				before[j] += n
			}
			if row == nil {
				if len(by) > 0 {
					continue
				}
				row = emptyRow(a.definition)
			}
			row.Keys = keysOf(by, codes, &buckets[i])
			rows = append(rows, *row)
		}
	}
	slices.SortStableFunc(rows, func(x, y Row) int {
		return x.Keys.compare(y.Keys)
	})
	return rows
}

// moment is what the terms of a statement sum to around one bucket: in all buckets before it, in it, and ahead of the period.
type moment struct{ before, during, ahead []int64 }

// at is what the terms sum to in a bucket; zeros if nothing falls in it.
func (s *series) at(st *statement, bucket uint32) []int64 {
	if sums := s.terms[bucket]; sums != nil {
		return sums
	}
	return make([]int64, len(st.terms))
}

// row is the value of one key in one bucket; nil if the key has no case there: none of the first terms, which tell.
func (s *series) row(a answer, st *statement, now moment, bucket uint32) *Row {
	if st.binned != "" {
		return quantileRow(a.definition, s.bins[bucket])
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
		return nil
	}
	return rowOf(a.definition, float64(numerator), float64(denominator))
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
		v = m.during[i]
	case ahead:
		v = m.ahead[i]
	case atEnd:
		v = m.before[i] + m.during[i]
	case atStart:
		v = m.before[i]
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
	// One piece of memory for all: there are thousands of rows on a page.
	v := &struct{ numerator, denominator, value, low, high float64 }{numerator: numerator, denominator: denominator}
	r := &Row{shape: d.Shape}
	if d.Shape == Count {
		r.Value = &v.numerator
		return r
	}
	r.Numerator, r.Denominator = &v.numerator, &v.denominator
	if denominator == 0 {
		return r // a rate without cases has no value
	}
	v.value = numerator / denominator
	r.Value = &v.value
	if d.Shape == Ratio {
		v.low, v.high = wilson(numerator, denominator)
		r.Low, r.High = &v.low, &v.high
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
