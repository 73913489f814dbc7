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
		if got := firstDeliveries(events, Mark{Entries: map[string]uint64{"c": from}}, Mark{Entries: map[string]uint64{"c": to}}); got != want {
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
