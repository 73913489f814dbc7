package period

import (
	"strings"
	"testing"
	"time"
)

var (
	zone = time.FixedZone("+07", 7*60*60)
	now  = time.Date(2026, 11, 24, 9, 30, 0, 0, zone)
)

func TestParse(t *testing.T) {
	f := func(id, first, last string) {
		t.Helper()
		p, err := Parse(id, now, zone)
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
		p, err := ParseReport(id, now, zone)
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
		if _, err := ParseReport(id, now, zone); err == nil {
			t.Errorf("%s has no reporting form, and was taken", id)
		}
	}
}

func TestEnd(t *testing.T) {
	p, err := Parse("2026-11", now, zone)
	if err != nil || !p.End.Equal(now) || !p.Running {
		t.Errorf("a running month ends now: %+v, %v", p, err)
	}
	p, err = Parse("2026-10", now, zone)
	if err != nil || p.Running || !p.End.Equal(time.Date(2026, 11, 1, 0, 0, 0, 0, zone)) {
		t.Errorf("an ended month ends with the first instant after it: %+v, %v", p, err)
	}
	p, err = Parse("2027", now, zone)
	if err != nil || !p.End.Equal(p.Start) {
		t.Errorf("a year ahead is empty: %+v, %v", p, err)
	}
}

// TestSeen: read at the end of a day a period ends with the first instant after it (CONTRACT §4), and is over if that was its last.
func TestSeen(t *testing.T) {
	end := time.Date(2026, 9, 30, 23, 59, 59, 999e6, zone)
	for id, want := range map[string]struct {
		end     time.Time
		running bool
	}{
		"2026-09": {end.Add(time.Millisecond), false}, "2026-Q3": {end.Add(time.Millisecond), false}, "2026-09-30": {end.Add(time.Millisecond), false},
		"mtd": {end.Add(time.Millisecond), false}, "2026": {end.Add(time.Millisecond), true}, "2026-08": {time.Date(2026, 9, 1, 0, 0, 0, 0, zone), false},
		"2026-10": {time.Date(2026, 10, 1, 0, 0, 0, 0, zone), true}, // it has not begun
	} {
		read := func(now time.Time) (Period, error) { return Parse(id, now, zone) }
		if p, err := Seen(end, now, read); err != nil || !p.End.Equal(want.end) || p.Running != want.running {
			t.Errorf("%s: %+v, %v", id, p, err)
		}
		today, err := Seen(now.Add(time.Hour), now, read) // a day that is not over
		if plain, _ := read(now); err != nil || today != plain {
			t.Errorf("%s today: %+v, want %+v, %v", id, today, plain, err)
		}
	}
}

// What is running depends on the day: the ends of months, leap days, and the 14th and 15th of the reporting calendar.
func TestToDate(t *testing.T) {
	f := func(today, id string, report bool, first, last string) {
		t.Helper()
		at, err := time.ParseInLocation(time.DateOnly, today, zone)
		if err != nil {
			t.Fatal(err)
		}
		read := Parse
		if report {
			read = ParseReport
		}
		p, err := read(id, at.Add(9*time.Hour), zone)
		if err != nil || p.First != first || p.Last != last || !p.Running || !p.End.Equal(at.Add(9*time.Hour)) {
			t.Errorf("%s on %s: %+v, %v; want %s to %s", id, today, p, err, first, last)
		}
	}
	f("2026-11-01", "mtd", false, "2026-11-01", "2026-11-01")
	f("2024-02-29", "mtd", false, "2024-02-01", "2024-02-29")
	f("2024-03-01", "d30", false, "2024-02-01", "2024-03-01")
	f("2023-03-01", "d30", false, "2023-01-31", "2023-03-01")
	f("2026-12-31", "qtd", false, "2026-10-01", "2026-12-31")
	f("2026-01-01", "ytd", false, "2026-01-01", "2026-01-01")
	f("2026-05-31", "mtd", true, "2026-05-15", "2026-05-31")
	f("2026-05-14", "mtd", true, "2026-04-15", "2026-05-14")
	f("2026-05-15", "mtd", true, "2026-05-15", "2026-05-15")
	f("2026-03-14", "qtd", true, "2025-12-15", "2026-03-14")
	f("2026-03-15", "qtd", true, "2026-03-15", "2026-03-15")
	f("2026-12-14", "ytd", true, "2025-12-15", "2026-12-14")
	f("2026-12-15", "ytd", true, "2026-12-15", "2026-12-15")
	f("2026-01-31", "ytd", true, "2025-12-15", "2026-01-31")
}

// The day is the city's, not that of Greenwich.
func TestTodayIsTheCitys(t *testing.T) {
	for _, at := range []time.Time{time.Date(2026, 11, 23, 17, 30, 0, 0, time.UTC), time.Date(2026, 11, 24, 16, 59, 59, 0, time.UTC)} {
		if p, err := Parse("d30", at, zone); err != nil || p.Last != "2026-11-24" {
			t.Errorf("at %s: %+v, %v", at, p, err)
		}
	}
}

// Where clocks are set at midnight a day may have no midnight, or two.
func TestDaysWithoutMidnight(t *testing.T) {
	f := func(name, id, start, end string) {
		t.Helper()
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Skip("no time zones on this machine")
		}
		p, err := Parse(id, now, loc)
		const layout = "2006-01-02T15:04"
		if err != nil || p.First != id || p.Start.UTC().Format(layout) != start || p.End.UTC().Format(layout) != end {
			t.Errorf("%s in %s: %+v, %v; want %s to %s", id, name, p, err, start, end)
		}
	}
	f("America/Sao_Paulo", "2017-10-14", "2017-10-14T03:00", "2017-10-15T03:00")
	f("America/Sao_Paulo", "2017-10-15", "2017-10-15T03:00", "2017-10-16T02:00")
	f("America/Havana", "2019-11-03", "2019-11-03T04:00", "2019-11-04T05:00")
	f("Pacific/Apia", "2011-12-29", "2011-12-29T10:00", "2011-12-30T10:00")
	f("Pacific/Apia", "2011-12-30", "2011-12-30T10:00", "2011-12-30T10:00") // a day that was left out
	f("Pacific/Apia", "2011-12-31", "2011-12-30T10:00", "2011-12-31T10:00")
}

func TestRefusals(t *testing.T) {
	for _, id := range []string{"", "now", "2025-13", "2025-00", "2025-Q5", "2025-H3", "25", "2025-02-30", "2025-02-01..2025-01-01", "2025-02-01..", "..", "0000", "9999", "2025-Q1 ", "MTD", "2025-1"} {
		if _, err := Parse(id, now, zone); err == nil {
			t.Errorf("%q was taken", id)
		} else if !strings.Contains(err.Error(), "\"") || !strings.Contains(err.Error(), "would do") && !strings.Contains(err.Error(), "write it as") && !strings.Contains(err.Error(), "comes first") {
			t.Errorf("%q: the refusal does not quote what is wrong, or not say what would do: %v", id, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2025", "2025-Q1", "mtd", "2025-02-01..2025-03-01", "2025-02-29"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, id string) {
		for _, parse := range []func(string, time.Time, *time.Location) (Period, error){Parse, ParseReport} {
			if p, err := parse(id, now, zone); err == nil && (p.First > p.Last || p.End.Before(p.Start)) {
				t.Fatalf("%q: %+v", id, p)
			}
		}
	})
}

// TestParts: months and quarters of the reporting calendar begin on a 15th, and are named by the month in which they end.
func TestParts(t *testing.T) {
	f := func(parse func(string, time.Time, *time.Location) (Period, error), id, kind, want string) {
		t.Helper()
		p, err := parse(id, now, zone)
		if err != nil {
			t.Fatal(err)
		}
		days, names := p.Parts(kind)
		var got []string
		for i, day := range days {
			got = append(got, names[i]+" from "+day.Format(time.DateOnly))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s by %s: %s, want %s", id, kind, strings.Join(got, ", "), want)
		}
	}
	f(Parse, "2024-12-15..2025-02-01", "month", "2024-12 from 2024-12-01, 2025-01 from 2025-01-01, 2025-02 from 2025-02-01")
	f(Parse, "2026-H2", "quarter", "2026-Q3 from 2026-07-01, 2026-Q4 from 2026-10-01")
	f(Parse, "2027", "month", "")
	f(ParseReport, "2025-Q1", "month", "2025-01 from 2024-12-15, 2025-02 from 2025-01-15, 2025-03 from 2025-02-15")
	f(ParseReport, "2025-02", "quarter", "2025-Q1 from 2024-12-15")
	f(ParseReport, "qtd", "month", "2026-10 from 2026-09-15, 2026-11 from 2026-10-15, 2026-12 from 2026-11-15")
}
