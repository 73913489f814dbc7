package workbook

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func opened(t *testing.T, path, want string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(f, info.Size()); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestOtherFilesAreNamed(t *testing.T) {
	f := func(content, want string) {
		t.Helper()
		r := bytes.NewReader([]byte(content))
		if _, err := Open(r, r.Size()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: %v, want %s", content, err, want)
		}
	}
	ole := string(oleMark) + strings.Repeat("\x00", 70_000)
	f(ole+string(wide("Workbook")), "Excel 97–2003 (.xls)")
	f(ole[:65_530]+string(wide("EncryptedPackage")), "locked with a password") // across two pieces of the search
	f(ole+string(wide("WordDocument")), "a text document (.doc)")
	f(ole, "an old office program")
	f("", "it is empty")
	f("PK\x03\x04 and no more", "cut off or damaged")
	f("\ufeff <!DOCTYPE html>\n<html>", "a web page (HTML), which some systems call .xls or .xlsx")
	f("<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">", "a web page")
	f("<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">", "Excel 2003 (XML)")
	f("<?xml version=\"1.0\"?><log>", "it is XML, which is not read here")
	f("%PDF-1.4", "it is a PDF")
	f("id,at\n1,2\n", "if it is text, such as CSV, call it .csv")
	zipped := func(names ...string) string {
		p := parts{}
		for _, name := range names {
			p[name] = "x"
		}
		r := p.pack(t)
		all := make([]byte, r.Size())
		if _, err := r.ReadAt(all, 0); err != nil {
			t.Fatal(err)
		}
		return string(all)
	}
	f(zipped("mimetype", "content.xml"), "OpenDocument spreadsheet (.ods)")
	f(zipped("word/document.xml"), "a text document (.docx)")
	f(zipped("ppt/presentation.xml"), "a presentation")
	f(zipped("xl/workbook.bin"), "a binary workbook (.xlsb)")
	f(zipped("data/a.csv"), "a zip archive of files; unpack it")
	f(zipped("x"), "a zip archive and no workbook")
}

// TestPackedOtherwise: marks that are no UTF-8, and one that stands far behind the beginning.
func TestPackedOtherwise(t *testing.T) {
	archive := "it is an archive; unpack it and import the files in it"
	for content, want := range map[string]string{
		"7z\xbc\xaf\x27\x1c": archive, "Rar!\x1a\x07": archive, "a.csv" + strings.Repeat("\x00", 252) + "ustar\x0000": archive,
		"\x1f\x8b\x08\x00": "it is packed twice; unpack it once", "\x28\xb5\x2f\xfd\x00": "it is packed twice; unpack it once", "a,b\n": "",
	} {
		if got := SeemsText([]byte(content)); got != want {
			t.Errorf("%q: %q, want %q", content, got, want)
		}
	}
}

func FuzzOpen(f *testing.F) {
	for _, p := range []parts{byHand(`<row r="2"><c r="A2" s="1"><v>45545</v></c><c t="s"><v>1</v></c></row>`, `<mergeCells><mergeCell ref="A1:B2"/></mergeCells>`), {}} {
		r := p.pack(f)
		all := make([]byte, r.Size())
		if _, err := r.ReadAt(all, 0); err != nil {
			f.Fatal(err)
		}
		f.Add(all)
	}
	f.Add(append(bytes.Clone(oleMark), 0, 0))
	f.Fuzz(func(t *testing.T, content []byte) {
		if _, err := read(t, bytes.NewReader(content)); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}

// FuzzSheet changes the XML of a workbook that is whole otherwise.
func FuzzSheet(f *testing.F) {
	f.Add(`<row r="2"><c r="A2" s="1"><v>45545</v></c><c t="s"><v>1</v></c></row>`, `<mergeCells><mergeCell ref="A1:B2"/></mergeCells>`)
	f.Add(`<row><c t="inlineStr"><is><t>a</t></is></c><c t="e"><v>#N/A</v></c><c><f>A1</f></c></row><x:row/>`, "")
	f.Fuzz(func(t *testing.T, rows, after string) {
		got, err := read(t, byHand(rows, after).pack(t))
		if err == nil && strings.Count(rows, "<") < len(got) {
			t.Errorf("%d rows of %q", len(got), rows)
		}
	})
}
