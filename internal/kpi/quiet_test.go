package kpi

import (
	"fmt"
	"math"
	"testing"

	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"
	"tiendo/internal/register"
)

func day(s string) calendar.Day {
	d, err := calendar.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// TestSilent: how long somebody may be silent follows from how often they were heard. By hand, with p = (heard + 1) ÷
// (days + 2) and (1 − p)ⁿ < 1/1000; working days of vn-office in 2025 (DOMAIN.md §3).
func TestSilent(t *testing.T) {
	office := calendar.Builtin(zone)
	heard := func(last string, days, every int) []calendar.Day {
		var all []calendar.Day
		for d := day(last); days > 0; d-- {
			if office.Office(d) {
				if days--; days%every == 0 || d == day(last) {
					all = append(all, d)
				}
			}
		}
		return all
	}
	f := func(name string, days []calendar.Day, today string, want bool) {
		t.Helper()
		var a activity
		for _, d := range days {
			a.note(d, int(day(today)-d))
		}
		if got := a.silent(office, day(today)); got != want {
			t.Errorf("%s: silent %t", name, got)
		}
	}
	// Every day for 60 days: p = 61/62, and (1/62)² < 1/1000 after two days without a word.
	daily := heard("2025-03-04", 60, 1) // a Tuesday
	f("Wednesday passed", daily, "2025-03-06", false)
	f("Wednesday and Thursday passed", daily, "2025-03-07", true)
	f("today does not count, for it is not over", daily, "2025-03-05", false)
	// Over Tết, 27 to 31 January 2025, nobody is expected to say anything.
	f("over Tết", heard("2025-01-24", 60, 1), "2025-02-04", false)
	f("two days after Tết", heard("2025-01-24", 60, 1), "2025-02-05", true)
	// On every tenth of 60 days: heard 7 times at most, p = 7/62 or 8/62; (55/62)⁵⁸ < 1/1000, (55/62)²⁰ is not.
	f("a month of silence of whoever speaks every second week", heard("2025-01-02", 60, 10), "2025-02-07", false)
	f("half a year of it", heard("2025-01-02", 60, 10), "2025-07-02", true)
	// Heard once, ever: that is no habit.
	f("once, seven days ago", heard("2025-03-03", 1, 1), "2025-03-13", false)
	f("once, and a year ago", heard("2024-03-04", 1, 1), "2025-03-13", false)
	// Heard on 4 of its last 60 working days: p = 5/62 and (57/62)⁸⁹ < 1/1000. But of 12 waits the longest took 54 days, and one of
	// 90 comes after such with 3 %.
	rarely := []calendar.Day{
		day("2025-04-02"), day("2025-04-15"), day("2025-07-02"), day("2025-08-26"), day("2025-09-17"), day("2025-11-05"), day("2025-11-27"),
		day("2026-01-29"), day("2026-02-05"), day("2026-04-28"), day("2026-05-06"), day("2026-07-13"), day("2026-07-21"),
	}
	f("four months of whoever speaks in bursts, months apart", rarely, "2026-11-27", false)
	// Two inspections in a year, each of two days: of 3 waits the longest took 104 days, and half as long again is nothing.
	f("a year after two bursts", []calendar.Day{day("2025-03-24"), day("2025-03-25"), day("2025-08-21"), day("2025-08-22")}, "2026-04-22", false)
	// Beyond the years of the calendar the week decides.
	f("2031", []calendar.Day{day("2031-05-02")}, "2031-05-05", false)
}

// TestLongerThanAll: by hand. Of four waits alike the last is the longest with 1/4; three times the longest of three is
// 1/4 · 2/5 · 3/6.
func TestLongerThanAll(t *testing.T) {
	for _, c := range []struct {
		n       int
		c, want float64
	}{{0, 5, 1}, {3, 1, 0.25}, {3, 3, 0.05}, {60, 2, 2.0 / (61 * 62)}} {
		if got := longerThanAll(c.n, c.c); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%d waits, %g times: %g, want %g", c.n, c.c, got, c.want)
		}
	}
}

// TestQuiet: agencies and sources that have gone quiet are named, with the day; their rows say so; an agency that the register
// ended is not expected to speak.
func TestQuiet(t *testing.T) {
	b, conn := books(t)
	insert := func(agency, source, day string, n int, measure lifecycle.Measure) {
		t.Helper()
		if err := conn.Exec(t.Context(), `INSERT INTO cells (family, subject, agency, source, measure, day, n, stamp) VALUES ('dossier', ?, ?, ?, ?, ?, ?, ?)`,
			agency+day, agency, source, string(measure), day, n, day); err != nil {
			t.Fatal(err)
		}
	}
	office, _ := calendar.Builtin(zone).Get("vn-office")
	for d := day("2024-12-02"); d <= day("2025-03-11"); d++ {
		works, err := office.Works(d)
		if err != nil {
			t.Fatal(err)
		}
		if !works {
			continue
		}
		insert("A", "urn:one", d.String(), 1, lifecycle.Opened)
		if d <= day("2025-02-28") {
			insert("B", "urn:two", d.String(), 1, lifecycle.Settled)
		}
		if d <= day("2025-02-07") {
			insert("C", "urn:one", d.String(), 1, lifecycle.Opened)
		}
	}
	f := func(p string, by []string, where map[string][]string, want string) {
		t.Helper()
		figure := ask(t, b, "dossier.received", p, by, where)
		got := fmt.Sprint(figure.Quiet)
		for _, r := range figure.Rows {
			if r.NoDataSince != "" {
				got += " " + *r.Keys.Of("agency") + " since " + r.NoDataSince
			}
		}
		if got != want {
			t.Errorf("%s by %v where %v: got %s, want %s", p, by, where, got, want)
		}
	}
	f("mtd", nil, nil, "[{B  2025-02-28} {C  2025-02-07} { urn:two 2025-02-28}]")
	f("mtd", []string{"agency"}, nil, "[{B  2025-02-28} {C  2025-02-07} { urn:two 2025-02-28}] B since 2025-02-28 C since 2025-02-07")
	f("mtd", nil, map[string][]string{"agency": {"A"}}, "[]")
	f("2025-02", nil, nil, "[{C  2025-02-07}]")
	f("2025-01", nil, nil, "[]")
	f("2030", nil, nil, "[{B  2025-02-28} {C  2025-02-07} { urn:two 2025-02-28}]") // has not begun: as it is now
	known, err := register.Empty(zone, nil).With(register.Agencies, []byte(`agencies:
  - {code: A, names: {vi: A, en: A}, group: g}
  - {code: B, names: {vi: B, en: B}, group: g, to: 2025-02-28, successor: A}
`), now)
	if err != nil {
		t.Fatal(err)
	}
	b.Registers = func() *register.Registers { return known }
	f("mtd", nil, nil, "[{C  2025-02-07} { urn:two 2025-02-28}]")
}
