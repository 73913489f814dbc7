package lifecycle

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
)

// promise is a deadline and when it was given.
type promise struct {
	made, due time.Time
	// recorded tells promises of one instant apart: the last recorded counts, then the later due.
	recorded time.Time
	// by is the step that gave it, or byRestart.
	by string
}

// byRestart marks a promise that a procedure makes by itself after a supplement.
const byRestart = "restart"

// due reads a promised deadline: a date alone means 23:59:59.999 of it, in the city's zone (rule 5).
func (j *judge) due(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, false
	}
	if day, err := calendar.ParseDay(s); err == nil {
		return day.End(j.zone), true
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic("BUG: a due that was validated on arrival is neither a date nor an instant")
	}
	return t.Truncate(time.Millisecond), true
}

// promise finds the deadlines by the first promise and by the promise in force (rules 3 and 5).
func (j *judge) promise() error {
	if j.Opened.IsZero() {
		return nil
	}
	first, later, err := j.promises()
	if first.due.IsZero() {
		return nil
	}
	j.Promised = true
	if err != nil {
		return err
	}
	if j.days == nil {
		return errNoCalendar
	}
	force := first
	for _, next := range later {
		holds, err := j.holds(next, force)
		if err != nil {
			return err
		}
		if holds {
			force = next
		}
	}
	if j.DeadlineFirst, err = j.effective(first, time.Time{}); err != nil {
		return err
	}
	j.Deadline, err = j.effective(force, time.Time{})
	if err != nil {
		j.DeadlineFirst = time.Time{}
	}
	return err
}

// holds says whether a promise takes the place of the one in force: made after that had passed, it heals nothing (rule 3).
func (j *judge) holds(next, force promise) (bool, error) {
	deadline, err := j.effective(force, next.made)
	return err == nil && (deadline.IsZero() || !next.made.After(deadline)), err
}

// promises returns the first promise and the later ones that were made between opening and closing, in order. The first
// has no due if nothing was ever promised. The error says that working days are needed that the calendar does not cover.
func (j *judge) promises() (first promise, later []promise, err error) {
	first, later = j.told.first, slices.Clone(j.told.later)
	if accepted := j.acceptedPromise(); accepted != nil {
		first = *accepted
	}
	for _, step := range []string{"rescheduled", "supplemented"} {
		for _, f := range j.facts.of(step) {
			if due, ok := j.due(f.last().data.Due); ok {
				later = append(later, promise{made: f.time, due: due, recorded: f.last().recorded, by: step})
			}
		}
	}
	later = lastOfInstant(slices.DeleteFunc(later, func(p promise) bool { return !j.inCourse(p.made) }))
	if first.due.IsZero() && len(later) > 0 {
		first, later = later[0], later[1:]
	}
	again, err := j.restarts(first)
	return first, lastOfInstant(append(later, again...)), err
}

// inCourse says that an instant lies between opening and closing.
func (j *judge) inCourse(at time.Time) bool {
	return !at.Before(j.Opened) && (j.Closing == "" || !at.After(j.Told))
}

// restarts are the promises that a procedure makes by itself after a supplement without a new date: the full term, the
// working days from the opening to the first due, from that day (rule 5; DOMAIN.md, fact 4). A supplement that ends no wait
// changes nothing (rule 4), so that nobody restarts a term by telling of one that was not asked for.
func (j *judge) restarts(first promise) (again []promise, err error) {
	if !j.restart || first.due.IsZero() {
		return nil, nil
	}
	if j.days == nil {
		return nil, errNoCalendar
	}
	for _, f := range j.facts.of("supplemented") {
		if f.last().data.Due != "" || !j.inCourse(f.time) || f.time.Before(first.made) || !j.endsPause(f.time) {
			continue
		}
		term, err := j.days.WorkingDays(calendar.DayOf(j.Opened, j.zone), calendar.DayOf(first.due, j.zone))
		if err != nil {
			return nil, err
		}
		due, err := j.days.AddDays(calendar.DayOf(f.time, j.zone), term)
		if err != nil {
			return nil, err
		}
		again = append(again, promise{made: f.time, due: due.End(j.zone), recorded: f.last().recorded, by: byRestart})
	}
	return again, nil
}

// endsPause says whether a pause ends at an instant, by a supplement.
func (j *judge) endsPause(at time.Time) bool {
	return (j.Closing == "" || at.Before(j.Told)) && slices.ContainsFunc(j.Pauses, func(p Pause) bool { return p.To.Equal(at) })
}

// lastOfInstant sorts promises by when they were made, and keeps of those made at one instant the one that counts.
func lastOfInstant(promises []promise) []promise {
	slices.SortFunc(promises, func(a, b promise) int {
		return cmp.Or(a.made.Compare(b.made), a.recorded.Compare(b.recorded), a.due.Compare(b.due))
	})
	kept := promises[:0]
	for i, p := range promises {
		if i+1 < len(promises) && promises[i+1].made.Equal(p.made) {
			continue
		}
		kept = append(kept, p)
	}
	return kept
}

// promisesOfOpening: the first-recorded due is the first promise, made at the opening; a later record of the opening with
// another due is a promise made when it was recorded.
func (j *judge) promisesOfOpening() (first promise, later []promise) {
	var tellings []*record
	for _, f := range j.facts.of(j.course.opening) {
		for i := range f.records {
			tellings = append(tellings, &f.records[i])
		}
	}
	slices.SortFunc(tellings, func(a, b *record) int {
		return cmp.Or(a.recorded.Compare(b.recorded), bytes.Compare(a.raw, b.raw))
	})
	var before time.Time
	for _, r := range tellings {
		due, ok := j.due(r.data.Due)
		if !ok {
			continue
		}
		if first.due.IsZero() {
			first = promise{made: j.Opened, due: due, by: j.course.opening}
		} else if !due.Equal(before) {
			later = append(later, promise{made: r.recorded, due: due, recorded: r.recorded, by: j.course.opening})
		}
		before = due
	}
	return first, later
}

// acceptedPromise is the promise of a petition's acceptance, made at its own time, which stands instead of the opening's.
func (j *judge) acceptedPromise() *promise {
	if j.Family != event.Petition {
		return nil
	}
	accepted := j.facts.once("accepted")
	if accepted == nil {
		return nil
	}
	due, ok := j.due(accepted.last().data.Due)
	if !ok {
		return nil
	}
	return &promise{made: accepted.time, due: due, by: "accepted"}
}

// effective returns the last instant at which settling is still on time by p, inclusive: its due, moved on by the pauses
// after it was made; zero while a running pause leaves it open (rule 5). With at, the pauses are those known at that
// instant. The error is calendar.ErrOutside where working days are needed that the calendar does not cover.
func (j *judge) effective(p promise, at time.Time) (time.Time, error) {
	if j.days == nil {
		return time.Time{}, errNoCalendar
	}
	p, err := j.given(p)
	if err != nil {
		return time.Time{}, err
	}
	deadline, byDay := p.due, j.days.Grain() == calendar.ByDay
	last := calendar.DayOf(deadline, j.zone)
	for _, pause := range j.waits() {
		if !at.IsZero() {
			if pause.From.After(at) {
				break
			}
			if pause.To.After(at) {
				pause.To = time.Time{}
			}
		}
		running := pause.To.IsZero()
		if !running && !pause.To.After(p.made) {
			continue
		}
		pause.From = later(pause.From, p.made)
		var late bool
		if byDay {
			late = calendar.DayOf(pause.From, j.zone) > last
		} else {
			late = pause.From.After(deadline)
		}
		if late {
			break
		}
		if running {
			return time.Time{}, nil
		}
		if byDay {
			last, err = j.moveDays(last, pause)
		} else {
			deadline, err = j.moveInstant(deadline, pause)
		}
		if err != nil {
			return time.Time{}, err
		}
	}
	if byDay {
		deadline = last.End(j.zone)
	}
	return deadline, nil
}

// moveDays moves a day by the working days after the pause's first day up to its last.
func (j *judge) moveDays(last calendar.Day, pause Pause) (calendar.Day, error) {
	n, err := j.days.WorkingDays(calendar.DayOf(pause.From, j.zone), calendar.DayOf(pause.To, j.zone))
	if err != nil {
		return last, err
	}
	return j.days.AddDays(last, n)
}

// moveInstant moves an instant by the pause's working time.
func (j *judge) moveInstant(deadline time.Time, pause Pause) (time.Time, error) {
	work, err := j.days.Work(pause.From, pause.To)
	if err != nil {
		return deadline, err
	}
	return j.days.Advance(deadline, work)
}
