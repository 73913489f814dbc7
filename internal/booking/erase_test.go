package booking

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/event"
)

// A kill in the midst of erasing: before the new journal is in place nothing is done; after it the next start takes the
// facts away. What the journal comes to is the same all along.
func TestKilledWhileErasing(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(3, 4)), 60)
	store(t, conn, events)
	b := newBooker(t, conn)
	bookAll(t, b)
	total := func() (n int64, facts, leaving uint64) {
		t.Helper()
		if err := conn.QueryRow(t.Context(), "SELECT (SELECT sum((print + 1) * n)::Int64 FROM cells WHERE family != ''), (SELECT uniqExact(family, subject) FROM events), (SELECT count() FROM leaving)").Scan(&n, &facts, &leaving); err != nil {
			t.Fatal(err)
		}
		return n, facts, leaving
	}
	before, cases, _ := total()
	old, err := Old(t.Context(), conn, events[0].Arrival.AddDate(10, 0, 0), Case{}, 1000)
	if err != nil || uint64(len(old)) != cases {
		t.Fatalf("%d old cases of %d, %v", len(old), cases, err)
	}
	closed, err := b.leaveOpen(t.Context(), &erasing{cases: old})
	if err != nil || len(closed) < 10 || len(closed) == len(old) {
		t.Fatalf("%d closed cases of %d, %v", len(closed), len(old), err)
	}

	// Killed when the cases are noted, and nothing more.
	mark := b.Mark()
	mark.Block++
	leaving, err := b.choose(t.Context(), &erasing{}, closed[:5], &mark)
	if err != nil || len(leaving) != 5 {
		t.Fatalf("%d are chosen, %v", len(leaving), err)
	}
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO leaving (family, subject, alias, block)")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range leaving {
		if err := batch.Append(string(l.Family), l.Subject, l.alias, mark.Block); err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
	again := newBooker(t, conn)
	bookAll(t, again)
	if sum, facts, rest := total(); sum != before || facts != cases || rest != 0 {
		t.Errorf("killed before: the journal comes to %d instead of %d, %d cases of %d have facts, %d are leaving", sum, before, facts, cases, rest)
	}

	// Killed when the new journal is in place.
	mark = again.Mark()
	mark.Block++
	if leaving, err = again.choose(t.Context(), &erasing{}, closed[:5], &mark); err != nil {
		t.Fatal(err)
	}
	if err := again.leave(t.Context(), leaving, mark); err != nil {
		t.Fatal(err)
	}
	if sum, facts, rest := total(); sum != before || facts != cases || rest != 5 {
		t.Errorf("in the midst: the journal comes to %d instead of %d, %d cases of %d have facts, %d are leaving", sum, before, facts, cases, rest)
	}
	last := newBooker(t, conn)
	bookAll(t, last)
	if sum, facts, rest := total(); sum != before || facts != cases-5 || rest != 0 {
		t.Errorf("killed after: the journal comes to %d instead of %d, %d cases of %d have facts, %d are leaving", sum, before, facts, cases-5, rest)
	}
	if got := last.Mark().Nameless; got != mark.Nameless || got.Cases != 5 || got.Events < 5 {
		t.Errorf("the books say of erased cases %+v, want %+v", got, mark.Nameless)
	}

	// What is booked later says so too; a rebuild keeps it.
	late := events[0]
	late.ID, late.Subject, late.Entry = "late", "LATE", late.Entry+1000
	store(t, conn, []event.Event{late})
	bookAll(t, last)
	if got := last.Mark(); got.Nameless != mark.Nameless {
		t.Errorf("a later block says %+v", got)
	}
	total1, _, _ := total()
	count := last.Mark().Events
	if err := last.rebuild(t.Context(), func(Checked) {}); err != nil {
		t.Fatal(err)
	}
	bookAll(t, last)
	if sum, _, _ := total(); sum != total1 || last.Mark().Events != count || last.Mark().Nameless != mark.Nameless {
		t.Errorf("after a rebuild the journal comes to %d instead of %d, of %d events instead of %d", sum, total1, last.Mark().Events, count)
	}
}

// Where the journal is not what the facts say nothing is erased: nobody could tell later what it should hold.
func TestHurtBooksAreNotErased(t *testing.T) {
	conn := enginetest.Conn(t)
	store(t, conn, history(rand.New(rand.NewPCG(5, 6)), 20))
	b := newBooker(t, conn)
	bookAll(t, b)
	old, err := Old(t.Context(), conn, b.Mark().Arrival.AddDate(10, 0, 0), Case{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	closed, err := b.leaveOpen(t.Context(), &erasing{cases: old})
	if err != nil || len(closed) == 0 {
		t.Fatalf("%d are closed, %v", len(closed), err)
	}
	if err := conn.Exec(t.Context(), "ALTER TABLE cells DELETE WHERE subject = '"+closed[0].Subject+"' AND family = '"+string(closed[0].Family)+"' SETTINGS mutations_sync = 2"); err != nil {
		t.Fatal(err)
	}
	if err := b.erase(&erasing{ctx: t.Context(), cases: closed, refuse: func([]Case) error { return nil }}); !errors.Is(err, ErrUnlike) || !strings.Contains(err.Error(), "tiendo rebuild") {
		t.Errorf("got %v", err)
	}
}
