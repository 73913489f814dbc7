package dashboards

import (
	"bytes"
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	"golang.org/x/text/collate"
	tag "golang.org/x/text/language"
)

// filter is a control by which a page can be narrowed.
type filter struct {
	Name, Label string
	Values      []filterValue
	// Several says that more than one is chosen.
	Several bool
	// Typed says that there are too many values to list: the code is typed. Value is the last that was, Others are those before it.
	Typed  bool
	Value  string
	Others []string
}

type filterValue struct {
	Value, Name string
	On          bool
}

// listable is how many values a control lists.
const listable = 400

// filters are the controls of a page, and links that take what was chosen away again.
func (p *Pages) filters(ctx context.Context, q *asked, lang language) (all []filter, chosen []choice) {
	values, err := p.values.at(ctx, q.of, false)
	if err != nil {
		return nil, nil // the page says that the books are away
	}
	for _, name := range q.of.filters {
		if q.of.ofOne(name) {
			continue
		}
		f := filter{Name: name, Label: dimensionNames[name].in(lang), Typed: len(values[name]) > listable, Several: len(q.where[name]) > 1}
		if last := len(q.where[name]) - 1; last >= 0 {
			f.Value, f.Others = q.where[name][last], q.where[name][:last]
		}
		for _, v := range values[name] {
			f.Values = append(f.Values, filterValue{v, p.nameOf(name, v, lang), slices.Contains(q.where[name], v)})
		}
		if name == "procedure" { // whose codes say nothing; those of agencies and levels have an order
			sortByName(f.Values, lang)
		}
		all = append(all, f)
		for _, v := range q.where[name] {
			chosen = append(chosen, choice{f.Label + ": " + p.nameOf(name, v, lang), q.without(lang, name, v), true})
		}
	}
	return all, chosen
}

// without is the address of the page without one value of a filter; others of the same filter stay.
func (q *asked) without(lang language, name, value string) string {
	path, params := q.address(name, "")
	for _, other := range q.where[name] {
		if other != value {
			params.Add(name, other)
		}
	}
	params.Set("lang", string(lang))
	return path + "?" + params.Encode()
}

// sortByName puts values into the order in which people of a language look names up.
func sortByName(values []filterValue, lang language) {
	of, buffer, keys := collate.New(tag.Make(string(lang))), &collate.Buffer{}, make(map[string][]byte, len(values))
	for _, v := range values {
		keys[v.Value] = of.KeyFromString(buffer, v.Name)
	}
	slices.SortStableFunc(values, func(a, b filterValue) int { return bytes.Compare(keys[a.Value], keys[b.Value]) })
}

// dimensionNames name what figures can be grouped and filtered by.
var dimensionNames = map[string]inBoth{
	"agency": {"Cơ quan", "Agency"}, "unit": {"Đơn vị", "Unit"}, "procedure": {"Thủ tục", "Procedure"}, "field": {"Lĩnh vực", "Field"},
	"group": {"Nhóm cơ quan", "Group"}, "channel": {"Kênh nộp", "Channel"}, "level": {"Mức độ", "Level"}, "kind": {"Loại", "Kind"},
	"at": {"Nơi nộp", "Handed in at"}, "issuer": {"Cơ quan giao", "Issuer"}, "helper": {"Cơ quan phối hợp", "Helping agency"},
	"source": {"Nguồn", "Source"}, "month": {"Tháng", "Month"}, "quarter": {"Quý", "Quarter"}, "day": {"Ngày", "Day"},
}

// nameOf names a value of a dimension: agencies and procedures by their registers, codes of the contract in words, others as they are.
func (p *Pages) nameOf(dimension, value string, lang language) string {
	switch dimension {
	case "helper":
		if value == "" {
			return lang.of("Không có cơ quan phối hợp", "No agency helps")
		}
		return agencyName(value, lang, p.Names)
	case "agency", "at", "issuer":
		return agencyName(value, lang, p.Names)
	case "procedure":
		if p.Procedures != nil {
			if name := p.Procedures(value, string(lang)); name != "" {
				return name
			}
		}
	case "month":
		return lang.month(value)
	case "day":
		return lang.day(value)
	case "quarter":
		return lang.period(value)
	}
	if value == "" {
		return spoken[lang].NotStated
	}
	return lang.codeName(value)
}

// periods are the ones that a page offers, the chosen one among them.
func (q *asked) periods(lang language, now time.Time) []choice {
	var all []choice
	for _, id := range offeredPeriods(q.period.ID, now) {
		all = append(all, choice{Text: lang.period(id), Href: q.href(lang, "period", id), Current: id == q.period.ID})
	}
	return all
}

// offeredPeriods are the ids of the periods that a page offers at an instant, with the chosen one last if it is none of them.
func offeredPeriods(chosen string, now time.Time) []string {
	year, month := now.Year(), now.Month()
	lastMonth := time.Date(year, month-1, 1, 0, 0, 0, 0, now.Location())
	lastQuarter := time.Date(year, (month-1)/3*3+1-3, 1, 0, 0, 0, 0, now.Location())
	ids := []string{
		"mtd", "qtd", "ytd", "d30",
		lastMonth.Format("2006-01"),
		strconv.Itoa(lastQuarter.Year()) + "-Q" + strconv.Itoa((int(lastQuarter.Month())+2)/3),
		strconv.Itoa(year - 1),
	}
	if !slices.Contains(ids, chosen) {
		ids = append(ids, chosen)
	}
	return ids
}

// pageHref is the address of the overview of a period.
func pageHref(id string, lang language) string {
	return "/?" + url.Values{"period": {id}, "lang": {string(lang)}}.Encode()
}
