package lifecycle_test

import (
	"slices"
	"testing"

	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"
	"tiendo/internal/register"
)

// load adds a version to registers.
func load(t *testing.T, r *register.Registers, kind register.Kind, content, at string) *register.Registers {
	t.Helper()
	next, err := r.With(kind, []byte(content), parseTime(t, at))
	if err != nil {
		t.Fatal(err)
	}
	return next
}

const restarting = `procedures:
  - {code: "1.000123", names: {vi: Cấp phép, en: Permit}, term: 5, supplement: restart, calendar: days}
`

// TestRegisters: a case is judged by the versions recorded last before its closing, an open one by the newest; a load never
// changes a past verdict (rule 6).
func TestRegisters(t *testing.T) {
	before := register.Empty(zone, nil)
	after := load(t, before, register.Procedures, restarting, "2025-03-20T08:00")
	f := func(name string, r *register.Registers, told, wantDeadline string, want lifecycle.Verdict) {
		t.Helper()
		c, err := lifecycle.Judge(parseEvents(t, told), lifecycle.NewRules(r))
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.DayOf(c.Deadline, zone).String(); got != wantDeadline || c.Verdict(zone) != want {
			t.Errorf("%s: deadline %s, %s; want %s, %s", name, got, c.Verdict(zone), wantDeadline, want)
		}
	}
	// A pause of two working days, over a weekend: the deadline moves by those, or the term of five calendar days begins again.
	opened := `dossier.received 2025-03-05T08:00 procedure=1.000123 due=2025-03-10
dossier.supplement_requested 2025-03-06T09:00
dossier.supplemented 2025-03-10T09:00
`
	closed := opened + "dossier.resolved 2025-03-13T08:00\n"
	late := opened + "dossier.resolved 2025-03-21T08:00\n"
	f("before the load", before, opened, "2025-03-12", lifecycle.VerdictOpen)
	f("open, after the load", after, opened, "2025-03-15", lifecycle.VerdictOpen)
	f("closed before the load", after, closed, "2025-03-12", lifecycle.VerdictLate)
	f("closed after the load", after, late, "2025-03-15", lifecycle.VerdictLate)
	f("a supplement with a date of its own is no restart", after, `dossier.received 2025-03-05T08:00 procedure=1.000123 due=2025-03-10
dossier.supplement_requested 2025-03-06T09:00
dossier.supplemented 2025-03-10T09:00 due=2025-03-14
`, "2025-03-14", lifecycle.VerdictOpen)
	f("the first due may be a later one: the opening had none", after, `dossier.received 2025-03-05T08:00 procedure=1.000123
dossier.rescheduled 2025-03-06T08:00 due=2025-03-10
dossier.supplement_requested 2025-03-06T09:00
dossier.supplemented 2025-03-10T09:00
`, "2025-03-15", lifecycle.VerdictOpen)
	f("a supplement before anything was promised has no term that could begin again", after, `dossier.received 2025-03-05T08:00 procedure=1.000123
dossier.supplement_requested 2025-03-06T09:00
dossier.supplemented 2025-03-10T09:00
dossier.rescheduled 2025-03-11T08:00 due=2025-03-18
`, "2025-03-18", lifecycle.VerdictOpen)
	f("the opening's calendar stands before the procedure's", before, `dossier.received 2025-03-07T08:00 procedure=1.000123 due=2025-03-10 calendar=days
dossier.supplement_requested 2025-03-07T09:00
dossier.supplemented 2025-03-10T09:00
`, "2025-03-13", lifecycle.VerdictOpen)
}

// TestSupplementAfterTheClosingRestartsNothing: so it needs no working days either, here beyond the years of vn-office.
func TestSupplementAfterTheClosingRestartsNothing(t *testing.T) {
	r := load(t, register.Empty(zone, nil), register.Procedures,
		"procedures:\n  - {code: R, names: {vi: r, en: r}, supplement: restart}\n", "2020-01-01T08:00")
	c, err := lifecycle.Judge(parseEvents(t, `dossier.received 2027-12-30T08:00 procedure=R due=2027-12-31
dossier.resolved 2027-12-30T17:00
dossier.supplemented 2027-12-31T08:00
`), lifecycle.NewRules(r))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Verdict(zone); got != lifecycle.VerdictEarly {
		t.Errorf("%s, want %s", got, lifecycle.VerdictEarly)
	}
}

// TestJournalOfALoad: what a load changes of an open case is stamped with its day and cause; folded, it is what the case
// counts now; up to the day before, what the books said then.
func TestJournalOfALoad(t *testing.T) {
	events := parseEvents(t, `dossier.received 2025-03-05T08:00 procedure=1.000123 due=2025-03-10
dossier.supplement_requested 2025-03-06T09:00
dossier.supplemented 2025-03-10T09:00
`)
	old := lifecycle.NewRules(register.Empty(zone, nil))
	rules := lifecycle.NewRules(load(t, register.Empty(zone, nil), register.Procedures, restarting, "2025-03-20T08:00"))
	c, entries, err := lifecycle.Journal(slices.Clone(events), rules)
	if err != nil {
		t.Fatal(err)
	}
	day, _ := calendar.ParseDay("2025-03-20")
	until := func(last calendar.Day) (counts []lifecycle.Count) {
		for _, e := range entries {
			if e.Stamp <= last {
				counts = append(counts, e.Count)
			}
			if e.Stamp == day && e.Cause != lifecycle.RegisterLoaded {
				t.Errorf("the load's cause is %s", e.Cause)
			}
		}
		return lifecycle.Difference(nil, counts)
	}
	before, _, err := lifecycle.Journal(slices.Clone(events), old)
	if err != nil {
		t.Fatal(err)
	}
	was, err := lifecycle.Judge(slices.Clone(events), old)
	if err != nil {
		t.Fatal(err)
	}
	is, err := lifecycle.Judge(slices.Clone(events), rules)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Deadline.Equal(is.Deadline) || !before.Deadline.Equal(was.Deadline) || is.Deadline.Equal(was.Deadline) {
		t.Errorf("deadlines: %v, %v, %v, %v", c.Deadline, is.Deadline, before.Deadline, was.Deadline)
	}
	for want, got := range map[*lifecycle.Case][]lifecycle.Count{&was: until(day - 1), &is: until(day)} {
		// Difference negates what it subtracts, so that the two cancel.
		if rest := lifecycle.Difference(want.Counts(zone), negated(got)); len(rest) != 0 {
			t.Errorf("the journal is off by %v", rest)
		}
	}
}

func negated(counts []lifecycle.Count) []lifecycle.Count {
	all := slices.Clone(counts)
	for i := range all {
		all[i].N = -all[i].N
	}
	return all
}

// TestRulesUpTo: rules as they were judge open cases as they were judged then, whatever was loaded later.
func TestRulesUpTo(t *testing.T) {
	events := parseEvents(t, `dossier.received 2025-03-05T08:00 procedure=1.000123 due=2025-03-10
dossier.supplement_requested 2025-03-06T09:00
dossier.supplemented 2025-03-10T09:00
`)
	registers := load(t, register.Empty(zone, nil), register.Agencies, "agencies:\n  - {code: H24.12, names: {vi: a, en: a}, group: g}\n", "2025-03-18T08:00")
	registers = load(t, registers, register.Procedures, restarting, "2025-03-20T08:00")
	registers = load(t, registers, register.Agencies, "agencies:\n  - {code: H24.12, names: {vi: b, en: b}, group: g}\n", "2025-03-21T08:00")
	rules := lifecycle.NewRules(registers)
	f := func(version uint64, want *lifecycle.Rules) {
		t.Helper()
		got := rules.Upto(version)
		if got.Version() != want.Version() {
			t.Errorf("up to %d: version %d, want %d", version, got.Version(), want.Version())
		}
		is, err := lifecycle.Judge(slices.Clone(events), got)
		if err != nil {
			t.Fatal(err)
		}
		should, err := lifecycle.Judge(slices.Clone(events), want)
		if err != nil {
			t.Fatal(err)
		}
		if !is.Deadline.Equal(should.Deadline) {
			t.Errorf("up to %d: deadline %s, want %s", version, is.Deadline, should.Deadline)
		}
	}
	f(0, lifecycle.NewRules(register.Empty(zone, nil)))
	f(1, rules)
	f(2, rules)
}
