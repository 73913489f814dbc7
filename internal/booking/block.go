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

	"tiendo/internal/lifecycle"
)

// block is what one insert adds to the books: what the touched cases should hold beyond what the journal holds for them.
// Its rows are made while they are inserted, so that memory depends on a few cases and not on the block.
type block struct {
	mark   Mark
	booked Mark // the mark of the block before
	writer string
	rules  *lifecycle.Rules
	cases  cases
	beside bool // it holds events that are of no case
	rows   int  // lines of the journal, once they are inserted
	draft  *draft
	strays *strays

	delivered deliveries
}

// The measures of the rows that mark a block. Their family is empty; their subject begins with the block's number, so that
// a block is found by its number and the last one at the end.
const (
	markEntry   = "entry"
	markEvents  = "events"
	markRules   = "rules"
	markEdition = "edition"
	markArrival = "arrival" // in milliseconds since 1970

	markNamelessCases  = "nameless_cases"
	markNamelessEvents = "nameless_events"
	markNamelessPrint  = "nameless_print"
)

func markSubject(number uint64) string { return fmt.Sprintf("%012d/", number) }

// marks are the rows that mark a block.
func marks(m Mark) *lines {
	l := &lines{}
	mark := func(collector string, measure lifecycle.Measure, n uint64) {
		l.add("", markSubject(m.Block)+collector, &lifecycle.Entry{Count: lifecycle.Count{Cell: lifecycle.Cell{Measure: measure}, N: int64(n)}})
	}
	mark("", markEvents, m.Events)
	mark("", markRules, m.Rules)
	mark("", markEdition, m.Edition)
	if !m.Arrival.IsZero() {
		mark("", markArrival, uint64(m.Arrival.UnixMilli()))
	}
	if m.Nameless.Cases > 0 {
		mark("", markNamelessCases, m.Nameless.Cases)
		mark("", markNamelessEvents, m.Nameless.Events)
		mark("", markNamelessPrint, m.Nameless.Print)
	}
	for _, collector := range slices.Sorted(maps.Keys(m.Entries)) {
		mark(collector, markEntry, m.Entries[collector])
	}
	return l
}

// attempts is how often a block whose rows did not appear is inserted again.
const attempts = 3

// write appends the block to the journal and makes sure that it is there, once, and ours. It counts the block's events.
func (b *Booker) write(ctx context.Context, block *block) error {
	for n := range attempts {
		written, err := b.attempt(ctx, block, n)
		if written || err != nil {
			return err
		}
		// Absent: a kill between token and part leaves the token without rows, so the next attempt takes another token.
	}
	return fmt.Errorf("the engine took the rows %d times and shows none", attempts)
}

// attempt inserts the block and reads back who wrote it: false if nobody did.
func (b *Booker) attempt(ctx context.Context, block *block, n int) (written bool, err error) {
	query := uuid.NewString()
	in, err := b.fill(ctx, block, query, fmt.Sprintf("0-%d-%d", block.mark.Block, n))
	if in != nil {
		defer in.abort()
	}
	if err == nil {
		// From here on the engine may show the block, and the ledger does not.
		defer b.ledger.appear()()
		err = in.finish()
	}
	if err != nil {
		settleErr := b.settle(ctx, query)
		if settleErr != nil || !errors.Is(err, errUnknown) {
			return false, errors.Join(err, settleErr)
		}
		b.Logger.Warn("a block's insert ended in an error, reading back", "block", block.mark.Block, "error", err)
	}
	writer, err := writerOf(ctx, b.Conn, block.mark.Block)
	switch {
	case err != nil:
		return false, fmt.Errorf("read back: %w", err)
	case writer == block.writer:
		b.ledger.commit(block.draft, block.mark.Block, b.today())
		return true, nil
	case writer != "":
		return false, errStepDown
	}
	return false, nil
}

// fill judges the cases of the block and sends what they add to the journal into an insert, which is yet to be finished.
func (b *Booker) fill(ctx context.Context, block *block, query, token string) (*inserting, error) {
	in, err := startInsert(ctx, b.Conn, journalTable, block.writer, block.mark.Block, query, token)
	if err != nil {
		return nil, err
	}
	block.draft, block.strays = b.ledger.begin(block.cases.count()), &strays{cases: cases{}}
	block.draft.beside = block.beside
	delivered, err := b.judge(ctx, block, in)
	if err != nil {
		return in, err
	}
	if err := b.sweep(ctx, block.strays); err != nil {
		return in, err
	}
	block.delivered, block.rows = delivered, in.rows
	block.mark.Events = block.booked.Events + delivered.first
	return in, in.send(marks(block.mark))
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
		case markRules:
			of.Rules = uint64(n)
		case markEdition:
			of.Edition = uint64(n)
		case markEvents:
			of.Events = uint64(n)
		case markArrival:
			of.Arrival = time.UnixMilli(n)
		case markNamelessCases:
			of.Nameless.Cases = uint64(n)
		case markNamelessEvents:
			of.Nameless.Events = uint64(n)
		case markNamelessPrint:
			of.Nameless.Print = uint64(n)
		case markEntry:
			of.Entries[subject[len(markSubject(number)):]] = uint64(n)
		}
	}
	return last, previous, rows.Err()
}
