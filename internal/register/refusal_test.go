package register_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tiendo/internal/register"
)

var zone = time.FixedZone("+07", 7*60*60)

func figures(id string) (register.Figure, bool) {
	switch id {
	case "dossier.on_time_rate":
		return register.Figure{Ratio: true, Higher: true}, true
	case "dossier.open_overdue":
		return register.Figure{Lower: true}, true
	case "dossier.received":
		return register.Figure{}, true
	default:
		return register.Figure{}, false
	}
}

// recorded is the instant of the n-th load of a test.
func recorded(n int) time.Time { return time.Date(2026, 1, n, 9, 0, 0, 0, zone) }

const someAgencies = `agencies:
  - {code: H24, names: {vi: Ủy ban nhân dân thành phố, en: City People's Committee}}
  - {code: H24.17, names: {vi: Sở Xây dựng, en: Department of Construction}, group: department, parent: H24}
`

// refused loads a file and returns its faults.
func refused(t *testing.T, r *register.Registers, kind register.Kind, content string) []string {
	t.Helper()
	next, err := r.With(kind, []byte(content), recorded(20))
	var refusal *register.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("want a refusal, got %v, %v", next, err)
	}
	var said []string
	for _, f := range refusal.Faults {
		said = append(said, f.String())
	}
	return said
}

// TestRefused: each file is refused for one reason, at its place, with what would do.
func TestRefused(t *testing.T) {
	base, err := register.Empty(zone, figures).With(register.Agencies, []byte(someAgencies), recorded(1))
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	f := func(kind register.Kind, content, place string, words ...string) {
		t.Helper()
		tried++
		said := refused(t, base, kind, content)
		if len(said) != 1 || !strings.HasPrefix(said[0], place+": ") {
			t.Errorf("got\n%s\nwant one fault, at %s", strings.Join(said, "\n"), place)
			return
		}
		for _, w := range words {
			if !strings.Contains(said[0], w) {
				t.Errorf("%s does not say %q", said[0], w)
			}
		}
	}
	agency := func(more string) string {
		return "agencies:\n  - code: A\n    names: {vi: a, en: a}\n    " + strings.ReplaceAll(more, "\n", "\n    ") + "\n  - {code: B, names: {vi: b, en: b}}\n"
	}
	procedure := func(more string) string {
		return "procedures:\n  - code: 1.000123\n    names: {vi: a, en: a}\n    " + more + "\n"
	}
	target := func(more string) string {
		return "targets:\n  - figure: dossier.on_time_rate\n    " + strings.ReplaceAll(more, "\n", "\n    ") + "\n"
	}
	own := func(more string) string {
		return "name: c\nfrom: 2026-01-01\nto: 2026-12-31\nhours: {monday: [\"07:00-11:30\"]}\n" + more + "\n"
	}
	f("streets", "streets: []", "line 1, column 1", "agencies, procedures, targets")
	// What any file can have.
	f(register.Agencies, "", "line 1, column 1", "nothing in it")
	f(register.Agencies, "# only a comment\n", "line 1, column 1", "nothing in it")
	f(register.Agencies, "agencies: [", "line 1, column 11", "no YAML")
	f(register.Agencies, "agencies:\n\t- code: A", "line 2, column 1", "no YAML")
	f(register.Agencies, "- code: A", "line 1, column 1", "agencies: …")
	f(register.Agencies, "{}", "line 1, column 1", "list of agencies is missing")
	f(register.Agencies, "agencys: []", "line 1, column 1: agencys", "no such member", "agencies")
	f(register.Agencies, "agencies: H24", "line 1, column 11: agencies", "a list")
	f(register.Agencies, "agencies:\n  - H24", "line 2, column 5", "members", "code")
	f(register.Agencies, "agencies: []\n---\nagencies: []\n", "line 3, column 1", "second document")
	f(register.Agencies, "agencies: []\n# \xff\n", "line 2, column 1", "UTF-8")
	f(register.Agencies, "agencies: []\n# \x00\n", "line 2, column 1", "zero byte")
	f(register.Agencies, "agencies: []\n# "+strings.Repeat("x", 3000), "line 2, column 1", "break it")
	f(register.Agencies, "agencies:\n"+strings.Repeat("[", 600), "line 2, column 1", "brackets")
	f(register.Agencies, strings.Repeat("# a comment\n", 400_000), "line 1, column 1", "at most")
	f(register.Agencies, agency("group: g\ngroup: h"), "line 5, column 5", "already defined")
	f(register.Agencies, agency(`"group": g`+"\n'group': h"), "line 5, column 5", "already")
	f(register.Agencies, agency("grup: department"), "line 4, column 5: grup", "no such member", "group")
	f(register.Agencies, agency("group: [g]"), "line 4, column 12: group", "single text")
	f(register.Agencies, agency("group: &g department"), "line 4, column 12: group", "without anchor")
	f(register.Agencies, agency("<<: {group: g}"), "line 4, column 5", "no such member")
	// Agencies.
	f(register.Agencies, agency("group: two words"), "line 4, column 12: group", "two words", "letters, digits")
	f(register.Agencies, agency("from: 1/7/2025"), "line 4, column 11: from", "2025-07-01")
	f(register.Agencies, agency("from: 2025-02-29"), "line 4, column 11: from", "2025-07-01")
	f(register.Agencies, agency("to: 3000-01-01"), "line 4, column 9: to", "2199-12-31")
	f(register.Agencies, agency("from: 2025-07-01\nto: 2025-06-30"), "line 4, column 11: from", "lies after to")
	f(register.Agencies, agency("parent: C"), "line 4, column 13: parent", `"C" is no code of this file`)
	f(register.Agencies, agency("parent: A"), "line 4, column 13: parent", "circle: A → A")
	f(register.Agencies, agency("successor: C\nto: 2025-06-30"), "line 4, column 16: successor", `"C"`)
	f(register.Agencies, agency("successor: B"), "line 4, column 16: successor", "last day under to")
	f(register.Agencies, "agencies:\n  - names: {vi: a, en: a}\n", "line 2, column 5: code", "missing")
	f(register.Agencies, "agencies:\n  - code: A\n", "line 2, column 5: names", "names: {vi")
	f(register.Agencies, "agencies:\n  - {code: A, names: {vi: a}}\n", "line 2, column 23: names.en", "missing")
	f(register.Agencies, "agencies:\n  - {code: A, names: {vi: a, en: a, fr: a}}\n", "line 2, column 37: names.fr", "no such member")
	f(register.Agencies, "agencies:\n  - {code: A, names: {vi: \"a\\nb\", en: a}}\n", "line 2, column 27: names.vi", "line break")
	f(register.Agencies, "agencies:\n  - {code: A, names: {vi: "+strings.Repeat("a", 301)+", en: a}}\n", "line 2, column 27: names.vi", "300")
	f(register.Agencies, agency("to: 2025-06-30")+"  - {code: A, names: {vi: a, en: a}, from: 2025-06-30}\n", "line 6, column 44: from", "line 2", "2025-06-30")
	f(register.Agencies, agency("to: 2025-06-30")+"  - {code: A, names: {vi: a, en: a}}\n", "line 6, column 6: from", "overlaps")
	f(register.Agencies, `agencies:
  - {code: A, names: {vi: a, en: a}, to: 2020-01-01, successor: B}
  - {code: B, names: {vi: a, en: a}, to: 2021-01-01, successor: C}
  - {code: C, names: {vi: a, en: a}, to: 2022-01-01, successor: A}
`, "line 4, column 65: successor", "A → B → C → A")
	f(register.Agencies, "agencies:\n  - {code: A, names: {vi: a, en: a}, parent: B}\n  - {code: B, names: {vi: a, en: a}, parent: A}\n", "line 3, column 46: parent", "A → B → A")
	// Procedures.
	f(register.Procedures, procedure("calendar: lunar"), "line 4, column 15: calendar", "lunar", "vn-office")
	f(register.Procedures, procedure("term: ten"), "line 4, column 11: term", "whole number")
	f(register.Procedures, procedure("term: -1"), "line 4, column 11: term", "whole number")
	f(register.Procedures, procedure("term: 5000"), "line 4, column 11: term", "3660")
	f(register.Procedures, procedure("fee: 150_000"), "line 4, column 10: fee", "without separators")
	f(register.Procedures, procedure("supplement: stop"), "line 4, column 17: supplement", "extend, restart")
	f(register.Procedures, procedure("online: 5"), "line 4, column 13: online", "partial, full")
	f(register.Procedures, procedure("")+"  - {code: 1.000123.000.00.00.H24, names: {vi: a, en: a}}\n", "line 5, column 6: from", "overlaps")
	// Targets.
	f(register.Targets, "targets:\n  - target: 1\n", "line 2, column 5: figure", "missing")
	f(register.Targets, "targets:\n  - {figure: dossier.on_time, target: 1}\n", "line 2, column 14: figure", "no figure", "/v1/kpis")
	f(register.Targets, target("warn: 0.9"), "line 2, column 5: target", "missing")
	f(register.Targets, target("target: 95"), "line 3, column 13: target", "0.95")
	f(register.Targets, target("target: 95 %"), "line 3, column 13: target", "0.95")
	f(register.Targets, target("target: 0.9\nwarn: 0.95"), "line 4, column 11: warn", "at or below")
	f(register.Targets, "targets:\n  - {figure: dossier.open_overdue, target: 10, warn: 5}\n", "line 2, column 54: warn", "at or above")
	f(register.Targets, target("target: 0.9\nperiod: quartal"), "line 4, column 13: period", "quarter")
	f(register.Targets, target("target: 0.9\nagency: H24.99"), "line 4, column 13: agency", "H24.99")
	f(register.Targets, target("target: 0.9\ngroup: ministry"), "line 4, column 12: group", "ministry")
	f(register.Targets, target("target: 0.9\nagency: H24.17\ngroup: department"), "line 5, column 12: group", "leave one")
	f(register.Targets, target("target: 0.9\nto: 2026-12-31")+"  - {figure: dossier.on_time_rate, target: 1, from: 2026-12-31}\n", "line 5, column 53: from", "overlaps")
	// Calendars.
	f(register.Calendars, "\n", "line 1, column 1", "0 calendars")
	f(register.Calendars, "from: 2026-01-01\nto: 2026-12-31\nhours: {monday: [\"07:00-11:30\"]}", "line 1, column 1: name", "missing")
	f(register.Calendars, own("name2: c"), "line 5, column 1: name2", "no such member")
	f(register.Calendars, "name: days\nbase: vn-office", "line 1, column 7: name", "built in")
	f(register.Calendars, "name: c\nbase: lunar\nfrom: 2026-01-01\nto: 2026-12-31\nhours: {monday: [\"07:00-11:30\"]}", "line 2, column 7: base", "vn-office")
	f(register.Calendars, own("grain: hour"), "line 5, column 8: grain", "day, instant")
	f(register.Calendars, "name: c\nto: 2026-12-31\nhours: {monday: [\"07:00-11:30\"]}", "line 1, column 1: from", "missing")
	f(register.Calendars, "name: c\nfrom: 2026-01-01\nto: 2026-12-31", "line 1, column 1: hours", "missing")
	f(register.Calendars, "name: c\nfrom: 2026-01-01\nto: 2025-12-31\nhours: {monday: [\"07:00-11:30\"]}", "line 2, column 7: from", "after to")
	f(register.Calendars, "name: c\nfrom: 1950-01-01\nto: 2150-12-31\nhours: {monday: [\"07:00-11:30\"]}", "line 3, column 5: to", "60 years")
	f(register.Calendars, "name: c\nfrom: 2026-01-01\nto: 2026-12-31\nhours: {monday: []}", "line 1, column 1: hours", "no hour of work")
	f(register.Calendars, "name: c\nbase: vn-office\nhours: {mon: []}", "line 3, column 9: hours.mon", "monday")
	f(register.Calendars, "name: c\nbase: vn-office\nhours: {monday: [7-11]}", "line 3, column 18: hours.monday", "07:00-11:30")
	f(register.Calendars, "name: c\nbase: vn-office\nhours: {monday: [\"11:30-07:00\"]}", "line 3, column 18: hours.monday", "07:00-11:30")
	f(register.Calendars, "name: c\nbase: vn-office\nhours: {monday: [\"13:30-17:00\", \"07:00-11:30\"]}", "line 3, column 33: hours.monday", "in order")
	f(register.Calendars, own("off: [2026-13-01]"), "line 5, column 7: off", "2026-02-16")
	f(register.Calendars, own("off: [2027-01-01]"), "line 5, column 7: off", "outside", "2026-12-31")
	f(register.Calendars, own("off: [2026-02-05..2026-02-01]"), "line 5, column 7: off", "ends before it starts")
	f(register.Calendars, own("off: [2026-02-05, 2026-02-01..2026-02-06]"), "line 5, column 19: off", "2026-02-05 is named twice")
	f(register.Calendars, own("off: [[2026-02-05]]"), "line 5, column 7: off", "a range of days")
	f(register.Calendars, own("off: [{day: 2026-02-05}]"), "line 5, column 8: off.names", "missing")
	f(register.Calendars, own("off: [{names: {vi: a, en: a}}]"), "line 5, column 8: off.day", "missing")
	f(register.Calendars, own("off: [{day: 2026-13-05, names: {vi: a, en: a}}]"), "line 5, column 13: off.day", "2026-02-16")
	f(register.Calendars, own("off: [{day: [2026-02-05], names: {vi: a, en: a}}]"), "line 5, column 13: off.day", "a range of days")
	f(register.Calendars, own("off: [2026-02-05, {day: 2026-02-05, names: {vi: a, en: a}}]"), "line 5, column 25: off.day", "2026-02-05 is named twice")
	f(register.Calendars, own("special: [{day: 2026-02-13, hours: [\"07:00-11:30\"], names: {vi: a}}]"), "line 5, column 61: special.names.en", "missing")
	f(register.Calendars, own("swapped: [{off: 2026-02-02}]"), "line 5, column 12: swapped.on", "missing")
	f(register.Calendars, own("swapped: [{off: 2026-02-03, on: 2026-02-07}]"), "line 5, column 17: swapped.off", "Tuesday, is off anyway")
	f(register.Calendars, own("swapped: [{off: 2026-02-02, on: 2026-02-09}]"), "line 5, column 33: swapped.on", "Monday, is a working day anyway")
	f(register.Calendars, own("special: [{day: 2026-02-13}]"), "line 5, column 12: special.hours", "under off")
	f(register.Calendars, own("special: [{hours: [\"07:00-11:30\"]}]"), "line 5, column 12: special.day", "missing")
	f(register.Calendars, own("special: [{day: 2026-02-13, hours: [\"07:00-11:30\"]}, {day: 2026-02-13, hours: [\"07:00-11:30\"]}]"), "line 5, column 60: special.day", "twice")
	f(register.Calendars, own("")+"---\n"+own(""), "line 7, column 7: name", "in this file already")
	f(register.Calendars, own("")+"---\n# another\nname: d\nbase: moon\nfrom: 2026-01-01\nto: 2026-12-31\nhours: {monday: [\"07:00-11:30\"]}", "line 9, column 7: base", "vn-office")
	if tried < 80 {
		t.Errorf("only %d files were tried", tried)
	}
}

// TestAllFaultsAreTold in the order of the file, but not without end.
func TestAllFaultsAreTold(t *testing.T) {
	r := register.Empty(zone, figures)
	said := refused(t, r, register.Agencies, "agencies:\n  - {code: A, names: {vi: a, en: a}, parent: X}\n  - {code: B B, names: {vi: a}}\n")
	want := []string{"line 2, column 46: parent", "line 3, column 12: code", "line 3, column 25: names.en"}
	for i, w := range want {
		if i >= len(said) || !strings.HasPrefix(said[i], w) {
			t.Fatalf("got %q, want %q", said, want)
		}
	}
	var b strings.Builder
	b.WriteString("agencies:\n")
	for i := range 500 {
		fmt.Fprintf(&b, "  - {code: A%d, names: {vi: a, en: a}, parent: X}\n", i)
	}
	if said := refused(t, r, register.Agencies, b.String()); len(said) != 100 {
		t.Errorf("%d faults are told, want 100", len(said))
	}
}

// TestRefusalNamesTheFile that it was told.
func TestRefusalNamesTheFile(t *testing.T) {
	_, err := register.Empty(zone, figures).With(register.Targets, []byte("targets:\n  - {figure: f, target: 1}"), recorded(1))
	var refusal *register.Refusal
	if !errors.As(err, &refusal) || !strings.HasPrefix(refusal.In("targets.yaml").Error(), "targets.yaml:2:14: figure: ") {
		t.Errorf("got %v", err)
	}
}

// TestNothingNamedIsLost: agencies that the targets name can't be left out of a later version.
func TestNothingNamedIsLost(t *testing.T) {
	r := loaded(t, register.Agencies, someAgencies, register.Targets, `targets:
  - {figure: dossier.on_time_rate, agency: H24.17, target: 0.95}
  - {figure: dossier.on_time_rate, group: department, target: 0.9}
`)
	said := refused(t, r, register.Agencies, "agencies:\n  - {code: H24, names: {vi: a, en: a}}\n")
	if len(said) != 2 || !strings.Contains(said[0], "agency H24.17") || !strings.Contains(said[1], "group department") || !strings.Contains(said[0], "version 2") {
		t.Errorf("got %q", said)
	}
	said = refused(t, loaded(t, register.Calendars, "name: c\nbase: vn-office\noff: [2027-03-01]"), register.Calendars, "name: vn-office\nbase: vn-office\nto: 2026-12-31")
	if len(said) != 1 || !strings.Contains(said[0], "calendar c") {
		t.Errorf("got %q", said)
	}
}

// loaded is registers with files, given as kind and content, loaded on 1 January 2026 and the days after.
func loaded(t testing.TB, files ...any) *register.Registers {
	t.Helper()
	r := register.Empty(zone, figures)
	for i := 0; i < len(files); i += 2 {
		var err error
		if r, err = r.With(files[i].(register.Kind), []byte(files[i+1].(string)), recorded(i/2+1)); err != nil {
			t.Fatal(err)
		}
	}
	return r
}
