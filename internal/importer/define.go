package importer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/event"
)

func (c *compiler) definitions() error {
	for i := range c.file.Events {
		d, err := c.definition(place{"events", i}, &c.file.Events[i])
		if err != nil {
			return err
		}
		c.events = append(c.events, d)
	}
	return nil
}

func (c *compiler) definition(at place, spec *eventSpec) (definition, error) {
	d := definition{typ: event.Type(spec.Type)}
	if d.typ.Fields() == nil || d.typ.Family() != event.Family(c.file.Family) {
		var names []string
		for _, t := range event.Types() {
			if t.Family() == event.Family(c.file.Family) {
				names = append(names, string(t))
			}
		}
		return d, c.doc.fault(at.at("type"), "type: %q is no type of the family; there are %s", spec.Type, english(names, "and"))
	}
	var err error
	for i := range spec.When {
		whenAt := at.at("when", i)
		if c.doc.find(whenAt) == nil {
			whenAt = at.at("when")
		}
		cond, err := c.condition(whenAt, &spec.When[i])
		if err != nil {
			return d, err
		}
		d.when = append(d.when, cond)
	}
	when, whenAt := spec.Time, at.at("time")
	if when == nil {
		when, whenAt = c.file.Time, place{"time"}
	}
	if when == nil {
		return d, c.doc.fault(at, "%s: say when it happened, with time: {column: …}", spec.Type)
	}
	if d.time, err = c.cell(whenAt, when, event.Field{Name: "time"}, instant); err != nil {
		return d, err
	}
	if d.fields, err = c.members(at, spec); err != nil {
		return d, err
	}
	if err := c.past(at, spec, &d); err != nil {
		return d, err
	}
	if d.each = clean(spec.Each); d.each != "" {
		if d.under = c.under(d.each); d.under == nil {
			return d, c.doc.fault(at.at("each"), "each: no column of the mapping stands in %q; name one, such as %s.NgayBoSung", d.each, d.each)
		}
	}
	source, err := jsontext.AppendQuote(nil, c.source)
	if err != nil {
		return d, err
	}
	d.head = fmt.Appendf(nil, `{"specversion":"1.0","source":%s,"type":"%s","id":"`, source, d.typ)
	return d, nil
}

// under are the wanted columns that stand in the elements of a list.
func (c *compiler) under(list string) (places []int) {
	for i := range c.columns {
		if strings.HasPrefix(c.columns[i].name, list+".") {
			places = append(places, i)
		}
	}
	return places
}

// past takes what must have been told of a case before an event.
func (c *compiler) past(at place, spec *eventSpec, d *definition) error {
	known := func(p place, name string) (event.Type, error) {
		if typ := event.Type(name); typ.Fields() != nil && typ.Family() == c.family {
			return typ, nil
		}
		return "", c.doc.fault(p, "%q is no type of the family %s", name, c.family)
	}
	var err error
	if spec.After != "" {
		if d.after, err = known(at.at("after"), spec.After); err != nil {
			return err
		}
	}
	for i, name := range spec.Unless {
		typ, err := known(at.at("unless", i), name)
		if err != nil {
			return err
		}
		d.unless = append(d.unless, typ)
	}
	for i, name := range spec.Changed {
		if !slices.ContainsFunc(d.fields, func(m member) bool { return m.Name == name }) {
			return c.doc.fault(at.at("changed", i), "changed: %q is no field of this event's data", name)
		}
	}
	d.changed = spec.Changed
	if c.snapshot && (d.after != "" || d.unless != nil || d.changed != nil) {
		return c.doc.fault(at, "after, unless and changed are for files that tell step by step; a snapshot tells states, and what came before says nothing of them")
	}
	return nil
}

func (c *compiler) condition(at place, spec *whenSpec) (*condition, error) {
	told := 0
	for _, there := range []bool{spec.Equals != nil, spec.In != nil, spec.NotEmpty != nil} {
		if there {
			told++
		}
	}
	if spec.Column == "" || told != 1 {
		return nil, c.doc.fault(at, "when: name a column, and one of equals, in and not_empty")
	}
	cond := &condition{wanted: c.want(spec.Column, at.at("column")), column: clean(spec.Column), notEmpty: spec.NotEmpty, texts: spec.In, empty: c.empties(nil)}
	if spec.Equals != nil {
		cond.texts = []string{spec.Equals.text}
	}
	return cond, nil
}

// members are the fields of an event's data in the order of their names, as canonical JSON wants them.
func (c *compiler) members(at place, spec *eventSpec) ([]member, error) {
	var members []member
	all := event.Type(spec.Type).Fields()
	for _, field := range all {
		cell, there := spec.Data[field.Name]
		if !there && field.Name == "calendar" && c.file.Calendar != "" && opens(spec.Type) {
			cell, there = cellSpec{Value: &scalar{text: c.file.Calendar, set: true}}, true
		}
		if !there {
			if field.Required {
				return nil, c.doc.fault(at, "%s needs %s; add it to its data", spec.Type, field.Name)
			}
			continue
		}
		made, err := c.cell(at.at("data", field.Name), &cell, field, field.Kind)
		if err != nil {
			return nil, err
		}
		members = append(members, member{field, made})
	}
	for name := range spec.Data {
		if !slices.ContainsFunc(all, func(f event.Field) bool { return f.Name == name }) {
			var names []string
			for _, field := range all {
				names = append(names, field.Name)
			}
			return nil, c.doc.fault(at.at("data", name), "%s has no field %q; it has %s", spec.Type, name, english(names, "and"))
		}
	}
	return members, nil
}

// opens says whether a type opens a case whose calendar may be named.
func opens(typ string) bool {
	return typ == "dossier.received" || typ == "task.assigned" || typ == "petition.received"
}

// identities takes the columns that give ids, and sees to it that no two events of one record get the same.
func (c *compiler) identities() error {
	users := map[int]int{}
	for i := range c.events {
		spec, at := &c.file.Events[i].ID, place{"events", i, "id"}
		if spec.Column == "" {
			spec, at = &c.file.ID, place{"id"}
		}
		if spec.Column == "" {
			continue
		}
		made, err := c.cell(at, &spec.cellSpec, event.Field{Name: "id"}, identity)
		if err != nil {
			return err
		}
		c.events[i].id = made
		if users[made.wanted]++; users[made.wanted] > 1 && c.step == nil {
			return c.doc.fault(at, "id: two events of one row cannot have the same id; leave it out, or name a column for each event")
		}
	}
	return nil
}

// wholes sees to it that what a snapshot no longer tells can be known: by day, and of facts that are told again each day.
func (c *compiler) wholes() error {
	switch {
	case !c.snapshot:
		return nil
	case c.file.Recorded == nil:
		return c.doc.fault(place{"snapshot"}, "snapshot: the day of a file must be known; say with recorded: when the source wrote it, by a column, a value or the file's name")
	case c.family == event.Source:
		return c.doc.fault(place{"snapshot"}, "snapshot: what a source counts is no state that a later file could no longer tell; leave it out")
	}
	var at place
	for i := range c.file.Events {
		if c.file.Events[i].ID.Column != "" {
			at = place{"events", i, "id"}
		}
	}
	if c.file.ID.Column != "" {
		at = place{"id"}
	}
	if at != nil {
		return c.doc.fault(at, "id: a snapshot tells a fact again each day, and by an id of its own it would be dropped as already there; leave it out")
	}
	return nil
}

func (c *compiler) empties(more []string) map[string]bool {
	empty := map[string]bool{}
	for _, text := range slices.Concat(c.file.Empty, more) {
		empty[clean(text)] = true
	}
	return empty
}

// cell compiles one cell. What does not go together is an error: an option that is quietly ignored is one that someone
// believes in.
func (c *compiler) cell(at place, spec *cellSpec, field event.Field, kind event.Kind) (*cell, error) {
	isTime := kind == instant || kind == event.Day || kind == event.Deadline
	made := &cell{
		wanted: -1, column: clean(spec.Column), kind: kind, field: field, slug: spec.Slug, dayOnly: spec.As == "date",
		split: spec.Split, loc: c.loc, empty: c.empties(spec.Empty),
	}
	switch {
	case spec.Column == "" && spec.Value == nil:
		return nil, c.doc.fault(at, "%s: name a column or a value", field.Name)
	case spec.Column != "" && spec.Value != nil:
		return nil, c.doc.fault(at, "%s: a column and a value cannot both be right; keep one", field.Name)
	case spec.As != "" && spec.As != "date":
		return nil, c.doc.fault(at.at("as"), "as: %q is unknown; only date can be asked for", spec.As)
	case !isTime && (spec.As != "" || spec.Layout != nil || spec.Add != ""):
		return nil, c.doc.fault(at, "%s is no time: as, layout and add have no place in it", field.Name)
	case spec.Add != "" && kind != event.Deadline:
		return nil, c.doc.fault(at.at("add"), "add: only a deadline can be a promise by rule")
	case spec.Slug && kind != event.Code && kind != event.Codes && kind != identity:
		return nil, c.doc.fault(at.at("slug"), "slug: %s is no code", field.Name)
	case spec.Split != "" && kind != event.Codes:
		return nil, c.doc.fault(at.at("split"), "split: %s is no list", field.Name)
	case spec.Value != nil && (spec.Map != nil || spec.Default != nil || spec.Slug || spec.Add != ""):
		return nil, c.doc.fault(at, "%s: a value is taken as it stands; map, default, slug and add are for columns", field.Name)
	}
	if err := c.times(at, spec, made, isTime); err != nil {
		return nil, err
	}
	return made, c.constants(at, spec, made)
}

func (c *compiler) times(at place, spec *cellSpec, made *cell, isTime bool) error {
	if !isTime {
		return nil
	}
	texts, from := spec.Layout, at.at("layout")
	if texts == nil {
		texts, from = c.file.Layout, place{"layout"}
	}
	var err error
	if made.layouts, err = newLayouts(texts); err != nil {
		return c.doc.fault(from, "layout: %v", err)
	}
	if spec.Add == "" {
		return nil
	}
	digits, working := strings.CutSuffix(spec.Add, "wd")
	if !working {
		digits, _ = strings.CutSuffix(spec.Add, "d")
	}
	days, err := strconv.Atoi(digits)
	if err != nil || days < 1 || days > 3660 || digits == spec.Add {
		return c.doc.fault(at.at("add"), "add: %q is no term; write 20d for calendar days or 5wd for working days", spec.Add)
	}
	made.add = term{days, working}
	if working {
		made.calendar, err = c.calendarFor(at.at("add"))
	}
	return err
}

func (c *compiler) constants(at place, spec *cellSpec, made *cell) error {
	if spec.Column != "" {
		made.wanted = c.want(spec.Column, at.at("column"))
	}
	if spec.Value != nil {
		v, err := made.constant(*spec.Value)
		if err != nil {
			return c.doc.fault(at.at("value"), "%s: %v", made.field.Name, err)
		}
		made.fixed = &v
	}
	if constant, there := c.fallback(at, spec.Default); there {
		v, err := made.constant(constant)
		if err != nil {
			return c.doc.fault(at.at("default"), "%s: default: %v", made.field.Name, err)
		}
		made.fallback = &v
	}
	if spec.Map == nil {
		return nil
	}
	made.lookup = make(map[string]value, len(spec.Map))
	for text, constant := range spec.Map {
		v, err := made.constant(constant)
		if err != nil {
			return c.doc.fault(at.at("map", text), "%s: %v", made.field.Name, err)
		}
		made.lookup[text] = v
	}
	return nil
}

// fallback is a default, if there is one; the YAML reader does not tell a default of null from none.
func (c *compiler) fallback(at place, constant *scalar) (scalar, bool) {
	if constant != nil {
		return *constant, true
	}
	return scalar{}, c.doc.find(at.at("default")) != nil
}
