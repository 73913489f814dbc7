package kpi

import (
	"testing"
	"time"

	"tiendo/internal/event"
	"tiendo/internal/period"
)

// TestUpToABlock: later blocks are left out, but for the causes that are asked for; reports that arrived later are left out.
func TestUpToABlock(t *testing.T) {
	b, conn := books(t)
	err := conn.Exec(t.Context(), `INSERT INTO cells (family, subject, agency, measure, day, marks, n, stamp, cause, block) VALUES
		('dossier', 'a', 'A', 'opened', '2025-02-03', 0, 1, '2025-02-05', 'event', 1), ('dossier', 'b', 'A', 'opened', '2025-02-03', 0, 1, '2025-02-05', 'event', 2),
		('dossier', 'c', 'A', 'opened', '2025-02-04', 0, 1, '2025-03-05', 'late', 3), ('dossier', 'a', 'A', 'opened', '2025-02-03', 0, -1, '2025-03-06', 'correction', 4)`)
	if err != nil {
		t.Fatal(err)
	}
	of, err := period.Parse("2025-02", now, zone)
	if err != nil {
		t.Fatal(err)
	}
	f := func(want float64, block uint64, causes ...Cause) {
		t.Helper()
		figures, err := b.Ask(t.Context(), Query{ID: "dossier.received", Period: of, Block: block, Causes: causes})
		if err != nil {
			t.Fatal(err)
		}
		if got := *figures[0].Rows[0].Value; got != want {
			t.Errorf("up to block %d and %v: %v, want %v", block, causes, got, want)
		}
	}
	f(2, 0)
	f(1, 1)
	f(2, 2)
	f(3, 2, Late)
	f(1, 2, Correction)
	f(2, 2, Late, Correction)
	f(3, 3, Told)

	at := time.Date(2025, 2, 10, 9, 0, 0, 0, zone)
	report := func(arrival time.Time, value string) event.Event {
		return event.Event{
			Source: "urn:test", ID: value, Type: "indicator.reported", Subject: "A/staffing/2025-02", Time: at, Recorded: arrival, Arrival: arrival,
			Data: []byte(`{"agency":"A","indicator":"staffing","period":"2025-02","target":10,"value":` + value + `}`),
		}
	}
	told := []event.Event{report(at, "8"), report(at.Add(time.Hour), "9")}
	g := func(want float64, has bool, before time.Time) {
		t.Helper()
		d, _ := ByID("org.staffing_ratio")
		r, ok, err := b.reportOf(append([]event.Event(nil), told...), d, Query{ID: d.ID, Period: of, Before: before})
		if err != nil || ok != has || r.value != want {
			t.Errorf("before %s: %v %v %v, want %v", before, r.value, ok, err, want)
		}
	}
	g(9, true, time.Time{})
	g(9, true, at.Add(time.Hour))
	g(8, true, at.Add(time.Minute))
	g(0, false, at.Add(-time.Minute))
}
