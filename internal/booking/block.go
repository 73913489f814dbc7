package booking

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"tiendo/internal/lifecycle"
)

// block is what one insert adds to the books.
type block struct {
	mark     Mark
	writer   string
	cells    []caseEntries
	verdicts []lifecycle.Case
}

// caseEntries are the lines of the journal that a block adds to a case.
type caseEntries struct {
	family, subject string
	entries         []lifecycle.Entry
}

func newBlock(mark Mark, writer string) *block { return &block{mark: mark, writer: writer} }

func (b *block) addCase(c *lifecycle.Case, entries []lifecycle.Entry) {
	if len(entries) > 0 {
		b.cells = append(b.cells, caseEntries{family: string(c.Family), subject: c.Subject, entries: entries})
	}
	b.verdicts = append(b.verdicts, *c)
}

// The measures of the rows that mark a block. Their family is empty; their subject begins with the block's number, so that
// a block is found by its number and the last one at the end.
const (
	markEntry  = "entry"
	markEvents = "events"
)

func markSubject(number uint64) string { return fmt.Sprintf("%012d/", number) }

func (b *block) marks() []caseEntries {
	mark := func(collector string, measure lifecycle.Measure, n uint64) caseEntries {
		count := lifecycle.Count{Cell: lifecycle.Cell{Measure: measure}, N: int64(n)}
		return caseEntries{subject: markSubject(b.mark.Block) + collector, entries: []lifecycle.Entry{{Count: count}}}
	}
	rows := []caseEntries{mark("", markEvents, b.mark.Events)}
	for _, collector := range slices.Sorted(maps.Keys(b.mark.Entries)) {
		rows = append(rows, mark(collector, markEntry, b.mark.Entries[collector]))
	}
	return rows
}

// rows counts the lines of the journal that the block adds.
func (b *block) rows() (n int) {
	for _, c := range b.cells {
		n += len(c.entries)
	}
	return n
}

// attempts is how often a block whose rows did not appear is inserted again.
const attempts = 3

// write appends the block to the journal, and the verdicts beside it. Should only the verdicts be written, the next try
// writes them again with the cells; should only the cells be, the booker writes the verdicts when it resumes.
func (b *Booker) write(ctx context.Context, block *block) error {
	var group errgroup.Group
	group.Go(func() error { return b.writeCells(ctx, block) })
	group.Go(func() error {
		if err := insertVerdicts(ctx, b.Conn, block, b.Calendars.Location()); err != nil {
			return fmt.Errorf("insert verdicts: %w", err)
		}
		return nil
	})
	return group.Wait()
}

// writeCells appends the block to the journal and makes sure that it is there, once, and ours.
func (b *Booker) writeCells(ctx context.Context, block *block) error {
	for attempt := range attempts {
		query := uuid.NewString()
		if err := insertCells(ctx, b.Conn, block, query, attempt); err != nil {
			if settleErr := b.settle(ctx, query); settleErr != nil {
				return errors.Join(err, settleErr)
			}
			b.Logger.Warn("a block's insert ended in an error, reading back", "block", block.mark.Block, "error", err)
		}
		writer, err := writerOf(ctx, b.Conn, block.mark.Block)
		switch {
		case err != nil:
			return fmt.Errorf("read back: %w", err)
		case writer == block.writer:
			return nil
		case writer != "":
			return errStepDown
		}
		// Absent: a kill between token and part leaves the token without rows, so the next attempt takes another token.
	}
	return fmt.Errorf("the engine took the rows %d times and shows none", attempts)
}

// settle makes sure that an insert whose outcome is unknown is over.
func (b *Booker) settle(ctx context.Context, query string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	err := b.Conn.Exec(ctx, `KILL QUERY WHERE query_id = {query:String} SYNC`, clickhouse.Named("query", query))
	if err != nil {
		return fmt.Errorf("end the insert whose outcome is unknown: %w", err)
	}
	return nil
}

// writerOf names the booker that wrote a block, "" if there is none of that number.
func writerOf(ctx context.Context, conn driver.Conn, number uint64) (string, error) {
	var writers []string
	err := conn.QueryRow(ctx, `SELECT groupUniqArray(writer) FROM cells WHERE family = '' AND subject = {subject:String}`,
		clickhouse.Named("subject", markSubject(number))).Scan(&writers)
	if err != nil {
		return "", err
	}
	switch len(writers) {
	case 0:
		return "", nil
	case 1:
		return writers[0], nil
	default:
		return "", fmt.Errorf("block %d was written by %d bookers: run tiendo check cells", number, len(writers))
	}
}

// lastMarks returns what the last block and the one before it say; zero marks if there are none.
func lastMarks(ctx context.Context, conn driver.Conn) (last, previous Mark, err error) {
	last, previous = Mark{Entries: map[string]uint64{}}, Mark{Entries: map[string]uint64{}}
	rows, err := conn.Query(ctx, `SELECT block, subject, measure, n FROM cells WHERE family = '' AND block IN (
		SELECT DISTINCT block FROM cells WHERE family = '' ORDER BY block DESC LIMIT 2) ORDER BY block DESC, subject`)
	if err != nil {
		return last, previous, err
	}
	defer rows.Close()
	for rows.Next() {
		var number uint64
		var subject, measure string
		var n int64
		if err := rows.Scan(&number, &subject, &measure, &n); err != nil {
			return last, previous, err
		}
		last.Block = max(last.Block, number)
		of := &last
		if number < last.Block {
			of = &previous
			of.Block = number
		}
		switch measure {
		case markEvents:
			of.Events = uint64(n)
		case markEntry:
			of.Entries[subject[len(markSubject(number)):]] = uint64(n)
		}
	}
	return last, previous, rows.Err()
}
