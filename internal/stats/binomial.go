package stats

import "math"

// BinomialCDF is the chance of at most k of n, each with chance p. Bounds: 0 below 0, 1 from n on.
// Source: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.5.24.
func BinomialCDF(k, n int, p float64) float64 {
	switch {
	case k < 0:
		return 0
	case k >= n || p <= 0:
		return 1
	case p >= 1:
		return 0
	}
	return incompleteBeta(float64(n-k), float64(k+1), 1-p)
}

// binomialPMF is the chance of exactly k.
func binomialPMF(k, n int, p float64) float64 {
	if k < 0 || k > n {
		return 0
	}
	switch p {
	case 0:
		return indicator(k == 0)
	case 1:
		return indicator(k == n)
	}
	return math.Exp(logChoose(n, k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// BinomialQuantile is the smallest k with a chance of at least q to see at most k of n. It is looked for from where a normal curve, made as
// skew as the binomial, has it: mostly one or two counts away, see R. A. Fisher and E. A. Cornish, "The percentile points of distributions
// having known cumulants", Technometrics 2 (1960).
func BinomialQuantile(q float64, n int, p float64) int {
	switch {
	case q <= 0 || p <= 0:
		return 0
	case q >= 1 || p >= 1:
		return n
	}
	z := math.Sqrt2 * math.Erfinv(2*q-1)
	near := float64(n)*p + z*math.Sqrt(float64(n)*p*(1-p)) + (z*z-1)*(1-2*p)/6
	k := int(math.Round(max(0, min(float64(n), near))))
	for k > 0 && BinomialCDF(k-1, n, p) >= q {
		k--
	}
	for k < n && BinomialCDF(k, n, p) < q {
		k++
	}
	return k
}

// BinomialLimit is the share of n below which a chance q lies, drawn smooth between whole counts, as funnel plots have it.
// Source: D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in Medicine 24 (2005),
// appendix A.1.1.
func BinomialLimit(q float64, n int, p float64) float64 {
	if n <= 0 {
		return math.NaN()
	}
	r := BinomialQuantile(q, n, p)
	above, at := BinomialCDF(r, n, p), binomialPMF(r, n, p)
	alpha := 0.0
	if at > 0 {
		alpha = (above - q) / at
	}
	return min(1, max(0, (float64(r)-alpha)/float64(n)))
}

// logChoose is the logarithm of n over k.
func logChoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

// incompleteBeta is the regularised incomplete beta function I_x(a, b), by Lentz's continued fraction.
// Source: Press et al., Numerical Recipes (3rd ed., 2007), §6.4.
func incompleteBeta(a, b, x float64) float64 {
	if x <= 0 {
		return 0
	}
	if x >= 1 {
		return 1
	}
	if x > (a+1)/(a+b+2) { // the fraction converges fast on the other side
		return 1 - incompleteBeta(b, a, 1-x)
	}
	ga, _ := math.Lgamma(a)
	gb, _ := math.Lgamma(b)
	gab, _ := math.Lgamma(a + b)
	front := math.Exp(gab-ga-gb+a*math.Log(x)+b*math.Log1p(-x)) / a
	const tiny = 1e-300
	floor := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/floor(1-(a+b)*x/(a+1))
	h := d
	for m := 1.0; m < 10_000; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d = 1 / floor(1+even*d)
		c = floor(1 + even/c)
		h *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d = 1 / floor(1+odd*d)
		c = floor(1 + odd/c)
		step := d * c
		if h *= step; math.Abs(step-1) < 1e-13 {
			break
		}
	}
	return front * h
}
