package clickhouse

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Database is the name of the database that holds everything, where the address names no other.
const Database = "tiendo"

// Options say where the engine is.
type Options struct {
	// DSN is the address of a server, clickhouse://user:password@host:port/database. Empty: the embedded engine.
	DSN string
	// Password is that of the DSN's user; empty: the DSN has it.
	Password string
	// Dir is the folder of the embedded engine's data; it is made where it is missing.
	Dir string
	// Library is the path of libchdb.so; empty: it is looked for in node_modules.
	Library string
	// Memory is the most that the embedded engine may take, in bytes; 0: DefaultMemory.
	Memory uint64
	// HTTP makes the embedded engine listen for HTTP on a loopback port as well; for comparisons only.
	HTTP bool
	// Command is the program and first arguments that become the child; empty: this binary with "engine".
	Command []string
	// Patience is how long the embedded engine may give no answer before it is started again; 0: two minutes.
	Patience time.Duration
	// Lost is called when a start of the embedded engine is refused, for a part of a table is damaged and nothing stands for it: who
	// still has what was inserted may insert it again. nil: nothing is called.
	Lost func()
	// Logger takes the engine's log and ours about it; nil: none.
	Logger *slog.Logger
}

// DefaultMemory is what the embedded engine may take unless configured otherwise.
const DefaultMemory = 4 << 30

// Server is an open way to the engine. Safe for concurrent use.
type Server struct {
	conn    driver.Conn
	options *clickhouse.Options
	engine  *engine // nil for a server that is not ours
	alive   atomic.Bool
	// patience is Options.Patience.
	patience time.Duration
	stop     context.CancelFunc
	watched  chan struct{} // closed when nothing asks for the engine any more
	done     chan struct{}
	close    sync.Once
}

// Open starts the embedded engine or connects to a server, and makes the database where it is missing. It returns an
// *Error if there is no engine to be had. ctx is for the opening alone. After that the engine may go away and come back:
// queries fail meanwhile, and work again without anything being opened anew.
func Open(ctx context.Context, o Options) (*Server, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{watched: make(chan struct{}), done: make(chan struct{}), patience: cmp.Or(o.Patience, patience)}
	var err error
	if o.DSN != "" {
		s.options, err = parse(o.DSN, o.Password)
	} else {
		s.engine, err = start(ctx, o)
	}
	if err != nil {
		return nil, err
	}
	if s.engine != nil {
		s.options = s.engine.driverOptions()
	}
	tune(s.options)
	if err := createDatabase(ctx, s.options); err != nil {
		s.engine.stop(ctx)
		return nil, err
	}
	if s.conn, err = clickhouse.Open(s.options); err != nil {
		s.engine.stop(ctx)
		return nil, fmt.Errorf("open the engine: %w", err)
	}
	watch, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.alive.Store(true)
	go s.watch(watch)
	return s, nil
}

// parse reads the address of a server.
func parse(dsn, password string) (*clickhouse.Options, error) {
	options, err := clickhouse.ParseDSN(dsn)
	if err != nil {
		return nil, &Error{Message: "the engine's address cannot be read", Hint: "write it as clickhouse://user:password@host:9000/tiendo", Err: err}
	}
	if options.Auth.Database == "" {
		options.Auth.Database = Database
	}
	if password != "" {
		options.Auth.Password = password
	}
	return options, nil
}

// driverOptions are how the driver reaches the embedded engine. Nothing is compressed: over loopback that costs more than
// it saves.
func (e *engine) driverOptions() *clickhouse.Options {
	return &clickhouse.Options{
		Addr: []string{e.address()},
		Auth: clickhouse.Auth{Database: Database, Username: user, Password: e.password},
		// The port may have changed since.
		DialContext: func(ctx context.Context, _ string) (net.Conn, error) { return dialPolitely(ctx, e.address()) },
	}
}

// tune sets what every connection of ours has in common.
func tune(o *clickhouse.Options) {
	o.MaxOpenConns, o.MaxIdleConns = 16, 8
	o.MaxCompressionBuffer = 1 << 20
	o.DialTimeout, o.ReadTimeout = 5*time.Second, 5*time.Minute
	o.ConnMaxLifetime = time.Hour
	if o.Settings == nil {
		o.Settings = clickhouse.Settings{}
	}
	// An insert must be over when it is answered.
	o.Settings["async_insert"] = 0
	// What a statement reads of a table twice, as of two projections, is of one instant.
	o.Settings["enable_shared_storage_snapshot_in_query"] = 1
	// Compiled, which the engine does once it was asked a few times, min and max take instants before 1970 for later than all others.
	// Measured: sums over 20 million lines take as long either way.
	o.Settings["compile_aggregate_expressions"] = 0
	// The driver takes twice as long for LowCardinality as for the strings that it stands for.
	o.Settings["low_cardinality_allow_in_native_format"] = 0
}

// Codes of the server's exceptions, from its system.errors.
const (
	codeNoDatabase = 81  // UNKNOWN_DATABASE
	codeNoAccess   = 497 // ACCESS_DENIED
	codeNoUser     = 516 // AUTHENTICATION_FAILED
)

// A server that is just starting refuses or drops who says hello: for five seconds it is greeted again.
const (
	greetings     = 17
	greetingPause = 300 * time.Millisecond
)

// createDatabase makes the database where it is missing. It asks from the database default, which is always there.
func createDatabase(ctx context.Context, o *clickhouse.Options) error {
	name := o.Auth.Database
	anywhere := *o
	anywhere.Auth.Database = "default"
	conn, err := clickhouse.Open(&anywhere)
	if err != nil {
		return fmt.Errorf("open the engine: %w", err)
	}
	defer func() { _ = conn.Close() }()
	var there bool
	for try := 1; ; try++ {
		err := conn.QueryRow(ctx, "SELECT count() > 0 FROM system.databases WHERE name = ?", name).Scan(&there)
		if err == nil {
			break
		}
		if again := errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.ECONNREFUSED); !again || try == greetings {
			return unanswered(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(greetingPause):
		}
	}
	if there {
		return nil
	}
	// Atomic, for the embedded engine's default database is an overlay of files.
	if err := conn.Exec(ctx, "CREATE DATABASE IF NOT EXISTS "+quote(name)+" ENGINE = Atomic"); err != nil {
		return unanswered(err)
	}
	return nil
}

// quote writes a name as the engine's SQL wants it.
func quote(name string) string {
	return "`" + strings.NewReplacer(`\`, `\\`, "`", "\\`").Replace(name) + "`"
}

// unanswered says why a server did not do what the opening asked for.
func unanswered(err error) error {
	reason := &Error{Message: "the engine does not answer", Hint: "see that the server runs and that its address is right", Err: err, Passing: true}
	if exception, ok := errors.AsType[*clickhouse.Exception](err); ok {
		reason.Passing = false
		switch exception.Code {
		case codeNoUser:
			reason.Message, reason.Hint, reason.Err = "the engine refuses the user or the password", "correct them in the address given with --clickhouse", nil
		case codeNoAccess, codeNoDatabase:
			reason.Message, reason.Hint = "the engine's user may not make the database", "make it, or grant the user CREATE DATABASE"
		default:
			reason.Message, reason.Hint = "the engine refuses to work", "its own words say why"
		}
	}
	return reason
}

// watch asks now and then whether the engine answers, and has one that hangs ended.
func (s *Server) watch(ctx context.Context) {
	defer close(s.watched)
	answered := time.Now()
	for {
		ask, cancel := context.WithTimeout(ctx, 3*time.Second)
		alive := s.conn.Ping(ask) == nil
		cancel()
		s.alive.Store(alive)
		if alive {
			answered = time.Now()
		} else {
			s.endHung(ctx, answered)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// Conn returns the pool of connections. It is the server's to close.
func (s *Server) Conn() driver.Conn { return s.conn }

// DriverOptions returns a copy of how connections are made, for readers that need a database of their own. It must be
// there before they connect.
func (s *Server) DriverOptions() *clickhouse.Options {
	o := *s.options
	return &o
}

// Alive says whether the engine answered when it was last asked, a second ago.
func (s *Server) Alive() bool {
	return s.alive.Load() && (s.engine == nil || s.engine.pid() != 0)
}

// Done is closed when the server is closed and the embedded engine gone. While it is open the engine is, or will be again.
func (s *Server) Done() <-chan struct{} { return s.done }

// PID is the process of the embedded engine, 0 while it is away and for a server that is not ours.
func (s *Server) PID() int {
	if s.engine == nil {
		return 0
	}
	return s.engine.pid()
}

// HTTPAddress is where the embedded engine listens for HTTP, with its user and password; empty unless Options.HTTP.
func (s *Server) HTTPAddress() (address, username, password string) {
	if s.engine == nil || s.engine.httpAddress() == "" {
		return "", "", ""
	}
	return s.engine.httpAddress(), user, s.engine.password
}

// Close closes the connections and ends the embedded engine; by force when ctx ends first. A second call does nothing.
func (s *Server) Close(ctx context.Context) (err error) {
	s.close.Do(func() {
		s.stop()
		<-s.watched
		s.alive.Store(false)
		err = s.conn.Close()
		s.engine.stop(ctx)
		close(s.done)
	})
	return err
}
