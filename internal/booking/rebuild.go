package booking

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

const (
	journalTable = "cells"
	// nextTable is the journal while it is made again.
	nextTable = "cells_next"
	// rebuildRows is how many lines of the journal one insert of a rebuild has, or a little more.
	rebuildRows = 200_000
	// renewalTold is how often the log says how far a renewal is.
	renewalTold = 10 * time.Second
)

// rebuilding is a request to make the books again.
type rebuilding struct {
	ctx      context.Context
	progress func(Checked)
	done     chan error
}

// remaking is a rebuild while it goes on.
type remaking struct {
	cuts     []cut
	mark     Mark // of the new journal; its events are counted as they are replayed
	done     Checked
	strays   *strays
	progress func(Checked)
}

// Rebuild makes the books again from the facts: the journal beside the one that is served, which it then replaces at once,
// and the verdicts. As each case is replayed day of arrival by day of arrival, what the books said on a past day stays the
// same. Booking waits meanwhile; figures are served from the old journal. A kill leaves the old journal as it was.
func (b *Booker) Rebuild(ctx context.Context, progress func(Checked)) error {
	r := rebuilding{ctx: ctx, progress: progress, done: make(chan error, 1)}
	select {
	case b.rebuilds <- r:
	case <-ctx.Done():
		return ctx.Err()
	}
	return <-r.done
}

// renew makes books again that an earlier edition of the program made, of which figures would lack what it did not count.
func (b *Booker) renew(ctx context.Context) error {
	if !b.Renewing() {
		return nil
	}
	mark := b.Mark()
	b.Logger.Info("the books count less than this version does and are made again; nothing is booked meanwhile", "events", mark.Events)
	told := time.Now()
	err := b.rebuild(ctx, func(c Checked) {
		if time.Since(told) > renewalTold {
			told = time.Now()
			b.Logger.Info("making the books again", "cases", c.Cases, "events", c.Events, "of", mark.Events)
		}
	})
	if err != nil {
		return err
	}
	b.Logger.Info("the books were made again")
	return b.resume(ctx)
}

// Renewing says whether the books are those of another edition of the program, and not made again yet: what it did not count is not in
// them.
func (b *Booker) Renewing() bool {
	mark := b.Mark()
	return mark.Block > 0 && mark.Edition != lifecycle.Edition
}

func (b *Booker) rebuild(ctx context.Context, progress func(Checked)) error {
	for _, statement := range []string{"DROP TABLE IF EXISTS " + nextTable + " SYNC", "CREATE TABLE " + nextTable + " AS " + journalTable} {
		if err := b.Conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("make the table of the new journal: %w", err)
		}
	}
	mark, err := b.stored(ctx)
	if err != nil {
		return err
	}
	re := remaking{cuts: b.cuts(), mark: mark, strays: &strays{cases: cases{}}, progress: progress}
	for _, family := range lifecycle.Families() {
		if err := b.rebuildFamily(ctx, family, &re); err != nil {
			return errors.Join(fmt.Errorf("make the books of family %s: %w", family, err), b.Conn.Exec(ctx, "DROP TABLE IF EXISTS "+nextTable+" SYNC"))
		}
	}
	if err := b.sweep(ctx, re.strays); err != nil {
		return err
	}
	if err := b.keepNameless(ctx, &re.mark); err != nil {
		return err
	}
	if err := b.appendMarks(ctx, re.mark); err != nil {
		return fmt.Errorf("mark the new journal: %w", err)
	}
	if err := b.replace(ctx, re.mark); err != nil {
		return err
	}
	progress(re.done)
	if err := b.Conn.Exec(ctx, "DROP TABLE "+nextTable+" SYNC"); err != nil {
		return err
	}
	// The verdicts of before lie beside those that took their place, and whoever reads verdicts would go through both until they are merged.
	if err := b.Conn.Exec(ctx, "OPTIMIZE TABLE verdicts FINAL"); err != nil {
		b.Logger.Warn("the verdicts of before could not be cleared away, so pages may take longer for some hours", "error", err)
	}
	return nil
}

// replace puts the new journal in place of the old one.
func (b *Booker) replace(ctx context.Context, mark Mark) error {
	if !b.lease.held() {
		return errLeaseLost
	}
	b.remade.Add(1)
	defer b.remade.Add(1)
	// What is asked from here on is asked of one journal: the sum of the old one would tell of less, beside what only the engine knows.
	b.ledger.forget()
	defer b.ledger.appear()()
	if err := b.Conn.Exec(ctx, "EXCHANGE TABLES "+journalTable+" AND "+nextTable); err != nil {
		return fmt.Errorf("put the new journal in place: %w", err)
	}
	b.tell(mark)
	return nil
}

// stored is the mark of a journal that contains all that is stored, under the next number: never 1, by which a start tells books that
// were made again from a first block.
func (b *Booker) stored(ctx context.Context) (Mark, error) {
	mark := Mark{Block: max(1, b.Mark().Block) + 1, Entries: map[string]uint64{}, Rules: b.Rules().Version(), Edition: lifecycle.Edition}
	own, loaded := "", uint64(0)
	if b.Loaded != nil {
		own, loaded = b.Loaded()
	}
	rows, err := b.Conn.Query(ctx, "SELECT collector, max(entry), max(arrival) FROM events GROUP BY collector")
	if err != nil {
		return mark, fmt.Errorf("find what is stored: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var collector string
		var entry uint64
		var arrival time.Time
		if err := rows.Scan(&collector, &entry, &arrival); err != nil {
			return mark, fmt.Errorf("find what is stored: %w", err)
		}
		if arrival.After(mark.Arrival) {
			mark.Arrival = arrival
		}
		if collector == own {
			entry = max(entry, loaded)
		}
		mark.Entries[collector] = entry
	}
	return mark, rows.Err()
}

// rebuildFamily replays the cases of a family in the order of their subjects. While the engine finishes one insert the next
// one is filled.
func (b *Booker) rebuildFamily(ctx context.Context, family event.Family, re *remaking) error {
	facts, err := readFacts(ctx, b.Conn, family, nil)
	if err != nil {
		return fmt.Errorf("read facts: %w", err)
	}
	defer facts.close()
	var finishing errgroup.Group
	finishing.SetLimit(1)
	for more := true; more && err == nil; {
		var in *inserting
		if in, more, err = b.rebuildPart(ctx, facts, re); err == nil {
			re.progress(re.done)
			finishing.Go(in.finish)
		}
	}
	return errors.Join(err, finishing.Wait())
}

// rebuildPart replays cases until an insert is full. It reports whether there are more.
func (b *Booker) rebuildPart(ctx context.Context, facts *cursor[event.Event], re *remaking) (in *inserting, more bool, err error) {
	if in, err = b.insertNext(ctx, re.mark.Block); err != nil {
		return nil, false, err
	}
	l := &lines{zone: b.Rules().Zone()}
	for rows := 0; rows < rebuildRows; {
		var subject string
		if subject, more, err = facts.peek(); err != nil || !more {
			break
		}
		var n int
		if n, err = b.rebuildCase(facts, subject, l, re); err != nil {
			break
		}
		rows += n
		if l.full() {
			if err = in.send(l); err != nil {
				break
			}
		}
	}
	if err == nil {
		err = in.send(l)
	}
	if err != nil {
		in.abort()
	}
	return in, more, err
}

// rebuildCase replays one case. It returns how many lines of the journal that makes.
func (b *Booker) rebuildCase(facts *cursor[event.Event], subject string, l *lines, re *remaking) (int, error) {
	events, err := facts.take(subject)
	if err != nil {
		return 0, fmt.Errorf("read facts: %w", err)
	}
	if events = knownBy(events, re.mark); len(events) == 0 {
		return 0, nil // stored since the rebuild began: a later block's
	}
	if b.stray(events) {
		re.strays.add(events)
		return 0, nil
	}
	first := deliveriesBetween(events, Mark{}, re.mark).first
	before := l.rows()
	held, err := b.replayCuts(events, subject, l, re.cuts)
	if err != nil {
		return 0, fmt.Errorf("case %s: %w", subject, err)
	}
	c, entries, err := lifecycle.Journal(events, b.Rules())
	if err != nil {
		return 0, fmt.Errorf("case %s: %w", subject, err)
	}
	l.addCase(&c, difference(entries, held))
	l.number(re.mark.Block, b.writer)
	re.mark.Events += first
	re.done.Cases++
	re.done.Events += first
	return l.rows() - before, nil
}

// cut is a block that somebody refers to: what the books held up to it stays under its number.
type cut struct {
	mark  Mark
	rules *lifecycle.Rules
}

// cuts are in the order of their blocks, each once.
func (b *Booker) cuts() (all []cut) {
	if b.Sealed == nil {
		return nil
	}
	marks := b.Sealed()
	slices.SortFunc(marks, func(x, y Mark) int { return cmp.Compare(x.Block, y.Block) })
	for i, m := range marks {
		if i == 0 || m.Block != marks[i-1].Block {
			all = append(all, cut{m, b.Rules().Upto(m.Rules)})
		}
	}
	return all
}

// replayCuts adds what the journal of a case held at each cut beyond the one before. It returns what it held at the last.
func (b *Booker) replayCuts(events []event.Event, subject string, l *lines, cuts []cut) (held []lifecycle.Entry, _ error) {
	for _, at := range cuts {
		known := knownBy(slices.Clone(events), at.mark)
		if len(known) == 0 {
			continue
		}
		c, then, err := lifecycle.Journal(known, at.rules)
		if err != nil {
			return nil, fmt.Errorf("up to block %d: %w", at.mark.Block, err)
		}
		for _, e := range difference(slices.Clone(then), held) {
			l.add(string(c.Family), subject, &e)
		}
		l.number(at.mark.Block, b.writer)
		held = then
	}
	return held, nil
}

// insertNext opens an insert into the new journal.
func (b *Booker) insertNext(ctx context.Context, block uint64) (*inserting, error) {
	return startInsert(ctx, b.Conn, nextTable, b.writer, block, uuid.NewString(), uuid.NewString())
}

func (b *Booker) appendMarks(ctx context.Context, mark Mark) error {
	in, err := b.insertNext(ctx, mark.Block)
	if err != nil {
		return err
	}
	defer in.abort()
	if err := in.send(marks(mark)); err != nil {
		return err
	}
	return in.finish()
}
