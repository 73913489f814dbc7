package importer

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/xuri/excelize/v2"
)

// grid is a workbook as a test writes it down: its first sheet by cells.
type grid struct {
	*testing.T
	x *excelize.File
}

func newGrid(t *testing.T) *grid { return &grid{t, excelize.NewFile()} }

func (g *grid) rows(rows ...[]any) {
	g.Helper()
	for i, row := range rows {
		if err := g.x.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			g.Fatal(err)
		}
	}
}

// format gives cells a format: a number of a builtin one, or a code.
func (g *grid) format(from, to string, format any) {
	g.Helper()
	style := &excelize.Style{}
	switch format := format.(type) {
	case int:
		style.NumFmt = format
	case string:
		style.CustomNumFmt = &format
	}
	id, err := g.x.NewStyle(style)
	if err == nil {
		err = g.x.SetCellStyle("Sheet1", from, to, id)
	}
	if err != nil {
		g.Fatal(err)
	}
}

func (g *grid) content() string {
	g.Helper()
	buffer, err := g.x.WriteToBuffer()
	if err != nil {
		g.Fatal(err)
	}
	return buffer.String()
}

const office = `
family: dossier
source: urn:hue:motcua
subject: Mã hồ sơ
layout: ["02/01/2006 15:04", "02/01/2006"]
events:
  - type: dossier.received
    time: {column: Ngày tiếp nhận}
    data:
      agency: {column: Đơn vị, slug: true}
      procedure: {column: Thủ tục}
      channel: {column: Trực tuyến, map: {"true": online, "false": direct}}
      due: {column: Ngày hẹn trả}
      fee: {column: Trực tuyến}
  - type: dossier.resolved
    when: {column: Xong, equals: "x"}
    time: {column: Ngày trả}
  - type: dossier.paid
    time: {column: Ngày trả}
    when: {column: Phí, not_empty: true}
    data: {channel: {value: direct}, amount: {column: Phí}}
`

// officeGrid is what an office keeps by hand: a title, a header, dates as dates and as text, codes as numbers, merged cells.
func officeGrid(t *testing.T) *grid {
	t.Helper()
	g := newGrid(t)
	g.rows(
		[]any{"ỦY BAN NHÂN DÂN QUẬN"}, []any{"SỔ THEO DÕI HỒ SƠ", nil, "Tháng 3"}, []any{},
		[]any{"STT", "Mã hồ sơ", "Đơn vị", "Thủ tục", "Trực tuyến", "Ngày tiếp\nnhận", "Ngày hẹn trả", "Ngày trả", "Xong", "Phí"},
		[]any{1, 123456789012, "Sở Xây dựng", 1.005129, true, 46086.34375, 46093, 46092.695138888888, "x", 50000},
		[]any{2, "H-2", nil, "2.000635", false, "05/03/2026 08:15", "12/03/2026", nil, nil, nil},
		[]any{},
		[]any{3, "H-3", "Sở Y tế", 45, true, 46086, 46093.5, "11/03/2026", "x", "12,5"},
		[]any{4, "H-4", "Sở Y tế", 46086, false, 46086, "31/02/2026", nil, nil, nil},
		[]any{5, "H-5", "Sở Y tế", "1.1", true, 46086, nil, nil, nil, nil},
		[]any{"Tổng", nil, nil, nil, nil, 5},
	)
	g.format("F5", "F5", "dd/mm/yyyy hh:mm")
	g.format("F8", "F8", 14)
	g.format("F9", "F9", 22)
	g.format("F10", "F10", 1)
	g.format("G5", "G8", "[$-42A]dd/mm/yyyy;@")
	g.format("H5", "H5", 22)
	g.format("D8", "D8", "0.000000")
	g.format("D9", "D9", 14)
	for _, area := range [][2]string{{"A1", "J1"}, {"A2", "B2"}, {"C5", "C6"}} {
		if err := g.x.MergeCell("Sheet1", area[0], area[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.x.SetRowVisible("Sheet1", 6, false); err != nil {
		t.Fatal(err)
	}
	return g
}

var officeEvents = []string{
	`dossier.received 123456789012 2026-03-05T08:15:00+07:00 {"agency":"so-xay-dung","channel":"online","due":"2026-03-12","fee":true,"procedure":"1.005129"}`,
	`dossier.resolved 123456789012 2026-03-11T16:41:00+07:00 {}`,
	`dossier.paid 123456789012 2026-03-11T16:41:00+07:00 {"amount":50000,"channel":"direct"}`,
	`dossier.received H-2 2026-03-05T08:15:00+07:00 {"agency":"so-xay-dung","channel":"direct","due":"2026-03-12","fee":false,"procedure":"2.000635"}`,
}

func TestWorkbookOfAnOffice(t *testing.T) {
	content := officeGrid(t).content()
	events, rejects := told(t, office, "so.xlsx", content)
	same(t, "events", events, officeEvents)
	same(t, "rejects", rejects, []string{
		`8 Phí: amount: "12,5" is no number such as 1200 or 0.5`,
		`9 Ngày hẹn trả: due: "31/02/2026" is no time by "02/01/2006 15:04" or "02/01/2006"; correct it, or name its layout in the mapping`,
		`9 Thủ tục: procedure: is the date 2026-03-05 in the workbook, where a code is expected; format the column as text and enter it again`,
		`10 Ngày tiếp nhận: dossier.received: "46086" is no time by "02/01/2006 15:04" or "02/01/2006"; correct it, or name its layout in the mapping; ` +
			`it is a number in the workbook: format the column as a date there if it is one`,
		`11 Mã hồ sơ: the subject is empty`,
		`11 Ngày tiếp nhận: dossier.received: "5" is no time by "02/01/2006 15:04" or "02/01/2006"; correct it, or name its layout in the mapping; ` +
			`it is a number in the workbook: format the column as a date there if it is one`,
		`11 Đơn vị: agency is empty, and dossier.received needs it`,
		`11 Trực tuyến: channel is empty, and dossier.received needs it`,
		`11 Thủ tục: procedure is empty, and dossier.received needs it`,
	})
}

// A workbook is the same whether it is packed, comes from standard input, or has another name.
func TestWorkbooksPackedAndPiped(t *testing.T) {
	content := officeGrid(t).content()
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	zst, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"a.xlsx.gz": gz.String(), "a.xlsx.zst": string(zst.EncodeAll([]byte(content), nil)), "a.csv": content, "a": content} {
		events, _ := told(t, office, name, content)
		same(t, name, events, officeEvents)
		in, err := Open("-", strings.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		var b Batch
		r, err := mapping(t, office).Read(in, imported)
		if err != nil {
			t.Fatal(name, err)
		}
		if err := r.Fill(&b); err != nil || b.Len() != len(officeEvents) {
			t.Errorf("%s: %d events, %v", name, b.Len(), err)
		}
	}
}

// notes are what is said of a file beside its events.
func notes(t *testing.T, source, name, content string) []string {
	t.Helper()
	in := openFile(t, name, content)
	i := &Import{Mapping: mapping(t, source), Send: Check(imported), Rejected: func(Reject) error { return nil }}
	result, err := i.Run(t.Context(), in, imported)
	if err != nil {
		t.Fatal(err)
	}
	if in.Read() != in.Size {
		t.Errorf("%d of %d bytes were read", in.Read(), in.Size)
	}
	return result.Notes
}

func TestWhatIsSaidOfAWorkbook(t *testing.T) {
	g := officeGrid(t)
	if _, err := g.x.NewSheet("Danh mục"); err != nil {
		t.Fatal(err)
	}
	same(t, "notes", notes(t, office, "so.xlsx", g.content()), []string{
		`the sheet "Sheet1" was read, the first one; there are "Sheet1" and "Danh mục"; name another with ` + "`sheet:` in the mapping",
		"row 4 names the columns; what stands above it (a title, merged cells) was passed over",
		"1 of the rows are hidden in the workbook, by a filter or by hand; they were read like the others",
	})
	if err := g.x.SetSheetVisible("Sheet1", false); err != nil { // the other one is active, and empty
		t.Log(err)
	}
	same(t, "notes", notes(t, office+"sheet: Sheet1\nheader: 4\n", "so.xlsx", g.content()), []string{
		"1 of the rows are hidden in the workbook, by a filter or by hand; they were read like the others",
	})
}

func TestHeadersOfSeveralRows(t *testing.T) {
	g := newGrid(t)
	g.rows(
		[]any{"Mã", "Thời gian", nil, "Đơn vị"}, []any{nil, "Nhận", "Hẹn"}, []any{"H1", "05/03/2026", "06/03/2026", "a"},
	)
	for _, area := range [][2]string{{"A1", "A2"}, {"B1", "C1"}, {"D1", "D2"}} {
		if err := g.x.MergeCell("Sheet1", area[0], area[1]); err != nil {
			t.Fatal(err)
		}
	}
	const source = "family: task\nsource: urn:x\nsubject: Mã\nlayout: 02/01/2006\nevents:\n  - type: task.assigned\n    time: {column: Nhận}\n    data: {agency: {column: Đơn vị}}\n"
	want := []string{`task.assigned H1 2026-03-05T00:00:00+07:00 {"agency":"a"}`}
	events, rejects := told(t, source, "a.xlsx", g.content())
	same(t, "events", events, want)
	same(t, "rejects", rejects, nil)
	// Of a header that is known by its first row alone the second one is no record.
	events, rejects = told(t, strings.Replace(source, "{column: Nhận}", "{value: 05/03/2026}\n    when: {column: Mã, not_empty: true}", 1), "a.xlsx", g.content())
	same(t, "events", events, want)
	same(t, "rejects", rejects, nil)
}

func TestWorkbooksThatCannotBeRead(t *testing.T) {
	f := func(want, source, name, content string) {
		t.Helper()
		in, err := Open("-", strings.NewReader(content))
		if err == nil {
			in.Name = name
			_, err = mapping(t, source).Read(in, imported)
			in.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	content := officeGrid(t).content()
	f(`m.yaml:22:8: sheet: so.xlsx has no sheet "Tháng 3"; it has "Sheet1"`, office+"sheet: Tháng 3\n", "so.xlsx", content)
	f(`m.yaml:22:9: header: row 3 of the sheet "Sheet1" of so.xlsx is empty`, office+"header: 3\n", "so.xlsx", content)
	f(`so.xlsx has no column "Mã hồ sơ"; it has "1", "123456789012"`, office+"header: 5\n", "so.xlsx", content)
	f(`so.xlsx has no column "Mã số"; it has "STT", "Mã hồ sơ", "Đơn vị"`, strings.Replace(office, "subject: Mã hồ sơ", "subject: Mã số", 1), "so.xlsx", content)
	f("format: so.xlsx is a workbook, not csv", office+"format: csv\n", "so.xlsx", content)
	f("charset: so.xlsx is a workbook, whose texts are Unicode", office+"charset: windows-1258\n", "so.xlsx", content)
	f("charset: so.xlsx: the mapping says charset: vni, but the texts are Vietnamese in Unicode already", office+"charset: vni\n", "so.xlsx", content)
	f("so.xlsx: it is no workbook; if it is text, such as CSV, call it .csv", office+"format: xlsx\n", "so.xlsx", "a,b\n")
	f(`the sheet "Sheet1" of leer.xlsx is empty`, office, "leer.xlsx", newGrid(t).content())
	guide := newGrid(t)
	guide.rows([]any{"Xem trang sau"})
	if _, err := guide.x.NewSheet("Dữ liệu"); err != nil {
		t.Fatal(err)
	}
	f(`it has "Xem trang sau"; that is its sheet "Sheet1", and there are "Sheet1" and "Dữ liệu": name the one that is meant`, office, "guide.xlsx", guide.content())
	if _, err := Open(filepath.Join("testdata", "none.xlsx"), nil); err == nil {
		t.Error("a file that is not there was opened")
	}
}

func TestOldFontsInWorkbooks(t *testing.T) {
	g := newGrid(t)
	g.rows([]any{"M· hå s¬", "§¬n vÞ", "Ngµy nhËn"}, []any{"H1", "Së X©y dùng", "05/03/2026"})
	const source = "family: task\nsource: urn:x\ncharset: tcvn3\nsubject: Mã hồ sơ\nlayout: 02/01/2006\nevents:\n  - type: task.assigned\n    time: {column: Ngày nhận}\n    data: {agency: {column: Đơn vị, slug: true}}\n"
	events, rejects := told(t, source, "a.xlsx", g.content())
	same(t, "events", events, []string{`task.assigned H1 2026-03-05T00:00:00+07:00 {"agency":"so-xay-dung"}`})
	same(t, "rejects", rejects, nil)
	in, err := Open("-", strings.NewReader(g.content()))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if _, err := mapping(t, strings.Replace(source, "charset: tcvn3\n", "", 1)).Read(in, imported); err == nil || !strings.Contains(err.Error(), "its texts look like tcvn3, the letters of an old font") {
		t.Error(err)
	}
}

// The tracker of an office: totals by channel and month. No row of it is a case, which is said, and nothing is made of it.
// The file is one of the shared data sets, which are no part of this repository.
func TestWorkbookOfTotalsIsRefused(t *testing.T) {
	in, err := Open(shared(t, "uk-evl-channels-xlsx/CEG Transaction Tracker.xlsx"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	_, err = mapping(t, office).Read(in, imported)
	if want := `has no column "Mã hồ sơ"; it has `; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}
