package workbook

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// parts of a workbook that is written by hand, where no program would write what a test needs.
type parts map[string]string

const (
	head      = `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
	relations = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	kinds     = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// byHand is a workbook with one sheet of these rows, and what stands after them.
func byHand(rows, after string) parts {
	return parts{
		"_rels/.rels":     relations + `<Relationship Id="r1" Type="` + kinds + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook xmlns:r="` + kinds + `"><sheets><sheet name="A" sheetId="1" r:id="s1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": relations + `<Relationship Id="s1" Type="` + kinds + `worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="s2" Type="` + kinds + `styles" Target="/xl/styles.xml"/><Relationship Id="s3" Type="` + kinds + `sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml": head + rows + `</sheetData>` + after + `</worksheet>`,
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy\ hh:mm"/><numFmt numFmtId="165" formatCode="0000000"/></numFmts>` +
			`<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`,
		"xl/sharedStrings.xml": `<sst><si><t>Mã</t></si><si><r><t>Sở </t></r><r><t>Y tế</t></r><rPh><t>x</t></rPh></si><si><t>a_x000D_b_x005F_x0041_</t></si><si><t/></si></sst>`,
	}
}

func (p parts) pack(t testing.TB) *bytes.Reader {
	t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for name, content := range p {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(packed.Bytes())
}

// read reads the first sheet as "row: A=text B=#date …".
func read(t testing.TB, r *bytes.Reader, keep ...int) ([]string, error) {
	t.Helper()
	b, err := Open(r, r.Size())
	if err != nil {
		return nil, err
	}
	defer b.Close()
	rows, err := b.Rows(&b.Sheets[0])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if keep != nil {
		rows.Keep(keep)
	}
	var all []string
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		line := fmt.Sprintf("%d:", row.Number)
		if row.Hidden {
			line = "hidden " + line
		}
		for _, c := range row.Cells {
			line += fmt.Sprintf(" %s%s%s", Letters(c.Column), map[Kind]string{Text: "=", Number: "=n ", Bool: "=b ", Date: "=d ", Fault: "!"}[c.Kind], c.Text)
		}
		all = append(all, line)
	}
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(- want, + got)\n%s", diff)
	}
}

func TestKindsOfCells(t *testing.T) {
	got, err := read(t, byHand(`<row r="2" hidden="1"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c><c t="s"><v>2</v></c><c t="s"><v>3</v></c><c t="s"><v>4</v></c></row>`+
		`<row r="3"/><row r="4"><c r="A4" s="1"/></row>`+
		`<row r="5"><c t="b"><v>1</v></c><c t="b"><v>0</v></c><c t="e"><v>#N/A</v></c><c t="str"><f>A1</f><v>x</v></c><c t="inlineStr"><is><t xml:space="preserve"> y </t></is></c><c><f>SUM(A1)</f></c><c t="str"><f>A9</f><v></v></c><c t="z"><v>1</v></c><c t="d"><v>2026-03-05T08:15:00</v></c><c><v>x</v></c></row>`+
		`<row><c><v>1.23E+5</v></c><c><v>1.0051289999999999</v></c><c><v>123456789012345</v></c><c><v>1.2345678901234501E+17</v></c><c s="3"><v>42</v></c><c s="3"><v>0.5</v></c><c><v>-3</v></c><c><v>1E-3</v></c></row>`+
		`<row><c s="1"><v>45545</v></c><c s="1"><v>45545.34375</v></c><c s="2"><v>45545</v></c><c s="2"><v>45545.3472222222</v></c><c s="1"><v>0.5</v></c><c s="1"><v>60</v></c><c s="1"><v>59</v></c><c s="1"><v>61</v></c><c s="1"><v>-1</v></c><c s="1"><v>2958466</v></c><c s="1" t="s"><v>0</v></c></row>`, "").pack(t))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, []string{
		"hidden 2: A=Mã C=Sở Y tế D=a\rb_x0041_ F!names a text that the workbook does not have; enter it again",
		`5: A=b true B=b false C!is the error "#N/A"; correct its formula D=x E= y  F!is a formula that was never calculated; open the workbook, let it calculate, and save it ` +
			`H!is of a kind "z" that is unknown; save the sheet as CSV (UTF-8) I=d 2026-03-05T08:15:00 J!is no number, though its cell says so; enter it again`,
		"6: A=n 123000 B=n 1.005129 C=n 123456789012345 D!is a number of more than 15 digits, of which workbooks keep 15; format the column as text and enter it again " +
			"E=n 0000042 F=n 0000000.5 G=n -3 H=n 0.001",
		"7: A=d 2024-09-10 B=d 2024-09-10T08:15:00 C=d 2024-09-10T00:00:00 D=d 2024-09-10T08:20:00 E!is a time of day without a date " +
			"F!is 29 February 1900, a day that there was not; enter the date again G=d 1900-02-28 H=d 1900-03-01 " +
			"I!is a number that no date has; enter the date again J!is a number that no date has; enter the date again K=Mã",
	})
}

// TestRowsOfBlanks: white space is nothing, in columns that are wanted and in others.
func TestRowsOfBlanks(t *testing.T) {
	rows := `<row><c t="inlineStr"><is><t>  </t></is></c><c t="s"><v>3</v></c></row><row><c t="str"><v> </v></c><c t="s"><v>0</v></c></row>` +
		`<row><c t="inlineStr"><is><t>x</t></is></c><c t="inlineStr"><is><t xml:space="preserve"> &#160;</t></is></c></row>`
	for _, keep := range [][]int{nil, {1}, {7}} {
		got, err := read(t, byHand(rows, "").pack(t), keep...)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, map[int][]string{0: {"2: B=Mã", "3: A=x"}, 1: {"2:", "3: A=x"}, 7: {"2:", "3:"}}[append(keep, 0)[0]])
	}
}

func TestDatesFrom1904(t *testing.T) {
	p := byHand(`<row><c s="1"><v>44083</v></c><c s="1"><v>0.25</v></c></row>`, "")
	p["xl/workbook.xml"] = strings.Replace(p["xl/workbook.xml"], "<sheets>", `<workbookPr date1904="1"/><sheets>`, 1)
	got, err := read(t, p.pack(t))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, []string{"1: A=d 2024-09-10 B!is a time of day without a date"})
}

func TestFormatsOfDates(t *testing.T) {
	f := func(code string, want style) {
		t.Helper()
		if got := ofFormat(code); got != want {
			t.Errorf("%s: %+v, want %+v", code, got, want)
		}
	}
	day, clock, none := style{date: true}, style{date: true, clock: true}, style{}
	f(`dd/mm/yyyy`, day)
	f(`[$-1010000]d/m/yyyy;@`, day)
	f(`[$-42A]dd\ mmmm\ yyyy`, day)
	f(`"ngày" dd "tháng" mm`, day)
	f(`yyyy-mm-dd\Thh:mm:ss`, clock)
	f(`h:mm AM/PM`, clock)
	f(`mm:ss.0`, clock)
	f(`[h]:mm`, none)
	f(`General`, none)
	f(`@`, none)
	f(`0.00E+00`, none)
	f(`#,##0 "đồng"`, none)
	f(`#,##0\ _₫;[Red]\-#,##0\ _₫`, none)
	f(`[$₫-42A]#,##0`, none)
	f(`0" m"`, none)
	f(`0%`, none)
	f(`0`, style{whole: 1})
	f(`0000.00`, style{whole: 4, decimals: 2})
}

func TestMergedCells(t *testing.T) {
	p := byHand(`<row r="1"><c t="str"><v>title</v></c></row>`+
		`<row r="3"><c t="str"><v>A</v></c><c t="str"><v>B</v></c><c t="str"><v>C</v></c></row>`+
		`<row r="4"><c r="B4" t="str"><v>b1</v></c><c t="str"><v>b2</v></c></row>`+
		`<row r="5"><c t="str"><v>x</v></c><c t="str"><v>1</v></c></row><row r="6"><c r="B6" t="str"><v>2</v></c></row>`+
		`<row r="8"><c r="B8" t="str"><v>4</v></c><c t="str"><v>own</v></c></row><row r="9"><c r="B9" t="str"><v>5</v></c></row>`,
		`<mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="C8:D8"/><mergeCell ref="A3:A4"/><mergeCell ref="A5:A8"/><mergeCell ref="D5:D9"/></mergeCells>`)
	got, err := read(t, p.pack(t))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, []string{
		"1: A=title B!" + spread + " C!" + spread, "3: A=A B=B C=C", "4: A=A B=b1 C=b2", "5: A=x B=1", "6: A=x B=2",
		"8: A=x B=4 C=own D!" + spread, "9: B=5",
	})
	if got, err = read(t, p.pack(t), 1, 2); err != nil {
		t.Fatal(err)
	}
	same(t, got, []string{"1: A=title B!" + spread, "3: A=A B=B", "4: A=A B=b1", "5: A=x B=1", "6: A=x B=2", "8: A=x B=4", "9: B=5"})
}

func TestDamagedWorkbooks(t *testing.T) {
	f := func(want string, change func(parts)) {
		t.Helper()
		p := byHand(`<row r="1"><c r="A1"><v>1</v></c></row>`, "")
		change(p)
		if got, err := read(t, p.pack(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q %v, want %s", got, err, want)
		}
	}
	sheet := func(rows string) func(parts) {
		return func(p parts) { p["xl/worksheets/sheet1.xml"] = rows }
	}
	end := `</sheetData></worksheet>`
	f("unexpected EOF", sheet(head+`<row><c><v>1</v></c></row>`))
	f("unexpected EOF", sheet(head+`<row><c><v>1`))
	f("XML syntax error", sheet(head+`<row><c r="A1"><v>1</v></c><c <></row>`+end))
	f(`the row after row 2 has the number "2"`, sheet(head+`<row r="2"/><row r="2"/>`+end))
	f(`the row after row 0 has the number "x"`, sheet(head+`<row r="x"/>`+end))
	f("more than 1048576 rows", sheet(head+`<row r="1048577"/>`+end))
	f("the cells of row 1 are not in order", sheet(head+`<row><c r="B1"/><c r="A1"/></row>`+end))
	f(`"A0" names no cell`, sheet(head+`<row><c r="A0"/></row>`+end))
	f(`"XFE1" names no cell`, sheet(head+`<row><c r="XFE1"/></row>`+end))
	f("a cell has more than 1048576 bytes", sheet(head+`<row><c t="str"><v>`+strings.Repeat("x", longest+100)+`</v></c></row>`+end))
	f("row 1 has more than 1048576 bytes", sheet(head+`<row>`+strings.Repeat(`<c t="str"><v>`+strings.Repeat("x", 1<<16)+`</v></c>`, 17)+`</row>`+end))
	f(`"B" names no cell`, sheet(head+`</sheetData><mergeCells><mergeCell ref="A1:B"/></mergeCells></worksheet>`))
	f(`"B2:A1" is no area`, sheet(head+`</sheetData><mergeCells><mergeCell ref="B2:A1"/></mergeCells></worksheet>`))
	f("does not say where its sheets are", func(p parts) { delete(p, "xl/_rels/workbook.xml.rels") })
	f(`the sheet "A" is missing`, func(p parts) { delete(p, "xl/worksheets/sheet1.xml") })
	f("has no sheet with rows", func(p parts) {
		p["xl/_rels/workbook.xml.rels"] = strings.Replace(p["xl/_rels/workbook.xml.rels"], "/worksheet", "/chartsheet", 1)
	})
	f("it is a zip archive and no workbook", func(p parts) { delete(p, "xl/workbook.xml") })
}

func TestZipBombs(t *testing.T) {
	f := func(want string, p parts) {
		t.Helper()
		if _, err := read(t, p.pack(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	bomb := byHand("", "")
	bomb["xl/worksheets/sheet1.xml"] = head + strings.Repeat(" ", ratioFrom+1) + `</sheetData></worksheet>`
	f(errBomb.Error(), bomb)
	many := byHand("", "")
	for i := range mostParts {
		many[fmt.Sprint(i)] = ""
	}
	f("no workbook has more than 10000", many)
	deep := byHand("", "")
	deep["xl/styles.xml"] = strings.Repeat("<a>", 1<<20)
	if _, err := read(t, deep.pack(t)); err != nil { // it is only walked through
		t.Error(err)
	}
	styles := byHand("", "")
	styles["xl/styles.xml"] = "<cellXfs>" + strings.Repeat("<xf/>", mostStyles+1) + "</cellXfs>"
	f("too many styles", styles)
}

// Workbooks whose texts do not fit into memory have them in a file.
func TestManyTexts(t *testing.T) {
	var items, rows strings.Builder
	const n, size = 400, 1 << 16
	for i := range n {
		fmt.Fprintf(&items, "<si><t>%d %s</t></si>", i, strings.Repeat("x", size))
		fmt.Fprintf(&rows, `<row><c t="s"><v>%d</v></c></row>`, n-1-i)
	}
	p := byHand(rows.String(), "")
	p["xl/sharedStrings.xml"] = "<sst>" + items.String() + "</sst>"
	got, err := read(t, p.pack(t))
	if err != nil || len(got) != n {
		t.Fatal(len(got), err)
	}
	for i, row := range got {
		if !strings.HasPrefix(row, fmt.Sprintf("%d: A=%d xxx", i+1, n-1-i)) || len(row) < size {
			t.Fatalf("row %d: %.20s", i, row)
		}
	}
}

// What excelize writes, which is another hand's reading of the standard.
func TestWorkbooksOfExcelize(t *testing.T) {
	x := excelize.NewFile()
	set := func(cell string, value any) {
		t.Helper()
		if err := x.SetCellValue("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	set("A1", "Mã hồ sơ")
	set("B1", true)
	set("C1", 12.5)
	set("A4", 1234567890123)
	if err := x.SetCellFormula("Sheet1", "B4", "A4*2"); err != nil {
		t.Fatal(err)
	}
	style, err := x.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	set("C4", 45545)
	if err := errors.Join(x.SetCellStyle("Sheet1", "C4", "C4", style), x.SetRowVisible("Sheet1", 4, false), x.MergeCell("Sheet1", "A4", "A5")); err != nil {
		t.Fatal(err)
	}
	set("B5", "x")
	if _, err := x.NewSheet("Ẩn"); err != nil {
		t.Fatal(err)
	}
	if err := x.SetSheetVisible("Ẩn", false); err != nil {
		t.Fatal(err)
	}
	buffer, err := x.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	r := bytes.NewReader(buffer.Bytes())
	got, err := read(t, r)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, []string{
		"1: A=Mã hồ sơ B=b true C=n 12.5",
		"hidden 4: A=n 1234567890123 B!is a formula that was never calculated; open the workbook, let it calculate, and save it C=d 2024-09-10",
		"5: A=n 1234567890123 B=x",
	})
	b, err := Open(r, r.Size())
	if err != nil || len(b.Sheets) != 2 || b.Sheets[0].Hidden || !b.Sheets[1].Hidden || b.Sheets[1].Name != "Ẩn" {
		t.Errorf("%+v %v", b, err)
	}
	locked := filepath.Join(t.TempDir(), "locked.xlsx")
	if err := x.SaveAs(locked, excelize.Options{Password: "geheim"}); err != nil {
		t.Fatal(err)
	}
	opened(t, locked, "locked with a password")
	cut := bytes.NewReader(buffer.Bytes()[:buffer.Len()/2])
	if _, err := Open(cut, cut.Size()); err == nil || !strings.Contains(err.Error(), "cut off or damaged") {
		t.Error(err)
	}
	flipped := bytes.Clone(buffer.Bytes())
	for i := 200; i < len(flipped)-2000; i += 97 {
		flipped[i] ^= 1
	}
	damaged := bytes.NewReader(flipped)
	if _, err := read(t, damaged); err == nil {
		t.Error("a workbook with flipped bits was read")
	}
}
