// Package problem answers requests that were not done, by RFC 9457. It decides what such an answer looks like, and knows nothing of
// what went wrong.
package problem

import (
	"encoding/json"
	"net/http"
)

// Plain answers with a status and what would do, in words.
func Plain(w http.ResponseWriter, status int, detail string) {
	Titled(w, status, http.StatusText(status), detail)
}

// Titled is Plain under a title of its own.
func Titled(w http.ResponseWriter, status int, title, detail string) {
	Write(w, status, struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{title, status, detail})
}

// Write answers with details that have more members. They must be JSON, and have the members title and status. What was asked may come
// back in them: bytes that are no UTF-8 are replaced, and markup is escaped.
func Write(w http.ResponseWriter, status int, details any) {
	body, err := json.Marshal(details)
	if err != nil {
		panic("BUG: a problem is no JSON: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the sender is gone; nobody is left to tell
}
