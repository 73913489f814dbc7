package dashboards

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tiendo/internal/auth"
	"tiendo/internal/event"
)

// Office returns the handler of "/tokens", "/tokens/…" and "/audit": for those only who administer.
func (p *Pages) Office() http.Handler { return p.office }

func (p *Pages) officeRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /tokens", p.tokensPage)
	mux.HandleFunc("POST /tokens", p.createToken)
	mux.HandleFunc("POST /tokens/revoke", p.revokeToken)
	mux.HandleFunc("GET /audit", p.auditPage)
	return mux
}

// tokensView is the page of tokens.
type tokensView struct {
	D    *doorWords
	Rows []tokenRow
	// Form is what was typed, Wrong what is wrong with it.
	Form  tokenForm
	Wrong string
	// Made is the token that was just made, Secret its secret, told this once.
	Made, Secret string
	// Wall is the address that a screen on a wall begins with; empty where the token can do more than look.
	Wall string
}

type tokenRow struct {
	Name, Scopes, Agency, AgencyCode, Families, Rate, Created, Ends string
	State                                                           badge
	Valid                                                           bool
}

type tokenForm struct {
	Name, Agency, Rate, Expires string
	Scopes, Families            []tick
}

// tick is a box that can be ticked.
type tick struct {
	Value, Name string
	On          bool
}

func (p *Pages) tokensPage(w http.ResponseWriter, r *http.Request) {
	p.showTokens(w, r, http.StatusOK, tokensView{})
}

// showTokens sends the page of tokens.
func (p *Pages) showTokens(w http.ResponseWriter, r *http.Request, status int, v tokensView) {
	lang, ok := p.language(w, r)
	if !ok {
		return
	}
	v.D = doorsIn[lang]
	if v.Form.Scopes == nil {
		v.Form = formOf(lang, auth.Terms{}, "", "")
	}
	all := p.Tokens.List()
	for i := range all { // the newest first
		v.Rows = append(v.Rows, p.tokenRow(&all[len(all)-1-i], lang))
	}
	p.send(w, r, status, "tokens", p.sheet(r, lang, v.D.Tokens, v))
}

func (p *Pages) tokenRow(e *auth.Entry, lang language) tokenRow {
	row := tokenRow{
		Name: e.Name, AgencyCode: e.Agency, Agency: none, Families: none, Rate: none, Ends: none,
		Created: lang.minute(e.Created.In(p.Location)), Scopes: namesOf(e.Scopes, scopeNames, lang), State: stateNames[e.State(p.Now())].badge(lang),
		Valid: e.Revoked.IsZero(),
	}
	if e.Agency != "" {
		row.Agency = agencyName(e.Agency, lang, p.Names)
	}
	if len(e.Families) > 0 {
		row.Families = namesOf(e.Families, familyNames, lang)
	}
	if e.Rate > 0 {
		row.Rate = lang.count(float64(e.Rate))
	}
	switch {
	case !e.Revoked.IsZero():
		row.Ends = lang.minute(e.Revoked.In(p.Location))
	case !e.Expires.IsZero():
		row.Ends = lang.minute(e.Expires.In(p.Location))
	}
	return row
}

func namesOf[W ~string](words []W, names map[W]inBoth, lang language) string {
	var all []string
	for _, word := range words {
		all = append(all, names[word].in(lang))
	}
	return strings.Join(all, ", ")
}

func formOf(lang language, terms auth.Terms, rate, expires string) tokenForm {
	f := tokenForm{Name: terms.Name, Agency: terms.Agency, Rate: rate, Expires: expires}
	f.Scopes = ticks(auth.Scopes(), terms.Scopes, scopeNames, lang)
	f.Families = ticks(auth.Families(), terms.Families, familyNames, lang)
	return f
}

func ticks[W ~string](known, on []W, names map[W]inBoth, lang language) []tick {
	var all []tick
	for _, word := range known {
		t := tick{Value: string(word), Name: names[word].in(lang)}
		for _, ticked := range on {
			t.On = t.On || ticked == word
		}
		all = append(all, t)
	}
	return all
}

// longestForm bounds the forms of this page.
const longestForm = 64 << 10

func (p *Pages) createToken(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	if err := r.ParseForm(); err != nil {
		p.showTokens(w, r, http.StatusBadRequest, tokensView{Wrong: p.wrongToken(r, &auth.Error{})})
		return
	}
	lang, _ := readLanguage(r)
	field := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	terms := auth.Terms{Name: field("name"), Agency: field("agency")}
	for _, scope := range r.PostForm["scope"] {
		terms.Scopes = append(terms.Scopes, auth.Scope(scope))
	}
	for _, family := range r.PostForm["family"] {
		terms.Families = append(terms.Families, event.Family(family))
	}
	form := formOf(lang, terms, field("rate"), field("expires"))
	err := readTerms(&terms, form, p.Now())
	var secret string
	if err == nil {
		who, _ := auth.From(r.Context())
		secret, _, err = p.Tokens.Create(who, terms)
	}
	if err != nil {
		p.showTokens(w, r, statusOf(err), tokensView{Form: form, Wrong: p.wrongToken(r, err)})
		return
	}
	made := tokensView{Made: terms.Name, Secret: secret}
	if slices.Equal(terms.Scopes, []auth.Scope{auth.ScopeView}) {
		made.Wall = p.address(r) + "/wall#token=" + secret
	}
	p.showTokens(w, r, http.StatusCreated, made)
}

// readTerms reads the fields of a form that are no plain text.
func readTerms(terms *auth.Terms, form tokenForm, now time.Time) (err error) {
	if form.Rate != "" {
		if terms.Rate, err = strconv.Atoi(form.Rate); err != nil || terms.Rate < 1 {
			return &auth.Error{Field: "rate", Message: "a number of events a second would do"}
		}
	}
	if form.Expires != "" {
		terms.Expires, err = auth.ParseExpiry(form.Expires, now)
	}
	return err
}

func statusOf(err error) int {
	_, wrong := errors.AsType[*auth.Error](err)
	switch {
	case wrong:
		return http.StatusBadRequest
	case errors.Is(err, auth.ErrTaken):
		return http.StatusConflict
	case errors.Is(err, auth.ErrUnknown):
		return http.StatusNotFound
	default:
		return http.StatusServiceUnavailable
	}
}

// wrongToken says what is wrong with the terms of a token, and what would do.
func (p *Pages) wrongToken(r *http.Request, err error) string {
	lang, _ := readLanguage(r)
	d := doorsIn[lang]
	wrong, isWrong := errors.AsType[*auth.Error](err)
	switch {
	case isWrong && lang == english && wrong.Field != "":
		return wrong.Error()
	case isWrong && d.Wrong[wrong.Field] != "":
		return d.Wrong[wrong.Field]
	case isWrong:
		return d.WrongForm
	case errors.Is(err, auth.ErrTaken):
		return d.Taken
	case errors.Is(err, auth.ErrUnknown):
		return d.NoToken
	default:
		p.Logger.Error("a token could not be changed", "error", err)
		return d.NotWritten
	}
}

func (p *Pages) revokeToken(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	who, _ := auth.From(r.Context())
	if err := p.Tokens.Revoke(who, r.PostFormValue("name")); err != nil {
		p.showTokens(w, r, statusOf(err), tokensView{Wrong: p.wrongToken(r, err)})
		return
	}
	http.Redirect(w, r, "/tokens", http.StatusSeeOther)
}
