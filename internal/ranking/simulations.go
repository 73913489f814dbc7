package ranking

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"

	"github.com/go-json-experiment/json"
)

// keptSimulations is how many are remembered: those of the periods that people look at.
const keptSimulations = 16

// simulations remembers what was simulated: whoever looks again at a past period need not wait for ten thousand draws. The zero
// value is ready; safe for concurrent use.
type simulations struct {
	mu   sync.Mutex
	made []*simulation
}

// simulation is how sure the ranks of one result are, once it was worked out.
type simulation struct {
	of        [sha256.Size]byte
	once      sync.Once
	certainty []*Certainty
	intervals []map[string]*Interval
	robust    []map[string]*Robust
}

// simulate says in r how sure ranks are, as Method.Simulate does. Who asks for the same meanwhile waits for it, others do not.
func (k *simulations) simulate(m *Method, r *Result) {
	s := k.remembered(m.simulates(r))
	s.once.Do(func() {
		m.Simulate(r)
		s.remember(r)
	})
	s.tell(r)
}

// remembered is the simulation of that name, worked out or not.
func (k *simulations) remembered(of [sha256.Size]byte) *simulation {
	k.mu.Lock()
	defer k.mu.Unlock()
	if at := slices.IndexFunc(k.made, func(s *simulation) bool { return s.of == of }); at >= 0 {
		return k.made[at]
	}
	s := &simulation{of: of}
	if k.made = append(k.made, s); len(k.made) > keptSimulations {
		k.made = k.made[1:]
	}
	return s
}

// simulates names all that a simulation is made of.
func (m *Method) simulates(r *Result) [sha256.Size]byte {
	of := struct {
		Seed, Period string
		Points       float64
		Uncertainty  Uncertainty
		Tried        []string
		Groups       []Standings
	}{m.SHA256, r.Inputs.Period.ID, m.Points, m.Uncertainty, r.Tried, r.Groups}
	raw, err := json.Marshal(of)
	if err != nil {
		panic(fmt.Sprintf("BUG: a ranking is no JSON: %v", err))
	}
	return sha256.Sum256(raw)
}

func (s *simulation) remember(r *Result) {
	for _, g := range r.Groups {
		intervals, robust := map[string]*Interval{}, map[string]*Robust{}
		for _, a := range g.Agencies {
			intervals[a.Agency.Code], robust[a.Agency.Code] = a.Interval, a.Robust
		}
		s.certainty, s.intervals, s.robust = append(s.certainty, g.Certainty), append(s.intervals, intervals), append(s.robust, robust)
	}
}

func (s *simulation) tell(r *Result) {
	for i := range r.Groups {
		r.Groups[i].Certainty = s.certainty[i]
		for j := range r.Groups[i].Agencies {
			a := &r.Groups[i].Agencies[j]
			a.Interval, a.Robust = s.intervals[i][a.Agency.Code], s.robust[i][a.Agency.Code]
		}
	}
}
