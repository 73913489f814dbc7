package lifecycle_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/register"
)

// This file is a second reading of CONTRACT §3, rules 1 to 8, written from the contract's words alone. It is slow and
// plain on purpose: it compares every record with every other, and walks calendars day by day. Numbers in comments are
// the contract's rule numbers; "Open:" marks a place where its words allow more than one reading.

// naive is what the second reading makes of a case. All instants are in UTC; a zero time means "not".
type naive struct {
	submitted, opened, told, closed time.Time
	closing                         string
	settled, voided                 bool
	promised, unknown               bool // unknown: working days were needed that no calendar covers
	first, deadline                 time.Time
	pauses                          []naivePause
	legs                            []naiveLeg
	work                            calendar.Work
	worked                          bool
	verdict                         string
	agency, unit, channel           string
	wait                            calendar.Work // from submission to opening
	hasWait                         bool
	left                            int // working days until the deadline
	hasLeft                         bool

	supplemented, rescheduled, apologised, reworked, digital bool
	onTimeFirst                                              bool
	handedOver, paid, rated                                  []time.Time // facts that are counted for themselves
	foreign                                                  int         // records of those who may not tell
	recorded                                                 []string    // day, source and bin of the delay of each record, sorted
	moved, restarted, reported                               bool        // a pause moved a deadline, a supplement restarted the term, a report dates the closing
}

type naivePause struct{ from, to time.Time }

type naiveLeg struct {
	agency, unit       string
	from, to, deadline time.Time
	settled, due       bool
}

// naiveFact is a record that counts.
type naiveFact struct {
	event.Event
	data event.Data
}

type naivePromise struct {
	made, recorded time.Time
	due            string
	clock          naiveClock
}

// naiveReader holds one case while it is read.
type naiveReader struct {
	family    string
	zone      *time.Location
	rules     register.View
	calendars calendar.Set
	restart   bool
	events    []event.Event
	// owner is the agency whose case it is, from the instant of the opening on.
	owner     string
	ownedFrom time.Time
	naive
}

func readNaively(events []event.Event, rules register.View) naive {
	calendars := rules.Calendars()
	r := naiveReader{
		family: string(events[0].Type.Family()), zone: calendars.Location(), calendars: calendars, rules: rules,
	}
	for i := range events {
		if !slices.ContainsFunc(events, func(other event.Event) bool {
			return other.Source == events[i].Source && other.ID == events[i].ID && other.Bound == events[i].Bound && other.Before(&events[i])
		}) {
			r.events = append(r.events, events[i])
		}
	}
	told := r.mine()
	for _, e := range r.events {
		if e.Retracted {
			continue
		}
		millis, bin := e.Recorded.Sub(e.Time).Milliseconds(), 0
		for ; millis > 0 && math.Pow(1.01, float64(bin)) <= float64(millis); bin++ {
		}
		r.recorded = append(r.recorded, fmt.Sprintf("%s by %s after bin %d", e.Time.In(r.zone).Format(time.DateOnly), e.Source, bin))
		if !slices.ContainsFunc(told, func(other event.Event) bool {
			return other.Source == e.Source && other.ID == e.ID && other.Bound == e.Bound
		}) {
			r.foreign++
		}
	}
	slices.Sort(r.recorded)
	r.events = distinct(told)
	r.read()
	return r.naive
}

// facts are the facts of a step that happened, in the order of time (rule 1).
func (r *naiveReader) facts(step string) []naiveFact {
	var found []naiveFact
	for _, e := range r.events {
		if e.Type.Step() == step && !e.Retracted && !slices.ContainsFunc(r.events, func(other event.Event) bool {
			return other.Type == e.Type && other.Time.Equal(e.Time) && r.overrules(&other, &e)
		}) {
			data, err := e.Fields()
			if err != nil {
				panic(err)
			}
			found = append(found, naiveFact{e, data})
		}
	}
	slices.SortFunc(found, func(a, b naiveFact) int { return a.Time.Compare(b.Time) })
	return found
}

// overrules says which of two records of one fact counts (rule 1).
func (r *naiveReader) overrules(a, b *event.Event) bool {
	if !a.Recorded.Equal(b.Recorded) {
		return a.Recorded.After(b.Recorded)
	}
	if order := bytes.Compare(a.Data, b.Data); order != 0 {
		return order > 0
	}
	if a.Retracted != b.Retracted {
		return a.Retracted // Open: nothing decides between telling and taking back at one instant with the same data.
	}
	return a.Source > b.Source || a.Source == b.Source && a.ID > b.ID
}

// once picks the fact that counts of those that happen once: the last recorded, then the later, then the earlier of
// steps (rule 2).
func once(facts []naiveFact, steps ...string) (naiveFact, bool) {
	if len(facts) == 0 {
		return naiveFact{}, false
	}
	return slices.MaxFunc(facts, func(a, b naiveFact) int {
		return cmp.Or(
			a.Recorded.Compare(b.Recorded), a.Time.Compare(b.Time),
			slices.Index(steps, b.Type.Step())-slices.Index(steps, a.Type.Step()),
		)
	}), true
}

// closings are the steps that close a case of each family, in the order of rule 2, and openings those that open it.
var (
	naiveClosings = map[string][]string{
		"dossier":  {"resolved", "rejected", "withdrawn"},
		"task":     {"completed", "cancelled"},
		"petition": {"resolved", "rejected", "withdrawn", "forwarded"}, // Open: where forwarded stands in the order.
		"finding":  {"remedied"},
	}
	naiveOpenings = map[string]string{"dossier": "received", "task": "assigned", "petition": "received", "finding": "raised"}
	naiveSettling = []string{
		"dossier.resolved", "dossier.rejected", "task.completed", "petition.resolved", "finding.remedied",
	}
)

func (r *naiveReader) read() {
	r.voided = len(r.facts("voided")) > 0
	if submissions := r.facts("submitted"); len(submissions) > 0 {
		last, _ := once(submissions)
		r.submitted = last.Time
	}
	opening, isOpen := once(r.facts(naiveOpenings[r.family]))
	if isOpen {
		r.opened = opening.Time
	}
	r.close()
	if returned, ok := once(r.facts("returned")); ok {
		r.handedOver = append(r.handedOver, returned.Time)
	}
	for _, f := range r.facts("paid") {
		r.paid = append(r.paid, f.Time)
	}
	for _, f := range r.facts("rated") {
		r.rated = append(r.rated, f.Time)
	}
	r.verdict = r.withoutPromise(isOpen)
	if !isOpen || r.voided {
		return
	}
	name := opening.data.Calendar
	if procedure, ok := r.rules.Procedure(opening.data.Procedure, calendar.DayOf(r.opened, r.zone)); ok {
		name, r.restart = cmp.Or(name, procedure.Calendar), procedure.Restart
	}
	clock := r.clock(name)
	r.describeOpening(opening, clock)
	r.pause()
	clock = r.promise(opening, clock)
	r.hold(clock)
	r.labour(clock)
	if r.verdict == "" || r.unknown {
		r.judge()
	}
}

// describeOpening reads the attributes (rule 2), and what the figures ask of a case.
func (r *naiveReader) describeOpening(opening naiveFact, clock naiveClock) {
	r.agency, r.unit, r.channel = opening.data.Agency, opening.data.Unit, opening.data.Channel
	if submission, ok := once(r.facts("submitted")); ok { // Open: which of several counts.
		r.unit, r.channel = cmp.Or(r.unit, submission.data.Unit), cmp.Or(r.channel, submission.data.Channel)
		if clock.calendar != nil {
			r.wait, r.hasWait = clock.work(submission.Time, r.opened)
		}
	}
	r.supplemented = len(r.facts("supplement_requested")) > 0
	for _, f := range r.facts("rescheduled") {
		r.rescheduled, r.apologised = true, r.apologised || f.data.Apology
	}
	r.reworked = len(r.facts("returned_for_rework")) > 0
	for _, f := range r.facts("resolved") {
		r.digital = r.digital || r.closing == "resolved" && f.Time.Equal(r.told) && f.data.Digital
	}
}

// close finds the closing, and the instant that it names (rule 2).
func (r *naiveReader) close() {
	var rework time.Time
	for _, f := range r.facts("returned_for_rework") {
		rework = f.Time
	}
	var candidates []naiveFact
	for _, step := range naiveClosings[r.family] {
		for _, f := range r.facts(step) {
			if step != "completed" || f.Time.After(rework) {
				candidates = append(candidates, f)
			}
		}
	}
	closing, ok := once(candidates, naiveClosings[r.family]...)
	if !ok {
		return
	}
	r.closing, r.told = closing.Type.Step(), closing.Time
	if r.closing == "completed" {
		for _, f := range r.facts("reported") {
			// Open: "after the opening" could leave out a report of the very instant of the opening, and those without opening.
			if f.Time.After(rework) && !f.Time.Before(r.opened) && !f.Time.After(closing.Time) {
				r.told, r.reported = f.Time, true
			}
		}
	}
	r.settled = slices.Contains(naiveSettling, r.family+"."+r.closing) && !r.opened.IsZero()
	r.closed = r.told
	if r.closed.Before(r.opened) {
		r.closed = r.opened
	}
}

// withoutPromise is the verdict of cases that no deadline decides, else empty.
func (r *naiveReader) withoutPromise(isOpen bool) string {
	switch {
	case r.voided:
		return "voided"
	case isOpen && r.closing == "":
		return "open" // or no_calendar, as ended, see judge
	case isOpen && !r.settled:
		return "ended"
	case isOpen:
		return ""
	case r.closing == "" && !r.submitted.IsZero():
		return "awaiting"
	case r.closing == "":
		return "orphan" // Open: a case of which neither opening nor closing nor submission is known has no name.
	case !r.submitted.IsZero() && (r.closing == "rejected" || r.closing == "withdrawn"):
		return "not_accepted"
	default:
		return "orphan"
	}
}

// pause walks the requests and supplements in the order of time (rule 4).
func (r *naiveReader) pause() {
	requests, supplements := r.facts("supplement_requested"), r.facts("supplemented")
	var instants []time.Time
	for _, f := range slices.Concat(requests, supplements) {
		if !f.Time.Before(r.opened) && (r.closing == "" || f.Time.Before(r.closed)) {
			instants = append(instants, f.Time)
		}
	}
	slices.SortFunc(instants, time.Time.Compare)
	var running time.Time
	for _, at := range slices.CompactFunc(instants, time.Time.Equal) {
		isNow := func(f naiveFact) bool { return f.Time.Equal(at) }
		requested, supplemented := slices.ContainsFunc(requests, isNow), slices.ContainsFunc(supplements, isNow)
		if !running.IsZero() && supplemented {
			r.pauses = append(r.pauses, naivePause{running, at})
			running, supplemented = time.Time{}, false
		}
		if running.IsZero() && requested {
			running = at
		}
		if !running.IsZero() && supplemented {
			r.pauses = append(r.pauses, naivePause{running, at})
			running = time.Time{}
		}
	}
	if !running.IsZero() {
		r.pauses = append(r.pauses, naivePause{running, r.closed})
	}
}

// promise finds the first promise and the one in force, and their effective deadlines (rules 3 and 5). It returns the
// calendar of the case. Open: whether that of a petition's acceptance is only for its own promise; here it is for all.
func (r *naiveReader) promise(opening naiveFact, clock naiveClock) naiveClock {
	accepted, isAccepted := once(r.facts("accepted"))
	isAccepted = isAccepted && r.family == "petition" && accepted.data.Due != ""
	if isAccepted && accepted.data.Calendar != "" {
		clock = r.clock(accepted.data.Calendar)
	}
	var first *naivePromise
	var later []naivePromise
	for i, record := range r.openingDues(opening) {
		if i == 0 {
			first = &naivePromise{r.opened, record.Recorded, record.data.Due, clock}
		} else {
			later = append(later, naivePromise{record.Recorded, record.Recorded, record.data.Due, clock})
		}
	}
	if isAccepted {
		first = &naivePromise{accepted.Time, accepted.Recorded, accepted.data.Due, clock}
	}
	for _, f := range slices.Concat(r.facts("rescheduled"), r.facts("supplemented")) {
		if f.data.Due != "" {
			later = append(later, naivePromise{f.Time, f.Recorded, f.data.Due, clock})
		}
	}
	later = slices.DeleteFunc(later, func(p naivePromise) bool {
		return p.made.Before(r.opened) || r.closing != "" && p.made.After(r.told) // judged by the told time
	})
	later = lastOfEach(later)
	// Open: whether the first promise is one "of one instant" with a new one made at that instant, and what becomes of a
	// new one made before a petition's acceptance. Here the first is before all others.
	if first == nil && len(later) > 0 {
		first, later = &later[0], later[1:]
	}
	force := first
	for _, p := range lastOfEach(slices.Concat(later, r.restarts(first, clock))) {
		at, fixed, ok := r.effective(*force, p.made)
		r.unknown = r.unknown || !ok
		if ok && (!fixed || !p.made.After(at)) {
			force = &p
		}
	}
	if first == nil {
		return clock
	}
	var known, alsoKnown bool
	r.promised = true
	r.first, _, known = r.effective(*first, time.Time{})
	r.deadline, _, alsoKnown = r.effective(*force, time.Time{})
	// Open: a calendar of which nothing is known has no grain, so that even a date alone cannot be compared.
	r.unknown = r.unknown || !known || !alsoKnown || clock.calendar == nil
	return clock
}

// restarts are the promises that a supplement makes anew where the register says so: the working days from the opening to
// the first due, counted from that day (rule 5). One that ends no wait changes nothing (rule 4).
func (r *naiveReader) restarts(first *naivePromise, clock naiveClock) []naivePromise {
	if !r.restart || first == nil || clock.calendar == nil {
		return nil
	}
	var made []naivePromise
	for _, f := range r.facts("supplemented") {
		if f.data.Due != "" || f.Time.Before(r.opened) || r.closing != "" && f.Time.After(r.told) || f.Time.Before(first.made) {
			continue
		}
		waited := slices.ContainsFunc(r.pauses, func(p naivePause) bool { return p.to.Equal(f.Time) && (r.closing == "" || f.Time.Before(r.told)) })
		if !waited {
			continue
		}
		day, ok := clock.shift(calendar.DayOf(f.Time, r.zone), calendar.DayOf(r.opened, r.zone), calendar.DayOf(clock.end(first.due), r.zone))
		if !ok {
			r.unknown = true
			continue
		}
		made, r.restarted = append(made, naivePromise{f.Time, f.Recorded, day.String(), clock}), true
	}
	return made
}

// lastOfEach orders promises and keeps of those of one instant the one that counts.
func lastOfEach(promises []naivePromise) []naivePromise {
	slices.SortFunc(promises, naivePromise.compare)
	var kept []naivePromise
	for i, p := range promises {
		if i+1 == len(promises) || !promises[i+1].made.Equal(p.made) {
			kept = append(kept, p)
		}
	}
	return kept
}

// compare orders promises by when they were made, those of one instant by which of them counts last (rule 3).
func (p naivePromise) compare(other naivePromise) int {
	return cmp.Or(
		p.made.Compare(other.made), p.recorded.Compare(other.recorded),
		p.clock.end(p.due).Compare(other.clock.end(other.due)),
	)
}

// openingDues are the records of the opening that name another due than the one before.
func (r *naiveReader) openingDues(opening naiveFact) []naiveFact {
	var records []naiveFact
	facts := r.facts(opening.Type.Step())
	for _, e := range r.events {
		if e.Type == opening.Type && !e.Retracted && slices.ContainsFunc(facts, func(f naiveFact) bool { return f.Time.Equal(e.Time) }) {
			data, err := e.Fields()
			if err != nil {
				panic(err)
			}
			if data.Due != "" {
				records = append(records, naiveFact{e, data})
			}
		}
	}
	slices.SortFunc(records, func(a, b naiveFact) int {
		return cmp.Or(a.Recorded.Compare(b.Recorded), bytes.Compare(a.Data, b.Data))
	})
	// Open: whether a due of another time of the same day is another one where only days count. Here it is.
	clock := r.clock("continuous")
	return slices.CompactFunc(records, func(a, b naiveFact) bool { return clock.end(a.data.Due).Equal(clock.end(b.data.Due)) })
}

// effective moves a promise by the pauses (rule 5), as it stands at the end, or at an instant if one is given. fixed is
// false while a pause leaves it open, ok where the calendar does not tell.
func (r *naiveReader) effective(p naivePromise, at time.Time) (deadline time.Time, fixed, ok bool) {
	deadline = p.clock.end(p.due)
	for _, pause := range r.pauses {
		from, to := pause.from, pause.to
		if !to.IsZero() && !to.After(p.made) {
			continue
		}
		if from.Before(p.made) {
			from = p.made
		}
		if p.clock.later(from, deadline) {
			break
		}
		if !at.IsZero() && from.After(at) {
			break // Open: which working days are needed. Here those of pauses that have begun, also where the due itself decides.
		}
		if to.IsZero() || !at.IsZero() && !at.Before(pause.from) && at.Before(to) {
			return time.Time{}, false, true
		}
		before := deadline
		if deadline, ok = p.clock.move(deadline, from, to); !ok {
			return time.Time{}, false, false
		}
		r.moved = r.moved || !before.Equal(deadline)
	}
	return deadline, true, true
}

// hold makes the legs (rule 7).
func (r *naiveReader) hold(clock naiveClock) {
	for _, f := range r.facts("transferred") {
		if f.Time.Before(r.opened) || r.closing != "" && !f.Time.Before(r.closed) {
			continue
		}
		if n := len(r.legs); n > 0 {
			r.legs[n-1].to, r.legs[n-1].settled = f.Time, true
		}
		leg := naiveLeg{agency: f.data.Agency, unit: f.data.Unit, from: f.Time, due: f.data.Due != ""}
		if leg.due {
			var ok bool
			leg.deadline, _, ok = r.effective(naivePromise{f.Time, f.Recorded, f.data.Due, clock}, time.Time{})
			leg.due = ok && clock.calendar != nil // else it is in no rate, as if it had none
		}
		r.legs = append(r.legs, leg)
	}
	if n := len(r.legs); n > 0 && r.closing != "" {
		r.legs[n-1].to, r.legs[n-1].settled = r.closed, r.settled
	}
}

// labour is the working time from opening to closing without pauses.
func (r *naiveReader) labour(clock naiveClock) {
	if r.closing == "" {
		return
	}
	if clock.calendar == nil {
		return
	}
	whole, ok := clock.work(r.opened, r.closed)
	for _, p := range r.pauses {
		part, known := clock.work(p.from, p.to)
		whole, ok = whole-part, ok && known
	}
	if ok {
		r.work, r.worked = whole, true
	}
}

// leave counts the working days of offices from the closing to the deadline, day by day; who was late had none.
func (r *naiveReader) leave() {
	if r.family != "dossier" || !r.settled || r.unknown || !r.promised || r.deadline.IsZero() {
		return
	}
	office := r.clock("vn-office").calendar
	from, to := calendar.DayOf(r.closed, r.zone), calendar.DayOf(r.deadline, r.zone)
	for step := range calendar.Day(100) {
		for _, d := range []calendar.Day{from + 1 + step, from - step} {
			works, err := office.Works(d)
			if err != nil {
				works = d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
			}
			switch {
			case works && d > from && d <= to:
				r.left++
			case works && d <= from && d > to:
				r.left--
			}
		}
	}
	switch r.hasLeft = true; {
	case r.told.After(r.deadline):
		r.left = min(-1, r.left)
	default:
		r.left = max(0, r.left)
	}
}

// judge compares the told closing with the deadlines (rule 6).
func (r *naiveReader) judge() {
	defer r.leave()
	switch {
	case r.unknown:
		r.verdict = "no_calendar"
		return
	case !r.promised:
		r.verdict = "no_deadline"
		return
	case r.told.After(r.deadline):
		r.verdict = "late"
	case calendar.DayOf(r.told, r.zone) < calendar.DayOf(r.deadline, r.zone):
		r.verdict = "early"
	default:
		r.verdict = "on_time"
	}
	r.onTimeFirst = !r.told.After(r.first)
}
