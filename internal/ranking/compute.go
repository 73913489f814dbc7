package ranking

import (
	"slices"

	"tiendo/internal/kpi"
)

// Compute makes points and ranks; who belongs to a group of which nothing is known gets neither. It is pure, and the order of the
// inputs does not matter.
func (m *Method) Compute(inputs Inputs) *Result {
	r := m.everybody(inputs)
	for i := range r.Groups {
		m.aside(&r.Inputs, &r.Groups[i])
	}
	return r
}

// Recompute computes a ranking that was published again, from its own inputs. Until 2026-11-27 a group of which nothing is known was
// ranked all the same, everybody as first with no points; where that was published it is computed as it was then.
func (m *Method) Recompute(published *Result) *Result {
	r := m.everybody(published.Inputs)
	for i := range r.Groups {
		if i < len(published.Groups) && len(published.Groups[i].NoData) > 0 {
			m.aside(&r.Inputs, &r.Groups[i])
		}
	}
	return r
}

// everybody ranks all, also those of whose group nothing is known.
func (m *Method) everybody(inputs Inputs) *Result {
	in := inputs.sorted()
	r := &Result{Method: m.Describe(), Inputs: *in, Provisional: in.Period.Running}
	for _, g := range m.Groups {
		s := m.standings(in, g)
		for i := range s.Agencies {
			r.Provisional = r.Provisional || len(s.Agencies[i].Waiting) > 0 || slices.ContainsFunc(s.Agencies[i].Criteria, func(x Score) bool { return slices.Contains(x.Marks, MarkUnverified) })
		}
		r.Groups = append(r.Groups, s)
	}
	return r
}

// Describe returns m as results show it.
func (m *Method) Describe() Described {
	d := Described{
		ID: m.ID, Version: m.Version, SHA256: m.SHA256, Titles: m.Titles, Points: m.Points, Decimals: m.Ties.Decimals,
		Areas: []DescribedArea{}, Adjustments: []DescribedAdjustment{},
	}
	for _, a := range m.Areas {
		area := DescribedArea{ID: a.ID, Titles: a.Titles, Weight: a.Weight}
		for _, c := range a.Criteria {
			x := DescribedCriterion{
				ID: c.ID, Titles: c.Titles, Weight: c.Weight, KPI: c.KPI, Assessment: c.Assessment, Maximum: c.Maximum, Better: c.Better,
			}
			if known, ok := kpi.ByID(c.KPI); ok {
				x.Unit = known.Unit
			}
			if c.Minimum.Volume > 0 {
				x.Minimum = &c.Minimum.Volume
			}
			area.Criteria = append(area.Criteria, x)
		}
		d.Areas = append(d.Areas, area)
	}
	for _, a := range m.Adjustments {
		d.Adjustments = append(d.Adjustments, DescribedAdjustment{a.ID, a.Titles, a.Penalty, a.Maximum})
	}
	return d
}

// standings ranks one group.
func (m *Method) standings(in *Inputs, g Group) Standings {
	s := Standings{Group: g, Figures: []GroupFigure{}, Agencies: []Standing{}, Excluded: []Excluded{}}
	for _, a := range in.Agencies {
		if a.Group != g.Code {
			continue
		}
		if reason, out := m.exclusion(a.Code); out {
			s.Excluded = append(s.Excluded, Excluded{a, reason})
			continue
		}
		s.Agencies = append(s.Agencies, Standing{Agency: a})
	}
	for _, area := range m.Areas {
		for i := range s.Agencies {
			s.Agencies[i].Areas = append(s.Agencies[i].Areas, AreaPoints{Area: area.ID, Weight: area.Weight})
		}
		for i := range area.Criteria {
			m.score(in, &s, &area.Criteria[i])
		}
	}
	assessable := m.assessable()
	for i := range s.Agencies {
		m.total(in, &s.Agencies[i])
		s.Agencies[i].Overclaimed = m.answers(in, assessable, s.Agencies[i].Agency).Difference
	}
	m.rank(s.Agencies)
	return s
}

// score scores one criterion for all agencies of a group.
func (m *Method) score(in *Inputs, s *Standings, c *Criterion) {
	scores := make([]Score, len(s.Agencies))
	for i := range scores {
		scores[i] = m.observed(in, c, s.Agencies[i].Agency.Code)
	}
	group := together(c, scores)
	for i := range scores {
		if c.stands(&scores[i], group.Value) {
			s.Agencies[i].Unranked = append(s.Agencies[i].Unranked, c.ID)
		}
	}
	best := c.best(scores)
	if c.Scoring.Kind == OfBest {
		group.Best = best
	}
	s.Figures = append(s.Figures, group)
	for i := range scores {
		c.points(&scores[i], best)
		standing := &s.Agencies[i]
		standing.Criteria = append(standing.Criteria, scores[i])
		standing.Areas[len(standing.Areas)-1].Points += scores[i].Points
	}
}

// observed is what is known of an agency for a criterion, not scored yet.
func (m *Method) observed(in *Inputs, c *Criterion, agency string) Score {
	s := Score{Criterion: c.ID, Weight: c.Weight}
	if c.Assessment != "" {
		m.assessed(in, c, agency, &s)
		return s
	}
	row := in.row(c.ID, agency)
	if row == nil {
		return s
	}
	s.Numerator, s.Denominator, s.N, s.Value = row.Numerator, row.Denominator, row.N, row.Value
	s.Cases = m.cases(in, c.KPI, c.Where, agency)
	if row.QuietSince != "" {
		s.Marks = append(s.Marks, MarkQuiet)
	}
	return s
}

// assessed is what was claimed and verified. Its value is the share of the maximum that counts.
func (m *Method) assessed(in *Inputs, c *Criterion, agency string, s *Score) {
	a := in.assessment(c.Assessment, agency)
	if a == nil {
		return
	}
	var counts *float64
	if a.Claimed != nil {
		s.Claimed, s.Evidence = &a.Claimed.Points, a.Claimed.Evidence
		if m.late(in, a.Claimed, m.Deadlines.Submit) {
			s.Marks = append(s.Marks, MarkLate)
		}
	}
	switch {
	case a.Verified != nil:
		s.Verified, s.Reason, counts = &a.Verified.Points, a.Verified.Reason, &a.Verified.Points
	case a.Claimed != nil:
		s.Marks = append(s.Marks, MarkUnverified)
		none := 0.0
		if counts = &none; c.Unverified == CountsClaim {
			counts = &a.Claimed.Points
		}
	default:
		return
	}
	if *counts > c.Maximum {
		s.Marks = append(s.Marks, MarkCapped)
	}
	value := within(*counts / c.Maximum)
	s.Value = &value
}

// points scores what is used.
func (c *Criterion) points(s *Score, best *float64) {
	if s.Used == nil {
		return
	}
	s.Share = *s.Used // an assessment
	if c.KPI != "" {
		of := 0.0
		if best != nil {
			of = *best
		}
		s.Share = c.Scoring.share(*s.Used, of, c.Better)
	}
	s.Points = s.Share * c.Weight
}

// total adds up areas and adjustments.
func (m *Method) total(in *Inputs, s *Standing) {
	for _, a := range s.Areas {
		s.Points += a.Points
	}
	for i := range m.Adjustments {
		x := &m.Adjustments[i]
		if a, moved := m.adjusted(in, x, s.Agency.Code); moved {
			s.Adjustments = append(s.Adjustments, a)
			s.Points += a.Points
		}
		if w, waits := waiting(in, x, s.Agency.Code); waits {
			s.Waiting = append(s.Waiting, w)
		}
	}
	s.Points = min(m.Points, max(0, s.Points))
}

// waiting is a bonus that an agency claimed, if nobody has verified it.
func waiting(in *Inputs, x *Adjustment, agency string) (Waiting, bool) {
	said := in.assessment(x.Assessment, agency)
	if x.Assessment == "" || x.Penalty || said == nil || said.Verified != nil || said.Claimed == nil || said.Claimed.Points == 0 {
		return Waiting{}, false
	}
	return Waiting{x.ID, said.Claimed.Points, said.Claimed.Evidence}, true
}

// adjusted is what one adjustment moves; moved is false if it moves nothing.
func (m *Method) adjusted(in *Inputs, x *Adjustment, agency string) (a Adjusted, moved bool) {
	a.Adjustment = x.ID
	if x.Assessment != "" {
		if said := in.assessment(x.Assessment, agency); said != nil && said.Verified != nil {
			a.Points, a.Evidence, a.Reason = said.Verified.Points, said.Verified.Evidence, said.Verified.Reason
		}
	} else if row := in.row(x.ID, agency); row != nil && row.Value != nil {
		a.Count, a.Points, a.Cases = row.Value, *row.Value*x.Each, m.cases(in, x.KPI, x.Where, agency)
	}
	a.Points = min(x.Maximum, a.Points)
	if x.Penalty {
		a.Points = -a.Points
	}
	return a, a.Points != 0
}
