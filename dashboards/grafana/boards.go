package grafana

import (
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"tiendo/dashboards/prometheus"
	"tiendo/internal/metrics"
)

// The names of dashboards in addresses.
const (
	cityUID, agencyUID, onlineUID, tasksUID, qualityUID, healthUID = "tiendo-city", "tiendo-agency", "tiendo-online", "tiendo-tasks", "tiendo-quality", "tiendo-health"
)

// cityBoard is the wall of a city's leaders.
func cityBoard() *board {
	b := newBoard(cityUID, both("Tiendo: toàn thành phố", "the city"),
		"Cơ quan nào giữ lời hứa với người dân · Which departments keep their promises to citizens", scope{}, periodVariable(), groupVariable())
	for _, id := range []string{"dossier.on_time_rate", "dossier.on_time_rate_first", "dossier.promise_kept_rate", "online.uptake", "task.on_time_rate", "satisfaction.score"} {
		b.tile(id)
	}
	for _, id := range []string{"dossier.open", "dossier.open_overdue", "dossier.due_soon", "task.open_overdue", "online.full_uptake", "post.returned_rate"} {
		b.tile(id)
	}
	b.trend("Đúng hạn theo thời gian", "On time over time", 12, "dossier.on_time_rate", "dossier.on_time_rate_first", "dossier.promise_kept_rate")
	b.trend("Quá hạn theo thời gian", "Overdue over time", 12, "dossier.open_overdue", "task.open_overdue")
	d := b.figure("dossier.on_time_rate")
	b.chart(both("Đúng hạn theo nhóm cơ quan", "On time by group of agencies"), about(&d), units.PercentUnit, 8, 12,
		line{name: "{{group}}", expr: prometheus.Group(&d) + `{` + inPeriod + `, ` + ofGroups + `}`})
	b.alerts("leadership", 8, 12)
	b.agencies(both("Các cơ quan", "Agencies"), 14,
		b.ofFigure("dossier.on_time_rate"), b.againstTarget("dossier.on_time_rate"), b.ofFigure("dossier.on_time_rate_first"), b.ofFigure("dossier.promise_kept_rate"),
		b.ofFigure("online.uptake"), b.ofFigure("dossier.open"), b.ofFigure("dossier.open_overdue"), b.ofFigure("dossier.due_soon"),
		b.ofFigure("task.on_time_rate"), b.ofFigure("task.open_overdue"))
	b.ranking()
	return b
}

// agencyBoard is one department's own.
func agencyBoard() *board {
	b := newBoard(agencyUID, both("Tiendo: một cơ quan", "one agency"), "Một cơ quan: việc đã làm và việc sắp đến hạn · One agency: what was done, and what is coming",
		scope{agency: true}, periodVariable(), groupVariable(), agencyVariable())
	for _, id := range []string{"dossier.on_time_rate", "dossier.on_time_rate_first", "dossier.promise_kept_rate", "online.uptake", "task.on_time_rate", "satisfaction.score"} {
		b.tile(id)
	}
	for _, id := range []string{"dossier.open", "dossier.open_overdue", "dossier.due_soon", "task.open_overdue", "online.full_uptake", "post.returned_rate"} {
		b.tile(id)
	}
	b.row("Việc sắp đến hạn", "What is coming")
	outlook := func(id string) string { return `max by (agency) (` + metrics.MetricName(id) + `{` + ofAgency + `})` }
	b.chart(both("Đợt đến hạn", "Deadline wave"), "Hồ sơ đến hạn trong năm ngày làm việc tới, so với số hồ sơ giải quyết được trong năm ngày làm việc.\n\n"+
		"Dossiers due within five working days, against how many were lately settled in five.", units.LocaleFormat, 8, 8,
		line{name: both("sắp đến hạn", "due"), expr: outlook("dossier.wave_due")},
		line{name: both("nhịp giải quyết", "pace"), expr: outlook("dossier.wave_pace"), dashed: true})
	b.chart(both("Ngân sách trễ hạn của quý", "Error budget of the quarter"), "Còn được phép trễ bao nhiêu hồ sơ mà quý vẫn đạt chỉ tiêu.\n\n"+
		"How many more dossiers may be late with the quarter's target still reached.", units.LocaleFormat, 8, 8,
		line{name: both("còn lại", "left"), expr: outlook("dossier.budget_left")},
		line{name: both("được phép", "allowed"), expr: outlook("dossier.budget_allowed"), dashed: true})
	b.chart(both("Tốc độ trễ hạn", "Burn rate"), "Hồ sơ trễ hạn nhiều gấp mấy lần mức chỉ tiêu cho phép; trên 1 thì chỉ tiêu sẽ không đạt.\n\n"+
		"How many times as fast as the target allows dossiers are late; over 1 the target will be missed.", units.NoUnit, 8, 8,
		line{name: "6h", expr: `agency:tiendo_dossier_late:burn6h{` + ofAgency + `}`},
		line{name: "1d", expr: `agency:tiendo_dossier_late:burn1d{` + ofAgency + `}`},
		line{name: "7d", expr: `agency:tiendo_dossier_late:burn7d{` + ofAgency + `}`})
	b.row("Theo thời gian", "Over time")
	b.trend("Đúng hạn", "On time", 8, "dossier.on_time_rate", "dossier.on_time_rate_first", "dossier.promise_kept_rate")
	b.trend("Quá hạn", "Overdue", 8, "dossier.open_overdue", "task.open_overdue")
	b.trend("Trực tuyến", "Online", 8, "online.uptake", "online.full_uptake")
	return b
}

// onlineBoard is about online services.
func onlineBoard() *board {
	b := newBoard(onlineUID, both("Tiendo: dịch vụ công trực tuyến", "online services"),
		"Người dân có thật sự dùng dịch vụ công trực tuyến không · Do people really use the online services", scope{}, periodVariable(), groupVariable())
	for _, id := range []string{"online.uptake", "online.full_uptake", "online.share", "online.payment_rate", "online.digital_result_rate", "post.returned_rate"} {
		b.tile(id)
	}
	b.row("Theo Quyết định 766/QĐ-TTg", "By Decision 766/QĐ-TTg")
	for _, id := range []string{"official.766_online_rate", "official.766_full_online_rate", "official.766_payment_rate", "official.766_digital_result_rate", "official.766_on_time_rate", "post.received_rate"} {
		b.tile(id)
	}
	b.row("Theo thời gian và cơ quan", "Over time and by agency")
	b.trend("Nộp trực tuyến", "Handed in online", 12, "online.uptake", "online.full_uptake", "online.share")
	b.trend("Thanh toán và kết quả", "Payment and results", 12, "online.payment_rate", "online.digital_result_rate", "post.returned_rate")
	b.agencies(both("Các cơ quan", "Agencies"), 14,
		b.ofFigure("online.uptake"), b.againstTarget("online.uptake"), b.ofFigure("online.full_uptake"), b.ofFigure("online.share"),
		b.ofFigure("online.payment_rate"), b.ofFigure("online.digital_result_rate"), b.ofFigure("post.received_rate"), b.ofFigure("post.returned_rate"))
	return b
}

// tasksBoard is about tasks that the city assigned.
func tasksBoard() *board {
	b := newBoard(tasksUID, both("Tiendo: nhiệm vụ được giao", "assigned tasks"),
		"Nhiệm vụ được giao có hoàn thành đúng hạn không · Are assigned tasks completed on time", scope{}, periodVariable(), groupVariable())
	for _, id := range []string{"task.on_time_rate", "task.on_time_rate_first", "task.promise_kept_rate", "task.with_deadline_rate", "task.shared_rate", "task.rework_rate"} {
		b.tile(id)
	}
	for _, id := range []string{"task.assigned", "task.completed", "task.cancelled", "task.open", "task.open_overdue", "task.confirm_days_p90"} {
		b.tile(id)
	}
	b.trend("Đúng hạn theo thời gian", "On time over time", 12, "task.on_time_rate", "task.on_time_rate_first", "task.promise_kept_rate")
	b.trend("Nhiệm vụ theo thời gian", "Tasks over time", 12, "task.open", "task.open_overdue")
	b.agencies(both("Các cơ quan", "Agencies"), 14,
		b.ofFigure("task.on_time_rate"), b.againstTarget("task.on_time_rate"), b.ofFigure("task.on_time_rate_first"), b.ofFigure("task.promise_kept_rate"),
		b.ofFigure("task.assigned"), b.ofFigure("task.completed"), b.ofFigure("task.open"), b.ofFigure("task.open_overdue"), b.ofFigure("task.rework_rate"))
	return b
}

// qualityBoard says how far the other figures can be trusted.
func qualityBoard() *board {
	b := newBoard(qualityUID, both("Tiendo: chất lượng dữ liệu", "quality of data"),
		"Các chỉ số khác đáng tin đến mức nào · How far the other figures can be trusted", scope{}, periodVariable(), groupVariable())
	for _, id := range []string{"quality.no_deadline_rate", "quality.no_level_rate", "quality.no_calendar_rate", "quality.due_changed_rate", "quality.collision_rate", "quality.report_delay_p90"} {
		b.tile(id)
	}
	for _, id := range []string{"quality.orphan_rate", "quality.backdated_rate", "quality.impossible_rate", "quality.foreign_rate", "dossier.no_deadline", "dossier.awaiting"} {
		b.tile(id)
	}
	b.trend("Kết thúc đáng ngờ", "Doubtful closings", 12, "quality.backdated_rate", "quality.orphan_rate", "quality.impossible_rate")
	b.trend("Độ trễ báo cáo", "Reporting delay", 12, "quality.report_delay_p90")
	b.list(both("Cơ quan im lặng", "Agencies gone quiet"), "Đã lâu hơn mức ngẫu nhiên không có số liệu mới. Trống khi không có.\n\n"+
		"Nothing was heard for longer than chance explains. Empty while there is none.", 8, 12,
		`max by (agency, family) (tiendo_agency_quiet) == 1 and on (agency) `+prometheus.Info+`{`+ofGroups+`, agency!=""}`, "",
		map[string]string{"agency": "Mã · Code", "family": "Loại · Family"}, "agency", "family")
	b.list(both("Nguồn số liệu", "Sources"), "Đã bao lâu từ sự kiện cuối, theo tên của mã truy cập.\n\nHow long since the last event, by the name of the token.", 8, 12,
		`time() - max by (source) (tiendo_source_last_event_timestamp_seconds)`, since, map[string]string{"source": "Nguồn · Source"}, "source")
	b.agencies(both("Các cơ quan", "Agencies"), 14,
		b.ofFigure("quality.no_deadline_rate"), b.ofFigure("quality.no_level_rate"), b.ofFigure("quality.due_changed_rate"), b.ofFigure("quality.collision_rate"),
		b.ofFigure("quality.orphan_rate"), b.ofFigure("quality.backdated_rate"), b.ofFigure("quality.impossible_rate"), b.ofFigure("quality.report_delay_p90"))
	return b
}
