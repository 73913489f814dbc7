package kpi

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"tiendo/internal/calendar"
	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
	"tiendo/internal/register"
)

// TestDayOfAnInstant: the engine finds the same day as the calendar, in zones that change their clocks and in those that do not.
func TestDayOfAnInstant(t *testing.T) {
	conn := enginetest.Conn(t)
	for name, fixed := range map[string]bool{"Asia/Ho_Chi_Minh": true, "Europe/Berlin": false, "America/New_York": false} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		b := New(Options{Conn: conn, Zone: zone, Now: func() time.Time { return now }, Events: func() uint64 { return 0 }})
		if _, is := fixedOffset(zone, now); is != fixed {
			t.Errorf("%s has one offset: %t", name, is)
		}
		for hour := 0; hour < 24*40; hour += 5 { // over the days on which clocks change
			at := time.Date(2025, 3, 1, hour, 59, 59, 999_000_000, time.UTC)
			var got int64
			err := conn.QueryRow(t.Context(), "SELECT toInt64("+b.dayOf("toDateTime64({at:String}, 3, 'UTC')")+")", clickhouse.Named("at", at.Format("2006-01-02 15:04:05.000"))).Scan(&got)
			if want := calendar.DayOf(at, zone); err != nil || calendar.Day(got) != want {
				t.Fatalf("%s in %s is on %s, want %s (%v)", at, name, calendar.Day(got), want, err)
			}
		}
	}
}

// TestMargins: now is Wednesday 12 March 2025, noon.
func TestMargins(t *testing.T) {
	b, conn := books(t)
	at := func(s string) *time.Time {
		if s == "" {
			return nil
		}
		of, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return &of
	}
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO verdicts (family, subject, verdict, opened, closed, deadline, paused, agency, channel, block)")
	if err != nil {
		t.Fatal(err)
	}
	var cells []cell
	for i, v := range []struct {
		verdict, agency, opened, closed, deadline string
		paused                                    bool
		block                                     uint64
		left                                      int
	}{
		{"open", "A", "2025-03-03 08:00", "", "2025-03-12 23:59", false, 1, 0}, // due today: 0 left, 7 working days old
		{"open", "A", "2025-03-10 08:00", "", "2025-03-17 23:59", false, 1, 0}, // Thursday, Friday, Monday: 3 left
		{"open", "A", "2025-02-03 08:00", "", "2025-03-07 23:59", false, 1, 0}, // Friday last: 3 late
		{"paused", "A", "2025-03-11 08:00", "", "", true, 1, 0},
		{"voided", "A", "2025-03-11 08:00", "", "2025-03-17 23:59", false, 1, 0},
		{"early", "A", "2025-03-03 08:00", "2025-03-07 16:00", "2025-03-11 23:59", false, 1, 2},   // 2 left
		{"on_time", "A", "2025-03-03 08:00", "2025-03-11 16:00", "2025-03-11 23:59", false, 1, 0}, // 0 left
		{"late", "A", "2025-03-03 08:00", "2025-03-10 16:00", "2025-03-07 23:59", false, 1, -1},   // 1 late
		{"late", "B", "2024-06-03 08:00", "2024-06-10 16:00", "2024-06-07 23:59", false, 1, -1},   // of history, not of the period
		{"late", "B", "2023-06-05 08:00", "2023-06-12 16:00", "2023-06-09 23:59", false, 1, -1},   // older than a year
	} {
		if v.verdict != "voided" {
			cells = append(cells, cell{family: "dossier", subject: fmt.Sprint(i), measure: lifecycle.Opened, day: v.opened[:10], agency: v.agency, channel: "online", n: 1})
		}
		if v.closed != "" {
			cells = append(cells, cell{family: "dossier", subject: fmt.Sprint(i), measure: lifecycle.Settled, day: v.closed[:10], marks: promised, agency: v.agency, channel: "online", n: 1},
				cell{family: "dossier", subject: fmt.Sprint(i), measure: lifecycle.Left, day: v.closed[:10], bin: lifecycle.LeftBin(v.left), agency: v.agency, channel: "online", n: 1})
		}
		if err := batch.Append("dossier", fmt.Sprint(i), v.verdict, at(v.opened), at(v.closed), at(v.deadline), v.paused, v.agency, "online", v.block); err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
	fill(t, conn, cells...)
	march, err := period.Parse("2025-03", now, zone)
	if err != nil {
		t.Fatal(err)
	}
	m, err := b.Margins(t.Context(), Query{Period: march, Where: map[string][]string{"channel": {"online"}}})
	if err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string][2]string{
		"open":    {fmt.Sprint(m.Open), "[{A -3 1} {A 0 1} {A 3 1}]"},
		"settled": {fmt.Sprint(m.Settled), "map[-1:1 0:1 2:1]"},
		"history": {fmt.Sprint(m.History), "[{A -1 1} {A 0 1} {A 2 1} {B -1 1}]"},
		"aged":    {fmt.Sprint(m.Aged), "map[1:1 2:1 7:1 27:1]"},
		"undated": {fmt.Sprint(m.Undated), "1"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s is %s, want %s", what, got[0], got[1])
		}
	}
	// Of those of A that were open with one day left, two of three were settled later: one of the two late.
	if missed, of, ok := Chance(m.History[:3], 1, 2); missed != 1 || of != 2 || !ok {
		t.Errorf("%d of %d, %v", missed, of, ok)
	}
	if missed, of, ok := Chance(m.History, 60, 20); missed != 2 || of != 4 || ok {
		t.Errorf("%d of %d, %v", missed, of, ok)
	}
	if none, err := b.Margins(t.Context(), Query{Period: march, Where: map[string][]string{"agency": {"C"}}}); err != nil || len(none.Open)+len(none.Settled)+len(none.History) != 0 {
		t.Errorf("%+v, %v", none, err)
	}
	over, err := period.Parse("2025-02-01..2025-03-11", now, zone)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := b.Margins(t.Context(), Query{Period: over}); err != nil || len(m.Settled) != 3 || len(m.Open)+len(m.Aged)+len(m.History) != 0 {
		t.Errorf("of a period that is over: %+v, %v", m, err)
	}
	if _, err := b.Margins(t.Context(), Query{Period: march, Where: map[string][]string{"colour": {"red"}}}); err == nil {
		t.Error("a filter that is none is taken")
	}

	// Each bar leads to as many cases as it says.
	for _, c := range []struct {
		id, left, age string
		want          uint64
	}{
		{"dossier.open", "0", "", 1},
		{"dossier.open", "..-1", "", 1},
		{"dossier.open", "1..", "", 1},
		{"dossier.open", "-3..3", "", 3},
		{"dossier.open", "", "1..2", 2},
		{"dossier.open", "", "7", 1},
		{"dossier.open", "3", "2", 1},
		{"dossier.open", "", "21..", 1},
		{"dossier.on_time_rate", "..-1", "", 1},
		{"dossier.on_time_rate", "0", "", 1},
		{"dossier.on_time_rate", "1..60", "", 1},
		{"dossier.on_time_rate", "", "0..", 0},
	} {
		q := Query{ID: c.id, Period: march, Where: map[string][]string{"channel": {"online"}}}
		of := Listing{Limit: 10, Order: ByDeadline}
		var errs [2]error
		of.Left, errs[0] = ReadDays("left", c.left)
		of.Age, errs[1] = ReadDays("age", c.age)
		list, err := b.Cases(t.Context(), q, of)
		if err := errors.Join(errs[0], errs[1], err); err != nil {
			t.Fatal(err)
		}
		if list.Total != c.want || len(list.Cases) != int(c.want) {
			t.Errorf("%s, %q left, %q old: %d cases, want %d", c.id, c.left, c.age, list.Total, c.want)
		}
	}
	three, _ := ReadDays("left", "3")
	for _, q := range []Query{{ID: "task.open", Period: march}, {ID: "dossier.open", Period: march, AsOf: "2025-03-11"}} {
		if _, err := b.Cases(t.Context(), q, Listing{Limit: 1, Left: three}); err == nil {
			t.Errorf("%+v is asked by working days", q)
		}
	}
}

// Who is late has no working day left, also on a day off and an hour after the deadline (CONTRACT §4: overdue is deadline < T).
func TestWhatIsLateHasNothingLeft(t *testing.T) {
	saturday := time.Date(2025, 3, 15, 12, 0, 0, 0, zone)
	b := New(Options{Conn: enginetest.Conn(t), Zone: zone, Now: func() time.Time { return saturday }, Events: func() uint64 { return 0 }})
	batch, err := b.Conn.PrepareBatch(t.Context(), "INSERT INTO verdicts (family, subject, verdict, opened, deadline, agency)")
	if err != nil {
		t.Fatal(err)
	}
	end := time.Date(2025, 3, 14, 23, 59, 59, 999e6, zone)
	for agency, deadline := range map[string]time.Time{
		"a Thursday": end.AddDate(0, 0, -1), "b Friday": end, "c this morning": saturday.Add(-time.Hour), "d this instant": saturday,
		"e tonight": end.AddDate(0, 0, 1), "f tomorrow, a Sunday": end.AddDate(0, 0, 2), "g Monday": end.AddDate(0, 0, 3), "h Tuesday": end.AddDate(0, 0, 4),
	} {
		if err := batch.Append("dossier", agency, "open", saturday.AddDate(0, 0, -10), deadline, agency); err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
	of, err := period.Parse("2025-03", saturday, zone)
	if err != nil {
		t.Fatal(err)
	}
	m, err := b.Margins(t.Context(), Query{Period: of})
	if err != nil {
		t.Fatal(err)
	}
	want := "[{a Thursday -1 1} {b Friday -1 1} {c this morning -1 1} {d this instant 0 1} {e tonight 0 1} {f tomorrow, a Sunday 0 1} {g Monday 1 1} {h Tuesday 2 1}]"
	if got := fmt.Sprint(m.Open); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestDaysAreTheCitysOwn: what is near, and how many days are left, is by the city's own calendar, and by weekdays where no calendar covers them.
func TestDaysAreTheCitysOwn(t *testing.T) {
	clock := now // Wednesday
	registers := register.Empty(zone, nil)
	b := New(Options{Conn: enginetest.Conn(t), Zone: zone, Now: func() time.Time { return clock }, Events: func() uint64 { return 0 }, Registers: func() *register.Registers { return registers }})
	if err := b.Conn.Exec(t.Context(), "INSERT INTO verdicts (family, subject, verdict, opened, deadline, agency) VALUES ('dossier', 'a', 'open', '2025-03-02 05:00:00.000', '2025-03-18 16:59:59.999', 'A')"); err != nil {
		t.Fatal(err)
	}
	f := func(name, soon string, left int) {
		t.Helper()
		of, err := period.Parse("mtd", clock, zone)
		if err != nil {
			t.Fatal(err)
		}
		q := Query{ID: "dossier.due_soon", Period: of}
		if got := b.soon(q); got != soon {
			t.Errorf("%s: near is up to %s, want %s", name, got, soon)
		}
		m, err := b.readOpenMargins(t.Context(), q)
		if err != nil || len(m.Open) != 1 || m.Open[0].Days != left {
			t.Errorf("%s: %+v, %v, want %d days left", name, m.Open, err, left)
		}
		if _, err := b.Ask(t.Context(), q, Query{ID: "dossier.open", Period: of}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	f("Thursday and Friday", "2025-03-14", 4)
	var err error
	if registers, err = registers.With(register.Calendars, []byte("name: vn-office\nbase: vn-office\noff: [2025-03-13, 2025-03-14, 2028-01-03]\nto: 2028-01-31\n"), now.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	f("Monday and Tuesday", "2025-03-18", 2)
	clock = time.Date(2027, 12, 30, 10, 0, 0, 0, zone)
	f("the next year of the city's own", "2028-01-04", -30)
	registers = register.Empty(zone, nil)
	f("no calendar covers it", "2028-01-03", -30)
}

// What is open is read once for all periods that run and all who ask within some seconds, of each filter for itself.
func TestOpenMarginsAreReadOnce(t *testing.T) {
	conn := &asking{Conn: enginetest.Conn(t)}
	clock := now
	b := New(Options{Conn: conn, Zone: zone, Now: func() time.Time { return clock }, Events: func() uint64 { return 0 }})
	open := func(id string, where map[string][]string, want int) {
		t.Helper()
		of, err := period.Parse(id, clock, zone)
		if err != nil {
			t.Fatal(err)
		}
		before := conn.verdicts.Load()
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if _, err := b.Margins(t.Context(), Query{Period: of, Where: where}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := conn.verdicts.Load() - before; n != int64(want) {
			t.Errorf("%s where %v: the verdicts were read %d times, want %d", id, where, n, want)
		}
	}
	open("2025", nil, 1)
	open("2024", nil, 0)
	open("ytd", nil, 0)
	open("2024", map[string][]string{"agency": {"A"}}, 0)
	open("ytd", map[string][]string{"agency": {"A"}}, 1)
	clock = clock.Add(openPace - time.Millisecond)
	open("2025-Q1", nil, 0)
	clock = clock.Add(time.Millisecond)
	open("2025-Q1", nil, 1)
	if len(b.open) != 1 {
		t.Errorf("%d filters are remembered", len(b.open))
	}
}

// asking counts how often verdicts are read.
type asking struct {
	driver.Conn
	verdicts atomic.Int64
}

func (c *asking) Query(ctx context.Context, query string, args ...any) (driver.Rows, error) {
	if strings.Contains(query, "FROM verdicts") {
		c.verdicts.Add(1)
	}
	return c.Conn.Query(ctx, query, args...)
}

// Days are written as they are read; what is none is refused by the name of its parameter.
func TestDays(t *testing.T) {
	for _, text := range []string{"0", "-3", "3..5", "..-11", "11..", "-5..-1"} {
		if d, err := ReadDays("left", text); err != nil || d.String() != text {
			t.Errorf("%q is %v, %v", text, d, err)
		}
	}
	for _, text := range []string{"..", "5..3", "x", "1..x", "1000", "1.5", "3...5"} {
		if d, err := ReadDays("left", text); err == nil || !strings.HasPrefix(err.Error(), "left: ") {
			t.Errorf("%q is %v, %v", text, d, err)
		}
	}
	if d, err := ReadDays("left", ""); d != nil || err != nil {
		t.Errorf("nothing is %v, %v", d, err)
	}
}
