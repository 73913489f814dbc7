package publication

import (
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"tiendo/internal/ranking"
	"tiendo/internal/seal"
)

// Options are what publications need. All but Log, Witnesses and Known are required; these three are those of [seal.Options].
type Options struct {
	// Folder is where all of it is kept, alone.
	Folder    string
	Log       string
	Witnesses []string
	Known     func() (seal.Head, bool, error)
	Now       func() time.Time
}

// Publications are all that were published. Safe for concurrent use; one process at a time may have a folder open.
type Publications struct {
	Options
	log *seal.Log

	// publishing is held by whoever publishes, so that nothing is published twice.
	publishing sync.Mutex

	mu      sync.RWMutex
	entries []Entry
	marks   []Watermark
	// standings are where the agencies stand, by publication.
	standings [][]Placed
	waiting   []Proposal
}

// Entry is what a list says of a publication.
type Entry struct {
	// Number counts them from 1; it is that of the record in the log.
	Number int64 `json:"number"`
	// SHA256 is that of the record.
	SHA256  string        `json:"sha256"`
	Method  string        `json:"method"`
	Version string        `json:"version"`
	Titles  ranking.Names `json:"titles"`
	Period  ranking.Span  `json:"period"`
	State   State         `json:"state"`
	Made    time.Time     `json:"made"`
	// Events and Block are the watermark: how many events were known, and the last block of the books.
	Events    uint64     `json:"events"`
	Block     uint64     `json:"block"`
	Obstacles []Obstacle `json:"obstacles"`
	Although  string     `json:"although"`
	// Corrects is the number of the publication that it takes the place of, with the reason; CorrectedBy of the one that takes its.
	Corrects    *int64 `json:"corrects"`
	Reason      string `json:"reason"`
	CorrectedBy *int64 `json:"corrected_by"`
}

// Open opens what was published, or begins with nothing. Records that can't be read are left out: [Publications.Found] says why.
func Open(o Options) (*Publications, error) {
	p := &Publications{Options: o}
	var err error
	if p.log, err = seal.Open(seal.Options{Folder: filepath.Join(o.Folder, "log"), Name: o.Log, Witnesses: o.Witnesses, Known: o.Known}); err != nil {
		return nil, err
	}
	for n := int64(1); n <= p.log.Size(); n++ {
		raw, err := p.log.Record(n)
		if err != nil {
			continue // it is missing, or changed
		}
		if record, err := ParseRecord(raw); err == nil {
			p.add(n, hashOf(raw), record)
		}
	}
	if p.waiting, err = readProposals(p.proposals()); err != nil {
		return nil, err
	}
	return p, nil
}

// Found is what was found wrong with the log, a sentence each.
func (p *Publications) Found() []string { return p.log.Found() }

// Seal is the log itself: its key, its head, and what witnesses say of it.
func (p *Publications) Seal() *seal.Log { return p.log }

func (p *Publications) add(number int64, sha256 string, r *Record) Entry {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := Entry{
		Number: number, SHA256: sha256, Method: r.Method.ID, Version: r.Method.Version, Titles: r.Ranking.Method.Titles, Period: r.Ranking.Inputs.Period,
		State: r.State, Made: r.Made, Events: r.Ranking.Inputs.Events, Block: r.Ranking.Inputs.Block, Obstacles: r.Obstacles, Although: r.Although,
	}
	if r.Corrects != nil {
		e.Corrects, e.Reason = &r.Corrects.Number, r.Corrects.Reason
		for i := range p.entries {
			if p.entries[i].Number == r.Corrects.Number {
				p.entries[i].CorrectedBy = &e.Number
			}
		}
	}
	p.entries, p.marks, p.standings = append(p.entries, e), append(p.marks, r.Watermark), append(p.standings, positions(r.Ranking))
	return e
}

// Watermarks are those of all that was published, or waits to be: the books must be able to tell what they held then. The slice is
// the caller's.
func (p *Publications) Watermarks() []Watermark {
	p.mu.RLock()
	defer p.mu.RUnlock()
	all := slices.Clone(p.marks)
	for _, w := range p.waiting {
		if r, err := ParseRecord([]byte(w.Record)); err == nil {
			all = append(all, r.Watermark)
		}
	}
	return all
}

// List returns all publications, the newest first. The slice is the caller's.
func (p *Publications) List() []Entry {
	p.mu.RLock()
	defer p.mu.RUnlock()
	all := slices.Clone(p.entries)
	slices.Reverse(all)
	return all
}

// Newest is the publication that counts for a method and period: the one that no other takes the place of.
func (p *Publications) Newest(method, period string) (Entry, bool) {
	for _, e := range p.List() {
		if e.Method == method && e.Period.ID == period {
			return e, true
		}
	}
	return Entry{}, false
}

// Record reads what was published under a number.
func (p *Publications) Record(number int64) (*Record, error) {
	raw, err := p.log.Record(number)
	if err != nil {
		return nil, err
	}
	r, err := ParseRecord(raw)
	if err != nil {
		return nil, fmt.Errorf("publication %d: %w", number, err)
	}
	return r, nil
}

// File returns a publication as one file, which proves what it says: see [Verify].
func (p *Publications) File(number int64) ([]byte, error) {
	s, err := p.log.Sealed(number)
	if err != nil {
		return nil, err
	}
	return s.File(), nil
}
