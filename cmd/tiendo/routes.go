package main

import (
	"net/http"

	"tiendo/internal/api"
	"tiendo/internal/auth"
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
		Books: a.books, Zone: a.zone, Now: a.Now, Ready: a.ready, Logger: a.log.With("part", "api"),
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
	// Whoever imports counts days by the calendars.
	mux.Handle("GET /v1/registers/calendars", a.door.RequireEither(auth.ScopeView, auth.ScopeIngest, answers.Registers()))
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
