package dashboards

import (
	"net/http"
	"slices"
	"strings"

	"tiendo/internal/kpi"
	"tiendo/internal/metrics"
)

// catalogueView is the page of all definitions.
type catalogueView struct {
	Lang   language
	Groups []figureGroup
	// Missing are what the prescribed ways of counting ask for and cannot be had.
	Missing []missingEntry
}

// missingEntry is something that is not computed, in one language.
type missingEntry struct{ Code, Law, Name, Why string }

// figureGroup is the figures of one subject.
type figureGroup struct {
	ID, Name string
	Figures  []figureEntry
}

// figureEntry is one definition in one language, with its name in the other.
type figureEntry struct {
	ID, Name, Other, OtherSays, OtherLang string
	Says, Formula, Unit, Better, State    string
	Law, Cannot, Metric, API, Version     string
	Leadership                            bool
}

// groups are the subjects of figures, by the part of an id before the dot.
var groups = []struct {
	prefixes string
	id       string
	names    inBoth
}{
	{"dossier", "dossiers", inBoth{"Hồ sơ thủ tục hành chính", "Dossiers"}},
	{"leg", "legs", inBoth{"Chặng của hồ sơ liên thông", "Legs of interlinked dossiers"}},
	{"online post", "channels", inBoth{"Trực tuyến và bưu chính công ích", "Online and by post"}},
	{"satisfaction", "satisfaction", inBoth{"Mức độ hài lòng", "Satisfaction"}},
	{"task", "tasks", inBoth{"Nhiệm vụ được giao", "Assigned tasks"}},
	{"petition reception", "petitions", inBoth{"Đơn thư và tiếp công dân", "Petitions and citizen reception"}},
	{"finding", "findings", inBoth{"Kiểm tra: tồn tại, hạn chế", "Inspection findings"}},
	{"org", "organisation", inBoth{"Tổ chức, biên chế", "Organisation and staff"}},
	{"official", "official", inBoth{"Cách tính của cơ quan có thẩm quyền", "Official ways of counting"}},
	{"quality", "quality", inBoth{"Chất lượng dữ liệu", "Quality of data"}},
}

// subjectOf names the subject of a figure.
func subjectOf(id string) inBoth {
	prefix, _, _ := strings.Cut(id, ".")
	for _, g := range groups {
		if slices.Contains(strings.Fields(g.prefixes), prefix) {
			return g.names
		}
	}
	return inBoth{prefix, prefix}
}

var unitNames = map[string]inBoth{
	"count": {"số lượng", "count"}, "ratio": {"tỷ lệ", "ratio"}, "hours": {"giờ", "hours"}, "days": {"ngày", "days"}, "score": {"điểm 1–5", "score 1–5"},
}

// unitOf names the unit of a figure: hours that a calendar counts are other hours.
func unitOf(d *kpi.Definition) inBoth {
	if d.WorkingTime() {
		return inBoth{"giờ làm việc", "working hours"}
	}
	return unitNames[d.Unit]
}

var betterNames = map[kpi.Direction]inBoth{
	kpi.Higher: {"cao hơn", "higher"}, kpi.Lower: {"thấp hơn", "lower"}, kpi.Neutral: {"không đánh giá", "neither"},
}

// catalogueOf is the catalogue in one language. A figure of a prefix that no group names comes last, under its prefix.
func catalogueOf(lang language) catalogueView {
	v := catalogueView{Lang: lang}
	at := map[string]int{}
	for _, g := range groups {
		for prefix := range strings.FieldsSeq(g.prefixes) {
			at[prefix] = len(v.Groups)
		}
		v.Groups = append(v.Groups, figureGroup{ID: g.id, Name: g.names.in(lang)})
	}
	for _, d := range kpi.Catalogue() {
		prefix, _, _ := strings.Cut(d.ID, ".")
		i, ok := at[prefix]
		if !ok {
			i, at[prefix] = len(v.Groups), len(v.Groups)
			v.Groups = append(v.Groups, figureGroup{ID: prefix, Name: prefix})
		}
		v.Groups[i].Figures = append(v.Groups[i].Figures, entryOf(&d, lang))
	}
	for _, m := range kpi.NotComputed() {
		v.Missing = append(v.Missing, missingEntry{m.Code, m.Law, lang.of(m.VI, m.EN), lang.of(m.WhyVI, m.Why)})
	}
	return v
}

func entryOf(d *kpi.Definition, lang language) figureEntry {
	other := english
	if lang == english {
		other = vietnamese
	}
	e := figureEntry{
		ID: d.ID, Name: lang.of(d.VI, d.EN), Other: other.of(d.VI, d.EN), OtherLang: string(other), OtherSays: definitionOf(d, other),
		Says: definitionOf(d, lang), Formula: d.Formula(string(lang)), Law: d.Law, Cannot: lang.of(d.CaveatVI, d.Caveat),
		Metric: metrics.MetricName(d.ID), API: "/v1/kpis/" + d.ID, Version: d.Version, Leadership: d.Leadership,
		Unit: unitOf(d).in(lang), Better: betterNames[d.Direction].in(lang), State: toldIn[lang].Flow,
	}
	if d.Stock() {
		e.State = toldIn[lang].Stock
	}
	return e
}

// definitionOf is what a figure is, as a sentence.
func definitionOf(d *kpi.Definition, lang language) string {
	if lang == vietnamese {
		return d.SaysVI
	}
	says := d.Says
	return strings.ToUpper(says[:1]) + says[1:] + "."
}

func (p *Pages) catalogue(w http.ResponseWriter, r *http.Request) {
	lang, ok := p.language(w, r)
	if !ok {
		return
	}
	p.send(w, r, http.StatusOK, "kpis", p.sheet(r, lang, toldIn[lang].Catalogue, catalogueOf(lang)))
}
