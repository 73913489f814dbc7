package main

import (
	"context"
	"math"
	"net/url"
	"strings"
	"testing"
	"time"

	"tiendo/internal/booking"
	"tiendo/internal/kpi"

	"github.com/go-json-experiment/json"
)

// bys are the groupings in which a figure is asked, beside the whole and by agency.
func bys(d *kpi.Definition) []string {
	prefix, _, _ := strings.Cut(d.ID, ".")
	switch {
	case prefix == "org":
		return nil
	case d.Ahead():
		return []string{"agency,channel"}
	}
	more := map[string][]string{
		"leg": {"agency,unit"}, "task": {"issuer"}, "petition": {"agency,kind"}, "finding": {"kind"}, "quality": {"source"},
		"dossier": {"agency,channel", "level,procedure", "at"},
	}
	return append([]string{"month"}, more[prefix]...)
}

// wholePeriods are asked of today's books; the year, of those of the days on which not all had arrived.
var wholePeriods = []string{"2025-01-20..2025-10-03", "ytd"}

func asOf() []string {
	return []string{arrivals[0].Format(time.DateOnly), arrivals[1].Format(time.DateOnly)}
}

// everyQuestion is every figure over several periods, whole and by agency, and in other groupings, today and as the books said
// on the first days of arrival.
func everyQuestion() (all []asked) {
	for _, d := range kpi.Catalogue() {
		for _, by := range []string{"", "agency"} {
			for _, of := range wholePeriods {
				all = append(all, asked{d.ID, of, by, ""})
			}
			for _, at := range asOf() {
				all = append(all, asked{d.ID, "2025", by, at})
			}
		}
		for _, by := range bys(&d) {
			all = append(all, asked{d.ID, wholePeriods[0], by, ""}, asked{d.ID, "2025", by, asOf()[1]})
		}
	}
	return all
}

// TestWholeWay: one history of every family, posted in order, shuffled, each event twice, in other batches and with other
// offsets, comes to the same figures, and to those of a plain recomputation, today and as the books said it on past days;
// the figures add up; a rebuild changes none.
func TestWholeWay(t *testing.T) {
	t.Parallel()
	seed := seeded(t)
	town := newTown(t, "W", seed)
	history := deliveries(t, town.Rand, town.everything(500))
	questions := everyQuestion()
	var first map[asked]string
	for i, v := range variants {
		t.Run(strings.ReplaceAll(v.name, " ", "_"), func(t *testing.T) {
			w := newWay(t)
			defer w.stop()
			w.post(history, v, seed)
			figures := w.ask(questions)
			got := written(t, figures)
			if first == nil {
				first = got
				w.comparePlainly(history, figures)
				w.addsUp()
				w.overHTTP(got)
				w.lists(figures)
			} else if n := same(t, v.name, got, first); n < 900 {
				t.Errorf("only %d answers were compared", n)
			}
			if i == 0 || v.name == "each twice" {
				w.rebuild(questions, got)
			}
		})
	}
}

// rebuild makes the books again and finds the same in them, with and without as_of.
func (w *way) rebuild(questions []asked, before map[asked]string) {
	w.Helper()
	if err := w.app.booker.Rebuild(w.Context(), func(booking.Checked) {}); err != nil {
		w.Fatal(err)
	}
	same(w.T, "after a rebuild", written(w.T, w.ask(questions)), before)
	checked, err := w.app.check(w.Context(), true, true, func(d booking.Difference) { w.Errorf("%+v", d) }, func(booking.Checked) {})
	if err != nil || checked.Cases < 400 {
		w.Errorf("%+v were checked: %v", checked, err)
	}
}

// overHTTP asks the API itself for every figure once, and finds the same.
func (w *way) overHTTP(want map[asked]string) {
	w.Helper()
	compared := 0
	for q, rows := range want {
		if q.period != "ytd" || q.by != "agency" {
			continue
		}
		_, body := fetch(w.T, w.app.URL()+"/v1/kpis/"+q.id+"?"+url.Values{"period": {q.period}, "by": {q.by}}.Encode(), "Authorization", "Bearer "+w.token)
		var answer struct {
			Rows         []map[string]any `json:"rows"`
			Completeness *float64         `json:"completeness"`
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			w.Fatalf("%s: %v", body, err)
		}
		if got := writtenRows(w.T, answer.Rows, answer.Completeness); got != rows {
			w.Errorf("%+v: the API says %s and the books %s", q, got, rows)
		}
		compared++
	}
	if compared < 90 {
		w.Errorf("only %d answers of the API were compared", compared)
	}
}

// lists: the cases behind a count are as many as it counts.
func (w *way) lists(figures map[asked]kpi.Figure) {
	w.Helper()
	compared := 0
	for _, d := range kpi.Catalogue() {
		if d.Shape != kpi.Count {
			continue
		}
		f := figures[asked{d.ID, "ytd", "", ""}]
		list, err := w.app.books.Cases(context.Background(), kpi.Query{ID: d.ID, Period: f.Period}, kpi.Listing{Limit: 1})
		if err != nil {
			w.Fatal(err)
		}
		if value := *f.Rows[0].Value; math.Abs(value-float64(list.Sum)) > 1e-9 {
			w.Errorf("%s is %v, and the cases behind it count %d", d.ID, value, list.Sum)
		}
		compared++
	}
	if compared < 40 {
		w.Errorf("only %d figures were compared with their cases", compared)
	}
}
