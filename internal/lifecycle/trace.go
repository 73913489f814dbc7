package lifecycle

import (
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
)

// Trace is a dossier or a task with what it tells of how it was handled, beside its verdict: what those ask who look for signs that
// figures were managed. What it means is for them to say.
type Trace struct {
	Case
	// Asked are the pauses, in order.
	Asked []AskedPause
	// Moves are the new dates, in order, whether they hold or not.
	Moves []Move
	// LastDay is the day of the deadline by the promise in force, FirstLastDay that by the first promise; meaningful where
	// Deadline, DeadlineFirst are not zero.
	LastDay, FirstLastDay calendar.Day
	// ClosingRecorded is when the closing was written down, of a task the report that dates it; zero while the case is open.
	ClosingRecorded time.Time
	// Returned is when the result was handed over, by ReturnedBy; zero if nobody told that.
	Returned   time.Time
	ReturnedBy string
	// Days counts its days; nil if it is of no calendar that anybody has.
	Days *calendar.Calendar
}

// AskedPause is a pause and where in the term it was asked for.
type AskedPause struct {
	Pause
	// Supplemented says that it ended by a supplement.
	Supplemented bool
	// Term is how many working days the promise then in force gave, Elapsed how many of them had gone by; Term is 0 where no
	// promise was in force or the calendar does not cover it.
	Term, Elapsed int
}

// Move is a new date for a dossier.
type Move struct {
	At time.Time
	// Edited says that the opening was recorded again with another date; else it is a new date that was told as one.
	Edited, Apology bool
}

// TraceOf judges a case as Judge does, and tells of how it was handled. It reorders events. Its error is as Judge's. Pure;
// safe for concurrent use.
func TraceOf(events []event.Event, rules *Rules) (Trace, error) {
	var t Trace
	w := workspaces.Get().(*workspace)
	defer workspaces.Put(w)
	j, err := t.judge(events, rules, time.Time{}, w)
	if err != nil {
		return t, err
	}
	t.Days = j.days
	if !t.Opened.IsZero() && t.Days != nil {
		j.trace(&t)
	}
	t.forget()
	return t, nil
}

func (j *judge) trace(t *Trace) {
	t.LastDay, t.FirstLastDay = calendar.DayOf(j.Deadline, j.zone), calendar.DayOf(j.DeadlineFirst, j.zone)
	for _, p := range j.Pauses {
		asked := AskedPause{Pause: p, Supplemented: !p.To.IsZero() && (j.Closing == "" || p.To.Before(j.Told))}
		asked.Term, asked.Elapsed = j.place(p.From)
		t.Asked = append(t.Asked, asked)
	}
	for _, p := range j.told.later {
		t.Moves = append(t.Moves, Move{At: p.made, Edited: true})
	}
	for _, f := range j.facts.of("rescheduled") {
		t.Moves = append(t.Moves, Move{At: f.time, Apology: f.last().data.Apology})
	}
	for _, f := range j.facts {
		dates, at := j.Closing, j.closedBy
		if !j.Reported.IsZero() {
			dates, at = "reported", j.Reported
		}
		if f.step == dates && f.time.Equal(at) {
			t.ClosingRecorded = f.last().recorded
		}
	}
	if returned := j.facts.once("returned"); returned != nil {
		t.Returned, t.ReturnedBy = returned.time, returned.last().data.Channel
	}
}

// place is where an instant lies in the term of the promise that was in force just before it.
func (j *judge) place(at time.Time) (term, elapsed int) {
	first, later, err := j.promises()
	if err != nil || first.due.IsZero() || first.made.After(at) {
		return 0, 0
	}
	before := at.Add(-time.Millisecond)
	force := first
	for _, next := range later {
		if !next.made.Before(at) {
			break
		}
		if holds, _ := j.holds(next, force); holds {
			force = next
		}
	}
	deadline, err := j.effective(force, before)
	if err != nil || deadline.IsZero() {
		return 0, 0
	}
	from := calendar.DayOf(force.made, j.zone)
	if term, err = j.days.WorkingDays(from, calendar.DayOf(deadline, j.zone)); err != nil || term <= 0 {
		return 0, 0
	}
	if elapsed, err = j.days.WorkingDays(from, calendar.DayOf(at, j.zone)); err != nil {
		return 0, 0
	}
	return term, elapsed
}
