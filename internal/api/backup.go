package api

import (
	"errors"
	"net/http"

	"tiendo/internal/auth"
	"tiendo/internal/backup"
	"tiendo/internal/kpi"
)

// copied is one line of the answer to POST /v1/backup.
type copied struct {
	Says  string `json:"says,omitempty"`
	Done  *made  `json:"done,omitempty"`
	Error string `json:"error,omitempty"`
}

// made is a backup.
type made struct {
	ID     string `json:"id"`
	Events uint64 `json:"events"`
	Files  int    `json:"files"`
	// Apart is what the engine's part is called on its own server; empty if it lies with the rest.
	Apart string `json:"apart,omitempty"`
}

// backup copies the city into a folder of the server's machine, and says how far it is.
func (a *API) backup(w http.ResponseWriter, r *http.Request) {
	work, err := a.Backup(r.Context(), r.URL.Query().Get("to"))
	if err != nil {
		a.unusable(w, r, "to", err)
		return
	}
	say := lines[copied](w)
	m, err := work(func(says string) { say(copied{Says: says}) })
	if err != nil {
		a.Logger.Error("a backup ended early", "error", err)
		say(copied{Error: "the backup is not whole, and its folder of no use: " + err.Error()})
		return
	}
	done := made{ID: m.ID, Events: m.Events, Files: len(m.Files)}
	if m.Apart {
		done.Apart = m.Name()
	}
	say(copied{Done: &done})
}

// ErrNotEmpty is what [Options.Restore] says of a server that has something to lose.
var ErrNotEmpty = errors.New("this server holds events, registers or publications, and a restore would replace them; start one on an empty data folder, and restore there")

// restore has the server begin again from a backup. It answers before that is done: when GET /readyz names the backup, it is.
func (a *API) restore(w http.ResponseWriter, r *http.Request) {
	who, _ := auth.From(r.Context())
	m, err := a.Restore(r.Context(), r.URL.Query().Get("from"), who)
	if errors.Is(err, ErrNotEmpty) {
		a.problem(w, details{Title: "The server is not empty", Status: http.StatusConflict, Detail: err.Error()})
		return
	}
	if err != nil {
		a.unusable(w, r, "from", err)
		return
	}
	a.reply(w, http.StatusAccepted, map[string]any{"id": m.ID, "events": m.Events})
}

// unusable answers for a folder.
func (a *API) unusable(w http.ResponseWriter, r *http.Request, param string, err error) {
	if wrong, ok := errors.AsType[*backup.Error](err); ok {
		err = &kpi.Error{Param: param, Message: wrong.Message}
	}
	a.refuse(w, r, err)
}
