package ranking

// Robust says how much of a standing is owed to the weights: over many random weightings, with figures as they were, how often the
// agency would be among the first and among the last of its group.
type Robust struct {
	// First and Last are how often, from 0 to 1.
	First float64 `json:"first"`
	Last  float64 `json:"last"`
	// Low and High are the ranks between which it lies in nine of ten weightings.
	Low  int `json:"low"`
	High int `json:"high"`
}

// FirstFew is how many agencies count as the first or the last of a group; of fewer than ten half of them do.
const FirstFew = 5

// robust draws weights of criteria, any that add up being as likely as others, and counts places.
//
// Source: OECD and JRC, Handbook on Constructing Composite Indicators (2008), on uncertainty analysis.
func (m *Method) robust(ranked []*Standing, r *random, draws int) {
	few := min(FirstFew, len(ranked)/2)
	if few == 0 {
		return
	}
	t := newTally(len(ranked))
	criteria := len(ranked[0].Criteria)
	weights, points := make([]float64, criteria), make([]float64, len(ranked))
	for range draws {
		sum := 0.0
		for k := range weights {
			weights[k] = r.gamma(1)
			sum += weights[k]
		}
		for i, a := range ranked {
			points[i] = 0
			for k := range weights {
				points[i] += a.Criteria[k].Share * weights[k] * m.Points / sum
			}
			for _, x := range a.Adjustments {
				points[i] += x.Points
			}
			points[i] = min(m.Points, max(0, points[i]))
		}
		t.add(points)
	}
	for i, a := range ranked {
		first, last := 0, 0
		for rank, n := range t.ranks[i] {
			if rank <= few {
				first += n
			}
			if rank > len(ranked)-few {
				last += n
			}
		}
		low, high := t.interval(i, draws)
		a.Robust = &Robust{First: float64(first) / float64(draws), Last: float64(last) / float64(draws), Low: low, High: high}
	}
}
