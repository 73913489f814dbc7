package kpi

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tiendo/internal/booking"
	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// book is whose openings of which day are counted: those of one agency, or of all, that one source tells.
type book struct{ source, agency, day string }

// tally is how many openings of a family a source itself counts.
type tally struct {
	book
	family event.Family
	count  int64
}

// stated is what sources state, as far as it was stored when it was read.
type stated struct {
	// records and newest tell whether anything was stored since.
	records uint64
	newest  time.Time
	// upTo are the tallies by the day up to which the books know; "" for now.
	upTo map[string][]tally
}

// keptDays is of how many days of the books tallies are remembered.
const keptDays = 4

// stated returns what sources state. They state a count a day, and questions are asked every second: where a booker tells whether anything came
// that may be one, nothing is asked until then.
func (b *Books) stated(ctx context.Context) (*stated, error) {
	beside, told := b.Ledger.Beside()
	b.mu.Lock()
	known, at := b.tallied, b.talliedAt
	b.mu.Unlock()
	if known != nil && told && at == beside {
		return known, nil
	}
	now := stated{upTo: map[string][]tally{}}
	err := b.Conn.QueryRow(ctx, "SELECT count(), max(arrival) FROM events WHERE family = 'source' AND type = 'source.tally'").Scan(&now.records, &now.newest)
	if err != nil {
		return nil, fmt.Errorf("look for what sources state: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if known := b.tallied; known == nil || known.records != now.records || !known.newest.Equal(now.newest) {
		b.tallied = &now
	}
	b.talliedAt = beside
	return b.tallied, nil
}

// addCompleteness says of each answer how complete it is. Where no source ever stated a count, nothing more is asked.
func (b *Books) addCompleteness(ctx context.Context, stated *stated, queries []Query, figures []Figure) error {
	if stated.records == 0 {
		return nil
	}
	known := map[string]*Stated{}
	for i, q := range queries {
		d, _ := ByID(q.ID)
		families := d.Families()
		if len(families) != 1 {
			continue
		}
		key := fmt.Sprint(families, q.Period, q.Where["agency"], q.AsOf)
		made, asked := known[key]
		if !asked {
			all, err := b.tallies(ctx, stated, q.AsOf)
			if err != nil {
				return err
			}
			if made, err = b.completeness(ctx, families[0], q, all); err != nil {
				return err
			}
			known[key] = made
		}
		if made != nil {
			share := made.Share()
			figures[i].Completeness, figures[i].CompletenessOf = &share, made
		}
	}
	return nil
}

// completeness returns, for the questions of one family and period, openings received ÷ openings that sources state, over
// the days that have a statement (CONTRACT §4); nil where no source states any. Where a source states how many it has of a day
// and how many of those are an agency's, the agency's are within the whole and count once.
func (b *Books) completeness(ctx context.Context, family event.Family, q Query, all []tally) (*Stated, error) {
	last, agencies := q.Period.End.Add(-1).Format("2006-01-02"), q.Where["agency"]
	stated := slices.DeleteFunc(slices.Clone(all), func(t tally) bool {
		return t.family != family || t.day < q.Period.First || t.day > last || len(agencies) > 0 && !slices.Contains(agencies, t.agency)
	})
	if len(stated) == 0 {
		return nil, nil
	}
	received, err := b.openings(ctx, family, q)
	if err != nil {
		return nil, err
	}
	whole := map[book]bool{}
	for _, t := range stated {
		whole[t.book] = t.agency == ""
	}
	var got, want int64
	for _, t := range stated {
		if t.agency != "" && whole[book{source: t.source, day: t.day}] {
			continue
		}
		want += t.count
		got += received[t.book]
	}
	if want == 0 {
		return nil, nil
	}
	return &Stated{got, want}, nil
}

// tallies returns all that sources state, up to the end of a day or, if it is "", until now.
func (b *Books) tallies(ctx context.Context, stated *stated, asOf string) ([]tally, error) {
	b.mu.Lock()
	all, read := stated.upTo[asOf]
	b.mu.Unlock()
	if read {
		return all, nil
	}
	type of struct {
		book
		family event.Family
	}
	last := map[of]lifecycle.Report{} // of several statements of one day the last recorded
	err := booking.EachCase(ctx, b.Conn, event.Source, func(_ string, events []event.Event) error {
		events = slices.DeleteFunc(events, func(e event.Event) bool { return e.Type != "source.tally" })
		if asOf != "" {
			day, err := calendar.ParseDay(asOf)
			if err != nil {
				return err
			}
			end := day.End(b.Zone)
			events = slices.DeleteFunc(events, func(e event.Event) bool { return e.Arrival.After(end) })
		}
		if len(events) == 0 {
			return nil
		}
		bySource := map[string][]event.Event{} // each states its own count, whatever it calls it
		for _, e := range events {
			bySource[e.Source] = append(bySource[e.Source], e)
		}
		for source, told := range bySource {
			reports, err := lifecycle.Reports(told)
			if err != nil {
				return err
			}
			for _, r := range reports {
				of := of{book{source: source, agency: r.Data.Agency, day: r.Data.Day}, event.Family(r.Data.Family)}
				if known, has := last[of]; !has || !r.Recorded.Before(known.Recorded) {
					last[of] = r
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what sources state: %w", err)
	}
	for of, r := range last {
		all = append(all, tally{of.book, of.family, r.Data.Count})
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(stated.upTo) >= keptDays {
		clear(stated.upTo)
	}
	stated.upTo[asOf] = all
	return all, nil
}

// openings counts what was received by source and day, of each agency and of all.
func (b *Books) openings(ctx context.Context, family event.Family, q Query) (map[book]int64, error) {
	s := statement{families: []event.Family{family}, query: Query{Period: q.Period, AsOf: q.AsOf, By: []string{"source", "agency"}}, names: b.namesOf(q), terms: flow(lifecycle.Opened, 0, 0)}
	where, args := s.where()
	days := s.days("")
	table, n := days.from()
	rows, err := b.Conn.Query(ctx, "SELECT source, agency, toString(day), sum("+n+") FROM "+table+" WHERE "+strings.Join(append(where, days.where...), " AND ")+" GROUP BY source, agency, day", args...)
	if err != nil {
		return nil, fmt.Errorf("count openings by source: %w", err)
	}
	defer rows.Close()
	received := map[book]int64{}
	for rows.Next() {
		var of book
		var n int64
		if err := rows.Scan(&of.source, &of.agency, &of.day, &n); err != nil {
			return nil, fmt.Errorf("count openings by source: %w", err)
		}
		received[of] += n
		if of.agency != "" {
			of.agency = ""
			received[of] += n
		}
	}
	return received, rows.Err()
}
