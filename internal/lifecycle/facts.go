package lifecycle

import (
	"bytes"
	"cmp"
	"slices"
	"sync"
	"time"

	"tiendo/internal/event"
)

// record is one telling of a fact that was not taken back.
type record struct {
	recorded time.Time
	source   string
	data     event.Data
	// raw is the data as canonical JSON: it breaks ties.
	raw []byte
}

// forget lets go of what is in the memory of a workspace, which the next case overwrites.
func (c *Case) forget() { c.facts, c.recordings = nil, nil }

// fact is a thing that happened at an instant, with everything that was recorded of it, in the order of recording.
type fact struct {
	step    string
	time    time.Time
	records []record
}

// last is the record that counts (rule 1).
func (f *fact) last() *record { return &f.records[len(f.records)-1] }

// workspace is memory that is used for one case after the other: most of what judging took went into making and clearing
// it. The zero value is ready.
type workspace struct {
	records     []record
	facts       facts
	recordings  []Recording
	now, before []Count
	// newest is the latest time of the events that factsOf made facts of, zero if there were none.
	newest time.Time
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// facts are the facts of one case, sorted by step and time.
type facts []fact

// factsOf applies rule 1: of several deliveries of one event the first counts, of several records of one fact the last
// recorded, and a fact whose last record is a retraction did not happen. It sorts events in place. The facts are in the
// memory of w. The error names an event whose data cannot be read.
func factsOf(events []event.Event, w *workspace) (facts, error) {
	events = byFact(events)
	w.newest, w.recordings = newest(events), recordings(w.recordings[:0], events)

	// One piece of memory holds all records: this runs for every case that an event touches.
	w.records, w.facts = slices.Grow(w.records[:0], len(events)), slices.Grow(w.facts[:0], len(events))
	records, all := w.records, w.facts
	for len(events) > 0 {
		n := 1
		for n < len(events) && sameFact(&events[n], &events[0]) {
			n++
		}
		if told := events[:n]; !told[n-1].Retracted {
			from := len(records)
			for i := range told {
				if told[i].Retracted {
					continue
				}
				data, err := told[i].Fields()
				if err != nil {
					return nil, err
				}
				records = append(records, record{recorded: told[i].Recorded, source: told[i].Source, data: data, raw: told[i].Data})
			}
			all = append(all, fact{step: told[0].Type.Step(), time: told[0].Time, records: records[from:]})
		}
		events = events[n:]
	}
	return all, nil
}

// Recording is when something happened that a record tells, and when that was recorded; of records that take nothing back.
type Recording struct {
	Time, Recorded time.Time
	Source         string
}

// recordings appends those of events.
func recordings(to []Recording, events []event.Event) []Recording {
	for i := range events {
		if e := &events[i]; !e.Retracted {
			to = append(to, Recording{e.Time, e.Recorded, e.Source})
		}
	}
	return to
}

// byFact drops what was delivered before and sorts the rest by fact, the records of one fact by rule 1: the last counts.
func byFact(events []event.Event) []event.Event {
	slices.SortFunc(events, func(a, b event.Event) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID), a.Compare(&b))
	})
	events = slices.CompactFunc(events, func(a, b event.Event) bool { return a.Source == b.Source && a.ID == b.ID })
	slices.SortFunc(events, func(a, b event.Event) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), a.Time.Compare(b.Time), a.Recorded.Compare(b.Recorded), bytes.Compare(a.Data, b.Data), retractedLast(&a, &b))
	})
	return events
}

func sameFact(a, b *event.Event) bool { return a.Type == b.Type && a.Time.Equal(b.Time) }

// LastRecords returns of each fact of one case the record that counts (rule 1) by what was recorded before an instant, all
// of it if that is zero; also where it takes the fact back. They are in the order of type and time. It reorders events and
// returns a part of them.
func LastRecords(events []event.Event, before time.Time) []event.Event {
	events = byFact(events)
	if !before.IsZero() {
		events = slices.DeleteFunc(events, func(e event.Event) bool { return !e.Recorded.Before(before) })
	}
	last := events[:0]
	for i := range events {
		if i+1 == len(events) || !sameFact(&events[i], &events[i+1]) {
			last = append(last, events[i])
		}
	}
	return last
}

func retractedLast(a, b *event.Event) int {
	switch {
	case a.Retracted == b.Retracted:
		return 0
	case b.Retracted:
		return -1
	default:
		return 1
	}
}

// of returns the facts of one step, in the order of time.
func (fs facts) of(step string) facts {
	from := 0
	for from < len(fs) && fs[from].step != step {
		from++
	}
	to := from
	for to < len(fs) && fs[to].step == step {
		to++
	}
	return fs[from:to]
}

// once returns the one fact of a step that can happen only once: the last recorded, a tie goes to the later time
// (rule 2). It is nil if there is none.
func (fs facts) once(step string) *fact {
	var best *fact
	for i, told := 0, fs.of(step); i < len(told); i++ {
		// told is sorted by time, so that >= lets the later of two win.
		if best == nil || !told[i].last().recorded.Before(best.last().recorded) {
			best = &told[i]
		}
	}
	return best
}
