package byhand

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"tiendo/internal/auth"
	"tiendo/internal/event"
)

// Options are what a desk needs. All are required.
type Options struct {
	// Deliver brings events, one a line, into the collector for somebody. When it returns without an error, all that were not
	// refused are on disk.
	Deliver func(who *auth.Token, lines []byte) ([]Refused, error)
	// Known reads all that was told of some cases of a family, also what was delivered just now.
	Known func(ctx context.Context, family event.Family, subjects []string) (map[string][]event.Event, error)
	// Recent reads the newest records of a source, the newest first, with what was delivered just now.
	Recent func(ctx context.Context, source string, families []event.Family, limit int) ([]event.Event, error)
	// Opaque hides the name of a person whom a provider vouches for, who has no token whose name could stand in events.
	Opaque func(name string) string
	// Agencies lists those that there are now, by code; none where nobody has loaded a register.
	Agencies func() []Agency
	// Now is the clock, in the city's zone.
	Now func() time.Time
}

// Refused is an event that was not taken.
type Refused struct {
	// Index is its place among those delivered, counted from 0.
	Index         int
	Field, Reason string
}

// Desk is where people enter what no system tells. It is safe for concurrent use.
type Desk struct {
	Options
	drafts drafts
}

// New returns a desk.
func New(o Options) *Desk { return &Desk{Options: o} }

// ErrNotYours says that somebody may not tell of a family.
var ErrNotYours = errors.New("this account may not tell of that")

// known is whoever enters something, as events name them.
func (d *Desk) known(who *auth.Token) *auth.Token {
	if !strings.HasPrefix(who.Name, auth.Vouched) {
		return who
	}
	hidden := *who
	hidden.Name = auth.Vouched + d.Opaque(who.Name)
	return &hidden
}

// FormsOf are the forms that somebody may fill in.
func (d *Desk) FormsOf(who *auth.Token) []*Form {
	return slices.DeleteFunc(slices.Clone(forms), func(f *Form) bool { return !who.Tells(f.Family) })
}

// choices are the agencies that somebody can name. Who is bound to an agency tells of no other.
func (d *Desk) choices(who *auth.Token) choices {
	of := choices{all: d.Agencies()}
	of.own = of.all
	if who.Bound == "" {
		return of
	}
	of.own = []Agency{{Code: who.Bound}}
	if i := slices.IndexFunc(of.all, func(a Agency) bool { return a.Code == who.Bound }); i >= 0 {
		of.own = of.all[i : i+1]
	}
	return of
}

// Template writes the workbook that somebody fills in.
func (d *Desk) Template(w io.Writer, f *Form, who *auth.Token) error {
	return f.template(w, d.choices(who))
}

// Upload reads a filled template and keeps what it tells until it is confirmed. Nothing is sent. name is the file's. Its error
// is ErrNotYours, a [*FileError], ctx's, or says that what is known already could not be read.
func (d *Desk) Upload(ctx context.Context, who *auth.Token, f *Form, name string, content []byte) (*Draft, error) {
	if !who.Tells(f.Family) {
		return nil, ErrNotYours
	}
	who = d.known(who)
	now := d.Now()
	rows, err := f.read(ctx, content, who, d.choices(who), now)
	if err != nil {
		return nil, err
	}
	draft := &Draft{Form: f, File: name, Rows: rows, owner: nameOf(who), made: now}
	if err := d.compare(ctx, draft); err != nil {
		return nil, err
	}
	d.drafts.keep(draft)
	return draft, nil
}

// compare holds what a draft tells against what is known already.
func (d *Desk) compare(ctx context.Context, draft *Draft) error {
	var subjects []string
	for _, row := range draft.Rows {
		if row.Taken() {
			subjects = append(subjects, row.Subject)
		}
	}
	if len(subjects) == 0 {
		return nil
	}
	known, err := d.Known(ctx, draft.Form.Family, subjects)
	if err != nil {
		return err
	}
	for _, row := range draft.Rows {
		if !row.Taken() {
			continue
		}
		h := historyOf(known[row.Subject])
		draft.after(h.newest())
		if err := draft.Form.collision(h, &row.Entries[0]); err != nil {
			row.Faults, row.Entries = Faults{*err}, nil
			continue
		}
		for i := range row.Entries {
			h.place(&row.Entries[i], true)
		}
	}
	return nil
}

// collision refuses an opening under a code that a case of another agency or of a system has already: the two would become
// one case.
func (f *Form) collision(h history, opening *Entry) *Fault {
	known := h.opening(f)
	if known == nil || f.Composed() {
		return nil
	}
	then, err := known.Fields()
	if err != nil {
		panic("BUG: an event that was taken cannot be read: " + err.Error())
	}
	now, err := (&event.Event{Data: opening.Data}).Fields()
	if err != nil {
		panic("BUG: an entry cannot be read: " + err.Error())
	}
	switch {
	case !Manual(known.Source):
		return &Fault{Says: Text{
			"Mã này là của một vụ việc do hệ thống khác gửi về. Nếu là vụ việc khác, hãy đặt mã khác; nếu chính là nó, hãy sửa ở hệ thống ấy.",
			"A system tells of a case of this code. If yours is another case, give it another code; if it is the same, correct it in that system.",
		}}
	case then.Agency != now.Agency:
		return &Fault{Says: Text{
			"Mã này đã dùng cho vụ việc của " + then.Agency + ". Hãy đặt mã khác, chẳng hạn " + now.Agency + "/…; nếu lần trước ghi nhầm cơ quan, hãy thu hồi bản ghi ấy trước.",
			"This code is that of a case of " + then.Agency + ". Give yours another, such as " + now.Agency + "/…; if the agency was wrong before, take that record back first.",
		}}
	}
	return nil
}

// deliver sends tellings as made at one instant, later than all that is known of their cases.
func (d *Desk) deliver(who *auth.Token, all []telling, after time.Time) ([]Refused, error) {
	recorded := d.Now().Truncate(time.Millisecond)
	if !recorded.After(after) {
		recorded = after.Add(time.Millisecond)
	}
	var lines bytes.Buffer
	for i := range all {
		lines.Write(all[i].line(Source(who), recorded))
	}
	return d.Deliver(who, lines.Bytes())
}

// deliverAll is deliver for what goes together: one that is refused is an error, a [Faults].
func (d *Desk) deliverAll(who *auth.Token, all []telling, after time.Time) error {
	refused, err := d.deliver(who, all, after)
	if err == nil && len(refused) > 0 {
		return Faults{whole("Máy chủ không nhận: "+refused[0].Reason, "The server did not take it: "+refused[0].Reason)}
	}
	return err
}
