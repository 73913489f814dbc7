package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"tiendo/examples/methods"
	"tiendo/internal/auth"
	"tiendo/internal/config"
	"tiendo/internal/disk"
	"tiendo/internal/simulator"

	"github.com/go-json-experiment/json"
)

type demoCmd struct {
	Listen *string `placeholder:"HOST:PORT" help:"Serve HTTP here (127.0.0.1:8080)."`
	Data   *string `placeholder:"DIR" help:"Keep everything in this folder (./data/demo)."`
	Fresh  bool    `help:"Throw the demo's data away and begin again."`
}

// demoSeed names the city that the demo shows.
const demoSeed = 2019

// Run serves a simulated city: two years of history at the first start, then what happens by the clock.
func (c *demoCmd) Run(ctx context.Context, std *streams) error {
	base := config.Default()
	base.Data, base.Log.Level = "./data/demo", "error" // the engine warns of its own housekeeping
	cfg, err := (&settings{Listen: c.Listen, Data: c.Data}).load(std, &base)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(std.environ, func(v string) bool { return strings.HasPrefix(v, "TIENDO_CONFIG=") }) {
		fmt.Fprintln(std.err, "The demo reads no file of settings, so TIENDO_CONFIG counts for nothing here; other variables do.")
	}
	city, err := prepareDemo(cfg.Data, c.Fresh, time.Now().In(cfg.Location()))
	if err != nil {
		return misuse(err)
	}
	fmt.Fprintln(std.out, "Tiendo's demo: a simulated city with its dossiers, tasks, petitions, citizen receptions, inspection findings and\n"+
		"what departments report of themselves. Every figure in it is invented.")
	tune()
	a, err := newApp(ctx, appOptions{
		Config: cfg, Logger: newLogger(std.err, cfg.Log), Simulated: true, Agencies: simulatedAgencies(), Methods: methods.Files,
	})
	if err != nil {
		return err
	}
	if err := a.knowSimulated(ctx); err != nil {
		return errors.Join(err, a.Close())
	}
	a.start()
	d := &demo{app: a, client: client{Server: a.URL(), Data: cfg.Data}, city: city}
	if err := d.load(ctx, std); err != nil && ctx.Err() == nil {
		return errors.Join(err, a.Close())
	}
	if ctx.Err() == nil {
		fmt.Fprintf(std.out, "\n  %s\n\nIts data is in %s. Ctrl-C stops it; tiendo demo --fresh begins again.\n", a.URL(), cfg.Data)
		a.spawn("simulated city", d.live)
	}
	return errors.Join(a.wait(ctx), d.remember())
}

// demo is a server with a simulated city in front of it.
type demo struct {
	app    *app
	client client
	city   demoCity
	// reached is when the last event was written down that live has sent, as Unix time; 0 before the first.
	reached atomic.Int64
}

// demoCity is demo.json: which city is in the folder, and how much of it.
type demoCity struct {
	Seed uint64    `json:"seed"`
	From time.Time `json:"from"`
	// To is up to where it was sent.
	To time.Time `json:"to"`
	// Loaded says that the history was sent whole.
	Loaded bool `json:"loaded"`
}

func (c demoCity) options(zone *time.Location) simulator.Options {
	return simulator.Options{Seed: c.Seed, From: c.From, To: c.To, Location: zone}
}

// load sends the history, if it is not there yet, and waits until it is in the figures. A load that was cut off is made
// again: what was sent already changes nothing.
func (d *demo) load(ctx context.Context, std *streams) error {
	if d.city.Loaded {
		return nil
	}
	city, err := simulator.New(d.city.options(d.app.zone))
	if err != nil {
		return err
	}
	s, err := newSender(&d.client)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "Loading two years of it, once; %s fills meanwhile.\n", d.app.URL())
	p := newProgress(std.err)
	defer p.close()
	if err := s.all(ctx, city.Events(), p.day); err != nil {
		return fmt.Errorf("load the simulated city: %w", err)
	}
	if err := d.assess(city); err != nil {
		return err
	}
	for d.app.waiting() {
		p.say("the books are being made")
		if ended(ctx, 50*time.Millisecond) {
			return ctx.Err()
		}
	}
	d.city.Loaded = true
	return d.city.write(d.app.cfg.Data)
}

// assess tells what agencies claimed of themselves and what was verified: each as the agency, or the inspectors, would.
func (d *demo) assess(city *simulator.City) error {
	said := map[string][]byte{}
	for e := range city.Assessments() {
		agency := ""
		if e.Type == "assessment.submitted" {
			agency, _, _ = strings.Cut(e.Subject, "/")
		}
		said[agency] = append(e.AppendJSON(said[agency]), '\n')
	}
	for agency, lines := range said {
		refused, err := d.app.collector.Enter(&auth.Token{Name: "simulator", Scopes: []auth.Scope{auth.ScopeAssess}, Bound: agency}, lines)
		if err == nil && len(refused) > 0 {
			err = errors.New(refused[0].Reason)
		}
		if err != nil {
			return fmt.Errorf("load the assessments of the simulated city: %w", err)
		}
	}
	return nil
}

// live posts what happens in the city by the clock. When the years end whose working days are known it stands still, and
// what was served stays.
func (d *demo) live(ctx context.Context) error {
	s, err := newSender(&d.client)
	if err != nil {
		return err
	}
	post := func(body []byte) error {
		if err := s.post(ctx, batch, body); err != nil {
			return err
		}
		if last, ok := lastRecorded(body); ok {
			d.reached.Store(last.Unix())
		}
		return nil
	}
	if err := simulator.Live(ctx, d.city.options(d.app.zone), time.Now, post); err != nil {
		d.app.log.Error("the simulated city stands still", "error", err)
		<-ctx.Done()
	}
	return nil
}

// remember notes up to where the city was sent, so that the next start goes on there and not at the first.
func (d *demo) remember() error {
	reached := d.reached.Load()
	if reached == 0 {
		return nil
	}
	d.city.To = time.Unix(reached, 0).In(d.app.zone)
	return d.city.write(d.app.cfg.Data)
}

// lastRecorded is when the last event of a body was written down. Events are sent in that order.
func lastRecorded(body []byte) (time.Time, bool) {
	const name = `"recordedtime":"`
	at := bytes.LastIndex(body, []byte(name))
	if at < 0 {
		return time.Time{}, false
	}
	text, _, _ := bytes.Cut(body[at+len(name):], []byte(`"`))
	last, err := time.Parse(time.RFC3339, string(text))
	return last, err == nil
}

func demoFile(data string) string { return filepath.Join(data, "demo.json") }

// readDemo reads demo.json of a data folder.
func readDemo(data string) (demoCity, error) {
	raw, err := os.ReadFile(demoFile(data))
	if err != nil {
		return demoCity{}, err
	}
	var c demoCity
	if err := json.Unmarshal(raw, &c); err != nil {
		return demoCity{}, fmt.Errorf("%s can't be read (%w); begin again with tiendo demo --fresh", demoFile(data), err)
	}
	return c, nil
}

func (c demoCity) write(data string) error {
	raw, err := json.Marshal(c)
	if err == nil {
		err = disk.Replace(demoFile(data), append(raw, '\n'))
	}
	if err != nil {
		return fmt.Errorf("note what the demo holds: %w", err)
	}
	return nil
}

// prepareDemo returns the city that the folder holds. A folder that is empty, or shall be emptied, gets a new one, whose
// history ends now. The demo neither adds invented events to a real server's data nor throws that away.
func prepareDemo(dir string, fresh bool, now time.Time) (demoCity, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return demoCity{}, fmt.Errorf("read the data folder: %w; name another with --data", err)
	}
	city, err := readDemo(dir)
	switch {
	case errors.Is(err, os.ErrNotExist) && len(entries) > 0 && !onlyLock(entries):
		return demoCity{}, fmt.Errorf("%s holds something else than the demo; name another folder with --data", dir)
	case err == nil && !fresh:
		return city, nil
	case err != nil && !errors.Is(err, os.ErrNotExist) && !fresh:
		return demoCity{}, err
	}
	lock, err := lockData(dir)
	if err != nil {
		return demoCity{}, err
	}
	defer lock.Close()
	// The mark stays until the rest is gone, so that a removal that is cut off can be done again.
	for _, entry := range entries {
		if name := entry.Name(); name == filepath.Base(lock.Name()) || name == filepath.Base(demoFile(dir)) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return demoCity{}, fmt.Errorf("throw the demo's data away: %w; remove %s by hand", err, dir)
		}
	}
	now = now.Truncate(time.Second)
	city = demoCity{Seed: demoSeed, From: now.AddDate(-2, 0, 0), To: now}
	return city, city.write(dir)
}

func onlyLock(entries []os.DirEntry) bool { return len(entries) == 1 && entries[0].Name() == "lock" }
