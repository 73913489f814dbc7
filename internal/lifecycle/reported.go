package lifecycle

import (
	"time"

	"tiendo/internal/event"
)

// Reported returns what counts of the records of a subject that has no course, such as an agency's indicator for a period
// or a source's tally of a day: of all that stand, the last recorded (rules 1 and 2). Whoever is bound to an agency reports
// of that agency only (rule 8). It is false if none stands. It reorders events. The error names an event that cannot be read.
func Reported(events []event.Event) (data event.Data, recorded time.Time, ok bool, err error) {
	if bound(events) {
		if events, err = ofOwnAgency(events); err != nil {
			return data, recorded, false, err
		}
	}
	if len(events) == 0 {
		return data, recorded, false, nil
	}
	facts, err := factsOf(events, new(workspace))
	if err != nil || len(facts) == 0 {
		return data, recorded, false, err
	}
	last := facts.once(facts[0].step).last()
	return last.data, last.recorded, true, nil
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
