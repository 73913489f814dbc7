package simulator

import (
	"container/heap"
	"time"
)

// Event is one event of the city, as a source system tells it. It marshals to a structured CloudEvent of CONTRACT §3.
type Event struct {
	// Source, ID, Type and Subject are the attributes of the CloudEvent.
	Source, ID, Type, Subject string

	at, recorded int64 // seconds since 1970
	serial       uint64
	zone         *time.Location
	data         string // JSON
}

// Time is when it happened, to the second, in the city's zone.
func (e *Event) Time() time.Time { return time.Unix(e.at, 0).In(e.zone) }

// Recorded is when the source wrote it down, to the second, in the city's zone: not before Time.
func (e *Event) Recorded() time.Time { return time.Unix(e.recorded, 0).In(e.zone) }

// Data is what it says, as JSON.
func (e *Event) Data() string { return e.data }

// AppendJSON appends e to b as one JSON object without line breaks.
func (e *Event) AppendJSON(b []byte) []byte {
	b = append(b, `{"specversion":"1.0","id":"`...)
	b = append(b, e.ID...)
	b = append(b, `","source":"`...)
	b = append(b, e.Source...)
	b = append(b, `","type":"`...)
	b = append(b, e.Type...)
	b = append(b, `","subject":"`...)
	b = append(b, e.Subject...)
	b = append(b, `","time":"`...)
	b = e.Time().AppendFormat(b, time.RFC3339)
	b = append(b, `","recordedtime":"`...)
	b = e.Recorded().AppendFormat(b, time.RFC3339)
	b = append(b, `","datacontenttype":"application/json","data":`...)
	b = append(b, e.data...)
	return append(b, '}')
}

// MarshalJSON is AppendJSON for package json.
func (e *Event) MarshalJSON() ([]byte, error) { return e.AppendJSON(make([]byte, 0, 512)), nil }

// schedule holds the events that lie ahead, the one to be recorded next first.
type schedule []*Event

func (s schedule) Len() int { return len(s) }
func (s schedule) Less(i, j int) bool {
	if s[i].recorded != s[j].recorded {
		return s[i].recorded < s[j].recorded
	}
	return s[i].serial < s[j].serial
}
func (s schedule) Swap(i, j int) { s[i], s[j] = s[j], s[i] }

// Push is for package heap alone.
func (s *schedule) Push(e any) { *s = append(*s, e.(*Event)) }

// Pop is for package heap alone.
func (s *schedule) Pop() any {
	last := len(*s) - 1
	e := (*s)[last]
	(*s)[last] = nil
	*s = (*s)[:last]
	return e
}

func (s *schedule) add(e *Event) { heap.Push(s, e) }

// before says whether an event is to be recorded before a time.
func (s *schedule) before(at int64) bool { return len(*s) > 0 && (*s)[0].recorded < at }

func (s *schedule) next() *Event { return heap.Pop(s).(*Event) }
