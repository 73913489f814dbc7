package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"tiendo/internal/api"
	"tiendo/internal/auth"
	"tiendo/internal/backup"
	"tiendo/internal/clickhouse"
	"tiendo/internal/config"

	"golang.org/x/sys/unix"
)

// backup begins a copy of the city. Events are taken and booked meanwhile; the copy holds at least what was accepted before.
func (a *app) backup(ctx context.Context, dir string) (func(func(string)) (*backup.Manifest, error), error) {
	m, err := backup.Begin(a.cfg.Data, dir, a.Now())
	if err != nil {
		return nil, err
	}
	m.Program, m.Database, m.Apart = versionText(), a.engine.Database(), !a.engine.Embedded()
	return func(say func(string)) (*backup.Manifest, error) {
		if err := a.copy(ctx, m, dir, say); err != nil {
			return nil, err
		}
		a.audit(ctx, "backup.make", m.ID, slog.String("folder", dir))
		return m, nil
	}, nil
}

// copy copies the engine's part and then the files: what is in the log is loaded before the facts are copied, so the log is not.
func (a *app) copy(ctx context.Context, m *backup.Manifest, dir string, say func(string)) error {
	say("what was accepted")
	for newest := a.collector.Newest(); a.collector.Loaded() < newest; {
		if ended(ctx, 10*time.Millisecond) {
			return ctx.Err()
		}
	}
	if err := a.engine.Conn().QueryRow(ctx, "SELECT count() FROM events").Scan(&m.Events); err != nil {
		return fmt.Errorf("count the events: %w", err)
	}
	if err := a.engine.Backup(ctx, partOf(m, dir), say); err != nil {
		return err
	}
	say("the files")
	if err := a.acts.Hold(func() error { return m.Copy(a.cfg.Data, dir) }); err != nil {
		return err
	}
	if a.cfg.Shared != "" {
		if err := m.CopyShared(a.cfg.Shared, dir); err != nil {
			return err
		}
	}
	return m.Finish(dir)
}

// partOf is where a backup has its engine's part.
func partOf(m *backup.Manifest, dir string) clickhouse.Place {
	return clickhouse.Place{Folder: backup.EngineFolder(dir), Name: m.Name()}
}

// restoring is why a server stops that begins again from a backup.
type restoring struct {
	from string
	what *backup.Manifest
	by   auth.Token
}

func (r *restoring) Error() string { return "a restore was asked for" }

// restore looks whether the backup is whole and nothing would be lost, and has the server begin again.
func (a *app) restore(ctx context.Context, dir string, by auth.Token) (*backup.Manifest, error) {
	m, err := backup.Read(a.cfg.Data, dir)
	if err != nil {
		return nil, err
	}
	var used bool
	if err := a.engine.Conn().QueryRow(ctx, "SELECT (SELECT count() FROM events) + (SELECT count() FROM registers) > 0").Scan(&used); err != nil {
		return nil, err
	}
	if used || a.collector.Newest() > 0 || len(a.publications.List()) > 0 {
		return nil, api.ErrNotEmpty
	}
	a.audit(ctx, "backup.restore", m.ID, slog.String("folder", dir))
	a.failed <- &restoring{from: dir, what: m, by: by}
	return m, nil
}

// restoreData puts a backup in place of what an empty server had. The server is stopped.
func restoreData(ctx context.Context, cfg *config.Config, logger *slog.Logger, r *restoring) (err error) {
	lock, err := lockData(cfg.Data)
	if err != nil {
		return misuse(err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if err := r.what.Restore(cfg.Data, r.from); err != nil {
		return err
	}
	if cfg.Shared != "" {
		if err := r.what.RestoreShared(cfg.Shared, r.from); err != nil {
			return err
		}
	}
	engine, err := openEngine(ctx, cfg, logger)
	if err != nil {
		return err
	}
	err = engine.Restore(ctx, partOf(r.what, r.from), r.what.Database)
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopEngine)
	defer cancel()
	if err := errors.Join(err, engine.Close(limit)); err != nil {
		return err
	}
	unix.Sync() // the engine does not wait for the disk when it restores
	return backup.Restored(cfg.Data)
}

// whole refuses a data folder into which a restore was cut off.
func whole(data string) error {
	pending, err := backup.Pending(data)
	if err != nil {
		return fmt.Errorf("read the data folder: %w", err)
	}
	if pending {
		return fmt.Errorf("a restore into the data folder %s was cut off: remove what is in it, and for a ClickHouse server drop the database, then start again and restore again", data)
	}
	return nil
}
