package importer

import (
	"cmp"
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a machine without zone files must still know the mapping's zone

	"tiendo/internal/calendar"
	"tiendo/internal/charset"
	"tiendo/internal/event"
)

// Mapping says what the columns of one kind of file mean. It serves one file at a time.
type Mapping struct {
	doc       *document
	family    event.Family
	source    string
	loc       *time.Location
	format    string
	delimiter rune
	charset   string // "" if the mapping names none
	sheet     string
	header    int      // 0 if the mapping names none
	columns   []column // those that the mapping names, each once
	subject   *cell
	recorded  recorded
	snapshot  bool // each file is the whole state of its day
	workdays  bool // a promise is made of working days
	step      *step
	events    []definition
}

// column is one that a file must have, and where the mapping first names it.
type column struct {
	name  string
	place place
}

// recorded says when the source wrote a record down: by a cell (also a constant), by the file's name, or, with neither,
// at the time of import.
type recorded struct {
	cell *cell
	file *regexp.Regexp
}

// step says which type of event a record tells of, for files with one row per event.
type step struct {
	wanted   int
	column   string
	types    map[string]string // "" for a step that is no event
	fallback *string
}

// definition makes one event of a record.
type definition struct {
	typ    event.Type
	when   []*condition // all must hold
	time   *cell
	id     *cell
	fields []member
	head   []byte // the event up to its id

	// The event is made only after one of this type, without one of these, if one of these fields changes; see [past].
	after   event.Type
	unless  []event.Type
	changed []string
	// each is the list of whose elements events are made, empty for none; under are the columns in them.
	each  string
	under []int
}

// member is one field of an event's data.
type member struct {
	event.Field
	cell *cell
}

// condition says for which records an event is made.
type condition struct {
	wanted   int
	column   string
	texts    []string
	notEmpty *bool
	empty    map[string]bool
}

// holds says whether it does. The error is why the cell can't be read.
func (c *condition) holds(record []datum) (bool, error) {
	if record[c.wanted].form == faulty {
		return false, errors.New(record[c.wanted].text)
	}
	text := clean(record[c.wanted].text)
	if c.empty[text] {
		text = ""
	}
	if c.notEmpty != nil {
		return *c.notEmpty == (text != ""), nil
	}
	return slices.Contains(c.texts, text), nil
}

// Zone is the time zone in which the mapping reads wall clocks.
func (m *Mapping) Zone() *time.Location { return m.loc }

// ReadsName says whether the name of a file decides over what it tells: whether the recorded time is read from it.
func (m *Mapping) ReadsName() bool { return m.recorded.file != nil }

// Snapshot says whether each file of the mapping is the whole state of its day.
func (m *Mapping) Snapshot() bool { return m.snapshot }

// CountsWorkdays says whether the calendars decide over what a file tells.
func (m *Mapping) CountsWorkdays() bool { return m.workdays }

// usualZone is that of mappings that name none.
const usualZone = "Asia/Ho_Chi_Minh"

// compiler turns a mapping as written into one that works.
type compiler struct {
	*Mapping
	file      *file
	calendars Calendars
}

// Calendars gives those by which working days are counted. It is asked only where a mapping counts any.
type Calendars func() (calendar.Set, error)

// Builtin are the calendars of a city that has loaded none. Days are counted, and no hours: they are the same in every zone.
func Builtin() (calendar.Set, error) { return calendar.Builtin(time.UTC), nil }

// ParseMapping reads a mapping; name is what messages call it. Its error is a [*MappingError] with line and column, or that of
// calendars.
func ParseMapping(name string, source []byte, calendars Calendars) (*Mapping, error) {
	f, doc, err := parse(filepath.Base(name), source)
	if err != nil {
		return nil, err
	}
	c := &compiler{calendars: calendars, file: f, Mapping: &Mapping{doc: doc, family: event.Family(f.Family), source: f.Source, format: f.Format, snapshot: f.Snapshot}}
	for _, part := range []func() error{c.general, c.subjectAndRecorded, c.steps, c.definitions, c.wholes, c.identities} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	return c.Mapping, nil
}

func (c *compiler) general() error {
	f := c.file
	if !slices.Contains(event.Families(), event.Family(f.Family)) {
		var names []string
		for _, family := range event.Families() {
			names = append(names, string(family))
		}
		return c.doc.fault(place{"family"}, "family: %q is no family; it is one of %s", f.Family, english(names, "or"))
	}
	if err := event.CheckSource(f.Source); err != nil {
		return c.doc.fault(place{"source"}, "source: %q %v; write one like urn:city:system", f.Source, err)
	}
	zone := cmp.Or(f.Timezone, usualZone)
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return c.doc.fault(place{"timezone"}, "timezone: %q is no time zone; write one like Asia/Ho_Chi_Minh", zone)
	}
	c.loc = loc
	if err := c.reading(); err != nil {
		return err
	}
	if f.Calendar != "" {
		if err := event.CheckCode(f.Calendar); err != nil {
			return c.doc.fault(place{"calendar"}, "calendar: %q %v", f.Calendar, err)
		}
	}
	if len(f.Events) == 0 {
		return c.doc.fault(place{"events"}, "events: none is there; name at least one type of event")
	}
	return nil
}

// reading takes what says how files are read.
func (c *compiler) reading() error {
	f := c.file
	if !slices.Contains([]string{"", formatCSV, formatNDJSON, formatXLSX}, f.Format) {
		return c.doc.fault(place{"format"}, "format: %q is neither csv nor ndjson nor xlsx", f.Format)
	}
	runes := []rune(strings.ReplaceAll(f.Delimiter, `\t`, "\t"))
	switch {
	case len(runes) == 1 && !strings.ContainsRune("\"\r\n\ufeff\ufffd", runes[0]):
		c.delimiter = runes[0]
	case len(runes) != 0:
		return c.doc.fault(place{"delimiter"}, "delimiter: %q is not one character such as \";\" or \"\\t\"", f.Delimiter)
	}
	if c.charset = strings.ToLower(f.Charset); c.charset != "" && !slices.Contains(charset.Names(), c.charset) {
		return c.doc.fault(place{"charset"}, "charset: %q is unknown; it is one of %s", f.Charset, english(charset.Names(), "or"))
	}
	if f.Header != nil && (*f.Header < 1 || *f.Header > 1<<20) {
		return c.doc.fault(place{"header"}, "header: %d is no row; write the number of the row with the names of the columns", *f.Header)
	}
	if f.Header != nil {
		c.header = *f.Header
	}
	c.sheet = f.Sheet
	return nil
}

func (c *compiler) subjectAndRecorded() error {
	if c.file.Subject.Column == "" {
		return c.doc.fault(place{"subject"}, "subject: name the column that identifies a case")
	}
	var err error
	if c.subject, err = c.cell(place{"subject"}, &c.file.Subject.cellSpec, event.Field{Name: "subject"}, identity); err != nil {
		return err
	}
	if c.subject.prefix = c.file.Namespace; c.subject.prefix != "" {
		if err := event.CheckSubject(c.subject.prefix); err != nil {
			return c.doc.fault(place{"namespace"}, "namespace: %s %v", quote(c.subject.prefix), err)
		}
	}
	spec := c.file.Recorded
	if spec == nil {
		return nil
	}
	at := place{"recorded"}
	told := 0
	for _, there := range []bool{spec.Column != "", spec.Value != nil, spec.File != ""} {
		if there {
			told++
		}
	}
	if told != 1 {
		return c.doc.fault(at, "recorded: name one of column, value and file")
	}
	if spec.File != "" {
		if c.recorded.file, err = regexp.Compile(spec.File); err != nil {
			return c.doc.fault(at.at("file"), "recorded: file: %v", err)
		}
		if c.recorded.file.NumSubexp() != 1 {
			return c.doc.fault(at.at("file"), "recorded: file: put the part of the name that is the date into one pair of parentheses")
		}
	}
	plain := cellSpec{Column: spec.Column, Value: spec.Value, Layout: spec.Layout}
	if spec.File != "" {
		plain.Value = &scalar{}
	}
	c.recorded.cell, err = c.cell(at, &plain, event.Field{Name: "recorded"}, instant)
	return err
}

func (c *compiler) steps() error {
	spec := c.file.Step
	if spec == nil {
		return nil
	}
	at := place{"step"}
	if spec.Column == "" || len(spec.Map) == 0 {
		return c.doc.fault(at, "step: name the column of the step, and map its values to types")
	}
	s := &step{wanted: c.want(spec.Column, at.at("column")), column: clean(spec.Column), types: map[string]string{}}
	resolve := func(p place, constant scalar) (string, error) {
		if !constant.set {
			return "", nil
		}
		for i := range c.file.Events {
			if c.file.Events[i].Type == constant.text {
				return constant.text, nil
			}
		}
		return "", c.doc.fault(p, "step: %q is no type under events; add it there, or map the step to null if it is no event", constant.text)
	}
	for text, constant := range spec.Map {
		typ, err := resolve(at.at("map", text), constant)
		if err != nil {
			return err
		}
		s.types[text] = typ
	}
	if constant, there := c.fallback(at, spec.Default); there {
		typ, err := resolve(at.at("default"), constant)
		if err != nil {
			return err
		}
		s.fallback = &typ
	}
	c.step = s
	return nil
}

// want says that the mapping needs a column, and gives its place among those that it needs.
func (c *compiler) want(name string, at place) int {
	name = clean(name)
	for i := range c.columns {
		if c.columns[i].name == name {
			return i
		}
	}
	c.columns = append(c.columns, column{name, at})
	return len(c.columns) - 1
}

// calendarFor is the calendar that counts the working days of a promise by rule.
func (c *compiler) calendarFor(at place) (*calendar.Calendar, error) {
	name := c.file.Calendar
	if name == "" {
		name = "vn-office"
		if event.Family(c.file.Family) == event.Petition {
			name = "days"
		}
	}
	known, err := c.calendars()
	if err != nil {
		return nil, err
	}
	found, ok := known.Get(name)
	if !ok {
		return nil, c.doc.fault(at, "add: working days are counted by a calendar, and %q is none of %s; load it with tiendo register load, or name one of these as calendar",
			name, english(known.Names(), "and"))
	}
	c.workdays = true
	return found, nil
}
