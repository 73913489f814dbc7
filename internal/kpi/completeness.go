package kpi

import (
	"context"
	"fmt"
	"slices"

	"tiendo/internal/booking"
	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// tally is how many openings a source itself counts on a day, of one agency or of all.
type tally struct {
	source, agency, day string
	count               int64
}

// addCompleteness says of each answer how complete it is. Where no source ever stated a count, nothing more is asked.
func (b *Books) addCompleteness(ctx context.Context, queries []Query, figures []Figure) error {
	var any uint8
	if err := b.Conn.QueryRow(ctx, "SELECT count() > 0 FROM (SELECT 1 FROM events WHERE family = 'source' AND type = 'source.tally' LIMIT 1)").Scan(&any); err != nil {
		return fmt.Errorf("look for what sources state: %w", err)
	}
	if any == 0 {
		return nil
	}
	known := map[string]*float64{}
	for i, q := range queries {
		d, _ := ByID(q.ID)
		families := d.Families()
		if len(families) != 1 {
			continue
		}
		key := fmt.Sprint(families, q.Period, q.Where["agency"], q.AsOf)
		share, asked := known[key]
		if !asked {
			var err error
			if share, err = b.completeness(ctx, families[0], q); err != nil {
				return err
			}
			known[key] = share
		}
		figures[i].Completeness = share
	}
	return nil
}

// completeness returns, for the questions of one family and period, openings received ÷ openings that sources state, over
// the days that have a statement (CONTRACT §4); nil where no source states any. Over 1 is a signal: a source sends what it
// does not count.
func (b *Books) completeness(ctx context.Context, family event.Family, q Query) (*float64, error) {
	stated, err := b.tallies(ctx, family, q)
	if err != nil || len(stated) == 0 {
		return nil, err
	}
	received, err := b.openings(ctx, family, q)
	if err != nil {
		return nil, err
	}
	var got, want int64
	for _, t := range stated {
		want += t.count
		got += received[tally{source: t.source, agency: t.agency, day: t.day}]
	}
	if want == 0 {
		return nil, nil
	}
	share := float64(got) / float64(want)
	return &share, nil
}

// tallies reads what sources state of the days of a question.
func (b *Books) tallies(ctx context.Context, family event.Family, q Query) ([]tally, error) {
	last := q.Period.End.Add(-1).Format("2006-01-02")
	var all []tally
	err := booking.EachCase(ctx, b.Conn, event.Source, func(_ string, events []event.Event) error {
		events = slices.DeleteFunc(events, func(e event.Event) bool { return e.Type != "source.tally" })
		if q.AsOf != "" {
			day, err := calendar.ParseDay(q.AsOf)
			if err != nil {
				return err
			}
			end := day.End(b.Calendars.Location())
			events = slices.DeleteFunc(events, func(e event.Event) bool { return e.Arrival.After(end) })
		}
		if len(events) == 0 {
			return nil
		}
		source := events[0].Source
		data, _, ok, err := lifecycle.Reported(events)
		if err != nil || !ok || data.Family != string(family) || data.Day < q.Period.First || data.Day > last {
			return err
		}
		if agencies := q.Where["agency"]; len(agencies) > 0 && !slices.Contains(agencies, data.Agency) {
			return nil
		}
		all = append(all, tally{source: source, agency: data.Agency, day: data.Day, count: data.Count})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what sources state: %w", err)
	}
	return all, nil
}

// openings counts what was received by source and day, of each agency and of all.
func (b *Books) openings(ctx context.Context, family event.Family, q Query) (map[tally]int64, error) {
	s := statement{families: []event.Family{family}, query: Query{Period: q.Period, AsOf: q.AsOf}, names: b.namesOf(q), terms: flow(lifecycle.Opened, 0, 0)}
	where, args := s.where()
	rows, err := b.Conn.Query(ctx, "SELECT source, agency, toString(day), sum(n) FROM cells WHERE "+where+" GROUP BY source, agency, day", args...)
	if err != nil {
		return nil, fmt.Errorf("count openings by source: %w", err)
	}
	defer rows.Close()
	received := map[tally]int64{}
	for rows.Next() {
		var t tally
		var n int64
		if err := rows.Scan(&t.source, &t.agency, &t.day, &n); err != nil {
			return nil, fmt.Errorf("count openings by source: %w", err)
		}
		received[t] += n
		if t.agency != "" {
			t.agency = ""
			received[t] += n
		}
	}
	return received, rows.Err()
}
