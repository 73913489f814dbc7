package api

import (
	"errors"
	"net/http"

	"tiendo/internal/auth"
	"tiendo/internal/document"
	"tiendo/internal/kpi"
	"tiendo/internal/ranking"
)

// Rankings returns the handler of /v1/rankings: who is where, by which points.
func (a *API) Rankings() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/rankings", a.methods)
	mux.HandleFunc("POST /v1/rankings", a.rankBy)
	mux.HandleFunc("GET /v1/rankings/{method}/{period}", a.rank)
	return mux
}

// ranked is a method as the list of them shows it.
type ranked struct {
	ID      string          `json:"id"`
	Version string          `json:"version"`
	SHA256  string          `json:"sha256"`
	Titles  ranking.Names   `json:"titles"`
	Periods []string        `json:"periods"`
	Groups  []ranking.Group `json:"groups"`
	From    string          `json:"from,omitempty"`
	To      string          `json:"to,omitempty"`
}

func (a *API) methods(w http.ResponseWriter, r *http.Request) {
	if err := onlyParams(r.URL.Query()); err != nil {
		a.refuse(w, r, err)
		return
	}
	all := []ranked{}
	for _, m := range a.Ranker.Methods() {
		x := ranked{ID: m.ID, Version: m.Version, SHA256: m.SHA256, Titles: m.Titles, Periods: m.Periods, Groups: m.Groups}
		if m.From != document.FirstDay {
			x.From = m.From.String()
		}
		if m.To != document.LastDay {
			x.To = m.To.String()
		}
		all = append(all, x)
	}
	a.reply(w, http.StatusOK, map[string]any{"methods": all})
}

// rank ranks by a method that the server has.
func (a *API) rank(w http.ResponseWriter, r *http.Request) {
	params := r.URL.Query()
	if err := onlyParams(params, "try", "format", "lang"); err != nil {
		a.refuse(w, r, err)
		return
	}
	result, err := a.Ranker.Rank(r.Context(), r.PathValue("method"), r.PathValue("period"), params["try"]...)
	if err != nil {
		a.refuseRanking(w, r, err)
		return
	}
	a.handRanking(w, r, result)
}

// rankBy ranks by the method in the request, which is not kept.
func (a *API) rankBy(w http.ResponseWriter, r *http.Request) {
	params := r.URL.Query()
	if err := onlyParams(params, "try", "period", "format", "lang"); err != nil {
		a.refuse(w, r, err)
		return
	}
	if len(params["period"]) != 1 {
		a.refuse(w, r, &kpi.Error{Param: "period", Message: "say one period, such as 2026-Q3"})
		return
	}
	m, ok := a.readMethod(w, r)
	if !ok {
		return
	}
	result, err := a.Ranker.RankBy(r.Context(), m, params.Get("period"), params["try"]...)
	if err != nil {
		a.refuseRanking(w, r, err)
		return
	}
	a.handRanking(w, r, result)
}

// refuseRanking says why nothing is ranked.
func (a *API) refuseRanking(w http.ResponseWriter, r *http.Request, err error) {
	p := details{Title: "This is not worked out now", Parameter: "try", Detail: err.Error()}
	switch {
	case errors.Is(err, ranking.ErrStranger):
		p.Status = http.StatusForbidden
	case errors.Is(err, ranking.ErrBusy) && r.Context().Err() == nil:
		p.Status = http.StatusTooManyRequests
		w.Header().Set("Retry-After", "30")
	case errors.Is(err, ranking.ErrTooLong):
		p.Status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "600")
	default:
		a.refuse(w, r, err)
		return
	}
	a.problem(w, p)
}

// readMethod reads the method file that is the body; it has answered where it is none.
func (a *API) readMethod(w http.ResponseWriter, r *http.Request) (*ranking.Method, bool) {
	content, ok := a.body(w, r, document.MaxContent, "The method file is too large")
	if !ok {
		return nil, false
	}
	m, err := ranking.Read(content)
	if refusal, is := errors.AsType[*document.Refusal](err); is {
		a.problem(w, details{Title: "The method file does not hold together", Status: http.StatusBadRequest, Detail: refusal.Error(), Errors: faults(refusal)})
		return nil, false
	}
	return m, true
}

// Assessments returns the handler of /v1/assessments: what was claimed and verified, side by side. Who is bound to an agency
// sees its own alone.
func (a *API) Assessments() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/assessments/{method}/{period}", a.sheet)
	return mux
}

func (a *API) sheet(w http.ResponseWriter, r *http.Request) {
	if err := onlyParams(r.URL.Query()); err != nil {
		a.refuse(w, r, err)
		return
	}
	sheet, err := a.Ranker.Sheet(r.Context(), r.PathValue("method"), r.PathValue("period"))
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	if who, _ := auth.From(r.Context()); who.Bound != "" {
		sheet = sheet.Of(who.Bound)
	}
	a.reply(w, http.StatusOK, sheet)
}
