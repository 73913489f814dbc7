package kpi

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tiendo/internal/booking"
	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
	"tiendo/internal/register"
)

// Suppose answers questions by agency as if cases had been judged by other rules: every case of the questions' families is judged
// again, so that it costs what the history costs. Nothing is stored. What agencies report of themselves
// is no verdict, and has no rows here. An *Error says which question cannot be asked.
func (b *Books) Suppose(ctx context.Context, rules *lifecycle.Rules, queries ...Query) ([]Figure, error) {
	groups, err := b.plan(queries)
	if err != nil {
		return nil, err
	}
	families := map[event.Family][]*trial{}
	var trials []*trial
	for _, g := range groups {
		t := &trial{group: g, sums: &sums{byKey: map[string]*series{}}, zone: b.Zone}
		trials = append(trials, t)
		for _, family := range g.statement.families {
			families[family] = append(families[family], t)
		}
	}
	for _, family := range slices.Sorted(maps.Keys(families)) {
		err := booking.EachCase(ctx, b.Conn, family, func(_ string, events []event.Event) error {
			c, err := lifecycle.Judge(events, rules)
			if err != nil {
				return err
			}
			counts := c.Counts(rules.Zone())
			for _, t := range families[family] {
				t.add(counts)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("judge the cases of the family %s again: %w", family, err)
		}
	}
	figures := make([]Figure, len(queries))
	for _, t := range trials {
		for _, a := range t.group.answers {
			figures[a.query] = Figure{
				ID: a.definition.ID, Unit: a.definition.Unit, Definition: a.definition.Version, Period: queries[a.query].Period, Events: b.Events(),
				Rows: t.sums.rows(a, &t.group.statement),
			}
		}
	}
	return figures, nil
}

// trial counts what one statement asks for.
type trial struct {
	group *group
	sums  *sums
	zone  *time.Location
}

func (t *trial) add(counts []lifecycle.Count) {
	st := &t.group.statement
	measures := st.measures()
	for i := range counts {
		c := &counts[i]
		if !slices.Contains(measures, string(c.Measure)) || !st.has(&c.Attributes) || t.ahead(c) {
			continue
		}
		agency := c.Agency
		if successor := st.names.successors[agency]; st.query.Fold && successor != "" {
			agency = successor
		}
		t.sums.count(st, c.Measure, lump{c.Marks, binOf(&c.Cell), agency, c.Day}, c.N)
	}
}

// ahead says that something lies after the end of a period that still runs.
func (t *trial) ahead(c *lifecycle.Count) bool {
	p := t.group.statement.query.Period
	if !p.Running {
		return false
	}
	today := calendar.DayOf(p.End, t.zone)
	return c.Day > today || c.Day == today && int64(c.Millis) >= p.End.Sub(today.Start(t.zone)).Milliseconds()
}

// has says whether what a case contributes passes the filters.
func (s *statement) has(a *lifecycle.Attributes) bool {
	for name, values := range s.query.Where {
		passes := slices.Contains(values, s.attribute(a, name))
		if name == "helper" {
			passes = slices.ContainsFunc(strings.Split(a.Helpers, ","), func(h string) bool { return slices.Contains(values, h) })
		}
		if !passes {
			return false
		}
	}
	return true
}

func (s *statement) attribute(a *lifecycle.Attributes, name string) string {
	switch name {
	case "agency":
		return a.Agency
	case "unit":
		return a.Unit
	case "procedure":
		return a.Procedure
	case "channel":
		return a.Channel
	case "level":
		return a.Level
	case "kind":
		return a.Kind
	case "at":
		return a.At
	case "issuer":
		return a.Issuer
	case "field":
		return s.names.fields[register.ProcedureCode(a.Procedure)]
	case "group":
		return s.names.groups[a.Agency]
	default:
		return ""
	}
}
