package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"tiendo/examples/methods"
	"tiendo/internal/config"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
	"tiendo/internal/ranking"
	"tiendo/internal/simulator"

	"github.com/go-json-experiment/json"
)

// A demo of a few days: it is loaded once, lives, and goes on where it ended.
func TestDemoLoadsOnceAndGoesOn(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Listen, cfg.Data = "127.0.0.1:0", filepath.Join(t.TempDir(), "demo")
	now := time.Now().In(cfg.Location())
	city, err := prepareDemo(cfg.Data, false, now)
	if err != nil {
		t.Fatal(err)
	}
	// Up to two days ago, so that living begins with two days that must be caught up with.
	city.From, city.To = now.AddDate(0, 0, -30), now.AddDate(0, 0, -2).Truncate(time.Second)
	history, caughtUp := events(t, city), events(t, demoCity{Seed: city.Seed, From: city.From, To: now})
	if history == 0 || caughtUp <= history {
		t.Fatalf("%d events of history, %d until now", history, caughtUp)
	}
	count := regexp.MustCompile(`"events":(\d+)`)
	booked := func(a *app) int {
		_, body := fetch(t, a.URL()+"/v1/kpis/dossier.received?period=ytd")
		match := count.FindStringSubmatch(body)
		if match == nil {
			t.Fatalf("no count of events in %s", body)
		}
		n, _ := strconv.Atoi(match[1]) // digits, says the expression
		return n
	}
	for _, start := range []string{"first", "second"} {
		a, stop := startApp(t, appOptions{Config: cfg, Simulated: true, Agencies: simulatedAgencies()})
		d := &demo{app: a, client: client{Server: a.URL(), Data: cfg.Data}, city: city}
		var said bytes.Buffer
		if err := d.load(t.Context(), &streams{out: &said, err: &said}); err != nil {
			t.Fatal(err)
		}
		if loads := strings.Contains(said.String(), "Loading"); loads != (start == "first") {
			t.Errorf("%s start: %q", start, said.String())
		}
		if start == "first" && booked(a) != history {
			t.Errorf("%d events are booked, %d were made", booked(a), history)
		}
		a.spawn("simulated city", d.live)
		eventually(t, "caught up with now", func() bool { return booked(a) >= caughtUp })
		stop()
		if err := d.remember(); err != nil {
			t.Fatal(err)
		}
		remembered, err := prepareDemo(cfg.Data, false, now)
		if err != nil {
			t.Fatal(err)
		}
		if !remembered.Loaded || !remembered.To.After(city.To) && start == "first" {
			t.Errorf("%s start: remembered %+v", start, remembered)
		}
		city = remembered
	}
}

// events is how many events of a city are booked: what agencies report of themselves and sources of their counts is not.
func events(t *testing.T, c demoCity) (n int) {
	t.Helper()
	city, err := simulator.New(c.options(c.From.Location()))
	if err != nil {
		t.Fatal(err)
	}
	for e := range city.Events() {
		if lifecycle.Books(event.Type(e.Type).Family()) {
			n++
		}
	}
	return n
}

// The demo keeps its hands off what is not its own.
func TestDemoFolder(t *testing.T) {
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	write := func(path string) {
		t.Helper()
		if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	first, err := prepareDemo(dir, false, now)
	if err != nil || !first.From.Equal(now.AddDate(-2, 0, 0)) || !first.To.Equal(now) || first.Loaded {
		t.Fatalf("%+v, %v", first, err)
	}
	write(filepath.Join(dir, "log"))
	if again, err := prepareDemo(dir, false, now.Add(time.Hour)); err != nil || !again.To.Equal(now) {
		t.Errorf("a second start: %+v, %v", again, err)
	}
	fresh, err := prepareDemo(dir, true, now.Add(time.Hour))
	if err != nil || !fresh.To.Equal(now.Add(time.Hour)) {
		t.Errorf("a fresh start: %+v, %v", fresh, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "log")); err == nil {
		t.Error("a fresh start left the log")
	}
	write(filepath.Join(dir, ".demo.json.new")) // of a write that was cut off
	if err := os.WriteFile(demoFile(dir), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := prepareDemo(dir, false, now); err == nil || !strings.Contains(err.Error(), "--fresh") {
		t.Errorf("a torn mark: %v", err)
	}
	if _, err := prepareDemo(dir, true, now); err != nil {
		t.Errorf("a fresh start over a torn mark: %v", err)
	}

	real := t.TempDir()
	write(filepath.Join(real, "admin.token"))
	for _, fresh := range []bool{false, true} {
		if _, err := prepareDemo(real, fresh, now); err == nil || !strings.Contains(err.Error(), "--data") {
			t.Errorf("a real server's folder, fresh %v: %v", fresh, err)
		}
	}
	if _, err := os.Stat(filepath.Join(real, "admin.token")); err != nil {
		t.Errorf("a real server's folder was touched: %v", err)
	}
	lock, err := lockData(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if _, err := prepareDemo(dir, true, now); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("the folder of a running demo: %v", err)
	}
}

// Whatever a method that comes with the program has assessed, somebody in the simulated city claims, and never for more than the
// method gives: or its ranking would show points that nobody can have.
func TestDemoAssessesWhatItsMethodsAsk(t *testing.T) {
	cfg := config.Default()
	zone := cfg.Location()
	all, err := ranking.Load(methods.Files)
	if err != nil {
		t.Fatal(err)
	}
	city, err := simulator.New(simulator.Options{Seed: 1, From: time.Date(2025, 1, 2, 0, 0, 0, 0, zone), To: time.Date(2026, 4, 1, 0, 0, 0, 0, zone), DossiersPerDay: 1, Location: zone})
	if err != nil {
		t.Fatal(err)
	}
	most := map[string]float64{}
	for e := range city.Assessments() {
		var said struct {
			Data struct {
				Criterion string
				Points    float64
			}
		}
		if err := json.Unmarshal(e.AppendJSON(nil), &said, json.MatchCaseInsensitiveNames(true)); err != nil {
			t.Fatal(err)
		}
		most[said.Data.Criterion] = max(most[said.Data.Criterion], said.Data.Points)
	}
	asked := 0
	for _, m := range all {
		for _, c := range m.Sheet(&ranking.Inputs{}).Criteria {
			asked++
			if got := most[c.Code]; got <= 0 || got > c.Maximum {
				t.Errorf("%s: %s: at most %v of %v points were claimed", m.ID, c.Code, got, c.Maximum)
			}
		}
	}
	if asked < 25 {
		t.Errorf("only %d criteria are assessed", asked)
	}
}
