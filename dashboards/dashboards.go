package dashboards

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"tiendo/internal/audit"
	"tiendo/internal/auth"
	"tiendo/internal/byhand"
	"tiendo/internal/event"
	"tiendo/internal/integrity"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
	"tiendo/internal/ranking"
	"tiendo/internal/report"
)

// Options are what the pages need.
type Options struct {
	// Figures answer the questions.
	Figures *kpi.Books
	// Explain judges a case and says why; nil if nothing was told of it.
	Explain func(ctx context.Context, family event.Family, subject string) (*lifecycle.Explanation, error)
	// Location is the city's zone.
	Location *time.Location
	// Now is the clock.
	Now func() time.Time
	// Names names an agency in "vi" or "en", "" where it is not known: then its code is shown.
	Names func(code, lang string) string
	// Procedures names a procedure likewise; nil if there is no register of them.
	Procedures func(code, lang string) string
	// Demo says that all figures are simulated; every page says so.
	Demo bool
	// Renewing says that the books are being made again after an upgrade, and lack what the version before did not count; every page says
	// so. nil: they never are.
	Renewing func() bool
	// Door is where people log in, Tokens and Audit what those see who administer. Without a door nobody can log in.
	Door *auth.Door
	// Walls are those that have names.
	Walls  []Wall
	Tokens *auth.Tokens
	Audit  *audit.Log
	// Methods are those by which agencies are ranked at present, nil for none; Rank ranks by one. Ranked says that the register has
	// or had somebody whom a method ranks; nil: it has.
	Methods func() ranking.Methods
	Ranked  func(*ranking.Method) bool
	Rank    func(ctx context.Context, method, period string, tries ...string) (*ranking.Result, error)
	// Desk is where people enter what no system tells; nil if they cannot.
	Desk *byhand.Desk
	// Publishing is what was published, and how that is done.
	Publishing Publishing
	// Assessed tells what was claimed and verified by a method for a period, with all that was delivered before.
	Assessed func(ctx context.Context, method, period string) (*ranking.Sheet, error)
	// Reports makes papers, Integrity looks for signs that figures were managed.
	Reports   *report.Reports
	Integrity *integrity.Watch
	// Sent tells what became of the events that were sent since the start; nil if nobody counts.
	Sent func() []Sent
	// Aside tells what was set aside of the log; nil where there is no log.
	Aside func() ([]Aside, error)
	// Exported writes down that a list of cases was taken out, and in which format.
	Exported func(ctx context.Context, what, format string)
	// TokenFile is where the administrator's token stands, for the example on the page of an empty city.
	TokenFile string
	// Version is the program's.
	Version string
	Logger  *slog.Logger
}

//go:embed templates
var templates embed.FS

// Pages are the handlers. Safe for concurrent use.
type Pages struct {
	Options
	open, cases, doors, office, entry, assessing, walls, papers http.Handler
	published, publishing                                       http.Handler

	from      *sources
	assets    *assets
	snapshots *snapshots
	values    *values
	templates *template.Template
	// byPath are the pages of figures, registered what the menu may show.
	byPath     map[string]*page
	registered map[string]bool
	// ended is closed when the server stops: streams of news then end.
	ended chan struct{}
	end   func()
	// failing is set while the books do not answer, so that it is logged once.
	failing atomic.Bool
}

// sources are what the books are asked for.
type sources struct {
	ask func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error)
	// cases lists the cases behind a figure. The error is a *kpi.Error if no case can have what a filter asks for.
	cases   func(ctx context.Context, q kpi.Query, of kpi.Listing) (*kpi.List, error)
	margins func(ctx context.Context, q kpi.Query) (*kpi.Margins, error)
	// booked tells how many events are booked.
	booked func() uint64
	// sent tells what became of those that were sent; nil if nobody counts.
	sent func() []Sent
	// aside tells what was set aside of the log; nil where there is none.
	aside func() ([]Aside, error)
}

// New returns the pages. The error can only be one of the program's own files.
func New(o Options) (*Pages, error) {
	files, err := newAssets(embedded)
	if err != nil {
		return nil, err
	}
	cases := func(ctx context.Context, q kpi.Query, of kpi.Listing) (*kpi.List, error) {
		if err := o.Figures.CheckValues(q); err != nil {
			return nil, err
		}
		return o.Figures.Cases(ctx, q, of)
	}
	return newPages(o, files, sources{ask: o.Figures.Ask, cases: cases, margins: o.Figures.Margins, booked: o.Figures.Events, sent: o.Sent, aside: o.Aside})
}

// newPages returns the pages over some files and sources.
func newPages(o Options, files *assets, from sources) (*Pages, error) {
	p := &Pages{
		Options: o, assets: files, from: &from, ended: make(chan struct{}),
		byPath: map[string]*page{}, registered: map[string]bool{"/kpis": true, "/cases": true, "/enter": true, "/assess": true, "/wall": true, "/reports": true, "/signals": true, "/publications": true},
	}
	p.end = sync.OnceFunc(func() { close(p.ended) })
	var err error
	p.templates, err = template.New("").Funcs(template.FuncMap{
		"static": files.path, "pair": pairOf, "paperof": deskPaperOf, "wallpair": wallPairOf, "movedOf": movedOf,
	}).ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the templates: %w", err)
	}
	p.snapshots = &snapshots{from: p.from, render: p.fragment, now: o.Now, zone: o.Location, held: map[string]*holding{}}
	p.values = &values{ask: from.ask, now: o.Now, zone: o.Location, held: map[string]valuesAt{}}
	open := http.NewServeMux()
	for _, of := range pages() {
		p.register(open, of)
	}
	open.HandleFunc("/", p.notFound)
	open.HandleFunc("GET /csv", p.csv)
	open.HandleFunc("GET /live", p.live)
	open.HandleFunc("GET /kpis", p.catalogue)
	open.HandleFunc("GET /static/{name}", files.serve)
	open.HandleFunc("GET /ranking", p.ranking)
	p.registered["/ranking"] = true
	cases := http.NewServeMux()
	cases.HandleFunc("GET /cases", p.list)
	cases.HandleFunc("GET /cases/{family}/{subject...}", p.oneCase)
	cases.HandleFunc("GET /cases/{$}", p.oneCase) // names no case, which it says
	p.open, p.cases, p.doors, p.office = guarded(open), guarded(cases), guarded(p.doorRoutes()), guarded(p.officeRoutes())
	p.walls = guardedAs(wallPolicy, p.wallRoutes())
	p.entry, p.assessing = guarded(p.entryRoutes()), guarded(p.assessRoutes())
	p.papers = guarded(p.paperRoutes())
	published, publishing := p.publicationRoutes()
	p.published, p.publishing = guarded(published), guarded(publishing)
	return p, nil
}

// register adds a page of figures.
func (p *Pages) register(mux *http.ServeMux, of *page) {
	pattern := of.path
	if pattern == "/" {
		pattern = "/{$}"
	}
	mux.HandleFunc("GET "+pattern, p.figures(of))
	p.byPath[of.path], p.registered[of.path] = of, true
}

// Stop ends the streams of news, so that a server that stops need not wait for them.
func (p *Pages) Stop() { p.end() }

// ServeHTTP answers the pages of figures, "/live", "/csv", "/kpis" and "/static/…": aggregates and what they mean, for all who may read.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.open.ServeHTTP(w, r) }

// Cases returns the handler of "/cases" and "/cases/…", which show single cases: for those only who may see them in the API.
func (p *Pages) Cases() http.Handler { return p.cases }

// pair hands a template its words together with what it shows.
type pair struct {
	Words *words
	Of    any
}

func pairOf(w *words, of any) pair { return pair{w, of} }

// policy lets a page load from us and from nobody else, and run no script and no style but our files.
const policy = policyButFrames + "frame-ancestors 'none'"

// wallPolicy also lets a wall stand in a frame of ours: the next one is drawn behind the one that hangs.
const wallPolicy = policyButFrames + "frame-src 'self'; frame-ancestors 'self'"

const policyButFrames = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; "

// guarded sends the headers that every answer has.
func guarded(next http.Handler) http.Handler { return guardedAs(policy, next) }

func guardedAs(policy string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
