package calendar

import (
	"maps"
	"slices"
	"time"
)

// Set is the calendars that a city knows, in its time zone. It is never changed, and safe for concurrent use.
type Set struct {
	zone      *time.Location
	calendars map[string]*Calendar
}

// Location returns the city's time zone.
func (s Set) Location() *time.Location { return s.zone }

// Get returns the calendar of a name.
func (s Set) Get(name string) (*Calendar, bool) {
	c, ok := s.calendars[name]
	return c, ok
}

// Office says whether a day is one on which offices work, by vn-office; by its weekday where that does not cover it.
func (s Set) Office(d Day) bool {
	if office, ok := s.Get("vn-office"); ok {
		if works, err := office.Works(d); err == nil {
			return works
		}
	}
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

// farthest is how many days OfficeDays counts on.
const farthest = 366

// OfficeDays is how many days on which offices work lie in (a, b], as Office says; less than 0 if b is before a. Days that lie farther apart than a
// year count as a year.
func (s Set) OfficeDays(a, b Day) int {
	if b < a {
		return -s.OfficeDays(b, a)
	}
	b = min(b, a+farthest)
	if office, ok := s.Get("vn-office"); ok {
		if n, err := office.WorkingDays(a, b); err == nil {
			return n
		}
	}
	n := 0
	for d := a + 1; d <= b; d++ {
		if s.Office(d) {
			n++
		}
	}
	return n
}

// Names returns the names of all calendars, sorted.
func (s Set) Names() []string { return slices.Sorted(maps.Keys(s.calendars)) }

// Builtin returns the calendars that need no configuration: vn-office (2018 to 2027), days and continuous. loc must not be
// nil.
//
// Law: Bộ luật Lao động 2019, Điều 111 khoản 3, Điều 112 [S5]; the days of each year by the notices named in vn-office.txt.
func Builtin(loc *time.Location) Set {
	office, err := New(officePlan(), loc)
	if err != nil {
		panic("BUG: the embedded calendar: " + err.Error())
	}
	return Set{zone: loc, calendars: map[string]*Calendar{
		"vn-office":  office,
		"days":       {name: "days", grain: ByDay, zone: loc, always: true},
		"continuous": {name: "continuous", grain: ByInstant, zone: loc, always: true},
	}}
}

// With returns s with the city's own calendars beside, or instead of, those of the same names.
func (s Set) With(own ...*Calendar) Set {
	all := maps.Clone(s.calendars)
	for _, c := range own {
		all[c.name] = c
	}
	return Set{zone: s.zone, calendars: all}
}
