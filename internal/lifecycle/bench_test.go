package lifecycle_test

import (
	"slices"
	"testing"

	"tiendo/internal/lifecycle"
)

// BenchmarkJournal judges a dossier of six events that arrive on one day.
func BenchmarkJournal(b *testing.B) {
	t := &testing.T{}
	events := parseEvents(t, `dossier.submitted 2025-03-02T08:00 channel=online level=full procedure=1.000123 @2025-04-01T08:00
dossier.received 2025-03-03T08:00 channel=online level=full procedure=1.000123 due=2025-03-10 @2025-04-01T08:00
dossier.supplement_requested 2025-03-04T09:00 @2025-04-01T08:00
dossier.supplemented 2025-03-06T09:00 @2025-04-01T08:00
dossier.resolved 2025-03-12T16:00 digital=true @2025-04-01T08:00
dossier.returned 2025-03-12T16:10 channel=post @2025-04-01T08:00`)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := lifecycle.Journal(slices.Clone(events), rules); err != nil {
			b.Fatal(err)
		}
	}
}
