package importer

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/charset"
	"tiendo/internal/workbook"
)

// sampleRows is how many rows a suggestion looks at.
const sampleRows = 2_000

// sample is the beginning of a file whose columns nobody has named yet.
type sample struct {
	file      string
	format    string
	charset   string // if it must be named
	delimiter rune   // of a CSV
	sheet     string // of a workbook with several
	header    int    // the row of the names, in a workbook
	columns   []sampled
	rows      int
}

// sampled is one column of it; values has a datum for each row.
type sampled struct {
	name    string
	doubled bool // another column has the same name
	values  []datum
}

// sampleOf reads the beginning of a file.
func sampleOf(in *Input) (*sample, error) {
	s := &sample{file: in.Name, format: in.format}
	var err error
	if in.format == formatXLSX {
		err = s.readSheet(in)
	} else {
		err = s.readText(in)
	}
	if err != nil {
		return nil, err
	}
	for i := range s.columns {
		s.columns[i].doubled = countOf(s.columns, s.columns[i].name) > 1
	}
	return s, nil
}

// readText reads a CSV or NDJSON.
func (s *sample) readText(in *Input) error {
	if err := in.decode(&Mapping{}); err != nil {
		return err
	}
	s.charset = in.guessed
	if err := in.whole(s.format); err != nil {
		return err
	}
	if head, err := in.text.Peek(1); s.format == formatNDJSON || s.format == "" && err == nil && head[0] == '{' {
		s.format = formatNDJSON
		return s.readLines(in)
	}
	s.format = formatCSV
	return s.readCSV(in)
}

func countOf(columns []sampled, name string) (n int) {
	for i := range columns {
		if columns[i].name == name {
			n++
		}
	}
	return n
}

func (s *sample) readCSV(in *Input) error {
	head, err := in.text.Peek(1 << 15)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return err
	}
	s.delimiter = delimiterOf(head)
	reader := csv.NewReader(&limit{Reader: in.text})
	reader.Comma, reader.FieldsPerRecord, reader.ReuseRecord = s.delimiter, -1, true
	for n := -1; n < sampleRows; n++ {
		fields, err := reader.Read()
		if errors.Is(err, io.EOF) && n >= 0 {
			return nil
		}
		if _, bad := errors.AsType[*csv.ParseError](err); bad && n >= 0 {
			continue // it will be rejected
		}
		switch {
		case errors.Is(err, io.EOF):
			return fmt.Errorf("%s is empty; a CSV begins with a row of column names", in.Name)
		case err != nil:
			return fmt.Errorf("read %s: %w", in.Name, err)
		case n < 0:
			for _, name := range fields {
				s.columns = append(s.columns, sampled{name: clean(name)})
			}
		case len(fields) == len(s.columns):
			for i := range s.columns {
				s.columns[i].values = append(s.columns[i].values, datum{text: strings.Clone(fields[i])})
			}
			s.rows++
		}
	}
	return nil
}

// delimiterOf is the character that parts the first line into the most cells; a comma if none does.
func delimiterOf(head []byte) rune {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	best, most := ',', 0
	for _, mark := range ",;\t|" {
		if n := bytes.Count(line, []byte(string(mark))); n > most {
			best, most = mark, n
		}
	}
	return best
}

// readLines reads the members of objects, those of inner objects by their paths. Lists are left out.
func (s *sample) readLines(in *Input) error {
	at := map[string]int{}
	lines := bufio.NewScanner(in.text)
	lines.Buffer(nil, longestRecord)
	for s.rows < sampleRows && lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		if err := s.object(at, "", lines.Bytes()); err != nil {
			return fmt.Errorf("%s: row %d is no JSON object: %w", in.Name, s.rows+1, err)
		}
		s.rows++
		for i := range s.columns {
			for len(s.columns[i].values) < s.rows {
				s.columns[i].values = append(s.columns[i].values, datum{})
			}
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read %s: %w", in.Name, err)
	}
	return nil
}

func (s *sample) object(at map[string]int, path string, text jsontext.Value) error {
	decoder := jsontext.NewDecoder(bytes.NewReader(text))
	if decoder.PeekKind() != '{' {
		return errors.New("it begins with something else")
	}
	if _, err := decoder.ReadToken(); err != nil {
		return err
	}
	for decoder.PeekKind() != '}' {
		var name string
		if err := json.UnmarshalDecode(decoder, &name); err != nil {
			return err
		}
		value, err := decoder.ReadValue()
		if err != nil {
			return err
		}
		switch name = path + name; value.Kind() {
		case '{':
			if err := s.object(at, name+".", value); err != nil {
				return err
			}
			continue
		case '[':
			continue
		}
		column, known := at[name]
		if !known {
			column, at[name] = len(s.columns), len(s.columns)
			s.columns = append(s.columns, sampled{name: name, values: make([]datum, s.rows, s.rows+1)})
		}
		told, err := datumOf(value)
		if err != nil {
			return err
		}
		s.columns[column].values = append(s.columns[column].values, told)
	}
	_, err := decoder.ReadToken()
	return err
}

// readSheet reads the first sheet that is shown and has rows below its names, which are taken to stand in the row with the most
// texts: what stands before it (a cover, a guide) is passed over.
func (s *sample) readSheet(in *Input) error {
	file, size, err := in.spool()
	if err != nil {
		return fmt.Errorf("open %s: %w", in.Name, err)
	}
	book, err := workbook.Open(file, size)
	if err != nil {
		return fmt.Errorf("open %s: %w", in.Name, err)
	}
	in.close = append(in.close, book.Close)
	shown := slices.DeleteFunc(slices.Clone(book.Sheets), func(w workbook.Sheet) bool { return w.Hidden })
	if len(shown) == 0 {
		shown = book.Sheets[:1]
	}
	var chosen *workbook.Sheet
	var all []workbook.Row
	header := -1
	for i := range shown {
		rows, at, err := top(book, &shown[i])
		if err != nil {
			return fmt.Errorf("open %s: %w", in.Name, err)
		}
		found := at >= 0 && at+1 < len(rows)
		if found || i == 0 { // if none is a table, the first is spoken of
			chosen, all, header = &shown[i], rows, at
		}
		if found {
			break
		}
	}
	if len(book.Sheets) > 1 {
		s.sheet = chosen.Name
	}
	if header < 0 {
		return fmt.Errorf("the sheet %q of %s has no row of column names", chosen.Name, in.Name)
	}
	names := &sheet{}
	if s.charset = charset.OldFont(book.Sample(charset.Sample)); s.charset != "" {
		names.font = charset.Font(s.charset)
	}
	s.header = all[header].Number
	for _, name := range names.namesOf(&all[header]) {
		s.columns = append(s.columns, sampled{name: name})
	}
	for i := range all[header+1:] {
		row := &all[header+1+i]
		for k := range s.columns {
			s.columns[k].values = append(s.columns[k].values, names.datumOf(row, k+1))
		}
		s.rows++
	}
	return nil
}

// top are the first rows of a sheet, and which of them names the columns; less than 0 if none does.
func top(book *workbook.Book, of *workbook.Sheet) (all []workbook.Row, header int, _ error) {
	rows, err := book.Rows(of)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	if all, err = firstRows(rows); err != nil || mostTexts(all) == 0 {
		return nil, -1, err
	}
	return all, slices.IndexFunc(all, func(row workbook.Row) bool { return textsOf(&row) == mostTexts(all) }), nil
}

// firstRows are the first rows, with copies of their cells.
func firstRows(rows *workbook.Rows) (all []workbook.Row, _ error) {
	for len(all) < sampleRows {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		all = append(all, workbook.Row{Number: row.Number, Cells: slices.Clone(row.Cells)})
	}
	return all, nil
}

// mostTexts is how many texts a row at the top has at most.
func mostTexts(all []workbook.Row) (most int) {
	for i := range all[:min(len(all), headerWithin)] {
		most = max(most, textsOf(&all[i]))
	}
	return most
}

func textsOf(row *workbook.Row) (n int) {
	for _, cell := range row.Cells {
		if cell.Kind == workbook.Text {
			n++
		}
	}
	return n
}

// filled are the values of a column that say something; empties are texts that say nothing.
func (c *sampled) filled(empties map[string]bool) []datum {
	var all []datum
	for _, v := range c.values {
		if text := clean(v.text); text != "" && !empties[text] && v.form != faulty {
			all = append(all, datum{text, v.form})
		}
	}
	return all
}

// distinct are the different values with how often they are there, the most frequent first.
func distinct(values []datum) (texts []string, counts map[string]int) {
	counts = map[string]int{}
	for _, v := range values {
		if counts[v.text]++; counts[v.text] == 1 {
			texts = append(texts, v.text)
		}
	}
	slices.SortStableFunc(texts, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
	return texts, counts
}
