package metrics

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"

	"tiendo/internal/event"
	"tiendo/internal/kpi"
)

// writer turns answers of the books into an exposition.
type writer struct {
	exposition
	// known are the agencies that labels may name; shown are those that some sample names.
	known, shown map[string]bool
	// heard are the families of which it is told who has gone quiet.
	heard map[event.Family]bool
	// told are the agencies that have a row in some figure, by what it counts, see casesOf.
	told map[string]map[string]bool
}

// line is a row under the label that it is shown with.
type line struct {
	agency                                string
	value, numerator, denominator, target *float64
}

// figure writes the answer to a question. target is the city's, nil if it has none.
func (w *writer) figure(q question, f kpi.Figure, target *float64) {
	metrics := OfFigure(&q.definition)
	unit := 1.0
	if base, ok := seconds[q.definition.Unit]; ok {
		unit = base
	}
	write := func(m Metric, agency string, value *float64, unit float64) {
		switch {
		case value == nil:
		case q.period == "":
			w.of(m).add(*value*unit, agency)
		default:
			w.of(m).add(*value*unit, agency, q.period)
		}
	}
	for _, l := range w.lines(append(slices.Clone(f.Rows), w.none(q, f)...), &q.definition) {
		write(metrics[0], l.agency, l.value, unit)
		if len(metrics) > 2 {
			write(metrics[1], l.agency, l.numerator, 1)
			write(metrics[2], l.agency, l.denominator, 1)
		}
		write(metrics[len(metrics)-1], l.agency, l.target, unit)
	}
	if len(q.query.By) > 0 {
		write(metrics[len(metrics)-1], wholeCity, target, unit)
		w.quiet(q, f)
	}
}

// none are rows of 0 for the agencies that have no row in a stock and one in another figure of such cases: they have none open, and
// a series that is gone where it should be 0 looks like one that was lost.
func (w *writer) none(q question, f kpi.Figure) []kpi.Row {
	if !q.definition.Stock() || q.definition.Shape != kpi.Count || len(q.query.By) == 0 {
		return nil
	}
	has := map[string]bool{}
	for code := range agenciesOf(f.Rows) {
		has[code] = true
	}
	var rows []kpi.Row
	for _, code := range slices.Sorted(maps.Keys(w.told[casesOf(&q.definition)])) {
		if !has[code] {
			rows = append(rows, kpi.Row{Keys: kpi.Keys{{Dimension: "agency", Code: &code}}, Value: new(float64)})
		}
	}
	return rows
}

// tell notes who has a row in figures.
func (w *writer) tell(questions []question, figures []kpi.Figure) {
	for i, f := range figures {
		of := casesOf(&questions[i].definition)
		if w.told[of] == nil {
			w.told[of] = map[string]bool{}
		}
		for code := range agenciesOf(f.Rows) {
			w.told[of][code] = true
		}
	}
}

// casesOf names what a figure counts: dossiers, legs, tasks.
func casesOf(d *kpi.Definition) string {
	name, _, _ := strings.Cut(d.ID, ".")
	return name
}

// agenciesOf are the agencies that rows name.
func agenciesOf(rows []kpi.Row) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, r := range rows {
			if code := r.Keys.Of("agency"); code != nil && !yield(*code) {
				return
			}
		}
	}
}

// lines are rows under their labels. Agencies that labels may not name are added up as one.
func (w *writer) lines(rows []kpi.Row, d *kpi.Definition) []line {
	var lines []line
	var rest *line
	for _, r := range rows {
		l := line{value: r.Value, numerator: r.Numerator, denominator: r.Denominator, target: r.Target}
		if len(r.Keys) == 0 {
			lines = append(lines, l)
			continue
		}
		if code := r.Keys.Of("agency"); code != nil && w.known[*code] {
			l.agency = *code
			w.shown[*code] = true
			lines = append(lines, l)
			continue
		}
		if rest == nil {
			rest = &line{agency: unknownAgency}
		}
		rest.add(l)
	}
	if rest == nil || d.Shape == kpi.Quantile { // of quantiles there is no sum
		return lines
	}
	if d.Shape != kpi.Count {
		if rest.value = nil; *rest.denominator != 0 {
			rate := *rest.numerator / *rest.denominator
			rest.value = &rate
		}
	}
	w.shown[unknownAgency] = true
	return append(lines, *rest)
}

func (l *line) add(other line) {
	for _, part := range []struct{ to, from **float64 }{{&l.value, &other.value}, {&l.numerator, &other.numerator}, {&l.denominator, &other.denominator}} {
		if *part.from == nil {
			continue
		}
		sum := **part.from
		if *part.to != nil {
			sum += **part.to
		}
		*part.to = &sum
	}
}

// outlook writes an outlook: of agencies where they add up to the city, which would else be counted twice; else of the city too,
// but not of the rest, whose agencies do not add up either.
func (w *writer) outlook(o *kpi.Outlook, f kpi.Figure) {
	leftOut := unknownAgency
	if o.Adds {
		leftOut = wholeCity
	}
	for _, l := range w.lines(f.Rows, &kpi.Definition{Shape: kpi.Count}) {
		if l.agency != leftOut {
			w.of(OfOutlook(o)).add(*l.value, l.agency)
		}
	}
}

// quiet writes who has gone quiet, once for each family: all figures of a family say the same, up to now.
func (w *writer) quiet(q question, f kpi.Figure) {
	families := q.definition.Families()
	if len(families) != 1 || families[0] == event.Indicator || !f.Period.Running || w.heard[families[0]] {
		return
	}
	family := families[0]
	w.heard[family] = true
	for _, r := range f.Rows {
		if code := r.Keys.Of("agency"); code != nil && w.known[*code] {
			quiet := 0.0
			if r.NoDataSince != "" {
				quiet = 1
			}
			w.of(quietAgencies).add(quiet, string(family), *code)
		}
	}
	sources := 0
	for _, s := range f.Quiet {
		if s.Source != "" {
			sources++
		}
	}
	w.of(quietSources).add(float64(sources), string(family))
}

// infos write names and groups of the agencies that are shown, so that a join on them loses none.
func (w *writer) infos(names func(code string) (name, group string)) {
	for _, code := range slices.Sorted(maps.Keys(w.shown)) {
		name, group := names(code)
		w.of(agencyInfo).add(1, code, cmp.Or(name, code), group)
	}
}
