package lifecycle_test

import (
	"slices"
	"time"

	"tiendo/internal/event"
)

// This file reads rule 8 a second time: it asks of one record after the other whether it may be told, and forgets the
// answers. "Open:" marks what decision 0007 decided.

// mine are the records that may be told.
func (r *naiveReader) mine() []event.Event {
	r.whose()
	var all []event.Event
	for _, e := range r.events {
		if r.mayTell(e, time.Time{}) {
			all = append(all, e)
		}
	}
	// The last leg ends with the closing.
	closed := naiveReader{family: r.family, events: distinct(all)}
	closed.close()
	if opening, ok := once(closed.facts(naiveOpenings[r.family])); ok && opening.Time.After(closed.told) && closed.closing != "" {
		closed.told = opening.Time
	}
	return slices.DeleteFunc(all, func(e event.Event) bool { return closed.closing != "" && !r.mayTell(e, closed.told) })
}

// whose finds the agency whose case it is.
func (r *naiveReader) whose() {
	for _, step := range []string{naiveOpenings[r.family], "submitted"} {
		var sure, own []event.Event
		for _, e := range r.events {
			if e.Type.Step() == step && e.Bound == "" {
				sure = append(sure, e)
			}
			if e.Type.Step() == step && e.Bound != "" && r.names(e) == e.Bound {
				own = append(own, e)
			}
		}
		for {
			told := naiveReader{family: r.family, events: distinct(sure)}
			if opening, ok := once(told.facts(step)); ok {
				r.owner = opening.data.Agency
				if step != "submitted" {
					r.ownedFrom = opening.Time
				}
				return
			}
			if len(own) == 0 {
				break
			}
			// Open: of agencies that name themselves, and did not take it back, the first to be heard.
			first := own[0]
			for _, e := range own {
				if e.Before(&first) {
					first = e
				}
			}
			sure = nil
			for _, e := range own {
				if e.Bound == first.Bound {
					sure = append(sure, e)
				}
			}
			own = slices.DeleteFunc(own, func(e event.Event) bool { return e.Bound == first.Bound })
		}
	}
}

func (r *naiveReader) names(e event.Event) string {
	data, err := e.Fields()
	if err != nil {
		panic(err)
	}
	return data.Agency
}

// mayTell says whether e may be told, where the case ended at some instant, zero if it did not.
func (r *naiveReader) mayTell(e event.Event, ended time.Time) bool {
	step := e.Type.Step()
	if e.Bound == "" {
		return true
	}
	if step == naiveOpenings[r.family] || step == "submitted" {
		return e.Bound == r.names(e) && (r.owner == "" || r.owner == e.Bound)
	}
	if r.owner == "" || e.Bound == r.owner { // Open: of a case that is nobody's, everybody may tell.
		return true
	}
	if !ended.IsZero() && e.Time.After(ended) && !slices.Contains(naiveClosings[r.family], step) {
		return false
	}
	return slices.Contains(r.holders(e.Time), e.Bound)
}

// holders are those who hold a leg at an instant: where one hands over to another at that very instant, both.
func (r *naiveReader) holders(at time.Time) []string {
	if r.ownedFrom.IsZero() {
		return nil
	}
	before, beforeTime := r.holderAfter(at, false)
	now, nowTime := r.holderAfter(at, true)
	if nowTime.Equal(at) && !beforeTime.Equal(at) {
		return []string{before, now}
	}
	return []string{now}
}

// holderAfter is who holds the leg that began last before an instant, or at it.
func (r *naiveReader) holderAfter(at time.Time, included bool) (agency string, from time.Time) {
	var starts []event.Event
	for _, e := range r.events {
		if e.Type.Step() != "transferred" || e.Time.Before(r.ownedFrom) || e.Time.After(at) || (!included && e.Time.Equal(at)) {
			continue
		}
		before, _ := r.holderAfter(e.Time, false)
		if e.Bound == "" || e.Bound == r.owner || e.Bound == before {
			starts = append(starts, e)
		}
	}
	transfers := (&naiveReader{family: r.family, events: distinct(starts)}).facts("transferred")
	if len(transfers) == 0 {
		return "", time.Time{}
	}
	last := transfers[len(transfers)-1]
	return last.data.Agency, last.Time
}

// distinct leaves out what was delivered before (rule 1).
func distinct(events []event.Event) []event.Event {
	var all []event.Event
	for i := range events {
		if !slices.ContainsFunc(events, func(other event.Event) bool {
			return other.Source == events[i].Source && other.ID == events[i].ID && other.Before(&events[i])
		}) {
			all = append(all, events[i])
		}
	}
	return all
}
