package report

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"tiendo/internal/workbook"

	"github.com/xuri/excelize/v2"
)

// look is how a cell looks.
type look int

// The looks. Strong ones stand for sums, or for headings.
const (
	plain look = iota
	title
	subtitle
	note
	heading
	paragraph
	signature
	head
	text
	textStrong
	whole
	wholeStrong
	decimal
	percent
	figure
	looks
)

// formula is a cell that the reader's program works out, with what it comes to: a program that does not calculate shows that.
type formula struct {
	is    string
	value any
}

// cell is a value with its look. Texts are written as texts whatever they begin with, so that no name becomes a formula.
type cell struct {
	look  look
	value any
}

// book is a workbook that is written from the top of each sheet down. The first error stays, and ends the rest.
type book struct {
	file   *excelize.File
	styles [looks]int
	err    error
}

func newBook(title, lang string) *book {
	b := &book{file: excelize.NewFile()}
	b.try(b.file.SetDocProps(&excelize.DocProperties{Title: title, Language: lang, Creator: "Tiendo", Created: "", Modified: ""}))
	for i := range b.styles {
		style := styleOf(look(i))
		var err error
		b.styles[i], err = b.file.NewStyle(&style)
		b.try(err)
	}
	return b
}

func (b *book) try(err error) {
	if b.err == nil {
		b.err = err
	}
}

func styleOf(l look) excelize.Style {
	font := &excelize.Font{Family: "Times New Roman", Size: 11}
	s := excelize.Style{Font: font, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}}
	lines := []excelize.Border{
		{Type: "left", Color: "808080", Style: 1},
		{Type: "right", Color: "808080", Style: 1},
		{Type: "top", Color: "808080", Style: 1},
		{Type: "bottom", Color: "808080", Style: 1},
	}
	switch l {
	case title:
		font.Bold, font.Size, s.Alignment.Horizontal = true, 14, "center"
	case subtitle:
		s.Alignment.Horizontal = "center"
	case note:
		font.Italic, font.Size = true, 10
	case heading:
		font.Bold, font.Size = true, 12
	case paragraph:
		s.Alignment.Horizontal, s.Alignment.Vertical = "justify", "top"
	case signature:
		font.Bold, s.Alignment.Horizontal, s.Alignment.Vertical = true, "center", "top"
	case head:
		font.Bold, s.Border, s.Alignment.Horizontal = true, lines, "center"
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DCE6F1"}}
	case text, textStrong:
		s.Border, font.Bold = lines, l == textStrong
	case whole, wholeStrong:
		s.Border, font.Bold, s.NumFmt, s.Alignment.Horizontal = lines, l == wholeStrong, 3, "right" // #,##0
	case decimal:
		s.Border, s.NumFmt, s.Alignment.Horizontal = lines, 4, "right" // #,##0.00
	case figure:
		s.Border, s.Alignment.Horizontal = lines, "right"
	case percent:
		s.Border, s.NumFmt, s.Alignment.Horizontal = lines, 10, "right" // 0.00 %
	}
	return s
}

// sheet is a sheet of a book, on A4 paper.
type sheet struct {
	*book
	name  string
	out   *excelize.StreamWriter
	row   int
	width int
}

// paper is how a sheet stands on A4, and what of it stays in sight and on every printed page: frozen is the last of the lines on
// top, of which that one is printed again, and beside the number of columns at the left. A sheet is as wide as pages, 1 for 0.
type paper struct {
	landscape             bool
	frozen, beside, pages int
}

// sheet begins a sheet. widths are those of its columns, in characters.
func (b *book) sheet(name string, on paper, widths ...float64) *sheet {
	s := &sheet{book: b, name: name, width: len(widths)}
	if b.err != nil {
		return s
	}
	if first := b.file.GetSheetList()[0]; first == "Sheet1" {
		b.try(b.file.SetSheetName(first, name))
	} else {
		_, err := b.file.NewSheet(name)
		b.try(err)
	}
	orientation, a4, across, many := "portrait", 9, max(1, on.pages), 0
	if on.landscape {
		orientation = "landscape"
	}
	yes := true
	b.try(b.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &yes}))
	b.try(b.file.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &across, FitToHeight: &many}))
	b.try(b.file.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: "&C&P / &N"}))
	if on.frozen > 0 {
		quoted := "'" + strings.ReplaceAll(name, "'", "''") + "'"
		titles := fmt.Sprintf("%s!$%d:$%d", quoted, on.frozen, on.frozen)
		if on.beside > 0 {
			titles = fmt.Sprintf("%s!$A:$%s,%s", quoted, workbook.Letters(on.beside), titles)
		}
		b.try(b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: titles, Scope: name}))
	}
	var err error
	s.out, err = b.file.NewStreamWriter(name)
	b.try(err)
	if b.err != nil {
		return s
	}
	for i, width := range widths {
		b.try(s.out.SetColWidth(i+1, i+1, width))
	}
	if on.frozen > 0 {
		active := "bottomLeft"
		if on.beside > 0 {
			active = "bottomRight"
		}
		b.try(s.out.SetPanes(&excelize.Panes{Freeze: true, XSplit: on.beside, YSplit: on.frozen, TopLeftCell: at(on.beside+1, on.frozen+1), ActivePane: active}))
	}
	return s
}

// line writes the next row; nil is an empty cell.
func (s *sheet) line(cells ...any) { s.high(0, cells...) }

// high writes the next row with a height in points, which programs do not find out where cells are joined; 0 leaves it to them.
func (s *sheet) high(points float64, cells ...any) {
	s.row++
	if s.err != nil {
		return
	}
	values := make([]any, len(cells))
	for i, c := range cells {
		of, ok := c.(cell)
		if !ok {
			continue
		}
		written := excelize.Cell{StyleID: s.styles[of.look], Value: of.value}
		if f, is := of.value.(formula); is {
			written.Formula, written.Value = f.is, f.value
		}
		values[i] = written
	}
	s.try(s.out.SetRow(fmt.Sprintf("A%d", s.row), values, excelize.RowOpts{Height: points}))
}

// across writes a row of one cell over the whole width.
func (s *sheet) across(l look, value string) {
	s.line(cell{l, value})
	s.merge(1, s.width)
}

// signatures leaves room for who made the paper and who answers for it.
func (s *sheet) signatures(lang string) {
	maker, head := "NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ"
	if lang == "en" {
		maker, head = "PREPARED BY", "HEAD OF THE AGENCY"
	}
	s.line()
	cells := make([]any, s.width)
	half := (s.width + 1) / 2
	cells[0], cells[half] = cell{signature, maker}, cell{signature, head}
	s.high(70, cells...)
	s.merge(1, half)
	s.merge(half+1, s.width)
}

// merge joins cells of the last row.
func (s *sheet) merge(from, to int) { s.mergeDown(from, to, 0) }

// mergeDown joins cells of the last row and of some rows above it.
func (s *sheet) mergeDown(from, to, above int) {
	if s.err == nil && (to > from || above > 0) {
		s.try(s.out.MergeCell(at(from, s.row-above), at(to, s.row)))
	}
}

// end ends the sheet.
func (s *sheet) end() {
	if s.err == nil {
		s.try(s.out.Flush())
	}
}

// write writes the workbook.
func (b *book) write(w io.Writer) error {
	if b.err != nil {
		return fmt.Errorf("make a workbook: %w", b.err)
	}
	return errors.Join(b.file.Write(w), b.file.Close())
}

// at names a cell, as D7.
func at(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		panic("BUG: no cell: " + err.Error())
	}
	return name
}
