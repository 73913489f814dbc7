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
	day := seconds / 86_400
	if seconds%86_400 < 0 {
		day--
	}
	return Day(day)
}

// ParseDay reads a date written as 2006-01-02.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%q is no date, write it as 2006-01-02", s)
	}
	return DayOf(t, time.UTC), nil
}

func (d Day) String() string { return d.Start(time.UTC).Format(time.DateOnly) }

// Start returns the first instant of d in loc.
func (d Day) Start(loc *time.Location) time.Time {
	t := time.Unix(int64(d)*86_400, 0).UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, loc)
}

// End returns the last millisecond of d in loc, 23:59:59.999.
func (d Day) End(loc *time.Location) time.Time {
	return (d + 1).Start(loc).Add(-time.Millisecond)
}

// Weekday returns the day of the week of d.
func (d Day) Weekday() time.Weekday { return time.Weekday(((int(d)+4)%7 + 7) % 7) }
