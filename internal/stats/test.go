package stats

import (
	"math"
	"slices"
)

// FellByChance is the chance that a share falls at least as far as from k1 of n1 to k2 of n2 although nothing has changed:
// Fisher's exact test, one-sided. It is 1 where one of them has no case. Counts must be 0 ≤ k ≤ n.
// Source: R. A. Fisher, The Design of Experiments (1935), II.
func FellByChance(k1, n1, k2, n2 int) float64 {
	if n1 <= 0 || n2 <= 0 {
		return 1
	}
	all, hits := n1+n2, k1+k2
	// The chance of k hits among the n2 later ones, given all hits.
	at := func(k int) float64 {
		return math.Exp(logChoose(hits, k) + logChoose(all-hits, n2-k) - logChoose(all, n2))
	}
	sum := 0.0
	for k := k2; k >= max(0, n2-(all-hits)); k-- {
		p := at(k)
		if sum += p; p < sum*1e-12 {
			break
		}
	}
	return min(1, sum)
}

// Holm says of which of several tests the chance is small enough, so that all of them together err with a chance of at most
// alpha. The answers are in the order of the chances given.
// Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
func Holm(chances []float64, alpha float64) []bool {
	order := make([]int, len(chances))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case chances[a] < chances[b]:
			return -1
		case chances[a] > chances[b]:
			return 1
		default:
			return 0
		}
	})
	beyond := make([]bool, len(chances))
	for rank, i := range order {
		if chances[i] > alpha/float64(len(chances)-rank) {
			break
		}
		beyond[i] = true
	}
	return beyond
}
