package ranking

import (
	"slices"

	"tiendo/internal/kpi"
)

// chance is one criterion of one group as far as it is left to chance.
type chance struct {
	criterion *Criterion
	weight    float64
	// shares are what does not change from draw to draw; drawn says for which agencies it does.
	shares []float64
	drawn  []bool
	cases  []evidence
	prior  *prior
	// low and span turn a rate from 0 to 1 into the figure.
	low, span float64
	// counts are of a count: agencies' true numbers lie as a gamma distribution of this mean and shape.
	counts      bool
	mean, shape float64
	// enough says who may set the mark where points are a share of the best.
	enough []bool

	values []float64
}

// newChance looks at what a criterion's scores are made of. Assessments, what agencies report of themselves, and quantiles are
// taken as they are: of the first two nothing is left to chance, and of a quantile the cases are not known here.
func newChance(m *Method, c *Criterion, scores []*Score) *chance {
	x := &chance{criterion: c, weight: c.Weight, span: 1, values: make([]float64, len(scores))}
	d, known := kpi.ByID(c.KPI)
	open := known && !d.Reported() && d.Shape != kpi.Quantile
	if d.Shape == kpi.Mean {
		x.low, x.span = lowestScore, highestScore-lowestScore
	}
	x.counts = d.Shape == kpi.Count
	for _, s := range scores {
		e := evidence{}
		switch {
		case s.Value == nil:
		case x.counts:
			e = evidence{*s.Value, 1}
		case s.Denominator != nil:
			e = worth((*s.Numerator-x.low**s.Denominator)/x.span, *s.Denominator, m.Uncertainty.Dispersion)
		}
		x.cases = append(x.cases, e)
		x.shares = append(x.shares, s.Share)
		x.drawn = append(x.drawn, open && s.Used != nil)
		x.enough = append(x.enough, s.Value != nil && s.volume() >= c.Minimum.Volume)
		if s.Used != nil {
			x.values[len(x.shares)-1] = *s.Used
		}
	}
	if !slices.Contains(x.enough, true) {
		for i, s := range scores {
			x.enough[i] = s.Value != nil
		}
	}
	switch {
	case x.counts:
		x.ofCounts(m.Uncertainty.Dispersion)
	case open:
		x.prior = newPrior(x.cases)
	}
	return x
}

// What a rating may be.
const lowestScore, highestScore = 1, 5

// ofCounts fits a gamma distribution to counts by their mean and variance: Poisson numbers of agencies that differ.
func (x *chance) ofCounts(dispersion float64) {
	n, sum, squares := 0.0, 0.0, 0.0
	for _, e := range x.cases {
		if e.n > 0 {
			n, sum = n+1, sum+e.good
		}
	}
	if n == 0 {
		x.mean, x.shape = 1, 1
		return
	}
	x.mean = (sum + 0.5) / n
	for i, e := range x.cases {
		if e.n == 0 {
			continue
		}
		squares += (e.good - x.mean) * (e.good - x.mean)
		x.cases[i].n = 1 / (1 + dispersion*e.good)
		x.cases[i].good *= x.cases[i].n
	}
	beyond := squares/max(1, n-1) - x.mean
	x.shape = 1000.0
	if beyond > 0 {
		x.shape = min(x.shape, x.mean*x.mean/beyond)
	}
}

// draw draws the figures that agencies would have if chance were evened out, and adds their points.
func (x *chance) draw(r *random, weight float64, points []float64) {
	if x.counts || x.prior != nil {
		x.drawValues(r)
	}
	best, found := 0.0, false
	if x.criterion.Scoring.Kind == OfBest {
		for i, v := range x.values {
			if x.enough[i] && (!found || (v > best) == (x.criterion.Better == BetterHigher)) {
				best, found = v, true
			}
		}
	}
	for i := range points {
		share := x.shares[i]
		if x.drawn[i] {
			share = x.criterion.Scoring.share(x.values[i], best, x.criterion.Better)
		}
		points[i] += share * weight
	}
}

func (x *chance) drawValues(r *random) {
	node := 0
	if x.prior != nil {
		node = r.choose(x.prior.sums)
	}
	for i, e := range x.cases {
		switch {
		case !x.drawn[i]:
		case x.counts:
			x.values[i] = r.gamma(x.shape+e.good) / (x.shape/x.mean + e.n)
		default:
			x.values[i] = x.low + x.span*r.beta(x.prior.a[node]+e.good, x.prior.b[node]+e.n-e.good)
		}
	}
}
