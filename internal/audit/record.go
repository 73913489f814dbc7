package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"tiendo/internal/disk"
)

// Record is an act as it stands in the log: one line of JSON.
type Record struct {
	// Seq numbers the records from 1.
	Seq uint64 `json:"seq"`
	// Time is when it was written, UTC.
	Time   time.Time `json:"time"`
	By     string    `json:"by"`
	From   string    `json:"from,omitzero"`
	Act    string    `json:"act"`
	Object string    `json:"object,omitzero"`
	// Details are what else is known of the act.
	Details map[string]string `json:"details,omitzero"`
	// Prev is the SHA-256 of the line before, with its line feed, as 64 hexadecimal digits; zeros in the first.
	Prev string `json:"prev"`
}

// longest is how many bytes of a text are kept, for some come from outside.
const longest = 512

func recordOf(act Act, after head, now time.Time) *Record {
	r := &Record{
		Seq: after.Seq + 1, Time: now.UTC().Truncate(time.Millisecond), By: cut(act.By), From: cut(act.From),
		Act: act.Verb, Object: cut(act.Object), Prev: after.SHA256,
	}
	for _, a := range act.Details {
		if r.Details == nil {
			r.Details = make(map[string]string)
		}
		r.Details[a.Key] = cut(detail(a.Value))
	}
	return r
}

// detail writes the value of an attribute.
func detail(v slog.Value) string {
	if v.Kind() == slog.KindTime {
		return v.Time().UTC().Format(time.RFC3339)
	}
	return v.String()
}

func cut(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= longest {
		return text
	}
	end := longest
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

func (r *Record) line() []byte {
	raw, err := json.Marshal(r, json.Deterministic(true))
	if err != nil {
		panic("BUG: a record is no JSON: " + err.Error())
	}
	return append(raw, '\n')
}

// parse reads a line without its line feed.
func parse(line []byte) (*Record, error) {
	var r Record
	if err := json.Unmarshal(line, &r, json.RejectUnknownMembers(true)); err != nil {
		return nil, err
	}
	return &r, nil
}

func hashOf(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}

// head names the newest record. It stands in a file of its own, so that records that were cut off are missed.
type head struct {
	Seq    uint64 `json:"seq"`
	SHA256 string `json:"sha256"`
}

// start is before the first record.
var start = head{SHA256: strings.Repeat("0", 2*sha256.Size)}

// The files of the log.
const (
	current  = "audit.log"
	headFile = "audit.head"
)

// errNoHead says that the file of the head is no such file.
var errNoHead = errors.New("it does not name a record")

func path(data, name string) string { return filepath.Join(data, name) }

// aside is the name of a file that is full, by its first record.
func aside(first uint64) string { return fmt.Sprintf("audit-%012d.log", first) }

func (h head) write(data string) error {
	raw, err := json.Marshal(h)
	if err != nil {
		panic("BUG: a head is no JSON: " + err.Error())
	}
	return disk.Replace(path(data, headFile), append(raw, '\n'))
}

// readHead reads the head; start and an error if there is none.
func readHead(data string) (head, error) {
	raw, err := os.ReadFile(path(data, headFile))
	if err != nil {
		return start, err
	}
	var h head
	if err := json.Unmarshal(raw, &h, json.RejectUnknownMembers(true)); err != nil || h.Seq == 0 || len(h.SHA256) != 2*sha256.Size {
		return start, errNoHead
	}
	return h, nil
}

// endOfLines is where the last whole line ends.
func endOfLines(content []byte) int { return bytes.LastIndexByte(content, '\n') + 1 }

// firstOf is the number of the first record that can be read; 0 if there is none.
func firstOf(content []byte) uint64 {
	for line := range bytes.Lines(content) {
		if r, err := parse(bytes.TrimSuffix(line, []byte("\n"))); err == nil {
			return r.Seq
		}
	}
	return 0
}
