package dashboards

import (
	"fmt"
	"math"
	"slices"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"tiendo/internal/kpi"
)

// stroke is how a line looks: never told apart by colour alone.
type stroke struct{ sign, colour, dash, symbol string }

var (
	strokeMain   = stroke{"main", "var(--blue)", "solid", "circle"}
	strokeFirst  = stroke{"first", "var(--orange)", "dashed", "triangle"}
	strokeKept   = stroke{"kept", "var(--green)", "dotted", "diamond"}
	strokeUptake = stroke{"uptake", "var(--green)", "solid", "circle"}
	strokeFull   = stroke{"full", "var(--purple)", "dashed", "triangle"}
)

// line is a figure in a chart by month.
type line struct {
	id, name string
	stroke
}

func (p *presenter) charts(v *overviewView) ([]chart, error) {
	makers := []func() (chart, error){
		func() (chart, error) {
			return p.trend("on-time-months", p.w.OnTimeByMonth, []line{
				{"dossier.on_time_rate", p.w.OnTime, strokeMain},
				{"dossier.on_time_rate_first", p.w.OnTimeFirst, strokeFirst},
				{"dossier.promise_kept_rate", p.w.Kept, strokeKept},
			})
		},
		func() (chart, error) {
			return p.trend("uptake-months", p.w.UptakeByMonth, []line{
				{"online.uptake", p.w.Uptake, strokeUptake},
				{"online.full_uptake", p.w.FullUptake, strokeFull},
			})
		},
		func() (chart, error) {
			return p.piles("open-months", p.w.OpenByMonth, "dossier.open", "dossier.open_overdue")
		},
		func() (chart, error) {
			return p.piles("tasks-months", p.w.TasksByMonth, "task.open", "task.open_overdue")
		},
		func() (chart, error) { return p.rates("dossier-rates", p.w.Rate, &v.Agencies, "dossier.on_time_rate") },
		func() (chart, error) { return p.loads("dossier-loads", p.w.Open, &v.Agencies) },
	}
	var all []chart
	for _, of := range makers {
		c, err := of()
		if err != nil {
			return nil, fmt.Errorf("make the chart %s: %w", c.ID, err)
		}
		all = append(all, c)
	}
	return all, nil
}

// trend is rates by month, as lines.
func (p *presenter) trend(id, title string, lines []line) (chart, error) {
	months := p.monthIDs()
	c := chart{ID: id, Title: title, About: p.about(lines[0].id, p.months.ID)}
	d := drawing{Units: units{Y: "ratio"}}
	d.Tips, d.Links = p.monthTips(months)
	c.Table = p.monthTable(months, lines...)
	drawn := charts.NewLine()
	var all []*float64
	for _, l := range lines {
		for _, month := range months {
			all = append(all, p.monthly[l.id][month].Value)
		}
	}
	var made []string
	for _, l := range lines {
		rows := make([]kpi.Row, len(months))
		for i, month := range months {
			rows[i] = p.monthly[l.id][month]
		}
		made = append(made, p.among(l.name, rows))
	}
	d.Made = p.denominators(made...)
	from, to := span(all)
	drawn.SetGlobalOptions(p.monthAxes(id, opts.YAxis{
		Type: "value", Min: from, Max: to, SplitNumber: 5, AxisLabel: quietLabel(), SplitLine: splitLine(),
	})...)
	drawn.SetXAxis(p.monthNames(months))
	for _, l := range lines {
		c.Legend = append(c.Legend, key{l.sign, l.name})
		data := make([]opts.LineData, len(months))
		for i, month := range months {
			r := p.monthly[l.id][month]
			data[i] = opts.LineData{Value: inPercent(r.Value), Symbol: l.symbol, SymbolSize: 5}
			if p.runs(month) { // an open mark: the month is not over
				data[i].Symbol, data[i].SymbolSize = "empty"+capital(l.symbol), 8
			}
			d.Tips[i].Lines = append(d.Tips[i].Lines, tipLine{l.name, p.rateText(r.Value, r.Numerator, r.Denominator)})
		}
		drawn.AddSeries(l.name, data,
			charts.WithSeriesId(l.id),
			charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(true)}),
			charts.WithLineStyleOpts(opts.LineStyle{Color: l.colour, Type: l.dash, Width: 2}),
			charts.WithItemStyleOpts(opts.ItemStyle{Color: l.colour}),
		)
	}
	return p.plot(c, d, drawn)
}

// monthTable is figures by month, newest first: of a rate also its parts.
func (p *presenter) monthTable(months []string, lines ...line) table {
	t := table{Head: []string{p.w.Month}}
	for _, l := range lines {
		t.Head = append(t.Head, l.name)
		if d, _ := kpi.ByID(l.id); d.Shape == kpi.Ratio {
			t.Head = append(t.Head, toldIn[p.lang].Numerator, toldIn[p.lang].Denominator)
		}
	}
	for _, month := range slices.Backward(months) {
		row := tableRow{Name: p.lang.month(month), Href: p.href(p.lang, "period", month)}
		for _, l := range lines {
			q, r := p.query(l.id, nil), p.monthly[l.id][month]
			q.Period.ID = month
			row.Cells = append(row.Cells, p.value(q, r))
			if d, _ := kpi.ByID(l.id); d.Shape == kpi.Ratio {
				row.Cells = append(row.Cells, p.numerator(q, r), p.denominator(q, r))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// piles is open work at the end of each month, what is overdue of it on its own.
func (p *presenter) piles(id, title, open, overdue string) (chart, error) {
	months := p.monthIDs()
	c := chart{ID: id, Title: title, Legend: []key{{"term", p.w.InTerm}, {"late", p.w.Overdue}}, About: p.about(overdue, p.months.ID)}
	c.Table = p.monthTable(months, line{id: open, name: p.w.Open}, line{id: overdue, name: p.w.Overdue})
	d := drawing{Units: units{Y: "count"}}
	d.Tips, d.Links = p.monthTips(months)
	inTerm, late := make([]opts.BarData, len(months)), make([]opts.BarData, len(months))
	for i, month := range months {
		all, over := p.monthly[open][month].Value, p.monthly[overdue][month].Value
		inTerm[i], late[i] = pile(all, over)
		d.Tips[i].Lines = p.loadLines(all, over)
	}
	drawn := charts.NewBar()
	drawn.SetGlobalOptions(p.monthAxes(id, opts.YAxis{
		Type: "value", SplitNumber: 4, MinInterval: 1, AxisLabel: quietLabel(), SplitLine: splitLine(),
	})...)
	drawn.SetXAxis(p.monthNames(months))
	p.addPiles(drawn, inTerm, late, "62%")
	return p.plot(c, d, drawn)
}

// Chart returns a chart by its id, and MonthCharts those by month; templates place them.
func (v *overviewView) Chart(id string) chart {
	for _, c := range v.Charts {
		if c.ID == id {
			return c
		}
	}
	panic("BUG: no chart is called " + id)
}

// MonthCharts are the charts by month.
func (v *overviewView) MonthCharts() []chart {
	return v.Charts[:4]
}

func (p *presenter) monthNames(months []string) []string {
	names := make([]string, len(months))
	for i, month := range months {
		names[i] = p.lang.month(month)
	}
	return names
}

func (p *presenter) monthTips(months []string) ([]tip, []string) {
	tips, links := make([]tip, len(months)), make([]string, len(months))
	for i, month := range months {
		tips[i].Title, links[i] = p.lang.period(month), p.href(p.lang, "period", month)
		if p.runs(month) {
			tips[i].Title += " (" + p.w.MonthRuns + ")"
		}
	}
	return tips, links
}

func (p *presenter) loadLines(open, overdue *float64) []tipLine {
	if open == nil {
		return []tipLine{{"", p.w.NoCases}}
	}
	lines := []tipLine{
		{p.w.InTerm, p.lang.count(*open - valueOf(overdue))},
		{p.w.Overdue, p.lang.count(valueOf(overdue))},
	}
	if *open > 0 {
		late := valueOf(overdue)
		share := late / *open
		lines = append(lines, tipLine{p.w.LateShare, p.rateText(&share, &late, open)})
	}
	return lines
}

// span is where an axis of rates begins and ends. Where all are above one half, it begins at the ten below the lowest, so
// that a rise from 97 to 98 can be seen; else at 0. Where all are low it ends at the ten above the highest, else at 100.
func span(rates []*float64) (from, to float64) {
	low, high := 1.0, 0.0
	for _, v := range rates {
		if v != nil {
			low, high = min(low, *v), max(high, *v)
		}
	}
	switch {
	case low > 0.5:
		return math.Floor(low*10-0.2) * 10, 100
	case high > 0.8 || high == 0:
		return 0, 100
	default:
		return 0, math.Ceil(high*10+0.2) * 10
	}
}

// pile splits open work into what is in term and what is overdue.
func pile(open, overdue *float64) (inTerm, late opts.BarData) {
	if open == nil {
		return opts.BarData{Value: "-"}, opts.BarData{Value: "-"}
	}
	return opts.BarData{Value: *open - valueOf(overdue)}, opts.BarData{Value: valueOf(overdue)}
}

// addPiles adds work in term and overdue work, one upon the other.
func (p *presenter) addPiles(drawn *charts.Bar, inTerm, late []opts.BarData, width string) {
	drawn.AddSeries(p.w.InTerm, inTerm, charts.WithSeriesId("term"),
		charts.WithBarChartOpts(opts.BarChart{Stack: "open", BarWidth: width}),
		charts.WithItemStyleOpts(opts.ItemStyle{Color: "var(--sky)"}))
	drawn.AddSeries(p.w.Overdue, late, charts.WithSeriesId("late"),
		charts.WithBarChartOpts(opts.BarChart{Stack: "open", BarWidth: width}),
		charts.WithItemStyleOpts(opts.ItemStyle{Color: "var(--red)"}))
}

// monthAxes are the axes of a chart by month.
func (p *presenter) monthAxes(id string, y opts.YAxis) []charts.GlobalOpts {
	return append(named(id),
		charts.WithXAxisOpts(opts.XAxis{
			Type: "category", AxisLabel: quietLabel(), AxisTick: &opts.AxisTick{Show: opts.Bool(false)},
			AxisLine: &opts.AxisLine{LineStyle: &opts.LineStyle{Color: "var(--line)"}},
		}),
		charts.WithYAxisOpts(y),
		charts.WithGridOpts(opts.Grid{Left: "4", Right: "12", Top: "12", Bottom: "4", ContainLabel: opts.Bool(true)}),
	)
}

func named(id string) []charts.GlobalOpts {
	return []charts.GlobalOpts{
		charts.WithInitializationOpts(opts.Initialization{ChartID: id}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "axis"}),
	}
}

func quietLabel() *opts.AxisLabel {
	return &opts.AxisLabel{Show: opts.Bool(true), Color: "var(--muted)", HideOverlap: opts.Bool(true)}
}

// edgeless are the labels of an axis whose ends are no round numbers.
func edgeless() *opts.AxisLabel {
	label := quietLabel()
	label.ShowMinLabel, label.ShowMaxLabel = opts.Bool(false), opts.Bool(false)
	return label
}

func splitLine() *opts.SplitLine {
	return &opts.SplitLine{Show: opts.Bool(true), LineStyle: &opts.LineStyle{Color: "var(--line)"}}
}

// inPercent is a share as ECharts is given it; "-" is its word for a gap.
func inPercent(v *float64) any {
	if v == nil {
		return "-"
	}
	return math.Round(*v*10000) / 100
}

// capital turns circle to Circle: ECharts' open symbols are emptyCircle and the like.
func capital(s string) string { return string(s[0]-'a'+'A') + s[1:] }
