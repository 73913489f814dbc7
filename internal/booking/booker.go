package booking

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/cenkalti/backoff/v7"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"
)

const (
	// eventsPerBlock bounds the new events of one block. Large blocks touch a case once whose events came in no order: of
	// 500,000 such events each takes 27 µs of processor time, of blocks of 100,000 it took 44 µs.
	eventsPerBlock = 400_000
	// pace is the least time between two blocks while events trickle in: fewer, larger parts cost the engine less.
	pace = 250 * time.Millisecond
	// poll is how often events of other processes are looked for.
	poll = time.Second
	// gathering is how long a block waits for events that are on their way to the engine: of a burst, one block costs less than two.
	gathering = 150 * time.Millisecond
	// standby is how long a booker waits before it tries again that found the block of another.
	standby = 10 * time.Second
)

// errStepDown says that another booker wrote the block: it leads, this one waits.
var errStepDown = errors.New("another booker wrote this block")

// Options are what a Booker needs.
type Options struct {
	Conn driver.Conn
	// Rules gives what cases are judged by, as it now is. When its version rises, open cases are judged again.
	Rules func() *lifecycle.Rules
	// Standing says whether others may book in the same engine. One that is not alone needs Loaded, for it is known among them by
	// the name of its collector, which is the same after a restart.
	Standing Standing
	Logger   *slog.Logger
	Registry prometheus.Registerer
	// Loaded tells the collector of this process, and the last entry of its log whose rows are stored: entries that left no
	// row, for they held nothing new, are booked as well then. Nil where there is no collector.
	Loaded func() (collector string, entry uint64)
	// Newest tells the last entry of that log, which is on its way if it is not loaded. Nil where there is no collector.
	Newest func() uint64
	// Sealed tells the marks of blocks that somebody refers to, by their numbers: when the books are made again, what they held up
	// to such a block stays under its number. nil where there are none.
	Sealed func() []Mark
	// Erased says whether a case was erased: what is stored of it later, of which nothing was booked before, goes again. nil where
	// none ever is.
	Erased func(Case) bool
	// Booked is called after each block, and when a start has found the last one, with what the figures contain from then on. It
	// must not block.
	Booked func(Mark)
}

// Mark says up to where the facts are booked.
type Mark struct {
	// Block is the number of the last block, 0 before the first.
	Block uint64
	// Entries is, by collector, the last log entry that is booked.
	Entries map[string]uint64
	// Events counts the distinct events that are booked.
	Events uint64
	// Rules is the version of the rules by which all open cases are judged.
	Rules uint64
	// Edition is that of what cases contribute (see [lifecycle.Edition]) by which the books were made.
	Edition uint64
	// Arrival is when the newest booked event arrived; zero if nothing was booked yet.
	Arrival time.Time
	// Nameless is what the journal holds of erased cases; their events are among Events.
	Nameless Nameless
}

// Booker books the events that loaders have stored. One booker at a time writes: see Run.
type Booker struct {
	Options
	writer  string
	wake    chan struct{}
	mark    atomic.Pointer[Mark]
	found   chan struct{}
	ledger  *Ledger
	metrics *metrics

	// lease is nil for a booker that is alone.
	lease *lease

	// from is what the next block goes on from, if not from mark: after a start, the block before the last.
	from *Mark
	// perBlock is eventsPerBlock, but in tests.
	perBlock uint64

	// rebuilds are requests to make the books again, remade how often that was done, twice: see Remade.
	rebuilds chan rebuilding
	remade   atomic.Uint64
	// erasings are requests to erase cases.
	erasings chan *erasing

	// open are the open cases that are still to be judged by the rules of the version openBy; nil if none are.
	open   []openCase
	openBy uint64

	// collectors are those whose events are known to be in the engine.
	collectors []string
	lookAgain  time.Time
}

// New returns a booker that does nothing before Run.
func New(o Options) *Booker {
	b := &Booker{Options: o, writer: uuid.NewString(), wake: make(chan struct{}, 1), found: make(chan struct{}), perBlock: eventsPerBlock, ledger: NewLedger(), metrics: newMetrics(o.Registry), rebuilds: make(chan rebuilding), erasings: make(chan *erasing)}
	b.mark.Store(&Mark{Entries: map[string]uint64{}})
	if o.Standing != Alone {
		b.lease = &lease{conn: o.Conn}
	}
	return b
}

// Wake tells the booker that events were stored. It never blocks.
func (b *Booker) Wake() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Mark returns up to where the facts are booked. Before the last block was [Booker.Found] it says that nothing is. Safe for
// concurrent use.
func (b *Booker) Mark() Mark { return *b.mark.Load() }

// Found is closed when the last block of the books was found, some moments after a start.
func (b *Booker) Found() <-chan struct{} { return b.found }

func (b *Booker) hasFound() bool {
	select {
	case <-b.found:
		return true
	default:
		return false
	}
}

// Remade rises by one when books that were made again begin to take the place of the old ones, and by one when they have: it is odd
// meanwhile. Everything in them has the number of a later block. So whoever asks the books up to the block of a [Booker.Mark] reads
// this before the mark, and asks again if it was odd, or is another number afterwards.
func (b *Booker) Remade() uint64 { return b.remade.Load() }

// Ledger is the sum of what this booker has written; it cannot be read while another booker writes, or the engine is away.
func (b *Booker) Ledger() *Ledger { return b.ledger }

func (b *Booker) today() calendar.Day { return calendar.DayOf(time.Now(), b.Rules().Zone()) }

// Run books until ctx ends. While the engine is away it tries again for ever, ever more slowly. Where there are several, one
// that has the lease books, and the others wait until it ends; as blocks are numbered and only one of two inserts of a number can
// succeed, two bookers at once cost time but no truth.
func (b *Booker) Run(ctx context.Context) error {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = 100*time.Millisecond, 5*time.Second
	if b.lease != nil {
		b.lease.holder, _ = b.Loaded()
	}
	fresh := true // the last block must be read before the next is written
	for ctx.Err() == nil {
		if err := b.turn(ctx, fresh, pause); ctx.Err() == nil && err != nil {
			wait := pause.NextBackOff()
			if errors.Is(err, errStepDown) && b.lease == nil {
				wait = standby
			}
			b.ledger.forget()
			b.metrics.errors.Inc()
			b.Logger.Warn("booking stopped, trying again", "error", err, "after", wait)
			sleep(ctx, wait)
		}
		fresh = true
	}
	return nil
}

// turn books while this booker may.
func (b *Booker) turn(ctx context.Context, fresh bool, pause *backoff.ExponentialBackOff) error {
	if b.lease == nil {
		return b.run(ctx, fresh, pause)
	}
	if err := b.wait(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	keeping, stop := context.WithCancel(ctx)
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		b.lease.keep(keeping)
	}()
	defer func() {
		stop()
		<-kept
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseBeat)
		defer cancel()
		b.lease.release(limited)
	}()
	return b.run(ctx, fresh, pause)
}

// run books from the last block on until an error or the end of ctx.
func (b *Booker) run(ctx context.Context, fresh bool, pause *backoff.ExponentialBackOff) error {
	if fresh {
		if err := b.resume(ctx); err != nil {
			return fmt.Errorf("read the last block: %w", err)
		}
		if err := b.renew(ctx); err != nil {
			return fmt.Errorf("make the books again, as they were made by an earlier edition: %w", err)
		}
	}
	for ctx.Err() == nil {
		start := time.Now()
		more, err := b.step(ctx)
		if err != nil {
			return err
		}
		pause.Reset()
		if more {
			continue
		}
		b.ledger.tidy()
		sleep(ctx, pace-time.Since(start))
		select {
		case <-ctx.Done():
		case <-b.wake:
			b.gather(ctx)
		case r := <-b.rebuilds:
			r.done <- b.rebuild(r.ctx, r.progress)
			return b.resume(ctx)
		case e := <-b.erasings:
			e.done <- b.erase(e)
			return b.resume(ctx)
		case <-time.After(poll):
		}
	}
	return nil
}

// gather waits a little for what is on its way.
func (b *Booker) gather(ctx context.Context) {
	if b.Newest == nil {
		return
	}
	for limit := time.After(gathering); ; {
		if _, loaded := b.Loaded(); loaded >= b.Newest() {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-b.wake:
		case <-limit:
			return
		}
	}
}

// resume takes the marks from the books. The next block starts one earlier than it must: booking a case again adds nothing to
// the journal, and writes the verdicts again that a kill may have cut off.
func (b *Booker) resume(ctx context.Context) error {
	if err := b.finishErasing(ctx); err != nil {
		return err
	}
	last, previous, err := lastMarks(ctx, b.Conn)
	if err != nil {
		return err
	}
	if previous.Block == 0 {
		previous.Events = last.Nameless.Events // those are counted once more, these can't be
	}
	if previous.Block == 0 && last.Block > 1 {
		previous = last // books that were made again: their verdicts were written with them
	}
	previous.Block, previous.Arrival, previous.Nameless = last.Block, last.Arrival, last.Nameless
	b.from = &previous
	b.collectors, b.lookAgain, b.open = nil, time.Time{}, nil
	b.tell(last)
	if err := b.ledger.load(ctx, b.Conn, last.Block, b.today()); err != nil {
		// Figures are then asked of the engine, which is slower and not wrong.
		b.ledger.forget()
		b.Logger.Warn("the sum of the journal could not be read", "error", err)
	}
	return nil
}

// tell makes known what the figures contain.
func (b *Booker) tell(mark Mark) {
	b.mark.Store(&mark)
	if !b.hasFound() {
		close(b.found)
	}
	if b.Booked != nil {
		b.Booked(mark)
	}
}

// look finds the collectors whose events are stored. One that is new may wait a little once.
func (b *Booker) look(ctx context.Context) error {
	if time.Now().Before(b.lookAgain) {
		return nil
	}
	for {
		name, err := anotherCollector(ctx, b.Conn, b.collectors)
		if err != nil {
			return err
		}
		if name == "" {
			b.lookAgain = time.Now().Add(poll)
			return nil
		}
		b.collectors = append(b.collectors, name)
	}
}

// step books one block of what is stored and not booked. It reports whether more is waiting.
func (b *Booker) step(ctx context.Context) (more bool, err error) {
	if err := b.look(ctx); err != nil {
		return false, fmt.Errorf("find collectors: %w", err)
	}
	mark := b.Mark()
	if b.from != nil {
		mark = *b.from
	}
	next := Mark{Block: mark.Block + 1, Entries: maps.Clone(mark.Entries), Events: mark.Events, Rules: mark.Rules, Edition: lifecycle.Edition, Arrival: mark.Arrival, Nameless: mark.Nameless}
	touched, beside := cases{}, false
	// What is loaded is asked first: rows that are stored later are read or left, but never passed over.
	own, loaded := "", uint64(0)
	if b.Loaded != nil {
		own, loaded = b.Loaded()
	}
	if loaded > 0 && !slices.Contains(b.collectors, own) {
		b.collectors = append(b.collectors, own) // one's own need not be looked for: the first events of a city are seen at once
	}
	for _, collector := range b.collectors {
		of, err := b.touch(ctx, touched, collector, mark.Entries[collector])
		if err != nil {
			return false, fmt.Errorf("find the cases that events of %s touch: %w", collector, err)
		}
		if collector == own && !of.full {
			of.upTo = max(of.upTo, loaded)
		}
		if of.upTo > mark.Entries[collector] {
			next.Entries[collector] = of.upTo
			if of.arrival.After(next.Arrival) {
				next.Arrival = of.arrival
			}
		}
		beside, more = beside || of.beside, more || of.full
	}
	rules := b.Rules()
	reopened, err := b.reopen(ctx, touched, rules, &next)
	if err != nil {
		return false, fmt.Errorf("find the open cases, for new registers: %w", err)
	}
	more = more || reopened
	if maps.Equal(next.Entries, mark.Entries) && next.Rules == mark.Rules && len(touched) == 0 {
		return false, nil
	}
	if !b.lease.held() {
		return false, errLeaseLost
	}
	start := time.Now()
	touched.sort()
	block := &block{mark: next, booked: mark, writer: b.writer, rules: rules, cases: touched, beside: beside}
	if err := b.write(ctx, block); err != nil {
		return false, fmt.Errorf("write block %d: %w", next.Block, err)
	}
	b.metrics.observe(block, time.Since(start))
	b.from = nil
	b.tell(block.mark)
	return more, nil
}

// touch adds the cases of the next events of a collector, and of all that were booked before: a block never knows less than the one
// before it, or it would take back what that one booked.
func (b *Booker) touch(ctx context.Context, touched cases, collector string, after uint64) (all stretch, err error) {
	booked := b.Mark().Entries[collector]
	for {
		next, err := touched.add(ctx, b.Conn, collector, after, b.perBlock)
		if err != nil || next.upTo == 0 {
			all.full = false
			return all, err
		}
		if next.arrival.After(all.arrival) {
			all.arrival = next.arrival
		}
		all.upTo, all.beside, all.full, after = next.upTo, all.beside || next.beside, next.full, next.upTo
		if all.upTo >= booked || !next.full {
			return all, nil
		}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
