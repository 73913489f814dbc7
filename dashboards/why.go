package dashboards

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"tiendo/internal/kpi"
	"tiendo/internal/period"
	"tiendo/internal/stats"
)

// whyOption chooses the figure whose change is explained: any that is a sum of cases, the one that is watched most first.
func whyOption() option {
	o := option{name: "why", label: inBoth{"Vì sao thay đổi", "Why did it change"}, explains: true}
	for _, d := range kpi.Catalogue() {
		if d.Reported() || d.Ahead() || d.Shape != kpi.Ratio && d.Shape != kpi.Count {
			continue
		}
		value := optionValue{d.ID, inBoth{d.VI, d.EN}}
		if d.ID == "dossier.on_time_rate" {
			o.values = slices.Insert(o.values, 0, value)
		} else {
			o.values = append(o.values, value)
		}
	}
	return o
}

// explainForm chooses a figure, and the period that it is compared with.
type explainForm struct {
	Name, Label, Against, Since, Before string
	Groups                              []explained
	Hidden                              []hidden
}

// explained are figures of one domain.
type explained struct {
	Label  string
	Values []filterValue
}

func (q *asked) explainForm(o option, lang language) *explainForm {
	f := &explainForm{Name: o.name, Label: o.label.in(lang), Against: lang.of("So với kỳ", "Against period"), Since: q.against, Before: q.before.ID}
	for _, v := range o.values {
		subject := subjectOf(v.value).in(lang)
		at := slices.IndexFunc(f.Groups, func(g explained) bool { return g.Label == subject })
		if at < 0 {
			at = len(f.Groups)
			f.Groups = append(f.Groups, explained{Label: subject})
		}
		f.Groups[at].Values = append(f.Groups[at].Values, filterValue{v.value, v.name.in(lang), q.options[o.name] == v.value})
	}
	_, params := q.address("period", "", "since", "", o.name, "")
	for _, name := range slices.Sorted(maps.Keys(params)) {
		for _, value := range params[name] {
			f.Hidden = append(f.Hidden, hidden{name, value})
		}
	}
	return f
}

// whyRate is the rate by whose parts a figure is explained: of a count, the one that it is the rest of.
func whyRate(id string) string {
	if id == "dossier.late" {
		return "dossier.on_time_rate"
	}
	return id
}

// whyParts is the dimension of the groups by which a change is explained: dossiers by procedure, the doubts about data by whose
// it is, and other cases by their kind.
func whyParts(id string) string {
	switch domain, _, _ := strings.Cut(id, "."); domain {
	case "dossier", "leg", "online", "post", "official":
		return "procedure"
	case "quality":
		return "agency"
	default:
		return "kind"
	}
}

// whyQuestions ask what a change is split by.
func (q *asked) whyQuestions() []kpi.Query {
	id := whyRate(q.options["why"])
	all := []kpi.Query{q.whole(id), q.formerly(id), q.whyOf(id, q.period), q.whyOf(id, q.since)}
	if !q.since.Running {
		all = append(all, q.saidThen(id))
	}
	return all
}

// formerly asks the same of the period that a change is explained against.
func (q *asked) formerly(id string) kpi.Query {
	return kpi.Query{ID: id, Period: q.since, Where: q.where}
}

// whyOf asks for the groups of a figure by which a change is explained.
func (q *asked) whyOf(id string, in period.Period) kpi.Query { return q.counted(id, whyParts(id), in) }

// saidThen asks what the books said of that period when it was over.
func (q *asked) saidThen(id string) kpi.Query {
	then := q.formerly(id)
	then.AsOf = q.since.Last
	return then
}

// whyView explains a change.
type whyView struct {
	Sentence string
	Chart    chart
	// Unknown says that there is nothing to compare.
	Unknown bool
}

// effect is what one cause did to a figure.
type effect struct {
	name string
	by   float64
}

// why splits the change of the chosen figure since another period.
func (p *presenter) why() (whyView, error) {
	id := p.options["why"]
	rate := whyRate(id)
	now, was := p.row(p.whole(rate)), p.row(p.formerly(rate))
	if now.Value == nil || was.Value == nil {
		return whyView{Unknown: true}, nil
	}
	c := change{id: id, first: *was.Value, last: *now.Value, firstOf: p.partsText(p.began(rate, was)), lastOf: p.partsText(now), write: p.lang.percent}
	if late := p.lateData(rate, was); late != nil {
		c.effects = append(c.effects, effect{p.t("why.late"), *late})
	}
	if d, _ := kpi.ByID(rate); d.Shape == kpi.Count {
		c.write, c.firstOf, c.lastOf = p.lang.count, "", ""
		c.effects = append(c.effects, effect{p.t("why.volume"), c.last - c.first})
		c.by = stats.Differences(p.countsOf(p.whyOf(rate, p.since)), p.countsOf(p.whyOf(rate, p.period)))
		return p.whyShown(c)
	}
	split := stats.SplitRate(p.sharesOf(p.whyOf(rate, p.since)), p.sharesOf(p.whyOf(rate, p.period)))
	if id == "dossier.late" { // late = settled × (1 − rate)
		n0, n1 := valueOf(was.Denominator), valueOf(now.Denominator)
		scale := -(n0 + n1) / 2
		for i := range c.effects {
			c.effects[i].by *= -n0
		}
		c.effects = append(c.effects, effect{p.t("why.volume"), (n1 - n0) * ((1 - c.first) + (1 - c.last)) / 2})
		c.first, c.last, c.write, c.firstOf, c.lastOf = n0*(1-c.first), n1*(1-c.last), p.lang.count, "", ""
		split.Mix, split.Performance = split.Mix*scale, split.Performance*scale
		for i := range split.By {
			split.By[i].Value *= scale
		}
	}
	c.by = split.By
	c.effects = append(c.effects, effect{p.t("why.mix." + whyParts(id)), split.Mix}, effect{p.t("why.performance"), split.Performance})
	return p.whyShown(c)
}

// lateData is by how much the other period is told otherwise now than when it was over; nil where the books then told nothing.
func (p *presenter) lateData(rate string, was kpi.Row) *float64 {
	said, told := p.toldThen(rate)
	if !told {
		return nil
	}
	by := *was.Value - *said.Value
	return &by
}

// began is what the change begins with: what the books said of the other period when it was over, if they told anything.
func (p *presenter) began(rate string, was kpi.Row) kpi.Row {
	if said, told := p.toldThen(rate); told {
		return said
	}
	return was
}

// toldThen is what the books said of the other period when it was over. A count of 0 tells nothing: books say it also of cases that
// they hear of years later, when a city's history is imported.
func (p *presenter) toldThen(rate string) (said kpi.Row, told bool) {
	if p.since.Running {
		return said, false
	}
	said = p.row(p.saidThen(rate))
	return said, said.Value != nil && (said.Denominator != nil || *said.Value > 0)
}

// sharesOf are the parts of a rate by group, countsOf those of a count.
func (p *presenter) sharesOf(q kpi.Query) map[string]stats.Share {
	all := map[string]stats.Share{}
	for _, r := range p.figure(q).Rows {
		if n := valueOf(r.Denominator); n > 0 {
			all[textOf(r.Keys.Of(q.By[0]))] = stats.Share{K: valueOf(r.Numerator), N: n}
		}
	}
	return all
}

func (p *presenter) countsOf(q kpi.Query) map[string]float64 {
	all := map[string]float64{}
	for _, r := range p.figure(q).Rows {
		all[textOf(r.Keys.Of(q.By[0]))] = valueOf(r.Value)
	}
	return all
}

// signed writes an effect with its sign.
func (p *presenter) signed(v float64, count bool) string {
	text, zero := p.lang.decimal(abs(v)*100), p.lang.decimal(0)
	if count {
		text, zero = p.lang.count(abs(v)), "0"
	}
	switch {
	case text == zero:
	case v < 0:
		text = "−" + text
	default:
		text = "+" + text
	}
	if count {
		return text
	}
	return text + nbsp + p.w.Points
}

// movers is how many groups the sentence names.
const movers = 2

// leastShown is the least of a count, or of a rate, that is no 0 when it is written.
func leastShown(count bool) float64 {
	if count {
		return 0.5
	}
	return 0.0005
}

// change is a figure at two times, what brought it from one to the other, and the groups that moved it most.
type change struct {
	id          string
	first, last float64
	// firstOf and lastOf are what a rate is made of at both times; "" of a count.
	firstOf, lastOf string
	effects         []effect
	by              []stats.Part
	write           func(float64) string
}

// whyShown puts a change into a sentence, a drawing and a table.
func (p *presenter) whyShown(of change) (whyView, error) {
	d, _ := kpi.ByID(of.id)
	count := d.Shape == kpi.Count
	c := chart{ID: "why", Title: fmt.Sprintf(p.t("why.chart"), p.within(p.since.ID), p.within(p.period.ID)), About: p.about(of.id, p.period.ID), Table: table{Head: []string{p.t("why.cause"), p.t("why.effect")}}}
	draw := drawing{Units: units{Y: "ratio"}, Wrap: true}
	if count {
		draw.Units.Y = "count"
	}
	start := of.first
	var said []string
	for _, e := range of.effects {
		said = append(said, e.name+" "+p.signed(e.by, count))
	}
	if of.effects[0].name == p.t("why.late") {
		start = of.first - of.effects[0].by
	}
	if of.lastOf != "" {
		draw.Made = fmt.Sprintf("%s: %s. %s: %s.", p.lang.period(p.since.ID), withParts(of.write(start), of.firstOf), p.lang.period(p.period.ID), withParts(of.write(of.last), of.lastOf))
	}
	w := waterfall{p: p, chart: &c, drawing: &draw, write: of.write, count: count}
	w.level(p.since.ID, start, of.firstOf)
	for _, e := range of.effects {
		w.step(e)
	}
	w.level(p.period.ID, of.last, of.lastOf)
	var names []string
	for _, part := range of.by[:min(len(of.by), movers)] {
		if abs(part.Value) < leastShown(count) {
			break
		}
		names = append(names, p.names(whyParts(of.id), part.Group, p.lang)+" "+p.signed(part.Value, count))
	}
	v := whyView{Sentence: fmt.Sprintf(p.t("why.sentence"), p.nameOfFigure(of.id), withParts(of.write(start), of.firstOf), withParts(of.write(of.last), of.lastOf), p.within(p.since.ID), strings.Join(said, ", "))}
	if len(names) > 0 {
		v.Sentence += " " + fmt.Sprintf(p.t("why.movers."+whyParts(of.id)), strings.Join(names, "; "))
	}
	var err error
	v.Chart, err = w.done()
	return v, err
}

// waterfall draws how one level came from another.
type waterfall struct {
	p       *presenter
	chart   *chart
	drawing *drawing
	write   func(float64) string
	count   bool

	at            float64
	low, high     float64
	begun         bool
	names         []string
	bases, levels []float64
	rises, falls  []float64
}

// shown is a value as the axis has it.
func (w *waterfall) shown(v float64) float64 {
	if w.count {
		return v
	}
	return v * 100
}

func (w *waterfall) bar(name, text string, base, level, rise, fall float64) {
	w.names = append(w.names, name)
	w.bases, w.levels, w.rises, w.falls = append(w.bases, base), append(w.levels, level), append(w.rises, rise), append(w.falls, fall)
	w.drawing.Tips = append(w.drawing.Tips, tip{Title: name, Lines: []tipLine{{"", text}}})
	for _, v := range []float64{base, base + level + rise + fall} {
		if v == 0 && level > 0 {
			continue // a level begins at 0, which need not be on the axis
		}
		if !w.begun {
			w.low, w.high, w.begun = v, v, true
		}
		w.low, w.high = min(w.low, v), max(w.high, v)
	}
}

// withParts puts what a value is made of behind it; "" for nothing.
func withParts(text, parts string) string {
	if parts == "" {
		return text
	}
	return text + " (" + parts + ")"
}

// level is a bar of the figure itself, with its parts.
func (w *waterfall) level(periodID string, v float64, parts string) {
	w.at = v
	name, text := w.p.lang.period(periodID), withParts(w.write(v), parts)
	w.bar(name, text, 0, w.shown(v), 0, 0)
	w.chart.Table.Rows = append(w.chart.Table.Rows, tableRow{Name: name, Cells: []number{{Text: text, Exact: fmt.Sprint(v)}}})
}

func (w *waterfall) step(e effect) {
	from, to := w.at, w.at+e.by
	w.at = to
	text := w.p.signed(e.by, w.count)
	switch {
	case abs(e.by) < leastShown(w.count): // what is written as 0 has no bar, and no colour that calls it better or worse
		w.bar(e.name, text, w.shown(to), 0, 0, 0)
	case e.by > 0:
		w.bar(e.name, text, w.shown(from), 0, w.shown(e.by), 0)
	default:
		w.bar(e.name, text, w.shown(to), 0, 0, w.shown(-e.by))
	}
	w.chart.Table.Rows = append(w.chart.Table.Rows, tableRow{Name: e.name, Cells: []number{{Text: text, Exact: fmt.Sprint(e.by)}}})
}

// done draws it. The axis begins below the lowest level, so that small steps can be seen; the levels' bars are cut there.
func (w *waterfall) done() (chart, error) {
	margin := max((w.high-w.low)*0.4, 0.5)
	low, high := max(0, w.low-margin), w.high+margin/4
	if !w.count {
		high = min(100, high)
	}
	drawn := charts.NewBar()
	drawn.SetGlobalOptions(append(named("why"),
		charts.WithXAxisOpts(opts.XAxis{Type: "category", AxisLabel: &opts.AxisLabel{Show: opts.Bool(true), Color: "var(--muted)", Interval: "0"}, AxisTick: &opts.AxisTick{Show: opts.Bool(false)}}),
		charts.WithYAxisOpts(opts.YAxis{Type: "value", Min: round1(low), Max: round1(high), SplitNumber: 4, AxisLabel: edgeless(), SplitLine: splitLine()}),
		charts.WithGridOpts(opts.Grid{Left: "4", Right: "12", Top: "12", Bottom: "4", ContainLabel: opts.Bool(true)}),
	)...)
	drawn.SetXAxis(w.names)
	for _, s := range []struct {
		id, name, colour string
		data             []float64
	}{
		{"base", "", "transparent", w.bases},
		{"level", w.p.t("why.level"), "var(--blue)", w.levels},
		{"rise", w.p.t("why.rise"), "var(--green)", w.rises},
		{"late", w.p.t("why.fall"), "var(--red)", w.falls},
	} {
		data := make([]opts.BarData, len(s.data))
		for i, v := range s.data {
			data[i] = opts.BarData{Value: v}
		}
		drawn.AddSeries(s.name, data, charts.WithSeriesId(s.id), charts.WithBarChartOpts(opts.BarChart{Stack: "all", BarWidth: "55%"}),
			charts.WithItemStyleOpts(opts.ItemStyle{Color: s.colour}))
	}
	w.chart.Legend = []key{{"bar-blue", w.p.t("why.level")}, {"bar-green", w.p.t("why.rise")}, {"late", w.p.t("why.fall")}}
	return w.p.plot(*w.chart, *w.drawing, drawn)
}

// round1 keeps one decimal.
func round1(v float64) float64 { return float64(int64(v*10+0.5)) / 10 }
