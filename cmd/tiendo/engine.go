package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"

	"tiendo/collector"
	"tiendo/internal/clickhouse"
	"tiendo/internal/config"
)

func (a *app) openEngine(ctx context.Context) error {
	engine, err := openEngine(ctx, &a.cfg, a.log)
	if err != nil {
		return err
	}
	a.engine = engine
	a.stack.add("stop the engine", stopEngine, engine.Close)
	applied, err := clickhouse.Migrate(ctx, engine.Conn(), a.log)
	if err != nil {
		return err
	}
	if applied > 0 {
		a.log.Info("tables brought up to date", "steps", applied)
	}
	return nil
}

// openEngine starts the embedded engine, or connects to the server.
func openEngine(ctx context.Context, cfg *config.Config, logger *slog.Logger) (*clickhouse.Server, error) {
	password, err := secretFrom("clickhouse_password_file", cfg.ClickHousePasswordFile)
	if err != nil {
		return nil, misuse(err)
	}
	engine, err := clickhouse.Open(ctx, clickhouse.Options{
		DSN:      cfg.ClickHouse,
		Password: password,
		Dir:      filepath.Join(cfg.Data, "engine"),
		Library:  cfg.Engine.Library,
		Memory:   uint64(cfg.Engine.Memory),
		Logger:   logger.With("part", "engine"),
		Lost: func() {
			if err := collector.LoadAgain(cfg.Data); err != nil {
				logger.Error("after a part of a table was lost", "error", err)
			}
		},
	})
	if reason, ok := errors.AsType[*clickhouse.Error](err); ok && reason.Passing {
		return nil, unreachable(err) // who starts this program again and again finds the engine back one day
	}
	if err != nil {
		return nil, misuse(err)
	}
	return engine, nil
}
