package kpi

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tiendo/internal/period"
)

// Query is one question to the books.
type Query struct {
	// ID names the figure.
	ID     string
	Period period.Period
	// By are up to two dimensions to group by, in the order of the rows' keys; at most one of them is a time.
	By []string
	// Where are filters by dimension; of several values of one dimension any may hold. Times are no filters.
	Where map[string][]string
	// Fold books agencies under those that took them over, by the register at the period's end.
	Fold bool
	// AsOf asks what the books said at the end of a day, as YYYY-MM-DD; "" asks what they say now. The period must have
	// been read with that instant as now.
	AsOf string
	// Block leaves out the blocks of the books after it; 0 leaves out none. What later blocks hold for one of the Causes counts all
	// the same.
	Block  uint64
	Causes []Cause
	// Before leaves out what is not in the books and came later: reports of agencies, and registers that tell of agencies and
	// procedures. The zero Time leaves out nothing.
	Before time.Time
	// Counted leaves out groups of which the figure counts nothing in the period: then what else they have need not be read.
	Counted bool

	// more are the causes of what arrived after AsOf and up to its end that count as well: see Changes.
	more *causes
}

// causes widen what a query sees beyond its AsOf.
type causes struct {
	until string
	names []string
}

// Error says what is wrong with a question, and what would do.
type Error struct {
	// Param is the part of the question: "id", "period", "by", or a filter's name.
	Param   string
	Message string
	// VI is the message for who reads a page in Vietnamese; "" where no page shows it.
	VI string
}

func (e *Error) Error() string { return e.Param + ": " + e.Message }

// columns are the expressions of dimensions over the journal, but for those of registers, see names. A task counts with each agency that helps,
// and with none where none does.
var columns = map[string]string{
	"agency": "agency", "unit": "unit", "procedure": "procedure", "channel": "channel", "level": "level", "kind": "kind",
	"at": "at", "issuer": "issuer", "source": "source",
	"helper": "arrayJoin(splitByChar(',', helpers))",
}

var times = []string{"day", "month", "quarter"}

// dimensions lists what d can be grouped by.
func dimensions(d *Definition) []string {
	if d.indicator != "" {
		return []string{"agency", "group"}
	}
	names := []string{"agency", "unit", "procedure", "field", "group", "channel", "level", "kind", "at"}
	switch d.prefix() {
	case "task":
		names = append(names, "issuer", "helper")
	case "quality":
		names = append(names, "source")
	}
	if d.looksAhead() {
		return names
	}
	return append(names, times...)
}

// Filters lists what d can be filtered by. The slice is the caller's.
func (d *Definition) Filters() []string {
	return slices.DeleteFunc(dimensions(d), func(s string) bool { return slices.Contains(times, s) })
}

// check returns the definition that q asks for, or an *Error.
func (q *Query) check() (Definition, error) {
	d, ok := ByID(q.ID)
	if !ok {
		return d, &Error{Param: "id", Message: fmt.Sprintf("no figure is called %q; GET /v1/kpis lists them", q.ID)}
	}
	if len(q.By) > 2 {
		return d, &Error{Param: "by", Message: "at most two dimensions at once"}
	}
	can := dimensions(&d)
	for i, by := range q.By {
		if !slices.Contains(can, by) {
			return d, &Error{Param: "by", Message: fmt.Sprintf("%s cannot be grouped by %q; one or two of %s would do", q.ID, by, strings.Join(can, ", "))}
		}
		if slices.Contains(q.By[:i], by) {
			return d, &Error{Param: "by", Message: fmt.Sprintf("%q is named twice", by)}
		}
	}
	if len(q.By) == 2 && slices.Contains(times, q.By[0]) && slices.Contains(times, q.By[1]) {
		return d, &Error{Param: "by", Message: "only one of day, month, quarter at once"}
	}
	can = d.Filters()
	for name := range q.Where {
		if !slices.Contains(can, name) {
			return d, &Error{Param: name, Message: fmt.Sprintf("%s cannot be filtered by %q; %s would do", q.ID, name, strings.Join(can, ", ")), VI: fmt.Sprintf("không phải là bộ lọc của %s; dùng được %s", q.ID, strings.Join(can, ", "))}
		}
	}
	return d, nil
}

// timeOf returns the time dimension of by, "" if there is none.
func timeOf(by []string) string {
	for _, b := range by {
		if slices.Contains(times, b) {
			return b
		}
	}
	return ""
}
