package api

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"tiendo/internal/audit"
	"tiendo/internal/auth"
	"tiendo/internal/backup"
	"tiendo/internal/booking"
	"tiendo/internal/event"
	"tiendo/internal/integrity"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
	"tiendo/internal/problem"
	"tiendo/internal/publication"
	"tiendo/internal/ranking"
	"tiendo/internal/register"
	"tiendo/internal/report"
)

// Options are what the API needs.
type Options struct {
	Books *kpi.Books
	// Facts reads what was told of a case.
	Facts func(ctx context.Context, family event.Family, subject string) ([]event.Event, error)
	// Recorded reads the facts that are asked for, each by the record of it that counts, in the order of subjects. It
	// includes all that was accepted when it was called; where that is not stored in time, its error is [ErrBehind].
	Recorded func(ctx context.Context, asked Asked, each func(*event.Event) error) error
	// Rules gives what cases are judged by.
	Rules func() *lifecycle.Rules
	Zone  *time.Location
	Now   func() time.Time
	// Ready returns why the process cannot do its work, by part; nothing if it can.
	Ready  func(ctx context.Context) map[string]string
	Logger *slog.Logger
	// Check compares what is served with the facts, see booking.Check; Rebuild makes the books again, see
	// booking.Booker.Rebuild. Both are needed by the handler of upkeep alone.
	Check   func(ctx context.Context, cells, verdicts bool, found func(booking.Difference), progress func(booking.Checked)) (booking.Checked, error)
	Rebuild func(ctx context.Context, progress func(booking.Checked)) error
	// Backup begins a backup in a folder and returns what does the rest; Restore has the server begin again from one. Both return
	// a *backup.Error for a folder that won't do, Restore [ErrNotEmpty] where something would be lost. Restored is the backup from
	// which this process began; empty if from none.
	Backup   func(ctx context.Context, dir string) (func(say func(string)) (*backup.Manifest, error), error)
	Restore  func(ctx context.Context, dir string, by auth.Token) (*backup.Manifest, error)
	Restored string
	// Alone is held by what must not run beside a check or a rebuild. It is needed by the handlers of upkeep and erasing alone.
	Alone *sync.Mutex
	// Erase erases a closed case; its error may be [ErrNothingTold] or [ErrOpen].
	Erase func(ctx context.Context, family event.Family, subject, reason string) (Erasure, error)
	// LoadedRegisters returns the registers as they now are; LoadRegister loads a file for the sender of r and returns them
	// after that. Both are needed by the handler of registers alone.
	LoadedRegisters func(ctx context.Context) (*register.Registers, error)
	LoadRegister    func(r *http.Request, kind register.Kind, content []byte) (*register.Registers, error)
	// Reports makes papers, Exported writes down that one was taken out: both are needed by their handler alone.
	Reports  *report.Reports
	Exported func(ctx context.Context, what, format string)
	// Integrity is needed by the handler of signals alone.
	Integrity *integrity.Watch
	// Ranker is needed by the handler of rankings alone.
	Ranker *ranking.Ranker
	// Tokens are needed by their own handler alone; Audit by its own and that of upkeep.
	Tokens *auth.Tokens
	Audit  *audit.Log
	// Publications are needed by their own handlers alone. Done writes down an act of whoever sent the request.
	Publications *publication.Publications
	// Publish publishes a ranking for whoever sent the request. Where what was accepted is not booked in time, its error is
	// [ErrBehind]; others are those of [publication.Publications.Publish], and of asking.
	Publish func(ctx context.Context, ask publication.Ask) (publication.Outcome, error)
	// Today says what of a publication would be otherwise now.
	Today func(ctx context.Context, number int64) (*publication.Today, error)
	// CheckPublications tells found what is wrong with what was published, by its number, and returns how many publications there
	// are. It is needed by the handler of upkeep alone.
	CheckPublications func(ctx context.Context, found func(number, says string)) (int64, error)
	Done              func(ctx context.Context, verb, object string, details ...slog.Attr)
}

// API is the handlers. Safe for concurrent use.
type API struct{ Options }

// New returns the API.
func New(o Options) *API { return &API{Options: o} }

//go:embed openapi.json
var description []byte

// Open returns the handler of what anybody may ask who may read at all: aggregates and health.
func (a *API) Open() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/kpis", a.catalogue)
	mux.HandleFunc("GET /v1/kpis/{id}", a.figure)
	mux.HandleFunc("GET /v1/kpis/{id}/changes", a.changes)
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(description)
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		a.reply(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /readyz", a.ready)
	return mux
}

// Cases returns the handler of what shows single cases and their facts.
func (a *API) Cases() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/cases", a.cases)
	mux.HandleFunc("GET /v1/cases/{family}/{subject...}", a.oneCase)
	mux.HandleFunc("GET /v1/facts", a.facts)
	return mux
}

func (a *API) ready(w http.ResponseWriter, r *http.Request) {
	if reasons := a.Ready(r.Context()); len(reasons) > 0 {
		a.reply(w, http.StatusServiceUnavailable, map[string]any{"status": "not ready", "reasons": reasons})
		return
	}
	answer := map[string]any{"status": "ready", "timezone": a.Zone.String()}
	if a.Restored != "" {
		answer["restored"] = a.Restored
	}
	a.reply(w, http.StatusOK, answer)
}

func (a *API) reply(w http.ResponseWriter, status int, body any) {
	encoded, err := json.Marshal(body)
	if err != nil {
		a.Logger.Error("an answer could not be written as JSON", "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(encoded, '\n'))
}

// details are what a problem says, see internal/problem.
type details struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Parameter names the part of the question that is wrong.
	Parameter string `json:"parameter,omitempty"`
	// Errors are what does not hold in a file.
	Errors []fault `json:"errors,omitempty"`
	// Obstacles are what stands against publishing.
	Obstacles []publication.Obstacle `json:"obstacles,omitempty"`
}

func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := details{Title: "The engine did not answer", Status: http.StatusServiceUnavailable, Detail: "Try again in a moment; GET /readyz tells what is missing."}
	var wrong *kpi.Error
	switch {
	case errors.As(err, &wrong):
		p = details{Title: "The question cannot be asked", Status: http.StatusBadRequest, Detail: wrong.Message, Parameter: wrong.Param}
	case r.Context().Err() != nil:
		return // nobody waits for the answer
	default:
		a.Logger.Error("a question to the books failed", "path", r.URL.Path, "error", err)
		w.Header().Set("Retry-After", "2")
	}
	a.problem(w, p)
}

func (a *API) problem(w http.ResponseWriter, p details) {
	problem.Write(w, p.Status, p)
}

// body reads the body of a request; it has answered where that is longer than most, in bytes, or does not arrive whole.
func (a *API) body(w http.ResponseWriter, r *http.Request, most int64, tooLarge string) (content []byte, ok bool) {
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		a.problem(w, details{Title: tooLarge, Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("At most %d bytes would do.", most)})
	} else if err != nil {
		a.problem(w, details{Title: "The body of the request did not arrive whole", Status: http.StatusBadRequest})
	}
	return content, err == nil
}
