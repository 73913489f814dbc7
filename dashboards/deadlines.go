package dashboards

import (
	"time"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"tiendo/internal/kpi"
)

// kept is the figure of which each day's deadlines are asked: its denominator is how many fell on a day, its numerator how many
// were met.
const kept = "task.promise_kept_rate"

// pieces are how days are coloured by the share, in percent, of their deadlines that were missed.
var pieces = []opts.Piece{
	{Lt: 0.01, Color: "var(--heatnone)"},
	{Gte: 0.01, Lte: 20, Color: "var(--heatlow)"},
	{Gt: 20, Lte: 50, Color: "var(--heatmid)"},
	{Gt: 50, Color: "var(--heathigh)"},
}

func deadlineQuestions(q *asked) []kpi.Query { return []kpi.Query{q.by(kept, "day")} }

// deadlines is a calendar of the period: weeks lie beside each other, days of the week below each other. Nil where no deadline
// has passed.
func (p *presenter) deadlines() (*chart, error) {
	const id = "deadlines"
	q := p.by(kept, "day")
	rows := p.figure(q).Rows
	c := chart{ID: id, Title: p.lang.of("Lịch thời hạn nhiệm vụ", "Calendar of deadlines"), About: p.about(kept, p.period.ID), Shape: "whole", Table: table{Head: []string{
		dimensionNames["day"].in(p.lang), p.nameOfFigure(kept), toldIn[p.lang].Numerator, toldIn[p.lang].Denominator,
	}}}
	c.Legend = []key{
		{"heatnone", p.lang.of("không trễ", "none missed")},
		{"heatlow", p.lang.of("trễ đến 20 %", "up to 20% missed")},
		{"heatmid", p.lang.of("đến 50 %", "up to 50%")},
		{"heathigh", p.lang.of("hơn 50 %", "over 50%")},
	}
	d := drawing{Marks: map[string][]tip{}}
	var data []opts.HeatMapData
	var first, last time.Time
	for _, r := range rows {
		if valueOf(r.Denominator) == 0 {
			continue
		}
		day := mustDay(textOf(r.Keys.Of("day")))
		if first.IsZero() {
			first = monday(day)
		}
		last = day
	}
	if first.IsZero() {
		return nil, nil
	}
	weeks := int(monday(last).Sub(first).Hours()/24/7) + 1
	names := make([]string, weeks)
	for i := range names {
		names[i] = p.dayAndMonth(first.AddDate(0, 0, 7*i))
	}
	for _, r := range rows {
		if valueOf(r.Denominator) == 0 {
			continue
		}
		code := textOf(r.Keys.Of("day"))
		day := mustDay(code)
		week := int(monday(day).Sub(first).Hours() / 24 / 7)
		missed := 100 * (1 - *r.Numerator / *r.Denominator)
		data = append(data, opts.HeatMapData{Value: []any{week, (int(day.Weekday()) + 6) % 7, *r.Denominator, missed}})
		fell := p.denominator(q, r)
		d.Marks["days"] = append(d.Marks["days"], tip{Title: p.lang.day(code), Link: fell.Cases, Lines: []tipLine{
			{p.lang.of("Thời hạn", "Deadlines"), fell.Text}, {p.nameOfFigure(kept), p.rateText(r.Value, r.Numerator, r.Denominator)},
		}})
		c.Table.Rows = append(c.Table.Rows, tableRow{Name: p.lang.day(code), Cells: []number{p.value(q, r), p.numerator(q, r), fell}})
	}
	drawn := charts.NewHeatMap()
	drawn.SetGlobalOptions(append(named(id),
		charts.WithXAxisOpts(opts.XAxis{Type: "category", Data: names, AxisLabel: quietLabel(), AxisTick: &opts.AxisTick{Show: opts.Bool(false)}, AxisLine: &opts.AxisLine{Show: opts.Bool(false)}}),
		charts.WithYAxisOpts(opts.YAxis{Type: "category", Data: p.weekdays(), Inverse: opts.Bool(true), AxisLabel: quietLabel(), AxisLine: &opts.AxisLine{Show: opts.Bool(false)}}),
		charts.WithGridOpts(opts.Grid{Left: "4", Right: "12", Top: "12", Bottom: "4", ContainLabel: opts.Bool(true)}),
		charts.WithVisualMapOpts(opts.VisualMap{Show: opts.Bool(false), Type: "piecewise", Pieces: pieces}),
	)...)
	drawn.AddSeries(p.nameOfFigure(kept), data, charts.WithSeriesId("days"),
		charts.WithLabelOpts(opts.Label{Show: opts.Bool(weeks <= 60), Color: "var(--ink)", Formatter: "{@[2]}"}))
	made, err := p.plot(c, d, drawn)
	return &made, err
}

// monday is the first day of a day's week.
func monday(day time.Time) time.Time { return day.AddDate(0, 0, -(int(day.Weekday())+6)%7) }

func (p *presenter) dayAndMonth(day time.Time) string {
	if p.lang == english {
		return day.Format("2 Jan")
	}
	return day.Format("02/01")
}

func (p *presenter) weekdays() []string {
	if p.lang == english {
		return []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
	}
	return []string{"T2", "T3", "T4", "T5", "T6", "T7", "CN"}
}
