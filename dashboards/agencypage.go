package dashboards

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tiendo/internal/kpi"
	"tiendo/internal/stats"
)

// agencyPage is "/agencies/{code}": what an inspection takes along. Everything of one agency stands beside the median of its
// group and its own period before, on two sheets of paper.
func agencyPage() *page {
	return &page{
		path: "/agencies/{agency}", name: inBoth{"Cơ quan", "Agency"}, title: inBoth{"Cơ quan", "Agency"}, template: "agency",
		filters: []string{"agency"}, lists: everyAgency, phrases: agencyPhrases,
		ask: agencyQuestions, view: func(p *presenter) (any, error) { return p.agency() },
	}
}

// everyAgency are the figures of which one at least knows an agency that something was told of: not each has dossiers.
var everyAgency = []string{"dossier.received", "leg.received", "task.assigned", "petition.received", "reception.sessions", "finding.raised"}

var agencyPhrases = phrases{
	"open":        {"Đang còn lại", "What is open"},
	"openSays":    {"Ở cuối kỳ, hoặc lúc này nếu kỳ còn chạy. Mỗi con số dẫn đến các vụ việc của nó.", "At the end of the period, or now while it runs. Each figure leads to its cases."},
	"compared":    {"So với nhóm và kỳ trước", "Against the group, and the period before"},
	"comparedOf":  {"Trung vị là của các cơ quan trong nhóm “%s” có số liệu. ▲ tốt hơn, ▼ kém hơn: chỉ đặt khi khoảng tin cậy 95 %% nằm hẳn về một phía của trung vị. Ở cột Thay đổi, ▲ là tăng, ▼ là giảm.", "The median is of those agencies of the group “%s” that have the figure. ▲ better, ▼ worse: only where the whole 95%% interval is on one side of it, and the others together differ by more than chance. In the column Change, ▲ is up and ▼ is down."},
	"allAgencies": {"mọi cơ quan", "all agencies"},
	"figure":      {"Chỉ số", "Figure"},
	"here":        {"Cơ quan này", "This agency"},
	"median":      {"Trung vị nhóm", "Group's median"},
	"of":          {"%d cơ quan", "%d agencies"},
	"target":      {"Mục tiêu", "Target"},
	"change":      {"Thay đổi", "Change"},
	"promised":    {"Đã hẹn, đã giữ", "Promised, and kept"},
	"findings":    {"Tồn tại qua kiểm tra", "Inspection findings"},
	"noFindings":  {"Không có tồn tại nào được nêu hay khắc phục trong kỳ.", "No finding was raised or remedied in the period."},
	"summary":     {"Tóm tắt phục vụ kiểm tra", "Summary for an inspection"},
	"form06a":     {"Biểu 06a", "Form 06a"},
	"better":      {"tốt hơn trung vị", "better than the median"},
	"worse":       {"kém hơn trung vị", "worse than the median"},
	"quiet":       {"Không còn dữ liệu mới từ", "Nothing new is heard since"},
	"kept":        {"Đúng hạn và giữ đúng hẹn theo tháng", "On time, and promises kept, by month"},
	"left":        {"Hồ sơ đang giải quyết, cuối tháng", "Dossiers in settlement, end of month"},
}

// compared are the figures of the comparison, by subject.
var compared = []struct {
	name inBoth
	ids  []string
}{
	{inBoth{"Hồ sơ thủ tục hành chính", "Dossiers"}, []string{
		"dossier.on_time_rate", "dossier.on_time_rate_first", "dossier.promise_kept_rate", "dossier.working_hours_median", "dossier.supplement_rate",
		"dossier.reschedule_rate", "dossier.apology_rate", "leg.on_time_rate", "satisfaction.score",
	}},
	{inBoth{"Trực tuyến, bưu chính", "Online and by post"}, []string{
		"online.uptake", "online.full_uptake", "online.payment_rate", "online.digital_result_rate", "post.returned_rate",
	}},
	{inBoth{"Nhiệm vụ được giao", "Assigned tasks"}, []string{"task.on_time_rate", "task.on_time_rate_first", "task.promise_kept_rate", "task.rework_rate"}},
	{inBoth{"Đơn thư, tiếp công dân", "Petitions and receptions"}, []string{"petition.on_time_rate", "reception.by_leader_rate"}},
	{inBoth{"Kiểm tra", "Inspections"}, []string{"finding.on_time_rate"}},
	{inBoth{"Tổ chức, biên chế", "Organisation and staff"}, []string{
		"org.staffing_ratio", "org.streamlining_ratio", "org.merger_ratio", "org.iso_ratio", "org.training_ratio", "org.work_file_ratio",
	}},
	{inBoth{"Chất lượng dữ liệu", "Quality of data"}, []string{
		"quality.report_delay_p90", "quality.no_deadline_rate", "quality.due_changed_rate", "quality.orphan_rate", "quality.backdated_rate",
	}},
}

// left is the work that an agency has open; only what is due soon has no past.
var left = []string{
	"dossier.open", "dossier.open_overdue", "dossier.due_soon", "dossier.open_paused", "dossier.awaiting",
	"task.open", "task.open_overdue", "petition.open_overdue", "finding.open_overdue",
}

// promised are the figures of the charts by month.
var promised = []string{"dossier.on_time_rate", "dossier.on_time_rate_first", "dossier.promise_kept_rate", "dossier.open", "dossier.open_overdue"}

var findingsTable = breakdown{"kind", inBoth{"Theo lĩnh vực", "By area"}, []string{"finding.raised", "finding.settled", "finding.open_overdue", "finding.on_time_rate"}}

// grouping are the questions that tell of which group agencies are; several, for not every agency has dossiers.
func (q *asked) grouping() []kpi.Query {
	var all []kpi.Query
	for _, id := range []string{"dossier.received", "task.assigned", "petition.received"} {
		all = append(all, kpi.Query{ID: id, Period: q.months, By: []string{"agency", "group"}})
	}
	return all
}

// peers asks for a figure of every agency.
func (q *asked) peers(id string) kpi.Query {
	return kpi.Query{ID: id, Period: q.period, By: []string{"agency"}}
}

func agencyQuestions(q *asked) []kpi.Query {
	all := q.grouping()
	for _, id := range left {
		if q.asksSoon(id) {
			all = append(all, q.whole(id))
			if id != "dossier.due_soon" {
				all = append(all, q.earlier(id))
			}
		}
	}
	for _, subject := range compared {
		for _, id := range subject.ids {
			all = append(all, q.earlier(id), q.peers(id)) // the agency itself is one of them
		}
	}
	for _, id := range promised {
		all = append(all, q.byMonth(id))
	}
	for _, id := range findingsTable.columns {
		all = append(all, q.by(id, findingsTable.by))
	}
	return all
}

// asksSoon says that a figure is asked for: what was due soon on a day long past, or will be in a period that has not begun, is
// nobody's question.
func (q *asked) asksSoon(id string) bool { return q.underWay() || id != "dossier.due_soon" }

// agencyView is the model of the page.
type agencyView struct {
	Code, Group string
	// Silent says that the agency has no case in the period, and had none before it.
	Silent bool
	// Quiet are since when nothing is heard of the agency, and in what.
	Quiet    []string
	Open     []card
	Subjects []subjectView
	Charts   []chart
	Findings breakdownView
	// Papers lead to what can be handed in of the agency and period.
	Papers []choice
}

type subjectView struct {
	Name string
	Rows []comparedRow
}

// comparedRow is a figure of the agency beside others.
type comparedRow struct {
	Name, Says string
	Here       cell
	Interval   string
	// Standing is "better" or "worse" than the group's median by more than chance; "" for neither.
	Standing string
	// Median is that of the group, Of how many agencies.
	Median, Of             string
	Target, Before, Change string
	// Then is what the value before was made of.
	Then string
	Tone string
}

func (p *presenter) agency() (*agencyView, error) {
	code := p.where["agency"][0]
	v := &agencyView{Code: code, Group: p.t("allAgencies"), Silent: true}
	peers := p.peersOf(code)
	if peers != nil {
		v.Group = p.names("group", peers.group, p.lang)
	}
	for _, q := range p.quiet {
		if q.Agency == code {
			v.Quiet = append(v.Quiet, fmt.Sprintf("%s (%s)", p.lang.day(q.Since), p.familiesOf(q)))
		}
	}
	for _, id := range left {
		if p.asksSoon(id) {
			c := p.card(id)
			c.Spark = nil
			v.Silent = v.Silent && (c.Value.Exact == "" || c.Value.Exact == "0")
			v.Open = append(v.Open, c)
		}
	}
	for _, subject := range compared {
		s := subjectView{Name: subject.name.in(p.lang)}
		for _, id := range subject.ids {
			row := p.compare(id, peers)
			v.Silent = v.Silent && row.Here.Value.Exact == ""
			s.Rows = append(s.Rows, row)
		}
		v.Subjects = append(v.Subjects, s)
	}
	for i, of := range []monthChart{{agencyPhrases["kept"], promised[:3]}, {agencyPhrases["left"], promised[3:]}} {
		made, err := p.overMonths("agency-"+strconv.Itoa(i), of)
		if err != nil {
			return nil, err
		}
		v.Charts = append(v.Charts, made)
	}
	v.Findings = p.breakdown("findings-by-kind", findingsTable)
	params := url.Values{"agency": {code}, "period": {p.period.ID}, "lang": {string(p.lang)}}.Encode()
	v.Papers = []choice{{p.t("summary"), "/reports/summary?" + params, false}, {p.t("form06a"), "/reports/06a?" + params, false}}
	return v, nil
}

// peerGroup is the agencies of one group.
type peerGroup struct {
	group string
	codes map[string]bool
}

// peersOf are the agencies of an agency's group, itself among them; nil if it has none.
func (p *presenter) peersOf(code string) *peerGroup {
	groups := map[string]string{}
	for _, q := range p.grouping() {
		for _, r := range p.figure(q).Rows {
			if group := textOf(r.Keys.Of("group")); group != "" {
				groups[textOf(r.Keys.Of("agency"))] = group
			}
		}
	}
	own, ok := groups[code]
	if !ok {
		return nil
	}
	peers := &peerGroup{own, map[string]bool{}}
	for other, group := range groups {
		if group == own {
			peers.codes[other] = true
		}
	}
	return peers
}

// median is that of the values of the agencies of a group, of all where there is none: of n of them; nil if none has the figure. others are
// the parts of a rate of all the other agencies together.
func (p *presenter) median(id string, peers *peerGroup) (median *float64, n int, others stats.Share) {
	var values []float64
	for _, r := range p.figure(p.peers(id)).Rows {
		code := textOf(r.Keys.Of("agency"))
		if r.Value == nil || peers != nil && !peers.codes[code] {
			continue
		}
		values = append(values, *r.Value)
		if code != p.where["agency"][0] {
			others.K, others.N = others.K+valueOf(r.Numerator), others.N+valueOf(r.Denominator)
		}
	}
	if len(values) == 0 {
		return nil, 0, others
	}
	slices.Sort(values)
	m := values[len(values)/2]
	if len(values)%2 == 0 {
		m = (m + values[len(values)/2-1]) / 2
	}
	return &m, len(values), others
}

// ownRow is the agency's own row among all.
func (p *presenter) ownRow(id string) kpi.Row {
	for _, r := range p.figure(p.peers(id)).Rows {
		if textOf(r.Keys.Of("agency")) == p.where["agency"][0] {
			return r
		}
	}
	return kpi.Row{}
}

// compare is a figure of the agency beside the group's median and its own before.
func (p *presenter) compare(id string, peers *peerGroup) comparedRow {
	d, _ := kpi.ByID(id)
	q := p.whole(id)
	r, write := p.ownRow(id), p.writer(id)
	row := comparedRow{Name: p.nameOfFigure(id), Says: p.says(id), Here: p.cell(q, r), Median: none, Target: none, Before: none}
	if unit, ok := unitAfter[d.Unit]; ok {
		bare := write
		write = func(v float64) string { return bare(v) + nbsp + unit.in(p.lang) }
		if row.Here.Value.Exact != "" {
			row.Here.Value.Text += nbsp + unit.in(p.lang)
		}
	}
	if r.Low != nil && r.High != nil && r.Value != nil && !strings.HasPrefix(id, "org.") {
		row.Interval = p.lang.interval(*r.Low, *r.High)
	}
	if median, n, others := p.median(id, peers); median != nil {
		row.Median, row.Of = write(*median), p.lang.count(float64(n))
		row.Standing = againstMedian(d, r, *median, others)
	}
	if r.Target != nil {
		row.Target = write(*r.Target)
	}
	if before := p.before[id].Value; before != nil {
		row.Before, row.Then = write(*before), p.ofHowMany(d, p.before[id])
		if d.Shape == kpi.Ratio {
			row.Then = p.partsText(p.before[id])
		}
		if r.Value != nil && p.comparable(id) {
			by := *r.Value - *before
			if d.Shape == kpi.Ratio {
				row.Change, row.Tone = p.points(id, by)
			} else {
				row.Change, row.Tone = p.change(id, by, write(abs(by)), write(0))
			}
		}
	}
	return row
}

// againstMedian says whether a ratio is better or worse than the median by more than chance: its interval does not reach it, and chance would
// seldom part its cases so from those of the others (Fisher's exact test, 5 %, both sides). For where most agencies miss nothing the
// median is 100 %, which the interval of a single miss of two does not reach.
func againstMedian(d kpi.Definition, r kpi.Row, median float64, others stats.Share) string {
	if d.Shape != kpi.Ratio || d.Direction == kpi.Neutral || r.Low == nil || r.High == nil || strings.HasPrefix(d.ID, "org.") {
		return ""
	}
	k1, n1, k2, n2 := int(others.K), int(others.N), int(*r.Numerator), int(*r.Denominator)
	const seldom = 0.025
	above := *r.Low > median && stats.FellByChance(n1-k1, n1, n2-k2, n2) <= seldom
	below := *r.High < median && stats.FellByChance(k1, n1, k2, n2) <= seldom
	switch {
	case above && d.Direction == kpi.Higher, below && d.Direction == kpi.Lower:
		return "better"
	case above, below:
		return "worse"
	default:
		return ""
	}
}
