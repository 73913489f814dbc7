// Package audit decides how acts are written down so that nobody changes what was written without its being found: a log to
// which is only added, in which each record names the hash of the one before it. It refuses to know who may do what.
package audit

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"tiendo/internal/disk"
)

// Who acts, besides tokens and people, which have names of their own.
const (
	// Admin bears the administrator's token.
	Admin = "_admin"
	// Nobody is not known: a login failed.
	Nobody = "_nobody"
	// Server is the process itself.
	Server = "_server"
)

// Act is what somebody did.
type Act struct {
	// By is who did it: the name of a token, "oidc:" and the name of a person, or one of the names above.
	By string
	// From is the address that the request came from; empty if there was none.
	From string
	// Verb is what was done, such as "token.create"; Object what it was done to, empty for none.
	Verb, Object string
	// Details hold no secret.
	Details []slog.Attr
}

// Options are what a log needs. All but Size are required.
type Options struct {
	// Data is the folder in which it stands.
	Data string
	Now  func() time.Time
	// Logger is told every act too, so that whoever keeps the server's log elsewhere can compare.
	Logger *slog.Logger
	// Size is how many bytes a file grows to before the next is begun; 0 for 8 MiB.
	Size int64
}

// Log is the log of a data folder. It is safe for concurrent use; one process at a time may have it open.
type Log struct {
	Options
	found []string

	mu   sync.Mutex
	file *os.File
	// first is the number of the first record of the file, 0 while it is empty; size is up to where its records reach.
	first uint64
	size  int64
	head  head
	// failing is why the last act could not be written; nil if it was.
	failing error
}

// Open opens the log, or begins it. A log that was tampered with is opened too, for a server that does not start helps
// nobody: [Log.Found] says what is wrong with it, and [Log.Check] for ever after.
func Open(o Options) (*Log, error) {
	o.Size = cmp.Or(o.Size, 8<<20)
	l := &Log{Options: o}
	if err := l.resume(); err != nil {
		return nil, fmt.Errorf("open the audit log: %w", err)
	}
	return l, nil
}

// Found is what [Open] has found wrong with the log, a sentence each.
func (l *Log) Found() []string { return l.found }

// Add writes an act down; it is on disk when Add returns. An act that could not be written stands whole in the server's log,
// and [Log.Err] tells of it until one can be written again: what was done was done, and must not be undone for that.
func (l *Log) Add(act Act) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := recordOf(act, l.head, l.Now())
	l.failing = l.append(r)
	attrs := []any{"by", r.By, "act", r.Act, "object", r.Object}
	if r.From != "" {
		attrs = append(attrs, "from", r.From)
	}
	for _, a := range act.Details {
		attrs = append(attrs, a)
	}
	if l.failing != nil {
		l.Logger.Error("an administrative act could not be written to the audit log", append(attrs, "error", l.failing)...)
		return
	}
	l.Logger.Info("administrative act", append(attrs, "record", r.Seq)...)
}

// Err is why the last act could not be written; nil if it was, or if one could be written now: there may be none for weeks.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failing != nil && l.head.Seq > 0 && l.writable() {
		l.failing = nil
	}
	return l.failing
}

// writable says whether there is room for a record: by the file of the head, which is written anew as after each.
func (l *Log) writable() bool {
	return l.file.Truncate(l.size) == nil && l.head.write(l.Data) == nil
}

// Hold calls f while nothing is added, so that a copy of the files holds together.
func (l *Log) Hold(f func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return f()
}

// Close closes the log; nothing may be added afterwards.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Close()
}

// append puts a record at the end. What a failure leaves of it is cut off again, now or by the next.
func (l *Log) append(r *Record) error {
	if l.size >= l.Size {
		if err := l.turn(); err != nil {
			return fmt.Errorf("begin the next file: %w", err)
		}
	}
	if err := l.file.Truncate(l.size); err != nil {
		return err
	}
	line := r.line()
	_, err := l.file.Write(line)
	if err := errors.Join(err, l.file.Sync()); err != nil {
		return errors.Join(err, l.file.Truncate(l.size))
	}
	if l.first == 0 {
		l.first = r.Seq
	}
	l.size += int64(len(line))
	l.head = head{Seq: r.Seq, SHA256: hashOf(line)}
	return l.head.write(l.Data)
}

// turn puts the file aside under the number of its first record and begins another. Its chain goes on there.
func (l *Log) turn() error {
	err := os.Rename(path(l.Data, current), path(l.Data, aside(l.first)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // else it was put aside before the disk was full
		return err
	}
	next, err := begin(l.Data)
	if err != nil {
		return err
	}
	_ = l.file.Close() // all of it was synced
	l.file, l.first, l.size = next, 0, 0
	return nil
}

// begin opens the file to which is added, and makes it if there is none.
func begin(data string) (*os.File, error) {
	file, err := os.OpenFile(path(data, current), os.O_RDWR|os.O_APPEND, 0o600)
	if !errors.Is(err, fs.ErrNotExist) {
		return file, err
	}
	file, err = os.OpenFile(path(data, current), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	if err := disk.SyncFolder(data); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// resume finds the end of the log, and whether it is what was written.
func (l *Log) resume() error {
	kept, headErr := readHead(l.Data)
	if headErr != nil && !errors.Is(headErr, fs.ErrNotExist) && !errors.Is(headErr, errNoHead) {
		return headErr
	}
	file, err := begin(l.Data)
	if err != nil {
		return err
	}
	l.file = file
	torn, err := l.measure()
	if err != nil {
		return errors.Join(err, file.Close())
	}
	c := chain{found: func(says string) { l.found = append(l.found, says) }, mark: kept}
	if _, err := l.walk(&c); err != nil {
		return errors.Join(err, file.Close())
	}
	switch {
	case headErr != nil && (c.last.Seq > 0 || errors.Is(headErr, errNoHead)):
		c.found(fmt.Sprintf("%s: %v, so records may have been cut off", headFile, headErr))
	case headErr == nil && !c.met:
		c.found(fmt.Sprintf("record %d is not what was written, or was cut off", kept.Seq))
	}
	l.head = c.last
	if kept.Seq >= c.last.Seq && !c.met { // what is missing shall be missed
		l.head = kept
	}
	return l.mend(torn)
}

// measure finds the first record of the file, and where its last whole line ends. It returns how many bytes follow.
func (l *Log) measure() (torn int64, _ error) {
	content, err := os.ReadFile(l.file.Name())
	if err != nil {
		return 0, err
	}
	whole := endOfLines(content)
	l.size = int64(whole)
	l.first = firstOf(content[:whole])
	return int64(len(content) - whole), nil
}

// mend sees to what a kill has left of a record: it was not acknowledged, so it goes. Where records are missing it may be
// what is left of one, so it stays and is found.
func (l *Log) mend(torn int64) error {
	if torn == 0 {
		return nil
	}
	if len(l.found) == 0 {
		return errors.Join(l.file.Truncate(l.size), l.file.Sync())
	}
	_, err := l.file.WriteString("\n")
	l.size += torn + 1
	return errors.Join(err, l.file.Sync())
}
