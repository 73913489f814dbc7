package dashboards

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// frame is what surrounds the changing part of a page.
type frame struct {
	W       *words
	D       *doorWords
	Visitor visitor
	Lang    language
	Demo    bool
	// Renewing says that figures may lack what the version before did not count.
	Renewing bool
	Version  string
	Title    string
	// Charts says that the program was built with the file that draws charts.
	Charts    bool
	Languages []choice
	// Menu leads to the other pages.
	Menu []choice
	// Path is where forms of the page lead, Hidden what they keep of its address, Kept what the form of its filters does.
	Path         string
	Hidden, Kept []hidden
	// Heading stands over the page, beside the name and the days of its period.
	Heading, Period, Days string
	Periods, Chosen       []choice
	PeriodID              string
	Filters               []filter
	Options               []group
	Explain               *explainForm
	// Live is where the page hears of news, Seen what it shows, Age how old that is in seconds.
	Live, Seen string
	Age        float64
	Shown      *fragment
	// Part is the part of the page that changes.
	Part    template.HTML
	Trouble *trouble
	// Host is where the visitor has reached us, for the examples on an empty page.
	Host, Example string
	// TokenFile holds the token with which an example is sent.
	TokenFile string
}

// trouble is a page that tells why there are no figures.
type trouble struct {
	Heading, Says string
	// Would are links that would do.
	Would []choice
	// Search says that a search for a case is offered.
	Search bool
}

// hidden is a part of an address that a form keeps.
type hidden struct{ Name, Value string }

// group is the values of an option.
type group struct {
	Label   string
	Choices []choice
}

// figures answers the address of a page.
func (p *Pages) figures(of *page) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		lang, ok := p.language(w, r)
		if !ok {
			return
		}
		q, err := p.read(r, of, lang)
		if bad := asWrong(err); bad != nil {
			p.refuseAddress(w, r, q, lang, bad)
			return
		}
		var part *fragment
		if err == nil {
			part, err = p.snapshots.part(r.Context(), q, lang)
		}
		if p.broken(w, err) {
			return
		}
		p.note(r, err)
		f := p.frame(r, q, lang)
		if part == nil {
			f.Trouble = &trouble{Heading: f.W.Away, Says: f.W.AwaySays}
			w.Header().Set("Retry-After", "2")
			p.send(w, r, http.StatusServiceUnavailable, "away", f)
			return
		}
		f.Shown, f.Seen, f.Age = part, part.seen, p.Now().Sub(part.taken).Seconds()
		f.Part = template.HTML(part.content())                                                   //nolint:gosec // made by our own templates
		w.Header().Set("Server-Timing", fmt.Sprintf("books;dur=%.1f", part.took.Seconds()*1000)) // in ms (W3C, Server Timing)
		p.send(w, r, http.StatusOK, "page", f)
	}
}

// refuseAddress answers an address that asks for what does not exist: with what would do, and a search.
func (p *Pages) refuseAddress(w http.ResponseWriter, r *http.Request, q *asked, lang language, bad *wrong) {
	f := p.frame(r, q, lang)
	f.Live = ""
	f.Trouble = &trouble{
		Heading: fmt.Sprintf("“%s” %s", cut(bad.what), bad.says), Says: f.W.TryThese, Would: bad.would, Search: bad.status == http.StatusNotFound,
	}
	status := bad.status
	if status == 0 {
		status = http.StatusBadRequest
	}
	if f.Trouble.Search && len(bad.would) == 0 { // no period would do in place of an agency
		f.Trouble.Says = ""
	}
	p.send(w, r, status, "wrong", f)
}

// buffers are those that pages were rendered into, and grew to their size: of three hundred agencies, near a megabyte.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// fragment renders the changing part of a page.
func (p *Pages) fragment(read *reading, lang language) (*fragment, error) {
	show, err := p.show(read, lang)
	if err != nil {
		return nil, err
	}
	name := read.asked.of.template
	switch {
	case show.ahead():
		name = "ahead"
	case show.V == nil:
		name = "waiting"
	}
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := p.templates.ExecuteTemplate(b, name, show); err != nil {
		return nil, fmt.Errorf("render the figures of %s: %w", read.asked.key(), err)
	}
	html := bytes.Clone(b.Bytes())
	return &fragment{
		AsOf: show.AsOf(), AsOfTime: show.AsOfTime(), Events: show.Events(), Empty: show.Empty(), at: show.asOf, taken: read.taken, took: read.took, html: html, seen: mark(html),
	}, nil
}

// show makes what a page's template is executed with; V is nil where the page waits for the first event, or for its period to
// begin: what will be open then, or late, nobody knows.
func (p *Pages) show(read *reading, lang language) (*shown, error) {
	presenter, err := newPresenter(read, lang, p.nameOf, p.Location)
	if err != nil {
		return nil, err
	}
	presenter.published = p.Publishing.All
	presenter.drawn, presenter.agencyPages = p.drawsCharts(), p.byPath["/agencies/{agency}"] != nil
	show := &shown{presenter: presenter, W: presenter.w, Charts: presenter.drawn}
	if of := read.asked.of; !show.ahead() && (of.always || !show.Empty()) {
		if show.V, err = of.view(presenter); err != nil {
			return nil, fmt.Errorf("make the view of %s: %w", read.asked.key(), err)
		}
	}
	return show, nil
}

func (p *Pages) drawsCharts() bool { return p.assets.path("charts.js") != "" }

// frame is the frame of a page of figures.
func (p *Pages) frame(r *http.Request, q *asked, lang language) frame {
	f := p.bare(r, lang, q.of.title.in(lang)+" · "+lang.period(q.period.ID))
	f.Charts, f.Host, f.Example, f.TokenFile = p.drawsCharts(), host(r), p.example(), p.TokenFile
	f.Heading, f.Period, f.PeriodID = q.of.title.in(lang), lang.period(q.period.ID), q.period.ID
	if code := q.where["agency"]; q.of.ofOne("agency") && len(code) == 1 {
		f.Heading = p.nameOf("agency", code[0], lang)
		f.Title = f.Heading + " · " + f.Period
	}
	last := q.period.Last
	if q.underWay() {
		last = q.period.End.In(p.Location).Format(time.DateOnly)
	}
	f.Days = lang.day(q.period.First) + " – " + lang.day(last)
	f.Periods = q.periods(lang, p.Now().In(p.Location))
	path, params := q.address()
	f.Path = path
	live := url.Values{"page": {path}, "lang": {string(lang)}}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		live[name] = params[name]
		for _, value := range params[name] {
			if name != "period" {
				f.Hidden = append(f.Hidden, hidden{name, value})
			}
			if name != "period" && !slices.Contains(q.of.filters, name) {
				f.Kept = append(f.Kept, hidden{name, value})
			}
		}
	}
	f.Live = "/live?" + live.Encode()
	f.Languages = []choice{
		{"Tiếng Việt", q.href(vietnamese), lang == vietnamese},
		{"English", q.href(english), lang == english},
	}
	for _, o := range q.of.options {
		if o.explains {
			f.Explain = q.explainForm(o, lang)
		} else {
			f.Options = append(f.Options, group{o.label.in(lang), q.choices(o, lang)})
		}
	}
	f.Filters, f.Chosen = p.filters(r.Context(), q, lang)
	for _, one := range f.Chosen {
		f.Title += " · " + one.Text
	}
	f.Menu = p.menu(q.of.path, lang, q, f.Visitor)
	return f
}

// bare is the frame of any page.
func (p *Pages) bare(r *http.Request, lang language, title string) frame {
	visitor := p.visitor(r, lang)
	return frame{
		W: spoken[lang], D: doorsIn[lang], Visitor: visitor, Lang: lang, Demo: p.Demo, Renewing: p.renewing(), Version: p.Version, Title: title,
		Menu: p.menu(r.URL.Path, lang, nil, visitor),
	}
}

// renewing says that the books are being made again after an upgrade.
func (p *Pages) renewing() bool { return p.Renewing != nil && p.Renewing() }

// menu lists the pages that are registered and that the visitor may see, those on which something is entered if they may. Between pages of figures the period is kept.
func (p *Pages) menu(here string, lang language, q *asked, who visitor) []choice {
	var all []choice
	for _, entry := range menu {
		if !p.registered[entry.path] || entry.path == "/ranking" && len(p.methods()) == 0 || entry.path == "/enter" && !who.Enters || entry.path == "/assess" && !who.Assesses || who.Blind && entry.path != "/enter" && entry.path != "/assess" {
			continue
		}
		params := url.Values{"lang": {string(lang)}}
		if _, figures := p.byPath[entry.path]; figures && q != nil {
			params.Set("period", q.period.ID)
		}
		current := here == entry.path || entry.path != "/" && strings.HasPrefix(here, entry.path+"/")
		all = append(all, choice{entry.name.in(lang), entry.path + "?" + params.Encode(), current})
	}
	return all
}

// broken answers for a page that could not be made.
func (p *Pages) broken(w http.ResponseWriter, err error) bool {
	broken, is := errors.AsType[brokenError](err)
	if is {
		p.Logger.Error("a page could not be made", "error", broken.error)
		http.Error(w, "internal error", http.StatusInternalServerError)
	}
	return is
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

// cut shortens what a visitor has typed.
func cut(s string) string {
	if letters := []rune(s); len(letters) > 60 {
		return string(letters[:60]) + "…"
	}
	return s
}

func (p *Pages) send(w http.ResponseWriter, r *http.Request, status int, name string, f any) {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := p.templates.ExecuteTemplate(b, name, f); err != nil {
		p.Logger.Error("a page could not be rendered", "template", name, "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	p.write(w, r, status, "text/html; charset=utf-8", p.seenBy(r, b.Bytes()))
}

// write sends a body, packed where that is wanted. Pages are never kept: they are as old as their figures.
func (p *Pages) write(w http.ResponseWriter, r *http.Request, status int, kind string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Cookie, Accept-Encoding")
	if acceptsGzip(r) && len(body) > 1000 {
		h.Set("Content-Encoding", "gzip")
		body = quick.pack(body)
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}
