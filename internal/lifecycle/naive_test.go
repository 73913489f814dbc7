package lifecycle_test

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
)

// This file is a second reading of CONTRACT §3, rules 1 to 7, written from the contract's words alone. It is slow and
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
	onTimeFirst                     bool
}

type naivePause struct{ from, to time.Time }

type naiveLeg struct {
	agency, unit       string
	from, to, deadline time.Time
	settled, due       bool
	unknown            bool
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
	calendars calendar.Set
	events    []event.Event
	naive
}

func readNaively(events []event.Event, calendars calendar.Set) naive {
	r := naiveReader{family: string(events[0].Type.Family()), zone: calendars.Location(), calendars: calendars}
	for i := range events {
		if !slices.ContainsFunc(events, func(other event.Event) bool {
			return other.Source == events[i].Source && other.ID == events[i].ID && other.Before(&events[i])
		}) {
			r.events = append(r.events, events[i])
		}
	}
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
	r.verdict = r.withoutPromise(isOpen)
	if !isOpen || r.voided {
		return
	}
	clock := r.clock(opening.data.Calendar)
	r.pause()
	r.promise(opening, clock)
	r.hold(clock)
	r.labour(clock)
	if r.verdict == "" {
		r.judge()
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
			if f.Time.After(rework) && !r.opened.IsZero() && f.Time.After(r.opened) && !f.Time.After(closing.Time) {
				r.told = f.Time
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
		return "open"
	case isOpen && !r.settled:
		return "ended"
	case isOpen:
		return ""
	case r.closing == "" && !r.submitted.IsZero():
		return "awaiting"
	case r.closing == "":
		return ""
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

// promise finds the first promise and the one in force, and their effective deadlines (rules 3 and 5).
func (r *naiveReader) promise(opening naiveFact, clock naiveClock) {
	var first, force *naivePromise
	var later []naivePromise

	told, known := r.openingDues(opening)
	for i, record := range told {
		if i == 0 {
			first = &naivePromise{made: r.opened, recorded: known, due: record.data.Due, clock: clock}
		} else {
			later = append(later, naivePromise{record.Recorded, record.Recorded, record.data.Due, clock})
		}
	}
	if accepted, ok := once(r.facts("accepted")); ok && r.family == "petition" && accepted.data.Due != "" {
		if accepted.data.Calendar != "" {
			clock = r.clock(accepted.data.Calendar)
		}
		first = &naivePromise{accepted.Time, accepted.Recorded, accepted.data.Due, clock}
	}
	for _, f := range slices.Concat(r.facts("rescheduled"), r.facts("supplemented")) {
		if f.data.Due != "" {
			later = append(later, naivePromise{f.Time, f.Recorded, f.data.Due, clock})
		}
	}
	for i := range later {
		later[i].clock = clock
	}
	later = slices.DeleteFunc(later, func(p naivePromise) bool {
		return p.made.Before(r.opened) || r.closing != "" && p.made.After(r.closed) || first != nil && p.made.Before(first.made)
	})
	slices.SortFunc(later, func(a, b naivePromise) int {
		return cmp.Or(a.made.Compare(b.made), a.recorded.Compare(b.recorded), a.clock.end(a.due).Compare(b.clock.end(b.due)))
	})
	for i, p := range later {
		if i+1 < len(later) && later[i+1].made.Equal(p.made) {
			continue // one promise counts of those of one instant
		}
		if first == nil {
			first = &p
			continue
		}
		if force == nil {
			force = first
		}
		if p.made.Equal(first.made) && first.recorded.After(p.recorded) {
			continue
		}
		if at, fixed, ok := r.effective(*force); !ok {
			r.unknown = true
		} else if !fixed || !p.made.After(at) {
			force = &p
		}
	}
	if first == nil {
		return
	}
	if force == nil {
		force = first
	}
	r.promised = true
	for promise, at := range map[*naivePromise]*time.Time{first: &r.first, force: &r.deadline} {
		end, fixed, ok := r.effective(*promise)
		if !ok {
			r.unknown = true
		} else if fixed {
			*at = end
		}
	}
	if first == force {
		r.deadline, r.first = cmp.Or(r.deadline, r.first), cmp.Or(r.deadline, r.first)
	}
}

// openingDues are the records of the opening that name another due than the one before, and when the first was recorded.
func (r *naiveReader) openingDues(opening naiveFact) ([]naiveFact, time.Time) {
	var records []naiveFact
	for _, e := range r.events {
		if e.Type == opening.Type && e.Time.Equal(opening.Time) && !e.Retracted {
			data, err := e.Fields()
			if err != nil {
				panic(err)
			}
			if data.Due != "" && !slices.ContainsFunc(r.events, func(other event.Event) bool {
				return other.Type == e.Type && other.Time.Equal(e.Time) && other.Recorded.Equal(e.Recorded) && r.overrules(&other, &e)
			}) {
				records = append(records, naiveFact{e, data})
			}
		}
	}
	slices.SortFunc(records, func(a, b naiveFact) int { return a.Recorded.Compare(b.Recorded) })
	records = slices.CompactFunc(records, func(a, b naiveFact) bool { return a.data.Due == b.data.Due })
	if len(records) == 0 {
		return nil, time.Time{}
	}
	return records, records[0].Recorded
}

// effective moves a promise by the pauses (rule 5). fixed is false while a pause leaves it open, ok where the calendar
// does not tell.
func (r *naiveReader) effective(p naivePromise) (deadline time.Time, fixed, ok bool) {
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
		if to.IsZero() {
			return time.Time{}, false, true
		}
		if deadline, ok = p.clock.move(deadline, from, to); !ok {
			return time.Time{}, false, false
		}
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
			leg.deadline, _, ok = r.effective(naivePromise{f.Time, f.Recorded, f.data.Due, clock})
			leg.unknown = !ok
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
	whole, ok := clock.work(r.opened, r.closed)
	for _, p := range r.pauses {
		part, known := clock.work(p.from, p.to)
		whole, ok = whole-part, ok && known
	}
	if ok {
		r.work, r.worked = whole, true
	}
}

// judge compares the told closing with the deadlines (rule 6).
func (r *naiveReader) judge() {
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

// naiveClock walks a calendar day by day.
type naiveClock struct {
	calendar *calendar.Calendar // nil if there is none of that name
	hours    []calendar.Hours   // of a working day
	zone     *time.Location
}

// clock is the calendar that is named, else the default of the family (rule 5).
func (r *naiveReader) clock(name string) naiveClock {
	if name == "" {
		name = "vn-office"
		if r.family == "petition" {
			name = "days"
		}
	}
	c := naiveClock{zone: r.zone}
	c.calendar, _ = r.calendars.Get(name)
	switch name {
	case "vn-office":
		c.hours = []calendar.Hours{{From: 7 * 60, To: 11*60 + 30}, {From: 13*60 + 30, To: 17 * 60}}
	case "market": // the tests' own, whose deadlines are instants
		c.hours = []calendar.Hours{{From: 6 * 60, To: 12 * 60}}
	default:
		c.hours = []calendar.Hours{{From: 0, To: 24 * 60}}
	}
	return c
}

func (c *naiveClock) byDay() bool {
	return c.calendar == nil || c.calendar.Grain() == calendar.ByDay
}

// end is the last instant of a due as told: of its day if a date is told or the grain is day.
func (c *naiveClock) end(due string) time.Time {
	if !strings.Contains(due, "T") {
		day, err := time.ParseInLocation(time.DateOnly, due, c.zone)
		if err != nil {
			panic(err)
		}
		return day.AddDate(0, 0, 1).Add(-time.Millisecond).UTC()
	}
	at, err := time.Parse(time.RFC3339, due)
	if err != nil {
		panic(err)
	}
	if c.byDay() {
		return c.end(at.In(c.zone).Format(time.DateOnly))
	}
	return at.Truncate(time.Millisecond).UTC()
}

// later says that a pause begins later than a deadline.
func (c *naiveClock) later(from, deadline time.Time) bool {
	if c.byDay() {
		return calendar.DayOf(from, c.zone) > calendar.DayOf(deadline, c.zone)
	}
	return from.After(deadline)
}

// move moves a deadline by the pause from a to b; false where the calendar does not tell.
func (c *naiveClock) move(deadline, a, b time.Time) (time.Time, bool) {
	if c.calendar == nil {
		return time.Time{}, false
	}
	if !c.byDay() {
		pause, ok := c.work(a, b)
		if !ok {
			return time.Time{}, false
		}
		return c.advance(deadline, pause)
	}
	days := 0
	for d := calendar.DayOf(a, c.zone) + 1; d <= calendar.DayOf(b, c.zone); d++ {
		works, err := c.calendar.Works(d)
		if err != nil {
			return time.Time{}, false
		}
		if works {
			days++
		}
	}
	d := calendar.DayOf(deadline, c.zone)
	for days > 0 {
		d++
		works, err := c.calendar.Works(d)
		if err != nil {
			return time.Time{}, false
		}
		if works {
			days--
		}
	}
	return c.end(d.String()), true
}

// spans are the stretches of work that begin or end on a day.
func (c *naiveClock) spans(d calendar.Day) ([]naivePause, bool) {
	works, err := c.calendar.Works(d)
	if err != nil || !works {
		return nil, err == nil
	}
	midnight := d.Start(c.zone)
	var spans []naivePause
	for _, h := range c.hours {
		spans = append(spans, naivePause{
			midnight.Add(time.Duration(h.From) * time.Minute), midnight.Add(time.Duration(h.To) * time.Minute),
		})
	}
	return spans, true
}

// work is the working time in [a, b), walked day by day; false where the calendar does not tell.
func (c *naiveClock) work(a, b time.Time) (calendar.Work, bool) {
	var sum time.Duration
	for d := calendar.DayOf(a, c.zone); d.Start(c.zone).Before(b) && a.Before(b); d++ {
		if c.calendar == nil {
			return 0, false
		}
		spans, ok := c.spans(d)
		if !ok {
			return 0, false
		}
		for _, s := range spans {
			from, to := s.from, s.to
			if from.Before(a) {
				from = a
			}
			if to.After(b) {
				to = b
			}
			sum += max(0, to.Sub(from))
		}
	}
	return calendar.Work(sum.Milliseconds()), true
}

// advance is the smallest instant that has so much working time between t and it; false where the calendar does not tell.
func (c *naiveClock) advance(t time.Time, w calendar.Work) (time.Time, bool) {
	left := time.Duration(w) * time.Millisecond
	if left <= 0 {
		return t, true
	}
	for d := calendar.DayOf(t, c.zone); ; d++ {
		spans, ok := c.spans(d)
		if !ok {
			return time.Time{}, false
		}
		for _, s := range spans {
			if s.from.Before(t) {
				s.from = t
			}
			if length := s.to.Sub(s.from); length >= left {
				return s.from.Add(left).UTC(), true
			} else if length > 0 {
				left -= length
			}
		}
	}
}
