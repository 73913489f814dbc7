package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"

	"tiendo/internal/document"
	"tiendo/internal/publication"
	"tiendo/internal/ranking"
	"tiendo/internal/seal"
)

// PublishHandler returns the handler of what publishes a ranking, for who may.
func (a *API) PublishHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/rankings/{method}/{period}", a.publish)
	mux.HandleFunc("DELETE /v1/publications/waiting/{sha256}", a.withdraw)
	return mux
}

func (a *API) publish(w http.ResponseWriter, r *http.Request) {
	ask, ok := a.readPublishing(w, r)
	if !ok {
		return
	}
	done, err := a.Publish(r.Context(), ask)
	if err != nil {
		a.refusePublishing(w, r, err)
		return
	}
	if done.Waits != nil {
		a.reply(w, http.StatusAccepted, struct {
			Waits waits `json:"waits"`
		}{waitsOf(done.Waits)})
		return
	}
	w.Header().Set("Location", fmt.Sprintf("/v1/publications/%d", done.Published.Number))
	a.reply(w, http.StatusCreated, done.Published)
}

// readPublishing reads what is asked for; it has answered where that is nothing.
func (a *API) readPublishing(w http.ResponseWriter, r *http.Request) (ask publication.Ask, ok bool) {
	var body struct {
		Although string `json:"although"`
		Corrects int64  `json:"corrects"`
		Reason   string `json:"reason"`
		Confirm  string `json:"confirm"`
		Method   string `json:"method"`
	}
	raw, ok := a.body(w, r, 2*document.MaxContent, "The request is too large")
	if !ok {
		return ask, false
	}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &body, json.RejectUnknownMembers(true)); err != nil {
			says := strings.TrimPrefix(err.Error(), "json: ") + "; a JSON object with although, corrects, reason, confirm or method would do, or nothing"
			a.problem(w, details{Title: "The request can't be read", Status: http.StatusBadRequest, Detail: says})
			return ask, false
		}
	}
	ask = publication.Ask{
		Method: r.PathValue("method"), Period: r.PathValue("period"), Although: body.Although, Corrects: body.Corrects, Reason: body.Reason, Confirm: body.Confirm,
	}
	if body.Method == "" {
		return ask, true
	}
	var err error
	ask.Source, err = ranking.Read([]byte(body.Method))
	if refusal, is := errors.AsType[*document.Refusal](err); is {
		a.problem(w, details{Title: "The method file does not hold together", Status: http.StatusBadRequest, Detail: refusal.Error(), Errors: faults(refusal)})
		return ask, false
	}
	if ask.Source.ID != ask.Method {
		says := fmt.Sprintf("the file is of the method %s, and the address names %s", ask.Source.ID, ask.Method)
		a.problem(w, details{Title: "The request can't be read", Status: http.StatusBadRequest, Parameter: "method", Detail: says})
		return ask, false
	}
	return ask, true
}

func (a *API) refusePublishing(w http.ResponseWriter, r *http.Request, err error) {
	if refused, ok := errors.AsType[*publication.Refusal](err); ok {
		a.problem(w, details{Title: "Something stands against publishing", Status: http.StatusConflict, Parameter: "although", Detail: refused.Error(), Obstacles: refused.Obstacles})
		return
	}
	if wrong, ok := errors.AsType[*publication.Wrong](err); ok {
		a.problem(w, details{Title: "Not published", Status: http.StatusConflict, Parameter: wrong.Param, Detail: wrong.Message})
		return
	}
	if errors.Is(err, ErrBehind) {
		w.Header().Set("Retry-After", "5")
		a.problem(w, details{Title: "What was accepted is not all in the figures yet", Status: http.StatusServiceUnavailable, Detail: "Try again in a moment; GET /readyz tells what is missing."})
		return
	}
	if errors.Is(err, seal.ErrTampered) {
		a.refuseSeal(w, r, err)
		return
	}
	if errors.Is(err, publication.ErrUnprovable) {
		a.Logger.Error("nothing was published", "path", r.URL.Path, "error", err)
		a.problem(w, details{
			Title: "What would be published does not hold together", Status: http.StatusInternalServerError,
			Detail: "This is a fault of the program, and nothing was published. The server's log says where; send that to those who maintain it.",
		})
		return
	}
	a.refuse(w, r, err)
}

// withdraw takes back what waits for a second person.
func (a *API) withdraw(w http.ResponseWriter, r *http.Request) {
	gone, err := a.Publications.Withdraw(r.PathValue("sha256"))
	switch {
	case err != nil:
		a.Logger.Error("what waits for a second person could not be withdrawn", "error", err)
		a.problem(w, details{Title: "Not withdrawn", Status: http.StatusServiceUnavailable, Detail: "The server's log says why."})
	case !gone:
		a.problem(w, details{Title: "Nothing waits under this SHA-256", Status: http.StatusNotFound, Detail: "GET /v1/publications lists what waits."})
	default:
		a.Done(r.Context(), "ranking.withdraw", r.PathValue("sha256"))
		w.WriteHeader(http.StatusNoContent)
	}
}
