package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/kpi"
	"tiendo/internal/period"
)

// described is a definition as the catalogue shows it.
type described struct {
	ID         string            `json:"id"`
	Families   []event.Family    `json:"families"`
	Unit       string            `json:"unit"`
	Shape      kpi.Shape         `json:"shape"`
	Direction  kpi.Direction     `json:"direction"`
	Definition string            `json:"definition"`
	Names      map[string]string `json:"names"`
	Says       string            `json:"says"`
	Law        string            `json:"law,omitempty"`
	Stock      bool              `json:"stock"`
	Leadership bool              `json:"leadership"`
}

func (a *API) catalogue(w http.ResponseWriter, r *http.Request) {
	if err := onlyParams(r.URL.Query()); err != nil {
		a.refuse(w, r, err)
		return
	}
	all := []described{}
	for _, d := range kpi.Catalogue() {
		all = append(all, described{
			ID: d.ID, Families: d.Families(), Unit: d.Unit, Shape: d.Shape, Direction: d.Direction, Definition: d.Version,
			Names: map[string]string{"vi": d.VI, "en": d.EN}, Says: d.Says, Law: d.Law, Stock: d.Stock(), Leadership: d.Leadership,
		})
	}
	a.reply(w, http.StatusOK, map[string]any{"kpis": all, "not_computed": kpi.NotComputed()})
}

func (a *API) figure(w http.ResponseWriter, r *http.Request) {
	params := r.URL.Query()
	q, err := a.query(r.PathValue("id"), params, "by")
	if err == nil {
		err = a.Books.CheckValues(q)
	}
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	for _, list := range params["by"] {
		q.By = append(q.By, strings.Split(list, ",")...)
	}
	figures, err := a.Books.Ask(r.Context(), q)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	a.reply(w, http.StatusOK, figures[0])
}

// changes tells how a figure moved between what the books said at the end of two days, and why.
func (a *API) changes(w http.ResponseWriter, r *http.Request) {
	params := r.URL.Query()
	q, err := a.query(r.PathValue("id"), params, "since", "until")
	if err == nil {
		err = a.Books.CheckValues(q)
	}
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	read, err := a.periodOf(params)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	since, until := params.Get("since"), params.Get("until")
	if _, err := a.day("since", since); err != nil {
		a.refuse(w, r, err)
		return
	}
	if _, err := a.day("until", until); err != nil {
		a.refuse(w, r, err)
		return
	}
	change, err := a.Books.Changes(r.Context(), q.ID, read, q.Where, since, until)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	a.reply(w, http.StatusOK, change)
}

const (
	defaultLimit = 100
	maxLimit     = 10_000
)

func (a *API) cases(w http.ResponseWriter, r *http.Request) {
	params := r.URL.Query()
	id := params.Get("kpi")
	if id == "" {
		a.refuse(w, r, &kpi.Error{Param: "kpi", Message: "say whose cases: kpi=dossier.late, say"})
		return
	}
	if params.Has("by") {
		a.refuse(w, r, &kpi.Error{Param: "by", Message: "cases are listed, not grouped; leave it out"})
		return
	}
	q, err := a.query(id, params, "kpi", "part", "sort", "left", "age", "limit", "after")
	if err == nil {
		err = a.Books.CheckValues(q)
	}
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	of, err := listing(params)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	list, err := a.Books.Cases(r.Context(), q, of)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	a.reply(w, http.StatusOK, struct {
		KPI    string `json:"kpi"`
		Period string `json:"period"`
		*kpi.List
	}{id, q.Period.ID, list})
}

func listing(params url.Values) (of kpi.Listing, err error) {
	of = kpi.Listing{Part: kpi.Part(params.Get("part")), Order: kpi.Order(params.Get("sort")), After: params.Get("after"), Limit: defaultLimit}
	if text := params.Get("limit"); text != "" {
		if of.Limit, err = strconv.Atoi(text); err != nil || of.Limit < 1 || of.Limit > maxLimit {
			return of, &kpi.Error{Param: "limit", Message: fmt.Sprintf("a number from 1 to %d would do", maxLimit)}
		}
	}
	if of.Left, err = kpi.ReadDays("left", params.Get("left")); err != nil {
		return of, err
	}
	if of.Age, err = kpi.ReadDays("age", params.Get("age")); err != nil {
		return of, err
	}
	switch of.Part {
	case kpi.All, kpi.Numerator, kpi.Denominator:
		return of, nil
	default:
		return of, &kpi.Error{Param: "part", Message: "numerator or denominator would do"}
	}
}

// query reads what /v1/kpis/{id} and /v1/cases have in common. Every parameter that is not among these, or of the address's own, is a
// filter, which the books know or refuse by name. Filters may be repeated, and by; of all else one would do.
func (a *API) query(id string, params url.Values, own ...string) (kpi.Query, error) {
	q := kpi.Query{ID: id, Where: map[string][]string{}}
	reserved := append([]string{"period", "cutoff", "as_of", "fold"}, own...)
	for name, values := range params {
		switch {
		case !slices.Contains(reserved, name):
			q.Where[name] = values
		case name != "by" && name != "period" && len(values) > 1:
			return q, &kpi.Error{Param: name, Message: "it is said more than once; one would do"}
		}
	}
	switch fold := params.Get("fold"); fold {
	case "", "successor":
		q.Fold = fold != ""
	default:
		return q, &kpi.Error{Param: "fold", Message: "successor would do"}
	}
	now := a.Now()
	end := now
	if asOf := params.Get("as_of"); asOf != "" {
		day, err := a.day("as_of", asOf)
		if err != nil {
			return q, err
		}
		q.AsOf, end = asOf, day.End(a.Zone)
	}
	read, err := a.periodOf(params)
	if err != nil {
		return q, err
	}
	if q.Period, err = period.Seen(end, now, read); err != nil {
		return q, &kpi.Error{Param: "period", Message: err.Error()}
	}
	return q, nil
}

// periodOf returns how the period that the question names is read at an instant.
func (a *API) periodOf(params url.Values) (read func(now time.Time) (period.Period, error), err error) {
	parse := period.Parse
	switch cutoff := params.Get("cutoff"); cutoff {
	case "", "calendar":
	case "report":
		parse = period.ParseReport
	default:
		return nil, &kpi.Error{Param: "cutoff", Message: "calendar or report would do"}
	}
	if len(params["period"]) != 1 {
		return nil, &kpi.Error{Param: "period", Message: "say one period: 2026, 2026-H1, 2026-9M, 2026-Q3, 2026-09, 2026-09-14, 2026-09-01..2026-09-30, mtd, qtd, ytd or d30"}
	}
	return func(now time.Time) (period.Period, error) { return parse(params.Get("period"), now, a.Zone) }, nil
}

// day reads a day of the books: one that has begun.
func (a *API) day(name, value string) (calendar.Day, error) {
	day, err := calendar.ParseDay(value)
	if err != nil || day > calendar.DayOf(a.Now(), a.Zone) {
		return 0, &kpi.Error{Param: name, Message: "a day that has begun would do, written as 2026-09-14"}
	}
	return day, nil
}

// onlyParams refuses parameters other than names.
func onlyParams(params url.Values, names ...string) error {
	for name := range params {
		if !slices.Contains(names, name) {
			return &kpi.Error{Param: name, Message: "no such parameter; leave it out"}
		}
	}
	return nil
}
