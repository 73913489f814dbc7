package kpi

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"
)

// What figures count of the records themselves. They are no measures of the journal: a line for each record would double it,
// and they are asked for rarely. So they are read from the facts, beside what the verdicts say of their cases.
const (
	// records counts them, but those that take a fact back.
	records lifecycle.Measure = "records"
	// delays counts them in the bin of the time from when it happened to when it was recorded.
	delays lifecycle.Measure = "delays"
)

// ofTellings says that d counts records, not cases.
func (d *Definition) ofTellings() bool {
	return d.measure == delays || (len(d.denominator) > 0 && d.denominator[0].measure == records)
}

// question is one of several, by its place among them.
type question struct {
	place      int
	definition Definition
	query      Query
}

// tellings answers questions about records: those of one period and filter are read at once, for that costs what the history
// costs.
func (b *Books) tellings(ctx context.Context, questions []question, answer func(place int, rows []Row)) error {
	type reading struct {
		s    *statement
		asks []question
	}
	var readings []*reading
	byKey := map[string]*reading{}
	for _, one := range questions {
		q := one.query
		key := fmt.Sprint(q.Period, timeOf(q.By), q.Where, q.Fold, q.AsOf, q.Block, q.Causes, q.Before)
		r := byKey[key]
		if r == nil {
			r = &reading{s: &statement{families: one.definition.Families(), query: q, names: b.namesOf(q)}}
			r.s.query.By = nil
			byKey[key], readings = r, append(readings, r)
		}
		for _, by := range q.By {
			if !slices.Contains(r.s.query.By, by) {
				r.s.query.By = append(r.s.query.By, by)
			}
		}
		r.s.binned = cmp.Or(r.s.binned, one.definition.measure)
		r.asks = append(r.asks, one)
	}
	for _, r := range readings {
		all, err := b.fetchTellings(ctx, r.s)
		if err != nil {
			return fmt.Errorf("count the records for %s: %w", r.asks[0].definition.ID, err)
		}
		for _, one := range r.asks {
			rows, err := b.tell(ctx, one, all.project(r.s.query.By, one.query.By, one.definition.measure))
			if err != nil {
				return fmt.Errorf("count what is told for %s: %w", one.definition.ID, err)
			}
			answer(one.place, rows)
		}
	}
	return nil
}

// tell makes the rows of a question about records, of which all are counted.
func (b *Books) tell(ctx context.Context, one question, all *sums) ([]Row, error) {
	d, q := one.definition, one.query
	s := &statement{families: d.Families(), query: q, names: b.namesOf(q), binned: d.measure}
	a := answer{definition: d}
	if d.Shape == Quantile {
		return all.rows(a, s), nil
	}
	s.terms = existence(&d)
	a.numerator, a.denominator = s.indices(d.numerator), s.indices(d.denominator)
	sums, err := b.fetch(ctx, s)
	if err != nil {
		return nil, err
	}
	sums.add(all, s)
	return sums.rows(a, s), nil
}

// project adds records up that were read by some dimensions: by fewer of them, and in bins if a measure is asked for.
func (s *sums) project(from, to []string, measure lifecycle.Measure) *sums {
	apart := slices.DeleteFunc(slices.Clone(from), func(by string) bool { return slices.Contains(times, by) })
	fewer := &sums{byKey: map[string]*series{}}
	for key, of := range s.byKey {
		codes, kept := strings.Split(key, "\x00"), []string{}
		for _, by := range to {
			if at := slices.Index(apart, by); at >= 0 {
				kept = append(kept, codes[at])
			}
		}
		into := fewer.of(kept)
		count := func(bucket uint32, n int64) {
			if into.terms[bucket] == nil {
				into.terms[bucket] = make([]int64, 1)
			}
			into.terms[bucket][0] += n
		}
		for bucket, bins := range of.bins {
			for bin, n := range bins {
				if measure != "" {
					into.addBin(bucket, bin, n)
				} else {
					count(bucket, n)
				}
			}
		}
		for bucket, values := range of.terms {
			count(bucket, values[0])
		}
	}
	return fewer
}

// add adds what another statement brought of the first term of st.
func (s *sums) add(first *sums, st *statement) {
	for key, from := range first.byKey {
		if s.byKey[key] == nil {
			s.byKey[key] = &series{terms: map[uint32][]int64{}}
		}
		to := s.byKey[key]
		for bucket, values := range from.terms {
			if to.terms[bucket] == nil {
				to.terms[bucket] = make([]int64, len(st.terms))
			}
			to.terms[bucket][0] += values[0]
		}
	}
}

// tellingColumn is the expression of a dimension over records (r) with the attributes of their cases.
func (s *statement) tellingColumn(name string) string {
	if name == "source" {
		return "r.source"
	}
	return s.column(name)
}

// fetchTellings asks the engine for records: how many, or how many in each bin of delay, by key and bucket of time.
func (b *Books) fetchTellings(ctx context.Context, s *statement) (*sums, error) {
	var selected, names []string
	for _, by := range s.query.By {
		if timeOf([]string{by}) == "" {
			names = append(names, fmt.Sprintf("k%d", len(names)))
			selected = append(selected, s.tellingColumn(by)+" AS "+names[len(names)-1])
		}
	}
	keys := len(names)
	bucket, starts := s.tellingBucket()
	selected, names = append(selected, "toUInt32("+bucket+") AS bucket"), append(names, "bucket")
	if s.binned != "" {
		selected, names = append(selected, delayBin+" AS bin"), append(names, "bin")
	}
	from, args := s.fromTellings()
	query := fmt.Sprintf("SELECT %[1]s, toInt64(count()) FROM (SELECT %[2]s %[3]s) GROUP BY %[1]s",
		strings.Join(names, ", "), strings.Join(selected, ", "), from)
	return b.read(ctx, query, append(args, starts...), keys, 1, s.binned != "")
}

// delayBin is lifecycle.BinOf of the time from when something happened to when it was recorded.
const delayBin = "toInt32(if(r.recorded <= r.time, 0, 1 + floor(log(dateDiff('millisecond', r.time, r.recorded)) / log(1.01))))"

// tellingBucket is the expression of the stretch of time that a record falls in. The engine is told when each begins, for it
// need not know the city's zone.
func (s *statement) tellingBucket() (string, []any) {
	if timeOf(s.query.By) == "" {
		return "1", nil
	}
	zone := s.query.Period.End.Location()
	var starts, numbers []uint32
	for i, d := range bucketDays(s.query) {
		start := time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, zone)
		starts, numbers = append(starts, uint32(start.Unix())), append(numbers, uint32(i+1))
	}
	return "transform(roundDown(toUInt32(toUnixTimestamp(r.time)), {starts:Array(UInt32)}), {starts:Array(UInt32)}, {numbers:Array(UInt32)}, 0)",
		[]any{clickhouse.Named("starts", starts), clickhouse.Named("numbers", numbers)}
}

// fromTellings selects the records of a question: each once, however often it was delivered, of cases that are not voided.
func (s *statement) fromTellings() (string, []any) {
	p := s.query.Period
	args := []any{
		clickhouse.Named("families", s.families), clickhouse.Named("start", millisecond(p.Start)), clickhouse.Named("end", millisecond(p.End)),
	}
	told := "family IN {families:Array(String)} AND time >= {start:DateTime64(3, 'UTC')} AND time < {end:DateTime64(3, 'UTC')}"
	if day, err := calendar.ParseDay(s.query.AsOf); err == nil {
		told += " AND arrival < {seen:DateTime64(3, 'UTC')}"
		args = append(args, clickhouse.Named("seen", millisecond((day+1).Start(p.End.Location()))))
	} else if !s.query.Before.IsZero() {
		told += " AND arrival < {seen:DateTime64(3, 'UTC')}"
		args = append(args, clickhouse.Named("seen", millisecond(s.query.Before.Add(time.Millisecond))))
	}
	// A case that is erased meanwhile counts by its events or by its nameless records: what the books hold decides.
	const booked = "(SELECT max(block) FROM cells WHERE family = '')"
	const attributes = "agency, unit, procedure, channel, level, kind, at"
	all := `SELECT family, subject, r.source AS source, r.time AS time, r.recorded AS recorded, ` + attributes + `
		FROM (SELECT * FROM verdicts FINAL WHERE family IN {families:Array(String)}) AS v
		INNER JOIN (SELECT family, subject, source, time, recorded FROM events FINAL WHERE ` + told + ` AND NOT retracted
			AND (family, subject) NOT IN (SELECT family, subject FROM leaving WHERE block <= ` + booked + `)) AS r USING (family, subject)
		WHERE v.verdict != 'voided'
		UNION ALL SELECT family, subject, source, time, recorded, ` + attributes + ` FROM nameless WHERE ` + told + ` AND block <= ` + booked
	var conditions []string
	for i, name := range slices.Sorted(maps.Keys(s.query.Where)) {
		parameter := fmt.Sprintf("w%d", i)
		conditions = append(conditions, fmt.Sprintf("%s IN {%s:Array(String)}", s.tellingColumn(name), parameter))
		args = append(args, clickhouse.Named(parameter, s.query.Where[name]))
	}
	from := "FROM (" + all + ") AS r"
	if len(conditions) > 0 {
		from += " WHERE " + strings.Join(conditions, " AND ")
	}
	return from, append(args, s.names.args()...)
}

// countedTellings is the query of the subjects of which s counts records, with how many.
func (s *statement) countedTellings() (string, []any) {
	from, args := s.fromTellings()
	return "SELECT family, subject, toInt64(count()) AS counts " + from + " GROUP BY family, subject", args
}

// millisecond writes an instant as the engine reads a DateTime64(3).
func millisecond(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000") }
