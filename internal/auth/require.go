package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"tiendo/internal/problem"
)

// inRequest is the key of the visit in the context of a request.
type inRequest struct{}

// visit is a request that was let in.
type visit struct {
	who  Token
	door *Door
}

// From returns who sent the request that ctx belongs to; false if its handler is open to all and nobody is known.
func From(ctx context.Context) (Token, bool) {
	v, ok := ctx.Value(inRequest{}).(visit)
	return v.who, ok
}

// Require lets only requests of those through to next who have a scope; next finds them with [From].
func (d *Door) Require(scope Scope, next http.Handler) http.Handler {
	return d.guard(scope, next, true)
}

// RequireEither is Require where another scope is enough as well.
func (d *Door) RequireEither(scope, other Scope, next http.Handler) http.Handler {
	return d.guard(scope, next, true, other)
}

// Watch is Require for what pages ask for by themselves, which keeps nobody logged in.
func (d *Door) Watch(scope Scope, next http.Handler) http.Handler { return d.guard(scope, next, false) }

// Know lets every request through to next, which finds with [From] who sent it, if that is known.
func (d *Door) Know(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who, err := d.check(r, true); err == nil && !who.Wall {
			r = r.WithContext(context.WithValue(r.Context(), inRequest{}, visit{who, d}))
		}
		next.ServeHTTP(w, r)
	})
}

func (d *Door) guard(scope Scope, next http.Handler, used bool, others ...Scope) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store") // what not everybody may see is kept nowhere
		who, err := d.check(r, used)
		if err != nil {
			d.refuse(w, r, err)
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), inRequest{}, visit{who, d}))
		switch {
		case who.Session && d.foreign.Check(r) != nil:
			d.turnAway(w, r, Refusal{Status: http.StatusForbidden, Foreign: true, Detail: ErrForeign.Error()})
		case who.Wall:
			d.turnAway(w, r, Refusal{Status: http.StatusForbidden, Wall: true, Detail: ErrWallOnly.Error()})
		case !who.Has(scope) && !slices.ContainsFunc(others, who.Has):
			Lacks(w, r, scope)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// Refusal says why a request was turned away.
type Refusal struct {
	// Status is 401 or 403.
	Status int
	// Scope is what is lacking; Bound the agency of which alone the sender may ask; Foreign says that another site's page sent
	// the request, Wall that a screen on a wall did, which sees walls alone. At most one of them is set.
	Scope   Scope
	Bound   string
	Foreign bool
	Wall    bool
	// Detail says it all in English.
	Detail string
}

// refuse answers 401 for an error of check. A browser is shown where to log in.
func (d *Door) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if d.browses(r) {
		d.Page(w, r, Refusal{Status: http.StatusUnauthorized, Detail: err.Error()})
		return
	}
	Refuse(w, err)
}

func (d *Door) turnAway(w http.ResponseWriter, r *http.Request, why Refusal) {
	if d.browses(r) {
		d.Page(w, r, why)
		return
	}
	problem.Plain(w, why.Status, why.Detail)
}

// browses says that a person looks at the answer.
func (d *Door) browses(r *http.Request) bool {
	return d.Page != nil && !bears(r) && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// Refuse answers 401 for an error of [Tokens.Check].
func Refuse(w http.ResponseWriter, err error) {
	challenge := `Bearer error="invalid_token"`
	if errors.Is(err, ErrNone) {
		challenge = "Bearer"
	}
	w.Header().Set("WWW-Authenticate", challenge)
	problem.Plain(w, http.StatusUnauthorized, err.Error())
}

// Lacks answers 403 to a sender who has not a scope.
func Lacks(w http.ResponseWriter, r *http.Request, scope Scope) {
	w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer error="insufficient_scope", scope="%s"`, scope)) // RFC 6750, section 3.1
	forbid(w, r, Refusal{Scope: scope, Detail: fmt.Sprintf(
		"this token lacks the scope %s: ask the administrator for one that has it, made with `tiendo token create --scope %s`", scope, scope)})
}

// Forbid answers 403: the token is good, but not for this.
func Forbid(w http.ResponseWriter, r *http.Request, why string) { forbid(w, r, Refusal{Detail: why}) }

// ForbidOthers answers 403 to a sender who is bound to an agency and has asked for what is not that agency's.
func ForbidOthers(w http.ResponseWriter, r *http.Request, bound, why string) {
	forbid(w, r, Refusal{Bound: bound, Detail: why})
}

// forbid answers in the way of the door that let the request in.
func forbid(w http.ResponseWriter, r *http.Request, why Refusal) {
	why.Status = http.StatusForbidden
	if v, ok := r.Context().Value(inRequest{}).(visit); ok {
		v.door.turnAway(w, r, why)
		return
	}
	problem.Plain(w, why.Status, why.Detail)
}
