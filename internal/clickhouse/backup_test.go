package clickhouse_test

import (
	"errors"
	"log/slog"
	"net/url"
	"path/filepath"
	"slices"
	"testing"

	"tiendo/internal/clickhouse"
)

// TestBackupThereAndBack: what was copied is in another engine, in a database of another name, with its views at work.
func TestBackupThereAndBack(t *testing.T) {
	s := open(t, t.TempDir(), clickhouse.Options{})
	if _, err := clickhouse.Migrate(t.Context(), s.Conn(), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"INSERT INTO events (family, subject, source, id) SELECT 'dossier', toString(number), 'urn:a', '1' FROM numbers(1000)",
		"INSERT INTO cells (family, subject, measure, n) SELECT 'dossier', toString(number), 'opened', 1 FROM numbers(500)",
		"INSERT INTO verdicts (family, subject, agency, last_event) SELECT 'dossier', toString(number), 'a', now() FROM numbers(300)",
	} {
		if err := s.Conn().Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	to := clickhouse.Place{Folder: filepath.Join(t.TempDir(), "it's one"), Name: "unused"}
	var said []string
	if err := s.Backup(t.Context(), to, func(what string) { said = append(said, what) }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"the books", "registers and lists", "the facts"}; !slices.Equal(said, want) {
		t.Errorf("copied %v, want %v", said, want)
	}

	other := open(t, t.TempDir(), clickhouse.Options{})
	if err := other.Conn().Exec(t.Context(), "CREATE DATABASE city ENGINE = Atomic"); err != nil {
		t.Fatal(err)
	}
	o := other.DriverOptions()
	address := url.URL{Scheme: "clickhouse", Host: o.Addr[0], Path: "/city", User: url.User(o.Auth.Username)}
	city, err := clickhouse.Open(t.Context(), clickhouse.Options{DSN: address.String(), Password: o.Auth.Password})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = city.Close(t.Context()) }()
	if _, err := clickhouse.Migrate(t.Context(), city.Conn(), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	// A server looks below its own folder for the name; an absolute one is as good here.
	if err := city.Restore(t.Context(), clickhouse.Place{Name: to.Folder}, s.Database()); err != nil {
		t.Fatal(err)
	}
	if n, err := clickhouse.Migrate(t.Context(), city.Conn(), slog.New(slog.DiscardHandler)); n != 0 || err != nil {
		t.Errorf("%d migrations after it, %v", n, err)
	}
	if err := city.Conn().Exec(t.Context(), "INSERT INTO verdicts (family, subject, agency, last_event) VALUES ('dossier', 'new', 'b', now())"); err != nil {
		t.Fatal(err)
	}
	var events, verdicts, heard uint64
	var cells int64
	if err := city.Conn().QueryRow(t.Context(), `SELECT (SELECT count() FROM events), (SELECT sum(n) FROM cells WHERE measure = 'opened'), (SELECT count() FROM verdicts),
		(SELECT uniqExact(agency) FROM heard)`).Scan(&events, &cells, &verdicts, &heard); err != nil {
		t.Fatal(err)
	}
	if events != 1000 || cells != 500 || verdicts != 301 || heard != 2 {
		t.Errorf("%d events, %d cells, %d verdicts, %d agencies heard", events, cells, verdicts, heard)
	}
}

// TestBackupThatIsNotThere says what would do.
func TestBackupThatIsNotThere(t *testing.T) {
	s := open(t, t.TempDir(), clickhouse.Options{})
	err := s.Restore(t.Context(), clickhouse.Place{Folder: filepath.Join(t.TempDir(), "nothing")}, "tiendo")
	if reason, ok := errors.AsType[*clickhouse.Error](err); !ok || reason.Hint == "" {
		t.Errorf("got %v", err)
	}
}
