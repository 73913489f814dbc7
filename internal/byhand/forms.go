package byhand

import (
	"tiendo/internal/event"
)

// forms are those of the families that often have no system.
var forms = []*Form{
	{
		ID: "reception", Family: event.Reception, Title: Text{"Tiếp công dân", "Citizen reception"},
		Says:  Text{"Mỗi dòng là một buổi tiếp, theo sổ tiếp công dân: lượt, người, vụ việc.", "A row is a session, from the reception book: sessions, people, cases."},
		Types: []event.Type{"reception.held", "reception.voided"},
		Columns: columns("reception.held",
			"subject: Mã buổi tiếp | Session code", "agency", "time: Ngày tiếp | Day held", "sessions", "people", "cases", "leader"),
	},
	{
		ID: "petition", Family: event.Petition, Title: Text{"Đơn thư", "Petitions"},
		Says: Text{
			"Mỗi dòng là một đơn khiếu nại, tố cáo, kiến nghị, với những gì đã biết đến lúc này.",
			"A row is a complaint, denunciation or suggestion, with all that is known of it by now.",
		},
		Types: []event.Type{
			"petition.received", "petition.accepted", "petition.rescheduled", "petition.resolved", "petition.rejected", "petition.withdrawn", "petition.forwarded",
			"petition.voided",
		},
		Columns: join(
			columns("petition.received", "subject: Mã đơn | Petition code", "agency", "kind", "time: Ngày tiếp nhận | Day received", "due", "channel"),
			columns("petition.accepted", "time: Ngày thụ lý | Day accepted", "due: Hạn giải quyết từ khi thụ lý | Due since acceptance"),
			columns("petition.resolved", "time: Ngày giải quyết xong | Day resolved"),
			columns("petition.rejected", "time: Ngày thông báo không thụ lý | Day not accepted"),
			columns("petition.withdrawn", "time: Ngày rút đơn | Day withdrawn"),
			columns("petition.forwarded", "time: Ngày chuyển đơn | Day forwarded", "agency"),
		),
	},
	{
		ID: "finding", Family: event.Finding, Title: Text{"Tồn tại, hạn chế", "Findings"},
		Says: Text{
			"Mỗi dòng là một tồn tại, hạn chế do đoàn kiểm tra nêu, với hạn và ngày khắc phục.",
			"A row is a shortcoming that an inspection has found, with its deadline and the day on which it was remedied.",
		},
		Types: []event.Type{"finding.raised", "finding.rescheduled", "finding.remedied", "finding.voided"},
		Columns: join(
			columns("finding.raised", "subject: Mã tồn tại | Finding code", "agency", "area", "time: Ngày kết luận | Day raised", "due", "inspection", "unit"),
			columns("finding.remedied", "time: Ngày khắc phục xong | Day remedied"),
		),
	},
	{
		ID: "indicator", Family: event.Indicator, Title: Text{"Chỉ tiêu tổ chức, biên chế", "Indicators of the organisation"},
		Says: Text{
			"Mỗi dòng là một chỉ tiêu của một cơ quan trong một kỳ: đã đạt và được giao.",
			"A row is one indicator of an agency for a period: what was reached, and what was asked.",
		},
		Types:   []event.Type{"indicator.reported"},
		Columns: columns("indicator.reported", "agency", "indicator", "period", "time: Ngày chốt số liệu | Day of the figures", "value", "target"),
	},
	{
		ID: "task", Family: event.Task, Title: Text{"Nhiệm vụ được giao", "Tasks"},
		Says: Text{
			"Mỗi dòng là một nhiệm vụ được giao, với những gì đã biết đến lúc này.",
			"A row is a task that was assigned, with all that is known of it by now.",
		},
		Types: []event.Type{
			"task.assigned", "task.accepted", "task.rescheduled", "task.reported", "task.returned_for_rework", "task.completed", "task.cancelled", "task.voided",
		},
		Columns: join(
			columns("task.assigned", "subject: Mã nhiệm vụ | Task code", "agency", "time: Ngày giao | Day assigned", "due", "agencies",
				"issuer", "document", "kind", "unit"),
			columns("task.reported", "time: Ngày báo cáo hoàn thành | Day reported as done"),
			columns("task.completed", "time: Ngày xác nhận hoàn thành | Day completion was confirmed"),
			columns("task.cancelled", "time: Ngày hủy nhiệm vụ | Day cancelled"),
		),
	},
	{
		ID: "tally", Family: event.Source, Title: Text{"Số tự đếm theo sổ", "Tallies"},
		Says: Text{
			"Mỗi dòng là số vụ việc mở trong một ngày theo sổ của cơ quan, để biết tài khoản này đã nhập đủ chưa.",
			"A row is how many cases the book says were opened on a day, to tell whether this account has entered all of them.",
		},
		Types:   []event.Type{"source.tally"},
		Columns: columns("source.tally", "agency", "family", "day", "count"),
	},
}
