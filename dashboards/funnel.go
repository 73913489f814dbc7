package dashboards

import (
	"math"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"tiendo/internal/kpi"
	"tiendo/internal/stats"
)

// funnelMark is how a place in the funnel is drawn and what it is called.
type funnelMark struct {
	id, symbol, colour string
	turn               int
}

// funnelMarks are the places in a funnel plot, told apart by form and by colour.
var funnelMarks = []funnelMark{
	{"inside", "circle", "var(--blue)", 0},
	{"below95", "emptyTriangle", "var(--orange)", 180},
	{"below999", "triangle", "var(--red)", 180},
	{"above95", "emptyTriangle", "var(--green)", 0},
	{"above999", "triangle", "var(--green)", 0},
}

// inFunnel says where k of n stand among units that all share the rate centre: exact binomial limits, Spiegelhalter (2005).
func inFunnel(k, n int, centre float64) string {
	below, above := stats.BinomialCDF(k, n, centre), 1-stats.BinomialCDF(k-1, n, centre)
	switch {
	case below < 0.0005:
		return "below999"
	case above < 0.0005:
		return "above999"
	case below < 0.025:
		return "below95"
	case above < 0.025:
		return "above95"
	default:
		return "inside"
	}
}

// funnel is the on-time rate of each group over how much it has settled.
func (p *presenter) funnel() (chart, error) {
	dimension := p.options["by"]
	q := p.by("dossier.on_time_rate", dimension)
	c := chart{
		ID: "funnel", Title: p.t("funnel"), Note: p.t("funnelSays"), About: p.about(q.ID, p.period.ID), Shape: "tall",
		Table: table{Head: []string{dimensionNames[dimension].in(p.lang), p.w.Rate, toldIn[p.lang].Numerator, toldIn[p.lang].Denominator, p.t("standing")}},
	}
	d := drawing{Units: units{X: "count", Y: "ratio"}, Marks: map[string][]tip{}}
	marks := map[string][]opts.ScatterData{}
	centre := valueOf(p.city[q.ID].Value)
	least, most := math.Inf(1), 1.0
	var rates []*float64
	for _, r := range p.figure(q).Rows {
		if r.NoDataSince != "" { // its rate is none of now
			c.Table.Rows = append(c.Table.Rows, tableRow{Name: p.keyName(dimension, r), Href: p.href(p.lang, dimension, textOf(r.Keys.Of(dimension))), Cells: []number{
				{Text: p.noDataSince(r.NoDataSince)}, {Text: none}, {Text: none}, {Text: none},
			}})
			continue
		}
		if r.Value == nil {
			continue
		}
		n := int(*r.Denominator)
		least, most = min(least, float64(n)), max(most, float64(n))
		rates = append(rates, r.Value)
		place := inFunnel(int(*r.Numerator), n, centre)
		name := p.keyName(dimension, r)
		size, turn, symbol := 11, 0, "circle"
		for _, m := range funnelMarks {
			if m.id == place {
				symbol, turn = m.symbol, m.turn
			}
		}
		marks[place] = append(marks[place], opts.ScatterData{Value: []any{n, inPercent(r.Value)}, Symbol: symbol, SymbolSize: size, SymbolRotate: turn})
		d.Marks[place] = append(d.Marks[place], tip{Title: name, Link: p.href(p.lang, dimension, textOf(r.Keys.Of(dimension))), Lines: []tipLine{
			{p.w.Rate, p.rateText(r.Value, r.Numerator, r.Denominator)}, {"", p.t(place)},
		}})
		c.Table.Rows = append(c.Table.Rows, tableRow{Name: name, Href: p.href(p.lang, dimension, textOf(r.Keys.Of(dimension))), Cells: []number{
			p.value(q, r), p.numerator(q, r), p.denominator(q, r), {Text: p.t(place)},
		}})
	}
	if math.IsInf(least, 1) {
		least = 1
	}
	from, to := math.Pow(10, math.Floor(math.Log10(least))), roundUp(most*1.05)
	low, _ := span(rates)
	drawn := charts.NewLine()
	drawn.SetGlobalOptions(append(named("funnel"),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "item"}),
		charts.WithXAxisOpts(opts.XAxis{Type: "log", Min: from, Max: to, Name: p.t("volume"), NameLocation: "middle", NameGap: 26, SplitLine: splitLine(), AxisLabel: quietLabel()}),
		charts.WithYAxisOpts(opts.YAxis{Type: "value", Min: low, Max: 100, SplitLine: splitLine(), AxisLabel: quietLabel()}),
		charts.WithGridOpts(opts.Grid{Left: "4", Right: "20", Top: "12", Bottom: "22", ContainLabel: opts.Bool(true)}),
	)...)
	p.funnelLimits(drawn, from, to, centre)
	c.Legend = []key{{"line-solid", p.t("limit999")}, {"line-dashed", p.t("limit95")}, {"city", p.w.CityLine + " " + p.rateText(p.city[q.ID].Value, p.city[q.ID].Numerator, p.city[q.ID].Denominator)}}
	for _, m := range funnelMarks {
		if len(marks[m.id]) == 0 {
			continue
		}
		c.Legend = append(c.Legend, key{"mark-" + m.id, p.t(m.id)})
		scatter := charts.NewScatter()
		scatter.AddSeries(p.t(m.id), marks[m.id], charts.WithSeriesId(m.id), charts.WithItemStyleOpts(opts.ItemStyle{Color: m.colour, Opacity: opts.Float(1)}))
		drawn.Overlap(scatter)
	}
	return p.plot(c, d, drawn)
}

// roundUp is the next number with one digit that is not 0.
func roundUp(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	return math.Ceil(v/unit) * unit
}

// funnelPoints is of how many places a limit is drawn.
const funnelPoints = 60

// funnelLimits draws the limits from a volume to another about a rate.
func (p *presenter) funnelLimits(drawn *charts.Line, from, to, centre float64) {
	for _, limit := range []struct {
		id, name, dash, colour string
		q                      float64
		width                  float32
	}{
		{"l999", p.t("limit999"), "solid", "var(--muted)", 0.0005, 1.6},
		{"h999", p.t("limit999"), "solid", "var(--muted)", 0.9995, 1.6},
		{"l95", p.t("limit95"), "dashed", "var(--muted)", 0.025, 1.4},
		{"h95", p.t("limit95"), "dashed", "var(--muted)", 0.975, 1.4},
		{"centre", p.w.CityLine, "dotted", "var(--ink)", 0, 1.4},
	} {
		var data []opts.LineData
		for i := range funnelPoints + 1 {
			n := math.Round(from * math.Pow(to/from, float64(i)/funnelPoints))
			y := centre
			if limit.q > 0 {
				y = stats.BinomialLimit(limit.q, int(max(1, n)), centre)
			}
			data = append(data, opts.LineData{Value: []any{n, math.Round(y*10000) / 100}, Symbol: "none"})
		}
		drawn.AddSeries(limit.name, data, charts.WithSeriesId(limit.id),
			charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(false)}),
			charts.WithLineStyleOpts(opts.LineStyle{Color: limit.colour, Type: limit.dash, Width: limit.width}),
			charts.WithItemStyleOpts(opts.ItemStyle{Color: limit.colour}))
	}
}

// pointOf is a rate's row for statistics.
func pointOf(r kpi.Row) stats.Point {
	return stats.Point{K: int(valueOf(r.Numerator)), N: int(valueOf(r.Denominator))}
}
