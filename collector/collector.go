package collector

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/hashicorp/raft-wal/fs"
	"github.com/hashicorp/raft-wal/types"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

	"tiendo/internal/audit"
	"tiendo/internal/auth"
	"tiendo/internal/disk"
)

// Options are what a collector needs. All are required.
type Options struct {
	// Data is the data folder. The log is in its subfolder "log".
	Data string
	// Keys is the folder of the key that hides officers, and of what was erased; several collectors may have it in common. Empty: Data.
	Keys string
	// Conn is asked for the way to the engine before each insert.
	Conn   func() driver.Conn
	Tokens *auth.Tokens
	// Audit writes down who has assessed with a request; a page that takes assessments does so itself.
	Audit func(*http.Request, audit.Act)
	// Registry takes the collector's metrics, Slow those that are read from the disk.
	Registry, Slow prometheus.Registerer
	Log            *slog.Logger
	Now            func() time.Time

	free   func(dir string) (uint64, error) // tests: a full disk
	pauses *pauses                          // tests: no time to wait
	vfs    types.VFS                        // tests: a disk that fails
}

// Collector takes, keeps and loads events. It is safe for concurrent use.
type Collector struct {
	id        string
	log       *slog.Logger
	now       func() time.Time
	conn      func() driver.Conn
	tokens    *auth.Tokens
	audit     func(*http.Request, audit.Act)
	journal   *journal
	metrics   *metrics
	hide      *officers
	budget    *budget
	making    *semaphore.Weighted
	erased    *erased
	replaying sync.Mutex
	pauses    pauses
	erasing   sync.RWMutex // held by requests from when they look for erased cases until they are in the log

	cursorPath string
	boot       string
	loaded     atomic.Uint64
	oldest     atomic.Int64 // arrival in milliseconds of the oldest entry that waits; 0 if none does
	waiting    sync.Mutex   // keeps oldest in step with newest and loaded
	onLoaded   []func()
	kept       []mark  // loaded entries that are still in the log; the loader's own
	rows       columns // the batch in hand; the loader's own
}

// Open opens the log in the data folder, or makes it. It refuses a log that another process uses, that cannot be read,
// or that has lost entries which were loaded already.
func Open(o Options) (*Collector, error) {
	if o.free == nil {
		o.free = freeBytes
	}
	if o.vfs == nil {
		o.vfs = fs.New()
	}
	if o.pauses == nil {
		o.pauses = &pauses{firstPause, longestPause}
	}
	hide, err := openOfficers(filepath.Join(cmp.Or(o.Keys, o.Data), "officer.key"))
	if err != nil {
		return nil, err
	}
	gone, err := openErased(filepath.Join(cmp.Or(o.Keys, o.Data), "erased"), hide.key)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(o.Data, "log")
	c := &Collector{
		log: o.Log, now: o.Now, conn: o.Conn, tokens: o.Tokens, audit: o.Audit, hide: hide, erased: gone, pauses: *o.pauses, budget: newBudget(bodiesInFlight), making: semaphore.NewWeighted(entriesInFlight),
		cursorPath: filepath.Join(dir, "cursor"), boot: bootID(),
	}
	if c.journal, err = openJournal(journalOptions{dir: dir, log: o.Log, now: o.Now, free: o.free, vfs: o.vfs}); err != nil {
		return nil, err
	}
	if err := c.open(o.Data); err != nil {
		return nil, errors.Join(err, c.journal.close())
	}
	if c.metrics, err = newMetrics(o.Registry, o.Slow, c); err != nil {
		return nil, errors.Join(err, c.journal.close())
	}
	return c, nil
}

// open finds out who this collector is and how far it has loaded.
func (c *Collector) open(data string) error {
	idPath := filepath.Join(data, "collector.id")
	at, err := readCursor(c.cursorPath)
	isNew := errors.Is(err, os.ErrNotExist)
	if err != nil && !isNew {
		return err
	}
	known, err := exists(idPath)
	if err != nil {
		return err
	}
	newest := c.journal.newest.Load()
	switch {
	case isNew && known:
		return fmt.Errorf("the log of this collector is gone from %s: restore it from a backup; or move %s away to go on as a new collector, without what the log held", filepath.Dir(c.cursorPath), idPath)
	case at.Entry > newest:
		return fmt.Errorf("the log in %s ends at entry %d, but entry %d was loaded: the log has lost entries; restore it from a backup, or move it and %s away to go on as a new collector", filepath.Dir(c.cursorPath), newest, at.Entry, idPath)
	case isNew:
		// The cursor comes before the id, so that an id without a cursor means that the log was lost.
		if err := (cursor{Boot: c.boot}).write(c.cursorPath); err != nil {
			return err
		}
	}
	if c.id, err = collectorID(idPath); err != nil {
		return err
	}

	if at, err = c.again(at); err != nil {
		return err
	}
	first, err := c.journal.wal.FirstIndex()
	if err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	if at.Boot != c.boot || c.boot == "" {
		// The machine was started again: what the engine had not written to disk is gone, so all is sent again.
		at.Entry = 0
	}
	c.loaded.Store(max(at.Entry, max(first, 1)-1))
	c.keep(c.loaded.Load())
	c.noteWaiting()
	return nil
}

var idShape = regexp.MustCompile(`^[0-9a-f]{16}$`)

// collectorID reads the name of this collector, or gives it one.
func collectorID(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		random := make([]byte, 8)
		_, _ = rand.Read(random) // never fails, says its documentation
		id := hex.EncodeToString(random)
		if err := disk.Replace(path, []byte(id+"\n")); err != nil {
			return "", fmt.Errorf("write the id of this collector: %w", err)
		}
		return id, nil
	}
	if err != nil {
		return "", fmt.Errorf("read the id of this collector: %w", err)
	}
	id := strings.TrimSpace(string(raw))
	if !idShape.MatchString(id) {
		return "", fmt.Errorf("read the id of this collector: %s does not hold 16 hexadecimal digits; restore it from a backup", path)
	}
	return id, nil
}

// ID names this collector among all; it is in every row that it loads.
func (c *Collector) ID() string { return c.id }

// Newest is the number of the newest entry of the log; 0 if there is none.
func (c *Collector) Newest() uint64 { return c.journal.newest.Load() }

// Loaded is the number of the last entry that the engine has. It goes back after a restart of the machine, because then
// the log is loaded again.
func (c *Collector) Loaded() uint64 { return c.loaded.Load() }

// OldestWaiting is when the oldest entry arrived that the engine does not have; the zero Time if it has all.
func (c *Collector) OldestWaiting() time.Time {
	if ms := c.oldest.Load(); ms != 0 {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}

// Waiting counts the events of the entries that the engine does not have, and says which entry is the last one that it has. It reads
// them from the log.
func (c *Collector) Waiting() (events, loaded uint64, err error) {
	loaded = c.loaded.Load()
	for number := loaded + 1; number <= c.journal.newest.Load(); number++ {
		entry, err := c.journal.read(number)
		switch {
		case errors.Is(err, errDamaged):
			continue // the loader sets it aside
		case err != nil:
			return 0, 0, fmt.Errorf("count the events that wait in the log: %w", err)
		}
		events += uint64(entryCount(entry))
	}
	return events, loaded, nil
}

// Ready says why no events can be taken; nil if they can.
func (c *Collector) Ready() error { return c.journal.ready() }

// Damaged lists the files in which damaged parts of the log were set aside, sorted by name. Somebody should look at
// them, and remove them then.
func (c *Collector) Damaged() ([]string, error) {
	return filepath.Glob(filepath.Join(c.journal.dir, damagedFolder, "*"))
}

// OnLoaded has f called after each batch that was loaded, by the goroutine of Run. It must be set before Run.
func (c *Collector) OnLoaded(f func()) { c.onLoaded = append(c.onLoaded, f) }

// Close stops taking events and closes the log. Run must have returned before.
func (c *Collector) Close() error { return c.journal.close() }

// noteWaiting brings oldest in step after loaded has moved.
func (c *Collector) noteWaiting() {
	c.waiting.Lock()
	defer c.waiting.Unlock()
	next := c.loaded.Load() + 1
	if next > c.journal.newest.Load() {
		c.oldest.Store(0)
		return
	}
	if entry, err := c.journal.read(next); err == nil {
		c.oldest.Store(entryArrival(entry))
	}
}

// noteAdmitted brings oldest in step after an entry came in.
func (c *Collector) noteAdmitted(arrival time.Time) {
	c.waiting.Lock()
	defer c.waiting.Unlock()
	if c.oldest.Load() == 0 && c.loaded.Load() < c.journal.newest.Load() {
		c.oldest.Store(arrival.UnixMilli())
	}
}
