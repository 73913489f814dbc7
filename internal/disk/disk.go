// Package disk puts small files in place so that a kill or a power cut leaves the old one or the new one, whole. It knows
// nothing of what is in them.
package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Replace puts content in place of a file, or makes it, whole or not at all, mode 0600; it is on disk when Replace returns.
// After an error either may be there. What a kill leaves behind is a file beside it that the next Replace overwrites, so only
// one at a time may replace a path.
func Replace(path string, content []byte) error {
	folder := filepath.Dir(path)
	next := filepath.Join(folder, "."+filepath.Base(path)+".new")
	f, err := os.OpenFile(next, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(next))
	}
	if err := os.Rename(next, path); err != nil {
		return errors.Join(err, os.Remove(next))
	}
	return SyncFolder(folder)
}

// ReadPrivate reads a file that its owner alone may read; one that others may is an error, which says what to do.
func ReadPrivate(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("others may open %s (mode %04o): run chmod 600 on it", path, mode)
	}
	return os.ReadFile(path)
}

// SyncFolder puts the names of a folder's files on disk: until then a file that was made or renamed may be lost.
func SyncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
