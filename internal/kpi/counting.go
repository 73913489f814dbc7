package kpi

import (
	"maps"
	"slices"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// Membership says that a case counts in a figure.
type Membership struct {
	ID string `json:"id"`
	// Part is numerator or denominator of a rate; empty for a count or a quantile.
	Part Part `json:"part,omitempty"`
	// Day is the city's day from which, or on which, it counts.
	Day string `json:"day"`
	// Until is the day at whose end a stock no longer counts it; empty while it does.
	Until string `json:"until,omitempty"`
	// Begins says that it counts in the periods that begin from Day to Until, both included: it is what they carry over.
	Begins bool  `json:"begins,omitzero"`
	N      int64 `json:"n"`
	// Stays says that it is counted from Day on, and not on Day alone.
	Stays bool `json:"-"`
	// Adds says that N is what the case adds, such as people or points, and not how often it counts.
	Adds bool `json:"-"`
}

// Ahead says that d counts what is to come: the day of a Membership is then that of the deadline.
func (d *Definition) Ahead() bool { return d.looksAhead() }

// Counting lists the figures that count a case, from what it contributes to the books. A stock counts it from the end of a
// day on until the end of another, and periods that begin meanwhile carry it over; what began and ended on one day is not listed.
func Counting(family event.Family, counts []lifecycle.Count) []Membership {
	all := []Membership{}
	for _, d := range Catalogue() {
		if !slices.Contains(d.Families(), family) {
			continue
		}
		add := func(part Part, terms []term) {
			days := map[calendar.Day]int64{}
			adds := false
			for _, t := range terms {
				if t.minus || t.window == atStart || t.window == atEnd {
					continue
				}
				adds = adds || addsUp[t.measure]
				for _, c := range counts {
					if t.counts(&c) {
						days[c.Day] += c.N
					}
				}
			}
			for _, day := range slices.Sorted(maps.Keys(days)) {
				all = append(all, Membership{ID: d.ID, Part: part, Day: day.String(), N: days[day], Adds: adds})
			}
			for _, w := range []window{atStart, atEnd} {
				all = append(all, stays(d.ID, part, w, terms, counts)...)
			}
		}
		switch {
		case d.measure != "":
			add(All, flow(d.measure, 0, 0))
		case d.Shape == Count:
			add(All, d.numerator)
		default:
			add(Numerator, d.numerator)
			add(Denominator, d.denominator)
		}
	}
	return all
}

// addsUp are the measures that add up what a case tells.
var addsUp = map[lifecycle.Measure]bool{lifecycle.Sessions: true, lifecycle.Received: true, lifecycle.Heard: true, lifecycle.Led: true, lifecycle.Scored: true}

// counts says whether t sums c.
func (t *term) counts(c *lifecycle.Count) bool {
	return c.Measure == t.measure && c.Marks&(t.with|t.without) == t.with
}

// stays are the stretches of days at whose ends, or of days at whose beginnings, the stock among terms counts the case.
func stays(id string, part Part, w window, terms []term, counts []lifecycle.Count) []Membership {
	changes := map[calendar.Day]int64{}
	for _, t := range terms {
		if t.window != w {
			continue
		}
		for _, c := range counts {
			switch {
			case !t.counts(&c):
			case t.minus:
				changes[c.Day] -= c.N
			default:
				changes[c.Day] += c.N
			}
		}
	}
	var all []Membership
	var n int64
	for _, day := range slices.Sorted(maps.Keys(changes)) {
		if changes[day] == 0 {
			continue
		}
		if n != 0 {
			all[len(all)-1].Until = day.String()
		}
		if n += changes[day]; n == 0 {
			continue
		}
		first := day
		if w == atStart {
			first++ // what a day ends with, the next begins with
		}
		all = append(all, Membership{ID: id, Part: part, Day: first.String(), N: n, Stays: true, Begins: w == atStart})
	}
	return all
}
