package kpi

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"tiendo/internal/booking"
	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
	"tiendo/internal/register"
)

// ledgerOf is that of a booker that runs.
func ledgerOf(t *testing.T, conn driver.Conn) *booking.Ledger {
	t.Helper()
	return bookerOf(t, conn).Ledger()
}

// bookerOf runs a booker, whose ledger can be read.
func bookerOf(t *testing.T, conn driver.Conn) *booking.Booker {
	t.Helper()
	booker := booking.New(booking.Options{
		Conn: conn, Rules: func() *lifecycle.Rules { return lifecycle.Builtin(zone) }, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)), Registry: prometheus.NewRegistry(),
	})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- booker.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	for end := time.Now().Add(30 * time.Second); !booker.Ledger().Read(func(booking.Page) {}); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the ledger was not read")
		}
	}
	return booker
}

// plainly writes rows without their intervals: of random lines some rates are none.
func plainly(f Figure) (rows []string) {
	for _, r := range f.Rows {
		text := r.text()
		for _, key := range r.Keys {
			if key.Code != nil {
				text += " " + *key.Code
			}
		}
		rows = append(rows, text+" "+r.NoDataSince)
	}
	return append(rows, fmt.Sprint(f.Quiet))
}

// TestMemoryAnswersLikeTheEngine: every figure of periods that begin and end on any day, by every grouping that memory knows,
// is what the engine adds up.
func TestMemoryAnswersLikeTheEngine(t *testing.T) {
	conn := enginetest.Conn(t)
	// Memory keeps the days of the last months, so that the clock is now.
	now := time.Now().In(zone).Truncate(time.Second)
	rng := rand.New(rand.NewPCG(20, 26))
	measures := []lifecycle.Measure{
		lifecycle.Opened, lifecycle.Settled, lifecycle.Ended, lifecycle.Breached, lifecycle.Redeemed, lifecycle.AskedAgain, lifecycle.AskedOver, lifecycle.Due, lifecycle.Paused, lifecycle.Resumed,
		lifecycle.Awaiting, lifecycle.Answered, lifecycle.Returned, lifecycle.Paid, lifecycle.Rated, lifecycle.Scored, lifecycle.Stray, lifecycle.Sessions,
		lifecycle.LegOpened, lifecycle.LegSettled, lifecycle.LegBreached, lifecycle.Recorded, lifecycle.Foreign, lifecycle.Worked, lifecycle.Accepted, lifecycle.Confirmed, lifecycle.Left,
	}
	var cells []cell
	for i := range 4000 {
		day := now.AddDate(0, 0, rng.IntN(20)-rng.IntN(1+rng.IntN(700)))
		c := cell{
			family: []string{"dossier", "task", "petition", "finding", "reception"}[rng.IntN(5)], subject: fmt.Sprint(i), agency: string(rune('A' + rng.IntN(4))),
			source: []string{"", "urn:x", "urn:y"}[rng.IntN(3)], measure: measures[rng.IntN(len(measures))], day: day.Format(time.DateOnly), marks: lifecycle.Marks(rng.Uint32() & rng.Uint32() & (1<<31 - 1)), n: 1 + rng.Int64N(3),
			level: []string{"", "full", "partial"}[rng.IntN(3)], kind: []string{"", "complaint"}[rng.IntN(2)], procedure: fmt.Sprint("1.00000", rng.IntN(5)),
		}
		if c.measure == lifecycle.Due || c.measure == lifecycle.Breached || c.measure == lifecycle.AskedOver {
			c.millis = rng.Uint32N(86_400_000)
		}
		if c.measure == lifecycle.Recorded {
			c.marks, c.delay = 0, 1+rng.Int32N(5)*rng.Int32N(400)
		}
		if booking.Binned(c.measure) {
			c.marks, c.bin = 0, rng.Int32N(5)*rng.Int32N(400)
		}
		cells = append(cells, c)
	}
	fill(t, conn, cells...)
	known := register.Empty(zone, nil)
	known, err := known.With(register.Agencies, []byte(`agencies:
  - {code: A, names: {vi: A, en: A}, group: g, to: 2020-01-01, successor: B}
  - {code: B, names: {vi: B, en: B}, group: h}
  - {code: C, names: {vi: C, en: C}, group: h}
`), now)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Conn: conn, Zone: zone, Now: func() time.Time { return now }, Events: func() uint64 { return 0 }, Registers: func() *register.Registers { return known }}
	plain := New(o)
	o.Ledger = ledgerOf(t, conn)
	quick := New(o)

	day := func(back int) string { return now.AddDate(0, 0, -back).Format(time.DateOnly) }
	compared, rows, margins := 0, 0, 0
	for _, id := range []string{"mtd", "d30", fmt.Sprint(now.Year() - 1), day(500) + ".." + day(3), day(40) + ".." + day(35), day(100) + ".." + day(now.Day()), "2020-01-01..2030-12-31"} {
		p, err := period.Parse(id, now, zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, where := range []map[string][]string{nil, {"agency": {"A", "C"}}, {"group": {"h"}}} {
			q := Query{Period: p, Where: where}
			want, err := plain.Margins(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			got, err := quick.Margins(t.Context(), q)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Fatalf("margins of %s where %v (-engine +memory): %v\n%s", id, where, err, diff)
			}
			margins += len(want.Settled) + len(want.History)
		}
		for _, by := range [][]string{
			nil, {"agency"}, {"month", "group"}, {"quarter", "agency"}, {"source"}, {"source", "month"}, {"level"}, {"month", "kind"}, {"procedure"}, {"procedure", "quarter"},
		} {
			of := []Query{{}, {Fold: true, Where: map[string][]string{"group": {"h"}}}}
			switch {
			case slices.Contains(by, "source"):
				of = []Query{{}, {Where: map[string][]string{"source": {"urn:x", "urn:y"}}}}
			case slices.Contains(by, "level"):
				of = []Query{{}, {Where: map[string][]string{"level": {"full"}}}}
			case slices.Contains(by, "kind"):
				of = []Query{{}, {Where: map[string][]string{"kind": {"complaint"}}}}
			case slices.Contains(by, "procedure"):
				of = []Query{{Counted: true}, {Counted: true, Where: map[string][]string{"procedure": {"1.000001", "1.000003"}}}}
			}
			for _, more := range of {
				var queries []Query
				for _, d := range Catalogue() {
					if can := dimensions(&d); !d.Reported() && (!d.looksAhead() || timeOf(by) == "") && (!slices.Contains(by, "source") || slices.Contains(can, "source")) {
						queries = append(queries, Query{ID: d.ID, Period: p, By: by, Fold: more.Fold, Where: more.Where, Counted: more.Counted})
					}
				}
				want, err := plain.Ask(t.Context(), queries...)
				if err != nil {
					t.Fatal(err)
				}
				got, err := quick.Ask(t.Context(), queries...)
				if err != nil {
					t.Fatal(err)
				}
				for i := range want {
					if diff := cmp.Diff(plainly(want[i]), plainly(got[i])); diff != "" {
						t.Fatalf("%s of %s by %v %+v (-engine +memory):\n%s", want[i].ID, id, by, more, diff)
					}
					compared, rows = compared+1, rows+len(want[i].Rows)
				}
			}
		}
	}
	want, err := plain.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := quick.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if diff := cmp.Diff(plainly(want[i]), plainly(got[i])); diff != "" || i < 2 && len(want[i].Rows) < 4 {
			t.Errorf("%s (-engine +memory):\n%s", want[i].ID, diff)
		}
	}
	if compared < 3_000 || rows < 10_000 || margins < 300 {
		t.Errorf("only %d figures, %d rows, %d margins were compared", compared, rows, margins)
	}
	t.Log(compared, "figures,", rows, "rows")
}

// TestWhatThereIsNothingOfIsNotAsked: of a family that the city tells nothing of the engine is asked nothing, however it is told apart; until
// something is told of it, and of a past day, on which there may have been something.
func TestWhatThereIsNothingOfIsNotAsked(t *testing.T) {
	conn := enginetest.CountedConn(t)
	now := time.Now().In(zone).Truncate(time.Second)
	day := now.AddDate(0, 0, -1).Format(time.DateOnly)
	fill(t, conn, cell{family: "dossier", subject: "1", agency: "A", measure: lifecycle.Opened, day: day, n: 1})
	month, err := period.Parse("d30", now, zone)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Conn: conn, Zone: zone, Now: func() time.Time { return now }, Events: func() uint64 { return 0 }}
	ask := func(q Query, asks bool) {
		t.Helper()
		want, err := New(o).Ask(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		o := o
		o.Ledger = ledgerOf(t, conn.Conn)
		quick := New(o)
		if _, err := quick.Ask(t.Context(), Query{ID: "dossier.received", Period: month}); err != nil { // what sources state is read
			t.Fatal(err)
		}
		before := conn.Questions.Load()
		got, err := quick.Ask(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if n := conn.Questions.Load() - before; asks != (n > 0) {
			t.Errorf("%+v: %d questions", q, n)
		}
		if diff := cmp.Diff(plainly(want[0]), plainly(got[0])); diff != "" {
			t.Errorf("%+v (-engine +memory):\n%s", q, diff)
		}
	}
	byIssuer := Query{ID: "task.on_time_rate", Period: month, By: []string{"issuer"}}
	ofUnit := Query{ID: "task.open", Period: month, Where: map[string][]string{"unit": {"A.1"}}}
	ask(byIssuer, false)
	ask(ofUnit, false)
	ask(Query{ID: "finding.raised", Period: month, By: []string{"kind"}, Where: map[string][]string{"agency": {"A"}}}, false)
	ask(Query{ID: "task.open", Period: month, By: []string{"issuer"}, AsOf: day}, true)
	ask(Query{ID: "dossier.open", Period: month, By: []string{"unit"}}, true)
	fill(t, conn, cell{family: "task", subject: "2", agency: "A", measure: lifecycle.Opened, day: day, n: 1})
	ask(byIssuer, true)
	ask(ofUnit, true)
}

// TestBeforeTheBooks: of a day before anything of the books had arrived the engine is asked for that day alone, once; what arrived before it and is booked
// later is told.
func TestBeforeTheBooks(t *testing.T) {
	conn := enginetest.CountedConn(t)
	now := time.Now().In(zone).Truncate(time.Second)
	day := func(back int) string { return now.AddDate(0, 0, -back).Format(time.DateOnly) }
	fill(t, conn, cell{subject: "1", measure: lifecycle.Opened, day: day(300), stamp: day(9), cause: "event"})
	year, err := period.Parse("2020-01-01.."+day(1), now, zone)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(b *Books, asOf string, want float64, questions int64) {
		t.Helper()
		before := conn.Questions.Load()
		figures, err := b.Ask(t.Context(), Query{ID: "dossier.received", Period: year, AsOf: asOf})
		if err != nil {
			t.Fatal(err)
		}
		if got := *figures[0].Rows[0].Value; got != want {
			t.Errorf("%s: %v, want %v", asOf, got, want)
		}
		if n := conn.Questions.Load() - before; n != questions {
			t.Errorf("%s: %d questions, want %d", asOf, n, questions)
		}
	}
	o := Options{Conn: conn, Zone: zone, Now: func() time.Time { return now }, Events: func() uint64 { return 0 }}
	o.Ledger = ledgerOf(t, conn.Conn)
	b := New(o)
	if _, err := b.Ask(t.Context(), Query{ID: "dossier.received", Period: year}); err != nil { // what sources state is read
		t.Fatal(err)
	}
	// What sources had stated by then is one question more.
	ask(b, day(10), 0, 1+1)
	ask(b, day(11), 0, 0+1)
	ask(b, day(9), 1, 1+1)
	fill(t, conn, cell{subject: "2", measure: lifecycle.Opened, day: day(300), stamp: day(20), cause: "event"})
	o.Ledger = ledgerOf(t, conn.Conn)
	b = New(o)
	if _, err := b.Ask(t.Context(), Query{ID: "dossier.received", Period: year}); err != nil {
		t.Fatal(err)
	}
	ask(b, day(10), 1, 2+1)
}

// TestMemoryKnowsEveryBin: what quantiles of the books are of stands in memory by bin.
func TestMemoryKnowsEveryBin(t *testing.T) {
	n := 0
	for _, d := range Catalogue() {
		if d.measure != "" && d.measure != lifecycle.Recorded {
			if n++; !booking.Binned(d.measure) {
				t.Errorf("memory has no bins of %s, of which %s is", d.measure, d.ID)
			}
		}
	}
	if n == 0 {
		t.Error("no figure is a quantile")
	}
}
