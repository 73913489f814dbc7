package booking

import (
	"bytes"

	"tiendo/internal/event"
)

// deliveries are those of some cases between two marks, but those that are stored twice, for a loader sends again what it does not
// know to be there.
type deliveries struct {
	// first are those of an event that is booked for the first time.
	first uint64
	// same and other came under the source and id of an event that was there, and are dropped (rule 1): apart where they say
	// something else, for then a source gives two events one name, and one of them is lost. The engine drops them too, in its own time,
	// so those that it was faster with are missing.
	same, other uint64
}

func (d *deliveries) add(more deliveries) {
	d.first, d.same, d.other = d.first+more.first, d.same+more.same, d.other+more.other
}

// deliveriesBetween counts the deliveries of a case between two marks.
func deliveriesBetween(events []event.Event, from, to Mark) (d deliveries) {
	for i := range events {
		e := &events[i]
		if e.Entry <= from.Entries[e.Collector] || e.Entry > to.Entries[e.Collector] {
			continue
		}
		switch first, twice := firstDelivery(events, i); {
		case twice:
		case first == e:
			d.first++
		case sameContent(e, first):
			d.same++
		default:
			d.other++
		}
	}
	return d
}

// firstDelivery returns the first delivery of the event that events[i] delivers, and whether events[i] stands there twice and this
// is not the first of them.
func firstDelivery(events []event.Event, i int) (first *event.Event, twice bool) {
	e := &events[i]
	first = e
	for j := range events {
		other := &events[j]
		if other.Source != e.Source || other.ID != e.ID || other.Bound != e.Bound {
			continue
		}
		if other.Before(first) {
			first = other
		}
		if j < i && !other.Before(e) && !e.Before(other) {
			return nil, true
		}
	}
	return first, false
}

// sameContent says whether two deliveries say the same. Without a recorded time of its own an event was recorded when it arrived.
func sameContent(a, b *event.Event) bool {
	recorded := a.Recorded.Equal(b.Recorded) || a.Recorded.Equal(a.Arrival) && b.Recorded.Equal(b.Arrival)
	return recorded && a.Type == b.Type && a.Time.Equal(b.Time) && a.Retracted == b.Retracted && bytes.Equal(a.Data, b.Data)
}
