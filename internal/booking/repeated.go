package booking

import (
	"bytes"
	"sync/atomic"

	"tiendo/internal/event"
)

// repeated counts what was delivered again under the source and id of an event that was there, and dropped (rule 1): apart
// where it says something else, for then a source gives two events one name, and one of them is lost.
type repeated struct{ same, other atomic.Uint64 }

// count counts the repeated deliveries of a case between two marks. The engine drops them too, in its own time, so those that
// it was faster with are missing.
func (r *repeated) count(events []event.Event, from, to Mark) {
	for i := range events {
		e := &events[i]
		if e.Entry <= from.Entries[e.Collector] || e.Entry > to.Entries[e.Collector] {
			continue
		}
		switch first := firstDelivery(events, i); {
		case first == nil:
		case sameContent(e, first):
			r.same.Add(1)
		default:
			r.other.Add(1)
		}
	}
}

// firstDelivery returns the delivery that events[i] repeats; nil if it is itself the first, or is the same one stored twice.
func firstDelivery(events []event.Event, i int) *event.Event {
	e, first := &events[i], &events[i]
	for j := range events {
		other := &events[j]
		if other.Source != e.Source || other.ID != e.ID || other.Bound != e.Bound {
			continue
		}
		if other.Before(first) {
			first = other
		}
		if j < i && !other.Before(e) && !e.Before(other) {
			return nil
		}
	}
	if first == e {
		return nil
	}
	return first
}

// sameContent says whether two deliveries say the same. Without a recorded time of its own an event was recorded when it arrived.
func sameContent(a, b *event.Event) bool {
	recorded := a.Recorded.Equal(b.Recorded) || a.Recorded.Equal(a.Arrival) && b.Recorded.Equal(b.Arrival)
	return recorded && a.Type == b.Type && a.Time.Equal(b.Time) && a.Retracted == b.Retracted && bytes.Equal(a.Data, b.Data)
}
