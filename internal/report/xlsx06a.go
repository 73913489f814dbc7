package report

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// The columns of the sheet: its number and name, the form's columns 3 to 13 from the third on, and a check.
const (
	firstCount = 3
	lastColumn = firstCount + columns
)

// The places of the sums of parts, among a row's counts.
var sumsOfParts = map[int][2]int{0: {1, 3}, 4: {5, 7}, 8: {9, 10}}

// XLSX writes the form as a workbook in "vi" or "en". Sums are formulas: a field adds up its procedures, a group its fields, and
// columns 3, 7 and 11 of a procedure their parts; the last column checks the form's last identity. The error is an *Unbalanced
// if the form must not be printed.
func (f *Form06a) XLSX(out io.Writer, lang string, zone *time.Location) error {
	if err := f.Printable(); err != nil {
		return err
	}
	w := words06aIn[lang]
	b := newBook(form06a.In(lang), lang)
	above, below := f.Lines(lang, zone)
	s := b.sheet("06a", paper{landscape: true, frozen: len(above) + 6}, 5, 44, 9, 9, 11, 9, 9, 9, 9, 9, 9, 9, 9, 11)
	s.across(note, "II.06a/VPCP/KSTT")
	s.across(title, strings.ToUpper(form06a.In(lang)))
	for _, line := range above {
		s.across(subtitle, line)
	}
	s.heads06a(w, lang)
	total := s.rows06a(f, lang)
	s.line()
	settled, early, onTime := at(firstCount+4, total), at(firstCount+5, total), at(firstCount+6, total)
	rate := formula{is: fmt.Sprintf(`IF(%s=0,"–",(%s+%s)/%s)`, settled, early, onTime, settled), value: "–"}
	if f.Total.Settled > 0 {
		rate.value = float64(f.Total.Early+f.Total.OnTime) / float64(f.Total.Settled)
	}
	s.line(cell{textStrong, ""}, cell{textStrong, w.rate}, cell{percent, rate})
	s.line()
	for _, line := range below {
		s.across(note, line)
	}
	s.signatures(lang)
	s.end()
	return b.write(out)
}

// heads06a writes the four lines of headings.
func (s *sheet) heads06a(w words06a, lang string) {
	row := func(texts ...string) []any {
		cells := make([]any, lastColumn)
		for i := range cells {
			cells[i] = cell{head, ""}
			if i < len(texts) {
				cells[i] = cell{head, texts[i]}
			}
		}
		return cells
	}
	names := make([]string, 0, columns)
	for _, c := range Columns06a {
		names = append(names, c.Names.In(lang))
	}
	s.line(row(w.number, w.name, w.received, "", "", "", w.settled, "", "", "", w.open, "", "", w.check)...)
	s.merge(3, 6)
	s.merge(7, 10)
	s.merge(11, 13)
	s.line(row("", "", names[0], w.parts, "", names[3], names[4], w.within, "", "", names[8], w.within, "")...)
	s.merge(4, 5)
	s.merge(8, 10)
	s.merge(12, 13)
	s.high(44, row("", "", "", names[1], names[2], "", "", names[5], names[6], names[7], "", names[9], names[10])...)
	for _, column := range []int{3, 6, 7, 11} {
		s.mergeDown(column, column, 1)
	}
	for _, column := range []int{1, 2, lastColumn} {
		s.mergeDown(column, column, 2)
	}
	numbers := []string{"(1)", "(2)"}
	for _, c := range Columns06a {
		numbers = append(numbers, fmt.Sprintf("(%d)", c.Number))
	}
	s.line(row(numbers...)...)
}

// rows06a writes the rows and the total below them, and returns the line of the total.
func (s *sheet) rows06a(f *Form06a, lang string) int {
	first := s.row + 1
	var numbers numbering
	for i := range f.Rows {
		r := &f.Rows[i]
		s.row06a(r, numbers.next(r.Level), lang, partsOf(f.Rows, i, first))
	}
	s.row06a(&f.Total, "", lang, highest(f.Rows, first))
	return s.row
}

// row06a writes a row whose counts are the sums of those in lines.
func (s *sheet) row06a(r *Row, number, lang string, lines []int) {
	words, numbers := text, whole
	if r.Level != Procedure {
		words, numbers = textStrong, wholeStrong
	}
	row := s.row + 1
	cells := []any{cell{words, number}, cell{words, r.Names.In(lang)}}
	for i, n := range r.all() {
		parts, sums := sumsOfParts[i]
		switch {
		case len(lines) > 0:
			cells = append(cells, cell{numbers, formula{sumOf(firstCount+i, lines), *n}})
		case sums && r.Level == Procedure:
			cells = append(cells, cell{numbers, formula{fmt.Sprintf("SUM(%s:%s)", at(firstCount+parts[0], row), at(firstCount+parts[1], row)), *n}})
		default:
			cells = append(cells, cell{numbers, *n})
		}
	}
	check := fmt.Sprintf(`IF(%s=%s+%s,"✓","✗")`, at(firstCount, row), at(firstCount+4, row), at(firstCount+8, row))
	s.line(append(cells, cell{head, formula{check, "✓"}})...)
}

// partsOf are the lines of the rows that the i-th is the sum of: those one level below that follow it.
func partsOf(rows []Row, i, first int) []int {
	below := map[Level]Level{Group: Field, Field: Procedure}[rows[i].Level]
	if below == "" {
		return nil
	}
	var lines []int
	for j := i + 1; j < len(rows) && rows[j].Level != rows[i].Level && rows[j].Level != Group; j++ {
		if rows[j].Level == below {
			lines = append(lines, first+j)
		}
	}
	return lines
}

// highest are the lines of the rows of the highest level.
func highest(rows []Row, first int) []int {
	var lines []int
	for j := range rows {
		if rows[j].Level == rows[0].Level {
			lines = append(lines, first+j)
		}
	}
	return lines
}

// sumOf is the formula that adds up the cells of a column in some lines, those that touch each other as a range.
func sumOf(column int, lines []int) string {
	var parts []string
	for i := 0; i < len(lines); {
		end := i
		for end+1 < len(lines) && lines[end+1] == lines[end]+1 {
			end++
		}
		from, to := at(column, lines[i]), at(column, lines[end])
		if i == end {
			parts = append(parts, from)
		} else {
			parts = append(parts, "SUM("+from+":"+to+")")
		}
		i = end + 1
	}
	return strings.Join(parts, "+")
}
