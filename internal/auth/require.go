package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// inRequest is the key of the token in the context of a request.
type inRequest struct{}

// From returns who sent the request that ctx belongs to; false if its handler is open to all.
func From(ctx context.Context) (Token, bool) {
	token, ok := ctx.Value(inRequest{}).(Token)
	return token, ok
}

// Require lets only requests with a token that has a scope through to next, which finds the token with [From].
func (t *Tokens) Require(scope Scope, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, err := t.Check(r)
		switch {
		case err != nil:
			Refuse(w, err)
		case !token.Has(scope):
			Lacks(w, scope)
		default:
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), inRequest{}, token)))
		}
	})
}

// Refuse answers 401 for an error of [Tokens.Check].
func Refuse(w http.ResponseWriter, err error) {
	challenge := `Bearer error="invalid_token"`
	if errors.Is(err, ErrNone) {
		challenge = "Bearer"
	}
	w.Header().Set("WWW-Authenticate", challenge)
	problem(w, http.StatusUnauthorized, err.Error())
}

// Lacks answers 403 to a sender whose token has not a scope.
func Lacks(w http.ResponseWriter, scope Scope) {
	w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer error="insufficient_scope", scope="%s"`, scope)) // RFC 6750, section 3.1
	Forbid(w, fmt.Sprintf("this token lacks the scope %s: ask the administrator for one that has it, made with `tiendo token create --scope %s`", scope, scope))
}

// Forbid answers 403: the token is good, but not for this.
func Forbid(w http.ResponseWriter, why string) { problem(w, http.StatusForbidden, why) }
