package api

import (
	"errors"
	"fmt"
	"net/http"

	"tiendo/internal/booking"
	"tiendo/internal/event"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
)

// Erasure says what was erased of a case.
type Erasure struct {
	// Mark is what the case is known by in the audit log and the list of erased cases: from its name alone nobody finds it.
	Mark string `json:"mark"`
	// Stored is how many events have gone from the engine, Logged how many records from the log.
	Stored uint64 `json:"stored"`
	Logged int    `json:"logged"`
}

// Errors of an erasure.
var (
	ErrNothingTold = errors.New("nothing was told of this case")
	ErrOpen        = errors.New("the case is open, and without its events it would be open in the figures for ever: have its closing told first (withdrawn, cancelled), or that it is void (voided)")
)

// Erasing returns the handler of DELETE /v1/cases/{family}/{subject}: the events of a case go, its figures stay. It does not
// run beside a check, a rebuild or another erasure.
func (a *API) Erasing() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("DELETE /v1/cases/{family}/{subject...}", a.eraseCase)
	return mux
}

func (a *API) eraseCase(w http.ResponseWriter, r *http.Request) {
	family, subject := event.Family(r.PathValue("family")), r.PathValue("subject")
	query := r.URL.Query()
	if err := onlyParams(query, "reason"); err != nil {
		a.refuse(w, r, err)
		return
	}
	if !lifecycle.Books(family) {
		a.refuse(w, r, &kpi.Error{Param: "family", Message: fmt.Sprintf("cases are erased of the families %v; other events name nobody", lifecycle.Families())})
		return
	}
	if err := event.CheckCode(query.Get("reason")); err != nil {
		a.refuse(w, r, &kpi.Error{Param: "reason", Message: "by what order the case is erased, as a code such as QD-123-2026: " + err.Error()})
		return
	}
	if !a.Alone.TryLock() {
		a.problem(w, details{Title: "A check, a rebuild or another erasure is running", Status: http.StatusConflict, Detail: "try again when it is done"})
		return
	}
	defer a.Alone.Unlock()
	done, err := a.Erase(r.Context(), family, subject, query.Get("reason"))
	switch {
	case errors.Is(err, ErrNothingTold):
		a.problem(w, details{Title: "There is no such case", Status: http.StatusNotFound, Detail: err.Error(), Parameter: "subject"})
	case errors.Is(err, ErrOpen):
		a.problem(w, details{Title: "The case is open", Status: http.StatusConflict, Detail: err.Error(), Parameter: "subject"})
	case errors.Is(err, booking.ErrElsewhere):
		a.problem(w, details{Title: "Another server books", Status: http.StatusConflict, Detail: err.Error()})
	case err != nil:
		a.Logger.Error("a case could not be erased", "error", err)
		w.Header().Set("Retry-After", "10")
		a.problem(w, details{Title: "The case could not be erased", Status: http.StatusServiceUnavailable, Detail: "nothing more is taken of it, but some of it may be left: ask again, what was done is not done twice; the server's log says why"})
	default:
		a.reply(w, http.StatusOK, done)
	}
}
