package dashboards

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"tiendo/internal/kpi"
)

// dossiersPage is "/dossiers": what became of dossiers, by whom and of what kind.
func dossiersPage() *page {
	return &page{
		path: "/dossiers", name: inBoth{"Hồ sơ", "Dossiers"}, title: inBoth{"Hồ sơ thủ tục hành chính", "Dossiers"}, template: "dossiers",
		phrases: dossiersPhrases, filters: []string{"agency", "unit", "procedure", "channel", "level"}, lists: []string{"dossier.received"},
		options: []option{{name: "by", label: inBoth{"Theo", "By"}, values: []optionValue{
			{"agency", dimensionNames["agency"]},
			{"unit", dimensionNames["unit"]},
			{"procedure", dimensionNames["procedure"]},
			{"channel", dimensionNames["channel"]},
			{"level", dimensionNames["level"]},
		}}, whyOption()},
		ask: dossiersQuestions, more: readMargins, view: dossiers,
	}
}

var (
	dossiersFlow = []string{
		"dossier.carried_over", "dossier.received", "dossier.settled", "dossier.withdrawn", "dossier.open", "dossier.open_overdue",
		"dossier.early", "dossier.on_time", "dossier.late", "dossier.no_deadline", "dossier.on_time_rate", "post.returned_rate",
		"dossier.working_hours_median", "dossier.working_hours_p90",
	}
	dossiersByMonth = []string{
		"dossier.received", "dossier.settled", "post.returned_rate", "dossier.early", "dossier.on_time", "dossier.late", "dossier.no_deadline",
	}
	dossiersBy = []string{
		"dossier.received", "dossier.early", "dossier.on_time", "dossier.late", "dossier.on_time_rate", "dossier.on_time_rate_first",
		"dossier.open", "dossier.open_overdue", "dossier.working_hours_median", "dossier.working_hours_p90",
	}
	dossiersLegs = []string{"leg.received", "leg.settled", "leg.open_overdue", "leg.on_time_rate"}
)

func dossiersQuestions(q *asked) []kpi.Query {
	var all []kpi.Query
	for _, id := range dossiersFlow {
		all = append(all, q.whole(id))
	}
	for _, id := range dossiersByMonth {
		all = append(all, q.byMonth(id))
	}
	for _, id := range dossiersBy {
		all = append(all, q.by(id, q.options["by"]))
	}
	for _, id := range dossiersLegs {
		all = append(all, q.by(id, "agency"))
	}
	return append(append(all, q.agenciesInTime()), q.whyQuestions()...)
}

// agenciesInTime asks for the on-time rate of each agency in each month of the trend.
func (q *asked) agenciesInTime() kpi.Query {
	return kpi.Query{ID: "dossier.on_time_rate", Period: q.months, By: []string{"agency", "month"}, Where: q.where}
}

// dossiersView is the model of the page.
type dossiersView struct {
	Silent bool
	Flow   []stage
	// By compares the groups of the chosen dimension.
	By     groupTable
	Charts []chart
	Legs   table
	// Breaches are what will likely be missed until the end of the next working day, Expected how many; only of a period that runs.
	Breaches    table
	BreachesSay string
	Left, Ages  chart
	Spread      chart
	Why         whyView
	// Signals are the agencies of which the p-charts signal, in words, Calm those of which they do not, CalmSays how many these are.
	Signals, Calm []signalRow
	CalmSays      string
}

// stage is a stage of the flow of dossiers.
type stage struct {
	Name, Sign string
	Number     number
}

// groupTable compares the groups of a dimension.
type groupTable struct {
	Head string
	Rows []groupRow
	// More is how many groups stand not in it.
	More string
}

// groupRow is one group.
type groupRow struct {
	Name, Code, Href              string
	Received, Early, OnTime, Late number
	Rate, Numerator, Denominator  number
	Interval                      string
	First                         cell
	Open, Overdue, Mid, P90       number
	Overdues                      bool
	Standing                      string
}

// grouped is how many groups a table compares.
const grouped = 60

// dossiers makes the model of the page.
func dossiers(p *presenter) (any, error) {
	v := &dossiersView{Silent: p.silentOf("dossier.received", "dossier.settled", "dossier.open")}
	flow := func(id, sign string) stage {
		q := p.whole(id)
		return stage{Name: p.t(id), Sign: sign, Number: p.value(q, p.row(q))}
	}
	returned := p.whole("post.returned_rate")
	v.Flow = []stage{
		flow("dossier.carried_over", ""), flow("dossier.received", "+"), flow("dossier.settled", "−"), flow("dossier.withdrawn", "−"), flow("dossier.open", "="),
		{p.t("returned"), "", p.denominator(returned, p.row(returned))},
	}
	v.By = p.groups()
	v.Legs = p.legs()
	inTime := p.agencyMonths()
	pchart := func() (chart, error) { return p.pchart(inTime) }
	makers := []func() (chart, error){p.flowMonths, p.verdictMonths, p.funnel, pchart, p.dumbbells}
	for _, of := range makers {
		c, err := of()
		if err != nil {
			return nil, fmt.Errorf("make a chart of dossiers: %w", err)
		}
		v.Charts = append(v.Charts, c)
	}
	v.Signals, v.Calm = p.signals(inTime)
	v.CalmSays = fmt.Sprintf(p.t("signalsCalm"), len(v.Calm))
	var err error
	if v.Why, err = p.why(); err != nil {
		return nil, fmt.Errorf("explain the change of %s: %w", p.options["why"], err)
	}
	return v, p.margins(v)
}

// margins adds what working time is left, or was.
func (p *presenter) margins(v *dossiersView) (err error) {
	m, _ := p.more.(*kpi.Margins)
	if m == nil {
		m = &kpi.Margins{}
	}
	if v.Spread, err = p.spreadChart(m); err != nil || !p.period.Running {
		return err
	}
	v.Breaches = p.breaches(m)
	v.BreachesSay = fmt.Sprintf(p.t("breachesSay"), p.expectedOf(m), historyNeeded, p.w.CityLine)
	if v.Left, err = p.leftChart(m); err != nil {
		return err
	}
	v.Ages, err = p.agesChart(m)
	return err
}

// silentOf says that the period holds none of some counts.
func (p *presenter) silentOf(ids ...string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool { return valueOf(p.city[id].Value) != 0 })
}

// groups compares the groups of the chosen dimension, those that received most first.
func (p *presenter) groups() groupTable {
	dimension := p.options["by"]
	t := groupTable{Head: dimensionNames[dimension].in(p.lang)}
	rows := map[string]map[string]kpi.Row{}
	known := map[string]bool{}
	for _, id := range dossiersBy {
		rows[id] = map[string]kpi.Row{}
		for _, r := range p.figure(p.by(id, dimension)).Rows {
			code := textOf(r.Keys.Of(dimension))
			rows[id][code], known[code] = r, true
		}
	}
	codes := slices.Collect(maps.Keys(known))
	of := func(id, code string) float64 { return valueOf(rows[id][code].Value) }
	slices.SortFunc(codes, func(a, b string) int {
		return cmp.Or(cmp.Compare(of("dossier.received", b), of("dossier.received", a)), cmp.Compare(of("dossier.open", b), of("dossier.open", a)), cmp.Compare(a, b))
	})
	if over := len(codes) - grouped; over > 0 {
		codes, t.More = codes[:grouped], fmt.Sprintf(p.t("more"), over)
	}
	city := p.city["dossier.on_time_rate"].Value
	for _, code := range codes {
		show := func(id string) number { return p.value(p.by(id, dimension), rows[id][code]) }
		rate, q := rows["dossier.on_time_rate"][code], p.by("dossier.on_time_rate", dimension)
		row := groupRow{
			Name: p.names(dimension, code, p.lang), Code: code, Href: p.href(p.lang, dimension, code),
			Received: show("dossier.received"), Early: show("dossier.early"), OnTime: show("dossier.on_time"), Late: show("dossier.late"),
			Rate: p.value(q, rate), Numerator: p.numerator(q, rate), Denominator: p.denominator(q, rate),
			First: p.cell(p.by("dossier.on_time_rate_first", dimension), rows["dossier.on_time_rate_first"][code]), Open: show("dossier.open"), Overdue: show("dossier.open_overdue"),
			Mid: show("dossier.working_hours_median"), P90: show("dossier.working_hours_p90"),
			Overdues: valueOf(rows["dossier.open_overdue"][code].Value) > 0, Standing: standing(rate, city),
		}
		if rate.Low != nil && rate.High != nil {
			row.Interval = p.lang.interval(*rate.Low, *rate.High)
		}
		if since := p.silentSince(rows, code); since != "" {
			row.Rate.Text, row.Interval, row.Standing, row.First = since, "", "", cell{Value: number{Text: none}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// silentSince says since when nothing was heard of an agency, by the rows of any of some figures; "" of one that is heard of. A rate that
// has stopped is none of now, least of all 100 %.
func (p *presenter) silentSince(rows map[string]map[string]kpi.Row, code string) string {
	for _, of := range rows {
		if since := of[code].NoDataSince; since != "" {
			return p.noDataSince(since)
		}
	}
	return ""
}

// noDataSince stands in place of a rate that has stopped.
func (p *presenter) noDataSince(day string) string { return p.w.NoDataSince + " " + p.lang.day(day) }

// legs are the legs of interlinked dossiers, by who held them: so that it can be said who was late.
func (p *presenter) legs() table {
	c := toldIn[p.lang]
	t := table{NamedBy: "legs", Head: []string{c.Holder, p.t("leg.received"), p.t("leg.settled"), p.w.Rate, c.Numerator, c.Denominator, p.t("leg.open_overdue")}}
	byCode := map[string]map[string]kpi.Row{}
	var codes []string
	for _, id := range dossiersLegs {
		byCode[id] = map[string]kpi.Row{}
		for _, r := range p.figure(p.by(id, "agency")).Rows {
			code := textOf(r.Keys.Of("agency"))
			byCode[id][code] = r
			if (valueOf(r.Value) > 0 || r.Numerator != nil && r.Value != nil) && !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
	}
	slices.SortStableFunc(codes, func(a, b string) int {
		return cmp.Compare(valueOf(byCode["leg.received"][b].Value), valueOf(byCode["leg.received"][a].Value))
	})
	for _, code := range codes {
		rate, q := byCode["leg.on_time_rate"][code], p.by("leg.on_time_rate", "agency")
		row := tableRow{Name: p.name(code), Href: p.agencyHref(code)}
		for _, id := range []string{"leg.received", "leg.settled"} {
			row.Cells = append(row.Cells, p.value(p.by(id, "agency"), byCode[id][code]))
		}
		share := []number{p.value(q, rate), p.numerator(q, rate), p.denominator(q, rate)}
		if since := p.silentSince(byCode, code); since != "" {
			share = []number{{Text: since}, {Text: none}, {Text: none}}
		}
		row.Cells = append(append(row.Cells, share...), p.value(p.by("leg.open_overdue", "agency"), byCode["leg.open_overdue"][code]))
		t.Rows = append(t.Rows, row)
	}
	return t
}

var dossiersPhrases = phrases{
	"flow":                 {"Từ tiếp nhận đến trả kết quả", "From receipt to return"},
	"dossier.carried_over": {"Kỳ trước chuyển sang", "Carried over"},
	"dossier.received":     {"Tiếp nhận trong kỳ", "Received"},
	"dossier.settled":      {"Đã giải quyết", "Settled"},
	"dossier.withdrawn":    {"Rút", "Withdrawn"},
	"dossier.open":         {"Đang giải quyết cuối kỳ", "In settlement at the end"},
	"returned":             {"Đã trả kết quả trong kỳ", "Results handed over"},
	"early":                {"Trước hạn", "Early"},
	"onTime":               {"Đúng hạn", "On time"},
	"late":                 {"Quá hạn", "Late"},
	"noDeadline":           {"Không có hạn", "No deadline"},
	"flowMonths":           {"Tiếp nhận, giải quyết, trả kết quả theo tháng", "Received, settled and returned by month"},
	"verdictMonths":        {"Trước hạn, đúng hạn, quá hạn theo tháng", "Early, on time and late by month"},
	"by":                   {"So sánh", "Compared"},
	"bySays":               {"Chọn một dòng để lọc cả trang.", "Choose a row to narrow the whole page to it."},
	"more":                 {"và %d nhóm khác, ít hồ sơ hơn; lọc để xem.", "and %d more with fewer dossiers; filter to see them."},
	"median":               {"Giờ làm việc, trung vị", "Working hours, median"},
	"p90":                  {"Giờ làm việc, p90", "Working hours, p90"},
	"funnel":               {"Tỷ lệ đúng hạn theo khối lượng (biểu đồ phễu)", "On-time rate over volume (funnel plot)"},
	"funnelSays":           {"Trong phễu: khác biệt do ngẫu nhiên. Ngoài đường liền (99,9 %): khác thật; giữa hai đường: đáng xem lại.", "Inside the funnel differences are chance. Outside the solid line (99.9%) they are real; between the lines they deserve a look."},
	"volume":               {"Đã giải quyết có hạn", "Dated and settled"},
	"limit95":              {"Giới hạn 95 %", "95% limits"},
	"limit999":             {"Giới hạn 99,9 %", "99.9% limits"},
	"inside":               {"trong giới hạn", "inside the limits"},
	"below95":              {"dưới giới hạn 95 %", "below the 95% limit"},
	"above95":              {"trên giới hạn 95 %", "above the 95% limit"},
	"below999":             {"dưới giới hạn 99,9 %", "below the 99.9% limit"},
	"above999":             {"trên giới hạn 99,9 %", "above the 99.9% limit"},
	"standing":             {"Vị trí trong phễu", "In the funnel"},
	"pchart":               {"Tỷ lệ đúng hạn theo thời gian (biểu đồ p)", "On-time rate in time (p-chart)"},
	"pchartSays":           {"Đường giữa là tỷ lệ của cả hai năm. Do ngẫu nhiên, cứ 370 tháng mới có một tháng ra ngoài hai đường kia (nhị thức chính xác). %s", "The middle line is the rate of both years. By chance one month in 370 lies beyond the outer ones (exact binomial). %s"},
	"pchartOf":             {"Đang xem: %s.", "Shown: %s."},
	"pchartCity":           {"Đang xem toàn bộ; chọn một cơ quan ở dưới để xem riêng.", "Shown: all; choose an agency below to see it alone."},
	"centre":               {"Đường giữa", "Centre line"},
	"limits":               {"Giới hạn", "Limits"},
	"lower":                {"Giới hạn dưới", "Lower limit"},
	"upper":                {"Giới hạn trên", "Upper limit"},
	"signals":              {"Tín hiệu của từng cơ quan", "Signals of each agency"},
	"signalsSay":           {"Thay cho đèn xanh, đèn đỏ: chỉ nêu điều mà ngẫu nhiên khó giải thích (quy tắc Nelson 1–3, tính theo số hồ sơ của từng tháng).", "In place of traffic lights: only what chance explains badly is named (Nelson's rules 1 to 3, by the number of dossiers of each month)."},
	"signalsNone":          {"Không có tín hiệu: mọi dao động đều trong mức ngẫu nhiên.", "No signal: all movement is within chance."},
	"signalsCalm":          {"Không có tín hiệu: %d cơ quan", "Without a signal: %d agencies"},
	"signal.below":         {"%s: thấp hơn giới hạn", "%s: below its limit"},
	"signal.above":         {"%s: cao hơn giới hạn", "%s: above its limit"},
	"signal.run_below":     {"%s: %d tháng liền dưới đường giữa", "%s: %d months in a row below the centre"},
	"signal.run_above":     {"%s: %d tháng liền trên đường giữa", "%s: %d months in a row above the centre"},
	"signal.falling":       {"%s: giảm liên tục %d tháng", "%s: falling for %d months"},
	"signal.rising":        {"%s: tăng liên tục %d tháng", "%s: rising for %d months"},
	"dumbbell":             {"Hẹn lần đầu và hẹn lần cuối", "First promise and last"},
	"dumbbellMost":         {"Chỉ nêu %d trong %d, khác nhau nhiều nhất.", "Shown are the %d of %d that differ most."},
	"dumbbellSays":         {"Đoạn càng dài, càng nhiều hồ sơ chỉ đúng hạn nhờ hẹn lại.", "The longer the line, the more dossiers are on time only by a new promise."},
	"firstPromise":         {"Theo hẹn lần đầu", "By the first promise"},
	"lastPromise":          {"Theo hẹn đang có hiệu lực", "By the promise in force"},
	"gap":                  {"Chênh lệch", "Difference"},
	"cases":                {"Hồ sơ", "Dossiers"},
	"part":                 {"Tỷ lệ", "Share"},
	"inTime":               {"Trong hạn", "In term"},
	"left":                 {"Hồ sơ đang giải quyết theo thời gian còn lại", "Open work by working time left"},
	"leftSays":             {"Ngày làm việc đến hạn; “hôm nay”: sau hôm nay không còn ngày làm việc nào. Không kể %s hồ sơ đang chờ bổ sung hoặc không có hạn.", "Working days until the deadline; “today”: no working day is left after it. Without %s dossiers that are paused or have none."},
	"daysLeft":             {"Ngày làm việc còn lại", "Working days left"},
	"ages":                 {"Hồ sơ đang giải quyết theo tuổi", "Open work by age"},
	"agesSay":              {"Ngày làm việc từ khi tiếp nhận.", "Working days since receipt."},
	"daysOld":              {"Ngày làm việc từ khi tiếp nhận", "Working days since receipt"},
	"spread":               {"Giải quyết sớm, trễ bao nhiêu ngày so với hẹn", "How early or late, in working days"},
	"spreadSays":           {"Ngày làm việc từ khi giải quyết đến hạn, của hồ sơ có hạn đã giải quyết trong kỳ: cả phân bố, không chỉ bình quân.", "Working days from settlement to deadline, of the dated dossiers settled in the period: the whole distribution, not only the mean."},
	"daysAgainst":          {"So với hạn, ngày làm việc", "Against the deadline, working days"},
	"open":                 {"Việc đang có và nguy cơ trễ hẹn", "Work at hand, and what may be missed"},
	"breaches":             {"Nguy cơ trễ hẹn đến hết ngày làm việc tới", "What may be missed until the end of the next working day"},
	"breachesSay":          {"Dự kiến trễ: %s hồ sơ. Khả năng trễ lấy từ hồ sơ chính cơ quan đã giải quyết từ đầu tháng này năm trước: trong hồ sơ từng còn mở khi còn bấy nhiêu ngày, phần bị trễ; dưới %d hồ sơ thì lấy của %s.", "Expected to be late: %s. The chance is of what the agency itself has settled since the first day of this month last year: of the dossiers still open with so many days left, those that were late; with fewer than %d it is that of: %s."},
	"breachesNone":         {"Không hồ sơ nào đến hạn trong năm ngày làm việc tới.", "Nothing falls due in the next five working days."},
	"dueToday":             {"Đến hạn hôm nay", "Due today"},
	"dueTomorrow":          {"Đến hạn ngày làm việc tới", "Due next working day"},
	"dueLater":             {"Còn 2–5 ngày", "2–5 days left"},
	"chance":               {"Khả năng trễ", "Chance to miss"},
	"expected":             {"Dự kiến trễ", "Expected late"},
	"why":                  {"Vì sao thay đổi", "Why did it change"},
	"why.chart":            {"Từ %s đến %s", "From %s to %s"},
	"why.sentence":         {"%s: %s → %s so với %s: %s.", "%s: %s → %s against %s: %s."},
	"why.movers.procedure": {"Thủ tục tác động nhiều nhất: %s.", "Procedures that moved it most: %s."},
	"why.movers.agency":    {"Cơ quan tác động nhiều nhất: %s.", "Agencies that moved it most: %s."},
	"why.movers.kind":      {"Loại tác động nhiều nhất: %s.", "Kinds that moved it most: %s."},
	"why.late":             {"dữ liệu đến muộn của kỳ ấy", "late data of that period"},
	"why.volume":           {"khối lượng", "volume"},
	"why.mix.procedure":    {"cơ cấu thủ tục", "mix of procedures"},
	"why.mix.agency":       {"cơ cấu cơ quan", "mix of agencies"},
	"why.mix.kind":         {"cơ cấu loại việc", "mix of kinds"},
	"why.performance":      {"kết quả giải quyết", "performance"},
	"why.unknown":          {"Không có số liệu của kỳ ấy để so sánh.", "There are no figures of that period to compare with."},
	"why.cause":            {"Nguyên nhân", "Cause"},
	"why.effect":           {"Tác động", "Effect"},
	"why.level":            {"Mức của kỳ", "Level of the period"},
	"why.rise":             {"Làm tăng", "Raises it"},
	"why.fall":             {"Làm giảm", "Lowers it"},
	"legs":                 {"Hồ sơ liên thông: ai giữ, ai trễ", "Interlinked dossiers: who held them, who was late"},
	"legsNone":             {"Không có hồ sơ liên thông trong kỳ này.", "No dossier was handed on in this period."},
	"leg.received":         {"Chặng nhận", "Legs received"},
	"leg.settled":          {"Chặng xong", "Legs settled"},
	"leg.open_overdue":     {"Đang giữ, quá hạn", "Held, overdue"},
}
