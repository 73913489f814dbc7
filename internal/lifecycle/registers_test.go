package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"
	"tiendo/internal/register"
)

// deadlineOf judges what was told by registers, and writes the deadline to the minute, a day's end as its date.
func deadlineOf(t *testing.T, r *register.Registers, told string) (deadline string, verdict lifecycle.Verdict) {
	t.Helper()
	c, err := lifecycle.Judge(parseEvents(t, told), lifecycle.NewRules(r))
	if err != nil {
		t.Fatal(err)
	}
	return describe(&c)["deadline"], c.Verdict(zone)
}

// TestRulesAfterASupplement: which of the two rules of DOMAIN fact 4 holds is a property of the procedure: (a) the due date
// and the time of waiting; (b) by decree 61, the full term again from the supplement (CONTRACT §3 rule 5).
func TestRulesAfterASupplement(t *testing.T) {
	r := load(t, register.Empty(zone, nil), register.Procedures, `procedures:
  - {code: EXTEND, names: {vi: a, en: a}, supplement: extend}
  - {code: RESTART, names: {vi: b, en: b}, supplement: restart}
`, "2018-01-01T08:00")
	f := func(name, course, extended, restarted string) {
		t.Helper()
		for procedure, want := range map[string]string{"EXTEND": extended, "RESTART": restarted} {
			told := "dossier.received " + course[:len("2025-03-03T08:00")] + " procedure=" + procedure + course[len("2025-03-03T08:00"):]
			if got, _ := deadlineOf(t, r, told); got != want {
				t.Errorf("%s, %s: deadline %s, want %s", name, procedure, got, want)
			}
		}
	}
	// Monday to Monday is a term of five working days. (a) 5 and 6 March move the 10th to the 12th; (b) five days after
	// Thursday the 6th is the 13th.
	// A supplement that nobody asked for ends no wait and changes nothing (rule 4), else a term could be begun again at will.
	f("a supplement that nobody asked for", `2025-03-03T08:00 due=2025-03-10
dossier.supplemented 2025-03-06T09:00
`, "2025-03-10", "2025-03-10")
	f("a term of five days", `2025-03-03T08:00 due=2025-03-10
dossier.supplement_requested 2025-03-04T09:00
dossier.supplemented 2025-03-06T09:00
`, "2025-03-12", "2025-03-13")
	// DOMAIN.md §3: Tết 2026 is 16 to 20 February. The term from Monday the 9th to Thursday the 12th is three days.
	// (a) 12 and 13 move the 12th by two, to the 13th and the 23rd; (b) 23, 24 and 25.
	f("over Tết", `2026-02-09T08:00 due=2026-02-12
dossier.supplement_requested 2026-02-11T09:00
dossier.supplemented 2026-02-13T09:00
`, "2026-02-23", "2026-02-25")
	// DOMAIN.md §3: Saturday 22 August 2026 is worked, so that the term from Wednesday the 19th to Monday the 24th is four
	// days. (a) 21, 22, 24 to 27 are six, and move the 24th over 25 to 28 August, 31 August to 2 September being off, to
	// 3 and 4 September; (b) 28 August, 3, 4 and 7 September.
	f("with a worked Saturday in the term", `2026-08-19T08:00 due=2026-08-24
dossier.supplement_requested 2026-08-20T09:00
dossier.supplemented 2026-08-27T09:00
`, "2026-09-04", "2026-09-07")
	// The second request of fact 5 starts the term again too: five days after Wednesday the 12th. (a) 5 March, then 12.
	f("asked for twice", `2025-03-03T08:00 due=2025-03-10
dossier.supplement_requested 2025-03-04T09:00
dossier.supplemented 2025-03-05T09:00
dossier.supplement_requested 2025-03-11T09:00
dossier.supplemented 2025-03-12T09:00
`, "2025-03-12", "2025-03-19")
	f("asked for after the deadline: nothing starts again", `2025-03-03T08:00 due=2025-03-10
dossier.supplement_requested 2025-03-11T09:00
dossier.supplemented 2025-03-13T09:00
`, "2025-03-10", "2025-03-10")
	f("with a date of its own: that one", `2025-03-03T08:00 due=2025-03-10
dossier.supplement_requested 2025-03-04T09:00
dossier.supplemented 2025-03-06T09:00 due=2025-03-17
`, "2025-03-17", "2025-03-17")
	f("beyond the years of the calendar there is no deadline", `2027-12-13T08:00 due=2027-12-30
dossier.supplement_requested 2027-12-15T09:00
dossier.supplemented 2027-12-15T10:00
`, "2027-12-30", "-")
}

// TestProcedureOfTheDayOfOpening: an entry of the register holds for the cases opened on its days (CONTRACT §8), and a code of
// an older system means the same procedure (DOMAIN.md §2).
func TestProcedureOfTheDayOfOpening(t *testing.T) {
	r := load(t, register.Empty(zone, nil), register.Procedures, `procedures:
  - {code: "1.000123", names: {vi: a, en: a}, to: 2025-06-30}
  - {code: "1.000123", names: {vi: a, en: a}, calendar: days, from: 2025-07-01}
`, "2018-01-01T08:00")
	// A pause from Friday to Monday: one working day, three of every day.
	f := func(procedure, opened, due, requested, supplemented, want string) {
		t.Helper()
		told := "dossier.received " + opened + " procedure=" + procedure + " due=" + due + "\ndossier.supplement_requested " + requested +
			"\ndossier.supplemented " + supplemented + "\n"
		if got, _ := deadlineOf(t, r, told); got != want {
			t.Errorf("%s opened %s: deadline %s, want %s", procedure, opened, got, want)
		}
	}
	f("1.000123", "2025-06-30T16:59", "2025-07-09", "2025-07-04T09:00", "2025-07-07T09:00", "2025-07-10")
	f("1.000123", "2025-07-01T07:00", "2025-07-09", "2025-07-04T09:00", "2025-07-07T09:00", "2025-07-12")
	f("1.000123.000.00.00.H24", "2025-07-01T07:00", "2025-07-09", "2025-07-04T09:00", "2025-07-07T09:00", "2025-07-12")
}

// TestKnownFaultLunchBreak (osTicket 6847: hours of 9 to 18 with a break from 13 to 14 gave wrong due dates): where deadlines are
// instants, a deadline moves by working time, over the break, the night, the weekend and Tết (CONTRACT §3 rule 5).
func TestKnownFaultLunchBreak(t *testing.T) {
	r := load(t, register.Empty(zone, nil), register.Calendars, `name: desk
grain: instant
from: 2025-01-01
to: 2025-12-31
hours:
  monday: ["09:00-13:00", "14:00-18:00"]
  tuesday: ["09:00-13:00", "14:00-18:00"]
  wednesday: ["09:00-13:00", "14:00-18:00"]
  thursday: ["09:00-13:00", "14:00-18:00"]
  friday: ["09:00-13:00", "14:00-18:00"]
off: [2025-01-27..2025-01-31]
`, "2018-01-01T08:00")
	f := func(name, due, requested, supplemented, want string) {
		t.Helper()
		told := "dossier.received " + due[:len("2025-03-")] + "03T09:00 calendar=desk due=" + due +
			"\ndossier.supplement_requested " + requested + "\ndossier.supplemented " + supplemented + "\n"
		if got, _ := deadlineOf(t, r, told); got != want {
			t.Errorf("%s: deadline %s, want %s", name, got, want)
		}
	}
	f("a wait over the break is shorter by the break", "2025-03-10T16:00", "2025-03-04T12:00", "2025-03-04T15:00", "2025-03-10T18:00")
	f("a wait within the break is none", "2025-03-10T16:00", "2025-03-04T13:00", "2025-03-04T14:00", "2025-03-10T16:00")
	f("a deadline moves over the break", "2025-03-10T12:30", "2025-03-04T10:00", "2025-03-04T11:00", "2025-03-10T14:30")
	f("up to the break is before it", "2025-03-10T12:30", "2025-03-04T10:00", "2025-03-04T10:30", "2025-03-10T13:00")
	f("over the night", "2025-03-10T17:00", "2025-03-04T10:00", "2025-03-04T13:00", "2025-03-11T11:00")
	f("over the weekend", "2025-03-14T17:00", "2025-03-04T10:00", "2025-03-04T12:00", "2025-03-17T10:00")
	f("a wait of a weekend is none", "2025-03-14T17:00", "2025-03-07T18:00", "2025-03-10T09:00", "2025-03-14T17:00")
	// jmix 790: from Tuesday 09:00 to Wednesday 09:00 is a day of eight working hours, not of 24.
	f("a day is its working hours", "2025-03-12T10:00", "2025-03-04T09:00", "2025-03-05T09:00", "2025-03-13T10:00")
	// DOMAIN.md §3: Tết 2025 is 27 to 31 January. Two hours after Friday the 24th 17:00 is Monday 3 February 10:00.
	f("over Tết", "2025-01-24T17:00", "2025-01-06T10:00", "2025-01-06T12:00", "2025-02-03T10:00")
}

// TestKnownFaultPastVerdictRewritten: a calendar that is edited changes no verdict of the past. A case is judged by what was
// recorded last before its closing, an open one by the newest (CONTRACT §3 rule 6; DOMAIN fact 11: holidays come by notice).
func TestKnownFaultPastVerdictRewritten(t *testing.T) {
	none := register.Empty(zone, nil)
	const notice = "name: vn-office\nbase: vn-office\noff: [2025-03-11]\n"
	// A pause of one working day moves the 10th to the 11th, or, with the 11th off, to the 12th.
	const told = `dossier.received 2025-03-05T08:00 due=2025-03-10
dossier.supplement_requested 2025-03-06T09:00
dossier.supplemented 2025-03-07T09:00
`
	const closed = told + "dossier.resolved 2025-03-12T08:00\n"
	f := func(name, loaded, told, wantDeadline string, want lifecycle.Verdict) {
		t.Helper()
		r := none
		if loaded != "" {
			r = load(t, none, register.Calendars, notice, loaded)
		}
		if got, verdict := deadlineOf(t, r, told); got != wantDeadline || verdict != want {
			t.Errorf("%s: deadline %s, %s; want %s, %s", name, got, verdict, wantDeadline, want)
		}
	}
	f("without the notice", "", closed, "2025-03-11", lifecycle.VerdictLate)
	f("loaded long before", "2025-03-01T08:00", closed, "2025-03-12", lifecycle.VerdictOnTime)
	f("loaded after the promise, before the closing", "2025-03-12T07:59:59.999", closed, "2025-03-12", lifecycle.VerdictOnTime)
	f("loaded at the closing, not before it", "2025-03-12T08:00", closed, "2025-03-11", lifecycle.VerdictLate)
	f("loaded after the closing", "2025-03-20T08:00", closed, "2025-03-11", lifecycle.VerdictLate)
	f("open: the newest", "2025-03-20T08:00", told, "2025-03-12", lifecycle.VerdictOpen)
	// What was closed before its opening is booked at the opening: that is its closing.
	f("closed at the opening", "2025-03-04T08:00", "dossier.received 2025-03-05T08:00 due=2025-03-10\ndossier.resolved 2025-03-03T08:00\n",
		"2025-03-10", lifecycle.VerdictEarly)

	// Nor does the journal gain a line on the day of the load.
	after := lifecycle.NewRules(load(t, none, register.Calendars, notice, "2025-03-20T08:00"))
	for course, lines := range map[string]bool{closed: false, told: true} {
		_, entries, err := lifecycle.Journal(parseEvents(t, course), after)
		if err != nil {
			t.Fatal(err)
		}
		loadDay := calendar.DayOf(time.Date(2025, 3, 20, 8, 0, 0, 0, zone), zone)
		onLoad := slices.ContainsFunc(entries, func(e lifecycle.Entry) bool { return e.Stamp == loadDay })
		if onLoad != lines || len(entries) == 0 {
			t.Errorf("%d lines, of the day of the load %v, want %v", len(entries), onLoad, lines)
		}
	}
}
