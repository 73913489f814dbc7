package booking

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
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
// 300 agencies a month with all strata takes some 4 MB, of 2,000 procedures 2 MB.
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
	l.appearing.RLock()
	defer l.appearing.RUnlock()
	var read codes // numbered anew until the ledger's numbers can be asked for
	sums := map[Stratum][]filled{}
	put := func(of Stratum, code string, at slot, n int64) {
		at.whose = read.number(code)
		sums[of] = append(sums[of], filled{at, n})
	}
	if err := readDays(ctx, conn, by, month, missing, put); err != nil {
		return fmt.Errorf("read the days of %s from the journal: %w", month.Start(time.UTC).Format("2006-01"), err)
	}
	// No block is added meanwhile, but others read.
	l.mu.Lock()
	numbers := into.codes[by].ofAll(read.all)
	l.mu.Unlock()
	days := shelves{}
	for _, of := range missing {
		for i, f := range sums[of] {
			sums[of][i].whose = numbers[f.whose]
		}
		days.on(of).merge(sums[of])
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == into { // else it was read anew, maybe of another journal
		into.keep(by, month, days)
	}
	return nil
}

// missing are the strata of which the days of a month are not kept. Those of months that are asked for stay longest.
func (h *held) missing(by Dimension, month calendar.Day, strata []Stratum) (missing []Stratum) {
	if by.daily() || month >= h.since {
		return nil
	}
	for _, k := range h.older {
		if k.month == month {
			k.asked.Store(time.Now().UnixNano())
			return slices.DeleteFunc(slices.Clone(strata), func(of Stratum) bool { return k.days[by][of] != nil })
		}
	}
	return strata
}

// keep adds days of a month. The month that nobody has asked for longest makes room.
func (h *held) keep(by Dimension, month calendar.Day, days shelves) {
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
	maps.Copy(k.days[by], days)
	k.asked.Store(time.Now().UnixNano())
}

// readDays reads the days of a month by a dimension, of some strata. They are some hundred thousand, and somebody waits for them: rows that name
// family and measure, as those of readSums do, take a third longer.
func readDays(ctx context.Context, conn driver.Conn, by Dimension, month calendar.Day, strata []Stratum, put func(of Stratum, code string, at slot, n int64)) error {
	type question struct {
		family                 event.Family
		projection, told, only string
	}
	questions := map[question][]Stratum{}
	for _, of := range strata {
		q := question{of.Family, "by_agency", "marks", ofMeasures}
		switch {
		case by == Procedure:
			q.projection, q.told = "by_procedure", fmt.Sprintf("bitAnd(marks, %d)", ofProcedures[of.Measure])
		case of.Binned && of.Measure == lifecycle.Recorded:
			q.projection, q.told, q.only = "by_delay", delayBin, "delay > 0"
		case of.Binned:
			q.told = "toUInt32(bin)"
		}
		questions[q] = append(questions[q], of)
	}
	for q, strata := range questions {
		which, measures := "toUInt8(1)", make([]string, len(strata))
		if q.only == ofMeasures {
			which = "toUInt8(indexOf({measures:Array(String)}, measure))"
		}
		for i, of := range strata {
			measures[i] = string(of.Measure)
		}
		rows, err := conn.Query(ctx, fmt.Sprintf("SELECT %[1]s AS which, toInt32(day) AS stretch, %[2]s, %[3]s AS told, sumMerge(`sum(n)`) FROM %[4]s"+
			" WHERE family = {family:String} AND %[5]s AND day >= {since:Date32} AND day < {until:Date32} GROUP BY which, stretch, %[2]s, told", which, columns[by], q.told, Projection(q.projection), q.only),
			clickhouse.Named("family", string(q.family)), clickhouse.Named("measures", measures), clickhouse.Named("since", month.String()), clickhouse.Named("until", nextMonth(month).String()))
		if err != nil {
			return err
		}
		if err := scanDays(rows, strata, put); err != nil {
			return err
		}
	}
	return nil
}

// ofMeasures is the condition on the lines of some measures.
const ofMeasures = "measure IN {measures:Array(String)}"

// scanDays reads the answer to a question about some strata, and closes it.
func scanDays(rows driver.Rows, strata []Stratum, put func(of Stratum, code string, at slot, n int64)) error {
	defer rows.Close()
	for rows.Next() {
		var which uint8
		var day int32
		var code string
		var told uint32
		var n int64
		if err := rows.Scan(&which, &day, &code, &told, &n); err != nil {
			return err
		}
		if n != 0 {
			put(strata[which-1], code, slot{day: calendar.Day(day), marks: lifecycle.Marks(told)}, n)
		}
	}
	return rows.Err()
}
