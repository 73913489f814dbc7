package kpi

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tiendo/internal/booking"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// Assessed is what was said of one criterion of one agency for one period; what was not said is nil.
type Assessed struct {
	Agency, Criterion string
	Claimed, Verified *Said
}

// Said is points that somebody gave. At is when that was recorded.
type Said struct {
	Points           float64
	Evidence, Reason string
	At               time.Time
}

// asserted is a fact of an assessment, by the record that counts.
type asserted struct {
	event event.Event
	data  event.Data
}

// after says whether a counts rather than other: the last recorded, a tie goes to the later time, then to the greater data.
func (a *asserted) after(other *asserted) bool {
	return cmp.Or(a.event.Recorded.Compare(other.event.Recorded), a.event.Time.Compare(other.event.Time), bytes.Compare(a.event.Data, other.event.Data)) > 0
}

// Assessed returns what was claimed and verified for a period, by agency and criterion: of everything that stands the last
// recorded counts (rule 1). An agency claims for itself only, and no agency verifies (rule 8). before leaves out what arrived
// later; the zero Time leaves out nothing.
func (b *Books) Assessed(ctx context.Context, period string, before time.Time) ([]Assessed, error) {
	type key struct {
		agency, criterion string
		typ               event.Type
	}
	last := map[key]*asserted{}
	err := booking.EachCase(ctx, b.Conn, event.Assessment, func(_ string, events []event.Event) error {
		if !before.IsZero() {
			events = slices.DeleteFunc(events, func(e event.Event) bool { return e.Arrival.After(before) })
		}
		for _, e := range lifecycle.LastRecords(events, time.Time{}) {
			data, err := e.Fields()
			if err != nil {
				return err
			}
			stranger := e.Bound != "" && (e.Bound != data.Agency || e.Type == "assessment.verified")
			if e.Retracted || data.Period != period || stranger {
				continue
			}
			k, a := key{data.Agency, data.Criterion, e.Type}, &asserted{e, data}
			if known := last[k]; known == nil || a.after(known) {
				last[k] = a
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the assessments of %s: %w", period, err)
	}
	byBoth := map[[2]string]*Assessed{}
	for k, a := range last {
		both := [2]string{k.agency, k.criterion}
		if byBoth[both] == nil {
			byBoth[both] = &Assessed{Agency: k.agency, Criterion: k.criterion}
		}
		said := &Said{a.data.Points, a.data.Evidence, a.data.Reason, a.event.Recorded.In(b.Zone)}
		if k.typ == "assessment.verified" {
			byBoth[both].Verified = said
		} else {
			byBoth[both].Claimed = said
		}
	}
	all := make([]Assessed, 0, len(byBoth))
	for _, a := range byBoth {
		all = append(all, *a)
	}
	slices.SortFunc(all, func(x, y Assessed) int {
		return cmp.Or(strings.Compare(x.Agency, y.Agency), strings.Compare(x.Criterion, y.Criterion))
	})
	return all, nil
}
