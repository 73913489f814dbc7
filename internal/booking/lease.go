package booking

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

const (
	// leaseEnds is how long after its last sign of life a booker counts as gone.
	leaseEnds = 8 * time.Second
	// leaseBeat is how often it gives one, and leaseTrust how long it may rely on the last: less than leaseEnds, so that it stops
	// before another begins. A process that was stopped for longer finds out before its next block.
	leaseBeat  = 2 * time.Second
	leaseTrust = 5 * time.Second
)

// ErrElsewhere says that another process books, and is to be asked.
var ErrElsewhere = errors.New("another server books now: ask that one")

// errLeaseLost says that this booker may be taken for gone.
var errLeaseLost = errors.New("the lease has ended")

// lease is the right to book where several processes could. Whoever takes it after its end does nothing wrong if the one before
// still writes: blocks are numbered, and one of two steps down. But a rebuild and an erasure must be alone.
type lease struct {
	conn   driver.Conn
	holder string
	beaten atomic.Int64 // when the last sign of life was begun that was written down, by this process's clock; 0 if never
}

// began is what instants of lease are reckoned from: by the monotonic clock, for others are set.
var began = time.Now()

// held says whether nobody else can have taken over yet. It is true for a booker that needs no lease.
func (l *lease) held() bool {
	if l == nil {
		return true
	}
	beaten := l.beaten.Load()
	return beaten != 0 && time.Since(began)-time.Duration(beaten) < leaseTrust
}

// take takes the lease if it is free, or renews it, and says whether it is held. It is of one goroutine at a time.
func (l *lease) take(ctx context.Context) (bool, error) {
	start := time.Since(began)
	term, holder, age, err := l.newest(ctx)
	if err != nil {
		return false, err
	}
	switch {
	case holder == l.holder:
	case term > 0 && age < leaseEnds:
		l.beaten.Store(0)
		return false, nil
	default:
		term++
	}
	if err := l.conn.Exec(ctx, "INSERT INTO leases (term, holder, beat) SELECT {term:UInt64}, {holder:String}, now64(3)",
		clickhouse.Named("term", fmt.Sprint(term)), clickhouse.Named("holder", l.holder)); err != nil {
		return false, fmt.Errorf("take the lease: %w", err)
	}
	if holder != l.holder { // another may have taken it at the same time
		if _, holder, _, err = l.newest(ctx); err != nil {
			return false, err
		}
		if holder != l.holder {
			return false, nil
		}
	}
	l.beaten.Store(int64(max(start, 1)))
	return true, nil
}

// newest is the term that counts, who holds it, and how long ago the last sign of life was; term 0 if there is none.
func (l *lease) newest(ctx context.Context) (term uint64, holder string, age time.Duration, err error) {
	var millis int64
	rows, err := l.conn.Query(ctx, `SELECT term, holder, dateDiff('millisecond', max(beat), now64(3)) FROM leases GROUP BY term, holder ORDER BY term DESC, holder LIMIT 1`)
	if err != nil {
		return 0, "", 0, fmt.Errorf("read the lease: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&term, &holder, &millis); err != nil {
			return 0, "", 0, fmt.Errorf("read the lease: %w", err)
		}
	}
	return term, holder, time.Duration(millis) * time.Millisecond, rows.Err()
}

// keep renews a lease until ctx ends.
func (l *lease) keep(ctx context.Context) {
	for {
		sleep(ctx, leaseBeat)
		if ctx.Err() != nil {
			return
		}
		_, _ = l.take(ctx) // whether it is held is asked before each block
	}
}

// release lets another take over at once.
func (l *lease) release(ctx context.Context) {
	if !l.held() {
		return
	}
	l.beaten.Store(0)
	_ = l.conn.Exec(ctx, "INSERT INTO leases (term, holder, beat) SELECT max(term) + 1, '', toDateTime64(0, 3) FROM leases") // else it ends by itself
}

// Standing is what a booker is among those of one engine.
type Standing int

// The standings there are.
const (
	// Alone is the only booker of its engine.
	Alone Standing = iota
	// Shared books while no other does.
	Shared
	// Watching never books, and only tells what the books hold.
	Watching
)

// Leads says whether this booker is the one that books.
func (b *Booker) Leads() bool { return b.lease.held() }

// wait follows the books that another writes, until this one has the lease.
func (b *Booker) wait(ctx context.Context) error {
	told := false
	for ctx.Err() == nil {
		if b.Standing == Shared {
			if held, err := b.lease.take(ctx); held || err != nil {
				if held && told {
					b.Logger.Info("no other server books any more, this one does now")
				}
				return err
			}
		}
		if !told {
			b.Logger.Info("another server books, this one follows")
			b.ledger.forget()
			told = true
		}
		last, _, err := lastMarks(ctx, b.Conn)
		if err != nil {
			return fmt.Errorf("read the last block: %w", err)
		}
		if !b.hasFound() || last.Block != b.Mark().Block {
			b.tell(last)
		}
		select {
		case <-ctx.Done():
		case r := <-b.rebuilds:
			r.done <- ErrElsewhere
		case e := <-b.erasings:
			e.done <- ErrElsewhere
		case <-b.wake: // stored events are another's to book
			sleep(ctx, poll)
		case <-time.After(poll):
		}
	}
	return nil
}
