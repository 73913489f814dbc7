package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tiendo/internal/document"
	"tiendo/internal/kpi"
	"tiendo/internal/register"
)

// Registers returns the handler of /v1/registers/{kind}: GET for who may see cases, PUT for who may load.
func (a *API) Registers() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/registers/{kind}", a.register)
	mux.HandleFunc("PUT /v1/registers/{kind}", a.loadRegister)
	return mux
}

// The headers of a register in YAML, where there is no other room for them.
const (
	headerVersion  = "Tiendo-Version"
	headerRecorded = "Tiendo-Recorded"
)

// loaded is a load as answers show it.
type loaded struct {
	Kind     register.Kind `json:"kind"`
	Version  uint64        `json:"version"`
	Recorded time.Time     `json:"recorded"`
	SHA256   string        `json:"sha256"`
}

func (a *API) loaded(l register.Load) loaded {
	return loaded{l.Kind, l.Version, l.Recorded.In(a.Zone), l.SHA256}
}

func (a *API) register(w http.ResponseWriter, r *http.Request) {
	kind := register.Kind(r.PathValue("kind"))
	params := r.URL.Query()
	if err := onlyParams(params, "at"); err != nil {
		a.refuse(w, r, err)
		return
	}
	var at time.Time
	if text := params.Get("at"); text != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, text); err != nil {
			a.refuse(w, r, &kpi.Error{Param: "at", Message: fmt.Sprintf("%q is no instant; 2026-10-02T09:00:00+07:00 would do, in an address with %%2B for the +", text)})
			return
		}
	}
	if !kind.Known() {
		a.noRegister(w, fmt.Sprintf("there is no such register; %s would do", register.KindNames()))
		return
	}
	all, err := a.LoadedRegisters(r.Context())
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	view := all.At(at)
	load, ok := view.Load(kind)
	if !ok {
		a.noRegister(w, fmt.Sprintf("no %s were loaded by then; load a file with PUT or `tiendo register load`", kind))
		return
	}
	w.Header().Set("Vary", "Accept")
	if !wantsJSON(r.Header.Get("Accept")) {
		w.Header().Set("Content-Type", "application/yaml")
		w.Header().Set(headerVersion, strconv.FormatUint(load.Version, 10))
		w.Header().Set(headerRecorded, load.Recorded.In(a.Zone).Format(time.RFC3339Nano))
		_, _ = io.WriteString(w, view.Content(kind))
		return
	}
	entries, err := view.JSON(kind)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	a.reply(w, http.StatusOK, struct {
		loaded
		Entries json.RawMessage `json:"entries"`
	}{a.loaded(load), json.RawMessage(entries)})
}

// wantsJSON says whether an Accept header names JSON before YAML or anything.
func wantsJSON(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		media, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		switch strings.ToLower(media) {
		case "application/json":
			return true
		case "application/yaml", "application/x-yaml", "text/yaml", "text/*", "*/*":
			return false
		}
	}
	return false
}

func (a *API) loadRegister(w http.ResponseWriter, r *http.Request) {
	kind := register.Kind(r.PathValue("kind"))
	if !kind.Known() {
		a.noRegister(w, fmt.Sprintf("there is no such register; %s would do", register.KindNames()))
		return
	}
	content, ok := a.body(w, r, register.MaxContent, "The file is too large")
	if !ok {
		return
	}
	all, err := a.LoadRegister(r, kind, content)
	if refused, ok := errors.AsType[*register.Refusal](err); ok {
		a.refuseRegister(w, refused)
		return
	}
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	load, _ := all.At(time.Time{}).Load(kind)
	a.reply(w, http.StatusOK, a.loaded(load))
}

// fault is one thing in a file that does not hold.
type fault struct {
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Field  string `json:"field,omitempty"`
	Reason string `json:"reason"`
}

// faults are all that a file was refused for.
func faults(refused *document.Refusal) (all []fault) {
	for _, f := range refused.Faults {
		all = append(all, fault{f.Line, f.Column, f.Field, f.Message})
	}
	return all
}

func (a *API) refuseRegister(w http.ResponseWriter, refused *register.Refusal) {
	a.problem(w, details{
		Title: "The file does not hold together; nothing of it was taken", Status: http.StatusBadRequest,
		Detail: refused.Faults[0].String(), Errors: faults(refused),
	})
}

// TitleNoRegister is that of the answer to whoever asks for a register of which nothing was loaded.
const TitleNoRegister = "There is no such register"

func (a *API) noRegister(w http.ResponseWriter, detail string) {
	a.problem(w, details{Title: TitleNoRegister, Status: http.StatusNotFound, Detail: detail})
}
