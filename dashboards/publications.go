package dashboards

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"tiendo/internal/audit"
	"tiendo/internal/auth"
	"tiendo/internal/kpi"
	"tiendo/internal/publication"
	"tiendo/internal/ranking"
	"tiendo/internal/seal"
)

// Publishing is what the pages of publications need.
type Publishing struct {
	All     *publication.Publications
	Methods func() ranking.Methods
	// Publish publishes for whoever sent the request, see the API; its error is Behind where what was accepted is not booked in time.
	Publish func(ctx context.Context, ask publication.Ask) (publication.Outcome, error)
	Behind  error
	// Withdraw takes back what waits for a second person; false if nothing does.
	Withdraw func(ctx context.Context, sha256 string) (bool, error)
	// Today says what of a publication would be otherwise now.
	Today func(ctx context.Context, number int64) (*publication.Today, error)
}

// Publications returns the handler of "/publications" and "/publications/{number}": what was published, for all who may read.
func (p *Pages) Publications() http.Handler { return p.published }

// PublishForm returns the handler of what those send who may publish: POST "/publications" and "/publications/withdraw".
func (p *Pages) PublishForm() http.Handler { return p.publishing }

func (p *Pages) publicationRoutes() (open, publishing http.Handler) {
	reads, writes := http.NewServeMux(), http.NewServeMux()
	reads.HandleFunc("GET /publications", func(w http.ResponseWriter, r *http.Request) {
		p.showPublications(w, r, http.StatusOK, publicationsView{})
	})
	reads.HandleFunc("GET /publications/{number}", p.publicationPage)
	writes.HandleFunc("POST /publications", p.publish)
	writes.HandleFunc("POST /publications/withdraw", p.withdraw)
	return reads, writes
}

// publicationsView is the list of publications, with the form that publishes.
type publicationsView struct {
	D    *publicationWords
	Rows []publicationRow
	Key  string
	// Waiting are those that wait for a second person.
	Waiting []waitingRow
	// May says that whoever looks may publish.
	May     bool
	Methods []tick
	Form    publicationForm
	// Wrong is why nothing was published, Obstacles what stands against it; Done what was done.
	Wrong, Done string
	Obstacles   []string
	Tampered    bool
}

type publicationRow struct {
	Number, Title, Method, Period, Made, Href, File, Note string
	State                                                 badge
	Past                                                  bool
}

// waitingRow is what waits for a second person.
type waitingRow struct {
	ID, PeriodID, Method, Period, By, Made, SHA256, Note string
	// Own says that whoever looks has asked for it, so that another must confirm it.
	Own bool
	// Record is what would be sealed, for those who may; nil for others.
	Record *recordView
}

type publicationForm struct{ Method, Period, Although, Corrects, Reason string }

// showPublications sends the list.
func (p *Pages) showPublications(w http.ResponseWriter, r *http.Request, status int, v publicationsView) {
	lang, ok := p.language(w, r)
	if !ok {
		return
	}
	v.D = publicationsIn[lang]
	who, known := auth.From(r.Context())
	v.May = known && who.Has(auth.ScopePublish)
	v.Key, v.Tampered = p.Publishing.All.Seal().Key(), len(p.Publishing.All.Found()) > 0
	for _, e := range p.Publishing.All.List() {
		v.Rows = append(v.Rows, p.publicationRow(&e, lang))
	}
	for _, x := range p.Publishing.All.Waiting() {
		v.Waiting = append(v.Waiting, p.waitingRow(&x, lang, v.May, cmp.Or(who.Name, audit.Admin)))
	}
	seen := map[string]bool{}
	for _, m := range p.Publishing.Methods() {
		if !seen[m.ID] && (p.ranked(m) || m.ID == v.Form.Method) {
			v.Methods = append(v.Methods, tick{m.ID, lang.of(m.Titles.VI, m.Titles.EN), m.ID == v.Form.Method})
		}
		seen[m.ID] = true
	}
	p.send(w, r, status, "publications", p.sheet(r, lang, v.D.Title, v))
}

// waitingRow shows a proposal, to those who may publish with all that would be sealed: a second person must see what it is.
func (p *Pages) waitingRow(x *publication.Proposal, lang language, may bool, who string) waitingRow {
	row := waitingRow{
		ID: x.Method, PeriodID: x.Period, Method: p.methodName(x.Method, lang), Period: lang.period(x.Period), By: cmp.Or(actors[x.By].in(lang), x.By),
		Made: lang.minute(x.Made.In(p.Location)), SHA256: x.SHA256, Own: x.By == who,
	}
	if !may {
		return row
	}
	record, err := publication.ParseRecord([]byte(x.Record))
	if err != nil {
		p.Logger.Error("what waits for a second person could not be read", "method", x.Method, "period", x.Period, "error", err)
		return row
	}
	if record.Corrects != nil {
		row.Note = fmt.Sprintf("%s %d", publicationsIn[lang].Corrects, record.Corrects.Number)
	}
	row.Record = new(newRecordView(record, lang))
	return row
}

func (p *Pages) publicationRow(e *publication.Entry, lang language) publicationRow {
	d, state := publicationsIn[lang], publicationStates[e.State]
	row := publicationRow{
		Number: strconv.FormatInt(e.Number, 10), Title: lang.of(e.Titles.VI, e.Titles.EN), Method: e.Method + " " + e.Version, Period: lang.period(e.Period.ID),
		Made: lang.minute(e.Made.In(p.Location)), State: badge{state.in(lang), state.tone}, Past: e.CorrectedBy != nil,
	}
	row.Href, row.File = "/publications/"+row.Number, "/v1/publications/"+row.Number
	if e.Corrects != nil {
		row.Note = fmt.Sprintf("%s %d", d.Corrects, *e.Corrects)
	}
	if e.CorrectedBy != nil {
		row.Note = strings.TrimPrefix(fmt.Sprintf("%s; %s %d", row.Note, d.CorrectedBy, *e.CorrectedBy), "; ")
	}
	return row
}

func (p *Pages) methodName(id string, lang language) string {
	for _, m := range p.Publishing.Methods() {
		if m.ID == id {
			return lang.of(m.Titles.VI, m.Titles.EN)
		}
	}
	return id
}

// publish publishes what the form says, or confirms what another has asked for.
func (p *Pages) publish(w http.ResponseWriter, r *http.Request) {
	lang, _ := readLanguage(r)
	d := publicationsIn[lang]
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	if err := r.ParseForm(); err != nil {
		p.showPublications(w, r, http.StatusBadRequest, publicationsView{Wrong: d.WrongForm})
		return
	}
	field := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	form := publicationForm{field("method"), field("period"), field("although"), field("corrects"), field("reason")}
	ask := publication.Ask{Method: form.Method, Period: form.Period, Although: form.Although, Reason: form.Reason, Confirm: field("confirm")}
	corrects, err := strconv.ParseInt(form.Corrects, 10, 64)
	if ask.Corrects = corrects; form.Corrects != "" && (err != nil || corrects < 1) {
		p.showPublications(w, r, http.StatusBadRequest, publicationsView{Form: form, Wrong: fmt.Sprintf(d.NoNumber, cut(form.Corrects))})
		return
	}
	if ask.Confirm == "" && field("seen") == "" {
		p.showPublications(w, r, http.StatusBadRequest, publicationsView{Form: form, Wrong: d.Check})
		return
	}
	done, err := p.Publishing.Publish(r.Context(), ask)
	switch {
	case err != nil:
		p.notPublished(w, r, lang, form, err)
	case done.Waits != nil:
		p.showPublications(w, r, http.StatusAccepted, publicationsView{Done: d.Waits})
	default:
		http.Redirect(w, r, fmt.Sprintf("/publications/%d", done.Published.Number), http.StatusSeeOther)
	}
}

// notPublished says why nothing was published, in the words of whoever looks.
func (p *Pages) notPublished(w http.ResponseWriter, r *http.Request, lang language, form publicationForm, err error) {
	d, v, status := publicationsIn[lang], publicationsView{Form: form}, http.StatusConflict
	var refused *publication.Refusal
	var wrong *publication.Wrong
	var asked *kpi.Error
	switch {
	case errors.As(err, &refused):
		v.Wrong = d.NotPublished
		for _, o := range refused.Obstacles {
			v.Obstacles = append(v.Obstacles, lang.of(o.VI, o.EN))
		}
	case errors.As(err, &wrong):
		v.Wrong = lang.of(wrong.VI, wrong.Message)
	case errors.As(err, &asked):
		v.Wrong, status = lang.of(cmp.Or(asked.VI, asked.Message), asked.Message), http.StatusBadRequest
	case errors.Is(err, seal.ErrTampered):
		v.Wrong = d.Tampered
	case errors.Is(err, p.Publishing.Behind):
		v.Wrong, status = d.Behind, http.StatusServiceUnavailable
	default:
		p.refuse(w, r, lang, err)
		return
	}
	p.showPublications(w, r, status, v)
}

// withdraw takes back what waits for a second person.
func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) {
	lang, _ := readLanguage(r)
	d := publicationsIn[lang]
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	if err := r.ParseForm(); err != nil {
		p.showPublications(w, r, http.StatusBadRequest, publicationsView{Wrong: d.WrongForm})
		return
	}
	gone, err := p.Publishing.Withdraw(r.Context(), r.PostForm.Get("sha256"))
	switch {
	case err != nil:
		p.refuse(w, r, lang, err)
	case !gone:
		p.showPublications(w, r, http.StatusNotFound, publicationsView{Wrong: d.Gone})
	default:
		p.showPublications(w, r, http.StatusOK, publicationsView{Done: d.Withdrawn})
	}
}
