package ranking

import (
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"tiendo/internal/document"
	"tiendo/internal/period"
)

// The bounds of a method.
const (
	maxAreas    = 50
	maxCriteria = 200
	maxDays     = 366
	minDraws    = 10_000
	maxDraws    = 100_000
)

// What a method need not say.
const (
	defaultPoints     = 100
	defaultDecimals   = 2
	defaultDraws      = minDraws
	defaultSpread     = 0.25
	defaultDispersion = 0.01
)

// reader reads one method file.
type reader struct {
	document.Reader
	// ids are those of areas, criteria and adjustments, which are named apart.
	ids map[string]bool
}

// Read reads a method file. The error is a *document.Refusal that names everything in it that does not hold.
func Read(content []byte) (*Method, error) {
	r := &reader{ids: map[string]bool{}}
	m := r.method(content)
	if err := r.Refusal(); err != nil {
		return nil, err
	}
	m.Source, m.SHA256 = slices.Clone(content), fmt.Sprintf("%x", sha256.Sum256(content))
	return m, nil
}

func (r *reader) method(content []byte) *Method {
	body := r.Parse(content)
	if body == nil {
		return nil
	}
	o, ok := r.Object(body, "", "method", "version", "titles", "from", "to", "periods", "cutoff", "points", "groups", "exclude", "minimum",
		"areas", "adjustments", "ties", "deadlines", "publication", "uncertainty")
	if !ok {
		return nil
	}
	m := &Method{
		ID: o.Code("method", true), Version: o.Code("version", true), Titles: titles(&o, "titles"),
		From: o.Day("from", document.FirstDay), To: o.Day("to", document.LastDay),
		Report: o.Choice("cutoff", "calendar", "report") == "report", Points: number(&o, "points", defaultPoints),
	}
	if m.To < m.From {
		o.Fault("from", "%s lies after to, %s; the earlier day comes first", m.From, m.To)
	}
	if m.Points == 0 {
		o.Fault("points", "nothing can be reached; 100 would do")
	}
	r.periods(&o, m)
	r.groups(&o, m)
	r.exclude(&o, m)
	r.areas(&o, m, r.minimum(&o, Minimum{}))
	r.adjustments(&o, m)
	r.ties(&o, m)
	r.rules(&o, m)
	return m
}

// titles reads a text in both languages.
func titles(o *document.Object, member string) Names {
	vi, en := o.NamesOf(member)
	return Names{vi, en}
}

// number reads a number of 0 or more, or what it is if it is missing.
func number(o *document.Object, member string, missing float64) float64 {
	if n := o.Number(member); n != nil {
		return *n
	}
	return missing
}

func (r *reader) periods(o *document.Object, m *Method) {
	for _, n := range o.List("periods") {
		kind, _ := document.Scalar(n)
		switch {
		case !slices.Contains(period.Kinds(), kind):
			r.Fault(document.PlaceOf(n), "periods", "%q is no kind of period; %s would do", document.Short(kind), strings.Join(period.Kinds(), ", "))
		case slices.Contains(m.Periods, kind):
			r.Fault(document.PlaceOf(n), "periods", "%s is there already; leave one of them out", kind)
		default:
			m.Periods = append(m.Periods, kind)
		}
	}
	if o.Members["periods"] == nil || len(o.List("periods")) == 0 {
		o.Fault("periods", "it is missing; periods: [quarter] would do")
	}
}

func (r *reader) groups(o *document.Object, m *Method) {
	for _, n := range o.List("groups") {
		group, ok := r.Object(n, "groups", "code", "names")
		if !ok {
			continue
		}
		g := Group{Code: group.Code("code", true), Names: titles(&group, "names")}
		if m.Ranks(g.Code) {
			group.Fault("code", "%s is there already; leave one of them out", g.Code)
			continue
		}
		m.Groups = append(m.Groups, g)
	}
	if len(o.List("groups")) == 0 {
		o.Fault("groups", "it is missing; groups: [{code: department, names: {vi: Sở, en: Departments}}] would do")
	}
}

func (r *reader) exclude(o *document.Object, m *Method) {
	for _, n := range o.List("exclude") {
		e, ok := r.Object(n, "exclude", "agency", "reason")
		if !ok {
			continue
		}
		x := Exclusion{Agency: e.Code("agency", true), Reason: titles(&e, "reason")}
		if _, twice := m.exclusion(x.Agency); twice {
			e.Fault("agency", "%s is there already; leave one of them out", x.Agency)
			continue
		}
		m.Exclude = append(m.Exclude, x)
	}
}

func (r *reader) ties(o *document.Object, m *Method) {
	m.Ties.Decimals = defaultDecimals
	ties, ok := r.part(o, "ties", "decimals", "by")
	if !ok {
		return
	}
	if d := ties.Whole("decimals", 6); d != nil {
		m.Ties.Decimals = int(*d)
	}
	for _, n := range ties.List("by") {
		id, _ := document.Scalar(n)
		switch {
		case !m.scored(id):
			r.Fault(document.PlaceOf(n), "ties.by", "%q is no area or criterion of this method; name one by its id", document.Short(id))
		case slices.Contains(m.Ties.By, id):
			r.Fault(document.PlaceOf(n), "ties.by", "%s is there already; leave one of them out", id)
		default:
			m.Ties.By = append(m.Ties.By, id)
		}
	}
}

// scored says whether an id is one of an area or a criterion.
func (m *Method) scored(id string) bool {
	return slices.ContainsFunc(m.Areas, func(a Area) bool { return a.ID == id }) ||
		slices.ContainsFunc(m.Criteria(), func(c Criterion) bool { return c.ID == id })
}

// rules reads what surrounds the points.
func (r *reader) rules(o *document.Object, m *Method) {
	if d, ok := r.part(o, "deadlines", "submit", "verify"); ok {
		m.Deadlines = Deadlines{days(&d, "submit"), days(&d, "verify")}
		if m.Deadlines.Verify > 0 && m.Deadlines.Verify < m.Deadlines.Submit {
			d.Fault("verify", "verifying ends before submitting does; write days after the period's end, the later ones here")
		}
	}
	if p, ok := r.part(o, "publication", "after", "completeness", "confirm"); ok {
		m.Publication = Publication{After: days(&p, "after"), Completeness: share(&p, "completeness"), Confirm: p.Choice("confirm", "true", "false") == "true"}
	}
	m.Uncertainty = Uncertainty{Draws: defaultDraws, Weights: defaultSpread, Dispersion: defaultDispersion}
	u, ok := r.part(o, "uncertainty", "draws", "weights", "dispersion")
	if !ok {
		return
	}
	if text := u.Text("draws"); text != "" {
		draws, err := strconv.Atoi(text)
		if err != nil || draws < minDraws || draws > maxDraws {
			u.Fault("draws", "%q is no whole number from %d to %d", document.Short(text), minDraws, maxDraws)
		}
		m.Uncertainty.Draws = draws
	}
	if s := share(&u, "weights"); s != nil {
		m.Uncertainty.Weights = *s
	}
	if s := share(&u, "dispersion"); s != nil {
		m.Uncertainty.Dispersion = *s
	}
}

// part reads a member that has members; ok is false if it is missing, or none.
func (r *reader) part(o *document.Object, member string, known ...string) (part document.Object, ok bool) {
	if o.Members[member] == nil {
		return part, false
	}
	return r.Object(o.Members[member], o.Name(member), known...)
}

func days(o *document.Object, member string) int {
	if n := o.Whole(member, maxDays); n != nil {
		return int(*n)
	}
	return 0
}

// share reads a number from 0 to 1; nil if it is missing.
func share(o *document.Object, member string) *float64 {
	x := o.Number(member)
	if x != nil && *x > 1 {
		o.Fault(member, "it lies between 0 and 1; 95 %% is written 0.95")
	}
	return x
}

// equal says whether sums of weights are the same, but for how a computer adds.
func equal(a, b float64) bool { return math.Abs(a-b) < 1e-9*math.Max(1, math.Abs(b)) }
