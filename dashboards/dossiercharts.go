package dashboards

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"tiendo/internal/kpi"
)

// pillar is a series of bars by month.
type pillar struct {
	id, name, sign, colour string
	part                   kpi.Part
	stack                  string
}

// flowMonths is what came in, was settled and was handed over, by month.
func (p *presenter) flowMonths() (chart, error) {
	return p.pillars("flow-months", p.t("flowMonths"), p.about("dossier.received", p.months.ID), []pillar{
		{"dossier.received", p.t("dossier.received"), "bar-blue", "var(--blue)", kpi.All, "received"},
		{"dossier.settled", p.t("dossier.settled"), "bar-sky", "var(--sky)", kpi.All, "settled"},
		{"post.returned_rate", p.t("returned"), "bar-green", "var(--green)", kpi.Denominator, "returned"},
	})
}

// verdictMonths is how what was settled kept its promise, by month.
func (p *presenter) verdictMonths() (chart, error) {
	return p.pillars("verdict-months", p.t("verdictMonths"), p.about("dossier.on_time_rate", p.months.ID), []pillar{
		{"dossier.early", p.t("early"), "bar-green", "var(--green)", kpi.All, "settled"},
		{"dossier.on_time", p.t("onTime"), "bar-sky", "var(--sky)", kpi.All, "settled"},
		{"dossier.late", p.t("late"), "late", "var(--red)", kpi.All, "settled"},
		{"dossier.no_deadline", p.t("noDeadline"), "bar-line", "var(--muted)", kpi.All, "settled"},
	})
}

// pillars are counts by month, side by side or, of one stack, one upon the other.
func (p *presenter) pillars(id, title, about string, all []pillar) (chart, error) {
	months := p.monthIDs()
	c := chart{ID: id, Title: title, About: about, Table: table{Head: []string{p.w.Month}}}
	d := drawing{Units: units{Y: "count"}}
	d.Tips, d.Links = p.monthTips(months)
	rows := make([]tableRow, len(months))
	drawn := charts.NewBar()
	drawn.SetGlobalOptions(p.monthAxes(id, opts.YAxis{Type: "value", SplitNumber: 4, MinInterval: 1, AxisLabel: quietLabel(), SplitLine: splitLine()})...)
	drawn.SetXAxis(p.monthNames(months))
	for _, s := range all {
		c.Legend = append(c.Legend, key{s.sign, s.name})
		c.Table.Head = append(c.Table.Head, s.name)
		data := make([]opts.BarData, len(months))
		for i, month := range months {
			q, r := p.whole(s.id), p.monthly[s.id][month]
			q.Period.ID = month
			n, v := p.value(q, r), r.Value
			if s.part == kpi.Denominator {
				n, v = p.denominator(q, r), r.Denominator
			}
			data[i] = opts.BarData{Value: gap(v)}
			d.Tips[i].Lines = append(d.Tips[i].Lines, tipLine{s.name, n.Text})
			rows[i].Name, rows[i].Href = p.lang.month(month), p.href(p.lang, "period", month)
			rows[i].Cells = append(rows[i].Cells, n)
		}
		series := s.id
		if s.sign == "late" {
			series = "late" // which is hatched
		}
		drawn.AddSeries(s.name, data, charts.WithSeriesId(series),
			charts.WithBarChartOpts(opts.BarChart{Stack: s.stack, BarGap: "8%"}), charts.WithItemStyleOpts(opts.ItemStyle{Color: s.colour}))
	}
	slices.Reverse(rows) // the newest first
	c.Table.Rows = rows
	return p.plot(c, d, drawn)
}

// gap is a value as ECharts is given it; "-" is its word for a gap.
func gap(v *float64) any {
	if v == nil {
		return "-"
	}
	return *v
}

// mostPairs is how many groups dumbbells are drawn of: those that differ most.
const mostPairs = 25

// dumbbells are the on-time rates of each group by the first promise and by the last.
func (p *presenter) dumbbells() (chart, error) {
	dimension := p.options["by"]
	type pair struct {
		name        string
		first, last kpi.Row
	}
	qFirst, qLast := p.by("dossier.on_time_rate_first", dimension), p.by("dossier.on_time_rate", dimension)
	lasts := map[string]kpi.Row{}
	for _, r := range p.figure(qLast).Rows {
		lasts[textOf(r.Keys.Of(dimension))] = r
	}
	var pairs []pair
	for _, r := range p.figure(qFirst).Rows {
		if last := lasts[textOf(r.Keys.Of(dimension))]; r.Value != nil && last.Value != nil && r.NoDataSince == "" {
			pairs = append(pairs, pair{p.keyName(dimension, r), r, last})
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		return cmp.Compare(*b.last.Value-*b.first.Value, *a.last.Value-*a.first.Value)
	})
	note := p.t("dumbbellSays")
	if all := len(pairs); all > mostPairs {
		pairs = pairs[:mostPairs]
		note += " " + fmt.Sprintf(p.t("dumbbellMost"), mostPairs, all)
	}
	c := chart{
		ID: "promises", Title: p.t("dumbbell"), Note: note, About: p.about("dossier.on_time_rate_first", p.period.ID), Shape: "tall",
		Legend: []key{{"dot-first", p.t("firstPromise")}, {"dot-last", p.t("lastPromise")}},
		Table: table{Head: []string{
			dimensionNames[dimension].in(p.lang), p.t("firstPromise"), toldIn[p.lang].Numerator, toldIn[p.lang].Denominator, p.t("lastPromise"), toldIn[p.lang].Numerator, toldIn[p.lang].Denominator, p.t("gap"),
		}},
	}
	d := drawing{Units: units{X: "ratio"}, Shapes: map[string]string{"way": "segment"}}
	var ways []opts.CustomData
	var firsts, lastMarks []opts.ScatterData
	var names []string
	var rates []*float64
	for i, one := range pairs {
		rates = append(rates, one.first.Value, one.last.Value)
		names = append(names, one.name)
		ways = append(ways, opts.CustomData{Value: []any{inPercent(one.first.Value), inPercent(one.last.Value), i}})
		firsts = append(firsts, opts.ScatterData{Value: []any{inPercent(one.first.Value), i}, Symbol: "triangle", SymbolSize: 10})
		lastMarks = append(lastMarks, opts.ScatterData{Value: []any{inPercent(one.last.Value), i}, Symbol: "circle", SymbolSize: 10})
		moved, _ := p.points("dossier.on_time_rate", *one.last.Value-*one.first.Value)
		d.Tips = append(d.Tips, tip{Title: one.name, Lines: []tipLine{
			{p.t("firstPromise"), p.rateText(one.first.Value, one.first.Numerator, one.first.Denominator)},
			{p.t("lastPromise"), p.rateText(one.last.Value, one.last.Numerator, one.last.Denominator)},
		}})
		c.Table.Rows = append(c.Table.Rows, tableRow{Name: one.name, Href: p.href(p.lang, dimension, textOf(one.first.Keys.Of(dimension))), Cells: []number{
			p.value(qFirst, one.first), p.numerator(qFirst, one.first), p.denominator(qFirst, one.first),
			p.value(qLast, one.last), p.numerator(qLast, one.last), p.denominator(qLast, one.last),
			{Text: moved},
		}})
	}
	shown := make([]kpi.Row, 0, 2*len(pairs))
	for _, one := range pairs {
		shown = append(shown, one.first, one.last)
	}
	d.Made = p.denominators(p.among(p.w.Rate, shown))
	from, to := span(rates)
	drawn := charts.NewBar()
	drawn.SetGlobalOptions(append(named("promises"),
		charts.WithXAxisOpts(opts.XAxis{Type: "value", Min: from, Max: to, SplitLine: splitLine(), AxisLabel: quietLabel()}),
		charts.WithYAxisOpts(opts.YAxis{Type: "category", Inverse: opts.Bool(true), AxisLabel: quietLabel(), AxisLine: &opts.AxisLine{Show: opts.Bool(false)}}),
		charts.WithGridOpts(opts.Grid{Left: "4", Right: "20", Top: "6", Bottom: "4", ContainLabel: opts.Bool(true)}),
	)...)
	drawn.SetXAxis(names)
	drawn.XYReversal()
	way := charts.NewCustom()
	way.AddSeries(p.t("gap"), ways, charts.WithSeriesId("way"), charts.WithEncodeOpts(opts.Encode{X: []int{0, 1}, Y: 2}), charts.WithItemStyleOpts(opts.ItemStyle{Color: "var(--muted)"}))
	drawn.Overlap(way)
	for _, s := range []struct {
		id, name, colour string
		data             []opts.ScatterData
	}{{"first", p.t("firstPromise"), "var(--orange)", firsts}, {"last", p.t("lastPromise"), "var(--blue)", lastMarks}} {
		marks := charts.NewScatter()
		marks.AddSeries(s.name, s.data, charts.WithSeriesId(s.id), charts.WithItemStyleOpts(opts.ItemStyle{Color: s.colour, Opacity: opts.Float(1)}))
		drawn.Overlap(marks)
	}
	return p.plot(c, d, drawn)
}
