package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"tiendo/internal/api"
	"tiendo/internal/publication"
)

// A fault of the program is told as one: to try again would not help.
func TestUnprovableIsNoEngine(t *testing.T) {
	var log bytes.Buffer
	a := api.New(api.Options{
		Zone: zone, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		Publish: func(context.Context, publication.Ask) (publication.Outcome, error) {
			return publication.Outcome{}, fmt.Errorf("%w: %w", publication.ErrUnprovable, errors.New("points differ"))
		},
	})
	s := httptest.NewServer(a.PublishHandler())
	t.Cleanup(s.Close)
	answer, err := s.Client().Post(s.URL+"/v1/rankings/m/2026-Q1", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if said := string(body); err != nil || answer.StatusCode != 500 || !strings.Contains(said, "a fault of the program") || strings.Contains(said, "engine") {
		t.Errorf("%d %s %v", answer.StatusCode, body, err)
	}
	if !strings.Contains(log.String(), "points differ") {
		t.Errorf("the log does not say why: %s", log.String())
	}
}
