package lifecycle_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tiendo/internal/lifecycle"
	"tiendo/internal/register"
)

// TestExplain: what became of every record, and which promises hold.
func TestExplain(t *testing.T) {
	events := parseEvents(t, `dossier.received 2025-08-25T08:00 due=2025-09-05
dossier.received 2025-08-25T08:00 unit=u1 due=2025-09-05 @2025-08-26T08:00
dossier.received 2025-08-24T08:00 due=2025-09-05 @2025-08-24T09:00
dossier.supplement_requested 2025-08-29T09:00
dossier.supplement_requested 2025-08-30T09:00
dossier.supplemented 2025-09-03T09:00
dossier.rescheduled 2025-09-20T09:00 due=2025-09-30
dossier.returned 2025-09-21T09:00 channel=post
dossier.returned 2025-09-21T09:00 channel=post @2025-09-22T09:00 retracted
dossier.resolved 2025-09-22T09:00`)
	again := events[0]
	again.Entry += 100
	x, err := lifecycle.Explain(append(events, again), rules)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"received superseded 2", "received superseded 1", "received repeated 1", "received counts 0",
		"supplement_requested counts 0", "supplement_requested ignored 4", "supplemented counts 0", "rescheduled ignored 3",
		"returned taken_back 1", "returned retraction 1", "resolved counts 0",
	}
	if got := standingsOf(x); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if len(x.Promises) != 2 || !x.Promises[0].Holds || x.Promises[1].Holds {
		t.Errorf("promises: %+v", x.Promises)
	}
	if x.Verdict(zone) != lifecycle.VerdictLate || len(x.Counted) == 0 {
		t.Errorf("verdict %s, %d cells", x.Verdict(zone), len(x.Counted))
	}
}

// explained explains what was told by registers.
func explained(t *testing.T, r *register.Registers, told string) *lifecycle.Explanation {
	t.Helper()
	x, err := lifecycle.Explain(parseEvents(t, told), lifecycle.NewRules(r))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// standingsOf are what became of each record, in order.
func standingsOf(x *lifecycle.Explanation) string {
	var all []string
	for _, e := range x.Tellings {
		all = append(all, fmt.Sprintf("%s %s %d", e.Type.Step(), e.Standing, e.Rule))
	}
	return strings.Join(all, "\n")
}

// TestStandings: the rule that passes a record over is named.
func TestStandings(t *testing.T) {
	f := func(told, want string) {
		t.Helper()
		if got := standingsOf(explained(t, register.Empty(zone, nil), told)); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
	f(`task.assigned 2025-03-03T08:00 due=2025-03-10
task.reported 2025-03-05T08:00
task.completed 2025-03-06T08:00
task.returned_for_rework 2025-03-07T08:00
task.reported 2025-03-08T08:00
task.reported 2025-03-10T08:00
task.completed 2025-03-11T08:00`,
		"assigned counts 0\nreported ignored 2\ncompleted ignored 2\nreturned_for_rework counts 0\nreported ignored 2\nreported counts 0\ncompleted counts 0")
	f(`dossier.received 2025-03-03T08:00 due=2025-03-20
dossier.transferred 2025-03-02T08:00 agency=B
dossier.transferred 2025-03-04T08:00 agency=B
dossier.resolved 2025-03-10T16:00
dossier.transferred 2025-03-11T08:00 agency=C`,
		"transferred ignored 7\nreceived counts 0\ntransferred counts 0\nresolved counts 0\ntransferred ignored 7")
	f(`petition.received 2025-03-03T08:00 kind=complaint
petition.accepted 2025-03-10T08:00 due=2025-04-09
petition.accepted 2025-03-11T08:00 due=2025-04-10 @2025-03-20T08:00`,
		"received counts 0\naccepted superseded 3\naccepted counts 0")
	// Two new dates of one instant: the last recorded is the promise.
	f(`dossier.received 2025-03-03T08:00 due=2025-03-10
dossier.rescheduled 2025-03-05T08:00 due=2025-03-20 @2025-03-05T09:00
dossier.supplemented 2025-03-05T08:00 due=2025-03-14 @2025-03-05T10:00`,
		"received counts 0\nrescheduled ignored 3\nsupplemented counts 0")
	f(`reception.held 2019-03-05T08:00 sessions=1 people=2 cases=1
reception.held 2019-03-05T09:00 sessions=1 people=3 cases=1 @2019-03-06T08:00`,
		"held superseded 2\nheld counts 0")
}

// TestPromisesSayWhoGaveThem, and by how much they were moved.
func TestPromisesSayWhoGaveThem(t *testing.T) {
	r := load(t, register.Empty(zone, nil), register.Procedures,
		"procedures:\n  - {code: R, names: {vi: r, en: r}, supplement: restart}\n", "2020-01-01T08:00")
	f := func(told string, want ...string) {
		t.Helper()
		x := explained(t, r, told)
		var got []string
		for _, p := range x.Promises {
			hours := time.Duration(p.MovedWork) * time.Millisecond
			got = append(got, fmt.Sprintf("%s %v %d %s", p.By, p.Holds, p.Moved, hours))
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	f(`dossier.received 2025-03-03T08:00 due=2025-03-10
dossier.received 2025-03-03T08:00 due=2025-03-12 @2025-03-04T08:00
dossier.supplement_requested 2025-03-05T09:00
dossier.supplemented 2025-03-07T09:00 due=2025-03-17
dossier.rescheduled 2025-03-18T09:00 due=2025-03-30`,
		"received true 2 0s", "received true 2 0s", "supplemented true 0 0s", "rescheduled false 0 0s")
	f(`dossier.received 2025-03-03T08:00 due=2025-03-10 procedure=R
dossier.supplement_requested 2025-03-04T09:00
dossier.supplemented 2025-03-06T09:00`,
		"received true 2 0s", "restart true 0 0s")
	f(`petition.received 2025-03-03T08:00 kind=complaint due=2025-03-20
petition.accepted 2025-03-10T08:00 due=2025-04-09`, "accepted true 0 0s")
	f(`dossier.received 2025-03-03T08:00 due=2025-03-10T12:00 calendar=continuous
dossier.supplement_requested 2025-03-04T09:00
dossier.supplemented 2025-03-04T21:30`, "received true 0 12h30m0s")
	// Beyond the calendar a date is shown as it was told, and nothing is said about its pauses.
	f(`dossier.received 2031-03-03T08:00 due=2031-03-10 procedure=R
dossier.supplement_requested 2031-03-04T09:00
dossier.supplemented 2031-03-05T09:00`, "received true 0 0s")
}

// TestDaysOfACase: each day from the opening to the closing or the deadline, whether it counts, and why.
func TestDaysOfACase(t *testing.T) {
	f := func(told, days string, working, waiting int) *lifecycle.Explanation {
		t.Helper()
		x := explained(t, register.Empty(zone, nil), told)
		var got []string
		for _, d := range x.Course.Days {
			vi, _ := d.Why.Words()
			mark := map[bool]string{true: "+", false: "-"}[d.Counts] + map[bool]string{true: "w", false: ""}[d.Waiting]
			got = append(got, strings.TrimSuffix(d.Day.String()[len("2025-"):]+mark+" "+vi, " "))
		}
		if strings.Join(got, "|") != days || x.Course.Working != working || x.Course.Waiting != waiting {
			t.Errorf("got %s, %d and %d, want %s, %d and %d", strings.Join(got, "|"), x.Course.Working, x.Course.Waiting, days, working, waiting)
		}
		return x
	}
	// DOMAIN.md §3: 1 and 2 September 2025 are Quốc khánh. Of the wait from Friday to Wednesday one day is worked, and moves the
	// 3rd to the 4th.
	x := f(`dossier.received 2025-08-28T08:00 due=2025-09-03
dossier.supplement_requested 2025-08-29T09:00
dossier.supplemented 2025-09-03T09:00
dossier.resolved 2025-09-03T16:00`,
		"08-29+|08-30-w cuối tuần|08-31-w cuối tuần|09-01-w Quốc khánh|09-02-w Quốc khánh|09-03+w|09-04+", 3, 1)
	var waited []string
	for _, d := range x.Stretches[0].Days {
		_, en := d.Why.Words()
		waited = append(waited, fmt.Sprintf("%s %v %s", d.Day, d.Counts, en))
	}
	if want := "2025-08-30 false weekend|2025-08-31 false weekend|2025-09-01 false National Day, public holiday|" +
		"2025-09-02 false National Day, public holiday|2025-09-03 true "; strings.Join(waited, "|") != want {
		t.Errorf("days of the pause: %s", strings.Join(waited, "|"))
	}
	// A swapped day off and the Saturday that is worked for it: 2 May and 26 April 2025. Late: up to the closing.
	f(`dossier.received 2025-04-25T08:00 due=2025-04-29
dossier.resolved 2025-05-05T08:00`,
		"04-26+ làm bù cho 02/05/2025|04-27- cuối tuần|04-28+|04-29+|04-30- Ngày Chiến thắng|05-01- Ngày Quốc tế Lao động|"+
			"05-02- nghỉ hoán đổi, làm bù 26/04/2025|05-03- cuối tuần|05-04- cuối tuần|05-05+", 4, 0)
	// Petitions count every day.
	f("petition.received 2025-03-07T08:00 kind=complaint due=2025-03-09", "03-08+|03-09+", 2, 0)
	// While it waits there is no deadline: up to what was told last.
	f(`dossier.received 2025-03-03T08:00 due=2025-03-10
dossier.supplement_requested 2025-03-05T09:00`, "03-04+|03-05+", 2, 0)

	for name, told := range map[string]string{
		"never opened":         "dossier.submitted 2025-03-03T08:00 channel=online",
		"by the instant":       "dossier.received 2025-03-03T08:00 due=2025-03-10 calendar=continuous",
		"without a calendar":   "dossier.received 2025-03-03T08:00 due=2025-03-10 calendar=mars",
		"outside the calendar": "dossier.received 2031-03-03T08:00 due=2031-03-10",
	} {
		if x := explained(t, register.Empty(zone, nil), told); x.Course != nil {
			t.Errorf("%s: %+v", name, x.Course)
		}
	}
	x = explained(t, register.Empty(zone, nil), "petition.received 2025-03-07T08:00 kind=complaint due=9999-12-31")
	if x.Course.Days != nil || x.Course.Working < 2_000_000 {
		t.Errorf("eight thousand years: %d days, %d counted", len(x.Course.Days), x.Course.Working)
	}
}

// TestBasis: the calendar, who named it, and the versions recorded last before the closing (CONTRACT §3 rules 5 and 6).
func TestBasis(t *testing.T) {
	r := load(t, register.Empty(zone, nil), register.Procedures, restarting, "2025-03-01T08:00")
	r = load(t, r, register.Calendars, "name: vn-office\nbase: vn-office\noff: [2025-03-11]\n", "2025-03-05T08:00")
	r = load(t, r, register.Calendars, "name: vn-office\nbase: vn-office\noff: [2025-03-12]\n", "2025-03-20T08:00")
	f := func(told, calendar, from string, builtIn bool, calendars, procedures uint64, recorded string) {
		t.Helper()
		b := explained(t, r, told).Basis
		if b.Calendar != calendar || b.From != from || b.BuiltIn != builtIn || b.Calendars.Version != calendars || b.Procedures.Version != procedures {
			t.Errorf("%s: %+v", told, b)
		}
		if calendars > 0 && !b.Calendars.Recorded.Equal(parseTime(t, recorded)) {
			t.Errorf("%s: recorded %s, want %s", told, b.Calendars.Recorded, recorded)
		}
	}
	const closed = "\ndossier.resolved 2025-03-10T08:00"
	f("dossier.received 2025-03-03T08:00"+closed, "vn-office", "default", false, 2, 1, "2025-03-05T08:00")
	f("dossier.received 2025-03-03T08:00", "vn-office", "default", false, 3, 1, "2025-03-20T08:00")
	f("dossier.received 2025-02-03T08:00\ndossier.resolved 2025-02-10T08:00", "vn-office", "default", true, 0, 0, "")
	f("dossier.received 2025-03-03T08:00 procedure=1.000123"+closed, "days", "procedure", true, 2, 1, "2025-03-05T08:00")
	f("dossier.received 2025-03-03T08:00 procedure=1.000123 calendar=vn-office"+closed, "vn-office", "opening", false, 2, 1, "2025-03-05T08:00")
	f("petition.received 2025-03-03T08:00\npetition.accepted 2025-03-04T08:00 due=2025-03-20 calendar=vn-office\npetition.resolved 2025-03-10T08:00",
		"vn-office", "accepted", false, 2, 1, "2025-03-05T08:00")
	if b := explained(t, r, "dossier.received 2025-03-03T08:00 procedure=1.000123").Basis; !b.Restart || b.Missing {
		t.Errorf("a procedure whose term begins again: %+v", b)
	}
	if b := explained(t, r, "dossier.received 2025-03-03T08:00 calendar=mars").Basis; !b.Missing || b.BuiltIn {
		t.Errorf("a calendar that nobody has: %+v", b)
	}
	if x := explained(t, r, "reception.held 2019-03-05T08:00 sessions=1 people=2 cases=1"); x.Basis != nil {
		t.Errorf("a session of citizen reception is judged by nothing: %+v", x.Basis)
	}
}

// TestLastRecords: of each fact the record that counts by what was recorded before an instant, also where it takes the fact
// back; what was delivered again, and told otherwise, is dropped.
func TestLastRecords(t *testing.T) {
	events := parseEvents(t, `dossier.received 2025-08-25T08:00 due=2025-09-05
dossier.received 2025-08-25T08:00 due=2025-09-06 @2025-08-26T08:00
dossier.received 2025-08-25T08:00 due=2025-09-06 @2025-08-26T08:00 retracted
dossier.received 2025-08-25T09:00 due=2025-09-07
dossier.resolved 2025-08-27T08:00`)
	again := events[4]
	again.Entry, again.Recorded, again.Data = again.Entry+100, again.Recorded.AddDate(0, 1, 0), []byte(`{"digital":true}`)
	events = append(events, again)
	f := func(before string, want ...string) {
		t.Helper()
		var until time.Time
		if before != "" {
			var err error
			if until, err = time.ParseInLocation("2006-01-02T15:04", before, zone); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for _, e := range lifecycle.LastRecords(slices.Clone(events), until) {
			got = append(got, fmt.Sprintf("%s %s %v", e.Type.Step(), e.Data, e.Retracted))
		}
		if !slices.Equal(got, want) {
			t.Errorf("before %s: got\n%s\nwant\n%s", before, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	f("", `received {"agency":"A","due":"2025-09-06"} true`, `received {"agency":"A","due":"2025-09-07"} false`, `resolved {"agency":"A"} false`)
	f("2025-08-26T08:00", `received {"agency":"A","due":"2025-09-05"} false`, `received {"agency":"A","due":"2025-09-07"} false`)
	f("2025-08-25T08:00")
}

func TestACaseOfWhichNothingStandsWasNotClosed(t *testing.T) {
	x, err := lifecycle.Explain(parseEvents(t, `dossier.received 2025-08-25T08:00 due=2025-09-05
dossier.received 2025-08-25T08:00 due=2025-09-05 @2025-08-26T08:00 retracted`), rules)
	if err != nil {
		t.Fatal(err)
	}
	if vi, en := x.Sentence(zone); en != "No opening counts: none was told, or it was taken back." || !strings.Contains(vi, "đã rút lại") || len(x.Counted) != 1 || x.Counted[0].Measure != lifecycle.Recorded {
		t.Errorf("%s %s %v", vi, en, x.Counted)
	}
}
