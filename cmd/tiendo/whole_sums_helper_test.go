package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tiendo/internal/kpi"
)

// addsUp asks for what must add up: stocks and flows, days and periods, agencies and the whole.
func (w *way) addsUp() {
	w.Helper()
	sums := w.stocksAndFlows() + w.daysAndPeriods() + w.agenciesAndTheWhole()
	w.Logf("%d sums add up", sums)
	if sums < 1200 {
		w.Errorf("only %d sums were compared", sums)
	}
}

// stocksAndFlows: carried over + received = settled + withdrawn + open, for every period and agency.
func (w *way) stocksAndFlows() (compared int) {
	w.Helper()
	periods := []string{"2024", "2025", "2025-9M", "2025-Q1", "2025-Q4", "2025-01-31..2025-02-01", "qtd", "ytd", "2025-04-15", "2025-09-02"}
	for month := time.January; month <= time.December; month++ {
		periods = append(periods, fmt.Sprintf("2025-%02d", month))
	}
	parts := []string{"dossier.carried_over", "dossier.received", "dossier.settled", "dossier.withdrawn", "dossier.open"}
	var questions []asked
	for i, of := range periods {
		for _, id := range parts {
			questions = append(questions, asked{id, of, "", ""}, asked{id, of, "agency", ""})
			if i%5 == 0 {
				questions = append(questions, asked{id, of, "agency,procedure", ""}, asked{id, of, "level,channel", ""}, asked{id, of, "agency", asOf()[1]})
			}
		}
	}
	answers := w.ask(questions)
	for q := range answers {
		if q.id != parts[0] {
			continue
		}
		balance, busy := map[string]float64{}, map[string]bool{}
		for i, id := range parts {
			for key, r := range answersOf(answers[asked{id, q.period, q.by, q.asOf}]) {
				sign := 1.0
				if i > 1 {
					sign = -1
				}
				balance[key] += sign * *r.Value
				busy[key] = busy[key] || *r.Value != 0
			}
		}
		for key, rest := range balance {
			if rest != 0 {
				w.Errorf("%+v, %q: carried over + received - settled - withdrawn - open = %v", q, key, rest)
			}
			if busy[key] {
				compared++
			}
		}
	}
	return compared
}

// parts are the numbers of a row that add up.
func (a answer) parts() [2]float64 {
	of := func(x *float64) float64 {
		if x == nil {
			return 0
		}
		return *x
	}
	if a.Denominator != nil {
		return [2]float64{of(a.Numerator), of(a.Denominator)}
	}
	return [2]float64{of(a.Value), 0}
}

// flows are the figures that count what happens in a period, and so add up over its days.
func flows(d kpi.Definition) bool {
	states := []string{"dossier.carried_over", "official.06a_carried", "official.06a_received", "official.766_on_time_rate"}
	return d.Shape != kpi.Quantile && !d.Stock() && !strings.HasPrefix(d.ID, "org.") && !slices.Contains(states, d.ID)
}

// daysAndPeriods: a period's counts, and both parts of its rates, are the sums of its days; every row by month is what the
// month itself says, stocks too.
func (w *way) daysAndPeriods() (compared int) {
	w.Helper()
	var questions []asked
	for _, d := range kpi.Catalogue() {
		if d.Ahead() || strings.HasPrefix(d.ID, "org.") {
			continue
		}
		questions = append(questions, asked{d.ID, "2025-05", "day", ""}, asked{d.ID, "2025-Q2", "month", ""})
		for _, month := range []string{"2025-04", "2025-05", "2025-06"} {
			questions = append(questions, asked{d.ID, month, "", ""})
		}
	}
	answers := w.ask(questions)
	for _, d := range kpi.Catalogue() {
		whole, ok := answers[asked{d.ID, "2025-05", "", ""}]
		if !ok {
			continue
		}
		if flows(d) {
			var sum [2]float64
			for _, r := range answersOf(answers[asked{d.ID, "2025-05", "day", ""}]) {
				sum[0], sum[1] = sum[0]+r.parts()[0], sum[1]+r.parts()[1]
			}
			if want := answersOf(whole)[""].parts(); sum != want {
				w.Errorf("%s: the days of 2025-05 come to %v, and the month to %v", d.ID, sum, want)
			}
			compared++
		}
		for month, r := range answersOf(answers[asked{d.ID, "2025-Q2", "month", ""}]) {
			if own := answersOf(answers[asked{d.ID, month, "", ""}])[""]; r.parts() != own.parts() {
				w.Errorf("%s: by month %s has %v, and by itself %v", d.ID, month, r.parts(), own.parts())
			}
			compared++
		}
	}
	return compared
}

// agenciesAndTheWhole: what agencies have comes to what the city has; so does every other grouping.
func (w *way) agenciesAndTheWhole() (compared int) {
	w.Helper()
	var questions []asked
	for _, d := range kpi.Catalogue() {
		if d.Shape == kpi.Quantile {
			continue
		}
		for _, by := range append([]string{"", "agency"}, bys(&d)...) {
			for _, of := range []string{"2025-Q2", "2025-08-20", "2025-H2"} {
				if by != "month" {
					questions = append(questions, asked{d.ID, of, by, ""})
				}
			}
		}
	}
	answers := w.ask(questions)
	for q, figure := range answers {
		var sum [2]float64
		for _, r := range answersOf(figure) {
			sum[0], sum[1] = sum[0]+r.parts()[0], sum[1]+r.parts()[1]
		}
		if want := answersOf(answers[asked{q.id, q.period, "", ""}])[""].parts(); sum != want {
			w.Errorf("%+v: the groups come to %v, and the whole to %v", q, sum, want)
		}
		compared++
	}
	return compared
}
