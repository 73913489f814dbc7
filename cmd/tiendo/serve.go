package main

import (
	"context"
	"errors"
	"fmt"
)

type serveCmd struct {
	Settings settings `embed:""`
}

func (c *serveCmd) Run(ctx context.Context, std *streams) error {
	tune()
	cfg, err := c.Settings.load(std, nil)
	if err != nil {
		return err
	}
	options := appOptions{Config: cfg, Logger: newLogger(std.err, cfg.Log), Simulated: cfg.Simulated}
	if cfg.Simulated {
		options.Agencies = simulatedAgencies()
	}
	manager := newManager(options.Logger)
	defer manager.end()
	for {
		a, err := newApp(ctx, options)
		if err != nil {
			return err
		}
		fmt.Fprintf(std.out, "Tiendo serves %s; its data is in %s; Ctrl-C stops it.\n", a.URL(), cfg.Data)
		a.start()
		manager.serves(a)
		err = a.served(ctx)
		again, _ := errors.AsType[*restoring](err)
		if again == nil {
			manager.stops()
			return errors.Join(err, a.Close())
		}
		manager.pauses("restores a backup")
		if err := a.Close(); err != nil {
			return err
		}
		if err := restoreData(ctx, &cfg, options.Logger, again); err != nil {
			return fmt.Errorf("restore the backup %s: %w", again.from, err)
		}
		options.Config.Listen = a.Address() // who asked waits there
		options.Restored, options.RestoredBy = again.what.ID, again.by
	}
}
