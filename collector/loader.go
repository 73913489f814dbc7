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
	// batchRows is how many rows an insert has at most, but for the last entry in it.
	batchRows = 100_000
	// grace is how long an insert in flight may take after Run was told to end.
	grace = 10 * time.Second
	// keepLoaded is how long entries stay in the log after they were loaded.
	keepLoaded = time.Hour
	// firstPause and longestPause bound the wait before an insert is tried again.
	firstPause   = 100 * time.Millisecond
	longestPause = 10 * time.Second
	// sameErrors is how many failures of a batch pass between two lines in the log.
	sameErrors = 10
)

// mark says when entries up to one were loaded.
type mark struct {
	entry uint64
	at    time.Time
}

// Run loads the log into the engine: in the order of the log, one insert in flight, at once when something waits, with
// all that waits up to a batch. A failing insert is tried again for ever. Run returns when ctx ends, after the insert in
// flight; its error is nil then.
func (c *Collector) Run(ctx context.Context) error {
	for {
		for c.loaded.Load() < c.journal.newest.Load() && ctx.Err() == nil {
			err := c.loadBatch(ctx)
			if err == nil || ctx.Err() != nil {
				continue
			}
			c.log.Error("loading stopped, trying again", "error", err, "entry", c.loaded.Load()+1)
			if wait(ctx, longestPause) != nil {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-c.journal.wakeup:
		}
	}
}

// loadBatch loads what waits, up to a batch, and moves the cursor.
func (c *Collector) loadBatch(ctx context.Context) error {
	rows, last, err := c.gather(ctx)
	if err != nil {
		return err
	}
	if rows.len() > 0 {
		if err := c.insert(ctx, rows, last); err != nil {
			return err
		}
	}
	if err := (cursor{Entry: last, Boot: c.boot}).write(c.cursorPath); err != nil {
		// The rows are in the engine; after a restart they would be sent again, which changes no figure.
		c.log.Error("cursor not written", "error", err, "entry", last)
	}
	c.loaded.Store(last)
	c.noteWaiting()
	c.keep(last)
	for _, f := range c.onLoaded {
		f()
	}
	c.forget()
	return nil
}

// gather reads the entries that wait, up to a batch. A damaged entry is set aside and left out.
func (c *Collector) gather(ctx context.Context) (rows *columns, last uint64, err error) {
	last = c.loaded.Load()
	newest := c.journal.newest.Load()
	rows = new(columns)
	for last < newest && rows.len() < batchRows {
		entry, err := c.entry(ctx, last+1)
		if err != nil {
			return nil, 0, err
		}
		last++
		if entry == nil {
			continue
		}
		had := rows.len()
		if err := readEntry(entry, last, c.id, rows.add); err != nil {
			rows.cut(had)
			if err := c.setAside(last, entry, err); err != nil {
				return nil, 0, err
			}
		}
	}
	return rows, last, nil
}

// entry reads one entry, again and again while the disk does not answer; nil if the entry is damaged.
func (c *Collector) entry(ctx context.Context, number uint64) ([]byte, error) {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		entry, err := c.journal.read(number)
		if err == nil {
			return entry, nil
		}
		if errors.Is(err, errDamaged) {
			if whole, ok := c.journal.find(number); ok {
				c.log.Warn("log index damaged, entry found without it", "entry", number)
				return whole, nil
			}
			return nil, c.setAside(number, entry, err)
		}
		c.log.Error("log entry not read, trying again", "entry", number, "error", err)
		if err := wait(ctx, pause); err != nil {
			return nil, err
		}
	}
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

// insert puts rows into the engine. Only ctx ends the trying.
func (c *Collector) insert(ctx context.Context, rows *columns, last uint64) error {
	failures := 0
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		begun := c.now()
		err := c.insertOnce(ctx, rows)
		if err == nil {
			c.metrics.batches.Observe(c.now().Sub(begun).Seconds())
			if failures > 0 {
				c.log.Info("batch loaded after failures", "failures", failures, "last_entry", last)
			}
			return nil
		}
		c.metrics.errors.Inc()
		if failures%sameErrors == 0 {
			c.log.Error("batch not loaded, trying again", "error", err, "failures", failures+1, "last_entry", last, "rows", rows.len())
		}
		failures++
		// Half of the pause is chance, so that several collectors do not come back at once.
		if err := wait(ctx, pause/2+rand.N(pause/2)); err != nil {
			return err
		}
	}
}

func (c *Collector) insertOnce(ctx context.Context, rows *columns) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	inFlight, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	defer stop()
	return rows.insert(inFlight, c.conn())
}

// keep notes that entries up to last are loaded.
func (c *Collector) keep(last uint64) {
	now := c.now()
	// One mark a minute is enough to know what is an hour old.
	if n := len(c.kept); n > 0 && now.Sub(c.kept[n-1].at) < time.Minute {
		return
	}
	c.kept = append(c.kept, mark{last, now})
}

// forget takes out of the log what was loaded long enough ago.
func (c *Collector) forget() {
	old := 0
	for old < len(c.kept) && c.now().Sub(c.kept[old].at) >= keepLoaded {
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

// columns are rows of the table events, column by column.
type columns struct {
	family, subject, source, id, kind []string
	time, recorded, arrival           []int64
	retracted                         []bool
	data                              [][]byte
	bound, collector                  []string
	entry                             []uint64
	position                          []uint32
	seniority                         []uint64
}

func (c *columns) len() int { return len(c.id) }

func (c *columns) add(e *event.Event) {
	c.family = append(c.family, string(e.Type.Family()))
	c.subject = append(c.subject, e.Subject)
	c.source = append(c.source, e.Source)
	c.id = append(c.id, e.ID)
	c.kind = append(c.kind, string(e.Type))
	c.time = append(c.time, e.Time.UnixMilli())
	c.recorded = append(c.recorded, e.Recorded.UnixMilli())
	c.retracted = append(c.retracted, e.Retracted)
	c.data = append(c.data, e.Data)
	arrival := e.Arrival.UnixMilli()
	c.arrival = append(c.arrival, arrival)
	c.bound = append(c.bound, e.Bound)
	c.collector = append(c.collector, e.Collector)
	c.entry = append(c.entry, e.Entry)
	c.position = append(c.position, e.Position)
	c.seniority = append(c.seniority, seniority(arrival, e.Entry, e.Position))
}

// cut takes back all rows from the n-th on.
func (c *columns) cut(n int) {
	c.family, c.subject, c.source, c.id, c.kind = c.family[:n], c.subject[:n], c.source[:n], c.id[:n], c.kind[:n]
	c.time, c.recorded, c.arrival, c.retracted, c.data = c.time[:n], c.recorded[:n], c.arrival[:n], c.retracted[:n], c.data[:n]
	c.bound, c.collector, c.entry, c.position, c.seniority = c.bound[:n], c.collector[:n], c.entry[:n], c.position[:n], c.seniority[:n]
}
