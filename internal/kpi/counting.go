package kpi

import (
	"slices"

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
	N   int64  `json:"n"`
}

// Counting lists the figures that count a case, from what it contributes to the books. A stock counts it from the day on;
// a day on which it stops to count is not listed.
func Counting(family event.Family, counts []lifecycle.Count) []Membership {
	all := []Membership{}
	for _, d := range Catalogue() {
		if !slices.Contains(d.Families(), family) {
			continue
		}
		add := func(part Part, terms []term) {
			for _, t := range terms {
				if t.minus || t.window == atStart {
					continue
				}
				for _, c := range counts {
					if c.Measure == t.measure && c.Marks&(t.with|t.without) == t.with {
						all = append(all, Membership{ID: d.ID, Part: part, Day: c.Day.String(), N: c.N})
					}
				}
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
