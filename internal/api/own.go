package api

import (
	"net/http"
	"slices"

	"tiendo/internal/auth"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// OwnList guards a list of cases, of this interface or a page: a sender that is bound to an agency must ask for that one.
func (a *API) OwnList(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := auth.From(r.Context())
		asked := r.URL.Query()["agency"]
		another := slices.ContainsFunc(asked, func(code string) bool { return code != who.Bound })
		if who.Bound != "" && (len(asked) == 0 || another) {
			a.notTheirs(w, "It is bound to "+who.Bound+" and lists the cases of that agency only: ask with agency="+who.Bound+".")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// OwnCase guards a case, of this interface or a page, at a path with {family} and {subject...}: a sender that is bound to an
// agency sees it only if it is that agency's, or if that agency has held a leg of it. A case that is not there is not theirs
// either, so that nobody learns which cases others have.
func (a *API) OwnCase(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := auth.From(r.Context())
		if who.Bound == "" {
			next.ServeHTTP(w, r)
			return
		}
		theirs, err := a.concerns(r, who.Bound)
		switch {
		case err != nil:
			a.refuse(w, r, err)
		case !theirs:
			a.notTheirs(w, "It is bound to "+who.Bound+" and shows the cases of that agency only, and those of which it has held a leg.")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// Unbound guards what cannot be told apart by agency: a sender that is bound to one may not ask for it.
func (a *API) Unbound(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who, _ := auth.From(r.Context()); who.Bound != "" {
			a.notTheirs(w, "It is bound to "+who.Bound+", and this tells of every agency: ask with a token that is bound to none.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// concerns says whether the case that r asks for is an agency's, or was for a while.
func (a *API) concerns(r *http.Request, agency string) (bool, error) {
	family := event.Family(r.PathValue("family"))
	if !lifecycle.Books(family) {
		return false, nil
	}
	events, err := a.Facts(r.Context(), family, r.PathValue("subject"))
	if err != nil || len(events) == 0 {
		return false, err
	}
	x, err := lifecycle.Explain(events, a.Rules())
	if err != nil {
		return false, err
	}
	return x.Agency == agency || slices.ContainsFunc(x.Legs, func(l lifecycle.Leg) bool { return l.Agency == agency }), nil
}

func (a *API) notTheirs(w http.ResponseWriter, detail string) {
	a.problem(w, problem{Title: "This token may not see that", Status: http.StatusForbidden, Detail: detail})
}
