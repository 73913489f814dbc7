package dashboards

import (
	"context"

	"tiendo/internal/event"
	"tiendo/internal/kpi"
)

// Sent is how many events of a family were sent since the server's start, by what became of them.
type Sent struct {
	Family             string
	Accepted, Rejected uint64
}

// doubts are the figures of doubtful data that agencies and sources are compared by; the delay leads, for it is had of all.
var doubts = []string{
	"quality.report_delay_p90", "quality.no_deadline_rate", "quality.no_level_rate", "quality.due_changed_rate", "quality.collision_rate",
	"quality.orphan_rate", "quality.backdated_rate", "quality.impossible_rate", "quality.foreign_rate",
}

// stated are the openings of which sources may state how many there were.
var stated = []string{"dossier.received", "task.assigned", "petition.received", "finding.raised"}

// qualityPage is "/quality": how far the figures of all other pages can be believed.
func qualityPage() *page {
	of := &domain{
		path: "/quality", name: inBoth{"Chất lượng dữ liệu", "Data quality"}, title: inBoth{"Chất lượng dữ liệu", "Quality of data"},
		filters: []string{"agency"}, lists: "dossier.received",
		sections: []section{
			{
				id: "arrival", name: inBoth{"Dữ liệu có đến không", "Does data arrive"},
				says: inBoth{
					"Cơ quan, nguồn im lặng lâu hơn mức ngẫu nhiên; số nguồn tự báo so với số đã nhận; sự kiện bị từ chối từ khi máy chủ khởi động.",
					"Agencies and sources that are silent for longer than chance explains; what sources state against what was received; events that were refused since the server's start.",
				},
				cards: []string{"quality.report_delay_p90", "quality.foreign_rate"},
				lists: arrivals,
			},
			{
				id: "openings", name: inBoth{"Khi tiếp nhận", "At the opening"},
				says:   inBoth{"Thiếu hạn, thiếu mức độ hay ngoài lịch thì không có trong tỷ lệ đúng hạn; sửa hạn và trùng mã làm tỷ lệ ấy đáng ngờ.", "Without a deadline, a level or a calendar a dossier is in no on-time rate; edited deadlines and colliding codes make that rate doubtful."},
				cards:  []string{"quality.no_deadline_rate", "quality.no_level_rate", "quality.no_calendar_rate", "quality.due_changed_rate", "quality.collision_rate"},
				charts: []monthChart{{inBoth{"Khi tiếp nhận, theo tháng", "At the opening, by month"}, []string{"quality.no_deadline_rate", "quality.due_changed_rate", "quality.collision_rate"}}},
			},
			{
				id: "closings", name: inBoth{"Khi kết thúc", "At the closing"},
				says:   inBoth{"Kết thúc không có tiếp nhận, ghi muộn hơn 24 giờ, hoặc trước cả khi tiếp nhận.", "Closings without an opening, recorded more than 24 hours late, or before their opening."},
				cards:  []string{"quality.orphan_rate", "quality.backdated_rate", "quality.impossible_rate"},
				charts: []monthChart{{inBoth{"Khi kết thúc, theo tháng", "At the closing, by month"}, []string{"quality.orphan_rate", "quality.backdated_rate", "quality.impossible_rate"}}},
			},
			{
				id: "whose", name: inBoth{"Của ai", "Whose"},
				tables: []breakdown{
					{"agency", inBoth{"Theo cơ quan", "By agency"}, doubts},
					{"source", inBoth{"Theo nguồn", "By source"}, doubts},
				},
			},
		},
	}
	page := of.page()
	page.ask = func(q *asked) []kpi.Query {
		all := of.ask(q)
		for _, id := range stated {
			all = append(all, q.whole(id))
		}
		return all
	}
	page.more = func(_ context.Context, from *sources, _ *asked) (any, error) {
		if from.sent == nil {
			return []Sent(nil), nil
		}
		return from.sent(), nil
	}
	return page
}

// plainTable is a table of texts, which lead to no cases.
type plainTable struct {
	ID, Name string
	Head     []string
	Rows     []plainRow
	// None says why there is no row.
	None string
}

type plainRow struct {
	Name, Href string
	Cells      []string
	Bad        bool
}

// arrivals are who is silent, what sources state, and what was refused.
func arrivals(p *presenter) []plainTable {
	return []plainTable{p.silence(), p.statements(), p.refused()}
}

func (p *presenter) silence() plainTable {
	t := plainTable{
		ID: "silent", Name: p.lang.of("Im lặng", "Silent"), Head: []string{p.lang.of("Cơ quan, nguồn", "Agency or source"), p.lang.of("Dữ liệu cuối cùng", "Last heard of")},
		None: p.lang.of("Không cơ quan hay nguồn nào im lặng.", "No agency and no source is silent."),
	}
	for _, q := range p.quiet {
		row := plainRow{Name: p.w.Source + " " + q.Source, Cells: []string{p.lang.day(q.Since)}, Bad: true}
		if q.Agency != "" {
			row.Name, row.Href = p.name(q.Agency), p.agencyHref(q.Agency)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (p *presenter) statements() plainTable {
	t := plainTable{
		ID: "stated", Name: p.lang.of("Đã nhận so với số nguồn tự báo", "Received of what sources state"), Head: []string{p.lang.of("Chỉ số", "Figure"), p.lang.of("Đầy đủ", "Complete")},
		None: p.lang.of("Không nguồn nào báo số đếm của mình (sự kiện source.tally), nên không biết đã nhận đủ chưa.", "No source states its own counts (the event source.tally), so nobody knows whether all has arrived."),
	}
	for _, id := range stated {
		if c := p.figure(p.whole(id)).Completeness; c != nil {
			t.Rows = append(t.Rows, plainRow{Name: p.nameOfFigure(id), Cells: []string{p.lang.percent(*c)}, Bad: *c < 0.95 || *c > 1})
		}
	}
	return t
}

func (p *presenter) refused() plainTable {
	t := plainTable{
		ID: "refused", Name: p.lang.of("Sự kiện bị từ chối", "Events refused"),
		Head: []string{p.lang.of("Loại", "Family"), p.lang.of("Đã nhận", "Accepted"), p.lang.of("Bị từ chối", "Refused")},
		None: p.lang.of("Chưa có sự kiện nào được gửi từ khi máy chủ khởi động.", "No event was sent since the server's start."),
	}
	sent, _ := p.more.([]Sent)
	for _, s := range sent {
		if s.Accepted+s.Rejected == 0 {
			continue
		}
		name := p.lang.of("không rõ", "unknown")
		if known, ok := tokenFamilies[event.Family(s.Family)]; ok {
			name = known.in(p.lang)
		}
		t.Rows = append(t.Rows, plainRow{Name: name, Cells: []string{p.lang.count(float64(s.Accepted)), p.lang.count(float64(s.Rejected))}, Bad: s.Rejected > 0})
	}
	return t
}
