package ranking

import (
	"cmp"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"
)

// rank sorts standings and gives ranks. Whoever is equal after all rules shares a rank, and is listed by code.
func (m *Method) rank(all []Standing) {
	keys := make(map[string][]float64, len(all))
	for i := range all {
		keys[all[i].Agency.Code] = m.keys(&all[i])
	}
	slices.SortFunc(all, func(a, b Standing) int {
		ranked := cmp.Compare(len(a.Unranked), 0) - cmp.Compare(len(b.Unranked), 0)
		if ranked != 0 || len(a.Unranked) > 0 {
			return cmp.Or(ranked, strings.Compare(a.Agency.Code, b.Agency.Code))
		}
		return cmp.Or(slices.Compare(keys[b.Agency.Code], keys[a.Agency.Code]), strings.Compare(a.Agency.Code, b.Agency.Code))
	})
	for i := range all {
		if len(all[i].Unranked) > 0 {
			return
		}
		rank := i + 1
		if i > 0 && slices.Equal(keys[all[i].Agency.Code], keys[all[i-1].Agency.Code]) {
			rank = *all[i-1].Rank
		}
		all[i].Rank = &rank
	}
}

// keys are what is compared, in order: the points, then those that tell equals apart; all rounded.
func (m *Method) keys(s *Standing) []float64 {
	keys := []float64{m.round(s.Points)}
	for _, id := range m.Ties.By {
		for _, a := range s.Areas {
			if a.Area == id {
				keys = append(keys, m.round(a.Points))
			}
		}
		for _, c := range s.Criteria {
			if c.Criterion == id {
				keys = append(keys, m.round(c.Points))
			}
		}
	}
	return keys
}

func (m *Method) round(points float64) float64 { return Round(points, m.Ties.Decimals) }

// Round rounds points half up to a method's decimals, as they are compared. What a computer loses in adding is far below the tenth
// decimal.
func Round(points float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Floor(points*scale+0.5+1e-9) / scale
}

// cases asks for the cases behind a figure of one agency; "" where the figure is reported, and there are none.
func (m *Method) cases(in *Inputs, id string, where map[string][]string, agency string) string {
	if strings.HasPrefix(id, "org.") {
		return ""
	}
	q := url.Values{"kpi": {id}, "period": {in.Period.ID}, "agency": {agency}, "fold": {"successor"}}
	if m.Report {
		q.Set("cutoff", "report")
	}
	maps.Copy(q, where)
	return "/v1/cases?" + q.Encode()
}

// Since notes in r how each standing moved since the period before, whose result by the same method is given.
func (r *Result) Since(before *Result) {
	r.each(before, func(now, then *Standing) {
		now.Change = &Change{Period: before.Inputs.Period.ID, Place: Place{then.Rank, then.Points}, By: moved(then, now)}
	})
}

// Against notes in r, in which something was tried, where each stands by the method as it is.
func (r *Result) Against(untried *Result) {
	r.each(untried, func(tried, is *Standing) { tried.Untried = &Place{is.Rank, is.Points} })
}

// each calls do with every standing of r and the same agency's of another result, where it was in the same group.
func (r *Result) each(other *Result, do func(own, others *Standing)) {
	known := map[[2]string]*Standing{}
	for i, g := range other.Groups {
		for j, s := range g.Agencies {
			known[[2]string{g.Group.Code, s.Agency.Code}] = &other.Groups[i].Agencies[j]
		}
	}
	for i, g := range r.Groups {
		for j, s := range g.Agencies {
			if others := known[[2]string{g.Group.Code, s.Agency.Code}]; others != nil {
				do(&r.Groups[i].Agencies[j], others)
			}
		}
	}
}

// moved says which criterion or adjustment moved the points by how much.
func moved(then, now *Standing) []Moved {
	all := []Moved{}
	rest := now.Points - then.Points
	add := func(m Moved) {
		if m.Points != 0 {
			all, rest = append(all, m), rest-m.Points
		}
	}
	for i, c := range now.Criteria {
		before := then.Criteria[i]
		add(Moved{ID: c.Criterion, Points: c.Points - before.Points, Before: before.Used, After: c.Used})
	}
	adjusted := map[string]*[2]float64{}
	for i, s := range []*Standing{then, now} {
		for _, a := range s.Adjustments {
			if adjusted[a.Adjustment] == nil {
				adjusted[a.Adjustment] = &[2]float64{}
			}
			adjusted[a.Adjustment][i] = a.Points
		}
	}
	for _, id := range slices.Sorted(maps.Keys(adjusted)) {
		p := adjusted[id]
		add(Moved{ID: id, Points: p[1] - p[0], Before: &p[0], After: &p[1]})
	}
	if !equal(rest, 0) {
		all = append(all, Moved{ID: "cap", Points: rest})
	}
	slices.SortFunc(all, func(a, b Moved) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Points), math.Abs(a.Points)), strings.Compare(a.ID, b.ID))
	})
	return all
}
