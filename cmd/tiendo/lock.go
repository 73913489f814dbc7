package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// lockData makes the data folder where it is missing and holds it for this process. The lock goes with the process,
// however that ends, so a file that a kill left behind never stands in the way.
func lockData(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the data folder %s: %w; name one that this user can write with --data", dir, bare(err))
	}
	path := filepath.Join(dir, "lock")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("the data folder %s can't be written: %w; make it writable, or name another with --data", dir, bare(err))
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		held := make([]byte, 16)
		n, _ := file.Read(held)
		file.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("the data folder %s is in use by another Tiendo (process %s); stop that one, or name another folder with --data", dir, held[:n])
		}
		return nil, fmt.Errorf("lock the data folder %s: %w; put it on a disk that can lock files", dir, err)
	}
	err = file.Truncate(0)
	if err == nil {
		_, err = fmt.Fprintf(file, "%d", os.Getpid())
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("the data folder %s can't be written: %w; make room, or name another with --data", dir, bare(err))
	}
	return file, nil
}

// bare is the reason without the path, which the sentence around it names already.
func bare(err error) error {
	if at, ok := errors.AsType[*os.PathError](err); ok {
		return at.Err
	}
	return err
}
