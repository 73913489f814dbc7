package booking

import (
	"math/rand/v2"
	"slices"
	"testing"

	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/event"
)

// TestWaiting counts what is stored and not booked, of collectors that the books know and of those that they do not.
func TestWaiting(t *testing.T) {
	conn := enginetest.Conn(t)
	f := func(m Mark, own string, loaded, want uint64) {
		t.Helper()
		if n, err := Waiting(t.Context(), conn, m, own, loaded); err != nil || n != want {
			t.Errorf("%d wait, %v, want %d", n, err, want)
		}
	}
	told := map[string]bool{}
	events := slices.DeleteFunc(history(rand.New(rand.NewPCG(17, 17)), 30), func(e event.Event) bool {
		again := told[e.Subject+" "+e.ID]
		told[e.Subject+" "+e.ID] = true
		return again // the table keeps one of what was told twice
	})
	f(Mark{}, "c", 0, 0)
	store(t, conn, events)
	all := uint64(len(events))
	own := events[0].Collector
	of := func(is func(event.Event) bool) uint64 {
		return all - uint64(len(slices.DeleteFunc(slices.Clone(events), is)))
	}
	f(Mark{}, "nobody", 0, all)
	f(Mark{Entries: map[string]uint64{own: 3}}, "nobody", 0, of(func(e event.Event) bool { return e.Collector != own || e.Entry > 3 }))
	// What the log has as well is left to it.
	f(Mark{Entries: map[string]uint64{own: 3}}, own, 5, of(func(e event.Event) bool { return e.Collector != own || e.Entry > 3 && e.Entry <= 5 }))
	b := newBooker(t, conn)
	bookAll(t, b)
	f(b.Mark(), "nobody", 0, 0)
}
