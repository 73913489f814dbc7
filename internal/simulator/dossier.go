package simulator

import (
	"fmt"

	"tiendo/internal/calendar"
)

// Where events come from: the name says that nothing of it is real.
const (
	fromDepartments = "urn:simulator:mot-cua-so"
	fromDistricts   = "urn:simulator:mot-cua-quan-huyen"
	fromTasks       = "urn:simulator:nhiem-vu"
)

// dossier is a dossier while its life is planned.
type dossier struct {
	life
	*procedure
	desk    counter
	year    float64
	channel string
	level   string
	full    bool // it happens online from end to end
	person  bool
	fee     bool
	paid    bool
}

// dossier plans the life of one dossier. On a day off only what is handed in online happens.
func (g *generator) dossier(works bool) {
	desk := g.desk()
	d := &dossier{
		life:      life{generator: g, agency: &agencies[desk.agency], source: fromDepartments},
		procedure: &procedures[desk.procedure],
		desk:      desk,
		year:      year(g.day),
	}
	d.choose()
	if !works && d.channel != "online" {
		return
	}
	if d.agency.Group == district {
		d.source = fromDistricts
	}
	g.dossiers[desk.agency]++
	d.subject = fmt.Sprintf("%s-%s-%04d", d.agency.Code, g.stamp, g.dossiers[desk.agency])
	if d.channel == "online" {
		at := d.anytime(g.day)
		d.tell("dossier.submitted", at, d.opening("1"))
		if d.chance(onlinePayShare(d.year)) {
			d.pay("online", at+2*minute)
		}
		if d.turnedAway() {
			return
		}
	}
	d.receive()
}

// choose draws how and by whom the dossier is handed in.
func (d *dossier) choose() {
	d.person = d.chance(d.procedure.persons)
	d.fee = d.Fee > 0 && !d.chance(.07) // some are exempt
	possible := d.year >= d.procedure.partial
	d.full = d.year >= d.procedure.full
	d.level = levelName(d.year, possible, d.full)
	wish := onlineShare(d.year) * d.agency.online
	if d.full {
		wish *= 1.2
	}
	if !d.person {
		wish *= 1.15
	}
	switch {
	case possible && d.chance(min(wish, .97)):
		d.channel = "online"
	case d.chance(postInShare(d.year)):
		d.channel = "post"
	default:
		d.channel = "direct"
	}
}

// levelName is how the level was called: 2, 3 and 4 until 2021, then partial and full (DOMAIN.md §1.1, §4.2).
func levelName(y float64, possible, full bool) string {
	switch {
	case full && y >= 2022:
		return "full"
	case full:
		return "4"
	case possible && y >= 2022:
		return "partial"
	case possible:
		return "3"
	default:
		return "2"
	}
}

// opening is the data that submission and receipt share.
func (d *dossier) opening(status string) data {
	told := d.data().str("agency", d.agency.Code).str("procedure", d.Code).str("channel", d.channel).str("level", d.level)
	if d.person {
		told = told.str("applicant", "person")
	} else {
		told = told.str("applicant", "organisation")
	}
	if d.channel == "online" {
		portal := "local"
		if d.steady(1) < nationalShare(d.year) {
			portal = "national"
		}
		told = told.str("portal", portal)
	}
	if d.year >= 2021.93 { // NĐ 107/2021
		told = told.flag("digitised", d.steady(2) < digitalShare(d.year)).flag("reused", d.steady(3) < reusedShare(d.year))
	}
	return told.flag("fee", d.fee).str("status", status)
}

// steady is chance that comes out alike whenever it is asked for of a dossier.
func (d *dossier) steady(what uint64) float64 {
	return float64(mix(d.city.seed^uint64(d.day)<<20, uint64(d.dossiers[d.desk.agency])<<8|uint64(d.desk.agency), what)>>11) / (1 << 53)
}

// turnedAway says whether what was submitted online is refused or taken back before it is received.
func (d *dossier) turnedAway() bool {
	switch u := d.rng.Float64(); {
	case u < .028:
		d.tell("dossier.rejected", d.accept(), d.data().str("reason", "not-competent").str("status", "3"))
	case u < .036:
		d.tell("dossier.withdrawn", d.anytime(d.city.dayOf(d.now)+1), d.data().str("status", "7"))
	default:
		d.accept()
		return false
	}
	return true
}

// accept moves on to when the office has looked at what was submitted: it has eight working hours (DOMAIN.md §1.2).
func (d *dossier) accept() int64 {
	wait := d.rng.ExpFloat64() * (1.6 + 14*d.agency.late) * hour
	d.now = d.city.workAfter(d.now, 5*minute+int64(wait))
	return d.now
}

// receive tells the receipt with its promise, and plans the rest.
func (d *dossier) receive() {
	at := d.now
	if d.channel != "online" {
		at = d.act(d.day)
	}
	on := d.city.dayOf(at)
	told := d.opening("2")
	if d.chance(.004) { // the source leaves the level out
		told = d.data().str("agency", d.agency.Code).str("procedure", d.Code).str("channel", d.channel).str("status", "2")
	}
	told = told.str("unit", "MC")
	if d.chance(anywhereShare(d.year)) {
		if other := agencies[d.rng.IntN(len(agencies))]; other.Code != d.agency.Code {
			told = told.str("at", other.Code)
		}
	}
	if d.agency.Group == department {
		told = told.str("officer", fmt.Sprintf("%s-CB%02d", d.agency.Code, 1+d.rng.IntN(9)))
	}
	if !d.chance(.003) {
		told = told.str("due", d.city.promised(on, d.Term))
	}
	d.tell("dossier.received", at, told)
	if d.channel != "online" || d.chance(.3) {
		d.pay(d.till(), d.now+3*minute)
	}
	if d.chance(.002) {
		d.tell("dossier.voided", d.act(d.city.later(on, 1+d.rng.IntN(3))), d.data().str("reason", "duplicate"))
		return
	}
	d.work(on)
}

// till is how a fee is paid that was not paid with the submission.
func (d *dossier) till() string {
	if d.chance(onlinePayShare(d.year) * .6) {
		return "online"
	}
	return "direct"
}

// pay tells the payment, if one is due and none was made.
func (d *dossier) pay(channel string, at int64) {
	if !d.fee || d.paid {
		return
	}
	d.paid, d.now = true, max(d.now, at)
	d.tell("dossier.paid", at, d.data().str("channel", channel).number("amount", d.Fee))
}

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
	legs := d.procedure.legs
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
	if d.agency.stalls && d.chance(.4) {
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
	if d.agency.restarts { // DOMAIN.md, fact 4: the full term from zero
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
	before := d.now
	at := d.act(on)
	if d.chance(.03) {
		d.tell("dossier.rejected", at, d.data().str("reason", "conditions").str("status", "8"))
		return
	}
	digital := d.chance(digitalShare(d.year))
	told := d.data().flag("digital", digital).str("status", "9")
	if kept := d.city.later(p.from, p.term); d.agency.backdate && kept < on && d.chance(.3) {
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
	if d.chance(.04) { // never fetched
		return
	}
	channel := "direct"
	switch {
	case digital && d.full && d.channel == "online" && d.chance(.6):
		channel = "online"
		d.now += 2*minute + int64(d.rng.Float64()*2*hour)
	case d.chance(postOutShare(d.year)):
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
