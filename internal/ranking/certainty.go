package ranking

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"
)

// Certainty says how sure the ranks of a group are: what ranks would come out if small numbers were not left to chance, and if
// weights were a little other than they are. It is simulated, and the same for the same method and inputs.
type Certainty struct {
	// Seed and Draws make it again.
	Seed  string `json:"seed"`
	Draws int    `json:"draws"`
	// Weights and Dispersion are those of the method, see [Uncertainty].
	Weights    float64 `json:"weights"`
	Dispersion float64 `json:"dispersion"`
	// Agencies are those with a rank, in the order of the standings.
	Agencies []string `json:"agencies"`
	// Above is by row and column how likely the agency of the row ranks above that of the column, to three decimals.
	Above [][]float64 `json:"above"`
}

// Interval is where a rank lies with a probability of 90 %.
type Interval struct {
	Low  int `json:"low"`
	High int `json:"high"`
	// Tie is the number of the group of agencies that can't be told apart, from 1 at the top.
	Tie int `json:"tie"`
	// Alike is how many others can't be told apart from this one.
	Alike int `json:"alike"`
}

// Each tail of an interval, and how sure it must be that one agency ranks above another to tell them apart.
const (
	tail  = 0.05
	apart = 0.95
)

// Simulate says in r how sure ranks are. It must have been computed by m.
func (m *Method) Simulate(r *Result) {
	var groups sync.WaitGroup
	for i := range r.Groups {
		seed := strings.Join([]string{m.SHA256, r.Inputs.Period.ID, r.Groups[i].Group.Code}, " ")
		groups.Go(func() { m.simulate(&r.Groups[i], seed, m.Uncertainty.Draws) })
	}
	groups.Wait()
}

// simulate draws a group's ranks again and again.
func (m *Method) simulate(s *Standings, seed string, draws int) {
	var ranked []*Standing
	for i := range s.Agencies {
		if s.Agencies[i].Rank != nil {
			ranked = append(ranked, &s.Agencies[i])
		}
	}
	c := &Certainty{Seed: seed, Draws: draws, Weights: m.Uncertainty.Weights, Dispersion: m.Uncertainty.Dispersion, Agencies: []string{}, Above: [][]float64{}}
	s.Certainty = c
	if len(ranked) == 0 {
		return
	}
	t := newTally(len(ranked))
	t.compare()
	d := newDrawing(m, ranked)
	r := newRandom(seed)
	for range draws {
		t.add(d.points(r))
	}
	for i, a := range ranked {
		c.Agencies = append(c.Agencies, a.Agency.Code)
		c.Above = append(c.Above, make([]float64, len(ranked)))
		for j := range ranked {
			c.Above[i][j] = math.Round(1000*t.above(i, j, draws)) / 1000
		}
		low, high := t.interval(i, draws)
		a.Interval = &Interval{Low: min(low, *a.Rank), High: max(high, *a.Rank)}
	}
	ties(ranked, func(i, j int) bool { return t.above(i, j, draws) >= apart })
	m.robust(ranked, r, draws)
}

// ties puts agencies that can't be told apart into groups, from the top: whoever can be told from the first of a group begins
// the next.
func ties(ranked []*Standing, above func(i, j int) bool) {
	first, tie := 0, 1
	for i, a := range ranked {
		if above(first, i) || above(i, first) {
			first, tie = i, tie+1
		}
		a.Interval.Tie = tie
		for j := range ranked {
			if j != i && !above(i, j) && !above(j, i) {
				a.Interval.Alike++
			}
		}
	}
}

// drawing draws the points of a group's agencies.
type drawing struct {
	method   *Method
	chances  []*chance
	adjusted []float64
	sums     []float64
}

func newDrawing(m *Method, ranked []*Standing) *drawing {
	d := &drawing{method: m, sums: make([]float64, len(ranked)), adjusted: make([]float64, len(ranked))}
	criteria := m.Criteria()
	for k := range criteria {
		scores := make([]*Score, len(ranked))
		for i, a := range ranked {
			scores[i] = &a.Criteria[k]
		}
		d.chances = append(d.chances, newChance(m, &criteria[k], scores))
	}
	for i, a := range ranked {
		for _, x := range a.Adjustments {
			d.adjusted[i] += x.Points
		}
	}
	return d
}

// points draws once: weights, then figures. The slice is good until the next draw.
func (d *drawing) points(r *random) []float64 {
	weights, sum := make([]float64, len(d.chances)), 0.0
	for i, c := range d.chances {
		weights[i] = c.weight * (1 + d.method.Uncertainty.Weights*(2*r.uniform()-1))
		sum += weights[i]
	}
	clear(d.sums)
	for i, c := range d.chances {
		c.draw(r, weights[i]*d.method.Points/sum, d.sums)
	}
	for i := range d.sums {
		d.sums[i] = min(d.method.Points, max(0, d.sums[i]+d.adjusted[i]))
	}
	return d.sums
}

// tally counts in how many draws an agency had a rank, and was above another if that is to be compared.
type tally struct {
	n     int
	ranks [][]int
	// wins are small numbers, for there are as many as pairs of agencies; nil where nobody asks for them.
	wins [][]uint32
	// places are the agencies by points.
	places []int
}

func newTally(n int) *tally {
	t := &tally{n: n, places: make([]int, n)}
	for i := range n {
		t.ranks = append(t.ranks, make([]int, n+1))
		t.places[i] = i
	}
	return t
}

// compare counts from here on who is above whom.
func (t *tally) compare() {
	for range t.n {
		t.wins = append(t.wins, make([]uint32, t.n))
	}
}

// add counts one draw. Equals share a rank, and none is above the other.
func (t *tally) add(points []float64) {
	slices.SortFunc(t.places, func(a, b int) int { return cmp.Compare(points[b], points[a]) })
	rank := 0
	for place, i := range t.places {
		if place == 0 || points[i] < points[t.places[place-1]]-1e-9 {
			rank = place + 1
		}
		t.ranks[i][rank]++
		if t.wins == nil {
			continue
		}
		rest := t.places[place+1:]
		for len(rest) > 0 && points[rest[0]] >= points[i]-1e-9 {
			rest = rest[1:]
		}
		wins := t.wins[i]
		for _, below := range rest {
			wins[below]++
		}
	}
}

// above is how likely i ranks above j; who are equal count half.
func (t *tally) above(i, j, draws int) float64 {
	if i == j {
		return 0.5
	}
	return 0.5 + (float64(t.wins[i][j])-float64(t.wins[j][i]))/float64(2*draws)
}

// interval is the ranks that are left when what lies beyond with less than 5 % is cut off at each end. Ranks are whole, and so
// a rank belongs to a tail by half of its own probability: else intervals would cover more than they say.
func (t *tally) interval(i, draws int) (low, high int) {
	low, high = t.n, 1
	beyond := 0.0
	for rank := 1; rank <= t.n; rank++ {
		share := float64(t.ranks[i][rank]) / float64(draws)
		if middle := beyond + share/2; middle >= tail && 1-middle >= tail && share > 0 {
			low, high = min(low, rank), max(high, rank)
		}
		beyond += share
	}
	return low, high
}
