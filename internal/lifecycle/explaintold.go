package lifecycle

import (
	"cmp"
	"slices"
	"time"

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

// explainTellings says of every record that was delivered what became of it.
func (j *judge) explainTellings(events []event.Event, promises []Promise) ([]Telling, error) {
	slices.SortFunc(events, func(a, b event.Event) int { return a.Compare(&b) })
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
	return cmp.Or(a.Recorded.Compare(b.Recorded), slices.Compare(a.Data, b.Data), retractedLast(a, b)) > 0
}

// part says what part a fact that stands has in the case.
func (j *judge) part(t *Telling, promises []Promise) (Standing, int) {
	step := t.Type.Step()
	_, closes := j.course.rank(step)
	switch {
	case step == "completed" && !t.Time.After(j.lastRework):
		return Ignored, 2 // it was returned for rework
	case step == "reported" && j.Closing == "completed" && !t.Time.Equal(j.Reported):
		return Ignored, 2 // another report was confirmed
	case step == j.course.opening && !t.Time.Equal(j.Opened):
		return Superseded, 2
	case closes && (step != j.Closing || !t.Time.Equal(j.closedBy)):
		return Superseded, 2
	case (step == "returned" || step == "submitted") && !t.Time.Equal(j.facts.once(step).time):
		return Superseded, 2
	case step == "accepted" && j.Family == event.Petition && !t.Time.Equal(j.facts.once(step).time):
		return Superseded, 3
	case step == "rescheduled" && !j.gives(t, promises):
		return Ignored, 3
	case step == "supplement_requested" && !j.bounds(t.Time, func(p Pause) time.Time { return p.From }):
		return Ignored, 4
	case step == "supplemented" && !j.bounds(t.Time, func(p Pause) time.Time { return p.To }) && !j.gives(t, promises):
		return Ignored, 4
	case step == "transferred" && !slices.ContainsFunc(j.Legs, func(l Leg) bool { return l.From.Equal(t.Time) }):
		return Ignored, 7
	}
	return Counts, 0
}

// gives says whether a record gives one of the promises that hold.
func (j *judge) gives(t *Telling, promises []Promise) bool {
	data, err := t.Fields()
	if err != nil {
		return false // it was read before
	}
	due, _ := j.due(data.Due)
	return slices.ContainsFunc(promises, func(p Promise) bool {
		again := p.By == byRestart && t.Type.Step() == "supplemented"
		return p.Holds && p.Made.Equal(t.Time) && (again || p.Due.Equal(due))
	})
}

// bounds says whether a pause begins or ends at t.
func (j *judge) bounds(t time.Time, of func(Pause) time.Time) bool {
	return slices.ContainsFunc(j.Pauses, func(p Pause) bool { return of(p).Equal(t) })
}
