package booking

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// workers is how many goroutines judge a large block: the engine answers both at once.
const workers = 2

// book adds to block what the cases of one family should hold beyond what the journal holds for them.
func (b *Booker) book(ctx context.Context, into *block, family event.Family, subjects map[string]struct{}, booked Mark) error {
	names := slices.Sorted(maps.Keys(subjects))
	shares := slices.Collect(slices.Chunk(names, max(500, (len(names)+workers-1)/workers)))
	parts := make([]block, len(shares))
	group, ctx := errgroup.WithContext(ctx)
	for i, share := range shares {
		parts[i].mark = into.mark
		parts[i].mark.Events = 0
		group.Go(func() error { return b.bookShare(ctx, &parts[i], family, share, booked) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, p := range parts {
		into.mark.Events += p.mark.Events
		into.cells = append(into.cells, p.cells...)
		into.verdicts = append(into.verdicts, p.verdicts...)
	}
	return nil
}

// bookShare books cases whose subjects are sorted. Facts and journal are read side by side in that order, so that memory
// depends on one case and on the block, not on the history.
func (b *Booker) bookShare(ctx context.Context, block *block, family event.Family, names []string, booked Mark) error {
	facts, err := readFacts(ctx, b.Conn, family, names)
	if err != nil {
		return fmt.Errorf("read facts: %w", err)
	}
	defer facts.close()
	journal, err := readJournal(ctx, b.Conn, family, names)
	if err != nil {
		return fmt.Errorf("read journal: %w", err)
	}
	defer journal.close()

	for _, subject := range names {
		events, err := facts.take(subject)
		if err != nil {
			return fmt.Errorf("read facts: %w", err)
		}
		has, err := journal.take(subject)
		if err != nil {
			return fmt.Errorf("read journal: %w", err)
		}
		if len(events) == 0 {
			return fmt.Errorf("case %s: its events were found and then not read", subject)
		}
		block.mark.Events += firstDeliveries(events, booked, block.mark)
		c, should, err := lifecycle.Journal(events, b.Calendars)
		if err != nil {
			return fmt.Errorf("case %s: %w", subject, err)
		}
		block.addCase(&c, difference(should, has))
	}
	return nil
}

// firstDeliveries counts the events that are booked for the first time: those whose first delivery lies between two marks.
func firstDeliveries(events []event.Event, from, to Mark) (n uint64) {
	for i := range events {
		e := &events[i]
		if e.Entry <= from.Entries[e.Collector] || e.Entry > to.Entries[e.Collector] {
			continue
		}
		first := true
		for j := range events {
			// One delivery may be stored twice, for a loader sends again what it does not know to be there.
			if other := &events[j]; other.Source == e.Source && other.ID == e.ID && (other.Before(e) || j < i && !e.Before(other)) {
				first = false
				break
			}
		}
		if first {
			n++
		}
	}
	return n
}

// difference returns the entries that must be added to has to get should. It takes should over.
func difference(should, has []lifecycle.Entry) []lifecycle.Entry {
	if len(has) == 0 {
		return should
	}
	all := should
	for _, h := range has {
		h.N = -h.N
		at := slices.IndexFunc(all, func(e lifecycle.Entry) bool {
			return e.Stamp == h.Stamp && e.Cause == h.Cause && e.Cell == h.Cell
		})
		if at < 0 {
			all = append(all, h)
		} else {
			all[at].N += h.N
		}
	}
	return slices.DeleteFunc(all, func(e lifecycle.Entry) bool { return e.N == 0 })
}
