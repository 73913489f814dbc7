package booking

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

func TestMain(m *testing.M) { os.Exit(enginetest.Run(m)) }

var (
	zone  = time.FixedZone("+07", 7*60*60)
	rules = lifecycle.Builtin(zone)
)

func newBooker(t testing.TB, conn driver.Conn) *Booker {
	t.Helper()
	return New(Options{Conn: conn, Rules: func() *lifecycle.Rules { return rules }, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)), Registry: prometheus.NewRegistry()})
}

// bookAll resumes and books until nothing is waiting.
func bookAll(t *testing.T, b *Booker) {
	t.Helper()
	if err := b.resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	bookRest(t, b)
}

// bookRest books until nothing is waiting.
func bookRest(t *testing.T, b *Booker) {
	t.Helper()
	for range 1000 {
		before := b.Mark().Block
		b.lookAgain = time.Time{}
		if _, err := b.step(t.Context()); err != nil {
			t.Fatal(err)
		}
		if b.Mark().Block == before {
			return
		}
	}
	t.Fatal("the booker never comes to an end")
}

// store inserts events as a loader does.
func store(t *testing.T, conn driver.Conn, events []event.Event) {
	t.Helper()
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO events (family, subject, source, id, type, time, recorded, retracted, data, arrival, bound_to, collector, entry, position, seniority)")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if err := batch.Append(string(e.Type.Family()), e.Subject, e.Source, e.ID, string(e.Type), e.Time, e.Recorded, e.Retracted, string(e.Data), e.Arrival, e.Bound, e.Collector, e.Entry, e.Position, e.Seniority()); err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
}

// journalOf reads what the journal holds, folded over blocks, by case.
func journalOf(t *testing.T, conn driver.Conn) map[string]int64 {
	t.Helper()
	return journalUpTo(t, conn, math.MaxInt64)
}

// journalUpTo is what it holds up to a block.
func journalUpTo(t *testing.T, conn driver.Conn, block uint64) map[string]int64 {
	t.Helper()
	rows, err := conn.Query(t.Context(), `SELECT concat(family, '/', subject, ' ', toString(stamp), ' ', cause, ' ', measure, ' ', toString(day), ' ', toString(millis), ' ', toString(marks), ' ', toString(bin), ' ', toString(delay), ' ', agency, ' ', source) AS k, sum(n) AS s
		FROM cells WHERE family != '' AND block <= ? GROUP BY k HAVING s != 0`, block)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]int64{}
	for rows.Next() {
		var k string
		var n int64
		if err := rows.Scan(&k, &n); err != nil {
			t.Fatal(err)
		}
		all[k] = n
	}
	return all
}

// should is the same from lifecycle on the plain list.
func should(t *testing.T, events []event.Event) map[string]int64 {
	t.Helper()
	byCase := map[string][]event.Event{}
	for _, e := range events {
		name := string(e.Type.Family()) + "/" + e.Subject
		byCase[name] = append(byCase[name], e)
	}
	all := map[string]int64{}
	for name, list := range byCase {
		_, entries, err := lifecycle.Journal(list, rules)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			all[fmt.Sprintf("%s %s %s %s %s %d %d %d %d %s %s", name, e.Stamp, e.Cause, e.Measure, e.Day, e.Millis, e.Marks, e.Bin, e.Delay, e.Agency, e.Source)] += e.N
		}
	}
	return all
}

func compare(t *testing.T, got, want map[string]int64) {
	t.Helper()
	if len(want) == 0 {
		t.Fatal("nothing to compare")
	}
	for k, n := range want {
		if got[k] != n {
			t.Errorf("%s: %d in the journal, want %d", k, got[k], n)
		}
	}
	for k, n := range got {
		if _, ok := want[k]; !ok {
			t.Errorf("%s: %d in the journal, want none", k, n)
		}
	}
}

// history makes random events of n cases, that arrive over some days, by two collectors, some of them twice.
func history(r *rand.Rand, n int) []event.Event {
	start := time.Date(2025, 1, 20, 1, 0, 0, 0, time.UTC)
	steps := []struct{ step, data string }{
		{"received", `{"agency":"A","channel":"online","due":"2025-02-05"}`},
		{"received", `{"agency":"B","channel":"direct","due":"2025-02-03"}`},
		{"supplement_requested", `{}`},
		{"supplemented", `{}`},
		{"rescheduled", `{"due":"2025-02-10"}`},
		{"transferred", `{"agency":"C"}`},
		{"resolved", `{"digital":true}`},
		{"rejected", `{}`},
		{"withdrawn", `{}`},
		{"returned", `{"channel":"post"}`},
		{"rated", `{"score":4}`},
	}
	var all []event.Event
	for i := range n {
		for j := range 1 + r.IntN(7) {
			s := steps[r.IntN(len(steps))]
			if j == 0 {
				s = steps[r.IntN(2)]
			}
			at := start.Add(time.Duration(r.IntN(20*24)) * time.Hour)
			arrival := start.Add(time.Duration(r.IntN(25*24)) * time.Hour)
			all = append(all, event.Event{
				Source: "urn:test", ID: fmt.Sprint(j), Subject: fmt.Sprintf("case-%04d", i), Type: event.Type("dossier." + s.step),
				Time: at, Recorded: arrival, Retracted: r.IntN(15) == 0, Data: []byte(s.data), Arrival: arrival, Collector: fmt.Sprint("c", r.IntN(2)),
			})
		}
	}
	for _, e := range all[:len(all)/10] {
		e.Arrival = e.Arrival.Add(time.Hour)
		all = append(all, e)
	}
	// A collector's log is in the order of arrival; the facts are told in any order.
	slices.SortStableFunc(all, func(a, b event.Event) int { return a.Arrival.Compare(b.Arrival) })
	entries := map[string]uint64{}
	for i := range all {
		entries[all[i].Collector]++
		all[i].Entry = entries[all[i].Collector]
	}
	return all
}

// TestJournalIsWhatLifecycleSays, however events come in: shuffled, twice, in pieces, by two collectors, with merges and
// restarts between them.
func TestJournalIsWhatLifecycleSays(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			conn := enginetest.Conn(t)
			r := rand.New(rand.NewPCG(seed, 0))
			events := history(r, 60)
			b := newBooker(t, conn)
			for rest := events; len(rest) > 0; {
				n := min(1+r.IntN(80), len(rest))
				store(t, conn, rest[:n])
				rest = rest[n:]
				if r.IntN(3) == 0 {
					b = newBooker(t, conn)
				}
				if r.IntN(4) == 0 {
					if err := conn.Exec(t.Context(), "OPTIMIZE TABLE events FINAL"); err != nil {
						t.Fatal(err)
					}
				}
				bookAll(t, b)
			}
			compare(t, journalOf(t, conn), should(t, events))
			distinct := map[string]bool{}
			for _, e := range events {
				distinct[e.Subject+" "+e.ID] = true
			}
			if got := b.Mark().Events; got != uint64(len(distinct)) {
				t.Errorf("%d events are said to be booked, want %d", got, len(distinct))
			}
		})
	}
}

// TestBookingAgainAddsNothing: not from the beginning, and not with verdicts lost.
func TestBookingAgainAddsNothing(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(9, 9)), 40)
	store(t, conn, events)
	b := newBooker(t, conn)
	bookAll(t, b)
	before := rowsOf(t, conn)
	b = newBooker(t, conn)
	if err := b.resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.from.Entries, b.from.Events = map[string]uint64{}, 0
	if _, err := b.step(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := rowsOf(t, conn); after != before {
		t.Errorf("%d rows became %d", before, after)
	}
	compare(t, journalOf(t, conn), should(t, events))
}

// TestMarkAfterAStart: a start knows at once what the figures contain, and says so even if there is nothing to book; who asked
// before would else think that something waits. Two starts, for the first writes the last block again.
func TestMarkAfterAStart(t *testing.T) {
	conn := enginetest.Conn(t)
	store(t, conn, history(rand.New(rand.NewPCG(15, 15)), 20))
	first := newBooker(t, conn)
	bookAll(t, first)
	want := first.Mark()
	if want.Arrival.IsZero() || want.Events == 0 {
		t.Fatalf("nothing was booked: %+v", want)
	}
	for range 2 {
		b := newBooker(t, conn)
		var told []Mark
		b.Booked = func(m Mark) { told = append(told, m) }
		if err := b.resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(told) != 1 {
			t.Fatalf("told %d times", len(told))
		}
		bookAll(t, b)
		for _, m := range told {
			if !maps.Equal(m.Entries, want.Entries) || m.Events != want.Events || !m.Arrival.Equal(want.Arrival) || m.Block == 0 {
				t.Errorf("told %+v, want %+v", m, want)
			}
		}
	}
}

// TestHurtJournalHeals when its cases are booked again.
func TestHurtJournalHeals(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(10, 10)), 40)
	store(t, conn, events)
	bookAll(t, newBooker(t, conn))
	for _, hurt := range []string{
		"ALTER TABLE cells DELETE WHERE family != '' AND cityHash64(subject, measure) % 3 = 0 SETTINGS mutations_sync = 2",
		"INSERT INTO cells (family, subject, stamp, cause, measure, day, agency, n) VALUES ('dossier', 'case-0001', '2025-01-20', 'event', 'opened', '2025-01-20', 'Z', 7)",
	} {
		if err := conn.Exec(t.Context(), hurt); err != nil {
			t.Fatal(err)
		}
	}
	again := []event.Event{}
	for i := range 40 {
		again = append(again, event.Event{
			Source: "urn:test", ID: "0", Subject: fmt.Sprintf("case-%04d", i), Type: "dossier.received", Time: events[0].Time, Data: []byte(`{}`),
			Arrival: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Collector: "c0", Entry: uint64(10_000 + i),
		})
	}
	store(t, conn, again)
	bookAll(t, newBooker(t, conn))
	compare(t, journalOf(t, conn), should(t, events))
}

// TestAnotherBookersBlock makes this one step down, and its next try adds what is missing, once.
func TestAnotherBookersBlock(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(11, 11)), 40)
	store(t, conn, events)
	one, other := newBooker(t, conn), newBooker(t, conn)
	for _, b := range []*Booker{one, other} {
		if err := b.resume(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := one.step(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := other.step(t.Context()); err == nil {
		t.Fatal("two bookers wrote one block")
	}
	bookAll(t, other)
	compare(t, journalOf(t, conn), should(t, events))
}

// TestEntriesWithoutRows: an entry that left no row is booked once it is known to be loaded, so that nothing waits for ever.
func TestEntriesWithoutRows(t *testing.T) {
	conn := enginetest.Conn(t)
	store(t, conn, []event.Event{{Source: "urn:test", ID: "1", Subject: "case", Type: "dossier.received", Data: []byte(`{"agency":"A"}`), Time: time.Unix(0, 0), Collector: "c", Entry: 3, Arrival: time.Unix(9, 0)}})
	b := newBooker(t, conn)
	b.Loaded = func() (string, uint64) { return "c", 7 }
	bookAll(t, b)
	if got := b.Mark().Entries["c"]; got != 7 {
		t.Errorf("booked up to %d, want 7", got)
	}
	if got := b.Mark().Arrival; !got.Equal(time.Unix(9, 0)) {
		t.Errorf("the newest arrival is %v", got)
	}
}

// TestFirstEventsOfOnesOwn: who has just looked for collectors books the first events of its own all the same, not at its next look.
func TestFirstEventsOfOnesOwn(t *testing.T) {
	conn := enginetest.Conn(t)
	b := newBooker(t, conn)
	loaded := uint64(0)
	b.Loaded = func() (string, uint64) { return "c", loaded }
	bookAll(t, b)
	b.lookAgain = time.Now().Add(time.Hour) // it took long
	store(t, conn, []event.Event{{Source: "urn:test", ID: "1", Subject: "case", Type: "dossier.received", Data: []byte(`{"agency":"A"}`), Time: time.Unix(0, 0), Collector: "c", Entry: 3, Arrival: time.Unix(9, 0)}})
	loaded = 3
	if _, err := b.step(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.Mark(); got.Entries["c"] != 3 || got.Events != 1 {
		t.Errorf("the books hold %+v", got)
	}
}

// TestTokenWithoutRows: a kill between token and part leaves a token that swallows the block; it is written under another.
func TestTokenWithoutRows(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(12, 12)), 20)
	store(t, conn, events)
	b := newBooker(t, conn)
	// The token of the first block is used by rows that are then lost.
	lost, err := startInsert(t.Context(), conn, journalTable, "somebody", 1, "lost-"+t.Name(), "0-1-0")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(lost.send(marks(Mark{Block: 1, Entries: map[string]uint64{"c0": 1}})), lost.finish()); err != nil {
		t.Fatal(err)
	}
	if err := conn.Exec(t.Context(), "ALTER TABLE cells DELETE WHERE 1 SETTINGS mutations_sync = 2"); err != nil {
		t.Fatal(err)
	}
	bookAll(t, b)
	compare(t, journalOf(t, conn), should(t, events))
}

// TestBlockOfManyPieces: however many pieces a block is sent in, it is one part, and nothing before its end.
func TestBlockOfManyPieces(t *testing.T) {
	conn := enginetest.Conn(t)
	parts := func() (n, rows uint64) {
		t.Helper()
		err := conn.QueryRow(t.Context(), "SELECT count(), sum(rows) FROM system.parts WHERE database = currentDatabase() AND table = 'cells' AND active").Scan(&n, &rows)
		if err != nil {
			t.Fatal(err)
		}
		return n, rows
	}
	for _, finish := range []bool{false, true} {
		in, err := startInsert(t.Context(), conn, journalTable, "w", 1, fmt.Sprint(t.Name(), finish), "0-1-0")
		if err != nil {
			t.Fatal(err)
		}
		l := &lines{zone: zone}
		for piece := range 5 {
			for i := range linesAtOnce {
				l.add("dossier", fmt.Sprint(piece, "-", i), &lifecycle.Entry{Count: lifecycle.Count{N: 1}})
			}
			if err := in.send(l); err != nil {
				t.Fatal(err)
			}
		}
		if n, _ := parts(); n != 0 {
			t.Fatalf("%d parts before the end", n)
		}
		if !finish {
			in.abort()
			time.Sleep(200 * time.Millisecond) // the engine notices that the connection is gone
			continue
		}
		if err := in.finish(); err != nil {
			t.Fatal(err)
		}
		if n, rows := parts(); n != 1 || rows != 5*linesAtOnce {
			t.Errorf("%d parts with %d rows, want 1 with %d", n, rows, 5*linesAtOnce)
		}
	}
}

// TestEveryCaseHasAVerdict, also when a kill came between books and verdicts.
func TestEveryCaseHasAVerdict(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(13, 13)), 30)
	store(t, conn, events)
	bookAll(t, newBooker(t, conn))
	if err := conn.Exec(t.Context(), "TRUNCATE TABLE verdicts"); err != nil {
		t.Fatal(err)
	}
	bookAll(t, newBooker(t, conn)) // the last block is booked again
	var cases, verdicts uint64
	if err := conn.QueryRow(t.Context(), "SELECT uniqExact(subject) FROM events").Scan(&cases); err != nil {
		t.Fatal(err)
	}
	if err := conn.QueryRow(t.Context(), "SELECT uniqExact(subject) FROM verdicts").Scan(&verdicts); err != nil {
		t.Fatal(err)
	}
	if cases == 0 || cases != verdicts {
		t.Errorf("%d cases, %d verdicts", cases, verdicts)
	}
}

func rowsOf(t *testing.T, conn driver.Conn) (n uint64) {
	t.Helper()
	if err := conn.QueryRow(context.Background(), "SELECT count() FROM cells WHERE family != ''").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func runCheck(t *testing.T, conn driver.Conn) ([]Difference, Checked) {
	t.Helper()
	return check(t, conn, rules)
}

func checkBy(t *testing.T, conn driver.Conn, rules *lifecycle.Rules) []Difference {
	t.Helper()
	found, _ := check(t, conn, rules)
	return found
}

func check(t *testing.T, conn driver.Conn, rules *lifecycle.Rules) (found []Difference, checked Checked) {
	t.Helper()
	mark, _, err := lastMarks(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	c := Check{Conn: conn, Rules: rules, Booked: mark, Cells: true, Verdicts: true, Found: func(d Difference) { found = append(found, d) }, Progress: func(Checked) {}}
	if checked, err = c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return found, checked
}

// TestCheck finds nothing in books that are right, and names what is hurt.
func TestCheck(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(14, 14)), 50)
	store(t, conn, events)
	bookAll(t, newBooker(t, conn))
	found, checked := runCheck(t, conn)
	if len(found) > 0 || checked.Cases != 50 || checked.Events < 50 {
		t.Errorf("right books: %+v, found %v", checked, found)
	}
	for _, hurt := range []string{
		"INSERT INTO cells (family, subject, stamp, cause, measure, day, agency, n) VALUES ('dossier', 'case-0001', '2025-01-20', 'event', 'opened', '2025-01-20', 'Z', 7)",
		"INSERT INTO cells (family, subject, stamp, cause, measure, day, agency, n) VALUES ('dossier', 'ghost', '2025-01-20', 'event', 'opened', '2025-01-20', 'Z', 1)",
		"INSERT INTO verdicts (family, subject, verdict, block) VALUES ('dossier', 'case-0002', 'voided', 99)",
	} {
		if err := conn.Exec(t.Context(), hurt); err != nil {
			t.Fatal(err)
		}
	}
	found, _ = runCheck(t, conn)
	named := map[string]string{}
	for _, d := range found {
		named[d.What+" "+d.Subject] = d.Says
	}
	for _, want := range []string{"cells case-0001", "cells ghost", "verdicts case-0002"} {
		if named[want] == "" {
			t.Errorf("%s was not found in %v", want, named)
		}
	}
	if len(found) != 3 {
		t.Errorf("found %v", found)
	}
}

// TestCheckOnALiveServer finds nothing while events come in.
func TestCheckOnALiveServer(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(15, 15)), 200)
	ctx, stop := context.WithCancel(t.Context())
	b := newBooker(t, conn)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = b.Run(ctx)
	}()
	for rest := events; len(rest) > 0; {
		n := min(100, len(rest))
		store(t, conn, rest[:n])
		rest = rest[n:]
		b.Wake()
		if found, _ := runCheck(t, conn); len(found) > 0 {
			t.Errorf("found %v", found)
			break
		}
	}
	stop()
	<-done
}

// TestRebuild makes the same books again, from hurt ones, with what arrived on which day, and books go on after it.
func TestRebuild(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(16, 16)), 120)
	store(t, conn, events[:len(events)/2])
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	b := newBooker(t, conn)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = b.Run(ctx)
	}()
	for b.Mark().Block == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	if err := conn.Exec(ctx, "ALTER TABLE cells DELETE WHERE family != '' AND cityHash64(subject) % 2 = 0 SETTINGS mutations_sync = 2"); err != nil {
		t.Fatal(err)
	}
	var last Checked
	if err := b.Rebuild(ctx, func(c Checked) { last = c }); err != nil {
		t.Fatal(err)
	}
	compare(t, journalOf(t, conn), should(t, events[:len(events)/2]))
	store(t, conn, events[len(events)/2:])
	b.Wake()
	want := map[string]uint64{}
	distinct := map[string]bool{}
	for _, e := range events {
		want[e.Collector] = max(want[e.Collector], e.Entry)
		distinct[e.Subject+" "+e.ID] = true
	}
	for deadline := time.Now().Add(time.Minute); !maps.Equal(b.Mark().Entries, want); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("booked up to %v, want %v", b.Mark().Entries, want)
		}
	}
	compare(t, journalOf(t, conn), should(t, events))
	if got := b.Mark().Events; got != uint64(len(distinct)) || last.Cases == 0 {
		t.Errorf("%d events, want %d; %+v", got, len(distinct), last)
	}
	stop()
	<-done
	if found, _ := runCheck(t, conn); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}
