package lifecycle

import (
	"time"

	"tiendo/internal/calendar"
)

// Stretch is a pause with what it moved the deadline by.
type Stretch struct {
	Pause
	// Days are the days after the first up to the last, and whether each is a working day; nil for a calendar whose
	// deadlines are instants, and where the calendar does not cover them.
	Days []CountedDay
}

// CountedDay is a day, and whether it is a working day and so counts.
type CountedDay struct {
	Day    calendar.Day
	Counts bool
	// Waiting says that the case waited for its applicant on it: the day counts for the deadline's move, not against the agency.
	Waiting bool
	// Why says why it is worked or not.
	Why calendar.Reason
}

// Course is the days of a case: after the day of the opening, up to the closing or the latest deadline, whichever is later;
// without either, up to what was told last.
type Course struct {
	// From is the day of the opening, which does not count; To is the last day.
	From, To calendar.Day
	// Working is how many working days there are after From up to To, and Waiting how many of these lie in pauses.
	Working, Waiting int
	// Days are these days one by one; nil if there are more than maxCourse.
	Days []CountedDay
}

// maxCourse is how many days of a course are told one by one: more than two years.
const maxCourse = 800

func (j *judge) explainPauses() []Stretch {
	var all []Stretch
	for _, p := range j.Pauses {
		s := Stretch{Pause: p}
		if j.countsDays() && !p.To.IsZero() {
			s.Days = j.explainDays(calendar.DayOf(p.From, j.zone), calendar.DayOf(p.To, j.zone))
		}
		all = append(all, s)
	}
	return all
}

// countsDays says whether the deadlines of the case are dates.
func (j *judge) countsDays() bool { return j.days != nil && j.days.Grain() == calendar.ByDay }

func (j *judge) explainCourse() *Course {
	if j.Opened.IsZero() || !j.countsDays() {
		return nil
	}
	c := &Course{From: calendar.DayOf(j.Opened, j.zone), To: calendar.DayOf(j.end(), j.zone)}
	var err error
	if c.Working, err = j.days.WorkingDays(c.From, c.To); j.outside(err) {
		return nil
	}
	for _, p := range j.Pauses {
		waited, err := j.days.WorkingDays(calendar.DayOf(p.From, j.zone), min(c.To, j.lastDay(p)))
		if j.outside(err) {
			return nil
		}
		c.Waiting += waited
	}
	if c.To-c.From <= maxCourse {
		c.Days = j.explainDays(c.From, c.To)
	}
	return c
}

// end is when a case's course ends, as far as that is known.
func (j *judge) end() time.Time {
	end := later(j.Closed, later(j.Deadline, j.DeadlineFirst))
	if end.IsZero() {
		end = j.LastEvent
	}
	return later(end, j.Opened)
}

// lastDay is the last day of a pause; of a running one the last that there is.
func (j *judge) lastDay(p Pause) calendar.Day {
	if p.To.IsZero() {
		return lastDay
	}
	return calendar.DayOf(p.To, j.zone)
}

// explainDays are the days after first up to last; nil if the calendar does not cover one of them.
func (j *judge) explainDays(first, last calendar.Day) []CountedDay {
	var all []CountedDay
	for d := first + 1; d <= last; d++ {
		works, err := j.days.Works(d)
		if j.outside(err) {
			return nil
		}
		why, err := j.days.Why(d)
		if j.outside(err) {
			return nil
		}
		all = append(all, CountedDay{Day: d, Counts: works, Waiting: j.waitsOn(d), Why: why})
	}
	return all
}

// waitsOn says whether a day is one by which a pause moves deadlines: after its first day, up to its last.
func (j *judge) waitsOn(d calendar.Day) bool {
	for _, p := range j.Pauses {
		if calendar.DayOf(p.From, j.zone) < d && d <= j.lastDay(p) {
			return true
		}
	}
	return false
}
