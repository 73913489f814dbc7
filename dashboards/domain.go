package dashboards

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"tiendo/internal/kpi"
)

// domain is a page of one domain: sections of cards, charts by month and tables, each said by the figures that it shows. The
// figures have the catalogue's names and definitions.
type domain struct {
	path        string
	name, title inBoth
	// filters and lists are those of a page.
	filters  []string
	lists    []string
	phrases  phrases
	sections []section
}

// section is a part of such a page.
type section struct {
	id         string
	name, says inBoth
	cards      []string
	charts     []monthChart
	tables     []breakdown
	// special is drawn by the page itself; nil for nothing.
	special *special
	// lists are tables of texts; nil for none.
	lists func(p *presenter) []plainTable
	// open is a figure of open cases, which are listed by their deadlines; "" for none.
	open string
	// event is the type of event by which such cases begin; it is named where nothing is known.
	event string
}

// monthChart is some figures by month: rates as lines, counts as bars.
type monthChart struct {
	name inBoth
	ids  []string
}

// breakdown is a table of figures by a dimension. Rows without any case are left out; the first column orders them.
type breakdown struct {
	by      string
	name    inBoth
	columns []string
}

// special is something that one page draws alone.
type special struct {
	ask  func(q *asked) []kpi.Query
	view func(p *presenter) (*chart, error)
}

func (d *domain) page() *page {
	return &page{
		path: d.path, name: d.name, title: d.title, template: "domain", phrases: d.phrases, filters: d.filters, lists: d.lists,
		ask: d.ask, view: func(p *presenter) (any, error) { return d.view(p) },
	}
}

// ask asks for each figure once in each way in which it is shown.
func (d *domain) ask(q *asked) []kpi.Query {
	var all []kpi.Query
	add := func(one kpi.Query) {
		if !slices.ContainsFunc(all, func(other kpi.Query) bool { return questionKey(other) == questionKey(one) }) {
			all = append(all, one)
		}
	}
	for _, s := range d.sections {
		for _, id := range s.cards {
			add(q.whole(id))
			if q.comparable(id) {
				add(q.earlier(id))
			}
			if byMonthToo(id) {
				add(q.byMonth(id))
			}
		}
		for _, c := range s.charts {
			for _, id := range c.ids {
				add(q.byMonth(id))
			}
		}
		for _, t := range s.tables {
			for _, id := range t.columns {
				add(q.by(id, t.by))
			}
		}
		if s.special != nil {
			for _, one := range s.special.ask(q) {
				add(one)
			}
		}
	}
	return all
}

// comparable says that a figure can stand beside that of the period before: of a period that still runs a sum cannot, for the
// other is whole, and neither can what has been done of a plan.
func (s stretches) comparable(id string) bool {
	d, _ := kpi.ByID(id)
	grows := d.Shape == kpi.Count && !d.Stock() || d.Reported() && id != "org.staffing_ratio"
	return id != "dossier.due_soon" && (!grows || !s.period.Running)
}

// domainView is the model of such a page.
type domainView struct {
	Silent   bool
	Sections []sectionView
}

type sectionView struct {
	ID, Name, Says string
	// Missing is the type of event to send where the section has nothing to show.
	Missing string
	// DueNext leads to the cases that are open, by their deadlines, from today on.
	DueNext string
	Cards   []card
	Charts  []chart
	Tables  []breakdownView
	Lists   []plainTable
}

// Bare says that the section has nothing to show, and nothing to say why.
func (s sectionView) Bare() bool {
	return s.Missing == "" && len(s.Cards)+len(s.Charts)+len(s.Tables)+len(s.Lists) == 0
}

// breakdownView is a table: of each row the values, and of rates of how many.
type breakdownView struct {
	ID, Name, By string
	Head         []columnHead
	Rows         []breakdownRow
}

type columnHead struct{ Name, Says string }

type breakdownRow struct {
	Code, Name, Href string
	Cells            []cell
	// Since is when the row's agency was last heard of, where it has gone quiet.
	Since string
}

// cell is a value in a table, and what it is made of.
type cell struct {
	Value                  number
	Numerator, Denominator *number
	// Bad marks a count that should be 0 and is not.
	Bad bool
	// N is of how many cases a quantile is.
	N string
}

// HTML is the row in a page; see number.HTML for why no template writes it.
func (r breakdownRow) HTML() template.HTML {
	var b strings.Builder
	b.WriteString(`<tr><th scope="row">`)
	if r.Href != "" {
		b.WriteString(`<a href="` + inHTML.Replace(r.Href) + `" title="` + inHTML.Replace(r.Code) + `">` + inHTML.Replace(r.Name) + `</a>`)
	} else {
		b.WriteString(inHTML.Replace(r.Name))
	}
	if r.Since != "" {
		b.WriteString(` <small class="since">` + inHTML.Replace(r.Since) + `</small>`)
	}
	b.WriteString(`</th>`)
	for _, c := range r.Cells {
		if c.Bad {
			b.WriteString(`<td class="late">`)
		} else {
			b.WriteString(`<td>`)
		}
		c.write(&b)
		b.WriteString(`</td>`)
	}
	b.WriteString(`</tr>`)
	return template.HTML(b.String()) //nolint:gosec // escaped
}

// HTML is the value of a cell in a page, after what it is made of.
func (c cell) HTML() template.HTML {
	var b strings.Builder
	c.write(&b)
	return template.HTML(b.String()) //nolint:gosec // escaped
}

func (c cell) write(b *strings.Builder) {
	if c.Numerator != nil || c.N != "" {
		c.writeMade(b)
		b.WriteString(" ")
	}
	c.Value.write(b)
}

// Made is what the value is made of; "" where it is made of nothing.
func (c cell) Made() template.HTML {
	var b strings.Builder
	c.writeMade(&b)
	return template.HTML(b.String()) //nolint:gosec // escaped
}

func (c cell) writeMade(b *strings.Builder) {
	switch {
	case c.Numerator != nil:
		b.WriteString(`<small class="parts">`)
		c.Numerator.write(b)
		b.WriteString(" / ")
		c.Denominator.write(b)
		b.WriteString(`</small>`)
	case c.N != "":
		b.WriteString(`<small class="parts">` + inHTML.Replace(c.N) + `</small>`)
	}
}

func (d *domain) view(p *presenter) (*domainView, error) {
	v := &domainView{Silent: true}
	for _, s := range d.sections {
		sv := sectionView{ID: s.id, Name: s.name.in(p.lang), Says: s.says.in(p.lang)}
		silent := s.event != ""
		for _, id := range s.cards {
			c := p.card(id)
			silent = silent && (c.Value.Exact == "" || c.Value.Exact == "0")
			sv.Cards = append(sv.Cards, c)
		}
		if silent {
			sv.Missing = s.event
		}
		v.Silent = v.Silent && silent
		if s.open != "" && !silent {
			sv.DueNext = p.nextByDeadline(s.open)
		}
		for i, c := range s.charts {
			if silent {
				break // which would draw nothing
			}
			made, err := p.overMonths(fmt.Sprintf("%s-%d", s.id, i), c)
			if err != nil {
				return nil, fmt.Errorf("make the charts of %s: %w", s.id, err)
			}
			sv.Charts = append(sv.Charts, made)
		}
		if s.lists != nil {
			sv.Lists = s.lists(p)
		}
		if s.special != nil {
			made, err := s.special.view(p)
			if err != nil {
				return nil, fmt.Errorf("make the chart of %s: %w", s.id, err)
			}
			if made != nil {
				sv.Charts = append(sv.Charts, *made)
			}
		}
		for i, t := range s.tables {
			if made := p.breakdown(fmt.Sprintf("%s-by-%s-%d", s.id, t.by, i), t); len(made.Rows) > 0 && !silent {
				sv.Tables = append(sv.Tables, made)
			}
		}
		v.Sections = append(v.Sections, sv)
	}
	return v, nil
}

// nameOfFigure is what the catalogue calls a figure.
func (p *presenter) nameOfFigure(id string) string {
	d, _ := kpi.ByID(id)
	return p.lang.of(d.VI, d.EN)
}

// says is what the catalogue says of it, in one sentence.
func (p *presenter) says(id string) string {
	d, _ := kpi.ByID(id)
	return definitionOf(&d, p.lang)
}

// card is the card of any figure of all that the page asks for.
func (p *presenter) card(id string) card {
	d, _ := kpi.ByID(id)
	name, says := p.nameOfFigure(id), p.says(id)
	if d.Shape == kpi.Ratio {
		c := p.rate(id, name, says, "")
		if strings.HasPrefix(id, "org.") { // of posts and plans, which are no sample
			c.Interval = ""
		}
		return c
	}
	r := p.city[id]
	c := card{Name: name, Says: says, Value: p.value(p.whole(id), r), Spark: p.spark(id)}
	if c.Value.Exact != "" && d.Shape != kpi.Count {
		c.Value.Text += nbsp + unitAfter[d.Unit].in(p.lang)
	}
	switch {
	case d.Shape == kpi.Mean && valueOf(r.Denominator) > 0:
		c.Of = "n = " + p.lang.count(*r.Denominator)
	case r.N != nil && *r.N > 0:
		c.Of = "n = " + p.lang.count(float64(*r.N))
	}
	c.Alarm = d.Shape == kpi.Count && d.Direction == kpi.Lower && valueOf(r.Value) > 0
	write := p.writer(id)
	p.aim(&c, id, r, write)
	if before := p.before[id].Value; before != nil && r.Value != nil && (d.Shape != kpi.Count || toldOf(d, p.before)) {
		c.Before, c.Since = write(*before), p.sinceWhen()
		c.Change, c.Tone = p.change(id, *r.Value-*before, write(abs(*r.Value-*before)), write(0))
	}
	return c
}

// unitAfter is what stands after a value that is neither a count nor a share.
var unitAfter = map[string]inBoth{"hours": {"giờ", "h"}, "days": {"ngày", "days"}, "score": {"/ 5", "/ 5"}}

// overMonths draws figures by month.
func (p *presenter) overMonths(id string, of monthChart) (chart, error) {
	d, _ := kpi.ByID(of.ids[0])
	if d.Shape == kpi.Ratio {
		var lines []line
		for i, figure := range of.ids {
			lines = append(lines, line{figure, p.nameOfFigure(figure), []stroke{strokeMain, strokeFirst, strokeKept}[i]})
		}
		return p.trend(id, of.name.in(p.lang), lines)
	}
	if len(of.ids) == 2 && strings.HasSuffix(of.ids[0], ".open") && strings.HasSuffix(of.ids[1], ".open_overdue") {
		return p.piles(id, of.name.in(p.lang), of.ids[0], of.ids[1])
	}
	return p.flows(id, of.name.in(p.lang), of.ids)
}

// breakdown is a table of figures by a dimension.
func (p *presenter) breakdown(id string, of breakdown) breakdownView {
	v := breakdownView{ID: id, Name: of.name.in(p.lang), By: dimensionNames[of.by].in(p.lang)}
	keys := map[string]bool{}
	rows := map[string]map[string]kpi.Row{}
	for _, figure := range of.columns {
		v.Head = append(v.Head, columnHead{p.nameOfFigure(figure), p.says(figure)})
		rows[figure] = map[string]kpi.Row{}
		for _, r := range p.figure(p.by(figure, of.by)).Rows {
			key := textOf(r.Keys.Of(of.by))
			rows[figure][key] = r
			if valueOf(r.Value) != 0 || valueOf(r.Denominator) > 0 || r.NoDataSince != "" {
				keys[key] = true
			}
		}
	}
	for key := range keys {
		row := breakdownRow{Code: key, Name: p.names(of.by, key, p.lang)}
		if of.by == "agency" && key != "" {
			row.Href = p.agencyHref(key)
		}
		for _, figure := range of.columns {
			r := rows[figure][key]
			if r.Keys == nil {
				r.Keys = kpi.Keys{{Dimension: of.by, Code: &key}}
			}
			row.Cells = append(row.Cells, p.cell(p.by(figure, of.by), r))
			if r.NoDataSince != "" {
				row.Since = p.noDataSince(r.NoDataSince)
			}
		}
		v.Rows = append(v.Rows, row)
	}
	first := rows[of.columns[0]]
	slices.SortFunc(v.Rows, func(a, b breakdownRow) int {
		switch x, y := valueOf(first[a.Code].Value), valueOf(first[b.Code].Value); {
		case x > y:
			return -1
		case x < y:
			return 1
		default:
			return strings.Compare(a.Name+a.Code, b.Name+b.Code)
		}
	})
	return v
}

// cell is a row's value, with what it is made of.
func (p *presenter) cell(q kpi.Query, r kpi.Row) cell {
	d, _ := kpi.ByID(q.ID)
	c := cell{Value: p.value(q, r), Bad: d.Shape == kpi.Count && d.Direction == kpi.Lower && valueOf(r.Value) > 0, N: p.ofHowMany(d, r)}
	if d.Shape == kpi.Ratio && valueOf(r.Denominator) > 0 {
		numerator, denominator := p.numerator(q, r), p.denominator(q, r)
		c.Numerator, c.Denominator = &numerator, &denominator
	}
	return c
}

// ofHowMany says of how many a mean or a quantile is; "" of other figures, and of none.
func (p *presenter) ofHowMany(d kpi.Definition, r kpi.Row) string {
	switch {
	case d.Shape == kpi.Mean && valueOf(r.Denominator) > 0:
		return "n = " + p.lang.count(*r.Denominator)
	case r.N != nil && *r.N > 0:
		return "n = " + p.lang.count(float64(*r.N))
	default:
		return ""
	}
}
