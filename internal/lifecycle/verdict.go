package lifecycle

import (
	"time"

	"tiendo/internal/event"
)

// Verdict is a case's state in one word, without a clock: whether an open case is overdue depends on when one asks, so it
// is told by the deadline.
type Verdict string

// The verdicts.
const (
	VerdictVoided      Verdict = "voided"
	VerdictAwaiting    Verdict = "awaiting"
	VerdictNotAccepted Verdict = "not_accepted"
	VerdictOrphan      Verdict = "orphan"
	VerdictOpen        Verdict = "open"
	VerdictEnded       Verdict = "ended"
	VerdictEarly       Verdict = "early"
	VerdictOnTime      Verdict = "on_time"
	VerdictLate        Verdict = "late"
	VerdictNoDeadline  Verdict = "no_deadline"
	VerdictNoCalendar  Verdict = "no_calendar"
	VerdictHeld        Verdict = "held" // a session of citizen reception
)

// Running says that the case is open and waits for its applicant.
func (c *Case) Running() bool {
	n := len(c.Pauses)
	return n > 0 && c.Pauses[n-1].To.IsZero()
}

// Verdict sums up rule 6 for lists.
func (c *Case) Verdict(zone *time.Location) Verdict {
	switch {
	case c.Voided:
		return VerdictVoided
	case c.Family == event.Reception:
		return VerdictHeld
	case c.Opened.IsZero():
		return c.verdictUnopened()
	case c.NoCalendar:
		return VerdictNoCalendar
	case c.Closing == "":
		return VerdictOpen
	case !c.Settled:
		return VerdictEnded
	}
	switch marks := c.verdictMarks(zone); {
	case marks&Promised == 0:
		return VerdictNoDeadline
	case marks&Early != 0:
		return VerdictEarly
	case marks&OnTime != 0:
		return VerdictOnTime
	default:
		return VerdictLate
	}
}

func (c *Case) verdictUnopened() Verdict {
	switch {
	case c.Submitted.IsZero(), c.Closing != "" && c.Closing != "rejected" && c.Closing != "withdrawn":
		return VerdictOrphan
	case c.Closing == "":
		return VerdictAwaiting
	default:
		return VerdictNotAccepted
	}
}
