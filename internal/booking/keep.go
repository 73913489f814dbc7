package booking

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"golang.org/x/sync/errgroup"

	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"
)

// kept is a month of which the days are kept for a while, by some dimensions: of the strata that were asked for.
type kept struct {
	month calendar.Day
	days  [dimensions]shelves
	// asked is when it was last asked for, in nanoseconds.
	asked atomic.Int64
}

// mostOlder is of how many months before the last ones days are kept: those at both ends of a period, and of the one before it. Of
// 300 agencies a month with all strata takes some 2 MB, of 2,000 procedures 1 MB.
const mostOlder = 4

// Keep reads the days of a month from the engine, by a dimension, of the strata that are not kept already, and keeps them for those who ask
// next. It does nothing while the ledger cannot be read, nor by a dimension of which all days are kept.
func (l *Ledger) Keep(ctx context.Context, conn driver.Conn, by Dimension, month calendar.Day, strata ...Stratum) error {
	var into *held
	var missing []Stratum
	find := func() bool {
		return l.Read(func(p Page) { into, missing = p.held, p.held.missing(by, month, strata) }) && len(missing) > 0
	}
	if !find() {
		return nil
	}
	l.keeping.Lock()
	defer l.keeping.Unlock()
	if !find() {
		return nil
	}
	// No block is added meanwhile, but others read.
	l.appearing.RLock()
	defer l.appearing.RUnlock()
	days := make([]*shelf, len(missing))
	reading, ctx := errgroup.WithContext(ctx)
	reading.SetLimit(atOnce)
	for i, of := range missing {
		reading.Go(func() error {
			n := l.linesOf(into, by, month, of)
			if n == 0 {
				days[i] = &shelf{}
				return nil
			}
			read, sums, err := readDays(ctx, conn, by, month, of, n)
			if err != nil {
				return fmt.Errorf("read the days of %s from the journal: %w", month.Start(time.UTC).Format("2006-01"), err)
			}
			l.mu.Lock()
			numbers := into.codes[by].ofAll(read.all)
			l.mu.Unlock()
			for j, f := range sums {
				sums[j].whose = numbers[f.whose]
			}
			days[i] = &shelf{}
			days[i].merge(sums)
			return nil
		})
	}
	if err := reading.Wait(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == into { // else it was read anew, maybe of another journal
		for i, of := range missing {
			into.keep(by, month, of, days[i])
		}
	}
	return nil
}

// atOnce is how many strata are read at once.
const atOnce = 4

// linesOf is how many lines of a stratum are held of a month. What is counted is never less than none: where there are none its days hold none either.
func (l *Ledger) linesOf(h *held, by Dimension, month calendar.Day, of Stratum) (n int64) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	h.sums[by][of].read(nil, func(r *Run) { n += r.Before(month+1, 0) - r.Before(month, 0) })
	return n
}

// missing are the strata of which the days of a month are not kept. Those of months that are asked for stay longest.
func (h *held) missing(by Dimension, month calendar.Day, strata []Stratum) (missing []Stratum) {
	if by.daily() {
		return nil
	}
	missing = slices.DeleteFunc(slices.Clone(strata), func(of Stratum) bool { return month >= by.from(of, h.since) })
	for _, k := range h.older {
		if k.month == month {
			k.asked.Store(time.Now().UnixNano())
			return slices.DeleteFunc(missing, func(of Stratum) bool { return k.days[by][of] != nil })
		}
	}
	return missing
}

// keep adds days of a month. The month that nobody has asked for longest makes room.
func (h *held) keep(by Dimension, month calendar.Day, of Stratum, days *shelf) {
	at := slices.IndexFunc(h.older, func(k *kept) bool { return k.month == month })
	if at < 0 {
		if len(h.older) == mostOlder {
			least := slices.MinFunc(h.older, func(a, b *kept) int { return cmp.Compare(a.asked.Load(), b.asked.Load()) })
			h.older = slices.DeleteFunc(h.older, func(k *kept) bool { return k == least })
		}
		at, h.older = len(h.older), append(h.older, &kept{month: month})
	}
	k := h.older[at]
	if k.days[by] == nil {
		k.days[by] = shelves{}
	}
	k.days[by][of] = days
	k.asked.Store(time.Now().UnixNano())
}

// roomy is for how many rows there is room before there are any.
const roomy = 1 << 17

// readDays reads the days of a month by a dimension, of a stratum of about so many lines, each with the number of whose it is. They are some hundred
// thousand, and somebody waits for them: the engine would take as long again to add up what is added up here anyway, and in one thread it
// reads them in the order of days.
func readDays(ctx context.Context, conn driver.Conn, by Dimension, month calendar.Day, of Stratum, about int64) (read codes, sums []filled, err error) {
	projection, told, only := "by_agency", "marks", "measure = {measure:String}"
	switch {
	case by == Procedure:
		projection, told = "by_procedure", fmt.Sprintf("bitAnd(marks, %d)", ofProcedures[of.Measure])
	case of.Binned && of.Measure == lifecycle.Recorded:
		projection, told, only = "by_delay", delayBin, "delay > 0"
	case of.Binned:
		told = "toUInt32(bin)"
	}
	rows, err := conn.Query(clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"max_threads": 1})), fmt.Sprintf("SELECT toInt32(day), %[1]s, %[2]s, finalizeAggregation(`sum(n)`) FROM %[3]s"+
		" WHERE family = {family:String} AND %[4]s AND day >= {since:Date32} AND day < {until:Date32}", columns[by], told, Projection(projection), only),
		clickhouse.Named("family", string(of.Family)), clickhouse.Named("measure", string(of.Measure)), clickhouse.Named("since", month.String()), clickhouse.Named("until", nextMonth(month).String()))
	if err != nil {
		return read, nil, err
	}
	defer rows.Close()
	var day int32
	var code string
	var marks uint32
	var n int64
	var whose uint32
	into, last := []any{&day, &code, &marks, &n}, ""
	sums = make([]filled, 0, max(0, min(about, roomy)))
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return read, nil, err
		}
		if code != last || len(sums) == 0 { // several rows of a day are of the same agency
			last, whose = code, read.number(code)
		}
		sums = append(sums, filled{slot{whose: whose, day: calendar.Day(day), marks: lifecycle.Marks(marks)}, n})
	}
	return read, sums, rows.Err()
}
