package importer

import (
	"slices"
	"strings"
)

// form says how the text of a datum is to be taken.
type form uint8

const (
	// Text as it stands is zero.
	_ form = iota
	// listed are several texts, with list marks between them.
	listed
	// repeated is what the elements of a list of objects say in one member, with list marks between them.
	repeated
	// numeric is the number of a workbook, which is no date there.
	numeric
	// dated is the date of a workbook, as 2006-01-02 or 2006-01-02T15:04:05.999; it needs no layout.
	dated
	// faulty is what can't be read; the text is why.
	faulty
	// counted is a number of JSON, whose point parts the decimals.
	counted
)

// listMark stands between the values of a list that a record of NDJSON holds, and countMark before those that are counted.
const (
	listMark  = "\x1f"
	countMark = "\x1e"
)

// datum is what a record holds at one place.
type datum struct {
	text string
	form form
}

// record is one record of a file: what stands in the columns that the mapping names, in its order.
type record struct {
	line   int // of the record's beginning, from 1
	values []datum
	// field and reason say why the record cannot be read; reason is empty if it can.
	field, reason string
}

// records are what a file holds. next returns io.EOF after the last; another error ends the file. What it returns is
// good until its next call.
type records interface {
	next() (record, error)
	// unseen are the columns that the mapping names and that no record had.
	unseen() []column
	// members are the names that the records have.
	members() []string
	// open says, once next has returned io.EOF, that the last record may be cut off: no line end follows it.
	open() bool
}

// views are what a record holds for the events of a definition: itself, or for each element of a list itself with what that
// element says.
func (d *definition) views(values []datum) [][]datum {
	if d.each == "" {
		return [][]datum{values}
	}
	var views [][]datum
	for _, at := range d.under {
		if values[at].form != repeated {
			continue
		}
		for i, part := range strings.Split(values[at].text, listMark) {
			if i == len(views) {
				views = append(views, slices.Clone(values))
			}
			if number, is := strings.CutPrefix(part, countMark); is {
				views[i][at] = datum{number, counted}
				continue
			}
			views[i][at] = datum{text: part}
		}
	}
	return views
}

// inList says whether a column stands in the elements of a list.
func (m *Mapping) inList(column string) bool {
	return slices.ContainsFunc(m.events, func(d definition) bool { return d.each != "" && strings.HasPrefix(column, d.each+".") })
}

// needsLists is an error if the mapping makes events of the elements of lists, and the file can't have any.
func (m *Mapping) needsLists(in *Input, format string) error {
	for i := range m.events {
		if m.events[i].each != "" && (format == formatCSV || format == formatXLSX) {
			return m.doc.fault(place{"events", i, "each"}, "each: only NDJSON has lists, and %s is %s", in.Name, strings.ToUpper(format))
		}
	}
	return nil
}
