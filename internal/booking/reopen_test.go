package booking

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
	"tiendo/internal/register"
)

// TestLoadEnqueuesOpenCases: after a load the open cases are judged by it, the closed ones stay, and the journal says when
// and why; also over a restart in between.
func TestLoadEnqueuesOpenCases(t *testing.T) {
	conn := enginetest.Conn(t)
	at := func(day int) time.Time { return time.Date(2025, 3, day, 1, 0, 0, 0, time.UTC) }
	var events []event.Event
	add := func(subject, step, data string, day int) {
		n := len(events) + 1
		events = append(events, event.Event{
			Source: "urn:test", ID: fmt.Sprint(n), Subject: subject, Type: event.Type("dossier." + step), Time: at(day), Recorded: at(day),
			Arrival: at(day), Data: []byte(data), Collector: "c", Entry: uint64(n),
		})
	}
	for _, subject := range []string{"open", "closed"} {
		add(subject, "received", `{"agency":"A","due":"2025-03-10","procedure":"1.000123"}`, 5)
		add(subject, "supplement_requested", `{}`, 6)
		add(subject, "supplemented", `{}`, 10)
	}
	add("closed", "resolved", `{}`, 12)
	store(t, conn, events)
	b := newBooker(t, conn)
	bookAll(t, b)
	compare(t, journalOf(t, conn), should(t, events))
	before := journalOf(t, conn)

	loaded, err := register.Empty(zone, nil).With(register.Procedures, []byte(`procedures:
  - {code: "1.000123", names: {vi: Cấp phép, en: Permit}, term: 5, supplement: restart, calendar: days}
`), at(20))
	if err != nil {
		t.Fatal(err)
	}
	newer := lifecycle.NewRules(loaded)
	b = newBooker(t, conn)
	b.Rules = func() *lifecycle.Rules { return newer }
	bookAll(t, b)
	after := journalOf(t, conn)
	changed := 0
	for k, n := range after {
		if before[k] != n {
			changed++
			if want := "dossier/open 2025-03-20 register "; len(k) < len(want) || k[:len(want)] != want {
				t.Errorf("changed: %s by %d", k, n)
			}
		}
	}
	if changed == 0 || b.Mark().Rules != 1 {
		t.Errorf("%d lines changed, mark %+v", changed, b.Mark())
	}
	if b2 := newBooker(t, conn); true {
		b2.Rules = b.Rules
		bookAll(t, b2)
	}
	if again := journalOf(t, conn); len(again) != len(after) {
		t.Errorf("judged again, %d lines became %d", len(after), len(again))
	}
	if found := checkBy(t, conn, newer); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

// TestLoadWhileOpenCasesAreJudged: registers that come while the open cases are judged by those before are applied to all of them.
func TestLoadWhileOpenCasesAreJudged(t *testing.T) {
	conn := enginetest.Conn(t)
	at := func(day int) time.Time { return time.Date(2025, 3, day, 1, 0, 0, 0, time.UTC) }
	var events []event.Event
	for i, subject := range []string{"a", "b", "c", "d"} {
		for j, step := range []string{"received", "supplement_requested", "supplemented"} {
			data := `{}`
			if step == "received" {
				data = `{"agency":"A","due":"2025-03-10","procedure":"1.000123"}`
			}
			events = append(events, event.Event{
				Source: "urn:test", ID: fmt.Sprint(i, j), Subject: subject, Type: event.Type("dossier." + step), Time: at(5 + j), Recorded: at(5 + j),
				Arrival: at(5 + j), Data: []byte(data), Collector: "c", Entry: uint64(3*i + j + 1),
			})
		}
	}
	store(t, conn, events)
	bookAll(t, newBooker(t, conn))

	first, err := register.Empty(zone, nil).With(register.Procedures, []byte(`procedures:
  - {code: "1.000123", names: {vi: Cấp phép, en: Permit}, term: 5, supplement: extend, calendar: days}
`), at(20))
	if err != nil {
		t.Fatal(err)
	}
	second, err := first.With(register.Procedures, []byte(`procedures:
  - {code: "1.000123", names: {vi: Cấp phép, en: Permit}, term: 5, supplement: restart, calendar: days}
`), at(21))
	if err != nil {
		t.Fatal(err)
	}
	var now atomic.Pointer[lifecycle.Rules]
	now.Store(lifecycle.NewRules(first))
	b := newBooker(t, conn)
	b.perBlock, b.Rules = 2, now.Load
	if err := b.resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	for b.open == nil { // until some are judged by the first
		if _, err := b.step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	now.Store(lifecycle.NewRules(second))
	bookRest(t, b)
	if found := checkBy(t, conn, now.Load()); len(found) > 0 || b.Mark().Rules != 2 {
		t.Errorf("judged by version %d, found %v", b.Mark().Rules, found)
	}
}
