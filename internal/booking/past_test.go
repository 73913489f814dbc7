package booking

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/event"
)

// TestLongAgo: instants before 1970, which are negative numbers, are earlier than all later ones, however often the engine was asked
// before: for a check, for when an agency was heard of last, and for which cases are old enough to be erased.
func TestLongAgo(t *testing.T) {
	conn := enginetest.Conn(t)
	now := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	past, entry := now.AddDate(-66, 0, 0), uint64(0)
	told := func(family, subject, agency string, at time.Time) {
		t.Helper()
		entry++
		typ, data := event.Type("dossier.received"), `{"agency":"`+agency+`","channel":"online"}`
		if family == "finding" {
			typ, data = "finding.raised", `{"agency":"`+agency+`","area":"iso"}`
		}
		store(t, conn, []event.Event{{Source: "urn:test", ID: fmt.Sprint(entry), Subject: subject, Type: typ, Time: at, Recorded: now, Arrival: now, Collector: "c", Entry: entry, Data: []byte(data)}})
	}
	told("dossier", "a1", "A", now)
	told("dossier", "a2", "A", past)
	told("dossier", "e0", "A", past) // and now, told below
	told("dossier", "b1", "B", past)
	told("finding", "c1", "C", past)

	booker := newBooker(t, conn)
	bookAll(t, booker)
	want := []Case{{event.Finding, "c1"}} // by family
	for i := range 6 {                    // the engine compiles what it was asked thrice
		told("dossier", fmt.Sprint("d", i), "A", past)
		told("dossier", fmt.Sprint("e", i), "A", now)
		bookRest(t, booker)
		if found, _ := runCheck(t, conn); len(found) > 0 {
			t.Errorf("check %d found %v", i, found)
		}
		var last time.Time
		if err := conn.QueryRow(t.Context(), "SELECT max(last) FROM heard WHERE agency = 'A' GROUP BY family, agency").Scan(&last); err != nil || !last.Equal(now) {
			t.Errorf("question %d: A was heard of last at %v, %v", i, last, err)
		}
		old, err := Old(t.Context(), conn, past.AddDate(1, 0, 0), Case{event.Dossier, "d"}, 100)
		if want = slices.Insert(want, len(want)-1, Case{event.Dossier, fmt.Sprint("d", i)}); err != nil || !slices.Equal(old, want) {
			t.Errorf("question %d: old are %v, %v, and not %v", i, old, err, want)
		}
	}
}
