package kpi

import (
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
		if days := s.projection(projectionsOfDays); days != want || s.monthly() || s.memorable() {
			t.Errorf("delays, %+v: %q, want %q", of, days, want)
		}
	}
}
