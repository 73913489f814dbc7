package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"tiendo/internal/workbook"
)

// CSV writes the form's rows, the total last, under the names of JSON, in UTF-8 with a mark that spreadsheets know it by. The
// error is an *Unbalanced if the form must not be printed.
func (f *Form06a) CSV(out io.Writer, lang string) error {
	if err := f.Printable(); err != nil {
		return err
	}
	heads := []string{"level", "group", "field", "procedure", "name"}
	for _, c := range Columns06a {
		heads = append(heads, c.ID)
	}
	table := [][]string{heads}
	for _, r := range append(append([]Row{}, f.Rows...), f.Total) {
		line := []string{string(r.Level), or(r.Group), or(r.Field), or(r.Procedure), r.Names.In(lang)}
		for _, n := range r.all() {
			line = append(line, strconv.FormatInt(*n, 10))
		}
		table = append(table, line)
	}
	return writeCSV(out, table)
}

func or(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// exact writes a number with all its digits, "" for none.
func exact(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}

// writeCSV writes a table whose texts no spreadsheet takes for formulas.
func writeCSV(out io.Writer, table [][]string) error {
	if _, err := io.WriteString(out, "\ufeff"); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	w := csv.NewWriter(out)
	for _, line := range table {
		for i, value := range line {
			if _, err := strconv.ParseFloat(value, 64); err != nil {
				line[i] = workbook.Plain(value)
			}
		}
		if err := w.Write(line); err != nil {
			return fmt.Errorf("write CSV: %w", err)
		}
	}
	w.Flush()
	return w.Error()
}
