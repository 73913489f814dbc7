package ranking_test

import (
	"testing"

	"tiendo/examples/methods"
	"tiendo/internal/ranking"
)

// examples reads every method that comes with the program.
func examples(t *testing.T) map[string]*ranking.Method {
	t.Helper()
	entries, err := methods.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*ranking.Method{}
	for _, e := range entries {
		content, err := methods.Files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		m, err := ranking.Read(content)
		if err != nil {
			t.Errorf("%s: %v", e.Name(), err)
			continue
		}
		all[m.ID] = m
	}
	return all
}

func TestExamplesHoldTogether(t *testing.T) {
	all := examples(t)
	for _, id := range []string{"departments", "districts", "communes", "qd-766", "par-index"} {
		if all[id] == nil {
			t.Errorf("no example is the method %s", id)
		}
	}
	// DOMAIN.md §1.4: the ceilings of the six groups that the portal shows.
	want := map[string]float64{"publicity": 18, "progress": 20, "online": 12, "payment": 10, "digitising": 22, "satisfaction": 18}
	for _, a := range all["qd-766"].Areas {
		if want[a.ID] != a.Weight {
			t.Errorf("Decision 766: %s has %g points, want %g", a.ID, a.Weight, want[a.ID])
		}
		delete(want, a.ID)
	}
	if len(want) > 0 || len(all["par-index"].Areas) != 8 {
		t.Errorf("left of Decision 766: %v; areas of the PAR INDEX: %d, want 8", want, len(all["par-index"].Areas))
	}
}
