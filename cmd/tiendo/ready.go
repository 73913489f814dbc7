package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// readyCmd is the probe of images and balancers that have no other program to ask with.
type readyCmd struct {
	Server string `env:"TIENDO_SERVER" default:"http://127.0.0.1:8080" placeholder:"URL" help:"The server to ask (${default})."`
}

// answerWithin is how long a server may take to say whether it is ready; what asks is asked again soon.
const answerWithin = 4 * time.Second

// Run needs no token.
func (c *readyCmd) Run(ctx context.Context, std *streams) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	server := client{Server: c.Server}
	address, err := server.endpoint("/readyz")
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return misuse(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return server.unreachable(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<16))
	if err != nil {
		return server.unreachable(err)
	}
	if answer.StatusCode == http.StatusOK {
		_, err := fmt.Fprintln(std.out, "ready")
		return err
	}
	var told struct {
		Reasons map[string]string `json:"reasons"`
	}
	if err := json.Unmarshal(body, &told); err != nil || len(told.Reasons) == 0 {
		return unreachable(fmt.Errorf("%s answers %s, not as a Tiendo server does; name another with --server", c.Server, answer.Status))
	}
	var words []string
	for _, part := range slices.Sorted(maps.Keys(told.Reasons)) {
		words = append(words, part+": "+told.Reasons[part])
	}
	return errors.New("the server is not ready: " + strings.Join(words, "; "))
}

// ready says which part can't do its work, and why.
func (a *app) ready(context.Context) map[string]string {
	reasons := make(map[string]string)
	if !a.engine.Alive() {
		reasons["engine"] = "the engine does not answer; it is started again by itself"
	}
	if err := a.collector.Ready(); err != nil {
		reasons["log"] = err.Error()
	}
	if err := a.acts.Err(); err != nil {
		reasons["audit"] = "acts can't be written to the audit log, only to the server's own: " + err.Error()
	}
	return reasons
}
