package booking

import (
	"testing"
	"time"

	"tiendo/internal/event"
)

// What marks say of the number of events: each once, however often it was delivered, and each delivery once, however
// often it was stored. A loader that was killed before it noted what it had inserted stores a delivery again.
func TestFirstDeliveries(t *testing.T) {
	at := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	told := func(id string, entry uint64, position uint32) event.Event {
		return event.Event{Source: "urn:x", ID: id, Collector: "c", Entry: entry, Position: position, Arrival: at.Add(time.Duration(entry) * time.Second)}
	}
	f := func(from, to uint64, want uint64, events ...event.Event) {
		t.Helper()
		if got := deliveriesBetween(events, Mark{Entries: map[string]uint64{"c": from}}, Mark{Entries: map[string]uint64{"c": to}}).first; got != want {
			t.Errorf("from entry %d to %d of %v: %d, want %d", from, to, events, got, want)
		}
	}
	a, b, again := told("a", 1, 0), told("b", 2, 0), told("a", 3, 0)
	f(0, 3, 2, a, b, again)
	f(0, 3, 2, again, b, a)
	f(1, 3, 1, a, b, again)
	f(2, 3, 0, a, b, again)
	f(0, 1, 1, a, a)
	f(0, 3, 2, b, a, a, again, again, b)
	f(2, 3, 0, a, again, again)
	f(0, 1, 2, a, told("b", 1, 1), a, told("b", 1, 1))
}

// What is delivered under a name that is there is counted, apart where it says something else (CONTRACT §3 rule 1).
func TestRepeatedDeliveries(t *testing.T) {
	at := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	told := func(id, data string, entry uint64) event.Event {
		arrival := at.Add(time.Duration(entry) * time.Second)
		return event.Event{Source: "urn:x", ID: id, Collector: "c", Entry: entry, Arrival: arrival, Recorded: arrival, Time: at, Type: "dossier.resolved", Data: []byte(data)}
	}
	f := func(from, to, same, other uint64, events ...event.Event) {
		t.Helper()
		d := deliveriesBetween(events, Mark{Entries: map[string]uint64{"c": from}}, Mark{Entries: map[string]uint64{"c": to}})
		if d.same != same || d.other != other {
			t.Errorf("from entry %d to %d of %v: %d the same and %d others, want %d and %d", from, to, events, d.same, d.other, same, other)
		}
	}
	a, b, again, changed := told("a", "{}", 1), told("b", "{}", 2), told("a", "{}", 3), told("a", `{"digital":true}`, 4)
	bound, corrected := again, again
	bound.Bound, corrected.Recorded = "H24.12", at
	f(0, 9, 0, 0, a, b)
	f(0, 9, 1, 0, again, a, b)
	f(0, 9, 1, 1, a, changed, again)
	f(3, 9, 0, 1, a, changed, again) // again was counted in its own block
	f(0, 3, 1, 0, a, changed, again)
	f(0, 9, 1, 0, a, a, again, again) // stored twice, delivered once
	f(0, 9, 0, 0, a, bound)           // of another sender: another event
	f(0, 9, 0, 1, a, corrected)
}
