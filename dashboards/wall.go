package dashboards

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tiendo/internal/event"
)

// Wall is a wall with a name, of the configuration: "name?panels=…&every=30s", where all after the name may be missing.
type Wall struct {
	Name string
	// asks are the parameters that it has where an address does not say otherwise.
	asks url.Values
}

// The pace of a wall, and how fast and slow it may be: below, nobody reads a screen; above, it is as if it stood still.
const (
	usualEvery   = 30 * time.Second
	fastestEvery = 5 * time.Second
	slowestEvery = time.Hour
)

// ReadWall reads a wall of the configuration. The error says what would do.
func ReadWall(text string) (Wall, error) {
	name, query, _ := strings.Cut(text, "?")
	if err := event.CheckCode(name); err != nil || strings.ContainsAny(name, "/.") {
		return Wall{}, fmt.Errorf("%q begins with no name of a wall; write one such as hall?panels=today,tasks&every=30s", text)
	}
	asks, err := url.ParseQuery(query)
	if err != nil {
		return Wall{}, fmt.Errorf("the wall %s: %w; write it such as hall?panels=today,tasks&every=30s", name, err)
	}
	if _, wrong := readWallParams(asks); wrong != nil {
		return Wall{}, fmt.Errorf("the wall %s: “%s” %s", name, wrong.what, wrong.says(wallIn[english]))
	}
	return Wall{name, asks}, nil
}

// wallAsk is what an address asks of a wall.
type wallAsk struct {
	*asked
	lang   language
	panels []panel
	every  time.Duration
	light  bool
	// params are what was asked for, so that the wall can ask for the same again.
	params url.Values
}

// wallParams are the parameters of a wall; "at" is where it begins, "seen" and "lang" are for the page itself.
var wallParams = []string{"panels", "every", "theme", "period", "lang", "at", "seen"}

// readWall reads the address of a wall. Where something in it is wrong, lang still holds a language to say so in.
func (p *Pages) readWall(r *http.Request) (wallAsk, *wallWrong) {
	params := r.URL.Query()
	lang, unspoken := readLanguage(r)
	if name := r.PathValue("name"); name != "" {
		at := slices.IndexFunc(p.Walls, func(w Wall) bool { return w.Name == name })
		if at < 0 {
			return wallAsk{lang: lang}, &wallWrong{name, func(s *wallWords) string { return s.WrongName }}
		}
		for key, values := range p.Walls[at].asks {
			if !params.Has(key) {
				params[key] = values
			}
		}
		if own := language(params.Get("lang")); spoken[own] != nil {
			lang, unspoken = own, nil
		}
	}
	w, wrong := readWallParams(params)
	w.lang = lang
	if unspoken != nil {
		wrong = &wallWrong{unspoken.what, func(s *wallWords) string { return s.WrongLanguage }}
	}
	if wrong != nil {
		return w, wrong
	}
	var err error
	id := cmp.Or(params.Get("period"), defaultPeriod)
	w.asked = &asked{of: wallPage(w.panels)}
	if w.stretches, err = stretch(id, "", p.Now(), p.Location); err != nil {
		return w, &wallWrong{id, func(s *wallWords) string { return s.WrongPeriod }}
	}
	if w.period.Running && !w.underWay() {
		return w, &wallWrong{id, func(s *wallWords) string { return s.NotBegun }}
	}
	w.params.Set("lang", string(lang))
	return w, nil
}

// wallWrong is something in the address of a wall, and what would do instead.
type wallWrong struct {
	what string
	says func(*wallWords) string
}

// readWallParams reads what is a wall's alone.
func readWallParams(asked url.Values) (wallAsk, *wallWrong) {
	w := wallAsk{every: usualEvery, params: url.Values{}}
	for key, values := range asked {
		if !slices.Contains(wallParams, key) {
			return w, &wallWrong{key, func(s *wallWords) string { return s.WrongParam }}
		}
		if len(values) > 1 {
			return w, &wallWrong{key, func(s *wallWords) string { return s.NamedTwice }}
		}
		if key != "seen" && key != "at" {
			w.params[key] = values
		}
	}
	if lang := asked.Get("lang"); lang != "" && spoken[language(lang)] == nil {
		return w, &wallWrong{lang, func(s *wallWords) string { return s.WrongLanguage }}
	}
	names := asked.Get("panels")
	if names == "" {
		names = usualPanels
	}
	for name := range strings.SplitSeq(names, ",") {
		of, ok := panelOf(strings.TrimSpace(name))
		if !ok {
			return w, &wallWrong{name, func(s *wallWords) string { return s.WrongPanel }}
		}
		if !slices.ContainsFunc(w.panels, func(other panel) bool { return other.id == of.id }) {
			w.panels = append(w.panels, of)
		}
	}
	if text := asked.Get("every"); text != "" {
		every, err := time.ParseDuration(text)
		if err != nil || every < fastestEvery || every > slowestEvery {
			return w, &wallWrong{text, func(s *wallWords) string { return s.WrongEvery }}
		}
		w.every = every
	}
	switch theme := asked.Get("theme"); theme {
	case "", "dark":
	case "light":
		w.light = true
	default:
		return w, &wallWrong{theme, func(s *wallWords) string { return s.WrongTheme }}
	}
	return w, nil
}

// wallFrame is the page of a wall.
type wallFrame struct {
	W    *wallWords
	Lang language
	// Theme is "dark" or "light".
	Theme string
	Demo  bool
	// Live is where the page asks for news, Seen what it shows, Build of which program it is, AsOf of what time of day its figures
	// are, Age how old they are in seconds, Clock what time it is in the city.
	Live, Seen, Build, AsOf, Clock string
	Age                            float64
	// Every and Renew are in seconds: how long a screen stays, and when the page begins anew.
	Every, Renew int
	// Part is the part of the page that changes, Empty says that nothing was ever told, Renewing that the books are being made again.
	Part            template.HTML
	Empty, Renewing bool
}

// wallRenewal is when a wall begins anew, so that whatever a browser holds on to is let go.
const wallRenewal = 6 * time.Hour

// unknownAge is the age in seconds of figures that there are not yet.
const unknownAge = 1e9

// Wall returns the handler of "/wall" and "/wall/…".
func (p *Pages) Wall() http.Handler { return p.walls }

func (p *Pages) wallRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /wall", p.wall)
	mux.HandleFunc("GET /wall/{name}", p.wall)
	mux.HandleFunc("GET /wall/{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, (&url.URL{Path: "/wall", RawQuery: r.URL.RawQuery}).String(), http.StatusFound)
	})
	mux.HandleFunc("GET /wall/-/live", p.wallLive)
	return mux
}

func (p *Pages) wall(w http.ResponseWriter, r *http.Request) {
	asked, wrong := p.readWall(r)
	if wrong != nil {
		p.wrongWall(w, r, asked.lang, wrong)
		return
	}
	f := wallFrame{
		W: wallIn[asked.lang], Lang: asked.lang, Theme: "dark", Demo: p.Demo, Build: p.build(),
		Every: int(asked.every.Seconds()), Renew: int(wallRenewal.Seconds()), Clock: p.clock(),
		Live: "/wall/-/live?" + asked.params.Encode(), Renewing: p.renewing(),
	}
	if asked.light {
		f.Theme = "light"
	}
	part, err := p.snapshots.part(r.Context(), asked.asked, asked.lang)
	if p.broken(w, err) {
		return
	}
	p.note(r, err)
	status := http.StatusOK
	if part != nil {
		f.Part = template.HTML(part.content()) //nolint:gosec // made by our own templates
		f.Seen, f.AsOf, f.Age, f.Empty = part.seen, p.timeOfDay(part), p.Now().Sub(part.taken).Seconds(), part.Empty
	} else { // the wall stands, and fills when the books answer
		var b bytes.Buffer
		if err := p.templates.ExecuteTemplate(&b, "screens", shown{V: blankWall(asked)}); err != nil {
			p.Logger.Error("a wall could not be made", "error", err)
		}
		f.Part, f.AsOf, f.Age = template.HTML(b.String()), none, unknownAge //nolint:gosec // made by our own templates
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "2")
	}
	p.send(w, r, status, "wall", f)
}

// timeOfDay is when the figures of a wall were read.
func (p *Pages) timeOfDay(part *fragment) string {
	return part.at.In(p.Location).Format(time.TimeOnly)
}

// wrongWallView is the page that says which walls there are.
type wrongWallView struct {
	W     *wallWords
	What  string
	Says  string
	Named []choice
	All   []panelChoice
}

type panelChoice struct{ ID, Name string }

func (p *Pages) wrongWall(w http.ResponseWriter, r *http.Request, lang language, wrong *wallWrong) {
	v := wrongWallView{W: wallIn[lang], What: cut(wrong.what), Says: wrong.says(wallIn[lang])}
	for _, named := range p.Walls {
		v.Named = append(v.Named, choice{Text: named.Name, Href: "/wall/" + named.Name})
	}
	for _, of := range panels {
		v.All = append(v.All, panelChoice{of.id, of.name.in(lang)})
	}
	p.send(w, r, http.StatusBadRequest, "wrong-wall", p.sheet(r, lang, v.W.WrongTitle, v))
}

// build names the program and all that it serves; a wall begins anew when it changes.
func (p *Pages) build() string { return mark([]byte(p.Version + fmt.Sprint(p.assets.names))) }

// clock is the time of day in the city, as a browser reads it without a zone.
func (p *Pages) clock() string { return p.Now().In(p.Location).Format("2006-01-02T15:04:05") }

// wallNews is the answer of /wall/-/live.
type wallNews struct {
	// Seen names what HTML shows; HTML is empty if that is what the page shows already.
	Seen  string `json:"seen"`
	Build string `json:"build"`
	HTML  string `json:"html,omitempty"`
	// AsOf is as the page writes it, Age how old the figures are, in seconds, Clock the time in the city.
	AsOf  string  `json:"as_of"`
	Age   float64 `json:"age"`
	Clock string  `json:"clock"`
	// Renewing says that figures may lack what the version before did not count.
	Renewing bool `json:"renewing,omitempty"`
}

// wallLive tells what has changed since what the page shows; it waits a little where nothing has.
func (p *Pages) wallLive(w http.ResponseWriter, r *http.Request) {
	asked, wrong := p.readWall(r)
	if wrong != nil {
		http.Error(w, cut(wrong.what)+" "+wrong.says(wallIn[asked.lang]), http.StatusBadRequest)
		return
	}
	seen := r.URL.Query().Get("seen")
	part, err := p.awaitWall(r, asked, seen)
	if p.broken(w, err) {
		return
	}
	p.note(r, err)
	if part == nil {
		w.Header().Set("Retry-After", "2")
		http.Error(w, spoken[asked.lang].Away, http.StatusServiceUnavailable)
		return
	}
	n := wallNews{Seen: part.seen, Build: p.build(), AsOf: p.timeOfDay(part), Age: p.Now().Sub(part.taken).Seconds(), Clock: p.clock(), Renewing: p.renewing()}
	if seen != part.seen {
		n.HTML = string(part.content())
	}
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

// awaitWall returns the figures of a wall, and waits a little if they are those that the page shows already.
func (p *Pages) awaitWall(r *http.Request, asked wallAsk, seen string) (*fragment, error) {
	end := time.After(beat)
	for {
		part, err := p.snapshots.part(r.Context(), asked.asked, asked.lang)
		if err != nil || part.seen != seen {
			return part, err
		}
		select {
		case <-r.Context().Done():
			return part, nil
		case <-p.ended:
			return part, nil
		case <-end:
			return part, nil
		case <-time.After(step):
		}
	}
}
