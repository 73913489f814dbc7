package simulator

// Habit is what an agency does that figures should show; several are joined by |.
type Habit uint16

// The habits. An honest agency has none.
const (
	// Restarts: a supplement starts the full term again (DOMAIN.md, fact 4).
	Restarts Habit = 1 << iota
	// Stalls: supplements are asked for just before the deadline.
	Stalls
	// Pretends: supplements are asked for and told to have come minutes later.
	Pretends
	// Backdates: late closings, and late reports of tasks, are dated to the promised day and written down later.
	Backdates
	// MovesPromises: the date of a dossier that will be late is moved when it is about to pass, without an apology; of some in
	// the receipt itself.
	MovesPromises
	// Keeps: results are not handed over.
	Keeps
	// Heaps: what would be late is closed in the last hour of its day, done or not.
	Heaps
	// FilesOnline: the desk hands in online, one after the other, what citizens have brought.
	FilesOnline
)

// does says whether the agency of a dossier has a habit.
func (d *dossier) does(h Habit) bool { return d.city.habits[d.desk.agency]&h != 0 }

// pretend tells of a pause that never was.
func (d *dossier) pretend(p plan) {
	at := d.act(d.city.later(p.from, min(p.spent, p.term/2)))
	d.tell("dossier.supplement_requested", at, d.data().str("reason", reasons[0]).str("status", "5"))
	d.now += minute * int64(5+d.rng.IntN(20))
	d.tell("dossier.supplemented", d.now, d.data().str("status", "4"))
}

// movePromise gives a dossier that will be late another date on its last day or the day before.
func (d *dossier) movePromise(p plan, due string) {
	at := d.act(d.city.later(p.from, max(0, p.term-d.rng.IntN(2))))
	if d.chance(.5) {
		d.tell("dossier.rescheduled", at, d.data().str("due", due).flag("apology", false).str("reason", "workload"))
		return
	}
	d.tellLate("dossier.received", d.received, at, data(d.receipt).str("due", due))
}

// heap closes a dossier in the last hour of its promised day, if it is not over before; it returns false if it can't.
func (d *dossier) heap(p plan, told data) bool {
	at := d.city.later(p.from, p.term).Start(d.city.zone).Unix() + 16*hour + int64(d.rng.Float64()*55*minute)
	if at <= d.now {
		return false
	}
	d.now = at
	d.tell("dossier.resolved", at, told)
	return true
}

// fileOnline hands in at the desk what was brought there: one dossier of the day after the other.
func (d *dossier) fileOnline() {
	d.channel = "online"
	d.filed[d.desk.agency]++
	at := d.day.Start(d.city.zone).Unix() + 9*hour + int64(d.filed[d.desk.agency])*100
	d.tell("dossier.submitted", at, d.opening("1"))
	d.now = at + minute*int64(2+d.rng.IntN(8))
	d.receive()
}
