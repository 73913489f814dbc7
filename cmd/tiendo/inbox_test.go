package main

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const inboxMapping = `family: dossier
source: urn:test:inbox
subject: code
events:
  - type: dossier.received
    time: {column: received}
    data: {agency: {column: agency}, procedure: {value: "1.004"}, channel: {value: direct}, due: {column: due}}
  - type: dossier.resolved
    time: {column: resolved}
`

// TestAKilledInboxImportsOnce: kill -9 while a file is imported, again and again: in the end each of its events is there
// once, the file is done, and when it comes back it is known.
func TestAKilledInboxImportsOnce(t *testing.T) {
	const rows = 60_000
	random := rand.New(rand.NewPCG(seeded(t), 1))
	folder := t.TempDir()
	t.Setenv("TIENDO_INBOX_FOLDER", folder)
	drop := func(name, content string) {
		t.Helper()
		path := filepath.Join(folder, "hue", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var file strings.Builder
	file.WriteString("code,received,agency,due,resolved\n")
	for i := range rows {
		day := time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i%200)
		fmt.Fprintf(&file, "D-%d,%s 08:15,a%d,%s,%s 10:00\n", i, day.Format(time.DateOnly), i%7, day.AddDate(0, 0, 7).Format(time.DateOnly), day.AddDate(0, 0, i%10).Format(time.DateOnly))
	}
	drop("mapping.yaml", inboxMapping)
	drop("big.csv", file.String())
	s := newServer(t)
	kills := 0
	for round := 0; ; round++ {
		s.start()
		s.ready()
		c := &city{T: t, url: *s.url.Load(), data: s.data}
		wanted := float64(5_000 + random.IntN(90_000))
		if round == 3 {
			wanted = 2 * rows
		}
		eventually(t, "the file is imported", func() bool { return c.accepted() >= wanted })
		if round == 3 {
			break
		}
		if _, err := os.Stat(filepath.Join(folder, "hue", "big.csv")); err == nil {
			kills++
		}
		s.kill()
	}
	if kills == 0 {
		t.Error("no kill cut an import off: nothing was tested")
	}
	c := &city{T: t, url: *s.url.Load(), data: s.data}
	eventually(t, "all is in the figures", func() bool { return c.freshness() == 0 && c.events() >= 2*rows })
	done := filepath.Join(folder, "hue", "done", time.Now().In(time.FixedZone("", 7*3600)).Format(time.DateOnly), "big.csv")
	eventually(t, "the file is moved", func() bool { _, err := os.Stat(done); return err == nil })
	compare := func() {
		t.Helper()
		if events := c.events(); events != 2*rows {
			t.Errorf("%d events, the file has %d", events, 2*rows)
		}
		for _, id := range []string{"dossier.received", "dossier.settled"} {
			c.counts(id, c.rows(id, "2025", ""), map[string]int{"": rows})
		}
	}
	compare()
	drop("again.csv", file.String())
	eventually(t, "it is known", func() bool {
		return strings.Contains(string(c.get("/metrics", nil)), `tiendo_inbox_files_total{result="known"} 1`)
	})
	compare()
	if metrics := string(c.get("/metrics", nil)); !strings.Contains(metrics, `tiendo_source_last_event_timestamp_seconds{source="inbox:hue"}`) {
		t.Error("the inbox is no source of /metrics")
	}
	s.stop()
}

// accepted is how many events of dossiers this process has accepted.
func (c *city) accepted() (n float64) {
	c.Helper()
	for line := range strings.Lines(string(c.get("/metrics", url.Values{}))) {
		if text, found := strings.CutPrefix(line, `tiendo_collector_events_total{family="dossier",result="accepted"} `); found {
			if _, err := fmt.Sscan(text, &n); err != nil {
				c.Fatal(err)
			}
		}
	}
	return n
}

func TestAnInboxThatIsNotThere(t *testing.T) {
	t.Setenv("TIENDO_INBOX_FOLDER", filepath.Join(t.TempDir(), "none"))
	s := newServer(t)
	s.start()
	select {
	case <-s.ended:
	case <-time.After(time.Minute):
		t.Fatal("the server runs")
	}
	if said := s.log(); !strings.Contains(said, "make the folder, or name another with inbox.folder") {
		t.Error(said)
	}
}
