// Package event is the vocabulary of Tiendo: which events there are, which fields each may carry, and how one is read
// from outside bytes. It refuses to know what an event means for a case: that is internal/lifecycle.
package event

import (
	"cmp"
	"math"
	"strings"
	"time"
)

// Family names a kind of case: the part of a [Type] before the dot.
type Family string

// The families of cases and of facts that stand alone.
const (
	Dossier    Family = "dossier"
	Task       Family = "task"
	Petition   Family = "petition"
	Reception  Family = "reception"
	Finding    Family = "finding"
	Indicator  Family = "indicator"
	Source     Family = "source"
	Assessment Family = "assessment"
)

// Type is the CloudEvents type, such as "dossier.received".
type Type string

// Family is the part of t before the dot.
func (t Type) Family() Family {
	family, _, _ := strings.Cut(string(t), ".")
	return Family(family)
}

// Step is the part of t after the dot, such as "received".
func (t Type) Step() string {
	_, step, _ := strings.Cut(string(t), ".")
	return step
}

// Event is one record of one fact, as a source told it. All instants are in UTC and cut to milliseconds.
//
// Source and ID name the event within its case; Family and Subject name the case; Subject, Type and Time name the fact.
type Event struct {
	Source  string
	ID      string
	Type    Type
	Subject string
	// Time is when the fact happened.
	Time time.Time
	// Recorded is when the source wrote it down: "recordedtime", else Arrival.
	Recorded time.Time
	// Retracted says that this record takes the fact back.
	Retracted bool
	// Data is the event's data as canonical JSON (RFC 8785), null members left out, officers already opaque.
	Data []byte

	// Arrival is when the collector admitted the event.
	Arrival time.Time
	// Bound is the agency that the sender's token was bound to; empty for an unbound token.
	Bound string
	// Collector, Entry and Position say where the event stands in the log of the collector that took it.
	Collector string
	Entry     uint64
	Position  uint32
}

// Seniority is greater for what was delivered earlier, so that of two rows of one event the engine keeps the first. Within one
// millisecond it follows the log of the collector for 512 entries; a position must fit into 14 bits.
func (e *Event) Seniority() uint64 {
	return math.MaxUint64 - (uint64(e.Arrival.UnixMilli())<<23 | e.Entry%512<<14 | uint64(e.Position))
}

// Compare orders deliveries, the earlier first: of several deliveries of one event the first is the event.
func (e *Event) Compare(other *Event) int {
	return cmp.Or(e.Arrival.Compare(other.Arrival), cmp.Compare(e.Collector, other.Collector), cmp.Compare(e.Entry, other.Entry), cmp.Compare(e.Position, other.Position))
}

// Before says whether e was delivered before other.
func (e *Event) Before(other *Event) bool { return e.Compare(other) < 0 }
