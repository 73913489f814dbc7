package kpi

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"golang.org/x/sync/errgroup"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// Margins tell how many working days dossiers have left until their deadline, or had when they were settled. It is not to be changed.
type Margins struct {
	OpenMargins
	// Settled is how many dossiers with a deadline were settled in the period, by the working days that were left.
	Settled map[int]int64
	// History are those settled up to its end since the first day of the month a year before, by agency and the working days that were
	// left: of what becomes of those that are open it tells the chance.
	History []Margin
}

// OpenMargins are those of the dossiers that were open a moment ago.
type OpenMargins struct {
	// Open are those that have a deadline, not paused: by agency and working days left. Undated is how many are paused or without
	// deadline, Aged all, by the working days since their opening.
	Open    []Margin
	Undated int64
	Aged    map[int]int64
}

// Margin is how many dossiers of an agency have some working days left: 0 on the day of the deadline, less after it.
type Margin struct {
	Agency string
	Days   int
	Cases  int64
}

const (
	// mostAge is the age in working days beyond which all are alike.
	mostAge = 250
	// marginYears is how far from today working days are counted.
	marginYears = 3
)

// Margins reads the margins of the dossiers that q's filters leave; q's figure and grouping are ignored. Working days are those of
// vn-office, the city's own if it has one. What is open is told of now, and with it the history; of a period that is over neither is told.
func (b *Books) Margins(ctx context.Context, q Query) (*Margins, error) {
	q.ID, q.By = "dossier.open", nil
	if _, err := q.check(); err != nil {
		return nil, err
	}
	m := &Margins{}
	work, working := errgroup.WithContext(ctx)
	work.Go(func() (err error) {
		m.Settled, err = b.settledMargins(working, q)
		return err
	})
	if q.Period.Running {
		work.Go(func() (err error) {
			m.OpenMargins, err = b.openMargins(working, q)
			return err
		})
		work.Go(func() (err error) {
			m.History, err = b.history(working, q)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, fmt.Errorf("read what time dossiers have and had left: %w", err)
	}
	return m, nil
}

// settledMargins are those of the dossiers that were settled in q's period.
func (b *Books) settledMargins(ctx context.Context, q Query) (map[int]int64, error) {
	sums, err := b.left(ctx, q)
	if err != nil {
		return nil, err
	}
	days := map[int]int64{}
	for _, of := range sums.byKey {
		for _, of := range of.inBucket(1) {
			days[lifecycle.LeftIn(of.bin)] += of.n
		}
	}
	return days, nil
}

// history are the margins of the year up to the end of q's period.
func (b *Books) history(ctx context.Context, q Query) ([]Margin, error) {
	before := calendar.DayOf(q.Period.End, b.Zone).Start(time.UTC).AddDate(-1, 0, 0)
	q.Period.First = monthOf(calendar.DayOf(before, time.UTC)).String()
	q.By = []string{"agency"}
	sums, err := b.left(ctx, q)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, of := range sums.byKey {
		n += len(of.inBucket(1))
	}
	all := make([]Margin, 0, n)
	for _, agency := range slices.Sorted(maps.Keys(sums.byKey)) {
		for _, of := range sums.byKey[agency].inBucket(1) {
			if of.n != 0 {
				all = append(all, Margin{agency, lifecycle.LeftIn(of.bin), of.n})
			}
		}
	}
	return all, nil
}

// left is how many dossiers were settled in q's period, by the bin of the working days that were left.
func (b *Books) left(ctx context.Context, q Query) (*sums, error) {
	s := statement{families: []event.Family{event.Dossier}, query: q, names: b.namesOf(q), binned: lifecycle.Left}
	sums, _, err := b.fetch(ctx, &s)
	return sums, err
}

// ordinal is the expression of the number of working days up to the city's day of an instant; days is the array that counts them.
func (b *Books) ordinal(instant string) string {
	return "days[greatest(1, least(toInt64(length(days)), " + b.dayOf(instant) + " - {ordinals_from:Int32} + 1))]"
}

// dayOf is the expression of the city's day of an instant since 1970, as a calendar.Day.
func (b *Books) dayOf(instant string) string {
	zone := b.Zone
	if offset, fixed := fixedOffset(zone, b.Now()); fixed { // half the work, and the engine need not know the zone
		return fmt.Sprintf("intDiv(toUnixTimestamp64Milli(assumeNotNull(%s)) + %d, 86400000)", instant, offset.Milliseconds())
	}
	return fmt.Sprintf("toInt32(toDate32(toTimeZone(%s, '%s')))", instant, zone)
}

// fixedOffset is how far a zone is ahead of UTC, if it was and will be that in all years that working days are counted of.
func fixedOffset(zone *time.Location, now time.Time) (offset time.Duration, fixed bool) {
	of := func(t time.Time) int {
		_, seconds := t.In(zone).Zone()
		return seconds
	}
	seconds := of(now)
	for days := -marginYears * 366; days <= marginYears*366; days++ {
		if of(now.AddDate(0, 0, days)) != seconds {
			return 0, false
		}
	}
	return time.Duration(seconds) * time.Second, true
}

// openDated are the verdicts of dossiers that are open with a deadline that runs.
const openDated = "(opened IS NOT NULL AND deadline IS NOT NULL AND NOT paused)"

// leftOpen and ageOpen are the expressions of the working days that an open dossier has left, and that it is old. Who is late has none
// left, whatever the hour and also on a day off, as where a dossier was settled.
func (b *Books) leftOpen() string {
	return fmt.Sprintf("toInt32(if(deadline < fromUnixTimestamp64Milli({now:Int64}), greatest(%d, least(-1, %[3]s - {ordinal:Int32})), least(%[2]d, greatest(0, %[3]s - {ordinal:Int32}))))",
		lifecycle.LeastLeft, lifecycle.MostLeft, b.ordinal("deadline"))
}

func (b *Books) ageOpen() string {
	return fmt.Sprintf("toInt32(greatest(0, least(%d, {ordinal:Int32} - %s)))", mostAge, b.ordinal("opened"))
}

// openPace is how old what was open may be: it is read of the verdict of every case, which costs what the history does, and is the same for
// all periods.
const openPace = 5 * time.Second

// openPatience is how long that may take: who asked first may leave, and those who wait with them still get it.
const openPatience = 20 * time.Second

// openMargins are those of the dossiers that q's filters leave, read by one for all who ask.
func (b *Books) openMargins(ctx context.Context, q Query) (OpenMargins, error) {
	key, now := fmt.Sprint(q.Where, q.Fold), b.Now()
	b.mu.Lock()
	known, ok := b.open[key]
	b.mu.Unlock()
	if ok && now.Sub(known.at) < openPace {
		return known.OpenMargins, nil
	}
	answer := b.opening.DoChan(key, func() (any, error) {
		detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), openPatience)
		defer cancel()
		m, err := b.readOpenMargins(detached, q)
		if err != nil {
			return m, err
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		maps.DeleteFunc(b.open, func(_ string, known openAt) bool { return now.Sub(known.at) >= openPace })
		b.open[key] = openAt{now, m}
		return m, nil
	})
	select {
	case <-ctx.Done():
		return OpenMargins{}, ctx.Err()
	case r := <-answer:
		return r.Val.(OpenMargins), r.Err
	}
}

// openAt is what was open at an instant.
type openAt struct {
	at time.Time
	OpenMargins
}

// readOpenMargins reads the verdicts of what is open, once: what it counts is by agency and margin, or by age.
func (b *Books) readOpenMargins(ctx context.Context, q Query) (m OpenMargins, err error) {
	m.Aged = map[int]int64{}
	s := statement{query: q, names: b.namesOf(q)}
	where, args := "", b.ordinals()
	for i, name := range slices.Sorted(maps.Keys(q.Where)) {
		where += fmt.Sprintf(" AND %s IN {w%d:Array(String)}", s.column(name), i)
		args = append(args, clickhouse.Named(fmt.Sprintf("w%d", i), q.Where[name]))
	}
	rows, err := b.Conn.Query(ctx, fmt.Sprintf(`WITH {ordinals:Array(Int32)} AS days
		SELECT grouping(age) AS by_margin, agency, dated, left, age, toInt64(count()) FROM (
		SELECT agency, %[1]s AS dated, if(dated, %[2]s, 0) AS left, %[3]s AS age FROM verdicts FINAL
		WHERE family = 'dossier' AND opened IS NOT NULL AND closed IS NULL AND verdict NOT IN ('voided', 'orphan')%[4]s)
		GROUP BY GROUPING SETS ((agency, dated, left), (age))`, openDated, b.leftOpen(), b.ageOpen(), where), append(args, s.names.args()...)...)
	if err != nil {
		return m, err
	}
	defer rows.Close()
	for rows.Next() {
		var byMargin uint64
		var agency string
		var dated bool
		var left, age int32
		var n int64
		if err := rows.Scan(&byMargin, &agency, &dated, &left, &age, &n); err != nil {
			return m, err
		}
		switch {
		case byMargin == 0:
			m.Aged[int(age)] = n
		case dated:
			m.Open = append(m.Open, Margin{agency, int(left), n})
		default:
			m.Undated += n
		}
	}
	slices.SortFunc(m.Open, func(a, b Margin) int { return cmp.Or(cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.Days, b.Days)) })
	return m, rows.Err()
}

// ordinals are the parameters of ordinal and of what is told of now: of each day from some years before today to as many after, how
// many working days there are up to it, the first of these days, the number of today, and now. What the calendar does not cover is
// counted by its weekdays.
func (b *Books) ordinals() []any {
	instant := b.Now()
	today := calendar.DayOf(instant, b.Zone)
	office := b.Registers().At(time.Time{}).Calendars()
	first := today - marginYears*366
	var days []int32
	n, now := int32(0), int32(0)
	for d := first; d <= today+marginYears*366; d++ {
		if office.Office(d) {
			n++
		}
		if d == today {
			now = n
		}
		days = append(days, n)
	}
	return []any{
		clickhouse.Named("ordinals_from", fmt.Sprint(int(first))), clickhouse.Named("ordinals", days), clickhouse.Named("ordinal", fmt.Sprint(now)),
		clickhouse.Named("now", fmt.Sprint(instant.UnixMilli())),
	}
}

// Chance is with what chance a dossier with some working days left misses its deadline, by what became of those of a history
// that were still open then: of Of, Missed did. ok is false where fewer than least were.
func Chance(history []Margin, left, least int) (missed, of int64, ok bool) {
	for _, m := range history {
		if m.Days > left {
			continue
		}
		of += m.Cases
		if m.Days < 0 {
			missed += m.Cases
		}
	}
	return missed, of, of >= int64(least)
}
