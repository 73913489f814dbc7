package lifecycle

import (
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/register"
)

// Rules are what a case is judged by besides its events: the versions of calendars and procedures. A case is judged with
// the versions recorded last before its closing, an open one with the newest, so that an edit never rewrites the past
// (rule 6). They are never changed, and safe for concurrent use.
type Rules struct {
	registers *register.Registers
	// loads are the days on which versions were loaded that verdicts read, each once, in order.
	loads []loadDay
	// version is how many such loads there were.
	version uint64
	// supposed is what did not hold; nil for the rules that do.
	supposed *Supposition
}

type loadDay struct {
	day   calendar.Day
	cause Cause
}

// NewRules returns the rules that the registers of a city make.
func NewRules(registers *register.Registers) *Rules {
	r := &Rules{registers: registers}
	for _, l := range registers.Loads() {
		d := loadDay{day: calendar.DayOf(l.Recorded, registers.Location())}
		switch l.Kind {
		case register.Calendars:
			d.cause = CalendarLoaded
		case register.Procedures:
			d.cause = RegisterLoaded
		default:
			continue
		}
		r.version++
		if n := len(r.loads); n == 0 || r.loads[n-1].day != d.day {
			r.loads = append(r.loads, d)
		}
	}
	return r
}

// Builtin returns the rules of a city without registers.
func Builtin(zone *time.Location) *Rules { return NewRules(register.Empty(zone, nil)) }

// Zone is the city's.
func (r *Rules) Zone() *time.Location { return r.registers.Location() }

// Version is the number of loads that verdicts read: open cases must be judged again when it rises.
func (r *Rules) Version() uint64 { return r.version }

// Upto returns the rules as they were at a version.
func (r *Rules) Upto(version uint64) *Rules {
	if version >= r.version {
		return r
	}
	loads := uint64(0)
	for _, l := range r.registers.Loads() {
		if l.Kind == register.Calendars || l.Kind == register.Procedures {
			if version == 0 {
				break
			}
			version--
		}
		loads = l.Version
	}
	return NewRules(r.registers.Upto(loads))
}

// at returns the versions that a case is judged by: those recorded last before its closing, or, while it is open, before
// the instant until which is known; the newest if until is zero.
func (r *Rules) at(c *Case, until time.Time) register.View {
	if c.Closing != "" && (until.IsZero() || c.Closed.Before(until)) {
		return r.registers.At(c.Closed)
	}
	return r.registers.At(until)
}
