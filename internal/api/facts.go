package api

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"tiendo/internal/event"
	"tiendo/internal/kpi"
)

// ErrBehind says that events which were accepted are not stored yet, so that an answer would lack facts.
var ErrBehind = errors.New("accepted events are not stored yet")

// Asked are the facts that are asked for.
type Asked struct {
	Family event.Family
	Source string
	// Before leaves out what was recorded at this instant or later; zero leaves out nothing.
	Before time.Time
}

// recordedFact is a fact by the record of it that counts.
type recordedFact struct {
	Type      event.Type      `json:"type"`
	Subject   string          `json:"subject"`
	Time      time.Time       `json:"time"`
	Recorded  time.Time       `json:"recorded"`
	Retracted bool            `json:"retracted"`
	Data      json.RawMessage `json:"data"`
}

// lastLine ends an answer of lines: without it the answer was cut off.
type lastLine struct {
	Done  *int   `json:"done,omitempty"`
	Error string `json:"error,omitempty"`
}

// facts tells what counts of each fact that a source told: GET /v1/facts. A line is written when it is read, so that
// memory does not grow with the answer.
func (a *API) facts(w http.ResponseWriter, r *http.Request) {
	asked, err := readAsked(r.URL.Query())
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	lines := bufio.NewWriterSize(w, 1<<16)
	encoder := json.NewEncoder(lines)
	n := 0
	err = a.Recorded(r.Context(), asked, func(e *event.Event) error {
		n++
		return encoder.Encode(recordedFact{e.Type, e.Subject, e.Time.In(a.Zone), e.Recorded.In(a.Zone), e.Retracted, e.Data})
	})
	switch {
	case err == nil:
		_ = encoder.Encode(lastLine{Done: &n})
	case n == 0 && errors.Is(err, ErrBehind):
		w.Header().Set("Retry-After", "5")
		a.problem(w, details{
			Title: "The facts are not all stored yet", Status: http.StatusServiceUnavailable,
			Detail: "events that were accepted still wait to be stored; try again in a moment, GET /readyz tells what is missing",
		})
	case n == 0:
		a.refuse(w, r, err)
	case r.Context().Err() == nil: // else nobody waits for the answer
		a.Logger.Error("an answer with facts ended early", "error", err)
		_ = encoder.Encode(lastLine{Error: "the engine did not answer; try again"})
	}
	_ = lines.Flush() // who asked may be gone
}

func readAsked(params url.Values) (Asked, error) {
	asked := Asked{Family: event.Family(params.Get("family")), Source: params.Get("source")}
	if err := onlyParams(params, "family", "source", "before"); err != nil {
		return asked, err
	}
	for name, values := range params {
		if len(values) > 1 {
			return asked, &kpi.Error{Param: name, Message: "one would do"}
		}
	}
	if !slices.Contains(event.Families(), asked.Family) {
		return asked, &kpi.Error{Param: "family", Message: fmt.Sprintf("one of %v would do", event.Families())}
	}
	if err := event.CheckSource(asked.Source); err != nil {
		return asked, &kpi.Error{Param: "source", Message: "the source of events, such as urn:city:system, would do; it " + err.Error()}
	}
	if !params.Has("before") {
		return asked, nil
	}
	var err error
	if asked.Before, err = time.Parse(time.RFC3339, params.Get("before")); err != nil {
		return asked, &kpi.Error{Param: "before", Message: "an instant with an offset would do, such as 2026-09-14T00:00:00+07:00"}
	}
	return asked, nil
}
