package ranking_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"tiendo/internal/ranking"
)

// silence are inputs of a period of which nothing is known, whatever the method says of missing data.
func silence() ranking.Inputs {
	in := inputs()
	in.Figures = []ranking.Figure{
		figures("on-time", "A 0/0", "B 0/0", "C 0/0", "D 0/0", "X 1/1"), figures("overdue", "A 0", "B 0", "C 0", "D 0", "X 0"),
		figures("uptake", "A 0/0", "B 0/0", "C 0/0", "D 0/0", "X 1/1"), figures("findings", "A 0", "B 0", "C 0", "D 0"),
	}
	in.Assessments = nil
	return in
}

// Nobody is ranked by nothing: not as first with no points, nor by the figures of nobody. X, which the method excludes, stays so.
func TestNobodyIsRankedByNothing(t *testing.T) {
	for _, missing := range []string{"zero", "neutral", "unranked"} {
		m := method(t, strings.ReplaceAll(small, "missing: neutral", "missing: "+missing))
		r := m.Compute(silence())
		m.Simulate(r)
		g := r.Groups[0]
		var codes []string
		for _, a := range g.NoData {
			codes = append(codes, a.Code)
		}
		if len(g.Agencies) != 0 || !slices.Equal(codes, []string{"A", "B", "C", "D"}) || len(g.Excluded) != 1 || r.Provisional || !strings.Contains(g.Nobody().VI, " 4 cơ quan") {
			t.Errorf("missing: %s: %d stand, without data are %v, excluded %v, provisional %v: %q", missing, len(g.Agencies), codes, g.Excluded, r.Provisional, g.Nobody().VI)
		}
		raw, err := json.Marshal(r)
		if err != nil || !strings.Contains(string(raw), `"agencies":[],"excluded"`) {
			t.Errorf("%v %s", err, raw)
		}
		next := m.Compute(inputs())
		next.Since(r)
		if c := next.Groups[0].Agencies[0].Change; c != nil {
			t.Errorf("who had no rank moved from it: %+v", c)
		}
	}
}

// One case, one answer, one finding of anybody is enough for all to be ranked as the method says.
func TestAnythingKnownRanksAll(t *testing.T) {
	f := func(what string, change func(in *ranking.Inputs)) {
		t.Helper()
		in := silence()
		change(&in)
		if g := method(t, small).Compute(in).Groups[0]; len(g.Agencies) != 4 || len(g.NoData) != 0 || g.Nobody() != (ranking.Names{}) {
			t.Errorf("%s: %d stand, %d are without data", what, len(g.Agencies), len(g.NoData))
		}
	}
	f("a dossier that was late", func(in *ranking.Inputs) {
		in.Figures[0] = figures("on-time", "A 0/1", "B 0/0", "C 0/0", "D 0/0")
	})
	f("one overdue", func(in *ranking.Inputs) { in.Figures[1] = figures("overdue", "A 0", "B 1", "C 0", "D 0") })
	f("one finding", func(in *ranking.Inputs) { in.Figures[3] = figures("findings", "A 0", "B 0", "C 0", "D 1") })
	f("a plan of no points", func(in *ranking.Inputs) {
		in.Assessments = []ranking.Assessment{{Agency: "A", Code: "plan", Claimed: claim(0)}}
	})
	f("a bonus", func(in *ranking.Inputs) {
		in.Assessments = []ranking.Assessment{{Agency: "A", Code: "initiative", Verified: claim(1)}}
	})
}

// Where a method only counts, none is what was found, unless nothing was ever told.
func TestNoneIsKnownWhereAllIsCounted(t *testing.T) {
	m := method(t, `method: counts
version: "1"
titles: {vi: T, en: T}
periods: [quarter]
groups: [{code: g, names: {vi: G, en: G}}]
areas:
  - {id: a, titles: {vi: A, en: A}, weight: 100, criteria: [{id: overdue, titles: {vi: A, en: A}, weight: 100, kpi: dossier.open_overdue, scoring: {kind: threshold, at: 0}}]}
`)
	for events, want := range map[uint64]int{0: 0, 1: 5} {
		in := silence()
		if in.Events = events; len(m.Compute(in).Groups[0].Agencies) != want {
			t.Errorf("of %d events none is overdue: %d stand, want %d", events, len(m.Compute(in).Groups[0].Agencies), want)
		}
	}
}
