package byhand

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"tiendo/internal/event"
	"tiendo/internal/workbook"
)

// FileError says why nothing of a file can be read, and what would help.
type FileError struct{ Says Text }

func (e *FileError) Error() string { return e.Says[1] }

func unreadable(vi, en string) error { return &FileError{Text{vi, en}} }

// filled are the rows of a template in which something stands, and of each the columns that are filled, by their places. A
// cell that can't be told for certain has words for it, others none.
type filled struct {
	numbers []int
	cells   map[int]map[int]string
	// subjects are the codes of the cases, where they are codes.
	subjects map[int]string
}

// look finds out what is filled in, and whether the file is the form's template at all.
func (f *Form) look(content []byte) (*filled, error) {
	book, err := workbook.Open(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, seems(err)
	}
	defer book.Close()
	at := slices.IndexFunc(book.Sheets, func(s workbook.Sheet) bool { return s.Name == entrySheet })
	if at < 0 {
		return nil, unreadable("Tệp không có trang «"+entrySheet+"». Hãy tải mẫu về, điền vào trang đó và đừng đổi tên trang.",
			"The file has no sheet “"+entrySheet+"”. Download the template, fill in that sheet, and keep its name.")
	}
	rows, err := book.Rows(&book.Sheets[at])
	if err != nil {
		return nil, seems(err)
	}
	defer rows.Close()
	var places map[int]int
	told := &filled{cells: map[int]map[int]string{}, subjects: map[int]string{}}
	subject := slices.IndexFunc(f.Columns, func(c Column) bool { return c.Name == Subject })
	for {
		row, err := rows.Next()
		switch {
		case errors.Is(err, io.EOF) && places == nil:
			return nil, f.noHeader(nil)
		case errors.Is(err, io.EOF):
			return told, told.check()
		case err != nil:
			return nil, seems(err)
		}
		if places == nil {
			if row.Number < headerRow {
				continue
			}
			if row.Number > headerRow {
				return nil, f.noHeader(nil)
			}
			if places, err = f.places(row); err != nil {
				return nil, err
			}
			continue
		}
		told.add(row, places, subject)
	}
}

// places finds the form's columns, by the columns of the sheet. The names must be those of the template, whatever their order.
func (f *Form) places(row *workbook.Row) (map[int]int, error) {
	places, names := map[int]int{}, []string{}
	for _, cell := range row.Cells {
		name := strings.Join(strings.Fields(cell.Text), " ")
		names = append(names, name)
		i := slices.IndexFunc(f.Columns, func(c Column) bool { return c.Header() == name })
		if i < 0 {
			continue
		}
		if slices.Contains(slices.Collect(maps.Values(places)), i) {
			return nil, unreadable("Cột «"+f.Columns[i].Title[0]+"» có hai lần. Hãy bỏ một cột.", "The column “"+f.Columns[i].Title[1]+"” is there twice. Remove one of them.")
		}
		places[cell.Column] = i
	}
	if len(places) < len(f.Columns) {
		return nil, f.noHeader(names)
	}
	return places, nil
}

// noHeader says which columns are missing, or of what form the template is.
func (f *Form) noHeader(names []string) error {
	missing := func(of *Form) (lacking [2][]string) {
		for i := range of.Columns {
			if c := &of.Columns[i]; !slices.Contains(names, c.Header()) {
				lacking[0], lacking[1] = append(lacking[0], c.Title[0]), append(lacking[1], c.Title[1])
			}
		}
		return lacking
	}
	for _, other := range forms {
		if other != f && missing(other)[0] == nil {
			return unreadable("Đây là mẫu «"+other.Title[0]+"», không phải «"+f.Title[0]+"». Hãy tải lên ở đúng mục.",
				"This is the template “"+other.Title[1]+"”, not “"+f.Title[1]+"”. Upload it where it belongs.")
		}
	}
	lacking := missing(f)
	return unreadable("Dòng "+strconv.Itoa(headerRow)+" thiếu cột: "+strings.Join(lacking[0], ", ")+". Đừng sửa tên cột; hãy tải lại mẫu và chép số liệu sang.",
		"Row "+strconv.Itoa(headerRow)+" lacks columns: "+strings.Join(lacking[1], ", ")+". Keep the names of the columns; download the template again and copy the figures over.")
}

func (t *filled) add(row *workbook.Row, places map[int]int, subject int) {
	cells := map[int]string{}
	for _, cell := range row.Cells {
		i, wanted := places[cell.Column]
		switch {
		case !wanted || strings.TrimSpace(cell.Text) == "":
		case cell.Kind == workbook.Fault:
			cells[i] = cell.Text
		default:
			cells[i] = ""
			if code := norm.NFC.String(strings.TrimSpace(cell.Text)); i == subject && event.CheckSubject(code) == nil {
				t.subjects[row.Number] = code
			}
		}
	}
	if len(cells) > 0 {
		t.numbers = append(t.numbers, row.Number)
		t.cells[row.Number] = cells
	}
}

func (t *filled) check() error {
	switch n := len(t.numbers); {
	case n == 0:
		return unreadable("Chưa có dòng nào được điền: số liệu bắt đầu từ dòng "+strconv.Itoa(headerRow+1)+".",
			"No row is filled in: figures begin in row "+strconv.Itoa(headerRow+1)+".")
	case n > MostRows:
		return unreadable("Tệp có hơn "+strconv.Itoa(MostRows)+" dòng. Hãy chia thành nhiều tệp.",
			"The file has more than "+strconv.Itoa(MostRows)+" rows. Divide it.")
	}
	return nil
}

// kinds say in Vietnamese what a file seems to be that is no workbook, by the words of [workbook.Open] for it.
var kinds = []struct{ word, vi string }{
	{"locked with a password", "Tệp bị khóa bằng mật khẩu. Hãy mở tệp, bỏ mật khẩu (File, Info, Protect Workbook, Encrypt: để trống), lưu lại rồi tải lên."},
	{"(.xls)", "Đây là sổ tính Excel 97–2003 (.xls). Hãy mở tệp và lưu dạng .xlsx."},
	{"Excel 2003 (XML)", "Đây là sổ tính Excel 2003 (XML). Hãy mở tệp và lưu dạng .xlsx."},
	{"(.xlsb)", "Đây là sổ tính nhị phân (.xlsb). Hãy mở tệp và lưu dạng .xlsx."},
	{"(.ods)", "Đây là bảng tính OpenDocument (.ods). Hãy mở tệp và lưu dạng .xlsx."},
	{"(.docx)", "Đây là văn bản Word. Hãy tải mẫu .xlsx và điền vào đó."},
	{"(.doc)", "Đây là văn bản Word. Hãy tải mẫu .xlsx và điền vào đó."},
	{"PDF", "Đây là tệp PDF. Hãy tải mẫu .xlsx và điền vào đó."},
	{"HTML", "Đây là trang web (HTML) mang đuôi của sổ tính. Hãy mở bằng Excel và lưu dạng .xlsx."},
	{"is empty", "Tệp rỗng. Hãy chọn lại tệp."},
	{"cut off or damaged", "Tệp bị cắt hoặc hỏng. Hãy lưu lại rồi tải lên lần nữa."},
}

// seems says what a file seems to be.
func seems(err error) error {
	for _, k := range kinds {
		if strings.Contains(err.Error(), k.word) {
			return unreadable(k.vi, "The file can't be read: "+err.Error()+".")
		}
	}
	return unreadable("Không đọc được tệp này như một sổ tính .xlsx. Hãy tải mẫu mới, điền và lưu dạng .xlsx.", "The file can't be read: "+err.Error()+".")
}
