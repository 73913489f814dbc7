package importer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// The formats that can be read.
const (
	formatCSV    = "csv"
	formatNDJSON = "ndjson"
)

// longestRecord bounds the memory that one record can take: a quote that is never closed would else take the file.
const longestRecord = 1 << 20

// Input is one file that is being read, unpacked.
type Input struct {
	// Name is the file's name without folders, or "standard input".
	Name string
	// Size is how many bytes the file has, packed as it is; 0 if that is not known.
	Size int64

	read   atomic.Int64
	text   *bufio.Reader
	format string
	tab    bool
	close  []func()
}

// Open opens a file; "-" reads stdin. Gzip and Zstandard are recognised by their first bytes, whatever the name says.
// The caller closes the input.
func Open(path string, stdin io.Reader) (*Input, error) {
	in := &Input{Name: filepath.Base(path)}
	raw := stdin
	if path == "-" {
		in.Name = "standard input"
	} else {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		in.close = append(in.close, func() { _ = file.Close() }) // it was only read
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			in.Size = info.Size()
		} else if err == nil && info.IsDir() {
			in.Close()
			return nil, fmt.Errorf("%s is a folder; name the files in it", path)
		}
		raw = file
	}
	if err := in.unpack(raw); err != nil {
		in.Close()
		return nil, fmt.Errorf("open %s: %w", in.Name, err)
	}
	return in, nil
}

// Read is how many bytes of the file were read so far, of Size. Safe for concurrent use.
func (in *Input) Read() int64 { return in.read.Load() }

// Close closes the file.
func (in *Input) Close() {
	for _, end := range slices.Backward(in.close) {
		end()
	}
	in.close = nil
}

func (in *Input) unpack(raw io.Reader) error {
	packed := bufio.NewReaderSize(&counter{raw, &in.read}, 1<<16)
	in.text = packed
	head, err := packed.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	name := strings.ToLower(in.Name)
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		unpacked, err := gzip.NewReader(packed)
		if err != nil {
			return fmt.Errorf("the file is damaged or cut off: %w", err)
		}
		in.text, name = bufio.NewReaderSize(unpacked, 1<<16), strings.TrimSuffix(name, ".gz")
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		unpacked, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20))
		if err != nil {
			return err
		}
		in.close = append(in.close, unpacked.Close)
		in.text, name = bufio.NewReaderSize(unpacked, 1<<16), strings.TrimSuffix(name, ".zst")
	}
	return in.recognise(name)
}

// recognise finds out the format by the name, else by the first character, and drops a byte order mark.
func (in *Input) recognise(name string) error {
	head, err := in.text.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("the file is damaged or cut off: %w", err)
	}
	if bytes.HasPrefix(head, []byte("\ufeff")) {
		if _, err := in.text.Discard(3); err != nil {
			return err
		}
		head = head[3:]
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return errors.New("it is UTF-16; save it as UTF-8")
	case bytes.HasPrefix(head, []byte("PK")):
		return errors.New("it is a workbook or another archive, which cannot be read; save it as CSV (UTF-8)")
	}
	switch filepath.Ext(name) {
	case ".csv", ".txt":
		in.format = formatCSV
	case ".tsv":
		in.format, in.tab = formatCSV, true
	case ".ndjson", ".jsonl":
		in.format = formatNDJSON
	default:
		in.format = formatCSV
		if len(head) > 0 && head[0] == '{' {
			in.format = formatNDJSON
		}
	}
	return nil
}

// counter counts what was read.
type counter struct {
	io.Reader
	n *atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// record is one record of a file: the texts of the columns that the mapping names, in its order.
type record struct {
	line   int // of the record's beginning, from 1
	values []string
	// field and reason say why the record cannot be read; reason is empty if it can.
	field, reason string
}

// records are what a file holds. next returns io.EOF after the last; another error ends the file. What it returns is
// good until its next call.
type records interface {
	next() (record, error)
	// unseen are the columns that the mapping names and that no record had.
	unseen() []column
	// members are the names that the records have.
	members() []string
	// open says, once next has returned io.EOF, that the last record may be cut off: no line end follows it.
	open() bool
}
