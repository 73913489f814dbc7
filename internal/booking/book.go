package booking

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

const (
	// workers is how many goroutines judge a large block: the engine answers both at once.
	workers = 2
	// smallShare is a number of cases that one goroutine judges as fast as two.
	smallShare = 500
	// linesAtOnce is how many lines, verdicts included, are sent to the engine in one piece.
	linesAtOnce = 8192
)

// judge judges the cases of a block and puts into the insert what they should hold beyond what the journal holds for them.
// It counts the events that are booked for the first time.
func (b *Booker) judge(ctx context.Context, block *block, in *inserting) (first uint64, err error) {
	var total atomic.Uint64
	group, ctx := errgroup.WithContext(ctx)
	for family, subjects := range block.cases {
		for share := range slices.Chunk(subjects, max(smallShare, (len(subjects)+workers-1)/workers)) {
			group.Go(func() error {
				n, err := b.judgeShare(ctx, block, in, family, share)
				if err != nil {
					return fmt.Errorf("judge %d cases of family %s: %w", len(share), family, err)
				}
				total.Add(n)
				return nil
			})
		}
	}
	err = group.Wait()
	return total.Load(), err
}

// judgeShare judges cases whose subjects are sorted. Facts and journal are read side by side in that order.
func (b *Booker) judgeShare(ctx context.Context, block *block, in *inserting, family event.Family, subjects []string) (first uint64, err error) {
	facts, err := readFacts(ctx, b.Conn, family, subjects)
	if err != nil {
		return 0, fmt.Errorf("read facts: %w", err)
	}
	defer facts.close()
	journal, err := readJournal(ctx, b.Conn, family, subjects)
	if err != nil {
		return 0, fmt.Errorf("read journal: %w", err)
	}
	defer journal.close()

	l := &lines{zone: block.rules.Zone()}
	for _, subject := range subjects {
		events, err := facts.take(subject)
		if err != nil {
			return 0, fmt.Errorf("read facts: %w", err)
		}
		has, err := journal.take(subject)
		if err != nil {
			return 0, fmt.Errorf("read journal: %w", err)
		}
		if len(events) == 0 {
			return 0, fmt.Errorf("case %s: its events were found and then not read", subject)
		}
		if events = knownBy(events, block.mark); len(events) == 0 {
			continue // a later block's: a kill has left its verdict alone
		}
		first += firstDeliveries(events, block.booked, block.mark)
		c, should, err := lifecycle.Journal(events, block.rules)
		if err != nil {
			return 0, fmt.Errorf("case %s: %w", subject, err)
		}
		l.addCase(&c, difference(should, has))
		if l.full() {
			if err := in.send(l); err != nil {
				return 0, err
			}
		}
	}
	return first, in.send(l)
}

// knownBy leaves out what a mark does not contain yet, in place: the books up to a block are what the facts up to its mark say,
// so that anybody can make them again.
func knownBy(events []event.Event, m Mark) []event.Event {
	return slices.DeleteFunc(events, func(e event.Event) bool { return e.Entry > m.Entries[e.Collector] })
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
			if other := &events[j]; other.Source == e.Source && other.ID == e.ID && other.Bound == e.Bound && (other.Before(e) || j < i && !e.Before(other)) {
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
