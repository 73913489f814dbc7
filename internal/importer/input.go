package importer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/transform"

	"tiendo/internal/charset"
	"tiendo/internal/workbook"
)

// The formats that can be read.
const (
	formatCSV    = "csv"
	formatNDJSON = "ndjson"
	formatXLSX   = "xlsx"
)

const (
	// longestRecord bounds the memory that one record can take: a quote that is never closed would else take the file.
	longestRecord = 1 << 20
	// largestSpool is how large a workbook may be that is packed or comes from standard input, and must be kept in a file.
	largestSpool = 1 << 30
)

// Input is one file that is being read, unpacked.
type Input struct {
	// Name is the file's name without folders, or "standard input".
	Name string
	// Size is how many bytes the file has, packed as it is; 0 if that is not known.
	Size int64

	read    atomic.Int64
	file    *os.File // if the file lies there as it is, unpacked
	text    *bufio.Reader
	format  string // by its first bytes, else by its name; empty if neither tells
	tab     bool
	guessed string // the character set, if nothing but the text says it
	notes   []string
	close   []func()
}

// Open opens a file; "-" reads stdin. Gzip and Zstandard are recognised by their first bytes, and so are workbooks, whatever
// the name says. The caller closes the input.
func Open(path string, stdin io.Reader) (*Input, error) {
	if path == "-" {
		return newInput("standard input", stdin, nil)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return OpenFile(filepath.Base(path), file)
}

// OpenFile is Open for a file that is open and that name is the name of. It is the input's.
func OpenFile(name string, file *os.File) (*Input, error) {
	if info, err := file.Stat(); err == nil && info.IsDir() {
		file.Close()
		return nil, fmt.Errorf("%s is a folder; name the files in it", name)
	}
	return newInput(name, file, file)
}

// OpenReader is Open for what comes from elsewhere than a file; name is what messages call it.
func OpenReader(name string, r io.Reader) (*Input, error) { return newInput(name, r, nil) }

func newInput(name string, raw io.Reader, file *os.File) (*Input, error) {
	in := &Input{Name: name}
	if file != nil {
		in.close = append(in.close, func() { _ = file.Close() }) // it was only read
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			in.Size, in.file = info.Size(), file
		}
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

// note says something of the file that its reader should know.
func (in *Input) note(format string, args ...any) {
	in.notes = append(in.notes, fmt.Sprintf(format, args...))
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
			return cutOff(err)
		}
		in.text, name, in.file = bufio.NewReaderSize(unpacking{unpacked}, 1<<16), strings.TrimSuffix(name, ".gz"), nil
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		unpacked, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20))
		if err != nil {
			return err
		}
		in.close = append(in.close, unpacked.Close)
		in.text, name, in.file = bufio.NewReaderSize(unpacking{unpacked}, 1<<16), strings.TrimSuffix(name, ".zst"), nil
	}
	return in.recognise(name)
}

// unpacking reads what is packed. Its errors say what to do, for whoever reads a file cannot know where they come from.
type unpacking struct{ io.Reader }

func (u unpacking) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = cutOff(err)
	}
	return n, err
}

func cutOff(err error) error {
	return fmt.Errorf("the file is damaged or cut off (%w); copy or download it again", err)
}

// recognise finds out the format by the first bytes, else by the name.
func (in *Input) recognise(name string) error {
	head, err := in.text.Peek(1024)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if workbook.Packed(head) {
		in.format = formatXLSX
		return nil
	}
	if known := workbook.SeemsText(head); known != "" {
		return errors.New(known)
	}
	switch ext := filepath.Ext(name); ext {
	case ".csv", ".txt":
		in.format = formatCSV
	case ".tsv":
		in.format, in.tab = formatCSV, true
	case ".ndjson", ".jsonl":
		in.format = formatNDJSON
	case ".xlsx", ".xlsm", ".xls":
		in.format = formatXLSX
	}
	return nil
}

// The beginnings of JSON that is no NDJSON: a list, an object over several lines.
var (
	listBegins   = regexp.MustCompile(`^\s*\[\s*[\[{"\]]`)
	objectBegins = regexp.MustCompile(`^\s*\{\s*\n`)
)

// whole is an error if a text seems to be JSON that is one value, and not a value on each line.
func (in *Input) whole(format string) error {
	head, err := in.text.Peek(1024)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("open %s: %w", in.Name, err)
	}
	switch {
	case len(head) == 0 && format == formatNDJSON:
		return fmt.Errorf("%s is empty; NDJSON has one object on each line", in.Name)
	case format == formatCSV && (listBegins.Match(head) || bytes.HasPrefix(head, []byte(`{"`))):
		return fmt.Errorf("%s seems to be JSON and no CSV; give it a name that ends in .ndjson if it has one object on each line", in.Name)
	case listBegins.Match(head):
		return fmt.Errorf("%s is one list of JSON; write one object on each line, as `jq -c '.[]'` does", in.Name)
	case objectBegins.Match(head) && format != formatCSV:
		return fmt.Errorf("%s is JSON over several lines; write one object on each line, as `jq -c .` does", in.Name)
	}
	return nil
}

// decode finds out in which character set the text is and makes UTF-8 of it.
func (in *Input) decode(m *Mapping) error {
	head, err := in.text.Peek(charset.Sample)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("open %s: %w", in.Name, err)
	}
	text, err := charset.Of(head, m.charset)
	if err != nil && m.charset != "" {
		return m.doc.fault(place{"charset"}, "charset: %s: %v", in.Name, err)
	}
	if err != nil {
		return fmt.Errorf("open %s: %w", in.Name, err)
	}
	if in.guessed = text.Guessed; text.Guessed != "" {
		in.note("it was read as %s, for only so its texts make sense; say `charset: %s` in the mapping, so that nothing is left to a guess", text.Guessed, text.Guessed)
	}
	if _, err := in.text.Discard(text.Skip); err != nil {
		return err
	}
	if text.Decoder != nil {
		in.text = bufio.NewReaderSize(transform.NewReader(in.text, text.Decoder), 1<<16)
	}
	return nil
}

// spool makes a file of what is read, for a workbook is read from its end. It is gone when the input is closed.
func (in *Input) spool() (*os.File, int64, error) {
	if in.file != nil {
		return in.file, in.Size, nil
	}
	file, err := os.CreateTemp("", "tiendo-import-")
	if err != nil {
		return nil, 0, err
	}
	in.close = append(in.close, func() { _ = file.Close() }) // nobody will read it again
	if err := os.Remove(file.Name()); err != nil {           // it lives as long as it is open
		return nil, 0, err
	}
	size, err := io.Copy(file, io.LimitReader(in.text, largestSpool+1))
	switch {
	case err != nil:
		return nil, 0, err
	case size > largestSpool:
		return nil, 0, fmt.Errorf("it unpacks to more than %d MiB", largestSpool>>20)
	}
	return file, size, nil
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
