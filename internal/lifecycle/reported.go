package lifecycle

import (
	"time"

	"tiendo/internal/event"
)

// Report is what was told of something that has no course, such as an agency's indicator for a period or a source's tally of a day.
type Report struct {
	Data     event.Data
	Recorded time.Time
}

// Reports returns what counts of the records of a subject that has no course: each fact that stands, by the last record of it
// (rule 1), in the order of their times. Whoever is bound to an agency reports of that agency only (rule 8). It reorders events. The
// error names an event that cannot be read.
func Reports(events []event.Event) ([]Report, error) {
	facts, err := standing(events)
	var all []Report
	for i := range facts {
		all = append(all, Report{facts[i].last().data, facts[i].last().recorded})
	}
	return all, err
}

// Reported returns the last recorded of what [Reports] returns (rule 2): a subject that is told of once. It is false if none stands.
func Reported(events []event.Event) (data event.Data, recorded time.Time, ok bool, err error) {
	facts, err := standing(events)
	if err != nil || len(facts) == 0 {
		return data, recorded, false, err
	}
	last := facts.once(facts[0].step).last()
	return last.data, last.recorded, true, nil
}

func standing(events []event.Event) (facts, error) {
	if bound(events) {
		var err error
		if events, err = ofOwnAgency(events); err != nil {
			return nil, err
		}
	}
	if len(events) == 0 {
		return nil, nil
	}
	return factsOf(events, new(workspace))
}

// ofOwnAgency leaves out what somebody told who is bound to another agency than the record names.
func ofOwnAgency(events []event.Event) ([]event.Event, error) {
	var own []event.Event
	for i := range events {
		data, err := events[i].Fields()
		if err != nil {
			return nil, err
		}
		if events[i].Bound == "" || events[i].Bound == data.Agency {
			own = append(own, events[i])
		}
	}
	return own, nil
}
