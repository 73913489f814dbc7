package calendar

import (
	"testing"
	"time"
)

// Clocks that are set at midnight: the day begins with its first instant, whatever the clock then says.
func TestStartWhereClocksAreSetAtMidnight(t *testing.T) {
	f := func(name, date, want string) {
		t.Helper()
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Skip("no time zones on this machine")
		}
		start := day(t, date).Start(loc)
		if got := start.UTC().Format("2006-01-02T15:04"); got != want {
			t.Errorf("%s in %s starts %s, want %s", date, name, got, want)
		}
		if DayOf(start, loc) != day(t, date) || DayOf(start.Add(-time.Millisecond), loc) >= day(t, date) {
			t.Errorf("%s in %s: %s is not its first instant", date, name, start)
		}
	}
	f("America/Sao_Paulo", "2017-10-15", "2017-10-15T03:00") // 00:00 does not exist
	f("America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00") // 23:00 of the 17th came twice
	f("America/Havana", "2019-11-03", "2019-11-03T04:00")    // 00:00 comes twice
	f("America/Havana", "2019-03-10", "2019-03-10T05:00")    // 00:00 does not exist
	f("America/New_York", "2019-03-10", "2019-03-10T05:00")
	f("Asia/Ho_Chi_Minh", "2019-10-05", "2019-10-04T17:00")
	f("UTC", "1969-12-31", "1969-12-31T00:00")
}

func TestStartEveryDay(t *testing.T) {
	looked := 0
	for _, name := range []string{"America/Sao_Paulo", "America/Havana", "Asia/Beirut", "Africa/Cairo", "Europe/London", "Australia/Lord_Howe", "Asia/Ho_Chi_Minh"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Skip("no time zones on this machine")
		}
		for d := day(t, "2010-01-01"); d < day(t, "2027-01-01"); d++ {
			looked++
			start := d.Start(loc)
			if DayOf(start, loc) != d || DayOf(start.Add(-1), loc) != d-1 || !d.End(loc).Add(time.Millisecond).Equal((d + 1).Start(loc)) {
				t.Fatalf("%s in %s starts %s, ends %s", d, name, start, d.End(loc))
			}
		}
	}
	if looked < 40_000 {
		t.Fatalf("only %d days", looked)
	}
}

func FuzzParseDay(f *testing.F) {
	for _, s := range []string{"2019-10-05", "2024-02-29", "2023-02-29", "0000-01-01", "9999-12-31", "2019-1-5", "２０１９-10-05"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDay(s)
		if err == nil && d.String() != s {
			t.Fatalf("%q is read as %s", s, d)
		}
		if _, timeErr := time.Parse(time.DateOnly, s); (err == nil) != (timeErr == nil) {
			t.Fatalf("%q: %v, package time says %v", s, err, timeErr)
		}
	})
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		_ = Day(18_000).Start(zone)
	}
}
