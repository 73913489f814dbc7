package collector

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"time"

	"tiendo/internal/event"
)

const (
	// batchRows is how many rows an insert has at most, but for the last entry in it: about 10 MB of memory.
	batchRows = 25_000
	// batchBytes is about how much of the log an insert has at most, but for the last entry in it.
	batchBytes = 8 << 20
	// grace is how long an insert in flight may take after Run was told to end.
	grace = 10 * time.Second
	// keepLoaded is how long entries stay in the log after they were loaded.
	keepLoaded = time.Hour
	// keepShort is how long where the disk is nearly full: else senders would be turned away for what the engine has on disk too.
	keepShort = time.Minute
	// tidyEvery is how often that is looked at while nothing is loaded, as when senders are turned away.
	tidyEvery = 10 * time.Second
	// firstPause and longestPause bound the wait before an insert is tried again.
	firstPause   = 100 * time.Millisecond
	longestPause = 10 * time.Second
	// suspect is how often an entry is tried alone before it is suspected to be what fails.
	suspect = 5
	// sameErrors is how many failures of a batch pass between two lines in the log.
	sameErrors = 10
)

// mark says when entries up to one were loaded.
type mark struct {
	entry uint64
	at    time.Time
}

// pauses bound the wait before an insert is tried again.
type pauses struct{ first, longest time.Duration }

// Run loads the log into the engine: in the order of the log, one insert in flight, at once when something waits, with
// all that waits up to a batch. What fails is tried again for ever, one entry at a time at first; an entry that fails alone while
// the next one does not is set aside. Run returns when ctx ends, after the insert in flight; its error is nil then.
func (c *Collector) Run(ctx context.Context) error {
	limit, pause, failures, alone := batchRows, c.pauses.first, 0, 0
	for {
		if c.loaded.Load() >= c.journal.newest.Load() {
			select {
			case <-ctx.Done():
				return nil
			case <-c.journal.wakeup:
			case <-time.After(tidyEvery):
				c.tidy()
			}
			continue
		}
		last, err := c.loadBatch(ctx, limit)
		if ctx.Err() != nil {
			return nil
		}
		if err == nil {
			if failures > 0 {
				c.log.Info("loading goes on", "failures", failures, "last_entry", last)
			}
			limit, pause, failures, alone = min(2*limit, batchRows), c.pauses.first, 0, 0
			continue
		}
		c.metrics.errors.Inc()
		if failures%sameErrors == 0 {
			c.log.Error("batch not loaded, trying again", "error", err, "failures", failures+1, "first_entry", c.loaded.Load()+1)
		}
		failures++
		limit = 1 // perhaps the engine has not the memory, or one entry is wrong; a batch has one entry at least
		if last == c.loaded.Load()+1 {
			alone++
		}
		if alone >= suspect && c.pass(ctx, last, err) {
			limit, pause, failures, alone = batchRows, c.pauses.first, 0, 0
			continue
		}
		// Half of the pause is chance, so that several collectors do not come back at once.
		if wait(ctx, pause/2+rand.N(pause/2)) != nil {
			return nil
		}
		pause = min(2*pause, c.pauses.longest)
	}
}

// pass goes past an entry that fails: if the engine takes the next one, it is this one that is wrong, not the engine. It
// reports whether the loader can go on.
func (c *Collector) pass(ctx context.Context, number uint64, why error) bool {
	if number >= c.journal.newest.Load() {
		return false // nothing waits behind it
	}
	next, err := c.load(ctx, number, 1)
	if err != nil {
		return false
	}
	// The engine may have come back between the two.
	if _, err := c.load(ctx, number-1, 1); err == nil {
		c.moveTo(number)
		return true
	}
	if err := c.setRefused(number, why); err != nil {
		c.log.Error("log entry not set aside, tried again", "entry", number, "error", err)
		return false
	}
	c.moveTo(next)
	return true
}

// loadBatch loads what waits, up to about limit rows, moves the cursor, and returns the last entry, also of a batch that
// failed.
func (c *Collector) loadBatch(ctx context.Context, limit int) (last uint64, err error) {
	if last, err = c.load(ctx, c.loaded.Load(), limit); err == nil {
		c.moveTo(last)
	}
	return last, err
}

// load inserts the entries after one, up to about limit rows.
func (c *Collector) load(ctx context.Context, after uint64, limit int) (last uint64, err error) {
	rows, last, err := c.gather(after, limit)
	if err != nil {
		return 0, err
	}
	if rows.len() > 0 {
		begun := c.now()
		if err := c.insert(ctx, rows); err != nil {
			return last, err
		}
		c.metrics.batches.Observe(c.now().Sub(begun).Seconds())
	}
	c.metrics.late.Add(float64(rows.late))
	rows.cut(0)
	return last, nil
}

// moveTo notes that the entries up to last are loaded.
func (c *Collector) moveTo(last uint64) {
	if err := (cursor{Entry: last, Boot: c.boot}).write(c.cursorPath); err != nil {
		// The rows are in the engine; after a restart they would be sent again, which changes no figure.
		c.log.Error("cursor not written", "error", err, "entry", last)
	}
	c.loaded.Store(last)
	c.noteWaiting()
	for _, f := range c.onLoaded {
		f()
	}
	c.tidy()
}

// gather reads the entries after one, up to about limit rows. A damaged entry is set aside and left out.
func (c *Collector) gather(after uint64, limit int) (rows *columns, last uint64, err error) {
	last = after
	newest := c.journal.newest.Load()
	rows = &c.rows
	rows.cut(0)
	rows.late = 0
	for size := 0; last < newest && (rows.len() == 0 || rows.len() < limit && size < batchBytes); {
		entry, err := c.entry(last + 1)
		if err != nil {
			return nil, 0, err
		}
		last++
		if entry == nil {
			continue
		}
		had, late := rows.len(), rows.late
		size += len(entry)
		if err := readEntry(entry, last, c.id, c.adding(rows)); err != nil {
			rows.cut(had)
			rows.late = late
			if err := c.setAside(last, entry, err); err != nil {
				return nil, 0, err
			}
		}
	}
	return rows, last, nil
}

// adding adds events to rows, but for those of cases that were erased after they came in.
func (c *Collector) adding(rows *columns) func(*event.Event, string) {
	return func(e *event.Event, data string) {
		if c.erased.has(e.Type.Family(), e.Subject) {
			rows.late++
			return
		}
		rows.add(e, data)
	}
}

// entry reads one entry; nil if it is damaged and set aside.
func (c *Collector) entry(number uint64) ([]byte, error) {
	entry, err := c.journal.read(number)
	if err == nil {
		return entry, nil
	}
	if !errors.Is(err, errDamaged) {
		return nil, fmt.Errorf("read entry %d of the log: %w", number, err)
	}
	if whole, ok := c.journal.find(number); ok {
		c.log.Warn("log index damaged, entry found without it", "entry", number)
		return whole, nil
	}
	return nil, c.setAside(number, entry, err)
}

// setAside keeps a damaged entry, as far as it can be read, where somebody can look at it.
func (c *Collector) setAside(number uint64, entry []byte, why error) error {
	c.metrics.damaged.Inc()
	content := append([]byte(fmt.Sprintf("entry %d of collector %s: %v\n", number, c.id, why)), entry...)
	path, err := setAside(c.journal.dir, "entry-"+strconv.FormatUint(number, 10), content)
	if err != nil {
		return err
	}
	c.log.Error("log entry damaged", "entry", number, "error", why, "set_aside", path, "folder", filepath.Dir(path))
	return nil
}

// insert puts rows into the engine. When ctx ends, the insert in flight has its grace.
func (c *Collector) insert(ctx context.Context, rows *columns) error {
	inFlight, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	defer stop()
	return rows.insert(inFlight, c.conn())
}

// tidy takes out of the log what is not needed there any more.
func (c *Collector) tidy() {
	c.keep(c.loaded.Load())
	c.forget()
}

// keep notes that entries up to last are loaded.
func (c *Collector) keep(last uint64) {
	now := c.now()
	// One mark a minute is enough to know what is an hour old.
	if n := len(c.kept); n > 0 && (now.Sub(c.kept[n-1].at) < time.Minute || c.kept[n-1].entry == last) {
		return
	}
	c.kept = append(c.kept, mark{last, now})
}

// forget takes out of the log what was loaded long enough ago.
func (c *Collector) forget() {
	age, old := keepLoaded, 0
	if c.journal.short() {
		age = keepShort
	}
	for old < len(c.kept) && c.now().Sub(c.kept[old].at) >= age {
		old++
	}
	if old == 0 {
		return
	}
	if err := c.journal.drop(c.kept[old-1].entry); err != nil {
		c.log.Error("log not shortened", "error", err)
		return
	}
	c.kept = c.kept[old:]
}

func wait(ctx context.Context, pause time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause):
		return nil
	}
}
