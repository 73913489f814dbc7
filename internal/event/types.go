package event

import (
	"slices"
	"strings"
)

// Kind says what the value of a field must be.
type Kind uint8

// The kinds of fields. None of them is free text: an analytics store must not collect names, addresses or identity
// numbers by accident.
const (
	// Code is 1 to 64 letters (NFC), digits and "._/-".
	Code Kind = iota + 1
	// Codes is a list of at most 64 codes.
	Codes
	// Enum is one of the field's Values.
	Enum
	// Bool is true or false.
	Bool
	// Int is a whole number from Min to Max.
	Int
	// Number is any number from Min to Max.
	Number
	// Day is a date alone, such as "2026-09-14".
	Day
	// Deadline is a date alone or an instant with an offset; it is kept as told.
	Deadline
	// Term is a period: "2026", "2026-H1", "2026-9M", "2026-Q3", "2026-09", "2026-09-14" or "2026-09-01..2026-09-30".
	Term
	// Officer is an ASCII code that is no 9- or 12-digit number, for those are identity numbers.
	Officer
	// Evidence is an https address without user, query and fragment.
	Evidence
)

// Field is one member that the data of a type may have.
type Field struct {
	Name     string
	Kind     Kind
	Required bool
	// Values are the words of an Enum; nil for all other kinds.
	Values []string
	// Min and Max bound an Int or a Number, both included.
	Min, Max float64
}

// biggest is the greatest number that every reader of JSON holds without loss (RFC 7493 §2.2).
const biggest = 1<<53 - 1

// mostPoints is the greatest number of points that can be ranked.
const mostPoints = 1e12

func code(name string) Field {
	return Field{Name: name, Kind: Code}
}

func flag(name string) Field {
	return Field{Name: name, Kind: Bool}
}

func kept(name string, k Kind) Field {
	return Field{Name: name, Kind: k}
}

func count(name string) Field {
	return Field{Name: name, Kind: Int, Max: biggest}
}

func number(name string) Field {
	return Field{Name: name, Kind: Number, Min: -biggest, Max: biggest}
}

func words(name, values string) Field {
	return Field{Name: name, Kind: Enum, Values: strings.Fields(values)}
}

func (f Field) must() Field {
	f.Required = true
	return f
}

func (f Field) from(least, greatest int) Field {
	f.Min, f.Max = float64(least), float64(greatest)
	return f
}

// The fields that stand in more than one row of the table.
var (
	agency    = code("agency")
	unit      = code("unit")
	reason    = code("reason")
	status    = code("status")
	cal       = code("calendar")
	due       = kept("due", Deadline)
	channel   = words("channel", "online direct post")
	submitted = []Field{
		agency.must(), code("procedure").must(), channel.must(), unit, words("level", "2 3 4 partial full none"),
		words("applicant", "person organisation"), code("at"), words("portal", "national local"),
		flag("fee"), flag("digitised"), flag("reused"), status,
	}
	held     = []Field{agency.must(), count("sessions").must(), count("people").must(), count("cases").must(), flag("leader")}
	assessed = []Field{
		agency.must(), code("criterion").must(), kept("period", Term).must(), number("points").from(0, mostPoints).must(),
		kept("evidence", Evidence), reason,
	}
)

// table is the closed list of CONTRACT §3: every type of every family and the fields that its data may have. What is
// not in it is refused by name.
var table = []struct {
	typ    Type
	fields []Field
}{
	{"dossier.submitted", submitted},
	{"dossier.received", slices.Concat(submitted, []Field{due, cal, kept("officer", Officer)})},
	{"dossier.supplement_requested", []Field{reason, status}},
	{"dossier.supplemented", []Field{due, status}},
	{"dossier.transferred", []Field{agency.must(), unit, due, status}},
	{"dossier.rescheduled", []Field{due.must(), flag("apology"), reason, status}},
	{"dossier.resolved", []Field{flag("digital"), status}},
	{"dossier.rejected", []Field{reason, status}},
	{"dossier.withdrawn", []Field{reason, status}},
	{"dossier.returned", []Field{channel.must(), status}},
	{"dossier.paid", []Field{words("channel", "online direct").must(), count("amount"), status}},
	{"dossier.rated", []Field{count("score").from(1, 5).must(), status}},
	{"dossier.voided", []Field{reason, status}},

	{"task.assigned", []Field{
		agency.must(), code("issuer"), kept("agencies", Codes), unit, due, cal, code("document"), code("kind"),
	}},
	{"task.accepted", []Field{reason}},
	{"task.rescheduled", []Field{due.must(), reason}},
	{"task.reported", []Field{reason}},
	{"task.returned_for_rework", []Field{reason}},
	{"task.completed", []Field{reason}},
	{"task.cancelled", []Field{reason}},
	{"task.voided", []Field{reason}},

	{"petition.received", []Field{agency.must(), words("kind", "complaint denunciation suggestion").must(), due, cal, channel}},
	{"petition.accepted", []Field{due, cal}},
	{"petition.rescheduled", []Field{due.must(), reason}},
	{"petition.resolved", []Field{reason}},
	{"petition.rejected", []Field{reason}},
	{"petition.withdrawn", []Field{reason}},
	{"petition.forwarded", []Field{agency.must()}},
	{"petition.voided", []Field{reason}},

	{"reception.held", held},
	{"reception.voided", held},

	{"finding.raised", []Field{
		agency.must(), words("area", "one_stop iso work_files discipline staffing training organisation it other").must(),
		due, code("inspection"), unit,
	}},
	{"finding.rescheduled", []Field{due.must(), reason}},
	{"finding.remedied", []Field{reason}},
	{"finding.voided", []Field{reason}},

	{"indicator.reported", []Field{
		agency.must(), words("indicator", "staffing streamlining iso training merger work_file").must(),
		kept("period", Term).must(), number("value").must(), number("target").from(0, biggest), // what was asked is divided by; what was reached may be less than nothing
	}},

	{"source.tally", []Field{
		words("family", "dossier task petition reception finding").must(), kept("day", Day).must(), count("count").must(), agency,
	}},
	// Added on 2026-11-26 for tiendo import: what is not told again can be retracted only where it is known that all was told.
	{"source.snapshot", []Field{words("family", "dossier task petition reception finding indicator assessment").must()}},

	{"assessment.submitted", assessed},
	{"assessment.verified", assessed},
}

// shape is a row of the table made ready for decoding: fields sorted by name, which is the order of RFC 8785.
type shape struct {
	typ    Type
	fields []Field
}

// shapes holds the table by type. most is the greatest number of fields that a type has.
var shapes, most = func() (map[string]*shape, int) {
	all, most := make(map[string]*shape, len(table)), 0
	for _, row := range table {
		s := &shape{typ: row.typ, fields: slices.Clone(row.fields)}
		slices.SortFunc(s.fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
		all[string(row.typ)] = s
		most = max(most, len(s.fields))
	}
	return all, most
}()

// find returns the place of the field of that name, or -1.
func (s *shape) find(name string) int {
	for i := range s.fields {
		if s.fields[i].Name == name {
			return i
		}
	}
	return -1
}

// Types lists every type there is, in the order of CONTRACT §3. The slice is the caller's.
func Types() []Type {
	all := make([]Type, len(table))
	for i := range table {
		all[i] = table[i].typ
	}
	return all
}

// Families lists every family there is, in the order of CONTRACT §3. The slice is the caller's.
func Families() []Family {
	return []Family{Dossier, Task, Petition, Reception, Finding, Indicator, Source, Assessment}
}

// Fields lists what the data of t may have, sorted by name; nil if there is no such type. The slice is the caller's.
func (t Type) Fields() []Field {
	s := shapes[string(t)]
	if s == nil {
		return nil
	}
	return slices.Clone(s.fields)
}
