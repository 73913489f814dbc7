package booking

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/event"
)

// TestLeftoverVerdicts: a kill between the verdicts of a block and its lines leaves verdicts under the number that the next block takes,
// which then knows more. Those of the block are served, before the engine has merged anything, and tell which cases are open.
func TestLeftoverVerdicts(t *testing.T) {
	conn := enginetest.Conn(t)
	at := func(day int) time.Time { return time.Date(2025, 3, day, 1, 0, 0, 0, time.UTC) }
	n := 0
	tell := func(subject, step, data string, day int, retracted bool) event.Event {
		n++
		return event.Event{
			Source: "urn:test", ID: fmt.Sprint(n), Subject: subject, Type: event.Type("dossier." + step), Time: at(day), Recorded: at(day).Add(time.Duration(n) * time.Second),
			Retracted: retracted, Arrival: at(day), Data: []byte(data), Collector: "c", Entry: uint64(n),
		}
	}
	if err := conn.Exec(t.Context(), "SYSTEM STOP MERGES verdicts"); err != nil {
		t.Fatal(err)
	}
	var first, second []event.Event
	const some = 50
	for i := range some {
		closes, reopens := fmt.Sprintf("closes-%02d", i), fmt.Sprintf("reopens-%02d", i)
		first = append(first, tell(closes, "received", `{"agency":"A","due":"2025-03-10","procedure":"1"}`, 5, false),
			tell(reopens, "received", `{"agency":"A","due":"2025-03-10","procedure":"1"}`, 5, false), tell(reopens, "resolved", `{}`, 7, false))
		second = append(second, tell(closes, "resolved", `{}`, 8, false), tell(reopens, "resolved", `{}`, 7, true))
	}

	store(t, conn, first)
	killed := newBooker(t, conn)
	if err := killed.resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	next := Mark{Block: 1, Entries: map[string]uint64{"c": uint64(3 * some)}}
	touched := cases{}
	for _, e := range first {
		touched["dossier"] = append(touched["dossier"], e.Subject)
	}
	touched.sort()
	in, err := killed.fill(t.Context(), &block{mark: next, writer: killed.writer, rules: rules, cases: touched}, "killed", "killed")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(in.verdicts.Send(), in.cells.Abort()); err != nil {
		t.Fatal(err)
	}

	store(t, conn, second)
	b := newBooker(t, conn)
	bookAll(t, b)
	if found := checkBy(t, conn, rules); len(found) > 0 {
		t.Errorf("%d differences, the first %v", len(found), found[0])
	}
	open, err := b.openCases(t.Context())
	if err != nil || len(open) != some {
		t.Fatalf("%d open cases, %v: want %d", len(open), err, some)
	}
	for _, c := range open {
		if c.subject[:7] != "reopens" {
			t.Errorf("%s is not open", c.subject)
		}
	}
}
