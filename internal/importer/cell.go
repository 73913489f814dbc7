package importer

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/goccy/go-yaml/ast"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
)

// The kinds of cells that are no field of an event's data: when something happened, and what names a case or an event.
const (
	instant  event.Kind = 0
	identity event.Kind = 255
)

var number = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)

// thousands is a text that is one number where a point parts thousands, as in Vietnam, and another where it parts decimals.
var thousands = regexp.MustCompile(`^-?[1-9][0-9]{0,2}\.[0-9]{3}$`)

// cell says how one column, or a constant, becomes one value. It remembers what it made of a text, and therefore serves
// one file at a time.
type cell struct {
	// wanted is the place of the column among those that the mapping names, -1 for a constant.
	wanted int
	column string
	kind   event.Kind
	field  event.Field

	fixed    *value
	lookup   map[string]value
	fallback *value
	empty    map[string]bool
	slug     bool
	dayOnly  bool
	layouts  []layout
	add      term
	split    string
	prefix   string // stands before a subject: the namespace of its source
	loc      *time.Location
	calendar *calendar.Calendar

	known memory
}

// value is what a cell says. The zero value is that it says nothing.
type value struct {
	json []byte // what stands in the event
	text string // the same as plain text, for subject, id and lists
	time time.Time
	err  error
}

func (v *value) absent() bool { return v.json == nil && v.err == nil }

// term is how far a promise by rule lies ahead.
type term struct {
	days    int
	working bool
}

// read returns what the cell says in a record.
func (c *cell) read(record []datum) value {
	if c.wanted < 0 {
		return *c.fixed
	}
	raw := record[c.wanted]
	if v, ok := c.known.recall(raw); ok {
		return v
	}
	v := c.understand(raw)
	c.known.keep(raw, v)
	return v
}

func (c *cell) understand(raw datum) value {
	switch {
	case raw.form == faulty:
		return value{err: errors.New(raw.text)}
	case !utf8.ValidString(raw.text):
		return value{err: errors.New("is not UTF-8; name the file's character set with `charset:` in the mapping")}
	case strings.ContainsRune(raw.text, utf8.RuneError):
		return value{err: fmt.Errorf("%s has characters that were lost or can't be read; is it another character set? `charset:` in the mapping names it", quote(clean(raw.text)))}
	case c.kind == event.Codes:
		return c.understandList(raw)
	case raw.form == listed, raw.form == repeated:
		return value{err: errors.New("is a list, where one value is expected; `each:` makes an event of every element of a list of objects")}
	}
	text := clean(raw.text)
	if c.empty[text] {
		text = ""
	}
	if v, ok := c.lookup[text]; ok {
		return v
	}
	if c.fallback != nil && (text == "" || c.lookup != nil) {
		return *c.fallback
	}
	switch {
	case text == "":
		return value{}
	case c.lookup != nil:
		return value{err: fmt.Errorf("%s is not in the mapping's map", quote(text))}
	case c.slug:
		slug := Slug(text)
		if slug == "" {
			return value{err: fmt.Errorf("%s has no letter or digit that a code can keep", quote(text))}
		}
		text = slug
	}
	return c.makeOf(raw.form, text)
}

// makeOf is make for a text of that form.
func (c *cell) makeOf(as form, text string) value {
	isTime := c.kind == instant || c.kind == event.Day || c.kind == event.Deadline
	switch {
	case as == dated && isTime:
		at, err := readTime(text, workbookLayouts, c.loc)
		if err != nil {
			return value{err: err}
		}
		return c.makeReading(at, c.add)
	case as == dated:
		return value{err: fmt.Errorf("is the date %s in the workbook, where %s is expected; format the column as text and enter it again", text, c.kindName())}
	}
	if as == 0 && (c.kind == event.Int || c.kind == event.Number) && thousands.MatchString(text) {
		return value{err: fmt.Errorf("%s may be %s or %s; write thousands without a point, decimals with other than three digits", quote(text), strings.Replace(text, ".", "", 1), decimals(text))}
	}
	v := c.make(text, c.add)
	if isTime && as == numeric && v.err != nil {
		v.err = fmt.Errorf("%w; it is a number in the workbook: format the column as a date there if it is one", v.err)
	}
	return v
}

// decimals is a number without the zeros at its end.
func decimals(text string) string { return strings.TrimRight(strings.TrimRight(text, "0"), ".") }

// kindName is what a message calls the cell's kind of value.
func (c *cell) kindName() string {
	switch c.kind {
	case event.Bool:
		return "true or false"
	case event.Int, event.Number:
		return "a number"
	default:
		return "a code"
	}
}

// make turns a text that means something into the cell's kind of value.
func (c *cell) make(text string, add term) value {
	switch c.kind {
	case instant, event.Day, event.Deadline:
		return c.makeTime(text, add)
	case event.Bool:
		switch strings.ToLower(text) {
		case "true", "false":
			return value{json: []byte(strings.ToLower(text)), text: text}
		}
		return value{err: fmt.Errorf("%s is neither true nor false; name what it means in a map", quote(text))}
	case event.Int, event.Number:
		if !number.MatchString(text) {
			return value{err: fmt.Errorf("%s is no number such as 1200 or 0.5", quote(text))}
		}
		return value{json: []byte(text), text: text}
	case event.Enum:
		if !slices.Contains(c.field.Values, text) {
			return value{err: fmt.Errorf("%s is none of %s; name what it means in a map", quote(text), english(c.field.Values, "and"))}
		}
	case identity:
		text = c.prefix + text
		if err := event.CheckSubject(text); err != nil {
			return value{err: fmt.Errorf("%s %w", quote(text), err)}
		}
	case event.Code:
		if err := event.CheckCode(text); err != nil {
			return value{err: fmt.Errorf("%s %w; `slug: true` makes a code of a name", quote(text), err)}
		}
	}
	return textual(text)
}

func textual(text string) value {
	quoted, err := jsontext.AppendQuote(nil, text)
	if err != nil {
		return value{err: err}
	}
	return value{json: quoted, text: text}
}

func (c *cell) makeTime(text string, add term) value {
	at, err := readTime(text, c.layouts, c.loc)
	if err != nil {
		return value{err: err}
	}
	return c.makeReading(at, add)
}

func (c *cell) makeReading(at reading, add term) value {
	if c.dayOnly || c.kind == event.Day {
		at.clock = false
	}
	if !at.clock {
		at.wall = at.wall.Truncate(24 * time.Hour)
		at.instant = startOfDay(at.wall, c.loc)
	}
	if add != (term{}) {
		var err error
		if at, err = c.later(at, add); err != nil {
			return value{err: err}
		}
	}
	if c.kind != instant && !at.clock {
		return textual(at.wall.Format(time.DateOnly))
	}
	at.instant = at.instant.Truncate(time.Millisecond)
	v := textual(at.instant.In(c.loc).Format("2006-01-02T15:04:05.999Z07:00"))
	v.time = at.instant
	return v
}

// later moves a reading on. Calendar days keep the time of day; where the clocks skip it, the promise is the first
// instant after the gap. Working days give a day alone.
func (c *cell) later(at reading, add term) (reading, error) {
	if add.working {
		day, err := c.calendar.AddDays(calendar.DayOf(at.instant, c.loc), add.days)
		if err != nil {
			return reading{}, err
		}
		at.clock = false
		at.wall, err = time.Parse(time.DateOnly, day.String())
		return at, err
	}
	at.wall = at.wall.AddDate(0, 0, add.days)
	moved, ok := instantOf(at.wall, c.loc)
	if !ok {
		moved, _ = at.wall.Add(-offsetAt(at.wall.Add(-26*time.Hour), c.loc)).In(c.loc).ZoneBounds()
	}
	at.instant = moved
	return at, nil
}

// understandList reads a list of codes: the elements of a JSON array, or a text cut at the mapping's split.
func (c *cell) understandList(raw datum) value {
	sep := listMark
	if c.split != "" && raw.form != listed {
		sep = c.split
	}
	one := *c
	one.kind, one.fallback, one.lookup = event.Code, nil, nil
	var codes []string
	for part := range strings.SplitSeq(raw.text, sep) {
		var v value
		text := clean(part)
		if known, ok := c.lookup[text]; ok {
			v = known
		} else if c.lookup != nil && text != "" && !c.empty[text] {
			v = value{err: fmt.Errorf("%s is not in the mapping's map", quote(text))}
		} else {
			v = one.understand(datum{text: part})
		}
		if v.err != nil {
			return v
		}
		if !v.absent() {
			codes = append(codes, v.text)
		}
	}
	if len(codes) == 0 {
		if c.fallback != nil {
			return list([]string{c.fallback.text})
		}
		return value{}
	}
	return list(codes)
}

func list(codes []string) value {
	json := []byte{'['}
	for i, code := range codes {
		if i > 0 {
			json = append(json, ',')
		}
		json = append(json, textual(code).json...)
	}
	return value{json: append(json, ']'), text: strings.Join(codes, ",")}
}

// constant makes a value of a constant of the mapping; null says that nothing is there.
func (c *cell) constant(s scalar) (value, error) {
	if !s.set || (s.text == "" && s.kind != ast.BoolType) {
		return value{}, nil
	}
	one := *c
	if c.kind == event.Codes {
		one.kind = event.Code
	}
	v := one.make(s.text, term{})
	return v, v.err
}

// memory remembers what a cell made of the texts it saw, while they come back. It forgets all when it is full, and
// gives up on a column whose texts hardly repeat.
type memory struct {
	seen map[datum]value
	hits int
	off  bool
}

const memorySize = 4096

func (m *memory) recall(raw datum) (value, bool) {
	if m.off {
		return value{}, false
	}
	v, ok := m.seen[raw]
	if ok {
		m.hits++
	}
	return v, ok
}

func (m *memory) keep(raw datum, v value) {
	if m.off {
		return
	}
	if len(m.seen) >= memorySize {
		if m.hits < 2*memorySize {
			*m = memory{off: true}
			return
		}
		clear(m.seen)
		m.hits = 0
	}
	if m.seen == nil {
		m.seen = make(map[datum]value, 64)
	}
	m.seen[datum{strings.Clone(raw.text), raw.form}] = v
}
