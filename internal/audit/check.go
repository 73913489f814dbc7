package audit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// longestLine bounds what is read as a line. No record is as long.
const longestLine = 64 << 10

// chain follows the records from the first on.
type chain struct {
	// found is told what is wrong.
	found func(string)
	// last is the newest record that was read, start before the first.
	last head
	// mark is a record that must be there, met whether it was; start is always there.
	mark head
	met  bool
	// records counts those that were read.
	records uint64
}

// opened are the files of a log at one moment, oldest first.
type opened []part

// part is a file up to where its records reach.
type part struct {
	file *os.File
	size int64
}

func (o opened) close() {
	for _, p := range o {
		p.file.Close()
	}
}

// open opens all files as they now are, and returns the newest record that was written to them.
func (l *Log) open() (opened, head, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	names, err := filepath.Glob(path(l.Data, "audit-*.log"))
	if err != nil {
		panic("BUG: a pattern is none: " + err.Error())
	}
	slices.Sort(names)
	var all opened
	for _, name := range append(names, path(l.Data, current)) {
		file, err := os.Open(name)
		if errors.Is(err, os.ErrNotExist) { // then records are missing, which is found
			continue
		}
		if err != nil {
			all.close()
			return nil, start, err
		}
		info, err := file.Stat()
		if err != nil {
			all.close()
			return nil, start, errors.Join(err, file.Close())
		}
		all = append(all, part{file, info.Size()})
	}
	return all, l.head, nil
}

// walk follows the chain through all files, and returns the newest record that was written to them.
func (l *Log) walk(c *chain) (newest head, _ error) {
	files, newest, err := l.open()
	if err != nil {
		return start, err
	}
	defer files.close()
	c.last = start
	c.met = c.mark == start
	for _, p := range files {
		if err := c.read(filepath.Base(p.file.Name()), io.LimitReader(p.file, p.size)); err != nil {
			return start, err
		}
	}
	return newest, nil
}

// read follows the chain through a file.
func (c *chain) read(name string, content io.Reader) error {
	in := bufio.NewReaderSize(content, longestLine)
	for number := 1; ; number++ {
		line, err := in.ReadSlice('\n')
		at := fmt.Sprintf("%s line %d", name, number)
		switch {
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil
		case errors.Is(err, io.EOF):
			c.torn(name, at)
			return nil
		case errors.Is(err, bufio.ErrBufferFull):
			c.found(at + ": it is no record, and what follows was not read")
			return nil
		case err != nil:
			return fmt.Errorf("read %s: %w", name, err)
		}
		c.one(at, line)
	}
}

// torn is a line without an end. At the end of the newest file a kill may have left it, before it was acknowledged.
func (c *chain) torn(name, at string) {
	if name != current {
		c.found(at + ": its end is missing")
	}
}

// one follows the chain over a line.
func (c *chain) one(at string, line []byte) {
	r, err := parse(line[:len(line)-1])
	if err != nil {
		c.found(at + ": it is no record any more")
		return
	}
	c.records++
	switch next := c.last.Seq + 1; {
	case r.Seq > next:
		c.found(fmt.Sprintf("%s: the records from %d to %d are missing", at, next, r.Seq-1))
	case r.Seq < next:
		c.found(fmt.Sprintf("%s: record %d stands after record %d", at, r.Seq, c.last.Seq))
	case r.Prev != c.last.SHA256:
		c.found(fmt.Sprintf("%s: record %d is not what was written, for record %d names another hash", at, c.last.Seq, r.Seq))
	}
	c.last = head{r.Seq, hashOf(line)}
	c.met = c.met || c.last == c.mark
}

// Check follows the chain from the first record to the newest and tells found what is wrong, a sentence each. It returns how
// many records it has read. The error says that the log could not be read.
func (l *Log) Check(found func(string)) (records uint64, _ error) {
	c := chain{found: found}
	newest, err := l.walk(&c)
	if err != nil {
		return c.records, err
	}
	if c.last != newest {
		found(fmt.Sprintf("the log ends with record %d, which is not the newest that was written, record %d: records were changed, cut off or added", c.last.Seq, newest.Seq))
	}
	return c.records, nil
}
