package dashboards

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"tiendo/internal/kpi"
	"tiendo/internal/stats"
)

// signalRow is the p-chart of an agency, small, and what it signals, in words, the newest first.
type signalRow struct {
	Name, Href string
	Rate       string
	Small      smallChart
	Says       []signalWords
}

// smallChart is a p-chart in a box of 100 by 30: the rate as a line between its limits, the points beyond them as dots. What
// it shows is told in words beside it.
type smallChart struct{ Limits, Centre, Line, Below, Above string }

type signalWords struct {
	Text string
	// Bad says that it is no good news.
	Bad bool
}

// inTime are the on-time rates of agencies in the months that are over: the month that runs is left out, for what is settled early in it is
// not like the rest.
type inTime struct {
	months []string
	codes  []string
	// rows are those of each agency by code, in the order of months.
	rows map[string][]kpi.Row
}

func (p *presenter) agencyMonths() *inTime {
	t := &inTime{rows: map[string][]kpi.Row{}}
	at := map[string]int{}
	for _, month := range p.monthIDs() {
		if !p.runs(month) {
			at[month] = len(t.months)
			t.months = append(t.months, month)
		}
	}
	for _, r := range p.figure(p.agenciesInTime()).Rows {
		code := textOf(r.Keys.Of("agency"))
		if t.rows[code] == nil {
			t.rows[code] = make([]kpi.Row, len(t.months))
			t.codes = append(t.codes, code)
		}
		if i, over := at[textOf(r.Keys.Of("month"))]; over {
			t.rows[code][i] = r
		}
	}
	return t
}

// of are the rows of an agency; without numbers where it has none.
func (t *inTime) of(code string) []kpi.Row {
	if rows := t.rows[code]; rows != nil {
		return rows
	}
	return make([]kpi.Row, len(t.months))
}

// pointsOf are months as a p-chart takes them.
func pointsOf(rows []kpi.Row) []stats.Point {
	points := make([]stats.Point, len(rows))
	for i, r := range rows {
		points[i] = pointOf(r)
	}
	return points
}

// pchart is the p-chart of the agency that the page is filtered to, or of all.
func (p *presenter) pchart(t *inTime) (chart, error) {
	rows, says := t.summed(), p.t("pchartCity")
	if chosen := p.where["agency"]; len(chosen) == 1 {
		rows, says = t.of(chosen[0]), fmt.Sprintf(p.t("pchartOf"), p.name(chosen[0]))
	}
	months, points := t.months, pointsOf(rows)
	c := chart{
		ID: "pchart", Title: p.t("pchart"), Note: fmt.Sprintf(p.t("pchartSays"), says), About: p.about("dossier.on_time_rate", p.months.ID),
		Legend: []key{{"main", p.w.Rate}, {"line-dashed", p.t("limits")}, {"line-dotted", p.t("centre")}},
		Table:  table{Head: []string{p.w.Month, p.w.Rate, toldIn[p.lang].Numerator, toldIn[p.lang].Denominator, p.t("lower"), p.t("upper")}},
	}
	d := drawing{Units: units{Y: "ratio"}}
	of := stats.NewPChart(points)
	if of == nil {
		of = &stats.PChart{Centre: math.NaN(), Low: make([]float64, len(points)), High: make([]float64, len(points))}
	}
	d.Tips, d.Links = p.monthTips(months)
	series := map[string][]opts.LineData{}
	var rates []*float64
	for i, month := range months {
		r := rows[i]
		q := p.whole("dossier.on_time_rate")
		q.Period.ID = month
		low, high := limit(of.Low[i]), limit(of.High[i])
		rates = append(rates, r.Value, low)
		symbol, size := "circle", 6
		if r.Value != nil && low != nil && (*r.Value < *low || *r.Value > *high) {
			symbol, size = "diamond", 13
		}
		series["rate"] = append(series["rate"], opts.LineData{Value: inPercent(r.Value), Symbol: symbol, SymbolSize: size})
		series["low"] = append(series["low"], opts.LineData{Value: inPercent(low), Symbol: "none"})
		series["high"] = append(series["high"], opts.LineData{Value: inPercent(high), Symbol: "none"})
		series["centre"] = append(series["centre"], opts.LineData{Value: inPercent(limit(of.Centre)), Symbol: "none"})
		between := none
		if low != nil {
			between = p.lang.interval(*low, *high)
		}
		d.Tips[i].Lines = []tipLine{{p.w.Rate, p.rateText(r.Value, r.Numerator, r.Denominator)}, {p.t("limits"), between}}
		c.Table.Rows = append(c.Table.Rows, tableRow{Name: p.lang.month(month), Cells: []number{
			p.value(q, r), p.numerator(q, r), p.denominator(q, r), p.plain(low, p.lang.percent), p.plain(high, p.lang.percent),
		}})
	}
	d.Made = p.denominators(p.among(p.w.Rate, rows))
	from, to := span(rates)
	drawn := charts.NewLine()
	drawn.SetGlobalOptions(p.monthAxes("pchart", opts.YAxis{Type: "value", Min: from, Max: to, SplitNumber: 5, AxisLabel: quietLabel(), SplitLine: splitLine()})...)
	drawn.SetXAxis(p.monthNames(months))
	for _, s := range []struct {
		id, name, colour, dash, step string
		width                        float32
	}{
		{"rate", p.w.Rate, "var(--blue)", "solid", "", 2},
		{"low", p.t("lower"), "var(--muted)", "dashed", "middle", 1.2},
		{"high", p.t("upper"), "var(--muted)", "dashed", "middle", 1.2},
		{"centre", p.t("centre"), "var(--ink)", "dotted", "", 1.2},
	} {
		line := opts.LineChart{ShowSymbol: opts.Bool(s.id == "rate")}
		if s.step != "" {
			line.Step = s.step
		}
		drawn.AddSeries(s.name, series[s.id], charts.WithSeriesId(s.id), charts.WithLineChartOpts(line),
			charts.WithLineStyleOpts(opts.LineStyle{Color: s.colour, Type: s.dash, Width: s.width}), charts.WithItemStyleOpts(opts.ItemStyle{Color: s.colour}))
	}
	return p.plot(c, d, drawn)
}

// summed adds agencies up, by month.
func (t *inTime) summed() []kpi.Row {
	all := make([]kpi.Row, len(t.months))
	for i := range all {
		var k, n float64
		for _, rows := range t.rows {
			if r := &rows[i]; r.Denominator != nil {
				k, n = k+valueOf(r.Numerator), n+*r.Denominator
				all[i].Numerator, all[i].Denominator = &k, &n
			}
		}
		if n > 0 {
			all[i].Value = new(k / n)
		}
	}
	return all
}

// limit is nil for what is no number.
func limit(v float64) *float64 {
	if math.IsNaN(v) {
		return nil
	}
	return &v
}

// plain is a number without cases behind it.
func (p *presenter) plain(v *float64, write func(float64) string) number {
	if v == nil {
		return number{Text: none}
	}
	return number{Text: write(*v), Exact: fmt.Sprint(*v)}
}

// lately is how many months back a signal is still told.
const lately = 12

// signals are the p-charts of agencies: those that signal of late, bad news first, and those that are calm.
func (p *presenter) signals(t *inTime) (signalling, calm []signalRow) {
	for _, code := range t.codes {
		points := pointsOf(t.rows[code])
		of := stats.NewPChart(points)
		if of == nil {
			continue
		}
		row := signalRow{Name: p.name(code), Href: p.href(p.lang, "agency", code) + "#pchart-title", Rate: p.centreOf(of, points), Small: small(points, of)}
		for _, s := range slices.Backward(of.Signals) {
			if s.To < len(points)-lately {
				continue
			}
			row.Says = append(row.Says, p.signalWords(s, t.months))
		}
		if len(row.Says) > 0 {
			signalling = append(signalling, row)
		} else {
			calm = append(calm, row)
		}
	}
	bad := func(r signalRow) int {
		if slices.ContainsFunc(r.Says, func(s signalWords) bool { return s.Bad }) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(signalling, func(a, b signalRow) int { return bad(a) - bad(b) })
	return signalling, calm
}

// centreOf writes the rate of all points with its parts.
func (p *presenter) centreOf(of *stats.PChart, points []stats.Point) string {
	k, n := 0.0, 0.0
	for _, point := range points {
		k, n = k+float64(point.K), n+float64(point.N)
	}
	return p.rateText(&of.Centre, &k, &n)
}

// small draws a p-chart of some points.
func small(points []stats.Point, of *stats.PChart) smallChart {
	low, high := of.Centre, of.Centre
	for i, point := range points {
		if point.N > 0 {
			rate := float64(point.K) / float64(point.N)
			low, high = min(low, rate, of.Low[i]), max(high, rate, of.High[i])
		}
	}
	if high == low {
		low, high = low-0.01, high+0.01
	}
	y := func(v float64) float64 { return 28 - 26*(v-low)/(high-low) }
	var line, upper, lower, below, above curve
	drawn := false
	for i, point := range points {
		if point.N == 0 {
			drawn = false
			continue
		}
		x, rate := 2+96*float64(i)/float64(max(1, len(points)-1)), float64(point.K)/float64(point.N)
		line.to(drawn, x, y(rate))
		upper.to(len(upper) > 0, x, y(of.High[i]))
		lower.to(len(lower) > 0, x, y(of.Low[i]))
		drawn = true
		switch {
		case rate < of.Low[i]:
			below.dot(x, y(rate))
		case rate > of.High[i]:
			above.dot(x, y(rate))
		}
	}
	return smallChart{
		Limits: string(upper) + string(lower), Centre: fmt.Sprintf("M2 %.1fH98", y(of.Centre)), Line: string(line), Below: string(below), Above: string(above),
	}
}

// curve is a path of SVG. There are three with all months for each agency.
type curve []byte

// to draws a line to a point, or begins one there.
func (c *curve) to(drawn bool, x, y float64) {
	command := byte('M')
	if drawn {
		command = 'L'
	}
	*c = strconv.AppendFloat(append(*c, command), x, 'f', 1, 64)
	*c = strconv.AppendFloat(append(*c, ' '), y, 'f', 1, 64)
}

// dot draws one.
func (c *curve) dot(x, y float64) {
	c.to(false, x, y)
	*c = append(*c, "h0"...)
}

// signalWords tells a signal.
func (p *presenter) signalWords(s stats.Signal, months []string) signalWords {
	words := signalWords{Bad: slices.Contains([]stats.SignalKind{stats.Below, stats.RunBelow, stats.Falling}, s.Kind)}
	when, format := p.lang.month(months[s.From]), p.t("signal."+string(s.Kind))
	if s.From == s.To {
		words.Text = fmt.Sprintf(format, when)
		return words
	}
	words.Text = fmt.Sprintf(format, when+" – "+p.lang.month(months[s.To]), s.To-s.From+1)
	return words
}
