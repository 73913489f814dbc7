package period

import (
	"testing"
	"time"
)

func TestPrevious(t *testing.T) {
	f := func(id, want string) {
		t.Helper()
		if got, ok := Previous(id); got != want || ok != (want != "") {
			t.Errorf("before %s comes %q, %v; want %q", id, got, ok, want)
		}
	}
	f("2026-Q3", "2026-Q2")
	f("2026-Q1", "2025-Q4")
	f("2026-H1", "2025-H2")
	f("2026-H2", "2026-H1")
	f("2026-9M", "2025-9M")
	f("2026", "2025")
	f("2026-10", "2026-09")
	f("2026-01", "2025-12")
	f("1900", "")
	f("mtd", "")
	f("2026-09-14", "")
	f("2026-Q5", "")
	f("2026-13", "")
	f("", "")
}

// A period ends the day before the one begins of which it is the previous, but for nine months.
func TestPreviousEndsWhereTheNextBegins(t *testing.T) {
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for _, id := range []string{"2025", "2025-H1", "2025-H2", "2025-Q1", "2025-Q4", "2025-01", "2025-12", "2024-03"} {
		before, _ := Previous(id)
		for name, parse := range map[string]func(string, time.Time, *time.Location) (Period, error){"calendar": Parse, "report": ParseReport} {
			p, err := parse(id, now, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			q, err := parse(before, now, time.UTC)
			if err != nil || !q.End.Equal(p.Start) || Kind(before) != Kind(id) {
				t.Errorf("%s, %s: %s ends at %s, and %s begins at %s (%v)", name, id, before, q.End, id, p.Start, err)
			}
		}
	}
}

func TestOf(t *testing.T) {
	f := func(kind, day, want string) {
		t.Helper()
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := Of(kind, at); got != want || Kind(got) != kind {
			t.Errorf("%s of %s is %s, want %s", kind, day, got, want)
		}
	}
	f("month", "2026-09-14", "2026-09")
	f("quarter", "2026-01-01", "2026-Q1")
	f("quarter", "2026-12-31", "2026-Q4")
	f("half", "2026-06-30", "2026-H1")
	f("half", "2026-07-01", "2026-H2")
	f("nine_months", "2026-11-01", "2026-9M")
	f("year", "2026-11-01", "2026")
}
