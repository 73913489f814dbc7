package simulator

import (
	"fmt"
	"time"

	"tiendo/internal/calendar"
)

// areas are what inspections look at, with the share of findings that each has.
var areas = [...]struct {
	name string
	upTo float64
}{
	{"one_stop", .22},
	{"iso", .38},
	{"work_files", .54},
	{"discipline", .66},
	{"training", .74},
	{"it", .84},
	{"organisation", .90},
	{"staffing", .96},
	{"other", 1},
}

// inspections plans what the city's inspectors of administrative reform find on a day. They come to each agency twice a
// year, after about the same time, and are under way in all seasons: else their source, or an agency, would look as if it had
// fallen silent.
func (g *generator) inspections() {
	round := g.round()
	for a := range agencies {
		if agencies[a].Code == Construction && inspectedYear(g.day) {
			for i, f := range reportedFindings[g.day] {
				g.draw(forFinding, a<<16|i)
				g.finding(a, i, f)
			}
			continue
		}
		if g.day != g.city.officeDay(round.first+calendar.Day(mix(g.city.seed, uint64(a), 0)%140+mix(g.city.seed, uint64(a), uint64(round.first))%10)) {
			continue
		}
		g.draw(forFindings, a)
		for i := range g.poisson(2.2) {
			g.draw(forFinding, a<<16|i)
			g.finding(a, i, g.fault(a))
		}
	}
}

// round is a half-year's inspections: its code, and the first day of the weeks in which they are.
type round struct {
	code  string
	first calendar.Day
}

// round is the one of the day.
func (g *generator) round() round {
	t := g.day.Start(time.UTC)
	half, month := 1, time.January
	if t.Month() > time.June {
		half, month = 2, time.July
	}
	return round{
		code:  fmt.Sprintf("KT-%d-%d", t.Year(), half),
		first: calendar.DayOf(time.Date(t.Year(), month, 5, 0, 0, 0, 0, time.UTC), time.UTC),
	}
}

// fault is what is found and how it is remedied, in working days after it was raised.
type fault struct {
	area        string
	term, spent int
	asked       int // when a new date is asked for, which is then kept; 0 for never
}

func (g *generator) fault(a int) fault {
	f := fault{term: [...]int{20, 30, 45}[g.rng.IntN(3)]}
	u := g.rng.Float64()
	for _, area := range areas {
		if f.area = area.name; u < area.upTo {
			break
		}
	}
	switch {
	case g.chance(.04): // nobody feels responsible
		f.spent = f.term + 60 + int(g.rng.ExpFloat64()*80)
	case g.chance(min(2*agencies[a].taskLate, .5)):
		f.spent = f.term + 1 + int(g.rng.ExpFloat64()*12)
		if g.chance(.5) {
			f.asked = f.term - 1 - g.rng.IntN(4)
		}
	default:
		f.spent = int(float64(f.term) * (.3 + .68*(g.rng.Float64()+g.rng.Float64())/2))
	}
	return f
}

// finding plans the life of a finding.
func (g *generator) finding(a, i int, f fault) {
	l := &life{
		generator: g, agency: &agencies[a], source: fromInspections, prompt: reportedAt(a, g.day),
		subject: fmt.Sprintf("KL-%s-%s-%02d", agencies[a].Code, g.stamp, i+1),
	}
	l.open("finding.raised", l.act(g.day), l.data().str("agency", l.agency.Code).str("area", f.area).
		str("due", g.city.promised(g.day, f.term)).str("inspection", g.round().code))
	if due := g.city.promised(g.day, f.spent+g.rng.IntN(5)); f.asked > 0 && due != "" {
		l.tell("finding.rescheduled", l.act(g.city.later(g.day, f.asked)), l.data().str("due", due).str("reason", "budget"))
	}
	l.tell("finding.remedied", l.act(g.city.later(g.day, f.spent)), l.data())
}
