package ranking_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"tiendo/internal/kpi"
	"tiendo/internal/ranking"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// city draws figures and assessments for what a method asks for.
func city(t *rapid.T, m *ranking.Method) ranking.Inputs {
	in := ranking.Inputs{
		Period: ranking.Span{ID: "2026-Q3", From: "2026-07-01", To: "2026-09-30"}, AsOf: time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC),
		Registers: []ranking.Register{}, Assessments: []ranking.Assessment{},
	}
	n := rapid.IntRange(1, 12).Draw(t, "agencies")
	for i := range n {
		in.Agencies = append(in.Agencies, ranking.Agency{Code: fmt.Sprintf("H%02d", i), Group: m.Groups[0].Code})
	}
	draw := func(id, figure string) {
		d, _ := kpi.ByID(figure)
		f := ranking.Figure{Criterion: id, KPI: figure}
		for _, a := range in.Agencies {
			r := ranking.Row{Agency: a.Code}
			cases := rapid.SampledFrom([]int{0, 1, 7, 29, 30, 31, 400}).Draw(t, "cases")
			switch d.Shape {
			case kpi.Count:
				r.Value = new(float64(rapid.IntRange(0, 9).Draw(t, "count")))
			case kpi.Mean:
				r.Numerator, r.Denominator = new(float64(cases*rapid.IntRange(1, 5).Draw(t, "score"))), new(float64(cases))
			default:
				r.Numerator, r.Denominator = new(float64(rapid.IntRange(0, cases).Draw(t, "good"))), new(float64(cases))
			}
			if r.Denominator != nil && *r.Denominator > 0 {
				r.Value = new(*r.Numerator / *r.Denominator)
			}
			f.Rows = append(f.Rows, r)
		}
		in.Figures = append(in.Figures, f)
	}
	assess := func(code string) {
		for _, a := range in.Agencies {
			said := ranking.Assessment{Agency: a.Code, Code: code}
			if rapid.Bool().Draw(t, "claimed") {
				said.Claimed = claim(float64(rapid.IntRange(0, 12).Draw(t, "points")))
			}
			if rapid.Bool().Draw(t, "verified") {
				said.Verified = claim(float64(rapid.IntRange(0, 12).Draw(t, "points")))
			}
			in.Assessments = append(in.Assessments, said)
		}
	}
	for _, c := range m.Criteria() {
		if c.KPI != "" {
			draw(c.ID, c.KPI)
		} else {
			assess(c.Assessment)
		}
	}
	for _, a := range m.Adjustments {
		if a.KPI != "" {
			draw(a.ID, a.KPI)
		} else {
			assess(a.Assessment)
		}
	}
	return in
}

// forEach checks a property for random cities and two methods that have every kind of criterion between them.
func forEach(t *testing.T, check func(t *rapid.T, m *ranking.Method, in ranking.Inputs)) {
	for id, m := range map[string]*ranking.Method{"small": method(t, small), "departments": examples(t)["departments"]} {
		t.Run(id, rapid.MakeCheck(func(t *rapid.T) { check(t, m, city(t, m)) }))
	}
}

// The points are the sum of areas, areas of criteria, and none is beyond its weight.
func TestSums(t *testing.T) {
	forEach(t, func(t *rapid.T, m *ranking.Method, in ranking.Inputs) {
		for _, s := range m.Compute(in).Groups[0].Agencies {
			sum, areas := 0.0, 0.0
			for _, c := range s.Criteria {
				if c.Points < 0 || c.Points > c.Weight || c.Share < 0 || c.Share > 1 || math.IsNaN(c.Points) {
					t.Fatalf("%s has %g of %g points", c.Criterion, c.Points, c.Weight)
				}
				sum += c.Points
			}
			for _, a := range s.Areas {
				areas += a.Points
			}
			for _, a := range s.Adjustments {
				sum += a.Points
				areas += a.Points
			}
			if want := min(m.Points, max(0, sum)); math.Abs(want-s.Points) > 1e-9 || math.Abs(areas-sum) > 1e-9 {
				t.Fatalf("%g points, criteria sum to %g, areas to %g", s.Points, sum, areas)
			}
		}
	})
}

// In whatever order agencies, figures and answers come, the ranking is the same to the last digit.
func TestOrderOfInputsDoesNotMatter(t *testing.T) {
	forEach(t, func(t *rapid.T, m *ranking.Method, in ranking.Inputs) {
		want := m.Compute(in)
		in.Agencies = rapid.Permutation(in.Agencies).Draw(t, "agencies")
		in.Assessments = rapid.Permutation(in.Assessments).Draw(t, "assessments")
		for i := range in.Figures {
			in.Figures[i].Rows = rapid.Permutation(in.Figures[i].Rows).Draw(t, "rows")
		}
		if d := cmp.Diff(want, m.Compute(in)); d != "" {
			t.Fatal(d)
		}
	})
}

// A better figure never lowers the agency's own points, unless the method says that neither way is better.
func TestBetterFiguresNeverLowerPoints(t *testing.T) {
	forEach(t, func(t *rapid.T, m *ranking.Method, in ranking.Inputs) {
		c := rapid.SampledFrom(m.Criteria()).Draw(t, "criterion")
		agency := rapid.SampledFrom(in.Agencies).Draw(t, "agency").Code
		if c.Better == ranking.BetterNeither {
			return
		}
		before := pointsOf(m.Compute(in), agency)
		if !better(&in, c, agency) {
			return
		}
		if after := pointsOf(m.Compute(in), agency); after < before-1e-9 {
			t.Fatalf("%s of %s is better, and the points fell from %g to %g", c.ID, agency, before, after)
		}
	})
}

// better betters one figure of one agency by one case or point; false if it can't.
func better(in *ranking.Inputs, c ranking.Criterion, agency string) bool {
	for i := range in.Assessments {
		if a := &in.Assessments[i]; a.Agency == agency && a.Code == c.Assessment && a.Verified != nil {
			a.Verified.Points++
			return true
		}
	}
	for i := range in.Figures {
		j := slices.IndexFunc(in.Figures[i].Rows, func(r ranking.Row) bool { return r.Agency == agency })
		if in.Figures[i].Criterion != c.ID {
			continue
		}
		r, step := &in.Figures[i].Rows[j], 1.0
		if c.Better == ranking.BetterLower {
			step = -1
		}
		if r.Denominator == nil {
			r.Value = new(*r.Value + step)
			return *r.Value >= 0
		}
		r.Numerator = new(*r.Numerator + step)
		if *r.Denominator == 0 || *r.Numerator < 0 || *r.Numerator > *r.Denominator {
			return false
		}
		r.Value = new(*r.Numerator / *r.Denominator)
		return true
	}
	return false
}

func pointsOf(r *ranking.Result, agency string) float64 {
	for _, s := range r.Groups[0].Agencies {
		if s.Agency.Code == agency {
			return s.Points
		}
	}
	panic("no " + agency)
}

// Ranks follow the points: whoever has more is never behind, equals share a rank, and the next is as many lower.
func TestRanksFollowPoints(t *testing.T) {
	forEach(t, func(t *rapid.T, m *ranking.Method, in ranking.Inputs) {
		all := m.Compute(in).Groups[0].Agencies
		for i, s := range all {
			if s.Rank == nil {
				if len(s.Unranked) == 0 {
					t.Fatalf("%s has no rank and no reason", s.Agency.Code)
				}
				continue
			}
			if *s.Rank != i+1 && (i == 0 || *s.Rank != *all[i-1].Rank) {
				t.Fatalf("rank %d at place %d", *s.Rank, i+1)
			}
			if i > 0 && all[i-1].Points < s.Points-0.01 {
				t.Fatalf("%g points come after %g", s.Points, all[i-1].Points)
			}
		}
	})
}

// A ranking that went through JSON can be computed again, to the last digit.
func TestInputsGoThroughJSON(t *testing.T) {
	forEach(t, func(t *rapid.T, m *ranking.Method, in ranking.Inputs) {
		want := m.Compute(in)
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got ranking.Result
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want.Groups, m.Compute(got.Inputs).Groups); d != "" {
			t.Fatal(d)
		}
	})
}

// filled are inputs for a method with something for every criterion.
func filled(m *ranking.Method) ranking.Inputs {
	return rapid.Custom(func(t *rapid.T) ranking.Inputs { return city(t, m) }).Example(7)
}
