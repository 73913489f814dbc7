package collector

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"tiendo/internal/disk"
	"tiendo/internal/event"
)

// Case names a case.
type Case struct {
	Family  event.Family
	Subject string
}

// erased are the cases of which nothing more is taken. They are known by the first 64 bits of an HMAC with the city's key, so
// that nobody reads a subject in what is kept of them, nor tries any out without the key. A million takes 8 MB.
type erased struct {
	path string
	key  []byte

	mu    sync.RWMutex
	marks []uint64 // sorted
	size  int64    // of the file when it was read or written: it only grows

	followed int64 // the size of the file when the log was last cleared of what it names
}

// openErased reads the file of marks, one a line.
func openErased(path string, key []byte) (*erased, error) {
	e := &erased{path: path, key: key}
	return e, e.read()
}

// read reads the file, if it is not what was read before.
func (e *erased) read() error {
	f, err := os.Open(e.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read which cases were erased: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("read which cases were erased: %w", err)
	}
	if info.Size() == e.size {
		return nil
	}
	var marks []uint64
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		mark, err := strconv.ParseUint(lines.Text(), 16, 64)
		if err != nil || len(lines.Text()) != 16 {
			return fmt.Errorf("read which cases were erased: %s, line %d: 16 hexadecimal digits are expected; restore the file from a backup", e.path, n)
		}
		marks = append(marks, mark)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read which cases were erased: %w", err)
	}
	slices.Sort(marks)
	e.marks, e.size = marks, info.Size()
	return nil
}

// markOf is what a case is known by once it is erased.
func (e *erased) markOf(family event.Family, subject string) uint64 {
	mac := hmac.New(sha256.New, e.key)
	mac.Write([]byte("case\x00" + string(family) + "\x00" + subject))
	return binary.BigEndian.Uint64(mac.Sum(nil))
}

// has says whether a case was erased.
func (e *erased) has(family event.Family, subject string) bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if len(e.marks) == 0 {
		return false
	}
	_, found := slices.BinarySearch(e.marks, e.markOf(family, subject))
	return found
}

// add adds cases; when it returns without an error they are on disk.
func (e *erased) add(cases []Case) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.read(); err != nil { // what another process has erased
		return err
	}
	var added []uint64
	var lines strings.Builder
	for _, c := range cases {
		mark := e.markOf(c.Family, c.Subject)
		if _, known := slices.BinarySearch(e.marks, mark); !known {
			added = append(added, mark)
			fmt.Fprintf(&lines, "%016x\n", mark)
		}
	}
	if len(added) == 0 {
		return nil
	}
	before, err := os.ReadFile(e.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("keep which cases are erased: %w", err)
	}
	after := append(before, lines.String()...)
	if err := disk.Replace(e.path, after); err != nil {
		return fmt.Errorf("keep which cases are erased: %w", err)
	}
	e.marks, e.size = append(e.marks, added...), int64(len(after))
	slices.Sort(e.marks)
	return nil
}

// Mark is what is kept of the name of an erased case, 16 hexadecimal digits: who knows the name can find it again in what
// is written of the act.
func (c *Collector) Mark(of Case) string {
	return hex.EncodeToString(binary.BigEndian.AppendUint64(nil, c.erased.markOf(of.Family, of.Subject)))
}

// Erased says whether a case was erased.
func (c *Collector) Erased(of Case) bool { return c.erased.has(of.Family, of.Subject) }

// refresh reads the file again, and returns its size.
func (e *erased) refresh() (int64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	err := e.read()
	return e.size, err
}

// FollowErased takes up which cases another process has erased, where several have their keys in common, and erases them in
// this log too. It is of one goroutine.
func (c *Collector) FollowErased() error {
	size, err := c.erased.refresh()
	if err != nil || size == c.erased.followed {
		return err
	}
	if _, err := c.Erase(nil); err != nil {
		return err
	}
	c.erased.followed = size
	return nil
}

// Refuse takes nothing more of cases from now on, for good. What was taken of them before is in the log when it returns.
func (c *Collector) Refuse(cases []Case) error {
	c.erasing.Lock()
	defer c.erasing.Unlock()
	return c.erased.add(cases)
}

// Erase overwrites all events of refused cases in the log and in the entries that the engine refused, and the names of those that are given in the damaged parts that
// were set aside. It returns how many events it has overwritten.
func (c *Collector) Erase(cases []Case) (int, error) {
	n, err := c.journal.scrub(c.erased.has)
	if err != nil {
		return n, fmt.Errorf("erase in the log: %w", err)
	}
	m, err := c.eraseRefused()
	if n += m; err != nil {
		return n, fmt.Errorf("erase in what the engine refused: %w", err)
	}
	for _, one := range cases {
		if err := c.journal.scrubDamaged(one.Subject); err != nil {
			return n, fmt.Errorf("erase in what was set aside of the log: %w", err)
		}
	}
	return n, nil
}
