package lifecycle

import (
	"maps"
	"slices"

	"tiendo/internal/event"
)

// course names the steps that open and close the cases of one family (rule 2).
type course struct {
	opening string
	// settling are the closings that do what was promised; ending are those that close without settling. Their order,
	// settling first, breaks ties between closings of one instant.
	settling, ending []string
	// calendar is the default of rule 5.
	calendar string
}

var courses = map[event.Family]course{
	event.Dossier: {
		opening: "received", settling: []string{"resolved", "rejected"}, ending: []string{"withdrawn"},
		calendar: "vn-office",
	},
	event.Task: {
		opening: "assigned", settling: []string{"completed"}, ending: []string{"cancelled"},
		calendar: "vn-office",
	},
	event.Petition: {
		opening: "received", settling: []string{"resolved"}, ending: []string{"rejected", "withdrawn", "forwarded"},
		calendar: "days",
	},
	event.Finding: {
		opening: "raised", settling: []string{"remedied"},
		calendar: "vn-office",
	},
}

// courseOf is the course of a family; sessions of citizen reception only begin.
func courseOf(family event.Family) course {
	if family == event.Reception {
		return course{opening: "held"}
	}
	return courses[family]
}

// Families are those whose cases are booked, always in the same order.
func Families() []event.Family {
	return append(slices.Sorted(maps.Keys(courses)), event.Reception)
}

// Books says whether cases of this family are booked.
func Books(family event.Family) bool { return Decides(family) || family == event.Reception }

// Decides says whether cases of this family have a verdict.
func Decides(family event.Family) bool {
	_, ok := courses[family]
	return ok
}

func (c course) settles(step string) bool { return slices.Contains(c.settling, step) }

// rank orders closings of one instant: the lower wins.
func (c course) rank(step string) (int, bool) {
	if i := slices.Index(c.settling, step); i >= 0 {
		return i, true
	}
	i := slices.Index(c.ending, step)
	return len(c.settling) + i, i >= 0
}
