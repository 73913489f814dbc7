package lifecycle

import (
	"slices"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
)

// Cause says why the books changed.
type Cause string

// The causes that events have. Of what arrives on one day for one case the strongest names the day's change.
const (
	// Told: it happened on the day it arrived.
	Told Cause = "event"
	// Late: it arrived on a later day than it happened.
	Late Cause = "late"
	// Correction: it says something else of a fact that was told before, or takes it back.
	Correction Cause = "correction"
)

// Entry is one line of the journal: by what arrived on Stamp, Count.N more or fewer.
type Entry struct {
	Stamp calendar.Day
	Cause Cause
	Count
}

// Journal returns the case as it is known from all events, and the journal that it should have: for each day of arrival,
// in order, what that day's events changed. Folded up to a day, the journal is what the books said at its end; folded
// over all days, it is what the case counts now. The case is returned without its facts, for readers keep many. It reorders events. Pure; safe for concurrent use.
func Journal(events []event.Event, calendars calendar.Set) (c Case, entries []Entry, err error) {
	zone := calendars.Location()
	slices.SortFunc(events, func(a, b event.Event) int { return delivered(&a, &b) })
	days := arrivalDays(events, calendars)
	if len(days) == 1 {
		cause := causeOf(events, days[0].day, 0, calendars)
		if c, err = Judge(events, calendars); err != nil {
			return c, nil, err
		}
		for _, count := range c.Counts(zone) {
			entries = append(entries, Entry{Stamp: days[0].day, Cause: cause, Count: count})
		}
		c.facts = nil
		return c, entries, nil
	}

	known := make([]event.Event, len(events))
	var before []Count
	for _, d := range days {
		cause := causeOf(events[:d.end], d.day, d.start, calendars)
		// Judge reorders what it is given.
		copy(known, events[:d.end])
		if c, err = Judge(known[:d.end], calendars); err != nil {
			return c, nil, err
		}
		now := c.Counts(zone)
		for _, count := range Difference(now, before) {
			entries = append(entries, Entry{Stamp: d.day, Cause: cause, Count: count})
		}
		before = now
	}
	c.facts = nil
	return c, entries, nil
}

// Difference returns what must be added to has to get should.
func Difference(should, has []Count) []Count {
	all := counts{list: slices.Clone(should)}
	for _, count := range has {
		all.add(count.Cell, -count.N)
	}
	return slices.DeleteFunc(all.list, func(c Count) bool { return c.N == 0 })
}

// arrivals are the events events[start:end] of one day of arrival.
type arrivals struct {
	day        calendar.Day
	start, end int
}

func arrivalDays(sorted []event.Event, calendars calendar.Set) []arrivals {
	var days []arrivals
	for i := range sorted {
		day := calendar.DayOf(sorted[i].Arrival, calendars.Location())
		if n := len(days); n == 0 || days[n-1].day != day {
			days = append(days, arrivals{day: day, start: i})
		}
		days[len(days)-1].end = i + 1
	}
	return days
}

// causeOf names the cause of what known[from:], which arrived on day, changed.
func causeOf(known []event.Event, day calendar.Day, from int, calendars calendar.Set) Cause {
	cause := Told
	for i := from; i < len(known); i++ {
		e := &known[i]
		if calendar.DayOf(e.Time, calendars.Location()) < day {
			cause = Late
		}
		if e.Retracted {
			return Correction
		}
		for j := range known[:from] {
			if other := &known[j]; other.Type == e.Type && other.Time.Equal(e.Time) && (other.Source != e.Source || other.ID != e.ID) {
				return Correction
			}
		}
	}
	return cause
}
