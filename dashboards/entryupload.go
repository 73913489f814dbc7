package dashboards

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"

	"tiendo/internal/byhand"
)

// largestUpload is how large a filled template may be.
const largestUpload = 4 << 20

// draftView is the page of a filled template: before it is confirmed, and afterwards.
type draftView struct {
	E              *entryWords
	ID, Form, File string
	Rows           []draftRow
	Total          int
	// Waiting events would be sent, Rejected rows not be taken.
	Waiting, Rejected int
	// Noun is what is counted, sent or waiting: one event, or several.
	Noun string
	// FirstBad is the first row that is not taken.
	FirstBad string
	Counts   []detail
	// Done says that it was confirmed, Again that this was before; Sent events were taken.
	Done, Again bool
	Sent        int
	// Wrong is why nothing of the file can be read, FormID and Title what it should have been.
	Wrong, FormID, Title string
}

type draftRow struct {
	Number  int
	Subject string
	Steps   []draftStep
	Faults  []detail
}

type draftStep struct {
	Name, At string
	Details  []detail
	State    badge
}

var entryTones = map[byhand.State]string{byhand.Fresh: "good", byhand.Same: "level", byhand.Changed: "level", byhand.Moved: "level"}

func (p *Pages) upload(w http.ResponseWriter, r *http.Request) {
	by, ok := p.entrant(w, r)
	if !ok {
		return
	}
	name, content, problem, status := readUpload(w, r, by.e)
	if problem != "" {
		p.wrongUpload(w, r, &by, status, problem)
		return
	}
	draft, err := p.Desk.Upload(r.Context(), &by.who, by.form, name, content)
	sum := sha256.Sum256(content)
	told := []slog.Attr{slog.String("sha256", hex.EncodeToString(sum[:])), slog.Int("bytes", len(content))}
	if broken, ok := errors.AsType[*byhand.FileError](err); ok {
		p.act(&by, "manual.upload", by.form.ID, append(told, slog.Bool("refused", true))...)
		p.wrongUpload(w, r, &by, http.StatusBadRequest, by.lang.said(broken.Says))
		return
	}
	if err != nil {
		p.unwritten(w, r, &by, err)
		return
	}
	p.act(&by, "manual.upload", by.form.ID, append(told, slog.Int("rows", len(draft.Rows)), slog.Int("rejected", draft.Rejected()))...)
	v := p.draftView(draft, &by)
	p.send(w, r, http.StatusOK, "entry-draft", p.sheet(r, by.lang, by.e.Preview+" · "+v.Form, v))
}

// readUpload reads the file of a form. problem is why it can't be read, for the visitor.
func readUpload(w http.ResponseWriter, r *http.Request, e *entryWords) (name string, content []byte, problem string, status int) {
	r.Body = http.MaxBytesReader(w, r.Body, largestUpload+longestForm)
	err := r.ParseMultipartForm(largestUpload + longestForm) // all of it in memory: it is bounded
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return "", nil, e.TooLarge, http.StatusRequestEntityTooLarge
	}
	if err != nil {
		return "", nil, e.WrongForm, http.StatusBadRequest
	}
	file, head, err := r.FormFile("file")
	if err != nil || head.Filename == "" {
		return "", nil, e.NoFile, http.StatusBadRequest
	}
	defer file.Close()
	if content, err = io.ReadAll(file); err != nil {
		return "", nil, e.WrongForm, http.StatusBadRequest
	}
	if len(content) > largestUpload {
		return "", nil, e.TooLarge, http.StatusRequestEntityTooLarge
	}
	return cut(head.Filename), content, "", 0
}

// wrongUpload says why nothing of a file can be read.
func (p *Pages) wrongUpload(w http.ResponseWriter, r *http.Request, by *entrant, status int, says string) {
	v := draftView{E: by.e, Form: by.lang.said(by.form.Title), Wrong: says, FormID: by.form.ID, Title: by.form.FileName()}
	p.send(w, r, status, "entry-draft", p.sheet(r, by.lang, by.e.Preview+" · "+v.Form, v))
}

// draftView shows a draft row by row.
func (p *Pages) draftView(d *byhand.Draft, by *entrant) draftView {
	v := draftView{
		E: by.e, ID: d.ID, Form: by.lang.said(d.Form.Title), File: d.File, Total: len(d.Rows), Rejected: d.Rejected(), Waiting: d.Waiting(),
		Done: d.Done, Sent: d.Sent, FormID: d.Form.ID, Title: d.Form.FileName(),
	}
	switch {
	case d.Done && d.Sent == 1:
		v.Noun = by.e.Event
	case d.Done:
		v.Noun = by.e.Events
	case v.Waiting == 1:
		v.Noun = by.e.WillSendOne
	default:
		v.Noun = by.e.WillSend
	}
	for _, c := range []struct {
		state byhand.State
		name  string
	}{{byhand.Fresh, by.e.Fresh}, {byhand.Changed, by.e.Changed}, {byhand.Moved, by.lang.of("đổi ngày", "moved")}, {byhand.Same, by.e.Same}} {
		if n := d.Count(c.state); n > 0 {
			v.Counts = append(v.Counts, detail{c.name, by.lang.count(float64(n))})
		}
	}
	for _, row := range d.Rows {
		shown := draftRow{Number: row.Number, Subject: row.Subject}
		for _, fault := range row.Faults {
			shown.Faults = append(shown.Faults, detail{by.lang.said(fault.Title), by.lang.said(fault.Says)})
		}
		if len(row.Faults) > 0 && v.FirstBad == "" {
			v.FirstBad = strconv.Itoa(row.Number)
		}
		for i := range row.Entries {
			shown.Steps = append(shown.Steps, p.draftStep(d.Form, &row.Entries[i], by))
		}
		v.Rows = append(v.Rows, shown)
	}
	return v
}

func (p *Pages) draftStep(f *byhand.Form, e *byhand.Entry, by *entrant) draftStep {
	names := map[byhand.State]string{byhand.Fresh: by.e.Fresh, byhand.Same: by.e.Same, byhand.Changed: by.e.Changed, byhand.Moved: by.e.Moved}
	s := draftStep{
		Name: by.lang.stepName(e.Type), At: p.moment(e.Time, by.lang), Details: p.detailsOf(f, e.Type, e.Data, by.lang),
		State: badge{names[e.State], entryTones[e.State]},
	}
	for i, was := range e.Was {
		if i > 0 {
			s.State.Text += ","
		}
		s.State.Text += " " + p.moment(was, by.lang)
	}
	return s
}

func (p *Pages) confirmUpload(w http.ResponseWriter, r *http.Request) {
	by, ok := p.poster(w, r)
	if !ok {
		return
	}
	draft, again, err := p.Desk.Confirm(r.Context(), &by.who, r.PostForm.Get("draft"))
	if err != nil {
		p.unwritten(w, r, &by, err)
		return
	}
	if !again {
		p.act(&by, "manual.confirm", draft.Form.ID, slog.Int("sent", draft.Sent), slog.Int("rejected", draft.Rejected()))
	}
	v := p.draftView(draft, &by)
	v.Again = again
	p.send(w, r, http.StatusOK, "entry-draft", p.sheet(r, by.lang, by.e.Sent+" · "+v.Form, v))
}
