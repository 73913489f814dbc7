package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/simulator"
)

type simulateCmd struct {
	Seed           uint64 `required:"" placeholder:"N" help:"Which city; the same seed gives the same events."`
	From           string `required:"" placeholder:"DAY" help:"The first day, such as 2026-01-01."`
	To             string `required:"" placeholder:"DAY" help:"The last day, included."`
	DossiersPerDay int    `default:"120" placeholder:"N" help:"Dossiers on a usual working day (${default})."`
	Timezone       string `env:"TIENDO_TIMEZONE" default:"Asia/Ho_Chi_Minh" placeholder:"NAME" help:"The city's zone (${default})."`
	ToServer       bool   `xor:"out" help:"Send the events to a running server."`
	Out            string `short:"o" xor:"out" placeholder:"FILE" help:"Write the events to this file instead of standard output, one on each line."`
	Client         client `embed:""`
}

func (c *simulateCmd) Run(ctx context.Context, std *streams) error {
	city, err := c.city(time.Now())
	if err != nil {
		return misuse(err)
	}
	if !c.ToServer {
		return c.write(ctx, std, city.Events())
	}
	s, err := newSender(&c.Client)
	if err != nil {
		return err
	}
	p := newProgress(std.err)
	defer p.close()
	return s.all(ctx, city.Events(), p.day)
}

// city reads the arguments. A server takes no event of the future, so for one the history ends now.
func (c *simulateCmd) city(now time.Time) (*simulator.City, error) {
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil || c.Timezone == "" {
		return nil, fmt.Errorf("--timezone: %q is no time zone; write an IANA name, such as Asia/Ho_Chi_Minh", c.Timezone)
	}
	from, err := calendar.ParseDay(c.From)
	if err != nil {
		return nil, fmt.Errorf("--from: %w", err)
	}
	to, err := calendar.ParseDay(c.To)
	if err != nil {
		return nil, fmt.Errorf("--to: %w", err)
	}
	if to < from {
		return nil, fmt.Errorf("--to: %s is before %s; name the days in their order", to, from)
	}
	end := (to + 1).Start(zone)
	if c.ToServer && end.After(now) {
		end = now
	}
	return simulator.New(simulator.Options{
		Seed: c.Seed, From: from.Start(zone), To: end, DossiersPerDay: c.DossiersPerDay, Location: zone,
	})
}

// write writes the events as lines. A file that could not be written whole is an error, and stays for a look.
func (c *simulateCmd) write(ctx context.Context, std *streams, events iter.Seq[*simulator.Event]) (err error) {
	out := std.out
	if c.Out != "" {
		file, err := os.Create(c.Out)
		if err != nil {
			return misuse(fmt.Errorf("write the events: %w; name a file that this user can write with -o", err))
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		out = file
	}
	lines := bufio.NewWriterSize(out, 1<<20)
	var line []byte
	for e := range events {
		if ctx.Err() != nil {
			return fmt.Errorf("stopped before all events were written")
		}
		line = append(e.AppendJSON(line[:0]), '\n')
		if _, err := lines.Write(line); err != nil {
			return fmt.Errorf("write the events: %w", err)
		}
	}
	if err := lines.Flush(); err != nil {
		return fmt.Errorf("write the events: %w", err)
	}
	return nil
}
