package event

import (
	"fmt"
	"mime"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Ahead is how far the time of an event may lie ahead of its arrival, for clocks differ.
const Ahead = 10 * time.Minute

// Error says why an event was refused. Field is the attribute, or "data." and the field, or empty if it is the whole.
// Neither Field nor Reason repeats a refused value, which may be a citizen's name; names of fields and types are told.
type Error struct {
	ID     string // empty if the event has no valid id
	Type   Type   // empty if there is no such type
	Field  string
	Reason string
}

func (e *Error) Error() string {
	switch {
	case e.Field == "" && e.ID == "":
		return "event: " + e.Reason
	case e.Field == "":
		return "event " + e.ID + ": " + e.Reason
	case e.ID == "":
		return "event: " + e.Field + " " + e.Reason
	default:
		return "event " + e.ID + ": " + e.Field + " " + e.Reason
	}
}

// Decode reads one structured CloudEvent that arrived at now. Its error is an [*Error].
func Decode(raw []byte, now time.Time) (Event, error) {
	if !jsontext.Value(raw).IsValid(jsontext.AllowDuplicateNames(true)) {
		return Event{}, &Error{Reason: "is not JSON"}
	}
	e, err := new(Decoder).Decode(raw, now)
	if err != nil {
		return Event{}, err
	}
	e.Arrive(now)
	return e, nil
}

// Arrive sets Arrival, and Recorded where the source told none.
func (e *Event) Arrive(at time.Time) {
	e.Arrival = at.UTC().Truncate(time.Millisecond)
	if e.Recorded.IsZero() {
		e.Recorded = e.Arrival
	}
}

// Decoder reads many events. The zero value is ready. It is not safe for concurrent use.
type Decoder struct {
	// Opaque turns an officer's code into what is stored. Nil keeps it as told.
	Opaque func(officer string) string

	source  string          // the last one found good: events come in runs from one source
	sources map[string]bool // those found good before
}

// Decode reads one structured CloudEvent. value must be valid JSON, as [jsontext.Decoder.ReadValue] hands it out with
// jsontext.AllowDuplicateNames, for doubled names are refused here, event by event. Arrival is left zero, and Recorded
// too if the source does not tell it: see [Event.Arrive]. now decides only what lies too far ahead. Its error is an
// [*Error].
//
// Measured: see BenchmarkDecode.
func (d *Decoder) Decode(value jsontext.Value, now time.Time) (Event, error) {
	var told envelope
	fault := told.read(string(value))
	e := Event{}
	if id, reason := word(told.attrs[attrID]); reason == "" && badName(id, inSubject, 128) == "" {
		e.ID = id
	}
	if fault == nil {
		fault = d.fill(&e, &told, now)
	}
	if fault != nil {
		fault.ID, fault.Type = e.ID, e.Type
		return Event{}, fault
	}
	return e, nil
}

// envelope holds the attributes of an event as they stand in the text; empty where one is missing.
type envelope struct {
	attrs [attrs]string
}

func (t *envelope) read(object string) (fault *Error) {
	var seen uint64
	w := walker{s: object}
	ok := w.object(func(name string) bool {
		value := w.value()
		i := attribute(name)
		if i >= 0 {
			t.attrs[i] = value
		} else if at := slices.Index(documented[:], name); at >= 0 {
			i = attrs + at
		} else {
			if fault == nil {
				fault = &Error{Field: short(name), Reason: "is no attribute of an event here"}
			}
			return true
		}
		if seen&(1<<i) != 0 && fault == nil {
			fault = &Error{Field: name, Reason: "is there twice"}
			t.attrs[attrID] = "" // which of two ids would it be?
		}
		seen |= 1 << i
		return true
	})
	if !ok && fault == nil {
		return &Error{Reason: "must be a JSON object"}
	}
	return fault
}

// fill checks the attributes in their order and the data last.
func (d *Decoder) fill(e *Event, told *envelope, now time.Time) *Error {
	if version, reason := word(told.attrs[attrSpecversion]); reason != "" {
		return &Error{Field: "specversion", Reason: reason}
	} else if version != "1.0" {
		return &Error{Field: "specversion", Reason: `must be "1.0"`}
	}
	if e.ID == "" {
		id, reason := word(told.attrs[attrID])
		if reason == "" {
			reason = badName(id, inSubject, 128)
		}
		return &Error{Field: "id", Reason: reason}
	}
	if reason := d.fillSource(e, told.attrs[attrSource]); reason != "" {
		return &Error{Field: "source", Reason: reason}
	}
	name, reason := word(told.attrs[attrType])
	if reason != "" {
		return &Error{Field: "type", Reason: reason}
	}
	s := shapes[name]
	if s == nil {
		return &Error{Field: "type", Reason: noType(name)}
	}
	e.Type = s.typ
	if e.Subject, reason = word(told.attrs[attrSubject]); reason == "" {
		reason = badName(e.Subject, inSubject, 128)
	}
	if reason != "" {
		return &Error{Field: "subject", Reason: reason}
	}
	if fault := fillTimes(e, told, now); fault != nil {
		return fault
	}
	if e.Retracted, reason = truth(told.attrs[attrRetracted]); reason != "" {
		return &Error{Field: "retracted", Reason: reason}
	}
	if value := told.attrs[attrDatacontenttype]; !missing(value) && !isJSON(value) {
		return &Error{Field: "datacontenttype", Reason: "must be application/json"}
	}
	if !missing(told.attrs[attrDataBase64]) {
		return &Error{Field: "data_base64", Reason: "is not taken: send data as a JSON object"}
	}
	return d.fillData(e, s, told.attrs[attrData])
}

func (d *Decoder) fillSource(e *Event, value string) string {
	source, reason := word(value)
	if reason != "" {
		return reason
	}
	if source != d.source || source == "" {
		if !d.sources[source] {
			if reason := badSource(source); reason != "" {
				return reason
			}
			if d.sources == nil {
				d.sources = make(map[string]bool)
			}
			d.sources[source] = true
		}
		d.source = source
	}
	e.Source = d.source
	return ""
}

func fillTimes(e *Event, told *envelope, now time.Time) *Error {
	at, reason := moment(told.attrs[attrTime], now)
	if reason != "" {
		return &Error{Field: "time", Reason: reason}
	}
	e.Time = at
	if value := told.attrs[attrRecordedtime]; !missing(value) {
		if e.Recorded, reason = moment(value, now); reason != "" {
			return &Error{Field: "recordedtime", Reason: reason}
		}
	}
	return nil
}

// moment reads an instant that is no more than Ahead after now.
func moment(value string, now time.Time) (time.Time, string) {
	s, reason := word(value)
	if reason != "" {
		return time.Time{}, reason
	}
	ms, ok := instant(s)
	switch {
	case !ok:
		return time.Time{}, needsInstant
	case ms > now.Add(Ahead).UnixMilli():
		return time.Time{}, "is more than 10 minutes ahead of its arrival: check the sender's clock and offset"
	case ms < earliest:
		return time.Time{}, "is before 1900"
	}
	return time.UnixMilli(ms).UTC(), ""
}

// missing says whether a member is not there; null is the same as not there.
func missing(value string) bool { return value == "" || value == "null" }

// word reads a string that must be there.
func word(value string) (s, reason string) {
	if missing(value) {
		return "", "is missing"
	}
	s, ok := text(value)
	if !ok {
		return "", "must be a string"
	}
	return s, ""
}

// truth reads true or false; false if it is missing.
func truth(value string) (told bool, reason string) {
	switch {
	case value == "true":
		return true, ""
	case value == "false", missing(value):
		return false, ""
	default:
		return false, "must be true or false"
	}
}

func isJSON(value string) bool {
	s, ok := text(value)
	if !ok {
		return false
	}
	if s == "application/json" {
		return true
	}
	media, _, err := mime.ParseMediaType(s)
	return err == nil && (media == "application/json" || strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json"))
}

// noType says that there is no such type, and what would do.
func noType(name string) string {
	family := Type(name).Family()
	var steps []string
	for i := range table {
		if table[i].typ.Family() == family {
			steps = append(steps, string(table[i].typ))
		}
	}
	if steps != nil {
		return fmt.Sprintf("%q is unknown: there are %s", short(name), strings.Join(steps, ", "))
	}
	families := make([]string, 0, 8)
	for _, f := range Families() {
		families = append(families, string(f)+".…")
	}
	return fmt.Sprintf("%q is unknown: there are %s", short(name), strings.Join(families, ", "))
}

// short cuts a name to 64 characters, so that an answer stays small.
func short(name string) string {
	n := 0
	for i := range name {
		if n == 64 {
			return name[:i] + "…"
		}
		n++
	}
	return name
}
