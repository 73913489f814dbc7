package booking

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/event"
)

// marked are the cases that count as erased.
type marked map[Case]bool

func (m marked) refuse(all []Case) error {
	for _, c := range all {
		m[c] = true
	}
	return nil
}

// knowing is a booker that knows of them.
func (m marked) booker(t *testing.T, conn driver.Conn) *Booker {
	t.Helper()
	b := newBooker(t, conn)
	b.Erased = func(c Case) bool { return m[c] }
	return b
}

// TestErasedCaseStaysAway: what another collector stores of a case after it was erased goes again, before it counts as booked, also
// where a kill comes between; a case that counts as erased and is not yet is booked as any other.
func TestErasedCaseStaysAway(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(7, 8)), 40)
	store(t, conn, events)
	erased := marked{}
	b := erased.booker(t, conn)
	bookAll(t, b)
	old, err := Old(t.Context(), conn, events[0].Arrival.AddDate(10, 0, 0), Case{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	e := &erasing{cases: old}
	closed, err := b.leaveOpen(t.Context(), e)
	if err != nil || len(closed) < 10 || len(e.told.Open) == 0 {
		t.Fatalf("%d closed cases, %v", len(closed), err)
	}
	other := events[slices.IndexFunc(events, func(one event.Event) bool { return one.Subject == e.told.Open[0].Subject })]
	e = &erasing{ctx: t.Context(), cases: closed[:5], refuse: erased.refuse}
	if err := b.erase(e); err != nil || e.told.Cases != 5 || len(erased) != 5 {
		t.Fatalf("%+v, %v", e.told, err)
	}
	books := func() string {
		t.Helper()
		var prints int64
		var lines, verdicts uint64
		if err := conn.QueryRow(t.Context(), "SELECT (SELECT sum((print + 1) * n)::Int64 FROM cells WHERE family != ''), (SELECT count() FROM cells WHERE family != ''), (SELECT uniqExact(family, subject) FROM verdicts)").Scan(&prints, &lines, &verdicts); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%d in %d lines of %d cases", prints, lines, verdicts)
	}
	clean := func(when string) {
		t.Helper()
		if found, checked := runCheck(t, conn); len(found) > 0 || checked.Cases == 0 {
			t.Errorf("%s: %+v", when, found)
		}
	}
	entry := uint64(1_000_000)
	// late stores, as the collector "slow", an event of erased cases in one entry with one of an open case that was told before.
	late := func(of ...Case) {
		t.Helper()
		entry++
		all := []event.Event{other}
		for _, c := range of {
			one := events[0]
			one.Subject, one.ID = c.Subject, fmt.Sprint("late-", entry)
			all = append(all, one)
		}
		for i := range all {
			all[i].Collector, all[i].Entry, all[i].Position = "slow", entry, uint32(i)
		}
		store(t, conn, all)
	}
	stored := func() (n uint64) {
		t.Helper()
		for c := range erased {
			facts, err := Facts(t.Context(), conn, c.Family, c.Subject)
			if err != nil {
				t.Fatal(err)
			}
			n += uint64(len(facts))
		}
		return n
	}
	before, count := books(), b.Mark().Events

	late(closed[0], closed[1])
	clean("stored, not booked")
	bookRest(t, b)
	if n := stored(); n != 0 || books() != before || b.Mark().Events != count || b.Mark().Entries["slow"] != entry {
		t.Errorf("%d events are stored, the books come to %s instead of %s, of %d events instead of %d", n, books(), before, b.Mark().Events, count)
	}
	if n := testutil.ToFloat64(b.metrics.strays); n != 2 {
		t.Errorf("%v events are counted", n)
	}
	clean("booked")

	// Killed when they are gone, and the block is not written.
	late(closed[2])
	touched := cases{event.Dossier: {closed[2].Subject, other.Subject}}
	touched.sort()
	mark := b.Mark()
	next := mark
	next.Block++
	next.Entries = map[string]uint64{"slow": entry}
	in, err := b.fill(t.Context(), &block{mark: next, booked: mark, writer: b.writer, rules: rules, cases: touched}, uuid.NewString(), uuid.NewString())
	if err != nil {
		t.Fatal(err)
	}
	in.abort()
	if n := stored(); n != 0 {
		t.Errorf("%d events are there still", n)
	}
	clean("killed before the block")
	b = erased.booker(t, conn)
	bookAll(t, b)
	if books() != before || b.Mark().Events != count || b.Mark().Entries["slow"] != entry {
		t.Errorf("after a kill the books come to %s instead of %s, of %d events instead of %d", books(), before, b.Mark().Events, count)
	}
	clean("after a kill")

	// Books that are made again leave out what a step had no time to.
	late(closed[3])
	if err := b.rebuild(t.Context(), func(Checked) {}); err != nil {
		t.Fatal(err)
	}
	if err := b.resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := stored(); n != 0 || b.Mark().Events != count || b.Mark().Entries["slow"] != entry {
		t.Errorf("after a rebuild %d events are stored, the books have %d events instead of %d", n, b.Mark().Events, count)
	}
	clean("after a rebuild")

	// Killed when nothing more is taken of a case, and it is there still: the last block is judged again.
	var of int
	for _, one := range events {
		if one.Subject == closed[6].Subject {
			of++
		}
	}
	b.refused(t, erased, closed[6])
	b = erased.booker(t, conn)
	bookAll(t, b)
	late(closed[6])
	bookRest(t, b)
	if n := stored(); n != uint64(of)+1 {
		t.Errorf("of a case on its way out %d events of %d are there", n, of+1)
	}
	clean("on its way out")
	e = &erasing{ctx: t.Context(), cases: closed[6:7], refuse: erased.refuse}
	if err := b.erase(e); err != nil || e.told.Cases != 1 || stored() != 0 {
		t.Errorf("%+v, %v, %d are stored", e.told, err, stored())
	}
	clean("gone")
}

// refused ends an erasure when the cases count as erased.
func (b *Booker) refused(t *testing.T, erased marked, c Case) {
	t.Helper()
	killed := fmt.Errorf("killed: %w", context.Canceled)
	err := b.erase(&erasing{ctx: t.Context(), cases: []Case{c}, refuse: func(all []Case) error { _ = erased.refuse(all); return killed }})
	if err == nil || !erased[c] {
		t.Fatal("it was not to be erased")
	}
}
