package kpi

import (
	"maps"
	"slices"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/period"
	"tiendo/internal/register"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// names are what registers say of agencies and procedures on a day: the attributes of cases that no event tells.
type names struct{ groups, fields, successors map[string]string }

// view is what the registers said when a question was to be answered, and the day that they are asked of.
func (b *Books) view(q Query) (register.View, calendar.Day) {
	recorded := q.Before
	if day, err := calendar.ParseDay(q.AsOf); err == nil {
		recorded = day.End(b.Zone)
	}
	// The last day of the period: its end is the first instant after it.
	return b.Registers().At(recorded), calendar.DayOf(q.Period.End.Add(-time.Millisecond), b.Zone)
}

func (b *Books) namesOf(q Query) names {
	view, day := b.view(q)
	return names{groups: view.Groups(day), fields: view.Fields(day), successors: view.Successors(day)}
}

// column is the expression of a dimension that registers know; "" if the journal knows it alone.
func (n names) column(name string, fold bool) string {
	agency := "agency"
	if fold && len(n.successors) > 0 {
		agency = "transform(agency, {folded:Array(String)}, {successor:Array(String)}, agency)"
	}
	switch name {
	case "agency":
		return agency
	case "group":
		if len(n.groups) == 0 {
			return "''"
		}
		return "transform(" + agency + ", {grouped:Array(String)}, {group:Array(String)}, '')"
	case "field":
		if len(n.fields) == 0 {
			return "''"
		}
		// Older systems add the code of an agency to the procedure's, see register.ProcedureCode.
		return `transform(replaceRegexpOne(procedure, '^(\\d\\.\\d{6})\\.\\d{3}\\.\\d{2}\\.\\d{2}\\.[A-Z]\\d{2}$', '\\1'), {procedures:Array(String)}, {fields:Array(String)}, '')`
	default:
		return ""
	}
}

// args are the parameters of the expressions.
func (n names) args() []any {
	var args []any
	for _, m := range []struct {
		from, to string
		names    map[string]string
	}{{"folded", "successor", n.successors}, {"grouped", "group", n.groups}, {"procedures", "fields", n.fields}} {
		from := slices.Sorted(maps.Keys(m.names))
		to := make([]string, len(from))
		for i, code := range from {
			to[i] = m.names[code]
		}
		args = append(args, clickhouse.Named(m.from, from), clickhouse.Named(m.to, to))
	}
	return args
}

// addRegister adds the rows of agencies that the register has in the period and no case is of, and the targets.
func (b *Books) addRegister(f *Figure, d Definition, q Query) {
	view, day := b.view(q)
	if byAgency(q) {
		b.addAgencies(f, d, q)
	}
	ends := b.bucketEnds(q, day)
	for i := range f.Rows {
		agency, group := f.Rows[i].only("agency", q), f.Rows[i].only("group", q)
		kind, on := period.Kind(q.Period.ID), day
		if by := timeOf(q.By); by != "" {
			kind, on = by, ends[*f.Rows[i].Keys.Of(by)]
		}
		if agency == "" && group != "" {
			if t, ok := view.GroupTarget(d.ID, group, kind, on); ok {
				f.Rows[i].Target = new(t.Target)
			}
		} else if t, ok := view.Target(d.ID, agency, kind, on); ok {
			f.Rows[i].Target = new(t.Target)
		}
	}
}

// addAgencies adds a row for each agency that the register has in the period and the filters leave, where no case is of it.
func (b *Books) addAgencies(f *Figure, d Definition, q Query) {
	view, day := b.view(q)
	groups := view.Groups(day)
	has := map[string]bool{}
	for _, r := range f.Rows {
		if key := r.Keys.Of("agency"); key != nil {
			has[*key] = true
		}
	}
	left := func(name, value string) bool {
		values, filtered := q.Where[name]
		return !filtered || slices.Contains(values, value)
	}
	for _, a := range view.AgenciesIn(calendar.DayOf(q.Period.Start, b.Zone), day) {
		code := a.Code
		if q.Fold {
			code = view.Successor(code, day)
		}
		if has[code] || !left("agency", code) || !left("group", groups[code]) {
			continue
		}
		has[code] = true
		row := emptyRow(&d)
		row.Keys = keysOf(make(Keys, len(q.By)), q.By, codesOf(code), nil)
		f.Rows = append(f.Rows, row)
	}
	inOrder(f.Rows)
}

// only is the one value of a dimension that a row is about; "" if it is about several, or none.
func (r *Row) only(name string, q Query) string {
	if key := r.Keys.Of(name); key != nil {
		return *key
	}
	if values := q.Where[name]; len(values) == 1 && !slices.Contains(q.By, name) {
		return values[0]
	}
	return ""
}

// bucketEnds are the last days of the stretches of time that q groups by, by their names; none after the last day of the period.
func (b *Books) bucketEnds(q Query, last calendar.Day) map[string]calendar.Day {
	if timeOf(q.By) == "" {
		return nil
	}
	ends := map[string]calendar.Day{}
	days, names := bucketDays(q)
	for i, name := range names {
		ends[name] = last
		if i+1 < len(days) {
			ends[name] = calendar.DayOf(days[i+1], time.UTC) - 1
		}
	}
	return ends
}

// CityTarget is the target of q's figure for the whole city in q's period; nil if the register has none.
func (b *Books) CityTarget(q Query) *float64 {
	view, day := b.view(q)
	if t, ok := view.Target(q.ID, "", period.Kind(q.Period.ID), day); ok {
		return &t.Target
	}
	return nil
}
