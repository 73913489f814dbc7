package main

import (
	"context"
	"fmt"
)

type serveCmd struct {
	Settings settings `embed:""`
}

func (c *serveCmd) Run(ctx context.Context, std *streams) error {
	tuneMemory()
	cfg, err := c.Settings.load(std, nil)
	if err != nil {
		return err
	}
	options := appOptions{Config: cfg, Logger: newLogger(std.err, cfg.Log), Simulated: cfg.Simulated}
	if cfg.Simulated {
		options.Agencies = simulatedAgencies()
	}
	a, err := newApp(ctx, options)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "Tiendo serves %s; its data is in %s; Ctrl-C stops it.\n", a.URL(), cfg.Data)
	a.start()
	defer a.report()()
	return a.wait(ctx)
}
