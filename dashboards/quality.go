package dashboards

import (
	"context"
	"fmt"
	"time"

	"tiendo/internal/event"
	"tiendo/internal/kpi"
)

// Sent is how many events of a family were sent since the server's start, by what became of them.
type Sent struct {
	Family             string
	Accepted, Rejected uint64
}

// Aside is a part of the log whose events are in no figure: the engine refused it, or it is damaged.
type Aside struct {
	// Events is how many it holds and Arrival when they came; 0 where that cannot be read.
	Events  int
	Arrival time.Time
	// Replayable says that it is whole, and may be taken once what was wrong is mended.
	Replayable bool
}

// arrived is what the page shows of the way that events take.
type arrived struct {
	sent  []Sent
	aside []Aside
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
		filters: []string{"agency"}, lists: everyAgency,
		sections: []section{
			{
				id: "arrival", name: inBoth{"Dữ liệu có đến không", "Does data arrive"},
				says: inBoth{
					"Cơ quan, nguồn im lặng lâu hơn mức ngẫu nhiên; số nguồn tự báo so với số đã nhận; sự kiện bị từ chối từ khi máy chủ khởi động; phần nhật ký đã nhận mà chưa có trong số liệu.",
					"Agencies and sources that are silent for longer than chance explains; what sources state against what was received; events that were refused since the server's start; parts of the log that were taken and are in no figure.",
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
		var a arrived
		var err error
		if from.sent != nil {
			a.sent = from.sent()
		}
		if from.aside != nil {
			if a.aside, err = from.aside(); err != nil {
				return nil, fmt.Errorf("look for what was set aside of the log: %w", err)
			}
		}
		return a, nil
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

// arrivals are who is silent, what sources state, what was refused, and what was set aside.
func arrivals(p *presenter) []plainTable {
	a, _ := p.more.(arrived)
	return []plainTable{p.silence(), p.statements(), p.refused(a.sent), p.setAside(a.aside)}
}

func (p *presenter) silence() plainTable {
	t := plainTable{
		ID: "silent", Name: p.lang.of("Im lặng", "Silent"), Head: []string{p.lang.of("Cơ quan, nguồn", "Agency or source"), p.lang.of("Về", "In"), p.lang.of("Dữ liệu cuối cùng", "Last heard of")},
		None: p.lang.of("Không cơ quan hay nguồn nào im lặng.", "No agency and no source is silent."),
	}
	for _, q := range p.quiet {
		row := plainRow{Name: p.w.Source + " " + q.Source, Cells: []string{p.familiesOf(q), p.lang.day(q.Since)}, Bad: true}
		if q.Agency != "" {
			row.Name, row.Href = p.name(q.Agency), p.agencyHref(q.Agency)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (p *presenter) statements() plainTable {
	t := plainTable{
		ID: "stated", Name: p.lang.of("Đã nhận so với số nguồn tự báo", "Received of what sources state"), Head: []string{p.lang.of("Chỉ số", "Figure"), p.lang.of("Đầy đủ", "Complete"), p.lang.of("Đã nhận", "Received"), p.lang.of("Nguồn tự báo", "Stated")},
		None: p.lang.of("Không nguồn nào báo số đếm của mình (sự kiện source.tally), nên không biết đã nhận đủ chưa.", "No source states its own counts (the event source.tally), so nobody knows whether all has arrived."),
	}
	for _, id := range stated {
		if of := p.figure(p.whole(id)).CompletenessOf; of != nil {
			share := of.Share()
			t.Rows = append(t.Rows, plainRow{Name: p.nameOfFigure(id), Cells: []string{
				p.lang.percent(share), p.lang.count(float64(of.Received)), p.lang.count(float64(of.Stated)),
			}, Bad: share < 0.95 || share > 1})
		}
	}
	return t
}

func (p *presenter) refused(sent []Sent) plainTable {
	t := plainTable{
		ID: "refused", Name: p.lang.of("Sự kiện bị từ chối", "Events refused"),
		Head: []string{p.lang.of("Loại", "Family"), p.lang.of("Đã nhận", "Accepted"), p.lang.of("Bị từ chối", "Refused")},
		None: p.lang.of("Chưa có sự kiện nào được gửi từ khi máy chủ khởi động.", "No event was sent since the server's start."),
	}
	for _, s := range sent {
		if s.Accepted+s.Rejected == 0 {
			continue
		}
		name := p.lang.of("không rõ", "unknown")
		if known, ok := familyNames[event.Family(s.Family)]; ok {
			name = known.in(p.lang)
		}
		t.Rows = append(t.Rows, plainRow{Name: name, Cells: []string{p.lang.count(float64(s.Accepted)), p.lang.count(float64(s.Rejected))}, Bad: s.Rejected > 0})
	}
	return t
}

// setAside is what was accepted and is in no figure, and what to do about it.
func (p *presenter) setAside(all []Aside) plainTable {
	t := plainTable{
		ID: "aside", Name: p.lang.of("Đã nhận nhưng chưa có trong số liệu", "Accepted, and in no figure"),
		Head: []string{p.lang.of("Vì sao", "Why"), p.lang.of("Số phần", "Parts"), p.lang.of("Sự kiện", "Events"), p.lang.of("Từ khi", "Since"), p.lang.of("Cần làm gì", "What to do")},
		None: p.lang.of("Không có: mọi sự kiện đã nhận đều đã vào cơ sở dữ liệu hoặc đang chờ đến lượt.", "None: all that was accepted is stored, or waits for its turn."),
	}
	for _, kind := range []struct {
		replayable bool
		why, then  inBoth
	}{
		{true, inBoth{"Cơ sở dữ liệu không nhận", "The engine refused it"}, inBoth{"Xem nhật ký máy chủ, sửa nguyên nhân, rồi chạy tiendo replay.", "Read why in the server's log, mend that, then run tiendo replay."}},
		{false, inBoth{"Hỏng trên đĩa", "Damaged on disk"}, inBoth{"Kiểm tra đĩa; xem các tệp bằng tiendo replay --list, nhờ nguồn gửi lại, rồi xóa tệp.", "Check the disk; see the files with tiendo replay --list, have the source send again, then remove them."}},
	} {
		parts, events := 0, 0
		var since time.Time
		for _, a := range all {
			if a.Replayable != kind.replayable {
				continue
			}
			parts, events = parts+1, events+a.Events
			if since.IsZero() || !a.Arrival.IsZero() && a.Arrival.Before(since) {
				since = a.Arrival
			}
		}
		if parts == 0 {
			continue
		}
		row := plainRow{Name: kind.why.in(p.lang), Cells: []string{p.lang.count(float64(parts)), none, none, kind.then.in(p.lang)}, Bad: true}
		if events > 0 {
			row.Cells[1] = p.lang.count(float64(events))
		}
		if !since.IsZero() {
			row.Cells[2] = p.lang.minute(since.In(p.zone).Truncate(time.Second))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
