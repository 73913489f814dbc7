package kpi

import "tiendo/internal/lifecycle"

var tasks = []Definition{
	count("task.assigned", "Nhiệm vụ được giao", "Tasks assigned", Neutral,
		"tasks assigned in the period, by the lead agency", flow(lifecycle.Opened, 0, 0)),
	count("task.completed", "Nhiệm vụ hoàn thành", "Tasks completed", Neutral,
		"tasks completed in the period, at the time of the report that was confirmed", flow(lifecycle.Settled, 0, 0)),
	count("task.cancelled", "Nhiệm vụ hủy", "Tasks cancelled", Neutral,
		"tasks cancelled in the period", flow(lifecycle.Ended, lifecycle.Cancelled, 0)),
	count("task.open", "Nhiệm vụ đang thực hiện", "Tasks open", Neutral,
		"assigned and not closed at the end of the period", open(atEnd)),
	leadership(count("task.open_overdue", "Nhiệm vụ quá hạn", "Tasks overdue", Lower,
		"open after the effective deadline at the end of the period", overdue())),
	ratio("task.with_deadline_rate", "Tỷ lệ nhiệm vụ có thời hạn", "Tasks with a deadline", Neutral,
		"of the tasks assigned in the period, those with a deadline",
		flow(lifecycle.Opened, lifecycle.HasDue, 0), flow(lifecycle.Opened, 0, 0)),
	ratio("task.shared_rate", "Tỷ lệ nhiệm vụ có phối hợp", "Tasks shared by agencies", Neutral,
		"of the tasks assigned in the period, those with helping agencies",
		flow(lifecycle.Opened, lifecycle.Shared, 0), flow(lifecycle.Opened, 0, 0)),
	leadership(ratio("task.on_time_rate", "Tỷ lệ nhiệm vụ đúng hạn", "Tasks on time", Higher,
		"of the tasks completed in the period that had a deadline, those completed by the promise in force",
		flow(lifecycle.Settled, onTime, 0), flow(lifecycle.Settled, promised, 0))),
	ratio("task.on_time_rate_first", "Tỷ lệ nhiệm vụ đúng hạn theo hạn đầu", "Tasks on time by the first deadline", Higher,
		"of the tasks completed in the period that had a deadline, those completed by the first deadline: rescheduling excuses nothing",
		flow(lifecycle.Settled, lifecycle.OnTimeFirst, 0), flow(lifecycle.Settled, promised, 0)),
	ratio("task.promise_kept_rate", "Tỷ lệ nhiệm vụ giữ đúng hạn", "Task deadlines kept", Higher,
		"of the tasks whose effective deadline lies in the period and has passed, and that were not cancelled by it, those completed by it",
		flow(lifecycle.Due, lifecycle.Kept, 0), flow(lifecycle.Due, 0, 0)),
	ratio("task.rework_rate", "Tỷ lệ phải làm lại", "Rework rate", Lower,
		"of the tasks completed in the period, those returned for rework at least once",
		flow(lifecycle.Settled, lifecycle.Reworked, 0), flow(lifecycle.Settled, 0, 0)),
	quantile("task.confirm_days_p90", "days", "Thời gian chờ xác nhận (90 %)", "Wait for confirmation, 90th percentile",
		"time from the report to its confirmation, of the tasks whose completion was confirmed in the period", lifecycle.Confirmed, 0.9),
}

var petitions = []Definition{
	count("petition.received", "Đơn tiếp nhận", "Petitions received", Neutral,
		"petitions received in the period", flow(lifecycle.Opened, 0, 0)),
	count("petition.settled", "Đơn đã giải quyết", "Petitions settled", Neutral,
		"petitions resolved in the period", flow(lifecycle.Settled, 0, 0)),
	count("petition.not_accepted", "Đơn không thụ lý", "Petitions not accepted", Neutral,
		"petitions rejected in the period", flow(lifecycle.Ended, lifecycle.Rejected, 0)),
	count("petition.forwarded", "Đơn chuyển", "Petitions forwarded", Neutral,
		"petitions forwarded to another agency in the period", flow(lifecycle.Ended, lifecycle.Forwarded, 0)),
	count("petition.open_overdue", "Đơn quá hạn", "Petitions overdue", Lower,
		"open after the effective deadline at the end of the period", overdue()),
	ratio("petition.on_time_rate", "Tỷ lệ đơn đúng hạn", "Petitions on time", Higher,
		"of the petitions settled in the period that had a deadline, those settled by it",
		flow(lifecycle.Settled, onTime, 0), flow(lifecycle.Settled, promised, 0)),
}

var receptions = []Definition{
	count("reception.sessions", "Lượt tiếp công dân", "Reception sessions", Neutral,
		"sessions of citizen reception in the period", flow(lifecycle.Sessions, 0, 0)),
	count("reception.people", "Người được tiếp", "People received", Neutral,
		"people received in the period", flow(lifecycle.Received, 0, 0)),
	count("reception.cases", "Vụ việc tiếp công dân", "Reception cases", Neutral,
		"cases heard in the period", flow(lifecycle.Heard, 0, 0)),
	ratio("reception.by_leader_rate", "Tỷ lệ lãnh đạo trực tiếp tiếp", "Sessions by the head in person", Higher,
		"of the sessions in the period, those held by the head of the agency in person",
		flow(lifecycle.Led, 0, 0), flow(lifecycle.Sessions, 0, 0)),
}

var findings = []Definition{
	count("finding.raised", "Tồn tại phát hiện", "Findings raised", Neutral,
		"inspection findings raised in the period; kind is the area", flow(lifecycle.Opened, 0, 0)),
	count("finding.settled", "Tồn tại đã khắc phục", "Findings remedied", Higher,
		"findings remedied in the period", flow(lifecycle.Settled, 0, 0)),
	count("finding.open_overdue", "Tồn tại quá hạn khắc phục", "Findings overdue", Lower,
		"not remedied after the effective deadline at the end of the period", overdue()),
	ratio("finding.on_time_rate", "Tỷ lệ khắc phục đúng hạn", "Findings remedied on time", Higher,
		"of the findings remedied in the period that had a deadline, those remedied by it",
		flow(lifecycle.Settled, onTime, 0), flow(lifecycle.Settled, promised, 0)),
}
