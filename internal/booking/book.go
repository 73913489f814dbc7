package booking

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/ext"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"golang.org/x/sync/errgroup"

	"tiendo/internal/calendar"
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
	journal, err := b.readJournal(ctx, family, names)
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
			if other := &events[j]; other.Source == e.Source && other.ID == e.ID && other.Before(e) {
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

// cursor walks rows that are sorted by subject, and hands out those of one subject after the other.
type cursor[T any] struct {
	rows driver.Rows
	scan func(driver.Rows) (subject string, row T, err error)

	subject string
	row     T
	ready   bool
}

// take returns the rows of subject; nil if there are none. Subjects must be asked for in order.
func (c *cursor[T]) take(subject string) (taken []T, err error) {
	for {
		if !c.ready {
			if !c.rows.Next() {
				return taken, c.rows.Err()
			}
			if c.subject, c.row, err = c.scan(c.rows); err != nil {
				return nil, err
			}
			c.ready = true
		}
		if c.subject != subject {
			return taken, nil
		}
		taken, c.ready = append(taken, c.row), false
	}
}

func (c *cursor[T]) close() { _ = c.rows.Close() }

// among makes the names of cases a table that a query can read.
func among(ctx context.Context, subjects []string) (context.Context, error) {
	table, err := ext.NewTable("touched", ext.Column("subject", "String"))
	if err != nil {
		return nil, err
	}
	var failed error
	for _, s := range subjects {
		failed = errors.Join(failed, table.Append(s))
	}
	return clickhouse.Context(ctx, clickhouse.WithExternalTable(table)), failed
}

func readFacts(ctx context.Context, conn driver.Conn, family event.Family, subjects []string) (*cursor[event.Event], error) {
	ctx, err := among(ctx, subjects)
	if err != nil {
		return nil, err
	}
	rows, err := conn.Query(ctx, `SELECT subject, source, id, type, time, recorded, retracted, data, arrival, bound, collector, entry, position
		FROM events WHERE family = {family:String} AND subject IN (SELECT subject FROM touched) ORDER BY family, subject`,
		clickhouse.Named("family", string(family)))
	if err != nil {
		return nil, err
	}
	return &cursor[event.Event]{rows: rows, scan: func(rows driver.Rows) (string, event.Event, error) {
		var e event.Event
		var kind, data string
		err := rows.Scan(&e.Subject, &e.Source, &e.ID, &kind, &e.Time, &e.Recorded, &e.Retracted, &data, &e.Arrival, &e.Bound, &e.Collector, &e.Entry, &e.Position)
		e.Type, e.Data = event.Type(kind), []byte(data)
		return e.Subject, e, err
	}}, nil
}

func (b *Booker) readJournal(ctx context.Context, family event.Family, subjects []string) (*cursor[lifecycle.Entry], error) {
	ctx, err := among(ctx, subjects)
	if err != nil {
		return nil, err
	}
	rows, err := b.Conn.Query(ctx, `SELECT subject, stamp, cause, measure, day, millis, marks, bin, agency, unit, procedure, channel, level, kind, at, issuer, helpers, source, n
		FROM cells WHERE family = {family:String} AND subject IN (SELECT subject FROM touched) ORDER BY family, subject`,
		clickhouse.Named("family", string(family)))
	if err != nil {
		return nil, err
	}
	return &cursor[lifecycle.Entry]{rows: rows, scan: func(rows driver.Rows) (subject string, e lifecycle.Entry, err error) {
		var stamp, day time.Time
		var cause, measure string
		var marks uint32
		err = rows.Scan(&subject, &stamp, &cause, &measure, &day, &e.Millis, &marks, &e.Bin, &e.Agency, &e.Unit, &e.Procedure, &e.Channel, &e.Level, &e.Kind, &e.At, &e.Issuer, &e.Helpers, &e.Source, &e.N)
		e.Stamp, e.Day = calendar.DayOf(stamp, time.UTC), calendar.DayOf(day, time.UTC)
		e.Cause, e.Measure, e.Marks = lifecycle.Cause(cause), lifecycle.Measure(measure), lifecycle.Marks(marks)
		return subject, e, err
	}}, nil
}
