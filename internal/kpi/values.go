package kpi

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tiendo/internal/event"
)

// CheckValues returns an *Error about a filter whose value no case can have: a word that is none of a closed list, a group or a field that
// the registers do not name, or what is no code at all. An empty value asks for the cases that lack the attribute. A code that nobody
// told yet can be asked for: an agency begins with no cases.
func (b *Books) CheckValues(q Query) error {
	d, err := q.check()
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(q.Where)) {
		for _, value := range q.Where[name] {
			if value == "" {
				continue
			}
			if err := b.checkValue(&d, q, name, value); err != nil {
				return &Error{Param: name, Message: fmt.Sprintf("%q %s", value, err), VI: d.wrongValue(name, value)}
			}
		}
	}
	return nil
}

// wrongValue says in Vietnamese that no case can have a value.
func (d *Definition) wrongValue(name, value string) string {
	if words := d.vocabulary(name); len(words) > 0 {
		return fmt.Sprintf("không có giá trị “%s”; dùng được %s", value, strings.Join(words, ", "))
	}
	return fmt.Sprintf("“%s” không thể là một mã; mã gồm chữ, số và các dấu . _ / -", value)
}

func (b *Books) checkValue(d *Definition, q Query, name, value string) error {
	words := d.vocabulary(name)
	switch name {
	// Also what nobody was in at the time: whoever asks for one period after the other asks for it as well.
	case "group":
		view, _ := b.view(q)
		words = view.GroupNames()
	case "field":
		view, _ := b.view(q)
		if words = view.FieldNames(); len(words) == 0 {
			return nil // procedures name it in words
		}
	case "source":
		return event.CheckSource(value)
	}
	if len(words) > 0 {
		if !slices.Contains(words, value) {
			return fmt.Errorf("is none of them; %s would do", strings.Join(words, ", "))
		}
		return nil
	}
	return event.CheckCode(value)
}

// vocabulary are the values that a dimension of d can have; none if it is open.
func (d *Definition) vocabulary(name string) []string {
	opening, field := event.Type("dossier.received"), name
	switch {
	case name == "channel" || name == "level":
	case name == "kind" && d.prefix() == "petition":
		opening = "petition.received"
	case name == "kind" && d.prefix() == "finding":
		opening, field = "finding.raised", "area"
	default:
		return nil
	}
	fields := opening.Fields()
	return fields[slices.IndexFunc(fields, func(f event.Field) bool { return f.Name == field })].Values
}
