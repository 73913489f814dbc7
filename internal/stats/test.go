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
	// at is the chance of k hits among the n2 later ones, given all hits. That of one hit fewer or more follows from it.
	at := func(k int) float64 {
		return math.Exp(logChoose(hits, k) + logChoose(all-hits, n2-k) - logChoose(all, n2))
	}
	if least := max(0, n2-(all-hits)); float64(k2)*float64(all) < float64(n2)*float64(hits) {
		p := at(k2)
		sum := p
		for k := k2; k > least && p >= sum*1e-14; k-- {
			p *= float64(k) * float64(all-hits-n2+k) / (float64(hits-k+1) * float64(n2-k+1))
			sum += p
		}
		return min(1, sum)
	}
	// It did not fall: what is above is the smaller part.
	most := min(hits, n2)
	if k2 == most {
		return 1
	}
	p := at(k2 + 1)
	sum := p
	for k := k2 + 1; k < most && p >= sum*1e-14; k++ {
		p *= float64(hits-k) * float64(n2-k) / (float64(k+1) * float64(all-hits-n2+k+1))
		sum += p
	}
	return max(0, 1-sum)
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
