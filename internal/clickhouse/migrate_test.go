package clickhouse_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tiendo/internal/clickhouse"
	"tiendo/internal/clickhouse/enginetest"

	driver "github.com/ClickHouse/clickhouse-go/v2"
)

// TestMigrateAgain applies nothing.
func TestMigrateAgain(t *testing.T) {
	conn := enginetest.Conn(t)
	if n, err := clickhouse.Migrate(t.Context(), conn, slog.New(slog.DiscardHandler)); n != 0 || err != nil {
		t.Errorf("again: %d applied, %v", n, err)
	}
}

// TestMigrateAfterAKill: a migration that ran and was not recorded runs again.
func TestMigrateAfterAKill(t *testing.T) {
	conn := enginetest.Conn(t)
	if err := conn.Exec(t.Context(), "TRUNCATE TABLE migrations"); err != nil {
		t.Fatal(err)
	}
	if n, err := clickhouse.Migrate(t.Context(), conn, slog.New(slog.DiscardHandler)); n < 3 || err != nil {
		t.Errorf("%d applied, %v", n, err)
	}
}

// TestMigrateThatCannotWrite: what the engine cannot write anew, which it tries for ever, is an error that says why.
func TestMigrateThatCannotWrite(t *testing.T) {
	conn := enginetest.Conn(t)
	for _, statement := range []string{
		"INSERT INTO events (family, subject, source, id) VALUES ('dossier', 'a', 'urn:a', '1')",
		"ALTER TABLE events UPDATE data = toString(throwIf(subject = 'a', 'no room')) WHERE 1 SETTINGS mutations_sync = 0",
		"TRUNCATE TABLE migrations",
	} {
		if err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := clickhouse.Migrate(t.Context(), conn, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("got %v", err)
	}
	if err := conn.Exec(t.Context(), "KILL MUTATION WHERE table = 'events' AND database = currentDatabase() SYNC"); err != nil {
		t.Fatal(err)
	}
	if n, err := clickhouse.Migrate(t.Context(), conn, slog.New(slog.DiscardHandler)); n < 3 || err != nil {
		t.Errorf("after it was ended: %d applied, %v", n, err)
	}
}

// TestNewerDatabase is refused with what would do.
func TestNewerDatabase(t *testing.T) {
	conn := enginetest.Conn(t)
	if err := conn.Exec(t.Context(), "INSERT INTO migrations (number, name) VALUES (9000, 'future')"); err != nil {
		t.Fatal(err)
	}
	_, err := clickhouse.Migrate(t.Context(), conn, slog.New(slog.DiscardHandler))
	var e *clickhouse.Error
	if !errors.As(err, &e) || !strings.Contains(e.Message, "newer") || e.Hint == "" {
		t.Errorf("got %v", err)
	}
}

// TestTokenOnce: a block whose token was seen adds nothing, to the journal and to its projections.
func TestTokenOnce(t *testing.T) {
	conn := enginetest.Conn(t)
	insert := func(token string, n int64) {
		t.Helper()
		ctx := driver.Context(t.Context(), driver.WithSettings(driver.Settings{"insert_deduplication_token": token, "insert_deduplicate": 1}))
		batch, err := conn.PrepareBatch(ctx, "INSERT INTO cells (family, subject, stamp, measure, day, n)")
		if err != nil {
			t.Fatal(err)
		}
		if err := batch.Append("dossier", "a", time.Now(), "opened", time.Now(), n); err != nil {
			t.Fatal(err)
		}
		if err := batch.Send(); err != nil {
			t.Fatal(err)
		}
	}
	insert("0-1-0", 1)
	insert("0-1-0", 1)
	insert("0-1-0", 5) // another content under the same token is dropped as well: the number decides
	insert("0-2-0", 1)
	var rows, cube int64
	if err := conn.QueryRow(t.Context(), "SELECT sum(n) FROM cells SETTINGS optimize_use_projections = 0").Scan(&rows); err != nil {
		t.Fatal(err)
	}
	if err := conn.QueryRow(t.Context(), "SELECT sum(n) FROM cells WHERE measure = 'opened' AND family = 'dossier'").Scan(&cube); err != nil {
		t.Fatal(err)
	}
	if rows != 2 || cube != 2 {
		t.Errorf("journal %d, cube %d, want 2", rows, cube)
	}
}

// TestTablesOfTheDesign are there, but for what decision 0015 says, on disk when an insert is answered, and cells remembers tokens.
func TestTablesOfTheDesign(t *testing.T) {
	conn, database := enginetest.Database(t)
	for table, want := range map[string][]string{
		"events":   {"ReplacingMergeTree(seniority)", "ORDER BY (family, subject, source, id, bound_to)", "index_granularity = 64", "min_bytes_for_wide_part = 1000000000000000", "fsync_after_insert = 1", "fsync_part_directory = 1"},
		"cells":    {"MergeTree ORDER BY (family, subject)", "index_granularity = 256", "fsync_after_insert = 1", "fsync_part_directory = 1", "non_replicated_deduplication_window = 1000"},
		"verdicts": {"ReplacingMergeTree(block)", "ORDER BY (family, subject)"},
	} {
		var engine string
		if err := conn.QueryRow(t.Context(), "SELECT engine_full FROM system.tables WHERE database = ? AND name = ?", database, table).Scan(&engine); err != nil {
			t.Errorf("%s: %v", table, err)
			continue
		}
		for _, part := range want {
			if !strings.Contains(engine, part) {
				t.Errorf("%s: %q is not in %q", table, part, engine)
			}
		}
	}
	var async string
	if err := conn.QueryRow(t.Context(), "SELECT value FROM system.settings WHERE name = 'async_insert'").Scan(&async); err != nil || async != "0" {
		t.Errorf("async_insert is %q, %v", async, err)
	}
}
