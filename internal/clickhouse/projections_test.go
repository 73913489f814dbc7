package clickhouse_test

import (
	"log/slog"
	"testing"

	"tiendo/internal/clickhouse"
	"tiendo/internal/clickhouse/enginetest"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// TestCompleteProjections: what a part lacks of a projection is written when the program starts, for whoever reads the projection by its
// name would miss it without a word.
func TestCompleteProjections(t *testing.T) {
	conn := enginetest.Conn(t)
	run(t, conn,
		"INSERT INTO cells (family, subject, measure, day, n) VALUES ('dossier', 'a', 'opened', '2026-01-05', 5)",
		"ALTER TABLE cells DROP PROJECTION by_month",
		"ALTER TABLE cells ADD PROJECTION by_month (SELECT family, measure, toYYYYMM(day), agency, source, marks, sum(n) GROUP BY family, measure, toYYYYMM(day), agency, source, marks)",
		"INSERT INTO cells (family, subject, measure, day, n) VALUES ('dossier', 'b', 'opened', '2026-01-06', 7)",
	)
	read := func() (n int64) {
		t.Helper()
		if err := conn.QueryRow(t.Context(), "SELECT sumMerge(`sum(n)`) FROM mergeTreeProjection(currentDatabase(), 'cells', 'by_month')").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := read(); n != 7 {
		t.Fatalf("the engine reads %d of a projection that one of two parts lacks, want 7: is this still needed?", n)
	}
	if _, err := clickhouse.Migrate(t.Context(), conn, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if n := read(); n != 12 {
		t.Errorf("the projection holds %d, want 12", n)
	}
}

// TestOneInstant: two projections that one statement reads by name hold the same inserts, whatever is inserted between.
func TestOneInstant(t *testing.T) {
	conn := enginetest.Conn(t)
	done := make(chan struct{})
	defer func() { <-done }()
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				run(t, conn, "INSERT INTO cells (family, subject, measure, day, n) VALUES ('dossier', 'a', 'opened', '2026-01-05', 5)")
			}
		}
	}()
	const apart = "SELECT max(s) - min(s) FROM (SELECT sumMerge(`sum(n)`) AS s FROM mergeTreeProjection(currentDatabase(), 'cells', 'by_month')" +
		" UNION ALL SELECT sumMerge(`sum(n)`) AS s FROM mergeTreeProjection(currentDatabase(), 'cells', 'by_day')) SETTINGS merge_tree_storage_snapshot_sleep_ms = 50"
	for range 5 {
		var n int64
		if err := conn.QueryRow(t.Context(), apart).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n != 0 {
			t.Fatalf("one projection holds %d more than the other", n)
		}
	}
}

func run(t *testing.T, conn driver.Conn, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if err := conn.Exec(t.Context(), s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}
