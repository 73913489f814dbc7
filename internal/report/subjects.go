package report

var titleOfSummary = Names{
	"Tóm tắt kết quả thực hiện công tác cải cách hành chính",
	"Summary of administrative reform",
}

// subjects are what inspections of administrative reform ask about, in the order and the words of their reports (DOMAIN.md, S15
// and §5).
var subjects = []subject{
	{
		id: "tasks", names: Names{"Thực hiện nhiệm vụ được giao", "Assigned tasks"},
		figures: []string{
			"task.assigned", "task.with_deadline_rate", "task.shared_rate", "task.completed", "task.on_time_rate", "task.on_time_rate_first",
			"task.rework_rate", "task.open", "task.open_overdue",
		},
		sentences: []sentence{
			{
				when: none("task.assigned"),
				vi:   "{window}, {agency} không có nhiệm vụ mới được giao.", en: "{window}, no task was assigned to {agency}.",
			},
			{
				when: some("task.assigned"),
				vi:   "{window}, {agency} được giao {task.assigned} nhiệm vụ, trong đó {task.with_deadline_rate/n} nhiệm vụ có thời hạn, {task.shared_rate/n} nhiệm vụ có cơ quan phối hợp.",
				en:   "{window}, {agency} was assigned {task.assigned|task|tasks}, {task.with_deadline_rate/n} of them with a deadline and {task.shared_rate/n} with cooperating agencies.",
			},
			{when: some("task.completed"), vi: "Đã hoàn thành {task.completed} nhiệm vụ.", en: "{task.completed|task was|tasks were} completed."},
			{
				vi: "Trong {task.on_time_rate/d} nhiệm vụ có thời hạn đã hoàn thành, {task.on_time_rate/n} nhiệm vụ đúng hạn ({task.on_time_rate}); theo thời hạn giao lần đầu là {task.on_time_rate_first}.",
				en: "Of {task.on_time_rate/d|completed task|completed tasks} with a deadline {task.on_time_rate/n|was|were} on time ({task.on_time_rate}); by the first deadline {task.on_time_rate_first}.",
			},
			{
				vi: "Đến cuối kỳ còn {task.open} nhiệm vụ đang thực hiện, trong đó {task.open_overdue} nhiệm vụ quá hạn.",
				en: "At the end {task.open|task was|tasks were} open, {task.open_overdue} of them overdue.",
			},
		},
	},
	{
		id: "one_stop", names: Names{"Giải quyết thủ tục hành chính theo cơ chế một cửa, một cửa liên thông", "One-stop: settling of administrative procedures"},
		figures: []string{
			"dossier.carried_over", "dossier.received", "dossier.settled", "dossier.early", "dossier.on_time", "dossier.late", "dossier.no_deadline", "dossier.withdrawn",
			"dossier.open", "dossier.open_overdue", "dossier.on_time_rate", "dossier.on_time_rate_first", "dossier.promise_kept_rate",
			"dossier.supplement_rate", "dossier.rejection_rate", "dossier.apology_rate", "dossier.working_hours_median", "satisfaction.score",
		},
		sentences: []sentence{
			{
				vi: "Từ kỳ trước chuyển sang {dossier.carried_over} hồ sơ, tiếp nhận trong kỳ {dossier.received} hồ sơ; đã giải quyết {dossier.settled} hồ sơ, trong đó trước hạn {dossier.early}, đúng hạn {dossier.on_time}, quá hạn {dossier.late}; rút {dossier.withdrawn} hồ sơ.",
				en: "{dossier.carried_over|dossier was|dossiers were} carried over and {dossier.received} received; {dossier.settled|was|were} settled, {dossier.early} of them early, {dossier.on_time} on time and {dossier.late} late; {dossier.withdrawn|was|were} withdrawn.",
			},
			{
				vi: "Tỷ lệ giải quyết đúng hạn đạt {dossier.on_time_rate} ({dossier.on_time_rate/n}/{dossier.on_time_rate/d} hồ sơ có hạn); theo ngày hẹn trả lần đầu là {dossier.on_time_rate_first}.",
				en: "{dossier.on_time_rate} were on time ({dossier.on_time_rate/n} of {dossier.on_time_rate/d} with a deadline); by the first promised date {dossier.on_time_rate_first}.",
			},
			{
				vi: "Đến cuối kỳ đang giải quyết {dossier.open} hồ sơ, trong đó {dossier.open_overdue} hồ sơ quá hạn.",
				en: "At the end {dossier.open|dossier was|dossiers were} in settlement, {dossier.open_overdue} of them overdue.",
			},
			{
				vi: "Yêu cầu bổ sung {dossier.supplement_rate/n} hồ sơ ({dossier.supplement_rate}).",
				en: "Supplements were requested for {dossier.supplement_rate/n|dossier|dossiers} ({dossier.supplement_rate}).",
			},
			{
				when: some("dossier.late"),
				vi:   "Trong {dossier.apology_rate/d} hồ sơ giải quyết quá hạn, {dossier.apology_rate/n} hồ sơ có văn bản xin lỗi và hẹn lại ngày trả kết quả.",
				en:   "Of {dossier.apology_rate/d|dossier|dossiers} settled late {dossier.apology_rate/n} had a written apology with a new date.",
			},
			{
				vi: "Mức độ hài lòng trung bình {satisfaction.score}/5 qua {satisfaction.score/d} lượt đánh giá.",
				en: "Satisfaction was {satisfaction.score} of 5 in {satisfaction.score/d|rating|ratings}.",
			},
		},
	},
	{
		id: "online", names: Names{"Dịch vụ công trực tuyến và bưu chính công ích", "Online services and the public post"},
		figures: []string{
			"online.share", "online.uptake", "online.full_uptake", "online.payment_rate", "online.digital_result_rate", "post.received_rate", "post.returned_rate",
			"online.share:quarter", "post.received_rate:quarter", "post.returned_rate:quarter",
		},
		sentences: []sentence{
			{
				vi: "Tiếp nhận trực tuyến {online.share/n}/{online.share/d} hồ sơ ({online.share}).",
				en: "{online.share/n} of {online.share/d|dossier was|dossiers were} submitted online ({online.share}).",
			},
			{
				vi: "Đối với thủ tục cung cấp trực tuyến, tỷ lệ nộp trực tuyến là {online.uptake} ({online.uptake/n}/{online.uptake/d}).",
				en: "Of what can be submitted online {online.uptake} was ({online.uptake/n} of {online.uptake/d}).",
			},
			{
				vi: "Qua dịch vụ bưu chính công ích, tiếp nhận {post.received_rate/n} hồ sơ ({post.received_rate}), trả kết quả {post.returned_rate/n} hồ sơ ({post.returned_rate}).",
				en: "By the public post {post.received_rate/n|dossier|dossiers} came in ({post.received_rate}) and {post.returned_rate/n|result|results} went out ({post.returned_rate}).",
			},
		},
	},
	{
		id: "receptions", names: Names{"Tiếp công dân", "Citizen reception"},
		figures: []string{"reception.sessions", "reception.people", "reception.cases", "reception.by_leader_rate"},
		sentences: []sentence{
			{
				vi: "Tiếp công dân {reception.sessions} lượt, {reception.people} người, {reception.cases} vụ việc.",
				en: "Citizens were received in {reception.sessions|session|sessions}, {reception.people|person|people} with {reception.cases|case|cases}.",
			},
			{
				vi: "Người đứng đầu trực tiếp tiếp {reception.by_leader_rate/n}/{reception.by_leader_rate/d} lượt.",
				en: "The head received in person in {reception.by_leader_rate/n} of {reception.by_leader_rate/d|session|sessions}.",
			},
		},
	},
	{
		id: "petitions", names: Names{"Giải quyết đơn khiếu nại, tố cáo, kiến nghị, phản ánh", "Petitions"},
		figures: []string{
			"petition.received", "petition.received:kind", "petition.settled", "petition.not_accepted", "petition.forwarded", "petition.open_overdue", "petition.on_time_rate",
		},
		sentences: []sentence{
			{
				vi: "Tiếp nhận {petition.received} đơn, gồm {petition.received:complaint} khiếu nại, {petition.received:denunciation} tố cáo, {petition.received:suggestion} kiến nghị, phản ánh.",
				en: "{petition.received|petition was|petitions were} received: {petition.received:complaint|complaint|complaints}, {petition.received:denunciation|denunciation|denunciations}, {petition.received:suggestion|suggestion|suggestions}.",
			},
			{
				vi: "Đã giải quyết {petition.settled} đơn, không thụ lý {petition.not_accepted} đơn, chuyển cơ quan khác {petition.forwarded} đơn; quá hạn chưa giải quyết {petition.open_overdue} đơn.",
				en: "{petition.settled|was|were} settled, {petition.not_accepted} not accepted, {petition.forwarded} forwarded; {petition.open_overdue|was|were} open and overdue.",
			},
			{
				vi: "Tỷ lệ giải quyết đúng hạn đạt {petition.on_time_rate} ({petition.on_time_rate/n}/{petition.on_time_rate/d} đơn).",
				en: "{petition.on_time_rate} were settled on time ({petition.on_time_rate/n} of {petition.on_time_rate/d}).",
			},
		},
	},
	{
		id: "staffing", names: Names{"Tổ chức bộ máy, biên chế, tinh giản biên chế", "Organisation and staff"},
		figures: []string{
			"org.staffing_ratio", "org.streamlining_ratio", "org.merger_ratio", "org.training_ratio", "org.iso_ratio", "org.work_file_ratio",
		},
		sentences: []sentence{
			{
				when: within("org.staffing_ratio"),
				vi:   "Biên chế có mặt {org.staffing_ratio/n}/{org.staffing_ratio/d} biên chế được giao, trong phạm vi được giao.",
				en:   "{org.staffing_ratio/n|member of staff is|staff are} present of a quota of {org.staffing_ratio/d}, which is within the quota.",
			},
			{
				when: beyond("org.staffing_ratio"),
				vi:   "Biên chế có mặt {org.staffing_ratio/n}/{org.staffing_ratio/d} biên chế được giao, vượt số được giao.",
				en:   "{org.staffing_ratio/n|member of staff is|staff are} present of a quota of {org.staffing_ratio/d}, which is more than the quota.",
			},
			{
				vi: "Tinh giản biên chế {org.streamlining_ratio/n}/{org.streamlining_ratio/d} theo kế hoạch.",
				en: "{org.streamlining_ratio/n} of {org.streamlining_ratio/d|post was|posts were} streamlined as planned.",
			},
			{
				vi: "Sắp xếp {org.merger_ratio/n}/{org.merger_ratio/d} đơn vị sự nghiệp theo kế hoạch.",
				en: "{org.merger_ratio/n} of {org.merger_ratio/d|public unit was|public units were} merged as planned.",
			},
			{
				vi: "Đào tạo, bồi dưỡng {org.training_ratio/n}/{org.training_ratio/d} lượt người theo kế hoạch.",
				en: "{org.training_ratio/n} of {org.training_ratio/d|person was|people were} trained as planned.",
			},
			{
				vi: "Áp dụng hệ thống quản lý chất lượng ISO cho {org.iso_ratio/n}/{org.iso_ratio/d} thủ tục hành chính.",
				en: "{org.iso_ratio/n} of {org.iso_ratio/d|procedure runs|procedures run} under ISO.",
			},
			{
				vi: "Lập và lưu {org.work_file_ratio/n}/{org.work_file_ratio/d} hồ sơ công việc phải lập.",
				en: "{org.work_file_ratio/n} of {org.work_file_ratio/d|work file was|work files were} kept and archived.",
			},
		},
	},
	{
		id: "findings", names: Names{"Tồn tại, hạn chế qua kiểm tra và việc khắc phục", "Findings of inspections and their remedy"},
		figures: []string{"finding.raised", "finding.raised:kind", "finding.settled", "finding.on_time_rate", "finding.open_overdue"},
		sentences: []sentence{
			{when: none("finding.raised"), vi: "Trong kỳ không có tồn tại, hạn chế mới được nêu.", en: "No shortcoming was found in the period."},
			{
				when: some("finding.raised"),
				vi:   "Qua kiểm tra đã nêu {finding.raised} tồn tại, hạn chế, trong đó về một cửa {finding.raised:one_stop}, ISO {finding.raised:iso}, lập hồ sơ công việc {finding.raised:work_files}, kỷ luật, kỷ cương {finding.raised:discipline}.",
				en:   "Inspections found {finding.raised|shortcoming|shortcomings}: one-stop {finding.raised:one_stop}, ISO {finding.raised:iso}, work files {finding.raised:work_files}, discipline {finding.raised:discipline}.",
			},
			{
				vi: "Đã khắc phục {finding.settled}; quá hạn chưa khắc phục {finding.open_overdue}.",
				en: "{finding.settled|was|were} remedied; {finding.open_overdue|is|are} overdue.",
			},
			{
				vi: "Khắc phục đúng hạn {finding.on_time_rate/n}/{finding.on_time_rate/d}.",
				en: "{finding.on_time_rate/n} of {finding.on_time_rate/d|was|were} remedied on time.",
			},
		},
	},
}
