package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"tiendo/internal/api"
	"tiendo/internal/audit"
	"tiendo/internal/auth"

	"github.com/rogpeppe/go-internal/testscript"
)

// tokenServer serves the tokens of a folder at a fixed time.
func tokenServer(data string) (*httptest.Server, error) {
	zone := time.FixedZone("", 7*60*60)
	now := func() time.Time { return time.Date(2026, 11, 26, 9, 0, 0, 0, zone) }
	tokens, err := auth.Open(auth.Options{Data: data, Now: now, Audit: func(audit.Act) {}})
	if err != nil {
		return nil, err
	}
	door, err := auth.OpenDoor(auth.DoorOptions{Data: data, Tokens: tokens, Now: now, Audit: func(audit.Act) {}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	answers := api.New(api.Options{Zone: zone, Now: now, Logger: slog.New(slog.DiscardHandler), Tokens: tokens})
	mux := http.NewServeMux()
	mux.Handle("/v1/", door.Require(auth.ScopeAdmin, answers.TokenHandler()))
	return httptest.NewServer(mux), nil
}

// `tiendo token` as its users see it: each file of testdata/token is a session.
func TestTokenScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/token",
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"code": code},
		Setup: func(e *testscript.Env) error {
			data := t.TempDir()
			s, err := tokenServer(data)
			if err != nil {
				return err
			}
			e.Defer(s.Close)
			e.Setenv("TIENDO_SERVER", s.URL)
			e.Setenv("TIENDO_TOKEN_FILE", filepath.Join(data, auth.AdminTokenFile))
			return nil
		},
	})
}
