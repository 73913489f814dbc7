package dashboards

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"tiendo/internal/auth"
	"tiendo/internal/byhand"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// recentView is the page of what somebody has entered.
type recentView struct {
	E    *entryWords
	Done string
	Rows []recentRow
}

type recentRow struct {
	Entered, Name, Family, At string
	Subject, Href             string
	Details                   []detail
	State                     badge
	Counts                    bool
	// What a form says to name the record, and where it is corrected.
	Form, Type, WasTime string
	Correct             string
	Retract             string // what taking it back means
}

// mostShown is how many things stand on the page.
const mostShown = 200

func (p *Pages) recentPage(w http.ResponseWriter, r *http.Request) {
	by, ok := p.entrant(w, r)
	if !ok {
		return
	}
	all, err := p.Desk.Lately(r.Context(), &by.who)
	if err != nil {
		p.unwritten(w, r, &by, err)
		return
	}
	v := recentView{E: by.e}
	switch r.URL.Query().Get("done") {
	case "written":
		v.Done = by.e.Done
	case "retracted":
		v.Done = by.e.Undone
	}
	for i := range all[:min(len(all), mostShown)] {
		v.Rows = append(v.Rows, p.recentRow(&all[i], &by))
	}
	p.send(w, r, http.StatusOK, "entry-recent", p.sheet(r, by.lang, by.e.Lately, v))
}

func (p *Pages) recentRow(e *byhand.Told, by *entrant) recentRow {
	was := url.Values{"type": {string(e.Type)}, "was_subject": {e.Subject}, "was_time": {e.Time.UTC().Format(time.RFC3339Nano)}}
	row := recentRow{
		Entered: by.lang.minute(e.Recorded.In(p.Location).Truncate(time.Minute)), Name: by.lang.stepName(e.Type), Family: by.lang.said(e.Form.Title),
		At: p.moment(e.Time, by.lang), Subject: e.Subject, Details: p.detailsOf(e.Form, e.Type, e.Data, by.lang),
		State: badge{by.e.Counts, "good"}, Counts: !e.Retracted, Form: e.Form.ID, Type: string(e.Type), WasTime: was.Get("was_time"),
		Correct: "/enter/" + e.Form.ID + "?" + was.Encode(), Retract: by.e.RetractSays,
	}
	if e.Retracted {
		row.State = badge{by.e.TakenBack, "bad"}
	}
	if e.Form.Opens(e.Type) && len(e.Form.Types) > 1 {
		row.Retract = by.e.RetractAll
	}
	if by.who.Has(auth.ScopeView) && lifecycle.Books(e.Form.Family) {
		row.Href = caseHref(string(e.Form.Family), e.Subject)
	}
	return row
}

// retract takes back what somebody has entered.
func (p *Pages) retract(w http.ResponseWriter, r *http.Request) {
	by, ok := p.poster(w, r)
	if !ok {
		return
	}
	was, bad := wasOf(r.PostForm)
	f, typ := byhand.ByID(r.PostForm.Get("form")), event.Type(r.PostForm.Get("type"))
	if bad || was == nil || f == nil || !slices.Contains(f.Types, typ) {
		p.unwritten(w, r, &by, byhand.ErrNotThere)
		return
	}
	n, err := p.Desk.Retract(r.Context(), &by.who, f, typ, *was)
	if faults, refused := errors.AsType[byhand.Faults](err); refused {
		p.complain(w, r, by.lang, http.StatusBadRequest, trouble{Heading: by.e.NotWritten, Says: by.lang.said(faults[0].Says)})
		return
	}
	if err != nil {
		p.unwritten(w, r, &by, err)
		return
	}
	p.act(&by, "manual.retract", f.ID, slog.String("type", string(typ)), slog.String("subject", was.Subject), slog.Int("records", n))
	http.Redirect(w, r, "/enter/recent?done=retracted", http.StatusSeeOther)
}
