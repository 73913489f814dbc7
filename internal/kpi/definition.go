package kpi

import (
	"slices"
	"strings"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// Shape says what kind of number a figure is.
type Shape string

// The shapes.
const (
	Count    Shape = "count"
	Ratio    Shape = "ratio"
	Mean     Shape = "mean"
	Quantile Shape = "quantile"
)

// Direction says which way is better for citizens.
type Direction string

// The directions. Neutral figures are neither better when higher nor when lower.
const (
	Higher  Direction = "higher"
	Lower   Direction = "lower"
	Neutral Direction = "neutral"
)

// window says which days of a flow count.
type window int

const (
	// inPeriod: from the period's first instant to its end T.
	inPeriod window = iota
	// atEnd: everything before T; with its opposite flow, a stock at T.
	atEnd
	// atStart: everything before the period.
	atStart
	// ahead: deadlines from T to the end of the second working day after it.
	ahead
)

// term is one sum of the journal: of a measure, with all of some marks and none of others, over a window.
type term struct {
	measure       lifecycle.Measure
	with, without lifecycle.Marks
	window        window
	minus         bool
}

// Definition is a figure: what it is called, what it means, how it is counted.
type Definition struct {
	// ID is the name that outsiders build on, such as "dossier.on_time_rate".
	ID string
	// Version rises when the same events would give another value.
	Version string
	Shape   Shape
	// Unit is "count", "ratio", "hours", "days" or "score".
	Unit      string
	Direction Direction
	// VI and EN name the figure on screen; Says defines it in one English sentence.
	VI, EN, Says string
	Texts
	// Law names the instrument that the figure rests on, where one is known.
	Law string
	// Leadership figures are in /metrics by default.
	Leadership bool

	numerator, denominator []term
	// measure and q are a quantile's: the q-quantile of what measure has binned.
	measure lifecycle.Measure
	q       float64
	// indicator is the name of what agencies report of themselves; empty for figures of the books.
	indicator string
}

// prefix is the part of the id before the dot.
func (d *Definition) prefix() string {
	prefix, _, _ := strings.Cut(d.ID, ".")
	return prefix
}

// Families are the families of cases that d counts.
func (d *Definition) Families() []event.Family {
	switch prefix := d.prefix(); prefix {
	case "dossier", "online", "post", "satisfaction", "leg", "official":
		return []event.Family{event.Dossier}
	case "quality":
		if d.ofRecords() {
			return lifecycle.Families()
		}
		if d.ofClosings() {
			return []event.Family{event.Dossier, event.Task, event.Petition, event.Finding}
		}
		return []event.Family{event.Dossier}
	case "org":
		return []event.Family{event.Indicator}
	default:
		return []event.Family{event.Family(prefix)}
	}
}

// ofRecords says that d counts records, not cases.
func (d *Definition) ofRecords() bool {
	return d.measure == lifecycle.Recorded || (len(d.denominator) > 0 && d.denominator[0].measure == lifecycle.Recorded)
}

// ofClosings says that d is about the closings of cases of every family.
func (d *Definition) ofClosings() bool {
	return d.prefix() == "quality" && len(d.numerator) > 0 && d.numerator[0].measure == lifecycle.Settled
}

// Reported says that d is what agencies report of themselves, value and target, and not counted from cases.
func (d *Definition) Reported() bool { return d.indicator != "" }

// Costly says that to ask for d costs what the history does: reports are read from the facts, and delays of records, where no memory has them, of
// nearly as many lines as there are records.
func (d *Definition) Costly() bool { return d.Reported() || d.measure == lifecycle.Recorded }

// WorkingTime says that the hours of d are those that a calendar counts, and not all that passed.
func (d *Definition) WorkingTime() bool {
	return d.measure == lifecycle.Worked || d.measure == lifecycle.Accepted
}

// CountsCases says that the numbers of d are numbers of cases, so that the list of these is as long as they say. Others add up what
// cases tell, such as the people who were received, or count records.
func (d *Definition) CountsCases() bool { return !d.ofRecords() && d.prefix() != "reception" }

// Stock says that d is a state at an instant: the same for all periods that end at it. What also counts something that happens
// in the period is none.
func (d *Definition) Stock() bool {
	for _, t := range slices.Concat(d.numerator, d.denominator) {
		if t.window != atEnd && t.window != ahead {
			return false
		}
	}
	return len(d.numerator) > 0
}

// ahead says that d looks beyond its instant.
func (d *Definition) looksAhead() bool { return len(d.numerator) > 0 && d.numerator[0].window == ahead }

// ofLegs says that d counts legs, by the agency that held them, not cases.
func (d *Definition) ofLegs() bool { return strings.HasPrefix(d.ID, "leg.") }

// flow is what happens in the period.
func flow(m lifecycle.Measure, with, without lifecycle.Marks) []term {
	return []term{{measure: m, with: with, without: without}}
}

// stock is what has begun and not ended at an instant.
func stock(w window, begins lifecycle.Measure, ends ...lifecycle.Measure) []term {
	terms := []term{{measure: begins, window: w}}
	for _, e := range ends {
		terms = append(terms, term{measure: e, window: w, minus: true})
	}
	return terms
}

func minus(terms []term) []term {
	var negated []term
	for _, t := range terms {
		t.minus = !t.minus
		negated = append(negated, t)
	}
	return negated
}

// Catalogue returns every definition, in the order of the documentation. The slice is the caller's.
func Catalogue() []Definition {
	var all []Definition
	for _, part := range [][]Definition{dossiers, legs, online, tasks, petitions, receptions, satisfaction, findings, organisation, official, quality} {
		all = append(all, part...)
	}
	for i := range all {
		all[i].describe()
	}
	return all
}

// ByID returns the definition of a figure.
func ByID(id string) (Definition, bool) {
	d, ok := byID[id]
	return d, ok
}

var byID = func() map[string]Definition {
	all := map[string]Definition{}
	for _, d := range Catalogue() {
		if _, twice := all[d.ID]; twice {
			panic("BUG: two definitions of " + d.ID)
		}
		all[d.ID] = d
	}
	return all
}()
