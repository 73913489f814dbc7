package api

import (
	"context"
	"net/http"
	"slices"

	"tiendo/internal/auth"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// OwnList guards a list of cases, of this interface or a page: a sender that is bound to an agency must ask for that one. What
// names no figure is no list: this interface refuses it, and a page looks for a case by its code.
func (a *API) OwnList(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := auth.From(r.Context())
		params := r.URL.Query()
		asked := params["agency"]
		another := slices.ContainsFunc(asked, func(code string) bool { return code != who.Bound })
		if who.Bound != "" && params.Has("kpi") && (len(asked) == 0 || another) {
			auth.ForbidOthers(w, r, who.Bound, "this token is bound to "+who.Bound+" and lists the cases of that agency only: ask with agency="+who.Bound)
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
		theirs, err := a.concerns(r.Context(), event.Family(r.PathValue("family")), r.PathValue("subject"), who.Bound)
		switch {
		case err != nil:
			a.refuse(w, r, err)
		case !theirs:
			auth.ForbidOthers(w, r, who.Bound, "this token is bound to "+who.Bound+" and shows the cases of that agency only, and those of which it has held a leg")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// Unbound guards what cannot be told apart by agency: a sender that is bound to one may not ask for it.
func (a *API) Unbound(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who, _ := auth.From(r.Context()); who.Bound != "" {
			auth.ForbidOthers(w, r, who.Bound, "this token is bound to "+who.Bound+", and this tells of every agency: ask with a token that is bound to none")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// concerns says whether a case is an agency's, or was for a while.
func (a *API) concerns(ctx context.Context, family event.Family, subject, agency string) (bool, error) {
	if !lifecycle.Books(family) {
		return false, nil
	}
	events, err := a.Facts(ctx, family, subject)
	if err != nil || len(events) == 0 {
		return false, err
	}
	x, err := lifecycle.Explain(events, a.Rules())
	if err != nil {
		return false, err
	}
	return Concerns(x, agency), nil
}

// Concerns says whether a case that was judged is an agency's, or was for a while.
func Concerns(x *lifecycle.Explanation, agency string) bool {
	return x.Agency == agency || slices.ContainsFunc(x.Legs, func(l lifecycle.Leg) bool { return l.Agency == agency })
}
