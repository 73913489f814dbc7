package dashboards

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"tiendo/internal/kpi"
)

// readMargins reads what no figure tells: the working days that are left.
func readMargins(ctx context.Context, from *sources, q *asked) (any, error) {
	return from.margins(ctx, q.whole("dossier.open"))
}

// bucket is a stretch of working days, both ends included.
type bucket struct {
	from, to int
	name     inBoth
	bad      bool
}

var leftBuckets = []bucket{
	{-1 << 30, -11, inBoth{"quá > 10", "> 10 late"}, true},
	{-10, -6, inBoth{"quá 6–10", "6–10 late"}, true},
	{-5, -1, inBoth{"quá 1–5", "1–5 late"}, true},
	{0, 0, inBoth{"hôm nay", "today"}, false},
	{1, 1, inBoth{"1", "1"}, false},
	{2, 2, inBoth{"2", "2"}, false},
	{3, 5, inBoth{"3–5", "3–5"}, false},
	{6, 10, inBoth{"6–10", "6–10"}, false},
	{11, 1 << 30, inBoth{"> 10", "> 10"}, false},
}

var settledBuckets = []bucket{
	{-1 << 30, -11, inBoth{"trễ > 10", "> 10 late"}, true},
	{-10, -6, inBoth{"trễ 6–10", "6–10 late"}, true},
	{-5, -3, inBoth{"trễ 3–5", "3–5 late"}, true},
	{-2, -2, inBoth{"trễ 2", "2 late"}, true},
	{-1, -1, inBoth{"trễ 1", "1 late"}, true},
	{0, 0, inBoth{"đúng ngày", "on the day"}, false},
	{1, 1, inBoth{"sớm 1", "1 early"}, false},
	{2, 2, inBoth{"sớm 2", "2 early"}, false},
	{3, 5, inBoth{"sớm 3–5", "3–5 early"}, false},
	{6, 10, inBoth{"sớm 6–10", "6–10 early"}, false},
	{11, 1 << 30, inBoth{"sớm > 10", "> 10 early"}, false},
}

var ageBuckets = []bucket{
	{0, 2, inBoth{"0–2", "0–2"}, false},
	{3, 5, inBoth{"3–5", "3–5"}, false},
	{6, 10, inBoth{"6–10", "6–10"}, false},
	{11, 20, inBoth{"11–20", "11–20"}, false},
	{21, 40, inBoth{"21–40", "21–40"}, false},
	{41, 80, inBoth{"41–80", "41–80"}, false},
	{81, 1 << 30, inBoth{"> 80", "> 80"}, false},
}

// put adds cases up by bucket.
func put(buckets []bucket, sums []float64, days int, n int64) {
	for i, b := range buckets {
		if days >= b.from && days <= b.to {
			sums[i] += float64(n)
		}
	}
}

// leftChart is the open work by the working days that are left.
func (p *presenter) leftChart(m *kpi.Margins) (chart, error) {
	sums := make([]float64, len(leftBuckets))
	for _, of := range m.Open {
		put(leftBuckets, sums, of.Days, of.Cases)
	}
	return p.heap(heap{
		id: "left", title: p.t("left"), note: fmt.Sprintf(p.t("leftSays"), p.lang.count(float64(m.Undated))), head: p.t("daysLeft"),
		buckets: leftBuckets, sums: sums, figure: "dossier.open", by: "left",
	})
}

// agesChart is the open work by its age.
func (p *presenter) agesChart(m *kpi.Margins) (chart, error) {
	sums := make([]float64, len(ageBuckets))
	for age, n := range m.Aged {
		put(ageBuckets, sums, age, n)
	}
	return p.heap(heap{
		id: "ages", title: p.t("ages"), note: p.t("agesSay"), head: p.t("daysOld"),
		buckets: ageBuckets, sums: sums, figure: "dossier.open", by: "age",
	})
}

// spreadChart is when dossiers were settled, against their promise.
func (p *presenter) spreadChart(m *kpi.Margins) (chart, error) {
	sums := make([]float64, len(settledBuckets))
	for days, n := range m.Settled {
		put(settledBuckets, sums, days, n)
	}
	return p.heap(heap{
		id: "spread", title: p.t("spread"), note: p.t("spreadSays"), head: p.t("daysAgainst"),
		buckets: settledBuckets, sums: sums, figure: "dossier.on_time_rate", by: "left",
	})
}

// heap is counts by bucket: of the cases of a figure, by the parameter of a list of cases that leaves those of a bucket.
type heap struct {
	id, title, note, head string
	buckets               []bucket
	sums                  []float64
	figure, by            string
}

// days is a stretch of working days as a list of cases takes it.
func (b bucket) days() *kpi.Days {
	var d kpi.Days
	if b.from > -1<<30 {
		d.From = &b.from
	}
	if b.to < 1<<30 {
		d.To = &b.to
	}
	return &d
}

// heaped is a number of cases of a figure that have some working days left, or are so old; where leaves some of them.
func (p *presenter) heaped(figure, by string, days *kpi.Days, n float64, where map[string][]string) number {
	q, part := p.whole(figure), kpi.All
	if d, _ := kpi.ByID(figure); d.Shape == kpi.Ratio {
		part = kpi.Denominator
	}
	q.Where = maps.Clone(p.where)
	maps.Copy(q.Where, where)
	made := p.numberOf(q, kpi.Row{}, part, &n, p.lang.count)
	made.Cases += "&" + url.Values{by: {days.String()}}.Encode()
	return made
}

// heap draws counts by bucket.
func (p *presenter) heap(h heap) (chart, error) {
	c := chart{ID: h.id, Title: h.title, Note: h.note, About: p.about(h.figure, p.period.ID), Table: table{Head: []string{h.head, p.t("cases"), p.t("part")}}}
	d := drawing{Units: units{Y: "count"}, Wrap: true}
	all := 0.0
	for _, v := range h.sums {
		all += v
	}
	c.Table.Head[2] += ", n" + nbsp + "=" + nbsp + p.lang.count(all)
	names := make([]string, len(h.buckets))
	good, bad := make([]opts.BarData, len(h.buckets)), make([]opts.BarData, len(h.buckets))
	anyBad := false
	for i, b := range h.buckets {
		names[i] = b.name.in(p.lang)
		good[i], bad[i] = opts.BarData{Value: h.sums[i]}, opts.BarData{Value: 0}
		if b.bad {
			anyBad = true
			good[i], bad[i] = bad[i], good[i]
		}
		part, shown := none, none
		if all > 0 {
			part = p.lang.percent(h.sums[i] / all)
			shown = part + nbsp + "(n" + nbsp + "=" + nbsp + p.lang.count(all) + ")"
		}
		cases := p.heaped(h.figure, h.by, b.days(), h.sums[i], nil)
		d.Links = append(d.Links, cases.Cases)
		d.Tips = append(d.Tips, tip{Title: names[i], Lines: []tipLine{{p.t("cases"), cases.Text}, {p.t("part"), shown}}})
		c.Table.Rows = append(c.Table.Rows, tableRow{Name: names[i], Cells: []number{cases, {Text: part}}})
	}
	drawn := charts.NewBar()
	drawn.SetGlobalOptions(append(named(h.id),
		charts.WithXAxisOpts(opts.XAxis{Type: "category", Name: h.head, NameLocation: "middle", NameGap: 46, AxisLabel: quietLabel(), AxisTick: &opts.AxisTick{Show: opts.Bool(false)}}),
		charts.WithYAxisOpts(opts.YAxis{Type: "value", SplitNumber: 4, MinInterval: 1, AxisLabel: quietLabel(), SplitLine: splitLine()}),
		charts.WithGridOpts(opts.Grid{Left: "4", Right: "12", Top: "12", Bottom: "40", ContainLabel: opts.Bool(true)}),
	)...)
	drawn.SetXAxis(names)
	width := charts.WithBarChartOpts(opts.BarChart{Stack: "all", BarWidth: "70%"})
	drawn.AddSeries(p.t("inTime"), good, charts.WithSeriesId("good"), width, charts.WithItemStyleOpts(opts.ItemStyle{Color: "var(--sky)"}))
	if anyBad {
		c.Legend = []key{{"term", p.t("inTime")}, {"late", p.t("late")}}
		drawn.AddSeries(p.t("late"), bad, charts.WithSeriesId("late"), width, charts.WithItemStyleOpts(opts.ItemStyle{Color: "var(--red)"}))
	}
	drawn.Validate()
	d.Option = drawn.JSON()
	return p.chart(c, d)
}

// historyNeeded is of how many dossiers a chance is told; with fewer the city's history speaks for the agency.
const historyNeeded = 20

// breaches are the agencies by what they will likely miss until the end of the next working day.
func (p *presenter) breaches(m *kpi.Margins) table {
	t := table{NamedBy: "breaches", Head: []string{p.w.Agency, p.t("dueToday"), p.t("chance"), p.t("dueTomorrow"), p.t("chance"), p.t("dueLater"), p.t("chance"), p.t("expected")}}
	type load struct {
		code                   string
		today, tomorrow, later int64
		expected               float64
	}
	loads := map[string]*load{}
	for _, of := range m.Open {
		if of.Days < 0 || of.Days > 5 {
			continue
		}
		if loads[of.Agency] == nil {
			loads[of.Agency] = &load{code: of.Agency}
		}
		switch l := loads[of.Agency]; of.Days {
		case 0:
			l.today += of.Cases
		case 1:
			l.tomorrow += of.Cases
		default:
			l.later += of.Cases
		}
	}
	var all []*load
	chances := chancesOf(m)
	for _, l := range loads {
		l.expected = chances.expect(l.code, 0, l.today) + chances.expect(l.code, 1, l.tomorrow)
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b *load) int { return cmp.Or(cmp.Compare(b.expected, a.expected), cmp.Compare(a.code, b.code)) })
	for _, l := range all {
		row := tableRow{Name: p.name(l.code), Href: p.agencyHref(l.code)}
		for _, of := range []struct {
			n    int64
			left int
			days bucket
		}{{l.today, 0, bucket{from: 0, to: 0}}, {l.tomorrow, 1, bucket{from: 1, to: 1}}, {l.later, 4, bucket{from: 2, to: 5}}} {
			missed, among := chances.of(l.code, of.left)
			cases := p.heaped("dossier.open", "left", of.days.days(), float64(of.n), map[string][]string{"agency": {l.code}})
			row.Cells = append(row.Cells, cases, p.chance(missed, among))
		}
		row.Cells = append(row.Cells, p.plain(&l.expected, p.lang.decimal))
		t.Rows = append(t.Rows, row)
	}
	return t
}

// chances are what became of dossiers, by agency.
type chances struct {
	city     []kpi.Margin
	byAgency map[string][]kpi.Margin
}

func chancesOf(m *kpi.Margins) chances {
	c := chances{city: m.History, byAgency: map[string][]kpi.Margin{}}
	for _, of := range m.History {
		c.byAgency[of.Agency] = append(c.byAgency[of.Agency], of)
	}
	return c
}

// of tells how many of an agency's dossiers with some working days left missed their deadlines, and of how many; the city's where
// the agency had few.
func (c chances) of(code string, left int) (missed, of int64) {
	missed, of, ok := kpi.Chance(c.byAgency[code], left, historyNeeded)
	if !ok {
		missed, of, _ = kpi.Chance(c.city, left, historyNeeded)
	}
	return missed, of
}

// expect is how many of some dossiers will likely be late.
func (c chances) expect(code string, left int, cases int64) float64 {
	missed, of := c.of(code, left)
	if of == 0 {
		return 0
	}
	return float64(cases) * float64(missed) / float64(of)
}

// chance writes a chance, and of how many dossiers it is known.
func (p *presenter) chance(missed, of int64) number {
	if of == 0 {
		return number{Text: none}
	}
	share := float64(missed) / float64(of)
	made := p.plain(&share, p.lang.percent)
	made.Text += fmt.Sprintf("%[1]s·%[1]sn%[1]s=%[1]s%[2]s", nbsp, p.lang.count(float64(of)))
	return made
}

// expectedOf adds up the last column of breaches.
func (p *presenter) expectedOf(m *kpi.Margins) string {
	sum, chances := 0.0, chancesOf(m)
	for _, of := range m.Open {
		if of.Days == 0 || of.Days == 1 {
			sum += chances.expect(of.Agency, of.Days, of.Cases)
		}
	}
	return p.lang.decimal(sum)
}
