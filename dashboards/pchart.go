package dashboards

import (
	"fmt"
	"math"
	"slices"
	"strings"

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

// agencyMonths are the rows of each agency by month, by code.
func (p *presenter) agencyMonths() (codes []string, rows map[string]map[string]kpi.Row) {
	rows = map[string]map[string]kpi.Row{}
	for _, r := range p.figure(p.agenciesInTime()).Rows {
		code := textOf(r.Keys.Of("agency"))
		if rows[code] == nil {
			rows[code] = map[string]kpi.Row{}
			codes = append(codes, code)
		}
		rows[code][textOf(r.Keys.Of("month"))] = r
	}
	return codes, rows
}

// points are the months as a p-chart takes them. The month that runs is left out: what is settled early in it is not like the rest.
func (p *presenter) pointsOf(rows map[string]kpi.Row) (months []string, points []stats.Point) {
	for _, month := range p.monthIDs() {
		if !p.runs(month) {
			months, points = append(months, month), append(points, pointOf(rows[month]))
		}
	}
	return months, points
}

// pchart is the p-chart of the agency that the page is filtered to, or of all.
func (p *presenter) pchart() (chart, error) {
	_, byAgency := p.agencyMonths()
	rows, says := summed(byAgency), p.t("pchartCity")
	if chosen := p.where["agency"]; len(chosen) == 1 {
		rows, says = byAgency[chosen[0]], fmt.Sprintf(p.t("pchartOf"), p.name(chosen[0]))
	}
	months, points := p.pointsOf(rows)
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
		r := rows[month]
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
	var shown []kpi.Row
	for _, month := range months {
		shown = append(shown, rows[month])
	}
	d.Made = p.denominators(p.among(p.w.Rate, shown))
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
func summed(byAgency map[string]map[string]kpi.Row) map[string]kpi.Row {
	all := map[string]kpi.Row{}
	for _, rows := range byAgency {
		for month, r := range rows {
			k, n := valueOf(r.Numerator)+valueOf(all[month].Numerator), valueOf(r.Denominator)+valueOf(all[month].Denominator)
			sum := kpi.Row{Numerator: &k, Denominator: &n}
			if n > 0 {
				rate := k / n
				sum.Value = &rate
			}
			all[month] = sum
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
func (p *presenter) signals() (signalling, calm []signalRow) {
	codes, byAgency := p.agencyMonths()
	for _, code := range codes {
		months, points := p.pointsOf(byAgency[code])
		of := stats.NewPChart(points)
		if of == nil {
			continue
		}
		row := signalRow{Name: p.name(code), Href: p.href(p.lang, "agency", code) + "#pchart-title", Rate: p.centreOf(of, points), Small: small(points, of)}
		for _, s := range slices.Backward(of.Signals) {
			if s.To < len(points)-lately {
				continue
			}
			row.Says = append(row.Says, p.signalWords(s, months))
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
	x := func(i int) float64 { return 2 + 96*float64(i)/float64(max(1, len(points)-1)) }
	y := func(v float64) float64 { return 28 - 26*(v-low)/(high-low) }
	var c smallChart
	var line, upper, lower, below, above strings.Builder
	drawn := false
	for i, point := range points {
		if point.N == 0 {
			drawn = false
			continue
		}
		rate := float64(point.K) / float64(point.N)
		command := "L"
		if !drawn {
			command, drawn = "M", true
		}
		fmt.Fprintf(&line, "%s%.1f %.1f", command, x(i), y(rate))
		for _, edge := range []struct {
			to *strings.Builder
			at float64
		}{{&upper, of.High[i]}, {&lower, of.Low[i]}} {
			command = "L"
			if edge.to.Len() == 0 {
				command = "M"
			}
			fmt.Fprintf(edge.to, "%s%.1f %.1f", command, x(i), y(edge.at))
		}
		switch {
		case rate < of.Low[i]:
			fmt.Fprintf(&below, "M%.1f %.1fh0", x(i), y(rate))
		case rate > of.High[i]:
			fmt.Fprintf(&above, "M%.1f %.1fh0", x(i), y(rate))
		}
	}
	c.Line, c.Below, c.Above = line.String(), below.String(), above.String()
	c.Limits = upper.String() + lower.String()
	c.Centre = fmt.Sprintf("M2 %.1fH98", y(of.Centre))
	return c
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
