package kpi

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tiendo/internal/period"
)

// TestRecordsAskedTogether: what is read at once for many questions is what each is told that is asked alone, and questions of
// periods that have no instant in common are read at once.
func TestRecordsAskedTogether(t *testing.T) {
	b, conn := books(t)
	rng := rand.New(rand.NewPCG(7, 8))
	first := time.Date(2024, 11, 1, 0, 0, 0, 0, zone)
	for i := range 60 {
		agency, verdict := string(rune('A'+rng.IntN(3))), []string{"open", "open", "open", "voided"}[rng.IntN(4)]
		if err := conn.Exec(t.Context(), "INSERT INTO verdicts (family, subject, verdict, agency) VALUES ('dossier', ?, ?, ?)", fmt.Sprint(i), verdict, agency); err != nil {
			t.Fatal(err)
		}
	}
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO events (family, subject, source, id, type, time, recorded, retracted, data, arrival, collector, entry)")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 900 {
		// On the first instant of a month now and then.
		happened := first.AddDate(0, rng.IntN(6), 0).Add(time.Duration(rng.IntN(2)*rng.IntN(28*24*3600)) * time.Second)
		recorded := happened.Add(time.Duration(rng.IntN(90)-5) * time.Hour)
		err := batch.Append("dossier", fmt.Sprint(rng.IntN(70)), []string{"urn:x", "urn:y"}[rng.IntN(2)], fmt.Sprint(i/2), "dossier.paid", happened.UTC(), recorded.UTC(), rng.IntN(9) == 0, "{}", recorded.UTC(), "c", uint64(1))
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
	var all []Query
	for _, id := range []string{"2025-01", "2025-02", "2025-Q1", "2024-Q4", "2025-01-10..2025-03-03"} {
		p, err := period.Parse(id, b.Now(), zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, figure := range []string{"quality.report_delay_p90", "quality.foreign_rate"} {
			for _, by := range [][]string{nil, {"agency"}, {"source"}, {"agency", "month"}, {"source", "agency"}} {
				all = append(all, Query{ID: figure, Period: p, By: by}, Query{ID: figure, Period: p, By: by, Where: map[string][]string{"agency": {"A"}}})
			}
		}
	}
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	together, err := b.Ask(t.Context(), all...)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for i, q := range all {
		alone, err := b.Ask(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(short(alone[0]), short(together[i])); diff != "" {
			t.Errorf("%s of %s by %v where %v (-alone +together):\n%s", q.ID, q.Period.ID, q.By, q.Where, diff)
		}
		for _, r := range alone[0].Rows {
			if r.N != nil && *r.N > 0 || r.Denominator != nil && *r.Denominator > 0 {
				rows++
			}
		}
	}
	if rows < 200 {
		t.Errorf("only %d rows hold records", rows)
	}
	read := func(id string) question {
		p, err := period.Parse(id, b.Now(), zone)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := ByID("quality.report_delay_p90")
		return question{definition: d, query: Query{ID: d.ID, Period: p}}
	}
	r := &reading{s: &statement{names: b.namesOf(read("2025-01").query)}}
	r.add(read("2025-01"))
	for id, want := range map[string]bool{"2025-01": true, "2025-02": true, "2024-12": true, "2025-Q1": false, "2025-01-31..2025-02-01": false} {
		if q := read(id); r.takes(q, b.namesOf(q.query)) != want {
			t.Errorf("%s is read with 2025-01: %t", id, !want)
		}
	}
}
