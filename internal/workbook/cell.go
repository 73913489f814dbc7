package workbook

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// raw is a cell as it is written.
type raw struct {
	column          int // 0 if it is not told
	kind, style     string
	value           string
	valued, formula bool // it has a value; it has a formula
}

func (r *Rows) raw(start *xml.StartElement) (c raw, err error) {
	c.kind, c.style = attribute(start, "t"), attribute(start, "s")
	if at := attribute(start, "r"); at != "" {
		if c.column, _, err = place(at); err != nil {
			return c, damaged(r.part.name, err)
		}
	}
	var value strings.Builder
	in := ""
	for {
		token, err := r.part.next()
		if errors.Is(err, io.EOF) {
			return c, damaged(r.part.name, io.ErrUnexpectedEOF)
		}
		if err != nil {
			return c, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch in = token.Name.Local; in {
			case "is":
				text, err := r.part.text("is")
				if err != nil {
					return c, err
				}
				c.valued = true
				value.WriteString(text)
			case "v":
				c.valued = true
			case "f":
				c.formula = true
			}
		case xml.CharData:
			if in == "v" {
				if value.Len()+len(token) > longest {
					return c, damaged(r.part.name, fmt.Errorf("a cell has more than %d bytes", longest))
				}
				value.Write(token)
			}
		case xml.EndElement:
			in = ""
			if token.Name.Local == "c" {
				c.value = value.String()
				return c, nil
			}
		}
	}
}

// take reads what a cell says and keeps it, if its column is wanted. there says whether it says anything; white space does not.
// Of a row that is filled already that is not found out again for columns that nobody wants.
func (r *Rows) take(c *raw, filled bool) (there bool, _ error) {
	if !c.valued && !c.formula || c.valued && c.value == "" && c.kind != "s" {
		return false, nil
	}
	if r.keep != nil {
		if _, wanted := slices.BinarySearch(r.keep, c.column); !wanted {
			return filled || !r.book.blank(c), nil
		}
	}
	cell := Cell{Column: c.column}
	var err error
	cell.Kind, cell.Text, err = r.book.tell(c)
	if err != nil {
		cell.Kind, cell.Text = Fault, err.Error()
	}
	if strings.TrimSpace(cell.Text) == "" {
		return false, nil
	}
	if r.size += len(cell.Text); r.size > longest {
		return true, fmt.Errorf("row %d has more than %d bytes", r.last, longest)
	}
	r.row.Cells = append(r.row.Cells, cell)
	return true, nil
}

// blank says whether a cell is a text of white space.
func (b *Book) blank(c *raw) bool {
	kind, text, err := b.tell(c)
	return err == nil && kind == Text && strings.TrimSpace(text) == ""
}

// tell says what a cell holds. Its error is why that can't be told.
func (b *Book) tell(c *raw) (kind Kind, text string, err error) {
	if !c.valued {
		return 0, "", errors.New("is a formula that was never calculated; open the workbook, let it calculate, and save it")
	}
	switch c.kind {
	case "s":
		text, err = b.texts.get(strings.TrimSpace(c.value))
		return Text, text, err
	case "inlineStr":
		return Text, c.value, nil
	case "str":
		return Text, unescape(c.value), nil
	case "b":
		return Bool, strconv.FormatBool(truth(strings.TrimSpace(c.value))), nil
	case "e":
		return 0, "", fmt.Errorf("is the error %q; correct its formula", c.value)
	case "d":
		text, err = isoDate(strings.TrimSpace(c.value))
		return Date, text, err
	case "", "n":
	default:
		return 0, "", fmt.Errorf("is of a kind %q that is unknown; save the sheet as CSV (UTF-8)", c.kind)
	}
	var s style
	if i, err := strconv.Atoi(c.style); err == nil && i >= 0 && i < len(b.styles) {
		s = b.styles[i]
	}
	if s.date {
		text, err = b.date(strings.TrimSpace(c.value), s)
		return Date, text, err
	}
	text, err = number(strings.TrimSpace(c.value), s)
	return Number, text, err
}

// place reads the name of a cell, such as "BC12".
func place(name string) (column, row int, err error) {
	digits := strings.TrimLeft(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	letters := name[:len(name)-len(digits)]
	if len(letters) == 0 || len(letters) > 3 {
		return 0, 0, fmt.Errorf("%q names no cell", name)
	}
	for _, letter := range letters {
		column = column*26 + int(letter-'A') + 1
	}
	row, err = strconv.Atoi(digits)
	if err != nil || row < 1 || row > mostRows || column > mostColumn {
		return 0, 0, fmt.Errorf("%q names no cell", name)
	}
	return column, row, nil
}

// Letters names a column as programs show it, such as "BC".
func Letters(column int) string {
	var name []byte
	for ; column > 0; column = (column - 1) / 26 {
		name = append(name, byte('A'+(column-1)%26))
	}
	slices.Reverse(name)
	return string(name)
}
