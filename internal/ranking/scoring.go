package ranking

import "math"

// Kind is a kind of scoring function.
type Kind string

// The kinds. A scoring function gives a share of a criterion's weight, from 0 to 1 and never more.
const (
	// Linear: nothing at Zero, all at Full, evenly between, and capped beyond.
	Linear Kind = "linear"
	// InBands: the share of the band that the figure lies in.
	InBands Kind = "bands"
	// AtThreshold: all from a value on, another share short of it.
	AtThreshold Kind = "threshold"
	// OfBest: the figure ÷ the best of the group; where lower is better, the best ÷ the figure.
	OfBest Kind = "best"
)

// Scoring turns a figure into a share of a criterion's weight. The zero Scoring is that of an assessment: points ÷ maximum.
type Scoring struct {
	Kind       Kind
	Zero, Full float64
	Bands      []Band
	At, Below  float64
}

// Band is figures from From on, below To.
type Band struct{ From, To, Share float64 }

// share of the weight that a figure earns. best is the group's best; it counts for OfBest alone.
func (s *Scoring) share(value, best float64, better Better) float64 {
	switch s.Kind {
	case Linear:
		return within((value - s.Zero) / (s.Full - s.Zero))
	case InBands:
		for _, b := range s.Bands {
			if value < b.To {
				return b.Share
			}
		}
		return s.Bands[len(s.Bands)-1].Share
	case AtThreshold:
		if better == BetterLower && value <= s.At || better == BetterHigher && value >= s.At {
			return 1
		}
		return s.Below
	default:
		return ofBest(value, best, better)
	}
}

func ofBest(value, best float64, better Better) float64 {
	switch {
	case better == BetterLower && value <= 0:
		return 1 // less than none, which reports may say, is no better than none
	case better == BetterLower:
		return within(best / value)
	case best <= 0:
		return 0 // nobody has any
	default:
		return within(value / best)
	}
}

func within(share float64) float64 {
	return math.Min(1, math.Max(0, share))
}

// rises and falls say whether a greater figure never lowers the share, and never raises it.
func (s *Scoring) rises() bool { return s.steady(1) }
func (s *Scoring) falls() bool { return s.steady(-1) }

func (s *Scoring) steady(sign float64) bool {
	switch s.Kind {
	case Linear:
		return sign*(s.Full-s.Zero) > 0
	case InBands:
		for i := 1; i < len(s.Bands); i++ {
			if sign*(s.Bands[i].Share-s.Bands[i-1].Share) < 0 {
				return false
			}
		}
	}
	return true
}
