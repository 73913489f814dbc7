package lifecycle

import (
	"slices"

	"tiendo/internal/calendar"
)

// Supposition is rules that did not hold, to see what they would have changed. What was told stays as it is.
type Supposition struct {
	// Off are days on which offices would have been closed, by a storm, say: a promise that ran then is moved on by the working
	// days that were lost.
	Off []calendar.Day
	// Pauses says what a wait for papers does to the promise; "" as it is.
	Pauses PauseRule
}

// PauseRule says what a wait for papers does to a promise.
type PauseRule string

// The rules: it moves the promise on by the wait, it begins the term again, or it does nothing.
const (
	PausesExtend  PauseRule = "extend"
	PausesRestart PauseRule = "restart"
	PausesNothing PauseRule = "none"
)

// Supposing returns the rules as if something else had been decreed. r stays as it is.
func (r *Rules) Supposing(s Supposition) *Rules {
	other := *r
	s.Off = slices.Clone(s.Off)
	slices.Sort(s.Off)
	other.supposed = &s
	return &other
}

// suppose lets a supposed rule of pauses stand instead of the procedure's.
func (j *judge) suppose(s *Supposition) {
	if s == nil {
		return
	}
	j.supposed = s
	if s.Pauses != "" {
		j.restart = s.Pauses == PausesRestart
	}
}

// waits are the pauses that move promises.
func (j *judge) waits() []Pause {
	if j.supposed != nil && j.supposed.Pauses == PausesNothing {
		return nil
	}
	return j.Pauses
}

// given is the promise as it would have been given, had offices been closed on the supposed days: moved on by the working days that
// were lost from the day after it was made up to its own.
func (j *judge) given(p promise) (promise, error) {
	if j.supposed == nil || len(j.supposed.Off) == 0 {
		return p, nil
	}
	first, last := calendar.DayOf(p.made, j.zone), calendar.DayOf(p.due, j.zone)
	lost := 0
	for _, d := range j.supposed.Off {
		if d <= first || d > last {
			continue
		}
		works, err := j.days.Works(d)
		if err != nil {
			return p, err
		}
		if works {
			lost++
		}
	}
	moved := last
	for lost > 0 {
		var err error
		if moved, err = j.days.AddDays(moved, 1); err != nil {
			return p, err
		}
		if !slices.Contains(j.supposed.Off, moved) {
			lost--
		}
	}
	p.due = p.due.AddDate(0, 0, int(moved-last))
	return p, nil
}
