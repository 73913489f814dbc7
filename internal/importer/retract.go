package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/event"
)

// wholly is the type of what a snapshot leaves behind: on a day the source told all its facts of the type that is its
// subject.
const wholly event.Type = "source.snapshot"

// retract takes back what the source no longer tells, by the rules of [snapshot], and says in the result what it did.
func (i *Import) retract(ctx context.Context, s *snapshot, result *Result) error {
	switch {
	case result.Total() == 0:
		result.Kept = "no fact was taken from it, and a broken export is likelier than an office without cases"
		return nil
	case s.mixed:
		result.Kept = "its rows name more than one recorded day, and a snapshot has one"
		return nil
	}
	result.Kept = s.fault
	r := &recall{Import: i, file: s, result: result}
	if s.fault == "" && len(s.unread) == 0 {
		if err := r.mark(ctx); err != nil {
			return err
		}
	}
	// Asked after the mark was sent, so that of two imports at once one at least sees the other.
	later, err := r.later(ctx)
	if err != nil {
		return err
	}
	if s.fault == "" {
		if err := r.gone(ctx); err != nil {
			return err
		}
	}
	for _, day := range slices.Sorted(maps.Keys(later)) {
		if err := r.goneLater(ctx, time.UnixMilli(day), later[day]); err != nil {
			return err
		}
	}
	return nil
}

// recall sends what takes facts back. In a dry run it only counts them.
type recall struct {
	*Import
	file   *snapshot
	result *Result
	batch  Batch
}

// mark says that all was told on the day.
func (r *recall) mark(ctx context.Context) error {
	data, err := json.Marshal(map[string]event.Family{"family": r.Mapping.family})
	if err != nil {
		return err
	}
	for _, typ := range r.file.types {
		if err := r.add(ctx, &Fact{Type: wholly, Subject: string(typ), Time: r.file.day, Recorded: r.file.day, Data: data}); err != nil {
			return err
		}
	}
	return r.flush(ctx)
}

// later finds for each type the next day on which all was told: days, as Unix time in milliseconds, with their types.
func (r *recall) later(ctx context.Context) (map[int64][]event.Type, error) {
	next := map[event.Type]time.Time{}
	err := r.Facts(ctx, Question{Family: event.Source, Source: r.Mapping.source}, func(f *Fact) error {
		typ := event.Type(f.Subject)
		known, there := next[typ]
		if f.Type == wholly && !f.Retracted && f.Time.After(r.file.day) && (!there || f.Time.Before(known)) {
			next[typ] = f.Time
		}
		return nil
	})
	days := map[int64][]event.Type{}
	for _, typ := range r.file.types {
		if day, there := next[typ]; there {
			days[day.UnixMilli()] = append(days[day.UnixMilli()], typ)
		}
	}
	return days, err
}

// gone retracts what stood before the day and was not told on it.
func (r *recall) gone(ctx context.Context) error {
	err := r.until(ctx, r.file.day, func(f *Fact) error {
		switch {
		case f.Retracted, r.file.told[f.Type] == nil, r.file.tells(f):
			return nil
		case !f.Recorded.Before(r.file.day):
			r.result.Others++
			return nil
		case r.file.unread[f.Subject]:
			return nil
		}
		return r.take(ctx, f, r.file.day)
	})
	if err != nil {
		return err
	}
	return r.flush(ctx)
}

// goneLater retracts what the file tells of some types and a later day, on which all of them was told, does not.
func (r *recall) goneLater(ctx context.Context, day time.Time, types []event.Type) error {
	unknown := 0
	for _, typ := range types {
		unknown += len(r.file.told[typ])
	}
	err := r.until(ctx, day, func(f *Fact) error {
		if !slices.Contains(types, f.Type) || !r.file.tells(f) {
			return nil
		}
		unknown--
		taken := f.Retracted && !f.Recorded.Before(r.file.day)
		if taken || !f.Recorded.Before(day) {
			return nil
		}
		return r.take(ctx, f, day)
	})
	if err != nil {
		return err
	}
	if r.DryRun {
		r.result.Retracted += unknown // they would be there by now
	}
	return r.flush(ctx)
}

// until calls each with what counts at the end of a day.
func (r *recall) until(ctx context.Context, day time.Time, each func(*Fact) error) error {
	return r.Facts(ctx, Question{Family: r.Mapping.family, Source: r.Mapping.source, Before: r.file.dayOf(day, 1)}, each)
}

// take retracts a fact before a day, with the data it was told with.
func (r *recall) take(ctx context.Context, f *Fact, day time.Time) error {
	r.result.Retracted++
	back := *f
	back.Recorded, back.Retracted = day.Add(-time.Millisecond), true
	return r.add(ctx, &back)
}

// add sends a fact with others.
func (r *recall) add(ctx context.Context, f *Fact) error {
	if r.DryRun {
		return nil
	}
	line, err := r.Mapping.structured(f)
	if err != nil {
		return err
	}
	r.batch.Events = append(append(r.batch.Events, line...), '\n')
	r.batch.origins = append(r.batch.origins, origin{typ: f.Type, end: len(r.batch.Events)})
	if r.batch.full() {
		return r.flush(ctx)
	}
	return nil
}

func (r *recall) flush(ctx context.Context) error {
	if r.batch.Len() == 0 {
		return nil
	}
	refused, err := r.Send(ctx, &r.batch)
	if err == nil && len(refused) > 0 {
		err = fmt.Errorf("retract what %s no longer tells: the server does not take %s", r.Mapping.source, refused[0].Reason)
	}
	r.batch.reset()
	return err
}

// structured writes a fact as a CloudEvent. Its id is that of [Reader.append], with a word for what takes a fact back: on
// the day before, the same may have been told.
func (m *Mapping) structured(f *Fact) ([]byte, error) {
	word := ""
	if f.Retracted {
		word = "retracted\n"
	}
	id := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s\n%s%s", f.Type, f.Subject, f.Time.UTC().Format("2006-01-02T15:04:05.000Z"),
		f.Recorded.In(m.loc).Format(time.DateOnly), word, f.Data))
	return json.Marshal(struct {
		SpecVersion string         `json:"specversion"`
		Source      string         `json:"source"`
		Type        event.Type     `json:"type"`
		ID          string         `json:"id"`
		Subject     string         `json:"subject"`
		Time        time.Time      `json:"time"`
		Recorded    time.Time      `json:"recordedtime"`
		Retracted   bool           `json:"retracted,omitzero"`
		Data        jsontext.Value `json:"data"`
	}{"1.0", m.source, f.Type, hex.EncodeToString(id[:]), f.Subject, f.Time, f.Recorded, f.Retracted, f.Data})
}
