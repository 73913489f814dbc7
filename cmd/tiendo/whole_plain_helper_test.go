package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"tiendo/internal/event"
	"tiendo/internal/kpi"
	"tiendo/internal/period"
)

// answersOf are the rows of a figure by key, as compare wants them.
func answersOf(f kpi.Figure) map[string]answer {
	all := map[string]answer{}
	for _, r := range f.Rows {
		all[keyOfRow(&r)] = answer{Value: r.Value, Numerator: r.Numerator, Denominator: r.Denominator}
	}
	return all
}

// comparePlainly recomputes every figure from the plain list: of all events for today's books, of those that had arrived for
// the books of a past day.
func (w *way) comparePlainly(history []delivery, figures map[asked]kpi.Figure) {
	w.Helper()
	known := w.known(history)
	covered, compared, counted := map[string]bool{}, 0, 0
	for q, figure := range figures {
		f, want, ok := known[q.asOf].spelt(q, figure.Period)
		if !ok {
			continue
		}
		covered[q.id] = true
		got := answersOf(figure)
		for key := range got {
			if _, ok := want[key]; !ok {
				want[key] = total{} // one that only the books have counts nothing
			}
		}
		for key, sum := range want {
			compared++
			if sum != (total{}) {
				counted++
			}
			if said := f.differs(sum, got[key]); said != "" {
				w.Errorf("%+v, %q: %s", q, key, said)
			}
		}
	}
	for _, s := range spreads {
		covered[s.id] = true
		compared += w.compareSpread(s, known, figures)
	}
	w.compareCompleteness(known, figures)
	for _, d := range kpi.Catalogue() {
		if !covered[d.ID] {
			w.Errorf("%s is not recomputed; spell it out in wholeCatalogue", d.ID)
		}
	}
	w.Logf("%d numbers of %d figures compared with a plain recomputation, %d of them not 0", compared, len(covered), counted)
	if compared < 3500 || counted < 2000 {
		w.Errorf("only %d numbers were compared, of which %d are not 0", compared, counted)
	}
}

// known is the plain list as it was known on each day that is asked for, "" being today.
func (w *way) known(history []delivery) map[string]*plain {
	w.Helper()
	known := map[string]*plain{}
	for _, at := range append(asOf(), "") {
		var told []event.Event
		for _, d := range history {
			if at == "" || !d.event.Arrival.After(w.seenAt(at)) {
				told = append(told, d.event)
			}
		}
		known[at] = recompute(w.T, w.zone, told)
	}
	return known
}

// spelt is what a question comes to as spelt out; ok is false where it is not: quantiles, months, sources.
func (p *plain) spelt(q asked, of period.Period) (f byHand, want map[string]total, ok bool) {
	switch {
	case q.by == "month" || q.by == "source":
		return f, nil, false
	case q.id == "quality.foreign_rate": // by what is known of the cases today, whatever as_of
		return byHand{id: q.id, rate: true}, p.records(of, q.by), q.asOf == ""
	case strings.HasPrefix(q.id, "org."):
		want = p.indicators(indicatorOf(q.id), of)
		maps.DeleteFunc(want, func(key string, _ total) bool { return (key == "") != (q.by == "") })
		return byHand{id: q.id, rate: true}, want, true
	}
	all := wholeCatalogue()
	i := slices.IndexFunc(all, func(f byHand) bool { return f.id == q.id })
	if i < 0 {
		return f, nil, false
	}
	return all[i], p.totals(all[i], of, q.by), true
}

// compareSpread compares a quantile, within 1 % (CONTRACT §4).
func (w *way) compareSpread(s spreadByHand, known map[string]*plain, figures map[asked]kpi.Figure) (compared int) {
	w.Helper()
	for q, figure := range figures {
		if q.id != s.id || q.by == "month" || q.by == "source" || s.families != nil && q.asOf != "" {
			continue // records are told apart by what is known of their cases today, whatever as_of
		}
		values, n := known[q.asOf].quantiles(s, figure.Period, q.by)
		got := map[string]bool{}
		for _, r := range figure.Rows {
			key := ""
			if q.by != "" {
				key = keyOfRow(&r)
			}
			got[key] = true
			if *r.N != n[key] || (*r.N > 0 && math.Abs(*r.Value-values[key]) > values[key]/100+1e-9) {
				w.Errorf("%+v, %q: %v of %d, want %v of %d", q, key, *r.Value, *r.N, values[key], n[key])
			}
			compared++
		}
		for key := range n {
			if !got[key] {
				w.Errorf("%+v: %q is missing", q, key)
			}
		}
	}
	return compared
}

func keyOfRow(r *kpi.Row) string {
	var keys []string
	for _, key := range r.Keys {
		keys = append(keys, *cmp.Or(key.Code, new(string)))
	}
	return strings.Join(keys, "|")
}

func (w *way) compareCompleteness(known map[string]*plain, figures map[asked]kpi.Figure) {
	w.Helper()
	compared := 0
	for _, id := range []string{"dossier.received", "task.assigned", "petition.received", "finding.raised", "reception.people"} {
		for _, q := range []asked{{id, wholePeriods[0], "", ""}, {id, "2025", "", asOf()[0]}} {
			got, want := figures[q].Completeness, known[q.asOf].completeness(familyOf(id), figures[q].Period)
			if (got == nil) != (want == nil) || got != nil && math.Abs(*got-*want) > 1e-9 {
				w.Errorf("%+v: completeness %s, want %s", q, number(got), number(want))
			}
			if want != nil {
				compared++
			}
		}
	}
	if compared < 4 {
		w.Errorf("only %d shares of completeness were compared", compared)
	}
}

func number(x *float64) string {
	if x == nil {
		return "none"
	}
	return fmt.Sprint(*x)
}
