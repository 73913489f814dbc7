package dashboards

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"tiendo/internal/auth"
	"tiendo/internal/byhand"
)

// Entry returns the handler of "/enter" and "/enter/…", on which data is entered by hand: for those only who may send events.
func (p *Pages) Entry() http.Handler { return p.entry }

func (p *Pages) entryRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /enter", p.entryPage)
	mux.HandleFunc("GET /enter/recent", p.recentPage)
	mux.HandleFunc("POST /enter/retract", p.retract)
	mux.HandleFunc("POST /enter/confirm", p.confirmUpload)
	mux.HandleFunc("GET /enter/{form}", p.onePage)
	mux.HandleFunc("POST /enter/{form}", p.enterOne)
	mux.HandleFunc("GET /enter/{form}/template", p.template)
	mux.HandleFunc("POST /enter/{form}/upload", p.upload)
	for _, sent := range []string{"/enter/confirm", "/enter/retract", "/enter/{form}/upload"} { // pages that only a form leads to
		mux.HandleFunc("GET "+sent, func(w http.ResponseWriter, r *http.Request) {
			if lang, bad := readLanguage(r); bad == nil {
				keepLanguage(w, r, lang)
			}
			http.Redirect(w, r, "/enter", http.StatusSeeOther)
		})
	}
	return mux
}

// entrant is who enters something, in which language, and into which form; nil where the address names none.
type entrant struct {
	who  auth.Token
	lang language
	e    *entryWords
	form *byhand.Form
}

// entrant reads who asks for what. Where something is wrong with that, it answers, and ok is false.
func (p *Pages) entrant(w http.ResponseWriter, r *http.Request) (by entrant, ok bool) {
	lang, ok := p.language(w, r)
	if !ok {
		return by, false
	}
	by = entrant{lang: lang, e: entryIn[lang]}
	by.who, _ = auth.From(r.Context())
	id := r.PathValue("form")
	if id == "" {
		return by, true
	}
	switch by.form = byhand.ByID(id); {
	case by.form == nil:
		p.complain(w, r, lang, http.StatusNotFound, trouble{Heading: by.e.Unknown})
		return by, false
	case !by.who.Tells(by.form.Family):
		p.complain(w, r, lang, http.StatusForbidden, trouble{Heading: doorsIn[lang].Forbidden, Says: by.e.NotYours})
		return by, false
	}
	return by, true
}

// poster is entrant for what a form sends, whose fields are then in r.PostForm.
func (p *Pages) poster(w http.ResponseWriter, r *http.Request) (by entrant, ok bool) {
	if by, ok = p.entrant(w, r); !ok {
		return by, false
	}
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	if err := r.ParseForm(); err != nil {
		p.complain(w, r, by.lang, http.StatusBadRequest, trouble{Heading: by.e.WrongForm})
		return by, false
	}
	return by, true
}

// act writes down what somebody has done.
func (p *Pages) act(by *entrant, verb, object string, details ...slog.Attr) {
	p.Audit.Add(by.who.Act(verb, object, details...))
}

// unwritten answers for what could not be read or written, with nothing sent.
func (p *Pages) unwritten(w http.ResponseWriter, r *http.Request, by *entrant, err error) {
	switch {
	case r.Context().Err() != nil: // nobody waits for the answer
		return
	case errors.Is(err, byhand.ErrNotYours):
		p.complain(w, r, by.lang, http.StatusForbidden, trouble{Heading: doorsIn[by.lang].Forbidden, Says: by.e.NotYours})
		return
	case errors.Is(err, byhand.ErrNotThere):
		p.complain(w, r, by.lang, http.StatusNotFound, trouble{Heading: by.e.NoRecord, Would: []choice{{Text: by.e.SeeList, Href: "/enter/recent"}, {Text: by.e.Back, Href: "/enter"}}})
		return
	case errors.Is(err, byhand.ErrGone):
		p.complain(w, r, by.lang, http.StatusNotFound, trouble{Heading: by.e.Gone, Would: []choice{{Text: by.e.Back, Href: "/enter"}}})
		return
	}
	p.Logger.Error("what was entered by hand could not be written", "path", r.URL.Path, "error", err)
	w.Header().Set("Retry-After", "10")
	p.complain(w, r, by.lang, http.StatusServiceUnavailable, trouble{Heading: by.e.NotWritten})
}

// entryView is the page on which data is entered by hand.
type entryView struct {
	E          *entryWords
	Who, Bound string
	Forms      []formCard
}

type formCard struct{ ID, Title, Says, Template string }

func (p *Pages) entryPage(w http.ResponseWriter, r *http.Request) {
	by, ok := p.entrant(w, r)
	if !ok {
		return
	}
	v := entryView{E: by.e, Who: callName(&by.who, by.lang)}
	if by.who.Bound != "" {
		v.Bound = p.agencyWithCode(by.who.Bound, by.lang)
	}
	for _, f := range p.Desk.FormsOf(&by.who) {
		v.Forms = append(v.Forms, formCard{f.ID, by.lang.said(f.Title), by.lang.said(f.Says), f.FileName()})
	}
	p.send(w, r, http.StatusOK, "enter", p.sheet(r, by.lang, by.e.Entry, v))
}

// agencyWithCode names an agency and its code, which people know too.
func (p *Pages) agencyWithCode(code string, lang language) string {
	if name := p.Names(code, string(lang)); name != "" {
		return code + " " + name
	}
	return code
}

// template sends the workbook that is filled in.
func (p *Pages) template(w http.ResponseWriter, r *http.Request) {
	by, ok := p.entrant(w, r)
	if !ok {
		return
	}
	var b bytes.Buffer
	if err := p.Desk.Template(&b, by.form, &by.who); err != nil {
		p.unwritten(w, r, &by, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", `attachment; filename="`+by.form.FileName()+`"`)
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(b.Bytes()) // whoever asked is gone
}
