package byhand

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/event"
)

// State says what an entry is, beside what is known already.
type State string

// The states of entries.
const (
	// Fresh is told for the first time.
	Fresh State = "new"
	// Same is known already, word for word; it is not sent.
	Same State = "same"
	// Changed says something else of what happened then.
	Changed State = "changed"
	// Moved says that it happened at another time; what was told before is taken back.
	Moved State = "moved"
)

// Entry is an event that somebody enters.
type Entry struct {
	Type    event.Type
	Subject string
	Time    time.Time
	// Data is canonical JSON.
	Data  []byte
	State State
	// Was are the times at which the same was told to have happened before, of what was moved.
	Was []time.Time
}

// telling is an entry on its way: told at an instant, or taken back then.
type telling struct {
	typ       event.Type
	subject   string
	time      time.Time
	data      []byte
	retracted bool
}

// tellings are what must be sent for an entry.
func (e *Entry) tellings() []telling {
	if e.State == Same {
		return nil
	}
	all := []telling{{e.Type, e.Subject, e.Time, e.Data, false}}
	for _, was := range e.Was {
		all = append(all, telling{e.Type, e.Subject, was, e.Data, true})
	}
	return all
}

// line writes a telling as an event, made at an instant by a source. Its id is of all of that: entered again later it is
// another record, so that a correction of a correction counts.
func (t *telling) line(source string, recorded time.Time) []byte {
	const instant = "2006-01-02T15:04:05.000Z"
	at, made := t.time.UTC().Format(instant), recorded.UTC().Format(instant)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s\n%t\n%s", t.typ, t.subject, at, made, t.retracted, t.data))
	written, err := json.Marshal(struct {
		Specversion  string         `json:"specversion"`
		Source       string         `json:"source"`
		Type         event.Type     `json:"type"`
		ID           string         `json:"id"`
		Subject      string         `json:"subject"`
		Time         string         `json:"time"`
		Recordedtime string         `json:"recordedtime"`
		Retracted    bool           `json:"retracted,omitzero"`
		Data         jsontext.Value `json:"data"`
	}{"1.0", source, t.typ, hex.EncodeToString(sum[:]), t.subject, at, made, t.retracted, t.data})
	if err != nil {
		panic("BUG: an entry is no JSON: " + err.Error())
	}
	return append(written, '\n')
}
