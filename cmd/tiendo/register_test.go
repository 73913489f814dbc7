package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tiendo/internal/api"
	"tiendo/internal/auth"
	"tiendo/internal/kpi"
	"tiendo/internal/register"

	"github.com/rogpeppe/go-internal/testscript"
)

// registerServer serves the registers from memory to whoever bears the token "secret".
func registerServer() *httptest.Server {
	zone := time.FixedZone("", 7*60*60)
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, zone)
	var mu sync.Mutex
	registers := register.Empty(zone, registerFigures)
	handler := api.New(api.Options{
		Zone: zone, Logger: slog.New(slog.DiscardHandler),
		LoadedRegisters: func(context.Context) (*register.Registers, error) { return registers, nil },
		LoadRegister: func(_ *http.Request, kind register.Kind, content []byte) (*register.Registers, error) {
			mu.Lock()
			defer mu.Unlock()
			next, err := registers.With(kind, content, now.Add(time.Duration(registers.Version())*time.Second))
			if err == nil {
				registers = next
			}
			return next, err
		},
	}).Registers()
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" {
			auth.Refuse(w, auth.ErrNone)
			return
		}
		handler.ServeHTTP(w, r)
	}))
}

// `tiendo register` as its users see it: each file of testdata/register is a session.
func TestRegisterScripts(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Abs("../../examples/registers/hai-phong")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/register",
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"code": code},
		Setup: func(e *testscript.Env) error {
			s := registerServer()
			e.Defer(s.Close)
			e.Setenv("EXAMPLES", examples)
			e.Setenv("TIENDO_SERVER", s.URL)
			e.Setenv("TIENDO_TOKEN_FILE", filepath.Join(e.WorkDir, "token"))
			return nil
		},
	})
}

// TestRegisterFigures: targets know which way every figure of the catalogue is better.
func TestRegisterFigures(t *testing.T) {
	t.Parallel()
	for _, d := range kpi.Catalogue() {
		f, ok := registerFigures(d.ID)
		if !ok || f.Lower && f.Higher || f.Lower != (d.Direction == kpi.Lower) || f.Higher != (d.Direction == kpi.Higher) || f.Ratio != (d.Unit == "ratio") {
			t.Errorf("%s: %+v, %v", d.ID, f, ok)
		}
	}
	if _, ok := registerFigures("dossier.nothing"); ok {
		t.Error("there is a dossier.nothing")
	}
}
