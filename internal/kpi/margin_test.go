package kpi

import (
	"fmt"
	"testing"
	"time"

	"tiendo/internal/period"
)

// TestMargins: now is Wednesday 12 March 2025, noon.
func TestMargins(t *testing.T) {
	b, conn := books(t)
	at := func(s string) *time.Time {
		if s == "" {
			return nil
		}
		of, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return &of
	}
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO verdicts (family, subject, verdict, opened, closed, deadline, paused, agency, channel, block)")
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range []struct {
		verdict, agency, opened, closed, deadline string
		paused                                    bool
		block                                     uint64
	}{
		{"open", "A", "2025-03-03 08:00", "", "2025-03-12 23:59", false, 1}, // due today: 0 left, 7 working days old
		{"open", "A", "2025-03-10 08:00", "", "2025-03-17 23:59", false, 1}, // Thursday, Friday, Monday: 3 left
		{"open", "A", "2025-02-03 08:00", "", "2025-03-07 23:59", false, 1}, // Friday last: 3 late
		{"paused", "A", "2025-03-11 08:00", "", "", true, 1},
		{"voided", "A", "2025-03-11 08:00", "", "2025-03-17 23:59", false, 1},
		{"early", "A", "2025-03-03 08:00", "2025-03-07 16:00", "2025-03-11 23:59", false, 1},   // 2 left
		{"on_time", "A", "2025-03-03 08:00", "2025-03-11 16:00", "2025-03-11 23:59", false, 1}, // 0 left
		{"late", "A", "2025-03-03 08:00", "2025-03-10 16:00", "2025-03-07 23:59", false, 1},    // 1 late
		{"late", "B", "2024-06-03 08:00", "2024-06-10 16:00", "2024-06-07 23:59", false, 1},    // of history, not of the period
		{"late", "B", "2023-06-05 08:00", "2023-06-12 16:00", "2023-06-09 23:59", false, 1},    // older than a year
	} {
		if err := batch.Append("dossier", fmt.Sprint(i), v.verdict, at(v.opened), at(v.closed), at(v.deadline), v.paused, v.agency, "online", v.block); err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
	march, err := period.Parse("2025-03", now, zone)
	if err != nil {
		t.Fatal(err)
	}
	m, err := b.Margins(t.Context(), Query{Period: march, Where: map[string][]string{"channel": {"online"}}})
	if err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string][2]string{
		"open":    {fmt.Sprint(m.Open), "[{A -3 1} {A 0 1} {A 3 1}]"},
		"settled": {fmt.Sprint(m.Settled), "[{A -1 1} {A 0 1} {A 2 1}]"},
		"history": {fmt.Sprint(m.History), "[{A -1 1} {A 0 1} {A 2 1} {B -1 1}]"},
		"aged":    {fmt.Sprint(m.Aged), "map[1:1 2:1 7:1 27:1]"},
		"undated": {fmt.Sprint(m.Undated), "1"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s is %s, want %s", what, got[0], got[1])
		}
	}
	// Of those of A that were open with one day left, two of three were settled later: one of the two late.
	if missed, of, ok := Chance(m.History, "A", 1, 2); missed != 1 || of != 2 || !ok {
		t.Errorf("%d of %d, %v", missed, of, ok)
	}
	if missed, of, ok := Chance(m.History, "", 60, 20); missed != 2 || of != 4 || ok {
		t.Errorf("%d of %d, %v", missed, of, ok)
	}
	if none, err := b.Margins(t.Context(), Query{Period: march, Where: map[string][]string{"agency": {"C"}}}); err != nil || len(none.Open)+len(none.History) != 0 {
		t.Errorf("%+v, %v", none, err)
	}
	if _, err := b.Margins(t.Context(), Query{Period: march, Where: map[string][]string{"colour": {"red"}}}); err == nil {
		t.Error("a filter that is none is taken")
	}
}
