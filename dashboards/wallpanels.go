package dashboards

import (
	"slices"
	"strings"

	"tiendo/internal/kpi"
)

// panel is one screen of a wall: at most six tiles, for what is read at ten metres is not read twice.
type panel struct {
	id    string
	name  inBoth
	tiles []tileOf
}

// tileOf says what a tile shows.
type tileOf struct {
	show tileShow
	// ids are the figures: a line each by month; else the figure, and what it is a part of, without which nobody knows whether a 0 says
	// that all is well or that there is nothing.
	ids []string
	// name is what the tile is called; that of the figure if it is empty.
	name inBoth
}

// tileShow is a way to show figures.
type tileShow int

const (
	// showValue is one figure of the whole city, large.
	showValue tileShow = iota
	// showMonths is a chart by month.
	showMonths
	// showMost is the agencies with the most of a count.
	showMost
	// showBelow is the agencies whose rate is lower than the city's by more than chance.
	showBelow
	// showPublished is the first of the ranking that was published last, with their points.
	showPublished
)

// mostTiles is how many tiles a screen takes, mostRows how many agencies a tile.
const (
	mostTiles = 6
	mostRows  = 6
)

// wholes are what figures are a part of.
var wholes = map[string]string{"dossier.open_overdue": "dossier.open", "task.open_overdue": "task.open"}

func oneEach(ids ...string) []tileOf {
	var all []tileOf
	for _, id := range ids {
		of := tileOf{show: showValue, ids: []string{id}}
		if whole := wholes[id]; whole != "" {
			of.ids = append(of.ids, whole)
		}
		all = append(all, of)
	}
	return all
}

// panels are all that a wall can show, in the order in which one shows them that is not told which.
var panels = []panel{
	{"today", inBoth{"Thành phố hôm nay", "The city today"}, oneEach(
		"dossier.on_time_rate", "online.uptake", "task.on_time_rate", "dossier.open_overdue", "dossier.due_soon", "task.open_overdue",
	)},
	{"promises", inBoth{"Hẹn trả kết quả", "Promises to citizens"}, oneEach(
		"dossier.on_time_rate_first", "dossier.promise_kept_rate", "dossier.reschedule_rate", "dossier.received", "dossier.settled", "dossier.open",
	)},
	{"months", inBoth{"Diễn biến theo tháng", "Month by month"}, []tileOf{
		{showMonths, []string{"dossier.on_time_rate", "dossier.promise_kept_rate"}, inBoth{"Đúng hạn và giữ đúng hẹn", "On time, and promises kept"}},
		{showMonths, []string{"online.uptake", "online.full_uptake"}, inBoth{"Hồ sơ trực tuyến", "Submitted online"}},
	}},
	{"overdue", inBoth{"Hồ sơ quá hạn theo cơ quan", "Overdue dossiers by agency"}, []tileOf{
		{showMost, []string{"dossier.open_overdue", "dossier.open"}, inBoth{"Nhiều hồ sơ quá hạn nhất", "The most overdue dossiers"}},
	}},
	{"below", inBoth{"Đúng hạn: thấp hơn toàn thành phố", "On time: below the whole city"}, []tileOf{
		{showBelow, []string{"dossier.on_time_rate"}, inBoth{"Thấp hơn rõ rệt, không do ngẫu nhiên", "Lower by more than chance"}},
	}},
	{"deadlines", inBoth{"Đến hạn hôm nay và hai ngày làm việc tới", "Due today and the next two working days"}, []tileOf{
		{showMost, []string{"dossier.due_soon", "dossier.open"}, inBoth{"Nhiều hồ sơ sắp đến hạn nhất", "The most dossiers due soon"}},
	}},
	{"online", inBoth{"Dịch vụ công trực tuyến", "Online public services"}, oneEach(
		"online.uptake", "online.full_uptake", "online.share", "online.payment_rate", "online.digital_result_rate", "post.returned_rate",
	)},
	{"tasks", inBoth{"Nhiệm vụ được giao", "Assigned tasks"}, oneEach(
		"task.on_time_rate", "task.promise_kept_rate", "task.rework_rate", "task.assigned", "task.open", "task.open_overdue",
	)},
	{"leads", inBoth{"Nhiệm vụ quá hạn theo cơ quan chủ trì", "Overdue tasks by lead agency"}, []tileOf{
		{showMost, []string{"task.open_overdue", "task.open"}, inBoth{"Nhiều nhiệm vụ quá hạn nhất", "The most overdue tasks"}},
	}},
	{"citizens", inBoth{"Công dân: đơn thư, tiếp dân, hài lòng", "Citizens: petitions, receptions, satisfaction"}, oneEach(
		"petition.received", "petition.on_time_rate", "petition.open_overdue", "reception.people", "reception.by_leader_rate", "satisfaction.score",
	)},
	{"organisation", inBoth{"Tổ chức, biên chế", "Organisation and staff"}, oneEach(
		"org.staffing_ratio", "org.streamlining_ratio", "org.merger_ratio", "org.iso_ratio", "org.training_ratio", "org.work_file_ratio",
	)},
	{"ranking", inBoth{"Xếp hạng đã công bố", "Published ranking"}, []tileOf{
		{showPublished, []string{"dossier.received"}, inBoth{"Công bố gần nhất", "The last publication"}},
	}},
	{"findings", inBoth{"Tồn tại qua kiểm tra", "Inspection findings"}, oneEach(
		"finding.raised", "finding.settled", "finding.open_overdue", "finding.on_time_rate",
	)},
	{"quality", inBoth{"Chất lượng dữ liệu", "Quality of data"}, oneEach(
		"quality.report_delay_p90", "quality.no_deadline_rate", "quality.backdated_rate", "quality.orphan_rate", "quality.collision_rate", "quality.due_changed_rate",
	)},
}

// usualPanels are shown where none are named.
const usualPanels = "today,promises,months,overdue,deadlines,online,tasks,citizens"

// panelOf returns a panel by its id.
func panelOf(id string) (panel, bool) {
	at := slices.IndexFunc(panels, func(p panel) bool { return p.id == id })
	if at < 0 {
		return panel{}, false
	}
	return panels[at], true
}

// byMonthToo says that a figure is shown by month too: what agencies report, and what looks ahead, can't be, and what counts every
// record costs more than a line is worth.
func byMonthToo(id string) bool {
	return !strings.HasPrefix(id, "org.") && !slices.Contains([]string{"dossier.due_soon", "quality.report_delay_p90", "quality.foreign_rate"}, id)
}

// wallPage is the page behind a wall: what it asks, and what it makes of the answers. Walls that show the same panels share it.
func wallPage(shown []panel) *page {
	var ids []string
	for _, of := range shown {
		ids = append(ids, of.id)
	}
	return &page{
		path: "/wall/" + strings.Join(ids, ","), template: "screens", always: true,
		ask:  func(q *asked) []kpi.Query { return wallQuestions(q.stretches, shown) },
		view: func(p *presenter) (any, error) { return newWallView(p, shown) },
	}
}

// wallQuestions are what a wall asks the books, all at once and each once.
func wallQuestions(s stretches, shown []panel) []kpi.Query {
	var all []kpi.Query
	add := func(q kpi.Query) {
		same := func(o kpi.Query) bool { return o.ID == q.ID && o.Period == q.Period && slices.Equal(o.By, q.By) }
		if !slices.ContainsFunc(all, same) {
			all = append(all, q)
		}
	}
	for _, p := range shown {
		for _, t := range p.tiles {
			for i, id := range t.ids {
				add(kpi.Query{ID: id, Period: s.period})
				switch {
				case t.show == showMost || t.show == showBelow:
					add(kpi.Query{ID: id, Period: s.period, By: []string{"agency"}})
				case byMonthToo(id) && (i == 0 || t.show == showMonths):
					add(kpi.Query{ID: id, Period: s.months, By: []string{"month"}})
				}
				if t.show == showValue && s.comparable(id) {
					add(kpi.Query{ID: id, Period: s.before})
				}
			}
		}
	}
	return all
}
