package lifecycle

import (
	"slices"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
)

// Cause says why the books changed.
type Cause string

// The causes. Of what arrives on one day for one case the strongest names the day's change.
const (
	// Told: it happened on the day it arrived.
	Told Cause = "event"
	// Late: it arrived on a later day than it happened.
	Late Cause = "late"
	// Correction: it says something else of a fact that was told before, or takes it back.
	Correction Cause = "correction"
	// CalendarLoaded and RegisterLoaded: a new version of calendars, of procedures, was loaded.
	CalendarLoaded Cause = "calendar"
	RegisterLoaded Cause = "register"
)

// Entry is one line of the journal: by what arrived on Stamp, Count.N more or fewer.
type Entry struct {
	Stamp calendar.Day
	Cause Cause
	Count
}

// Journal returns the case as it is known now, and the journal that it should have: for each day of arrival of its events,
// and each day of a load that it is judged by, in order, what that day changed. Folded up to a day, the journal is what the
// books said at its end; folded over all days, it is what the case counts now. The case is returned without its facts, for
// readers keep many. It reorders events. Pure; safe for concurrent use.
func Journal(events []event.Event, rules *Rules) (c Case, entries []Entry, err error) {
	zone := rules.Zone()
	slices.SortFunc(events, func(a, b event.Event) int { return a.Compare(&b) })
	days := rules.days(events)
	known := events
	if len(days) > 1 {
		known = make([]event.Event, len(events)) // judging reorders what it is given
	}
	w := workspaces.Get().(*workspace)
	defer workspaces.Put(w)
	w.before = w.before[:0]
	for i, d := range days {
		if d.loaded != "" && c.Closing != "" && calendar.DayOf(c.Closed, zone) < d.day {
			continue // judged by what was recorded before its closing, for good
		}
		cause := d.loaded
		if d.end > d.start {
			cause = causeOf(events[:d.end], d.day, d.start, zone)
		}
		if len(days) > 1 {
			copy(known, events[:d.end])
		}
		until := time.Time{}
		if i+1 < len(days) {
			until = (d.day + 1).Start(zone)
		}
		c = Case{}
		if _, err = c.judge(known[:d.end], rules, until, w); err != nil {
			return c, nil, err
		}
		w.now = c.appendCounts(w.now[:0], zone)
		changes := w.now
		if len(w.before) > 0 {
			changes = Difference(w.now, w.before)
		}
		entries = slices.Grow(entries, len(changes))
		for _, count := range changes {
			if count.N != 0 {
				entries = append(entries, Entry{Stamp: d.day, Cause: cause, Count: count})
			}
		}
		w.now, w.before = w.before, w.now
	}
	c.forget()
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

// bookDay is a day on which a case may change: events[start:end] arrived on it, or a version was loaded.
type bookDay struct {
	day        calendar.Day
	start, end int
	// loaded is the cause of what a load alone changes; empty on a day without one.
	loaded Cause
}

// days are the days on which a case may have changed, in order, from sorted events.
func (r *Rules) days(sorted []event.Event) []bookDay {
	var days []bookDay
	loads := r.loads
	for i := range sorted {
		day := calendar.DayOf(sorted[i].Arrival, r.Zone())
		for ; len(loads) > 0 && loads[0].day <= day; loads = loads[1:] {
			if n := len(days); n > 0 && loads[0].day < day && days[n-1].day < loads[0].day {
				days = append(days, bookDay{day: loads[0].day, start: i, end: i, loaded: loads[0].cause})
			}
		}
		if n := len(days); n == 0 || days[n-1].day != day {
			days = append(days, bookDay{day: day, start: i})
		}
		days[len(days)-1].end = i + 1
	}
	for _, l := range loads {
		if days[len(days)-1].day < l.day {
			days = append(days, bookDay{day: l.day, start: len(sorted), end: len(sorted), loaded: l.cause})
		}
	}
	return days
}

// causeOf names the cause of what known[from:], which arrived on day, changed.
func causeOf(known []event.Event, day calendar.Day, from int, zone *time.Location) Cause {
	cause := Told
	for i := from; i < len(known); i++ {
		e := &known[i]
		if calendar.DayOf(e.Time, zone) < day {
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
