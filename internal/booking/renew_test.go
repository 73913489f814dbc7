package booking

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/lifecycle"
)

// TestBooksOfAnEarlierEdition: books that were made before records were lines are made again by the start, before anything is booked into
// them, and those of this edition are left as they are.
func TestBooksOfAnEarlierEdition(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(27, 11)), 100)
	store(t, conn, events[:len(events)/2])
	bookAll(t, newBooker(t, conn))
	if err := conn.Exec(t.Context(), "ALTER TABLE cells DELETE WHERE measure IN ('recorded', 'edition') SETTINGS mutations_sync = 2"); err != nil {
		t.Fatal(err)
	}
	store(t, conn, events[len(events)/2:])
	if b := newBooker(t, conn); b.resume(t.Context()) != nil || !b.Renewing() {
		t.Error("books of an earlier edition are not said to be made again")
	}
	for start := range 2 {
		b := newBooker(t, conn)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = b.Run(ctx)
		}()
		for deadline := time.Now().Add(time.Minute); b.Mark().Edition != lifecycle.Edition; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the books were not made again within a minute")
			}
		}
		stop()
		<-done
		if b.Renewing() {
			t.Error("books that were made again are said to be of an earlier edition")
		}
		compare(t, journalOf(t, conn), should(t, events))
		if remade := b.Remade(); (remade == 2) != (start == 0) {
			t.Errorf("start %d: the books were made again %d times", start, remade/2)
		}
	}
	if found, _ := runCheck(t, conn); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

// TestManySmallEntries: of more entries than fit into a block, each of one event, none is passed over.
func TestManySmallEntries(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(29, 11)), 60)
	for i := range events {
		events[i].Collector, events[i].Entry = "c", uint64(i+1)
	}
	store(t, conn, events)
	b := newBooker(t, conn)
	b.perBlock, b.Loaded = 20, func() (string, uint64) { return "c", uint64(len(events)) }
	bookAll(t, b)
	compare(t, journalOf(t, conn), should(t, events))
	if n := b.Mark().Block; n < uint64(len(events))/20 {
		t.Errorf("%d events were booked in %d blocks", len(events), n)
	}
}

// TestNoBlockTakesBack: after books were made again, and after a start whose last block has more events than a block should, the next blocks
// hold all that was booked, and the journal never less than before.
func TestNoBlockTakesBack(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(28, 11)), 150)
	store(t, conn, events)
	bookAll(t, newBooker(t, conn))
	want := should(t, events)
	f := func(name string, b *Booker) {
		t.Helper()
		b.perBlock = 20
		if err := b.resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		before := b.Mark()
		for range 3 {
			if _, err := b.step(t.Context()); err != nil {
				t.Fatal(err)
			}
			if b.Mark().Events < before.Events {
				t.Errorf("%s: %d events are booked, of %d before", name, b.Mark().Events, before.Events)
			}
			compare(t, journalOf(t, conn), want)
		}
	}
	f("a start", newBooker(t, conn))
	b := newBooker(t, conn)
	if err := b.resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.rebuild(t.Context(), func(Checked) {}); err != nil {
		t.Fatal(err)
	}
	f("made again", b)
	f("made again, and a start", newBooker(t, conn))
}
