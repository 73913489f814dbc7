package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"text/tabwriter"
	"time"

	"github.com/go-json-experiment/json"

	"tiendo/collector"
	"tiendo/internal/problem"
)

type replayCmd struct {
	List   bool   `help:"Show what was set aside, and put nothing back."`
	Client client `embed:""`
}

// setAside is the answer of GET /v1/log.
type setAside struct {
	SetAside []collector.SetAside `json:"set_aside"`
}

// replayed is the answer of POST /v1/log/replay.
type replayed struct {
	Events int `json:"events"`
}

func (c *replayCmd) Run(ctx context.Context, std *streams) error {
	if c.List {
		return c.list(ctx, std)
	}
	answer, err := c.Client.ask(ctx, http.MethodPost, "/v1/log/replay", nil, nil)
	if err != nil {
		return err
	}
	done, err := readAnswer[replayed](&c.Client, answer)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%d events were put into the log again. What the engine refuses once more is set aside again: tiendo replay --list\n", done.Events)
	return nil
}

func (c *replayCmd) list(ctx context.Context, std *streams) error {
	answer, err := c.Client.get(ctx, "/v1/log", nil)
	if err != nil {
		return err
	}
	all, err := readAnswer[setAside](&c.Client, answer)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "file\tevents\tarrival\treplayable\twhy")
	for _, s := range all.SetAside {
		arrival := nothing
		if !s.Arrival.IsZero() {
			arrival = s.Arrival.Format(time.RFC3339)
		}
		fmt.Fprintf(table, "%s\t%d\t%s\t%t\t%s\n", s.File, s.Events, arrival, s.Replayable, s.Why)
	}
	return table.Flush()
}

// logHandler shows what of the log was set aside (GET /v1/log), and puts what is whole of it back (POST /v1/log/replay).
func (a *app) logHandler() http.Handler {
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, what any, err error) {
		if err != nil {
			a.log.Error("what was set aside of the log can't be handled", "error", err)
			w.Header().Set("Retry-After", "10")
			problem.Titled(w, http.StatusServiceUnavailable, "The log can't be handled", "what was not put back is still set aside; try again, the server's log says why")
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.MarshalWrite(w, what) // who asked is gone
	}
	mux.HandleFunc("GET /v1/log", func(w http.ResponseWriter, _ *http.Request) {
		all, err := a.collector.SetAside()
		answer(w, setAside{all}, err)
	})
	mux.HandleFunc("POST /v1/log/replay", func(w http.ResponseWriter, r *http.Request) {
		n, err := a.collector.Replay()
		a.audit(r.Context(), "log.replay", "", slog.Int("events", n))
		answer(w, replayed{n}, err)
	})
	return mux
}
