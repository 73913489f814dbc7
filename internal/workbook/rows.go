package workbook

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Kind says what a cell holds.
type Kind uint8

// The kinds of cells.
const (
	// Text is text as it stands.
	Text Kind = iota + 1
	// Number is a number with all its digits.
	Number
	// Bool is "true" or "false".
	Bool
	// Date is a day, "2006-01-02", or a wall clock, "2006-01-02T15:04:05.999".
	Date
	// Fault is a cell that can't be told for certain; its text says why, such as "is the error #N/A; …".
	Fault
)

// Cell is a cell that holds something.
type Cell struct {
	// Column counts from 1.
	Column int
	Kind   Kind
	Text   string
}

// Row is a row that holds something.
type Row struct {
	// Number counts from 1, as programs show it.
	Number int
	Hidden bool
	// Cells are in the order of columns, with what stands in merged ones (see [Rows.Next]).
	Cells []Cell
}

// Rows reads one sheet from top to bottom.
type Rows struct {
	book   *Book
	part   *part
	merged merged
	keep   []int // nil for all columns
	row    Row
	last   int // the row at hand, also if it is empty
	size   int // of the texts of the row at hand
	ended  bool
}

// Rows begins to read a sheet. The caller closes it.
func (b *Book) Rows(s *Sheet) (*Rows, error) {
	if b.texts != nil {
		if err := b.texts.load(); err != nil {
			return nil, err
		}
	}
	areas, err := readMerged(s.part)
	if err != nil {
		return nil, err
	}
	p, err := open(s.part, nil)
	if err != nil {
		return nil, err
	}
	return &Rows{book: b, part: p, merged: merged{coming: areas}}, nil
}

// Keep says which columns are wanted from here on, in ascending order; cells of others are not read.
func (r *Rows) Keep(columns []int) { r.keep = columns }

// Read is how much of the sheet was read, from 0 to 1.
func (r *Rows) Read() float64 {
	return float64(r.part.source.total) / float64(max(1, r.part.source.total, r.part.size))
}

// Close ends reading.
func (r *Rows) Close() { r.part.close() }

// Next returns the next row in which something stands; io.EOF after the last. A cell that is merged with those below it
// stands in all of them; one that is merged with others beside it in the first, and the others are faults. The row is good
// until the next call.
func (r *Rows) Next() (*Row, error) {
	for !r.ended {
		token, err := r.part.next()
		if errors.Is(err, io.EOF) {
			return nil, damaged(r.part.name, io.ErrUnexpectedEOF)
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local != "row" {
				continue
			}
			filled, err := r.read(&token)
			if err != nil {
				return nil, err
			}
			r.merged.fill(&r.row, r.keep)
			if filled {
				return &r.row, nil
			}
		case xml.EndElement:
			r.ended = token.Name.Local == "sheetData"
		}
	}
	return nil, io.EOF
}

// read reads one row and says whether something stands in it, in any column.
func (r *Rows) read(start *xml.StartElement) (filled bool, err error) {
	number, column := r.last+1, 0
	if told := attribute(start, "r"); told != "" {
		if number, err = strconv.Atoi(told); err != nil || number <= r.last {
			return false, damaged(r.part.name, fmt.Errorf("the row after row %d has the number %q", r.last, told))
		}
	}
	if number > mostRows {
		return false, damaged(r.part.name, fmt.Errorf("there are more than %d rows", mostRows))
	}
	r.last, r.size = number, 0
	r.row = Row{Number: number, Hidden: truth(attribute(start, "hidden")), Cells: r.row.Cells[:0]}
	for {
		token, err := r.part.next()
		if errors.Is(err, io.EOF) {
			return false, damaged(r.part.name, io.ErrUnexpectedEOF)
		}
		if err != nil {
			return false, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local != "c" {
				continue
			}
			raw, err := r.raw(&token)
			if err != nil {
				return false, err
			}
			if raw.column == 0 {
				raw.column = column + 1
			}
			if raw.column <= column || raw.column > mostColumn {
				return false, damaged(r.part.name, fmt.Errorf("the cells of row %d are not in order", number))
			}
			column = raw.column
			there, err := r.take(&raw, filled)
			if err != nil {
				return false, err
			}
			filled = filled || there
		case xml.EndElement:
			if token.Name.Local == "row" {
				return filled, nil
			}
		}
	}
}

// skipRows reads up to the end of a sheet's rows, which is much faster than reading them.
func skipRows(text *bufio.Reader) error {
	var tail []byte // of what was read, for a tag may lie across two pieces
	for read := int64(0); ; {
		piece, err := text.ReadSlice('>')
		read += int64(len(piece))
		tail = append(tail, piece[max(0, len(piece)-longestTag):]...)
		tail = tail[max(0, len(tail)-longestTag):]
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF):
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		case read > largest:
			return errBomb
		case endsRows(string(tail)):
			return nil
		}
	}
}

// longestTag is enough for the tag that ends the rows, with any prefix.
const longestTag = 64

// endsRows says whether text ends with the tag that ends the rows, or with that of a sheet without any.
func endsRows(text string) bool {
	at := strings.LastIndexByte(text, '<')
	if at < 0 || !strings.Contains(text[at:], "sheetData") {
		return false
	}
	return strings.HasPrefix(text[at:], "</") || strings.HasSuffix(text, "/>")
}
