package byhand

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/auth"
	"tiendo/internal/event"
)

// Text is a text in Vietnamese and in English.
type Text [2]string

// Form is what can be told by hand of one family.
type Form struct {
	// ID is its name in addresses and files.
	ID     string
	Family event.Family
	// Title is what it is about, Says what it is for.
	Title, Says Text
	// Types are what can be told, one by one; the first is what begins a case, and all that there is of what has no course.
	Types []event.Type
	// Columns are those of the template, in their order. A row is one case with all that is known of it.
	Columns []Column
}

// Question is one thing that is asked for.
type Question struct {
	event.Field
	Title Text
	// Says is what would do, as a sentence goes on after "Cần: " or "What would do: ".
	Says Text
	// Values are the words of a closed vocabulary, in their order.
	Values []Value
}

// Value is a word of a closed vocabulary.
type Value struct {
	Code  string
	Title Text
}

// Column is a question of a template.
type Column struct {
	Question
	// Of are the types of the events that it is part of. The name of its field is "subject", "time", or a member of their data.
	Of []event.Type
}

// Header is the column's name, as the mapping of the template knows it.
func (c *Column) Header() string { return strings.Join(strings.Fields(c.cell()), " ") }

// cell is what stands above the column: Vietnamese with English beneath.
func (c *Column) cell() string {
	mark := ""
	if c.Required {
		mark = " *"
	}
	return c.Title[0] + mark + "\n" + c.Title[1]
}

// Forms are all that there are, in their order. They are shared and must not be changed.
func Forms() []*Form { return forms }

// ByID returns the form of that name; nil if there is none.
func ByID(id string) *Form {
	for _, f := range forms {
		if f.ID == id {
			return f
		}
	}
	return nil
}

// Opens says whether a type begins a case of the form, or is all that there is of it.
func (f *Form) Opens(t event.Type) bool { return f.Types[0] == t }

// Composed says that a case of the form has no code of its own, but one that is made of what is told.
func (f *Form) Composed() bool { return f.Family == event.Indicator || f.Family == event.Source }

// Questions are what is asked of one event besides its case and time, in the order in which people think of them.
func (f *Form) Questions(t event.Type) []Question {
	var all []Question
	for _, field := range t.Fields() {
		if field.Name != "calendar" && field.Name != "officer" { // those are for systems
			all = append(all, question(f.Family, t, field))
		}
	}
	place := func(q Question) int {
		if q.Name == "kind" && q.Kind == event.Code {
			return len(order) // a code of the office's own
		}
		return slices.Index(order, q.Name)
	}
	slices.SortStableFunc(all, func(a, b Question) int { return place(a) - place(b) })
	return all
}

// order is that of questions.
var order = strings.Fields("agency indicator family kind area period day channel sessions people cases leader count value target due document issuer agencies inspection unit reason")

// subjectOf is the code of the case of which data tells, in a form whose cases have none of their own: nobody else's tally or
// report has the same.
func subjectOf(f *Form, data jsontext.Value, who *auth.Token) string {
	var told struct {
		Agency    string `json:"agency"`
		Indicator string `json:"indicator"`
		Period    string `json:"period"`
		Family    string `json:"family"`
		Day       string `json:"day"`
	}
	if err := json.Unmarshal(data, &told); err != nil {
		panic("BUG: data is not what was asked for: " + err.Error())
	}
	if f.Family == event.Indicator {
		return strings.Join([]string{told.Agency, told.Indicator, told.Period}, "/") // CONTRACT §3
	}
	return strings.Join([]string{nameOf(who), told.Family, told.Agency, told.Day}, "/")
}
