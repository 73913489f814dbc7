package kpi

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"tiendo/internal/booking"
	"tiendo/internal/lifecycle"
)

// TestProjections: the journal has the projections that are read by name, with the columns that they are read for.
func TestProjections(t *testing.T) {
	_, conn := books(t)
	for _, p := range slices.Concat(projectionsOfMonths, projectionsOfDays) {
		columns := append(slices.Clone(p.columns), "family", "finalizeAggregation(`sum(n)`)")
		switch {
		case slices.ContainsFunc(projectionsOfMonths, func(of projection) bool { return of.name == p.name }):
			columns = append(columns, "measure", "marks", month)
		case p.name == byDelay:
			columns = append(columns, "day")
		default:
			columns = append(columns, "measure", "marks", "day", "millis", "bin")
		}
		if err := conn.Exec(t.Context(), "SELECT "+strings.Join(columns, ", ")+" FROM "+booking.Projection(p.name)+" FORMAT Null"); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
	}
}

// TestProjectionOf: a statement reads the smallest projection that has what is asked, and the journal if none has.
func TestProjectionOf(t *testing.T) {
	for _, of := range []struct {
		query        Query
		days, months string
	}{
		{Query{}, "by_day", "by_month"},
		{Query{By: []string{"group", "month"}}, "by_agency", "by_month"},
		{Query{By: []string{"source"}, Where: map[string][]string{"agency": {"A"}}}, "by_agency", "by_month"},
		{Query{By: []string{"source", "agency"}, AsOf: "2026-01-05"}, "by_stamp", ""},
		{Query{By: []string{"field"}}, "by_procedure", "by_month_procedure"},
		{Query{By: []string{"channel"}, Where: map[string][]string{"agency": {"A"}}}, "by_channel", ""},
		{Query{By: []string{"kind"}, Where: map[string][]string{"source": {"A"}}}, "by_agency", ""},
		{Query{By: []string{"agency"}, AsOf: "2026-01-05"}, "by_stamp", ""},
		{Query{By: []string{"agency"}, more: &causes{}}, "by_stamp", ""},
		{Query{By: []string{"unit"}, AsOf: "2026-01-05"}, "", ""},
		{Query{Where: map[string][]string{"helper": {"A"}}}, "", ""},
		{Query{Block: 7}, "", ""},
	} {
		s := &statement{query: of.query}
		if days, months := s.projection(projectionsOfDays), s.projection(projectionsOfMonths); days != of.days || months != of.months {
			t.Errorf("%+v: %q and %q, want %q and %q", of.query, days, months, of.days, of.months)
		}
	}
	for want, of := range map[string]Query{
		byDelay: {By: []string{"agency", "month"}, Where: map[string][]string{"source": {"A"}}},
		"":      {By: []string{"agency"}, AsOf: "2026-01-05"},
	} {
		s := &statement{query: of, binned: lifecycle.Recorded}
		if days := s.projection(projectionsOfDays); days != want || s.monthly() {
			t.Errorf("delays, %+v: %q, want %q", of, days, want)
		}
		if _, is := s.remembered(); is {
			t.Errorf("delays, %+v, are remembered", of)
		}
	}
}

// TestRemembered: memory answers what it tells apart and keeps, and nothing else.
func TestRemembered(t *testing.T) {
	where := func(name string) map[string][]string { return map[string][]string{name: {"A"}} }
	for _, of := range []struct {
		id, query string
		Query
		by   booking.Dimension
		kept bool
	}{
		{query: "whole city", Query: Query{By: []string{"month"}}, by: booking.Source, kept: true},
		{query: "groups", Query: Query{By: []string{"group"}, Where: where("agency")}, by: booking.Agency, kept: true},
		{query: "levels", Query: Query{By: []string{"level", "quarter"}}, by: booking.Level, kept: true},
		{query: "kinds", Query: Query{Where: where("kind")}, by: booking.Kind, kept: true},
		{query: "procedures", Query: Query{By: []string{"procedure"}, Counted: true}, by: booking.Procedure, kept: true},
		{query: "procedures with cases of whatever kind", Query: Query{By: []string{"procedure"}}},
		{query: "procedures by what is not kept of them", id: "dossier.rejected", Query: Query{By: []string{"procedure"}, Counted: true}},
		{query: "kinds of an agency", Query: Query{By: []string{"kind"}, Where: where("agency")}},
		{query: "levels by day", Query: Query{By: []string{"level", "day"}}},
		{query: "times by level", id: "dossier.working_hours_median", Query: Query{By: []string{"level"}}},
		{query: "times by agency", id: "dossier.working_hours_median", Query: Query{By: []string{"agency"}}, by: booking.Agency, kept: true},
		{query: "levels on a past day", Query: Query{By: []string{"level"}, AsOf: "2026-01-05"}},
	} {
		d, known := ByID(cmp.Or(of.id, "dossier.on_time_rate"))
		if !known {
			t.Fatalf("no figure is called %s", of.id)
		}
		s := &statement{families: d.Families(), query: of.Query, binned: d.measure}
		if d.measure == "" && !of.Counted {
			s.terms = existence(&d)
		}
		s.indices(d.numerator)
		s.indices(d.denominator)
		if by, kept := s.remembered(); kept != of.kept || kept && by != of.by {
			t.Errorf("%s: by %d, %v; want by %d, %v", of.query, by, kept, of.by, of.kept)
		}
	}
}
