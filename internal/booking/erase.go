package booking

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// Case names a case.
type Case struct {
	Family  event.Family
	Subject string
}

// Nameless is what the journal holds of cases whose events are erased. Their lines cannot be made again from facts, so each
// block tells what they come to.
type Nameless struct {
	Cases, Events uint64
	// Print is the sum of the prints of their lines.
	Print uint64
}

// namelessPrefix begins the name under which the lines of an erased case stay; no subject holds it.
const namelessPrefix = "~"

// IsNameless says that what stands for a subject is the random name of an erased case.
func IsNameless(subject string) bool { return strings.HasPrefix(subject, namelessPrefix) }

// Erased says what became of cases that were to be erased.
type Erased struct {
	// Cases and Events are gone.
	Cases, Events uint64
	// Open are left as they were, for they are not closed: they would be open in the figures for ever.
	Open []Case
}

// ErrUnlike says that the books are not what the facts say, so that nobody could tell later what they should hold.
var ErrUnlike = errors.New("the journal does not hold what its facts say; run `tiendo rebuild`, then erase again")

// erasing is a request to erase cases.
type erasing struct {
	ctx    context.Context
	cases  []Case
	refuse func([]Case) error
	done   chan error
	told   Erased
}

// Erase erases the events of closed cases that are stored. What the journal holds of them stays as it is, line by line, with
// its days, stamps and blocks, under a random name that nothing leads to: every figure, of any day of the past, stays the
// same. Booking waits meanwhile. A kill leaves either nothing done or the rest to be done by the next start.
//
// refuse is called once, with the cases that are not open: they count as erased when it returns, so that nothing more is taken of
// them. Whatever is stored of them by then is booked before, which tells a case on its way out from one that comes back: see
// [Options.Erased].
func (b *Booker) Erase(ctx context.Context, cases []Case, refuse func([]Case) error) (Erased, error) {
	e := &erasing{ctx: ctx, cases: cases, refuse: refuse, done: make(chan error, 1)}
	select {
	case b.erasings <- e:
	case <-ctx.Done():
		return Erased{}, ctx.Err()
	}
	err := <-e.done
	return e.told, err
}

// erase is Erase in the goroutine that books.
func (b *Booker) erase(e *erasing) error {
	ctx := e.ctx
	if err := b.bookStored(ctx); err != nil {
		return err
	}
	going, err := b.leaveOpen(ctx, e)
	if err != nil || len(going) == 0 {
		return err
	}
	if err := e.refuse(going); err != nil {
		return err
	}
	if err := b.bookStored(ctx); err != nil { // what came between
		return err
	}
	mark := b.Mark()
	mark.Block++
	leaving, err := b.choose(ctx, e, going, &mark)
	if err != nil || len(leaving) == 0 {
		return err
	}
	if err := b.leave(ctx, leaving, mark); err != nil {
		return errors.Join(err, b.finishErasing(context.WithoutCancel(ctx)))
	}
	return b.finishErasing(ctx)
}

// bookStored books all that is stored.
func (b *Booker) bookStored(ctx context.Context) (err error) {
	b.lookAgain = time.Time{} // a collector that is new as well
	for more := true; more; {
		if more, err = b.step(ctx); err != nil {
			return fmt.Errorf("book what is stored: %w", err)
		}
	}
	return nil
}

// leaver is a case on its way out, with the name that its lines get.
type leaver struct {
	Case
	alias string
}

// choose finds the cases that can go, and adds what the journal holds of them to what the mark says of nameless lines.
func (b *Booker) choose(ctx context.Context, e *erasing, going []Case, mark *Mark) ([]leaver, error) {
	var all []leaver
	for family, subjects := range byFamily(going) {
		facts, err := readFacts(ctx, b.Conn, family, subjects)
		if err != nil {
			return nil, fmt.Errorf("read facts: %w", err)
		}
		defer facts.close()
		journal, err := readJournal(ctx, b.Conn, family, subjects)
		if err != nil {
			return nil, fmt.Errorf("read the journal: %w", err)
		}
		defer journal.close()
		for _, subject := range subjects {
			events, err := facts.take(subject)
			if err != nil {
				return nil, fmt.Errorf("read facts: %w", err)
			}
			has, err := journal.take(subject)
			if err != nil {
				return nil, fmt.Errorf("read the journal: %w", err)
			}
			if events = knownBy(events, *mark); len(events) == 0 { // what came since goes with the case
				continue
			}
			first := deliveriesBetween(events, Mark{}, *mark).first
			c, should, err := lifecycle.Journal(events, b.Rules())
			switch {
			case err != nil:
				return nil, err
			case c.Open():
				e.told.Open = append(e.told.Open, Case{family, subject})
				continue
			case len(difference(should, has)) > 0:
				return nil, ErrUnlike
			}
			var random [16]byte
			_, _ = rand.Read(random[:]) // never fails, says its documentation
			all = append(all, leaver{Case{family, subject}, namelessPrefix + hex.EncodeToString(random[:])})
			e.told.Cases++
			e.told.Events += first
			if len(has) > 0 {
				mark.Nameless.Cases++
			}
			mark.Nameless.Events += first
			mark.Nameless.Print += sumOfPrints(has)
		}
	}
	return all, nil
}

// leave makes the journal again with nameless lines and puts it in place, at once.
func (b *Booker) leave(ctx context.Context, all []leaver, mark Mark) error {
	batch, err := b.Conn.PrepareBatch(ctx, "INSERT INTO leaving (family, subject, alias, block)")
	if err != nil {
		return fmt.Errorf("note the cases: %w", err)
	}
	for _, l := range all {
		err = errors.Join(err, batch.Append(string(l.Family), l.Subject, l.alias, mark.Block))
	}
	if err := errors.Join(err, batch.Send()); err != nil {
		return fmt.Errorf("note the cases: %w", err)
	}
	for _, s := range []struct{ what, statement string }{
		{"make the table of the new journal", "DROP TABLE IF EXISTS " + nextTable + " SYNC"},
		{"make the table of the new journal", "CREATE TABLE " + nextTable + " AS " + journalTable},
		// The parts are shared, not copied; only those that hold lines of the cases are written again.
		{"fill the new journal", "ALTER TABLE " + nextTable + " ATTACH PARTITION tuple() FROM " + journalTable},
		{"take the lines out of the new journal", "ALTER TABLE " + nextTable + " DELETE WHERE (family, subject) IN (SELECT family, subject FROM leaving) SETTINGS mutations_sync = 2"},
		{"put them back without a name", "INSERT INTO " + nextTable + " (" + lineColumns + `, block, writer)
			SELECT c.family, l.alias, c.stamp, c.cause, c.measure, c.day, c.millis, c.marks, c.bin, c.delay,
				c.agency, c.unit, c.procedure, c.channel, c.level, c.kind, c.at, c.issuer, c.helpers, c.source, c.n, c.print, c.block, c.writer
			FROM (SELECT * FROM ` + journalTable + ` WHERE (family, subject) IN (SELECT family, subject FROM leaving)) AS c
			INNER JOIN leaving AS l ON l.family = c.family AND l.subject = c.subject`},
	} {
		if err := b.Conn.Exec(ctx, s.statement); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
	}
	if err := b.sameLines(ctx); err != nil {
		return err
	}
	if err := b.appendMarks(ctx, mark); err != nil {
		return fmt.Errorf("mark the new journal: %w", err)
	}
	if !b.lease.held() {
		return errLeaseLost
	}
	if err := b.Conn.Exec(ctx, "EXCHANGE TABLES "+journalTable+" AND "+nextTable); err != nil {
		return fmt.Errorf("put the new journal in place: %w", err)
	}
	return nil
}

// sameLines makes sure that the new journal holds what the old one does.
func (b *Booker) sameLines(ctx context.Context) error {
	type sum struct{ lines, prints uint64 }
	var was, is sum
	for table, into := range map[string]*sum{journalTable: &was, nextTable: &is} {
		query := "SELECT count(), toUInt64(sum((print + 1) * n)) FROM " + table + " WHERE family != ''"
		if err := b.Conn.QueryRow(ctx, query).Scan(&into.lines, &into.prints); err != nil {
			return fmt.Errorf("compare the new journal: %w", err)
		}
	}
	if was != is {
		return fmt.Errorf("the new journal has %d lines, the old one %d, or they are not the same: nothing was changed", is.lines, was.lines)
	}
	return nil
}

// finishErasing takes the facts and verdicts of the cases on their way out away, if the books have them without a name, else
// forgets that they were to go.
func (b *Booker) finishErasing(ctx context.Context) error {
	var n, block uint64
	if err := b.Conn.QueryRow(ctx, "SELECT count(), max(block) FROM leaving").Scan(&n, &block); err != nil {
		return fmt.Errorf("look for cases on their way out: %w", err)
	}
	if n == 0 {
		return nil
	}
	last, _, err := lastMarks(ctx, b.Conn)
	if err != nil {
		return fmt.Errorf("read the last block: %w", err)
	}
	var statements []string
	if block <= last.Block {
		// Events last: while they are there, so is what says that they are to go.
		statements = []string{
			"ALTER TABLE verdicts DELETE WHERE (family, subject) IN (SELECT family, subject FROM leaving) SETTINGS mutations_sync = 2",
			"ALTER TABLE events DELETE WHERE (family, subject) IN (SELECT family, subject FROM leaving) SETTINGS mutations_sync = 2",
		}
	}
	for _, s := range append(statements, "DROP TABLE IF EXISTS "+nextTable+" SYNC", "TRUNCATE TABLE leaving") {
		if err := b.Conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("take away what is erased: %w", err)
		}
	}
	return nil
}

// keepNameless copies the nameless lines into the journal that is made again: there are no facts to make them from.
func (b *Booker) keepNameless(ctx context.Context, mark *Mark) error {
	err := b.Conn.Exec(ctx, "INSERT INTO "+nextTable+" SELECT * FROM "+journalTable+" WHERE family != '' AND startsWith(subject, '"+namelessPrefix+"')")
	if err != nil {
		return fmt.Errorf("keep the lines of erased cases: %w", err)
	}
	mark.Nameless = b.Mark().Nameless
	mark.Events += mark.Nameless.Events
	return nil
}

// Old lists cases of which everything happened before an instant, in order, at most limit after one of them. They may be open.
func Old(ctx context.Context, conn driver.Conn, before time.Time, after Case, limit int) ([]Case, error) {
	families := make([]string, 0, len(lifecycle.Families()))
	for _, f := range lifecycle.Families() {
		families = append(families, string(f))
	}
	rows, err := conn.Query(ctx, `SELECT family, subject FROM events
		WHERE family IN {families:Array(String)} AND (family, subject) > ({family:String}, {subject:String})
		GROUP BY family, subject HAVING max(time) < {before:DateTime64(3, 'UTC')} ORDER BY family, subject LIMIT {limit:UInt64}`,
		clickhouse.Named("families", families), clickhouse.Named("family", string(after.Family)), clickhouse.Named("subject", after.Subject),
		clickhouse.Named("before", before.UTC().Format("2006-01-02 15:04:05.000")), clickhouse.Named("limit", fmt.Sprint(limit)))
	if err != nil {
		return nil, fmt.Errorf("look for old cases: %w", err)
	}
	defer rows.Close()
	var all []Case
	for rows.Next() {
		var family, subject string
		if err := rows.Scan(&family, &subject); err != nil {
			return nil, fmt.Errorf("look for old cases: %w", err)
		}
		all = append(all, Case{event.Family(family), subject})
	}
	return all, rows.Err()
}

// leaveOpen are the cases that may go. It tells which can't, for they are open.
func (b *Booker) leaveOpen(ctx context.Context, e *erasing) (going []Case, _ error) {
	for family, subjects := range byFamily(e.cases) {
		facts, err := readFacts(ctx, b.Conn, family, subjects)
		if err != nil {
			return nil, fmt.Errorf("read facts: %w", err)
		}
		defer facts.close()
		for _, subject := range subjects {
			events, err := facts.take(subject)
			if err != nil {
				return nil, fmt.Errorf("read facts: %w", err)
			}
			into := &going
			if len(events) > 0 {
				c, err := lifecycle.Judge(events, b.Rules())
				if err != nil {
					return nil, err
				}
				if c.Open() {
					into = &e.told.Open
				}
			}
			*into = append(*into, Case{family, subject})
		}
	}
	return going, nil
}

// byFamily are the subjects of cases by family, in order.
func byFamily(of []Case) cases {
	all := cases{}
	for _, c := range of {
		all[c.Family] = append(all[c.Family], c.Subject)
	}
	all.sort()
	return all
}
