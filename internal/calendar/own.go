package calendar

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Hours is a stretch of work within a day, in minutes from its midnight by the clock: 0 ≤ From < To ≤ 1440.
type Hours struct{ From, To int }

// Plan is what a calendar of the city's own is made from.
type Plan struct {
	Name  string
	Grain Grain
	// First and Last are the days that it covers, both included.
	First, Last Day
	// Week holds the hours of each weekday, by time.Weekday, in order and apart; none: a day off.
	Week [7][]Hours
	// Days are the days whose hours are not those of their weekday: holidays, swapped days, half days.
	Days map[Day][]Hours
}

// On returns the hours of a day; none if it is off.
func (p *Plan) On(d Day) []Hours {
	if hours, named := p.Days[d]; named {
		return hours
	}
	return p.Week[d.Weekday()]
}

// New makes a calendar from a plan. Hours that a change of clocks takes away are not worked.
func New(p Plan, loc *time.Location) (*Calendar, error) {
	if p.Last < p.First {
		return nil, fmt.Errorf("calendar %s ends on %s, before it begins on %s", p.Name, p.Last, p.First)
	}
	c := &Calendar{name: p.Name, grain: p.Grain, zone: loc, first: p.First, last: p.Last}
	var total Work
	for d := p.First; d <= p.Last; d++ {
		hours := p.On(d)
		if len(hours) == 0 {
			continue
		}
		c.days = append(c.days, d)
		for _, h := range hours {
			from, to := clock(d, h.From, loc), clock(d, h.To, loc)
			if n := len(c.spans); n > 0 {
				from = max(from, c.spans[n-1].to)
			}
			if to <= from {
				continue
			}
			c.spans, c.before = append(c.spans, span{from, to}), append(c.before, total)
			total += Work(to - from)
		}
	}
	if len(c.spans) == 0 {
		return nil, fmt.Errorf("calendar %s has no hour of work", p.Name)
	}
	return c, nil
}

// clock returns when the clocks show a minute of a day, in milliseconds; when they are set, if they jump over it.
func clock(d Day, minute int, loc *time.Location) int64 {
	wall := int64(d)*secondsPerDay + int64(minute)*60
	civil := time.Unix(wall, 0).UTC()
	t := time.Date(civil.Year(), civil.Month(), civil.Day(), civil.Hour(), civil.Minute(), 0, 0, loc)
	_, offset := t.Zone()
	since, until := t.ZoneBounds()
	switch shown := t.Unix() + int64(offset); {
	case shown < wall:
		t = until
	case shown > wall:
		t = since
	}
	return t.UnixMilli()
}

// Office returns the plan of vn-office, for calendars that differ from it only here and there. It is the caller's.
func Office() Plan {
	p := Plan{Name: "vn-office", Grain: ByDay, Days: map[Day][]Hours{}}
	var hours []Hours
	for _, h := range officeHours {
		hours = append(hours, Hours{h[0], h[1]})
	}
	for d := time.Monday; d <= time.Friday; d++ {
		p.Week[d] = hours
	}
	for line := range strings.SplitSeq(vnOffice, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		year, changes, err := parseYear(line)
		if err != nil {
			panic("BUG: the embedded calendar: " + err.Error())
		}
		if p.First == 0 {
			p.First = dayOf(year, time.January, 1)
		}
		p.Last = dayOf(year, time.December, 31)
		for d, works := range changes {
			p.Days[d] = nil
			if works {
				p.Days[d] = hours
			}
		}
	}
	return p
}

func dayOf(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// With returns s with the city's own calendars beside, or instead of, those of the same names.
func (s Set) With(own ...*Calendar) Set {
	all := maps.Clone(s.calendars)
	for _, c := range own {
		all[c.name] = c
	}
	return Set{zone: s.zone, calendars: all}
}

// Clone returns a plan that can be changed without changing p.
func (p *Plan) Clone() Plan {
	other := *p
	other.Days = maps.Clone(p.Days)
	if other.Days == nil {
		other.Days = map[Day][]Hours{}
	}
	for i := range other.Week {
		other.Week[i] = slices.Clone(p.Week[i])
	}
	return other
}
