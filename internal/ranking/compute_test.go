package ranking_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"tiendo/internal/ranking"
)

// figures are rows of "agency numerator/denominator", or "agency value" for a count.
func figures(criterion string, rows ...string) ranking.Figure {
	f := ranking.Figure{Criterion: criterion}
	for _, text := range rows {
		var r ranking.Row
		var a, b float64
		if n, _ := fmt.Sscanf(text, "%s %g/%g", &r.Agency, &a, &b); n == 3 {
			r.Numerator, r.Denominator = &a, &b
			if b > 0 {
				r.Value = new(a / b)
			}
		} else {
			r.Value = &a
		}
		f.Rows = append(f.Rows, r)
	}
	return f
}

func claim(points float64) *ranking.Claim {
	return &ranking.Claim{Points: points, At: time.Date(2026, 10, 5, 9, 0, 0, 0, time.UTC)}
}

func inputs() ranking.Inputs {
	in := ranking.Inputs{
		Period: ranking.Span{ID: "2026-Q3", From: "2026-07-01", To: "2026-09-30"},
		AsOf:   time.Date(2026, 10, 20, 9, 0, 0, 0, time.UTC),
		Figures: []ranking.Figure{
			figures("on-time", "A 90/100", "B 45/50", "C 8/10", "D 30/40", "X 1/1"),
			figures("overdue", "A 2", "B 4", "C 8", "D 2", "X 0"),
			figures("uptake", "A 40/100", "B 35/50", "C 0/0", "D 36/40", "X 1/1"),
			figures("findings", "A 1", "B 10", "C 0", "D 0"),
		},
		Assessments: []ranking.Assessment{
			{Agency: "A", Code: "plan", Claimed: claim(9), Verified: claim(8)},
			{Agency: "B", Code: "plan", Claimed: claim(10)},
			{Agency: "D", Code: "plan", Verified: claim(12)},
			{Agency: "D", Code: "initiative", Verified: claim(5)},
		},
	}
	for _, code := range []string{"A", "B", "C", "D", "X"} {
		in.Agencies = append(in.Agencies, ranking.Agency{Code: code, Group: "g"})
	}
	return in
}

// standings are the points of a ranking as a table: rank, agency, points, then the points of each criterion with its marks.
func standings(r *ranking.Result) string {
	var b strings.Builder
	for _, g := range r.Groups {
		for _, s := range g.Agencies {
			rank := "-"
			if s.Rank != nil {
				rank = fmt.Sprint(*s.Rank)
			}
			fmt.Fprintf(&b, "%s %s %.4g:", rank, s.Agency.Code, s.Points)
			for _, c := range s.Criteria {
				fmt.Fprintf(&b, " %.4g%s", c.Points, marks(c.Marks))
			}
			for _, a := range s.Adjustments {
				fmt.Fprintf(&b, " %+.4g", a.Points)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func marks(all []ranking.Mark) string {
	text := ""
	for _, m := range all {
		text += "(" + string(m) + ")"
	}
	return text
}

// A bonus that was claimed counts for nothing before it is verified, and a ranking is not final until then.
func TestClaimedBonusWaits(t *testing.T) {
	m := method(t, small)
	f := func(said ranking.Assessment, provisional bool, waiting ...ranking.Waiting) {
		t.Helper()
		in := inputs()
		in.Assessments = slices.DeleteFunc(in.Assessments, func(a ranking.Assessment) bool { return a.Agency == "B" }) // whose plan is not verified
		before := m.Compute(in)
		said.Agency, said.Code = "A", "initiative"
		in.Assessments = append(in.Assessments, said)
		r := m.Compute(in)
		if before.Provisional || r.Provisional != provisional {
			t.Errorf("%+v: provisional is %t, without it %t; want %t and false", said, r.Provisional, before.Provisional, provisional)
		}
		if a := r.Groups[0].Agencies[1]; a.Agency.Code != "A" || !slices.Equal(a.Waiting, waiting) || provisional && a.Points != 75.5 {
			t.Errorf("%+v: %s has %g points and waits for %+v, want A with 75.5 and %+v", said, a.Agency.Code, a.Points, a.Waiting, waiting)
		}
	}
	f(ranking.Assessment{Claimed: claim(2)}, true, ranking.Waiting{Adjustment: "initiative", Claimed: 2})
	f(ranking.Assessment{Claimed: claim(0)}, false)
	f(ranking.Assessment{Claimed: claim(2), Verified: claim(1)}, false)
}

func same(t *testing.T, r *ranking.Result, want string) {
	t.Helper()
	if got := standings(r); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// The method `small`, by hand:
//
//	on time, 40 points, linear from 0.5 to 1: A 0.9 → share 0.8 → 32; B 45/50 = 0.9 → 32; D 30/40 = 0.75 → 0.5 → 20.
//	  C has 10 of the 20 dossiers that are needed. The group: (90+45+8+30) ÷ (100+50+10+40) = 173/200 = 0.865; the ten that lack
//	  are taken to have gone as the group: (8 + 10·0.865) ÷ 20 = 0.8325 → 0.665 → 26.6.
//	overdue, 20 points, the best ÷ the own: best 2. A 1 → 20; B 2/4 → 10; C 2/8 → 5; D 20. X is not ranked, and sets no mark.
//	plan, 30 points of a maximum of 10: A verified 8 → 24; B is not verified → 0; C did not answer → 0; D 12 is capped → 30.
//	uptake, 10 points in bands: A 0.4 → 0; B 0.7 → 5; D 0.9 → 10; C has no case: the group (40+35+36) ÷ 190 = 0.58 → 5.
//	findings: A 1 → −0.5; B 10 → −5, at most −3. Initiative: D 5, at most +2.
//	A 32+20+24+0−0.5 = 75.5; B 32+10+0+5−3 = 44; C 26.6+5+0+5 = 36.6; D 20+20+30+10+2 = 82.
func TestGolden(t *testing.T) {
	r := method(t, small).Compute(inputs())
	same(t, r, `1 D 82: 20 20 30(capped) 10 +2
2 A 75.5: 32 20 24 0 -0.5
3 B 44: 32 10 0(unverified) 5 -3
4 C 36.6: 26.6(shrunk) 5 0(missing) 5(missing)(neutral)
`)
	if g := r.Groups[0]; len(g.Excluded) != 1 || g.Excluded[0].Agency.Code != "X" || g.Excluded[0].Reason.EN != "New" {
		t.Errorf("excluded: %+v", g.Excluded)
	}
	if !r.Provisional {
		t.Error("an assessment that counts is not verified, and the ranking is final")
	}
	c := r.Groups[0].Agencies[3].Criteria
	if *c[0].Value != 0.8 || math.Abs(*c[0].Used-0.8325) > 1e-12 || *c[0].Numerator != 8 || c[3].Value != nil {
		t.Errorf("what C was scored by: %+v", c)
	}
	if want := "/v1/cases?agency=C&channel=online&channel=direct&fold=successor&kpi=online.uptake&level=full&period=2026-Q3"; c[3].Cases != want {
		t.Errorf("the cases behind a figure are at %s, want %s", c[3].Cases, want)
	}
	if a := r.Groups[0].Agencies[1].Areas; a[0].Points != 52 || a[1].Points != 24 {
		t.Errorf("areas of A: %+v, want 52 and 24", a)
	}
}

// By hand: B and C both have 50.004 and 50.001 points, 50.00 when rounded, and so a tie. Area a tells them apart: B 20, C 30.
// D and E are equal in everything and share rank 4, so that F is sixth.
// What agencies report of themselves has no cases to look at.
func TestReportedFiguresHaveNoCases(t *testing.T) {
	m := method(t, strings.Replace(small, "kpi: dossier.on_time_rate\n", "kpi: org.iso_ratio\n        better: higher\n", 1))
	if c := m.Compute(inputs()).Groups[0].Agencies[0].Criteria[0]; m.Criteria()[0].KPI != "org.iso_ratio" || *c.Denominator == 0 || c.Cases != "" {
		t.Errorf("%+v", c)
	}
}

func TestTies(t *testing.T) {
	const two = `method: ties
version: "1"
titles: {vi: T, en: T}
periods: [quarter]
groups: [{code: g, names: {vi: G, en: G}}]
areas:
  - {id: a, titles: {vi: A, en: A}, weight: 50, criteria: [{id: a1, titles: {vi: A, en: A}, weight: 50, assessment: {code: x, maximum: 50}}]}
  - {id: b, titles: {vi: B, en: B}, weight: 50, criteria: [{id: b1, titles: {vi: B, en: B}, weight: 50, assessment: {code: y, maximum: 50}}]}
ties: {by: [a]}
`
	in := ranking.Inputs{Period: inputs().Period}
	for code, points := range map[string][2]float64{"A": {50, 1}, "B": {20, 30.004}, "C": {30, 20.001}, "D": {10, 10}, "E": {10, 10}, "F": {5, 5}} {
		in.Agencies = append(in.Agencies, ranking.Agency{Code: code, Group: "g"})
		in.Assessments = append(in.Assessments, ranking.Assessment{Agency: code, Code: "x", Verified: claim(points[0])},
			ranking.Assessment{Agency: code, Code: "y", Verified: claim(points[1])})
	}
	for range 20 { // the order of a map differs from time to time
		same(t, method(t, two).Compute(in), "1 A 51: 50 1\n2 C 50: 30 20\n3 B 50: 20 30\n4 D 20: 10 10\n4 E 20: 10 10\n6 F 10: 5 5\n")
	}
}

// What happens to too few cases and to none is the method's to say.
func TestLittleData(t *testing.T) {
	f := func(old, replacement, want string) {
		t.Helper()
		content := strings.Replace(small, old, replacement, 1)
		if content == small {
			t.Fatalf("the method has no %q", old)
		}
		var c string
		for line := range strings.Lines(standings(method(t, content).Compute(inputs()))) {
			if strings.Contains(line, " C ") {
				c = line
			}
		}
		if c != want+"\n" {
			t.Errorf("%s: %swant %s", replacement, c, want)
		}
	}
	// As the group: 0.865 → share 0.73 → 29.2 points.
	f("below: shrink", "below: neutral", "4 C 39.2: 29.2(neutral) 5 0(missing) 5(missing)(neutral)")
	// With its own 0.8 it has 24 points, and no rank.
	f("below: shrink", "below: unranked", "- C 34: 24 5 0(missing) 5(missing)(neutral)")
	f("missing: neutral", "missing: zero", "4 C 31.6: 26.6(shrunk) 5 0(missing) 0(missing)")
	f("missing: neutral", "missing: unranked", "- C 31.6: 26.6(shrunk) 5 0(missing) 0(missing)")
	// The others that answered have (8 + 0 + 10) ÷ 30 of the maximum: 18 of 30 points.
	f("maximum: 10}", "maximum: 10}\n        missing: neutral", "3 C 54.6: 26.6(shrunk) 5 18(missing)(neutral) 5(missing)(neutral)")
}

// Who has gone quiet gets nothing for having no cases, while others get the group's figure.
func TestSilenceEarnsNothing(t *testing.T) {
	in := inputs()
	row := &in.Figures[2].Rows[slices.IndexFunc(in.Figures[2].Rows, func(r ranking.Row) bool { return r.Agency == "C" })]
	row.QuietSince = "2026-08-01"
	s := method(t, small).Compute(in).Groups[0].Agencies[3]
	if got := s.Criteria[3]; got.Points != 0 || marks(got.Marks) != "(quiet)(missing)" {
		t.Errorf("%g points, %s", got.Points, marks(got.Marks))
	}
}

// Answered on the tenth day after the period it is in time, on the eleventh it is late.
func TestLateAnswers(t *testing.T) {
	f := func(at, want string) {
		t.Helper()
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		in := inputs()
		in.AsOf = in.AsOf.In(time.FixedZone("", 7*3600))
		in.Assessments[0].Claimed.At = when
		if got := marks(method(t, small).Compute(in).Groups[0].Agencies[1].Criteria[2].Marks); got != want {
			t.Errorf("answered at %s: %q, want %q", at, got, want)
		}
	}
	f("2026-10-10T23:59:59+07:00", "")
	f("2026-10-10T17:00:00Z", "(late)") // the eleventh in the city
}

// By hand, for A: in Q2 on time 80/100 → 0.6 → 24 points, now 32: +8; overdue 1 of a best of 1 → 20, now 20: 0; plan 24 → 24;
// uptake 80/100 → 10, now 0: −10; findings 0, now −0.5. 78 points then, 75.5 now: −2.5 = −10 + 8 − 0.5.
func TestChange(t *testing.T) {
	m, before := method(t, small), inputs()
	before.Period = ranking.Span{ID: "2026-Q2", From: "2026-04-01", To: "2026-06-30"}
	before.Figures = []ranking.Figure{
		figures("on-time", "A 80/100", "B 45/50", "C 8/10", "D 30/40"), figures("overdue", "A 1", "B 4", "C 8", "D 2"),
		figures("uptake", "A 80/100", "B 35/50", "C 0/0", "D 36/40"), figures("findings", "A 0", "B 10", "C 0", "D 0"),
	}
	before.Agencies = before.Agencies[:3] // D is new
	r := m.Compute(inputs())
	r.Since(m.Compute(before))
	a := r.Groups[0].Agencies[1]
	if c := a.Change; c == nil || c.Period != "2026-Q2" || c.Rank == nil || *c.Rank != 1 || c.Points != 78 {
		t.Fatalf("the change of A: %+v", a.Change)
	}
	got := ""
	for _, by := range a.Change.By {
		got += fmt.Sprintf("%s %+.4g, ", by.ID, by.Points)
	}
	if want := "uptake -10, on-time +8, findings -0.5, "; got != want {
		t.Errorf("moved by %s want %s", got, want)
	}
	if d := r.Groups[0].Agencies[0]; d.Change != nil {
		t.Errorf("D was not there, and changed by %+v", d.Change)
	}
}

// Bonus and penalty end at nothing and at the method's points; what is cut off is told.
func TestCap(t *testing.T) {
	m := method(t, strings.Replace(small, "maximum: 3, kpi", "maximum: 90, kpi", 1))
	in := inputs()
	in.Figures[3] = figures("findings", "A 500", "B 10", "C 0", "D 0")
	r := m.Compute(in)
	r.Since(m.Compute(inputs()))
	last := r.Groups[0].Agencies[3]
	if last.Agency.Code != "A" || last.Points != 0 {
		t.Errorf("%s has %g points, want A with none", last.Agency.Code, last.Points)
	}
	// A had 75.5; 90 are taken where 0.5 were: −89.5, of which 14 can't be.
	by := last.Change.By
	if len(by) != 2 || by[0].ID != "findings" || by[0].Points != -89.5 || by[1].ID != "cap" || by[1].Points != 14 {
		t.Errorf("moved by %+v", by)
	}
}
