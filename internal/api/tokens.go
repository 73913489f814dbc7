package api

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"

	"tiendo/internal/auth"
	"tiendo/internal/event"
)

// maxTerms bounds the body that asks for a token.
const maxTerms = 64 << 10

// TokenHandler returns the handler of /v1/tokens, for who administers: GET lists, POST makes one, DELETE revokes one.
func (a *API) TokenHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/tokens", a.listTokens)
	mux.HandleFunc("POST /v1/tokens", a.createToken)
	mux.HandleFunc("DELETE /v1/tokens/{name}", a.revokeToken)
	return mux
}

// toldToken is a token as answers show it; null where it has none.
type toldToken struct {
	Name     string         `json:"name"`
	State    string         `json:"state"`
	Scopes   []auth.Scope   `json:"scopes"`
	Agency   *string        `json:"agency"`
	Families []event.Family `json:"families"`
	Rate     *int           `json:"rate"`
	Created  time.Time      `json:"created"`
	Expires  *time.Time     `json:"expires"`
	Revoked  *time.Time     `json:"revoked"`
	// Secret is told once, in the answer to the request that made the token.
	Secret string `json:"secret,omitzero"`
}

func (a *API) tellToken(e *auth.Entry, secret string) toldToken {
	told := toldToken{
		Name: e.Name, State: e.State(a.Now()), Scopes: e.Scopes, Families: e.Families, Created: e.Created.In(a.Zone),
		Expires: a.at(e.Expires), Revoked: a.at(e.Revoked), Secret: secret,
	}
	if e.Agency != "" {
		told.Agency = &e.Agency
	}
	if e.Rate != 0 {
		told.Rate = &e.Rate
	}
	if told.Families == nil {
		told.Families = []event.Family{}
	}
	return told
}

func (a *API) listTokens(w http.ResponseWriter, r *http.Request) {
	if err := onlyParams(r.URL.Query()); err != nil {
		a.refuse(w, r, err)
		return
	}
	all := []toldToken{}
	for _, e := range a.Tokens.List() {
		all = append(all, a.tellToken(&e, ""))
	}
	a.reply(w, http.StatusOK, map[string]any{"tokens": all})
}

func (a *API) createToken(w http.ResponseWriter, r *http.Request) {
	raw, ok := a.body(w, r, maxTerms, "The request is too large")
	if !ok {
		return
	}
	terms, err := readTerms(raw, a.Now())
	if err != nil {
		a.refuseToken(w, err)
		return
	}
	by, _ := auth.From(r.Context())
	secret, made, err := a.Tokens.Create(by, terms)
	if err != nil {
		a.refuseToken(w, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	a.reply(w, http.StatusCreated, a.tellToken(&made, secret))
}

// readTerms reads what a token shall be made with. Its error is an [*auth.Error].
func readTerms(raw []byte, now time.Time) (auth.Terms, error) {
	var asked struct {
		Name     string         `json:"name"`
		Scopes   []auth.Scope   `json:"scopes"`
		Agency   string         `json:"agency"`
		Families []event.Family `json:"families"`
		Rate     *int           `json:"rate"`
		Expires  *string        `json:"expires"`
	}
	if err := json.Unmarshal(raw, &asked, json.RejectUnknownMembers(true)); err != nil {
		return auth.Terms{}, &auth.Error{Field: "body", Message: fmt.Sprintf(
			`%v; a JSON object with name, scopes and, if you like, agency, families, rate and expires would do`, err)}
	}
	terms := auth.Terms{Name: asked.Name, Scopes: asked.Scopes, Agency: asked.Agency, Families: asked.Families}
	if asked.Rate != nil {
		if terms.Rate = *asked.Rate; terms.Rate == 0 {
			terms.Rate = -1 // told, but none that would do
		}
	}
	if asked.Expires == nil {
		return terms, nil
	}
	var err error
	terms.Expires, err = auth.ParseExpiry(*asked.Expires, now)
	return terms, err
}

func (a *API) revokeToken(w http.ResponseWriter, r *http.Request) {
	by, _ := auth.From(r.Context())
	if err := a.Tokens.Revoke(by, r.PathValue("name")); err != nil {
		a.refuseToken(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// refuseToken answers for an error of the tokens.
func (a *API) refuseToken(w http.ResponseWriter, err error) {
	wrong, isWrong := errors.AsType[*auth.Error](err)
	switch {
	case isWrong:
		a.problem(w, details{Title: "No such token can be made", Status: http.StatusBadRequest, Detail: wrong.Error(), Parameter: wrong.Field})
	case errors.Is(err, auth.ErrTaken):
		a.problem(w, details{Title: "The name is taken", Status: http.StatusConflict, Detail: err.Error(), Parameter: "name"})
	case errors.Is(err, auth.ErrUnknown):
		a.problem(w, details{Title: "There is no such token", Status: http.StatusNotFound, Detail: err.Error(), Parameter: "name"})
	default:
		a.Logger.Error("a token could not be changed", "error", err)
		w.Header().Set("Retry-After", "10")
		a.problem(w, details{Title: "The tokens could not be written", Status: http.StatusServiceUnavailable, Detail: "nothing was changed; make room on the server's disk and try again; its log says more"})
	}
}
