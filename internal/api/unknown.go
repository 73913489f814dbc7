package api

import (
	"net/http"
	"strings"

	"tiendo/internal/problem"
)

// Unknown answers for addresses below /v1 that there are not.
func (a *API) Unknown() http.Handler { return http.NotFoundHandler() }

// Problems says as a problem what a router says in plain words below /v1: that there is no such address, or no such method.
func Problems(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v1/") {
			w = &plainly{ResponseWriter: w, request: r}
		}
		next.ServeHTTP(w, r)
	})
}

// plainly is an answer of which what a router says in plain words is said as a problem.
type plainly struct {
	http.ResponseWriter
	request *http.Request
	said    bool
}

// WriteHeader implements [http.ResponseWriter].
func (p *plainly) WriteHeader(status int) {
	plain := strings.HasPrefix(p.Header().Get("Content-Type"), "text/plain")
	if !plain || status != http.StatusNotFound && status != http.StatusMethodNotAllowed {
		p.ResponseWriter.WriteHeader(status)
		return
	}
	p.said = true
	detail := "GET /openapi.json describes those that there are"
	if status == http.StatusMethodNotAllowed {
		detail = p.request.Method + " is not one that this address takes; it takes " + p.Header().Get("Allow")
	}
	title := map[int]string{http.StatusNotFound: "There is no such address", http.StatusMethodNotAllowed: "There is no such method here"}[status]
	p.Header().Del("Content-Length")
	problem.Titled(p.ResponseWriter, status, title, detail)
}

// Write implements [http.ResponseWriter].
func (p *plainly) Write(b []byte) (int, error) {
	if p.said {
		return len(b), nil
	}
	return p.ResponseWriter.Write(b)
}

// Unwrap is for [http.ResponseController].
func (p *plainly) Unwrap() http.ResponseWriter { return p.ResponseWriter }
