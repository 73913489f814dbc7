package seal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"tiendo/internal/disk"
)

// Check reads the log anew, all of it, and tells found what is wrong, a sentence each. It returns how many records it has read.
// The error says that the log could not be read.
func (l *Log) Check(found func(string)) (records int64, _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.load(); err != nil {
		return 0, err
	}
	for _, says := range l.found {
		found(says)
	}
	return l.size, nil
}

// load reads the log from disk and sees whether it is what was written. Nothing that was read before counts.
func (l *Log) load() error {
	l.hashes, l.size, l.found = nil, 0, nil
	sizes, strays, err := l.list()
	if err != nil {
		return err
	}
	if err := l.loadKey(len(sizes) == 0); err != nil {
		return err
	}
	for _, name := range strays {
		l.complain("%s does not belong to the log", name)
	}
	if l.key == nil { // then no signature can be looked at
		return nil
	}
	if len(sizes) == 0 {
		if err := l.begin(); err != nil {
			return err
		}
		sizes = []int64{0}
	}
	for n := range sizes[len(sizes)-1] + 1 {
		if err := l.loadOne(n); err != nil {
			return err
		}
	}
	return l.compare()
}

// complain notes something that is wrong.
func (l *Log) complain(format string, args ...any) {
	l.found = append(l.found, fmt.Sprintf(format, args...))
}

// list finds the sizes of which there are signed heads, in order, and whatever else lies about. A record after the last head
// was not acknowledged: a kill has left it, the next one takes its place.
func (l *Log) list() (sizes []int64, strays []string, _ error) {
	entries, err := os.ReadDir(l.Folder)
	if err != nil {
		return nil, nil, err
	}
	var records []int64
	for _, e := range entries {
		var n int64
		name := e.Name()
		switch _, err := fmt.Sscanf(name, "%06d", &n); {
		case err == nil && name == filepath.Base(l.path(n, headKind)):
			sizes = append(sizes, n)
		case err == nil && n > 0 && name == filepath.Base(l.path(n, recordKind)):
			records = append(records, n)
		case name == keyFile || name == publicFile || strings.HasSuffix(name, ".new"): // the latter are of a kill
		default:
			strays = append(strays, name)
		}
	}
	slices.Sort(sizes)
	last := int64(0)
	if len(sizes) > 0 {
		last = sizes[len(sizes)-1]
	}
	for _, n := range records {
		if n > last+1 {
			strays = append(strays, filepath.Base(l.path(n, recordKind)))
		}
	}
	return sizes, strays, nil
}

// loadKey reads the key, and makes one if the log is new. A key that can't be read leaves the public one, if there is that.
func (l *Log) loadKey(isNew bool) error {
	k, err := openKey(l.Folder)
	if missing(err) && isNew {
		_, notThere := os.Stat(filepath.Join(l.Folder, keyFile))
		if !missing(notThere) {
			l.key = nil
			l.complain("the key: %v", err)
			return nil
		}
		l.key, err = makeKey(l.Folder, l.Name)
		return err
	}
	if err == nil {
		l.key = k
		return nil
	}
	l.complain("the key: %v", err)
	l.key = nil
	if raw, err := os.ReadFile(filepath.Join(l.Folder, publicFile)); err == nil {
		l.key, _ = publicKey(strings.TrimSuffix(string(raw), "\n"))
	}
	return nil
}

// begin signs the head of the empty log.
func (l *Log) begin() error {
	if l.key.signer == nil {
		return nil
	}
	head, err := headOf(0, nil)
	if err != nil {
		return err
	}
	checkpoint, err := l.key.signHead(head)
	if err != nil {
		return err
	}
	return disk.Replace(l.path(0, headKind), checkpoint)
}

// loadOne reads record n and the signed head of the log with it; 0 is the empty log's. What is wrong with it is complained of.
func (l *Log) loadOne(n int64) error {
	if n > 0 {
		record, err := os.ReadFile(l.path(n, recordKind))
		if missing(err) {
			l.complain("record %d is missing", n)
		} else if err != nil {
			return err
		}
		if err := checkCanonical(record); err != nil && record != nil {
			l.complain("record %d: %v", n, err)
		}
		hashes, err := tlog.StoredHashes(n-1, record, l.reader())
		if err != nil {
			return err
		}
		l.hashes, l.size = append(l.hashes, hashes...), n
	}
	checkpoint, err := os.ReadFile(l.path(n, headKind))
	switch {
	case missing(err):
		l.complain("the signed head of %d records is missing", n)
		return nil
	case err != nil:
		return err
	}
	head, err := headOf(n, l.hashes)
	if err != nil {
		return err
	}
	o, err := openHead(checkpoint, l.key, l.witnesses)
	switch {
	case err != nil:
		l.complain("the signed head of %d records: %v", n, err)
	case o.Size != n:
		l.complain("the signed head of %d records is one of %d", n, o.Size)
	case o.Root != head.Root:
		l.complain("the first %d records are not those that were signed: one of them was changed", n)
	case o.strangers > 0:
		l.complain("the signed head of %d records has signatures of %d keys that are not named as witnesses", n, o.strangers)
	}
	return nil
}

// compare sees whether the log holds what is known of it from elsewhere.
func (l *Log) compare() error {
	if l.Known == nil {
		return nil
	}
	known, any, err := l.Known()
	if err != nil || !any {
		return err
	}
	if known.Size > l.size {
		l.complain("the log ends with record %d, but %d records were sealed: the last were cut off", l.size, known.Size)
		return nil
	}
	head, err := headOf(known.Size, l.hashes)
	if err != nil {
		return errors.Join(errors.New("compare with what is known of the log"), err)
	}
	if head.Root != known.Root {
		l.complain("the first %d records are not those that were sealed: the log was made anew", known.Size)
	}
	return nil
}
