package kpi

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tiendo/internal/booking"
	"tiendo/internal/lifecycle"
)

// moments are of times by their bins: how many there are, the sum of their bins, and that of the squares of these, modulo 2⁶⁴. Each record
// has a delay of its own, so that to count them bin by bin would take the memory of the whole history; of other times two of the three
// would be the same by no accident.
type moments [3]int64

func (m *moments) add(bin int32, n int64) {
	b := int64(bin)
	m[0], m[1], m[2] = m[0]+n, m[1]+n*b, m[2]+n*b*b
}

// addTimes counts what quantiles are of.
func (r *Recount) addTimes(of booking.Stratum, c *lifecycle.Count) {
	if r.times[of] == nil {
		r.times[of] = map[lump]*moments{}
	}
	at := lump{agency: c.Agency, month: monthOf(c.Day)}
	if r.times[of][at] == nil {
		r.times[of][at] = &moments{}
	}
	r.times[of][at].add(binOf(&c.Cell), c.N)
}

// compareTimes compares the times that a statement asks for, and returns how many groups there are.
func (r *Recount) compareTimes(ctx context.Context, g *group, found func(Difference)) (int, error) {
	st := &g.statement
	query, args := st.moments()
	served, err := r.books.read(ctx, query, args, len(st.keys()), len(moments{}), false)
	if err != nil {
		return 0, fmt.Errorf("ask the books for %s: %w", g.answers[0].definition.ID, err)
	}
	type spot struct {
		key    string
		bucket uint32
	}
	both := map[spot]*[2]moments{}
	at := func(p spot) *[2]moments {
		if both[p] == nil {
			both[p] = &[2]moments{}
		}
		return both[p]
	}
	for key, of := range served.byKey {
		of.each(func(bucket uint32, sums []int64) { at(spot{key, bucket})[0] = moments(sums) })
	}
	for _, family := range st.families {
		for l, m := range r.times[booking.Stratum{Family: family, Measure: st.binned}] {
			if bucket := st.bucketOf(l.month); bucket != bucketBefore && bucket != bucketAhead {
				pair := at(spot{keyOf(st.keyOf(l)), bucket})
				for i := range m {
					pair[1][i] += m[i]
				}
			}
		}
	}
	names := bucketsOf(st.query)
	for _, p := range slices.SortedFunc(maps.Keys(both), func(a, b spot) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.bucket, b.bucket)) }) {
		pair := both[p]
		if pair[0] == pair[1] {
			continue
		}
		d := Difference{ID: g.answers[0].definition.ID, Agency: p.key, Period: names[p.bucket-1], Served: fmt.Sprintf("n = %d", pair[0][0]), Counted: fmt.Sprintf("n = %d", pair[1][0])}
		if d.Period == "" {
			d.Period = st.query.Period.ID
		}
		if pair[0][0] == pair[1][0] {
			d.Counted += ", of other times"
		}
		found(d)
	}
	return len(both), nil
}

// moments is the query of the moments of the times that s asks for, by key and bucket.
func (s *statement) moments() (string, []any) {
	where, args := s.where()
	c := s.days("")
	table, n := c.from()
	columns := append(slices.Clone(s.keys()), "toUInt32("+c.bucket+") AS bucket")
	return fmt.Sprintf("SELECT %[1]s, sum(%[2]s), sum(%[2]s * toInt64(%[3]s)), sum(%[2]s * toInt64(%[3]s) * toInt64(%[3]s)) FROM %[4]s WHERE %[5]s GROUP BY %[6]s",
		strings.Join(columns, ", "), n, s.bin(), table, strings.Join(slices.Concat(where, c.where), " AND "), strings.Join(slices.Concat(s.keys(), []string{"bucket"}), ", ")), append(args, c.args...)
}
