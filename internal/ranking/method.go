package ranking

import (
	"slices"

	"tiendo/internal/calendar"
	"tiendo/internal/kpi"
)

// Names are a text in both languages.
type Names struct {
	VI string `json:"vi"`
	EN string `json:"en"`
}

// Method is a method file that holds together. It must not be changed.
type Method struct {
	ID, Version string
	Titles      Names
	// From and To are the days that a ranked period must lie within, both included.
	From, To calendar.Day
	// Periods are the kinds of periods that may be ranked, as internal/period names them.
	Periods []string
	// Report: periods run by the reporting calendar, from the 15th to the 14th.
	Report bool
	// Points are the most that can be reached: the sum of the areas' weights.
	Points float64
	Groups []Group
	// Exclude are agencies of those groups that are not ranked.
	Exclude     []Exclusion
	Areas       []Area
	Adjustments []Adjustment
	Ties        Ties
	Deadlines   Deadlines
	Publication Publication
	Uncertainty Uncertainty
	// Source is the file as it was read, SHA256 its sum in hexadecimal digits.
	Source []byte
	SHA256 string
}

// Group is agencies that are ranked with each other, and apart from others.
type Group struct {
	// Code is the register's name of the group.
	Code  string `json:"code"`
	Names Names  `json:"names"`
}

// Exclusion is an agency that is not ranked, and why.
type Exclusion struct {
	Agency string
	Reason Names
}

// Area is criteria whose weights add up to its own.
type Area struct {
	ID       string
	Titles   Names
	Weight   float64
	Criteria []Criterion
}

// Criterion is one thing that earns points: a figure of the catalogue, or what was assessed.
type Criterion struct {
	ID     string
	Titles Names
	// Weight is the most points that it earns.
	Weight float64
	// KPI is the figure's id, with the filters that it is asked with; empty for an assessment.
	KPI   string
	Where map[string][]string
	// Assessment is the criterion that events name, and Maximum the most points that an assessment may give; empty for a figure.
	Assessment string
	Maximum    float64
	// Unverified says what an assessment counts for that nobody verified yet.
	Unverified Unverified
	// Better says which way a figure is better.
	Better  Better
	Scoring Scoring
	Minimum Minimum
	// Missing says what happens to an agency that has no case, or did not answer.
	Missing Fallback
}

// Better says which way a figure is better for points.
type Better string

// The ways. BetterNeither is a figure that is best somewhere between, such as staffing against the quota.
const (
	BetterHigher  Better = "higher"
	BetterLower   Better = "lower"
	BetterNeither Better = "neither"
)

// Unverified says what an assessment counts for that nobody verified yet.
type Unverified string

// What was claimed counts for nothing, or until it is verified.
const (
	CountsZero  Unverified = "zero"
	CountsClaim Unverified = "claimed"
)

// Fallback is what stands in for a figure of too few cases, or of none.
type Fallback string

// The fallbacks. Nothing is ever left out of a sum: who has no data gets no points, the points of the group's figure, or no
// rank. Shrink is for too few cases only: what is missing to the minimum is taken to have gone as in the group.
const (
	Zero     Fallback = "zero"
	Neutral  Fallback = "neutral"
	Unranked Fallback = "unranked"
	Shrink   Fallback = "shrink"
)

// Minimum is how many cases a figure must be of.
type Minimum struct {
	// Volume is 0 where any number will do.
	Volume float64
	Below  Fallback
}

// Adjustment is points beyond the criteria, with their reason.
type Adjustment struct {
	ID     string
	Titles Names
	// Penalty: points are taken, not given.
	Penalty bool
	// Maximum is the most points that it moves.
	Maximum float64
	// Assessment is the criterion whose verified points count; its event carries the reason and the evidence.
	Assessment string
	// KPI is a count of which each one moves Each points.
	KPI   string
	Where map[string][]string
	Each  float64
}

// Ties say when two agencies have the same points, and what then.
type Ties struct {
	// Decimals are those to which points are rounded before they are compared.
	Decimals int
	// By are criteria or areas whose points tell equals apart, in order. Who is equal in all of them shares a rank, and the next
	// one is as many lower.
	By []string
}

// Deadlines are days after the period's end; 0 where there is none.
type Deadlines struct{ Submit, Verify int }

// Publication is what must hold before a ranking is published.
type Publication struct {
	// After is how many days after the period's end it may be published at the earliest.
	After int
	// Completeness is the least share of what sources state that must have arrived; nil where it is not asked for.
	Completeness *float64
	// Confirm: a second person must confirm.
	Confirm bool
}

// Uncertainty is what the intervals of ranks are simulated with.
type Uncertainty struct {
	Draws int
	// Weights is by which part each weight may be other than it is: 0.25 for a quarter more or less.
	Weights float64
	// Dispersion is how alike cases of one agency are beyond chance: the intra-class correlation.
	Dispersion float64
}

// Criteria returns the criteria of all areas, in order. The slice is the caller's.
func (m *Method) Criteria() []Criterion {
	var all []Criterion
	for _, a := range m.Areas {
		all = append(all, a.Criteria...)
	}
	return all
}

// shape is what kind of number a criterion's figure is; that of an assessment is a mean.
func (c *Criterion) shape() kpi.Shape {
	d, ok := kpi.ByID(c.KPI)
	if !ok {
		return kpi.Mean
	}
	return d.Shape
}

// Ranks says whether the method ranks a group.
func (m *Method) Ranks(group string) bool {
	return slices.ContainsFunc(m.Groups, func(g Group) bool { return g.Code == group })
}

// exclusion returns why an agency is not ranked; ok is false if it is.
func (m *Method) exclusion(agency string) (reason Names, ok bool) {
	for _, e := range m.Exclude {
		if e.Agency == agency {
			return e.Reason, true
		}
	}
	return Names{}, false
}
