package lifecycle

import (
	"slices"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/register"
)

// Explanation is a case with everything that led to its verdict.
type Explanation struct {
	Case
	// Basis is by what it was judged besides its events; nil for a session of citizen reception.
	Basis *Basis
	// Tellings are in the order of time, of one time in the order of recording.
	Tellings  []Telling
	Promises  []Promise
	Stretches []Stretch
	// Course is the days that ran; nil for what was never opened, where deadlines are instants, and where the calendar does not
	// cover them.
	Course  *Course
	Counted []Count
}

// Basis is the calendar and the versions of the registers by which a case is judged: those recorded last before its closing,
// while it is open the newest (rule 6).
type Basis struct {
	// Calendar counts its days. From says who named it: "opening", "accepted", "procedure", or "default" for the family's.
	Calendar, From string
	// ByInstant says that by it deadlines are instants, not dates.
	ByInstant bool
	// BuiltIn says that the calendar is the program's own, Missing that nobody has one of that name.
	BuiltIn, Missing bool
	// Calendars and Procedures are the loads of these registers; Version is 0 where none was loaded.
	Calendars, Procedures register.Load
	// Restart says that after a supplement the full term begins again (DOMAIN.md, fact 4).
	Restart bool
}

// Promise is one date that was given.
type Promise struct {
	Made, Due time.Time
	// By is the step that gave it, or "restart" for the full term that begins again after a supplement.
	By string
	// Deadline is the effective deadline, zero while a running pause leaves it open.
	Deadline time.Time
	// Moved is by how many working days pauses moved the deadline or, where deadlines are instants, MovedWork by how much
	// working time.
	Moved     int
	MovedWork calendar.Work
	// Holds is false for a promise made after the one in force had passed: it heals nothing.
	Holds bool
}

// Explain judges a case as Judge does, and says why. It reorders events. Its error is as Judge's.
func Explain(events []event.Event, rules *Rules) (*Explanation, error) {
	told := slices.Clone(events)
	x := &Explanation{}
	j, err := x.judge(events, rules, time.Time{}, new(workspace))
	if err != nil {
		return nil, err
	}
	x.Basis = j.explainBasis()
	x.Promises = j.explainPromises()
	x.Stretches = j.explainPauses()
	x.Course = j.explainCourse()
	x.Counted = x.Counts(rules.Zone())
	if x.Tellings, err = j.explainTellings(told, x.Promises); err != nil {
		return nil, err
	}
	x.forget()
	return x, nil
}

func (j *judge) explainBasis() *Basis {
	if !Decides(j.Family) {
		return nil
	}
	b := &Basis{Calendar: j.calendar, From: j.calendarFrom(), Missing: j.days == nil, Restart: j.restart}
	b.ByInstant = !b.Missing && j.days.Grain() == calendar.ByInstant
	b.BuiltIn = !b.Missing && !j.view.OwnCalendar(j.calendar)
	b.Calendars, _ = j.view.Load(register.Calendars)
	b.Procedures, _ = j.view.Load(register.Procedures)
	return b
}

// calendarFrom says who named the calendar (rules 3 and 5).
func (j *judge) calendarFrom() string {
	if j.acceptedPromise() != nil && j.facts.once("accepted").last().data.Calendar != "" {
		return "accepted"
	}
	if j.opening != nil && j.opening.last().data.Calendar != "" {
		return "opening"
	}
	if procedure, ok := j.view.Procedure(j.Procedure, calendar.DayOf(j.Opened, j.zone)); ok && procedure.Calendar != "" {
		return "procedure"
	}
	return "default"
}

func (j *judge) explainPromises() []Promise {
	if j.Opened.IsZero() {
		return nil
	}
	// Where the calendar does not cover a term that begins again, what was told is shown all the same.
	first, later, _ := j.promises()
	if first.due.IsZero() {
		return nil
	}
	force := first
	all := []Promise{j.explainPromise(first, true)}
	for _, next := range later {
		holds, _ := j.holds(next, force)
		if holds {
			force = next
		}
		all = append(all, j.explainPromise(next, holds))
	}
	return all
}

func (j *judge) explainPromise(given promise, holds bool) Promise {
	p := Promise{Made: given.made, Due: given.due, By: given.by, Holds: holds}
	deadline, err := j.effective(given, time.Time{})
	if err != nil || deadline.IsZero() {
		return p
	}
	p.Deadline = deadline
	if j.days.Grain() == calendar.ByDay {
		p.Moved, err = j.days.WorkingDays(calendar.DayOf(given.due, j.zone), calendar.DayOf(deadline, j.zone))
	} else {
		p.MovedWork, err = j.days.Work(given.due, deadline)
	}
	j.outside(err) // a promised date beyond the calendar is not moved
	return p
}
