package dashboards

// tasksPage is "/tasks": what leaders have assigned, and whether it is done by its deadline.
func tasksPage() *page {
	return (&domain{
		path: "/tasks", name: inBoth{"Nhiệm vụ", "Tasks"}, title: inBoth{"Nhiệm vụ được giao", "Assigned tasks"},
		filters: []string{"agency", "issuer", "helper", "kind"}, lists: []string{"task.assigned"},
		sections: []section{
			{
				id: "now", event: "task.assigned", open: "task.open", name: inBoth{"Đúng hạn và còn lại", "On time, and left to do"},
				cards: []string{"task.on_time_rate", "task.open", "task.open_overdue", "task.assigned", "task.completed", "task.cancelled"},
			},
			{
				id: "by-day", name: inBoth{"Thời hạn từng ngày", "Deadlines day by day"},
				says: inBoth{
					"Mỗi ô là một ngày có thời hạn: màu càng đậm, phần không xong đúng ngày ấy càng lớn; số trong ô là số thời hạn. Bấm vào ô để xem các nhiệm vụ.",
					"Each square is a day with deadlines: the darker, the more of them were missed; the number is how many deadlines fell on it. A click shows the tasks.",
				},
				special: &special{ask: deadlineQuestions, view: (*presenter).deadlines},
			},
			{
				id: "months", name: inBoth{"Theo tháng", "By month"},
				charts: []monthChart{
					{inBoth{"Nhiệm vụ đúng hạn", "Tasks on time"}, []string{"task.on_time_rate", "task.on_time_rate_first", "task.promise_kept_rate"}},
					{inBoth{"Đang thực hiện, cuối tháng", "Open, end of month"}, []string{"task.open", "task.open_overdue"}},
					{inBoth{"Được giao và hoàn thành", "Assigned and completed"}, []string{"task.assigned", "task.completed"}},
				},
			},
			{
				id: "who", name: inBoth{"Ai giao, ai chủ trì, ai phối hợp", "Who assigns, who leads, who helps"},
				tables: []breakdown{
					{"agency", inBoth{"Theo cơ quan chủ trì", "By lead agency"}, []string{"task.open_overdue", "task.open", "task.assigned", "task.completed", "task.on_time_rate", "task.on_time_rate_first", "task.promise_kept_rate", "task.rework_rate", "task.confirm_days_p90"}},
					{"issuer", inBoth{"Theo cơ quan giao", "By issuer"}, []string{"task.open_overdue", "task.open", "task.assigned", "task.completed", "task.on_time_rate", "task.with_deadline_rate", "task.shared_rate"}},
					{"helper", inBoth{"Theo cơ quan phối hợp", "By helping agency"}, []string{"task.open_overdue", "task.open", "task.assigned", "task.completed", "task.on_time_rate"}},
				},
			},
			{
				id: "how", name: inBoth{"Cách giao và cách làm", "How tasks are given and done"},
				cards: []string{"task.with_deadline_rate", "task.shared_rate", "task.rework_rate", "task.on_time_rate_first", "task.promise_kept_rate", "task.confirm_days_p90"},
			},
		},
	}).page()
}
