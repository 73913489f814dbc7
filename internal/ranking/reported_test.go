package ranking_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"tiendo/internal/ranking"
)

// By hand, 10 points for the best: what is less than nothing is as good as nothing, whichever is better.
func TestLessThanNothing(t *testing.T) {
	const reported = `method: reported
version: "1"
titles: {vi: A, en: A}
periods: [quarter]
points: 10
groups: [{code: g, names: {vi: G, en: G}}]
areas: [{id: a, titles: {vi: A, en: A}, weight: 10, criteria: [{id: posts, titles: {vi: A, en: A}, weight: 10, kpi: org.streamlining_ratio, better: higher, scoring: {kind: best}}]}]
`
	f := func(better, want string, values ...float64) {
		t.Helper()
		m := method(t, strings.Replace(reported, "better: higher", "better: "+better, 1))
		in := ranking.Inputs{Period: ranking.Span{ID: "2026-Q1"}, Figures: []ranking.Figure{{Criterion: "posts", KPI: "org.streamlining_ratio"}}}
		for i, v := range values {
			code := string(rune('A' + i))
			in.Agencies = append(in.Agencies, ranking.Agency{Code: code, Group: "g"})
			in.Figures[0].Rows = append(in.Figures[0].Rows, ranking.Row{Agency: code, Numerator: new(v * 20), Denominator: new(20.0), Value: new(v)})
		}
		if err := m.Check(&in); err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, s := range m.Compute(in).Groups[0].Agencies {
			got[s.Agency.Code] = s.Points
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%s is better, of %v: %v, want %s", better, values, got, want)
		}
		in.Figures[0].Rows[0].Denominator = new(-20.0)
		if wrong, is := errors.AsType[*ranking.OutOfRange](m.Check(&in)); !is || wrong.Agency != "A" || wrong.ID != "posts" || wrong.Number != -20 {
			t.Errorf("a target of -20: %v", wrong)
		}
	}
	f("higher", "map[A:10 B:0 C:5]", 2, -1, 1)
	f("higher", "map[A:0 B:0]", -2, -1)
	f("lower", "map[A:10 B:10 C:0]", 0, -1, 1)
	f("lower", "map[A:10 B:10]", -2, -1)
}
