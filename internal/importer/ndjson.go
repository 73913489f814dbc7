package importer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// lines reads NDJSON: one object per line, whose members are named by paths such as "a.b".
type lines struct {
	text      *bufio.Reader
	long      []byte // a line that is longer than text's buffer
	line      int
	wanted    map[string]int
	inner     map[string]bool // objects that hold wanted members
	columns   []column
	seen      []bool
	good      bool // a record could be read
	names     []string
	values    []datum
	decoder   *jsontext.Decoder
	repeating bool // in a list of objects
	path      []byte
}

func (m *Mapping) lines(in *Input) *lines {
	l := &lines{
		text: in.text, wanted: map[string]int{}, inner: map[string]bool{}, columns: m.columns,
		seen: make([]bool, len(m.columns)), values: make([]datum, len(m.columns)), decoder: jsontext.NewDecoder(new(bytes.Buffer)),
	}
	for i, column := range m.columns {
		l.seen[i] = m.inList(column.name) // of which a file may have none
		l.wanted[column.name] = i
		for at := range len(column.name) {
			if column.name[at] == '.' {
				l.inner[column.name[:at]] = true
			}
		}
	}
	return l
}

func (l *lines) next() (record, error) {
	for {
		text, err := l.read()
		if err != nil {
			return record{}, err
		}
		l.line++
		if text == nil {
			return record{line: l.line, reason: fmt.Sprintf("the line is longer than %d bytes", longestRecord)}, nil
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		r := record{line: l.line, values: l.values}
		clear(l.values)
		l.decoder.Reset(bytes.NewBuffer(text))
		l.path = l.path[:0]
		if l.decoder.PeekKind() != '{' {
			r.reason = "the line is no JSON object"
			return r, nil
		}
		err = l.object()
		if err == nil {
			if _, err = l.decoder.ReadToken(); err == nil {
				err = errors.New("there is more than one value on the line")
			} else if errors.Is(err, io.EOF) {
				err = nil
			}
		}
		if err != nil {
			r.field, r.reason = string(l.path), "the line is no JSON: "+strings.TrimPrefix(err.Error(), "jsontext: ")
		}
		l.good = l.good || err == nil
		return r, nil
	}
}

// read returns the next line without its end; nil for one that is too long, which is skipped.
func (l *lines) read() ([]byte, error) {
	l.long = l.long[:0]
	tooLong := false
	for {
		part, err := l.text.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			if tooLong = tooLong || len(l.long)+len(part) > longestRecord; !tooLong {
				l.long = append(l.long, part...)
			}
			continue
		case errors.Is(err, io.EOF) && len(part)+len(l.long) == 0 && !tooLong:
			return nil, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return nil, err
		}
		switch {
		case tooLong || len(l.long)+len(part) > longestRecord:
			return nil, nil
		case len(l.long) > 0:
			l.long = append(l.long, part...)
			return l.long, nil
		default:
			return part, nil
		}
	}
}

// object reads the members of an object and takes those that are wanted.
func (l *lines) object() error {
	if _, err := l.decoder.ReadToken(); err != nil {
		return err
	}
	depth := len(l.path)
	for l.decoder.PeekKind() != '}' {
		name, err := l.decoder.ReadToken()
		if err != nil {
			return err
		}
		if depth > 0 {
			l.path = append(l.path, '.')
		}
		l.path = append(l.path, name.String()...)
		if err := l.member(); err != nil {
			return err
		}
		l.path = l.path[:depth]
	}
	_, err := l.decoder.ReadToken()
	return err
}

func (l *lines) member() error {
	at, wanted := l.wanted[string(l.path)]
	if l.line == 1 && len(l.names) < 200 {
		l.names = append(l.names, string(l.path))
	}
	if !wanted {
		switch kind := l.decoder.PeekKind(); {
		case kind == '{' && l.inner[string(l.path)]:
			return l.object()
		case kind == '[' && l.inner[string(l.path)]:
			return l.objects()
		}
		return l.decoder.SkipValue()
	}
	l.seen[at] = true
	value, err := l.decoder.ReadValue()
	if err != nil {
		return err
	}
	l.values[at], err = datumOf(value)
	return err
}

// objects reads a list of objects: of each wanted member what all of them say, in their order. Other elements say nothing.
func (l *lines) objects() error {
	if l.repeating {
		return errors.New("a list of objects stands in another one, which can't be read")
	}
	l.repeating = true
	defer func() { l.repeating = false }()
	if _, err := l.decoder.ReadToken(); err != nil {
		return err
	}
	prefix := string(l.path) + "."
	var parts [][]string
	for l.decoder.PeekKind() != ']' {
		if l.decoder.PeekKind() != '{' {
			if err := l.decoder.SkipValue(); err != nil {
				return err
			}
			continue
		}
		l.clear(prefix)
		if err := l.object(); err != nil {
			return err
		}
		element := make([]string, len(l.columns))
		for i := range l.columns {
			element[i] = l.values[i].text
			if l.values[i].form == counted {
				element[i] = countMark + element[i]
			}
		}
		parts = append(parts, element)
	}
	l.clear(prefix)
	for i, column := range l.columns {
		if !strings.HasPrefix(column.name, prefix) || len(parts) == 0 {
			continue
		}
		texts := make([]string, len(parts))
		for n := range parts {
			texts[n] = parts[n][i]
		}
		l.values[i] = datum{strings.Join(texts, listMark), repeated}
	}
	_, err := l.decoder.ReadToken()
	return err
}

// clear forgets what the members under a path say.
func (l *lines) clear(prefix string) {
	for i, column := range l.columns {
		if strings.HasPrefix(column.name, prefix) {
			l.values[i] = datum{}
		}
	}
}

// datumOf is what a JSON value says: null says nothing, and the values of an array are a list.
func datumOf(value jsontext.Value) (datum, error) {
	if value.Kind() != '[' {
		text, err := scalarText(value)
		if value.Kind() == '0' {
			return datum{text, counted}, err
		}
		return datum{text: text}, err
	}
	decoder := jsontext.NewDecoder(bytes.NewBuffer(value))
	if _, err := decoder.ReadToken(); err != nil {
		return datum{}, err
	}
	var parts []string
	for decoder.PeekKind() != ']' {
		element, err := decoder.ReadValue()
		if err != nil {
			return datum{}, err
		}
		part, err := scalarText(element)
		if err != nil {
			return datum{}, err
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return datum{}, nil
	}
	return datum{strings.Join(parts, listMark), listed}, nil
}

// scalarText is what a JSON value says that is one.
func scalarText(value jsontext.Value) (string, error) {
	switch value.Kind() {
	case 'n':
		return "", nil
	case '"':
		text, err := jsontext.AppendUnquote(nil, value)
		return string(text), err
	case '{':
		return "", errors.New("an object stands where one value is expected; name the member in it as a path, such as a.b")
	case '[':
		return "", errors.New("a list stands in a list")
	default:
		return string(value), nil
	}
}

func (l *lines) unseen() []column {
	if !l.good {
		return nil // what is wrong with the records was said
	}
	var missing []column
	for i, seen := range l.seen {
		if !seen {
			missing = append(missing, l.columns[i])
		}
	}
	return missing
}

func (l *lines) members() []string { return slices.Clone(l.names) }

// open is false, for an object that is cut off is no object.
func (l *lines) open() bool { return false }
