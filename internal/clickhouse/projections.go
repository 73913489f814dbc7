package clickhouse

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// completeProjections writes what parts of tables lack of their projections. None should: migrations are waited for, and every insert and
// merge makes all of them. But figures are read from projections by name, and what a part lacked would be missing in them without a word.
func completeProjections(ctx context.Context, conn driver.Conn, logger *slog.Logger) error {
	rows, err := conn.Query(ctx, `SELECT p.table, p.name FROM system.projections AS p CROSS JOIN system.parts AS a
		WHERE p.database = currentDatabase() AND a.database = p.database AND a.table = p.table AND a.active AND (p.table, p.name, a.name) NOT IN (
			SELECT table, name, parent_name FROM system.projection_parts WHERE database = currentDatabase() AND active AND NOT is_broken)
		GROUP BY p.table, p.name ORDER BY p.table, p.name`)
	if err != nil {
		return fmt.Errorf("look for parts without projections: %w", err)
	}
	defer rows.Close()
	var statements []string
	for rows.Next() {
		var table, projection string
		if err := rows.Scan(&table, &projection); err != nil {
			return fmt.Errorf("look for parts without projections: %w", err)
		}
		logger.Warn("parts of a table lack a projection, it is written anew", "table", table, "projection", projection)
		statements = append(statements,
			fmt.Sprintf("ALTER TABLE %s CLEAR PROJECTION %s", quote(table), quote(projection)),
			fmt.Sprintf("ALTER TABLE %s MATERIALIZE PROJECTION %s", quote(table), quote(projection)))
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("look for parts without projections: %w", err)
	}
	for _, s := range statements {
		if err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("write a projection anew: %w", err)
		}
		if err := mutated(ctx, conn, logger); err != nil {
			return fmt.Errorf("wait for a projection: %w", err)
		}
	}
	return nil
}
