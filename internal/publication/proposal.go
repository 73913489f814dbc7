package publication

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/disk"
)

// Proposal is what waits for a second person: the record as it will be sealed, byte for byte.
type Proposal struct {
	// SHA256 is that of the record, by which it is confirmed.
	SHA256 string `json:"sha256"`
	Method string `json:"method"`
	Period string `json:"period"`
	// By is who has asked to publish it, Made when.
	By     string    `json:"by"`
	Made   time.Time `json:"made"`
	Record string    `json:"record"`
}

// Waiting is what waits for a second person, the newest first. What was sealed waits no longer, though a kill or a full disk may have
// kept the file from saying so. The slice is the caller's.
func (p *Publications) Waiting() []Proposal {
	p.mu.RLock()
	defer p.mu.RUnlock()
	all := slices.DeleteFunc(slices.Clone(p.waiting), func(w Proposal) bool {
		return slices.ContainsFunc(p.entries, func(e Entry) bool { return e.SHA256 == w.SHA256 })
	})
	slices.Reverse(all)
	return all
}

// Withdraw forgets what waits under a SHA-256; false if nothing does.
func (p *Publications) Withdraw(sha256 string) (bool, error) {
	p.publishing.Lock()
	defer p.publishing.Unlock()
	waits, ok := p.proposal(sha256)
	if !ok {
		return false, nil
	}
	return true, p.drop(waits.Method, waits.Period)
}

func (p *Publications) proposal(sha256 string) (Proposal, bool) {
	for _, w := range p.Waiting() {
		if w.SHA256 == sha256 {
			return w, true
		}
	}
	return Proposal{}, false
}

// keep keeps a proposal; of one method and period the last counts.
func (p *Publications) keep(next Proposal) error {
	return p.rewrite(func(w Proposal) bool { return w.Method != next.Method || w.Period != next.Period }, next)
}

func (p *Publications) drop(method, period string) error {
	return p.rewrite(func(w Proposal) bool { return w.Method != method || w.Period != period })
}

func (p *Publications) rewrite(stays func(Proposal) bool, more ...Proposal) error {
	all := []Proposal{}
	for _, w := range p.waiting {
		if stays(w) {
			all = append(all, w)
		}
	}
	all = append(all, more...)
	raw, err := json.Marshal(proposalsFile{proposalsVersion, all}, jsontext.Multiline(true))
	if err != nil {
		panic("BUG: proposals are no JSON: " + err.Error())
	}
	if err := disk.Replace(p.proposals(), append(raw, '\n')); err != nil {
		return fmt.Errorf("keep what waits for a second person: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = all
	return nil
}

// proposalsVersion is the form of the file. 2026-11-26: version 1.
const proposalsVersion = 1

type proposalsFile struct {
	Version   int        `json:"version"`
	Proposals []Proposal `json:"proposals"`
}

func (p *Publications) proposals() string { return filepath.Join(p.Folder, "proposals.json") }

// readProposals reads what waits; nothing if there is no file. What was changed since it was written is refused, for it would be
// sealed.
func readProposals(path string) ([]Proposal, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var told proposalsFile
	if err == nil {
		err = json.Unmarshal(raw, &told, json.RejectUnknownMembers(true))
	}
	if err == nil && told.Version != proposalsVersion {
		err = fmt.Errorf("it is of version %d, not %d", told.Version, proposalsVersion)
	}
	for _, w := range told.Proposals {
		if hashOf([]byte(w.Record)) != w.SHA256 {
			err = fmt.Errorf("what waits of %s %s was changed", w.Method, w.Period)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read what waits for a second person, %s: %w; restore the file from a backup, or move it away and ask to publish again", path, err)
	}
	return told.Proposals, nil
}
