package seal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/transparency-dev/formats/proof"
	signed "golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tiendo/internal/disk"
)

// longest bounds a record.
const longest = 16 << 20

// Options are what a log needs. Folder is required.
type Options struct {
	// Folder is where it stands, alone. It is made.
	Folder string
	// Name is what a new log is called, best like an address: "danang.gov.vn/xep-hang". Witnesses tell logs apart by it, and it
	// never changes. Empty makes up one.
	Name string
	// Witnesses are the keys of those whose cosignatures are taken.
	Witnesses []string
	// Known tells of the newest head that is known from elsewhere, such as an audit log; false if there is none. nil for nowhere.
	// Without it records that were cut off together with their checkpoints are not missed.
	Known func() (Head, bool, error)
}

// Log is a log of sealed records. Record n, from 1, is a file, and so is the signed head of the log with that record: nothing
// that was written is written again, but to add cosignatures. It is safe for concurrent use; one process at a time may have
// it open.
type Log struct {
	Options
	witnesses []signed.Verifier

	mu  sync.Mutex
	key *key
	// hashes are those of the tree over all records, as package tlog stores them.
	hashes []tlog.Hash
	size   int64
	found  []string
}

// Open opens a log, or begins it and makes its key. A log that was tampered with is opened too: [Log.Found] says what is wrong
// with it, and nothing more can be sealed in it.
func Open(o Options) (*Log, error) {
	witnesses, err := Witnesses(o.Witnesses)
	if err != nil {
		return nil, err
	}
	l := &Log{Options: o, witnesses: witnesses}
	if err := os.MkdirAll(o.Folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the log: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.load(); err != nil {
		return nil, fmt.Errorf("open the log %s: %w", o.Folder, err)
	}
	return l, nil
}

// Found is what was wrong with the log when it was last read whole, a sentence each.
func (l *Log) Found() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.found
}

// Key is the public key of the log, as C2SP signed-note writes it; empty if it can't be read.
func (l *Log) Key() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.key == nil {
		return ""
	}
	return l.key.public
}

// Size is how many records there are.
func (l *Log) Size() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.size
}

// Head is the newest head of the log.
func (l *Log) Head() (Head, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return headOf(l.size, l.hashes)
}

// ErrTampered says that the log is not what was written.
var ErrTampered = errors.New("the log of what was published is not what was written; `tiendo check rankings` says where. Restore it from a backup")

// Append seals a record, canonical JSON: when it returns, the record and the signed head are on disk. After an error the record
// stands there whole or not at all, and the log says which. It returns the number of the record, from 1, and the head.
func (l *Log) Append(record []byte) (int64, Head, error) {
	if err := checkCanonical(record); err != nil {
		return 0, Head{}, err
	}
	if len(record) > longest {
		return 0, Head{}, fmt.Errorf("the record has %d bytes; more than %d can't be sealed", len(record), longest)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.load(); err != nil { // what was written is looked at before it is signed again
		return 0, Head{}, err
	}
	if len(l.found) > 0 {
		return 0, Head{}, ErrTampered
	}
	n := l.size + 1
	hashes, err := tlog.StoredHashes(l.size, record, l.reader())
	if err != nil {
		return 0, Head{}, err
	}
	head, err := headOf(n, append(slices.Clip(l.hashes), hashes...))
	if err != nil {
		return 0, Head{}, err
	}
	checkpoint, err := l.key.signHead(head)
	if err != nil {
		return 0, Head{}, fmt.Errorf("sign the head of the log: %w", err)
	}
	if err := disk.Replace(l.path(n, recordKind), record); err != nil {
		return 0, Head{}, fmt.Errorf("write record %d: %w", n, err)
	}
	if err := disk.Replace(l.path(n, headKind), checkpoint); err != nil { // which says that the record counts
		return 0, Head{}, errors.Join(fmt.Errorf("write the signed head of record %d: %w", n, err), l.load())
	}
	l.hashes, l.size = append(l.hashes, hashes...), n
	return n, head, nil
}

// Sealed returns record n, from 1, with its proof: up to the newest head that witnesses have signed too, else to the newest.
func (l *Log) Sealed(n int64) (*Sealed, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	record, err := l.record(n)
	if err != nil {
		return nil, err
	}
	at, checkpoint, err := l.bestHead(n)
	if err != nil {
		return nil, err
	}
	path, err := tlog.ProveRecord(at, n-1, l.reader())
	if err != nil {
		return nil, fmt.Errorf("prove record %d: %w", n, err)
	}
	s := &Sealed{Record: record, Key: l.key.public}
	s.proof = proof.TLogProof{Index: uint64(n - 1), Checkpoint: checkpoint, ExtraData: []byte(l.key.public)}
	for _, h := range path {
		s.proof.Hashes = append(s.proof.Hashes, h)
	}
	return s, nil
}

// Record returns record n, from 1.
func (l *Log) Record(n int64) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.record(n)
}

// Checkpoint is the newest signed head, with the cosignatures that were given.
func (l *Log) Checkpoint() ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return os.ReadFile(l.path(l.size, headKind))
}

// Consistency proves that the log of old records is the beginning of the one that is now: the hashes of RFC 6962, 2.1.2.
func (l *Log) Consistency(old int64) ([]tlog.Hash, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.consistency(old)
}

func (l *Log) consistency(old int64) ([]tlog.Hash, error) {
	if old < 0 || old > l.size {
		return nil, fmt.Errorf("the log has %d records, so there was none of %d", l.size, old)
	}
	if old == 0 || old == l.size {
		return nil, nil
	}
	return tlog.ProveTree(l.size, old, l.reader())
}

// record reads record n, and sees that it is the one that was sealed.
func (l *Log) record(n int64) ([]byte, error) {
	if n < 1 || n > l.size {
		return nil, fmt.Errorf("there is no record %d; the log has %d", n, l.size)
	}
	record, err := os.ReadFile(l.path(n, recordKind))
	if err != nil {
		return nil, fmt.Errorf("read record %d: %w", n, err)
	}
	if tlog.RecordHash(record) != l.hashes[tlog.StoredHashIndex(0, n-1)] {
		return nil, fmt.Errorf("record %d: %w", n, ErrTampered)
	}
	return record, nil
}

// The kinds of files of a log.
const (
	recordKind = "json"
	headKind   = "checkpoint"
)

// path names a file of record n; that of the empty log's head is 0.
func (l *Log) path(n int64, kind string) string {
	return filepath.Join(l.Folder, fmt.Sprintf("%06d.%s", n, kind))
}

// reader hands the stored hashes to package tlog.
func (l *Log) reader() tlog.HashReaderFunc { return readerOf(l.hashes) }

func readerOf(hashes []tlog.Hash) tlog.HashReaderFunc {
	return func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, 0, len(indexes))
		for _, i := range indexes {
			if i >= int64(len(hashes)) {
				return nil, fmt.Errorf("BUG: hash %d of %d was asked for", i, len(hashes))
			}
			out = append(out, hashes[i])
		}
		return out, nil
	}
}

// headOf computes the head of a log of n records.
func headOf(n int64, hashes []tlog.Hash) (Head, error) {
	root, err := tlog.TreeHash(n, readerOf(hashes))
	return Head{Size: n, Root: root}, err
}
