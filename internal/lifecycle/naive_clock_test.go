package lifecycle_test

import (
	"strings"
	"time"

	"tiendo/internal/calendar"
)

// naiveClock walks a calendar day by day.
type naiveClock struct {
	calendar *calendar.Calendar // nil if there is none of that name
	hours    []calendar.Hours   // of a working day
	zone     *time.Location
}

// clock is the calendar that is named, else the default of the family (rule 5).
func (r *naiveReader) clock(name string) naiveClock {
	if name == "" {
		name = "vn-office"
		if r.family == "petition" {
			name = "days"
		}
	}
	c := naiveClock{zone: r.zone}
	c.calendar, _ = r.calendars.Get(name)
	switch name {
	case "vn-office":
		c.hours = []calendar.Hours{{From: 7 * 60, To: 11*60 + 30}, {From: 13*60 + 30, To: 17 * 60}}
	case "market": // the tests' own, whose deadlines are instants
		c.hours = []calendar.Hours{{From: 6 * 60, To: 12 * 60}}
	default:
		c.hours = []calendar.Hours{{From: 0, To: 24 * 60}}
	}
	return c
}

func (c *naiveClock) byDay() bool {
	return c.calendar == nil || c.calendar.Grain() == calendar.ByDay
}

// end is the last instant of a due as told: of its day if a date is told or the grain is day.
func (c *naiveClock) end(due string) time.Time {
	if !strings.Contains(due, "T") {
		day, err := time.ParseInLocation(time.DateOnly, due, c.zone)
		if err != nil {
			panic(err)
		}
		return day.AddDate(0, 0, 1).Add(-time.Millisecond).UTC()
	}
	at, err := time.Parse(time.RFC3339, due)
	if err != nil {
		panic(err)
	}
	if c.byDay() {
		return c.end(at.In(c.zone).Format(time.DateOnly))
	}
	return at.Truncate(time.Millisecond).UTC()
}

// later says that a pause begins later than a deadline.
func (c *naiveClock) later(from, deadline time.Time) bool {
	if c.byDay() {
		return calendar.DayOf(from, c.zone) > calendar.DayOf(deadline, c.zone)
	}
	return from.After(deadline)
}

// move moves a deadline by the pause from a to b; false where the calendar does not tell.
func (c *naiveClock) move(deadline, a, b time.Time) (time.Time, bool) {
	if c.calendar == nil {
		return time.Time{}, false
	}
	if !c.byDay() {
		pause, ok := c.work(a, b)
		if !ok {
			return time.Time{}, false
		}
		return c.advance(deadline, pause)
	}
	d, ok := c.shift(calendar.DayOf(deadline, c.zone), calendar.DayOf(a, c.zone), calendar.DayOf(b, c.zone))
	return c.end(d.String()), ok
}

// shift moves a day on by the working days in (a, b]; false where the calendar does not tell.
func (c *naiveClock) shift(d, a, b calendar.Day) (calendar.Day, bool) {
	days := 0
	for a++; a <= b; a++ {
		works, err := c.calendar.Works(a)
		if err != nil {
			return d, false
		}
		if works {
			days++
		}
	}
	for days > 0 {
		d++
		works, err := c.calendar.Works(d)
		if err != nil {
			return d, false
		}
		if works {
			days--
		}
	}
	return d, true
}

// spans are the stretches of work that begin or end on a day.
func (c *naiveClock) spans(d calendar.Day) ([]naivePause, bool) {
	works, err := c.calendar.Works(d)
	if err != nil || !works {
		return nil, err == nil
	}
	midnight := d.Start(c.zone)
	var spans []naivePause
	for _, h := range c.hours {
		spans = append(spans, naivePause{
			midnight.Add(time.Duration(h.From) * time.Minute), midnight.Add(time.Duration(h.To) * time.Minute),
		})
	}
	return spans, true
}

// work is the working time in [a, b), walked day by day; false where the calendar does not tell.
func (c *naiveClock) work(a, b time.Time) (calendar.Work, bool) {
	var sum time.Duration
	for d := calendar.DayOf(a, c.zone); d.Start(c.zone).Before(b) && a.Before(b); d++ {
		spans, ok := c.spans(d)
		if !ok {
			return 0, false
		}
		for _, s := range spans {
			from, to := s.from, s.to
			if from.Before(a) {
				from = a
			}
			if to.After(b) {
				to = b
			}
			sum += max(0, to.Sub(from))
		}
	}
	return calendar.Work(sum.Milliseconds()), true
}

// advance is the smallest instant that has so much working time between t and it; false where the calendar does not tell.
func (c *naiveClock) advance(t time.Time, w calendar.Work) (time.Time, bool) {
	left := time.Duration(w) * time.Millisecond
	if left <= 0 {
		return t, true
	}
	for d := calendar.DayOf(t, c.zone); ; d++ {
		spans, ok := c.spans(d)
		if !ok {
			return time.Time{}, false
		}
		for _, s := range spans {
			if s.from.Before(t) {
				s.from = t
			}
			if length := s.to.Sub(s.from); length >= left {
				return s.from.Add(left).UTC(), true
			} else if length > 0 {
				left -= length
			}
		}
	}
}
