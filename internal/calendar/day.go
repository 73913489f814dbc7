package calendar

import (
	"fmt"
	"time"
)

// Day is a civil date without zone: days since 1970-01-01.
type Day int32

// DayOf returns the date of t in loc.
func DayOf(t time.Time, loc *time.Location) Day {
	_, offset := t.In(loc).Zone()
	seconds := t.Unix() + int64(offset)
	day := seconds / secondsPerDay
	if seconds%secondsPerDay < 0 {
		day--
	}
	return Day(day)
}

// ParseDay reads a date written as 2006-01-02, of the years 0000 to 9999.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%q is no date, write it as 2006-01-02", s)
	}
	return Day(t.Unix() / secondsPerDay), nil // whole days, also before 1970
}

const secondsPerDay = 86_400

func (d Day) String() string { return time.Unix(int64(d)*secondsPerDay, 0).UTC().Format(time.DateOnly) }

// Start returns the first instant of d in loc: midnight, or what comes first where clocks are set at midnight.
func (d Day) Start(loc *time.Location) time.Time {
	midnight := int64(d) * secondsPerDay // by a clock in UTC
	civil := time.Unix(midnight, 0).UTC()
	t := time.Date(civil.Year(), civil.Month(), civil.Day(), 0, 0, 0, 0, loc)
	since, until := t.ZoneBounds()
	if t.Hour() != 0 || t.Minute() != 0 || t.Day() != civil.Day() { // there is no midnight: the clocks jump over it
		if DayOf(t, loc) < d {
			return until
		}
		return since
	}
	if since.IsZero() {
		return t
	}
	_, offset := since.Add(-1).Zone()
	if earlier := time.Unix(midnight-int64(offset), 0).In(loc); earlier.Before(since) && DayOf(earlier, loc) == d {
		return earlier // midnight comes twice
	}
	return t
}

// End returns the last millisecond of d in loc, 23:59:59.999.
func (d Day) End(loc *time.Location) time.Time {
	return (d + 1).Start(loc).Add(-time.Millisecond)
}

// Weekday returns the day of the week of d.
func (d Day) Weekday() time.Weekday { return time.Weekday(((int(d)+4)%7 + 7) % 7) }
