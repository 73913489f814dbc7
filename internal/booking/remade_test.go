package booking

import (
	"fmt"
	"testing"
	"time"

	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/event"
)

// TestRebuildWhileEventsComeIn: books that are made again hold what their mark says and nothing that was stored since: the blocks after
// them would take it back one by one, and what was published of them could not be reckoned again. Nor is the sum of the old ones told
// beside them.
func TestRebuildWhileEventsComeIn(t *testing.T) {
	conn := enginetest.Conn(t)
	at := time.Date(2025, 3, 5, 1, 0, 0, 0, time.UTC)
	n := 0
	tell := func(family event.Family, subject, step, data string) event.Event {
		n++
		return event.Event{
			Source: "urn:test", ID: fmt.Sprint(n), Subject: subject, Type: event.Type(string(family) + "." + step), Time: at, Recorded: at, Arrival: at,
			Data: []byte(data), Collector: "c", Entry: uint64(n),
		}
	}
	early := []event.Event{tell(event.Dossier, "old", "received", `{"agency":"A"}`), tell(event.Task, "old", "assigned", `{"agency":"A"}`)}
	store(t, conn, early)
	b := newBooker(t, conn)
	bookAll(t, b)

	var later []event.Event
	err := b.rebuild(t.Context(), func(done Checked) {
		if later == nil { // families are read one after the other: these are read later
			later = []event.Event{tell(event.Task, "old", "completed", `{}`), tell(event.Task, "new", "assigned", `{"agency":"A"}`)}
			store(t, conn, later)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if b.ledger.Read(func(Page) {}) {
		t.Error("the sum of the old journal is told beside the new one")
	}
	compare(t, journalOf(t, conn), should(t, early))
	bookAll(t, b)
	compare(t, journalOf(t, conn), should(t, append(early, later...)))
	if found := checkBy(t, conn, rules); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}
