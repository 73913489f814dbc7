package simulator

import (
	"fmt"
	"math"
	"strings"
	"time"

	"tiendo/internal/calendar"
)

// selfAssessed are the criteria for which agencies give themselves points, as the method files of the examples name them.
var selfAssessed = [...]struct {
	code    string
	maximum float64
	yearly  bool    // for whole years alone
	part    float64 // of the agencies claim anything
}{
	// The city's own methods.
	{"plan", 10, false, 1},
	{"initiative", 3, false, .15},
	// The areas of the PAR INDEX.
	{"steering-plan", 9.5, true, 1},
	{"legal-documents", 10, true, 1},
	{"procedure-control", 5, true, 1},
	{"structure", 11, true, 1},
	{"personnel", 13, true, 1},
	{"budget", 12.5, true, 1},
	{"platforms", 5, true, 1},
	{"sipas", 10, true, 1},
	{"social-economy", 8, true, 1},
	// Decision 766/QĐ-TTg.
	{"procedures-published", 6, false, 1},
	{"procedures-updated", 4, false, 1},
	{"procedures-complete", 2, false, 1},
	{"synchronised", 6, false, 1},
	{"fees-offered", 2, false, 1},
	{"fees-used", 2, false, 1},
	{"digitised-and-result", 4, false, 1},
	{"certified-copies", 2, false, 1},
	{"reuse", 2, false, 1},
	{"stores", 4, false, 1},
	{"population-dossiers", 2, false, 1},
	{"population-procedures", 2, false, 1},
	{"feedback-satisfied", 6, false, 1},
	{"dossiers-satisfied", 6, false, 1},
}

// ended are the periods that end with the quarter before the one of a day.
func ended(t time.Time) []string {
	last := t.AddDate(0, -3, 0)
	quarter := (int(last.Month()) + 2) / 3
	all := []string{fmt.Sprintf("%d-Q%d", last.Year(), quarter)}
	switch quarter {
	case 2:
		all = append(all, fmt.Sprintf("%d-H1", last.Year()))
	case 3:
		all = append(all, fmt.Sprintf("%d-9M", last.Year()))
	case 4:
		all = append(all, fmt.Sprintf("%d-H2", last.Year()), fmt.Sprint(last.Year()))
	}
	return all
}

// assessments plans what agencies claim on a day, and what the inspectors find of it. An agency answers within the first ten days of
// a quarter; few are late, and fewer never do.
func (g *generator) assessments() {
	t := g.day.Start(time.UTC)
	if t.Month()%3 != 1 {
		return
	}
	first := g.day - calendar.Day(t.Day()) + 1
	for a := range agencies {
		on := 2 + a%7
		switch u := mix(g.city.seed, forAssessment<<8|uint64(a), uint64(first)) % 100; {
		case u < 2:
			continue
		case u < 8:
			on += 8
		}
		if g.day != g.city.officeDay(first+calendar.Day(on)) {
			continue
		}
		for _, period := range ended(t) {
			for i, c := range selfAssessed {
				if g.draw(forAssessment, a<<16|i<<8|len(period)); (!c.yearly || len(period) == len("2019")) && g.chance(c.part) {
					g.assessment(a, c.code, period, c.maximum)
				}
			}
		}
	}
}

// assessment tells of one criterion: what is claimed, and some days later what was verified. Inspectors find a quarter of the claims
// too high.
func (g *generator) assessment(a int, code, period string, maximum float64) {
	l := &life{
		generator: g, agency: &agencies[a], source: fromHomeAffairs, prompt: true,
		subject: fmt.Sprintf("%s/%s/%s", agencies[a].Code, code, period),
	}
	claimed := math.Round(maximum*(.75+.25*g.rng.Float64())*2) / 2
	said := func(points float64) data {
		d := l.data().str("agency", l.agency.Code).str("criterion", code).str("period", period)
		return fmt.Append(d.name("points"), points)
	}
	l.tell("assessment.submitted", l.act(g.day), said(claimed).str("evidence", "https://cchc.example/"+strings.ToLower(l.subject)))
	if g.chance(.04) { // nobody has looked yet
		return
	}
	l.source = fromInspections
	at := l.act(g.city.later(g.day, 3+g.rng.IntN(5)))
	if cut := math.Round((.5+1.5*g.rng.Float64())*2) / 2; g.chance(.25) && cut < claimed {
		l.tell("assessment.verified", at, said(claimed-cut).str("reason", "thieu-minh-chung"))
		return
	}
	l.tell("assessment.verified", at, said(claimed))
}
