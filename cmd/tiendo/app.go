package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"sync"
	"syscall"
	"time"

	"tiendo/collector"
	"tiendo/dashboards"
	"tiendo/internal/audit"
	"tiendo/internal/auth"
	"tiendo/internal/booking"
	"tiendo/internal/calendar"
	"tiendo/internal/clickhouse"
	"tiendo/internal/config"
	"tiendo/internal/crowd"
	"tiendo/internal/inbox"
	"tiendo/internal/integrity"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
	"tiendo/internal/metrics"
	"tiendo/internal/publication"
	"tiendo/internal/ranking"
	"tiendo/internal/register"
	papers "tiendo/internal/report"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// How long each part may take to stop. What a deadline cuts off is done at the next start: the log has it.
const (
	finishRequests = 10 * time.Second
	drainLog       = 20 * time.Second
	stopPart       = 15 * time.Second
	stopEngine     = 20 * time.Second
)

// findBooks is how long a start waits until it is known up to where the facts are booked, mostly a few milliseconds.
const findBooks = 10 * time.Second

// app is one server with all its parts. A test starts one in process, on port 0.
type app struct {
	appOptions
	cfg      config.Config
	log      *slog.Logger
	registry *prometheus.Registry
	slow     *prometheus.Registry // what is read from elsewhere
	listener net.Listener
	stack    cleanups
	failed   chan error

	acts        *audit.Log
	tokens      *auth.Tokens
	door        *auth.Door
	certificate *certificate // nil for plain HTTP
	engine      *clickhouse.Server
	collector   *collector.Collector
	booker      *booking.Booker
	registers   *registers
	inbox       *inbox.Inbox // nil if there is none
	books       *kpi.Books
	reports     *papers.Reports
	integrity   *integrity.Watch
	ranker      *ranking.Ranker
	snapshots   *metrics.Snapshots
	pages       *dashboards.Pages

	// alone is held by what must not run beside another: check, rebuild, backup, restore, erasing.
	alone        sync.Mutex
	publications *publication.Publications
	// sealing is held while something is published, and while the books are made again: what is published names a block of the
	// books, and must be known to whoever makes them.
	sealing sync.Mutex
}

// appOptions is what a server is besides its configuration.
type appOptions struct {
	Config config.Config
	Logger *slog.Logger
	// Simulated says that all figures are made up: then everybody on this machine may see cases too, and pages say so.
	Simulated bool
	// Agencies are those whose names are known, by code.
	Agencies map[string]agency
	// Restored is the backup from which this server begins; empty if it begins from none. RestoredBy is who asked for that.
	Restored   string
	RestoredBy auth.Token
	// Methods are method files besides those of the configuration; nil: there are none.
	Methods fs.FS
	// Now is the clock by which events arrive and periods run; nil: time.Now.
	Now func() time.Time
	// Pace is how slow those who connect may be; the zero Pace: crowd.Default.
	Pace crowd.Pace
}

// agency is what pages and labels call an agency.
type agency struct{ vi, en, group string }

// newApp opens everything that a server needs, in the order in which it is needed; what goes wrong undoes what was opened.
// The server does nothing before start. The caller ends it by ending the context of wait, or by Close if it never starts.
func newApp(ctx context.Context, o appOptions) (_ *app, err error) {
	a := &app{
		cfg: o.Config, log: o.Logger, registry: prometheus.NewRegistry(), slow: prometheus.NewRegistry(), failed: make(chan error, 8),
		appOptions: o, stack: cleanups{log: o.Logger},
	}
	if a.Now == nil {
		a.Now = time.Now
	}
	if a.Pace == (crowd.Pace{}) {
		a.Pace = crowd.Default
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if err := a.checkAccess(); err != nil {
		return nil, misuse(err)
	}
	lock, err := lockData(o.Config.Data)
	if err != nil {
		return nil, misuse(err)
	}
	if err := whole(o.Config.Data); err != nil {
		return nil, errors.Join(misuse(err), lock.Close())
	}
	a.stack.add("unlock the data folder", time.Second, func(context.Context) error { return lock.Close() })
	if err := a.listen(ctx); err != nil {
		return nil, err
	}
	if err := a.openAccess(); err != nil {
		return nil, misuse(err)
	}
	if err := a.openPublications(); err != nil {
		return nil, misuse(err)
	}
	if err := a.openEngine(ctx); err != nil {
		return nil, err
	}
	if err := a.openParts(ctx, o); err != nil {
		return nil, err
	}
	a.register()
	return a, nil
}

// listen takes the address before anything dear is started.
func (a *app) listen(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", a.cfg.Listen)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return misuse(fmt.Errorf("the address %s is in use; stop what listens there, or name another with --listen", a.cfg.Listen))
	case errors.Is(err, syscall.EACCES):
		return misuse(fmt.Errorf("this user may not listen on %s; name a port above 1023 with --listen", a.cfg.Listen))
	case err != nil:
		return misuse(fmt.Errorf("listen on %s: %w; name another address with --listen", a.cfg.Listen, err))
	}
	a.listener = listener
	a.stack.add("stop listening", time.Second, func(context.Context) error {
		if err := listener.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	return nil
}

func (a *app) openEngine(ctx context.Context) error {
	engine, err := openEngine(ctx, &a.cfg, a.log)
	if err != nil {
		return err
	}
	a.engine = engine
	a.stack.add("stop the engine", stopEngine, engine.Close)
	applied, err := clickhouse.Migrate(ctx, engine.Conn(), a.log)
	if err != nil {
		return err
	}
	if applied > 0 {
		a.log.Info("tables brought up to date", "steps", applied)
	}
	return nil
}

// openParts makes the parts that do the work.
func (a *app) openParts(ctx context.Context, o appOptions) (err error) {
	zone := a.cfg.Location()
	calendars := calendar.Builtin(zone)
	a.booker = booking.New(booking.Options{
		Conn: a.engine.Conn(), Rules: func() *lifecycle.Rules { return a.registers.Rules() }, Logger: a.log.With("part", "booker"), Registry: a.registry,
		Standing: a.standing(), Loaded: func() (string, uint64) { return a.collector.ID(), a.collector.Loaded() }, Newest: func() uint64 { return a.collector.Newest() },
		Booked: func(booking.Mark) { a.snapshots.Wake() }, Sealed: a.sealed,
		Erased: func(c booking.Case) bool { return a.collector.Erased(collector.Case(c)) },
	})
	a.registers = &registers{
		store: register.Store{Conn: a.engine.Conn(), Zone: zone, Figures: registerFigures},
		log:   a.log.With("part", "registers"), now: a.Now, changed: a.booker.Wake,
	}
	if err := a.registers.open(ctx); err != nil {
		return err
	}
	a.books = kpi.New(kpi.Options{
		Conn: a.engine.Conn(), Calendars: calendars, Registers: a.registers.Known, Now: a.Now,
		Events: func() uint64 { return a.booker.Mark().Events }, Ledger: a.booker.Ledger(),
	})
	a.integrity = a.newIntegrity()
	if err := a.openRanker(zone); err != nil {
		return misuse(err)
	}
	a.reports = papers.New(papers.Options{Books: a.books, Names: a.agencyName, Zone: zone})
	a.collector, err = collector.Open(collector.Options{
		Data: a.cfg.Data, Keys: a.cfg.Keys(), Conn: a.engine.Conn, Tokens: a.tokens, Audit: a.auditSent, Log: a.log.With("part", "collector"), Registry: a.registry, Slow: a.slow, Now: a.Now,
	})
	if err != nil {
		return misuse(err)
	}
	a.collector.OnLoaded(a.booker.Wake)
	a.stack.add("close the log", stopPart, func(context.Context) error { return a.collector.Close() })
	if err := a.openInbox(); err != nil {
		return err
	}
	a.snapshots, err = metrics.New(metrics.Options{
		Self: a.registry, Slow: a.slow, Books: a.books, Figures: a.cfg.Metrics.Figures, Periods: a.cfg.Metrics.Periods, Mark: a.booker.Mark,
		Waiting:    func(m booking.Mark) bool { return m.Entries[a.collector.ID()] < a.collector.Newest() },
		Registered: func() []string { return a.registers.Known().At(time.Time{}).AgencyCodes() },
		Names: func(code string) (name, group string) {
			agency := a.agency(code)
			return agency.vi, agency.group
		},
		Zone: zone, Now: a.Now, Logger: a.log.With("part", "metrics"),
	})
	if err != nil {
		return misuse(err)
	}
	walls, err := readWalls(a.cfg.Walls)
	if err != nil {
		return err
	}
	a.pages, err = dashboards.New(dashboards.Options{
		Reports: a.reports, Integrity: a.integrity,
		Explain: a.explain, Figures: a.books, Location: zone, Now: a.Now, Demo: o.Simulated, Version: versionText(), Logger: a.log.With("part", "pages"),
		Door: a.door, Tokens: a.tokens, Audit: a.acts, Procedures: a.procedure, Desk: a.desk(), Walls: walls, Sent: a.sent, Aside: a.aside,
		Methods: a.ranker.Methods, Ranked: a.ranker.Ranked, Rank: a.ranker.Rank, Assessed: a.assessed,
		Names: a.agencyName, Publishing: a.publishingPages(), Exported: a.exported,
	})
	return err
}

// agencyName is what an agency is called in a language; "" if nothing is known of it.
func (a *app) agencyName(code, lang string) string {
	if agency := a.agency(code); lang == "en" && agency.en != "" {
		return agency.en
	}
	return a.agency(code).vi
}

// agency is what is known of an agency: from the register, else from the simulated city's list.
func (a *app) agency(code string) agency {
	view := a.registers.Known().At(time.Time{})
	if known, ok := view.AgencyNear(code, calendar.DayOf(a.Now(), a.cfg.Location())); ok {
		return agency{vi: known.NameVI, en: known.NameEN, group: known.Group}
	}
	return a.Agencies[code]
}

// procedure is what the register calls a procedure; "" where it knows none of this code.
func (a *app) procedure(code, lang string) string {
	known, ok := a.registers.Known().At(time.Time{}).Procedure(code, calendar.DayOf(a.Now(), a.cfg.Location()))
	if ok && lang == "en" && known.NameEN != "" {
		return known.NameEN
	}
	return known.NameVI
}

// register puts what a process says about itself on /metrics.
func (a *app) register() {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "tiendo_build_info", Help: "The version of this process; always 1.",
		ConstLabels: prometheus.Labels{"version": versionText(), "goversion": runtime.Version()},
	})
	info.Set(1)
	a.slow.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	a.registry.MustRegister(
		info, a.snapshots, a.publications,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "tiendo_engine_up", Help: "1 while the engine answers, else 0."}, func() float64 {
			if a.engine.Alive() {
				return 1
			}
			return 0
		}),
	)
}

// Address is where the server listens, with the port that was taken.
func (a *app) Address() string { return a.listener.Addr().String() }

// URL is the address as a browser wants it.
func (a *app) URL() string {
	if a.certificate != nil {
		return "https://" + a.Address()
	}
	return "http://" + a.Address()
}

// start begins to serve.
func (a *app) start() {
	a.spawn("booker", a.booker.Run)
	a.spawn("loader", a.collector.Run)
	if a.shows() {
		a.spawn("metrics", a.snapshots.Run)
	}
	a.spawn("registers", a.registers.Run)
	if a.cfg.Shared != "" {
		a.spawn("shared folder", a.follow)
	}
	a.stack.add("drain the log", drainLog, a.drain)
	a.auditStart()
	if a.inbox != nil {
		a.spawn("inbox", a.inbox.Run)
	}
	if a.cfg.Retention.Years > 0 && a.keeps() {
		a.spawn("retention", a.retain)
	}
	// Else the first answers would give figures and say that no event is in them. An engine that died just now is not waited for: events
	// are taken without it.
	select {
	case <-a.booker.Found():
	case <-time.After(findBooks):
	}
	a.serve()
}

// wait waits until ctx ends or a part fails, then stops everything in order. It returns what failed, and what did not
// stop as it should.
func (a *app) wait(ctx context.Context) error { return errors.Join(a.served(ctx), a.Close()) }

// served waits until ctx ends, a part fails or a restore is asked for, and returns what failed, or the [restoring].
func (a *app) served(ctx context.Context) error {
	select {
	case <-ctx.Done():
		a.log.Info("stopping", "address", a.Address())
		return nil
	case failed := <-a.failed:
		if _, asked := errors.AsType[*restoring](failed); asked {
			a.log.Info("stopping to begin again from a backup")
			return failed
		}
		a.log.Error("a part failed, stopping", "error", failed)
		return failed
	}
}

// Close stops what runs and closes what is open, newest first.
func (a *app) Close() error { return a.stack.run(context.Background()) }

// spawn runs a part until its turn to stop comes. A part that ends before is a failure of the whole.
func (a *app) spawn(name string, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := run(ctx)
		switch {
		case ctx.Err() == nil && err == nil:
			a.failed <- fmt.Errorf("the %s ended by itself", name)
		case ctx.Err() == nil:
			a.failed <- fmt.Errorf("the %s: %w", name, err)
		case err != nil && !errors.Is(err, context.Canceled):
			a.log.Error("a part stopped with an error", "part", name, "error", err)
		}
	}()
	a.stack.add("stop the "+name, stopPart, func(limit context.Context) error {
		cancel()
		select {
		case <-done:
			return nil
		case <-limit.Done():
			return limit.Err()
		}
	})
}

// serve answers requests until its turn to stop comes: then it takes no new ones and lets those that run finish.
func (a *app) serve() {
	server := &http.Server{
		Handler:           a.Pace.Handler(a.routes()),
		ReadHeaderTimeout: a.Pace.Head,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	server.RegisterOnShutdown(a.pages.Stop)
	listener := crowd.Limit(a.listener, crowd.Most, crowd.MostFrom, a.cfg.ProxyNetworks())
	serve := func() error { return server.Serve(listener) }
	if a.certificate != nil {
		server.TLSConfig = a.certificate.config()
		serve = func() error { return server.ServeTLS(listener, "", "") }
	}
	go func() {
		if err := serve(); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- fmt.Errorf("serve %s: %w", a.Address(), err)
		}
	}()
	a.stack.add("finish requests", finishRequests, func(ctx context.Context) error {
		if err := server.Shutdown(ctx); err != nil {
			return errors.Join(err, server.Close())
		}
		return nil
	})
}

// drain waits until what was accepted is in the figures. An engine that is away is not waited for: the log keeps it.
func (a *app) drain(ctx context.Context) error {
	for a.waiting() && a.engine.Alive() {
		select {
		case <-ctx.Done():
			a.log.Info("events are left in the log for the next start", "newest", a.collector.Newest(), "loaded", a.collector.Loaded())
			return nil
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// waiting says whether accepted events are not in the figures yet; for a process that does not book, whether they are not stored.
func (a *app) waiting() bool {
	if !a.keeps() {
		return a.collector.Loaded() < a.collector.Newest()
	}
	return a.booker.Mark().Entries[a.collector.ID()] < a.collector.Newest()
}
