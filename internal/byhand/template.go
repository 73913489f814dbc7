package byhand

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"tiendo/internal/event"
	"tiendo/internal/workbook"
)

// MostRows is how many rows a filled template may have.
const MostRows = 2000

// Where things stand in a template.
const (
	headerRow  = 3
	entrySheet = "Nhập liệu - Entry"
	listSheet  = "Danh mục - Lists"
	helpSheet  = "Hướng dẫn - Help"
)

// FileName is what the template is called on a disk.
func (f *Form) FileName() string { return "tiendo-" + f.ID + ".xlsx" }

// drawing is a template on its way. Its methods keep the first error.
type drawing struct {
	*excelize.File
	form *Form
	of   choices
	err  error
	// lists counts the columns of the sheet with the lists.
	lists int
}

// template writes the workbook that is filled in: a sheet for it, one that explains each column, one with the lists.
func (f *Form) template(w io.Writer, of choices) error {
	d := &drawing{File: excelize.NewFile(), form: f, of: of}
	d.keep(d.SetSheetName(d.GetSheetName(0), entrySheet))
	for _, name := range []string{helpSheet, listSheet} {
		_, err := d.NewSheet(name)
		d.keep(err)
	}
	d.keep(d.SetDocProps(&excelize.DocProperties{Creator: "Tiendo", Title: f.Title[0] + " - " + f.Title[1]}))
	d.entry()
	d.help()
	d.keep(d.Write(w))
	d.keep(d.Close())
	return d.err
}

func (d *drawing) keep(err error) { d.err = errors.Join(d.err, err) }

func (d *drawing) style(s excelize.Style) int {
	id, err := d.NewStyle(&s)
	d.keep(err)
	return id
}

func (d *drawing) put(sheet string, column, row int, text string) {
	d.keep(d.SetCellStr(sheet, workbook.Letters(column)+strconv.Itoa(row), text))
}

// entry draws the sheet that is filled in.
func (d *drawing) entry() {
	d.put(entrySheet, 1, 1, d.form.Title[0]+" - "+d.form.Title[1])
	d.put(entrySheet, 1, 2, "Điền từ dòng "+strconv.Itoa(headerRow+1)+"; cột có dấu * là bắt buộc. Không ghi họ tên, số giấy tờ của công dân. "+
		"Fill in from row "+strconv.Itoa(headerRow+1)+"; columns marked * are required. No names or numbers of citizens.")
	head := d.style(excelize.Style{
		Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"1F4E79"}},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "center", Horizontal: "left"},
	})
	day, text := "dd/mm/yyyy", 49
	styles := map[bool]int{true: d.style(excelize.Style{CustomNumFmt: &day}), false: d.style(excelize.Style{NumFmt: text})}
	for i := range d.form.Columns {
		c, at := &d.form.Columns[i], workbook.Letters(i+1)
		d.keep(d.SetColWidth(entrySheet, at, at, c.width()))
		if dated := c.dated(); dated || !c.numeric() {
			d.keep(d.SetColStyle(entrySheet, at, styles[dated]))
		}
		d.put(entrySheet, i+1, headerRow, c.cell())
		d.keep(d.SetCellStyle(entrySheet, at+strconv.Itoa(headerRow), at+strconv.Itoa(headerRow), head))
		d.validate(c, at+strconv.Itoa(headerRow+1)+":"+at+strconv.Itoa(headerRow+MostRows))
	}
	// Styles of columns go over those of cells.
	d.keep(d.SetCellStyle(entrySheet, "A1", "A1", d.style(excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}})))
	d.keep(d.SetCellStyle(entrySheet, "A2", "A2", d.style(excelize.Style{Font: &excelize.Font{Italic: true, Color: "555555"}})))
	d.keep(d.SetRowHeight(entrySheet, headerRow, 48))
	d.keep(d.SetPanes(entrySheet, &excelize.Panes{Freeze: true, YSplit: headerRow, TopLeftCell: "A" + strconv.Itoa(headerRow+1), ActivePane: "bottomLeft"}))
}

func (c *Column) dated() bool {
	return c.Name == Time || c.Kind == event.Deadline || c.Kind == event.Day
}

func (c *Column) numeric() bool { return c.Kind == event.Int || c.Kind == event.Number }

func (c *Column) width() float64 {
	if c.Name == "agency" || c.Name == "agencies" {
		return 38
	}
	return 20
}

// validate has the program help whoever fills in a column. What it lets pass is read with care all the same.
func (d *drawing) validate(c *Column, cells string) {
	v := excelize.NewDataValidation(!c.Required)
	v.SetSqref(cells)
	v.SetInput(cut(c.Title[0], 32), cut(c.Says[0]+"\n"+c.Says[1], 255))
	strict := excelize.DataValidationErrorStyleStop
	switch list := d.choicesOf(c); {
	case len(list) > 0:
		d.lists++
		at := "$" + workbook.Letters(d.lists) + "$"
		d.put(listSheet, d.lists, 1, c.Title[0]+" - "+c.Title[1])
		for i, word := range list {
			d.put(listSheet, d.lists, i+2, word)
		}
		d.keep(d.SetColWidth(listSheet, workbook.Letters(d.lists), workbook.Letters(d.lists), 40))
		v.SetSqrefDropList("'" + listSheet + "'!" + at + "2:" + at + strconv.Itoa(len(list)+1))
		if c.Name == "agencies" { // several may be written
			strict = excelize.DataValidationErrorStyleInformation
		}
	case c.Kind == event.Int:
		d.keep(v.SetRange(0, 1_000_000_000, excelize.DataValidationTypeWhole, excelize.DataValidationOperatorBetween))
	case c.Kind == event.Number:
		d.keep(v.SetRange(-1e12, 1e12, excelize.DataValidationTypeDecimal, excelize.DataValidationOperatorBetween))
	case c.dated():
		strict = excelize.DataValidationErrorStyleWarning
		d.keep(v.SetRange(1, 100_000, excelize.DataValidationTypeDate, excelize.DataValidationOperatorBetween))
	}
	v.SetError(strict, cut(c.Title[0], 32), cut("Cần: "+c.Says[0]+"\n"+c.Says[1], 225))
	d.keep(d.AddDataValidation(entrySheet, v))
}

// choicesOf are the words among which one of a column is chosen; none if it has no list.
func (d *drawing) choicesOf(c *Column) []string {
	var list []string
	switch {
	case c.Name == "agency" && slices.Contains(c.Of, d.form.Types[0]):
		list = labels(d.of.own)
	case c.Name == "agency", c.Name == "agencies":
		list = labels(d.of.all)
	case c.Kind == event.Bool:
		list = []string{"Có", "Không"}
	}
	for _, v := range c.Values {
		list = append(list, v.Title[0])
	}
	return list
}

func labels(agencies []Agency) []string {
	var all []string
	for _, a := range agencies {
		all = append(all, a.Label())
	}
	return all
}

// help draws the sheet that says what the columns mean.
func (d *drawing) help() {
	for i, width := range []float64{34, 34, 12, 62, 62, 60} {
		at := workbook.Letters(i + 1)
		d.keep(d.SetColWidth(helpSheet, at, at, width))
	}
	wrap := d.style(excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	bold := d.style(excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	rows := [][]string{
		{d.form.Says[0], d.form.Says[1]},
		{
			"Để trống là chưa biết. Nhập lại cùng một mã với nội dung khác là sửa; muốn thu hồi thì vào trang Nhập liệu.",
			"An empty cell says that it is not known yet. The same code with other content is a correction; to take something back, open the page Entry.",
		},
		nil,
		{"Cột", "Column", "Bắt buộc", "Cần ghi", "What to write", "Giá trị - Values"},
	}
	titles := len(rows)
	for i := range d.form.Columns {
		c := &d.form.Columns[i]
		must := ""
		if c.Required {
			must = "*"
		}
		var values []string
		for _, v := range c.Values {
			values = append(values, v.Title[0]+" ("+v.Title[1]+", "+v.Code+")")
		}
		rows = append(rows, []string{c.Title[0], c.Title[1], must, c.Says[0], c.Says[1], strings.Join(values, "; ")})
	}
	for i, row := range rows {
		for j, text := range row {
			d.put(helpSheet, j+1, i+1, text)
		}
		if i > 1 {
			d.keep(d.SetCellStyle(helpSheet, "A"+strconv.Itoa(i+1), "F"+strconv.Itoa(i+1), wrap))
		}
	}
	d.keep(d.SetCellStyle(helpSheet, "A"+strconv.Itoa(titles), "F"+strconv.Itoa(titles), bold))
}

// cut keeps a text within what the format takes, which counts letters of UTF-16; ours are one each.
func cut(text string, most int) string {
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return text
}
