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
		recorded = day.End(b.Calendars.Location())
	}
	// The last day of the period: its end is the first instant after it.
	return b.Registers().At(recorded), calendar.DayOf(q.Period.End.Add(-time.Millisecond), b.Calendars.Location())
}

func (b *Books) namesOf(q Query) names {
	view, day := b.view(q)
	return names{groups: view.Groups(day), fields: view.Fields(day), successors: view.Successors(day)}
}

// equal says that registers say the same.
func (n names) equal(other names) bool {
	return maps.Equal(n.groups, other.groups) && maps.Equal(n.fields, other.fields) && maps.Equal(n.successors, other.successors)
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
	zone := b.Calendars.Location()
	if byAgency(q) && d.indicator == "" && len(q.Where) == 0 {
		has := map[string]bool{}
		for _, r := range f.Rows {
			if key := r.Keys["agency"]; key != nil {
				has[*key] = true
			}
		}
		for _, a := range view.AgenciesIn(calendar.DayOf(q.Period.Start, zone), day) {
			code := a.Code
			if q.Fold {
				code = view.Successor(code, day)
			}
			if has[code] {
				continue
			}
			has[code] = true
			row := emptyRow(d)
			row.By, row.Keys = q.By, keysOf(q.By, []string{code}, "")
			f.Rows = append(f.Rows, *row)
		}
		slices.SortStableFunc(f.Rows, func(x, y Row) int { return compareKeys(x.Keys["agency"], y.Keys["agency"]) })
	}
	for i := range f.Rows {
		agency := ""
		if key := f.Rows[i].Keys["agency"]; key != nil {
			agency = *key
		} else if len(q.Where["agency"]) == 1 {
			agency = q.Where["agency"][0]
		}
		if t, ok := view.Target(d.ID, agency, period.Kind(q.Period.ID), day); ok {
			f.Rows[i].Target = &t.Target
		}
	}
}

// CityTarget is the target of q's figure for the whole city in q's period; nil if the register has none.
func (b *Books) CityTarget(q Query) *float64 {
	view, day := b.view(q)
	if t, ok := view.Target(q.ID, "", period.Kind(q.Period.ID), day); ok {
		return &t.Target
	}
	return nil
}
