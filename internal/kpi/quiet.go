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

	"tiendo/internal/booking"
	"tiendo/internal/calendar"
	"tiendo/internal/event"
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
	// on are the remembered days up to one: bit n is n days before it.
	on [remembered/64 + 1]uint64
}

// note notes a day that is ago days before the last one that matters.
func (a *activity) note(day calendar.Day, ago int) {
	a.last = max(a.last, day)
	if ago < remembered {
		a.on[ago/64] |= 1 << (ago % 64)
	}
}

// was says whether something was heard so many days ago.
func (a *activity) was(ago int) bool { return ago < remembered && a.on[ago/64]&(1<<(ago%64)) != 0 }

// addQuiet says of each answer, and of its rows by agency, of whom nothing was heard any more.
func (b *Books) addQuiet(ctx context.Context, queries []Query, figures []Figure) error {
	known := map[string][]Quiet{}
	for i, q := range queries {
		d, _ := ByID(q.ID)
		if figures[i].Quiet = []Quiet{}; d.indicator != "" {
			continue // reported for a period, not from day to day
		}
		end := q.Period.End
		if now := b.Now(); now.Before(end) {
			end = now // of a period that has not begun: nobody is expected to have spoken since
		}
		today := calendar.DayOf(end.Add(-time.Millisecond), b.Zone)
		key := fmt.Sprint(d.Families(), today, q.AsOf, q.Where["agency"])
		quiet, asked := known[key]
		if !asked {
			all, err := b.heard(ctx, d.Families(), q, today)
			if err != nil {
				return fmt.Errorf("look for agencies and sources that have gone quiet: %w", err)
			}
			quiet = b.quiet(all, q, today)
			known[key] = quiet
		}
		figures[i].Quiet = quiet
		figures[i].markQuiet()
	}
	return nil
}

// markQuiet says of rows by agency since when there is no data.
func (f *Figure) markQuiet() {
	since := map[string]string{}
	for _, q := range f.Quiet {
		if q.Agency != "" {
			since[q.Agency] = q.Since
		}
	}
	for i := range f.Rows {
		if key := f.Rows[i].Keys.Of("agency"); key != nil {
			f.Rows[i].NoDataSince = since[*key]
		}
	}
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
	view, _ := b.view(q)
	office := view.Calendars()
	found := []Quiet{}
	for code, a := range agencies {
		if code != "" && !ended[code] && a.silent(office, today) {
			found = append(found, Quiet{Agency: code, Since: a.last.String()})
		}
	}
	for name, a := range sources {
		if name != "" && a.silent(office, today) {
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
	for i := range a.on {
		to.on[i] |= a.on[i]
	}
}

// silent says whether a's silence up to a day is longer than chance explains. On a share p of the working days up to its last
// something was heard of it; that nothing is heard on n working days has then the probability (1−p)ⁿ. p is taken as
// (days heard + 1) ÷ (days + 2), after Laplace's rule of succession, so that a habit of a few days proves little. Whoever is
// heard of every day is silent after two whole working days. Whoever is heard of on less than every other day, or is not known for
// long, speaks in bursts and by seasons that no share tells: its silence must also be longer than its own waits before explain.
func (a *activity) silent(office calendar.Set, today calendar.Day) bool {
	missed := 0
	for d := a.last + 1; d < today; d++ {
		if office.Office(d) {
			missed++
		}
	}
	if missed == 0 {
		return false
	}
	days, heard := 0, 0
	known := 0 // days before the first that was heard of tell nothing of a habit
	for d := a.last; known < habit && today-d < remembered; d-- {
		was := a.was(int(today - d))
		if was || office.Office(d) {
			known++
		}
		if was {
			heard++
			days = known
		}
	}
	p := float64(heard+1) / float64(days+2)
	if math.Pow(1-p, float64(missed)) >= byChance {
		return false
	}
	if days >= habit/2 && 2*heard >= days {
		return true
	}
	waits, longest := a.waits(office, today)
	return longerThanAll(waits, float64(missed+1)/float64(longest)) < byChance
}

// waits counts the times between two days on which a was heard of, and tells how many working days the longest took.
func (a *activity) waits(office calendar.Set, today calendar.Day) (n, longest int) {
	wait := 0
	for d := a.last - 1; today-d < remembered; d-- {
		was := a.was(int(today - d))
		if was || office.Office(d) {
			wait++
		}
		if was {
			n, longest, wait = n+1, max(longest, wait), 0
		}
	}
	return n, longest
}

// longerThanAll is the probability that a wait takes at least c times as long as the longest of n others, where waits have no
// memory: Π k ÷ (k + c) for k from 1 to n; 1 where nothing is known. Source: A. Rényi, "On the theory of order statistics", Acta
// Mathematica Academiae Scientiarum Hungaricae 4 (1953): the longest of n is a sum of independent waits, the k-th k times as fast.
func longerThanAll(n int, c float64) float64 {
	p := 1.0
	for k := 1.0; k <= float64(n); k++ {
		p *= k / (k + c)
	}
	return p
}

// heard tells on which days cases began or ended, up to a day: from memory, or else by the engine, which is asked once while
// nothing is booked.
func (b *Books) heard(ctx context.Context, families []event.Family, q Query, today calendar.Day) ([]activity, error) {
	var all []activity
	if q.AsOf == "" && b.Ledger.Read(func(page booking.Page) { all = heardOn(page, families, today) }) {
		return all, nil
	}
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

// heardOn reads the days up to one from memory.
func heardOn(page booking.Page, families []event.Family, today calendar.Day) []activity {
	var all []activity
	for _, family := range families {
		page.Heard(family, func(voice booking.Voice, days []calendar.Day) {
			a := activity{agency: voice.Agency, source: voice.Source}
			upTo, _ := slices.BinarySearch(days, today+1)
			for _, day := range slices.Backward(days[:upTo]) {
				if a.note(day, int(today-day)); today-day >= remembered {
					break
				}
			}
			if upTo > 0 {
				all = append(all, a)
			}
		})
	}
	return all
}

// activities asks the journal on which days cases began or ended.
func (b *Books) activities(ctx context.Context, families []event.Family, q Query, today calendar.Day) ([]activity, error) {
	s := statement{query: Query{Period: q.Period, AsOf: q.AsOf, By: []string{"source", "agency"}, more: q.more}}
	conditions := []string{"family IN {families:Array(String)}", "measure IN ('opened', 'settled', 'ended', 'stray')", "day <= {today:Date32}"}
	args := []any{clickhouse.Named("families", families), clickhouse.Named("today", today.String()), clickhouse.Named("from", (today - remembered).String())}
	if known, more := s.known(); known != "" {
		conditions, args = append(conditions, known), append(args, more...)
	}
	days := s.days("")
	table, n := days.from()
	rows, err := b.Conn.Query(ctx, `SELECT agency, source, toInt32(max(day)), groupArrayIf(toInt32(day), day > {from:Date32}) FROM
		(SELECT agency, source, day FROM `+table+` WHERE `+strings.Join(conditions, " AND ")+` GROUP BY agency, source, day HAVING sum(`+n+`) > 0)
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
			a.note(calendar.Day(d), int(today)-int(d))
		}
		all = append(all, a)
	}
	return all, rows.Err()
}
