package collector

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"tiendo/internal/disk"
)

// refusedFolder holds, within the folder of the log, whole entries that the engine would not take while it took others. They
// are taken again by command.
const refusedFolder = "refused"

// SetAside is a part of the log that is not loaded, so that the rest can be.
type SetAside struct {
	// File is its name within the folder of the log.
	File string `json:"file"`
	// Entry is its number in the log; 0 where it is none.
	Entry uint64 `json:"entry,omitzero"`
	// Events is how many it holds and Arrival when they came, as far as that can be read.
	Events  int       `json:"events,omitzero"`
	Arrival time.Time `json:"arrival,omitzero"`
	// Replayable says that it is whole: the engine refused it, and may take it once what was wrong is mended.
	Replayable bool `json:"replayable"`
	// Why says what was wrong.
	Why string `json:"why"`
}

// SetAside lists what was set aside, sorted by file.
func (c *Collector) SetAside() ([]SetAside, error) {
	damaged, err := c.Damaged()
	if err != nil {
		return nil, err
	}
	all := []SetAside{}
	for _, path := range damaged {
		all = append(all, SetAside{File: damagedFolder + "/" + filepath.Base(path), Entry: entryOfFile(path), Why: "it is not what was written: look at it, and remove it then"})
	}
	refused, err := c.refused()
	if err != nil {
		return nil, err
	}
	for _, path := range refused {
		one := SetAside{File: refusedFolder + "/" + filepath.Base(path), Entry: entryOfFile(path), Replayable: true}
		entry, err := os.ReadFile(path)
		if err == nil {
			err = checkEntry(entry, one.Entry)
		}
		if err != nil {
			one.Replayable, one.Why = false, err.Error()
		} else {
			one.Events, one.Arrival = entryCount(entry), time.UnixMilli(entryArrival(entry)).UTC()
			one.Why = "the engine took others and not this one; its own words are in the server's log. Mend what was wrong and run `tiendo replay`"
		}
		all = append(all, one)
	}
	return all, nil
}

func (c *Collector) refused() ([]string, error) {
	return filepath.Glob(filepath.Join(c.journal.dir, refusedFolder, "entry-*"))
}

func entryOfFile(path string) uint64 {
	n, err := strconv.ParseUint(strings.TrimPrefix(filepath.Base(path), "entry-"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// setRefused keeps an entry that the engine does not take.
func (c *Collector) setRefused(number uint64, why error) error {
	entry, err := c.journal.read(number)
	if err != nil {
		return err
	}
	folder := filepath.Join(c.journal.dir, refusedFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	path := filepath.Join(folder, "entry-"+strconv.FormatUint(number, 10))
	if err := disk.Replace(path, entry); err != nil {
		return fmt.Errorf("set aside entry %d: %w", number, err)
	}
	if err := disk.SyncFolder(c.journal.dir); err != nil {
		return err
	}
	c.metrics.refused.Inc()
	c.log.Error("log entry refused by the engine", "entry", number, "events", entryCount(entry), "error", why, "set_aside", path)
	return nil
}

// Replay puts the whole entries that were set aside into the log again and returns how many events that are. They arrive when
// they did, and so count as they would have; what was taken meanwhile from them changes nothing.
func (c *Collector) Replay() (events int, err error) {
	c.replaying.Lock()
	defer c.replaying.Unlock()
	paths, err := c.refused()
	if err != nil {
		return 0, err
	}
	slices.SortFunc(paths, func(a, b string) int { return cmp.Compare(entryOfFile(a), entryOfFile(b)) })
	for _, path := range paths {
		entry, err := os.ReadFile(path)
		if err == nil {
			err = checkEntry(entry, entryOfFile(path))
		}
		if errors.Is(err, errDamaged) {
			c.log.Error("refused entry damaged, left", "file", path, "error", err)
			continue
		}
		if err != nil {
			return events, err
		}
		if _, err := c.journal.admitAgain(entry); err != nil {
			return events, err
		}
		events += entryCount(entry)
		if err := errors.Join(os.Remove(path), disk.SyncFolder(filepath.Dir(path))); err != nil {
			return events, err
		}
	}
	return events, nil
}

// eraseRefused overwrites the events of erased cases in the entries that were set aside whole.
func (c *Collector) eraseRefused() (erased int, err error) {
	c.replaying.Lock()
	defer c.replaying.Unlock()
	paths, err := c.refused()
	if err != nil {
		return 0, err
	}
	for _, path := range paths {
		entry, err := os.ReadFile(path)
		if err != nil {
			return erased, err
		}
		number := entryOfFile(path)
		if checkEntry(entry, number) != nil {
			continue
		}
		n := blankEvents(entry, c.erased.has, func(int, int) {})
		if n == 0 {
			continue
		}
		sealEntry(entry, number, entryArrival(entry))
		if err := disk.Replace(path, entry); err != nil {
			return erased, err
		}
		erased += n
	}
	return erased, nil
}
