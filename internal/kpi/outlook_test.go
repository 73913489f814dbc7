package kpi

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"
	"tiendo/internal/register"
)

// look writes the outlooks, a line each: of the whole city, then of each agency.
func look(t *testing.T, b *Books) map[string]string {
	t.Helper()
	figures, err := b.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	for _, f := range figures {
		var rows []string
		for _, r := range f.Rows {
			name := "city"
			if len(r.Keys) > 0 {
				if name = "–"; r.Keys.Of("agency") != nil {
					name = *r.Keys.Of("agency")
				}
			}
			rows = append(rows, fmt.Sprintf("%s %g", name, *r.Value))
		}
		told[f.ID] = strings.Join(rows, ", ")
	}
	return told
}

// TestOutlooks counts by hand. Now is Wednesday, 12 March 2025, noon; the fifth working day after it is the 19th, the quarter
// ends on the 31st, and twenty working days before it began on 12 February.
func TestOutlooks(t *testing.T) {
	b, conn := books(t)
	const hour = 3_600_000
	var cells []cell
	add := func(agency string, measure lifecycle.Measure, day string, millis uint32, marks lifecycle.Marks, n int64) {
		cells = append(cells, cell{subject: fmt.Sprint(len(cells)), agency: agency, measure: measure, day: day, millis: millis, marks: marks, n: n})
	}
	// A: 100 settled with a deadline this quarter, 97 of them on time; before the quarter any number, and some without a deadline.
	add("A", lifecycle.Settled, "2025-02-11", 0, promised|onTime, 60) // the pace begins the day after
	add("A", lifecycle.Settled, "2025-02-12", 0, promised|onTime, 37)
	add("A", lifecycle.Settled, "2025-03-11", 0, promised, 3)
	add("A", lifecycle.Settled, "2024-12-31", 0, promised, 50)
	add("A", lifecycle.Settled, "2025-03-10", 0, 0, 8)
	// Two are open and overdue, one of them since last year.
	add("A", lifecycle.Breached, "2024-12-20", 24*hour-1, 0, 1)
	add("A", lifecycle.Due, "2024-12-20", 24*hour-1, lifecycle.Pending, 1)
	add("A", lifecycle.Breached, "2025-03-12", 11*hour, 0, 1)
	add("A", lifecycle.Due, "2025-03-12", 11*hour, lifecycle.Pending, 1)
	// Deadlines that lie ahead, each at the end of its day: today, on the fifth working day, a day later, on the quarter's last
	// day, and after it. One that was settled early is not open.
	for day, n := range map[string]int64{"2025-03-12": 3, "2025-03-19": 4, "2025-03-20": 5, "2025-03-31": 6, "2025-04-01": 70} {
		add("A", lifecycle.Due, day, 24*hour-1, lifecycle.Pending, n)
		add("A", lifecycle.Breached, day, 24*hour-1, 0, n)
	}
	add("A", lifecycle.Due, "2025-03-14", 24*hour-1, lifecycle.Kept, 9)
	// B has ten, one of them late; of D there are none, and C is in no register.
	add("B", lifecycle.Settled, "2025-03-03", 0, promised|onTime, 9)
	add("B", lifecycle.Settled, "2025-03-03", 0, promised, 1)
	add("C", lifecycle.Due, "2025-03-13", 24*hour-1, lifecycle.Pending, 2)
	fill(t, conn, cells...)

	f := func(want map[string]string) {
		t.Helper()
		got := look(t, b)
		if !maps.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
	// Without targets there is no budget. Pace: (37 + 3 + 8) × 5/20 = 12, 10 × 5/20 = 2.5.
	f(map[string]string{
		"dossier.wave_due": "city 9, A 7, B 0, C 2", "dossier.wave_pace": "city 14.5, A 12, B 2.5, C 0",
		"dossier.budget_allowed": "", "dossier.budget_left": "",
	})
	known := register.Empty(zone, func(string) (register.Figure, bool) { return register.Figure{Ratio: true, Higher: true}, true })
	for i, load := range []struct {
		kind    register.Kind
		content string
	}{
		{register.Agencies, `agencies:
  - {code: A, names: {vi: A, en: A}, group: g}
  - {code: B, names: {vi: B, en: B}, group: g}
  - {code: D, names: {vi: D, en: D}, group: g}
`},
		{register.Targets, `targets:
  - {figure: dossier.on_time_rate, target: 0.95, source: plan}
  - {figure: dossier.on_time_rate, target: 0.9, group: g, period: quarter, source: plan}
`},
	} {
		var err error
		if known, err = known.With(load.kind, []byte(load.content), now.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	b.Registers = func() *register.Registers { return known }
	// A: 100 settled, 2 overdue, 3 + 4 + 5 + 6 due by the end: of 120 with 90 % on time 12 may be late; 3 were, 2 will be.
	// B: of 10 with 90 % on time 1 may be late, and was. C has the city's 95 %: of 2, none. The city: of 132, 125.4 must be on
	// time, so 6 may be late; 4 were, 2 will be.
	f(map[string]string{
		"dossier.wave_due": "city 9, A 7, B 0, C 2, D 0", "dossier.wave_pace": "city 14.5, A 12, B 2.5, C 0, D 0",
		"dossier.budget_allowed": "city 6, A 12, B 1, C 0, D 0", "dossier.budget_left": "city 0, A 7, B 0, C 0, D 0",
	})
}

// TestWorkdays: over Tết, 27 to 31 January 2025, and in years that no calendar covers.
func TestWorkdays(t *testing.T) {
	f := func(from string, n int, want string) {
		t.Helper()
		if got := workdays(calendar.Builtin(zone), day(from), n).String(); got != want {
			t.Errorf("%d working days from %s: %s, want %s", n, from, got, want)
		}
	}
	f("2025-03-12", 5, "2025-03-19")
	f("2025-01-24", 1, "2025-02-03")
	f("2025-02-03", -1, "2025-01-24")
	f("2025-03-15", -1, "2025-03-14") // a Saturday
	f("2031-05-02", 1, "2031-05-05")
	f("2025-03-12", 0, "2025-03-12")
}

func TestEveryOutlookIsDescribed(t *testing.T) {
	for _, o := range Outlooks() {
		if o.VI == "" || o.EN == "" || o.SaysVI == "" || o.Says == "" {
			t.Errorf("%s lacks a name or a definition", o.ID)
		}
		if _, taken := ByID(o.ID); taken {
			t.Errorf("%s is a figure of the catalogue too", o.ID)
		}
	}
}
