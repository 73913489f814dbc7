package byhand

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"tiendo/internal/event"
	"tiendo/internal/importer"
)

// Agency is one that people can choose.
type Agency struct {
	Code string
	Name Text
}

// Label is how the agency is chosen in a list.
func (a Agency) Label() string {
	if a.Name[0] == "" {
		return a.Code
	}
	return a.Code + " " + a.Name[0]
}

// choices are the agencies that somebody can name.
type choices struct {
	// own are those of which somebody may tell, all those that help or are forwarded to. Empty where nobody knows any: then
	// any code will do.
	own, all []Agency
}

// layouts are how days are written as text: the day first.
var layouts = []string{"2/1/2006", "2/1/2006 15:04", "2/1/2006 15:04:05", "2-1-2006", "2.1.2006", "2006-01-02", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02T15:04:05Z07:00"}

// member is a cell of a mapping, see docs/import.md.
type member map[string]any

// mapping is that of the template: an ordinary one, written as JSON, which is YAML too.
func (f *Form) mapping(source, zone string, of choices) (*importer.Mapping, error) {
	var events []member
	for _, typ := range f.Types {
		if made := f.event(typ, of); made != nil {
			events = append(events, made)
		}
	}
	subject := f.column(Subject, f.Types[0])
	cell := member{}
	if subject == nil { // it is made of what is told; see subjectOf
		subject = f.column("agency", f.Types[0])
		cell["map"] = codesOf(of.own)
	}
	cell["column"] = subject.Header()
	written, err := json.Marshal(member{
		"family": f.Family, "source": source, "timezone": zone, "format": "xlsx", "sheet": entrySheet, "header": headerRow, "layout": layouts,
		"subject": cell, "events": events,
	}, json.Deterministic(true))
	if err != nil {
		panic("BUG: a mapping is no JSON: " + err.Error())
	}
	return importer.ParseMapping(f.ID, written, importer.Builtin)
}

// event says how an event of a type is made; nil if the template does not ask for it.
func (f *Form) event(typ event.Type, of choices) member {
	data := member{}
	var at *Column
	for i := range f.Columns {
		switch c := &f.Columns[i]; {
		case !slices.Contains(c.Of, typ) || c.Name == Subject:
		case c.Name == Time:
			at = c
		default:
			data[c.Name] = c.member(typ, of)
		}
	}
	if at == nil {
		if at = f.column("day", typ); at == nil {
			return nil
		}
	}
	return member{"type": typ, "time": member{"column": at.Header()}, "data": data}
}

// column is the column of a field; nil if the template has none.
func (f *Form) column(name string, typ event.Type) *Column {
	for i := range f.Columns {
		if f.Columns[i].Name == name && slices.Contains(f.Columns[i].Of, typ) {
			return &f.Columns[i]
		}
	}
	return nil
}

func (c *Column) member(typ event.Type, of choices) member {
	m := member{"column": c.Header()}
	switch {
	case c.Name == "agency" && typ == "petition.forwarded":
		m.choose(codesOf(of.all))
	case c.Name == "agency":
		m.choose(codesOf(of.own))
	case c.Name == "agencies":
		m["split"] = ";"
		m.choose(codesOf(of.all))
	case c.Kind == event.Bool:
		m.choose(yesOrNo)
	case c.Values != nil:
		m.choose(codesOfWords(c.Values))
	case c.Kind == event.Deadline:
		m["as"] = "date"
	}
	return m
}

func (m member) choose(known map[string]any) {
	if len(known) > 0 {
		m["map"] = known
	}
}

var yesOrNo = map[string]any{
	"Có": true, "có": true, "Yes": true, "yes": true, "X": true, "x": true, "true": true, "1": true,
	"Không": false, "không": false, "No": false, "no": false, "false": false, "0": false,
}

// codesOf are the codes of agencies by what people may write for them: their labels, codes, and names that one alone has.
func codesOf(agencies []Agency) map[string]any {
	all, named := map[string]any{}, map[string]int{}
	for _, a := range agencies {
		named[a.Name[0]]++
		named[a.Name[1]]++
	}
	for _, a := range agencies {
		for _, name := range a.Name {
			if name != "" && named[name] == 1 {
				all[name] = a.Code
			}
		}
	}
	for _, a := range agencies {
		all[a.Label()], all[a.Code] = a.Code, a.Code
	}
	return all
}

func codesOfWords(values []Value) map[string]any {
	all := map[string]any{}
	for _, v := range values {
		all[v.Code] = v.Code
		for _, title := range v.Title {
			all[title], all[strings.ToLower(title)] = v.Code, v.Code
		}
	}
	return all
}
