package kpi

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// Quiet is an agency or a source of which nothing has been heard for longer than chance explains: figures then tell what was
// known until Since, not how things are.
type Quiet struct {
	// One of both is set.
	Agency string `json:"agency,omitzero"`
	Source string `json:"source,omitzero"`
	// Since is the city's last day on which something of it began or ended, as YYYY-MM-DD.
	Since string `json:"since"`
}

const (
	// habit is how many working days before its last show how often something is heard.
	habit = 60
	// byChance is how likely a silence may be before it is one: once in a thousand working days.
	byChance = 0.001
	// remembered is how many days back days are looked at: habit, and a silence before it is long past doubt.
	remembered = 400
)

// activity is on which days something of one agency, told by one source, began or ended.
type activity struct {
	agency, source string
	last           calendar.Day
	// days are those of the last remembered ones, in no order.
	days []calendar.Day
}

// addQuiet says of each answer, and of its rows by agency, of whom nothing was heard any more.
func (b *Books) addQuiet(ctx context.Context, queries []Query, figures []Figure) error {
	for i, q := range queries {
		d, _ := ByID(q.ID)
		if figures[i].Quiet = []Quiet{}; d.indicator != "" {
			continue // reported for a period, not from day to day
		}
		today := calendar.DayOf(q.Period.End.Add(-time.Millisecond), b.Calendars.Location())
		all, err := b.heard(ctx, d.Families(), q, today)
		if err != nil {
			return fmt.Errorf("look for agencies and sources that have gone quiet: %w", err)
		}
		figures[i].Quiet = b.quiet(all, q, today)
		for j := range figures[i].Rows {
			row := &figures[i].Rows[j]
			for _, s := range figures[i].Quiet {
				if key := row.Keys["agency"]; key != nil && *key == s.Agency {
					row.NoDataSince = s.Since
				}
			}
		}
	}
	return nil
}

// quiet lists those of whom nothing was heard before a day, agencies first. Sources of other agencies than q asks for are
// left out.
func (b *Books) quiet(all []activity, q Query, today calendar.Day) []Quiet {
	agencies, sources := map[string]*activity{}, map[string]*activity{}
	for _, a := range all {
		if wanted := q.Where["agency"]; len(wanted) > 0 && !slices.Contains(wanted, a.agency) {
			continue
		}
		merge(agencies, a.agency, a)
		merge(sources, a.source, a)
	}
	ended := b.ended(q)
	found := []Quiet{}
	for code, a := range agencies {
		if code != "" && !ended[code] && b.silent(a, today) {
			found = append(found, Quiet{Agency: code, Since: a.last.String()})
		}
	}
	for name, a := range sources {
		if name != "" && b.silent(a, today) {
			found = append(found, Quiet{Source: name, Since: a.last.String()})
		}
	}
	slices.SortFunc(found, func(x, y Quiet) int {
		return cmp.Or(cmp.Compare(x.Source, y.Source), cmp.Compare(x.Agency, y.Agency))
	})
	return found
}

// ended are the agencies that were there once and, by the register, are no longer: nothing is expected of them.
func (b *Books) ended(q Query) map[string]bool {
	view, day := b.view(q)
	ended := map[string]bool{}
	for _, a := range view.AgenciesIn(0, day) {
		ended[a.Code] = true
	}
	for _, a := range view.Agencies(day) {
		delete(ended, a.Code)
	}
	return ended
}

func merge(all map[string]*activity, name string, a activity) {
	to := all[name]
	if to == nil {
		to = &activity{}
		all[name] = to
	}
	to.last = max(to.last, a.last)
	to.days = append(to.days, a.days...)
}

// silent says whether a's silence up to a day is longer than chance explains. On a share p of the working days up to its last
// something was heard of it; that nothing is heard on n working days has then the probability (1−p)ⁿ. p is taken as
// (days heard + 1) ÷ (days + 2), after Laplace's rule of succession, so that a habit of a few days proves little. Whoever is
// heard of every day is silent after two whole working days; whoever on every tenth, after three months.
func (b *Books) silent(a *activity, today calendar.Day) bool {
	missed := 0
	for d := a.last + 1; d < today; d++ {
		if b.works(d) {
			missed++
		}
	}
	if missed == 0 {
		return false
	}
	slices.Sort(a.days)
	a.days = slices.Compact(a.days)
	days, heard := 0, 0
	for d := a.last; days < habit && len(a.days) > 0 && d >= a.days[0]; d-- {
		_, was := slices.BinarySearch(a.days, d)
		if was {
			heard++
		}
		if was || b.works(d) {
			days++
		}
	}
	p := float64(heard+1) / float64(days+2)
	return math.Pow(1-p, float64(missed)) < byChance
}

// works says whether offices work on a day; beyond the years of the calendar from Monday to Friday.
func (b *Books) works(d calendar.Day) bool {
	if office, ok := b.Calendars.Get("vn-office"); ok {
		if works, err := office.Works(d); err == nil {
			return works
		}
	}
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

// heard is activities, asked once while nothing is booked.
func (b *Books) heard(ctx context.Context, families []event.Family, q Query, today calendar.Day) ([]activity, error) {
	key := fmt.Sprint(families, today, q.AsOf)
	events := b.Events()
	b.mu.Lock()
	if b.heardAt != events || b.heardOf == nil {
		b.heardAt, b.heardOf = events, map[string][]activity{}
	}
	known, ok := b.heardOf[key]
	b.mu.Unlock()
	if ok {
		return known, nil
	}
	all, err := b.activities(ctx, families, q, today)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.heardAt == events {
		b.heardOf[key] = all
	}
	return all, nil
}

// activities asks the books on which days cases began or ended.
func (b *Books) activities(ctx context.Context, families []event.Family, q Query, today calendar.Day) ([]activity, error) {
	s := statement{families: families, query: Query{Period: q.Period, AsOf: q.AsOf}}
	conditions := []string{"family IN {families:Array(String)}", "measure IN {measures:Array(String)}", "day <= {today:Date32}"}
	args := []any{
		clickhouse.Named("families", families), clickhouse.Named("today", today.String()), clickhouse.Named("from", (today - remembered).String()),
		clickhouse.Named("measures", []string{
			string(lifecycle.Opened), string(lifecycle.Settled), string(lifecycle.Ended), string(lifecycle.Stray),
		}),
	}
	if known, more := s.known(); known != "" {
		conditions, args = append(conditions, known), append(args, more...)
	}
	rows, err := b.Conn.Query(ctx, `SELECT agency, source, toInt32(max(day)), groupArrayIf(toInt32(day), day > {from:Date32}) FROM
		(SELECT agency, source, day, sum(n) AS n FROM cells WHERE `+strings.Join(conditions, " AND ")+` GROUP BY agency, source, day HAVING n > 0)
		GROUP BY agency, source`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []activity
	for rows.Next() {
		var a activity
		var last int32
		var days []int32
		if err := rows.Scan(&a.agency, &a.source, &last, &days); err != nil {
			return nil, err
		}
		a.last = calendar.Day(last)
		for _, d := range days {
			a.days = append(a.days, calendar.Day(d))
		}
		all = append(all, a)
	}
	return all, rows.Err()
}
