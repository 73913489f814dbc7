package ranking_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"tiendo/internal/kpi"
	"tiendo/internal/ranking"
)

// FuzzSuppose: whatever is tried, it is refused with the parameter that is wrong, or it is a method by which anybody can be ranked.
func FuzzSuppose(f *testing.F) {
	for _, seed := range []string{
		"off=2026-09-07..2026-09-09", "pauses=none\noff=2026-09-07", "on-time=40", "on-time.full=0.95\nminimum=50", "on-time=1e400", "on-time=NaN", "=", "off=0000-00-00..9999-99-99",
		"on-time=0\nplan=0", "minimum=-1", "plan=99999999999999999999",
	} {
		f.Add(seed)
	}
	m, err := ranking.Read([]byte(small))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, tries string) {
		tried, _, err := m.Suppose(strings.Split(tries, "\n"))
		if err != nil {
			var wrong *kpi.Error
			if !errors.As(err, &wrong) || wrong.Param == "" || wrong.Message == "" {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		for _, g := range tried.Compute(inputs()).Groups {
			for _, s := range g.Agencies {
				if math.IsNaN(s.Points) || math.IsInf(s.Points, 0) {
					t.Fatalf("%s has %g points", s.Agency, s.Points)
				}
			}
		}
	})
}
