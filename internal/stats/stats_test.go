package stats_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tiendo/internal/stats"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > within {
		t.Errorf("%s is %.9f, want %.9f", what, got, want)
	}
}

// Values of the tables of the binomial distribution (CRC Standard Probability and Statistics Tables, 1991).
func TestBinomial(t *testing.T) {
	near(t, "P(X ≤ 3), n=10, p=0.5", stats.BinomialCDF(3, 10, 0.5), 0.171875, 1e-12)
	near(t, "P(X ≤ 2), n=20, p=0.1", stats.BinomialCDF(2, 20, 0.1), 0.676926805, 1e-8)
	near(t, "P(X ≤ 0), n=5, p=0.3", stats.BinomialCDF(0, 5, 0.3), 0.16807, 1e-12)
	near(t, "none", stats.BinomialCDF(-1, 5, 0.3), 0, 0)
	near(t, "all", stats.BinomialCDF(5, 5, 0.3), 1, 0)
	near(t, "certain", stats.BinomialCDF(4, 5, 1), 0, 0)
	for _, c := range []struct {
		q    float64
		n    int
		p    float64
		want int
	}{{0.5, 10, 0.5, 5}, {0.025, 20, 0.5, 6}, {0.975, 20, 0.5, 14}, {0.025, 5, 0.99, 4}, {0.9, 0, 0.5, 0}} {
		if got := stats.BinomialQuantile(c.q, c.n, c.p); got != c.want {
			t.Errorf("quantile %v of n=%d, p=%v is %d, want %d", c.q, c.n, c.p, got, c.want)
		}
	}
}

// Whatever n and p, the distribution function is the sum of the chances, added up one by one.
func TestBinomialIsASum(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n, p := rapid.IntRange(1, 400).Draw(r, "n"), rapid.Float64Range(0.001, 0.999).Draw(r, "p")
		k := rapid.IntRange(0, n).Draw(r, "k")
		term, sum := math.Exp(float64(n)*math.Log1p(-p)), 0.0
		for i := 0; i <= k; i++ {
			sum += term
			term *= float64(n-i) / float64(i+1) * p / (1 - p)
		}
		if term > 0 && math.Abs(stats.BinomialCDF(k, n, p)-sum) > 1e-8 {
			r.Fatalf("P(X ≤ %d), n=%d, p=%v is %v, added up %v", k, n, p, stats.BinomialCDF(k, n, p), sum)
		}
	})
}

// The limits are those of the appendix of Spiegelhalter (2005) worked out by hand: for n = 20, p = 0.5 the quantile of 0.025 is
// 6, P(X ≤ 6) = 0.057659, P(X = 6) = 0.036964, so alpha = 0.883532 and the limit (6 − 0.883532) ÷ 20 = 0.255823.
func TestFunnelLimits(t *testing.T) {
	near(t, "lower limit", stats.BinomialLimit(0.025, 20, 0.5), 0.255823, 1e-6)
	near(t, "upper limit", stats.BinomialLimit(0.975, 20, 0.5), 1-0.255823-1.0/20, 1e-6)
	near(t, "of nothing", stats.BinomialLimit(0.025, 0, 0.5), math.NaN(), 0)
	before := 0.0
	for _, n := range []int{10, 100, 1_000, 10_000, 100_000, 1_000_000} {
		low := stats.BinomialLimit(0.0005, n, 0.95)
		if low <= before || low >= 0.95 {
			t.Errorf("the limit at %d is %v, after %v", n, low, before)
		}
		before = low
	}
	// Far out the exact limits are the normal ones.
	near(t, "large", stats.BinomialLimit(0.025, 1_000_000, 0.5), 0.5-1.959964*0.0005, 2e-6)
}

// Fisher's tea: of four cups each, the lady took three rightly with chance 17/70, all four with 1/70.
func TestFisher(t *testing.T) {
	near(t, "three of four", stats.FellByChance(3, 4, 1, 4), 17.0/70, 1e-12)
	near(t, "all four", stats.FellByChance(4, 4, 0, 4), 1.0/70, 1e-12)
	// Fisher's convicts (Statistical Methods for Research Workers, §21.02): 10 of 13 and 2 of 17 twins convicted.
	near(t, "convicts", stats.FellByChance(10, 13, 2, 17), 619.0/1330665, 1e-9)
	near(t, "no case before", stats.FellByChance(0, 0, 1, 4), 1, 0)
	near(t, "the same", stats.FellByChance(900, 1000, 900, 1000), 0.5297, 0.02)
	if p := stats.FellByChance(99_000, 100_000, 98_000, 100_000); p <= 0 || p > 1e-60 {
		t.Errorf("a fall of a point in a hundred thousand has the chance %v", p)
	}
}

// The chance is the sum of all falls as large or larger, each counted alone with whole numbers, wherever the share has gone.
func TestFisherAddsUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 35))
	for range 300 {
		n1, n2 := 1+rng.IntN(60), 1+rng.IntN(60)
		k1, k2 := rng.IntN(n1+1), rng.IntN(n2+1)
		sum := new(big.Int)
		for k := 0; k <= k2; k++ {
			if left := k1 + k2 - k; left >= 0 && left <= n1 {
				ways := new(big.Int).Binomial(int64(n2), int64(k))
				sum.Add(sum, ways.Mul(ways, new(big.Int).Binomial(int64(n1), int64(left))))
			}
		}
		want, _ := new(big.Rat).SetFrac(sum, new(big.Int).Binomial(int64(n1+n2), int64(k1+k2))).Float64()
		near(t, fmt.Sprint(k1, " of ", n1, ", ", k2, " of ", n2), stats.FellByChance(k1, n1, k2, n2), want, 1e-10)
	}
	near(t, "risen far", stats.FellByChance(10_000, 100_000, 90_000, 100_000), 1, 0)
}

// Worked by hand: 0.005 ≤ 0.05÷4, 0.01 ≤ 0.05÷3, 0.03 > 0.05÷2. Of 0.01, 0.04, 0.03, 0.005 the two small ones are beyond 0.05.
func TestHolm(t *testing.T) {
	if got := stats.Holm([]float64{0.01, 0.04, 0.03, 0.005}, 0.05); !slices.Equal(got, []bool{true, false, false, true}) {
		t.Errorf("%v", got)
	}
	if got := stats.Holm(nil, 0.05); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

// Montgomery's cans of frozen orange juice (Introduction to Statistical Quality Control, example 7.1): 30 samples of 50, centre
// 0.2313, samples 15 and 23 above. His limits by the normal curve are 0.0524 and 0.4102; worked out with fractions, chance gives at most 3
// of 50 once in 781 samples, at most 4 once in 203, at least 22 once in 1,120 and at least 21 once in 425: 4 and 21 are within.
func TestPChartOfOrangeJuice(t *testing.T) {
	cans := []int{12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6}
	var points []stats.Point
	for _, k := range cans {
		points = append(points, stats.Point{K: k, N: 50})
	}
	c := stats.NewPChart(points)
	near(t, "centre", c.Centre, 0.2313, 5e-5)
	near(t, "lower limit", c.Low[0], 4./50, 0)
	near(t, "upper limit", c.High[0], 21./50, 0)
	if want := []stats.Signal{{Kind: stats.Above, From: 14, To: 14}, {Kind: stats.Above, From: 22, To: 22}}; !slices.Equal(c.Signals, want) {
		t.Errorf("%+v", c.Signals)
	}
}

func TestSignals(t *testing.T) {
	f := func(name string, want []stats.Signal, points ...stats.Point) {
		t.Helper()
		if got := stats.NewPChart(points).Signals; !slices.Equal(got, want) {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	of := func(shares ...int) (all []stats.Point) {
		for _, k := range shares {
			all = append(all, stats.Point{K: k, N: 100})
		}
		return all
	}
	f("nine on a side", []stats.Signal{{Kind: stats.RunAbove, From: 0, To: 8}}, of(82, 83, 82, 83, 82, 83, 82, 83, 82, 76, 79, 75)...)
	f("eight are chance", nil, of(82, 83, 82, 83, 82, 83, 82, 83, 76, 79, 75)...)
	f("six rise", []stats.Signal{{Kind: stats.Rising, From: 1, To: 6}}, of(80, 78, 79, 80, 81, 82, 83, 80)...)
	f("five rise by chance", nil, of(80, 79, 80, 81, 82, 83, 80)...)
	f("six fall", []stats.Signal{{Kind: stats.Falling, From: 0, To: 5}}, of(83, 82, 81, 80, 79, 78, 80)...)
	f("a month without cases ends a run", nil, append(append(of(82, 83, 82, 83), stats.Point{}), of(82, 83, 82, 83, 75, 76, 75, 76)...)...)
	f("far below", []stats.Signal{{Kind: stats.Below, From: 2, To: 2}}, of(90, 91, 60, 90, 89)...)
	if stats.NewPChart([]stats.Point{{}, {}}) != nil {
		t.Error("there is a chart of nothing")
	}
}

// Kitagawa's parts add up, and a group whose rate and weight stay adds nothing.
func TestSplit(t *testing.T) {
	s := stats.SplitRate(map[string]stats.Share{"a": {90, 100}, "b": {50, 100}}, map[string]stats.Share{"a": {45, 50}, "b": {75, 150}})
	near(t, "mix", s.Mix, 120.0/200-140.0/200, 1e-12)
	near(t, "performance", s.Performance, 0, 1e-12)
	s = stats.SplitRate(map[string]stats.Share{"a": {90, 100}, "b": {50, 100}}, map[string]stats.Share{"a": {90, 100}, "b": {70, 100}})
	near(t, "mix", s.Mix, 0, 1e-12)
	near(t, "performance", s.Performance, 0.1, 1e-12)
	if len(s.By) != 2 || s.By[0].Group != "b" {
		t.Errorf("%+v", s.By)
	}
	if none := stats.SplitRate(nil, map[string]stats.Share{"a": {1, 2}}); none.Mix != 0 || none.Performance != 0 {
		t.Errorf("%+v", none)
	}
	rapid.Check(t, func(r *rapid.T) {
		draw := func(name string) (map[string]stats.Share, float64) {
			all, k, n := map[string]stats.Share{}, 0.0, 0.0
			for _, group := range []string{"a", "b", "c", "d"} {
				of := rapid.IntRange(0, 50).Draw(r, name+" n of "+group)
				hits := rapid.IntRange(0, of).Draw(r, name+" k of "+group)
				all[group] = stats.Share{K: float64(hits), N: float64(of)}
				k, n = k+float64(hits), n+float64(of)
			}
			return all, k / n
		}
		before, first := draw("before")
		after, last := draw("after")
		s := stats.SplitRate(before, after)
		if math.IsNaN(first) || math.IsNaN(last) {
			return
		}
		if math.Abs(s.Mix+s.Performance-(last-first)) > 1e-9 {
			r.Fatalf("%v and %v are not %v", s.Mix, s.Performance, last-first)
		}
	})
}

// Groups that came, went, grew and shrank, the largest difference first; those that stayed as they were are left out.
func TestDifferences(t *testing.T) {
	got := stats.Differences(map[string]float64{"gone": 3, "grown": 1, "same": 9, "shrunk": 5}, map[string]float64{"grown": 8, "same": 9, "shrunk": 2, "new": 4})
	if want := []stats.Part{{Group: "grown", Value: 7}, {Group: "new", Value: 4}, {Group: "gone", Value: -3}, {Group: "shrunk", Value: -3}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// A small agency is neither shamed nor praised by chance: one late dossier of 498 is no sign in its month, and months without a late one are none either.
func TestChanceIsNoSignal(t *testing.T) {
	rare := []stats.Point{{K: 22, N: 23}}
	for range 23 {
		rare = append(rare, stats.Point{K: 20, N: 20})
	}
	if c := stats.NewPChart(rare); len(c.Signals) > 0 {
		t.Errorf("one late of 483: %+v", c.Signals)
	}
	// Where chance alone is at work, no more charts signal, of few cases and rare misses, than of many cases about the half.
	rng := rand.New(rand.NewPCG(1, 2))
	signalling := func(n int, p float64) (share float64) {
		const charts = 2000
		for range charts {
			points := make([]stats.Point, 24)
			for i := range points {
				points[i].N = 1 + rng.IntN(2*n)
				for range points[i].N {
					if rng.Float64() < p {
						points[i].K++
					}
				}
			}
			if len(stats.NewPChart(points).Signals) > 0 {
				share += 1. / charts
			}
		}
		return share
	}
	most := signalling(200, 0.5) + 0.02
	for _, of := range []struct {
		n int
		p float64
	}{{2, 0.96}, {10, 0.998}, {20, 0.95}, {5, 0.8}, {60, 0.99}, {3, 0.1}} {
		if share := signalling(of.n, of.p); share > most {
			t.Errorf("%.1f%% of charts of %d cases at %v signal by chance, %.1f%% about the half", 100*share, of.n, of.p, 100*most)
		}
	}
}

// The quantile is the smallest count that is not too seldom.
func TestBinomialQuantileIsTheSmallest(t *testing.T) {
	for _, n := range []int{1, 2, 7, 23, 150, 4000} {
		for _, p := range []float64{0, 1e-4, 0.03, 0.5, 0.8, 0.97, 0.9999, 1} {
			for _, q := range []float64{0, 1e-9, 0.00135, 0.025, 0.5, 0.975, 0.99865, 1} {
				k := stats.BinomialQuantile(q, n, p)
				if k < 0 || k > n || q < 1 && stats.BinomialCDF(k, n, p) < q || k > 0 && q < 1 && stats.BinomialCDF(k-1, n, p) >= q {
					t.Errorf("%v of %d at %v is %d", q, n, p, k)
				}
			}
		}
	}
}
