package calendar

import (
	"fmt"
	"maps"
	"slices"
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
	// Days are the days whose hours are not those of their weekday: holidays, swapped days, half days. Why says of such a day
	// why; one that is off for no named reason is Off, another Special.
	Days map[Day][]Hours
	Why  map[Day]Reason
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
	c := &Calendar{name: p.Name, grain: p.Grain, zone: loc, first: p.First, last: p.Last, why: p.reasons()}
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

// reasons are why the days are as they are whose hours are not those of their weekday.
func (p *Plan) reasons() map[Day]Reason {
	all := make(map[Day]Reason, len(p.Days))
	for d, hours := range p.Days {
		why, said := p.Why[d]
		switch {
		case said:
		case len(hours) == 0:
			why.Kind = Off
		default:
			why.Kind = Special
		}
		all[d] = why
	}
	return all
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

// Clone returns a plan that can be changed without changing p.
func (p *Plan) Clone() Plan {
	other := *p
	if other.Days = maps.Clone(p.Days); other.Days == nil {
		other.Days = map[Day][]Hours{}
	}
	if other.Why = maps.Clone(p.Why); other.Why == nil {
		other.Why = map[Day]Reason{}
	}
	for i := range other.Week {
		other.Week[i] = slices.Clone(p.Week[i])
	}
	return other
}
