package byhand

import (
	"context"
	"errors"
	"slices"
	"time"

	"tiendo/internal/auth"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// Told is something that somebody has entered, as it counts now.
type Told struct {
	event.Event
	Form *Form
}

// mostRecent is how many records are looked through for what was entered lately.
const mostRecent = 500

// Lately returns what somebody has entered, what was entered last first, each thing once, as it was told last.
func (d *Desk) Lately(ctx context.Context, who *auth.Token) ([]Told, error) {
	var families []event.Family
	for _, f := range d.FormsOf(who) {
		families = append(families, f.Family)
	}
	if len(families) == 0 {
		return nil, nil
	}
	who = d.known(who)
	records, err := d.Recent(ctx, Source(who), families, mostRecent)
	if err != nil {
		return nil, err
	}
	type key struct {
		family  event.Family
		subject string
	}
	cases := map[key][]event.Event{}
	for i := range records {
		of := key{records[i].Type.Family(), records[i].Subject}
		cases[of] = append(cases[of], records[i])
	}
	var all []Told
	for _, f := range forms {
		for of, events := range cases {
			if of.family != f.Family {
				continue
			}
			for _, e := range lifecycle.LastRecords(events, time.Time{}) {
				all = append(all, Told{e, f})
			}
		}
	}
	slices.SortFunc(all, func(a, b Told) int {
		if a.Before(&b.Event) {
			return 1
		}
		return -1
	})
	return all, nil
}

// ErrNotThere says that somebody has told nothing like that, or has taken it back.
var ErrNotThere = errors.New("there is no such record of yours that counts")

// Find returns what somebody has told to have happened, as it counts now. Its error is ErrNotYours, ErrNotThere, or that of
// what is known.
func (d *Desk) Find(ctx context.Context, who *auth.Token, f *Form, typ event.Type, was Was) (*event.Event, error) {
	if !who.Tells(f.Family) {
		return nil, ErrNotYours
	}
	who = d.known(who)
	known, err := d.Known(ctx, f.Family, []string{was.Subject})
	if err != nil {
		return nil, err
	}
	if e := historyOf(known[was.Subject]).own(who, typ, was.Time); e != nil {
		return e, nil
	}
	return nil, ErrNotThere
}

// Retract takes back what somebody has told. With how a case began goes all else that they have told of it. It returns how
// many records were taken back. Its error is ErrNotYours, ErrNotThere, that of what is known, or the collector's: then nothing
// was taken back.
func (d *Desk) Retract(ctx context.Context, who *auth.Token, f *Form, typ event.Type, was Was) (int, error) {
	if !who.Tells(f.Family) {
		return 0, ErrNotYours
	}
	who = d.known(who)
	known, err := d.Known(ctx, f.Family, []string{was.Subject})
	if err != nil {
		return 0, err
	}
	h := historyOf(known[was.Subject])
	if h.own(who, typ, was.Time) == nil {
		return 0, ErrNotThere
	}
	var all []telling
	for i := range h.last {
		e := &h.last[i]
		if e.Source == Source(who) && !e.Retracted && (f.Opens(typ) || e.Type == typ && e.Time.Equal(was.Time)) {
			all = append(all, telling{e.Type, e.Subject, e.Time, e.Data, true})
		}
	}
	return len(all), d.deliverAll(who, all, h.newest())
}
