package register_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"tiendo/internal/calendar"
	"tiendo/internal/register"
	"tiendo/internal/simulator"
)

// example returns the registers of examples/registers/hai-phong.
func example(t testing.TB) *register.Registers {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		} else if !errors.Is(err, os.ErrNotExist) || dir == filepath.Dir(dir) {
			t.Fatal("the project's root was not found")
		}
	}
	known := func(id string) (register.Figure, bool) { return register.Figure{}, true }
	r := register.Empty(zone, known)
	for i, f := range []struct {
		kind register.Kind
		name string
	}{
		{register.Calendars, "calendars/mot-cua.yaml"},
		{register.Agencies, "agencies.yaml"},
		{register.Procedures, "procedures.yaml"},
		{register.Targets, "targets.yaml"},
	} {
		content, err := os.ReadFile(filepath.Join(dir, "examples", "registers", "hai-phong", f.name))
		if err != nil {
			t.Fatal(err)
		}
		if r, err = r.With(f.kind, content, recorded(i+1)); err != nil {
			t.Fatalf("%s:\n%v", f.name, err)
		}
	}
	return r
}

func day(t testing.TB, s string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestHaiPhongIsTheSimulatedCity: the example names what the simulator plays.
func TestHaiPhongIsTheSimulatedCity(t *testing.T) {
	v := example(t).At(recorded(20))
	then := day(t, "2019-10-01")
	for _, want := range simulator.Agencies() {
		got, ok := v.Agency(want.Code, then)
		if !ok || got.NameVI != want.NameVI || got.NameEN != want.NameEN || got.Group != want.Group || got.Parent != simulator.CityCode {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	for _, want := range simulator.Procedures() {
		got, ok := v.Procedure(want.Code, then)
		if !ok || got.NameVI != want.NameVI || got.NameEN != want.NameEN || got.Field != want.Field || got.Term != want.Term || got.Fee == nil || *got.Fee != int64(want.Fee) {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if n := len(v.Agencies(then)); n != len(simulator.Agencies())+1+6 { // the city itself, and Hải Dương's
		t.Errorf("%d agencies in 2019", n)
	}
}

// TestHaiPhongBeforeAndAfter the first of July 2025. Source: DOMAIN.md §2.
func TestHaiPhongBeforeAndAfter(t *testing.T) {
	v := example(t).At(recorded(20))
	groups := func(d string) map[string]int {
		n := map[string]int{}
		for _, a := range v.Agencies(day(t, d)) {
			n[a.Group]++
		}
		return n
	}
	if n := groups("2025-06-30"); n["district"] != 15 || n["commune"] != 0 || n["department"] != 20-6+1 {
		t.Errorf("before: %v", n)
	}
	if n := groups("2025-07-01"); n["district"] != 0 || n["commune"] != 114 || n["department"] != 15 {
		t.Errorf("after: %v", n)
	}
	if n := len(v.AgenciesIn(day(t, "2025-01-01"), day(t, "2025-12-31"))); n != 1+20+1+15+114+6 {
		t.Errorf("%d agencies in 2025", n)
	}
	name := func(code, d string) string {
		a, _ := v.Agency(code, day(t, d))
		return a.NameVI
	}
	for _, c := range [][3]string{
		{"H24.28", "2024-12-31", "Huyện An Dương"},
		{"H24.28", "2025-01-01", "Quận An Dương"},
		{"H24.33", "2025-06-30", "Thành phố Thủy Nguyên"},
		{"H24.33", "2025-07-01", ""},
		{"H24.108", "2025-07-01", "Phường Thủy Nguyên"},
		{"H24.115", "2025-07-01", "Đặc khu Bạch Long Vĩ"},
	} {
		if got := name(c[0], c[1]); got != c[2] {
			t.Errorf("%s on %s is %q, want %q", c[0], c[1], got, c[2])
		}
	}
	for _, c := range [][3]string{
		{"H24.24", "2025-06-30", "H24.24"},
		{"H24.24", "2025-07-01", "H24.101"},
		{"H24.05", "2025-02-28", "H24.05"},
		{"H24.05", "2025-03-01", "H24.17"},
		{"H24.13", "2026-01-01", "H24.36"},
		{"H23.02", "2025-07-01", "H24.12"},
		{"H24.17", "2026-01-01", "H24.17"},
		{"unknown", "2026-01-01", "unknown"},
	} {
		if got := v.Successor(c[0], day(t, c[1])); got != c[2] {
			t.Errorf("%s is %s by %s, want %s", c[0], got, c[1], c[2])
		}
	}
	after := day(t, "2026-01-01")
	if s := v.Successors(after); len(s) != 6+15+6 || s["H24.24"] != "H24.101" {
		t.Errorf("%d successors: %v", len(s), s)
	}
	if g := v.Groups(after); g["H24.24"] != "district" || g["H24.101"] != "commune" || g["H24"] != "" {
		t.Errorf("groups: %v", g)
	}
	for _, c := range []struct {
		agency, period string
		want           float64
	}{
		{"H24.12", "quarter", .99}, {"H24.12", "month", .98}, {"H24.101", "month", .92}, {"H24.24", "month", .98}, {"", "quarter", .98}, {"nowhere", "", .98},
	} {
		if got, ok := v.Target("dossier.on_time_rate", c.agency, c.period, after); !ok || got.Target != c.want {
			t.Errorf("target of %q by %s: %+v, want %g", c.agency, c.period, got, c.want)
		}
	}
	if got, ok := v.Target("online.uptake", "H24.12", "month", after); ok {
		t.Errorf("a target for years holds for a month: %+v", got)
	}
}

// TestHaiPhongCounter: the calendar of the example, with its half days.
func TestHaiPhongCounter(t *testing.T) {
	c, ok := example(t).At(recorded(20)).Calendars().Get("mot-cua")
	if !ok || c.Grain() != calendar.ByInstant {
		t.Fatalf("%v", c)
	}
	for d, want := range map[string]calendar.Work{
		"2025-06-27": 7.5 * 3600 * 1000, "2025-06-28": 0, "2025-06-30": 4 * 3600 * 1000, "2025-07-01": 8 * 3600 * 1000,
		"2026-02-13": 4 * 3600 * 1000, "2026-02-16": 0, "2026-08-22": 8 * 3600 * 1000, "2026-08-31": 0,
	} {
		got, err := c.Work(day(t, d).Start(zone), day(t, d).End(zone))
		if err != nil || got != want {
			t.Errorf("%s: %d, %v, want %d", d, got, err, want)
		}
	}
}
