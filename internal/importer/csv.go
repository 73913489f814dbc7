package importer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// rows reads CSV: the first record names the columns.
type rows struct {
	reader *csv.Reader
	limit  *limit
	header []string
	places []int // where each wanted column stands
	values []datum
	above  int // how many lines stand above the names of the columns
	last   int // the line of the last record
}

func (m *Mapping) rows(in *Input) (*rows, error) {
	above, err := m.passOver(in)
	if err != nil {
		return nil, err
	}
	r := &rows{limit: &limit{Reader: in.text}, values: make([]datum, len(m.columns)), above: above}
	r.reader = csv.NewReader(r.limit)
	r.reader.FieldsPerRecord = -1
	r.reader.ReuseRecord = true
	r.reader.Comma = m.delimiterOf(in)
	header, err := r.reader.Read()
	switch {
	case errors.Is(err, io.EOF) && m.header == 0:
		return nil, fmt.Errorf("%s is empty; a CSV begins with a row of column names", in.Name)
	case errors.Is(err, io.EOF), err == nil && m.header > 0 && lineOf(r.reader) != 1: // the reader passes over empty lines
		return nil, m.doc.fault(place{"header"}, "header: line %d of %s is empty", m.header, in.Name)
	case err != nil:
		return nil, fmt.Errorf("%s: read the row of column names: %w", in.Name, err)
	}
	for _, name := range header {
		r.header = append(r.header, clean(name))
	}
	r.places, err = m.find(in.Name, r.header)
	if err != nil && strings.ContainsRune(strings.Join(r.header, ""), '\r') { // then all of the file is one row: its cases are no names to be told
		return nil, fmt.Errorf("%s: its rows end with a carriage return (CR) alone, as old Macintosh programs write them; save it as CSV (UTF-8), with LF or CRLF", in.Name)
	}
	if err != nil && !slices.ContainsFunc(m.columns, func(c column) bool { return slices.Contains(r.header, c.name) }) {
		return nil, fmt.Errorf("%w; a CSV begins with the names of its columns: name the line on which they stand with `header:`, or with `delimiter:` what parts them", err)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// passOver reads what stands above the names of the columns, up to the line that the mapping names, and says how many lines that was.
func (m *Mapping) passOver(in *Input) (above int, _ error) {
	for above < m.header-1 {
		_, err := in.text.ReadSlice('\n')
		switch {
		case err == nil:
			above++
		case errors.Is(err, io.EOF):
			return 0, m.doc.fault(place{"header"}, "header: %s has no line %d; write the number of the line with the names of its columns", in.Name, m.header)
		case !errors.Is(err, bufio.ErrBufferFull): // a line longer than the buffer goes on
			return 0, fmt.Errorf("read %s: %w", in.Name, err)
		}
	}
	if above > 0 {
		in.note("line %d names the columns; what stands above it was passed over", m.header)
	}
	return above, nil
}

// lineOf is on which line the last record began.
func lineOf(reader *csv.Reader) int {
	line, _ := reader.FieldPos(0)
	return line
}

// delimiterOf is what parts the cells: what the mapping says, else what the first row has all the wanted columns with, else a
// comma, in .tsv a tab. That it is another one than that is said.
func (m *Mapping) delimiterOf(in *Input) rune {
	usual := ','
	if in.tab {
		usual = '\t'
	}
	if m.delimiter != 0 {
		return m.delimiter
	}
	head, err := in.text.Peek(1 << 15)
	if err != nil && !errors.Is(err, io.EOF) {
		return usual // the error comes again
	}
	for _, mark := range []rune{usual, ';', '\t', ','} {
		reader := csv.NewReader(bytes.NewReader(head))
		reader.Comma = mark
		header, err := reader.Read()
		if err != nil {
			continue
		}
		for i := range header {
			header[i] = clean(header[i])
		}
		if slices.ContainsFunc(m.columns, func(c column) bool { return !slices.Contains(header, c.name) }) {
			continue
		}
		if mark != usual {
			in.note("its cells are parted by %q, for only so it has the columns that the mapping names", mark)
		}
		return mark
	}
	return usual
}

// find says where in a row of names the wanted columns stand.
func (m *Mapping) find(file string, header []string) ([]int, error) {
	places := make([]int, 0, len(m.columns))
	for _, wanted := range m.columns {
		at := slices.Index(header, wanted.name)
		if at < 0 {
			return nil, m.doc.fault(wanted.place, "%s has no column %q; it has %s", file, wanted.name, quoted(header))
		}
		if again := slices.Index(header[at+1:], wanted.name); again >= 0 {
			return nil, m.doc.fault(wanted.place, "%s has two columns %q, the %d. and the %d.; rename the one that is not meant",
				file, wanted.name, at+1, at+again+2)
		}
		places = append(places, at)
	}
	return places, nil
}

func (r *rows) next() (record, error) {
	for {
		r.limit.read = 0
		fields, err := r.reader.Read()
		var wrong *csv.ParseError
		switch {
		case errors.Is(err, errLong):
			return record{}, fmt.Errorf("after line %d: %w", r.last, errLong)
		case errors.As(err, &wrong) && (errors.Is(err, csv.ErrBareQuote) || errors.Is(err, csv.ErrQuote)):
			reason := fmt.Sprintf("the quotes of the row do not match, at character %d", wrong.Column)
			if wrong.Line > wrong.StartLine {
				reason = fmt.Sprintf("the quotes do not match: all from here to line %d was taken for one row", r.above+wrong.Line)
			}
			return record{line: r.above + wrong.StartLine, reason: reason}, nil
		case err != nil:
			return record{}, err
		}
		line := r.above + lineOf(r.reader)
		r.last = line
		if !slices.ContainsFunc(fields, func(text string) bool { return strings.TrimSpace(text) != "" }) {
			continue
		}
		if len(fields) != len(r.header) {
			return record{line: line, reason: fmt.Sprintf("the row has %d cells, the header has %d", len(fields), len(r.header))}, nil
		}
		for i, at := range r.places {
			r.values[i].text = fields[at]
		}
		return record{line: line, values: r.values}, nil
	}
}

func (r *rows) unseen() []column  { return nil }
func (r *rows) members() []string { return r.header }
func (r *rows) open() bool        { return r.limit.last != '\n' }

var errLong = fmt.Errorf("a record is longer than %d bytes; is a quote missing?", longestRecord)

// limit ends a file when one record takes too much of it.
type limit struct {
	io.Reader
	read int
	last byte // that was read
}

func (l *limit) Read(p []byte) (int, error) {
	if l.read > longestRecord {
		return 0, errLong
	}
	n, err := l.Reader.Read(p)
	if l.read += n; n > 0 {
		l.last = p[n-1]
	}
	return n, err
}

// quoted lists the columns that exist, the first fifty of them.
func quoted(names []string) string {
	const most = 50
	var list []string
	for i, name := range names {
		if i == most {
			return english(list, ",") + fmt.Sprintf(" and %d more", len(names)-most)
		}
		if name != "" {
			list = append(list, quote(name))
		}
	}
	return english(list, "and")
}
