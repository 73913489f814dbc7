package simulator

import (
	"fmt"

	"tiendo/internal/calendar"
)

// spend draws how many working days the agency takes for a term.
func (d *dossier) spend() int {
	term := d.Term
	late := min(d.agency.late*d.city.mood(d.desk.agency, d.day), .6)
	switch u := d.rng.Float64(); {
	case u < late*.08: // lies on somebody's desk for months
		return term + 15 + int(d.rng.ExpFloat64()*60)
	case u < late:
		return term + 1 + int(d.rng.ExpFloat64()*(1.5+.2*float64(term)))
	case u < late+d.agency.lastDay:
		return term
	default:
		return int(float64(term) * (.2 + .78*(d.rng.Float64()+d.rng.Float64())/2))
	}
}

// work plans what the agency does from the day of receipt on.
func (d *dossier) work(on calendar.Day) {
	spent := d.spend()
	p := plan{from: on, term: d.Term, spent: spent}
	d.hand(p)
	if d.Term >= 3 && d.chance(d.agency.supplement) {
		for again := true; again; again = d.chance(.06) {
			if p = d.pause(p); p.over {
				return
			}
		}
	}
	if d.does(Pretends) && d.Term >= 3 && d.chance(.3) {
		d.pretend(p)
	}
	if p.spent > p.term {
		p = d.beLate(p)
	}
	d.close(p)
}

// plan is what is left of a term and of the work, in working days from a day on.
type plan struct {
	from        calendar.Day
	term, spent int
	over        bool // the dossier is closed, or waits for ever
}

// hand passes the dossier on: through the agencies of an interlinked procedure, or to a unit of the same agency.
func (d *dossier) hand(p plan) {
	legs := d.legs
	if len(legs) == 0 {
		if d.Term >= 5 && d.agency.Group == department && d.chance(.5) {
			at := d.city.workAfter(d.now, 10*minute+int64(d.rng.Float64()*3*hour))
			if d.city.dayOf(at) < d.city.later(p.from, max(p.spent, 1)) {
				d.now = at
				d.tell("dossier.transferred", at, d.data().str("agency", d.agency.Code).str("unit", fmt.Sprintf("CM%d", 1+d.rng.IntN(3))).str("status", "4"))
			}
		}
		return
	}
	for i, to := range legs {
		if to == same {
			to = d.agency.Code
		}
		begin := p.spent * i / len(legs)
		if i > 0 && begin < p.spent && d.chance(.3) {
			begin++
		}
		at := d.act(d.city.later(p.from, begin))
		d.tell("dossier.transferred", at, d.data().str("agency", to).str("due", d.city.promised(p.from, d.Term*(i+1)/len(legs))).str("status", "4"))
	}
}

// pause plans a request for more papers and what comes of it.
func (d *dossier) pause(p plan) plan {
	asked := int(float64(p.term) * (.05 + .45*d.rng.Float64()))
	if d.does(Stalls) && d.chance(.4) {
		asked = p.term - d.rng.IntN(2)
	}
	asked = max(min(asked, p.spent), d.city.between(p.from, d.city.dayOf(d.now)))
	at := d.act(d.city.later(p.from, asked))
	d.tell("dossier.supplement_requested", at, d.data().str("reason", reasons[d.rng.IntN(len(reasons))]).str("status", "5"))
	since := d.city.dayOf(at)
	if d.chance(.07) { // nothing ever comes
		end := d.city.later(since+30, 1)
		switch u := d.rng.Float64(); {
		case u < .55:
			d.tell("dossier.rejected", d.act(end), d.data().str("reason", "papers-missing").str("status", "8"))
		case u < .85:
			d.tell("dossier.withdrawn", d.act(end), d.data().str("reason", "applicant").str("status", "7"))
		}
		return plan{over: true}
	}
	at = d.act(d.city.later(since+calendar.Day(d.rng.ExpFloat64()*6), 1))
	told := d.data().str("status", "4")
	on := d.city.dayOf(at)
	p = plan{from: on, term: max(0, p.term-asked), spent: max(0, p.spent-asked)}
	if d.does(Restarts) { // DOMAIN.md, fact 4: the full term from zero
		p.term, p.spent = d.Term, d.spend()
		told = told.str("due", d.city.promised(on, d.Term))
	}
	d.tell("dossier.supplemented", at, told)
	return p
}

var reasons = [...]string{"papers-missing", "papers-unclear", "drawing", "fee"}

// beLate plans the new date that a late dossier gets: in time with an apology, without one, or too late, or none.
func (d *dossier) beLate(p plan) plan {
	next := p.spent + d.rng.IntN(3)
	if d.chance(.15) {
		next = max(p.term+1, p.spent-1-d.rng.IntN(3)) // which is not kept either
	}
	due := d.city.promised(p.from, next)
	if due == "" {
		return p
	}
	if d.does(MovesPromises) {
		d.movePromise(p, due)
		return p
	}
	told := d.data().str("due", due).str("reason", "workload")
	said := d.agency.apology
	switch u := d.rng.Float64(); {
	case u < said:
		d.tell("dossier.rescheduled", d.act(d.city.later(p.from, max(0, p.term-d.rng.IntN(2)))), told.flag("apology", true))
	case u < said+.25*(1-said):
		d.tell("dossier.rescheduled", d.act(d.city.later(p.from, max(0, p.term-d.rng.IntN(2)))), told.flag("apology", false))
	case u < said+.5*(1-said) && p.spent > p.term+1:
		d.tell("dossier.rescheduled", d.act(d.city.later(p.from, p.term+1)), told.flag("apology", d.chance(.5)))
	}
	return p
}

// close plans the end and what follows it.
func (d *dossier) close(p plan) {
	on := d.city.later(p.from, p.spent)
	if d.chance(.015) {
		d.tell("dossier.withdrawn", d.act(d.city.later(p.from, p.spent/2)), d.data().str("reason", "applicant").str("status", "7"))
		return
	}
	if d.does(Heaps) && p.spent >= p.term && d.chance(.8) && d.heap(p, d.data().flag("digital", false).str("status", "9")) {
		d.handOver(false)
		return
	}
	before := d.now
	at := d.act(on)
	if d.chance(.03) {
		d.tell("dossier.rejected", at, d.data().str("reason", "conditions").str("status", "8"))
		return
	}
	digital := d.chance(digitalShare(d.year))
	told := d.data().flag("digital", digital).str("status", "9")
	if kept := d.city.later(p.from, p.term); d.does(Backdates) && kept < on && d.chance(.3) {
		if claimed := kept.Start(d.city.zone).Unix() + 16*hour + 50*minute; claimed > before {
			d.tellLate("dossier.resolved", claimed, at+minute, told)
			d.handOver(digital)
			return
		}
	}
	d.tell("dossier.resolved", at, told)
	d.handOver(digital)
}

// handOver plans how the result reaches the citizen and what they say of it.
func (d *dossier) handOver(digital bool) {
	closed := d.city.dayOf(d.now)
	d.pay(d.till(), d.now+minute)
	if d.does(Keeps) && d.chance(.35) {
		return
	}
	if d.chance(.04) { // never fetched
		return
	}
	channel := "direct"
	switch {
	case digital && d.wholly && d.channel == "online" && d.chance(.6):
		channel = "online"
		d.now += 2*minute + int64(d.rng.Float64()*2*hour)
	case d.goes(leavesByPost, d.byPost(postOutShare(d.year)), closed):
		channel = "post"
		d.act(d.city.later(closed, 1+d.rng.IntN(3)))
	default:
		d.act(d.city.later(closed, min(int(d.rng.ExpFloat64()*1.6), 20)))
	}
	d.tell("dossier.returned", d.now, d.data().str("channel", channel).str("status", "10"))
	if d.chance(ratedShare(d.year)) {
		score := 5 - min(4, int(d.rng.ExpFloat64()*(.45+5*d.agency.late)))
		d.tell("dossier.rated", d.anytime(d.city.dayOf(d.now)+calendar.Day(d.rng.IntN(3))), d.data().number("score", score))
	}
}
