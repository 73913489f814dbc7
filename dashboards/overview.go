package dashboards

import (
	"tiendo/internal/kpi"
)

// overviewPage is "/": the city today, and what needs a decision.
func overviewPage() *page {
	return &page{
		path: "/", name: inBoth{"Tổng quan", "Overview"}, title: inBoth{"Toàn thành phố", "Whole city"}, template: "overview",
		phrases: overviewPhrases, ask: overviewQuestions, view: overview,
	}
}

// The figures of the overview: of the whole city in the period, of the period before, by month, by agency, and by agency in the
// period before.
var (
	ofCity = []string{
		"dossier.on_time_rate", "dossier.on_time_rate_first", "dossier.promise_kept_rate", "online.uptake", "online.full_uptake",
		"dossier.received", "dossier.settled", "dossier.open", "dossier.open_overdue", "dossier.due_soon",
		"task.on_time_rate", "task.assigned", "task.completed", "task.open", "task.open_overdue",
	}
	ofBefore = []string{
		"dossier.on_time_rate", "dossier.on_time_rate_first", "dossier.promise_kept_rate", "online.uptake",
		"dossier.open", "dossier.open_overdue",
		"task.on_time_rate", "task.open", "task.open_overdue",
	}
	byMonth = []string{
		"dossier.on_time_rate", "dossier.on_time_rate_first", "dossier.promise_kept_rate", "online.uptake", "online.full_uptake",
		"dossier.open", "dossier.open_overdue",
		"task.on_time_rate", "task.open", "task.open_overdue",
	}
	byAgency = []string{
		"dossier.on_time_rate", "online.uptake", "dossier.open", "dossier.open_overdue", "dossier.due_soon", "task.open_overdue",
	}
	byAgencyBefore = []string{"dossier.on_time_rate", "dossier.open_overdue", "task.open_overdue"}
)

// overviewQuestions are what the overview asks the books.
func overviewQuestions(q *asked) []kpi.Query {
	var all []kpi.Query
	for _, id := range ofCity {
		if q.asksSoon(id) {
			all = append(all, q.whole(id))
		}
	}
	for _, id := range ofBefore {
		all = append(all, q.earlier(id))
	}
	for _, id := range byMonth {
		all = append(all, q.byMonth(id))
	}
	for _, id := range byAgency {
		if q.asksSoon(id) {
			all = append(all, q.by(id, "agency"))
		}
	}
	for _, id := range byAgencyBefore {
		all = append(all, q.earlier(id, "agency"))
	}
	return all
}

// overviewView is the model of the overview.
type overviewView struct {
	Silent bool
	// Heads are what the city is watched by, More what stands behind them.
	Heads, More []card
	Attention   []notice
	Charts      []chart
	Agencies    agencyTable
}

// overview makes the model of the overview.
func overview(p *presenter) (any, error) {
	v := &overviewView{Silent: p.silent()}
	v.Heads = []card{
		p.rate("dossier.on_time_rate", p.w.OnTime, p.w.OnTimeSays, p.w.OfSettled),
		p.rate("online.uptake", p.w.Uptake, p.w.UptakeSays, p.w.OfOffered),
		p.stock("dossier.open_overdue", p.t("overdue"), p.w.OverdueSays, "dossier.open"),
		p.stock("task.open_overdue", p.t("tasksOverdue"), p.w.TasksOverdueSays, "task.open"),
	}
	for i := range v.Heads {
		v.Heads[i].Watched = true
	}
	v.More = []card{
		p.rate("dossier.on_time_rate_first", p.w.OnTimeFirst, p.w.OnTimeFirstSays, p.w.OfSettled),
		p.rate("dossier.promise_kept_rate", p.w.Kept, p.w.KeptSays, p.w.OfDue),
		p.stock("dossier.open", p.t("open"), p.w.OpenSays, ""),
	}
	if p.underWay() {
		v.More = append(v.More, p.stock("dossier.due_soon", p.w.DueSoon, p.w.DueSoonSays, "dossier.open"))
	}
	v.More = append(v.More,
		p.rate("task.on_time_rate", p.w.TasksOnTime, p.w.TasksOnTimeSays, p.w.OfTasks),
		p.stock("task.open", p.t("tasksOpen"), p.w.TasksOpenSays, ""),
	)
	for i := range v.More {
		v.More[i].Spark, v.More[i].Interval = nil, "" // they stand behind
	}
	v.Agencies = p.compared()
	v.Attention = p.attention(&v.Agencies)
	var err error
	v.Charts, err = p.charts(v)
	return v, err
}

var overviewPhrases = phrases{
	"overdue":      {"Hồ sơ quá hạn", "Dossiers overdue"},
	"tasksOverdue": {"Nhiệm vụ quá hạn", "Tasks overdue"},
	"open":         {"Hồ sơ đang giải quyết", "Dossiers in settlement"},
	"tasksOpen":    {"Nhiệm vụ đang thực hiện", "Tasks open"},
	"attention":    {"Cần chú ý", "Needs attention"},
	"behind":       {"Đằng sau các con số", "Behind the figures"},
	"fell":         {"Tỷ lệ đúng hạn giảm, không phải do ngẫu nhiên", "On-time rate fell, and not by chance"},
	"fellNone":     {"Không cơ quan nào giảm quá mức ngẫu nhiên so với kỳ trước", "No agency fell further than chance explains"},
	"fellSays":     {"So với %s; kiểm định Fisher, đã hiệu chỉnh Holm cho %d cơ quan, mức 5 %%.", "Against %s; Fisher's test, after Holm for %d agencies, at 5%%."},
	"grew":         {"Việc quá hạn tăng nhiều nhất", "Overdue work grew most"},
	"grewNone":     {"Không cơ quan nào có thêm hồ sơ, nhiệm vụ quá hạn", "No agency has more overdue dossiers or tasks"},
	"grewSays":     {"So với cuối kỳ %s.", "Since the end of %s."},
	"due":          {"Đến hạn hôm nay và hai ngày làm việc tới", "Due today and the next two working days"},
	"dueNone":      {"Không hồ sơ nào đến hạn hôm nay và hai ngày làm việc tới", "Nothing falls due today or on the next two working days"},
	"dueSays":      {"Toàn thành phố: %s hồ sơ chưa quá hạn.", "Whole city: %s dossiers not yet overdue."},
	"fellUntold":   {"Không cơ quan nào có hồ sơ đã giải quyết ở cả hai kỳ để so sánh.", "No agency settled dossiers in both periods, so nothing can be compared."},
	"nothingKnown": {"Không có số liệu để biết.", "Nothing is known."},
	"fellOf":       {"Tỷ lệ đúng hạn so với kỳ trước", "On-time rate against the period before"},
	"grewOf":       {"Việc quá hạn so với kỳ trước", "Overdue work against the period before"},
	"dueOf":        {"Đến hạn hôm nay và hai ngày làm việc tới", "Due today and the next two working days"},
	"quietOf":      {"Nguồn gửi dữ liệu", "Sources of data"},
	"duePast":      {"Chỉ xem được khi kỳ chưa kết thúc.", "Only told while the period runs."},
	"quiet":        {"Không còn dữ liệu mới", "Gone quiet"},
	"quietNone":    {"Mọi nguồn đều đang gửi dữ liệu", "All sources are heard of"},
	"quietSays":    {"Số liệu của các nơi này chỉ cho biết tình hình đến ngày ấy.", "Figures of these tell how things were on that day."},
	"more":         {"và %d mục khác", "and %d more"},
	"compared":     {"So sánh các cơ quan", "Agencies compared"},
	"comparedSays": {"Tỷ lệ thấp xếp trước. Dấu là tỷ lệ đúng hạn, đoạn kẻ là khoảng tin cậy 95 %: càng ít hồ sơ càng rộng.", "Lowest first. A mark is the on-time rate, the line through it the 95% interval: the fewer the dossiers, the wider."},
	"change":       {"So với %s", "Against %s"},
	"tasks":        {"Nhiệm vụ quá hạn", "Tasks overdue"},
}
