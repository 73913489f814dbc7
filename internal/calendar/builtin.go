package calendar

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
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

// Names returns the names of all calendars, sorted.
func (s Set) Names() []string { return slices.Sorted(maps.Keys(s.calendars)) }

// The hours of a public office: 07:00 to 11:30 and 13:30 to 17:00, in minutes of the day. Source: DOMAIN.md §3.
var officeHours = [][2]int{{7 * 60, 11*60 + 30}, {13*60 + 30, 17 * 60}}

// vnOffice lists the days off and the worked Saturdays that the yearly notices decreed.
//
//go:embed vn-office.txt
var vnOffice string

// Builtin returns the calendars that need no configuration: vn-office (2018 to 2027), days and continuous. loc must not be
// nil.
//
// Law: Bộ luật Lao động 2019, Điều 111 khoản 3, Điều 112 [S5]; the days of each year by the notices named in vn-office.txt.
func Builtin(loc *time.Location) Set {
	office, err := parseOffice(vnOffice, loc)
	if err != nil {
		panic("BUG: the embedded calendar: " + err.Error())
	}
	return Set{zone: loc, calendars: map[string]*Calendar{
		"vn-office":  office,
		"days":       {name: "days", grain: ByDay, zone: loc, always: true},
		"continuous": {name: "continuous", grain: ByInstant, zone: loc, always: true},
	}}
}

// parseOffice reads a table of years, each "year: off MM-DD … / on MM-DD … # source". The years must follow one another.
func parseOffice(text string, loc *time.Location) (*Calendar, error) {
	c := &Calendar{name: "vn-office", grain: ByDay, zone: loc}
	var total Work
	next := 0
	for line := range strings.SplitSeq(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		year, changes, err := parseYear(line)
		if err != nil {
			return nil, err
		}
		if next != 0 && year != next {
			return nil, fmt.Errorf("year %d does not follow %d", year, next-1)
		}
		first, err := ParseDay(fmt.Sprintf("%d-01-01", year))
		if err != nil {
			return nil, err
		}
		last, _ := ParseDay(fmt.Sprintf("%d-12-31", year))
		if next == 0 {
			c.first = first
		}
		for d := first; d <= last; d++ {
			works := d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
			if changed, ok := changes[d]; ok {
				works = changed
			}
			if works {
				total = c.add(d, total)
			}
		}
		c.last, next = last, year+1
	}
	if next == 0 {
		return nil, errors.New("no year is named")
	}
	return c, nil
}

// add adds a day of office hours, and returns the work up to its end.
func (c *Calendar) add(d Day, total Work) Work {
	c.days = append(c.days, d)
	midnight := d.Start(c.zone)
	for _, h := range officeHours {
		from := time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, h[0], 0, 0, c.zone).UnixMilli()
		to := time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, h[1], 0, 0, c.zone).UnixMilli()
		c.spans, c.before = append(c.spans, span{from, to}), append(c.before, total)
		total += Work(to - from)
	}
	return total
}

// parseYear reads a line; changes says of a day whether it is worked.
func parseYear(line string) (year int, changes map[Day]bool, err error) {
	head, body, ok := strings.Cut(line, ":")
	if year, err = strconv.Atoi(head); !ok || err != nil || year < 1900 || year > 2199 {
		return 0, nil, fmt.Errorf("%q is no year, write 2026: off 01-01", head)
	}
	changes = map[Day]bool{}
	for part := range strings.SplitSeq(body, "/") {
		words := strings.Fields(part)
		if len(words) == 0 || (words[0] != "off" && words[0] != "on") {
			return 0, nil, fmt.Errorf("year %d: %q begins neither with off nor with on", year, part)
		}
		for _, w := range words[1:] {
			day, err := ParseDay(fmt.Sprintf("%d-%s", year, w))
			if err != nil {
				return 0, nil, err
			}
			if _, twice := changes[day]; twice {
				return 0, nil, fmt.Errorf("%s is named twice", day)
			}
			changes[day] = words[0] == "on"
		}
	}
	return year, changes, nil
}
