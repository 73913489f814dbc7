package register

import (
	"tiendo/internal/calendar"
	"tiendo/internal/document"
)

// Figure is what targets need to know of a figure.
type Figure struct {
	// Ratio: its values lie between 0 and 1.
	Ratio bool
	// Lower: less is better. Higher: more is. Neither: it is neither better nor worse.
	Lower, Higher bool
}

// Figures says what a figure is; ok is false if there is none of that id.
type Figures func(id string) (f Figure, ok bool)

// Target is a value that a figure is to reach.
type Target struct {
	Figure string
	// Agency or Group is whose it is; neither: it is the city's and everybody's who has none of their own.
	Agency, Group string
	// Period is the kind of period that it is for, one of [PeriodKinds]; empty: for any.
	Period string
	// Target is in the figure's unit. Warn is the value at which it is nearly missed; nil if there is none.
	Target float64
	Warn   *float64
	// Source is the document that sets it.
	Source string
	Span
}

// PeriodKinds returns the kinds of periods that targets may be for. The slice is the caller's.
func PeriodKinds() []string {
	return []string{"day", "month", "quarter", "half", "nine_months", "year"}
}

// scope is whose targets of a figure are meant.
type scope struct{ figure, agency, group string }

type targetBook map[scope][]Target

func readTargets(r *reader, content []byte, figures Figures, agencies *agencyBook) targetBook {
	var all []placed[Target]
	for _, o := range r.entries(content, Targets, "figure", "agency", "group", "period", "target", "warn", "source", "from", "to") {
		t := Target{
			Figure: o.Code("figure", true), Agency: o.Code("agency", false), Group: o.Code("group", false),
			Period: o.Choice("period", PeriodKinds()...), Warn: o.Number("warn"), Source: o.Words("source", false), Span: spanOf(&o),
		}
		if n := o.Number("target"); n != nil {
			t.Target = *n
		} else if o.Text("target") == "" {
			o.Fault("target", "it is missing; a number such as 0.95 would do")
		}
		if t.Agency != "" && t.Group != "" {
			o.Fault("group", "a target is an agency's or a group's; leave one of them out")
		}
		if agencies != nil {
			checkTarget(&o, &t, figures, agencies)
		}
		if t.Figure != "" {
			all = append(all, placed[Target]{t.Figure + " " + t.Agency + " " + t.Group + " " + t.Period, t, o})
		}
	}
	b := targetBook{}
	for _, list := range arrange(all) {
		key := scope{list[0].Figure, list[0].Agency, list[0].Group}
		b[key] = append(b[key], list...)
	}
	return b
}

// checkTarget looks up what a target names.
func checkTarget(o *document.Object, t *Target, figures Figures, agencies *agencyBook) {
	if t.Agency != "" && agencies.byCode[t.Agency] == nil {
		o.Fault("agency", "%q is no code of the agencies; load them with it before, or correct it", t.Agency)
	}
	if t.Group != "" && !agencies.named[t.Group] {
		o.Fault("group", "%q is no group of the agencies; load them with it before, or correct it", t.Group)
	}
	f, ok := figures(t.Figure)
	if t.Figure != "" && !ok {
		o.Fault("figure", "%q is no figure; GET /v1/kpis lists them", t.Figure)
	}
	if f.Ratio && t.Target > 1 {
		o.Fault("target", "%s lies between 0 and 1; 95 %% is written 0.95", t.Figure)
	}
	if t.Warn == nil || o.Text("target") == "" {
		return
	}
	if f.Ratio && *t.Warn > 1 {
		o.Fault("warn", "%s lies between 0 and 1; 90 %% is written 0.90", t.Figure)
	}
	if f.Higher && *t.Warn > t.Target {
		o.Fault("warn", "more is better here, so the warning lies at or below the target of %g", t.Target)
	}
	if f.Lower && *t.Warn < t.Target {
		o.Fault("warn", "less is better here, so the warning lies at or above the target of %g", t.Target)
	}
}

// find returns the target of a kind of period on a day; one for this kind is preferred to one for any.
func (b targetBook) find(key scope, period string, d calendar.Day) (found Target, ok bool) {
	for _, t := range b[key] {
		if !t.Holds(d) || (t.Period != period && t.Period != "") {
			continue
		}
		if t.Period == period {
			return t, true
		}
		found, ok = t, true
	}
	return found, ok
}

// Target returns the target of a figure for an agency, a kind of period ("" if it is none of [PeriodKinds]) and a day: its
// own, else its group's, else the city's. Without an agency it is the city's.
func (v View) Target(figure, agency, period string, d calendar.Day) (Target, bool) {
	b := v.targets.book
	if agency != "" {
		if t, ok := b.find(scope{figure, agency, ""}, period, d); ok {
			return t, true
		}
		if byCode := v.agencies.book.byCode; byCode[agency] != nil {
			if group := byCode.near(agency, d).Group; group != "" {
				if t, ok := b.find(scope{figure, "", group}, period, d); ok {
					return t, true
				}
			}
		}
	}
	return b.find(scope{figure: figure}, period, d)
}

// GroupTarget returns the target of a figure for all agencies of a group together: its own, else the city's.
func (v View) GroupTarget(figure, group, period string, d calendar.Day) (Target, bool) {
	b := v.targets.book
	if t, ok := b.find(scope{figure, "", group}, period, d); ok {
		return t, true
	}
	return b.find(scope{figure: figure}, period, d)
}
