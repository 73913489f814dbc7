// Package enginetest gives tests the real engine: one for a test binary, and an empty database for each test.
package enginetest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"tiendo/internal/clickhouse"

	driver "github.com/ClickHouse/clickhouse-go/v2"
	lib "github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// child marks the process that a test binary starts to be the engine.
const child = "TIENDO_TEST_ENGINE"

var (
	server    *clickhouse.Server
	databases atomic.Int64
)

// Command is what makes a test binary that calls Run the engine's child process; for tests that open engines themselves.
func Command() []string {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return []string{"/usr/bin/env", child + "=1", self}
}

// Library returns the engine's library in the project's node_modules.
func Library() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		path := filepath.Join(dir, "node_modules", "@chdb", "lib-linux-x64-gnu", "libchdb.so")
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("the embedded engine is not installed; run npm ci in the project's folder")
		}
		dir = filepath.Dir(dir)
	}
}

// Run is the body of TestMain: it starts the engine, runs the tests and ends it.
func Run(m *testing.M) int {
	if os.Getenv(child) != "" {
		return clickhouse.RunEngine(os.Args[1:])
	}
	dir, err := os.MkdirTemp("", "tiendo-engine-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	library, err := Library()
	if err == nil {
		server, err = clickhouse.Open(context.Background(), clickhouse.Options{
			Dir: dir, Library: library, Command: Command(), Memory: 2 << 30,
			Logger: slog.New(slog.DiscardHandler),
		})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = server.Close(context.Background()) }()
	return m.Run()
}

// Server returns the engine of this test binary.
func Server() *clickhouse.Server { return server }

// Conn returns connections to a database of the test's own, with all tables, which is dropped at its end.
func Conn(t testing.TB) lib.Conn {
	t.Helper()
	conn, _ := Database(t)
	return conn
}

// Database is Conn, and the database's name.
func Database(t testing.TB) (lib.Conn, string) {
	t.Helper()
	ctx := context.Background()
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), databases.Add(1))
	if err := server.Conn().Exec(ctx, "CREATE DATABASE "+name+" ENGINE = Atomic"); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	options := server.DriverOptions()
	options.Auth.Database = name
	conn, err := driver.Open(options)
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		if err := server.Conn().Exec(ctx, "DROP DATABASE "+name+" SYNC"); err != nil {
			t.Errorf("drop the database: %v", err)
		}
	})
	if _, err := clickhouse.Migrate(ctx, conn, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return conn, name
}
