package dashboards

import (
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tiendo/internal/byhand"
	"tiendo/internal/period"
	"tiendo/internal/ranking"
)

// Assessing returns the handler of "/assess", on which agencies assess themselves and an inspection team verifies: for those
// only who may send assessments.
func (p *Pages) Assessing() http.Handler { return p.assessing }

func (p *Pages) assessRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /assess", p.assessPage)
	mux.HandleFunc("POST /assess", p.assess)
	return mux
}

// assessor is who assesses, and what: a method, a period, and an agency of its groups, "" for all.
type assessor struct {
	entrant
	method *ranking.Method
	period period.Period
	agency string
	// sheet is what was said.
	sheet *ranking.Sheet
	// wrong is what was written and is not taken, of one criterion.
	wrong *wrongPoints
}

type wrongPoints struct {
	code, points, evidence, reason string
	faults                         byhand.Faults
}

// assessor reads what an address, or a form, asks for. Who names no method gets the first that asks the agency, or anybody. Where
// something is wrong with that, it answers, and ok is false.
func (p *Pages) assessor(w http.ResponseWriter, r *http.Request, params url.Values) (by assessor, ok bool) {
	if by.entrant, ok = p.entrant(w, r); !ok {
		return by, false
	}
	by.agency = params.Get("agency")
	if by.who.Bound != "" {
		by.agency = by.who.Bound
	}
	id, name := params.Get("method"), params.Get("period")
	for _, m := range p.methods() {
		of, ranks := p.assessedPeriod(m, name)
		if id != "" && m.ID != id || !ranks || id == "" && !p.ranked(m) {
			continue
		}
		sheet, err := p.Assessed(r.Context(), m.ID, of.ID)
		switch {
		case errors.Is(err, ranking.ErrNobody) && id == "":
			continue
		case errors.Is(err, ranking.ErrNobody):
			p.complain(w, r, by.lang, http.StatusBadRequest, trouble{Heading: rankWords[by.lang].Nobody, Says: rankWords[by.lang].NobodySays})
			return by, false
		case err != nil:
			p.refuse(w, r, by.lang, err)
			return by, false
		}
		asks := len(sheet.Of(by.agency).Agencies) > 0
		if by.method == nil || asks {
			by.method, by.period, by.sheet = m, of, sheet
		}
		if asks {
			break
		}
	}
	switch {
	case by.method == nil && id == "" && name == "":
		p.complain(w, r, by.lang, http.StatusOK, trouble{Heading: assessIn[by.lang].NoMethods, Says: assessIn[by.lang].NoMethodsSays})
		return by, false
	case by.method == nil:
		p.complain(w, r, by.lang, http.StatusBadRequest, trouble{Heading: assessIn[by.lang].Unknown})
		return by, false
	}
	asks := len(by.sheet.Of(by.agency).Agencies) > 0
	switch {
	case by.agency != "" && !asks && by.who.Bound != "":
		p.complain(w, r, by.lang, http.StatusOK, trouble{Heading: assessIn[by.lang].NotAsked, Says: assessIn[by.lang].NotAskedSays})
		return by, false
	case by.agency != "" && !asks:
		p.complain(w, r, by.lang, http.StatusBadRequest, trouble{Heading: assessIn[by.lang].Unknown})
		return by, false
	}
	return by, true
}

// assessedPeriod is the period of a name that the method ranks and asks for: the newest that has ended, where none is named.
func (p *Pages) assessedPeriod(m *ranking.Method, name string) (of period.Period, ok bool) {
	if !assessable(m) {
		return of, false
	}
	if name != "" {
		of, err := m.Period(name, p.Now(), p.Location)
		return of, err == nil
	}
	all := p.periodsOf(m)
	if len(all) == 0 {
		return of, false
	}
	return all[max(0, slices.IndexFunc(all, func(of period.Period) bool { return !of.Running }))], true
}

// assessedPeriods is how many periods of each kind the page leads to.
const assessedPeriods = 4

// periodsOf are the newest periods that a method ranks, of each of its kinds, the newest first.
func (p *Pages) periodsOf(m *ranking.Method) (all []period.Period) {
	year := strconv.Itoa(p.Now().In(p.Location).Year() + 1)
	for _, kind := range m.Periods {
		id := map[string]string{"month": year + "-01", "quarter": year + "-Q1", "half": year + "-H1", "nine_months": year + "-9M", "year": year}[kind]
		found := 0
		for range 24 {
			var ok bool
			if id, ok = period.Previous(id); !ok || found == assessedPeriods {
				break
			}
			if of, err := m.Period(id, p.Now(), p.Location); err == nil {
				all, found = append(all, of), found+1
			}
		}
	}
	return all
}

func (p *Pages) assessPage(w http.ResponseWriter, r *http.Request) {
	by, ok := p.assessor(w, r, r.URL.Query())
	if !ok {
		return
	}
	p.showAssess(w, r, http.StatusOK, &by)
}

// showAssess sends the page: of one agency, or of all.
func (p *Pages) showAssess(w http.ResponseWriter, r *http.Request, status int, by *assessor) {
	v := p.assessView(by)
	if by.agency == "" {
		v.overview(by)
	} else {
		v.criteria(p, by)
		if r.Method == http.MethodGet {
			v.Done = map[string]string{"written": v.E.Done, "retracted": v.E.TakenBack}[r.URL.Query().Get("done")]
		}
	}
	p.send(w, r, status, "assess", p.sheet(r, by.lang, v.E.Assess, v))
}

// assess takes points.
func (p *Pages) assess(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	if err := r.ParseForm(); err != nil {
		lang, _ := readLanguage(r)
		p.complain(w, r, lang, http.StatusBadRequest, trouble{Heading: entryIn[lang].WrongForm})
		return
	}
	by, ok := p.assessor(w, r, r.PostForm)
	if !ok {
		return
	}
	field := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	code := field("criterion")
	which := slices.IndexFunc(by.sheet.Criteria, func(c ranking.SheetColumn) bool { return c.Code == code })
	if which < 0 || by.agency == "" || by.who.Bound != "" && by.penalty(&by.sheet.Criteria[which]) {
		p.complain(w, r, by.lang, http.StatusBadRequest, trouble{Heading: assessIn[by.lang].Unknown})
		return
	}
	if field("take_back") != "" {
		p.takeBack(w, r, &by, code)
		return
	}
	points := byhand.Points{
		Agency: by.agency, Criterion: code, Period: by.period.ID, Maximum: by.sheet.Criteria[which].Maximum,
		Points: field("points"), Evidence: field("evidence"), Reason: field("reason"),
	}
	if value, ok := points.Value(); ok {
		claimed := by.sheet.Of(by.agency).Agencies[0].Answers[which].Claimed
		points.NeedsEvidence = by.who.Bound != "" && value != 0
		points.NeedsReason = by.who.Bound == "" && claimed != nil && value != claimed.Points
	}
	err := p.Desk.Assess(&by.who, points)
	if faults, refused := errors.AsType[byhand.Faults](err); refused {
		by.wrong = &wrongPoints{code, points.Points, points.Evidence, points.Reason, faults}
		p.showAssess(w, r, http.StatusBadRequest, &by)
		return
	}
	if err != nil {
		p.unwritten(w, r, &by.entrant, err)
		return
	}
	verb := "assess.verify"
	if by.who.Bound != "" {
		verb = "assess.submit"
	}
	p.act(&by.entrant, verb, by.agency, slog.String("criterion", code), slog.String("period", by.period.ID), slog.String("points", points.Points), slog.String("reason", points.Reason))
	http.Redirect(w, r, by.href(by.agency, url.Values{"done": {"written"}})+"#c-"+url.PathEscape(code), http.StatusSeeOther)
}

// takeBack takes back what was told of a criterion.
func (p *Pages) takeBack(w http.ResponseWriter, r *http.Request, by *assessor, code string) {
	n, err := p.Desk.TakeBack(r.Context(), &by.who, byhand.Points{Agency: by.agency, Criterion: code, Period: by.period.ID})
	if faults, refused := errors.AsType[byhand.Faults](err); refused {
		p.complain(w, r, by.lang, http.StatusBadRequest, trouble{Heading: by.e.NotWritten, Says: by.lang.said(faults[0].Says)})
		return
	}
	if err != nil {
		p.unwritten(w, r, &by.entrant, err)
		return
	}
	p.act(&by.entrant, "assess.retract", by.agency, slog.String("criterion", code), slog.String("period", by.period.ID), slog.Int("records", n))
	http.Redirect(w, r, by.href(by.agency, url.Values{"done": {"retracted"}})+"#c-"+url.PathEscape(code), http.StatusSeeOther)
}

// href is the address of the page of an agency, or of all.
func (by *assessor) href(agency string, more url.Values) string {
	params := url.Values{"method": {by.method.ID}, "period": {by.period.ID}}
	if agency != "" && by.who.Bound == "" {
		params.Set("agency", agency)
	}
	maps.Copy(params, more)
	return "/assess?" + params.Encode()
}

// assessable says whether anything is assessed by a method.
func assessable(m *ranking.Method) bool {
	return slices.ContainsFunc(m.Criteria(), func(c ranking.Criterion) bool { return c.Assessment != "" }) ||
		slices.ContainsFunc(m.Adjustments, func(a ranking.Adjustment) bool { return a.Assessment != "" })
}

// penalty says whether points of it are taken, not given.
func (by *assessor) penalty(c *ranking.SheetColumn) bool {
	return c.Adjustment && slices.ContainsFunc(by.method.Adjustments, func(a ranking.Adjustment) bool { return a.ID == c.ID && a.Penalty })
}
