package workbook

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// Book is an open workbook. It serves one reader at a time.
type Book struct {
	// Sheets are those with rows, in the order of their tabs; charts are left out. There is at least one.
	Sheets []Sheet

	parts    map[string]*zip.File // by name in lower case
	from1904 bool
	styles   []style
	texts    *texts
}

// Sheet is one sheet of a workbook.
type Sheet struct {
	Name   string
	Hidden bool

	part *zip.File
}

// Open reads what a workbook says of itself. The error of a file that is none says what it seems to be and what would help.
// The caller closes the book, and the file after it.
func Open(file io.ReaderAt, size int64) (*Book, error) {
	packed, err := zip.NewReader(file, size)
	if err != nil {
		return nil, errors.New(Seems(file, size))
	}
	if len(packed.File) > mostParts {
		return nil, fmt.Errorf("it has %d parts, and no workbook has more than %d", len(packed.File), mostParts)
	}
	b := &Book{parts: make(map[string]*zip.File, len(packed.File))}
	for _, f := range packed.File {
		b.parts[strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))] = f
	}
	main, err := b.main()
	if err != nil {
		return nil, err
	}
	if err := b.read(main); err != nil {
		return nil, err
	}
	return b, nil
}

// Close lets go of what was kept for reading.
func (b *Book) Close() {
	if b.texts != nil {
		b.texts.close()
	}
}

// Sample is the beginning of the texts that cells share, once a sheet was begun; n bytes of them, or less.
func (b *Book) Sample(n int) string {
	if b.texts == nil {
		return ""
	}
	kept := b.texts.kept[:min(n, len(b.texts.kept))]
	var all strings.Builder
	from := int64(0)
	for _, end := range b.texts.ends {
		if end > int64(len(kept)) {
			break
		}
		all.Write(kept[from:end])
		all.WriteByte('\n')
		from = end
	}
	return all.String()
}

// main is the name of the part that lists the sheets.
func (b *Book) main() (string, error) {
	name := "xl/workbook.xml"
	if f := b.parts["_rels/.rels"]; f != nil {
		err := each(f, func(_ *part, e *xml.StartElement) error {
			if e.Name.Local == "Relationship" && strings.HasSuffix(attribute(e, "Type"), "/officeDocument") {
				name = strings.TrimPrefix(path.Clean("/"+attribute(e, "Target")), "/")
			}
			return nil
		})
		if err != nil {
			return "", err
		}
	}
	if b.parts[strings.ToLower(name)] == nil || !strings.HasSuffix(name, ".xml") || strings.HasPrefix(name, "word/") || strings.HasPrefix(name, "ppt/") {
		return "", errors.New(b.otherArchive())
	}
	return name, nil
}

// read reads the list of sheets, and what cells refer to.
func (b *Book) read(main string) error {
	targets, err := b.relationships(main)
	if err != nil {
		return err
	}
	err = each(b.parts[strings.ToLower(main)], func(_ *part, e *xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			b.from1904 = truth(attribute(e, "date1904"))
		case "sheet":
			id := slices.IndexFunc(e.Attr, func(a xml.Attr) bool { return a.Name.Local == "id" && a.Name.Space != "" })
			if id < 0 {
				return nil
			}
			to := targets[e.Attr[id].Value]
			if !strings.HasSuffix(to.kind, "/worksheet") {
				return nil // a chart or a macro
			}
			if to.part == nil {
				return damaged(main, fmt.Errorf("the sheet %q is missing", attribute(e, "name")))
			}
			b.Sheets = append(b.Sheets, Sheet{attribute(e, "name"), strings.HasSuffix(strings.ToLower(attribute(e, "state")), "hidden"), to.part})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(b.Sheets) == 0 {
		return errors.New("the workbook has no sheet with rows")
	}
	for _, to := range targets {
		switch {
		case to.part == nil:
		case strings.HasSuffix(to.kind, "/styles"):
			b.styles, err = readStyles(to.part)
		case strings.HasSuffix(to.kind, "/sharedStrings"):
			b.texts = &texts{part: to.part} // read when the first sheet is
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// target is where a relationship leads; part is nil if it is not there.
type target struct {
	kind string
	part *zip.File
}

// relationships are those of a part, by their ids.
func (b *Book) relationships(of string) (map[string]target, error) {
	folder, name := path.Split(of)
	targets := map[string]target{}
	f := b.parts[strings.ToLower(folder+"_rels/"+name+".rels")]
	if f == nil {
		return nil, damaged(of, errors.New("it does not say where its sheets are"))
	}
	err := each(f, func(_ *part, e *xml.StartElement) error {
		if e.Name.Local != "Relationship" || attribute(e, "TargetMode") == "External" {
			return nil
		}
		to := attribute(e, "Target")
		if !strings.HasPrefix(to, "/") {
			to = "/" + folder + to
		}
		targets[attribute(e, "Id")] = target{attribute(e, "Type"), b.parts[strings.ToLower(strings.TrimPrefix(path.Clean(to), "/"))]}
		return nil
	})
	return targets, err
}
