package api

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tiendo/internal/kpi"
	"tiendo/internal/publication"
	"tiendo/internal/seal"
)

// Published returns the handler of what was published: the list, the files, and what outsiders need to prove and to witness them.
func (a *API) Published() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/publications", a.publications)
	mux.HandleFunc("GET /v1/publications/{number}", a.publication)
	mux.HandleFunc("GET /v1/publications/{number}/today", a.today)
	mux.HandleFunc("GET /v1/publications/key", func(w http.ResponseWriter, _ *http.Request) {
		a.lineOf(w, a.Publications.Seal().Key()+"\n")
	})
	mux.HandleFunc("GET /v1/publications/checkpoint", func(w http.ResponseWriter, r *http.Request) {
		checkpoint, err := a.Publications.Seal().Checkpoint()
		if err != nil {
			a.refuseSeal(w, r, err)
			return
		}
		a.lineOf(w, string(checkpoint))
	})
	mux.HandleFunc("GET /v1/publications/witness", a.toWitness)
	mux.HandleFunc("POST /v1/publications/witness", a.fromWitness)
	return mux
}

// sealing is the log of publications as the list shows it.
type sealing struct {
	Name string `json:"name"`
	Key  string `json:"key"`
	Size int64  `json:"size"`
}

// waits is what waits for a second person.
type waits struct {
	SHA256 string    `json:"sha256"`
	Method string    `json:"method"`
	Period string    `json:"period"`
	By     string    `json:"by"`
	Made   time.Time `json:"made"`
}

func waitsOf(p *publication.Proposal) waits {
	return waits{SHA256: p.SHA256, Method: p.Method, Period: p.Period, By: p.By, Made: p.Made}
}

func (a *API) publications(w http.ResponseWriter, r *http.Request) {
	if err := onlyParams(r.URL.Query(), "method", "period"); err != nil {
		a.refuse(w, r, err)
		return
	}
	method, period := r.URL.Query().Get("method"), r.URL.Query().Get("period")
	log := a.Publications.Seal()
	answer := struct {
		Log          sealing             `json:"log"`
		Publications []publication.Entry `json:"publications"`
		Waiting      []waits             `json:"waiting"`
	}{Log: sealing{Key: log.Key(), Size: log.Size()}, Publications: []publication.Entry{}, Waiting: []waits{}}
	answer.Log.Name, _, _ = strings.Cut(log.Key(), "+")
	for _, e := range a.Publications.List() {
		if (method == "" || e.Method == method) && (period == "" || e.Period.ID == period) {
			answer.Publications = append(answer.Publications, e)
		}
	}
	for _, p := range a.Publications.Waiting() {
		if (method == "" || p.Method == method) && (period == "" || p.Period == period) {
			answer.Waiting = append(answer.Waiting, waitsOf(&p))
		}
	}
	a.reply(w, http.StatusOK, answer)
}

func (a *API) publication(w http.ResponseWriter, r *http.Request) {
	number, ok := a.number(w, r)
	if !ok {
		return
	}
	file, err := a.Publications.File(number)
	if err != nil {
		a.refuseSeal(w, r, err)
		return
	}
	name := fmt.Sprintf("%d.publication", number)
	for _, e := range a.Publications.List() {
		if e.Number == number {
			name = fmt.Sprintf("%s-%s-%d.publication", e.Method, strings.ReplaceAll(e.Period.ID, "..", "-"), number)
		}
	}
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	a.lineOf(w, string(file))
}

// number is that of a publication in the address; it has answered where there is none.
func (a *API) number(w http.ResponseWriter, r *http.Request) (number int64, ok bool) {
	number, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
	if size := a.Publications.Seal().Size(); err != nil || number < 1 || number > size {
		a.problem(w, details{Title: "No such publication", Status: http.StatusNotFound, Parameter: "number", Detail: "GET /v1/publications lists them."})
		return 0, false
	}
	return number, true
}

func (a *API) today(w http.ResponseWriter, r *http.Request) {
	number, ok := a.number(w, r)
	if !ok {
		return
	}
	today, err := a.Today(r.Context(), number)
	switch {
	case errors.Is(err, seal.ErrTampered):
		a.refuseSeal(w, r, err)
	case err != nil:
		a.refuse(w, r, err)
	default:
		today.AsOf = today.AsOf.In(a.Zone)
		a.reply(w, http.StatusOK, today)
	}
}

// toWitness is what is sent to a witness that has seen the log up to old: the request body of C2SP tlog-witness, add-checkpoint.
func (a *API) toWitness(w http.ResponseWriter, r *http.Request) {
	if err := onlyParams(r.URL.Query(), "old"); err != nil {
		a.refuse(w, r, err)
		return
	}
	old, err := strconv.ParseInt(r.URL.Query().Get("old"), 10, 64)
	log := a.Publications.Seal()
	if err != nil || old < 0 || old > log.Size() {
		a.refuse(w, r, &kpi.Error{Param: "old", Message: fmt.Sprintf("the number of records that the witness has seen would do, from 0 to %d", log.Size())})
		return
	}
	body, err := log.ToWitness(old)
	if err != nil {
		a.refuseSeal(w, r, err)
		return
	}
	a.lineOf(w, string(body))
}

// fromWitness takes what a witness has answered: lines of signatures. Who signs needs no token, for the key is known.
func (a *API) fromWitness(w http.ResponseWriter, r *http.Request) {
	lines, ok := a.body(w, r, 256<<10, "The signatures are too long")
	if !ok {
		return
	}
	given, err := a.Publications.Seal().Cosign(lines)
	switch {
	case errors.Is(err, seal.ErrTampered):
		a.refuseSeal(w, r, err)
		return
	case err != nil:
		a.problem(w, details{Title: "No cosignature was taken", Status: http.StatusBadRequest, Detail: err.Error()})
		return
	}
	answer := struct {
		Witnesses []cosigned `json:"witnesses"`
	}{Witnesses: []cosigned{}}
	for _, c := range given {
		answer.Witnesses = append(answer.Witnesses, cosigned{c.Witness, c.Time.In(a.Zone)})
		a.Done(r.Context(), "ranking.witness", c.Witness, slog.Int64("size", a.Publications.Seal().Size()))
	}
	a.reply(w, http.StatusOK, answer)
}

// cosigned is what a witness has signed, and when.
type cosigned struct {
	Name string    `json:"name"`
	Time time.Time `json:"time"`
}

// lineOf answers with text.
func (a *API) lineOf(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text)
}

// refuseSeal answers that the log can't be read, or is not what was written.
func (a *API) refuseSeal(w http.ResponseWriter, r *http.Request, err error) {
	a.Logger.Error("the log of publications could not be used", "path", r.URL.Path, "error", err)
	p := details{Title: "The log of publications can't be used", Status: http.StatusServiceUnavailable, Detail: "The server's log says why."}
	if errors.Is(err, seal.ErrTampered) {
		p.Status = http.StatusConflict // with what was written, and trying again does not help
		p.Detail = "The log of publications is not what was written, so nothing is published in it: `tiendo check rankings` says where. Restore it from a backup."
	}
	a.problem(w, p)
}
