package kpi

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

func named(name string, value any) driver.NamedValue { return clickhouse.Named(name, value) }

// Part says which cases of a rate are meant.
type Part string

// The parts of a rate. A count or quantile has no parts: All.
const (
	All         Part = ""
	Numerator   Part = "numerator"
	Denominator Part = "denominator"
)

// Listed is one case behind a figure.
type Listed struct {
	Family  string `json:"family"`
	Subject string `json:"subject"`
	// N is how often the case counts: 1, but for facts that can happen more than once.
	N int64 `json:"n"`

	Agency        *string    `json:"agency"`
	Unit          *string    `json:"unit"`
	Procedure     *string    `json:"procedure"`
	Channel       *string    `json:"channel"`
	Level         *string    `json:"level"`
	Kind          *string    `json:"kind"`
	Verdict       *string    `json:"verdict"`
	Submitted     *time.Time `json:"submitted"`
	Opened        *time.Time `json:"opened"`
	Closed        *time.Time `json:"closed"`
	Closing       *string    `json:"closing"`
	Deadline      *time.Time `json:"deadline"`
	DeadlineFirst *time.Time `json:"deadline_first"`
}

// List is the cases behind a figure.
type List struct {
	// Total is how many cases there are, Sum how often they count: the figure.
	Total uint64 `json:"total"`
	Sum   int64  `json:"sum"`
	// Cases are sorted by subject, then family; Next is where the next page begins, "" on the last.
	Cases []Listed `json:"cases"`
	Next  string   `json:"next,omitempty"`
}

// Cases lists the cases that q counts, at most limit, after the Next of the page before ("" for the first). Of a rate they are those of its denominator, unless
// part says its numerator. q's grouping is ignored. Errors are as Ask's.
func (b *Books) Cases(ctx context.Context, q Query, part Part, after string, limit int) (*List, error) {
	q.By = nil
	d, err := q.check()
	if err != nil {
		return nil, err
	}
	if d.indicator != "" {
		return nil, &Error{Param: "kpi", Message: q.ID + " is reported by agencies, not counted from cases; ask for it by agency"}
	}
	terms := d.numerator
	if (d.Shape == Ratio || d.Shape == Mean) && part != Numerator {
		terms = d.denominator
	}
	if d.measure != "" {
		terms = flow(d.measure, 0, 0)
	}
	s := statement{families: d.Families(), query: q, names: b.namesOf(q), terms: terms}
	if d.looksAhead() {
		if s.until, err = b.soon(q.Period.End); err != nil {
			return nil, err
		}
	}
	counted, args := s.counted()
	if d.looksAhead() && !q.Period.Running {
		s.query.By = nil
		from, more := s.fromSoon()
		counted, args = "SELECT family, subject, toInt64(1) AS counts "+from, more
	}
	if d.ofTellings() && part != Numerator {
		counted, args = s.countedTellings()
	}
	list := &List{Cases: []Listed{}}
	err = b.Conn.QueryRow(ctx, "SELECT count(), sum(counts) FROM ("+counted+")", args...).Scan(&list.Total, &list.Sum)
	if err != nil {
		return nil, fmt.Errorf("count the cases of %s: %w", q.ID, err)
	}
	if list.Cases, err = b.page(ctx, counted, args, after, limit+1); err != nil {
		return nil, fmt.Errorf("list the cases of %s: %w", q.ID, err)
	}
	if len(list.Cases) > limit {
		list.Cases = list.Cases[:limit]
		list.Next = list.Cases[limit-1].Family + "/" + list.Cases[limit-1].Subject
	}
	return list, nil
}

// counted is the query of the subjects that s counts, with how often: its terms folded by case.
func (s *statement) counted() (string, []any) {
	var sums []string
	for _, t := range s.terms {
		sign := "+"
		if t.minus {
			sign = "-"
		}
		sums = append(sums, fmt.Sprintf("%s sumIf(n, %s AND measure = '%s' AND bitAnd(marks, %d) = %d)", sign, t.condition(), t.measure, t.with|t.without, t.with))
	}
	where, args := s.where()
	return fmt.Sprintf("SELECT family, subject, %s AS counts FROM cells WHERE %s GROUP BY family, subject HAVING counts != 0",
		strings.Join(sums, " "), strings.Join(append(where, s.when()...), " AND ")), args
}

// condition is the expression of a window.
func (t *term) condition() string {
	switch t.window {
	case atStart:
		return beforeStart
	case atEnd:
		return beforeEnd
	case ahead:
		return "NOT " + beforeEnd
	default:
		return "(day >= {first:Date32} AND " + beforeEnd + ")"
	}
}

func (b *Books) page(ctx context.Context, counted string, args []any, after string, limit int) ([]Listed, error) {
	family, subject, _ := strings.Cut(after, "/")
	args = append(args, named("after", subject), named("after_family", family), named("limit", fmt.Sprint(limit)))
	rows, err := b.Conn.Query(ctx, `WITH page AS (SELECT * FROM (`+counted+`) WHERE (subject, family) > ({after:String}, {after_family:String}) ORDER BY subject, family LIMIT {limit:UInt64})
		SELECT page.family, page.subject, page.counts, v.verdict, v.closing, v.submitted, v.opened, v.closed, v.deadline, v.deadline_first,
			v.agency, v.unit, v.procedure, v.channel, v.level, v.kind
		FROM page LEFT JOIN (
			SELECT * FROM verdicts WHERE (family, subject) IN (SELECT family, subject FROM page) ORDER BY block DESC LIMIT 1 BY family, subject
		) AS v ON v.family = page.family AND v.subject = page.subject ORDER BY page.subject, page.family`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	cases := []Listed{}
	for rows.Next() {
		var c Listed
		var verdict, closing, agency, unit, procedure, channel, level, kind string
		if err := rows.Scan(&c.Family, &c.Subject, &c.N, &verdict, &closing, &c.Submitted, &c.Opened, &c.Closed, &c.Deadline, &c.DeadlineFirst,
			&agency, &unit, &procedure, &channel, &level, &kind); err != nil {
			return nil, err
		}
		c.Verdict, c.Closing, c.Agency, c.Unit = told(verdict), told(closing), told(agency), told(unit)
		c.Procedure, c.Channel, c.Level, c.Kind = told(procedure), told(channel), told(level), told(kind)
		for _, t := range []*time.Time{c.Submitted, c.Opened, c.Closed, c.Deadline, c.DeadlineFirst} {
			if t != nil {
				*t = t.In(b.Calendars.Location())
			}
		}
		cases = append(cases, c)
	}
	return cases, rows.Err()
}

// told is nil for what was not told.
func told(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
