package collector

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	wal "github.com/hashicorp/raft-wal"
	"github.com/hashicorp/raft-wal/segment"
	"github.com/hashicorp/raft-wal/types"
	"golang.org/x/sys/unix"
)

var (
	// errBroken says that a write to the log failed. What is on disk is then unknown until the log is read again, so
	// nothing is acknowledged any more.
	errBroken = errors.New("the log could not be written; restart the server, which reads the log again")
	// errDiskFull says that the log has no room.
	errDiskFull = errors.New("the disk of the log is full")
	// errClosed says that the collector is being stopped.
	errClosed = errors.New("the server is stopping")
)

const (
	// groupEntries and groupBytes bound what one fsync covers.
	groupEntries = 256
	groupBytes   = 16 << 20
	// segmentBytes is the size of a file of the log; the library's own default.
	segmentBytes = 64 << 20
	// minFree is the room that must be left for the log to take more: two files of the log, which are allocated ahead,
	// and what a group of requests may bring.
	minFree = 2*segmentBytes + 2*groupBytes
)

// journal is the write-ahead log. One goroutine numbers, groups and writes.
type journal struct {
	dir    string
	wal    *wal.WAL
	meta   *metaStore
	lock   *os.File
	log    *slog.Logger
	now    func() time.Time
	free   func(dir string) (uint64, error)
	wakeup chan struct{} // holds one token if something was appended

	in      chan *admission
	scrubs  chan *scrubbing
	reading sync.RWMutex // held for writing while entries change
	stop    chan struct{}
	stopped chan struct{}
	closing sync.Once

	newest  atomic.Uint64
	arrival int64 // of the newest entry; the writer's own
	broken  atomic.Bool
}

// admission is one entry on its way into the log.
type admission struct {
	entry   []byte
	told    int64 // its arrival in milliseconds, if it was in the log before; else 0
	done    chan error
	arrival time.Time // set before done
}

type journalOptions struct {
	dir  string
	log  *slog.Logger
	now  func() time.Time
	free func(dir string) (uint64, error)
	vfs  types.VFS
}

// openJournal opens the log in a folder, makes it if there is none, and recovers what the library would drop.
func openJournal(o journalOptions) (*journal, error) {
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the log: %w", err)
	}
	lock, err := lockFolder(o.dir)
	if err != nil {
		return nil, err
	}
	j := &journal{
		dir: o.dir, lock: lock, log: o.log, now: o.now, free: o.free,
		wakeup: make(chan struct{}, 1), in: make(chan *admission, groupEntries),
		scrubs: make(chan *scrubbing), stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	if err := j.redo(); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	if err := j.open(o.vfs); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	go j.write()
	return j, nil
}

func (j *journal) open(vfs types.VFS) error {
	logger := hclog.New(&hclog.LoggerOptions{Name: "wal", Level: hclog.Warn, Output: logWriter{j.log}, DisableTime: true})
	// The library's Close leaves its list open, and locked: it is closed here.
	j.meta = &metaStore{log: j.log, now: j.now}
	filer := segment.NewFiler(j.dir, vfs)
	w, err := wal.Open(j.dir, wal.WithLogger(logger), wal.WithSegmentSize(segmentBytes), wal.WithSegmentFiler(filer),
		wal.WithMetaStore(j.meta))
	if err != nil {
		err = errors.Join(err, j.meta.Close())
		return fmt.Errorf("open the log in %s: %w; restore the folder from a backup, or move it and the file collector.id away to go on without what it holds", j.dir, err)
	}
	j.wal = w
	newest, err := w.LastIndex()
	if err == nil {
		j.newest.Store(newest)
		j.arrival = j.lastArrival(newest)
		err = j.takeBack()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("open the log in %s: %w", j.dir, err), w.Close(), j.meta.Close())
	}
	return nil
}

// lastArrival is the arrival of the newest entry that can be read; arrivals never go back, even if the clock does.
func (j *journal) lastArrival(newest uint64) int64 {
	first, err := j.wal.FirstIndex()
	for n := newest; err == nil && n >= max(first, 1); n-- {
		if entry, err := j.read(n); err == nil {
			return entryArrival(entry)
		}
	}
	return 0
}

// admit puts an entry into the log. When it returns without an error, the entry is on disk. The entry is j's.
func (j *journal) admit(entry []byte) (arrival time.Time, err error) {
	return j.put(&admission{entry: entry, done: make(chan error, 1)})
}

// admitAgain is admit for an entry that was in the log before: it arrives when it did.
func (j *journal) admitAgain(entry []byte) (arrival time.Time, err error) {
	return j.put(&admission{entry: entry, told: entryArrival(entry), done: make(chan error, 1)})
}

func (j *journal) put(a *admission) (arrival time.Time, err error) {
	select {
	case j.in <- a:
	case <-j.stop:
		return time.Time{}, errClosed
	}
	select {
	case err := <-a.done:
		return a.arrival, err
	case <-j.stopped:
	}
	// The writer has ended; it may have taken a before.
	select {
	case err := <-a.done:
		return a.arrival, err
	default:
		return time.Time{}, errClosed
	}
}

// ready says whether the log can take more, and if not why.
func (j *journal) ready() error {
	if j.broken.Load() {
		return errBroken
	}
	free, err := j.free(j.dir)
	if err != nil {
		return fmt.Errorf("look at the disk of the log: %w", err)
	}
	if free < minFree {
		return fmt.Errorf("%w: %d MiB are free, %d are needed", errDiskFull, free>>20, minFree>>20)
	}
	return nil
}

// short says that the disk is nearly full.
func (j *journal) short() bool {
	free, err := j.free(j.dir)
	return err == nil && free < 2*minFree
}

// write is the goroutine that numbers, groups and writes. While one group is on its way to disk the next one gathers.
func (j *journal) write() {
	defer close(j.stopped)
	for {
		var group []*admission
		select {
		case a := <-j.in:
			group = append(group, a)
		case s := <-j.scrubs:
			s.done <- j.scrubAll(s)
			continue
		case <-j.stop:
			return
		}
		for size := len(group[0].entry); len(group) < groupEntries && size < groupBytes; {
			select {
			case a := <-j.in:
				group = append(group, a)
				size += len(a.entry)
				continue
			default:
			}
			break
		}
		if err := j.ready(); err != nil {
			for _, a := range group {
				a.done <- err
			}
			continue
		}
		j.append(group)
	}
}

func (j *journal) append(group []*admission) {
	newest := j.newest.Load()
	now := j.now().UnixMilli()
	logs := make([]*raft.Log, len(group))
	for i, a := range group {
		number := newest + 1 + uint64(i)
		j.arrival = max(j.arrival, cmp.Or(a.told, now))
		sealEntry(a.entry, number, j.arrival)
		a.arrival = time.UnixMilli(j.arrival).UTC()
		logs[i] = &raft.Log{Index: number, Data: a.entry}
	}
	err := j.wal.StoreLogs(logs)
	if err != nil {
		j.broken.Store(true)
		j.log.Error("log write failed", "error", err, "first_entry", newest+1, "entries", len(group))
		err = errBroken
	} else {
		j.newest.Store(newest + uint64(len(group)))
		select {
		case j.wakeup <- struct{}{}:
		default:
		}
	}
	for _, a := range group {
		a.done <- err
	}
}

// read returns the entry of that number, checked. Its error is errDamaged if the entry is not what was written; any
// other error may pass.
func (j *journal) read(number uint64) (entry []byte, err error) {
	j.reading.RLock()
	defer j.reading.RUnlock()
	entry, err = j.readRaw(number)
	if err == nil {
		err = checkEntry(entry, number)
	}
	return entry, err
}

func (j *journal) readRaw(number uint64) (entry []byte, err error) {
	defer func() {
		// The library's decoder runs out of its slice where lengths are damaged.
		if p := recover(); p != nil {
			entry, err = nil, fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	var l raft.Log
	switch err := j.wal.GetLog(number, &l); {
	case errors.Is(err, wal.ErrClosed), errors.Is(err, unix.EIO):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	case l.Index != number:
		return l.Data, fmt.Errorf("%w: it says that it is entry %d", errDamaged, l.Index)
	}
	return l.Data, nil
}

// drop deletes entries up to number from the front, but never the newest: an empty log would count from 1 again.
func (j *journal) drop(number uint64) error {
	first, err := j.wal.FirstIndex()
	if err != nil {
		return err
	}
	number = min(number, j.newest.Load()-1)
	if number < first || first == 0 {
		return nil
	}
	return j.wal.DeleteRange(first, number)
}

// close ends the writer after the group in hand. Nothing can be admitted after it.
func (j *journal) close() error {
	var err error
	j.closing.Do(func() {
		close(j.stop)
		<-j.stopped
		err = errors.Join(j.wal.Close(), j.meta.Close(), j.lock.Close())
	})
	return err
}

// lockFolder makes sure that no other process writes here: the library would wait for it for ever.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the log: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = errors.New("another Tiendo process uses it; stop that one, or choose another data folder")
		}
		return nil, errors.Join(fmt.Errorf("lock the log in %s: %w", dir, err), f.Close())
	}
	return f, nil
}

// freeBytes is what is left on the disk of dir for others than root.
func freeBytes(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, fmt.Errorf("statfs %s: %w", dir, err)
	}
	return s.Bavail * uint64(s.Bsize), nil
}

// sizeBytes is how much the disk of dir holds for others than root, when it is empty.
func sizeBytes(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, fmt.Errorf("statfs %s: %w", dir, err)
	}
	return (s.Blocks - s.Bfree + s.Bavail) * uint64(s.Bsize), nil
}

// logWriter passes on what the library has to say.
type logWriter struct{ log *slog.Logger }

func (w logWriter) Write(p []byte) (int, error) {
	w.log.LogAttrs(context.Background(), slog.LevelWarn, "log library warns", slog.String("text", string(p)))
	return len(p), nil
}
