package stats

import (
	"math"
	"sort"
)

// Point is one stretch of time of a p-chart: K of N.
type Point struct{ K, N int }

// PChart is Shewhart's control chart of a share over time.
type PChart struct {
	// Centre is the share over all points.
	Centre float64
	// Low and High are the limits of each point: the least and the largest share of its cases that chance gives as seldom as three
	// standard deviations of a normal curve, once in 740 points, by the exact binomial distribution. Of a point without cases they are
	// NaN.
	Low, High []float64
	// Signals are what chance does not explain, oldest first.
	Signals []Signal
}

// Signal is something that chance explains badly.
type Signal struct {
	Kind SignalKind
	// From and To are the points that give it, both included.
	From, To int
}

// SignalKind is a rule by which a p-chart signals.
type SignalKind string

// The rules. Source: L. S. Nelson, "The Shewhart control chart: tests for special causes", Journal of Quality Technology 16
// (1984), tests 1 to 3.
const (
	// Below and Above are a point outside its limits.
	Below SignalKind = "below"
	Above SignalKind = "above"
	// RunBelow and RunAbove are nine points in a row on one side of the centre, which chance gives as seldom as nine tosses of a coin
	// that fall alike: where cases are few, or misses rare, most points lie above the centre by chance, and more must.
	RunBelow SignalKind = "run_below"
	RunAbove SignalKind = "run_above"
	// Falling and Rising are six points in a row, each lower or higher than the one before.
	Falling SignalKind = "falling"
	Rising  SignalKind = "rising"
)

const (
	runLength   = 9
	runChance   = 1. / (1 << runLength)
	trendLength = 6
	// beyond is the chance of a point below its lower limit, and of one above its upper: that of three standard deviations.
	beyond = 0.0013498980316300933
)

// NewPChart makes the chart of some points, oldest first. Points without cases have no limits and end runs. It is nil where no
// point has a case.
// Source: D. C. Montgomery, Introduction to Statistical Quality Control, §7.2; that limits by the normal curve mislead where few cases or few
// misses are expected, §7.2.1.
func NewPChart(points []Point) *PChart {
	k, n := 0, 0
	for _, p := range points {
		k, n = k+p.K, n+p.N
	}
	if n == 0 {
		return nil
	}
	c := &PChart{Centre: float64(k) / float64(n)}
	for _, p := range points {
		low, high := math.NaN(), math.NaN()
		if p.N > 0 {
			low, high = float64(BinomialQuantile(beyond, p.N, c.Centre))/float64(p.N), float64(BinomialQuantile(1-beyond, p.N, c.Centre))/float64(p.N)
		}
		c.Low, c.High = append(c.Low, low), append(c.High, high)
	}
	c.signal(points)
	return c
}

// signal looks for what chance does not explain. A run or trend that goes on is one signal.
func (c *PChart) signal(points []Point) {
	side := streak{least: runLength, up: RunAbove, down: RunBelow, seldom: func(from, to, way int) bool { return c.runsByChance(points[from:to+1], way) <= runChance }}
	slope := streak{least: trendLength, up: Rising, down: Falling}
	before := math.NaN()
	for i, p := range points {
		if p.N == 0 {
			side.cut(c, i-1)
			slope.cut(c, i-1)
			before = math.NaN()
			continue
		}
		share := float64(p.K) / float64(p.N)
		switch {
		case share < c.Low[i]:
			c.Signals = append(c.Signals, Signal{Below, i, i})
		case share > c.High[i]:
			c.Signals = append(c.Signals, Signal{Above, i, i})
		}
		side.step(c, i, i, compare(share, c.Centre))
		slope.step(c, i, i-1, compare(share, before))
		before = share
	}
	side.cut(c, len(points)-1)
	slope.cut(c, len(points)-1)
}

// runsByChance is the chance that all of some points lie on one side of the centre: above it, or below where way is -1.
func (c *PChart) runsByChance(points []Point, way int) float64 {
	all := 1.0
	for _, p := range points {
		share := func(k int) float64 { return float64(k) / float64(p.N) }
		if way < 0 {
			all *= BinomialCDF(sort.Search(p.N+1, func(k int) bool { return share(k) >= c.Centre })-1, p.N, c.Centre)
		} else {
			all *= 1 - BinomialCDF(sort.Search(p.N+1, func(k int) bool { return share(k) > c.Centre })-1, p.N, c.Centre)
		}
	}
	return all
}

// compare is 1, -1 or 0; 0 with NaN.
func compare(a, b float64) int {
	switch {
	case a > b:
		return 1
	case a < b:
		return -1
	default:
		return 0
	}
}

// streak is a row of points that all go one way: a signal from some length on, if that is seldom by chance, where that is asked.
type streak struct {
	least    int
	up, down SignalKind
	seldom   func(from, to, way int) bool
	way      int
	from     int
}

// step takes the point i, which goes a way; a streak that begins with it begins at from.
func (s *streak) step(c *PChart, i, from, way int) {
	if way != s.way {
		s.cut(c, i-1)
		s.way, s.from = way, from
	}
}

// cut ends the streak with the point to.
func (s *streak) cut(c *PChart, to int) {
	if s.way != 0 && to-s.from+1 >= s.least && (s.seldom == nil || s.seldom(s.from, to, s.way)) {
		kind := s.up
		if s.way < 0 {
			kind = s.down
		}
		c.Signals = append(c.Signals, Signal{kind, s.from, to})
	}
	s.way = 0
}
