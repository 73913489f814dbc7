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

	"tiendo/internal/calendar"
)

// kept is a month of which the days of agencies are kept for a while.
type kept struct {
	month calendar.Day
	days  shelves
	// asked is when it was last asked for, in nanoseconds.
	asked atomic.Int64
}

// mostOlder is of how many months before the last ones days are kept: those at both ends of a period, and of the one before it. Of
// 300 agencies a month takes some 5 MB.
const mostOlder = 4

// Keep reads the days of a month of agencies from the engine, unless they are kept already, and keeps them for those who ask next. It does
// nothing while the ledger cannot be read.
func (l *Ledger) Keep(ctx context.Context, conn driver.Conn, month calendar.Day) error {
	var into *held
	wanted := func() bool {
		kept := false
		return l.Read(func(p Page) { into, kept = p.held, p.held.ask(month) }) && !kept
	}
	if !wanted() {
		return nil
	}
	l.keeping.Lock()
	defer l.keeping.Unlock()
	if !wanted() {
		return nil
	}
	l.appearing.RLock()
	defer l.appearing.RUnlock()
	// Agencies have numbers of this reading until the ledger's can be asked for.
	var agencies codes
	sums := map[Stratum][]filled{}
	put := func(of Stratum, agency string, at slot, n int64) {
		at.whose = agencies.number(agency)
		sums[of] = append(sums[of], filled{at, n})
	}
	for _, days := range daysOfAgencies(noInstant, "day >= {since:Date32} AND day < {until:Date32}") {
		if err := readSums(ctx, conn, put, days, clickhouse.Named("since", month.String()), clickhouse.Named("until", nextMonth(month).String())); err != nil {
			return fmt.Errorf("read the days of %s from the journal: %w", month.Start(time.UTC).Format("2006-01"), err)
		}
	}
	// No block is added meanwhile, but others read.
	l.mu.Lock()
	numbers := into.codes[Agency].ofAll(agencies.all)
	l.mu.Unlock()
	days := shelves{}
	for of, sums := range sums {
		for i := range sums {
			sums[i].whose = numbers[sums[i].whose]
		}
		days.on(of).merge(sums)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.held
	if h != into || h.daysOf(month) != nil {
		return nil // read anew meanwhile, maybe of another journal
	}
	if len(h.older) == mostOlder {
		least := slices.MinFunc(h.older, func(a, b *kept) int { return cmp.Compare(a.asked.Load(), b.asked.Load()) })
		h.older = slices.DeleteFunc(h.older, func(k *kept) bool { return k == least })
	}
	h.older = append(h.older, &kept{month: month, days: days})
	h.ask(month)
	return nil
}

// ask notes that the days of a month are asked for, and says whether they are kept.
func (h *held) ask(month calendar.Day) bool {
	for _, k := range h.older {
		if k.month == month {
			k.asked.Store(time.Now().UnixNano())
			return true
		}
	}
	return month >= h.since
}
