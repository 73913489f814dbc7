package clickhouse

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
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
	Logger  *slog.Logger
}

// DefaultMemory is what the embedded engine may take unless configured otherwise.
const DefaultMemory = 4 << 30

// Error is a reason why there is no engine, in words for the person who started it.
type Error struct {
	// Message says what is wrong, Hint what would do.
	Message, Hint string
	Err           error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v; %s", e.Message, e.Err, e.Hint)
	}
	return e.Message + "; " + e.Hint
}

func (e *Error) Unwrap() error { return e.Err }

// Server is an open way to the engine. Safe for concurrent use.
type Server struct {
	conn    driver.Conn
	options *clickhouse.Options
	engine  *engine // nil for a server that is not ours
	alive   atomic.Bool
	stop    context.CancelFunc
	done    chan struct{}
}

// Open starts the embedded engine or connects to a server, and makes the database where it is missing. It returns an
// *Error if there is no engine to be had. After that the engine may go away and come back: queries fail meanwhile.
func Open(ctx context.Context, o Options) (*Server, error) {
	s := &Server{done: make(chan struct{})}
	options, err := s.connect(ctx, o)
	if err != nil {
		return nil, err
	}
	s.options = options
	if err := createDatabase(ctx, options); err != nil {
		s.engine.stop(ctx)
		return nil, err
	}
	if s.conn, err = clickhouse.Open(options); err != nil {
		s.engine.stop(ctx)
		return nil, fmt.Errorf("open the engine: %w", err)
	}
	watch, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.alive.Store(true)
	go s.watch(watch)
	return s, nil
}

// connect returns the driver's options for the engine, starting the embedded one.
func (s *Server) connect(ctx context.Context, o Options) (*clickhouse.Options, error) {
	if o.DSN != "" {
		options, err := clickhouse.ParseDSN(o.DSN)
		if err != nil {
			return nil, &Error{Message: "the engine's address cannot be read", Hint: "write it as clickhouse://user:password@host:9000/tiendo", Err: err}
		}
		if options.Auth.Database == "" {
			options.Auth.Database = Database
		}
		return tune(options), nil
	}
	engine, err := start(ctx, o)
	if err != nil {
		return nil, err
	}
	s.engine = engine
	return tune(&clickhouse.Options{
		Addr: []string{engine.address()},
		Auth: clickhouse.Auth{Database: Database, Username: user, Password: engine.password},
		// The port may change when the engine is started again.
		DialContext: func(ctx context.Context, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", engine.address())
		},
	}), nil
}

// tune sets what every connection of ours has in common.
func tune(o *clickhouse.Options) *clickhouse.Options {
	o.MaxOpenConns, o.MaxIdleConns = 16, 8
	o.DialTimeout, o.ReadTimeout = 5*time.Second, 5*time.Minute
	o.ConnMaxLifetime = time.Hour
	if o.Settings == nil {
		o.Settings = clickhouse.Settings{}
	}
	// An insert must be over when it is answered.
	o.Settings["async_insert"] = 0
	return o
}

func createDatabase(ctx context.Context, o *clickhouse.Options) error {
	name := o.Auth.Database
	anywhere := *o
	anywhere.Auth.Database = "default"
	conn, err := clickhouse.Open(&anywhere)
	if err != nil {
		return fmt.Errorf("open the engine: %w", err)
	}
	defer conn.Close()
	// Atomic, for the embedded engine's default database is an overlay of files.
	if err := conn.Exec(ctx, "CREATE DATABASE IF NOT EXISTS `"+name+"` ENGINE = Atomic"); err != nil {
		return &Error{Message: "the engine does not answer", Hint: "see that the server runs and that the address, user and password are right", Err: err}
	}
	return nil
}

// watch asks now and then whether the engine answers.
func (s *Server) watch(ctx context.Context) {
	defer close(s.done)
	for {
		ask, cancel := context.WithTimeout(ctx, 3*time.Second)
		s.alive.Store(s.conn.Ping(ask) == nil)
		cancel()
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// Conn returns the pool of connections. It is the server's to close.
func (s *Server) Conn() driver.Conn { return s.conn }

// DriverOptions returns a copy of how connections are made, for readers that need a database of their own.
func (s *Server) DriverOptions() *clickhouse.Options {
	o := *s.options
	return &o
}

// Alive says whether the engine answered when it was last asked, a second ago.
func (s *Server) Alive() bool { return s.alive.Load() }

// PID is the process of the embedded engine, 0 while it is away and for a server that is not ours.
func (s *Server) PID() int {
	if s.engine == nil {
		return 0
	}
	return s.engine.pid()
}

// HTTPAddress is where the embedded engine listens for HTTP, with its user and password; empty unless Options.HTTP.
func (s *Server) HTTPAddress() (address, username, password string) {
	if s.engine == nil || s.engine.http == 0 {
		return "", "", ""
	}
	return fmt.Sprintf("127.0.0.1:%d", s.engine.http), user, s.engine.password
}

// Close closes the connections and ends the embedded engine; by force when ctx ends first.
func (s *Server) Close(ctx context.Context) error {
	s.stop()
	<-s.done
	err := s.conn.Close()
	s.engine.stop(ctx)
	return err
}
