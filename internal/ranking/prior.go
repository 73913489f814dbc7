package ranking

import (
	"cmp"
	"math"
	"slices"
)

// evidence is what is known of one agency's rate: good of n cases, as many as they are worth.
type evidence struct{ good, n float64 }

// worth is what n cases of one agency are worth when they are alike beyond chance: n ÷ (1 + (n − 1)·ρ), the design effect of
// cases that come in clusters. Source: L. Kish, Survey Sampling (1965); M. J. Crowder, "Beta-binomial Anova for proportions",
// Applied Statistics 27 (1978).
func worth(good, n, dispersion float64) evidence {
	if n <= 0 {
		return evidence{}
	}
	part := 1 / (1 + max(0, n-1)*dispersion)
	return evidence{min(n, max(0, good)) * part, n * part}
}

// prior is how the rates of a group's agencies lie, as far as their cases tell: beta distributions, each as likely as it makes
// the cases. An agency's rate given its own cases is then a beta distribution too, drawn towards the group the more the fewer
// cases it has.
type prior struct {
	a, b []float64
	// sums are the summed likelihoods.
	sums []float64
}

// The grid of means and of how close agencies lie together.
const (
	gridMeans   = 15
	gridSpreads = 24
)

// newPrior weighs a grid of beta distributions by the beta-binomial likelihood of the group's cases. All means in reach are taken
// for equally likely beforehand, and so is how far an agency of usual size is drawn to its group, from nothing to wholly.
// Source: M. J. Daniels, "A prior for the variance in hierarchical models", Canadian Journal of Statistics 27 (1999).
func newPrior(all []evidence) *prior {
	centre, reach, usual := spread(all)
	p := &prior{}
	var logs []float64
	for i := range gridMeans {
		logit := centre + reach*(2*float64(i)/(gridMeans-1)-1)
		mean := 1 / (1 + math.Exp(-logit))
		for j := range gridSpreads {
			drawn := (float64(j) + 0.5) / gridSpreads
			size := usual * drawn / (1 - drawn)
			a, b := mean*size, (1-mean)*size
			p.a, p.b = append(p.a, a), append(p.b, b)
			// The means are evenly spread as logits: mean·(1 − mean) makes them evenly likely as rates.
			logs = append(logs, likelihood(all, a, b)+math.Log(mean*(1-mean)))
		}
	}
	best, sum := slices.Max(logs), 0.0
	for _, l := range logs {
		sum += math.Exp(l - best)
		p.sums = append(p.sums, sum)
	}
	return p
}

// spread is around which logit and in what reach the mean of the rates lies, and what the middle agency's cases are worth.
func spread(all []evidence) (centre, reach, usual float64) {
	good, n, known := 0.0, 0.0, []float64{}
	for _, e := range all {
		if e.n > 0 {
			good, n, known = good+e.good, n+e.n, append(known, e.n)
		}
	}
	if len(known) == 0 {
		return 0, 3, 10
	}
	slices.SortFunc(known, cmp.Compare)
	mean := (good + 0.5) / (n + 1)
	between := 0.0
	for _, e := range all {
		if e.n > 0 {
			between += (e.good/e.n - mean) * (e.good/e.n - mean) / float64(len(known))
		}
	}
	within := mean * (1 - mean)
	reach = 4 * math.Sqrt((between+within/n)/float64(len(known))) / within
	return math.Log(mean / (1 - mean)), min(3, max(0.2, reach)), max(1, known[len(known)/2])
}

// likelihood is the logarithm of how likely cases are where rates lie as a beta distribution.
func likelihood(all []evidence, a, b float64) float64 {
	sum, none := 0.0, logBeta(a, b)
	for _, e := range all {
		if e.n > 0 {
			sum += logBeta(a+e.good, b+e.n-e.good) - none
		}
	}
	return sum
}

func logBeta(a, b float64) float64 {
	x, _ := math.Lgamma(a)
	y, _ := math.Lgamma(b)
	z, _ := math.Lgamma(a + b)
	return x + y - z
}
