package period_test

import (
	"strings"
	"testing"
	"time"

	"tiendo/internal/period"
)

var (
	zone = time.FixedZone("+07", 7*60*60)
	now  = time.Date(2026, 11, 24, 9, 30, 0, 0, zone)
)

func TestParse(t *testing.T) {
	f := func(id, first, last string) {
		t.Helper()
		p, err := period.Parse(id, now, zone)
		if err != nil {
			t.Errorf("%s: %v", id, err)
			return
		}
		if p.ID != id || p.First != first || p.Last != last || p.Start.Format(time.DateOnly) != first {
			t.Errorf("%s: %+v, want %s to %s", id, p, first, last)
		}
		if ended := last < "2026-11-24"; ended == p.Running {
			t.Errorf("%s: running %v", id, p.Running)
		}
	}
	f("2025", "2025-01-01", "2025-12-31")
	f("2026", "2026-01-01", "2026-12-31")
	f("2025-H1", "2025-01-01", "2025-06-30")
	f("2025-H2", "2025-07-01", "2025-12-31")
	f("2019-9M", "2019-01-01", "2019-09-30")
	f("2025-Q1", "2025-01-01", "2025-03-31")
	f("2025-Q4", "2025-10-01", "2025-12-31")
	f("2024-02", "2024-02-01", "2024-02-29")
	f("2025-02", "2025-02-01", "2025-02-28")
	f("2024-02-29", "2024-02-29", "2024-02-29")
	f("2019-01-01..2019-10-01", "2019-01-01", "2019-10-01")
	f("mtd", "2026-11-01", "2026-11-24")
	f("qtd", "2026-10-01", "2026-11-24")
	f("ytd", "2026-01-01", "2026-11-24")
	f("d30", "2026-10-26", "2026-11-24")
}

// TestParseReport: DOMAIN.md §1.3.
func TestParseReport(t *testing.T) {
	f := func(id, first, last string) {
		t.Helper()
		p, err := period.ParseReport(id, now, zone)
		if err != nil || p.First != first || p.Last != last {
			t.Errorf("%s: %s to %s, %v; want %s to %s", id, p.First, p.Last, err, first, last)
		}
	}
	f("2025-03", "2025-02-15", "2025-03-14")
	f("2025-01", "2024-12-15", "2025-01-14")
	f("2025-Q1", "2024-12-15", "2025-03-14")
	f("2025-H1", "2024-12-15", "2025-06-14")
	f("2025-H2", "2025-06-15", "2025-12-14")
	f("2025-9M", "2024-12-15", "2025-09-14")
	f("2025", "2024-12-15", "2025-12-14")
	f("mtd", "2026-11-15", "2026-11-24") // the 24th lies in the reporting month of December
	f("qtd", "2026-09-15", "2026-11-24")
	f("ytd", "2025-12-15", "2026-11-24")
	for _, id := range []string{"d30", "2025-03-01", "2025-03-01..2025-03-04"} {
		if _, err := period.ParseReport(id, now, zone); err == nil {
			t.Errorf("%s has no reporting form, and was taken", id)
		}
	}
}

func TestEnd(t *testing.T) {
	p, err := period.Parse("2026-11", now, zone)
	if err != nil || !p.End.Equal(now) || !p.Running {
		t.Errorf("a running month ends now: %+v, %v", p, err)
	}
	p, err = period.Parse("2026-10", now, zone)
	if err != nil || p.Running || !p.End.Equal(time.Date(2026, 11, 1, 0, 0, 0, 0, zone)) {
		t.Errorf("an ended month ends with the first instant after it: %+v, %v", p, err)
	}
	p, err = period.Parse("2027", now, zone)
	if err != nil || !p.End.Equal(p.Start) {
		t.Errorf("a year ahead is empty: %+v, %v", p, err)
	}
}

func TestRefusals(t *testing.T) {
	for _, id := range []string{"", "now", "2025-13", "2025-00", "2025-Q5", "2025-H3", "25", "2025-02-30", "2025-02-01..2025-01-01", "2025-02-01..", "..", "0000", "9999", "2025-Q1 ", "MTD", "2025-1"} {
		if _, err := period.Parse(id, now, zone); err == nil {
			t.Errorf("%q was taken", id)
		} else if !strings.Contains(err.Error(), "\"") {
			t.Errorf("%q: the refusal does not quote what is wrong: %v", id, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2025", "2025-Q1", "mtd", "2025-02-01..2025-03-01", "2025-02-29"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, id string) {
		for _, parse := range []func(string, time.Time, *time.Location) (period.Period, error){period.Parse, period.ParseReport} {
			if p, err := parse(id, now, zone); err == nil && (p.First > p.Last || p.End.Before(p.Start)) {
				t.Fatalf("%q: %+v", id, p)
			}
		}
	})
}
