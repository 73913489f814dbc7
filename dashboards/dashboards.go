package dashboards

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"tiendo/internal/kpi"
)

// Options are what the pages need.
type Options struct {
	// Figures answer the questions.
	Figures *kpi.Books
	// Location is the city's zone.
	Location *time.Location
	// Now is the clock.
	Now func() time.Time
	// Names names an agency in "vi" or "en", "" where it is not known: then its code is shown.
	Names func(code, lang string) string
	// Demo says that all figures are simulated; every page says so.
	Demo bool
	// Version is the program's.
	Version string
	Logger  *slog.Logger
}

//go:embed templates
var templates embed.FS

// pages are the handlers. Safe for concurrent use.
type pages struct {
	Options
	assets    *assets
	snapshots *snapshots
	templates *template.Template
	// failing is set while the books do not answer, so that it is logged once.
	failing atomic.Bool
}

// New returns the handler of "/", "/live" and "/static/…". It serves aggregates only; the cases behind them are the API's.
// The error can only be one of the program's own files.
func New(o Options) (http.Handler, error) {
	files, err := newAssets(embedded)
	if err != nil {
		return nil, err
	}
	return newHandler(o, files, o.Figures.Ask, o.Figures.Events)
}

// newHandler returns the handler over some files, and over whoever answers and counts what is booked.
func newHandler(o Options, files *assets, ask func(context.Context, ...kpi.Query) ([]kpi.Figure, error), booked func() uint64) (http.Handler, error) {
	p := &pages{Options: o, assets: files}
	var err error
	p.templates, err = template.New("").Funcs(template.FuncMap{"static": files.path, "pair": pairOf}).ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the templates: %w", err)
	}
	p.snapshots = &snapshots{ask: ask, booked: booked, render: p.fragment, now: o.Now, zone: o.Location, held: map[string]*holding{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.overview)
	mux.HandleFunc("GET /live", p.live)
	mux.HandleFunc("GET /static/{name}", files.serve)
	return guarded(mux), nil
}

// pair hands a template its words together with what it shows.
type pair struct {
	Words *words
	Of    any
}

func pairOf(w *words, of any) pair { return pair{w, of} }

// policy lets a page load from us and from nobody else, and run no script and no style but our files.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'self'"

// guarded sends the headers that every answer has.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
