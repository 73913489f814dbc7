package api

import (
	"net/http"

	"tiendo/internal/auth"
	"tiendo/internal/kpi"
)

// Signals returns the handler of GET /v1/signals: what looks managed. Whoever is bound to an agency sees that one alone.
func (a *API) Signals() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/signals", func(w http.ResponseWriter, r *http.Request) {
		params := r.URL.Query()
		if err := onlyParams(params, "period", "cutoff", "agency"); err != nil {
			a.refuse(w, r, err)
			return
		}
		if len(params["agency"]) > 1 {
			a.refuse(w, r, &kpi.Error{Param: "agency", Message: "one agency, or none for all"})
			return
		}
		read, err := a.periodOf(params)
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		period, err := read(a.Now())
		if err != nil {
			a.refuse(w, r, &kpi.Error{Param: "period", Message: err.Error()})
			return
		}
		agency := params.Get("agency")
		if who, _ := auth.From(r.Context()); who.Bound != "" {
			if agency != "" && agency != who.Bound {
				auth.ForbidOthers(w, r, who.Bound, "this token is bound to "+who.Bound+" and sees the signals of that agency only: ask with agency="+who.Bound)
				return
			}
			agency = who.Bound
		}
		report, err := a.Integrity.Look(r.Context(), period)
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		if agency != "" {
			report = report.Of(agency)
		}
		a.reply(w, http.StatusOK, report)
	})
	return mux
}
