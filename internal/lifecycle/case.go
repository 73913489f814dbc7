package lifecycle

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/register"
)

// Attributes are what a case can be grouped and filtered by. Empty means that nothing was said.
type Attributes struct {
	Agency, Unit, Procedure, Channel, Level, Kind, At, Issuer string
	// Helpers are the helping agencies of a task, sorted, joined by commas.
	Helpers string
}

// Case is what the rules make of the events of one case. All instants are in UTC; a zero Time means "not".
type Case struct {
	Family  event.Family
	Subject string
	Attributes
	// Voided says that the case counts nowhere (rule 2).
	Voided bool

	Submitted, Opened time.Time
	// Told is the instant that the closing itself names, Closed the one it is booked at: never before the opening.
	Told, Closed time.Time
	// Closing is the step that closed the case, empty while it is open; Settled says that this step settles.
	Closing string
	Settled bool

	// Promised says that a deadline was named. Deadline is the last instant at which settling is on time by the promise
	// in force, DeadlineFirst by the first promise; zero without promise, and while a running pause leaves it open.
	Promised                bool
	Deadline, DeadlineFirst time.Time
	// NoCalendar says that working days were needed which the calendar does not cover: the case is in no rate.
	NoCalendar bool

	// Pauses are in order; the end of a running one is zero.
	Pauses []Pause
	// Legs are the hops of an interlinked dossier, in order (rule 7).
	Legs []Leg
	// Work is the working time from opening to closing without pauses; HasWork says that it could be computed.
	Work    calendar.Work
	HasWork bool
	// Left is how many working days a dossier that was settled had left until its deadline: 0 on its day, less after it. HasLeft says that
	// there was one.
	Left    int
	HasLeft bool
	// Wait is the working time from submission to opening.
	Wait    calendar.Work
	HasWait bool
	// Reported is the report that a task's completion confirmed, if there was one; Confirmed is when that was.
	Reported, Confirmed time.Time

	HasDue, Rescheduled, Apologised, Supplemented, Reworked, Digital bool
	LastEvent                                                        time.Time
	// Fee: one is due. PaidOnline: a payment was made online.
	Fee, PaidOnline bool
	// OpeningSource and ClosingSource told the opening and the closing.
	OpeningSource, ClosingSource string
	// DueChanged, Collision, Backdated and Impossible are signs of bad data, see quality.
	DueChanged, Collision, Backdated, Impossible bool

	// Foreign is what others told who may say nothing of the case then (rule 8), in no order.
	Foreign []Recording

	// Session is what a session of citizen reception counts.
	Session Session

	facts facts
	// recordings are those of all records of the case, also of those who may not tell, in no order.
	recordings []Recording
}

// Open says that the case waits for a closing: it was submitted or opened, and neither closed nor voided.
func (c *Case) Open() bool {
	return c.Family != event.Reception && !c.Voided && c.Closing == "" && (!c.Submitted.IsZero() || !c.Opened.IsZero())
}

// Pause is a stretch in which a dossier waits for its applicant.
type Pause struct{ From, To time.Time }

// Leg is the stretch in which one agency holds an interlinked dossier.
type Leg struct {
	Agency, Unit string
	From, To     time.Time
	// Settled says that the leg ended by handing on or by a settling closing.
	Settled  bool
	HasDue   bool
	Deadline time.Time
}

// joinCodes sorts codes, so that one set has one name.
func joinCodes(codes []string) string {
	slices.Sort(codes)
	return strings.Join(codes, ",")
}

// Judge applies rules 1 to 8 to all events of one case that are known. The order and repetition of events do not matter;
// the slice is reordered. Deadlines are read in the zone of the rules. The error names an event that cannot be read.
// Pure; safe for concurrent use.
func Judge(events []event.Event, rules *Rules) (Case, error) {
	var c Case
	_, err := c.judge(events, rules, time.Time{}, new(workspace))
	return c, err
}

// judge fills c by what the registers held until an instant, zero for now, and returns what it was judged by. The facts of c
// stay in the memory of w.
func (c *Case) judge(events []event.Event, rules *Rules, until time.Time, w *workspace) (*judge, error) {
	c.Family, c.Subject = events[0].Type.Family(), events[0].Subject
	j := &judge{Case: c, course: courseOf(c.Family), zone: rules.Zone()}
	if err := j.begin(events, w); err != nil {
		return nil, err
	}
	if c.Family == event.Reception {
		j.hold()
		return j, nil
	}
	j.consult(rules.at(c, until))
	j.suppose(rules.supposed)
	j.pause()
	j.count()
	j.quality()
	j.NoCalendar = j.outside(j.promise())
	j.measure()
	j.left()
	j.hop()
	return j, nil
}

// begin finds the facts, and of them the opening and the closing.
func (j *judge) begin(events []event.Event, w *workspace) (err error) {
	if !bound(events) {
		if j.facts, err = factsOf(events, w); err != nil {
			return err
		}
		j.LastEvent, j.recordings = w.newest, w.recordings
		j.open()
		j.close()
		return nil
	}
	// Twice: only the closing tells when the last leg ends.
	events = bySender(events)
	j.recordings = recordings(nil, events)
	for range 2 {
		if err := j.hear(events, w); err != nil {
			return err
		}
		j.open()
		j.close()
	}
	return nil
}

// newest is the latest time of events; zero without any.
func newest(events []event.Event) (last time.Time) {
	for i := range events {
		last = later(last, events[i].Time)
	}
	return last
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// judge is a case being judged.
type judge struct {
	*Case
	course course
	// speakers is nil where nobody who told something is bound to an agency.
	speakers *speakers
	zone     *time.Location
	calendar string
	// view is the versions of the registers by which it is judged.
	view register.View
	// days is nil if the opening names a calendar that nobody has.
	days *calendar.Calendar
	// restart says that after a supplement the full term begins again.
	restart bool
	// supposed is rules that did not hold; nil where none are supposed.
	supposed *Supposition
	// lastRework is the last time that a task was returned for rework; zero if never.
	lastRework time.Time
	opening    *fact
	// told are the promises that the records of the opening make.
	told struct {
		first promise
		later []promise
	}
	// closedBy is the time of the closing that counts, before a report dates it.
	closedBy time.Time
}

// errNoCalendar says that the named calendar is not known.
var errNoCalendar = errors.New("no such calendar")

func (j *judge) outside(err error) bool {
	if err != nil && !errors.Is(err, calendar.ErrOutside) && !errors.Is(err, errNoCalendar) {
		panic("BUG: a calendar gave an error that no rule knows: " + err.Error())
	}
	return err != nil
}

// open finds the opening, and the attributes: from the opening, what is missing there from the submission (rule 2).
func (j *judge) open() {
	j.Voided = len(j.facts.of("voided")) > 0
	told, submitted := &event.Data{}, &event.Data{}
	if s := j.facts.once("submitted"); s != nil {
		j.Submitted, submitted = s.time, &s.last().data
	}
	if j.opening = j.facts.once(j.course.opening); j.opening != nil {
		j.Opened, told = j.opening.time, &j.opening.last().data
	}
	j.Attributes = Attributes{
		Agency:    cmp.Or(told.Agency, submitted.Agency),
		Unit:      cmp.Or(told.Unit, submitted.Unit),
		Procedure: cmp.Or(told.Procedure, submitted.Procedure),
		Channel:   cmp.Or(told.Channel, submitted.Channel),
		Level:     cmp.Or(told.Level, submitted.Level),
		Kind:      cmp.Or(told.Kind, told.Area),
		At:        cmp.Or(told.At, submitted.At),
		Issuer:    told.Issuer,
		Helpers:   joinCodes(told.Agencies),
	}
	fee := cmp.Or(told.Fee, submitted.Fee)
	j.Fee = fee != nil && *fee
	j.calendar = told.Calendar
	if accepted := j.facts.once("accepted"); j.Family == event.Petition && accepted != nil && accepted.last().data.Due != "" {
		j.calendar = cmp.Or(accepted.last().data.Calendar, j.calendar)
	}
	j.HasDue = told.Due != ""
	if reworks := j.facts.of("returned_for_rework"); len(reworks) > 0 {
		j.lastRework = reworks[len(reworks)-1].time
	}
}

// consult takes from the registers what the events do not say: the calendar, where neither opening nor acceptance names one
// from the procedure, else the family's (rule 5), and whether a supplement begins the term again.
func (j *judge) consult(view register.View) {
	j.view = view
	procedure, _ := view.Procedure(j.Procedure, calendar.DayOf(j.Opened, j.zone))
	j.restart = procedure.Restart
	j.calendar = cmp.Or(j.calendar, procedure.Calendar, j.course.calendar)
	j.days, _ = view.Calendars().Get(j.calendar)
}

// close finds the closing: of all closings the one recorded last, a tie goes to the later time, then to the course's
// order. A completion counts only after the last rework, and at the time of the report that it confirms (rule 2).
func (j *judge) close() {
	var best *fact
	for i := range j.facts {
		f := &j.facts[i]
		if _, closes := j.course.rank(f.step); !closes {
			continue
		}
		if f.step == "completed" && !j.lastRework.IsZero() && !f.time.After(j.lastRework) {
			continue
		}
		if best == nil || j.outranks(f, best) {
			best = f
		}
	}
	if best == nil {
		return
	}
	j.closedBy, j.ClosingSource = best.time, best.last().source
	j.Backdated = best.last().recorded.Sub(best.time) > backdated
	j.Impossible = !j.Opened.IsZero() && best.time.Before(j.Opened)
	j.Told, j.Closing, j.Settled = best.time, best.step, j.course.settles(best.step)
	j.Digital = best.step == "resolved" && best.last().data.Digital
	if best.step == "completed" {
		j.confirm(best)
	}
	j.Closed = later(j.Told, j.Opened)
}

func (j *judge) outranks(f, best *fact) bool {
	if !f.last().recorded.Equal(best.last().recorded) {
		return f.last().recorded.After(best.last().recorded)
	}
	if !f.time.Equal(best.time) {
		return f.time.After(best.time)
	}
	a, _ := j.course.rank(f.step)
	b, _ := j.course.rank(best.step)
	return a < b
}

// confirm moves a completion to the last report after the last rework and the opening and not after the completion, so
// that the assigner's delay is not charged to the agency.
func (j *judge) confirm(completed *fact) {
	j.Confirmed = completed.time
	for _, r := range j.facts.of("reported") {
		if r.time.After(j.lastRework) && !r.time.Before(j.Opened) && !r.time.After(completed.time) {
			j.Reported, j.Told = r.time, r.time
		}
	}
}

// pause pairs requests and supplements (rule 4). At one instant a running pause ends first, then a request starts one;
// with none running the request comes first.
func (j *judge) pause() {
	if j.Opened.IsZero() {
		return
	}
	requests, supplements := j.facts.of("supplement_requested"), j.facts.of("supplemented")
	var since time.Time
	for len(requests) > 0 || len(supplements) > 0 {
		at, requested, supplemented := nextInstant(&requests, &supplements)
		if at.Before(j.Opened) || (j.Closing != "" && !at.Before(j.Told)) {
			continue
		}
		if running := !since.IsZero(); running && supplemented {
			j.Pauses = append(j.Pauses, Pause{From: since, To: at})
			since = time.Time{}
			if requested {
				since = at
			}
		} else if !running && requested {
			if since = at; supplemented {
				j.Pauses = append(j.Pauses, Pause{From: at, To: at})
				since = time.Time{}
			}
		}
	}
	if !since.IsZero() {
		j.Pauses = append(j.Pauses, Pause{From: since, To: j.Told})
	}
}

// nextInstant takes the facts of the earliest instant off both lists.
func nextInstant(requests, supplements *facts) (at time.Time, requested, supplemented bool) {
	switch {
	case len(*supplements) == 0:
		at = (*requests)[0].time
	case len(*requests) == 0 || (*supplements)[0].time.Before((*requests)[0].time):
		at = (*supplements)[0].time
	default:
		at = (*requests)[0].time
	}
	if requested = len(*requests) > 0 && (*requests)[0].time.Equal(at); requested {
		*requests = (*requests)[1:]
	}
	if supplemented = len(*supplements) > 0 && (*supplements)[0].time.Equal(at); supplemented {
		*supplements = (*supplements)[1:]
	}
	return at, requested, supplemented
}

// count notes what rates ask of a case beside its verdict.
func (j *judge) count() {
	j.Supplemented = len(j.facts.of("supplement_requested")) > 0
	j.Reworked = !j.lastRework.IsZero()
	for _, r := range j.facts.of("rescheduled") {
		j.Rescheduled = true
		j.Apologised = j.Apologised || r.last().data.Apology
	}
}

const (
	// backdated is how long after its time a closing may be recorded.
	backdated = 24 * time.Hour
	// apart is how far apart openings of one case may be told to be, before they look like two cases of one code.
	apart = 30 * 24 * time.Hour
)

// quality notes what looks wrong with the opening: another deadline told later, two sources, two openings far apart.
func (j *judge) quality() {
	if j.opening == nil {
		return
	}
	j.OpeningSource = j.opening.last().source
	openings := j.facts.of(j.course.opening)
	for _, f := range openings {
		for _, r := range f.records {
			j.Collision = j.Collision || r.source != j.OpeningSource
		}
	}
	j.Collision = j.Collision || openings[len(openings)-1].time.Sub(openings[0].time) > apart
	j.told.first, j.told.later = j.promisesOfOpening()
	j.DueChanged = len(j.told.later) > 0
	for _, paid := range j.facts.of("paid") {
		j.PaidOnline = j.PaidOnline || paid.last().data.Channel == "online"
	}
}

// measure adds up working times. A time that needs days outside the calendar is left out of the quantiles.
func (j *judge) measure() {
	if j.days == nil || j.Opened.IsZero() {
		return
	}
	if !j.Submitted.IsZero() {
		wait, err := j.days.Work(j.Submitted, j.Opened)
		j.Wait, j.HasWait = wait, !j.outside(err)
	}
	if j.Closing == "" {
		return
	}
	work, err := j.days.Work(j.Opened, j.Closed)
	for _, p := range j.Pauses {
		paused, pauseErr := j.days.Work(p.From, p.To)
		work, err = work-paused, errors.Join(err, pauseErr)
	}
	j.Work, j.HasWork = work, !j.outside(err)
}

// left finds the working days that were left when a dossier was settled, by the calendar of offices. Who was late had none, whatever the hour
// of the day.
func (j *judge) left() {
	if j.Family != event.Dossier || !j.Settled || !j.Promised || j.NoCalendar || j.Deadline.IsZero() {
		return
	}
	days := j.view.Calendars().OfficeDays(calendar.DayOf(j.Closed, j.zone), calendar.DayOf(j.Deadline, j.zone))
	if j.Told.After(j.Deadline) {
		days = min(-1, days)
	} else {
		days = max(0, days)
	}
	j.Left, j.HasLeft = days, true
}

// hop makes the legs (rule 7).
func (j *judge) hop() {
	if j.Opened.IsZero() {
		return
	}
	for _, t := range j.facts.of("transferred") {
		if t.time.Before(j.Opened) || (j.Closing != "" && !t.time.Before(j.Told)) {
			continue
		}
		if n := len(j.Legs); n > 0 {
			j.Legs[n-1].To, j.Legs[n-1].Settled = t.time, true
		}
		data := t.last().data
		leg := Leg{Agency: data.Agency, Unit: data.Unit, From: t.time}
		if due, ok := j.due(data.Due); ok {
			deadline, err := j.effective(promise{made: t.time, due: due}, time.Time{})
			leg.HasDue, leg.Deadline = !j.outside(err), deadline
		}
		j.Legs = append(j.Legs, leg)
	}
	if n := len(j.Legs); n > 0 && j.Closing != "" {
		j.Legs[n-1].To, j.Legs[n-1].Settled = j.Closed, j.Settled
	}
}
