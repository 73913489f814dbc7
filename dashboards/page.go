package dashboards

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"tiendo/internal/period"
)

// defaultPeriod is shown to who asks for none.
const defaultPeriod = "ytd"

// frame is what surrounds the changing part of a page.
type frame struct {
	W       *words
	D       *doorWords
	Visitor visitor
	Lang    language
	Demo    bool
	Version string
	Title   string
	// Charts says that the program was built with the file that draws charts.
	Charts    bool
	Periods   []choice
	PeriodID  string
	Languages []choice
	// Live is where the page asks for news, Seen what it shows, Age how old that is in seconds.
	Live, Seen string
	Age        float64
	View       *view
	Trouble    *trouble
	// Host is where the visitor has reached us, for the examples on an empty page.
	Host, Example string
}

// trouble is a page that tells why there are no figures.
type trouble struct{ Heading, Says string }

// wrong is a question that cannot be answered; Says is for the visitor.
type wrong struct{ what, says string }

// question is what an address asks for.
type question struct {
	lang   language
	period period.Period
	wrong  *wrong
}

// read reads an address. Where something in it is wrong, lang still holds a language to say so in.
func (p *Pages) read(r *http.Request) question {
	var q question
	if q.lang, q.wrong = readLanguage(r); q.wrong != nil {
		return q
	}
	params := r.URL.Query()
	id := defaultPeriod
	if asked := params["period"]; len(asked) > 0 {
		id = asked[len(asked)-1]
	}
	of, err := stretch(id, p.Now(), p.Location)
	if err != nil || len(params["period"]) > 1 {
		q.wrong = &wrong{id, spoken[q.lang].WrongPeriod}
		return q
	}
	q.period = of.period
	return q
}

// readLanguage reads which language an address or the visitor's cookie asks for. Where it asks for one that is not spoken,
// it returns one to say so in.
func readLanguage(r *http.Request) (language, *wrong) {
	lang := vietnamese
	if cookie, err := r.Cookie("lang"); err == nil && spoken[language(cookie.Value)] != nil {
		lang = language(cookie.Value)
	}
	asked := r.URL.Query()["lang"]
	switch {
	case len(asked) == 0:
		return lang, nil
	case len(asked) > 1 || spoken[language(asked[0])] == nil:
		return lang, &wrong{asked[0], spoken[lang].WrongLanguage}
	default:
		return language(asked[0]), nil
	}
}

// keepLanguage keeps the language that an address has asked for.
func keepLanguage(w http.ResponseWriter, r *http.Request, lang language) {
	if r.URL.Query().Has("lang") {
		http.SetCookie(w, &http.Cookie{
			Name: "lang", Value: string(lang), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
	}
}

func (p *Pages) overview(w http.ResponseWriter, r *http.Request) {
	q := p.read(r)
	if q.wrong == nil {
		keepLanguage(w, r, q.lang)
	}
	f := p.frame(r, q)
	if q.wrong != nil {
		f.Trouble = &trouble{fmt.Sprintf("“%s” %s", cut(q.wrong.what), q.wrong.says), f.W.TryThese}
		p.send(w, r, http.StatusBadRequest, "wrong", f)
		return
	}
	s, err := p.snapshots.at(r.Context(), q.period)
	p.note(r, err)
	if s == nil {
		f.Trouble = &trouble{f.W.Away, f.W.AwaySays}
		w.Header().Set("Retry-After", "2")
		p.send(w, r, http.StatusServiceUnavailable, "away", f)
		return
	}
	part, err := s.fragments[q.lang]()
	if err != nil {
		p.Logger.Error("a page could not be made", "period", q.period.ID, "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	f.View, f.Seen, f.Age = part.view, part.seen, p.Now().Sub(s.taken).Seconds()
	p.send(w, r, http.StatusOK, "page", f)
}

// news is the answer of /live.
type news struct {
	// Seen names what HTML shows; HTML is empty if that is what the page shows already.
	Seen string `json:"seen"`
	HTML string `json:"html,omitempty"`
	// AsOf and Events are as the page writes them, Age is how old the figures are, in seconds.
	AsOf     string  `json:"as_of"`
	AsOfTime string  `json:"as_of_time"`
	Events   string  `json:"events"`
	Age      float64 `json:"age"`
}

const (
	// held is how long /live waits for something new, so that news is there when it is booked and not when a page next asks.
	held = 2 * time.Second
	// step is how often it looks meanwhile; that is a comparison of two numbers.
	step = 100 * time.Millisecond
)

// await returns the figures of a question, and waits a little if they are those that the page shows already.
func (p *Pages) await(ctx context.Context, q question, seen, events string) (*snapshot, *fragment, error) {
	end := time.After(held)
	for {
		s, err := p.snapshots.at(ctx, q.period)
		if s == nil {
			return nil, nil, err
		}
		part, broken := s.fragments[q.lang]()
		if broken != nil {
			return nil, nil, broken
		}
		if err != nil || part.seen != seen || part.view.Events != events {
			return s, part, err
		}
		select {
		case <-ctx.Done():
			return s, part, nil
		case <-end:
			return s, part, nil
		case <-time.After(step):
		}
	}
}

// live tells what has changed since what the page shows.
func (p *Pages) live(w http.ResponseWriter, r *http.Request) {
	q := p.read(r)
	if q.wrong != nil {
		http.Error(w, cut(q.wrong.what)+" "+q.wrong.says, http.StatusBadRequest)
		return
	}
	params := r.URL.Query()
	s, part, err := p.await(r.Context(), q, params.Get("seen"), params.Get("events"))
	p.note(r, err)
	if s == nil {
		w.Header().Set("Retry-After", "2")
		http.Error(w, spoken[q.lang].Away, http.StatusServiceUnavailable)
		return
	}
	n := news{
		Seen: part.seen, AsOf: part.view.AsOf, AsOfTime: part.view.AsOfTime, Events: part.view.Events,
		Age: p.Now().Sub(s.taken).Seconds(),
	}
	if params.Get("seen") != part.seen {
		n.HTML = string(part.html)
	}
	p.sendNews(w, r, n)
}

// sendNews sends news, which are never part of a page, as JSON.
func (p *Pages) sendNews(w http.ResponseWriter, r *http.Request, n any) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false) // this is never part of a page
	if err := encoder.Encode(n); err != nil {
		p.Logger.Error("news could not be written as JSON", "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	p.write(w, r, http.StatusOK, "application/json", body.Bytes())
}

// note logs the first failure of a row of them, and the end of the row.
func (p *Pages) note(r *http.Request, err error) {
	switch {
	case err == nil && p.failing.Swap(false):
		p.Logger.Info("figures for pages can be read again")
	case err != nil && r.Context().Err() == nil && !p.failing.Swap(true):
		p.Logger.Warn("figures for pages could not be read, the last ones stay", "error", err)
	}
}

// fragment renders the changing part of a page.
func (p *Pages) fragment(s *snapshot, lang language) (*fragment, error) {
	v, err := newView(s.stretches, s.figures, lang, p.Names, p.Location)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := p.templates.ExecuteTemplate(&b, "live", frame{W: v.W, Lang: lang, View: v, Charts: p.drawsCharts()}); err != nil {
		return nil, fmt.Errorf("render the figures of %s: %w", s.stretches.period.ID, err)
	}
	return &fragment{view: v, html: b.Bytes(), seen: mark(b.Bytes())}, nil
}

func (p *Pages) drawsCharts() bool { return p.assets.path("charts.js") != "" }

func (p *Pages) frame(r *http.Request, q question) frame {
	f := frame{
		W: spoken[q.lang], D: doorsIn[q.lang], Visitor: p.visitor(r, q.lang), Lang: q.lang, Demo: p.Demo, Version: p.Version, Charts: p.drawsCharts(),
		PeriodID: q.period.ID, Periods: periods(q.period.ID, q.lang, p.Now().In(p.Location)), Host: host(r), Example: p.example(),
		Live: "/live?" + url.Values{"period": {q.period.ID}, "lang": {string(q.lang)}}.Encode(),
	}
	f.Title = f.W.Title
	if q.period.ID != "" {
		f.Title += " · " + q.lang.period(q.period.ID)
	}
	back := q.period.ID
	if back == "" {
		back = defaultPeriod
	}
	f.Languages = []choice{
		{"Tiếng Việt", pageHref(back, vietnamese), q.lang == vietnamese},
		{"English", pageHref(back, english), q.lang == english},
	}
	return f
}

// example is an event that anybody may send to see the page fill.
func (p *Pages) example() string {
	return fmt.Sprintf(`{"specversion":"1.0","type":"dossier.received","source":"urn:example","id":"1","subject":"H24.12-0001","time":%q,"data":{"agency":"H24.12","procedure":"1.000001","channel":"online","level":"full"}}`,
		p.Now().In(p.Location).Truncate(24*time.Hour).Format(time.RFC3339))
}

var plainHost = regexp.MustCompile(`^[A-Za-z0-9.:\[\]-]{1,80}$`)

// onThisMachine says that the visitor has asked by an address of this machine, which no other can hear.
func onThisMachine(r *http.Request) bool {
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		name = r.Host
	}
	address, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return name == "localhost" || err == nil && address.IsLoopback()
}

// host is the host that the visitor asked, if it looks like one.
func host(r *http.Request) string {
	if plainHost.MatchString(r.Host) {
		return r.Host
	}
	return "127.0.0.1:8080"
}

// cut shortens what a visitor has typed.
func cut(s string) string {
	if letters := []rune(s); len(letters) > 60 {
		return string(letters[:60]) + "…"
	}
	return s
}

func (p *Pages) send(w http.ResponseWriter, r *http.Request, status int, name string, f any) {
	var b bytes.Buffer
	if err := p.templates.ExecuteTemplate(&b, name, f); err != nil {
		p.Logger.Error("a page could not be rendered", "template", name, "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	p.write(w, r, status, "text/html; charset=utf-8", b.Bytes())
}

// write sends a body, packed where that is wanted. Pages are never kept: they are as old as their figures.
func (p *Pages) write(w http.ResponseWriter, r *http.Request, status int, kind string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Cookie, Accept-Encoding")
	if acceptsGzip(r) && len(body) > 1000 {
		if packed, err := pack(body, gzip.DefaultCompression); err == nil {
			h.Set("Content-Encoding", "gzip")
			body = packed
		}
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}
