package inbox

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"tiendo/internal/importer"
)

// longestName leaves room for what is put around a name.
const longestName = 200

// report is what is said of a file that was not taken whole.
type report struct {
	importer.Result
	reason  string
	rejects *rejects
}

// move puts a file into done or failed, in a folder of the day; beside one that failed stand the reason and the rejected rows.
// No file is ever overwritten.
func (f *folder) move(name, to string, now time.Time, told report) error {
	day := now.Format(time.DateOnly)
	for _, part := range []string{to, path.Join(to, day)} {
		if err := f.root.Mkdir(part, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if info, err := f.root.Lstat(part); err != nil || !info.IsDir() {
			return cmp.Or(err, fmt.Errorf("%s is no folder", part))
		}
	}
	target, err := f.free(path.Join(to, day), name)
	if err != nil {
		return err
	}
	if told.rejects != nil && told.rejects.file != nil {
		if err := f.root.Rename(rejectsName, target+".rejected.csv"); err != nil {
			return err
		}
	}
	if to == failed {
		if err := f.root.WriteFile(target+".txt", []byte(told.text(name)), 0o640); err != nil {
			return err
		}
	}
	return f.root.Rename(name, target)
}

// free is a path in a folder that nothing has yet, as near to the name as can be.
func (f *folder) free(folder, name string) (string, error) {
	if len(name) > longestName {
		ext := path.Ext(name)
		if len(ext) > 20 {
			ext = ""
		}
		name = strings.ToValidUTF8(name[:longestName-len(ext)], "") + ext
	}
	for n := 1; ; n++ {
		target := path.Join(folder, name)
		if n > 1 {
			target = path.Join(folder, strconv.Itoa(n)+"-"+name)
		}
		_, err := f.root.Lstat(target)
		if errors.Is(err, fs.ErrNotExist) {
			return target, nil
		}
		if err != nil {
			return "", err
		}
	}
}

// text says to a clerk what became of a file and what to do, first in Vietnamese.
func (r *report) text(name string) string {
	var b strings.Builder
	detail := cmp.Or(r.reason, unseen(&r.Result), r.Kept)
	switch {
	case r.Rows == 0 && r.RejectedRows == 0:
		fmt.Fprintf(&b, "Không nhập được tệp %q; chưa có dữ liệu nào của tệp được ghi nhận.\n", name)
		fmt.Fprintf(&b, "The file %q could not be imported; nothing of it was taken.\n\n", name)
	case r.reason != "":
		fmt.Fprintf(&b, "Tệp %q chỉ đọc được đến dòng %d; phần đọc được đã được ghi nhận.\n", name, r.Line)
		fmt.Fprintf(&b, "The file %q could be read up to line %d only; what was read was taken.\n\n", name, r.Line)
	case r.RejectedRows > 0:
		fmt.Fprintf(&b, "%d trên %d dòng của tệp %q không được ghi nhận; các dòng khác đã được ghi nhận. Xem tệp .rejected.csv: dòng, cột, lý do.\n", r.RejectedRows, r.Rows, name)
		fmt.Fprintf(&b, "%d of %d rows of the file %q were not taken; the others were. The file .rejected.csv has line, column and reason.\n\n", r.RejectedRows, r.Rows, name)
	case r.Unseen != nil:
		fmt.Fprintf(&b, "Các dòng của tệp %q đã được ghi nhận, nhưng không dòng nào có một trường mà mapping.yaml nêu. Sửa tên trường, hoặc bỏ đi nếu nguồn không bao giờ có.\n", name)
		fmt.Fprintf(&b, "The rows of the file %q were taken, but none has a field that mapping.yaml names. Correct its name, or take it out if the source never tells it.\n\n", name)
	default:
		fmt.Fprintf(&b, "Các dòng của tệp %q đã được ghi nhận, nhưng không thu hồi được những gì tệp không còn nêu.\n", name)
		fmt.Fprintf(&b, "The rows of the file %q were taken, but what it no longer tells was not retracted.\n\n", name)
	}
	if detail != "" {
		fmt.Fprintf(&b, "Lý do / reason: %s\n", detail)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "Ghi chú / note: %s\n", note)
	}
	b.WriteString("\nSửa tệp (hoặc mapping.yaml) rồi thả lại vào thư mục; nhập lại không làm sai số liệu.\n" +
		"Correct the file (or mapping.yaml) and drop it again; importing again changes no figure.\n")
	return b.String()
}

// unseen says which columns no record had; empty if none.
func unseen(of *importer.Result) string {
	if of.Unseen == nil {
		return ""
	}
	return errors.Join(of.Unseen...).Error()
}

// rejectsName is where rejected rows are written until the file is moved; it is not looked at.
const rejectsName = ".rejected.csv.new"

// rejects are the rejected rows of a file.
type rejects struct {
	*folder
	file  *os.File // nil if there are none
	rows  *csv.Writer
	fault error // of writing
}

func (r *rejects) write(one importer.Reject) error {
	if r.file == nil {
		if r.file, r.fault = r.root.OpenFile(rejectsName, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o640); r.fault != nil {
			return r.fault
		}
		r.rows = csv.NewWriter(r.file)
		r.fault = r.rows.Write([]string{"line", "field", "reason"})
	}
	if r.fault == nil {
		r.fault = r.rows.Write(one.Cells())
	}
	return r.fault
}

// close ends writing. Its error says that they could not be written down.
func (r *rejects) close() error {
	if r.file == nil {
		return r.fault
	}
	r.rows.Flush()
	return errors.Join(r.fault, r.rows.Error(), r.file.Close())
}
