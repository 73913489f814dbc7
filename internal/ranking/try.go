package ranking

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tiendo/internal/kpi"
)

// Try returns m with other weights, as criterion=weight or area=weight: those that are named get what is said, an area's
// criteria in proportion, and all others are scaled so that the weights still add up. m stays as it is. The error is a
// *kpi.Error.
func (m *Method) Try(changes []string) (*Method, error) {
	if len(changes) == 0 {
		return m, nil
	}
	wrong := func(change, format string, args ...any) (*Method, error) {
		return nil, &kpi.Error{Param: "try", Message: change + ": " + fmt.Sprintf(format, args...)}
	}
	set := map[string]float64{}
	for _, change := range changes {
		id, text, found := strings.Cut(change, "=")
		weight, err := strconv.ParseFloat(text, 64)
		switch {
		case !found || err != nil || !(weight >= 0) || weight > m.Points:
			return wrong(change, "write criterion=weight, with a weight from 0 to %g, such as %s=10", m.Points, m.Criteria()[0].ID)
		case !m.scored(id):
			return wrong(change, "%q is no criterion or area of %s; %s would do", id, m.ID, strings.Join(m.ids(), ", "))
		}
		for _, c := range m.under(id) {
			if _, twice := set[c.ID]; twice {
				return wrong(change, "%s is tried twice", c.ID)
			}
			set[c.ID] = weight * c.Weight / m.weight(id)
		}
	}
	tried, rest := 0.0, m.Points
	for _, c := range m.Criteria() {
		if w, named := set[c.ID]; named {
			tried, rest = tried+w, rest-c.Weight
		}
	}
	if tried > m.Points+1e-9 || rest < 1e-9 && !equal(tried, m.Points) {
		return wrong(strings.Join(changes, " "), "these weights sum to %g, and all of them to %g; leave room for the others", tried, m.Points)
	}
	for _, c := range m.Criteria() {
		if _, named := set[c.ID]; !named {
			set[c.ID] = c.Weight * (m.Points - tried) / rest
		}
	}
	return m.weighed(set), nil
}

// weighed returns m with these weights by criterion.
func (m *Method) weighed(weights map[string]float64) *Method {
	t := *m
	t.Areas = slices.Clone(m.Areas)
	for i := range t.Areas {
		a := &t.Areas[i]
		a.Criteria, a.Weight = slices.Clone(a.Criteria), 0
		for j := range a.Criteria {
			a.Criteria[j].Weight = weights[a.Criteria[j].ID]
			a.Weight += a.Criteria[j].Weight
		}
	}
	return &t
}

// under are the criteria that an id names: one, or those of an area.
func (m *Method) under(id string) []Criterion {
	for _, a := range m.Areas {
		if a.ID == id {
			return a.Criteria
		}
		for _, c := range a.Criteria {
			if c.ID == id {
				return []Criterion{c}
			}
		}
	}
	return nil
}

func (m *Method) weight(id string) float64 {
	sum := 0.0
	for _, c := range m.under(id) {
		sum += c.Weight
	}
	return sum
}

// ids are those of areas and criteria.
func (m *Method) ids() []string {
	ids := map[string]bool{}
	for _, a := range m.Areas {
		ids[a.ID] = true
		for _, c := range a.Criteria {
			ids[c.ID] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}
