package ranking

import (
	"maps"
	"slices"
	"strings"

	"tiendo/internal/document"
	"tiendo/internal/kpi"

	"github.com/goccy/go-yaml/ast"
)

func (r *reader) areas(o *document.Object, m *Method, minimum Minimum) {
	list := o.List("areas")
	if len(list) == 0 || len(list) > maxAreas {
		o.Fault("areas", "there are %d; 1 to %d would do, each with its criteria", len(list), maxAreas)
		return
	}
	sum, faults := 0.0, len(r.Faults)
	for _, n := range list {
		area, ok := r.Object(n, "areas", "id", "titles", "weight", "criteria")
		if !ok {
			continue
		}
		a := Area{ID: r.id(&area), Titles: titles(&area, "titles"), Weight: weight(&area)}
		sum += a.Weight
		r.criteria(&area, &a, minimum)
		m.Areas = append(m.Areas, a)
	}
	if len(r.Faults) == faults && !equal(sum, m.Points) {
		o.Fault("areas", "the weights of the areas sum to %g, not to %g as points says; correct one of them", sum, m.Points)
	}
	if n := len(m.Criteria()); n > maxCriteria {
		o.Fault("areas", "there are %d criteria; at most %d would do", n, maxCriteria)
	}
}

func (r *reader) criteria(area *document.Object, a *Area, minimum Minimum) {
	sum, faults := 0.0, len(r.Faults)
	for _, n := range area.List("criteria") {
		o, ok := r.Object(n, "criteria", "id", "titles", "weight", "kpi", "where", "assessment", "unverified", "better", "scoring", "minimum", "missing")
		if !ok {
			continue
		}
		c := Criterion{ID: r.id(&o), Titles: titles(&o, "titles"), Weight: weight(&o), Missing: Zero}
		sum += c.Weight
		if missing := o.Choice("missing", string(Zero), string(Neutral), string(Unranked)); missing != "" {
			c.Missing = Fallback(missing)
		}
		switch {
		case (o.Members["kpi"] == nil) == (o.Members["assessment"] == nil):
			o.Fault("kpi", "a criterion is a figure or an assessment; write kpi: dossier.on_time_rate or assessment: {code: plan, maximum: 10}, and not both")
		case o.Members["kpi"] != nil:
			r.ofFigure(&o, &c, minimum)
		default:
			r.ofAssessment(&o, &c)
		}
		a.Criteria = append(a.Criteria, c)
	}
	switch {
	case len(area.List("criteria")) == 0:
		area.Fault("criteria", "it is missing; an area has at least one criterion")
	case a.Weight > 0 && len(r.Faults) == faults && !equal(sum, a.Weight):
		area.Fault("weight", "the weights of the criteria of %s sum to %g, not to its own of %g; correct one of them", a.ID, sum, a.Weight)
	}
}

// id reads a name that nothing else in the file has.
func (r *reader) id(o *document.Object) string {
	id := o.Code("id", true)
	if r.ids[id] {
		o.Fault("id", "%s is the id of another area, criterion or adjustment; choose another", id)
	}
	if id != "" {
		r.ids[id] = true
	}
	return id
}

func weight(o *document.Object) float64 {
	w := o.Number("weight")
	switch {
	case w != nil && *w > 0:
		return *w
	case w != nil || o.Text("weight") == "":
		o.Fault("weight", "a number of points above 0 would do")
	}
	return 0
}

func (r *reader) ofFigure(o *document.Object, c *Criterion, minimum Minimum) {
	d, ok := r.figure(o, &c.KPI, &c.Where)
	if !ok {
		return
	}
	if o.Members["unverified"] != nil {
		o.Fault("unverified", "it is for assessments; leave it out")
	}
	c.Better = Better(o.Choice("better", string(BetterHigher), string(BetterLower), string(BetterNeither)))
	if c.Better == "" {
		if c.Better = Better(d.Direction); d.Direction == kpi.Neutral {
			o.Fault("better", "%s is neither better when higher nor when lower; say higher, lower or, for a figure that is best somewhere between, neither", d.ID)
			return
		}
	}
	r.scoring(o, c, d)
	if d.Shape == kpi.Count {
		if o.Members["minimum"] != nil {
			o.Fault("minimum", "%s is a count and not of a number of cases; leave it out", d.ID)
		}
		return
	}
	c.Minimum = r.minimum(o, minimum)
}

// figure reads a figure of the catalogue and its filters.
func (r *reader) figure(o *document.Object, id *string, where *map[string][]string) (kpi.Definition, bool) {
	*id = o.Text("kpi")
	d, ok := kpi.ByID(*id)
	if !ok {
		o.Fault("kpi", "%q is no figure of the catalogue%s", document.Short(*id), like(*id))
		return d, false
	}
	if o.Members["where"] == nil {
		return d, true
	}
	can := slices.DeleteFunc(d.Filters(), func(name string) bool { return name == "agency" || name == "group" })
	filters, ok := r.part(o, "where", can...)
	if !ok {
		return d, false
	}
	*where = map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(filters.Members)) {
		values := []ast.Node{filters.Members[name]}
		if list, isList := values[0].(*ast.SequenceNode); isList {
			values = list.Values
		}
		for _, n := range values {
			value, single := document.Scalar(n)
			if !single || value == "" {
				r.Fault(document.PlaceOf(n), filters.Name(name), "a value, or a list of values, would do")
				continue
			}
			(*where)[name] = append((*where)[name], value)
		}
	}
	return d, true
}

// like names figures of the same family as an id that is none.
func like(id string) string {
	prefix, _, _ := strings.Cut(id, ".")
	var ids []string
	for _, d := range kpi.Catalogue() {
		if strings.HasPrefix(d.ID, prefix+".") {
			ids = append(ids, d.ID)
		}
	}
	if len(ids) == 0 || prefix == "" {
		return "; GET /v1/kpis lists them"
	}
	return "; there are " + strings.Join(ids, ", ")
}

func (r *reader) ofAssessment(o *document.Object, c *Criterion) {
	for _, member := range []string{"where", "better", "scoring", "minimum"} {
		if o.Members[member] != nil {
			o.Fault(member, "it is for figures; an assessment counts by its points ÷ its maximum")
		}
	}
	a, ok := r.part(o, "assessment", "code", "maximum")
	if !ok {
		return
	}
	c.Better, c.Assessment, c.Maximum = BetterHigher, a.Code("code", true), maximum(&a)
	c.Unverified = CountsZero
	if o.Choice("unverified", string(CountsZero), string(CountsClaim)) == string(CountsClaim) {
		c.Unverified = CountsClaim
	}
}

func maximum(o *document.Object) float64 {
	most := o.Number("maximum")
	if most == nil || *most == 0 {
		if most != nil || o.Text("maximum") == "" {
			o.Fault("maximum", "a number of points above 0 would do")
		}
		return 0
	}
	return *most
}

// minimum reads how many cases are needed; by default what holds for the whole method.
func (r *reader) minimum(o *document.Object, missing Minimum) Minimum {
	least, ok := r.part(o, "minimum", "volume", "below")
	if !ok {
		return missing
	}
	v, below := least.Whole("volume", 1_000_000), Fallback(least.Choice("below", string(Shrink), string(Neutral), string(Unranked)))
	if v == nil && least.Text("volume") == "" {
		least.Fault("volume", "it is missing; the least number of cases would do, such as 30")
	}
	if below == "" && least.Text("below") == "" {
		least.Fault("below", "it is missing; shrink, neutral or unranked would do")
	}
	if v == nil {
		return Minimum{}
	}
	return Minimum{float64(*v), below}
}

func (r *reader) adjustments(o *document.Object, m *Method) {
	for _, n := range o.List("adjustments") {
		a, ok := r.Object(n, "adjustments", "id", "titles", "kind", "maximum", "assessment", "kpi", "where", "each")
		if !ok {
			continue
		}
		x := Adjustment{ID: r.id(&a), Titles: titles(&a, "titles"), Maximum: maximum(&a)}
		kind := a.Choice("kind", "bonus", "penalty")
		if x.Penalty = kind == "penalty"; kind == "" && a.Text("kind") == "" {
			a.Fault("kind", "it is missing; bonus or penalty would do")
		}
		switch {
		case (a.Members["kpi"] == nil) == (a.Members["assessment"] == nil):
			a.Fault("kpi", "points come from a count or from an assessment; write kpi: finding.open_overdue with each: 0.5, or assessment: discipline, and not both")
		case a.Members["assessment"] != nil:
			x.Assessment = a.Code("assessment", true)
			if a.Members["each"] != nil || a.Members["where"] != nil {
				a.Fault("each", "it is for figures; verified points count as they are")
			}
		default:
			d, ok := r.figure(&a, &x.KPI, &x.Where)
			if ok && d.Shape != kpi.Count {
				a.Fault("kpi", "%s is a %s; only of a count can each one move points", d.ID, d.Shape)
			}
			if x.Each = number(&a, "each", 0); x.Each == 0 {
				a.Fault("each", "how many points each one moves would do, such as 0.5")
			}
		}
		m.Adjustments = append(m.Adjustments, x)
	}
}
