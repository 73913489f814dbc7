package dashboards

// organisationPage is "/organisation": staff and structure as agencies report them, and what inspections have found.
func organisationPage() *page {
	return (&domain{
		path: "/organisation", name: inBoth{"Tổ chức", "Organisation"}, title: inBoth{"Tổ chức, biên chế, kiểm tra", "Organisation, staff, inspections"},
		filters: []string{"agency"}, lists: []string{"finding.raised"},
		sections: []section{
			{
				id: "reported", event: "indicator.reported", name: inBoth{"Do cơ quan báo cáo", "As agencies report"},
				says: inBoth{
					"Số thực hiện so với số giao hoặc kế hoạch, theo báo cáo mới nhất của mỗi cơ quan trong kỳ. Cơ quan chưa báo cáo hoặc báo cáo thiếu số giao không nằm trong tỷ lệ.",
					"What was done against the quota or plan, by each agency's newest report in the period. Who has not reported, or without a plan, is in no ratio.",
				},
				cards: []string{"org.staffing_ratio", "org.streamlining_ratio", "org.merger_ratio", "org.iso_ratio", "org.training_ratio", "org.work_file_ratio"},
				tables: []breakdown{{"agency", inBoth{"Theo cơ quan", "By agency"}, []string{
					"org.staffing_ratio", "org.streamlining_ratio", "org.merger_ratio", "org.iso_ratio", "org.training_ratio", "org.work_file_ratio",
				}}},
			},
			{
				id: "findings", event: "finding.raised", name: inBoth{"Tồn tại qua kiểm tra và việc khắc phục", "Inspection findings and their remedies"},
				cards: []string{"finding.raised", "finding.settled", "finding.open_overdue", "finding.on_time_rate"},
				charts: []monthChart{
					{inBoth{"Tồn tại phát hiện và đã khắc phục", "Findings raised and remedied"}, []string{"finding.raised", "finding.settled"}},
					{inBoth{"Khắc phục đúng hạn", "Remedied on time"}, []string{"finding.on_time_rate"}},
				},
				tables: []breakdown{
					{"kind", inBoth{"Theo lĩnh vực kiểm tra", "By area"}, []string{"finding.raised", "finding.settled", "finding.open_overdue", "finding.on_time_rate"}},
					{"agency", inBoth{"Theo cơ quan", "By agency"}, []string{"finding.open_overdue", "finding.raised", "finding.settled", "finding.on_time_rate"}},
				},
			},
		},
	}).page()
}
