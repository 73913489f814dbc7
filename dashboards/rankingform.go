package dashboards

import (
	"strconv"
	"strings"

	"tiendo/internal/lifecycle"
	"tiendo/internal/ranking"
)

// rankingForm tries other weights, scoring, calendars and rules.
type rankingForm struct {
	Hidden []hidden
	Areas  []formArea
	Open   bool
	// Minimum is the least number of cases of all criteria that have one; Few says that some have.
	Minimum string
	Few     bool
	// Off are the days on which offices would have been closed; Pauses what a wait for papers would do.
	Off    string
	Pauses []filterValue
}

type formArea struct {
	Title  string
	Fields []formField
	// Scoring are the numbers by which the area's criteria are scored; Open says that one of them is tried.
	Scoring []formField
	Open    bool
}

type formField struct{ ID, Title, Value string }

// form has a field for each number that can be tried.
func (v *rankingView) form(m *ranking.Method) rankingForm {
	q := v.asked
	f := rankingForm{Hidden: []hidden{{"method", q.method}, {"period", q.period}, {"lang", string(q.lang)}}, Open: len(q.tries) > 0}
	set := map[string]string{}
	for _, try := range q.tries {
		id, weight, _ := strings.Cut(try, "=")
		set[id] = weight
	}
	f.Off = set["off"]
	for _, rule := range []struct {
		rule lifecycle.PauseRule
		name string
	}{{"", v.K.PausesAsIs}, {lifecycle.PausesExtend, v.K.PausesExtend}, {lifecycle.PausesRestart, v.K.PausesRestart}, {lifecycle.PausesNothing, v.K.PausesNothing}} {
		f.Pauses = append(f.Pauses, filterValue{string(rule.rule), rule.name, set["pauses"] == string(rule.rule)})
	}
	f.Minimum = set["minimum"]
	for _, a := range m.Areas {
		area := formArea{Title: v.names(a.Titles)}
		for _, c := range a.Criteria {
			for _, n := range numbersOf(&c) {
				value, changed := set[n.try]
				if !changed {
					value = strconv.FormatFloat(n.value, 'f', -1, 64)
				}
				field := formField{n.try, v.numberName(n.try), value}
				if n.try == c.ID {
					area.Fields = append(area.Fields, field)
					continue
				}
				area.Scoring, area.Open = append(area.Scoring, field), area.Open || changed
			}
			f.Few = f.Few || c.Minimum.Volume > 0
		}
		f.Areas = append(f.Areas, area)
	}
	return f
}

// numberOf is a number of a criterion that can be tried, and the name by which it is.
type numberOf struct {
	try   string
	value float64
}

// numbersOf are a criterion's weight, and what else of it can be tried by a number.
func numbersOf(c *ranking.Criterion) []numberOf {
	all := []numberOf{{c.ID, c.Weight}}
	switch c.Scoring.Kind {
	case ranking.Linear:
		all = append(all, numberOf{c.ID + ".zero", c.Scoring.Zero}, numberOf{c.ID + ".full", c.Scoring.Full})
	case ranking.AtThreshold:
		all = append(all, numberOf{c.ID + ".at", c.Scoring.At})
	}
	if c.Minimum.Below != "" {
		all = append(all, numberOf{c.ID + ".minimum", c.Minimum.Volume})
	}
	return all
}

// numberName says in words which number is tried.
func (v *rankingView) numberName(try string) string {
	id, part, _ := strings.Cut(try, ".")
	said := map[string]string{"zero": v.K.ScoredZero, "full": v.K.ScoredFull, "at": v.K.ScoredAt, "minimum": v.K.Minimum}
	switch {
	case try == "minimum" && v.criterion(try) == try:
		return v.K.MinimumAll
	case said[part] == "":
		return v.criterion(try)
	default:
		return v.criterion(id) + ", " + said[part]
	}
}
