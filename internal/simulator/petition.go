package simulator

import (
	"fmt"

	"tiendo/internal/calendar"
)

// The kinds of petitions: khiếu nại, tố cáo, kiến nghị.
const (
	complaint    = "complaint"
	denunciation = "denunciation"
	suggestion   = "suggestion"
)

// longestPetition is how many days after its receipt a petition is over, whatever happens to it.
const longestPetition = 150

// petitions plans the petitions that come in on a day.
func (g *generator) petitions() {
	g.draw(forPetitions, 0)
	var came [len(agencies)]int
	for a := range agencies {
		came[a] = g.poisson(agencies[a].petitions / 5 * g.city.load(g.day))
	}
	for a := range agencies {
		if agencies[a].Code == Construction && settledInTime(g.day) {
			for i, kind := range g.city.reported.petitions[g.day] {
				g.draw(forPetition, a<<16|i)
				p := g.petition(a, i, kind)
				p.settle(p.ponder())
			}
			continue
		}
		for i := range came[a] {
			g.draw(forPetition, a<<16|i)
			p := g.petition(a, i, g.kind())
			p.late = p.chance(min(2*p.agency.late*g.city.mood(a, g.day), .5))
			p.hard = p.chance(.15)
			p.take()
		}
	}
}

func (g *generator) kind() string {
	switch u := g.rng.Float64(); {
	case u < .62:
		return suggestion
	case u < .88:
		return complaint
	default:
		return denunciation
	}
}

// petition is a petition while its life is planned.
type petition struct {
	life
	kind string
	late bool
	hard bool // it is complex: more time is given
}

// petition tells the receipt of the i-th petition of an agency on the day. An answer to a suggestion is promised at once;
// the date of the others is given when they are accepted.
func (g *generator) petition(to, i int, kind string) *petition {
	p := &petition{kind: kind, life: life{
		generator: g, agency: &agencies[to], source: fromPetitions, prompt: reportedAt(to, g.day),
		subject: fmt.Sprintf("DT-%s-%s-%02d", agencies[to].Code, g.stamp, i+1),
	}}
	told := p.data().str("agency", p.agency.Code).str("kind", kind).str("channel", p.channel())
	if kind == suggestion {
		told = told.str("due", g.city.promised(g.day, answer)).str("calendar", "vn-office")
	}
	p.open("petition.received", p.act(g.day), told)
	return p
}

// channel is how a petition came in: by letter, in person, or more and more through the portal.
func (p *petition) channel() string {
	switch {
	case p.chance(.8 * onlineShare(year(p.day))):
		return "online"
	case p.chance(.55):
		return "post"
	default:
		return "direct"
	}
}

// take plans what becomes of a petition.
func (p *petition) take() {
	on := p.ponder()
	switch u := p.rng.Float64(); {
	case u < .14: // somebody else's to settle, who counts it as their own
		if other := &agencies[p.rng.IntN(len(agencies))]; other != p.agency {
			p.tell("petition.forwarded", p.act(on), p.data().str("agency", other.Code))
			return
		}
	case u < .26:
		p.tell("petition.rejected", p.act(on), p.data().str("reason", "no-grounds"))
		return
	case u < .29:
		p.tell("petition.withdrawn", p.act(on), p.data().str("reason", "petitioner"))
		return
	}
	p.settle(on)
}

// ponder is the day on which it is decided whether a petition is taken up.
func (p *petition) ponder() calendar.Day {
	share := .1 + .85*p.rng.Float64()
	switch p.kind {
	case complaint:
		return p.city.officeDay(p.day + calendar.Day(share*acceptComplaint))
	case denunciation:
		return p.city.later(p.day, int(share*acceptDenunciation))
	default:
		return p.city.later(p.day, int(share*refuse))
	}
}

// settle plans the way to the end of a petition that is taken up on a day.
func (p *petition) settle(on calendar.Day) {
	if p.kind == suggestion {
		p.reply()
		return
	}
	usual, extended := p.terms()
	on = p.city.dayOf(p.act(on))
	p.tell("petition.accepted", p.now, p.data().str("due", (on+usual).String()))
	term := usual
	if p.hard {
		asked := p.city.officeDay(on + usual*2/3)
		p.tell("petition.rescheduled", p.act(asked), p.data().str("due", (on+extended).String()).str("reason", "complex"))
		term = extended
	}
	spent := calendar.Day(float64(term) * p.pace())
	if p.late {
		spent = term + 1 + calendar.Day(min(p.rng.ExpFloat64()*8, 30))
	}
	p.tell("petition.resolved", p.act(p.city.officeDay(on+spent)), p.data())
}

// reply plans the answer to a suggestion.
func (p *petition) reply() {
	term := answer
	if p.hard {
		term += 5
		if due := p.city.promised(p.day, term); due != "" {
			p.tell("petition.rescheduled", p.act(p.city.later(p.day, answer-2)), p.data().str("due", due).str("reason", "scope"))
		}
	}
	spent := int(float64(term) * p.pace())
	if p.late {
		spent = term + 1 + int(min(p.rng.ExpFloat64()*4, 20))
	}
	p.tell("petition.resolved", p.act(p.city.later(p.day, spent)), p.data())
}

// pace is the share of a term that is used by who is not late.
func (p *petition) pace() float64 { return .25 + .7*(p.rng.Float64()+p.rng.Float64())/2 }

// The law's limits in working days: to answer a suggestion or to refuse it, and to take up a denunciation; in calendar days
// to take up a complaint.
//
// Law: DOMAIN.md §1.6.
const (
	answer             = 10
	refuse             = 2
	acceptDenunciation = 7
	acceptComplaint    = 10
)

// terms are how many calendar days the law gives from the acceptance (thụ lý) on, usually and for what is complex. No
// complaint of the city is a second one, of which events say nothing.
//
// Law: Luật Khiếu nại Điều 28, Luật Tố cáo Điều 30 khoản 1 [S12]; that of remote areas and the extension as in DOMAIN.md §1.6.
func (p *petition) terms() (usual, extended calendar.Day) {
	switch {
	case p.kind == denunciation:
		return 30, 60
	case p.agency.remote:
		return 45, 60
	default:
		return 30, 45
	}
}
