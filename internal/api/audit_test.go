package api_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tiendo/internal/api"
	"tiendo/internal/audit"
)

// auditServer serves an audit log of three acts, and checks it.
func auditServer(t *testing.T) (s *httptest.Server, data string) {
	t.Helper()
	data = t.TempDir()
	log, err := audit.Open(audit.Options{Data: data, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	log.Add(audit.Act{By: audit.Server, Verb: "server.start", Details: []slog.Attr{slog.Bool("tls", true)}})
	log.Add(audit.Act{By: "an", From: "10.0.0.7", Verb: "token.create", Object: "one-stop"})
	log.Add(audit.Act{By: audit.Admin, Verb: "token.revoke", Object: "one-stop"})
	a := api.New(api.Options{Zone: zone, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler), Audit: log, Alone: new(sync.Mutex)})
	mux := http.NewServeMux()
	mux.Handle("/v1/audit", a.AuditHandler())
	mux.Handle("/v1/check", a.Upkeep())
	s = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s, data
}

// TestAudit: the newest records first, by who and what; every answer is as described.
func TestAudit(t *testing.T) {
	s, data := auditServer(t)
	router := description(t, s)
	f := func(method, path string, status int, want ...string) {
		t.Helper()
		response, said := ask(t, s, router, method, path, "", nil)
		if response.StatusCode != status || strings.Count(said, `"seq":`) != strings.Count(strings.Join(want, ""), `"seq":`) {
			t.Errorf("%s: %d %s", path, response.StatusCode, said)
		}
		for _, w := range want {
			if !strings.Contains(said, w) {
				t.Errorf("%s: no %s in %s", path, w, said)
			}
		}
	}
	const path = "/v1/audit"
	f("GET", path, 200, `{"records":[{"seq":3,"time":"2025-03-12T12:00:00+07:00","by":"_admin","act":"token.revoke","object":"one-stop","prev":"`,
		`{"seq":2,"time":"2025-03-12T12:00:00+07:00","by":"an","from":"10.0.0.7","act":"token.create",`, `{"seq":1,`, `"details":{"tls":"true"}`)
	f("GET", path+"?act=token&limit=1", 200, `{"seq":3,`, `"next":3`)
	f("GET", path+"?act=token&limit=1&before=3", 200, `{"seq":2,`, `"next":2`)
	f("GET", path+"?by=an", 200, `{"seq":2,`)
	f("GET", path+"?by=nobody", 200, `{"records":[]}`)
	for _, wrong := range []string{"limit=0", "limit=1001", "limit=x", "before=0", "before=x", "colour=red"} {
		name, _, _ := strings.Cut(wrong, "=")
		f("GET", path+"?"+wrong, 400, `"parameter":"`+name+`"`)
	}
	f("POST", "/v1/check?what=audit", 200, `{"done":{"cases":0,"events":0,"differences":0,"records":3}}`)
	f("POST", "/v1/check?what=ears", 400, "cells, verdicts, audit or rankings")

	file := filepath.Join(data, "audit.log")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(content, []byte(`"an"`), []byte(`"on"`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	f("POST", "/v1/check?what=audit", 200, `"what":"audit"`, "record 2 is not what was written", `"differences":1,`)
}
