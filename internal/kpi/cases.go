package kpi

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"tiendo/internal/event"
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

// Order is by which instant a list is sorted, the earliest first; cases that have none come last.
type Order string

// The orders of a list. BySubject is the quickest: the others look at the verdict of every case that counts.
const (
	BySubject  Order = ""
	ByOpened   Order = "opened"
	ByDeadline Order = "deadline"
	ByClosed   Order = "closed"
)

// Listing says which of the cases behind a figure are wanted.
type Listing struct {
	// Part of a rate: its denominator, unless it is Numerator.
	Part  Part
	Order Order
	// Left leaves those dossiers that have so many working days left until their deadline, or had when they were settled: 0 on its
	// day, less after it; Age those that are open and were received so many working days ago. nil leaves all.
	Left, Age *Days
	// After is the Next of the page before, "" for the first.
	After string
	// Limit is how many cases there are at most.
	Limit int
}

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
	// Cases are in the order that was asked for, then by subject and family; Next is where the next page begins, "" on the last.
	Cases []Listed `json:"cases"`
	Next  string   `json:"next,omitempty"`
}

// Cases lists cases that q counts. q's grouping is ignored. Errors are as Ask's.
func (b *Books) Cases(ctx context.Context, q Query, of Listing) (*List, error) {
	q.By = nil
	d, err := q.check()
	if err != nil {
		return nil, err
	}
	if d.indicator != "" {
		return nil, &Error{Param: "kpi", Message: q.ID + " is reported by agencies, not counted from cases; ask for it by agency", VI: q.ID + " là số do cơ quan báo cáo, không đếm từ vụ việc nào; hãy xem theo cơ quan"}
	}
	after, err := of.after(d.Families())
	if err != nil {
		return nil, err
	}
	terms := d.numerator
	if (d.Shape == Ratio || d.Shape == Mean) && of.Part != Numerator {
		terms = d.denominator
	}
	if d.measure != "" {
		terms = flow(d.measure, 0, 0)
	}
	s := statement{families: d.Families(), query: q, names: b.namesOf(q), terms: terms}
	if d.looksAhead() {
		s.until = b.soon(q)
	}
	counted, args := s.counted()
	if d.looksAhead() && !q.Period.Running {
		s.query.By = nil
		from, more := s.fromSoon()
		counted, args = "SELECT family, subject, toInt64(1) AS counts "+from, more
	}
	if of.Left != nil || of.Age != nil {
		if counted, args, err = b.narrowed(d, q, of, counted, args); err != nil {
			return nil, err
		}
	}
	list := &List{Cases: []Listed{}}
	err = b.Conn.QueryRow(ctx, "SELECT count(), sum(counts) FROM ("+counted+")", args...).Scan(&list.Total, &list.Sum)
	if err != nil {
		return nil, fmt.Errorf("count the cases of %s: %w", q.ID, err)
	}
	if list.Cases, err = b.page(ctx, counted, args, of.Order, after, of.Limit+1); err != nil {
		return nil, fmt.Errorf("list the cases of %s: %w", q.ID, err)
	}
	if len(list.Cases) > of.Limit {
		list.Cases = list.Cases[:of.Limit]
		list.Next = list.Cases[of.Limit-1].mark(of.Order)
	}
	return list, nil
}

// mark is where a page ends: at an instant in milliseconds since 1970 UTC, 0 where cases are sorted by subject, and at a case.
type mark struct {
	at              int64
	family, subject string
}

// never is the instant of cases that have none.
const never = math.MaxInt64

// after reads where the page before of a list of some families has ended.
func (l Listing) after(families []event.Family) (mark, error) {
	if !slices.Contains([]Order{BySubject, ByOpened, ByDeadline, ByClosed}, l.Order) {
		return mark{}, &Error{Param: "sort", Message: "opened, deadline or closed would do", VI: "dùng được opened, deadline hoặc closed"}
	}
	m, rest := mark{}, l.After
	if l.Order != BySubject && l.After != "" {
		at, behind, ok := strings.Cut(l.After, "/")
		var err error
		if m.at, err = strconv.ParseInt(at, 10, 64); err != nil || !ok {
			return mark{}, &Error{Param: "after", Message: "this is no next of a list in this order; begin without it", VI: "không phải là trang tiếp theo của danh sách xếp như vậy; hãy bắt đầu lại từ trang đầu"}
		}
		rest = behind
	} else if l.Order != BySubject {
		m.at = math.MinInt64
	}
	m.family, m.subject, _ = strings.Cut(rest, "/")
	if l.After != "" && !slices.Contains(families, event.Family(m.family)) {
		if l.Order != BySubject {
			return mark{}, &Error{Param: "after", Message: "this is no next of a list in this order; begin without it", VI: "không phải là trang tiếp theo của danh sách xếp như vậy; hãy bắt đầu lại từ trang đầu"}
		}
		// The last subject alone says as much, of all families.
		m.family, m.subject = "~", rest
	}
	return m, nil
}

// mark is where a page ends whose last case this is, as after reads it.
func (c *Listed) mark(by Order) string {
	at := int64(never)
	switch t := map[Order]*time.Time{ByOpened: c.Opened, ByDeadline: c.Deadline, ByClosed: c.Closed}[by]; {
	case by == BySubject:
		return c.Family + "/" + c.Subject
	case t != nil:
		at = t.UnixMilli()
	}
	return fmt.Sprintf("%d/%s/%s", at, c.Family, c.Subject)
}

// counted is the query of the subjects that s counts, with how often: its terms folded by case.
func (s *statement) counted() (string, []any) {
	var sums []string
	for _, t := range s.terms {
		sign := "+"
		if t.minus {
			sign = "-"
		}
		sums = append(sums, fmt.Sprintf("%s sumIf(n, %s AND %s)", sign, t.condition(), t.lines()))
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

// page reads the next cases. Sorted by an instant, the newest verdict of each case that counts is looked up first.
func (b *Books) page(ctx context.Context, counted string, args []any, by Order, after mark, limit int) ([]Listed, error) {
	sorted := "SELECT *, toInt64(0) AS at FROM (" + counted + ")"
	if by != BySubject {
		sorted = fmt.Sprintf(`SELECT c.family AS family, c.subject AS subject, c.counts AS counts, ifNull(toUnixTimestamp64Milli(w.instant), %d) AS at
			FROM (%s) AS c LEFT JOIN (
				SELECT family, subject, %s AS instant FROM verdicts FINAL WHERE (family, subject) IN (SELECT family, subject FROM (%s))
			) AS w ON w.family = c.family AND w.subject = c.subject`, int64(never), counted, by, counted)
	}
	args = append(args, named("after_at", fmt.Sprint(after.at)), named("after", after.subject), named("after_family", after.family), named("limit", fmt.Sprint(limit)))
	rows, err := b.Conn.Query(ctx, `WITH page AS (SELECT * FROM (`+sorted+`) WHERE (at, subject, family) > ({after_at:Int64}, {after:String}, {after_family:String}) ORDER BY at, subject, family LIMIT {limit:UInt64})
		SELECT page.family, page.subject, page.counts, v.verdict, v.closing, v.submitted, v.opened, v.closed, v.deadline, v.deadline_first,
			v.agency, v.unit, v.procedure, v.channel, v.level, v.kind
		FROM page LEFT JOIN (
			SELECT * FROM verdicts FINAL WHERE (family, subject) IN (SELECT family, subject FROM page)
		) AS v ON v.family = page.family AND v.subject = page.subject ORDER BY page.at, page.subject, page.family`, args...)
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
				*t = t.In(b.Zone)
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
