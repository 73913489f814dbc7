package importer

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/register"
)

var workdays = strings.NewReplacer("{column: hen}", "{column: nop, add: 5wd}").Replace(good)

// fiveDays reads a row that was opened at an instant, and returns its events and rejects.
func fiveDays(t *testing.T, mapping, at string, calendars Calendars) string {
	t.Helper()
	batches, _ := fill(t, mapping, "a.csv", "ma,nop,don_vi,tt,hen,st,xong\n1,"+at+",a,b,,,\n", calendars)
	return fmt.Sprintf("%s %v", batches[0].Events, batches[0].Rejects)
}

func TestWorkingDaysOfThePromise(t *testing.T) {
	f := func(at, want string) {
		t.Helper()
		if got := fiveDays(t, workdays, at, Builtin); !strings.Contains(got, want) {
			t.Errorf("five working days from %s: %s, want %s", at, got, want)
		}
	}
	f("2026-03-02", `"due":"2026-03-09"`)
	// Friday before Tết 2026: 16 to 20 February are off (holidays_vn.csv), so the five are 23 to 27 February.
	f("2026-02-13 16:00", `"due":"2026-02-27"`)
	f("2039-02-13", "does not cover")
}

// By hand: where 24 February 2026 is off as well, the five after the 13th are 23, 25, 26, 27 February and 2 March. The 29th of December
// 2027 is a Wednesday: 30, 31, and where the city has no holiday of 2028 yet, 3, 4 and 5 January, for the 1st and 2nd are a weekend.
func TestWorkingDaysOfTheCity(t *testing.T) {
	registers, err := register.Empty(time.UTC, nil).With(register.Calendars, []byte("name: vn-office\nbase: vn-office\nto: 2028-12-31\noff: [2026-02-24]\n---\n"+
		"name: mot-cua\nbase: vn-office\nspecial: [{day: 2026-02-21, hours: [\"07:30-11:30\"]}]\n"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	city := func() (calendar.Set, error) {
		asked++
		return registers.At(time.Time{}).Calendars(), nil
	}
	own := "calendar: mot-cua\n" + workdays
	f := func(mapping, at, want string) {
		t.Helper()
		if got := fiveDays(t, mapping, at, city); !strings.Contains(got, want) {
			t.Errorf("five working days from %s: %s, want %s", at, got, want)
		}
	}
	f(workdays, "2026-02-13 16:00", `"due":"2026-03-02"`)
	f(workdays, "2027-12-29", `"due":"2028-01-05"`)
	f(own, "2026-02-13 16:00", `"due":"2026-02-27"`) // Saturday, the 21st, is worked
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
	var wrong *MappingError
	if _, err := ParseMapping("m.yaml", []byte(own), Builtin); !errors.As(err, &wrong) || !strings.Contains(err.Error(), `"mot-cua" is none of continuous, days and vn-office; load it`) {
		t.Errorf("a calendar that is not known: %v", err)
	}
	away := errors.New("the server can't be reached")
	nobody := func() (calendar.Set, error) { return calendar.Set{}, away }
	if _, err := ParseMapping("m.yaml", []byte(own), nobody); !errors.Is(err, away) {
		t.Errorf("the calendars are not to be had: %v", err)
	}
	if _, err := ParseMapping("m.yaml", []byte(good), nobody); err != nil {
		t.Errorf("no working days are counted: %v", err)
	}
}
