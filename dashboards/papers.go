package dashboards

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"tiendo/internal/kpi"
	"tiendo/internal/period"
	"tiendo/internal/report"
)

// Papers returns the handler of "/reports", "/reports/…" and "/signals": for those only who may see single cases in the API.
func (p *Pages) Papers() http.Handler { return p.papers }

func (p *Pages) paperRoutes() http.Handler {
	mux := http.NewServeMux()
	for path, page := range map[string]paperPage{
		"/reports": p.paperDesk, "/reports/06a": p.form06aPage, "/reports/summary": p.summaryPage, "/signals": p.signalsPage,
	} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { p.paper(w, r, page) })
	}
	mux.HandleFunc("/", p.notFound)
	return mux
}

// paperPage makes a page about what its address asks for.
type paperPage func(r *http.Request, q paperAsked, lang language) (*paperSheet, error)

// paperSheet is what is sent: the name of a template, the title, and what is on it.
type paperSheet struct {
	template, title string
	of              any
}

// paper answers with a page of papers.
func (p *Pages) paper(w http.ResponseWriter, r *http.Request, page paperPage) {
	lang, ok := p.language(w, r)
	if !ok {
		return
	}
	q, err := p.readPaper(r.URL.Query())
	if err != nil {
		p.refuse(w, r, lang, err)
		return
	}
	s, err := page(r, q, lang)
	if err != nil {
		p.refuse(w, r, lang, err)
		return
	}
	p.send(w, r, http.StatusOK, s.template, p.sheet(r, lang, s.title, s.of))
}

// paperAsked is what the address of a paper asks for.
type paperAsked struct{ report.Asked }

// readPaper reads the address of a paper. The error is a *kpi.Error.
func (p *Pages) readPaper(params url.Values) (q paperAsked, err error) {
	one := map[string]string{}
	for name := range params {
		if !slices.Contains([]string{"period", "cutoff", "agency", "lang"}, name) {
			return q, &kpi.Error{Param: name, Message: "no such parameter; leave it out", VI: "không có tham số này; hãy bỏ đi"}
		}
		if one[name], err = onlyOne(params, name); err != nil {
			return q, err
		}
	}
	parse := period.Parse
	switch q.Cutoff = cmp.Or(one["cutoff"], "calendar"); q.Cutoff {
	case "calendar":
	case "report":
		parse = period.ParseReport
	default:
		return q, &kpi.Error{Param: "cutoff", Message: "calendar or report would do", VI: "dùng được calendar (kỳ theo lịch) hoặc report (kỳ báo cáo)"}
	}
	if q.Period, err = parse(cmp.Or(one["period"], p.lastQuarter()), p.Now(), p.Location); err != nil {
		return q, &kpi.Error{Param: "period", Message: err.Error(), VI: period.Vietnamese(err)}
	}
	q.Agency = one["agency"]
	return q, nil
}

// lastQuarter is the quarter before the one that runs: what papers are usually about.
func (p *Pages) lastQuarter() string {
	now := p.Now().In(p.Location)
	t := time.Date(now.Year(), (now.Month()-1)/3*3+1-3, 1, 0, 0, 0, 0, p.Location)
	return fmt.Sprintf("%d-Q%d", t.Year(), (int(t.Month())+2)/3)
}

// href is the address of the same question elsewhere.
func (q *paperAsked) href(path string, lang language, more ...string) string {
	params := url.Values{"period": {q.Period.ID}, "lang": {string(lang)}}
	if q.Cutoff == "report" {
		params.Set("cutoff", q.Cutoff)
	}
	if q.Agency != "" {
		params.Set("agency", q.Agency)
	}
	for i := 0; i+1 < len(more); i += 2 {
		params.Set(more[i], more[i+1])
	}
	return path + "?" + params.Encode()
}

// program is the address of the same question for a program that speaks no language.
func (q *paperAsked) program(path string) string {
	address, _ := url.Parse(q.href(path, vietnamese))
	params := address.Query()
	params.Del("lang")
	return path + "?" + params.Encode()
}

// formats are the files that a paper comes as.
func (q *paperAsked) formats(path string, lang language) []choice {
	return []choice{
		{"XLSX", q.href(path, lang, "format", "xlsx"), false}, {"CSV", q.href(path, lang, "format", "csv"), false}, {"JSON", q.href(path, lang, "format", "json"), false},
	}
}

// paperWords are the words of papers' pages that the papers do not bring along.
var paperWords = phrases{
	"title": {"Báo cáo", "Reports"}, "says": {"Số liệu trên mọi báo cáo là các chỉ số của danh mục, không đếm lại theo cách khác.", "Every number on a report is a figure of the catalogue; nothing is counted a second way."},
	"06a": {"Biểu 06a: kết quả giải quyết thủ tục hành chính", "Form 06a: settling of administrative procedures"}, "06aSays": {"Theo lĩnh vực và thủ tục, của một cơ quan hoặc toàn thành phố; chỉ in khi các đẳng thức của biểu đều đúng.", "By field and procedure, of one agency or the city; printed only where the form's identities hold."},
	"summary": {"Tóm tắt phục vụ kiểm tra cải cách hành chính", "Summary for an inspection of administrative reform"}, "summarySays": {"Nhiệm vụ, một cửa, trực tuyến và bưu chính, tiếp công dân, đơn thư, biên chế, tồn tại qua kiểm tra.", "Tasks, one-stop, online and post, receptions, petitions, staff, findings."},
	"period": {"Kỳ", "Period"}, "cutoff": {"Chốt số liệu", "Cut-off"}, "calendar": {"theo lịch", "calendar"}, "report": {"từ ngày 15 đến ngày 14", "from the 15th to the 14th"},
	"agency": {"Cơ quan", "Agency"}, "whole": {"Toàn thành phố", "The whole city"}, "page": {"Xem trang in A4", "A4 page"}, "back": {"Báo cáo khác", "Other reports"}, "print": {"Trang này in vừa khổ A4.", "This page prints on A4."},
	"fault": {"Biểu không khớp, không được in", "The form does not add up and must not be printed"}, "signals": {"Tín hiệu về tính trung thực của số liệu", "Signs that figures were managed"},
	"figure": {"Chỉ tiêu", "Figure"}, "value": {"Kết quả", "Result"}, "of": {"Tử số/mẫu số", "Of"}, "number": {"TT", "No."}, "name": {"Lĩnh vực, thủ tục hành chính", "Field, administrative procedure"},
	"received": {"Số hồ sơ tiếp nhận", "Dossiers received"}, "settled": {"Số hồ sơ đã giải quyết", "Dossiers settled"}, "open": {"Số hồ sơ đang giải quyết", "Dossiers in settlement"}, "during": {"Trong kỳ", "In the period"}, "within": {"Trong đó", "Of these"},
	"rate": {"Tỷ lệ giải quyết đúng hạn theo biểu: (8 + 9) ÷ 7", "On-time rate by the form: (8 + 9) ÷ 7"}, "maker": {"Người lập biểu", "Prepared by"}, "head": {"Thủ trưởng đơn vị", "Head of the agency"},
}

// paperView is what pages of papers have in common.
type paperView struct {
	Lang   language
	Period string
	// Cutoff is "report" or "calendar", Agency the code, "" for the city.
	Cutoff, Agency string
	Agencies       []choice
	Periods        []string
	Formats        []choice
	Back           string
	Form           *formPage
	Summary        *report.Summary
	Above, Below   []string
}

// T is a word of the page.
func (v *paperView) T(key string) (string, error) {
	word, ok := paperWords[key]
	if !ok {
		return "", fmt.Errorf("BUG: papers have no phrase %q", key)
	}
	return word.in(v.Lang), nil
}

// paperDesk is where a paper is chosen.
func (p *Pages) paperDesk(r *http.Request, q paperAsked, lang language) (*paperSheet, error) {
	v := &paperView{Lang: lang, Period: q.Period.ID, Cutoff: q.Cutoff, Agency: q.Agency, Periods: offeredPeriods(q.Period.ID, p.Now().In(p.Location))}
	figures, err := p.from.ask(r.Context(), kpi.Query{ID: "dossier.received", Period: q.Period, By: []string{"agency"}})
	if err != nil {
		return nil, err
	}
	for _, row := range figures[0].Rows {
		if code := textOf(row.Keys.Of("agency")); code != "" {
			v.Agencies = append(v.Agencies, choice{agencyName(code, lang, p.Names), code, code == q.Agency})
		}
	}
	return &paperSheet{"papers", paperWords["title"].in(lang), v}, nil
}

// formPage is form 06a as it is shown.
type formPage struct {
	Title   string
	Columns []string
	Rows    []formRow
	Rate    string
	Faults  []report.Fault
}

type formRow struct {
	Level, Number, Name string
	Counts              []number
}

func (p *Pages) form06aPage(r *http.Request, q paperAsked, lang language) (*paperSheet, error) {
	form, err := p.Reports.Form06a(r.Context(), q.Asked)
	if err != nil {
		return nil, err
	}
	v := &paperView{Lang: lang, Formats: q.formats("/v1/reports/06a", lang), Back: q.href("/reports", lang), Form: newFormPage(form, q, lang)}
	v.Above, v.Below = form.Lines(string(lang), p.Location)
	return &paperSheet{"form06a", v.Form.Title + " · " + q.Period.ID, v}, nil
}

// newFormPage makes the page's model of a form. Where the period is one of the calendar, numbers lead to their cases.
func newFormPage(form *report.Form06a, q paperAsked, lang language) *formPage {
	f := &formPage{Title: report.TitleOf06a(string(lang)), Faults: form.Faults}
	for _, c := range report.Columns06a {
		f.Columns = append(f.Columns, c.Names.In(string(lang)))
	}
	numbers := form.Numbers()
	for i, row := range append(slices.Clone(form.Rows), form.Total) {
		shown := formRow{Level: string(row.Level), Number: numbers[i], Name: row.Names.In(string(lang))}
		for j, n := range row.All() {
			shown.Counts = append(shown.Counts, formNumber(report.Columns06a[j].Figure, n, &row, q, lang))
		}
		f.Rows = append(f.Rows, shown)
	}
	f.Rate = none
	if form.Total.Settled > 0 {
		kept := float64(form.Total.Early + form.Total.OnTime)
		f.Rate = fmt.Sprintf("%s (%s / %s)", lang.percent(kept/float64(form.Total.Settled)), lang.count(kept), lang.count(float64(form.Total.Settled)))
	}
	return f
}

func formNumber(id string, n int64, row *report.Row, q paperAsked, lang language) number {
	shown := number{Text: lang.count(float64(n)), Exact: fmt.Sprint(n), KPI: id}
	where := url.Values{"kpi": {id}, "period": {q.Period.ID}}
	for name, value := range map[string]*string{"group": row.Group, "field": row.Field, "procedure": row.Procedure} {
		if value != nil {
			where.Set(name, *value)
		}
	}
	if q.Agency != "" {
		where.Set("agency", q.Agency)
	}
	missing := row.Level == report.Group && row.Group == nil || row.Level == report.Field && row.Field == nil || row.Level == report.Procedure && row.Procedure == nil
	if n != 0 && q.Cutoff == "calendar" && !missing {
		shown.Cases = "/cases?" + where.Encode()
	}
	return shown
}

func (p *Pages) summaryPage(r *http.Request, q paperAsked, lang language) (*paperSheet, error) {
	summary, err := p.Reports.Summary(r.Context(), q.Asked)
	if err != nil {
		return nil, err
	}
	v := &paperView{Lang: lang, Formats: q.formats("/v1/reports/summary", lang), Back: q.href("/reports", lang), Summary: summary}
	v.Above, v.Below = summary.Lines(string(lang), p.Location)
	return &paperSheet{"summary", summary.Title(string(lang)), v}, nil
}

// deskPaper is one of the papers that can be chosen.
type deskPaper struct {
	View  *paperView
	Which string
}

func deskPaperOf(v *paperView, which string) deskPaper { return deskPaper{v, which} }

// Column is the form's number of its i-th count.
func (v *paperView) Column(i int) int { return report.Columns06a[i].Number }

// Roman numbers the sections.
func (v *paperView) Roman(i int) string { return report.Roman(i + 1) }
