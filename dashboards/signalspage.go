package dashboards

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tiendo/internal/auth"
	"tiendo/internal/integrity"
	"tiendo/internal/kpi"
)

// signalsView is the page of signs that figures were managed.
type signalsView struct {
	Lang         language
	Period, Days string
	Periods      []choice
	JSON         string
	Looked       string
	Raised       []raisedSign
	Signs        []signText
	Rows         []signRow
}

// signText is a sign in words.
type signText struct{ ID, Family, Name, Of, Suspicious, Limit, Otherwise string }

// raisedSign is a finding that deserves a look.
type raisedSign struct {
	Agency, Code, Says, Chance string
	Sign                       signText
	Cases                      []choice
	More                       string
}

// signRow is what one agency shows of every sign.
type signRow struct {
	Agency, Code string
	Cells        []signCell
}

type signCell struct {
	Text, About string
	Raised      bool
}

// signWords are the words of the page.
var signWords = phrases{
	"title": {"Tín hiệu về tính trung thực của số liệu", "Signs that figures were managed"},
	"says": {
		"Mỗi tín hiệu là lý do để xem lại từng vụ việc, không phải kết luận và không tính vào điểm. Cơ quan liên quan cũng thấy tín hiệu của mình.",
		"A sign is a reason to look at the cases, no verdict, and gives no points. The agency sees its own signs too.",
	},
	"raised": {"Cần xem lại", "To be looked at"}, "none": {"Chưa có hồ sơ, nhiệm vụ nào của kỳ này để xét.", "There are no dossiers or tasks of this period to look at yet."},
	"nothing": {"Không có tín hiệu nào vượt mức ngẫu nhiên.", "No sign is beyond chance."},
	"all":     {"Tất cả cơ quan", "All agencies"}, "agency": {"Cơ quan", "Agency"}, "cases": {"Từng vụ việc", "Single cases"}, "otherwise": {"Cách giải thích khác", "What else could explain it"},
	"what": {"Tín hiệu và giới hạn", "Signs and limits"}, "sign": {"Tín hiệu", "Sign"}, "of": {"Xét trong số", "Looked at"}, "suspicious": {"Đáng chú ý", "Suspicious"}, "limit": {"Mức bình thường cao nhất", "Usual at most"},
	"k": {"Ô ghi số vụ việc đáng chú ý trên số được xét.", "Cells say how many are suspicious of those looked at."}, "json": {"Dạng JSON", "As JSON"}, "other": {"Kỳ khác", "Other period"}, "show": {"Xem", "Show"},
}

// T is a word of the page.
func (v *signalsView) T(key string) (string, error) {
	word, ok := signWords[key]
	if !ok {
		return "", fmt.Errorf("BUG: signals have no phrase %q", key)
	}
	return word.in(v.Lang), nil
}

// shownCases is how many dossiers stand beside a sign.
const shownCases = 24

func (p *Pages) signalsPage(r *http.Request, q paperAsked, lang language) (*paperSheet, error) {
	if who, _ := auth.From(r.Context()); who.Bound != "" {
		if q.Agency != "" && q.Agency != who.Bound {
			return nil, &kpi.Error{Param: "agency", Message: who.Bound + " would do", VI: "chỉ xem được " + who.Bound}
		}
		q.Agency = who.Bound
	}
	found, err := p.Integrity.Look(r.Context(), q.Period)
	if err != nil {
		return nil, err
	}
	if q.Agency != "" {
		if found = found.Of(q.Agency); len(found.Findings) == 0 && p.Names(q.Agency, string(lang)) == "" {
			return nil, &kpi.Error{Param: "agency", Message: "no agency is called " + cut(q.Agency), VI: "không cơ quan nào mang mã " + cut(q.Agency)}
		}
	}
	v := newSignalsView(found, q, lang, p.Names)
	v.Looked += lang.of(", lúc ", ", at ") + lang.minute(found.AsOf.In(p.Location).Truncate(time.Minute)) // it is kept for some minutes
	for _, id := range offeredPeriods(q.Period.ID, p.Now().In(p.Location)) {
		other := q
		other.Period.ID, other.Cutoff = id, "calendar"
		v.Periods = append(v.Periods, choice{lang.period(id), other.href("/signals", lang), id == q.Period.ID})
	}
	return &paperSheet{"signals", signWords["title"].in(lang) + " · " + lang.period(q.Period.ID), v}, nil
}

// newSignalsView makes the page's model. It is pure.
func newSignalsView(found *integrity.Report, q paperAsked, lang language, names func(code, lang string) string) *signalsView {
	v := &signalsView{
		Lang: lang, Period: lang.period(q.Period.ID), Days: lang.day(q.Period.First) + " – " + lang.day(q.Period.Last), JSON: q.program("/v1/signals"),
		Looked: fmt.Sprintf(lang.of("Đã xét %s hồ sơ", "%s dossiers were looked at"), lang.count(float64(found.Cases/found.Sample))),
	}
	if found.Sample > 1 {
		v.Looked += fmt.Sprintf(lang.of(", một phần %d của %s", ", one in %d of %s"), found.Sample, lang.count(float64(found.Cases)))
	}
	in := func(n integrity.Names) string { return lang.of(n.VI, n.EN) }
	place := map[string]int{}
	for i, s := range found.Signs {
		place[s.ID] = i
		v.Signs = append(v.Signs, signText{s.ID, string(s.Family), in(s.Names), in(s.Of), in(s.Suspicious), in(s.Limit), in(s.Otherwise)})
	}
	for _, f := range found.Findings {
		if len(v.Rows) == 0 || v.Rows[len(v.Rows)-1].Code != f.Agency {
			row := signRow{Agency: agencyName(f.Agency, lang, names), Code: f.Agency, Cells: make([]signCell, len(v.Signs))}
			for i := range row.Cells {
				row.Cells[i].Text = none
			}
			v.Rows = append(v.Rows, row)
		}
		v.Rows[len(v.Rows)-1].Cells[place[f.Sign]] = signCell{
			Text: lang.count(float64(f.K)) + "/" + lang.count(float64(f.N)), About: expectation(&f, lang), Raised: f.Raised,
		}
		if f.Raised {
			v.Raised = append(v.Raised, newRaised(&f, v.Signs[place[f.Sign]], lang, names))
		}
	}
	return v
}

func expectation(f *integrity.Finding, lang language) string {
	says := fmt.Sprintf(lang.of("mức bình thường: nhiều nhất khoảng %s", "usual: about %s at most"), lang.decimal(f.Expected))
	if f.Others != nil {
		says += fmt.Sprintf(lang.of("; các cơ quan khác: %s (%s/%s)", "; the others: %s (%s/%s)"), lang.percent(*f.Others), lang.count(float64(*f.OthersK)), lang.count(float64(*f.OthersN)))
	}
	return says
}

func newRaised(f *integrity.Finding, sign signText, lang language, names func(code, lang string) string) raisedSign {
	s := raisedSign{
		Agency: agencyName(f.Agency, lang, names), Code: f.Agency, Sign: sign,
		Says:   fmt.Sprintf("%s/%s", lang.count(float64(f.K)), lang.count(float64(f.N))),
		Chance: expectation(f, lang) + "; p " + chance(f.P, lang) + ", " + lang.of("hiệu chỉnh", "adjusted") + " " + chance(f.Adjusted, lang) + ", q " + chance(f.Q, lang),
	}
	for _, subject := range f.Subjects[:min(len(f.Subjects), shownCases)] {
		s.Cases = append(s.Cases, choice{subject, caseHref(sign.Family, subject), false})
	}
	if more := len(f.Subjects) - len(s.Cases); more > 0 {
		s.More = fmt.Sprintf(lang.of("và %s nữa", "and %s more"), lang.count(float64(more)))
	}
	return s
}

// chance writes a probability, after the name of what it is.
func chance(p float64, lang language) string {
	text := "< 0.0001"
	if p >= .0001 {
		text = "= " + strconv.FormatFloat(p, 'f', 4, 64)
	}
	if lang == vietnamese {
		text = strings.ReplaceAll(text, ".", ",")
	}
	return text
}
