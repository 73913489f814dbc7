package ranking_test

import (
	"errors"
	"testing"

	"tiendo/internal/document"
	"tiendo/internal/ranking"
)

// FuzzRead: whatever a method file holds, it is read, and then reads the same again, or it is refused with a place.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		small, "", "method: small\n", "areas:\n  - {id: a, weight: 1e309, criteria: [{id: b, scoring: {kind: bands, bands: [{from: .nan, points: -.inf}]}}]}",
		"a: &x [*x]", "- - - a", "{{{{", "method: small\nmethod: small\n", "\"\\x00\": 1", "<<: {a: b}", "ties: [a, a]\nminimum: -1\npoints: 0x7fffffffffffffff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		m, err := ranking.Read(content)
		if err == nil {
			if again, err := ranking.Read(m.Source); err != nil || again.SHA256 != m.SHA256 {
				t.Fatalf("read again: %v", err)
			}
			return
		}
		var refusal *document.Refusal
		if !errors.As(err, &refusal) || len(refusal.Faults) == 0 {
			t.Fatalf("%T %v", err, err)
		}
		for _, fault := range refusal.Faults {
			if fault.Line < 1 || fault.Column < 1 || fault.Message == "" {
				t.Fatalf("a fault without place: %+v", fault)
			}
		}
	})
}
