package kpi

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
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

// tellings answers questions about records, each of which costs what the history costs: as many are read at once as can be.
func (b *Books) tellings(ctx context.Context, questions []question, answer func(place int, rows []Row)) error {
	var readings []*reading
	for _, one := range questions {
		names := b.namesOf(one.query)
		at := slices.IndexFunc(readings, func(r *reading) bool { return r.takes(one, names) })
		if at < 0 {
			at = len(readings)
			r := &reading{s: &statement{families: one.definition.Families(), query: one.query, names: names}}
			r.s.query.By = nil
			readings = append(readings, r)
		}
		readings[at].add(one)
	}
	for _, r := range readings {
		// One after the other: each keeps the engine busy for seconds where the history is long, and all else waits for it meanwhile.
		if err := b.telling.Acquire(ctx, 1); err != nil {
			return err
		}
		all, err := b.fetchTellings(ctx, r)
		b.telling.Release(1)
		if err != nil {
			return fmt.Errorf("count the records for %s: %w", r.asks[0].definition.ID, err)
		}
		for _, one := range r.asks {
			rows, err := b.tell(ctx, one, r.project(all, one))
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

// record counts records: in bins, or all together.
func (s *series) record(bucket uint32, bin int32, n int64, binned bool) {
	if binned {
		s.addBin(bucket, bin, n)
		return
	}
	if s.terms[bucket] == nil {
		s.terms[bucket] = make([]int64, 1)
	}
	s.terms[bucket][0] += n
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
func (b *Books) fetchTellings(ctx context.Context, r *reading) (*sums, error) {
	var selected, names []string
	var args []any
	for _, by := range r.s.query.By {
		if timeOf([]string{by}) == "" {
			name := fmt.Sprintf("k%d", len(names))
			key, more := r.key(by, name)
			selected, names, args = append(selected, key+" AS "+name), append(names, name), append(args, more...)
		}
	}
	keys := len(names)
	bucket, more := r.bucket()
	selected, names, args = append(selected, "toUInt32("+bucket+") AS bucket"), append(names, "bucket"), append(args, more...)
	if r.s.binned != "" {
		selected, names = append(selected, delayBin+" AS bin"), append(names, "bin")
	}
	from, more := r.s.fromTellings(r.periods...)
	query := fmt.Sprintf("SELECT %[1]s, toInt64(count()) FROM (SELECT %[2]s %[3]s) GROUP BY %[1]s",
		strings.Join(names, ", "), strings.Join(selected, ", "), from)
	return b.read(ctx, query, append(args, more...), keys, 1, r.s.binned != "")
}

// delayBin is lifecycle.BinOf of the time from when something happened to when it was recorded.
const delayBin = "toInt32(if(r.recorded <= r.time, 0, 1 + floor(log(dateDiff('millisecond', r.time, r.recorded)) / log(1.01))))"

// fromTellings selects the records of some periods: each once, however often it was delivered, of cases that are not voided.
func (s *statement) fromTellings(periods ...period.Period) (string, []any) {
	args := []any{clickhouse.Named("families", s.families)}
	var within []string
	for i, p := range periods {
		within = append(within, fmt.Sprintf("time >= {start%[1]d:DateTime64(3, 'UTC')} AND time < {end%[1]d:DateTime64(3, 'UTC')}", i))
		args = append(args, clickhouse.Named(fmt.Sprintf("start%d", i), millisecond(p.Start)), clickhouse.Named(fmt.Sprintf("end%d", i), millisecond(p.End)))
	}
	told := "family IN {families:Array(String)} AND (" + strings.Join(within, " OR ") + ")"
	if day, err := calendar.ParseDay(s.query.AsOf); err == nil {
		told += " AND arrival < {seen:DateTime64(3, 'UTC')}"
		args = append(args, clickhouse.Named("seen", millisecond((day+1).Start(s.query.Period.End.Location()))))
	} else if !s.query.Before.IsZero() {
		told += " AND arrival < {seen:DateTime64(3, 'UTC')}"
		args = append(args, clickhouse.Named("seen", millisecond(s.query.Before.Add(time.Millisecond))))
	}
	// A case that is erased meanwhile counts by its events or by its nameless records: what the books hold decides.
	const booked = "(SELECT max(block) FROM cells WHERE family = '')"
	const attributes = "agency, unit, procedure, channel, level, kind, at"
	var conditions, ofCases []string
	for i, name := range slices.Sorted(maps.Keys(s.query.Where)) {
		parameter := fmt.Sprintf("w%d", i)
		condition := fmt.Sprintf("%s IN {%s:Array(String)}", s.tellingColumn(name), parameter)
		conditions = append(conditions, condition)
		if name != "source" {
			ofCases = append(ofCases, condition)
		}
		args = append(args, clickhouse.Named(parameter, s.query.Where[name]))
	}
	// What cases are asked for is said where records are read too: those of one agency of 300 lie in a tenth of the places.
	asked := told
	if len(ofCases) > 0 {
		asked += " AND (family, subject) IN (SELECT family, subject FROM verdicts FINAL WHERE family IN {families:Array(String)} AND " + strings.Join(ofCases, " AND ") + ")"
	}
	// Cases are matched by a hash of 128 bits, which no two of them share: a quarter less work than by their names. Verdicts stand on
	// the right, for they are fewer.
	all := `SELECT r.family AS family, r.subject AS subject, r.source AS source, r.time AS time, r.recorded AS recorded, ` + attributes + `
		FROM (SELECT sipHash128(family, subject) AS one, family, subject, source, time, recorded FROM events FINAL WHERE ` + asked + ` AND NOT retracted
			AND (family, subject) NOT IN (SELECT family, subject FROM leaving WHERE block <= ` + booked + `)) AS r
		INNER JOIN (SELECT sipHash128(family, subject) AS one, ` + attributes + ` FROM verdicts FINAL
			WHERE ` + strings.Join(append([]string{"family IN {families:Array(String)} AND verdict != 'voided'"}, ofCases...), " AND ") + `) AS v USING (one)
		UNION ALL SELECT family, subject, source, time, recorded, ` + attributes + ` FROM nameless WHERE ` + told + ` AND block <= ` + booked
	from := "FROM (" + all + ") AS r"
	if len(conditions) > 0 {
		from += " WHERE " + strings.Join(conditions, " AND ")
	}
	return from, append(args, s.names.args()...)
}

// countedTellings is the query of the subjects of which s counts records, with how many.
func (s *statement) countedTellings() (string, []any) {
	from, args := s.fromTellings(s.query.Period)
	return "SELECT family, subject, toInt64(count()) AS counts " + from + " GROUP BY family, subject", args
}

// millisecond writes an instant as the engine reads a DateTime64(3).
func millisecond(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000") }
