package dashboards

import (
	"fmt"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"tiendo/internal/kpi"
	"tiendo/internal/stats"
)

// whyOption chooses the figure whose change is explained.
var whyOption = option{"why", inBoth{"Giải thích", "Explain"}, []optionValue{
	{"dossier.on_time_rate", inBoth{"Tỷ lệ đúng hạn", "On-time rate"}},
	{"dossier.on_time_rate_first", inBoth{"Đúng hạn theo hẹn lần đầu", "On time by the first promise"}},
	{"dossier.promise_kept_rate", inBoth{"Giữ đúng hẹn", "Promises kept"}},
	{"dossier.late", inBoth{"Số hồ sơ quá hạn", "Dossiers late"}},
	{"online.uptake", inBoth{"Nộp trực tuyến", "Submitted online"}},
}}

// whyRate is the rate by whose parts a figure is explained: of a count, the one that it is the rest of.
func whyRate(id string) string {
	if id == "dossier.late" {
		return "dossier.on_time_rate"
	}
	return id
}

// whyQuestions ask what a change is split by.
func (q *asked) whyQuestions() []kpi.Query {
	id := whyRate(q.options["why"])
	all := []kpi.Query{q.whole(id), q.earlier(id), q.by(id, "procedure"), q.earlier(id, "procedure")}
	if !q.before.Running {
		all = append(all, q.saidThen(id))
	}
	return all
}

// saidThen asks what the books said of the period before when it was over.
func (q *asked) saidThen(id string) kpi.Query {
	then := q.earlier(id)
	then.AsOf = q.before.Last
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

// why splits the change of the chosen figure since the period before.
func (p *presenter) why() (whyView, error) {
	id := p.options["why"]
	rate := whyRate(id)
	now, was := p.row(p.whole(rate)), p.row(p.earlier(rate))
	if now.Value == nil || was.Value == nil {
		return whyView{Unknown: true}, nil
	}
	split := stats.SplitRate(p.sharesOf(p.earlier(rate, "procedure")), p.sharesOf(p.by(rate, "procedure")))
	first, last := *was.Value, *now.Value
	scale, write := 1.0, p.lang.percent
	var effects []effect
	if late := p.lateData(rate, was); late != nil {
		effects = append(effects, effect{p.t("why.late"), *late})
	}
	if id == "dossier.late" { // late = settled × (1 − rate)
		n0, n1 := valueOf(was.Denominator), valueOf(now.Denominator)
		scale, write = -(n0+n1)/2, p.lang.count
		for i := range effects {
			effects[i].by *= -n0
		}
		effects = append(effects, effect{p.t("why.volume"), (n1 - n0) * ((1 - first) + (1 - last)) / 2})
		first, last = n0*(1-first), n1*(1-last)
	}
	effects = append(effects, effect{p.t("why.mix"), split.Mix * scale}, effect{p.t("why.performance"), split.Performance * scale})
	return p.whyShown(id, first, last, effects, split, scale, write)
}

// lateData is by how much the period before is told otherwise now than when it was over; nil where the books then told nothing.
func (p *presenter) lateData(rate string, was kpi.Row) *float64 {
	if p.stretches.before.Running {
		return nil
	}
	said := p.row(p.saidThen(rate))
	if said.Value == nil {
		return nil
	}
	by := *was.Value - *said.Value
	return &by
}

// sharesOf are the parts of a rate by procedure.
func (p *presenter) sharesOf(q kpi.Query) map[string]stats.Share {
	all := map[string]stats.Share{}
	for _, r := range p.figure(q).Rows {
		if n := valueOf(r.Denominator); n > 0 {
			all[textOf(r.Keys["procedure"])] = stats.Share{K: valueOf(r.Numerator), N: n}
		}
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

// movers is how many procedures the sentence names, shownPoint the least of a rate that is no 0 when it is written.
const (
	movers     = 2
	shownPoint = 0.0005
)

// whyShown puts a split into a sentence, a drawing and a table.
func (p *presenter) whyShown(id string, first, last float64, effects []effect, split stats.Split, scale float64, write func(float64) string) (whyView, error) {
	d, _ := kpi.ByID(id)
	count := d.Shape == kpi.Count
	name := p.lang.of(d.VI, d.EN)
	c := chart{ID: "why", Title: p.t("why.chart"), About: p.about(id, p.period.ID), Table: table{Head: []string{p.t("why.cause"), p.t("why.effect")}}}
	draw := drawing{Units: units{Y: "ratio"}, Wrap: true}
	if count {
		draw.Units.Y = "count"
	}
	start := first
	var said []string
	for _, e := range effects {
		said = append(said, e.name+" "+p.signed(e.by, count))
	}
	if len(effects) > 0 && effects[0].name == p.t("why.late") {
		start = first - effects[0].by
	}
	w := waterfall{p: p, chart: &c, drawing: &draw, write: write, count: count}
	w.level(p.stretches.before.ID, start)
	for _, e := range effects {
		w.step(e)
	}
	w.level(p.period.ID, last)
	var names []string
	for _, part := range split.By[:min(len(split.By), movers)] {
		if abs(part.Value) < shownPoint {
			break
		}
		names = append(names, p.names("procedure", part.Group, p.lang)+" "+p.signed(part.Value*scale, count))
	}
	v := whyView{Sentence: fmt.Sprintf(p.t("why.sentence"), name, write(start), write(last), p.sinceWhen(), strings.Join(said, ", "))}
	if len(names) > 0 {
		v.Sentence += " " + fmt.Sprintf(p.t("why.movers"), strings.Join(names, "; "))
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

func (w *waterfall) level(periodID string, v float64) {
	w.at = v
	name := w.p.lang.period(periodID)
	w.bar(name, w.write(v), 0, w.shown(v), 0, 0)
	w.chart.Table.Rows = append(w.chart.Table.Rows, tableRow{Name: name, Cells: []number{{Text: w.write(v), Exact: fmt.Sprint(v)}}})
}

func (w *waterfall) step(e effect) {
	from, to := w.at, w.at+e.by
	w.at = to
	text := w.p.signed(e.by, w.count)
	if e.by >= 0 {
		w.bar(e.name, text, w.shown(from), 0, w.shown(e.by), 0)
	} else {
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
		charts.WithYAxisOpts(opts.YAxis{Type: "value", Min: round1(low), Max: round1(high), SplitNumber: 4, AxisLabel: quietLabel(), SplitLine: splitLine()}),
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
	drawn.Validate()
	w.drawing.Option = drawn.JSON()
	return w.p.chart(*w.chart, *w.drawing)
}

// round1 keeps one decimal.
func round1(v float64) float64 { return float64(int64(v*10+0.5)) / 10 }
