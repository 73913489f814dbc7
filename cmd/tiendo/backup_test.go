package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
)

// stream sends dossiers of one agency, one after the other, until it is stopped, and counts what was acknowledged.
type stream struct {
	*server
	acked atomic.Int64
	quit  chan struct{}
	ended chan error
}

func startStream(s *server) *stream {
	st := &stream{server: s, quit: make(chan struct{}), ended: make(chan error, 1)}
	token := s.token()
	go func() {
		for n := 0; ; n++ {
			select {
			case <-st.quit:
				st.ended <- nil
				return
			default:
			}
			if err := st.post(token, n); err != nil {
				st.ended <- err
				return
			}
			st.acked.Add(1)
		}
	}()
	return st
}

// post sends the n-th dossier, received and resolved.
func (st *stream) post(token string, n int) error {
	body := fmt.Sprintf(`{"specversion":"1.0","source":"urn:stream","id":"%[1]d.1","type":"dossier.received","subject":"Z-%[1]d","time":"2026-03-02T08:00:00+07:00","data":{"agency":"Z.1","procedure":"1","channel":"online","due":"2026-03-09"}}
{"specversion":"1.0","source":"urn:stream","id":"%[1]d.2","type":"dossier.resolved","subject":"Z-%[1]d","time":"2026-03-%02[2]dT16:00:00+07:00","data":{}}
`, n, 9+n%2)
	request, err := http.NewRequest(http.MethodPost, *st.url.Load()+"/v1/events", strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", ndjson)
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusAccepted {
		return fmt.Errorf("dossier %d: %s", n, answer.Status)
	}
	return nil
}

// stop ends the stream and returns how many dossiers were acknowledged.
func (st *stream) stop() int64 {
	st.Helper()
	close(st.quit)
	if err := <-st.ended; err != nil {
		st.Fatal(err)
	}
	return st.acked.Load()
}

// settled waits until all that a server has taken is in the figures.
func settled(t *testing.T, s *server) {
	t.Helper()
	eventually(t, "all is in the figures", func() bool {
		_, text := s.get("/metrics")
		return sample(text, "tiendo_freshness_seconds") == "0" && sample(text, "tiendo_log_entries") == "0"
	})
}

// shownFigures are the rows of some figures by agency, without those of the stream.
func shownFigures(t *testing.T, s *server) map[string]any {
	t.Helper()
	all := make(map[string]any)
	for _, id := range []string{
		"dossier.received", "dossier.settled", "dossier.late", "dossier.on_time_rate", "dossier.on_time_rate_first", "dossier.promise_kept_rate",
		"dossier.working_hours_p90", "online.uptake", "task.assigned", "task.on_time_rate", "petition.on_time_rate", "finding.raised", "quality.backdated_rate",
	} {
		status, body := s.get("/v1/kpis/" + id + "?period=ytd&by=agency")
		if status != http.StatusOK {
			t.Fatalf("%s: %d %s", id, status, body)
		}
		var told struct{ Rows []map[string]any }
		if err := json.Unmarshal([]byte(body), &told, json.MatchCaseInsensitiveNames(true)); err != nil {
			t.Fatal(err)
		}
		var rows []map[string]any
		for _, row := range told.Rows {
			if row["agency"] != "Z.1" {
				rows = append(rows, row)
			}
		}
		all[id] = rows
	}
	return all
}

// telling are shown figures of which most have rows, so that a comparison says something.
func telling(t *testing.T, all map[string]any) map[string]any {
	t.Helper()
	n := 0
	for _, rows := range all {
		if len(rows.([]map[string]any)) >= 3 {
			n++
		}
	}
	if n < 9 {
		t.Fatalf("only %d of %d figures have rows", n, len(all))
	}
	return all
}

// streamed is how many dossiers of the stream a server has.
func streamed(t *testing.T, s *server) (n int64) {
	t.Helper()
	status, body := s.get("/v1/kpis/dossier.received?period=2026&agency=Z.1")
	match := regexp.MustCompile(`"value":(\d+)`).FindStringSubmatch(body)
	if status != http.StatusOK || match == nil {
		t.Fatalf("%d %s", status, body)
	}
	if _, err := fmt.Sscan(match[1], &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestBackup: a city is copied while events come in, and an empty server begins again from the copy: with all that was accepted
// before, nothing that was not sent, the same figures, tokens and records; and it goes on.
func TestBackup(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.start()
	s.ready()
	command := func(s *server, args ...string) (int, string, string) {
		t.Helper()
		return tiendo(t, s.dir, append(args, "--server", *s.url.Load(), "--data", s.data)...)
	}
	from := time.Now().AddDate(0, 0, -20).Format(time.DateOnly)
	if code, _, errs := command(s, "simulate", "--seed", "5", "--from", from, "--to", "2100-01-01", "--dossiers-per-day", "20", "--to-server"); code != 0 {
		t.Fatal(errs)
	}
	registers := filepath.Join(top(t), "examples", "registers", "hai-phong")
	if code, _, errs := command(s, "register", "load", filepath.Join(registers, "agencies.yaml"), filepath.Join(registers, "targets.yaml")); code != 0 {
		t.Fatal(errs)
	}
	code, secret, errs := command(s, "token", "create", "--name", "reader", "--scope", "read")
	if code != 0 {
		t.Fatal(errs)
	}
	settled(t, s)
	want := telling(t, shownFigures(t, s))

	dir := filepath.Join(s.dir, "backups", "one")
	st := startStream(s)
	eventually(t, "the stream flows", func() bool { return st.acked.Load() > 20 })
	before := st.acked.Load()
	code, out, errs := command(s, "backup", dir)
	after := st.stop()
	if code != 0 || !strings.Contains(out, "is in "+dir) {
		t.Fatalf("backup: %d %s%s", code, out, errs)
	}
	if before == after {
		t.Error("nothing came in while the backup was made")
	}
	// What is there is never written over, and what would go with the data is no backup.
	for _, folder := range []string{dir, filepath.Join(s.data, "backup")} {
		if code, _, errs := command(s, "backup", folder); code != exitMisuse || !strings.Contains(errs, "name") {
			t.Errorf("backup into %s: %d %s", folder, code, errs)
		}
	}
	if code, _, errs := command(s, "restore", dir); code != exitMisuse || !strings.Contains(errs, "empty data folder") {
		t.Errorf("over a server that is in use: %d %s", code, errs)
	}

	again := newServer(t)
	again.start()
	again.ready()
	if code, out, errs = command(again, "restore", dir); code != 0 || !strings.Contains(out, "is restored") {
		t.Fatalf("restore: %d %s%s; %s", code, out, errs, again.log())
	}
	eventually(t, "what was accepted before the backup is in the figures", func() bool { return streamed(t, again) >= before })
	settled(t, again)
	n := streamed(t, again)
	if n > after {
		t.Errorf("%d dossiers of the stream are restored; %d were acknowledged before the backup was begun, %d when it was done", n, before, after)
	}
	if got := shownFigures(t, again); !reflect.DeepEqual(got, want) {
		t.Errorf("figures are\n%v\nwant\n%v", got, want)
	}
	if code, out, errs := command(again, "check"); code != 0 || !regexp.MustCompile(`[1-9]\d{2,} cases`).MatchString(out) {
		t.Errorf("check: %d %s%s", code, out, errs)
	}
	restoredAccess(t, again, strings.TrimSpace(secret))

	// It goes on where the copy ended, as another collector: what the first has beyond the copy is sent to it.
	token := again.token()
	for i := range after {
		if err := (&stream{server: again}).post(token, int(i)); err != nil {
			t.Fatal(err)
		}
	}
	settled(t, again)
	if n := streamed(t, again); n != after {
		t.Errorf("%d dossiers of the stream after all were sent again, want %d", n, after)
	}
	again.stop()
	again.start() // a restart finds nothing half done
	again.ready()
	if n := streamed(t, again); n != after {
		t.Errorf("%d dossiers after a restart, want %d", n, after)
	}
}

// restoredAccess: the tokens are those of the backup, the audit log goes on in its chain, and who is hidden stays the same.
func restoredAccess(t *testing.T, s *server, secret string) {
	t.Helper()
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, *s.url.Load()+"/v1/cases?kpi=dossier.received&period=2026&limit=1", nil)
	request.Header.Set("Authorization", "Bearer "+secret)
	if answer, err := http.DefaultClient.Do(request); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("with a token of the backup: %v, %v", answer, err)
	} else {
		answer.Body.Close()
	}
	status, body := s.get("/v1/audit")
	if status != http.StatusOK || !strings.Contains(body, "token.create") || !strings.Contains(body, "backup.restore") {
		t.Errorf("the audit log: %d %s", status, body)
	}
	for name, kept := range map[string]bool{"officer.key": true, "tokens.json": true, "restoring": false} {
		if _, err := os.Stat(filepath.Join(s.data, name)); (err == nil) != kept {
			t.Errorf("%s: %v", name, err)
		}
	}
}
