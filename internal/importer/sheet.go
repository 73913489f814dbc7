package importer

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/transform"

	"tiendo/internal/charset"
	"tiendo/internal/workbook"
)

// headerWithin is how many rows are looked at for the names of the columns.
const headerWithin = 100

// sheet reads a sheet of a workbook: a row names the columns, the rows below it are records.
type sheet struct {
	in      *Input
	size    int64
	rows    *workbook.Rows
	header  []string
	columns []int // where each wanted column stands
	values  []datum
	from    int // the last row of the header; records are below it
	hidden  int // rows that are not shown
	noted   bool
	font    transform.Transformer // nil unless the mapping names an old font's character set
}

// sheetOf begins to read the sheet that the mapping names, else the first one that is shown.
func (m *Mapping) sheetOf(in *Input) (*sheet, error) {
	file, size, err := in.spool()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", in.Name, err)
	}
	book, err := workbook.Open(file, size)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", in.Name, err)
	}
	in.close = append(in.close, book.Close)
	chosen, err := m.choose(in, book)
	if err != nil {
		return nil, err
	}
	rows, err := book.Rows(chosen)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", in.Name, err)
	}
	in.close = append(in.close, rows.Close)
	s := &sheet{in: in, size: in.Size, rows: rows, values: make([]datum, len(m.columns))}
	switch m.charset {
	case "":
		if err := charset.Unicode(book.Sample(charset.Sample)); err != nil {
			return nil, fmt.Errorf("open %s: %w", in.Name, err)
		}
	case charset.UTF8:
	case charset.TCVN3, charset.VNI:
		if err := charset.InFont(m.charset, book.Sample(charset.Sample)); err != nil {
			return nil, m.doc.fault(place{"charset"}, "charset: %s: %v", in.Name, err)
		}
		s.font = charset.Font(m.charset)
	default:
		return nil, m.doc.fault(place{"charset"}, "charset: %s is a workbook, whose texts are Unicode; leave it out, or write tcvn3 or vni if they were written in an old font", in.Name)
	}
	if err := s.begin(m, chosen.Name); err != nil {
		if m.sheet == "" && len(book.Sheets) > 1 { // the notes are not shown of a file that is refused
			err = fmt.Errorf("%w; that is its sheet %q, and there are %s: name the one that is meant with `sheet:`", err, chosen.Name, quoted(sheetNames(book)))
		}
		return nil, err
	}
	return s, nil
}

func sheetNames(book *workbook.Book) []string {
	names := make([]string, 0, len(book.Sheets))
	for i := range book.Sheets {
		names = append(names, book.Sheets[i].Name)
	}
	return names
}

// choose finds the sheet. That there are others is said.
func (m *Mapping) choose(in *Input, book *workbook.Book) (*workbook.Sheet, error) {
	names := sheetNames(book)
	if m.sheet != "" {
		at := slices.IndexFunc(names, func(name string) bool { return clean(name) == clean(m.sheet) })
		if at < 0 {
			return nil, m.doc.fault(place{"sheet"}, "sheet: %s has no sheet %q; it has %s", in.Name, m.sheet, quoted(names))
		}
		return &book.Sheets[at], nil
	}
	at := max(0, slices.IndexFunc(book.Sheets, func(s workbook.Sheet) bool { return !s.Hidden }))
	if len(names) > 1 {
		in.note("the sheet %q was read, the first one; there are %s; name another with `sheet:` in the mapping", names[at], quoted(names))
	}
	return &book.Sheets[at], nil
}

// begin reads up to the names of the columns.
func (s *sheet) begin(m *Mapping, name string) error {
	best, first := 0, 0
	for {
		row, err := s.rows.Next()
		if errors.Is(err, io.EOF) || err == nil && (row.Number > headerWithin && m.header == 0 || m.header > 0 && row.Number > m.header) {
			return s.noHeader(m, name, best)
		}
		if err != nil {
			return fmt.Errorf("open %s: %w", s.in.Name, err)
		}
		if m.header > 0 && row.Number < m.header {
			continue
		}
		first = cmp.Or(first, row.Number)
		header := s.namesOf(row)
		named := 0
		for _, text := range header {
			if text != "" {
				named++
			}
		}
		fits := !slices.ContainsFunc(m.columns, func(c column) bool { return !slices.Contains(header, c.name) })
		if s.header == nil || named > best && !fits && best < len(m.columns) {
			s.header, best = header, named
		}
		if !fits && m.header == 0 {
			continue
		}
		s.header = header
		return s.take(m, row.Number, first)
	}
}

// take takes a row as that of the names.
func (s *sheet) take(m *Mapping, number, first int) error {
	places, err := m.find(s.in.Name, s.header)
	if err != nil {
		return err
	}
	for _, at := range places {
		s.columns = append(s.columns, at+1)
	}
	if number > first {
		s.in.note("row %d names the columns; what stands above it (a title, merged cells) was passed over", number)
	}
	s.from = s.rows.Below(number, s.columns)
	keep := slices.Clone(s.columns)
	slices.Sort(keep)
	s.rows.Keep(slices.Compact(keep))
	return nil
}

// noHeader says that no row names the columns; the one with the most names is shown.
func (s *sheet) noHeader(m *Mapping, name string, best int) error {
	switch {
	case m.header > 0:
		return m.doc.fault(place{"header"}, "header: row %d of the sheet %q of %s is empty", m.header, name, s.in.Name)
	case best == 0:
		return fmt.Errorf("the sheet %q of %s is empty; a sheet begins with a row of column names", name, s.in.Name)
	}
	if _, err := m.find(s.in.Name, s.header); err != nil {
		return err
	}
	return fmt.Errorf("%s: no row of the sheet %q has all the columns that the mapping names; name their row with `header:`", s.in.Name, name)
}

// namesOf are the texts of a row by column; a cell that lies under a merged one beside it has none.
func (s *sheet) namesOf(row *workbook.Row) []string {
	var names []string
	for _, cell := range row.Cells {
		if cell.Kind == workbook.Fault {
			continue
		}
		for len(names) < cell.Column {
			names = append(names, "")
		}
		// Names are often broken into lines to keep columns narrow.
		names[cell.Column-1] = clean(strings.Join(strings.Fields(s.decoded(cell.Text)), " "))
	}
	return names
}

func (s *sheet) next() (record, error) {
	for {
		row, err := s.rows.Next()
		if err != nil {
			s.end(err)
			return record{}, err
		}
		if row.Number <= s.from {
			continue
		}
		s.in.read.Store(int64(float64(s.size) * s.rows.Read()))
		if row.Hidden {
			s.hidden++
		}
		for i, column := range s.columns {
			s.values[i] = s.datumOf(row, column)
		}
		return record{line: row.Number, values: s.values}, nil
	}
}

// end says what its reader may not have seen.
func (s *sheet) end(err error) {
	s.in.read.Store(s.size)
	if s.hidden > 0 && errors.Is(err, io.EOF) && !s.noted {
		s.noted = true
		s.in.note("%d of the rows are hidden in the workbook, by a filter or by hand; they were read like the others", s.hidden)
	}
}

func (s *sheet) datumOf(row *workbook.Row, column int) datum {
	at, there := slices.BinarySearchFunc(row.Cells, column, func(c workbook.Cell, column int) int { return c.Column - column })
	if !there {
		return datum{}
	}
	cell := row.Cells[at]
	switch cell.Kind {
	case workbook.Fault:
		return datum{cell.Text, faulty}
	case workbook.Date:
		return datum{cell.Text, dated}
	case workbook.Number:
		return datum{cell.Text, numeric}
	default:
		return datum{text: s.decoded(cell.Text)}
	}
}

func (s *sheet) decoded(text string) string {
	if s.font == nil {
		return text
	}
	return charset.String(s.font, text)
}

func (s *sheet) unseen() []column  { return nil }
func (s *sheet) members() []string { return s.header }

// open is false, for a workbook that is cut off can't be opened.
func (s *sheet) open() bool { return false }
