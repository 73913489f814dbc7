package dashboards

import (
	"fmt"
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/kpi"
	"tiendo/internal/publication"
)

// number is a figure as it stands on the page: its text, its exact value, and where its cases are.
type number struct {
	Text string
	// Exact is the value as the API gives it; "" if there is none.
	Exact string
	KPI   string
	// Part is "numerator" or "denominator" for the parts of a rate.
	Part   string
	Agency string
	// Named says that Agency is meant although it may be "".
	Named bool
	Cases string
}

// HTML is the number in a page: with a link to its cases where it has any. A page of three hundred agencies has thousands of
// numbers, and a template would take ten times as long for each.
func (n number) HTML() template.HTML {
	var b strings.Builder
	n.write(&b)
	return template.HTML(b.String()) //nolint:gosec // escaped
}

func (n number) write(b *strings.Builder) {
	in := func(before, text, after string) {
		b.WriteString(before)
		_, _ = inHTML.WriteString(b, text) // a Builder takes all
		b.WriteString(after)
	}
	switch {
	case n.Exact == "":
		in(`<span class="none">`, n.Text, `</span>`)
	case n.Cases == "":
		in(`<data value="`, n.Exact, `">`)
		in("", n.Text, `</data>`)
	default:
		in(`<a href="`, n.Cases, `">`)
		in(`<data value="`, n.Exact, ``)
		in(`" data-kpi="`, n.KPI, ``)
		if n.Part != "" {
			in(`" data-part="`, n.Part, ``)
		}
		if n.Named {
			in(`" data-agency="`, n.Agency, ``)
		}
		in(`">`, n.Text, `</data></a>`)
	}
}

// inHTML escapes what stands in a text, or between quotation marks in a tag, as html/template does.
var inHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "+", "&#43;", "\x00", "\uFFFD")

// choice is one of several links.
type choice struct {
	Text, Href string
	Current    bool
}

// presenter makes a page's model of answers. It reads no clock and asks nobody: the same answers give the same page.
type presenter struct {
	*asked
	answers
	// more is what the page has read beside figures.
	more  any
	lang  language
	w     *words
	names func(dimension, code string, lang language) string
	zone  *time.Location
	// published is what was published; nil where nobody publishes.
	published *publication.Publications
	// agencyPages says that each agency has a page.
	agencyPages bool
	// drawn says that charts will be; made are those that were.
	drawn bool
	made  []chart
	// rests are what casesOf has written already.
	rests map[[3]string]string
	// called are the names of agencies that were asked for already.
	called map[string]string
}

// newPresenter takes what was read.
func newPresenter(read *reading, lang language, names func(dimension, code string, lang language) string, zone *time.Location) (*presenter, error) {
	a, err := sortOut(read.asked, read.figures)
	if err != nil {
		return nil, err
	}
	return &presenter{asked: read.asked, answers: a, more: read.more, lang: lang, w: read.asked.words(lang), names: names, zone: zone}, nil
}

// Lang is the language of the page.
func (p *presenter) Lang() language { return p.lang }

// AsOf is the instant that the figures speak of, AsOfTime the same for programs, and Events how many are in them.
func (p *presenter) AsOf() string     { return p.lang.instant(p.asOf.In(p.zone)) }
func (p *presenter) AsOfTime() string { return p.asOf.In(p.zone).Format(time.RFC3339) }
func (p *presenter) Events() string   { return p.lang.count(float64(p.events)) }

// Before names the period before.
func (p *presenter) Before() string { return p.sinceWhen() }

// Empty says that nothing was ever told.
func (p *presenter) Empty() bool { return p.empty() }

// figure is the answer to a question that the page has asked.
func (p *presenter) figure(q kpi.Query) kpi.Figure {
	f, ok := p.figures[questionKey(q)]
	if !ok {
		panic("BUG: " + p.of.path + " shows what it has not asked: " + questionKey(q))
	}
	return f
}

// row is the answer to a question without groups.
func (p *presenter) row(q kpi.Query) kpi.Row { return only(p.figure(q).Rows) }

// value writes a row's value; of a rate it is the rate. It leads to its cases.
func (p *presenter) value(q kpi.Query, r kpi.Row) number {
	return p.numberOf(q, r, kpi.All, r.Value, p.writer(q.ID))
}

// numerator and denominator write the parts of a rate.
func (p *presenter) numerator(q kpi.Query, r kpi.Row) number {
	return p.numberOf(q, r, kpi.Numerator, r.Numerator, p.lang.count)
}

func (p *presenter) denominator(q kpi.Query, r kpi.Row) number {
	return p.numberOf(q, r, kpi.Denominator, r.Denominator, p.lang.count)
}

// writer is how values of a figure are written.
func (p *presenter) writer(id string) func(float64) string {
	d, _ := kpi.ByID(id)
	switch d.Unit {
	case "ratio":
		return p.lang.percent
	case "count":
		return p.lang.count
	default:
		return p.lang.decimal
	}
}

// numberOf writes a value of a row, with the address of its cases: those that the question's filters and the row's keys leave.
// A key that is a time is the period of those cases.
func (p *presenter) numberOf(q kpi.Query, r kpi.Row, part kpi.Part, v *float64, write func(float64) string) number {
	n := number{Text: none, KPI: q.ID, Part: string(part)}
	if slices.ContainsFunc(r.Keys, func(k kpi.Key) bool { return k.Dimension == "agency" }) {
		n.Agency, n.Named = textOf(r.Keys.Of("agency")), true
	}
	if v == nil {
		return n
	}
	n.Text, n.Exact = write(*v), strconv.FormatFloat(*v, 'f', -1, 64)
	d, _ := kpi.ByID(q.ID)
	if d.Reported() { // by agencies, of no cases
		return n
	}
	if !d.CountsCases() && (part != kpi.All || d.Shape == kpi.Count) {
		return n // a link promises as many cases as the number says
	}
	if len(q.Where) == 0 && len(r.Keys) == 1 && n.Named {
		n.Cases = p.casesOf(q, part, n.Agency)
		return n
	}
	params := paramsOf(q, part)
	for _, key := range r.Keys {
		name := key.Dimension
		if slices.Contains([]string{"day", "month", "quarter"}, name) {
			name = "period"
		}
		params.Set(name, textOf(key.Code))
	}
	n.Cases = "/cases?" + params.Encode()
	return n
}

// paramsOf are the parameters of the list of a figure's cases, which the API takes as they are.
func paramsOf(q kpi.Query, part kpi.Part) url.Values {
	params := url.Values{"kpi": {q.ID}, "period": {q.Period.ID}}
	maps.Copy(params, q.Where)
	if part != kpi.All {
		params.Set("part", string(part))
	}
	return params
}

// casesOf is the address of an agency's cases. There are thousands on a page, of which all but the agency is the same.
func (p *presenter) casesOf(q kpi.Query, part kpi.Part, agency string) string {
	of := [3]string{q.ID, q.Period.ID, string(part)}
	rest, known := p.rests[of]
	if !known {
		if p.rests == nil {
			p.rests = map[[3]string]string{}
		}
		rest = "&" + paramsOf(q, part).Encode() // all of them come after "agency"
		p.rests[of] = rest
	}
	return "/cases?agency=" + url.QueryEscape(agency) + rest
}

// number writes a value, with the address of its cases in a period; agency is nil for the whole city.
func (p *presenter) number(id, part string, v *float64, write func(float64) string, agency *string, periodID string) number {
	q := kpi.Query{ID: id, Where: p.where}
	q.Period.ID = periodID
	r := kpi.Row{}
	if agency != nil {
		r.Keys = kpi.Keys{{Dimension: "agency", Code: agency}}
	}
	return p.numberOf(q, r, kpi.Part(part), v, write)
}

// nextByDeadline is the address of the cases of a family that a figure counts, by their deadlines, from the day on to which the period has come: what
// was due before is on the pages before.
func (p *presenter) nextByDeadline(id string) string {
	d, _ := kpi.ByID(id)
	today := calendar.DayOf(p.period.End, p.zone).Start(p.zone)
	params := url.Values{
		"kpi": {id}, "period": {p.period.ID}, "sort": {string(kpi.ByDeadline)}, "after": {fmt.Sprintf("%d/%s/", today.UnixMilli(), d.Families()[0])},
	}
	maps.Copy(params, p.where)
	return "/cases?" + params.Encode()
}

// name is what an agency is called. A page names each several times.
func (p *presenter) name(code string) string {
	name, known := p.called[code]
	if !known {
		if p.called == nil {
			p.called = map[string]string{}
		}
		name = p.names("agency", code, p.lang)
		p.called[code] = name
	}
	return name
}

// agencyHref is where more is told of an agency.
func (p *presenter) agencyHref(code string) string {
	params := url.Values{"period": {p.period.ID}, "lang": {string(p.lang)}}
	if p.agencyPages {
		return "/agencies/" + url.PathEscape(code) + "?" + params.Encode()
	}
	params.Set("kpi", "dossier.on_time_rate")
	params.Set("agency", code)
	return "/cases?" + params.Encode()
}

// keyName is what a row of a question is called: its keys by name.
func (p *presenter) keyName(dimension string, r kpi.Row) string {
	return p.names(dimension, textOf(r.Keys.Of(dimension)), p.lang)
}

// about says what a chart shows: the measure, the period, the numerator and the denominator, by the catalogue.
func (p *presenter) about(id, periodID string) string {
	d, ok := kpi.ByID(id)
	if !ok {
		panic("BUG: no figure is called " + id)
	}
	return fmt.Sprintf("%s · %s. %s %s: %s", p.lang.of(d.VI, d.EN), p.lang.period(periodID), definitionOf(&d, p.lang), toldIn[p.lang].Formula, d.Formula(string(p.lang)))
}

// rateText writes a rate with its parts.
func (p *presenter) rateText(value, numerator, denominator *float64) string {
	if value == nil || numerator == nil || denominator == nil {
		return none
	}
	return fmt.Sprintf("%s (%s / %s)", p.lang.percent(*value), p.lang.count(*numerator), p.lang.count(*denominator))
}

// madeOf writes a rate with its parts where it stands in brackets already.
func (p *presenter) madeOf(r kpi.Row) string {
	if r.Value == nil || r.Numerator == nil || r.Denominator == nil {
		return none
	}
	return p.lang.percent(*r.Value) + ": " + p.partsText(r)
}

// partsText writes the parts of a rate; "" where there are none.
func (p *presenter) partsText(r kpi.Row) string {
	if r.Numerator == nil || valueOf(r.Denominator) == 0 {
		return ""
	}
	return p.lang.count(*r.Numerator) + " / " + p.lang.count(*r.Denominator)
}

func abs(v float64) float64 { return max(v, -v) }
