package byhand

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"tiendo/internal/auth"
	"tiendo/internal/event"
)

// Draft is what a filled template tells, until it is confirmed.
type Draft struct {
	// ID names it in the form that confirms it.
	ID string
	// Form is of which it is, File what it was called.
	Form *Form
	File string
	Rows []*Row
	// Done says that it was confirmed, Sent how many events were taken then.
	Done bool
	Sent int

	owner  string
	made   time.Time
	known  time.Time // when the newest record of its cases was made
	answer sync.Mutex
}

// Rejected is how many rows are not taken.
func (d *Draft) Rejected() (n int) {
	for _, row := range d.Rows {
		if !row.Taken() {
			n++
		}
	}
	return n
}

// Count is how many entries are in a state.
func (d *Draft) Count(s State) (n int) {
	for _, row := range d.Rows {
		for i := range row.Entries {
			if row.Entries[i].State == s {
				n++
			}
		}
	}
	return n
}

// Waiting is how many events confirming it would send.
func (d *Draft) Waiting() int { return len(d.tellings()) }

func (d *Draft) tellings() (all []telling) {
	for _, row := range d.Rows {
		for i := range row.Entries {
			all = append(all, row.Entries[i].tellings()...)
		}
	}
	return all
}

// after notes that something was recorded at an instant.
func (d *Draft) after(at time.Time) {
	if at.After(d.known) {
		d.known = at
	}
}

// drafts keeps those that wait, and those that were confirmed a little while ago.
type drafts struct {
	mu  sync.Mutex
	all []*Draft // the newest last
}

// What is kept of drafts.
const (
	mostDrafts = 64
	mostRows   = 20_000 // of all together
	keptDraft  = 2 * time.Hour
)

// ErrGone says that a draft is not there: nobody, or somebody else, has made it, or it was too long ago.
var ErrGone = errors.New("there is no such upload any more: upload the file again")

// keep keeps a draft and lets go of old ones.
func (d *drafts) keep(draft *Draft) {
	draft.ID = rand.Text()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = append(d.all, draft)
	rows, from := 0, len(d.all)
	for from > 0 && len(d.all)-from < mostDrafts && rows+len(d.all[from-1].Rows) <= mostRows && draft.made.Sub(d.all[from-1].made) < keptDraft {
		from--
		rows += len(d.all[from].Rows)
	}
	d.all = append([]*Draft(nil), d.all[from:]...)
}

func (d *drafts) find(id, owner string, now time.Time) *Draft {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, draft := range d.all {
		if draft.ID == id && draft.owner == owner && now.Sub(draft.made) < keptDraft {
			return draft
		}
	}
	return nil
}

// Confirm sends what a draft tells. Confirmed again, it sends nothing and returns what was done. Its error is ErrGone,
// ErrNotYours, that of what is known already, or the collector's: then nothing was sent, and the same may be tried again.
func (d *Desk) Confirm(ctx context.Context, who *auth.Token, id string) (draft *Draft, again bool, err error) {
	who = d.known(who)
	draft = d.drafts.find(id, nameOf(who), d.Now())
	if draft == nil {
		return nil, false, ErrGone
	}
	if !who.Tells(draft.Form.Family) {
		return nil, false, ErrNotYours
	}
	draft.answer.Lock()
	defer draft.answer.Unlock()
	if draft.Done {
		return draft, true, nil
	}
	// Meanwhile somebody may have entered the same.
	if err := d.compare(ctx, draft); err != nil {
		return draft, false, err
	}
	all := draft.tellings()
	refused, err := d.deliver(who, all, draft.known)
	if err != nil {
		return draft, false, err
	}
	draft.Done, draft.Sent = true, len(all)-len(refused)
	draft.refuse(all, refused)
	return draft, false, nil
}

// refuse notes at its row what was not taken after all.
func (d *Draft) refuse(all []telling, refused []Refused) {
	for _, r := range refused {
		for _, row := range d.Rows {
			if row.Subject == all[r.Index].subject && len(row.Entries) > 0 {
				why := &event.Error{Field: r.Field, Reason: r.Reason}
				row.Faults = append(row.Faults, whole("Máy chủ không nhận: "+why.Error(), "The server did not take it: "+why.Error()))
				break
			}
		}
	}
}
