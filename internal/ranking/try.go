package ranking

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"tiendo/internal/kpi"
)

// Try returns m with other weights, as criterion=weight or area=weight: those that are named get what is said, an area's
// criteria in proportion, and all others are scaled so that the weights still add up. criterion.zero, .full, .at and .minimum, and
// minimum for all, try other scoring and other least numbers of cases. m stays as it is. The error is a *kpi.Error.
func (m *Method) Try(changes []string) (*Method, error) {
	tried, set := m.clone(), map[string]float64{}
	for _, change := range changes {
		id, text, found := strings.Cut(change, "=")
		value, err := strconv.ParseFloat(text, 64)
		if !found || err != nil || !(value >= 0) || math.IsInf(value, 0) {
			return wrongTry(change, "write criterion=weight, such as %s=10, or criterion.full=0.95; the number is 0 or more",
				"viết tiêu chí=trọng số, chẳng hạn %s=10, hoặc tiêu chí.full=0.95; số không âm", m.Criteria()[0].ID)
		}
		if !m.scored(id) {
			if err := tried.set(change, id, value); err != nil {
				return nil, err
			}
			continue
		}
		for _, c := range m.under(id) {
			if _, twice := set[c.ID]; twice {
				return wrongTry(change, "%s is tried twice", "%s được thử hai lần", c.ID)
			}
			set[c.ID] = value * c.Weight / m.weight(id)
		}
	}
	if err := tried.turned(changes); err != nil {
		return nil, err
	}
	if len(set) == 0 {
		return tried, nil
	}
	sum, rest := 0.0, m.Points
	for _, c := range m.Criteria() {
		if w, named := set[c.ID]; named {
			sum, rest = sum+w, rest-c.Weight
		}
	}
	if sum > m.Points+1e-9 || rest < 1e-9 && !equal(sum, m.Points) {
		return wrongTry(strings.Join(changes, " "), "these weights sum to %g, and all of them to %g; leave room for the others",
			"các trọng số này cộng lại là %g, mà tổng điểm là %g; hãy chừa phần cho các tiêu chí khác", sum, m.Points)
	}
	for _, c := range m.Criteria() {
		if _, named := set[c.ID]; !named {
			set[c.ID] = c.Weight * (m.Points - sum) / rest
		}
	}
	return tried.weighed(set), nil
}

// wrongTry refuses a change, in English and in Vietnamese, which say the same args.
func wrongTry(change, en, vi string, args ...any) (*Method, error) {
	return nil, &kpi.Error{Param: "try", Message: change + ": " + fmt.Sprintf(en, args...), VI: change + ": " + fmt.Sprintf(vi, args...)}
}

// clone is a copy whose criteria can be changed.
func (m *Method) clone() *Method {
	t := *m
	t.Areas = slices.Clone(m.Areas)
	for i := range t.Areas {
		t.Areas[i].Criteria = slices.Clone(t.Areas[i].Criteria)
	}
	return &t
}

// set changes the scoring or the least number of cases of one criterion, or the latter of all that have one.
func (m *Method) set(change, name string, value float64) error {
	id, part, _ := strings.Cut(name, ".")
	did := false
	for i := range m.Areas {
		for j := range m.Areas[i].Criteria {
			c := &m.Areas[i].Criteria[j]
			if name == "minimum" && c.Minimum.Volume > 0 {
				c.Minimum.Volume, did = value, true
			}
			if c.ID != id {
				continue
			}
			switch {
			case part == "minimum" && c.Minimum.Below != "":
				c.Minimum.Volume, did = value, true
			case part == "zero" && c.Scoring.Kind == Linear:
				c.Scoring.Zero, did = value, true
			case part == "full" && c.Scoring.Kind == Linear:
				c.Scoring.Full, did = value, true
			case part == "at" && c.Scoring.Kind == AtThreshold:
				c.Scoring.At, did = value, true
			}
		}
	}
	if !did {
		_, err := wrongTry(change, "%q is no criterion or area of %s; %s would do, or criterion.zero, .full, .at or .minimum, minimum, off or pauses",
			"%q không phải là tiêu chí hay lĩnh vực của %s; dùng được %s, hoặc tiêu chí.zero, .full, .at, .minimum, minimum, off, pauses", name, m.ID, strings.Join(m.ids(), ", "))
		return err
	}
	return nil
}

// turned refuses scoring by which a better figure would lower points. What is tried of a criterion counts together: both ends of a
// line may move past where the other was.
func (m *Method) turned(changes []string) error {
	for _, c := range m.Criteria() {
		if c.Better == BetterHigher && !c.Scoring.rises() || c.Better == BetterLower && !c.Scoring.falls() {
			of := slices.DeleteFunc(slices.Clone(changes), func(change string) bool { return !strings.HasPrefix(change, c.ID+".") })
			_, err := wrongTry(strings.Join(of, " "), "then a better figure would lower points", "khi ấy chỉ số tốt hơn lại bị ít điểm hơn")
			return err
		}
	}
	return nil
}

// weighed returns m with these weights by criterion.
func (m *Method) weighed(weights map[string]float64) *Method {
	t := m.clone()
	for i := range t.Areas {
		a := &t.Areas[i]
		a.Weight = 0
		for j := range a.Criteria {
			a.Criteria[j].Weight = weights[a.Criteria[j].ID]
			a.Weight += a.Criteria[j].Weight
		}
	}
	return t
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
