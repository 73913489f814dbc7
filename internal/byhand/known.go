package byhand

import (
	"bytes"
	"slices"
	"time"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// history is what was told of one case.
type history struct {
	// last are the records that count, also those that take a fact back.
	last []event.Event
}

func historyOf(events []event.Event) history {
	return history{lifecycle.LastRecords(slices.Clone(events), time.Time{})}
}

// newest is when something was recorded last; zero if nothing was.
func (h history) newest() (at time.Time) {
	for i := range h.last {
		if h.last[i].Recorded.After(at) {
			at = h.last[i].Recorded
		}
	}
	return at
}

// standing are the records of a type that count and were not taken back.
func (h history) standing(typ event.Type) (all []event.Event) {
	for i := range h.last {
		if h.last[i].Type == typ && !h.last[i].Retracted {
			all = append(all, h.last[i])
		}
	}
	return all
}

// opening is the record that begins the case; nil if there is none. Of several the last recorded counts (CONTRACT §3, rule 2).
func (h history) opening(f *Form) *event.Event {
	all := h.standing(f.Types[0])
	if len(all) == 0 {
		return nil
	}
	last := slices.MaxFunc(all, func(a, b event.Event) int { return a.Recorded.Compare(b.Recorded) })
	return &last
}

// place says what an entry is beside what is known. once says that it can have happened only once, as all that a template
// asks for: told at another time, it was moved. What a system has told is never taken back by hand.
func (h history) place(e *Entry, once bool) {
	e.State, e.Was = Fresh, nil
	for _, known := range h.standing(e.Type) {
		switch {
		case !known.Time.Equal(e.Time) && once && Manual(known.Source):
			e.Was = append(e.Was, known.Time)
		case !known.Time.Equal(e.Time):
		case bytes.Equal(known.Data, e.Data):
			e.State = Same
		default:
			e.State = Changed
		}
	}
	if len(e.Was) > 0 {
		e.State = Moved
	}
}
