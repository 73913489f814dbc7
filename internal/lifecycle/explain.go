package lifecycle

import (
	"cmp"
	"slices"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
)

// Standing says what became of a record.
type Standing string

// The standings.
const (
	// Counts: the rules read it.
	Counts Standing = "counts"
	// Repeated: the same event was delivered before.
	Repeated Standing = "repeated"
	// Superseded: of the same fact something else was recorded later, or of a fact that happens once another one.
	Superseded Standing = "superseded"
	// TakenBack: the fact was taken back; Retraction: it takes a fact back.
	TakenBack  Standing = "taken_back"
	Retraction Standing = "retraction"
	// Ignored: a rule passes it over, such as a new date after the old one had passed.
	Ignored Standing = "ignored"
	// NotTheirs: who told it may say nothing of the case.
	NotTheirs Standing = "foreign"
)

// Telling is one record of a case, and what became of it.
type Telling struct {
	event.Event
	Standing Standing
	// Rule is the number of the rule of CONTRACT §3 that decided, 0 if the record counts.
	Rule int
}

// Promise is one date that was given.
type Promise struct {
	Made, Due time.Time
	// Deadline is the effective deadline, zero while a running pause leaves it open.
	Deadline time.Time
	// Holds is false for a promise made after the one in force had passed: it heals nothing.
	Holds bool
}

// Stretch is a pause with what it moved the deadline by.
type Stretch struct {
	Pause
	// Days are the days after the first up to the last, and whether each is a working day; nil for a calendar whose
	// deadlines are instants, and where the calendar does not cover them.
	Days []CountedDay
}

// CountedDay is a day, and whether it moves a deadline.
type CountedDay struct {
	Day    calendar.Day
	Counts bool
	// Why tells why it does not: weekend, or a day off by notice.
	Why string
}

// Explanation is a case with everything that led to its verdict.
type Explanation struct {
	Case
	Calendar string
	// Tellings are in the order of time, of one time in the order of recording.
	Tellings  []Telling
	Promises  []Promise
	Stretches []Stretch
	Counted   []Count
}

// Explain judges a case as Judge does, and says why. It reorders events. Its error is as Judge's.
func Explain(events []event.Event, rules *Rules) (*Explanation, error) {
	told := slices.Clone(events)
	x := &Explanation{}
	j, err := x.judge(events, rules, time.Time{}, new(workspace))
	if err != nil {
		return nil, err
	}
	x.Calendar = j.calendar
	x.Promises = j.explainPromises()
	x.Stretches = j.explainPauses()
	x.Counted = x.Counts(rules.Zone())
	if x.Tellings, err = j.explainTellings(told, x.Promises); err != nil {
		return nil, err
	}
	x.facts = nil
	return x, nil
}

func (j *judge) explainPromises() []Promise {
	if j.Opened.IsZero() {
		return nil
	}
	first, later, err := j.promises()
	if first.due.IsZero() || err != nil {
		return nil
	}
	force := first
	all := []Promise{j.explainPromise(first, true)}
	for _, next := range later {
		deadline, err := j.effective(force, next.made)
		holds := err == nil && (deadline.IsZero() || !next.made.After(deadline))
		if holds {
			force = next
		}
		all = append(all, j.explainPromise(next, holds))
	}
	return all
}

func (j *judge) explainPromise(p promise, holds bool) Promise {
	deadline, err := j.effective(p, time.Time{})
	if err != nil {
		deadline = time.Time{}
	}
	return Promise{Made: p.made, Due: p.due, Deadline: deadline, Holds: holds}
}

func (j *judge) explainPauses() []Stretch {
	var all []Stretch
	for _, p := range j.Pauses {
		s := Stretch{Pause: p}
		if j.days != nil && j.days.Grain() == calendar.ByDay && !p.To.IsZero() {
			last := calendar.DayOf(p.To, j.zone)
			for d := calendar.DayOf(p.From, j.zone) + 1; d <= last; d++ {
				works, err := j.days.Works(d)
				if err != nil {
					s.Days = nil
					break
				}
				day := CountedDay{Day: d, Counts: works}
				if !works {
					day.Why = "day off by notice"
					if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
						day.Why = "weekend"
					}
				}
				s.Days = append(s.Days, day)
			}
		}
		all = append(all, s)
	}
	return all
}

// explainTellings says of every record that was delivered what became of it.
func (j *judge) explainTellings(events []event.Event, promises []Promise) ([]Telling, error) {
	slices.SortFunc(events, func(a, b event.Event) int { return delivered(&a, &b) })
	type name struct{ source, id string }
	seen := map[name]bool{}
	all := make([]Telling, 0, len(events))
	for i := range events {
		t := Telling{Event: events[i], Standing: Counts}
		may, err := j.speakers.may(&events[i])
		if err != nil {
			return nil, err
		}
		key := name{t.Source, t.ID}
		switch {
		case !may:
			t.Standing, t.Rule = NotTheirs, 8
		case seen[key]:
			t.Standing, t.Rule = Repeated, 1
		}
		seen[key] = seen[key] || may
		all = append(all, t)
	}
	for i := range all {
		if all[i].Standing == Counts {
			all[i].Standing, all[i].Rule = j.standing(&all[i], all, promises)
		}
	}
	slices.SortStableFunc(all, func(a, b Telling) int {
		return cmp.Or(a.Time.Compare(b.Time), a.Recorded.Compare(b.Recorded))
	})
	return all, nil
}

func (j *judge) standing(t *Telling, all []Telling, promises []Promise) (Standing, int) {
	for i := range all {
		other := &all[i]
		if other.Standing == Repeated || other.Standing == NotTheirs || other.Type != t.Type || !other.Time.Equal(t.Time) || (other.Source == t.Source && other.ID == t.ID) {
			continue
		}
		if recordedLater(&other.Event, &t.Event) {
			if other.Retracted && !t.Retracted {
				return TakenBack, 1
			}
			return Superseded, 1
		}
	}
	if t.Retracted {
		return Retraction, 1
	}
	return j.part(t, promises)
}

// recordedLater says whether a counts before b among records of one fact (rule 1).
func recordedLater(a, b *event.Event) bool {
	if c := cmp.Or(a.Recorded.Compare(b.Recorded), slices.Compare(a.Data, b.Data), retractedLast(a, b)); c != 0 {
		return c > 0
	}
	return false
}

// part says what part a fact that stands has in the case.
func (j *judge) part(t *Telling, promises []Promise) (Standing, int) {
	step := t.Type.Step()
	_, closes := j.course.rank(step)
	switch {
	case step == j.course.opening && !t.Time.Equal(j.Opened):
		return Superseded, 2
	case closes && (step != j.Closing || !t.Time.Equal(j.closedBy)):
		return Superseded, 2
	case (step == "returned" || step == "submitted") && !t.Time.Equal(j.facts.once(step).time):
		return Superseded, 2
	case step == "rescheduled" && !holds(promises, t.Time):
		return Ignored, 3
	case step == "supplement_requested" && !j.bounds(t.Time, func(p Pause) time.Time { return p.From }):
		return Ignored, 4
	case step == "supplemented" && !j.bounds(t.Time, func(p Pause) time.Time { return p.To }) && !holds(promises, t.Time):
		return Ignored, 4
	}
	return Counts, 0
}

// holds says whether a promise made at t counts.
func holds(promises []Promise, t time.Time) bool {
	return slices.ContainsFunc(promises, func(p Promise) bool { return p.Holds && p.Made.Equal(t) })
}

// bounds says whether a pause begins or ends at t.
func (j *judge) bounds(t time.Time, of func(Pause) time.Time) bool {
	return slices.ContainsFunc(j.Pauses, func(p Pause) bool { return of(p).Equal(t) })
}
