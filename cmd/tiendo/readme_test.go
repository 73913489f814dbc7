package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tiendo/internal/config"
	"tiendo/internal/event"
)

// block is the first fenced block of a page after a text.
func block(t *testing.T, page, after, language string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, after)
	if !found {
		t.Fatalf("the page does not say %q", after)
	}
	match := regexp.MustCompile("(?ms)^( *)```" + language + "\n(.*?)^ *```$").FindStringSubmatch(rest)
	if match == nil {
		t.Fatalf("no block of %s after %q", language, after)
	}
	var lines strings.Builder
	for line := range strings.Lines(match[2]) {
		lines.WriteString(strings.TrimPrefix(line, match[1]))
	}
	return lines.String()
}

func page(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// What README tells a newcomer to do with a file of their own works as it stands there.
func TestReadmeOwnFile(t *testing.T) {
	t.Parallel()
	readme := page(t, "README.md")
	dir := t.TempDir()
	mapping, rows := filepath.Join(dir, "dossiers.yaml"), filepath.Join(dir, "dossiers.csv")
	for path, text := range map[string]string{
		rows: block(t, readme, "`dossiers.csv`", "csv"), mapping: block(t, readme, "`dossiers.yaml`", "yaml"),
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a, _ := startApp(t, appOptions{})
	var said bytes.Buffer
	std := &streams{out: &said, err: &said}
	c := client{Server: a.URL(), Data: a.cfg.Data}
	for _, dry := range []bool{true, false, false} { // the second time changes nothing
		cmd := importCmd{Mapping: mapping, DryRun: dry, Files: []string{rows}, Client: c}
		if err := cmd.Run(t.Context(), std); err != nil {
			t.Fatalf("%v\n%s", err, said.String())
		}
	}
	ask := kpiCmd{ID: "dossier.on_time_rate", Period: "2026-Q1", By: []string{"agency"}, Format: "csv", Client: c}
	eventually(t, "one of two dossiers on time", func() bool {
		said.Reset()
		if err := ask.Run(t.Context(), std); err != nil {
			t.Fatal(err)
		}
		return strings.Contains(said.String(), "so-xay-dung,0.5,1,2,")
	})
}

// The events that the docs show are taken, and their types and fields are those of the code.
func TestDocsEvents(t *testing.T) {
	t.Parallel()
	examples := 0
	for _, name := range []string{"docs/events.md", "docs/getting-started.md"} {
		for _, match := range regexp.MustCompile(`(?s)-d '(\{.*?\})'`).FindAllStringSubmatch(page(t, name), -1) {
			examples++
			if _, err := event.Decode([]byte(match[1]), time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if examples < 2 {
		t.Fatalf("only %d examples were found", examples)
	}
}

// The metrics that the docs name are there.
func TestDocsMetrics(t *testing.T) {
	t.Parallel()
	o := appOptions{Config: config.Default()}
	o.Config.Listen, o.Config.Data, o.Config.Inbox.Folder = "127.0.0.1:0", t.TempDir(), t.TempDir()
	a, _ := startApp(t, o)
	s, err := newSender(&client{Server: a.URL(), Data: a.cfg.Data})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.post(t.Context(), ndjson, dossiers(3)); err != nil {
		t.Fatal(err)
	}
	var exposition string
	eventually(t, "figures on /metrics", func() bool {
		status, body := fetch(t, a.URL()+"/metrics")
		exposition = body
		return status == http.StatusOK && strings.Contains(body, "tiendo_dossier_on_time_rate{")
	})
	named := 0
	for _, name := range []string{"docs/operations.md", "docs/getting-started.md"} {
		for _, metric := range regexp.MustCompile(`tiendo_[a-z0-9_]+`).FindAllString(page(t, name), -1) {
			named++
			if !strings.Contains(exposition, metric) {
				t.Errorf("%s names %s, which is not on /metrics", name, metric)
			}
		}
	}
	if named < 5 {
		t.Fatalf("only %d metrics are named", named)
	}
}
