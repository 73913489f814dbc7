// Package simulator plays a city like Hải Phòng in 2019: departments and districts that receive dossiers, tasks, petitions
// and citizens, are inspected and report of themselves, and tell of all that as CloudEvents. It decides what a believable
// city looks like; it refuses to know how one is counted, so that the figures made from its events prove something. Names
// of agencies are facts, every figure is invented, but for those of Sở Xây dựng in 2019 (see [Construction]).
package simulator

import (
	"fmt"
	"iter"
	"math"
	"time"

	"tiendo/internal/calendar"
)

// Options say which city, and which part of its history.
type Options struct {
	// Seed makes the city: two cities of one seed are one, whatever their From and To, but for what sources count on the
	// first days: cases that began before From are not told and not counted.
	Seed uint64
	// From is the first instant at which a case may begin, cut to its day in Location. The city's books are empty then.
	From time.Time
	// To is where the history ends: nothing happens and nothing is recorded at To or later.
	To time.Time
	// DossiersPerDay is how many dossiers a usual working day brings; 120 if it is not positive.
	DossiersPerDay int
	// Location is the city's zone; UTC+7 if it is nil.
	Location *time.Location
	// Habits are what agencies do that figures should show, by code; whoever is not named has none. With nil a department and
	// a district have theirs.
	Habits map[string]Habit
}

// City is a city with a history. It is never changed, and safe for concurrent use.
type City struct {
	seed        uint64
	from        calendar.Day
	to          int64 // seconds since 1970
	perDay      float64
	zone        *time.Location
	calendar    *calendar.Calendar
	first, last calendar.Day // what the calendar covers
	lull        map[calendar.Day]float64
	reported    reported  // of Sở Xây dựng in 2019
	counters    []counter // what an agency does for a procedure, with its share of all dossiers
	habits      [len(agencies)]Habit
}

// counter is the desk of an agency that takes dossiers of one procedure.
type counter struct {
	agency    int // in agencies
	procedure int // in procedures
	upTo      float64
}

// The years that the calendar of the city, vn-office, covers.
const firstYear, lastYear = 2018, 2027

// New makes a city. It refuses a history that ends before it begins, or lies outside the years of vn-office.
func New(o Options) (*City, error) {
	if o.Location == nil {
		o.Location = time.FixedZone("+07", 7*60*60)
	}
	if o.DossiersPerDay <= 0 {
		o.DossiersPerDay = 120
	}
	office, _ := calendar.Builtin(o.Location).Get("vn-office")
	c := &City{
		seed: o.Seed, perDay: float64(o.DossiersPerDay), zone: o.Location, calendar: office,
		from: calendar.DayOf(o.From, o.Location), to: ceilSecond(o.To),
		first: firstOf(firstYear), last: firstOf(lastYear+1) - 1,
	}
	switch {
	case !o.From.Before(o.To):
		return nil, fmt.Errorf("simulate: from %s to %s holds no time; let it begin before it ends",
			o.From.Format(time.DateOnly), o.To.Format(time.DateOnly))
	case c.from < c.first || calendar.DayOf(o.To.Add(-1), o.Location) > c.last:
		return nil, fmt.Errorf("simulate: from %s to %s leaves the years %d to %d, whose working days are decreed; choose dates within them",
			o.From.Format(time.DateOnly), o.To.Format(time.DateOnly), firstYear, lastYear)
	}
	for code := range o.Habits {
		if placeOf(code) < 0 {
			return nil, fmt.Errorf("simulate: no agency is called %q; a code of Agencies would do", code)
		}
	}
	for i := range agencies {
		c.habits[i] = agencies[i].habits
		if o.Habits != nil {
			c.habits[i] = o.Habits[agencies[i].Code]
		}
	}
	c.lull = c.tetLull()
	c.counters = counters()
	c.reported = c.inspection()
	return c, nil
}

func ceilSecond(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}

func firstOf(year int) calendar.Day {
	return calendar.DayOf(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC)
}

// counters spreads the dossiers over agencies and procedures, by the weight of each.
func counters() []counter {
	var all []counter
	total := 0.0
	for a := range agencies {
		share := 0.0
		for p := range procedures {
			if procedures[p].at(agencies[a].Code, agencies[a].Group) {
				share += procedures[p].weight
			}
		}
		for p := range procedures {
			if procedures[p].at(agencies[a].Code, agencies[a].Group) {
				total += agencies[a].weight * procedures[p].weight / share
				all = append(all, counter{agency: a, procedure: p, upTo: total})
			}
		}
	}
	for i := range all {
		all[i].upTo /= total
	}
	return all
}

// Events are the events of the history in the order in which they were recorded, which is close to the order in which
// they happened. The same seed, dates and number of dossiers give the same bytes. Memory holds the open cases only. An
// event is good until the next one is asked for.
func (c *City) Events() iter.Seq[*Event] { return c.events(math.MinInt64, c.to) }

// Assessments are what agencies claim of themselves in the history, for each quarter that has ended, and what was verified of it. They
// are no part of Events: whoever claims must be the agency.
func (c *City) Assessments() iter.Seq[*Event] {
	return c.planned(math.MinInt64, c.to, func(g *generator, day calendar.Day) {
		if g.day = day; c.works(day) {
			g.assessments()
		}
	})
}

// events are those recorded from a time on and before another.
func (c *City) events(from, to int64) iter.Seq[*Event] {
	return c.planned(from, to, (*generator).begin)
}

// planned are the events that are planned on each day.
func (c *City) planned(from, to int64, begin func(*generator, calendar.Day)) iter.Seq[*Event] {
	return func(yield func(*Event) bool) {
		g := newGenerator(c)
		for day := c.from; day <= c.last; day++ {
			if midnight := day.Start(c.zone).Unix(); midnight >= to {
				break
			}
			begin(g, day)
			tomorrow := min((day + 1).Start(c.zone).Unix(), to)
			for g.ahead.before(tomorrow) {
				if e := g.ahead.next(); e.recorded >= from && !yield(e) {
					return
				}
			}
		}
	}
}
