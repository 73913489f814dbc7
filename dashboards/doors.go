package dashboards

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tiendo/internal/auth"
)

// visitor is what a page knows of who looks at it.
type visitor struct {
	// Name is who has logged in, empty for nobody; then Door says that somebody could.
	Name string
	Door bool
	// Office says that the pages of those who administer are open, Enters that of those who enter data by hand, Assesses that of
	// those who assess.
	Office, Enters, Assesses bool
	// Blind says that figures and cases are not for them: their token is good for other things alone.
	Blind bool
}

// home is the page where who is blind has something to do; "" where there is none.
func (v visitor) home() string {
	switch {
	case v.Enters:
		return "/enter"
	case v.Assesses:
		return "/assess"
	default:
		return ""
	}
}

func (p *Pages) visitor(r *http.Request, lang language) visitor {
	v := visitor{Door: p.Door != nil}
	who, ok := auth.From(r.Context())
	if !ok || !who.Session {
		return v
	}
	v.Office, v.Blind = who.Has(auth.ScopeAdmin), !who.Has(auth.ScopeView)
	v.Enters, v.Assesses = p.Desk != nil && who.Has(auth.ScopeIngest), p.Desk != nil && who.Has(auth.ScopeAssess)
	v.Name = callName(&who, lang)
	return v
}

// callName is what somebody is called on pages.
func callName(who *auth.Token, lang language) string {
	return cmp.Or(strings.TrimPrefix(who.Name, auth.Vouched), doorsIn[lang].Administrator)
}

// loginView is the page on which people log in, and out.
type loginView struct {
	D *doorWords
	// Next is where to go afterwards, Start where a login with the provider begins; empty where people log in with tokens.
	Next, Start string
	// Wrong is why the last try failed, Done what was done instead.
	Wrong, Done string
	// Elsewhere is where to log out at the provider.
	Elsewhere string
	// Out says that the page asks whether to log out; Plain that others could read what is typed.
	Out, Plain bool
}

// Doors returns the handler of "/login", "/login/…" and "/logout", which are open to all.
func (p *Pages) Doors() http.Handler { return p.doors }

func (p *Pages) doorRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", p.loginPage)
	mux.HandleFunc("POST /login", p.logIn)
	mux.HandleFunc("POST /login/wall", p.logInWall)
	mux.HandleFunc("GET /login/start", p.startLogin)
	mux.HandleFunc("GET /login/return", p.endLogin)
	mux.HandleFunc("GET /logout", p.logoutPage)
	mux.HandleFunc("POST /logout", p.logOut)
	return mux
}

// showLogin sends the page on which people log in.
func (p *Pages) showLogin(w http.ResponseWriter, r *http.Request, status int, v loginView) {
	lang, ok := p.language(w, r)
	if !ok {
		return
	}
	v.D, v.Next = doorsIn[lang], auth.Next(v.Next)
	v.Plain = !p.Door.Secure(r) && !onThisMachine(r)
	if p.Door.Begins() {
		v.Start = "/login/start?" + url.Values{"next": {v.Next}}.Encode()
	}
	title := v.D.LogIn
	if v.Out {
		title = v.D.LogOut
	}
	p.send(w, r, status, "login", p.sheet(r, lang, title, v))
}

func (p *Pages) loginPage(w http.ResponseWriter, r *http.Request) {
	v := loginView{Next: r.URL.Query().Get("next")}
	lang, _ := readLanguage(r)
	if r.URL.Query().Has("out") {
		v.Done, v.Elsewhere = doorsIn[lang].LoggedOut, p.Door.LogoutElsewhere()
	}
	p.showLogin(w, r, http.StatusOK, v)
}

// longestSecret bounds the form on which a token is pasted.
const longestSecret = 8 << 10

func (p *Pages) logIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, longestSecret)
	secret, next := r.PostFormValue("token"), r.PostFormValue("next")
	if err := p.Door.LogIn(w, r, secret); err != nil {
		p.failLogin(w, r, next, err)
		return
	}
	http.Redirect(w, r, auth.Next(next), http.StatusSeeOther)
}

func (p *Pages) startLogin(w http.ResponseWriter, r *http.Request) {
	next := r.URL.Query().Get("next")
	if !p.Door.Begins() {
		http.Redirect(w, r, loginHref(next), http.StatusSeeOther)
		return
	}
	address, err := p.Door.Begin(w, r, next)
	if err != nil {
		p.failLogin(w, r, next, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, address, http.StatusSeeOther)
}

func (p *Pages) endLogin(w http.ResponseWriter, r *http.Request) {
	if !p.Door.Begins() {
		http.Redirect(w, r, "/login", http.StatusSeeOther)
		return
	}
	next, err := p.Door.Return(w, r)
	if err != nil {
		p.failLogin(w, r, "", err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// failLogin says why somebody was not let in. What exactly a provider has said is for the audit log.
func (p *Pages) failLogin(w http.ResponseWriter, r *http.Request, next string, err error) {
	lang, _ := readLanguage(r)
	if many, ok := errors.AsType[*auth.TooManyError](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(many.Seconds()))
	}
	status, says := p.whyNoLogin(lang, err)
	p.showLogin(w, r, status, loginView{Next: next, Wrong: says})
}

// whyNoLogin says why somebody was not let in, and logs what is a fault of ours.
func (p *Pages) whyNoLogin(lang language, err error) (status int, says string) {
	d := doorsIn[lang]
	many, tooMany := errors.AsType[*auth.TooManyError](err)
	switch {
	case tooMany:
		return http.StatusTooManyRequests, fmt.Sprintf(d.TooMany, many.Seconds())
	case errors.Is(err, auth.ErrForeign):
		says = d.Foreign
	case errors.Is(err, auth.ErrElsewhere):
		says = d.UseProvider
	case errors.Is(err, auth.ErrExpired):
		says = d.Expired
	case errors.Is(err, auth.ErrRevoked):
		says = d.Revoked
	case errors.Is(err, auth.ErrWrong):
		says = d.Unknown
	case errors.Is(err, auth.ErrStale):
		return http.StatusBadRequest, d.Stale
	case errors.Is(err, auth.ErrNoRole):
		says = d.NoRole
	case errors.Is(err, auth.ErrVouch):
		says = d.NotVouched
	default:
		p.Logger.Error("nobody can log in", "error", err)
		if errors.Is(err, auth.ErrProvider) {
			return http.StatusServiceUnavailable, d.ProviderAway
		}
		return http.StatusServiceUnavailable, d.Broken
	}
	return http.StatusForbidden, says
}

func (p *Pages) logoutPage(w http.ResponseWriter, r *http.Request) {
	lang, _ := readLanguage(r)
	if p.visitor(r, lang).Name == "" {
		http.Redirect(w, r, "/login", http.StatusSeeOther)
		return
	}
	p.showLogin(w, r, http.StatusOK, loginView{Out: true})
}

func (p *Pages) logOut(w http.ResponseWriter, r *http.Request) {
	if _, err := p.Door.LogOut(w, r); err != nil {
		p.Refused(w, r, auth.Refusal{Status: http.StatusForbidden, Foreign: true, Detail: err.Error()})
		return
	}
	http.Redirect(w, r, "/login?out", http.StatusSeeOther)
}

func loginHref(next string) string {
	if next = auth.Next(next); next != "/" {
		return "/login?" + url.Values{"next": {next}}.Encode()
	}
	return "/login"
}

// Refused answers a browser that was turned away: with the page to log in, or with one that says why not.
func (p *Pages) Refused(w http.ResponseWriter, r *http.Request, why auth.Refusal) {
	guarded(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if why.Status != http.StatusUnauthorized {
			p.forbidden(w, r, why)
			return
		}
		next := "/"
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			next = r.URL.RequestURI()
		}
		if isWall(r.URL.Path) {
			p.showWallDoor(w, r, why.Status, next, "")
			return
		}
		http.Redirect(w, r, loginHref(next), http.StatusSeeOther)
	})).ServeHTTP(w, r)
}

// forbiddenView is the page that says why somebody may not see something.
type forbiddenView struct {
	D    *doorWords
	Says string
	// Own is where the same is to be seen for the visitor's own agency; empty for nowhere.
	Own string
	// LogIn is where a screen on a wall becomes somebody who may see more; empty for others.
	LogIn string
}

func (p *Pages) forbidden(w http.ResponseWriter, r *http.Request, why auth.Refusal) {
	lang, ok := p.language(w, r)
	if !ok {
		return
	}
	d, visitor := doorsIn[lang], p.visitor(r, lang)
	if home := visitor.home(); visitor.Blind && home != "" && r.URL.Path == "/" && why.Scope == auth.ScopeView {
		http.Redirect(w, r, home+"?"+url.Values{"lang": {string(lang)}}.Encode(), http.StatusSeeOther)
		return
	}
	v := forbiddenView{D: d, Says: d.NotYours}
	switch {
	case why.Foreign:
		v.Says = d.Foreign
	case why.Wall:
		v.Says, v.LogIn = d.WallOnly, loginHref(r.URL.RequestURI())
	case why.Scope != "":
		v.Says = d.Needs + ": " + scopeNames[why.Scope].in(lang) + "."
	case why.Bound != "":
		v.Says = d.OnlyOwn + ": " + agencyName(why.Bound, lang, p.Names) + "."
		if params := r.URL.Query(); r.URL.Path == "/cases" && params.Has("kpi") {
			params.Set("agency", why.Bound)
			v.Own = "/cases?" + params.Encode()
		}
	}
	p.send(w, r, why.Status, "forbidden", p.sheet(r, lang, d.Forbidden, v))
}
