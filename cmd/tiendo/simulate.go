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
	Live           bool   `help:"Then go on with what happens by the clock, until Ctrl-C; with --to-server."`
	Out            string `short:"o" xor:"out" placeholder:"FILE" help:"Write the events to this file instead of standard output, one on each line."`
	Client         client `embed:""`
}

func (c *simulateCmd) Run(ctx context.Context, std *streams) error {
	options, err := c.options(time.Now())
	if err != nil {
		return misuse(err)
	}
	city, err := simulator.New(options)
	if err != nil {
		return misuse(err)
	}
	switch {
	case !c.ToServer && c.Live:
		return misuse(errors.New("--live: a file does not go by the clock; send to a server with --to-server, or leave it out"))
	case !c.ToServer:
		return c.write(ctx, std, city.Events())
	}
	s, err := newSender(&c.Client)
	if err != nil {
		return err
	}
	p := newProgress(std.err)
	defer p.close()
	if err := s.all(ctx, city.Events(), p.day); err != nil || !c.Live {
		return err
	}
	p.close()
	return simulator.Live(ctx, options, time.Now, func(body []byte) error { return s.post(ctx, batch, body) })
}

// options reads the arguments. A server takes no event of the future, so for one the history ends now.
func (c *simulateCmd) options(now time.Time) (simulator.Options, error) {
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil || c.Timezone == "" {
		return simulator.Options{}, fmt.Errorf("--timezone: %q is no time zone; write an IANA name, such as Asia/Ho_Chi_Minh", c.Timezone)
	}
	from, err := calendar.ParseDay(c.From)
	if err != nil {
		return simulator.Options{}, fmt.Errorf("--from: %w", err)
	}
	to, err := calendar.ParseDay(c.To)
	if err != nil {
		return simulator.Options{}, fmt.Errorf("--to: %w", err)
	}
	if to < from {
		return simulator.Options{}, fmt.Errorf("--to: %s is before %s; name the days in their order", to, from)
	}
	end := (to + 1).Start(zone)
	if c.ToServer && end.After(now) {
		end = now
	}
	return simulator.Options{
		Seed: c.Seed, From: from.Start(zone), To: end, DossiersPerDay: c.DossiersPerDay, Location: zone,
	}, nil
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
