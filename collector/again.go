package collector

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tiendo/internal/disk"
)

// againFile, in the folder of the log, says that what the log still has must be loaded again.
const againFile = "load-again"

// LoadAgain has the next start load all that the log in a data folder still has, also what was loaded: the engine has lost some of
// it. The same events again change no figure. It does nothing where there is no log. It may be called while the log is open.
func LoadAgain(data string) error {
	folder := filepath.Join(data, "log")
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := disk.Replace(filepath.Join(folder, againFile), nil); err != nil {
		return fmt.Errorf("note that the log must be loaded again: %w", err)
	}
	return nil
}

// again takes up what LoadAgain has noted, and returns from where to load.
func (c *Collector) again(at cursor) (cursor, error) {
	note := filepath.Join(filepath.Dir(c.cursorPath), againFile)
	asked, err := exists(note)
	if err != nil || !asked {
		return at, err
	}
	at = cursor{Boot: c.boot}
	// The cursor comes first, so that a kill between the two asks once more.
	if err := errors.Join(at.write(c.cursorPath), os.Remove(note)); err != nil {
		return at, fmt.Errorf("take up that the log must be loaded again: %w", err)
	}
	c.log.Warn("the engine had lost a part of a table, so what the log still has is loaded again; other events must be sent again")
	return at, nil
}
