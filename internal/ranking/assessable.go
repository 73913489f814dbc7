package ranking

import (
	"tiendo/internal/calendar"
	"tiendo/internal/register"
)

// Assessable is one thing that agencies say points of and an inspection team verifies.
type Assessable struct {
	// Code is the criterion that events name.
	Code   string
	Titles Names
	// Maximum is the most points that may be given.
	Maximum float64
	// Bonus and Penalty: it is no criterion but points beyond them.
	Bonus, Penalty bool
}

// Assessables lists what is assessed by the method, each once, in the order of its criteria and adjustments. The slice is the
// caller's.
func (m *Method) Assessables() []Assessable {
	var all []Assessable
	seen := map[string]bool{"": true}
	add := func(a Assessable) {
		if !seen[a.Code] {
			seen[a.Code] = true
			all = append(all, a)
		}
	}
	for _, c := range m.Criteria() {
		add(Assessable{Code: c.Assessment, Titles: c.Titles, Maximum: c.Maximum})
	}
	for _, a := range m.Adjustments {
		add(Assessable{Code: a.Assessment, Titles: a.Titles, Maximum: a.Maximum, Bonus: !a.Penalty, Penalty: a.Penalty})
	}
	return all
}

// Agencies are all of the method's groups on a day, by code, those that are not ranked too.
func (m *Method) Agencies(view register.View, day calendar.Day) []Agency {
	var all []Agency
	for _, a := range view.Agencies(day) {
		if m.Ranks(a.Group) {
			all = append(all, Agency{Code: a.Code, Names: Names{a.NameVI, a.NameEN}, Group: a.Group})
		}
	}
	return all
}

// Answers says whether an agency is asked: whether the method ranks it.
func (m *Method) Answers(agency string) bool {
	_, excluded := m.exclusion(agency)
	return !excluded
}
