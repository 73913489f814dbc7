package dashboards

import (
	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// flows is what happened in each month, as bars beside each other; two of them at most, so that they can be told apart.
func (p *presenter) flows(id, title string, ids []string) (chart, error) {
	months := p.monthIDs()
	c := chart{ID: id, Title: title, About: p.about(ids[0], p.months.ID)}
	d := drawing{Units: units{Y: "count"}}
	d.Tips, d.Links = p.monthTips(months)
	drawn := charts.NewBar()
	drawn.SetGlobalOptions(p.monthAxes(id, opts.YAxis{
		Type: "value", SplitNumber: 4, MinInterval: 1, AxisLabel: quietLabel(), SplitLine: splitLine(),
	})...)
	drawn.SetXAxis(p.monthNames(months))
	var lines []line
	for i, figure := range ids {
		look := []stroke{{sign: "term", colour: "var(--sky)"}, {sign: "done", colour: "var(--blue)"}}[i]
		name := p.nameOfFigure(figure)
		lines = append(lines, line{figure, name, look})
		c.Legend = append(c.Legend, key{look.sign, name})
		data := make([]opts.BarData, len(months))
		for k, month := range months {
			data[k] = opts.BarData{Value: "-"}
			text := none
			if v := p.monthly[figure][month].Value; v != nil {
				data[k].Value = *v
				text = p.writer(figure)(*v)
			}
			d.Tips[k].Lines = append(d.Tips[k].Lines, tipLine{name, text})
		}
		drawn.AddSeries(name, data, charts.WithSeriesId(look.sign), charts.WithItemStyleOpts(opts.ItemStyle{Color: look.colour}))
	}
	c.Table = p.monthTable(months, lines...)
	return p.plot(c, d, drawn)
}
