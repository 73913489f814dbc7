package dashboards

import (
	"maps"
	"slices"
	"strings"
	"time"

	"tiendo/internal/booking"
	"tiendo/internal/event"
	"tiendo/internal/kpi"
)

// listView is the page of the cases behind a figure.
type listView struct {
	Lang           language
	ID, Name, Says string
	Period, Days   string
	Filters        []string
	Parts          []choice
	// Cases is what they are counted as, beside Total, What the heading of what they are about.
	Cases, What, Total, Sum string
	ExactTotal              uint64
	ExactSum                int64
	Rows                    []caseRow
	Counted                 bool // some case counts more than once
	// Sorts lead to the list in other orders: by subject, opened, deadline and closed.
	Sorts                  [4]choice
	Next, First, JSON, CSV string
	Back                   string
	DefinitionOf, Unit     string
}

// caseRow is one case in a list.
type caseRow struct {
	Subject, Href, Family string
	Agency, AgencyCode    string
	// What is the procedure or kind, by its name; Codes are how programs call it.
	What, Codes                     string
	Opened, Deadline, Closed, Times string
	Verdict                         badge
}

// badge is a verdict as it is shown.
type badge struct{ Text, Tone string }

func badgeOf(family, verdict string, lang language) badge {
	v, ok := verdicts[family+"."+verdict]
	if !ok {
		v, ok = verdicts[verdict]
	}
	if !ok {
		return badge{verdict, "level"}
	}
	return badge{v.in(lang), v.tone}
}

// newListView makes the page's model. It is pure.
func newListView(q listQuestion, list *kpi.List, lang language, names func(dimension, code string, lang language) string, now time.Time, zone *time.Location) listView {
	d, of := q.definition, q.query.Period
	last := of.Last
	if of.Running {
		last = now.In(zone).Format(time.DateOnly)
	}
	v := listView{
		Lang: lang, ID: d.ID, Name: lang.of(d.VI, d.EN), Says: definitionOf(&d, lang), Period: lang.period(of.ID), Days: lang.day(of.First) + " – " + lang.day(last),
		Total: lang.count(float64(list.Total)), Sum: lang.count(float64(list.Sum)), ExactTotal: list.Total, ExactSum: list.Sum,
		Cases: toldIn[lang].Cases, What: toldIn[lang].Procedure, Back: pageHref(of.ID, lang), DefinitionOf: "/kpis#" + d.ID,
	}
	opened := toldIn[lang].Opened
	if of := d.Families(); len(of) == 1 {
		if counted, ok := countedAs[of[0]]; ok {
			v.Cases = counted.in(lang)
		}
		if begun, ok := begunAs[of[0]]; ok {
			opened = begun.in(lang)
		}
		if of[0] != event.Dossier { // nothing else has a procedure
			v.What = dimensionNames["kind"].in(lang)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(q.query.Where)) {
		for _, value := range q.query.Where[name] {
			v.Filters = append(v.Filters, filterText(name, value, lang, names))
		}
	}
	for _, days := range []struct {
		name string
		of   *kpi.Days
	}{{toldIn[lang].DaysLeft, q.of.Left}, {toldIn[lang].DaysOld, q.of.Age}} {
		if days.of != nil {
			v.Filters = append(v.Filters, days.name+": "+days.of.String())
		}
	}
	if d.Shape == kpi.Ratio || d.Shape == kpi.Mean {
		c := toldIn[lang]
		v.Parts = []choice{
			{c.Denominator, q.as("/cases", kpi.Listing{Part: kpi.Denominator, Order: q.of.Order}), q.of.Part != kpi.Numerator},
			{c.Numerator, q.as("/cases", kpi.Listing{Part: kpi.Numerator, Order: q.of.Order}), q.of.Part == kpi.Numerator},
		}
	}
	for i, order := range []kpi.Order{kpi.BySubject, kpi.ByOpened, kpi.ByDeadline, kpi.ByClosed} {
		c := toldIn[lang]
		v.Sorts[i] = choice{
			[]string{c.Code, opened, c.Deadline, c.Closed}[i], q.as("/cases", kpi.Listing{Part: q.of.Part, Order: order}), order == q.of.Order,
		}
	}
	for _, listed := range list.Cases {
		v.Rows = append(v.Rows, rowOf(listed, lang, names, now))
		v.Counted = v.Counted || listed.N != 1
	}
	if list.Next != "" {
		v.Next = q.as("/cases", kpi.Listing{Part: q.of.Part, Order: q.of.Order, After: list.Next})
	}
	first := kpi.Listing{Part: q.of.Part, Order: q.of.Order}
	if q.of.After != "" {
		v.First = q.as("/cases", first)
	}
	v.JSON, v.CSV = q.as("/v1/cases", q.of), q.as("/cases", first)+"&format=csv"
	return v
}

// countedAs are what cases of one family are counted as.
var countedAs = map[event.Family]inBoth{
	event.Dossier: {"hồ sơ", "dossiers"}, event.Task: {"nhiệm vụ", "tasks"}, event.Petition: {"đơn", "petitions"}, event.Finding: {"tồn tại", "findings"},
}

// begunAs is how cases of one family begin that are not received.
var begunAs = map[event.Family]inBoth{event.Task: {"Giao", "Assigned"}, event.Finding: {"Nêu ra", "Raised"}}

// filterText writes a filter in words; an agency says by itself what it is.
func filterText(name, value string, lang language, names func(dimension, code string, lang language) string) string {
	text := cut(names(name, value, lang))
	if of, ok := dimensionNames[name]; ok && name != "agency" {
		return of.in(lang) + ": " + text
	}
	return text
}

// agencyName is what an agency is called: its code if it has no name.
func agencyName(code string, lang language, names func(code, lang string) string) string {
	if code == "" {
		return spoken[lang].NoAgency
	}
	if name := names(code, string(lang)); name != "" {
		return name
	}
	return code
}

func rowOf(c kpi.Listed, lang language, names func(dimension, code string, lang language) string, now time.Time) caseRow {
	r := caseRow{
		Subject: c.Subject, Href: caseHref(c.Family, c.Subject), Family: lang.familyName(c.Family), AgencyCode: textOf(c.Agency), Agency: names("agency", textOf(c.Agency), lang),
		Codes:  strings.TrimSpace(textOf(c.Procedure) + " " + textOf(c.Kind)),
		Opened: minuteOf(c.Opened, lang), Closed: minuteOf(c.Closed, lang), Deadline: none, Times: lang.count(float64(c.N)),
	}
	if booking.IsNameless(c.Subject) {
		r.Subject, r.Href = toldIn[lang].Erased, ""
	}
	var what []string
	for _, of := range []struct{ dimension, code string }{{"procedure", textOf(c.Procedure)}, {"kind", textOf(c.Kind)}} {
		if of.code != "" {
			what = append(what, names(of.dimension, of.code, lang))
		}
	}
	if r.What = strings.Join(what, ", "); r.What == "" {
		r.What = none
	}
	if c.Deadline != nil {
		r.Deadline = lang.limit(*c.Deadline)
	}
	verdict := textOf(c.Verdict)
	if verdict == "open" && c.Deadline != nil && c.Deadline.Before(now) {
		verdict = "overdue"
	}
	r.Verdict = badgeOf(c.Family, verdict, lang)
	return r
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func minuteOf(t *time.Time, lang language) string {
	if t == nil {
		return none
	}
	return lang.minute(*t)
}
