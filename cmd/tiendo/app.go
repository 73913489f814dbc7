package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"tiendo/collector"
	"tiendo/dashboards"
	"tiendo/internal/audit"
	"tiendo/internal/auth"
	"tiendo/internal/booking"
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

// app is one server with all its parts. A test starts one in process, on port 0.
type app struct {
	appOptions
	cfg      config.Config
	zone     *time.Location
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

// newApp opens everything that a server needs, in the order in which it is needed; what goes wrong undoes what was opened.
// The server does nothing before start. The caller ends it by ending the context of wait, or by Close if it never starts.
func newApp(ctx context.Context, o appOptions) (_ *app, err error) {
	a := &app{
		cfg: o.Config, zone: o.Config.Location(), log: o.Logger, registry: prometheus.NewRegistry(), slow: prometheus.NewRegistry(), failed: make(chan error, 8),
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

// openParts makes the parts that do the work.
func (a *app) openParts(ctx context.Context, o appOptions) (err error) {
	a.booker = booking.New(booking.Options{
		Conn: a.engine.Conn(), Rules: func() *lifecycle.Rules { return a.registers.Rules() }, Logger: a.log.With("part", "booker"), Registry: a.registry,
		Standing: a.standing(), Loaded: func() (string, uint64) { return a.collector.ID(), a.collector.Loaded() }, Newest: func() uint64 { return a.collector.Newest() },
		Booked: func(booking.Mark) { a.snapshots.Wake() }, Sealed: a.sealed,
		Erased: func(c booking.Case) bool { return a.collector.Erased(collector.Case(c)) },
	})
	a.registers = &registers{
		store: register.Store{Conn: a.engine.Conn(), Zone: a.zone, Figures: registerFigures},
		log:   a.log.With("part", "registers"), now: a.Now, changed: a.booker.Wake,
	}
	if err := a.registers.open(ctx); err != nil {
		return err
	}
	a.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "tiendo_calendar_end_timestamp_seconds", Help: "Up to when vn-office says which days are worked, the city's own if it has one; days after that are counted by their weekdays, or not at all.",
	}, a.calendarEnd))
	a.books = kpi.New(kpi.Options{
		Conn: a.engine.Conn(), Zone: a.zone, Registers: a.registers.Known, Now: a.Now,
		Events: func() uint64 { return a.booker.Mark().Events }, Ledger: a.booker.Ledger(), Elsewhere: func() bool { return !a.booker.Leads() }, Renewing: a.booker.Renewing,
	})
	a.integrity = a.newIntegrity()
	if err := a.openRanker(); err != nil {
		return misuse(err)
	}
	a.reports = papers.New(papers.Options{Books: a.books, Names: a.agencyName, Zone: a.zone})
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
		Zone: a.zone, Now: a.Now, Logger: a.log.With("part", "metrics"),
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
		Explain: a.explain, Figures: a.books, Location: a.zone, Now: a.Now, Demo: o.Simulated, Renewing: a.booker.Renewing, Version: versionText(), Logger: a.log.With("part", "pages"),
		Door: a.door, Tokens: a.tokens, Audit: a.acts, Procedures: a.procedure, Desk: a.desk(), Walls: walls, Sent: a.sent, Aside: a.aside,
		Methods: a.ranker.Methods, Ranked: a.ranker.Ranked, Rank: a.ranker.Rank, Assessed: a.assessed,
		Names: a.agencyName, Publishing: a.publishingPages(), Exported: a.exported, TokenFile: filepath.Join(a.cfg.Data, auth.AdminTokenFile),
	})
	return err
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

// calendarEnd is the end of the last day that vn-office covers, in seconds since 1970.
func (a *app) calendarEnd() float64 {
	office, _ := a.registers.Known().At(time.Time{}).Calendars().Get("vn-office") // which is built in
	return float64((office.Last() + 1).Start(a.zone).Unix())
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
