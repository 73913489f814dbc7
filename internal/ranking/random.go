package ranking

import (
	"crypto/sha256"
	"math"
	"math/rand/v2"
	"slices"
)

// random draws numbers. What it draws from a seed is the same with every version of Go: the generator is specified (ChaCha8), and
// all that is made of its bits is made here, for an interval that was published must come out again.
type random struct {
	source *rand.ChaCha8
	spare  float64
	has    bool
}

// newRandom begins a sequence that its seed alone decides.
func newRandom(seed string) *random {
	return &random{source: rand.NewChaCha8(sha256.Sum256([]byte(seed)))}
}

// uniform is above 0 and below 1.
func (r *random) uniform() float64 {
	return (float64(r.source.Uint64()>>11) + 0.5) / (1 << 53)
}

// normal has mean 0 and variance 1. Source: G. Marsaglia and T. A. Bray, "A convenient method for generating normal
// variables", SIAM Review 6 (1964).
func (r *random) normal() float64 {
	if r.has {
		r.has = false
		return r.spare
	}
	for {
		x, y := 2*r.uniform()-1, 2*r.uniform()-1
		if s := x*x + y*y; s > 0 && s < 1 {
			scale := math.Sqrt(-2 * math.Log(s) / s)
			r.spare, r.has = y*scale, true
			return x * scale
		}
	}
}

// gamma has a shape above 0 and the scale 1. Source: G. Marsaglia and W. W. Tsang, "A simple method for generating gamma
// variables", ACM Transactions on Mathematical Software 26 (2000).
func (r *random) gamma(shape float64) float64 {
	if shape < 1 {
		return r.gamma(shape+1) * math.Pow(r.uniform(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.normal()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v *= v * v
		if u := r.uniform(); u < 1-0.0331*x*x*x*x || math.Log(u) < x*x/2+d*(1-v+math.Log(v)) {
			return d * v
		}
	}
}

// beta lies between 0 and 1.
func (r *random) beta(a, b float64) float64 {
	x, y := r.gamma(a), r.gamma(b)
	if x+y == 0 {
		return 0.5
	}
	return x / (x + y)
}

// choose returns an index by weights that were summed up.
func (r *random) choose(sums []float64) int {
	i, _ := slices.BinarySearch(sums, r.uniform()*sums[len(sums)-1])
	return i
}
