package dashboards

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/byhand"
	"tiendo/internal/event"
)

// oneView is the form of one event.
type oneView struct {
	E           *entryWords
	FormID      string
	Title, Says string
	// Kinds are what can be entered, Type which of them is.
	Kinds      []choice
	Type, Name string
	// Was are the code and time of the record that is corrected; empty if none is.
	WasSubject, WasTime string
	Subject             *field // nil where there is none to ask for
	Day, Clock          *field
	Fields              []field
	Faults              []detail
}

// field is one question.
type field struct {
	Name, Title, Says string
	Choose            string // what stands for no choice
	// Input is "text", "date", "time", "number", "select" or "several".
	Input    string
	Required bool
	Value    string
	Options  []tick
	Wrong    string
	Fixed    bool // shown, and not to be changed
}

// onePage shows the form of one event, empty or with the record to correct.
func (p *Pages) onePage(w http.ResponseWriter, r *http.Request) {
	by, ok := p.entrant(w, r)
	if !ok {
		return
	}
	typ, ok := p.typeOf(w, r, &by, r.URL.Query().Get("type"))
	if !ok {
		return
	}
	was, bad := wasOf(r.URL.Query())
	if bad {
		p.unwritten(w, r, &by, byhand.ErrNotThere)
		return
	}
	if was == nil {
		p.showOne(w, r, http.StatusOK, &by, typ, byhand.Answers{Subject: r.URL.Query().Get("subject")}, nil, nil)
		return
	}
	e, err := p.Desk.Find(r.Context(), &by.who, by.form, typ, *was)
	if err != nil {
		p.unwritten(w, r, &by, err)
		return
	}
	p.showOne(w, r, http.StatusOK, &by, typ, p.answersOf(e), was, nil)
}

// typeOf reads what shall be entered; the first thing of the form if nothing is named.
func (p *Pages) typeOf(w http.ResponseWriter, r *http.Request, by *entrant, asked string) (event.Type, bool) {
	if asked == "" {
		return by.form.Types[0], true
	}
	if slices.Contains(by.form.Types, event.Type(asked)) {
		return event.Type(asked), true
	}
	p.complain(w, r, by.lang, http.StatusBadRequest, trouble{Heading: by.e.Unknown})
	return "", false
}

// wasOf reads which record shall be corrected; nil if none.
func wasOf(params url.Values) (was *byhand.Was, bad bool) {
	if !params.Has("was_time") {
		return nil, false
	}
	at, err := time.Parse(time.RFC3339Nano, params.Get("was_time"))
	return &byhand.Was{Subject: params.Get("was_subject"), Time: at}, err != nil
}

// answersOf are the answers that a record was made of.
func (p *Pages) answersOf(e *event.Event) byhand.Answers {
	at := e.Time.In(p.Location)
	a := byhand.Answers{Subject: e.Subject, Day: at.Format(time.DateOnly), Fields: map[string][]string{}}
	if clock := at.Format("15:04:05"); clock != "00:00:00" {
		a.Clock = strings.TrimSuffix(clock, ":00")
	}
	var told map[string]jsontext.Value
	if err := json.Unmarshal(e.Data, &told); err != nil {
		panic("BUG: an event that was taken is no JSON: " + err.Error())
	}
	for name, value := range told {
		var text string
		var list []string
		switch {
		case json.Unmarshal(value, &text) == nil:
			a.Fields[name] = []string{text}
		case json.Unmarshal(value, &list) == nil:
			a.Fields[name] = list
		default:
			a.Fields[name] = []string{string(value)}
		}
	}
	return a
}

// showOne sends the form of one event.
func (p *Pages) showOne(w http.ResponseWriter, r *http.Request, status int, by *entrant, typ event.Type, a byhand.Answers, was *byhand.Was, faults byhand.Faults) {
	f, lang := by.form, by.lang
	v := oneView{E: by.e, FormID: f.ID, Title: lang.said(f.Title), Says: lang.said(f.Says), Type: string(typ), Name: lang.stepName(typ)}
	for _, t := range f.Types {
		v.Kinds = append(v.Kinds, choice{lang.stepName(t), "/enter/" + f.ID + "?" + url.Values{"type": {string(t)}}.Encode(), t == typ})
	}
	if was != nil {
		v.WasSubject, v.WasTime = was.Subject, was.Time.UTC().Format(time.RFC3339Nano)
	}
	wrong := map[string]string{}
	for _, fault := range faults {
		title, says := lang.said(fault.Title), lang.said(fault.Says)
		v.Faults = append(v.Faults, detail{title, says})
		wrong[title] = says
	}
	if !f.Composed() {
		v.Subject = p.field(f.Ask(byhand.Subject, typ), []string{a.Subject}, nil, by)
		v.Subject.Fixed = was != nil
	}
	if f.Family != event.Source { // a tally's day is when it happened
		v.Day = p.field(f.Ask(byhand.Time, typ), []string{a.Day}, nil, by)
		v.Day.Name, v.Day.Input, v.Day.Says = "day-of", "date", ""
		v.Clock = &field{Name: "clock-of", Title: by.e.Clock, Says: by.e.ClockSays, Input: "time", Value: a.Clock}
	}
	for _, q := range f.Questions(typ) {
		v.Fields = append(v.Fields, *p.field(&q, a.Fields[q.Name], p.Desk.Allowed(&by.who, &q, typ), by))
	}
	for _, one := range []*field{v.Subject, v.Day} {
		if one != nil {
			one.Wrong = wrong[one.Title]
		}
	}
	for i := range v.Fields {
		v.Fields[i].Wrong = wrong[v.Fields[i].Title]
	}
	title := v.Name
	if was != nil {
		title = by.e.Correction + " · " + title
	}
	p.send(w, r, status, "entry-one", p.sheet(r, lang, title, v))
}

// field makes a question ready to be shown. agencies are those that can be chosen, none where any code will do.
func (p *Pages) field(q *byhand.Question, told []string, agencies []byhand.Agency, by *entrant) *field {
	f := &field{Name: q.Name, Title: by.lang.said(q.Title), Says: by.lang.said(q.Says), Required: q.Required, Choose: by.e.Choose, Input: "text", Value: strings.Join(told, "; ")}
	switch {
	case len(agencies) > 0:
		f.Input, f.Says = "select", ""
		for _, a := range agencies {
			f.Options = append(f.Options, tick{a.Code, p.agencyWithCode(a.Code, by.lang), slices.Contains(told, a.Code) || len(agencies) == 1 && q.Required})
		}
		if q.Kind == event.Codes {
			f.Input = "several"
		}
	case q.Kind == event.Bool:
		f.Input, f.Says = "select", ""
		f.Options = []tick{{"true", by.e.Yes, f.Value == "true"}, {"false", by.e.No, f.Value == "false"}}
	case q.Values != nil:
		f.Input, f.Says = "select", ""
		for _, v := range q.Values {
			f.Options = append(f.Options, tick{v.Code, by.lang.said(v.Title), f.Value == v.Code})
		}
	case q.Kind == event.Day, q.Kind == event.Deadline:
		f.Input, f.Says = "date", ""
	case q.Kind == event.Int, q.Kind == event.Number:
		f.Input = "number"
	}
	return f
}

// enterOne makes one event.
func (p *Pages) enterOne(w http.ResponseWriter, r *http.Request) {
	by, ok := p.poster(w, r)
	if !ok {
		return
	}
	typ, ok := p.typeOf(w, r, &by, r.PostForm.Get("type"))
	if !ok {
		return
	}
	was, bad := wasOf(r.PostForm)
	if bad {
		p.unwritten(w, r, &by, byhand.ErrNotThere)
		return
	}
	a := byhand.Answers{Subject: r.PostForm.Get(byhand.Subject), Day: r.PostForm.Get("day-of"), Clock: r.PostForm.Get("clock-of"), Fields: map[string][]string{}}
	for _, q := range by.form.Questions(typ) {
		a.Fields[q.Name] = r.PostForm[q.Name]
		if q.Kind == event.Codes {
			a.Fields[q.Name] = strings.Split(strings.Join(r.PostForm[q.Name], ";"), ";")
		}
	}
	entry, err := p.Desk.Enter(r.Context(), &by.who, by.form, typ, a, was)
	if faults, refused := errors.AsType[byhand.Faults](err); refused {
		p.showOne(w, r, http.StatusBadRequest, &by, typ, a, was, faults)
		return
	}
	if err != nil {
		p.unwritten(w, r, &by, err)
		return
	}
	verb := "manual.enter"
	if was != nil {
		verb = "manual.correct"
	}
	p.act(&by, verb, by.form.ID, slog.String("type", string(typ)), slog.String("subject", entry.Subject))
	http.Redirect(w, r, "/enter/recent?done=written", http.StatusSeeOther)
}
