package stats

import (
	"cmp"
	"maps"
	"slices"
)

// Share is a part of a rate: K of N in some group.
type Share struct{ K, N float64 }

// Split says why a rate moved between two periods, of groups with many cases each: because other groups had more of the cases
// (Mix), or because groups did better or worse (Performance). Both add up to the whole change.
type Split struct {
	Mix, Performance float64
	// By is what each group did to the rate by its performance, the largest first.
	By []Part
}

// Part is the part of a change that one group brought about.
type Part struct {
	Group string
	Value float64
}

// SplitRate splits the change of a rate. A group that has cases in one period only changes the mix, and nothing else.
// Source: E. M. Kitagawa, "Components of a difference between two rates", Journal of the American Statistical Association 50
// (1955), with both periods weighted alike.
func SplitRate(before, after map[string]Share) Split {
	whole := func(groups map[string]Share) (all Share) {
		for _, s := range groups { // whole counts, so in any order
			all.K, all.N = all.K+s.K, all.N+s.N
		}
		return all
	}
	first, last := whole(before), whole(after)
	var s Split
	if first.N == 0 || last.N == 0 {
		return s
	}
	names := map[string]bool{}
	for name := range before {
		names[name] = true
	}
	for name := range after {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) { // the same sum for the same data, to the last bit
		b, a := before[name], after[name]
		weightB, weightA := b.N/first.N, a.N/last.N
		switch {
		case b.N == 0 && a.N == 0:
		case b.N == 0:
			s.Mix += weightA * (a.K/a.N - first.K/first.N)
		case a.N == 0:
			s.Mix -= weightB * (b.K/b.N - first.K/first.N)
		default:
			rateB, rateA := b.K/b.N, a.K/a.N
			moved := (weightB + weightA) / 2 * (rateA - rateB)
			s.Performance += moved
			s.Mix += (weightA - weightB) * ((rateB+rateA)/2 - first.K/first.N)
			s.By = append(s.By, Part{name, moved})
		}
	}
	largestFirst(s.By)
	return s
}

// Differences are by how much each group has more or fewer than before, the largest difference first; groups without one are
// left out.
func Differences(before, after map[string]float64) []Part {
	var all []Part
	for name, n := range after {
		if n != before[name] {
			all = append(all, Part{name, n - before[name]})
		}
	}
	for name, n := range before {
		if _, still := after[name]; !still && n != 0 {
			all = append(all, Part{name, -n})
		}
	}
	largestFirst(all)
	return all
}

func largestFirst(parts []Part) {
	slices.SortFunc(parts, func(a, b Part) int {
		return cmp.Or(cmp.Compare(max(b.Value, -b.Value), max(a.Value, -a.Value)), cmp.Compare(a.Group, b.Group))
	})
}
