package clickhouse

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

type migration struct {
	number uint32
	name   string
	// statements are run in order; each is safe to run again, for a kill may come between it and its record.
	statements []string
}

// Migrate brings the database to this binary's tables: it applies what was not applied yet, in order, and returns how many
// migrations that were. It tells logger now and then how far it is, for of millions of events that takes minutes. A database that a
// newer binary has migrated is refused with an *Error.
func Migrate(ctx context.Context, conn driver.Conn, logger *slog.Logger) (applied int, err error) {
	all, err := migrations()
	if err != nil {
		return 0, err
	}
	return migrate(ctx, conn, all, logger)
}

func migrate(ctx context.Context, conn driver.Conn, all []migration, logger *slog.Logger) (applied int, err error) {
	if err := conn.Exec(ctx, `CREATE TABLE IF NOT EXISTS migrations
		(number UInt32, name String, applied DateTime DEFAULT now()) ENGINE = MergeTree ORDER BY number SETTINGS fsync_after_insert = 1`); err != nil {
		return 0, fmt.Errorf("make the table of migrations: %w", err)
	}
	var done []uint32
	if err := conn.QueryRow(ctx, "SELECT arraySort(groupUniqArray(number)) FROM migrations").Scan(&done); err != nil {
		return 0, fmt.Errorf("read the table of migrations: %w", err)
	}
	newest := all[len(all)-1].number
	known := map[uint32]bool{}
	for _, n := range done {
		known[n] = true
		if n > newest {
			return 0, &Error{
				Message: fmt.Sprintf("the database was made by a newer tiendo: it has migration %d, this one knows %d", n, newest),
				Hint:    "start the newer tiendo, or restore a backup that was made before the upgrade",
			}
		}
	}
	begin := clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"mutations_sync": 0}))
	for _, m := range all {
		if known[m.number] {
			continue
		}
		for _, s := range m.statements {
			if err := conn.Exec(begin, s); err != nil {
				return applied, fmt.Errorf("apply migration %04d %s: %w", m.number, m.name, err)
			}
			if err := mutated(ctx, conn, logger.With("step", fmt.Sprintf("%04d %s", m.number, m.name))); err != nil {
				return applied, fmt.Errorf("wait for migration %04d %s: %w", m.number, m.name, err)
			}
		}
		if err := conn.Exec(ctx, "INSERT INTO migrations (number, name) VALUES (?, ?)", m.number, m.name); err != nil {
			return applied, fmt.Errorf("record migration %04d %s: %w", m.number, m.name, err)
		}
		applied++
	}
	return applied, completeProjections(begin, conn, logger)
}

const (
	// mutatedEvery is how often the engine is asked what it has still to write anew, toldEvery how often that is told.
	mutatedEvery = 20 * time.Millisecond
	toldEvery    = 10 * time.Second
)

// mutated waits until the engine has written anew what a statement began to. The statement does not wait for it itself: that may take
// longer than the driver waits for an answer.
func mutated(ctx context.Context, conn driver.Conn, logger *slog.Logger) error {
	start := time.Now()
	told := start
	for {
		var tables, parts int64
		var trouble string
		err := conn.QueryRow(ctx, "SELECT toInt64(count()), toInt64(sum(parts_to_do)), max(latest_fail_reason) FROM system.mutations WHERE database = currentDatabase() AND NOT is_done").Scan(&tables, &parts, &trouble)
		switch {
		case err != nil:
			return err
		case tables == 0:
			return nil
		case trouble != "":
			return fmt.Errorf("the engine cannot write what is stored anew: %s", trouble)
		}
		if time.Since(told) >= toldEvery {
			told = time.Now()
			logger.Info("the tables are being brought up to date", "parts_left", parts, "seconds", int(time.Since(start).Seconds()))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(mutatedEvery):
		}
	}
}

var migrationName = regexp.MustCompile(`^(\d{4})_([a-z_]+)\.sql$`)

// migrations reads the embedded files, in the order of their numbers, which have no gaps.
func migrations() ([]migration, error) {
	entries, err := fs.ReadDir(migrationFiles, "migrations")
	if err != nil {
		return nil, err
	}
	var all []migration
	for i, e := range entries {
		parts := migrationName.FindStringSubmatch(e.Name())
		if parts == nil {
			return nil, fmt.Errorf("migration %s is not named like 0001_events.sql", e.Name())
		}
		number, err := strconv.ParseUint(parts[1], 10, 32)
		if err != nil || number != uint64(i+1) {
			return nil, fmt.Errorf("migration %s: want number %04d", e.Name(), i+1)
		}
		content, err := migrationFiles.ReadFile("migrations/" + e.Name())
		if err != nil {
			return nil, err
		}
		all = append(all, migration{number: uint32(number), name: parts[2], statements: statements(string(content))})
	}
	return all, nil
}

var comment = regexp.MustCompile(`(?m)^--.*\n`)

// statements splits a file at semicolons that end a line, once lines of comment are out.
func statements(content string) []string {
	var all []string
	for s := range strings.SplitSeq(comment.ReplaceAllString(content+"\n", ""), ";\n") {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, s)
		}
	}
	return all
}
