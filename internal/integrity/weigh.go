package integrity

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// Finding is what one agency shows of one sign.
type Finding struct {
	Sign   string `json:"sign"`
	Agency string `json:"agency"`
	// N is how many were looked at, K how many of them are suspicious, Expected how many an honest office shows at most.
	N        int     `json:"n"`
	K        int     `json:"k"`
	Expected float64 `json:"expected"`
	// Others is the share of the other agencies together; nil where they have fewer than few.
	Others *float64 `json:"others"`
	// OthersN is how many of theirs were looked at, OthersK how many of them are suspicious; nil as Others.
	OthersN *int `json:"others_n"`
	OthersK *int `json:"others_k"`
	// P is the probability of K or more in an honest office, at most; Adjusted is that after all signs of the agency were
	// looked at (Holm), Q after all agencies were (Benjamini and Hochberg).
	P        float64 `json:"p"`
	Adjusted float64 `json:"p_adjusted"`
	Q        float64 `json:"q"`
	// Raised says that there are too many for chance: Adjusted is below the level, and K at least three.
	Raised bool `json:"raised"`
	// Subjects are the suspicious dossiers, sorted, each once.
	Subjects []string `json:"cases"`
}

const (
	// Level is the chance at which an honest agency gets any sign raised in one period, at most.
	Level = .01
	// least is how many suspicious dossiers make a sign: fewer are an anecdote.
	least = 3
	// few is how many of the others it takes to compare with them.
	few = 30
)

type key struct{ sign, agency string }

type tally struct {
	n, k     int
	most     float64 // summed
	subjects []string
}

// tallies adds up observations.
type tallies map[key]*tally

func (ts tallies) add(o Observation) {
	t := ts[key{o.Sign, o.Agency}]
	if t == nil {
		t = &tally{}
		ts[key{o.Sign, o.Agency}] = t
	}
	t.n++
	t.most += o.Most
	if o.Suspicious {
		t.k++
		t.subjects = append(t.subjects, o.Subject)
	}
}

// weigh says of each agency and sign whether there are too many for chance, by agency and then in the order of signs.
//
// An honest office shows at most what the sign's limit says, or what all others show together, if that is more: what a common
// system does to all is no sign of one. With unequal probabilities the tail of the sum is at most that of a binomial with their
// mean (Hoeffding 1956). Within an agency the signs are corrected by Holm's method (1979), so that the chance of any false one is
// at most Level; over all of them the false discovery rate is given (Benjamini and Hochberg 1995).
func (ts tallies) weigh() []Finding {
	ts.dropUntold()
	whole := map[string]*tally{}
	for k, t := range ts {
		if whole[k.sign] == nil {
			whole[k.sign] = &tally{}
		}
		whole[k.sign].n, whole[k.sign].k = whole[k.sign].n+t.n, whole[k.sign].k+t.k
	}
	byAgency := map[string][]Finding{}
	for _, sign := range Signs() {
		for k, t := range ts {
			if k.sign == sign.ID {
				byAgency[k.agency] = append(byAgency[k.agency], t.finding(k, whole[k.sign]))
			}
		}
	}
	all := []Finding{}
	for _, agency := range slices.Sorted(maps.Keys(byAgency)) {
		all = append(all, holm(byAgency[agency])...)
	}
	benjaminiHochberg(all)
	return all
}

// dropUntold leaves out agencies that tell of no handing over at all: that is a gap in the data.
func (ts tallies) dropUntold() {
	maps.DeleteFunc(ts, func(k key, t *tally) bool { return k.sign == Unreturned && t.k == t.n })
}

func (t *tally) finding(k key, whole *tally) Finding {
	most := t.most / float64(t.n)
	f := Finding{Sign: k.sign, Agency: k.agency, N: t.n, K: t.k}
	if n := whole.n - t.n; n >= few {
		k := whole.k - t.k
		others := float64(k) / float64(n)
		f.Others, f.OthersN, f.OthersK = &others, &n, &k
		most = max(most, others)
	}
	f.Expected = most * float64(t.n)
	f.P = binomialTail(t.k, t.n, most)
	slices.Sort(t.subjects)
	f.Subjects = append([]string{}, slices.Compact(t.subjects)...)
	return f
}

// holm adjusts the findings of one agency, in place.
func holm(of []Finding) []Finding {
	order := byP(of)
	before := 0.0
	for rank, i := range order {
		before = max(before, min(1, of[i].P*float64(len(Signs())-rank)))
		of[i].Adjusted = before
		of[i].Raised = before < Level && of[i].K >= least
	}
	return of
}

// benjaminiHochberg gives each finding its q-value, in place.
func benjaminiHochberg(of []Finding) {
	before := 1.0
	for rank, i := range slices.Backward(byP(of)) {
		before = min(before, of[i].P*float64(len(of))/float64(rank+1))
		of[i].Q = before
	}
}

// byP are the places of findings in the order of P.
func byP(of []Finding) []int {
	order := make([]int, len(of))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(of[a].P, of[b].P) })
	return order
}

// binomialTail is the probability of k or more of n, each with probability p.
func binomialTail(k, n int, p float64) float64 {
	switch {
	case k <= 0 || p >= 1:
		return 1
	case k > n || p <= 0:
		return 0
	}
	whole, _ := math.Lgamma(float64(n + 1))
	sum := 0.0
	for i := k; i <= n; i++ {
		a, _ := math.Lgamma(float64(i + 1))
		b, _ := math.Lgamma(float64(n - i + 1))
		term := math.Exp(whole - a - b + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
		sum += term
		if i > int(float64(n)*p) && term < sum*1e-12 {
			break
		}
	}
	return min(1, sum)
}
