package ranking

import (
	"slices"

	"tiendo/internal/kpi"
)

// together is the figure of all ranked agencies of a group: of a rate all cases together, of a quantile the mean weighted by
// cases, of a count or an assessment the mean of those that have one.
func together(c *Criterion, scores []Score) GroupFigure {
	g := GroupFigure{Criterion: c.ID}
	sum, of := 0.0, 0.0
	shape := c.shape()
	parts := c.KPI != "" && (shape == kpi.Ratio || shape == kpi.Mean)
	for i := range scores {
		s := &scores[i]
		switch {
		case s.Value == nil:
		case parts:
			sum, of = sum+*s.Numerator, of+*s.Denominator
		case s.N != nil:
			sum, of = sum+*s.Value**s.N, of+*s.N
		default:
			sum, of = sum+*s.Value, of+1
		}
	}
	if parts {
		g.Numerator, g.Denominator = &sum, &of
	}
	if of > 0 {
		value := sum / of
		g.Value = &value
	}
	return g
}

// stands decides which figure is scored, by the method's rules for too few cases and for none. It says whether the agency can't be
// ranked for it.
func (c *Criterion) stands(s *Score, group *float64) (unranked bool) {
	n := s.volume()
	switch {
	case s.Value == nil:
		s.Marks = append(s.Marks, MarkMissing)
		// Silence must not earn what others earn by work.
		if c.Missing == Neutral && !slices.Contains(s.Marks, MarkQuiet) {
			s.instead(group, MarkNeutral)
		}
		return c.Missing == Unranked
	case c.Minimum.Volume == 0 || n >= c.Minimum.Volume:
		s.Used = s.Value
	case c.Minimum.Below == Neutral:
		s.instead(group, MarkNeutral)
	case c.Minimum.Below == Shrink:
		// The value has cases, so the group has a figure.
		shrunk := (*s.Value*n + *group*(c.Minimum.Volume-n)) / c.Minimum.Volume
		s.instead(&shrunk, MarkShrunk)
	default:
		s.Used = s.Value
		return true
	}
	return false
}

// instead scores another figure than the agency's own.
func (s *Score) instead(value *float64, mark Mark) {
	s.Used, s.Marks = value, append(s.Marks, mark)
}

// volume is how many cases a score is of.
func (s *Score) volume() float64 {
	row := Row{Denominator: s.Denominator, N: s.N}
	return row.volume()
}

// best is the best figure of those that have enough cases, or of all if none has: who has few must not set the mark.
func (c *Criterion) best(scores []Score) *float64 {
	var best *float64
	for _, enough := range []bool{true, false} {
		for i := range scores {
			s := &scores[i]
			if s.Value == nil || enough && s.volume() < c.Minimum.Volume {
				continue
			}
			if best == nil || (*s.Used > *best) == (c.Better == BetterHigher) && *s.Used != *best {
				best = s.Used
			}
		}
		if best != nil {
			return best
		}
	}
	return nil
}
