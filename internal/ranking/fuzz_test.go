package ranking_test

import (
	"errors"
	"math"
	"testing"

	"tiendo/examples/methods"
	"tiendo/internal/document"
	"tiendo/internal/ranking"
)

// FuzzRead: whatever a file holds, it is refused with a place, or it is a method that reads the same again, whose weights add up, and
// by which anybody can be ranked.
func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(three))
	entries, err := methods.Files.ReadDir(".")
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		content, err := methods.Files.ReadFile(e.Name())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Add([]byte("areas: [{id: a, weight: 1e400, criteria: [{id: b, weight: .nan}]}]"))
	for _, seed := range []string{
		"", "method: small\n", "areas:\n  - {id: a, weight: 1e309, criteria: [{id: b, scoring: {kind: bands, bands: [{from: .nan, points: -.inf}]}}]}",
		"a: &x [*x]", "- - - a", "{{{{", "method: small\nmethod: small\n", "\"\\x00\": 1", "<<: {a: b}", "ties: [a, a]\nminimum: -1\npoints: 0x7fffffffffffffff",
	} {
		f.Add([]byte(seed))
	}
	f.Add([]byte("periods: {quarter: quarter}\nties: []\nminimum: 3"))
	f.Fuzz(func(t *testing.T, content []byte) {
		m, err := ranking.Read(content)
		if err != nil {
			var refusal *document.Refusal
			if !errors.As(err, &refusal) || len(refusal.Faults) == 0 {
				t.Fatalf("%v is no refusal", err)
			}
			for _, fault := range refusal.Faults {
				if fault.Line < 1 || fault.Column < 1 || fault.Message == "" {
					t.Fatalf("a fault without place: %+v", fault)
				}
			}
			return
		}
		if again, err := ranking.Read(m.Source); err != nil || again.SHA256 != m.SHA256 {
			t.Fatalf("read again: %v", err)
		}
		sum := 0.0
		for _, c := range m.Criteria() {
			if sum += c.Weight; c.Weight <= 0 {
				t.Fatalf("%s weighs %g", c.ID, c.Weight)
			}
		}
		if math.Abs(sum-m.Points) > 1e-6*m.Points {
			t.Fatalf("weights sum to %g of %g", sum, m.Points)
		}
		m.Uncertainty.Draws = 3
		in := ranking.Inputs{Period: inputs().Period}
		for _, code := range []string{"A", "B"} {
			in.Agencies = append(in.Agencies, ranking.Agency{Code: code, Group: m.Groups[0].Code})
		}
		r := m.Compute(in)
		m.Simulate(r)
		for _, s := range r.Groups[0].Agencies {
			if !(s.Points >= 0 && s.Points <= m.Points) {
				t.Fatalf("%g points of %g", s.Points, m.Points)
			}
		}
	})
}
