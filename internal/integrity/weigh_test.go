package integrity

import (
	"math"
	"testing"
)

// Tails worked out by hand: of 3 coins at least 2 are heads in 4 of 8 cases; of 10 dice none shows a six with (5/6)^10.
func TestBinomialTail(t *testing.T) {
	f := func(k, n int, p, want float64) {
		t.Helper()
		if got := binomialTail(k, n, p); math.Abs(got-want) > 1e-12*max(want, 1e-9) {
			t.Errorf("%d of %d at %v: %v, want %v", k, n, p, got, want)
		}
	}
	f(2, 3, .5, .5)
	f(3, 3, .5, .125)
	f(1, 10, 1./6, 1-math.Pow(5./6, 10))
	f(0, 5, .1, 1)
	f(6, 5, .1, 0)
	f(1, 5, 0, 0)
	f(1, 5, 1, 1)
	f(50_000, 50_000, .999, math.Pow(.999, 50_000))
}

// Four of eight signs: the smallest p counts eight times, the next seven times, and none less than the one before.
func TestHolm(t *testing.T) {
	of := holm([]Finding{{P: .0013, K: 9}, {P: .001, K: 9}, {P: .9, K: 1}, {P: .0015, K: 2}})
	for i, want := range []float64{.0091, .008, 1, .0091} {
		if math.Abs(of[i].Adjusted-want) > 1e-12 {
			t.Errorf("%d: %v, want %v", i, of[i].Adjusted, want)
		}
	}
	if !of[0].Raised || !of[1].Raised || of[2].Raised || of[3].Raised { // two dossiers are an anecdote
		t.Errorf("raised: %+v", of)
	}
}

// The example of Benjamini and Hochberg (1995), section 3.2: 15 p-values, of which the first four have q at most 0.05.
func TestBenjaminiHochberg(t *testing.T) {
	p := []float64{.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1}
	of := make([]Finding, len(p))
	for i := range p {
		of[len(p)-1-i].P = p[i] // in no order
	}
	benjaminiHochberg(of)
	n := 0
	for _, f := range of {
		if f.Q <= .05 {
			n++
		}
	}
	if n != 4 || math.Abs(of[len(p)-1].Q-.0015) > 1e-12 {
		t.Errorf("%d are found, the first has %v", n, of[len(p)-1].Q)
	}
}

// An office is compared with the sign's limit, or with the others where they show more; one that tells of no handing over is left
// out; the order of observations changes nothing.
func TestWeigh(t *testing.T) {
	observations := func(sign, agency string, n, k int) (all []Observation) {
		for i := range n {
			all = append(all, Observation{Sign: sign, Agency: agency, Subject: agency + string(rune('a'+i%20)), Suspicious: i < k, Most: .1})
		}
		return all
	}
	all := append(observations(Unreturned, "A", 40, 12), observations(Unreturned, "B", 100, 30)...)
	all = append(all, observations(Unreturned, "C", 50, 50)...)
	all = append(all, observations(BriefPause, "A", 20, 9)...)
	for range 2 {
		ts := tallies{}
		for i := range all {
			ts.add(all[len(all)-1-i])
		}
		found := ts.weigh()
		if len(found) != 3 || found[0].Sign != BriefPause || found[0].Agency != "A" || found[1].Sign != Unreturned || found[2].Agency != "B" {
			t.Fatalf("got %+v", found)
		}
		if f := found[0]; f.Others != nil || f.OthersN != nil || math.Abs(f.Expected-2) > 1e-9 || !f.Raised || len(f.Subjects) != 9 {
			t.Errorf("alone: %+v", f)
		}
		if f := found[1]; *f.Others != .3 || float64(*f.OthersK) != .3*float64(*f.OthersN) || math.Abs(f.Expected-12) > 1e-9 || f.Raised {
			t.Errorf("like the others: %+v", f)
		}
		for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
			all[i], all[j] = all[j], all[i]
		}
	}
}

// Every sign that is observed is told of in both languages, and every one that is told of is observed.
func TestSigns(t *testing.T) {
	ids := []string{LatePause, BriefPause, LateRecorded, LatePromise, Unreturned, DeadlineHeap, DeskOnline, LateReported}
	all := Signs()
	if len(all) != len(ids) {
		t.Fatalf("%d signs, not %d", len(all), len(ids))
	}
	for i, s := range all {
		if s.ID != ids[i] || s.Family == "" || s.Most == 0 && s.ID != DeadlineHeap && s.ID != DeskOnline {
			t.Errorf("%+v", s)
		}
		for _, n := range []Names{s.Names, s.Of, s.Suspicious, s.Limit, s.Otherwise} {
			if n.VI == "" || n.EN == "" {
				t.Errorf("%s lacks words: %+v", s.ID, s)
			}
		}
	}
}
