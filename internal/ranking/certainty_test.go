package ranking_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"tiendo/internal/ranking"

	"github.com/google/go-cmp/cmp"
)

// three is a method of three rates.
const three = `method: three
version: "1"
titles: {vi: Ba, en: Three}
periods: [quarter]
groups: [{code: g, names: {vi: Nhóm, en: Group}}]
minimum: {volume: 30, below: shrink}
areas:
  - id: a
    titles: {vi: A, en: A}
    weight: 100
    criteria:
      - {id: x, titles: {vi: X, en: X}, weight: 50, kpi: dossier.on_time_rate, scoring: {kind: linear, zero: 0.5, full: 1}}
      - {id: y, titles: {vi: Y, en: Y}, weight: 30, kpi: task.on_time_rate, scoring: {kind: linear, zero: 0, full: 1}}
      - {id: z, titles: {vi: Z, en: Z}, weight: 20, kpi: online.uptake, scoring: {kind: bands, bands: [{to: 0.4, share: 0}, {from: 0.4, to: 0.6, share: 0.3}, {from: 0.6, to: 0.8, share: 0.6}, {from: 0.8, share: 1}]}}
uncertainty: {weights: 0.25, dispersion: 0.01}
`

// trueCity is a city whose agencies' rates are known, and what a quarter shows of them.
type trueCity struct {
	inputs ranking.Inputs
	ranks  map[string]int
}

// beta draws by counting: the a-th of a+b−1 uniform numbers is a beta(a, b) number.
func beta(r *rand.Rand, a, b int) float64 {
	all := make([]float64, a+b-1)
	for i := range all {
		all[i] = r.Float64()
	}
	slices.Sort(all)
	return all[a-1]
}

// newTrueCity makes rates, the weights that really matter, and a quarter's cases: an agency's cases are more alike than chance has
// it, for each quarter has a rate of its own about the agency's.
func newTrueCity(r *rand.Rand, m *ranking.Method) trueCity {
	const agencies = 14
	c := trueCity{inputs: ranking.Inputs{Period: inputs().Period}, ranks: map[string]int{}}
	points := make([]float64, agencies)
	rates := [3][agencies]float64{}
	for k, means := range [3][2]int{{18, 3}, {8, 4}, {6, 4}} {
		for i := range agencies {
			rates[k][i] = beta(r, means[0], means[1])
		}
	}
	weights, sum := []float64{50, 30, 20}, 0.0
	for k := range weights {
		weights[k] *= 1 + m.Uncertainty.Weights*(2*r.Float64()-1)
		sum += weights[k]
	}
	for i := range agencies {
		c.inputs.Agencies = append(c.inputs.Agencies, ranking.Agency{Code: fmt.Sprintf("H%02d", i), Group: "g"})
		x, y, z := rates[0][i], rates[1][i], rates[2][i]
		band := 0.0
		for _, b := range [][2]float64{{0.4, 0.3}, {0.6, 0.6}, {0.8, 1}} {
			if z >= b[0] {
				band = b[1]
			}
		}
		points[i] = (weights[0]*max(0, (x-0.5)/0.5) + weights[1]*y + weights[2]*band) / sum
	}
	for i, a := range c.inputs.Agencies {
		c.ranks[a.Code] = 1
		for j := range points {
			if points[j] > points[i]+1e-12 {
				c.ranks[a.Code]++
			}
		}
	}
	for k, id := range []string{"x", "y", "z"} {
		f := ranking.Figure{Criterion: id}
		for i, a := range c.inputs.Agencies {
			n := 8 * math.Pow(60, r.Float64()) // 8 to 480
			f.Rows = append(f.Rows, quarter(r, a.Code, rates[k][i], int(n), m.Uncertainty.Dispersion))
		}
		c.inputs.Figures = append(c.inputs.Figures, f)
	}
	return c
}

// quarter is n cases of an agency. ρ = 0.01 is a beta distribution of 99 cases about its rate.
func quarter(r *rand.Rand, agency string, rate float64, n int, dispersion float64) ranking.Row {
	size := 1/dispersion - 1
	a := int(math.Round(rate * size))
	a = min(int(size)-1, max(1, a))
	now, good := beta(r, a, int(size)-a), 0.0
	for range n {
		if r.Float64() < now {
			good++
		}
	}
	return ranking.Row{Agency: agency, Numerator: &good, Denominator: new(float64(n)), Value: new(good / float64(n))}
}

// Over cities whose true ranks are known, about 90 % of them lie in the intervals: the promise is within two points.
func TestIntervalsCoverWhatTheySay(t *testing.T) {
	m := method(t, three)
	m.Uncertainty.Draws = 1000
	r := rand.New(rand.NewPCG(2019, 10))
	covered, all, width := 0, 0, 0
	const cities = 200
	for range cities {
		city := newTrueCity(r, m)
		result := m.Compute(city.inputs)
		m.Simulate(result)
		for _, s := range result.Groups[0].Agencies {
			truth := city.ranks[s.Agency.Code]
			if s.Interval.Low <= truth && truth <= s.Interval.High {
				covered++
			}
			all, width = all+1, width+s.Interval.High-s.Interval.Low+1
		}
	}
	coverage := float64(covered) / float64(all)
	t.Logf("%d cities: %.1f %% of %d true ranks are covered, by %.1f ranks of 14", cities, 100*coverage, all, float64(width)/float64(all))
	if all != 14*cities || coverage < 0.88 || coverage > 0.92 {
		t.Errorf("%.1f %% are covered, want 88 to 92", 100*coverage)
	}
	if wide := float64(width) / float64(all); wide > 10 {
		t.Errorf("intervals of %.1f ranks of 14 say nothing", wide)
	}
}

// The same method and inputs give the same intervals; another version of the method draws other numbers.
func TestSeedsReproduce(t *testing.T) {
	run := func(content string) *ranking.Result {
		m := method(t, content)
		r := m.Compute(newTrueCity(rand.New(rand.NewPCG(1, 2)), m).inputs)
		m.Simulate(r)
		return r
	}
	one := run(three)
	if d := cmp.Diff(one, run(three)); d != "" {
		t.Error(d)
	}
	if other := run(three + "# edited\n"); cmp.Equal(one.Groups[0].Certainty.Above, other.Groups[0].Certainty.Above) {
		t.Error("another seed drew the same numbers")
	}
	// What was published must come out again with every later version: these are golden.
	got := ""
	for _, s := range one.Groups[0].Agencies[:4] {
		got += fmt.Sprintf("%d (%d–%d) tie %d, %d alike; ", *s.Rank, s.Interval.Low, s.Interval.High, s.Interval.Tie, s.Interval.Alike)
	}
	if want := "1 (1–6) tie 1, 7 alike; 2 (1–10) tie 1, 12 alike; 3 (2–10) tie 1, 11 alike; 4 (1–11) tie 1, 12 alike; "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What nobody can doubt has no interval, and what is the same in all is one group.
func TestCertainCases(t *testing.T) {
	m := method(t, three)
	build := func(good [3]float64, n float64) ranking.Inputs {
		in := ranking.Inputs{Period: inputs().Period}
		for i, code := range []string{"A", "B", "C"} {
			in.Agencies = append(in.Agencies, ranking.Agency{Code: code, Group: "g"})
			_ = i
		}
		for _, id := range []string{"x", "y", "z"} {
			f := ranking.Figure{Criterion: id}
			for i, a := range in.Agencies {
				f.Rows = append(f.Rows, ranking.Row{Agency: a.Code, Numerator: new(good[i] * n), Denominator: &n, Value: &good[i]})
			}
			in.Figures = append(in.Figures, f)
		}
		return in
	}
	r := m.Compute(build([3]float64{0.98, 0.75, 0.52}, 5000))
	m.Simulate(r)
	for i, s := range r.Groups[0].Agencies {
		if s.Interval.Low != i+1 || s.Interval.High != i+1 || s.Interval.Tie != i+1 || s.Interval.Alike != 0 {
			t.Errorf("%s is far from others: %+v", s.Agency.Code, s.Interval)
		}
	}
	if above := r.Groups[0].Certainty.Above; above[0][2] != 1 || above[2][0] != 0 || above[1][1] != 0.5 {
		t.Errorf("who is above whom: %v", above)
	}
	r = m.Compute(build([3]float64{0.9, 0.9, 0.9}, 40))
	m.Simulate(r)
	for _, s := range r.Groups[0].Agencies {
		if s.Interval.Low != 1 || s.Interval.High != 3 || s.Interval.Tie != 1 || s.Interval.Alike != 2 {
			t.Errorf("%s is as the others: %+v", s.Agency.Code, s.Interval)
		}
	}
}

// Every kind of criterion can be simulated: the published rank lies in its interval, and probabilities add up.
func TestEveryKindIsSimulated(t *testing.T) {
	for id, m := range examples(t) {
		m.Uncertainty.Draws = 200
		in := filled(m)
		r := m.Compute(in)
		m.Simulate(r)
		g := r.Groups[0]
		for i, s := range g.Agencies {
			if s.Rank == nil {
				continue
			}
			if *s.Rank < s.Interval.Low || *s.Rank > s.Interval.High || s.Interval.Low < 1 || s.Interval.High > len(g.Agencies) {
				t.Errorf("%s: rank %d lies in %+v", id, *s.Rank, s.Interval)
			}
			for j := range g.Agencies {
				if sum := g.Certainty.Above[i][j] + g.Certainty.Above[j][i]; math.Abs(sum-1) > 0.002 {
					t.Errorf("%s: %d and %d are above each other with %g together", id, i, j, sum)
				}
			}
		}
	}
}

// By hand: A is best in everything and always first. B is 1 in x and 0 in y and z, C the other way round: with weights a, b, c that
// are any with the same likelihood, B has a and C b + c, which is more with probability 3/4 (a < 1/2), so that of two groups of two
// C is among the first in 3 of 4 weightings. D has nothing and is last.
func TestRobust(t *testing.T) {
	m := method(t, three)
	in := ranking.Inputs{Period: inputs().Period}
	for _, code := range []string{"A", "B", "C", "D"} {
		in.Agencies = append(in.Agencies, ranking.Agency{Code: code, Group: "g"})
	}
	in.Figures = []ranking.Figure{
		figures("x", "A 100/100", "B 100/100", "C 0/100", "D 0/100"),
		figures("y", "A 100/100", "B 0/100", "C 100/100", "D 0/100"),
		figures("z", "A 100/100", "B 0/100", "C 100/100", "D 0/100"),
	}
	r := m.Compute(in)
	m.Simulate(r)
	want := map[string][2]float64{"A": {1, 0}, "B": {0.25, 0.75}, "C": {0.75, 0.25}, "D": {0, 1}}
	for _, s := range r.Groups[0].Agencies {
		w := want[s.Agency.Code]
		if math.Abs(s.Robust.First-w[0]) > 0.02 || math.Abs(s.Robust.Last-w[1]) > 0.02 {
			t.Errorf("%s: %+v, want %v", s.Agency.Code, s.Robust, w)
		}
	}
}
