package event

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// mostFields bounds how many fields a type can have.
const mostFields = 16

func init() {
	if most > mostFields {
		panic("BUG: a type has more fields than fit")
	}
}

// fillData checks the members of data against the type's fields and writes them canonically: sorted by name, no blanks,
// no nulls, officers opaque (RFC 8785).
func (d *Decoder) fillData(e *Event, s *shape, value string) *Error {
	var values [mostFields]string
	var fault *Error
	if !missing(value) {
		w := walker{s: value}
		ok := w.object(func(name string) bool {
			member := w.value()
			switch i := s.find(name); {
			case i < 0:
				fault = &Error{Field: "data." + short(name), Reason: "is unknown: " + string(s.typ) + " may have " + s.names()}
			case values[i] != "":
				fault = &Error{Field: "data." + name, Reason: "is there twice"}
			default:
				values[i] = member
			}
			return fault == nil
		})
		if fault != nil {
			return fault
		}
		if !ok {
			return &Error{Field: "data", Reason: "must be a JSON object"}
		}
	}

	data := append(make([]byte, 0, len(value)+40), '{')
	for i := range s.fields {
		f := &s.fields[i]
		if missing(values[i]) {
			if f.Required {
				return &Error{Field: "data." + f.Name, Reason: "is missing"}
			}
			continue
		}
		if len(data) > 1 {
			data = append(data, ',')
		}
		data = append(append(append(data, '"'), f.Name...), `":`...)
		var reason string
		if data, reason = d.member(data, f, values[i]); reason != "" {
			return &Error{Field: "data." + f.Name, Reason: reason}
		}
	}
	e.Data = append(data, '}')
	if e.Type == "indicator.reported" {
		return checkIndicator(e, s, &values)
	}
	return nil
}

// member appends the canonical form of one member, or says why it is refused.
func (d *Decoder) member(to []byte, f *Field, value string) ([]byte, string) {
	switch f.Kind {
	case Bool:
		if value != "true" && value != "false" {
			return to, "must be true or false"
		}
		return append(to, value...), ""
	case Int, Number:
		return appendNumber(to, f, value)
	case Codes:
		return appendCodes(to, value)
	default:
	}
	s, ok := text(value)
	if !ok {
		return to, "must be a string"
	}
	if reason := f.bad(s); reason != "" {
		return to, reason
	}
	if f.Kind == Officer && d.Opaque != nil {
		s = d.Opaque(s)
	}
	// What the checks let through holds nothing that JSON would escape.
	return append(append(append(to, '"'), s...), '"'), ""
}

// bad returns why s is no value for f, a field of words.
func (f *Field) bad(s string) string {
	switch f.Kind {
	case Code:
		return badName(s, inCode, 64)
	case Enum:
		if slices.Contains(f.Values, s) {
			return ""
		}
		return "is none of " + strings.Join(f.Values, ", ")
	case Day:
		return badDay(s)
	case Deadline:
		return badDeadline(s)
	case Term:
		return badTerm(s)
	case Officer:
		return badOfficer(s)
	case Evidence:
		return badEvidence(s)
	default:
		panic("BUG: field " + f.Name + " is of no kind of words")
	}
}

func appendNumber(to []byte, f *Field, value string) ([]byte, string) {
	if c := value[0]; c != '-' && (c < '0' || c > '9') {
		return to, "must be a number"
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || n < f.Min || n > f.Max {
		return to, "must lie between " + strconv.FormatFloat(f.Min, 'f', -1, 64) + " and " + strconv.FormatFloat(f.Max, 'f', -1, 64)
	}
	if f.Kind == Int && n != float64(int64(n)) {
		return to, "must be a whole number"
	}
	return jsontext.AppendFloat(to, n+0, 64), "" // + 0 makes -0 to 0
}

// mostCodes bounds a list of codes.
const mostCodes = 64

func appendCodes(to []byte, value string) ([]byte, string) {
	n, reason := 0, ""
	to = append(to, '[')
	w := walker{s: value}
	ok := w.array(func() bool {
		s, isText := text(w.value())
		if n++; n > mostCodes {
			reason = "has more than " + strconv.Itoa(mostCodes) + " entries"
		} else if !isText {
			reason = "must be a list of codes"
		} else if reason = badName(s, inCode, 64); reason != "" {
			reason = "has an entry that " + reason
		}
		if n > 1 {
			to = append(to, ',')
		}
		to = append(append(append(to, '"'), s...), '"')
		return reason == ""
	})
	if reason == "" && !ok {
		reason = "must be a list of codes"
	}
	return append(to, ']'), reason
}

// checkIndicator makes sure that the subject is what CONTRACT §3 says it is, so that one report is one case.
func checkIndicator(e *Event, s *shape, values *[mostFields]string) *Error {
	said := func(name string) string {
		v, _ := text(values[s.find(name)])
		return v
	}
	if e.Subject != said("agency")+"/"+said("indicator")+"/"+said("period") {
		return &Error{Field: "subject", Reason: "must be agency/indicator/period, as in data"}
	}
	return nil
}

// names lists the fields of a type.
func (s *shape) names() string {
	all := make([]string, len(s.fields))
	for i := range s.fields {
		all[i] = s.fields[i].Name
	}
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ", ")
}
