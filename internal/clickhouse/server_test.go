package clickhouse_test

import (
	"errors"
	"log/slog"
	"net/url"
	"testing"

	"tiendo/internal/clickhouse"
	"tiendo/internal/clickhouse/enginetest"
)

// TestServerByAddress is used as it is: its database is made where it is missing, and it outlives us.
func TestServerByAddress(t *testing.T) {
	o := enginetest.Server().DriverOptions()
	address := url.URL{Scheme: "clickhouse", Host: o.Addr[0], Path: "/city`s books", User: url.UserPassword(o.Auth.Username, o.Auth.Password)}
	for range 2 {
		s, err := clickhouse.Open(t.Context(), clickhouse.Options{DSN: address.String()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := clickhouse.Migrate(t.Context(), s.Conn(), slog.New(slog.DiscardHandler)); err != nil {
			t.Error(err)
		}
		var database string
		if err := s.Conn().QueryRow(t.Context(), "SELECT currentDatabase()").Scan(&database); err != nil || database != "city`s books" {
			t.Errorf("database %q, %v", database, err)
		}
		if http, _, _ := s.HTTPAddress(); !s.Alive() || s.PID() != 0 || http != "" {
			t.Errorf("alive %v, process %d, HTTP at %q", s.Alive(), s.PID(), http)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if err := enginetest.Server().Conn().Exec(t.Context(), "DROP DATABASE `city\\`s books` SYNC"); err != nil {
		t.Error(err)
	}
}

// TestServerThatRefuses the user is told from one that is away.
func TestServerThatRefuses(t *testing.T) {
	f := func(s *clickhouse.Server, user *url.Userinfo, database, want string) {
		t.Helper()
		address := url.URL{Scheme: "clickhouse", Host: s.DriverOptions().Addr[0], Path: "/" + database, User: user}
		_, err := clickhouse.Open(t.Context(), clickhouse.Options{DSN: address.String()})
		reason, ok := errors.AsType[*clickhouse.Error](err)
		if !ok || reason.Message != want || reason.Hint == "" {
			t.Errorf("got %v", err)
		}
	}
	// An engine of its own, for a refused user ends it.
	f(open(t, t.TempDir(), clickhouse.Options{}), url.UserPassword("tiendo", "guess"), "tiendo", "the engine refuses the user or the password")
	f(enginetest.Server(), url.User("default"), "other", "the engine's user may not make the database")
}
