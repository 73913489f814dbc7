package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Place is where a backup of the database lies. The embedded engine writes and reads the folder; a server of its own writes
// and reads the name below the folder that its configuration allows (backups.allowed_path).
type Place struct{ Folder, Name string }

// The parts of a backup, in the order in which they are made: what is booked first and the facts last, so that the facts hold
// all that is booked, and registers all by which cases were judged. What is beyond the books is booked after a restore.
var parts = []struct{ name, what, source string }{
	{"books", "the books", "TABLE %s.cells"},
	{"rest", "registers and lists", "DATABASE %[1]s EXCEPT TABLES %[1]s.cells, %[1]s.cells_next, %[1]s.events"},
	{"facts", "the facts", "TABLE %s.events"},
}

// Backup copies the database to a place where nothing is yet. say is told what is being copied. Facts and books change
// meanwhile; each part is as it was at one moment.
func (s *Server) Backup(ctx context.Context, to Place, say func(what string)) error {
	for _, part := range parts {
		say(part.what)
		statement := "BACKUP " + fmt.Sprintf(part.source, quote(s.options.Auth.Database)) + " TO " + s.file(to, part.name)
		if err := s.conn.Exec(ctx, statement); err != nil {
			return backupError(fmt.Errorf("copy %s: %w", part.what, err))
		}
	}
	return nil
}

// file is how the engine names a part.
func (s *Server) file(at Place, part string) string {
	path := at.Name + "/" + part
	if s.engine != nil {
		path = filepath.Join(at.Folder, part)
	}
	return "File('" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(path) + "')"
}

// Restore puts the database from which a backup was made in place of all that this one holds. Its tables are those of the
// program that made the backup: [Migrate] comes next. Nobody else may use the database meanwhile.
func (s *Server) Restore(ctx context.Context, from Place, database string) error {
	// The names of tables stand in other tables' definitions, so work begins in a database that is always there.
	o := s.DriverOptions()
	o.Auth.Database = "default"
	conn, err := clickhouse.Open(o)
	if err != nil {
		return fmt.Errorf("open the engine: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if err := dropTables(ctx, conn, s.options.Auth.Database); err != nil {
		return err
	}
	// The database first, for the other parts are tables of it.
	source, target := quote(database), quote(s.options.Auth.Database)
	for _, step := range []struct{ what, part string }{
		{"DATABASE " + source + " AS " + target, "rest"},
		{"TABLE " + source + ".cells AS " + target + ".cells", "books"},
		{"TABLE " + source + ".events AS " + target + ".events", "facts"},
	} {
		if err := conn.Exec(ctx, "RESTORE "+step.what+" FROM "+s.file(from, step.part)); err != nil {
			return backupError(fmt.Errorf("restore %s: %w", step.part, err))
		}
	}
	return nil
}

// dropTables empties a database. Views go before what they write to.
func dropTables(ctx context.Context, conn driver.Conn, database string) error {
	rows, err := conn.Query(ctx, "SELECT name FROM system.tables WHERE database = ? ORDER BY engine NOT LIKE '%View', name", database)
	if err != nil {
		return fmt.Errorf("list the tables: %w", err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return fmt.Errorf("list the tables: %w", err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("list the tables: %w", err)
	}
	for _, name := range names {
		if err := conn.Exec(ctx, "DROP TABLE IF EXISTS "+quote(database)+"."+quote(name)+" SYNC"); err != nil {
			return fmt.Errorf("drop the empty table %s: %w", name, err)
		}
	}
	return nil
}

// Database is the name of the database that is in use.
func (s *Server) Database() string { return s.options.Auth.Database }

// Embedded says whether the engine is ours, and its files with it.
func (s *Server) Embedded() bool { return s.engine != nil }

const codeNoBackup = 599 // BACKUP_NOT_FOUND

// backupError says what would do where the engine's own words do not.
func backupError(err error) error {
	exception, ok := errors.AsType[*clickhouse.Exception](err)
	if !ok {
		return err
	}
	switch {
	case exception.Code == codeNoBackup:
		return &Error{Message: "the engine does not find its part of the backup", Hint: "put the backup's folder engine under that name into the folder that backups.allowed_path of the server names", Err: err}
	case strings.Contains(exception.Message, "allowed_path") || strings.Contains(exception.Message, "is not allowed for backups"):
		return &Error{Message: "the server has no folder for backups", Hint: "name one in its configuration as backups.allowed_path", Err: err}
	case exception.Code == codeNoAccess:
		return &Error{Message: "the engine's user may not do that", Hint: "grant it ALL on its database", Err: err}
	}
	return err
}
