package workbook

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
)

const (
	// inMemory is how much of the shared texts is kept in memory; a workbook with more has them in a file.
	inMemory = 16 << 20
	// mostTexts bounds the memory of where they are.
	mostTexts = 8 << 20
)

// texts are the texts that cells share.
type texts struct {
	part *zip.File
	read bool
	// ends are where each ends, in memory up to len(kept), the others in file.
	ends []int64
	kept []byte
	file *os.File
	// last is the buffer of what was read of file.
	last []byte
}

// load reads all of them once.
func (t *texts) load() error {
	if t.read {
		return nil
	}
	t.read = true
	return each(t.part, func(p *part, e *xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		text, err := p.text("si")
		if err != nil {
			return err
		}
		return t.add(text)
	})
}

func (t *texts) add(text string) (err error) {
	end := int64(len(text))
	if len(t.ends) > 0 {
		end += t.ends[len(t.ends)-1]
	}
	if len(t.ends) == mostTexts {
		return fmt.Errorf("it has more than %d different texts; save the sheet as CSV (UTF-8)", mostTexts)
	}
	t.ends = append(t.ends, end)
	if end <= inMemory && t.file == nil {
		t.kept = append(t.kept, text...)
		return nil
	}
	if t.file == nil {
		if t.file, err = os.CreateTemp("", "tiendo-texts-"); err != nil {
			return fmt.Errorf("keep the texts of the workbook: %w", err)
		}
		if err := os.Remove(t.file.Name()); err != nil { // it lives as long as it is open
			return fmt.Errorf("keep the texts of the workbook: %w", err)
		}
	}
	if _, err := t.file.WriteAt([]byte(text), end-int64(len(text))); err != nil {
		return fmt.Errorf("keep the texts of the workbook: %w", err)
	}
	return nil
}

// get returns text number i, as a cell names it.
func (t *texts) get(number string) (string, error) {
	i, err := strconv.Atoi(number)
	if err != nil || t == nil || i < 0 || i >= len(t.ends) {
		return "", errors.New("names a text that the workbook does not have; enter it again")
	}
	from := int64(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	if t.ends[i] <= int64(len(t.kept)) {
		return string(t.kept[from:t.ends[i]]), nil
	}
	if n := int(t.ends[i] - from); n > cap(t.last) {
		t.last = make([]byte, n)
	}
	t.last = t.last[:t.ends[i]-from]
	if _, err := t.file.ReadAt(t.last, from); err != nil {
		return "", fmt.Errorf("can't be read: %w", err)
	}
	return string(t.last), nil
}

func (t *texts) close() {
	if t.file != nil {
		t.file.Close()
	}
}

// text reads the text of an element that was begun, up to its end: its runs together, without what says how to pronounce it.
func (p *part) text(element string) (string, error) {
	var text strings.Builder
	taken, silent := false, 0
	for {
		token, err := p.next()
		if errors.Is(err, io.EOF) {
			return "", damaged(p.name, io.ErrUnexpectedEOF)
		}
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.StartElement:
			taken = token.Name.Local == "t"
			if token.Name.Local == "rPh" {
				silent++
			}
		case xml.CharData:
			if taken && silent == 0 {
				if text.Len()+len(token) > longest {
					return "", damaged(p.name, fmt.Errorf("a cell has more than %d bytes", longest))
				}
				text.Write(token)
			}
		case xml.EndElement:
			taken = false
			switch token.Name.Local {
			case "rPh":
				silent--
			case element:
				return unescape(text.String()), nil
			}
		}
	}
}

var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescape undoes how workbooks write characters that XML cannot hold: _x000D_ (ECMA-376, part 1, 22.9.2.19).
func unescape(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return escaped.ReplaceAllStringFunc(text, func(code string) string {
		r, _ := strconv.ParseUint(code[2:6], 16, 16) // four hexadecimal digits are a number
		return string(rune(r))
	})
}
