package publication

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"tiendo/internal/ranking"
	"tiendo/internal/seal"
)

// Kind says what a record is, and in which form. 2026-11-26: version 1.
const Kind = "tiendo.ranking/1"

// State says whether a ranking may still change by what it was made of.
type State string

// The states. A provisional ranking is followed by a final one, which names it.
const (
	Provisional State = "provisional"
	Final       State = "final"
)

// Record is what is sealed of a ranking: whoever has it can compute points and ranks again.
type Record struct {
	Kind string `json:"kind"`
	// Made is when the ranking was computed and this record written.
	Made  time.Time `json:"made"`
	State State     `json:"state"`
	// Obstacles are what stood against publishing, and Although why it was published all the same.
	Obstacles []Obstacle `json:"obstacles"`
	Although  string     `json:"although,omitzero"`
	// Corrects is the publication that this one takes the place of; nil for the first of a method and period.
	Corrects  *Correction `json:"corrects"`
	Method    Method      `json:"method"`
	Watermark Watermark   `json:"watermark"`
	// Ranking is the result, with the inputs that it was made of: figures with their numerators and denominators, assessments,
	// agencies, versions of registers, and the last block of the books.
	Ranking *ranking.Result `json:"ranking"`
}

// Watermark is up to where facts are booked that a ranking is of: of each collector the last entry of its log, and the version of
// the rules by which open cases were judged. Up to a block the books are what those facts say.
type Watermark struct {
	Block   uint64            `json:"block"`
	Entries map[string]uint64 `json:"entries"`
	Rules   uint64            `json:"rules"`
}

// Method is a method file, whole.
type Method struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	// SHA256 is that of Source, in hexadecimal digits.
	SHA256 string `json:"sha256"`
	Source string `json:"source"`
}

// Correction names a publication that another one takes the place of.
type Correction struct {
	Number int64 `json:"number"`
	// SHA256 is that of its record, in hexadecimal digits.
	SHA256 string `json:"sha256"`
	// Reason is why, in the publisher's words.
	Reason string `json:"reason"`
	// Changes are the agencies whose points or rank are others than in it, by group and rank.
	Changes []Changed `json:"changes"`
}

// Changed is an agency that a correction moves. A rank is nil where it has none; Before or After is nil where it was not there.
type Changed struct {
	Agency string    `json:"agency"`
	Before *Position `json:"before"`
	After  *Position `json:"after"`
}

// Position is where an agency stood.
type Position struct {
	Points float64 `json:"points"`
	Rank   *int    `json:"rank"`
}

// canonical writes r as it is sealed.
func (r *Record) canonical() ([]byte, error) { return seal.Canonical(r) }

// ParseRecord reads a record. It must hold together: points and ranks are those that the method makes of the inputs.
func ParseRecord(raw []byte) (*Record, error) {
	var r Record
	if err := json.Unmarshal(raw, &r, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	if r.Kind != Kind {
		return nil, fmt.Errorf("the record is of the kind %q; this program knows %s", r.Kind, Kind)
	}
	if r.Ranking == nil {
		return nil, errors.New("the record holds no ranking")
	}
	return &r, nil
}

// Read reads the method that a record was made by.
func (m *Method) Read() (*ranking.Method, error) {
	sum := sha256.Sum256([]byte(m.Source))
	if got := hex.EncodeToString(sum[:]); got != m.SHA256 {
		return nil, fmt.Errorf("the method's SHA-256 is %s, not %s as the record says", got, m.SHA256)
	}
	method, err := ranking.Read([]byte(m.Source))
	if err != nil {
		return nil, fmt.Errorf("the method of the record can't be read any more: %w", err)
	}
	if method.ID != m.ID || method.Version != m.Version {
		return nil, fmt.Errorf("the method is %s %s, not %s %s as the record says", method.ID, method.Version, m.ID, m.Version)
	}
	return method, nil
}

// hashOf is the SHA-256 of a record, in hexadecimal digits.
func hashOf(record []byte) string {
	sum := sha256.Sum256(record)
	return hex.EncodeToString(sum[:])
}
