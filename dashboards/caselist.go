package dashboards

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tiendo/internal/event"
	"tiendo/internal/kpi"
	"tiendo/internal/period"
)

// listed is how many cases stand on a page.
const listed = 100

// list shows the cases behind a figure, or finds one by its code.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) {
	lang, ok := p.language(w, r)
	if !ok {
		return
	}
	params := r.URL.Query()
	if !params.Has("kpi") {
		p.find(w, r, lang)
		return
	}
	asked, err := p.readList(params)
	if err != nil {
		p.refuse(w, r, lang, err)
		return
	}
	list, err := p.from.cases(r.Context(), asked.query, asked.of)
	if err != nil {
		p.refuse(w, r, lang, err)
		return
	}
	if list.Total == 0 && p.nobody(w, r, &asked, lang) {
		return
	}
	if asked.csv {
		p.export(w, r, &asked, list, lang)
		return
	}
	v := newListView(asked, list, lang, p.nameOf, p.Now(), p.Location)
	p.send(w, r, http.StatusOK, "cases", p.sheet(r, lang, v.Name+" · "+v.Period, v))
}

// nobody refuses a list without cases of an agency that no register and no case names, as pages of figures do.
func (p *Pages) nobody(w http.ResponseWriter, r *http.Request, q *listQuestion, lang language) (refused bool) {
	codes := slices.DeleteFunc(slices.Clone(q.query.Where["agency"]), func(code string) bool { return code == "" }) // "" is of no agency
	if len(codes) == 0 {
		return false
	}
	known, err := p.values.at(r.Context(), &page{filters: []string{"agency"}, lists: everyAgency}, true)
	if err != nil {
		p.refuse(w, r, lang, err)
		return true
	}
	at := slices.IndexFunc(codes, func(code string) bool { return !slices.Contains(known["agency"], code) })
	if at < 0 {
		return false
	}
	p.complain(w, r, lang, http.StatusBadRequest, trouble{
		Heading: fmt.Sprintf("“%s” %s", cut("agency="+codes[at]), spoken[lang].WrongValue), Says: spoken[lang].TryThese,
		Would: p.near("agency", codes[at], known["agency"], lang, func(code string) string {
			params := r.URL.Query()
			params.Set("agency", code)
			return "/cases?" + params.Encode()
		}),
	})
	return true
}

// listQuestion is what the address of a list asks for.
type listQuestion struct {
	query      kpi.Query
	of         kpi.Listing
	definition kpi.Definition
	// csv says that the whole list is wanted, for a spreadsheet.
	csv bool
	// report says that the period is one of the reporting calendar.
	report bool
	// lang is the language that the address names, which those of the list's other pages keep; "" if it names none.
	lang string
}

// reserved are the parameters of a list that are no filters.
var reserved = []string{"kpi", "period", "part", "left", "age", "sort", "after", "cutoff", "fold", "format", "lang"}

// readList reads the address of a list. Every parameter that is not reserved is a filter, which the books know or refuse by
// name. The error is a *kpi.Error.
func (p *Pages) readList(params url.Values) (listQuestion, error) {
	q := listQuestion{query: kpi.Query{Where: map[string][]string{}}}
	one := map[string]string{}
	for _, name := range reserved {
		value, err := onlyOne(params, name)
		if err != nil {
			return q, err
		}
		one[name] = value
	}
	for name, values := range params {
		if !slices.Contains(reserved, name) {
			q.query.Where[name] = values
		}
	}
	q.query.ID = one["kpi"]
	q.lang = one["lang"]
	q.of = kpi.Listing{Part: kpi.Part(one["part"]), Order: kpi.Order(one["sort"]), After: one["after"], Limit: listed}
	var known bool
	if q.definition, known = kpi.ByID(q.query.ID); !known {
		return q, &kpi.Error{Param: "kpi", Message: "no figure is called " + cut(q.query.ID) + "; /kpis lists them", VI: "không có chỉ số " + cut(q.query.ID) + "; xem danh mục ở /kpis"}
	}
	if family, _, _ := strings.Cut(q.of.After, "/"); q.of.After != "" && q.of.Order == kpi.BySubject && !slices.Contains(q.definition.Families(), event.Family(family)) {
		return q, &kpi.Error{Param: "after", Message: "this is no next of a list; begin without it", VI: "không phải là trang tiếp theo của danh sách; hãy bắt đầu lại từ trang đầu"}
	}
	if q.of.Part != kpi.All && q.of.Part != kpi.Numerator && q.of.Part != kpi.Denominator {
		return q, &kpi.Error{Param: "part", Message: "numerator or denominator would do", VI: "dùng được numerator (tử số) hoặc denominator (mẫu số)"}
	}
	var err error
	if q.of.Left, err = kpi.ReadDays("left", one["left"]); err != nil {
		return q, err
	}
	if q.of.Age, err = kpi.ReadDays("age", one["age"]); err != nil {
		return q, err
	}
	if one["period"] == "" {
		one["period"] = defaultPeriod
	}
	parse := period.Parse
	switch one["cutoff"] {
	case "", "calendar":
	case "report":
		parse, q.report = period.ParseReport, true
	default:
		return q, &kpi.Error{Param: "cutoff", Message: "calendar or report would do", VI: "dùng được calendar (kỳ theo lịch) hoặc report (kỳ báo cáo)"}
	}
	switch one["fold"] {
	case "", "successor":
		q.query.Fold = one["fold"] != ""
	default:
		return q, &kpi.Error{Param: "fold", Message: "successor would do", VI: "dùng được successor (tính vào cơ quan kế thừa)"}
	}
	switch one["format"] {
	case "":
	case "csv": // the whole of it
		q.csv, q.of.After, q.of.Limit = true, "", exportedAtOnce
	default:
		return q, &kpi.Error{Param: "format", Message: "csv would do", VI: "dùng được csv"}
	}
	if q.query.Period, err = parse(one["period"], p.Now(), p.Location); err != nil {
		return q, &kpi.Error{Param: "period", Message: err.Error(), VI: period.Vietnamese(err)}
	}
	return q, nil
}

// onlyOne returns the one value of a parameter, "" if there is none.
func onlyOne(params url.Values, name string) (string, error) {
	switch values := params[name]; {
	case len(values) > 1:
		return "", &kpi.Error{Param: name, Message: "is named twice", VI: "được nêu hai lần"}
	case len(values) == 0:
		return "", nil
	default:
		return values[0], nil
	}
}

// as is the address of the list in another order, of another part or from another case on.
func (q *listQuestion) as(path string, of kpi.Listing) string {
	params := url.Values{"kpi": {q.query.ID}, "period": {q.query.Period.ID}}
	for name, value := range map[string]string{"part": string(of.Part), "sort": string(of.Order), "after": of.After} {
		if value != "" {
			params.Set(name, value)
		}
	}
	for name, days := range map[string]*kpi.Days{"left": q.of.Left, "age": q.of.Age} {
		if days != nil {
			params.Set(name, days.String())
		}
	}
	if q.lang != "" && path == "/cases" { // the API speaks none
		params.Set("lang", q.lang)
	}
	if q.query.Fold {
		params.Set("fold", "successor")
	}
	if q.report {
		params.Set("cutoff", "report")
	}
	maps.Copy(params, q.query.Where)
	return path + "?" + params.Encode()
}
