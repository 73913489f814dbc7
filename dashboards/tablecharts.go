package dashboards

import (
	"strconv"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// rates is the on-time rate of each agency of a table, one mark beside each row, with its interval and the whole city's
// rate. Marks and not bars, for where every agency is above nine in ten the axis must not begin at 0.
func (p *presenter) rates(id, title string, t *agencyTable, figure string) (chart, error) {
	c := chart{ID: id, Title: title}
	d := drawing{Units: units{X: "ratio"}, Bare: true, Shapes: map[string]string{"interval": "whisker"}}
	intervals := make([]opts.CustomData, len(t.Rows))
	for i, r := range t.Rows {
		intervals[i] = opts.CustomData{Value: []any{inPercent(r.low), inPercent(r.high), i}}
		lines := []tipLine{{title, p.rateText(r.rate, p.agencies[figure][r.Code].Numerator, p.agencies[figure][r.Code].Denominator)}}
		if r.Interval != "" {
			lines = append(lines, tipLine{p.w.Interval95, r.Interval}, tipLine{"", p.standingWords(r.Standing)})
		}
		d.Tips = append(d.Tips, tip{Title: r.Name, Lines: lines})
	}
	drawn := besideRows(id, len(t.Rows), t.from, t.to)
	whiskers := charts.NewCustom()
	whiskers.AddSeries(p.w.Interval95, intervals,
		charts.WithSeriesId("interval"),
		charts.WithEncodeOpts(opts.Encode{X: []int{0, 1}, Y: 2}),
		charts.WithItemStyleOpts(opts.ItemStyle{Color: "var(--muted)"}))
	drawn.Overlap(whiskers)
	city := p.city[figure].Value
	for _, m := range standingMarks {
		marks := charts.NewScatter()
		data := make([]opts.ScatterData, len(t.Rows))
		for i, r := range t.Rows {
			data[i] = opts.ScatterData{Value: []any{"-", i}}
			if r.Standing == m.standing {
				data[i] = opts.ScatterData{Value: []any{inPercent(r.rate), i}, Symbol: m.symbol, SymbolSize: 11, SymbolRotate: m.turn}
			}
		}
		series := []charts.SeriesOpts{
			charts.WithSeriesId(m.standing),
			charts.WithItemStyleOpts(opts.ItemStyle{Color: m.colour, Opacity: opts.Float(1)}),
		}
		if city != nil && m.standing == "like" {
			series = append(series,
				charts.WithMarkLineNameXAxisItemOpts(opts.MarkLineNameXAxisItem{Name: p.w.CityLine, XAxis: inPercent(city)}),
				charts.WithMarkLineStyleOpts(opts.MarkLineStyle{
					Symbol: []string{"none", "none"}, Label: &opts.Label{Show: opts.Bool(false)},
					LineStyle: &opts.LineStyle{Color: "var(--ink)", Type: "dashed", Width: 1},
				}))
		}
		marks.AddSeries(p.standingWords(m.standing), data, series...)
		drawn.Overlap(marks)
	}
	drawn.Validate()
	d.Option = drawn.JSON()
	return c, c.set(d)
}

// standingMarks tell agencies that differ from the whole city by more than chance, by form and colour; the table marks
// them in words too.
var standingMarks = []struct {
	standing, symbol, colour string
	turn                     int
}{
	{"like", "circle", "var(--blue)", 0},
	{"below", "triangle", "var(--orange)", 180},
	{"above", "triangle", "var(--green)", 0},
}

func (p *presenter) standingWords(standing string) string {
	return map[string]string{"below": p.w.Below, "above": p.w.Above, "like": p.w.Like}[standing]
}

// loads is the open work of each agency of a table, one bar beside each row.
func (p *presenter) loads(id, title string, t *agencyTable) (chart, error) {
	c := chart{ID: id, Title: title}
	d := drawing{Units: units{X: "count"}, Bare: true}
	inTerm, late := make([]opts.BarData, len(t.Rows)), make([]opts.BarData, len(t.Rows))
	most := 1.0
	for i, r := range t.Rows {
		inTerm[i], late[i] = pile(r.open, r.overdue)
		most = max(most, valueOf(r.open))
		d.Tips = append(d.Tips, tip{Title: r.Name, Lines: p.loadLines(r.open, r.overdue)})
	}
	drawn := besideRows(id, len(t.Rows), 0, most)
	p.addPiles(drawn, inTerm, late, "52%")
	drawn.Validate()
	d.Option = drawn.JSON()
	return c, c.set(d)
}

// besideRows is a lying chart of n places without words on its axes, each as high as a row of the table that it stands in.
func besideRows(id string, n int, from, to float64) *charts.Bar {
	drawn := charts.NewBar()
	hidden := opts.Bool(false)
	drawn.SetGlobalOptions(append(named(id),
		charts.WithXAxisOpts(opts.XAxis{
			Type: "value", Min: from, Max: to, MinInterval: (to - from) / 2, MaxInterval: (to - from) / 2,
			AxisLabel: &opts.AxisLabel{Show: hidden}, SplitLine: splitLine(),
		}),
		charts.WithYAxisOpts(opts.YAxis{Type: "category", Inverse: opts.Bool(true), AxisLabel: &opts.AxisLabel{Show: hidden}, SplitLine: splitLine()}),
		charts.WithGridOpts(opts.Grid{Left: "7", Right: "7", Top: "0", Bottom: "0"}),
	)...)
	places := make([]string, n)
	for i := range places {
		places[i] = strconv.Itoa(i)
	}
	drawn.SetXAxis(places)
	drawn.XYReversal()
	return drawn
}
