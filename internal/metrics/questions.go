package metrics

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"time"

	"tiendo/internal/kpi"
	"tiendo/internal/period"
)

// Leadership stands in a list of figures for all that the catalogue marks so.
const Leadership = "leadership"

// figuresOf returns the definitions that a list names, in the order of the catalogue, each once: by id, by a pattern such as
// "online.*", or by [Leadership]. The error names what is none of these.
func figuresOf(list []string) ([]kpi.Definition, error) {
	if len(list) == 0 {
		list = []string{Leadership}
	}
	chosen := map[string]bool{}
	for _, name := range list {
		found := false
		for _, d := range kpi.Catalogue() {
			matches, err := path.Match(name, d.ID)
			if err != nil {
				return nil, fmt.Errorf("metrics.figures: %q is no pattern; write one such as online.*", name)
			}
			if matches || name == Leadership && d.Leadership {
				found, chosen[d.ID] = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("metrics.figures: no figure is called %q; GET /v1/kpis lists them, online.* names all that begin so, and %s those of the leadership", name, Leadership)
		}
	}
	return slices.DeleteFunc(kpi.Catalogue(), func(d kpi.Definition) bool { return !chosen[d.ID] }), nil
}

// question is a query, and how its answer is shown.
type question struct {
	query      kpi.Query
	definition kpi.Definition
	period     string // the label; empty for a stock of now
}

// questions are what the books are asked at an instant: all but what costs more, and that.
func (s *Snapshots) questions(now time.Time) (quick, slow []question, err error) {
	for _, d := range s.figures {
		ids := s.Periods
		if d.Stock() {
			ids = []string{"mtd"} // any that ends now
		}
		for _, id := range ids {
			of, err := period.Parse(id, now, s.Zone)
			if err != nil {
				return nil, nil, err
			}
			q := question{query: kpi.Query{ID: d.ID, Period: of, By: []string{"agency"}}, definition: d, period: id}
			if d.Stock() {
				q.period = ""
			}
			all := []question{q}
			if d.Shape == kpi.Quantile {
				q.query.By = nil // quantiles can't be added up, so the whole city is shown too
				all = append(all, q)
			}
			if d.Costly() {
				slow = append(slow, all...)
			} else {
				quick = append(quick, all...)
			}
		}
	}
	return quick, slow, nil
}

// agencies are those that labels may name: those of the register, or without one the first of those that are told of, in the
// order of codes.
func (s *Snapshots) agencies(figures []kpi.Figure) map[string]bool {
	known := map[string]bool{}
	for _, code := range s.Registered() {
		known[code] = true
	}
	if len(known) == 0 {
		for _, f := range figures {
			for code := range agenciesOf(f.Rows) {
				known[code] = true
			}
		}
		if len(known) > maxAgencies {
			for _, code := range slices.Sorted(maps.Keys(known))[maxAgencies:] {
				delete(known, code)
			}
		}
	}
	delete(known, unknownAgency) // the label means something else
	return known
}
