package calendar

import (
	"encoding/csv"
	"errors"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	zone = time.FixedZone("+07", 7*60*60)
	set  = Builtin(zone)
)

func office(t testing.TB) *Calendar {
	t.Helper()
	c, ok := set.Get("vn-office")
	if !ok {
		t.Fatal("no vn-office")
	}
	return c
}

func day(t testing.TB, s string) Day {
	t.Helper()
	d, err := ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestWorkingDaysOfYears: DOMAIN.md §3, "Working days per year 2018–2027".
func TestWorkingDaysOfYears(t *testing.T) {
	c := office(t)
	for i, want := range []int{250, 252, 252, 250, 249, 249, 251, 250, 249, 249} {
		n := 0
		year := 2018 + i
		for d := DayOf(time.Date(year, 1, 1, 12, 0, 0, 0, zone), zone); d.Start(zone).Year() == year; d++ {
			works, err := c.Works(d)
			if err != nil {
				t.Fatal(err)
			}
			if works {
				n++
			}
		}
		if n != want {
			t.Errorf("%d: %d working days, want %d", year, n, want)
		}
	}
}

// TestDays: DOMAIN.md §3, by notice.
func TestDays(t *testing.T) {
	c := office(t)
	f := func(s string, want bool, why string) {
		t.Helper()
		if got, err := c.Works(day(t, s)); err != nil || got != want {
			t.Errorf("%s (%s): got %v, %v", s, why, got, err)
		}
	}
	f("2019-02-04", false, "Tết Kỷ Hợi")
	f("2019-01-05", true, "Saturday worked for 31/12/2018, 6519/VPCP-KGVX")
	f("2018-12-31", false, "swapped off, 6519/VPCP-KGVX")
	f("2018-02-20", false, "Tết Mậu Tuất lasts until the 20th")
	f("2018-02-21", true, "and no longer")
	f("2018-09-03", false, "2/9 fell on a Sunday")
	f("2019-02-08", false, "the last day of Tết")
	f("2019-02-11", true, "the Monday after it")
	f("2019-04-29", false, "swapped off")
	f("2020-01-23", false, "Tết Canh Tý")
	f("2021-05-03", false, "1/5 fell on a Saturday, 4875/TB-LĐTBXH")
	f("2021-09-03", false, "4875/TB-LĐTBXH")
	f("2022-01-03", false, "1/1 fell on a Saturday, 119/TB-LĐTBXH")
	f("2022-09-01", false, "119/TB-LĐTBXH")
	f("2023-05-03", false, "5034/TB-LĐTBXH")
	f("2023-09-04", false, "5034/TB-LĐTBXH")
	f("2024-04-29", false, "swapped off, 1570/TB-LĐTBXH")
	f("2024-05-04", true, "worked for 29/4")
	f("2026-08-31", false, "swapped off, 9441/TB-BNV")
	f("2026-08-22", true, "worked for 31/8")
	f("2026-01-10", true, "worked for 2/1")
	f("2027-02-10", false, "Tết, 10065/VPCP-KGVX")
	f("2027-11-24", false, "NQ 28/2026/QH16")
	f("2019-04-15", false, "Giỗ Tổ fell on a Sunday")
	f("2019-05-04", true, "Saturday worked for 29/4")
	f("2024-02-29", true, "a leap day")
	f("2025-05-02", false, "6150/TB-BLĐTBXH")
	f("2025-04-26", true, "worked for 2/5/2025")
	f("2026-01-02", false, "12729/VPCP-KGVX, late December 2025")
	f("2026-11-23", true, "the swap with 28/11/2026 was not adopted")
	f("2026-11-24", false, "NQ 28/2026/QH16")
	f("2026-11-28", false, "the swap was not adopted")
}

// publishedTable are the rows of the published table of days (date, kind, name) without their head.
func publishedTable(t *testing.T) [][]string {
	t.Helper()
	file, err := os.Open("../../../shared/holidays_vn.csv")
	if err != nil {
		t.Skip("the published table is not beside the project")
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 100 {
		t.Fatalf("only %d days", len(rows))
	}
	return rows[1:]
}

func TestAgreesWithThePublishedTable(t *testing.T) {
	c, named := office(t), map[Day]bool{}
	for _, r := range publishedTable(t) {
		named[day(t, r[0])] = r[1] == "swapped-working"
	}
	for d := day(t, "2018-01-01"); d <= day(t, "2027-12-31"); d++ {
		want := d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
		if worked, ok := named[d]; ok {
			want = worked
		}
		if got, err := c.Works(d); err != nil || got != want {
			t.Errorf("%s: got %v, %v", d, got, err)
		}
	}
}

// TestOutside: nothing is guessed about years without a notice.
func TestOutside(t *testing.T) {
	c := office(t)
	f := func(what string, err error, want bool) {
		t.Helper()
		if errors.Is(err, ErrOutside) != want {
			t.Errorf("%s: %v", what, err)
		}
	}
	at := func(s string) time.Time { return day(t, s).Start(zone).Add(8 * time.Hour) }
	_, err := c.Works(day(t, "2028-01-03"))
	f("a day after", err, true)
	_, err = c.AddDays(day(t, "2027-12-30"), 2)
	f("a term that leaves the years", err, true)
	_, err = c.AddDays(day(t, "2035-12-30"), 0)
	f("no days", err, false)
	_, err = c.WorkingDays(day(t, "2035-12-30"), day(t, "2035-12-30"))
	f("no days between", err, false)
	_, err = c.WorkingDays(day(t, "2017-12-31"), day(t, "2018-01-05"))
	f("the days after the eve of the first year", err, false)
	_, err = c.Work(at("2017-12-29"), at("2018-01-05"))
	f("work from before", err, true)
	_, err = c.Work(at("2018-01-02"), at("2027-12-31"))
	f("work within", err, false)
	_, err = c.Work(at("2027-12-31"), day(t, "2028-01-01").Start(zone))
	f("work up to the end of the last year", err, false)
	_, err = c.Work(at("2027-12-31"), day(t, "2028-01-01").Start(zone).Add(time.Millisecond))
	f("work beyond it", err, true)
	_, err = c.Work(at("2035-01-01"), at("2034-01-01"))
	f("no work", err, false)
	_, err = c.AddDays(day(t, "2019-01-01"), 1<<62)
	f("a term that no calendar holds", err, true)
	always, _ := set.Get("days")
	_, err = always.AddDays(day(t, "2019-01-01"), 1<<40)
	f("a date that can't be written down", err, true)
	_, err = c.Advance(at("2027-12-31"), 9*3_600_000)
	f("an instant after", err, true)
	_, err = c.Advance(at("2031-12-31"), 0)
	f("no work", err, false)
}

func TestWork(t *testing.T) {
	f := func(name, a, b string, want time.Duration) {
		t.Helper()
		c, ok := set.Get(name)
		if !ok {
			t.Fatal(name)
		}
		parse := func(s string) time.Time {
			at, err := time.ParseInLocation("2006-01-02T15:04", s, zone)
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		got, err := c.Work(parse(a), parse(b))
		if err != nil || time.Duration(got)*time.Millisecond != want {
			t.Errorf("%s %s to %s: got %v, %v, want %v", name, a, b, time.Duration(got)*time.Millisecond, err, want)
		}
	}
	f("vn-office", "2019-09-03T07:00", "2019-09-03T17:00", 8*time.Hour)
	f("vn-office", "2019-09-03T11:00", "2019-09-03T14:00", time.Hour)
	f("vn-office", "2019-09-03T12:00", "2019-09-03T13:00", 0)
	f("vn-office", "2019-08-30T16:00", "2019-09-03T08:00", 2*time.Hour) // 2 September
	f("vn-office", "2019-09-03T08:00", "2019-09-02T08:00", 0)
	f("days", "2019-09-01T08:00", "2019-09-02T08:00", 24*time.Hour)
	f("continuous", "2031-09-01T08:00", "2031-09-01T08:30", 30*time.Minute)
}

// TestAgainstMinutes: a walk minute by minute finds the same work, and Advance is its inverse.
func TestAgainstMinutes(t *testing.T) {
	c := office(t)
	rapid.Check(t, func(t *rapid.T) {
		from := time.Date(2018, 12, 20, 0, 0, 0, 0, zone).Add(time.Duration(rapid.IntRange(0, 3*365*24*60).Draw(t, "from")) * time.Minute)
		to := from.Add(time.Duration(rapid.IntRange(0, 12*24*60).Draw(t, "minutes")) * time.Minute)
		naive := Work(0)
		for at := from; at.Before(to); at = at.Add(time.Minute) {
			minute := at.Hour()*60 + at.Minute()
			works, err := c.Works(DayOf(at, zone))
			if err != nil {
				t.Fatal(err)
			}
			if works && ((minute >= 420 && minute < 690) || (minute >= 810 && minute < 1020)) {
				naive += 60_000
			}
		}
		got, err := c.Work(from, to)
		if err != nil || got != naive {
			t.Fatalf("%v to %v: %d, %v, minute by minute %d", from, to, got, err, naive)
		}
		middle := from.Add(to.Sub(from) / 3)
		first, _ := c.Work(from, middle)
		second, _ := c.Work(middle, to)
		if first+second != got {
			t.Fatalf("work does not add up: %d + %d != %d", first, second, got)
		}
		if got == 0 {
			return
		}
		at, err := c.Advance(from, got)
		if err != nil || at.After(to) {
			t.Fatalf("advance %v by %d: %v, %v", from, got, at, err)
		}
		if again, _ := c.Work(from, at); again != got {
			t.Fatalf("advance lands at %d of %d", again, got)
		}
		if before, _ := c.Work(from, at.Add(-time.Millisecond)); before >= got {
			t.Fatal("advance is not the smallest instant")
		}
	})
}

// TestAddDaysIsInverse of WorkingDays.
func TestAddDaysIsInverse(t *testing.T) {
	c := office(t)
	first := day(t, "2018-01-01")
	rapid.Check(t, func(t *rapid.T) {
		from := first + Day(rapid.IntRange(0, 3000).Draw(t, "from"))
		n := rapid.IntRange(1, 200).Draw(t, "n")
		to, err := c.AddDays(from, n)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.WorkingDays(from, to); err != nil || got != n {
			t.Fatalf("%s + %d = %s, but %d days between, %v", from, n, to, got, err)
		}
		if works, _ := c.Works(to); !works {
			t.Fatalf("%s is no working day", to)
		}
	})
}

func TestDay(t *testing.T) {
	for _, s := range []string{"1899-12-31", "1969-12-31", "1970-01-01", "2024-02-29", "9999-12-31"} {
		d := day(t, s)
		if d.String() != s || d.Weekday() != d.Start(time.UTC).Weekday() || DayOf(d.Start(zone), zone) != d || DayOf(d.End(zone), zone) != d {
			t.Errorf("%s: %s, %s, starts %s, ends %s", s, d, d.Weekday(), d.Start(zone), d.End(zone))
		}
	}
	for _, s := range []string{"", "2025-02-29", "2025-2-1", "2025-02-01T00:00", "01/02/2025"} {
		if _, err := ParseDay(s); err == nil {
			t.Errorf("%q was taken for a date", s)
		}
	}
}
