package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"tiendo/internal/booking"
	"tiendo/internal/kpi"
)

// line is one line of the answer of a long work: what was found, how far it is, or how it ended.
type line struct {
	Difference *booking.Difference `json:"difference,omitempty"`
	Progress   *booking.Checked    `json:"progress,omitempty"`
	Done       *done               `json:"done,omitempty"`
	Error      string              `json:"error,omitempty"`
}

// done is what was looked at in the end.
type done struct {
	booking.Checked
	// Records are those of the audit log.
	Records uint64 `json:"records,omitempty"`
	// Publications are how many rankings were published.
	Publications int64 `json:"publications,omitempty"`
}

// Upkeep returns the handler of POST /v1/check, /v1/rebuild and /v1/backup, which answer line by line as JSON while they work,
// and of POST /v1/restore. The last line has "done" or "error". At most one of them runs at a time.
func (a *API) Upkeep() http.Handler {
	mux := http.NewServeMux()
	alone := func(work func(w http.ResponseWriter, r *http.Request)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if !a.Alone.TryLock() {
				a.problem(w, details{Title: "A check, a rebuild, a backup or an erasure is running", Status: http.StatusConflict, Detail: "try again when it is done"})
				return
			}
			defer a.Alone.Unlock()
			work(w, r)
		}
	}
	mux.HandleFunc("POST /v1/check", alone(a.check))
	mux.HandleFunc("POST /v1/rebuild", alone(a.rebuild))
	mux.HandleFunc("POST /v1/backup", alone(a.backup))
	mux.HandleFunc("POST /v1/restore", alone(a.restore))
	return mux
}

// checkable are the parts that can be checked.
var checkable = []string{"cells", "verdicts", "audit", "rankings"}

func (a *API) check(w http.ResponseWriter, r *http.Request) {
	what := r.URL.Query()["what"]
	if len(what) == 0 {
		what = checkable
	}
	for _, name := range what {
		if !slices.Contains(checkable, name) {
			a.refuse(w, r, &kpi.Error{Param: "what", Message: "cells, verdicts, audit or rankings would do"})
			return
		}
	}
	say := lines[line](w)
	var all done
	var err error
	if cells, verdicts := slices.Contains(what, "cells"), slices.Contains(what, "verdicts"); cells || verdicts {
		all.Checked, err = a.Check(r.Context(), cells, verdicts,
			func(d booking.Difference) { say(line{Difference: &d}) },
			func(c booking.Checked) { say(line{Progress: &c}) })
	}
	if err != nil {
		a.Logger.Error("a check ended early", "error", err)
		say(line{Error: "the engine did not answer; try again"})
		return
	}
	if slices.Contains(what, "audit") {
		all.Records, err = a.Audit.Check(func(says string) {
			all.Differences++
			say(line{Difference: &booking.Difference{What: "audit", Says: says}})
		})
	}
	if err != nil {
		a.Logger.Error("the audit log could not be checked", "error", err)
		say(line{Error: "the audit log can't be read; the server's log says why"})
		return
	}
	if slices.Contains(what, "rankings") {
		all.Publications, err = a.CheckPublications(r.Context(), func(number, says string) {
			all.Differences++
			say(line{Difference: &booking.Difference{What: "rankings", Subject: number, Says: says}})
		})
	}
	if err != nil {
		a.Logger.Error("what was published could not be checked", "error", err)
		say(line{Error: "what was published can't be checked; the server's log says why"})
		return
	}
	say(line{Done: &all})
}

func (a *API) rebuild(w http.ResponseWriter, r *http.Request) {
	say := lines[line](w)
	var all done
	err := a.Rebuild(r.Context(), func(c booking.Checked) {
		all.Checked = c
		say(line{Progress: &c})
	})
	if errors.Is(err, booking.ErrElsewhere) {
		say(line{Error: err.Error()})
		return
	}
	if err != nil {
		a.Logger.Error("a rebuild ended early", "error", err)
		say(line{Error: "the books could not be made again, and are as they were; the server's log says why"})
		return
	}
	say(line{Done: &all})
}

// lines starts an answer of JSON lines and returns what writes one, at once.
func lines[T any](w http.ResponseWriter) func(T) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	flush := http.NewResponseController(w)
	encoder := json.NewEncoder(w)
	return func(l T) {
		_ = encoder.Encode(l) // who asked may be gone; the work ends with its context
		_ = flush.Flush()
	}
}
