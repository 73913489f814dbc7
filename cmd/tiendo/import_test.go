package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"tiendo/internal/event"
)

// door is a collector without a log: it reads a request as one does and answers by CONTRACT §3.
type door struct {
	mu     sync.Mutex
	token  string
	busy   int // how many requests are turned away first
	zone   string
	events map[string]int
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/readyz":
		fmt.Fprintf(w, `{"status":"ready","timezone":%q}`, d.zone)
		return
	case r.Method != http.MethodPost || r.URL.Path != "/v1/events" || r.Header.Get("Content-Type") != "application/x-ndjson":
		http.Error(w, "wrong request", http.StatusUnsupportedMediaType)
		return
	case r.Header.Get("Authorization") != "Bearer "+d.token:
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"title":"Unauthorized","detail":"no such token"}`)
		return
	case d.busy > 0:
		d.busy--
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	text, err := zstd.NewReader(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	defer text.Close()
	type fault struct {
		Index  int    `json:"index"`
		ID     string `json:"id"`
		Field  string `json:"field"`
		Reason string `json:"reason"`
	}
	answer := struct {
		Accepted int     `json:"accepted"`
		Rejected int     `json:"rejected"`
		Errors   []fault `json:"errors"`
	}{}
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, 1<<20)
	for i := 0; lines.Scan(); i++ {
		e, err := event.Decode(lines.Bytes(), time.Now())
		if err != nil {
			wrong, _ := errors.AsType[*event.Error](err)
			answer.Rejected++
			answer.Errors = append(answer.Errors, fault{i, wrong.ID, wrong.Field, wrong.Reason})
			continue
		}
		answer.Accepted++
		d.events[e.Source+" "+e.ID]++
	}
	w.WriteHeader(http.StatusAccepted)
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		panic(err)
	}
}

// session is a folder with a token, a mapping and a file, and a door to send to.
type session struct {
	*door
	dir string
	url string
}

func newSession(t *testing.T) *session {
	t.Helper()
	d := &door{token: "secret", events: map[string]int{}}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	s := &session{door: d, dir: t.TempDir(), url: server.URL}
	s.write(t, "admin.token", "secret\n")
	s.write(t, "m.yaml", `
family: dossier
source: urn:x
subject: id
events:
  - type: dossier.received
    time: {column: at}
    data: {agency: {column: agency}, procedure: {value: p}, channel: {value: direct}}
  - type: dossier.resolved
    time: {column: done}
`)
	s.write(t, "a.csv", "id,at,agency,done\n1,2026-01-05 08:00,a,2026-01-06 08:00\n2,tomorrow,a,\n3,2026-01-05 08:00,a,2190-01-06 08:00\n")
	return s
}

func (s *session) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run imports and returns the exit code and what was printed.
func (s *session) run(t *testing.T, stdin string, change func(*importCmd)) (code int, out, err string) {
	t.Helper()
	cmd := &importCmd{
		Mapping: filepath.Join(s.dir, "m.yaml"), Files: []string{filepath.Join(s.dir, "a.csv")},
		Client: client{Server: s.url, Data: s.dir},
	}
	if change != nil {
		change(cmd)
	}
	var stdout, stderr bytes.Buffer
	fault := cmd.Run(t.Context(), &streams{in: strings.NewReader(stdin), out: &stdout, err: &stderr})
	return report(&stderr, fault), stdout.String(), stderr.String()
}

func TestImportSendsAndWritesDownWhatIsRejected(t *testing.T) {
	s := newSession(t)
	s.busy = 1
	code, out, errs := s.run(t, "", nil)
	if code != exitFault || len(s.events) != 3 {
		t.Errorf("code %d, %d events; %s %s", code, len(s.events), out, errs)
	}
	for _, want := range []string{"a.csv: 3 rows, 3 events taken in", "2 rows rejected", "dossier.received                 2", "dossier.resolved                 1"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	for _, want := range []string{`a.csv line 3: at: dossier.received: "tomorrow" is no time`, "a.csv line 4: time: dossier.resolved: ", "waiting for ", "tiendo: 2 rows could not be taken"} {
		if !strings.Contains(errs, want) {
			t.Errorf("no %q in %s", want, errs)
		}
	}
	rejected, err := os.ReadFile(filepath.Join(s.dir, "a.csv.rejected.csv"))
	if err != nil || !strings.HasPrefix(string(rejected), "line,field,reason\n3,at,\"dossier.received: \"\"tomorrow\"\" is") || strings.Count(string(rejected), "\n") != 3 {
		t.Errorf("%s %v", rejected, err)
	}

	// The corrected file, and once more: each event is there once, whatever was sent before.
	s.write(t, "a.csv", "id,at,agency,done\n1,2026-01-05 08:00,a,2026-01-06 08:00\n2,2026-01-05 08:00,a,\n3,2026-01-05 08:00,a,\n")
	for range 2 {
		if code, out, errs = s.run(t, "", nil); code != exitDone || errs != "" {
			t.Errorf("code %d: %s %s", code, out, errs)
		}
	}
	if len(s.events) != 4 {
		t.Errorf("%d events", len(s.events))
	}
	if _, err := os.Stat(filepath.Join(s.dir, "a.csv.rejected.csv")); err == nil {
		t.Error("the rejects of the first run are still there")
	}
}

func TestImportDryRunSendsNothing(t *testing.T) {
	s := newSession(t)
	code, out, errs := s.run(t, "", func(c *importCmd) { c.DryRun, c.Client.Server = true, "http://127.0.0.1:1" })
	if code != exitFault || len(s.events) != 0 || !strings.Contains(out, "3 rows, 3 events would be sent in") || !strings.Contains(errs, "line 4: time: dossier.resolved") {
		t.Errorf("code %d, %d events: %s %s", code, len(s.events), out, errs)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "a.csv.rejected.csv")); err != nil {
		t.Error(err)
	}
}

// Where the server counts days by other clocks than the mapping reads, that is said beside what was taken.
func TestImportSaysWhoseDaysAreCounted(t *testing.T) {
	s := newSession(t)
	for zone, want := range map[string]bool{"Asia/Ho_Chi_Minh": false, "America/New_York": true, "": false, "Nowhere/Such": false} {
		s.zone = zone
		if code, out, errs := s.run(t, "", nil); code != exitFault || strings.Contains(out, "note: times without an offset were read as those of Asia/Ho_Chi_Minh") != want {
			t.Errorf("%q: code %d: %s %s", zone, code, out, errs)
		}
	}
}

func TestImportReadsStandardInput(t *testing.T) {
	s := newSession(t)
	t.Chdir(s.dir)
	code, out, errs := s.run(t, "id,at,agency,done\n1,2026-01-05 08:00,a,\n", func(c *importCmd) { c.Files = []string{"-"} })
	if code != exitDone || len(s.events) != 1 || !strings.HasPrefix(out, "standard input: 1 row, 1 event taken") {
		t.Errorf("code %d, %d events: %s %s", code, len(s.events), out, errs)
	}
}

func TestImportSaysWhatToDo(t *testing.T) {
	f := func(want int, words string, change func(*session, *importCmd)) {
		t.Helper()
		s := newSession(t)
		code, out, errs := s.run(t, "", func(c *importCmd) { change(s, c) })
		if code != want || !strings.Contains(errs, words) || strings.Count(errs, "\n") != 1 || out != "" {
			t.Errorf("code %d, want %d with %q:\n%s%s", code, want, words, out, errs)
		}
	}
	f(exitMisuse, "read the mapping: open ", func(_ *session, c *importCmd) { c.Mapping = "none.yaml" })
	f(exitMisuse, "m.yaml:3:1: unknown field", func(s *session, c *importCmd) { s.write(t, "m.yaml", "family: task\nsource: x\nsubjekt: id\n") })
	f(exitMisuse, `m.yaml:10:20: a.csv has no column "done"; it has "id", "at" and "agency"`, func(s *session, c *importCmd) { s.write(t, "a.csv", "id,at,agency\n") })
	f(exitMisuse, "b.csv: no such file", func(s *session, c *importCmd) { c.Files = append(c.Files, filepath.Join(s.dir, "b.csv")) })
	f(exitMisuse, "is named twice", func(s *session, c *importCmd) { c.Files = append(c.Files, c.Files[0]) })
	f(exitMisuse, "a.csv: it is not UTF-8, and what else it is can't be told", func(s *session, c *importCmd) { s.write(t, "a.csv", "id,at,agency,done\n1,2026-01-05,d\xe9j\xe0,\n") })
	f(exitMisuse, "a.csv: it is a web page (HTML)", func(s *session, c *importCmd) { s.write(t, "a.csv", "<html>") })
	f(exitMisuse, "a.csv: the workbook is cut off or damaged", func(s *session, c *importCmd) { s.write(t, "a.csv", "PK\x03\x04") })
	f(exitMisuse, "no such token (401 Unauthorized); name the file with a token", func(s *session, c *importCmd) {
		s.write(t, "admin.token", "wrong")
		s.write(t, "a.csv", "id,at,agency,done\n1,2026-01-05,a,\n")
	})
	f(exitUnreachable, "can't be reached", func(s *session, c *importCmd) {
		c.Client.Server = "http://127.0.0.1:1"
		s.write(t, "a.csv", "id,at,agency,done\n1,2026-01-05,a,\n")
	})
	f(exitFault, "is a quote missing?; a.csv was read up to line 2\n", func(s *session, c *importCmd) {
		c.DryRun = true
		s.write(t, "a.csv", "id,at,agency,done\n1,2026-01-05,a,\n"+strings.Repeat("x", 2<<20))
	})
	f(exitMisuse, "is no address of a server", func(_ *session, c *importCmd) { c.Client.Server = "here" })
}

// TestAFileThatEndsAnImportNamesThoseAfterIt: else an operator believes that they are in the figures.
func TestAFileThatEndsAnImportNamesThoseAfterIt(t *testing.T) {
	s := newSession(t)
	s.write(t, "a.csv", "id,at,agency,done\n")
	code, _, errs := s.run(t, "", func(c *importCmd) {
		for _, name := range []string{"b.csv", "c.csv", "d.csv"} {
			s.write(t, name, strings.TrimPrefix("id,at,agency,done\n", map[string]string{"b.csv": "id,at,agency,done\n"}[name]))
			c.Files = append(c.Files, filepath.Join(s.dir, name))
		}
	})
	if want := "not read after it: " + filepath.Join(s.dir, "c.csv") + ", " + filepath.Join(s.dir, "d.csv"); code != exitMisuse || !strings.Contains(errs, "b.csv is empty") || !strings.Contains(errs, want) {
		t.Errorf("code %d: %s", code, errs)
	}
}

// TestAFileBesideWhichNothingCanBeWritten is imported, if there is nothing to write. So is one on a disk that can only be read.
func TestAFileBesideWhichNothingCanBeWritten(t *testing.T) {
	s := newSession(t)
	long := strings.Repeat("x", 250) // with .rejected.csv no disk takes it
	s.write(t, long, "id,at,agency,done\n1,2026-01-05 08:00,a,\n")
	if code, _, errs := s.run(t, "", func(c *importCmd) { c.Files = []string{filepath.Join(s.dir, long)} }); code != exitDone || len(s.events) != 1 {
		t.Errorf("code %d: %s", code, errs)
	}
	s.write(t, long, "id,at,agency,done\n1,2026-01-05 08:00,a,\n2,tomorrow,a,\n")
	if code, _, errs := s.run(t, "", func(c *importCmd) { c.Files = []string{filepath.Join(s.dir, long)} }); code != exitMisuse || !strings.Contains(errs, "copy the file to a folder that you can write to") {
		t.Errorf("code %d: %s", code, errs)
	}
}

// A field that no record has is told, the file is not said to have been read in part, and the files after it are read too.
func TestAFieldThatNoRecordHas(t *testing.T) {
	s := newSession(t)
	s.write(t, "a.csv", `{"id":"1","at":"2026-01-05","agency":"a"}`+"\n")
	code, out, errs := s.run(t, "", func(c *importCmd) {
		s.write(t, "b.csv", `{"id":"2","at":"2026-01-05","agency":"a"}`+"\n")
		s.write(t, "m.yaml", "format: ndjson\nfamily: task\nsource: urn:x\nsubject: id\nevents:\n  - type: task.assigned\n    time: {column: at}\n    data: {agency: {column: agency}, due: {column: due}}\n")
		c.Files = append(c.Files, filepath.Join(s.dir, "b.csv"))
	})
	if code != exitFault || strings.Count(out, "1 row, 1 event taken") != 2 || !strings.Contains(out, `no record of a.csv has "due"`) ||
		!strings.Contains(errs, "is in no record of a file") || strings.Contains(errs, "was read up to") {
		t.Errorf("code %d:\n%s%s", code, out, errs)
	}
}

func TestImportStopsWhenToldTo(t *testing.T) {
	s := newSession(t)
	s.busy = 1_000_000
	ctx, cancel := context.WithCancel(t.Context())
	defer time.AfterFunc(50*time.Millisecond, cancel).Stop()
	cmd := &importCmd{Mapping: filepath.Join(s.dir, "m.yaml"), Files: []string{filepath.Join(s.dir, "a.csv")}, Client: client{Server: s.url, Data: s.dir}}
	var stderr bytes.Buffer
	if code := report(&stderr, cmd.Run(ctx, &streams{out: &stderr, err: &stderr})); code != exitFault || !strings.Contains(stderr.String(), "tiendo: stopped") {
		t.Errorf("code %d: %s", code, stderr.String())
	}
}
