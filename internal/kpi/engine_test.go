package kpi

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/go-cmp/cmp"

	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
	"tiendo/internal/register"
)

func TestMain(m *testing.M) { os.Exit(enginetest.Run(m)) }

// now is a Wednesday at noon, in a period that runs.
var now = time.Date(2025, 3, 12, 12, 0, 0, 0, zone)

func books(t testing.TB) (*Books, driver.Conn) {
	t.Helper()
	conn := enginetest.Conn(t)
	return New(Options{
		Conn: conn, Zone: zone, Now: func() time.Time { return now }, Events: func() uint64 { return 0 },
	}), conn
}

// cell is one line of a journal, with what a test leaves out.
type cell struct {
	family, subject, agency string
	measure                 lifecycle.Measure
	day                     string
	millis                  uint32
	marks                   lifecycle.Marks
	bin, delay              int32
	channel, helpers        string
	source                  string
	level, kind, procedure  string
	n                       int64
	stamp, cause            string
}

func fill(t testing.TB, conn driver.Conn, cells ...cell) {
	t.Helper()
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO cells (family, subject, agency, measure, day, millis, marks, bin, delay, channel, helpers, source, n, stamp, cause, level, kind, procedure)")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cells {
		if c.family == "" {
			c.family = "dossier"
		}
		if c.agency == "" {
			c.agency = "A"
		}
		if c.n == 0 {
			c.n = 1
		}
		day, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		if c.stamp == "" {
			c.stamp, c.cause = c.day, "event"
		}
		stamp, err := time.Parse(time.DateOnly, c.stamp)
		if err != nil {
			t.Fatal(err)
		}
		if err := batch.Append(c.family, c.subject, c.agency, string(c.measure), day, c.millis, uint32(c.marks), c.bin, c.delay, c.channel, c.helpers, c.source, c.n, stamp, c.cause, c.level, c.kind, c.procedure); err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
}

func ask(t testing.TB, b *Books, id, p string, by []string, where map[string][]string) Figure {
	t.Helper()
	of, err := period.Parse(p, b.Now(), zone)
	if err != nil {
		t.Fatal(err)
	}
	figures, err := b.Ask(t.Context(), Query{ID: id, Period: of, By: by, Where: where})
	if err != nil {
		t.Fatalf("%s %s by %v where %v: %v", id, p, by, where, err)
	}
	return figures[0]
}

// short writes rows for comparison: keys and values. Who has gone quiet is another test's.
func short(f Figure) string {
	var rows []string
	for _, r := range f.Rows {
		r.NoDataSince = ""
		encoded, err := json.Marshal(r)
		if err != nil {
			panic(err)
		}
		rows = append(rows, string(encoded))
	}
	return strings.Join(rows, " ")
}

// TestEveryQuestion runs every figure by every dimension, some by pairs of them, with every filter, on the real engine.
func TestEveryQuestion(t *testing.T) {
	b, conn := books(t)
	fill(t, conn, cell{subject: "1", measure: lifecycle.Opened, day: "2025-02-03"}, cell{subject: "1", measure: lifecycle.Settled, day: "2025-03-03"})
	of, err := period.Parse("2025-Q1", now, zone)
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for n, d := range Catalogue() {
		where := map[string][]string{}
		for _, name := range d.Filters() {
			where[name] = []string{"A", "'; DROP TABLE cells; --"}
		}
		queries := []Query{{ID: d.ID, Period: of}, {ID: d.ID, Period: of, Where: where}}
		can := dimensions(&d)
		for i, one := range can {
			queries = append(queries, Query{ID: d.ID, Period: of, By: []string{one}})
			if other := can[(i+1)%len(can)]; other != one && n%8 == 0 && (timeOf([]string{one}) == "" || timeOf([]string{other}) == "") {
				queries = append(queries, Query{ID: d.ID, Period: of, By: []string{one, other}})
			}
		}
		for _, q := range queries {
			if _, err := b.Ask(t.Context(), q); err != nil {
				t.Errorf("%s by %v: %v", q.ID, q.By, err)
			}
			asked++
		}
		if d.indicator != "" {
			continue
		}
		if _, err := b.Cases(t.Context(), Query{ID: d.ID, Period: of, Where: where}, Listing{Limit: 10}); err != nil {
			t.Errorf("cases of %s: %v", d.ID, err)
		}
	}
	if asked < 800 {
		t.Errorf("only %d questions were asked", asked)
	}
}

// TestNow: what lies ahead today is not there yet, what has passed today is.
func TestNow(t *testing.T) {
	b, conn := books(t)
	const hour = 3_600_000
	fill(t, conn,
		cell{subject: "1", measure: lifecycle.Opened, day: "2025-03-03"},
		cell{subject: "2", measure: lifecycle.Opened, day: "2025-03-04"},
		cell{subject: "3", measure: lifecycle.Opened, day: "2025-03-12"},
		cell{subject: "1", measure: lifecycle.Breached, day: "2025-03-12", millis: 11 * hour},
		cell{subject: "1", measure: lifecycle.Due, day: "2025-03-12", millis: 11 * hour, marks: lifecycle.Pending},
		cell{subject: "2", measure: lifecycle.Breached, day: "2025-03-12", millis: 13 * hour},
		cell{subject: "2", measure: lifecycle.Due, day: "2025-03-12", millis: 13 * hour, marks: lifecycle.Pending},
		cell{subject: "3", measure: lifecycle.Breached, day: "2025-03-17", millis: 24*hour - 1},
		cell{subject: "3", measure: lifecycle.Due, day: "2025-03-17", millis: 24*hour - 1, marks: lifecycle.Pending},
	)
	f := func(id, want string) {
		t.Helper()
		if got := short(ask(t, b, id, "mtd", nil, nil)); got != want {
			t.Errorf("%s: got %s, want %s", id, got, want)
		}
	}
	f("dossier.open", `{"value":3}`)
	f("dossier.open_overdue", `{"value":1}`)
	f("dossier.open_in_term", `{"value":2}`)
	f("dossier.promise_kept_rate", `{"numerator":0,"denominator":1,"value":0,"low":0,"high":0.7934506856227626}`)
	f("dossier.due_soon", `{"value":1}`) // the 13th and 14th are the next two working days; the 17th is a Monday
	// At the end of the day both of its deadlines have passed.
	b.Now = func() time.Time { return now.AddDate(0, 0, 7) }
	if got := short(ask(t, b, "dossier.open_overdue", "2025-03-12", nil, nil)); got != `{"value":2}` {
		t.Errorf("at the end of the day: %s", got)
	}
}

// TestByReportMonth: with the reporting calendar, months and quarters are those from the 15th to the 14th (DOMAIN.md §1.3).
func TestByReportMonth(t *testing.T) {
	b, conn := books(t)
	fill(t, conn,
		cell{subject: "1", measure: lifecycle.Opened, day: "2024-12-14"},
		cell{subject: "2", measure: lifecycle.Opened, day: "2024-12-15"},
		cell{subject: "3", measure: lifecycle.Opened, day: "2025-01-14"},
		cell{subject: "4", measure: lifecycle.Opened, day: "2025-01-15"},
		cell{subject: "5", measure: lifecycle.Opened, day: "2025-03-11"},
		cell{subject: "1", measure: lifecycle.Settled, day: "2025-01-15"},
	)
	f := func(id, p string, by []string, want string) {
		t.Helper()
		of, err := period.ParseReport(p, now, zone)
		if err != nil {
			t.Fatal(err)
		}
		figures, err := b.Ask(t.Context(), Query{ID: id, Period: of, By: by})
		if err != nil {
			t.Fatal(err)
		}
		if got := short(figures[0]); got != want {
			t.Errorf("%s %s by %v: got %s, want %s", id, p, by, got, want)
		}
	}
	f("dossier.received", "2025-Q1", []string{"month"}, `{"month":"2025-01","value":2} {"month":"2025-02","value":1} {"month":"2025-03","value":1}`)
	f("dossier.open", "ytd", []string{"agency", "month"}, `{"agency":"A","month":"2025-01","value":3} {"agency":"A","month":"2025-02","value":3} {"agency":"A","month":"2025-03","value":4}`)
	f("dossier.received", "2025", []string{"quarter"}, `{"quarter":"2025-Q1","value":4}`)
	f("dossier.received", "2025-02", []string{"quarter", "channel"}, `{"quarter":"2025-Q1","channel":null,"value":1}`)
	f("dossier.settled", "2025-02", []string{"day"}, `{"day":"2025-01-15","value":1} `+strings.Join(func() (open []string) {
		for d := 16; d < 46; d++ {
			open = append(open, fmt.Sprintf(`{"day":%q,"value":0}`, time.Date(2025, 1, d, 0, 0, 0, 0, zone).Format(time.DateOnly)))
		}
		return open
	}(), " "))
}

// TestByMonth: a stock by month is the stock at the end of each month.
func TestByMonth(t *testing.T) {
	b, conn := books(t)
	fill(t, conn,
		cell{subject: "1", measure: lifecycle.Opened, day: "2024-11-03"},
		cell{subject: "2", measure: lifecycle.Opened, day: "2024-11-04"},
		cell{subject: "1", measure: lifecycle.Settled, day: "2024-12-31"},
		cell{subject: "3", measure: lifecycle.Opened, day: "2025-01-01"},
	)
	got := short(ask(t, b, "dossier.open", "2024-11-01..2025-01-31", []string{"month"}, nil))
	if want := `{"month":"2024-11","value":2} {"month":"2024-12","value":1} {"month":"2025-01","value":2}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	got = short(ask(t, b, "dossier.received", "2024-Q4", []string{"quarter", "agency"}, nil))
	if want := `{"quarter":"2024-Q4","agency":"A","value":2}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestFilters: of several values any may hold, a missing attribute is null, a helper is one of several.
func TestFilters(t *testing.T) {
	b, conn := books(t)
	fill(t, conn,
		cell{subject: "1", measure: lifecycle.Opened, day: "2025-02-03", channel: "online"},
		cell{subject: "2", measure: lifecycle.Opened, day: "2025-02-03", channel: "post", agency: "B"},
		cell{subject: "3", measure: lifecycle.Opened, day: "2025-02-03", agency: "C"},
		cell{family: "task", subject: "4", measure: lifecycle.Opened, day: "2025-02-03", helpers: "B,C", marks: lifecycle.Shared},
		cell{family: "task", subject: "5", measure: lifecycle.Opened, day: "2025-02-03", helpers: "C", marks: lifecycle.Shared},
		cell{family: "task", subject: "6", measure: lifecycle.Opened, day: "2025-02-03"},
	)
	f := func(id string, by []string, where map[string][]string, want string) {
		t.Helper()
		figure := ask(t, b, id, "2025-02", by, where)
		for i := range figure.Rows {
			figure.Rows[i].LastEvent = nil
		}
		if got := short(figure); got != want {
			t.Errorf("%s by %v where %v: got %s, want %s", id, by, where, got, want)
		}
	}
	f("dossier.received", []string{"channel"}, nil, `{"channel":null,"value":1} {"channel":"online","value":1} {"channel":"post","value":1}`)
	f("dossier.received", nil, map[string][]string{"agency": {"A", "B"}}, `{"value":2}`)
	f("dossier.received", nil, map[string][]string{"channel": {"post"}}, `{"value":1}`)
	f("dossier.received", nil, map[string][]string{"channel": {"fax"}}, `{"value":0}`)
	f("dossier.late", []string{"agency"}, nil, `{"agency":"A","value":0} {"agency":"B","value":0} {"agency":"C","value":0}`)
	f("task.assigned", nil, map[string][]string{"helper": {"C"}}, `{"value":2}`)
	f("task.assigned", []string{"helper"}, nil, `{"helper":null,"value":1} {"helper":"B","value":1} {"helper":"C","value":2}`)
	f("task.shared_rate", []string{"helper", "month"}, map[string][]string{"helper": {"B"}}, `{"helper":"B","month":"2025-02","numerator":1,"denominator":1,"value":1,"low":0.20654931437723745,"high":1} {"helper":"C","month":"2025-02","numerator":1,"denominator":1,"value":1,"low":0.20654931437723745,"high":1}`)
	f("task.assigned", nil, map[string][]string{"helper": {"A"}}, `{"value":0}`)
}

// TestCasesAreTheFigure: the cases behind a figure are as many as it says, page by page.
func TestCasesAreTheFigure(t *testing.T) {
	b, conn := books(t)
	var cells []cell
	for i := range 25 {
		subject := fmt.Sprintf("%03d", i)
		cells = append(cells, cell{subject: subject, measure: lifecycle.Opened, day: "2025-01-06"})
		if i%3 == 0 {
			cells = append(cells, cell{subject: subject, measure: lifecycle.Settled, day: "2025-01-20", marks: lifecycle.Promised})
		}
		if i%4 == 0 {
			cells = append(cells, cell{subject: subject, measure: lifecycle.Rated, day: "2025-01-20", n: 2}, cell{subject: subject, measure: lifecycle.Scored, day: "2025-01-20", n: 7})
		}
	}
	fill(t, conn, cells...)
	of, err := period.Parse("2025-01", now, zone)
	if err != nil {
		t.Fatal(err)
	}
	for id, part := range map[string]Part{"dossier.received": All, "dossier.open": All, "dossier.late": All, "dossier.on_time_rate": Denominator, "satisfaction.score": Denominator} {
		figure := ask(t, b, id, "2025-01", nil, nil)
		want := figure.Rows[0].Value
		if part == Denominator {
			want = figure.Rows[0].Denominator
		}
		seen, sum, last, after := 0, int64(0), "", ""
		for {
			list, err := b.Cases(t.Context(), Query{ID: id, Period: of}, Listing{Part: part, After: after, Limit: 4})
			if err != nil {
				t.Fatal(err)
			}
			if float64(list.Sum) != *want {
				t.Errorf("%s: the cases sum to %d, the figure is %v", id, list.Sum, *want)
			}
			for _, c := range list.Cases {
				if c.Subject <= last {
					t.Errorf("%s: %s comes after %s", id, c.Subject, last)
				}
				last, sum, seen = c.Subject, sum+c.N, seen+1
			}
			if uint64(seen) == list.Total {
				break
			}
			after = list.Next
			if after == "" || len(list.Cases) == 0 {
				t.Fatalf("%s: the pages end after %d of %d", id, seen, list.Total)
			}
		}
		if float64(sum) != *want || sum == 0 {
			t.Errorf("%s: the pages sum to %d, the figure is %v", id, sum, *want)
		}
	}
}

// TestCasesInOrder: sorted by an instant, page by page, what has none last; of several verdicts of a case the newest counts.
func TestCasesInOrder(t *testing.T) {
	b, conn := books(t)
	var cells []cell
	for _, v := range []struct {
		subject, deadline, closed string
		block                     int
	}{
		{"1", "2025-03-20 16:59:59.999", "", 1},
		{"2", "", "2025-02-03 01:00:00.000", 1},
		{"3", "2025-03-12 16:59:59.999", "1960-01-01 00:00:00.000", 1},
		{"4", "2025-04-20 16:59:59.999", "", 1},
		{"4", "2025-03-01 16:59:59.999", "", 2},
		{"5", "2025-03-20 16:59:59.999", "", 1},
	} {
		at := func(s string) any {
			if s == "" {
				return nil
			}
			return s
		}
		err := conn.Exec(t.Context(), "INSERT INTO verdicts (family, subject, verdict, deadline, closed, block) VALUES ('dossier', ?, 'open', ?, ?, ?)", v.subject, at(v.deadline), at(v.closed), v.block)
		if err != nil {
			t.Fatal(err)
		}
		if v.block == 1 {
			cells = append(cells, cell{subject: v.subject, measure: lifecycle.Opened, day: "2025-01-06"})
		}
	}
	fill(t, conn, append(cells, cell{subject: "~6", measure: lifecycle.Opened, day: "2025-01-06"})...) // without a verdict
	of, err := period.Parse("2025-01", now, zone)
	if err != nil {
		t.Fatal(err)
	}
	q := Query{ID: "dossier.received", Period: of}
	for order, want := range map[Order]string{BySubject: "1 2 3 4 5 ~6 ", ByDeadline: "4 3 1 5 2 ~6 ", ByClosed: "3 2 1 4 5 ~6 ", ByOpened: "1 2 3 4 5 ~6 "} {
		var got strings.Builder
		for page := (Listing{Order: order, Limit: 2}); ; {
			list, err := b.Cases(t.Context(), q, page)
			if err != nil {
				t.Fatalf("%s: %v", order, err)
			}
			for _, c := range list.Cases {
				got.WriteString(c.Subject + " ")
			}
			if page.After = list.Next; page.After == "" {
				break
			}
		}
		if got.String() != want {
			t.Errorf("by %q: %s, want %s", order, got.String(), want)
		}
	}
	for param, page := range map[string]Listing{"sort": {Order: "size", Limit: 2}, "after": {Order: ByDeadline, After: "dossier/1", Limit: 2}} {
		var wrong *Error
		if _, err := b.Cases(t.Context(), q, page); !errors.As(err, &wrong) || wrong.Param != param {
			t.Errorf("%+v: %v", page, err)
		}
	}
}

// TestAsOf: what the books said at the end of a day, and why they say something else now. Six dossiers: one settled late is
// told on the 10th to have been on time; one is told five days late; one deadline passes meanwhile.
func TestAsOf(t *testing.T) {
	b, conn := books(t)
	late, good := lifecycle.Promised, lifecycle.Promised|lifecycle.OnTime
	fill(t, conn,
		cell{subject: "1", measure: lifecycle.Settled, day: "2025-02-03", marks: late},
		cell{subject: "2", measure: lifecycle.Settled, day: "2025-02-03", marks: good},
		cell{subject: "1", measure: lifecycle.Settled, day: "2025-02-03", marks: late, n: -1, stamp: "2025-02-10", cause: "correction"},
		cell{subject: "1", measure: lifecycle.Settled, day: "2025-02-03", marks: good, stamp: "2025-02-10", cause: "correction"},
		cell{subject: "3", measure: lifecycle.Settled, day: "2025-02-06", marks: good, stamp: "2025-02-11", cause: "late"},
		cell{subject: "4", measure: lifecycle.Opened, day: "2025-02-03"},
		cell{subject: "4", measure: lifecycle.Breached, day: "2025-02-09", millis: 86_399_999, stamp: "2025-02-03", cause: "event"},
	)
	february := func(now time.Time) (period.Period, error) { return period.Parse("2025-02", now, zone) }
	f := func(id, asOf, want string) {
		t.Helper()
		p, err := b.periodAt(february, asOf)
		if err != nil {
			t.Fatal(err)
		}
		figures, err := b.Ask(t.Context(), Query{ID: id, Period: p, AsOf: asOf})
		if err != nil {
			t.Fatal(err)
		}
		if got := *figures[0].Rows[0].Numerator; fmt.Sprintf("%v/%v", got, *figures[0].Rows[0].Denominator) != want {
			t.Errorf("%s as of %s: %v/%v, want %s", id, asOf, got, *figures[0].Rows[0].Denominator, want)
		}
		if got := figures[0].AsOf.Format(time.DateOnly); got != asOf {
			t.Errorf("it speaks of %s", got)
		}
	}
	f("dossier.on_time_rate", "2025-02-02", "0/0")
	f("dossier.on_time_rate", "2025-02-03", "1/2")
	f("dossier.on_time_rate", "2025-02-10", "2/2")
	f("dossier.on_time_rate", "2025-02-11", "3/3")

	change, err := b.Changes(t.Context(), "dossier.on_time_rate", february, nil, "2025-02-03", "2025-02-20")
	if err != nil {
		t.Fatal(err)
	}
	if want := "On-time rate: 50.00 % → 100.00 %; late data +16.67 points, corrections +33.33 points."; change.EN != want {
		t.Errorf("got %s, want %s", change.EN, want)
	}
	if want := "Tỷ lệ đúng hạn: 50,00 % → 100,00 %; dữ liệu đến muộn +16,67 điểm %, đính chính +33,33 điểm %."; change.VI != want {
		t.Errorf("got %s, want %s", change.VI, want)
	}
	// From no value to one there are no points, only cases.
	change, err = b.Changes(t.Context(), "dossier.on_time_rate", february, nil, "2025-02-02", "2025-02-03")
	if err != nil {
		t.Fatal(err)
	}
	if want := "On-time rate: – → 50.00 %; new events +1 / +2."; change.EN != want {
		t.Errorf("got %s, want %s", change.EN, want)
	}
	change, err = b.Changes(t.Context(), "dossier.open_overdue", february, nil, "2025-02-08", "2025-02-20")
	if err != nil {
		t.Fatal(err)
	}
	if want := "Open and overdue: 0 → 1; time that passed +1."; change.EN != want {
		t.Errorf("got %s, want %s", change.EN, want)
	}
	if _, err := b.Changes(t.Context(), "dossier.open", february, nil, "2025-02-20", "2025-02-08"); err == nil {
		t.Error("days in the wrong order were taken")
	}
}

// TestDueSoonThen: at an instant that has passed those count that were open then, whatever became of them. By hand, at the
// end of Friday 7 March 2025 (the Saturday that begins then, Monday and Tuesday are near): a was open and is settled now, b was
// withdrawn before its deadline, c is still open; d was settled on the Friday, e opened on the Sunday, f was due on the Friday
// and g is due on the Wednesday.
func TestDueSoonThen(t *testing.T) {
	b, conn := books(t)
	life := func(subject, opened string, closing lifecycle.Measure, closed, deadline string, due lifecycle.Measure, marks lifecycle.Marks) {
		t.Helper()
		cells := []cell{{subject: subject, agency: strings.ToUpper(subject), measure: lifecycle.Opened, day: opened}, {subject: subject, agency: strings.ToUpper(subject), measure: due, day: deadline, millis: 86_399_999, marks: marks}}
		if closed != "" {
			cells = append(cells, cell{subject: subject, agency: strings.ToUpper(subject), measure: closing, day: closed})
		}
		fill(t, conn, cells...)
	}
	life("a", "2025-03-03", lifecycle.Settled, "2025-03-10", "2025-03-10", lifecycle.Due, lifecycle.Kept)
	life("b", "2025-03-03", lifecycle.Ended, "2025-03-10", "2025-03-11", lifecycle.Lifted, 0)
	life("c", "2025-03-03", "", "", "2025-03-11", lifecycle.Due, lifecycle.Pending)
	life("d", "2025-03-03", lifecycle.Settled, "2025-03-07", "2025-03-11", lifecycle.Due, lifecycle.Kept)
	life("e", "2025-03-09", "", "", "2025-03-11", lifecycle.Due, lifecycle.Pending)
	life("f", "2025-03-03", "", "", "2025-03-07", lifecycle.Due, lifecycle.Pending)
	life("g", "2025-03-03", "", "", "2025-03-12", lifecycle.Due, lifecycle.Pending)
	if got := short(ask(t, b, "dossier.due_soon", "2025-03-07", nil, nil)); got != `{"value":3}` {
		t.Errorf("got %s", got)
	}
	want := ""
	for agency := range strings.SplitSeq("ABCDFG", "") {
		want += fmt.Sprintf(" {%q:%q,%q:%d}", "agency", agency, "value", map[bool]int{true: 1}[strings.Contains("ABC", agency)])
	}
	if got := short(ask(t, b, "dossier.due_soon", "2025-03-07", []string{"agency"}, nil)); got != want[1:] {
		t.Errorf("got %s, want %s", got, want[1:])
	}
	of, err := period.Parse("2025-03-07", now, zone)
	if err != nil {
		t.Fatal(err)
	}
	list, err := b.Cases(t.Context(), Query{ID: "dossier.due_soon", Period: of, Where: map[string][]string{"agency": {"A", "C", "G"}}}, Listing{Limit: 10})
	if err != nil || list.Sum != 2 || list.Cases[0].Subject != "a" || list.Cases[1].Subject != "c" {
		t.Errorf("cases: %+v, %v", list, err)
	}
	figures, err := b.Ask(t.Context(), Query{ID: "dossier.due_soon", Period: of, AsOf: "2025-03-09"})
	if err != nil {
		t.Fatal(err)
	}
	if got := short(figures[0]); got != `{"value":0}` {
		t.Errorf("as of the 9th nothing was known of deadlines that were stamped on their day: %s", got)
	}
}

// say stores events as a loader does.
func say(t *testing.T, conn driver.Conn, kind, subject, data string, at time.Time) {
	t.Helper()
	err := conn.Exec(t.Context(), `INSERT INTO events (family, subject, source, id, type, time, recorded, data, arrival, collector, entry) VALUES (?, ?, 'urn:moha', ?, ?, ?, ?, ?, ?, 'c', 1)`,
		strings.Split(kind, ".")[0], subject, at.String(), kind, at, at, data, at)
	if err != nil {
		t.Fatal(err)
	}
}

// TestIndicators: Σ value ÷ Σ target over agencies; of each the latest period within the asked one, last recorded; one
// without target is in neither sum (CONTRACT §4). By hand: A 40/50 for 9M supersedes H1; B 30/40 corrected to 32; C has no
// target; D reports another year.
func TestIndicators(t *testing.T) {
	b, conn := books(t)
	at := func(month, day int) time.Time { return time.Date(2024, time.Month(month), day, 8, 0, 0, 0, zone).UTC() }
	report := func(agency, p, numbers string, when time.Time) {
		say(t, conn, "indicator.reported", agency+"/staffing/"+p, fmt.Sprintf(`{"agency":%q,"indicator":"staffing","period":%q,%s}`, agency, p, numbers), when)
	}
	report("A", "2024-H1", `"target":50,"value":45`, at(7, 1))
	report("A", "2024-9M", `"target":50,"value":40`, at(10, 1))
	report("B", "2024-9M", `"target":40,"value":30`, at(10, 1))
	report("B", "2024-9M", `"target":40,"value":32`, at(10, 9))
	report("C", "2024-9M", `"value":7`, at(10, 1))
	report("D", "2023", `"target":10,"value":1`, at(1, 5))
	report("E", "2022", `"target":1e-300,"value":9000000000000000`, at(1, 5))
	f := func(p, asOf string, by []string, want string) {
		t.Helper()
		of, err := period.Parse(p, b.Now(), zone)
		if err != nil {
			t.Fatal(err)
		}
		figures, err := b.Ask(t.Context(), Query{ID: "org.staffing_ratio", Period: of, By: by, AsOf: asOf})
		if err != nil {
			t.Fatal(err)
		}
		if got := short(figures[0]); got != want {
			t.Errorf("%s as of %q: got %s, want %s", p, asOf, got, want)
		}
	}
	f("2024", "", nil, `{"numerator":72,"denominator":90,"value":0.8,"low":null,"high":null}`)
	f("2024", "2024-10-05", nil, `{"numerator":70,"denominator":90,"value":0.7777777777777778,"low":null,"high":null}`)
	reported, err := period.ParseReport("2024-9M", b.Now(), zone)
	if err != nil {
		t.Fatal(err)
	}
	figures, err := b.Ask(t.Context(), Query{ID: "org.staffing_ratio", Period: reported})
	if err != nil || short(figures[0]) != `{"numerator":72,"denominator":90,"value":0.8,"low":null,"high":null}` {
		t.Errorf("the same nine months by the reporting calendar: %+v, %v", figures, err)
	}
	f("2024-H1", "", nil, `{"numerator":45,"denominator":50,"value":0.9,"low":null,"high":null}`)
	f("2025", "", nil, `{"numerator":0,"denominator":0,"value":null,"low":null,"high":null}`)
	f("2022", "", nil, `{"numerator":9000000000000000,"denominator":1e-300,"value":null,"low":null,"high":null}`)
	f("2024", "", []string{"agency"}, `{"agency":"A","numerator":40,"denominator":50,"value":0.8,"low":null,"high":null} {"agency":"B","numerator":32,"denominator":40,"value":0.8,"low":null,"high":null} {"agency":"C","numerator":0,"denominator":0,"value":null,"low":null,"high":null}`)
}

// TestCompleteness: openings received over openings that the source states, over the days that have a statement.
func TestCompleteness(t *testing.T) {
	b, conn := books(t)
	if got := ask(t, b, "dossier.received", "2025-02", nil, nil).Completeness; got != nil {
		t.Errorf("nobody stated anything: %v", *got)
	}
	if err := conn.Exec(t.Context(), `INSERT INTO cells (family, subject, agency, source, measure, day, n, stamp) VALUES
		('dossier', 'a', 'A', 'urn:moha', 'opened', '2025-02-03', 8, '2025-02-03'), ('dossier', 'b', 'A', 'urn:other', 'opened', '2025-02-03', 5, '2025-02-03'), ('dossier', 'c', 'A', 'urn:moha', 'opened', '2025-02-04', 9, '2025-02-04')`); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2025, 2, 4, 0, 0, 0, 0, zone).UTC()
	say(t, conn, "source.snapshot", "d/2025-02-03", `{"family":"dossier"}`, at.Add(-time.Hour)) // states no count, and hides none
	if got := ask(t, b, "dossier.late", "2025-02", nil, nil).Completeness; got != nil {
		t.Errorf("nobody stated a count: %v", *got)
	}
	say(t, conn, "source.tally", "d/2025-02-03", `{"count":9,"day":"2025-02-03","family":"dossier"}`, at)
	say(t, conn, "source.tally", "d/2025-02-03", `{"count":10,"day":"2025-02-03","family":"dossier"}`, at.Add(time.Hour))
	say(t, conn, "source.tally", "t/2025-02-04", `{"count":99,"day":"2025-02-04","family":"task"}`, at)
	if got := ask(t, b, "dossier.late", "2025-02", nil, nil).Completeness; got == nil || *got != 0.8 {
		t.Errorf("8 of 10 arrived: %v", got)
	}
	// Whatever a source calls what it states: one subject for all days, or that of another source.
	say(t, conn, "source.tally", "daily", `{"count":6,"day":"2025-02-04","family":"dossier"}`, at.Add(24*time.Hour))
	say(t, conn, "source.tally", "daily", `{"count":4,"day":"2025-02-05","family":"dossier"}`, at.Add(48*time.Hour))
	err := conn.Exec(t.Context(), `INSERT INTO events (family, subject, source, id, type, time, recorded, data, arrival, collector, entry) VALUES
		('source', 'daily', 'urn:other', '1', 'source.tally', ?, ?, ?, ?, 'c', 1)`, at.Add(48*time.Hour), at.Add(72*time.Hour), `{"count":14,"day":"2025-02-03","family":"dossier"}`, at.Add(72*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, b, "dossier.late", "2025-02", nil, nil); got.Completeness == nil || *got.Completeness != 22.0/34 || *got.CompletenessOf != (Stated{Received: 22, Stated: 34}) {
		t.Errorf("8, 9, 0 and 5 of 10, 6, 4 and 14 arrived: %v, of %v", *got.Completeness, *got.CompletenessOf)
	}
	// What a source states of an agency is within what it states of the day: it counts where only the agency is asked for.
	say(t, conn, "source.tally", "d/2025-02-03/A", `{"agency":"A","count":16,"day":"2025-02-03","family":"dossier"}`, at.Add(3*time.Hour))
	if got := ask(t, b, "dossier.late", "2025-02", nil, nil); got.Completeness == nil || *got.CompletenessOf != (Stated{Received: 22, Stated: 34}) {
		t.Errorf("the agency's 16 are within the day's 10, whoever is right: %v", got.CompletenessOf)
	}
	if got := ask(t, b, "dossier.late", "2025-02", nil, map[string][]string{"agency": {"A"}}); got.Completeness == nil || *got.CompletenessOf != (Stated{Received: 8, Stated: 16}) {
		t.Errorf("8 of the agency's 16 arrived: %v", got.CompletenessOf)
	}
	if got := ask(t, b, "dossier.late", "2025-01", nil, nil).Completeness; got != nil {
		t.Errorf("nobody stated anything of January: %v", *got)
	}
}

// TestRegister: groups, fields and successors are the register's at the period's end; an agency without cases has a row;
// targets stand beside values. By hand: A hands over to B on 1 July 2024.
func TestRegister(t *testing.T) {
	b, conn := books(t)
	fill(t, conn,
		cell{subject: "1", measure: lifecycle.Opened, day: "2024-02-03", agency: "A"}, cell{subject: "2", measure: lifecycle.Opened, day: "2024-08-03", agency: "B"},
		cell{subject: "3", measure: lifecycle.Opened, day: "2024-08-03", agency: "X"}, cell{subject: "3", measure: lifecycle.Settled, day: "2024-08-05", agency: "X", marks: lifecycle.Promised | lifecycle.OnTime},
	)
	if err := conn.Exec(t.Context(), "INSERT INTO cells (family, subject, agency, measure, day, procedure, n) VALUES ('dossier', '4', 'A', 'opened', '2024-03-03', '1.000123.000.00.00.H24', 1)"); err != nil {
		t.Fatal(err)
	}
	known := register.Empty(zone, func(string) (register.Figure, bool) { return register.Figure{Ratio: true, Higher: true}, true })
	for kind, content := range map[register.Kind]string{
		register.Agencies: `agencies:
  - {code: A, names: {vi: Quận A, en: District A}, group: district, to: 2024-06-30, successor: B}
  - {code: B, names: {vi: Phường B, en: Ward B}, group: commune, from: 2024-07-01}
  - {code: C, names: {vi: Sở C, en: Department C}, group: department}
`,
		register.Procedures: `procedures:
  - {code: "1.000123", names: {vi: Cấp phép, en: Permit}, field: building, term: 10}
`,
	} {
		var err error
		if known, err = known.With(kind, []byte(content), time.Now().Add(time.Duration(len(known.Loads()))*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	known, err := known.With(register.Targets, []byte(`targets:
  - {figure: dossier.on_time_rate, target: 0.95, source: QD-1}
  - {figure: dossier.on_time_rate, group: commune, target: 0.5}
  - {figure: dossier.on_time_rate, period: month, target: 0.75, from: 2024-08-01, to: 2024-08-31}
`), time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	b.Registers = func() *register.Registers { return known }
	f := func(id, p string, fold bool, by []string, where map[string][]string, want string) {
		t.Helper()
		of, err := period.Parse(p, b.Now(), zone)
		if err != nil {
			t.Fatal(err)
		}
		figures, err := b.Ask(t.Context(), Query{ID: id, Period: of, By: by, Where: where, Fold: fold})
		if err != nil {
			t.Fatal(err)
		}
		if got := short(figures[0]); got != want {
			t.Errorf("%s %s by %v where %v: got %s, want %s", id, p, by, where, got, want)
		}
	}
	f("dossier.received", "2024", false, []string{"agency"}, nil, `{"agency":"A","value":2} {"agency":"B","value":1} {"agency":"C","value":0} {"agency":"X","value":1}`)
	f("dossier.received", "2024", true, []string{"agency"}, nil, `{"agency":"B","value":3} {"agency":"C","value":0} {"agency":"X","value":1}`)
	f("dossier.received", "2024", true, nil, map[string][]string{"agency": {"B"}}, `{"value":3}`)
	f("dossier.received", "2024", true, []string{"group"}, nil, `{"group":null,"value":1} {"group":"commune","value":3}`)
	f("dossier.received", "2024", false, nil, map[string][]string{"group": {"district"}}, `{"value":2}`)
	f("dossier.received", "2024", false, []string{"field"}, nil, `{"field":null,"value":3} {"field":"building","value":1}`)
	f("dossier.on_time_rate", "2024-08", false, nil, nil, `{"numerator":1,"denominator":1,"value":1,"low":0.20654931437723745,"high":1,"target":0.75}`)
	f("dossier.on_time_rate", "2024-Q3", false, nil, nil, `{"numerator":1,"denominator":1,"value":1,"low":0.20654931437723745,"high":1,"target":0.95}`)
	// Nobody who had no case in the period has a row, but those of the register, whom filters of agencies leave.
	f("dossier.received", "2024-09", false, []string{"agency"}, nil, `{"agency":"A","value":0} {"agency":"B","value":0} {"agency":"C","value":0}`)
	f("dossier.received", "2024-08", false, []string{"agency"}, map[string][]string{"agency": {"A", "C"}}, `{"agency":"A","value":0} {"agency":"C","value":0}`)
	f("dossier.received", "2024-08", false, []string{"agency"}, map[string][]string{"group": {"department"}}, `{"agency":"C","value":0}`)
	f("dossier.on_time_rate", "2024-08", false, []string{"agency"}, map[string][]string{"agency": {"C"}, "channel": {"online"}}, `{"agency":"C","numerator":0,"denominator":0,"value":null,"low":null,"high":null,"target":0.75}`)
	f("dossier.received", "2024-09", false, []string{"procedure"}, nil, `{"procedure":null,"value":0} {"procedure":"1.000123.000.00.00.H24","value":0}`)
	// A group's target stands beside the group, a month's beside the month in which it holds.
	f("dossier.on_time_rate", "2024-Q3", false, []string{"group"}, map[string][]string{"agency": {"B"}}, `{"group":"commune","numerator":0,"denominator":0,"value":null,"low":null,"high":null,"target":0.5}`)
	f("dossier.on_time_rate", "2024-Q3", false, nil, map[string][]string{"group": {"commune"}}, `{"numerator":0,"denominator":0,"value":null,"low":null,"high":null,"target":0.5}`)
	f("dossier.on_time_rate", "2024-Q3", false, []string{"month"}, map[string][]string{"agency": {"X"}}, `{"month":"2024-08","numerator":1,"denominator":1,"value":1,"low":0.20654931437723745,"high":1,"target":0.75}`)
	if err := conn.Exec(t.Context(), "INSERT INTO heard (family, agency, last) VALUES ('dossier', 'A', '2024-02-03 01:00:00'), ('dossier', 'B', '2024-01-03 01:00:00')"); err != nil {
		t.Fatal(err)
	}
	f("dossier.received", "2024", true, []string{"agency"}, map[string][]string{"agency": {"B"}}, `{"agency":"B","value":3,"last_event":"2024-02-03T08:00:00+07:00"}`)
	// On a past day nothing was known of what came later.
	year, err := period.Parse("2024", b.Now(), zone)
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2024-01-15": `{"agency":"A","value":1}`, "2024-02-10": `"last_event":"2024-02-03T08:00:00+07:00"`} {
		then, err := b.Ask(t.Context(), Query{ID: "dossier.received", Period: year, By: []string{"agency"}, Where: map[string][]string{"agency": {"A"}}, AsOf: day})
		if err != nil || !strings.Contains(short(then[0]), want) {
			t.Errorf("as of %s: %s, %v", day, short(then[0]), err)
		}
	}
	// What agencies report of themselves follows the register as well.
	for agency, numbers := range map[string]string{"A": `"value":1,"target":4`, "B": `"value":1,"target":2`} {
		say(t, conn, "indicator.reported", agency+"/iso/2024", fmt.Sprintf(`{"agency":%q,"indicator":"iso","period":"2024",%s}`, agency, numbers), time.Date(2024, 12, 31, 0, 0, 0, 0, time.UTC))
	}
	const none = `"numerator":0,"denominator":0,"value":null,"low":null,"high":null`
	f("org.iso_ratio", "2024", false, []string{"agency"}, nil, `{"agency":"A","numerator":1,"denominator":4,"value":0.25,"low":null,"high":null} {"agency":"B","numerator":1,"denominator":2,"value":0.5,"low":null,"high":null} {"agency":"C",`+none+`}`)
	f("org.iso_ratio", "2024", true, []string{"agency"}, nil, `{"agency":"B","numerator":2,"denominator":6,"value":0.3333333333333333,"low":null,"high":null} {"agency":"C",`+none+`}`)
	f("org.iso_ratio", "2024", false, []string{"group"}, nil, `{"group":"commune","numerator":1,"denominator":2,"value":0.5,"low":null,"high":null} {"group":"district","numerator":1,"denominator":4,"value":0.25,"low":null,"high":null}`)
	f("org.iso_ratio", "2024", true, nil, map[string][]string{"agency": {"B"}}, `{"numerator":2,"denominator":6,"value":0.3333333333333333,"low":null,"high":null}`)
}

// TestRecords: figures of the records themselves. By hand: of A's case three records stand, told after 0, 10 and 30 hours, the last of them a
// month later; of B's one after 20 hours, which B may not tell.
func TestRecords(t *testing.T) {
	b, conn := books(t)
	after := func(hours int64) int32 { return 1 + lifecycle.BinOf(hours*3_600_000) }
	fill(t, conn,
		cell{subject: "1", source: "urn:x", channel: "post", measure: lifecycle.Recorded, day: "2025-02-03", delay: after(0), stamp: "2025-02-05"},
		cell{subject: "1", source: "urn:x", channel: "post", measure: lifecycle.Recorded, day: "2025-02-03", delay: after(10), stamp: "2025-02-05"},
		cell{subject: "1", source: "urn:x", channel: "post", measure: lifecycle.Recorded, day: "2025-03-03", delay: after(30), stamp: "2025-03-05"},
		cell{subject: "2", agency: "B", source: "urn:y", measure: lifecycle.Recorded, day: "2025-02-03", delay: after(20), stamp: "2025-02-05"},
		cell{subject: "2", agency: "B", source: "urn:y", measure: lifecycle.Foreign, day: "2025-02-03", stamp: "2025-02-05"},
		cell{subject: "2", agency: "B", measure: lifecycle.Opened, day: "2025-02-03", stamp: "2025-02-05"},
	)
	f := func(id, p string, by []string, want string) {
		t.Helper()
		if got := short(ask(t, b, id, p, by, nil)); got != want {
			t.Errorf("%s %s by %v: got %s, want %s", id, p, by, got, want)
		}
	}
	f("quality.foreign_rate", "2025-Q1", nil, `{"numerator":1,"denominator":4,"value":0.25,"low":0.04558726080970055,"high":0.6993581574175981}`)
	f("quality.foreign_rate", "2025-01", nil, `{"numerator":0,"denominator":0,"value":null,"low":null,"high":null}`)
	f("quality.foreign_rate", "2025-Q1", []string{"source", "month"}, `{"source":"urn:x","month":"2025-02","numerator":0,"denominator":2,"value":0,"low":0,"high":0.6576197724933468} {"source":"urn:x","month":"2025-03","numerator":0,"denominator":1,"value":0,"low":0,"high":0.7934506856227626} {"source":"urn:y","month":"2025-02","numerator":1,"denominator":1,"value":1,"low":0.20654931437723745,"high":1}`)
	reported, err := period.ParseReport("2025-Q1", now, zone)
	if err != nil {
		t.Fatal(err)
	}
	figures, err := b.Ask(t.Context(), Query{ID: "quality.report_delay_p90", Period: reported, By: []string{"month"}})
	if err != nil || len(figures[0].Rows) != 2 || *figures[0].Rows[0].Keys.Of("month") != "2025-02" || *figures[0].Rows[0].N != 3 || *figures[0].Rows[1].Keys.Of("month") != "2025-03" {
		t.Errorf("delays by reporting month: %+v, %v", figures, err)
	}
	// Of the cube of delays, of the journal itself, and of what it said on a day.
	for _, of := range []struct {
		by    []string
		where map[string][]string
		asOf  string
		want  string
	}{
		{by: []string{"source"}, want: "urn:x 30 of 3, urn:y 20 of 1"},
		{by: []string{"source"}, where: map[string][]string{"agency": {"A"}}, want: "urn:x 30 of 3"},
		{by: []string{"channel"}, want: "- 20 of 1, post 30 of 3"},
		{by: []string{"month"}, want: "2025-02 20 of 3, 2025-03 30 of 1"},
		{by: []string{"agency"}, asOf: "2025-03-04", want: "A 10 of 2, B 20 of 1"},
		{where: map[string][]string{"channel": {"post"}}, want: "30 of 3"},
	} {
		p, err := period.Parse("2025-Q1", now, zone)
		if err != nil {
			t.Fatal(err)
		}
		figures, err := b.Ask(t.Context(), Query{ID: "quality.report_delay_p90", Period: p, By: of.by, Where: of.where, AsOf: of.asOf})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range figures[0].Rows {
			text := fmt.Sprintf("%.0f of %d", *r.Value, *r.N)
			for _, by := range of.by {
				if key := r.Keys.Of(by); key == nil {
					text = "- " + text
				} else {
					text = *key + " " + text
				}
			}
			got = append(got, text)
		}
		if all := strings.Join(got, ", "); all != of.want {
			t.Errorf("delays by %v where %v as of %s: %s, want %s", of.by, of.where, of.asOf, all, of.want)
		}
	}
	rows := ask(t, b, "quality.report_delay_p90", "2025-Q1", []string{"agency"}, nil).Rows
	if len(rows) != 2 || *rows[0].N != 3 || math.Abs(*rows[0].Value-30) > .3 || *rows[1].N != 1 || math.Abs(*rows[1].Value-20) > .2 {
		t.Errorf("delays: %+v", rows)
	}
	of, err := period.Parse("2025-Q1", now, zone)
	if err != nil {
		t.Fatal(err)
	}
	var queries []Query // which are read once where they can be
	for _, by := range [][]string{nil, {"source"}, {"agency"}, {"source", "agency"}, {"month"}, {"channel"}} {
		for _, where := range []map[string][]string{nil, {"agency": {"A"}}} {
			queries = append(queries, Query{ID: "quality.report_delay_p90", Period: of, By: by, Where: where})
		}
	}
	together, err := b.Ask(t.Context(), queries...)
	if err != nil {
		t.Fatal(err)
	}
	for i, q := range queries {
		alone, err := b.Ask(t.Context(), q)
		if diff := cmp.Diff(alone[0].Rows, together[i].Rows, cmp.AllowUnexported(Row{})); err != nil || diff != "" {
			t.Errorf("delays by %v where %v, asked together with others (+) and alone (-): %v\n%s", q.By, q.Where, err, diff)
		}
	}
	for part, want := range map[Part]int64{All: 4, Numerator: 1} {
		list, err := b.Cases(t.Context(), Query{ID: "quality.foreign_rate", Period: of}, Listing{Part: part, Limit: 10})
		if err != nil || list.Sum != want {
			t.Errorf("cases %q: %+v, %v; want %d records", part, list, err, want)
		}
	}
}
