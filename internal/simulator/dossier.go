package simulator

import "fmt"

// Where events come from: the name says that nothing of it is real.
const (
	fromDepartments = "urn:simulator:mot-cua-so"
	fromDistricts   = "urn:simulator:mot-cua-quan-huyen"
	fromTasks       = "urn:simulator:nhiem-vu"
	fromPetitions   = "urn:simulator:don-thu"
	fromReceptions  = "urn:simulator:tiep-cong-dan"
	fromInspections = "urn:simulator:kiem-tra-cchc"
	fromHomeAffairs = "urn:simulator:noi-vu"
)

// dossier is a dossier while its life is planned.
type dossier struct {
	life
	*procedure
	desk    counter
	turn    int // of its agency on the day
	year    float64
	channel string
	level   string
	wholly  bool // it happens online from end to end
	person  bool
	fee     bool
	paid    bool
	// received is when it was, receipt what was told of it then, but for the date that was promised.
	received int64
	receipt  string
}

// dossier plans the life of one dossier. On a day off only what is handed in online happens.
func (g *generator) dossier(works bool) {
	desk := g.desk()
	g.turns[desk.agency]++
	d := &dossier{
		life:      life{generator: g, agency: &agencies[desk.agency], source: fromDepartments},
		procedure: &procedures[desk.procedure],
		desk:      desk,
		turn:      g.turns[desk.agency],
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
	if d.channel == "direct" && d.level != "2" && d.does(FilesOnline) {
		d.fileOnline()
		return
	}
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
	d.person = d.chance(d.persons)
	d.fee = d.Fee > 0 && !d.chance(.07) // some are exempt
	possible := d.year >= d.partial
	d.wholly = d.year >= d.full
	d.level = levelName(d.year, possible, d.wholly)
	wish := onlineShare(d.year) * d.agency.online
	if d.wholly {
		wish *= 1.2
	}
	if !d.person {
		wish *= 1.15
	}
	switch {
	case possible && d.goes(comesOnline, min(wish, .97), d.day):
		d.channel = "online"
	case d.goes(comesByPost, d.byPost(postInShare(d.year)), d.day):
		d.channel = "post"
	default:
		d.channel = "direct"
	}
}

// byPost is a share of the city's post at the agency.
func (d *dossier) byPost(share float64) float64 { return min(share*(1+d.agency.post), .9) }

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
	return unit(mix(d.city.seed^uint64(d.day)<<20, uint64(d.dossiers[d.desk.agency])<<8|uint64(d.desk.agency), what))
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
	d.received, d.receipt = at, string(told)
	if !d.chance(.003) {
		told = told.str("due", d.city.promised(on, d.Term))
	}
	d.open("dossier.received", at, told)
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
