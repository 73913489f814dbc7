package dashboards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tiendo/internal/kpi"
	"tiendo/internal/stats"
)

// notice is one kind of what needs attention, in words.
type notice struct {
	ID, Heading string
	// Bad says that there is something to look at; Untold that nobody knows.
	Bad, Untold bool
	Items       []noticeItem
	// Says is on what that rests, or that there is nothing; More how many stand not here.
	Says, More string
}

// noticeItem is an agency or a source, and what is the matter with it.
type noticeItem struct {
	Name, Href, Says string
	Number           number
	// Parts are what a rate is made of; nil for a count.
	Parts *cell
}

// noticed is how many items a notice names.
const noticed = 4

// certainty is with what chance the notice of rates that fell errs at all.
const certainty = 0.05

// attention is what needs a decision. It marks in the table which agencies have fallen.
func (p *presenter) attention(t *agencyTable) []notice {
	return []notice{p.fallen(t), p.grown(), p.dueNext(), p.goneQuiet()}
}

// fallen are the agencies whose on-time rate fell by more than chance explains.
func (p *presenter) fallen(t *agencyTable) notice {
	const id = "dossier.on_time_rate"
	n := notice{ID: "fell", Heading: p.t("fell")}
	before := map[string]kpi.Row{}
	for _, r := range p.figure(p.earlier(id, "agency")).Rows {
		before[textOf(r.Keys.Of("agency"))] = r
	}
	type fall struct {
		row *agencyRow
		by  float64
	}
	var chances []float64
	var tested []fall
	for i := range t.Rows {
		row := &t.Rows[i]
		was, is := before[row.Code], p.agencies[id][row.Code]
		if row.rate == nil || was.Value == nil || valueOf(is.Denominator) == 0 {
			continue
		}
		chances = append(chances, stats.FellByChance(int(*was.Numerator), int(*was.Denominator), int(*is.Numerator), int(*is.Denominator)))
		tested = append(tested, fall{row, *is.Value - *was.Value})
	}
	var fell []fall
	for i, beyond := range stats.Holm(chances, certainty) {
		if beyond {
			tested[i].row.Fell = true
			fell = append(fell, tested[i])
		}
	}
	slices.SortStableFunc(fell, func(a, b fall) int { return cmp.Compare(a.by, b.by) })
	for _, f := range fell {
		was := before[f.row.Code]
		n.Items = append(n.Items, noticeItem{
			Name: f.row.Name, Href: p.agencyHref(f.row.Code), Number: f.row.Rate,
			Says: p.rateText(was.Value, was.Numerator, was.Denominator) + " → ", Parts: &cell{Numerator: &f.row.Numerator, Denominator: &f.row.Denominator},
		})
	}
	if len(chances) == 0 {
		return p.untold("fell", p.t("fellUntold"))
	}
	n.Says = fmt.Sprintf(p.t("fellSays"), p.sinceWhen(), len(chances))
	return p.noticed(n, "fellNone")
}

// overdueWork is what may grow overdue, and what it is called in the middle of a sentence.
var overdueWork = []struct {
	id   string
	name inBoth
}{{"dossier.open_overdue", inBoth{"hồ sơ", "dossiers"}}, {"task.open_overdue", inBoth{"nhiệm vụ", "tasks"}}}

// grown are the agencies with more overdue work than at the end of the period before.
func (p *presenter) grown() notice {
	n := notice{ID: "grew", Heading: p.t("grew"), Says: fmt.Sprintf(p.t("grewSays"), p.sinceWhen())}
	if p.silent() {
		return p.untold("grew", p.t("nothingKnown"))
	}
	type growth struct {
		item noticeItem
		by   float64
	}
	var grew []growth
	for _, of := range overdueWork {
		before := map[string]float64{}
		for _, r := range p.figure(p.earlier(of.id, "agency")).Rows {
			before[textOf(r.Keys.Of("agency"))] = valueOf(r.Value)
		}
		q := p.by(of.id, "agency")
		for _, r := range p.figure(q).Rows {
			code := textOf(r.Keys.Of("agency"))
			if by := valueOf(r.Value) - before[code]; by > 0 {
				grew = append(grew, growth{noticeItem{
					Name: p.name(code), Href: p.agencyHref(code), Number: p.value(q, r),
					Says: "+" + p.lang.count(by) + nbsp + of.name.in(p.lang) + ": " + p.lang.count(before[code]) + " → ",
				}, by})
			}
		}
	}
	slices.SortStableFunc(grew, func(a, b growth) int { return cmp.Compare(b.by, a.by) })
	for _, g := range grew {
		n.Items = append(n.Items, g.item)
	}
	return p.noticed(n, "grewNone")
}

// dueNext are the agencies with most deadlines today and within the next two working days.
func (p *presenter) dueNext() notice {
	const id = "dossier.due_soon"
	n := notice{ID: "due", Heading: p.t("due")}
	if !p.underWay() {
		return p.untold("due", p.t("duePast"))
	}
	q := p.by(id, "agency")
	rows := slices.Clone(p.figure(q).Rows)
	slices.SortStableFunc(rows, func(a, b kpi.Row) int { return cmp.Compare(valueOf(b.Value), valueOf(a.Value)) })
	for _, r := range rows {
		if valueOf(r.Value) > 0 {
			code := textOf(r.Keys.Of("agency"))
			n.Items = append(n.Items, noticeItem{Name: p.name(code), Href: p.agencyHref(code), Number: p.value(q, r)})
		}
	}
	n.Says = fmt.Sprintf(p.t("dueSays"), p.value(p.whole(id), p.city[id]).Text)
	return p.noticed(n, "dueNone")
}

// goneQuiet are the agencies and sources of which nothing is heard any more.
func (p *presenter) goneQuiet() notice {
	n := notice{ID: "quiet", Heading: p.t("quiet"), Says: p.t("quietSays")}
	if p.silent() && len(p.quiet) == 0 {
		return p.untold("quiet", p.t("nothingKnown"))
	}
	for _, q := range p.quiet {
		item := noticeItem{Name: p.w.Source + " " + q.Source, Says: fmt.Sprintf("%s: %s %s", p.familiesOf(q), p.w.NoDataSince, p.lang.day(q.Since))}
		if q.Agency != "" {
			item.Name, item.Href = p.name(q.Agency), p.agencyHref(q.Agency)
		}
		n.Items = append(n.Items, item)
	}
	return p.noticed(n, "quietNone")
}

// untold is a notice of which nobody knows whether there is anything to see: its heading says neither.
func (p *presenter) untold(id, says string) notice {
	return notice{ID: id, Heading: p.t(id + "Of"), Untold: true, Says: says}
}

// familiesOf names the sorts of cases in which somebody has gone quiet.
func (p *presenter) familiesOf(s quietIn) string {
	names := make([]string, len(s.families))
	for i, f := range s.families {
		names[i] = familyNames[f].in(p.lang)
	}
	return strings.Join(names, ", ")
}

// noticed cuts a notice to what can be read at a glance. Where there is nothing, its heading says so: good news does not stand under
// the words for bad.
func (p *presenter) noticed(n notice, none string) notice {
	n.Bad = len(n.Items) > 0
	if !n.Bad {
		n.Heading, n.Says = p.t(none), ""
	}
	if over := len(n.Items) - noticed; over > 0 {
		n.Items, n.More = n.Items[:noticed], fmt.Sprintf(p.t("more"), over)
	}
	return n
}
