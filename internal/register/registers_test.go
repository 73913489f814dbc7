package register_test

import (
	"strings"
	"testing"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/register"
)

// TestBefore: a version counts for what was closed after it was recorded, not at that instant.
func TestBefore(t *testing.T) {
	r := loaded(t, register.Agencies, someAgencies, register.Agencies, strings.ReplaceAll(someAgencies, "Sở Xây dựng", "Sở Mới"))
	name := func(at time.Time) string {
		a, _ := r.At(at).Agency("H24.17", 0)
		return a.NameVI
	}
	f := func(at time.Time, want string) {
		t.Helper()
		if got := name(at); got != want {
			t.Errorf("at %s: %q, want %q", at, got, want)
		}
	}
	f(recorded(1).Add(-time.Hour), "")
	f(recorded(1), "")
	f(recorded(1).Add(time.Millisecond), "Sở Xây dựng")
	f(recorded(2), "Sở Xây dựng")
	f(recorded(2).Add(time.Millisecond), "Sở Mới")
	f(time.Time{}, "Sở Mới")
}

// TestLoads are numbered, hashed and told per register.
func TestLoads(t *testing.T) {
	r := loaded(t, register.Agencies, someAgencies, register.Procedures, "procedures: []", register.Agencies, someAgencies+"\n")
	loads := r.Loads()
	if r.Version() != 3 || len(loads) != 3 || loads[2].Version != 3 || loads[2].Kind != register.Agencies || !loads[2].Recorded.Equal(recorded(3)) || len(loads[2].SHA256) != 64 {
		t.Errorf("%d, %+v", r.Version(), loads)
	}
	if l, ok := r.At(time.Time{}).Load(register.Procedures); !ok || l != loads[1] {
		t.Errorf("procedures: %+v", l)
	}
	if l, ok := r.At(recorded(3)).Load(register.Agencies); !ok || l != loads[0] {
		t.Errorf("agencies before the third: %+v", l)
	}
	if l, ok := r.At(time.Time{}).Load(register.Targets); ok {
		t.Errorf("targets: %+v", l)
	}
}

// TestSameContentAddsNothing, and calendars are compared one by one.
func TestSameContentAddsNothing(t *testing.T) {
	const a, b = "name: a\nbase: vn-office\n", "name: b\nbase: vn-office\n"
	r := loaded(t, register.Agencies, someAgencies, register.Calendars, a, register.Calendars, b)
	for _, f := range []struct {
		kind    register.Kind
		content string
	}{{register.Agencies, someAgencies}, {register.Calendars, a}, {register.Calendars, b}, {register.Calendars, "---\n" + b + "---\n" + a}} {
		if again, err := r.With(f.kind, []byte(f.content), recorded(9)); again != r || err != nil {
			t.Errorf("%s again: %d versions, %v", f.kind, again.Version(), err)
		}
	}
	if got, want := r.At(time.Time{}).Content(register.Calendars), a+"---\n"+b; got != want {
		t.Errorf("calendars: %q, want %q", got, want)
	}
	if next, err := r.With(register.Calendars, []byte(a+"source: x"), recorded(9)); err != nil || next.Version() != 4 {
		t.Errorf("another a: %v", err)
	}
	if _, err := r.With(register.Agencies, []byte(someAgencies+"\n"), recorded(3)); err == nil {
		t.Error("a load that was recorded no later than the last one was taken")
	}
}

// TestOwnCalendars: each rule of a calendar's file, and a city's own version of vn-office.
func TestOwnCalendars(t *testing.T) {
	r := loaded(t, register.Calendars, `name: half
from: 2026-01-01
to: 2026-12-31
hours:
  monday: ["07:00-11:30", "13:30-17:00"]
  tuesday: ["07:00-11:30"]
off: [2026-01-05, 2026-01-12..2026-01-13]
swapped:
  - {off: 2026-01-19, on: 2026-01-24}
special:
  - {day: 2026-01-26, hours: ["09:00-10:00"]}
  - {day: 2026-01-28, hours: ["00:00-24:00"]}
`, register.Calendars, `name: vn-office
base: vn-office
to: 2028-12-31
off: [2028-01-03]
---
name: based
base: vn-office
grain: instant
hours: {monday: [], saturday: ["07:00-11:30"]}
`)
	const hour = 3_600_000
	f := func(name, d string, want calendar.Work) {
		t.Helper()
		c, ok := r.At(time.Time{}).Calendars().Get(name)
		if !ok {
			t.Fatalf("no calendar %s", name)
		}
		got, err := c.Work(day(t, d).Start(zone), (day(t, d) + 1).Start(zone))
		if err != nil || got != want {
			t.Errorf("%s on %s: %d, %v, want %d", name, d, got, err, want)
		}
	}
	f("half", "2026-01-06", 4.5*hour) // a Tuesday
	f("half", "2026-01-07", 0)
	f("half", "2026-01-05", 0)
	f("half", "2026-01-12", 0)
	f("half", "2026-01-13", 0)
	f("half", "2026-01-19", 0)
	f("half", "2026-01-24", 8*hour)
	f("half", "2026-01-26", hour)
	f("half", "2026-01-28", 24*hour)
	f("vn-office", "2028-01-03", 0)
	f("vn-office", "2028-01-04", 8*hour)
	f("vn-office", "2026-02-16", 0)
	f("based", "2026-01-05", 0)      // a Monday
	f("based", "2026-01-06", 8*hour) // a Tuesday
	f("based", "2026-01-03", 4.5*hour)
	f("based", "2026-01-10", 8*hour) // a Saturday on which vn-office works
	f("based", "2023-09-02", 0)      // a holiday on a Saturday
	f("based", "2028-01-03", 0)      // by the city's vn-office
	if c, _ := r.At(recorded(2)).Calendars().Get("vn-office"); c == nil {
		t.Error("no vn-office before")
	} else if _, err := c.Works(day(t, "2028-01-03")); err == nil {
		t.Error("the vn-office of before covers 2028")
	}
}

// TestDaysOfOwnCalendarsHaveReasons: the names that a file gives, the base's for what it does not name.
func TestDaysOfOwnCalendarsHaveReasons(t *testing.T) {
	r := loaded(t, register.Calendars, `name: city
base: vn-office
off:
  - 2026-07-20..2026-07-21
  - {day: 2026-05-13, names: {vi: "Ngày Giải phóng Hải Phòng", en: "Liberation of Hải Phòng"}}
  - 2026-09-02
swapped:
  - {off: 2026-06-15, on: 2026-06-20}
special:
  - {day: 2026-02-13, hours: ["07:30-11:30"], names: {vi: "Trước Tết", en: "Before Tết"}}
  - {day: 2026-02-12, hours: ["07:30-11:30"]}
`)
	v := r.At(time.Time{})
	c, _ := v.Calendars().Get("city")
	f := func(d, vi, en string) {
		t.Helper()
		why, err := c.Why(day(t, d))
		gotVI, gotEN := why.Words()
		if err != nil || gotVI != vi || gotEN != en {
			t.Errorf("%s: %q, %q, %v; want %q, %q", d, gotVI, gotEN, err, vi, en)
		}
	}
	f("2026-05-13", "ngày nghỉ: Ngày Giải phóng Hải Phòng", "day off: Liberation of Hải Phòng")
	f("2026-07-21", "ngày nghỉ", "day off")
	f("2026-09-02", "Quốc khánh", "National Day, public holiday")
	f("2026-06-15", "nghỉ hoán đổi, làm bù 20/06/2026", "swapped off, worked on 20 Jun 2026 instead")
	f("2026-06-20", "làm bù cho 15/06/2026", "worked instead of 15 Jun 2026")
	f("2026-02-13", "giờ làm việc riêng: Trước Tết", "hours of its own: Before Tết")
	f("2026-02-12", "giờ làm việc riêng", "hours of its own")
	f("2026-08-22", "làm bù cho 31/08/2026", "worked instead of 31 Aug 2026")
	if !v.OwnCalendar("city") || v.OwnCalendar("vn-office") {
		t.Error("which calendars are the city's own is not known")
	}
}

// TestProcedureCode strips nothing but an old suffix. Source: DOMAIN.md §2.
func TestProcedureCode(t *testing.T) {
	for code, want := range map[string]string{
		"1.000123.000.00.00.H24": "1.000123", "2.000635.000.00.12.G09": "2.000635", "1.000123": "1.000123", "": "",
		"1.000123.000.00.00.h24": "1.000123.000.00.00.h24", "1.000123.000.00.00.H2": "1.000123.000.00.00.H2",
		"1-000123.000.00.00.H24": "1-000123.000.00.00.H24", "a.000123.000.00.00.H24": "a.000123.000.00.00.H24",
	} {
		if got := register.ProcedureCode(code); got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
	r := loaded(t, register.Procedures, `procedures:
  - {code: 1.000100, names: {vi: a, en: a}, field: Đất đai, to: 2020-12-31}
  - {code: 1.000100.000.00.00.H24, names: {vi: b, en: b}, field: Xây dựng, supplement: restart, fee: 0, term: 7, from: 2021-02-01}
`)
	v := r.At(time.Time{})
	for d, want := range map[string]string{"2020-12-31": "a", "2021-01-15": "", "2021-02-01": "b"} {
		for _, code := range []string{"1.000100", "1.000100.000.00.00.H24"} {
			if p, ok := v.Procedure(code, day(t, d)); p.NameVI != want || ok != (want != "") {
				t.Errorf("%s on %s: %+v, want %s", code, d, p, want)
			}
		}
	}
	if p, _ := v.Procedure("1.000100", day(t, "2022-01-01")); !p.Restart || p.Fee == nil || *p.Fee != 0 || p.Term != 7 || p.Code != "1.000100" {
		t.Errorf("%+v", p)
	}
	if f := v.Fields(day(t, "2021-01-15")); f["1.000100"] != "Đất đai" || len(f) != 1 {
		t.Errorf("between two entries: %v", f)
	}
	if f := v.Fields(day(t, "1990-01-01")); f["1.000100"] != "Đất đai" {
		t.Errorf("before the first: %v", f)
	}
}
