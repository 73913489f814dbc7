package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"tiendo/internal/api"
	"tiendo/internal/auth"
	"tiendo/internal/booking"
	"tiendo/internal/event"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
	"tiendo/internal/register"
)

// guards are what lets through who has a scope. watch is view for what pages ask for by themselves, wall
// for screens on a wall.
type guards struct {
	view, watch, wall, private, read, admin func(http.Handler) http.Handler
}

// guards says who may see what.
func (a *app) guards() guards {
	need := func(scope auth.Scope) func(http.Handler) http.Handler {
		return func(h http.Handler) http.Handler { return a.door.Require(scope, h) }
	}
	g := guards{
		view: need(auth.ScopeView), private: need(auth.ScopeView), read: need(auth.ScopeRead), admin: need(auth.ScopeAdmin),
		watch: func(h http.Handler) http.Handler { return a.door.Watch(auth.ScopeView, h) },
		wall:  a.door.Wall,
	}
	if a.open() {
		g.view, g.watch, g.wall = a.door.Know, a.door.Know, a.door.Know
	}
	// Single cases are for whoever has logged in or has a token; those of a simulated city are nobody's.
	if a.Simulated {
		g.private = g.view
	}
	return g
}

// open says that everybody on this machine may see figures.
func (a *app) open() bool { return auth.Read(a.cfg.Auth.Read) == auth.ReadOpen }

// routes says who may ask for what, and who answers. docs/access.md has the same as a table.
func (a *app) routes() http.Handler {
	answers := api.New(api.Options{
		Books: a.books, Zone: a.cfg.Location(), Now: a.Now, Ready: a.ready, Logger: a.log.With("part", "api"),
		Rules: a.registers.Rules, Facts: a.facts, Recorded: a.recorded, Check: a.check, Rebuild: a.rebuild, Alone: &a.alone, Erase: a.erase,
		Backup: a.backup, Restore: a.restore, Restored: a.Restored,
		LoadedRegisters: a.registers.loaded, LoadRegister: a.loadRegister, Tokens: a.tokens, Audit: a.acts,
		Integrity: a.integrity, Reports: a.reports, Exported: a.exported, Ranker: a.ranker,
		Publications: a.publications, Publish: a.publish, Today: a.today, CheckPublications: a.checkPublications, Done: a.audit,
	})
	mux, g := http.NewServeMux(), a.guards()
	for root, cases := range map[string]http.Handler{"/v1/cases": answers.Cases(), "/cases": a.pages.Cases()} {
		mux.Handle(root, g.private(answers.OwnList(cases)))
		mux.Handle(root+"/{family}/{subject...}", g.private(answers.OwnCase(cases)))
		mux.Handle(root+"/", g.private(cases)) // names no case
	}
	mux.Handle("DELETE /v1/cases/{family}/{subject...}", g.admin(answers.Erasing()))
	a.routePrograms(mux, g, answers)
	a.routePeople(mux, g)
	handler := a.ofRole(api.Problems(mux))
	if a.open() {
		handler = auth.Local(handler)
	}
	return a.door.Headers(handler)
}

// routePrograms are what programs ask for.
func (a *app) routePrograms(mux *http.ServeMux, g guards, answers *api.API) {
	mux.Handle("/v1/events", a.collector) // checks tokens itself
	mux.Handle("/v1/facts", g.read(answers.Unbound(answers.Cases())))
	mux.Handle("GET /v1/registers/", a.door.Require(auth.ScopeView, answers.Registers())) // also where figures are open
	mux.Handle("/v1/registers/", g.admin(answers.Registers()))
	for _, path := range []string{"/v1/tokens", "/v1/tokens/"} {
		mux.Handle(path, g.admin(answers.TokenHandler()))
	}
	for _, path := range []string{"/v1/log", "/v1/log/"} {
		mux.Handle(path, g.admin(a.logHandler()))
	}
	mux.Handle("/v1/audit", g.admin(answers.AuditHandler()))
	mux.Handle("/v1/signals", g.private(answers.Signals()))
	mux.Handle("/v1/assessments/", g.private(answers.Assessments()))
	mux.Handle("/v1/reports/", g.private(answers.PaperHandler()))
	upkeep := g.admin(answers.Upkeep())
	mux.Handle("/v1/check", upkeep)
	mux.Handle("/v1/rebuild", upkeep)
	mux.Handle("/v1/backup", upkeep)
	mux.Handle("/v1/restore", upkeep)
	publishing := a.door.Require(auth.ScopePublish, answers.PublishHandler())
	mux.Handle("POST /v1/rankings/{method}/{period}", publishing)
	mux.Handle("DELETE /v1/publications/waiting/{sha256}", publishing)
	for _, path := range []string{"/v1/publications", "/v1/publications/"} {
		mux.Handle(path, g.view(answers.Published()))
	}
	mux.Handle("/v1/", g.view(answers.Unknown()))
	mux.Handle("/healthz", answers.Open())
	mux.Handle("/readyz", answers.Open())
	for _, path := range []string{"/v1/kpis", "/v1/kpis/", "/openapi.json"} {
		mux.Handle(path, g.view(answers.Open()))
	}
	for _, path := range []string{"/v1/rankings", "/v1/rankings/"} {
		mux.Handle(path, g.view(answers.Rankings()))
	}
	mux.Handle("GET /metrics", g.view(a.snapshots.Handler()))
}

// routePeople are the pages, but for those of cases.
func (a *app) routePeople(mux *http.ServeMux, g guards) {
	for _, path := range []string{"/login", "/login/", "/logout"} {
		mux.Handle(path, a.door.Know(a.pages.Doors()))
	}
	for _, path := range []string{"/tokens", "/tokens/", "/audit"} {
		mux.Handle(path, g.admin(a.pages.Office()))
	}
	for _, path := range []string{"/enter", "/enter/"} {
		mux.Handle(path, a.door.Require(auth.ScopeIngest, a.pages.Entry()))
	}
	for _, path := range []string{"GET /publications", "GET /publications/"} {
		mux.Handle(path, g.view(a.pages.Publications()))
	}
	for _, path := range []string{"POST /publications", "POST /publications/withdraw"} {
		mux.Handle(path, a.door.Require(auth.ScopePublish, a.pages.PublishForm()))
	}
	mux.Handle("/assess", a.door.Require(auth.ScopeAssess, a.pages.Assessing()))
	for _, path := range []string{"/reports", "/reports/", "/signals"} {
		mux.Handle(path, g.private(a.pages.Papers()))
	}
	mux.Handle("/static/", a.pages) // of which the page to log in is made
	mux.Handle("/live", g.watch(a.pages))
	mux.Handle("/wall", g.wall(a.pages.Wall()))
	mux.Handle("/wall/", g.wall(a.pages.Wall()))
	mux.Handle("/", g.view(a.pages))
}

// facts reads what was told of a case.
func (a *app) facts(ctx context.Context, family event.Family, subject string) ([]event.Event, error) {
	return booking.Facts(ctx, a.engine.Conn(), family, subject)
}

// storing is how long who asks for facts may wait for what was accepted to be stored.
const storing = 30 * time.Second

// recorded reads the facts of a source, with all that was accepted until now. They leave the house, so it is written down.
func (a *app) recorded(ctx context.Context, asked api.Asked, each func(*event.Event) error) error {
	a.audit(ctx, "facts.export", asked.Source, slog.String("family", string(asked.Family)))
	if err := a.stored(ctx, storing); err != nil {
		return err
	}
	return booking.EachCaseOf(ctx, a.engine.Conn(), asked.Family, asked.Source, func(_ string, events []event.Event) error {
		last := lifecycle.LastRecords(events, asked.Before)
		for i := range last {
			if err := each(&last[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// stored waits until what was accepted by now is stored, but not for longer than a while.
func (a *app) stored(ctx context.Context, most time.Duration) error {
	late := time.After(most)
	for newest := a.collector.Newest(); a.collector.Loaded() < newest; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			return api.ErrBehind
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// exported writes down that a paper was taken out.
func (a *app) exported(ctx context.Context, what, format string) {
	a.audit(ctx, "report.export", what, slog.String("format", format))
}

// explain judges a case for a page and says why; nil if nothing was told of it, or if it is not of the agency to which whoever
// looks is bound: who looks for a code must not learn which cases others have.
func (a *app) explain(ctx context.Context, family event.Family, subject string) (*lifecycle.Explanation, error) {
	events, err := a.facts(ctx, family, subject)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	x, err := lifecycle.Explain(events, a.registers.Rules())
	if who, _ := auth.From(ctx); err == nil && who.Bound != "" && !api.Concerns(x, who.Bound) {
		return nil, nil
	}
	return x, err
}

// rebuild makes the books again.
func (a *app) rebuild(ctx context.Context, progress func(booking.Checked)) error {
	a.sealing.Lock()
	defer a.sealing.Unlock()
	a.audit(ctx, "books.rebuild", "")
	return a.booker.Rebuild(ctx, progress)
}

// loadRegister loads a file for the sender of a request.
func (a *app) loadRegister(r *http.Request, kind register.Kind, content []byte) (*register.Registers, error) {
	known, err := a.registers.load(r, kind, content)
	if err != nil {
		return nil, err
	}
	load, _ := known.At(time.Time{}).Load(kind)
	a.audit(r.Context(), "register.load", string(kind), slog.Uint64("version", load.Version), slog.String("sha256", load.SHA256))
	return known, nil
}

// check compares what is served with the facts: case by case, and with cells also every figure.
func (a *app) check(ctx context.Context, cells, verdicts bool, found func(booking.Difference), progress func(booking.Checked)) (booking.Checked, error) {
	a.audit(ctx, "books.check", "")
	mark, rules, err := a.settled(ctx)
	if err != nil {
		return booking.Checked{}, err
	}
	waiting, err := a.unbooked(ctx, mark)
	if err != nil {
		return booking.Checked{}, err
	}
	c := booking.Check{Conn: a.engine.Conn(), Rules: rules, Booked: mark, Cells: cells, Verdicts: verdicts, Found: found, Progress: progress}
	if !cells {
		done, err := c.Run(ctx)
		done.Waiting = waiting
		return done, err
	}
	differences := uint64(0)
	if err := a.registers.compare(ctx, func(says string) {
		differences++
		found(booking.Difference{What: "registers", Says: says})
	}); err != nil {
		return booking.Checked{}, err
	}
	recount := a.books.NewRecount(a.Now(), mark.Block)
	c.Count = recount.Add
	done, err := c.Run(ctx)
	done.Differences += differences
	done.Waiting = waiting
	if err != nil {
		return done, err
	}
	done.Figures, err = recount.Compare(ctx, func(d kpi.Difference) {
		done.Differences++
		found(booking.Difference{What: "figures", Says: d.String()})
	})
	return done, err
}

// unbooked counts the events that were accepted here, or stored by whomever, and that are not booked up to a mark.
func (a *app) unbooked(ctx context.Context, mark booking.Mark) (uint64, error) {
	inLog, loaded, err := a.collector.Waiting()
	if err != nil {
		return 0, err
	}
	stored, err := booking.Waiting(ctx, a.engine.Conn(), mark, a.collector.ID(), loaded)
	return inLog + stored, err
}

// settled waits until open cases are judged by the newest registers, and returns up to where the facts are booked then.
func (a *app) settled(ctx context.Context) (booking.Mark, *lifecycle.Rules, error) {
	select {
	case <-a.booker.Found():
	case <-ctx.Done():
		return booking.Mark{}, nil, ctx.Err()
	}
	for {
		mark, rules := a.booker.Mark(), a.registers.Rules()
		if mark.Rules == rules.Version() {
			return mark, rules, nil
		}
		if ended(ctx, 100*time.Millisecond) {
			return mark, rules, ctx.Err()
		}
	}
}

// ready says which part can't do its work, and why.
func (a *app) ready(context.Context) map[string]string {
	reasons := make(map[string]string)
	if !a.engine.Alive() {
		reasons["engine"] = "the engine does not answer; it is started again by itself"
	}
	if err := a.collector.Ready(); err != nil {
		reasons["log"] = err.Error()
	}
	if err := a.acts.Err(); err != nil {
		reasons["audit"] = "acts can't be written to the audit log, only to the server's own: " + err.Error()
	}
	return reasons
}
