package ranking

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tiendo/internal/kpi"
)

// Inputs are all that points are made of, besides the method. They go through JSON unchanged, so that who has them and the
// method can compute the points again.
type Inputs struct {
	Period Span `json:"period"`
	// AsOf is when the figures were asked for, Events how many events they are of, Block the last block of the books that they
	// are of: a question that leaves out later blocks gets the same figures.
	AsOf   time.Time `json:"as_of"`
	Events uint64    `json:"events"`
	Block  uint64    `json:"block"`
	// Registers are the versions by which agencies were named and grouped.
	Registers []Register `json:"registers"`
	// Agencies are all of the method's groups on the period's last day, those that are not ranked too.
	Agencies []Agency `json:"agencies"`
	// Quiet are the agencies and sources of which nothing was heard any more at the end of the period.
	Quiet []kpi.Quiet `json:"quiet"`
	// Figures are those of the criteria and adjustments, by their ids.
	Figures []Figure `json:"figures"`
	// Assessments are what was claimed and verified.
	Assessments []Assessment `json:"assessments"`
}

// Span is the period that is ranked.
type Span struct {
	ID   string `json:"id"`
	From string `json:"from"`
	To   string `json:"to"`
	// Running: it has not ended, so that nothing in it is final.
	Running bool `json:"running"`
}

// Register is a version of a register.
type Register struct {
	Kind    string `json:"kind"`
	Version uint64 `json:"version"`
	SHA256  string `json:"sha256"`
}

// Agency is one that belongs to a group.
type Agency struct {
	Code  string `json:"code"`
	Names Names  `json:"names"`
	Group string `json:"group"`
}

// Figure is a figure by agency.
type Figure struct {
	// Criterion is the id of the criterion or adjustment that asks for it.
	Criterion  string `json:"criterion"`
	KPI        string `json:"kpi"`
	Definition string `json:"definition"`
	// Completeness is openings received ÷ openings that sources state; null where none states any.
	Completeness *float64 `json:"completeness"`
	Rows         []Row    `json:"rows"`
}

// Row is one agency's figure. What does not apply, or is not there, is nil.
type Row struct {
	Agency      string   `json:"agency"`
	Numerator   *float64 `json:"numerator,omitempty"`
	Denominator *float64 `json:"denominator,omitempty"`
	// N is how many cases a quantile is of.
	N     *float64 `json:"n,omitempty"`
	Value *float64 `json:"value"`
	// QuietSince is the last day on which anything was heard of the agency, where it has gone quiet; else "".
	QuietSince string `json:"quiet_since,omitempty"`
}

// volume is how many cases a row is of; 0 for a count, of which that can't be said.
func (r *Row) volume() float64 {
	switch {
	case r.Denominator != nil:
		return *r.Denominator
	case r.N != nil:
		return *r.N
	default:
		return 0
	}
}

// Assessment is what was said of one criterion of one agency; what was not said is nil.
type Assessment struct {
	Agency string `json:"agency"`
	// Code is the criterion that the events name.
	Code     string `json:"code"`
	Claimed  *Claim `json:"claimed"`
	Verified *Claim `json:"verified"`
}

// Claim is points that somebody gave.
type Claim struct {
	Points   float64 `json:"points"`
	Evidence string  `json:"evidence,omitempty"`
	Reason   string  `json:"reason,omitempty"`
	// At is when they were given.
	At time.Time `json:"at"`
}

// largest bounds what numbers of inputs can be: no city has as many cases, and sums of such numbers are exact.
const largest = 1e12

// OutOfRange says that a number can't be ranked. Where it is what somebody reported or gave, they can correct it.
type OutOfRange struct {
	// ID is that of the criterion or adjustment, of points the code of the assessment.
	ID, Agency    string
	Number, Least float64
}

func (o *OutOfRange) Error() string {
	return fmt.Sprintf("%q of agency %q: %g does not lie between %g and %g", o.ID, o.Agency, o.Number, o.Least, largest)
}

// Vietnamese is what people are told.
func (o *OutOfRange) Vietnamese() string {
	return fmt.Sprintf("“%s” của cơ quan %s: %g không nằm trong khoảng từ %g đến %g", o.ID, o.Agency, o.Number, o.Least, largest)
}

// Check says why in can't be ranked by m, whoever has gathered it: figures have the parts of their kind, and no number is one that
// cases, reports or points can't make, which is an [OutOfRange].
func (m *Method) Check(in *Inputs) error {
	for _, f := range in.Figures {
		c := Criterion{KPI: f.KPI}
		if i := slices.IndexFunc(m.Criteria(), func(known Criterion) bool { return known.ID == f.Criterion }); i >= 0 {
			c = m.Criteria()[i]
		}
		for i := range f.Rows {
			if err := c.checkRow(f.Criterion, &f.Rows[i]); err != nil {
				return err
			}
		}
	}
	for _, a := range in.Assessments {
		for _, claim := range []*Claim{a.Claimed, a.Verified} {
			if claim != nil && !(claim.Points >= 0 && claim.Points <= largest) {
				return &OutOfRange{ID: a.Code, Agency: a.Agency, Number: claim.Points}
			}
		}
	}
	return nil
}

// checkRow checks a row of the figure that the criterion or adjustment of that id asks for.
func (c *Criterion) checkRow(id string, r *Row) error {
	least := 0.0
	if d, _ := kpi.ByID(c.KPI); d.Reported() {
		least = -largest // posts may have become more where they were to become fewer
	}
	for _, n := range []*float64{r.Numerator, r.Value} {
		if n != nil && !(*n >= least && *n <= largest) {
			return &OutOfRange{id, r.Agency, *n, least}
		}
	}
	for _, n := range []*float64{r.Denominator, r.N} {
		if n != nil && !(*n >= 0 && *n <= largest) {
			return &OutOfRange{id, r.Agency, *n, 0}
		}
	}
	switch shape := c.shape(); {
	case r.Value == nil:
		return nil
	case r.Denominator != nil && *r.Denominator == 0, r.N != nil && *r.N == 0:
		return fmt.Errorf("figure %q of agency %q has a value, and no cases", id, r.Agency)
	case (shape == kpi.Ratio || shape == kpi.Mean) && (r.Numerator == nil || r.Denominator == nil):
		return fmt.Errorf("figure %q of agency %q has a value, and not the counts that it is of", id, r.Agency)
	default:
		return nil
	}
}

// sorted returns in, in an order that does not depend on how it was gathered: sums of the same numbers in another order may
// differ in their last digit.
func (in *Inputs) sorted() *Inputs {
	out := *in
	out.Agencies = ordered(in.Agencies, func(a, b Agency) int { return strings.Compare(a.Code, b.Code) })
	out.Figures = slices.Clone(in.Figures)
	for i, f := range out.Figures {
		out.Figures[i].Rows = ordered(f.Rows, func(a, b Row) int { return strings.Compare(a.Agency, b.Agency) })
	}
	out.Assessments = ordered(in.Assessments, func(a, b Assessment) int {
		return cmp.Or(strings.Compare(a.Agency, b.Agency), strings.Compare(a.Code, b.Code))
	})
	return &out
}

// ordered is a sorted copy; what is empty stays so, and is no nil.
func ordered[T any](all []T, compare func(a, b T) int) []T {
	sorted := append([]T{}, all...)
	slices.SortFunc(sorted, compare)
	return sorted
}

func (in *Inputs) row(criterion, agency string) *Row {
	for i := range in.Figures {
		if in.Figures[i].Criterion != criterion {
			continue
		}
		for j := range in.Figures[i].Rows {
			if in.Figures[i].Rows[j].Agency == agency {
				return &in.Figures[i].Rows[j]
			}
		}
	}
	return nil
}

func (in *Inputs) assessment(code, agency string) *Assessment {
	for i := range in.Assessments {
		if a := &in.Assessments[i]; a.Agency == agency && a.Code == code {
			return a
		}
	}
	return nil
}
