package collector

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/auth"
	"tiendo/internal/event"
)

// refusal is one event that was not taken, as the answer tells it.
type refusal struct {
	// Index is the event's place in the request, counted from 0.
	Index int `json:"index"`
	// Line is the line of an NDJSON body, counted from 1.
	Line   int    `json:"line,omitzero"`
	ID     string `json:"id"`
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

// intake gathers what a body holds.
type intake struct {
	token    *auth.Token
	decoder  event.Decoder
	now      time.Time
	entry    *entryWriter
	index    int
	refused  []refusal
	assessed []assessed
	// forbidden counts the refused that the token may not tell.
	forbidden int
	// taken and lost count events by family, lost ones of no known type under the empty one.
	taken, lost map[event.Family]int
	// erased says whether nothing more is taken of a case; late counts the events that were refused for it.
	erased func(event.Family, string) bool
	late   int
}

// fault is a body that is not what it says it is; nothing of it is taken.
type fault struct {
	index  int
	field  string // an attribute whose header is at fault; empty if it is the body
	reason string
}

func (f *fault) Error() string { return f.reason }

var doubledNames = jsontext.AllowDuplicateNames(true) // refused event by event, not with the whole body

// read takes a body apart. Its error is a *fault or errTooMany.
func (in *intake) read(m mode, h http.Header, content []byte) error {
	switch m {
	case structured:
		if !jsontext.Value(content).IsValid(doubledNames) {
			return &fault{reason: "the body " + notJSON(content)}
		}
		if bytes.HasPrefix(bytes.TrimSpace(content), []byte("[")) {
			return &fault{reason: "the body is an array; several events have the type application/cloudevents-batch+json"}
		}
		return in.take(content, 0)
	case batch:
		return in.readBatch(content)
	case ndjson:
		return in.readLines(content)
	case binaryMode:
		value, err := fromHeaders(h, content)
		if err != nil {
			return err
		}
		return in.take(value, 0)
	default:
		panic("BUG: a mode without a reader")
	}
}

func (in *intake) readBatch(content []byte) error {
	fail := func(reason string) error { return &fault{index: in.index, reason: "the body " + reason} }
	r := jsontext.NewDecoder(bytes.NewBuffer(content), doubledNames)
	switch r.PeekKind() {
	case '[':
	case '{':
		return fail("is not a JSON array of events; one event alone has the type application/cloudevents+json")
	default:
		return fail("is not a JSON array of events: it " + notJSON(content))
	}
	if _, err := r.ReadToken(); err != nil {
		return fail("is not JSON: " + broken(content, err))
	}
	for r.PeekKind() != ']' {
		value, err := r.ReadValue()
		if err != nil {
			return fail("is not JSON: " + broken(content, err))
		}
		if err := in.take(value, 0); err != nil {
			return err
		}
	}
	if _, err := r.ReadToken(); err != nil {
		return fail("is not JSON: " + broken(content, err))
	}
	if _, err := r.ReadToken(); !errors.Is(err, io.EOF) {
		return fail("has more than one JSON array")
	}
	return nil
}

func (in *intake) readLines(content []byte) error {
	for line := 1; len(content) > 0; line++ {
		text := content
		if end := bytes.IndexByte(content, '\n'); end >= 0 {
			text, content = content[:end], content[end+1:]
		} else {
			content = nil
		}
		if text = bytes.TrimSpace(text); len(text) == 0 {
			continue
		}
		if !jsontext.Value(text).IsValid(doubledNames) {
			if in.index == maxEvents {
				return errTooMany
			}
			in.lost[""]++
			in.refuse(refusal{Line: line, Reason: notJSON(text)})
			in.index++
			continue
		}
		if err := in.take(text, line); err != nil {
			return err
		}
	}
	return nil
}

// take reads one event and puts it into the entry, or among the refused.
func (in *intake) take(value jsontext.Value, line int) error {
	if in.index == maxEvents {
		return errTooMany
	}
	e, err := in.decoder.Decode(value, in.now)
	why, forbidden := in.verdict(&e, err)
	if why == nil && in.erased(e.Type.Family(), e.Subject) {
		in.late++
		why = &event.Error{ID: e.ID, Type: e.Type, Field: "subject", Reason: "the case was erased, by law or for its age: nothing more is taken of it"}
	}
	if why == nil {
		in.entry.add(&e)
		in.taken[e.Type.Family()]++
		if e.Type.Family() == event.Assessment {
			in.assess(&e)
		}
	} else {
		in.lost[why.Type.Family()]++
		in.refuse(refusal{Line: line, ID: why.ID, Field: why.Field, Reason: why.Reason})
	}
	if forbidden {
		in.forbidden++
	}
	in.index++
	return nil
}

func (in *intake) refuse(r refusal) {
	r.Index = in.index
	in.refused = append(in.refused, r)
}

// fromHeaders makes a structured event of one in binary mode: attributes in ce- headers, data in the body (CloudEvents
// HTTP binding 1.0, §3.1).
func fromHeaders(h http.Header, content []byte) (jsontext.Value, error) {
	data := jsontext.Value(content)
	if len(bytes.TrimSpace(content)) == 0 {
		data = jsontext.Value("null")
	}
	if !data.IsValid(doubledNames) {
		return nil, &fault{reason: "the body " + notJSON(content)}
	}
	value := []byte{'{'}
	for name, values := range h {
		attribute, ok := strings.CutPrefix(name, "Ce-")
		if !ok {
			continue
		}
		attribute = strings.ToLower(attribute)
		for _, v := range values { // more than one is a doubled attribute, which is refused
			text, err := url.PathUnescape(unquoted(v))
			if err != nil || !utf8.ValidString(text) {
				return nil, &fault{field: attribute, reason: "the header ce-" + attribute + " is not percent-encoded UTF-8"}
			}
			if value, err = jsontext.AppendQuote(value, attribute); err != nil {
				return nil, &fault{reason: "a ce- header is not UTF-8"}
			}
			value = append(value, ':')
			if attribute == "retracted" && (text == "true" || text == "false") {
				value = append(value, text...)
			} else if value, err = jsontext.AppendQuote(value, text); err != nil {
				return nil, &fault{field: attribute, reason: "the header ce-" + attribute + " is not UTF-8"}
			}
			value = append(value, ',')
		}
	}
	return append(append(append(value, `"data":`...), data...), '}'), nil
}

// unquoted undoes the quoting of a header value. Older senders write "1" for 1, and the binding has readers undo that before
// the percent-encoding (§3.1.3.2).
func unquoted(v string) string {
	if len(v) < 2 || v[0] != '"' || v[len(v)-1] != '"' {
		return v
	}
	inner := v[1 : len(v)-1]
	plain := make([]byte, 0, len(inner))
	for i := 0; i < len(inner); i++ {
		switch {
		case inner[i] == '"':
			return v // this quote ends the string, or is none
		case inner[i] == '\\' && i+1 == len(inner):
			return v // the last quote is a quoted one
		case inner[i] == '\\':
			i++
		}
		plain = append(plain, inner[i])
	}
	return string(plain)
}
