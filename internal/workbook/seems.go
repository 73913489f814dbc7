package workbook

import (
	"bytes"
	"errors"
	"io"
	"path"
	"strings"
	"unicode/utf16"
)

// The first bytes of containers that a workbook may be in.
var (
	zipMark   = []byte("PK\x03\x04")
	emptyZip  = []byte("PK\x05\x06")
	oleMark   = []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}
	byteOrder = []byte("\ufeff")
)

// Packed says whether a file begins like a workbook, old or new, or like another thing in the same containers.
func Packed(head []byte) bool {
	return bytes.HasPrefix(head, zipMark) || bytes.HasPrefix(head, emptyZip) || bytes.HasPrefix(head, oleMark)
}

// SeemsText says what a file that is neither a workbook nor a table as text seems to be, by its first bytes, and what would
// help; empty if it may be a table.
func SeemsText(head []byte) string {
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, byteOrder), " \t\r\n"))
	has := func(words ...string) bool {
		for _, word := range words {
			if bytes.HasPrefix(text, []byte(word)) {
				return true
			}
		}
		return false
	}
	switch {
	case has("%pdf"):
		return "it is a PDF, which holds a picture of a table and no cells; ask for the workbook or the CSV that it was made of"
	case has("{\\rtf"):
		return "it is a text document (RTF); save its table as XLSX or CSV (UTF-8)"
	case has("rar!"), bytes.HasPrefix(head, []byte("7z\xbc\xaf")), len(head) > 262 && bytes.Equal(head[257:262], []byte("ustar")):
		return "it is an archive; unpack it and import the files in it"
	case bytes.HasPrefix(head, []byte("\x1f\x8b")), bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		return "it is packed twice; unpack it once"
	case has("<?xml", "<workbook", "<html", "<!doctype", "<table", "<meta", "<head", "<body", "<style", "<div", "<!--"):
		if bytes.Contains(text, []byte("urn:schemas-microsoft-com:office:spreadsheet")) {
			return "it is a workbook of Excel 2003 (XML); open it and save it as XLSX or CSV (UTF-8)"
		}
		if has("<?xml") && !bytes.Contains(text, []byte("<html")) && !bytes.Contains(text, []byte("<table")) {
			return "it is XML, which is not read here; export it as XLSX, CSV (UTF-8) or NDJSON"
		}
		return "it is a web page (HTML), which some systems call .xls or .xlsx; open it in a spreadsheet program and save it as XLSX or CSV (UTF-8)"
	}
	return ""
}

// Seems says what a file that can't be opened as a workbook seems to be, and what would help.
func Seems(file io.ReaderAt, size int64) string {
	head := make([]byte, 4096)
	n, err := file.ReadAt(head, 0)
	head = head[:n]
	switch {
	case n == 0 && (err == nil || errors.Is(err, io.EOF)):
		return "it is empty"
	case bytes.HasPrefix(head, oleMark):
		return seemsOLE(io.NewSectionReader(file, 0, size))
	case bytes.HasPrefix(head, zipMark):
		return "the workbook is cut off or damaged, for its end is missing; copy or download it again"
	case bytes.HasPrefix(head, emptyZip):
		return "it is an empty archive"
	}
	if known := SeemsText(head); known != "" {
		return known
	}
	return "it is no workbook; if it is text, such as CSV, call it .csv, or say so with `format: csv` in the mapping"
}

// seemsOLE tells apart what old office programs and encryption put into one container, by the names of its streams.
func seemsOLE(file io.Reader) string {
	found := map[string]bool{}
	const overlap = 64
	buffer := make([]byte, 1<<16)
	kept := 0
	for {
		n, err := io.ReadFull(file, buffer[kept:])
		for _, name := range []string{"EncryptedPackage", "Workbook", "Book", "WordDocument"} {
			if bytes.Contains(buffer[:kept+n], wide(name)) {
				found[name] = true
			}
		}
		if err != nil {
			break
		}
		kept = copy(buffer, buffer[len(buffer)-overlap:])
	}
	switch {
	case found["EncryptedPackage"]:
		return "the workbook is locked with a password; open it, save it without one (File, Info, Protect Workbook, Encrypt: leave the password empty), and import that"
	case found["WordDocument"]:
		return "it is a text document (.doc); save its table as XLSX or CSV (UTF-8)"
	case found["Workbook"], found["Book"]:
		return "it is a workbook of Excel 97–2003 (.xls); open it and save it as XLSX or CSV (UTF-8)"
	}
	return "it is a document of an old office program; save it as XLSX or CSV (UTF-8)"
}

// wide is a name as the directory of an OLE container has it, with its end.
func wide(name string) []byte {
	var all []byte
	for _, unit := range utf16.Encode([]rune(name + "\x00")) {
		all = append(all, byte(unit), byte(unit>>8))
	}
	return all
}

// otherArchive says what a zip archive without the parts of a workbook seems to be.
func (b *Book) otherArchive() string {
	switch {
	case b.parts["xl/workbook.bin"] != nil:
		return "it is a binary workbook (.xlsb); save it as XLSX or CSV (UTF-8)"
	case b.parts["mimetype"] != nil && b.parts["content.xml"] != nil:
		return "it is an OpenDocument spreadsheet (.ods) or another file of that office; save it as XLSX or CSV (UTF-8)"
	case b.parts["word/document.xml"] != nil:
		return "it is a text document (.docx); save its table as XLSX or CSV (UTF-8)"
	case b.parts["ppt/presentation.xml"] != nil:
		return "it is a presentation (.pptx), which has no rows"
	}
	for name := range b.parts {
		if ext := path.Ext(name); ext == ".csv" || strings.HasPrefix(ext, ".xls") || ext == ".ndjson" || ext == ".json" {
			return "it is a zip archive of files; unpack it and import them"
		}
	}
	return "it is a zip archive and no workbook; if it holds files to import, unpack it"
}
