package simulator

import (
	"fmt"
	"time"

	"tiendo/internal/calendar"
)

// receptions plans the citizens that are heard on a day: by the head of the agency on one fixed day of each month, by its
// officers on others. A day on which nobody comes is not told.
func (g *generator) receptions() {
	for a := range agencies {
		g.draw(forReception, a)
		if reportedAt(a, g.day) {
			if h, ok := g.city.reported.receptions[g.day]; ok {
				g.hear(a, h)
			}
			continue
		}
		h := hearing{leader: g.city.leaderDay(a, g.day)}
		many := agencies[a].petitions * .06 * g.city.load(g.day)
		if h.leader {
			many = .6 + .7*agencies[a].petitions
		}
		if h.sessions = g.poisson(many); h.sessions == 0 {
			continue
		}
		h.people = h.sessions + g.poisson(.27*float64(h.sessions))
		if g.chance(.02) { // a crowd
			h.people += 5 + g.rng.IntN(20)
		}
		h.cases = h.sessions
		if h.cases > 1 && g.chance(.2) { // two of them come about one thing
			h.cases--
		}
		g.hear(a, h)
	}
}

// hearing is a day's citizen reception at an agency (tiếp công dân: lượt, người, vụ việc).
type hearing struct {
	sessions, people, cases int
	leader                  bool
}

// hear tells a day's reception.
func (g *generator) hear(a int, h hearing) {
	l := &life{
		generator: g, agency: &agencies[a], source: fromReceptions, prompt: reportedAt(a, g.day),
		subject: fmt.Sprintf("TCD-%s-%s", agencies[a].Code, g.stamp),
	}
	l.open("reception.held", l.act(g.day), l.data().str("agency", l.agency.Code).
		number("sessions", h.sessions).number("people", h.people).number("cases", h.cases).flag("leader", h.leader))
}

// leaderDay says whether the head of an agency receives on a day: the first working day from a date on that is the
// agency's in every month.
func (c *City) leaderDay(a int, d calendar.Day) bool {
	first := d - calendar.Day(d.Start(time.UTC).Day()-1)
	return d == c.officeDay(first+calendar.Day(1+a*7%19))
}
