package kpi

import "tiendo/internal/lifecycle"

// closings are what closes a case, whatever else it is.
func closings(with lifecycle.Marks) []term {
	return append(flow(lifecycle.Settled, with, 0), append(flow(lifecycle.Ended, with, 0), flow(lifecycle.Stray, with, 0)...)...)
}

// quality figures say how far the others can be trusted.
var quality = []Definition{
	quantile("quality.report_delay_p90", "hours", "Độ trễ báo cáo (90 %)", "Reporting delay, 90th percentile",
		"of all records of what happened in the period, the time from when it happened to when its source recorded it, else to when it arrived", lifecycle.Recorded, 0.9),
	ratio("quality.no_deadline_rate", "Tỷ lệ hồ sơ không có hạn", "Dossiers without a deadline", Lower,
		"of the dossiers received in the period, those to which no date was ever promised",
		flow(lifecycle.Opened, lifecycle.Undated, 0), flow(lifecycle.Opened, 0, 0)),
	ratio("quality.no_level_rate", "Tỷ lệ hồ sơ thiếu mức độ", "Dossiers without a level", Lower,
		"of the dossiers received in the period, those that do not say to what level the procedure is online",
		flow(lifecycle.Opened, lifecycle.NoLevel, 0), flow(lifecycle.Opened, 0, 0)),
	ratio("quality.no_calendar_rate", "Tỷ lệ hồ sơ ngoài lịch", "Dossiers without a calendar", Lower,
		"of the dossiers received in the period, those for which working days were needed that the calendar does not cover",
		flow(lifecycle.Opened, lifecycle.NoCalendar, 0), flow(lifecycle.Opened, 0, 0)),
	ratio("quality.due_changed_rate", "Tỷ lệ sửa ngày hẹn", "Promised dates edited", Lower,
		"of the dossiers received in the period, those whose receipt was recorded again with another promised date",
		flow(lifecycle.Opened, lifecycle.DueChanged, 0), flow(lifecycle.Opened, 0, 0)),
	ratio("quality.collision_rate", "Tỷ lệ trùng mã hồ sơ", "Colliding codes", Lower,
		"of the dossiers received in the period, those received by two sources or twice over 30 days apart",
		flow(lifecycle.Opened, lifecycle.Collision, 0), flow(lifecycle.Opened, 0, 0)),
	ratio("quality.orphan_rate", "Tỷ lệ kết thúc không có tiếp nhận", "Closings without opening", Lower,
		"of the closings in the period, of cases of every kind, those of a case that was never opened",
		closings(lifecycle.Orphan), closings(0)),
	ratio("quality.backdated_rate", "Tỷ lệ kết thúc ghi muộn", "Closings recorded late", Lower,
		"of the closings in the period, of cases of every kind, those recorded more than 24 hours after their time",
		closings(lifecycle.Backdated), closings(0)),
	ratio("quality.impossible_rate", "Tỷ lệ kết thúc trước tiếp nhận", "Closings before their opening", Lower,
		"of the closings in the period, of cases of every kind, those told to be before the opening",
		closings(lifecycle.Impossible), closings(0)),
	ratio("quality.foreign_rate", "Tỷ lệ bản ghi của cơ quan khác", "Records of other agencies", Lower,
		"of all records of what happened in the period, those ignored because their sender is bound to another agency than the case's",
		flow(lifecycle.Foreign, 0, 0), flow(lifecycle.Recorded, 0, 0)),
}
