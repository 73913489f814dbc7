package importer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// isoLayouts are what is tried where a mapping names no layout. Year first, they cannot be taken for one another.
var isoLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly,
}

// layout is one of Go's layouts and what it tells.
type layout struct {
	text string
	// zone: it names an offset; clock: it has a time of day.
	zone, clock bool
}

// workbookLayouts are how a date of a workbook is written.
var workbookLayouts = []layout{{text: time.DateOnly}, {text: "2006-01-02T15:04:05", clock: true}}

// newLayout finds out what a layout tells by writing instants that differ in one part only. The error says why text
// cannot name an instant or a day.
func newLayout(text string) (layout, error) {
	if strings.Contains(text, "MST") {
		return layout{}, fmt.Errorf("%q reads the name of a zone, and such names are ambiguous; use an offset (Z07:00) or leave the zone out", text)
	}
	base := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	tells := func(other time.Time) bool { return base.Format(text) != other.Format(text) }
	for part, other := range map[string]time.Time{"year": base.AddDate(1, 0, 0), "month": base.AddDate(0, 1, 0), "day": base.AddDate(0, 0, 1)} {
		if !tells(other) {
			return layout{}, fmt.Errorf("%q has no %s; write a layout of Go, such as \"02/01/2006 15:04\"", text, part)
		}
	}
	l := layout{text: text, clock: tells(base.Add(time.Hour))}
	l.zone = tells(time.Date(2001, 2, 3, 4, 5, 6, 0, time.FixedZone("", 7*3600)))
	if l.clock && !tells(base.Add(12*time.Hour)) {
		return layout{}, fmt.Errorf("%q cannot tell morning from afternoon; use 15 for the hour, or add PM", text)
	}
	if l.zone && !l.clock {
		return layout{}, fmt.Errorf("%q has an offset but no time of day", text)
	}
	return l, nil
}

// newLayouts is newLayout for a list; without one it gives the ISO layouts.
func newLayouts(texts []string) ([]layout, error) {
	if len(texts) == 0 {
		texts = isoLayouts
	}
	layouts := make([]layout, len(texts))
	for i, text := range texts {
		l, err := newLayout(text)
		if err != nil {
			return nil, err
		}
		layouts[i] = l
	}
	return layouts, nil
}

// reading is what a cell says about time. wall is the wall clock, written as if it were UTC; a day alone is midnight.
type reading struct {
	wall    time.Time
	instant time.Time
	clock   bool
}

// readTime reads text by the first layout that fits, in loc. A day alone is its first instant. A wall clock that a
// change of clocks shows twice is the earlier one; the error says that a wall clock does not exist or that no layout
// fits, and names text.
func readTime(text string, layouts []layout, loc *time.Location) (reading, error) {
	for _, l := range layouts {
		if l.zone {
			t, err := time.Parse(l.text, text)
			if err != nil {
				continue
			}
			return reading{wall: asWall(t.In(loc)), instant: t, clock: true}, nil
		}
		wall, err := time.ParseInLocation(l.text, text, time.UTC)
		if err != nil {
			continue
		}
		r := reading{wall: wall, clock: l.clock}
		if !l.clock {
			r.instant = startOfDay(wall, loc)
			return r, nil
		}
		instant, ok := instantOf(wall, loc)
		if !ok {
			return reading{}, fmt.Errorf("%s does not exist in %s: the clocks were put forward", quote(text), loc)
		}
		r.instant = instant
		return r, nil
	}
	return reading{}, fmt.Errorf("%s is no time %s; correct it, or name its layout in the mapping", quote(text), describe(layouts))
}

// describe says in a message what was tried.
func describe(layouts []layout) string {
	names := make([]string, len(layouts))
	for i, l := range layouts {
		names[i] = l.text
	}
	if slices.Equal(names, isoLayouts) {
		return "with the year first, such as 2006-01-02 15:04:05"
	}
	for i, name := range names {
		names[i] = strconv.Quote(name)
	}
	return "by " + english(names, "or")
}

// asWall is the wall clock of t as if it were UTC.
func asWall(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// instantOf is the first instant at which the clocks in loc show wall; false if they never do. Go's time.Date leaves
// open which of two instants it gives, and makes one up where there is none.
func instantOf(wall time.Time, loc *time.Location) (time.Time, bool) {
	before, after := offsetAt(wall.Add(-26*time.Hour), loc), offsetAt(wall.Add(26*time.Hour), loc)
	// The greater offset gives the earlier instant.
	for _, offset := range [2]time.Duration{max(before, after), min(before, after)} {
		if t := wall.Add(-offset); offsetAt(t, loc) == offset {
			return t.In(loc), true
		}
	}
	return time.Time{}, false
}

// startOfDay is the first instant of a day in loc. Where the clocks are put forward at midnight that is not 00:00.
func startOfDay(midnight time.Time, loc *time.Location) time.Time {
	if t, ok := instantOf(midnight, loc); ok {
		return t
	}
	late := midnight.Add(-offsetAt(midnight.Add(-26*time.Hour), loc)).In(loc)
	start, _ := late.ZoneBounds()
	return start
}

func offsetAt(t time.Time, loc *time.Location) time.Duration {
	_, seconds := t.In(loc).Zone()
	return time.Duration(seconds) * time.Second
}

// sameClocks says whether the clocks of two zones showed the same in each month of the three years before now: zones have several
// names. One that is not known is like any other.
func sameClocks(a, b *time.Location, now time.Time) bool {
	if b == nil || a.String() == b.String() {
		return true
	}
	for month := range 36 {
		at := now.AddDate(0, -month, 0)
		_, offset := at.In(a).Zone()
		if _, other := at.In(b).Zone(); offset != other {
			return false
		}
	}
	return true
}
