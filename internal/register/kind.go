package register

import (
	"slices"
	"strings"

	"tiendo/internal/calendar"
	"tiendo/internal/document"
)

// Kind is one of the four registers.
type Kind string

// The registers.
const (
	Calendars  Kind = "calendars"
	Agencies   Kind = "agencies"
	Procedures Kind = "procedures"
	Targets    Kind = "targets"
)

// Kinds returns all kinds, in an order in which none names what a later one holds. The slice is the caller's.
func Kinds() []Kind { return []Kind{Calendars, Agencies, Procedures, Targets} }

// Known says whether k is one of [Kinds].
func (k Kind) Known() bool { return slices.Contains(Kinds(), k) }

// KindNames returns all kinds as a sentence names them.
func KindNames() string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

// The days that an event can tell, and so those that an entry without from and to holds for.
var (
	FirstDay = document.FirstDay
	LastDay  = document.LastDay
)

// Span is the days on which an entry holds, both included. Without from it begins on [FirstDay], without to it ends on
// [LastDay].
type Span struct{ From, To calendar.Day }

// spanOf reads from and to.
func spanOf(o *document.Object) Span {
	s := Span{o.Day("from", FirstDay), o.Day("to", LastDay)}
	if s.To < s.From {
		o.Fault("from", "%s lies after to, %s; the earlier day comes first", s.From, s.To)
	}
	return s
}

// Holds says whether the entry holds on a day.
func (s Span) Holds(d calendar.Day) bool { return s.From <= d && d <= s.To }

func (s Span) span() Span { return s }

// dated is an entry of a register.
type dated interface{ span() Span }

// history holds the entries of a register by code, each code's in the order of their days, which do not overlap.
type history[E dated] map[string][]E

// on returns the entry of a code that holds on a day.
func (h history[E]) on(code string, d calendar.Day) (e E, ok bool) {
	for _, e := range h[code] {
		if e.span().Holds(d) {
			return e, true
		}
	}
	return e, false
}

// near returns the entry of a code that holds on a day, else the last that ended before it, else the first. The code must
// be known.
func (h history[E]) near(code string, d calendar.Day) E {
	entries := h[code]
	found := entries[0]
	for _, e := range entries[1:] {
		if e.span().From <= d {
			found = e
		}
	}
	return found
}

// changes are the days on which any entry begins, or no longer holds, in order.
func (h history[E]) changes() []calendar.Day {
	var days []calendar.Day
	for _, entries := range h {
		for _, e := range entries {
			days = append(days, e.span().From, e.span().To+1)
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}
