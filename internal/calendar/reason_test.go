package calendar

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// why is a check of what kind of day a day is in the calendar, and of its words.
func why(t *testing.T, c *Calendar) func(s string, kind Kind, vi, en string) {
	return func(s string, kind Kind, vi, en string) {
		t.Helper()
		r, err := c.Why(day(t, s))
		gotVI, gotEN := r.Words()
		if err != nil || r.Kind != kind || gotVI != vi || gotEN != en {
			t.Errorf("%s: %s, %q, %q, %v; want %s, %q, %q", s, r.Kind, gotVI, gotEN, err, kind, vi, en)
		}
	}
}

// TestWhy: what kind of day a day is, and its words, by the table of DOMAIN.md §3.
func TestWhy(t *testing.T) {
	c := office(t)
	f := why(t, c)
	f("2019-09-02", Public, "Quốc khánh", "National Day, public holiday")
	f("2018-09-03", Public, "nghỉ bù Quốc khánh", "National Day, day off in lieu")
	f("2026-02-17", Public, "Tết Nguyên đán", "Lunar New Year (Tết), public holiday")
	f("2026-04-27", Public, "nghỉ bù Giỗ Tổ Hùng Vương", "Hùng Kings' Commemoration Day, day off in lieu")
	f("2026-11-24", Public, "Ngày Văn hóa Việt Nam", "Vietnam Culture Day, public holiday")
	f("2022-04-30", Public, "Ngày Chiến thắng", "Victory Day, public holiday") // a Saturday
	f("2026-08-31", SwappedOff, "nghỉ hoán đổi, làm bù 22/08/2026", "swapped off, worked on 22 Aug 2026 instead")
	f("2026-08-22", SwappedWorking, "làm bù cho 31/08/2026", "worked instead of 31 Aug 2026")
	f("2018-12-31", SwappedOff, "nghỉ hoán đổi, làm bù 05/01/2019", "swapped off, worked on 5 Jan 2019 instead")
	f("2019-01-05", SwappedWorking, "làm bù cho 31/12/2018", "worked instead of 31 Dec 2018")
	f("2025-03-08", Weekend, "cuối tuần", "weekend")
	f("2024-02-29", Working, "", "")
	if _, err := c.Why(day(t, "2028-01-01")); !errors.Is(err, ErrOutside) {
		t.Errorf("a day that no notice has decreed: %v", err)
	}
	always, _ := set.Get("days")
	if r, err := always.Why(day(t, "2031-01-01")); err != nil || r.Kind != Working {
		t.Errorf("in the calendar of all days: %v, %v", r, err)
	}
}

// TestWhyOfAnOwnCalendar: days of a city's own have its words; what it does not name stays as its base has it.
func TestWhyOfAnOwnCalendar(t *testing.T) {
	plan := Office()
	plan.Name, plan.Week[time.Friday] = "own", nil
	plan.Week[time.Saturday] = []Hours{{From: 8 * 60, To: 11 * 60}}
	for _, s := range []string{"2025-05-13", "2025-05-14"} {
		plan.Days[day(t, s)] = nil
	}
	plan.Why[day(t, "2025-05-13")] = Reason{Kind: Off, VI: "Ngày Giải phóng Hải Phòng", EN: "Liberation of Hải Phòng"}
	plan.Days[day(t, "2025-05-15")] = []Hours{{From: 7 * 60, To: 11 * 60}}
	c, err := New(plan, zone)
	if err != nil {
		t.Fatal(err)
	}
	f := why(t, c)
	f("2025-05-13", Off, "ngày nghỉ: Ngày Giải phóng Hải Phòng", "day off: Liberation of Hải Phòng")
	f("2025-05-14", Off, "ngày nghỉ", "day off")
	f("2025-05-15", Special, "giờ làm việc riêng", "hours of its own")
	f("2025-05-16", RestDay, "ngày nghỉ hằng tuần", "weekly day off")
	f("2025-05-17", Working, "", "")
	f("2025-05-18", Weekend, "cuối tuần", "weekend")
	f("2025-09-02", Public, "Quốc khánh", "National Day, public holiday")
}

// TestNamesOfThePublishedTable: every day of it has its kind and begins with our name for it.
func TestNamesOfThePublishedTable(t *testing.T) {
	c, named := office(t), map[Day]bool{}
	for _, row := range publishedTable(t) {
		d, kind, name := day(t, row[0]), strings.ReplaceAll(row[1], "-", "_"), row[2]
		named[d] = true
		r, err := c.Why(d)
		if err != nil || string(r.Kind) != kind || r.InLieu != strings.Contains(name, "nghỉ bù") || (r.Kind == Public) != (r.VI != "") ||
			!strings.HasPrefix(name, r.VI) || (r.Other != 0) != strings.Contains(name, r.Other.String()) {
			t.Errorf("%s, %s, %s: %+v, %v", d, kind, name, r, err)
		}
	}
	for d := c.first; d <= c.last; d++ {
		if r, err := c.Why(d); err != nil || !named[d] && r.Kind != Working && r.Kind != Weekend {
			t.Errorf("%s is in no table: %+v, %v", d, r, err)
		}
	}
}
