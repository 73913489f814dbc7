package dashboards

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"tiendo/internal/kpi"
)

// onlinePage is "/online": who goes online, and where it would help most.
func onlinePage() *page {
	return &page{
		path: "/online", name: inBoth{"Trực tuyến", "Online"}, title: inBoth{"Dịch vụ công trực tuyến", "Online public services"}, template: "online",
		phrases: onlinePhrases, filters: []string{"agency", "unit", "procedure", "level"}, lists: []string{"dossier.received"},
		ask: onlineQuestions, view: online,
	}
}

// onlineRates are the rates of the page; all are rates.
var onlineRates = []string{
	"online.uptake", "online.full_uptake", "online.share", "online.payment_rate", "online.digital_result_rate", "post.received_rate", "post.returned_rate",
}

// onlineByAgency are those by which agencies are compared.
var onlineByAgency = []string{"online.uptake", "online.full_uptake", "online.payment_rate", "online.digital_result_rate"}

func onlineQuestions(q *asked) []kpi.Query {
	var all []kpi.Query
	for _, id := range onlineRates {
		all = append(all, q.whole(id), q.earlier(id), q.byMonth(id))
	}
	for _, id := range onlineByAgency {
		all = append(all, q.by(id, "agency"))
	}
	return append(all, q.by("online.share", "level"), q.counted("online.uptake", "procedure", q.period))
}

// onlineView is the model of the page.
type onlineView struct {
	Silent         bool
	Heads, More    []card
	Charts         []chart
	Levels         table
	Procedures     table
	ProceduresSay  string
	ProceduresMore string
	Agencies       breakdownView
}

// online makes the model of the page.
func online(p *presenter) (any, error) {
	v := &onlineView{Silent: valueOf(p.city["online.share"].Denominator) == 0}
	for _, id := range onlineRates {
		c := p.rate(id, p.t(id), p.t(id+".says"), p.t(id+".of"))
		if len(v.Heads) < 3 {
			c.Watched = true
			v.Heads = append(v.Heads, c)
			continue
		}
		c.Interval = ""
		v.More = append(v.More, c)
	}
	v.Levels = p.levels()
	raises, procedures := p.raises()
	v.Procedures = procedures
	if over := len(raises) - len(procedures.Rows); over > 0 {
		v.ProceduresMore = fmt.Sprintf(p.t("more"), raised, over)
	}
	v.ProceduresSay = fmt.Sprintf(p.t("raisesSay"), p.lang.count(valueOf(p.city["online.uptake"].Denominator)))
	v.Agencies = p.onlineAgencies()
	makers := []func() (chart, error){
		func() (chart, error) {
			return p.trend("uptake-months", p.w.UptakeByMonth, []line{{"online.uptake", p.t("online.uptake"), strokeUptake}, {"online.full_uptake", p.t("online.full_uptake"), strokeFull}})
		},
		func() (chart, error) {
			return p.trend("service-months", p.t("serviceMonths"), []line{
				{"online.payment_rate", p.t("online.payment_rate"), strokeMain}, {"online.digital_result_rate", p.t("online.digital_result_rate"), strokeFirst},
			})
		},
		func() (chart, error) {
			return p.trend("post-months", p.t("postMonths"), []line{{"post.received_rate", p.t("post.received_rate"), strokeMain}, {"post.returned_rate", p.t("post.returned_rate"), strokeFirst}})
		},
		func() (chart, error) { return p.raisesChart(raises, procedures) },
	}
	for _, of := range makers {
		c, err := of()
		if err != nil {
			return nil, fmt.Errorf("make a chart of online services: %w", err)
		}
		v.Charts = append(v.Charts, c)
	}
	return v, nil
}

// levels are how much went online by the level that procedures are offered at.
func (p *presenter) levels() table {
	q := p.by("online.share", "level")
	t := table{NamedBy: "levels", Head: []string{p.t("level"), p.t("share"), p.t("wentOnline"), p.t("received")}}
	for _, r := range p.figure(q).Rows {
		t.Rows = append(t.Rows, tableRow{Name: p.keyName("level", r), Href: p.href(p.lang, "level", textOf(r.Keys.Of("level"))), Cells: []number{
			p.value(q, r), p.numerator(q, r), p.denominator(q, r),
		}})
	}
	return t
}

// raise is what the city's figure would rise by if all of a procedure went online.
type raise struct {
	row   kpi.Row
	name  string
	left  float64
	gains float64
}

// raised is how many procedures are named.
const raised = 20

// raises are the procedures that would raise the city's uptake most, and the first of them as a table.
func (p *presenter) raises() ([]raise, table) {
	q := p.counted("online.uptake", "procedure", p.period)
	whole := valueOf(p.city[q.ID].Denominator)
	var all []raise
	for _, r := range p.figure(q).Rows {
		if left := valueOf(r.Denominator) - valueOf(r.Numerator); left > 0 && whole > 0 {
			all = append(all, raise{r, p.keyName("procedure", r), left, left / whole})
		}
	}
	slices.SortStableFunc(all, func(a, b raise) int { return cmp.Compare(b.left, a.left) })
	t := table{NamedBy: "raises-head", Head: []string{dimensionNames["procedure"].in(p.lang), p.t("gain"), p.t("left"), p.t("online.uptake"), p.t("wentOnline"), p.t("received")}}
	for _, r := range all[:min(len(all), raised)] {
		points, _ := p.points(q.ID, r.gains)
		t.Rows = append(t.Rows, tableRow{Name: r.name, Href: p.href(p.lang, "procedure", textOf(r.row.Keys.Of("procedure"))), Cells: []number{
			{Text: points, Exact: fmt.Sprint(r.gains)}, p.plain(&r.left, p.lang.count), p.value(q, r.row), p.numerator(q, r.row), p.denominator(q, r.row),
		}})
	}
	return all, t
}

// raisesChart draws what each procedure would add.
func (p *presenter) raisesChart(all []raise, t table) (chart, error) {
	all = all[:min(len(all), raised)]
	c := chart{ID: "raises", Title: p.t("raises"), About: p.about("online.uptake", p.period.ID), Note: p.t("raisesNote"), Table: t, Shape: "tall"}
	d := drawing{Units: units{X: "ratio"}}
	names, data := make([]string, len(all)), make([]opts.BarData, len(all))
	for i, r := range all {
		names[i], data[i] = r.name, opts.BarData{Value: inPercent(&r.gains)}
		points, _ := p.points("online.uptake", r.gains)
		d.Tips = append(d.Tips, tip{Title: r.name, Lines: []tipLine{
			{p.t("gain"), points}, {p.t("online.uptake"), p.rateText(r.row.Value, r.row.Numerator, r.row.Denominator)},
		}})
	}
	drawn := charts.NewBar()
	drawn.SetGlobalOptions(append(named("raises"),
		charts.WithXAxisOpts(opts.XAxis{Type: "value", SplitLine: splitLine(), AxisLabel: quietLabel()}),
		charts.WithYAxisOpts(opts.YAxis{Type: "category", Inverse: opts.Bool(true), AxisLabel: quietLabel(), AxisLine: &opts.AxisLine{Show: opts.Bool(false)}}),
		charts.WithGridOpts(opts.Grid{Left: "4", Right: "20", Top: "6", Bottom: "4", ContainLabel: opts.Bool(true)}),
	)...)
	drawn.SetXAxis(names)
	drawn.XYReversal()
	drawn.AddSeries(p.t("gain"), data, charts.WithSeriesId("gain"), charts.WithBarChartOpts(opts.BarChart{BarWidth: "60%"}), charts.WithItemStyleOpts(opts.ItemStyle{Color: "var(--green)"}))
	return p.plot(c, d, drawn)
}

// onlineAgencies compares agencies, the lowest uptake first.
func (p *presenter) onlineAgencies() breakdownView {
	v := breakdownView{ID: "agencies", By: p.w.Agency}
	rows := map[string]map[string]kpi.Row{}
	for _, id := range onlineByAgency {
		v.Head = append(v.Head, columnHead{p.t(id), p.says(id)})
		rows[id] = map[string]kpi.Row{}
		for _, r := range p.figure(p.by(id, "agency")).Rows {
			rows[id][textOf(r.Keys.Of("agency"))] = r
		}
	}
	sorted := slices.Clone(p.figure(p.by("online.uptake", "agency")).Rows)
	slices.SortStableFunc(sorted, func(a, b kpi.Row) int {
		if a.Value == nil || b.Value == nil {
			return has(b.Value) - has(a.Value)
		}
		return cmp.Compare(*a.Value, *b.Value)
	})
	for _, r := range sorted {
		code := textOf(r.Keys.Of("agency"))
		row := breakdownRow{Code: code, Name: p.name(code), Href: p.href(p.lang, "agency", code), Since: p.silentSince(rows, code)}
		for _, id := range onlineByAgency {
			row.Cells = append(row.Cells, p.cell(p.by(id, "agency"), rows[id][code]))
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

var onlinePhrases = phrases{
	"online.uptake":                   {"Nộp trực tuyến", "Submitted online"},
	"online.uptake.says":              {"Trong hồ sơ tiếp nhận của thủ tục có dịch vụ công trực tuyến: phần nộp trực tuyến.", "Of the dossiers received for procedures that are offered online: those submitted online."},
	"online.uptake.of":                {"hồ sơ có thể nộp trực tuyến", "dossiers that can go online"},
	"online.full_uptake":              {"Nộp trực tuyến, thủ tục toàn trình", "Online, fully online procedures"},
	"online.full_uptake.says":         {"Như trên, chỉ với thủ tục cung cấp toàn trình (mức độ 4).", "The same for procedures that are offered fully online (level 4)."},
	"online.full_uptake.of":           {"hồ sơ của thủ tục toàn trình", "dossiers of fully online procedures"},
	"online.share":                    {"Tỷ trọng trực tuyến", "Share of all"},
	"online.share.says":               {"Trong mọi hồ sơ tiếp nhận: phần nộp trực tuyến.", "Of all dossiers received: those submitted online."},
	"online.share.of":                 {"hồ sơ tiếp nhận", "dossiers received"},
	"online.payment_rate":             {"Thanh toán trực tuyến", "Paid online"},
	"online.payment_rate.says":        {"Trong các lần thanh toán: phần thanh toán trực tuyến.", "Of the payments made: those made online."},
	"online.payment_rate.of":          {"lần thanh toán", "payments"},
	"online.digital_result_rate":      {"Kết quả điện tử", "Digital results"},
	"online.digital_result_rate.says": {"Trong hồ sơ có kết quả: phần có bản điện tử.", "Of the dossiers resolved: those with an electronic result."},
	"online.digital_result_rate.of":   {"hồ sơ có kết quả", "dossiers resolved"},
	"post.received_rate":              {"Nộp qua bưu chính", "Received by post"},
	"post.received_rate.says":         {"Trong hồ sơ tiếp nhận: phần nộp qua bưu chính công ích.", "Of the dossiers received: those handed in by the public postal service."},
	"post.received_rate.of":           {"hồ sơ tiếp nhận", "dossiers received"},
	"post.returned_rate":              {"Trả qua bưu chính", "Returned by post"},
	"post.returned_rate.says":         {"Trong kết quả đã trả: phần trả qua bưu chính công ích.", "Of the results handed over: those sent by the public postal service."},
	"post.returned_rate.of":           {"kết quả đã trả", "results handed over"},
	"behind":                          {"Thanh toán, kết quả, bưu chính", "Payment, results, post"},
	"serviceMonths":                   {"Thanh toán trực tuyến và kết quả điện tử theo tháng", "Online payment and digital results by month"},
	"postMonths":                      {"Bưu chính công ích, nhận và trả, theo tháng", "Post in and out by month"},
	"levels":                          {"Theo mức độ cung cấp", "By level offered"},
	"level":                           {"Mức độ", "Level"},
	"share":                           {"Nộp trực tuyến", "Submitted online"},
	"wentOnline":                      {"Đã nộp trực tuyến", "Submitted online"},
	"received":                        {"Tiếp nhận", "Received"},
	"raises":                          {"Thủ tục nào sẽ nâng tỷ lệ chung nhiều nhất", "Which procedures would raise the common rate most"},
	"raisesSay":                       {"Nếu mọi hồ sơ của thủ tục ấy đều nộp trực tuyến, tỷ lệ chung (của %s hồ sơ) tăng thêm bấy nhiêu.", "If all dossiers of that procedure went online, the common rate (of %s dossiers) would rise by this much."},
	"raisesNote":                      {"Phần tăng thêm của tỷ lệ chung, điểm %.", "What the common rate would gain, in points."},
	"gain":                            {"Tỷ lệ chung tăng", "The common rate gains"},
	"left":                            {"Chưa nộp trực tuyến", "Not yet online"},
	"more":                            {"Chỉ nêu %d thủ tục đầu; %d thủ tục khác làm tăng ít hơn.", "The first %d are named; %d more would add less."},
	"agencies":                        {"Theo cơ quan, thấp xếp trước", "By agency, lowest first"},
}
