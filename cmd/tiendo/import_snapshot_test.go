package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"tiendo/internal/importer"
)

const dailyDossiers = `
family: dossier
source: urn:test:daily
subject: code
recorded: {file: 'as-of-(\d{4}-\d\d-\d\d)'}
snapshot: true
events:
  - type: dossier.received
    time: {column: received}
    data: {agency: {column: agency}, procedure: {value: "1.004"}, channel: {value: direct}, due: {column: due}}
  - type: dossier.resolved
    time: {column: resolved}
`

// TestSnapshotsRetractWhatVanishes, with the real server: what is said, what is counted, and what a case tells of it.
func TestSnapshotsRetractWhatVanishes(t *testing.T) {
	t.Parallel()
	a, _ := startApp(t, appOptions{})
	c := client{Server: a.URL(), Data: a.cfg.Data}
	dir := t.TempDir()
	write := func(name, content string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	mapping := write("m.yaml", dailyDossiers)
	const head = "code,received,agency,due,resolved\n"
	monday := write("as-of-2026-03-02.csv", head+"D-1,2026-02-20,a,2026-02-27,2026-02-26\nD-2,2026-02-20,a,2026-02-27,\nD-3,2026-02-20,a,2026-02-27,2026-02-26\n")
	tuesday := write("as-of-2026-03-03.csv", head+"D-1,2026-02-20,a,2026-02-27,\nD-3,2026-02-20,a,2026-02-27,2026-03-02\n")
	f := func(dry bool, code int, wants string, paths ...string) {
		t.Helper()
		var out, errs bytes.Buffer
		cmd := &importCmd{Mapping: mapping, DryRun: dry, Files: paths, Client: c}
		got := report(&errs, cmd.Run(t.Context(), &streams{out: &out, err: &errs}))
		said := out.String() + errs.String()
		if got != code {
			t.Errorf("code %d, want %d: %s", got, code, said)
		}
		for want := range strings.SplitSeq(wants, "|") {
			if !strings.Contains(said, want) {
				t.Errorf("no %q in %s", want, said)
			}
		}
	}
	figure := func(id string, want string) {
		t.Helper()
		eventually(t, id+" is "+want, func() bool {
			_, body := fetch(t, a.URL()+"/v1/kpis/"+id+"?period=2026-Q1")
			return strings.Contains(body, `"rows":[{"value":`+want)
		})
	}
	f(false, exitDone, "3 rows, 5 events taken in|, 0 facts retracted\n", monday)
	figure("dossier.settled", "2")
	// D-2 vanished, D-1 was opened again, D-3 was settled on another day.
	f(true, exitDone, "2 rows, 3 events would be sent in|, 3 facts would be retracted\n", tuesday)
	f(true, exitDone, ", 3 facts would be retracted\n", tuesday)
	f(false, exitDone, "2 rows, 3 events taken in|, 3 facts retracted\n", tuesday)
	figure("dossier.received", "2")
	figure("dossier.settled", "1")
	f(false, exitDone, "as-of-2026-03-02.csv: 3 rows, 5 events taken in|as-of-2026-03-03.csv: 2 rows, 3 events taken in|s, 0 facts retracted", monday, tuesday)

	caseTells(t, c, "D-2", "orphan", []string{
		"received recorded 2026-03-02T00:00:00+07:00 taken_back 1", "received recorded 2026-03-02T23:59:59.999+07:00 retraction 1",
	})
	caseTells(t, c, "D-3", "late", []string{
		"received recorded 2026-03-02T00:00:00+07:00 superseded 1", "received recorded 2026-03-03T00:00:00+07:00 counts 0",
		"resolved recorded 2026-03-02T00:00:00+07:00 taken_back 1", "resolved recorded 2026-03-02T23:59:59.999+07:00 retraction 1",
		"resolved recorded 2026-03-03T00:00:00+07:00 counts 0",
	})

	// Files that retract nothing say so, and a broken export of the next day changes no figure.
	nobody := write("as-of-2026-03-04.csv", head+"D-4,2026-02-20,a,2026-02-27,\n,2026-02-20,a,2026-02-27,\n")
	f(false, exitFault, "2 rows, 1 event taken in|, 0 facts retracted, 1 row rejected|not tell was not retracted: the case of line 3 can't be read|1 row could not be taken", nobody)
	empty := write("as-of-2026-03-05.csv", head)
	f(true, exitFault, "0 rows, 0 events would be sent in|not tell was not retracted: no fact was taken from it|tiendo: what a file does not tell was not retracted", empty)
	f(false, exitFault, "0 rows, 0 events taken in|not tell was not retracted: no fact was taken from it|tiendo: what a file does not tell was not retracted", empty)
	cut := write("as-of-2026-03-06.csv", head+"D-4,2026-02-20,a,2026-02-27,\n"+strings.Repeat("x", 2<<20))
	f(false, exitFault, "a quote missing?; what as-of-2026-03-06.csv does not tell was not retracted; as-of-2026-03-06.csv was read up to line 2", cut)
	figure("dossier.received", "3")
	f(false, exitDone, ", 0 facts retracted\n|another file of that day told it: 3 facts\n", write("more-as-of-2026-03-03.csv", head+"D-5,2026-02-20,a,2026-02-27,\n"))
}

// caseTells compares the events of a case, in the order of time, with what became of them.
func caseTells(t *testing.T, c client, subject, verdict string, want []string) {
	t.Helper()
	body, err := c.get(t.Context(), "/v1/cases/dossier/"+subject, nil)
	if err != nil {
		t.Fatal(err)
	}
	var told struct {
		Verdict string `json:"verdict"`
		Events  []struct {
			Type     string `json:"type"`
			Recorded string `json:"recorded"`
			Standing string `json:"standing"`
			Rule     int    `json:"rule"`
		} `json:"events"`
	}
	if err := json.Unmarshal(body, &told); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range told.Events {
		if _, step, _ := strings.Cut(e.Type, "."); e.Standing != "repeated" { // what was sent again may be merged away
			got = append(got, fmt.Sprintf("%s recorded %s %s %d", step, e.Recorded, e.Standing, e.Rule))
		}
	}
	if told.Verdict != verdict || !slices.Equal(got, want) {
		t.Errorf("%s is %s, want %s, by\n%s\nwant\n%s", subject, told.Verdict, verdict, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestFactsIncludeWhatWasAccepted a moment ago, whoever asks.
func TestFactsIncludeWhatWasAccepted(t *testing.T) {
	t.Parallel()
	a, _ := startApp(t, appOptions{})
	c := client{Server: a.URL(), Data: a.cfg.Data}
	s, err := newSender(&c)
	if err != nil {
		t.Fatal(err)
	}
	for n := 100; n <= 1000; n += 300 {
		if err := s.post(t.Context(), ndjson, dossiers(n)); err != nil {
			t.Fatal(err)
		}
		body, err := c.get(t.Context(), "/v1/facts", url.Values{"family": {"dossier"}, "source": {"urn:test"}})
		if err != nil {
			t.Fatal(err)
		}
		facts := 0
		if err := importer.ReadFacts(bytes.NewReader(body), func(*importer.Fact) error { facts++; return nil }); err != nil || facts < 2*n-1 {
			t.Errorf("%d facts of %d: %v", facts, 2*n-1, err)
		}
	}
	if status, body := fetch(t, a.URL()+"/v1/facts?family=dossier&source=urn:test"); status != http.StatusUnauthorized || !strings.Contains(body, "admin.token") {
		t.Errorf("without a token: %d %s", status, body)
	}
}
