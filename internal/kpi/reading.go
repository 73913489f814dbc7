package kpi

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"tiendo/internal/period"
)

// reading is what is read of the records at once: for questions of the same filter that differ in their periods and in what they
// group by.
type reading struct {
	s    *statement
	asks []question
	// periods are those of the questions, in which no instant is twice; a record counts in the bucket of its period's place, from 1.
	// Questions by time are of one period, and count in its buckets.
	periods []period.Period
}

// takes says whether a question can be answered by what r reads.
func (r *reading) takes(one question, n names) bool {
	first := r.asks[0].query
	alike := func(q Query) string {
		return fmt.Sprint(timeOf(q.By), q.Where, q.Fold, q.AsOf, q.Block, q.Causes, q.Before)
	}
	if alike(first) != alike(one.query) || !n.equal(r.s.names) {
		return false
	}
	p := one.query.Period
	if timeOf(first.By) != "" {
		return p == first.Period
	}
	return !slices.ContainsFunc(r.periods, func(other period.Period) bool {
		return p != other && p.Start.Before(other.End) && other.Start.Before(p.End)
	})
}

func (r *reading) add(one question) {
	q := one.query
	for _, by := range q.By {
		if !slices.Contains(r.s.query.By, by) {
			r.s.query.By = append(r.s.query.By, by)
		}
	}
	if !slices.Contains(r.periods, q.Period) {
		r.periods = append(r.periods, q.Period)
	}
	r.s.binned = cmp.Or(r.s.binned, one.definition.measure)
	r.asks = append(r.asks, one)
}

// project adds up what a question asks for of what was read: of its period, by its dimensions, and in bins if it asks for a quantile.
func (r *reading) project(all *sums, one question) *sums {
	apart := slices.DeleteFunc(slices.Clone(r.s.query.By), func(by string) bool { return slices.Contains(times, by) })
	fewer := &sums{byKey: map[string]*series{}}
	for key, of := range all.byKey {
		codes, kept := strings.Split(key, "\x00"), []string{}
		for _, by := range one.query.By {
			if at := slices.Index(apart, by); at >= 0 {
				kept = append(kept, codes[at])
			}
		}
		for bucket, bins := range of.bins {
			if bucket, ok := r.bucketOf(bucket, one); ok {
				for bin, n := range bins {
					fewer.of(kept).record(bucket, bin, n, one.definition.measure != "")
				}
			}
		}
		for bucket, values := range of.terms {
			if bucket, ok := r.bucketOf(bucket, one); ok {
				fewer.of(kept).record(bucket, 0, values[0], false)
			}
		}
	}
	return fewer
}

// bucketOf is the bucket of a question that what was read counts in; false if it is of another period.
func (r *reading) bucketOf(bucket uint32, one question) (uint32, bool) {
	if timeOf(one.query.By) != "" {
		return bucket, true
	}
	return 1, int(bucket) == slices.Index(r.periods, one.query.Period)+1
}

// key is the expression of a dimension; where no question groups a period by it, it is empty, so that fewer sums are read.
func (r *reading) key(by, name string) (string, []any) {
	var wanted []uint32
	for i, p := range r.periods {
		if slices.ContainsFunc(r.asks, func(one question) bool { return one.query.Period == p && slices.Contains(one.query.By, by) }) {
			wanted = append(wanted, uint32(i+1))
		}
	}
	if len(wanted) == len(r.periods) {
		return r.s.tellingColumn(by), nil
	}
	return fmt.Sprintf("if(has({%s_in:Array(UInt32)}, bucket), toString(%s), '')", name, r.s.tellingColumn(by)), []any{clickhouse.Named(name+"_in", wanted)}
}

// bucket is the expression of the bucket that a record falls in. The engine is told when each begins, for it need not know the
// city's zone.
func (r *reading) bucket() (string, []any) {
	if timeOf(r.s.query.By) == "" {
		if len(r.periods) == 1 {
			return "1", nil
		}
		var conditions []string
		for i := range r.periods {
			conditions = append(conditions, fmt.Sprintf("r.time >= {start%[1]d:DateTime64(3, 'UTC')} AND r.time < {end%[1]d:DateTime64(3, 'UTC')}, %[2]d", i, i+1))
		}
		return "multiIf(" + strings.Join(conditions, ", ") + ", 0)", nil
	}
	zone := r.s.query.Period.End.Location()
	var starts, numbers []uint32
	days, _ := bucketDays(r.s.query)
	for i, d := range days {
		start := time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, zone)
		starts, numbers = append(starts, uint32(start.Unix())), append(numbers, uint32(i+1))
	}
	return "transform(roundDown(toUInt32(toUnixTimestamp(r.time)), {starts:Array(UInt32)}), {starts:Array(UInt32)}, {numbers:Array(UInt32)}, 0)",
		[]any{clickhouse.Named("starts", starts), clickhouse.Named("numbers", numbers)}
}
