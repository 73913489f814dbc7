package dashboards

// citizensPage is "/citizens": what people ask of the city beside procedures, and what they think of it.
func citizensPage() *page {
	return (&domain{
		path: "/citizens", name: inBoth{"Công dân", "Citizens"}, title: inBoth{"Đơn thư, tiếp công dân, mức độ hài lòng", "Petitions, receptions, satisfaction"},
		filters: []string{"agency", "kind"}, lists: []string{"petition.received"},
		sections: []section{
			{
				id: "petitions", event: "petition.received", name: inBoth{"Đơn thư: khiếu nại, tố cáo, kiến nghị, phản ánh", "Petitions: complaints, denunciations, suggestions"},
				cards: []string{"petition.received", "petition.on_time_rate", "petition.open_overdue", "petition.settled", "petition.not_accepted", "petition.forwarded"},
				charts: []monthChart{
					{inBoth{"Đơn tiếp nhận và đã giải quyết", "Petitions received and settled"}, []string{"petition.received", "petition.settled"}},
					{inBoth{"Đơn đúng hạn", "Petitions on time"}, []string{"petition.on_time_rate"}},
				},
				tables: []breakdown{
					{"kind", inBoth{"Theo loại đơn", "By kind"}, []string{"petition.received", "petition.settled", "petition.on_time_rate", "petition.open_overdue", "petition.not_accepted", "petition.forwarded"}},
					{"agency", inBoth{"Theo cơ quan", "By agency"}, []string{"petition.open_overdue", "petition.received", "petition.settled", "petition.on_time_rate", "petition.not_accepted", "petition.forwarded"}},
				},
			},
			{
				id: "receptions", event: "reception.held", name: inBoth{"Tiếp công dân", "Citizen reception"},
				says:   inBoth{"Người đứng đầu phải trực tiếp tiếp công dân theo lịch; phần ấy đứng cạnh số lượt.", "The head of an agency receives citizens in person on fixed days; how often stands beside all sessions."},
				cards:  []string{"reception.sessions", "reception.people", "reception.cases", "reception.by_leader_rate"},
				charts: []monthChart{{inBoth{"Lượt tiếp và vụ việc", "Sessions and cases"}, []string{"reception.sessions", "reception.cases"}}, {inBoth{"Lãnh đạo trực tiếp tiếp", "By the head in person"}, []string{"reception.by_leader_rate"}}},
				tables: []breakdown{{"agency", inBoth{"Theo cơ quan", "By agency"}, []string{"reception.sessions", "reception.people", "reception.cases", "reception.by_leader_rate"}}},
			},
			{
				id: "satisfaction", event: "dossier.rated", name: inBoth{"Mức độ hài lòng", "Satisfaction"},
				says:   inBoth{"Chỉ người đã chấm điểm: ít người chấm thì điểm nói ít; hãy đọc cùng n.", "Only of those who rated: few ratings say little, so read it with n."},
				cards:  []string{"satisfaction.score"},
				tables: []breakdown{{"agency", inBoth{"Theo cơ quan", "By agency"}, []string{"satisfaction.score"}}},
			},
		},
	}).page()
}
