package dashboards

import (
	"cmp"
	"html/template"
	"maps"
	"slices"
	"strings"

	"tiendo/internal/kpi"
)

// agencyTable compares agencies.
type agencyTable struct {
	Rows []agencyRow
	// City is the rate of the whole city, which the rows are compared with; "" if it has none.
	City string
	// Scale is what the axis of the drawn rates begins with, its middle and its end.
	Scale [3]string

	from, to float64
}

// agencyRow is one agency.
type agencyRow struct {
	Code, Name string
	// Rate is the on-time rate, Standing how it compares: "below" or "above" the whole city by more than chance, "like" it,
	// "" without a rate.
	Rate                   number
	Standing               string
	Numerator, Denominator number
	Interval               string
	Href                   string
	// Change is the difference to the period before, Fell that chance does not explain it.
	Change, ChangeTone string
	Fell               bool
	// Uptake has its parts; they are nil where there is no rate.
	Uptake                   cell
	DueSoon                  number
	Open, Overdue, TasksLate number
	// Late says that open work is overdue.
	Late bool
	// LastEvent is the day of the newest known event, Silent that there is none, or that the agency
	// has gone quiet: then Rate says since when.
	LastEvent string
	Silent    bool

	rate, low, high, open, overdue *float64
}

// Left and Right are the cells of the row before and after the drawn open work: see number.HTML for why no template writes them.
func (r agencyRow) Left(w *words) template.HTML {
	var b strings.Builder
	b.WriteString("<td")
	if r.Silent {
		b.WriteString(` class="since"`)
	}
	b.WriteByte('>')
	switch r.Standing {
	case "below":
		b.WriteString(standingMark("below", "▼", w.Below))
	case "above":
		b.WriteString(standingMark("above", "▲", w.Above))
	}
	b.WriteString(string(r.Rate.HTML()) + "</td><td>")
	if r.Denominator.Exact == "" {
		b.WriteString(`<span class="none">–</span>`)
	} else {
		b.WriteString(string(r.Numerator.HTML()) + " / " + string(r.Denominator.HTML()))
	}
	tone := "level"
	if r.Fell {
		tone = "worse"
	}
	b.WriteString(`</td><td class="soft">` + inHTML.Replace(cmp.Or(r.Interval, none)) + `</td><td class="before"><b class="` + tone + `">` + inHTML.Replace(r.Change) + `</b></td>`)
	return template.HTML(b.String()) //nolint:gosec // all that is not ours is escaped
}

func standingMark(class, sign, says string) string {
	return `<span class="mark ` + class + `" title="` + inHTML.Replace(says) + `">` + sign + `<span class="heard">` + inHTML.Replace(says) + `</span></span> `
}

func (r agencyRow) Right() template.HTML {
	late := "<td>"
	if r.Late {
		late = `<td class="late">`
	}
	html := "<td>" + r.Open.HTML() + "</td>" + template.HTML(late) + r.Overdue.HTML() + "</td>"
	return html + "<td>" + r.DueSoon.HTML() + "</td><td>" + r.Uptake.HTML() + "</td><td>" + r.TasksLate.HTML() + "</td>"
}

// agencyCodes are the agencies that any of some figures names.
func (p *presenter) agencyCodes(ids ...string) []string {
	codes := map[string]bool{}
	for _, id := range ids {
		for code := range p.agencies[id] {
			codes[code] = true
		}
	}
	return slices.Sorted(maps.Keys(codes))
}

// compared is the table of the overview.
func (p *presenter) compared() agencyTable {
	const rate = "dossier.on_time_rate"
	t := p.table(rate, "dossier.open", "dossier.open_overdue")
	before := map[string]*float64{}
	for _, r := range p.figure(p.earlier(rate, "agency")).Rows {
		before[textOf(r.Keys.Of("agency"))] = r.Value
	}
	for i := range t.Rows {
		r := &t.Rows[i]
		r.Href, r.Change = p.agencyHref(r.Code), none
		if was := before[r.Code]; was != nil && r.rate != nil {
			r.Change, r.ChangeTone = p.points(rate, *r.rate-*was)
		}
		r.Uptake = p.cell(p.by("online.uptake", "agency"), p.agencies["online.uptake"][r.Code])
		r.DueSoon = p.ofAgency("dossier.due_soon", r.Code, p.lang.count)
		r.TasksLate = p.ofAgency("task.open_overdue", r.Code, p.lang.count)
	}
	return t
}

// table is the agencies with a rate or open work, the lowest rate first, those without one last.
func (p *presenter) table(rate, open, overdue string) agencyTable {
	var t agencyTable
	var rows []*agencyRow
	city := p.city[rate].Value
	if city != nil {
		t.City = p.rateText(city, p.city[rate].Numerator, p.city[rate].Denominator)
	}
	for _, code := range p.agencyCodes(rate, open, overdue) {
		of := p.agencies[rate][code]
		r := &agencyRow{
			Code: code, Name: p.name(code),
			Rate:        p.ofAgency(rate, code, p.lang.percent),
			Numerator:   p.number(rate, "numerator", of.Numerator, p.lang.count, &code, p.period.ID),
			Denominator: p.number(rate, "denominator", of.Denominator, p.lang.count, &code, p.period.ID),
			Open:        p.ofAgency(open, code, p.lang.count), Overdue: p.ofAgency(overdue, code, p.lang.count),
			rate: of.Value, low: of.Low, high: of.High,
			open: p.agencies[open][code].Value, overdue: p.agencies[overdue][code].Value,
			Standing: standing(of, city),
			Late:     valueOf(p.agencies[overdue][code].Value) > 0,
		}
		if of.Low != nil && of.High != nil {
			r.Interval = p.lang.interval(*of.Low, *of.High)
		}
		p.setLastEvent(r, of, p.agencies[open][code])
		if since := cmp.Or(of.NoDataSince, p.agencies[open][code].NoDataSince); since != "" {
			r.Silent = true
			r.Rate.Text, r.Standing, r.rate, r.low, r.high = p.w.NoDataSince+" "+p.lang.day(since), "", nil, nil, nil
		}
		rows = append(rows, r)
	}
	slices.SortStableFunc(rows, func(a, b *agencyRow) int {
		switch {
		case a.rate == nil || b.rate == nil:
			return cmp.Compare(has(b.rate), has(a.rate))
		case *a.rate != *b.rate:
			return cmp.Compare(*a.rate, *b.rate)
		default:
			return cmp.Compare(valueOf(b.open), valueOf(a.open))
		}
	})
	for _, r := range rows {
		t.Rows = append(t.Rows, *r)
	}
	p.scale(&t, city)
	return t
}

// scale sets where the axis of rates begins and ends.
func (p *presenter) scale(t *agencyTable, city *float64) {
	rates := []*float64{city}
	for _, r := range t.Rows {
		rates = append(rates, r.rate)
	}
	if t.from, t.to = span(rates); t.from == 70 {
		t.from = 60 // 70, 85, 100 would not fall on the lines that an axis draws
	}
	for i, at := range []float64{t.from, (t.from + t.to) / 2, t.to} {
		t.Scale[i] = p.lang.count(at)
	}
	t.Scale[2] += p.lang.Unit()
}

// standing says whether a group's rate is below or above the whole's by more than chance, as the funnel plot does. Its 95 %
// interval is no judge of few: where one in six is late, one late dossier is no sign, though its interval ends at 79 %.
func standing(r kpi.Row, whole *float64) string {
	if r.Value == nil || r.Numerator == nil || r.Denominator == nil || whole == nil {
		return ""
	}
	switch inFunnel(int(*r.Numerator), int(*r.Denominator), *whole) {
	case "below95", "below999":
		return "below"
	case "above95", "above999":
		return "above"
	default:
		return "like"
	}
}

// setLastEvent says when the agency was last heard of.
func (p *presenter) setLastEvent(r *agencyRow, rows ...kpi.Row) {
	r.LastEvent, r.Silent = p.w.NoEvent, true
	for _, row := range rows {
		if row.LastEvent != nil {
			r.LastEvent, r.Silent = p.lang.date(row.LastEvent.In(p.zone)), false
			return
		}
	}
}

func (p *presenter) ofAgency(id, code string, write func(float64) string) number {
	return p.number(id, "", p.agencies[id][code].Value, write, &code, p.period.ID)
}

func has(v *float64) int {
	if v == nil {
		return 0
	}
	return 1
}

// valueOf is 0 for what is not known.
func valueOf(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}
