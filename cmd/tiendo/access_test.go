package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tiendo/internal/config"

	"github.com/go-json-experiment/json"
)

// make makes a token of an app as its administrator does, and returns the file that holds its secret.
func (a *app) make(t *testing.T, cmd tokenCreateCmd) (file string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Client = client{Server: a.URL(), Data: a.cfg.Data}
	if err := cmd.Run(t.Context(), &streams{out: &out, err: &errs}); err != nil {
		t.Fatalf("%+v: %v", cmd, err)
	}
	file = filepath.Join(t.TempDir(), cmd.Name)
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func secretOf(t testing.TB, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(raw))
}

// sendAs posts events as lines and fails the test unless the answer is 202.
func sendAs(t *testing.T, a *app, file string, events ...string) {
	t.Helper()
	status, answer, err := post(t.Context(), a.URL(), secretOf(t, file), []byte(strings.Join(events, "\n")), http.Header{"Content-Type": {ndjson}})
	if err != nil || status != http.StatusAccepted || !bytes.Contains(answer, []byte(`"rejected":0`)) {
		t.Fatalf("%s: %d %s %v", filepath.Base(file), status, answer, err)
	}
}

func tell(source, typ, subject, at, data string) string {
	return fmt.Sprintf(`{"specversion":"1.0","source":"urn:%s","id":"%s.%s.%s","type":"dossier.%[2]s","subject":"%[3]s","time":"2026-03-%[4]s+07:00","data":%[5]s}`, source, typ, subject, at, data)
}

// An agency's token tells of its own cases, and of others while it holds their leg (CONTRACT §3, rule 8); it sees these alone.
func TestTokensOfAgencies(t *testing.T) {
	t.Parallel()
	a, _ := startApp(t, appOptions{})
	both := []string{"ingest", "read"}
	first := a.make(t, tokenCreateCmd{Name: "first", Scope: both, Agency: "H24.12"})
	second := a.make(t, tokenCreateCmd{Name: "second", Scope: both, Agency: "H24.17", Families: []string{"dossier"}})
	third := a.make(t, tokenCreateCmd{Name: "third", Scope: []string{"read"}, Agency: "H24.20"})
	wall := a.make(t, tokenCreateCmd{Name: "wall", Scope: []string{"read"}})

	const opening = `{"agency":"H24.12","procedure":"1.004","channel":"online","level":"full","due":"2026-03-09"}`
	sendAs(t, a, first,
		tell("a", "received", "own", "02T08:00:00", opening), tell("a", "resolved", "own", "05T08:00:00", `{}`),
		tell("a", "received", "taken", "02T08:00:00", opening),
		tell("a", "received", "lent", "02T08:00:00", opening), tell("a", "transferred", "lent", "03T08:00:00", `{"agency":"H24.17"}`))
	sendAs(t, a, second, tell("b", "received", "foreign", "02T08:00:00", strings.Replace(opening, "H24.12", "H24.17", 1)))
	sendAs(t, a, second, tell("b", "resolved", "taken", "05T08:00:00", `{}`), tell("b", "resolved", "lent", "06T08:00:00", `{}`))

	count := func(id string) string {
		_, body := fetch(t, a.URL()+"/v1/kpis/"+id+"?period=2026-03")
		_, rows, _ := strings.Cut(body, `"rows":`)
		return rows
	}
	eventually(t, "four dossiers, two of them settled", func() bool {
		return strings.HasPrefix(count("dossier.received"), `[{"value":4}]`) && strings.HasPrefix(count("dossier.settled"), `[{"value":2}]`)
	})
	if got := count("dossier.open"); !strings.HasPrefix(got, `[{"value":2}]`) {
		t.Errorf("open: %s", got)
	}
	var foreign int64
	var subject string
	if err := a.engine.Conn().QueryRow(t.Context(), "SELECT sum(n), any(subject) FROM cells WHERE measure = 'foreign'").Scan(&foreign, &subject); err != nil {
		t.Fatal(err)
	}
	if foreign != 1 || subject != "taken" {
		t.Errorf("the journal says %d foreign records of %q", foreign, subject)
	}
	if status, body := fetch(t, a.URL()+"/v1/cases/dossier/taken", "Authorization", "Bearer "+secretOf(t, wall)); status != 200 || strings.Count(body, `"standing":"foreign","rule":8`) != 1 || !strings.Contains(body, `"verdict":"open"`) {
		t.Errorf("%d %s", status, body)
	}
	if _, body := fetch(t, a.URL()+"/cases/dossier/taken?lang=en", "Authorization", "Bearer "+secretOf(t, wall)); !strings.Contains(body, "its sender may say nothing of this case") {
		t.Errorf("the page does not say why: %s", body)
	}
	check := checkCmd{Client: client{Server: a.URL(), Data: a.cfg.Data}}
	if err := check.Run(t.Context(), &streams{out: t.Output(), err: t.Output()}); err != nil {
		t.Error(err)
	}

	sees := func(file, path string, want int) {
		t.Helper()
		for _, path := range []string{"/v1" + path, path} {
			if status, body := fetch(t, a.URL()+path, "Authorization", "Bearer "+secretOf(t, file)); status != want {
				t.Errorf("%s %s: %d %.300s, want %d", filepath.Base(file), path, status, body, want)
			}
		}
	}
	const list = "/cases?kpi=dossier.received&period=2026-03"
	for subject, want := range map[string][3]int{"own": {200, 403, 403}, "taken": {200, 403, 403}, "lent": {200, 200, 403}, "nothing": {403, 403, 403}} {
		for i, file := range []string{first, second, third} {
			sees(file, "/cases/dossier/"+subject, want[i])
		}
	}
	sees(first, "/cases/dossier%2Fx/own", 403)
	sees(first, list, 403)
	sees(first, list+"&agency=H24.12", 200)
	sees(first, list+"&agency=H24.17", 403)
	sees(first, list+"&agency=H24.12&agency=H24.17", 403)
	sees(first, list+"&agency=", 403)
	// Who looks for a code finds their own, and does not learn which others there are.
	for subject, want := range map[string]int{"own": 200, "lent": 200, "foreign": 404, "nothing": 404} {
		if status, body := fetch(t, a.URL()+"/cases?subject="+subject, "Authorization", "Bearer "+secretOf(t, first)); status != want {
			t.Errorf("%s looked for: %d %.200s, want %d", subject, status, body, want)
		}
	}
	if status, _ := fetch(t, a.URL()+"/v1/cases?period=2026-03", "Authorization", "Bearer "+secretOf(t, first)); status != 400 {
		t.Errorf("a list of no figure: %d", status)
	}
	sees(wall, list, 200)
	sees(wall, "/cases/dossier/own", 200)
	sees(wall, "/cases/dossier/nothing", 404)
}

// A token is good after a restart if it was before, and one that was revoked is not.
func TestTokensOutliveARestart(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Listen, cfg.Data = "127.0.0.1:0", t.TempDir()
	a, stop := startApp(t, appOptions{Config: cfg})
	kept := a.make(t, tokenCreateCmd{Name: "kept", Scope: []string{"ingest"}, Agency: "H24.12", Families: []string{"dossier"}})
	gone := a.make(t, tokenCreateCmd{Name: "gone", Scope: []string{"ingest"}})
	revoke := tokenRevokeCmd{Name: "gone", Client: client{Server: a.URL(), Data: cfg.Data}}
	if err := revoke.Run(t.Context(), &streams{out: t.Output(), err: t.Output()}); err != nil {
		t.Fatal(err)
	}
	stop()
	again, _ := startApp(t, appOptions{Config: cfg})
	const opening = `{"agency":"H24.12","procedure":"1.004","channel":"online"}`
	sendAs(t, again, kept, tell("a", "received", "1", "02T08:00:00", opening))
	task := `{"specversion":"1.0","source":"urn:a","id":"1","type":"task.completed","subject":"T","time":"2026-03-02T08:00:00+07:00","data":{}}`
	for file, want := range map[string]int{kept: 403, gone: 401} {
		if status, answer, err := post(t.Context(), again.URL(), secretOf(t, file), []byte(task), http.Header{"Content-Type": {ndjson}}); err != nil || status != want {
			t.Errorf("%s: %d %s %v, want %d", filepath.Base(file), status, answer, err, want)
		}
	}
}

// Once a revocation is answered nothing more is taken, and what was acknowledged before is there.
func TestRevokedWhileSending(t *testing.T) {
	t.Parallel()
	a, _ := startApp(t, appOptions{})
	secret := secretOf(t, a.make(t, tokenCreateCmd{Name: "busy", Scope: []string{"ingest"}}))
	var revoked atomic.Bool
	var acknowledged, refused atomic.Int64
	var senders sync.WaitGroup
	for s := range 4 {
		senders.Go(func() {
			for i := 0; refused.Load() < 20; i++ {
				over := revoked.Load() // before the request begins
				event := tell("busy", "rated", fmt.Sprintf("%d-%d", s, i), "02T08:00:00", `{"score":5}`)
				status, answer, err := post(t.Context(), a.URL(), secret, []byte(event), http.Header{"Content-Type": {ndjson}})
				switch {
				case err == nil && status == http.StatusAccepted && !over:
					acknowledged.Add(1)
				case err == nil && status == http.StatusUnauthorized:
					refused.Add(1)
				default:
					t.Errorf("revoked before: %v: %d %s %v", over, status, answer, err)
					return
				}
			}
		})
	}
	eventually(t, "some events are in", func() bool { return acknowledged.Load() > 20 })
	revoke := tokenRevokeCmd{Name: "busy", Client: client{Server: a.URL(), Data: a.cfg.Data}}
	if err := revoke.Run(t.Context(), &streams{out: t.Output(), err: t.Output()}); err != nil {
		t.Fatal(err)
	}
	revoked.Store(true)
	senders.Wait()
	eventually(t, "all is booked", func() bool { return !a.waiting() })
	if got := a.booker.Mark().Events; got != uint64(acknowledged.Load()) {
		t.Errorf("%d events are there, %d were acknowledged", got, acknowledged.Load())
	}
}

// A sender over its rate is told to wait, does, and loses nothing.
func TestSenderOverItsRateWaits(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Listen, cfg.Data = "127.0.0.1:0", t.TempDir()
	cfg.Ingest = config.Ingest{Rate: 1_000, Burst: 10_000}
	a, _ := startApp(t, appOptions{Config: cfg})
	s, err := newSender(&client{Server: a.URL(), TokenFile: a.make(t, tokenCreateCmd{Name: "bulk", Scope: []string{"ingest"}})})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := s.post(t.Context(), ndjson, dossiers(4000)); err != nil {
			t.Fatal(err)
		}
	}
	if _, body := fetch(t, a.URL()+"/metrics"); !strings.Contains(body, `tiendo_collector_limited_total{source="bulk"}`) || !strings.Contains(body, `tiendo_source_last_event_timestamp_seconds{source="bulk"}`) {
		t.Error("nobody was told to wait")
	}
	eventually(t, "all dossiers are there", func() bool {
		_, body := fetch(t, a.URL()+"/v1/kpis/dossier.received?period=2026-03")
		return strings.Contains(body, `"rows":[{"value":4000}]`)
	})
}

// TestKilledWhileMakingTokens: kill -9 at random moments leaves the tokens whole: whatever was answered is good afterwards.
func TestKilledWhileMakingTokens(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.start()
	s.ready()
	secrets := map[string]string{}
	revoked := map[string]bool{}
	unanswered := 0
	var answered atomic.Int64
	for round := range min(rounds(), 8) {
		// Enough is answered before the kill that one of the makers has come to revoke, however slow the machine is.
		enough := answered.Load() + 15
		var mu sync.Mutex
		var makers sync.WaitGroup
		for m := range 3 {
			makers.Go(func() {
				for i := 0; ; i++ {
					name := fmt.Sprintf("t-%d-%d-%d", round, m, i)
					secret, err := s.makeToken(name)
					mu.Lock()
					if err != nil {
						unanswered++
						mu.Unlock()
						return
					}
					secrets[name] = secret
					mu.Unlock()
					answered.Add(1)
					if i%5 != 4 {
						continue
					}
					err = s.revokeToken(name)
					mu.Lock()
					delete(secrets, name) // whatever became of it if there was no answer
					if err == nil {
						revoked[name] = true
					}
					mu.Unlock()
				}
			})
		}
		eventually(t, "tokens are made", func() bool { return answered.Load() >= enough })
		time.Sleep(time.Duration(7*round) * time.Millisecond)
		s.kill()
		makers.Wait()
		s.start()
		s.ready()
		status, list := s.get("/v1/tokens")
		var told struct {
			Tokens []toldToken `json:"tokens"`
		}
		if err := json.Unmarshal([]byte(list), &told); err != nil || status != http.StatusOK {
			t.Fatalf("round %d: %d %s %v", round, status, list, err)
		}
		states := map[string]string{}
		for _, one := range told.Tokens {
			states[one.Name] = one.State
		}
		for name := range revoked {
			if states[name] != "revoked" {
				t.Errorf("round %d: %s was revoked and is %q", round, name, states[name])
			}
		}
		for name, secret := range secrets {
			status, answer, err := post(t.Context(), *s.url.Load(), secret, nil, http.Header{"Content-Type": {ndjson}})
			if err != nil || status != http.StatusAccepted || states[name] != "valid" {
				t.Errorf("round %d: %s: %d %s %v, %s", round, name, status, answer, err, states[name])
			}
		}
	}
	if len(secrets) == 0 || len(revoked) == 0 || unanswered == 0 {
		t.Errorf("%d made, %d revoked, %d cut off: too little was tested", len(secrets), len(revoked), unanswered)
	}
	// Neither do kills break the chain of the audit log, nor is what was answered missing there.
	check := checkCmd{What: []string{"audit"}, Client: client{Server: *s.url.Load(), Data: s.data}}
	if err := check.Run(t.Context(), &streams{out: t.Output(), err: t.Output()}); err != nil {
		t.Error(err)
	}
	log, err := filepath.Glob(filepath.Join(s.data, "audit*.log"))
	if err != nil || len(log) != 1 {
		t.Fatal(log, err)
	}
	acts, err := os.ReadFile(log[0])
	if err != nil {
		t.Fatal(err)
	}
	for name := range secrets {
		if !bytes.Contains(acts, []byte(`"act":"token.create","object":"`+name+`"`)) {
			t.Errorf("nobody has made %s, says the audit log", name)
		}
	}
	for name := range revoked {
		if !bytes.Contains(acts, []byte(`"act":"token.revoke","object":"`+name+`"`)) {
			t.Errorf("nobody has revoked %s, says the audit log", name)
		}
	}
	t.Logf("%d tokens made, %d revoked, %d requests cut off", len(secrets), len(revoked), unanswered)
	if left, _ := filepath.Glob(filepath.Join(s.data, ".tokens*")); len(left) > 1 {
		t.Errorf("kills left %v", left)
	}
}

// makeToken asks a server for a token; an error if it was not answered.
func (s *server) makeToken(name string) (secret string, err error) {
	var out bytes.Buffer
	cmd := tokenCreateCmd{Name: name, Scope: []string{"ingest"}, Client: client{Server: *s.url.Load(), Data: s.data}}
	err = cmd.Run(s.Context(), &streams{out: &out, err: &bytes.Buffer{}})
	return strings.TrimSpace(out.String()), err
}

func (s *server) revokeToken(name string) error {
	cmd := tokenRevokeCmd{Name: name, Client: client{Server: *s.url.Load(), Data: s.data}}
	return cmd.Run(s.Context(), &streams{out: &bytes.Buffer{}, err: &bytes.Buffer{}})
}
