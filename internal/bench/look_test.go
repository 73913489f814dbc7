package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tiendo/internal/clickhouse"
	"tiendo/internal/event"
)

const (
	// freshRate is the promised rate of events, freshTick how often a part of them is sent.
	freshRate = 5000
	freshTick = 100 * time.Millisecond
	// probe is the agency of the cases that are looked for.
	probe = "BENCH.1"
)

// BenchmarkFreshness sends events of random cases of a history at a steady rate, with a new case in each request, and
// looks how long after its answer that case is in the API and on /metrics.
func BenchmarkFreshness(b *testing.B) {
	c := newCity("H24.30", 60, 400)
	facts, cases := c.atLeast(either(500_000, 1_000_000))
	s := serve(b, b.TempDir())
	s.post(asCloudEvents(facts))
	s.awaitAll(len(facts), cases, 20*time.Minute)
	ticks := either(15, 30) * int(time.Second/freshTick)
	for b.Loop() {
		api, scrape := &watch{}, &watch{}
		ctx, stop := context.WithCancel(context.Background())
		var looking sync.WaitGroup
		looking.Go(func() {
			api.look(ctx, b, func() (float64, error) {
				value, _, err := s.figure("dossier.received?period=d30&agency=" + probe)
				return value, err
			})
		})
		looking.Go(func() {
			scrape.look(ctx, b, func() (float64, error) { return s.gauge(`tiendo_dossier_open{agency="` + probe + `"}`) })
		})
		s.trickle(b.Context(), c, cases, freshRate, ticks, api, scrape)
		for end := time.Now().Add(time.Minute); time.Now().Before(end) && (api.seen() < ticks || scrape.seen() < ticks); {
			time.Sleep(freshTick)
		}
		stop()
		looking.Wait()
		for name, w := range map[string]*watch{"/v1/kpis": api, "/metrics": scrape} {
			if w.seen() < ticks {
				b.Fatalf("%s shows %d of %d cases\n%s", name, w.seen(), ticks, s.tail())
			}
		}
		at := fmt.Sprintf("accepted until in %%s, %%s, at %d events/s over %d events", freshRate, len(facts))
		seen(fmt.Sprintf(at, "/v1/kpis", "p50"), short(quantile(api.delays, 0.5)))
		atMost(fmt.Sprintf(at, "/v1/kpis", "p99"), quantile(api.delays, 0.99), 2*time.Second)
		seen(fmt.Sprintf(at, "/metrics", "p50"), short(quantile(scrape.delays, 0.5)))
		atMost(fmt.Sprintf(at, "/metrics", "p99"), quantile(scrape.delays, 0.99), 2*time.Second)
	}
}

// BenchmarkScrape measures scrapes while events of random cases pour in, as Prometheus asks: for OpenMetrics, packed.
func BenchmarkScrape(b *testing.B) {
	const rate, scrapes = 20_000, 300
	for agencies, promise := range map[int]time.Duration{60: 20 * time.Millisecond, 300: 60 * time.Millisecond} {
		b.Run(fmt.Sprint(agencies), func(b *testing.B) {
			c := newCity("H24.31", agencies, 400)
			facts, cases := c.atLeast(either(100_000, 500_000))
			s := serve(b, b.TempDir())
			s.post(asCloudEvents(facts))
			s.awaitAll(len(facts), cases, 20*time.Minute)
			for b.Loop() {
				ctx, stop := context.WithCancel(b.Context())
				var sending sync.WaitGroup
				sending.Go(func() { s.trickle(ctx, c, cases, rate, 1<<30) })
				times, err := s.scrapes(b.Context(), scrapes)
				stop()
				sending.Wait()
				if err != nil {
					b.Fatal(err)
				}
				what := fmt.Sprintf("scrape of /metrics, %d agencies, at %d events/s, ", agencies, rate)
				seen(what+"p50", short(quantile(times, 0.5)))
				atMost(what+"p99", quantile(times, 0.99), promise)
			}
		})
	}
}

// scraped names the server that this process scrapes, and how often, and does nothing else: one that also makes and sends events
// would measure how it keeps itself waiting.
const scraped = "TIENDO_BENCH_SCRAPED"

// scrapes has a process of its own scrape so often, as Prometheus is one, and returns how long each scrape took.
func (s *server) scrapes(ctx context.Context, n int) (times []time.Duration, err error) {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d", scraped, s.url, n))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("scrape: %w", err)
	}
	for line := range strings.Lines(string(out)) {
		took, err := time.ParseDuration(strings.TrimSpace(line))
		if err != nil {
			return nil, err
		}
		times = append(times, took)
	}
	return times, nil
}

// scrape is the process that scrapes.
func scrape(of string, out io.Writer) error {
	s := &server{client: &http.Client{Timeout: time.Minute}}
	n := 0
	if _, err := fmt.Sscan(of, &s.url, &n); err != nil {
		return err
	}
	for range n {
		start := time.Now()
		if err := s.scrape(); err != nil {
			return err
		}
		fmt.Fprintln(out, time.Since(start))
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

// scrape asks for /metrics as Prometheus does.
func (s *server) scrape() error {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.url+"/metrics", nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5")
	r.Header.Set("Accept-Encoding", "gzip")
	status, body, err := s.do(r)
	if err == nil && (status != http.StatusOK || !bytes.HasPrefix(body, []byte("\x1f\x8b"))) {
		err = fmt.Errorf("GET /metrics: %d %.300q", status, body)
	}
	return err
}

// trickle sends requests, one each tick until ctx ends or ticks are over, whose events touch random cases of the city; each
// tells watches when its new case was accepted.
func (s *server) trickle(ctx context.Context, c city, cases, rate, ticks int, watches ...*watch) {
	perTick := rate * int(freshTick) / int(time.Second)
	rng := rand.New(rand.NewPCG(5, 6))
	var sending sync.WaitGroup
	for tick := range time.Tick(freshTick) {
		ticks--
		now := tick.In(zone).Truncate(time.Second)
		facts := make([]fact, 0, perTick)
		for i := range perTick - 1 {
			facts = append(facts, fact{
				subject: c.subject(rng.IntN(cases)), id: fmt.Sprintf("paid-%d-%d", ticks, i), kind: "dossier.paid", time: now,
				data: `{"amount":20000,"channel":"online"}`,
			})
		}
		facts = append(facts, fact{
			subject: fmt.Sprintf("PROBE.%d", ticks), id: "r", kind: "dossier.received", time: now,
			data: `{"agency":"` + probe + `","channel":"online","procedure":"1.000001"}`,
		})
		sending.Go(func() {
			for _, body := range asCloudEvents(facts) {
				if err := s.send(context.Background(), body); err != nil {
					s.tb.Error(err)
					return
				}
			}
			for _, w := range watches {
				w.accepted()
			}
		})
		if ticks == 0 || ctx.Err() != nil {
			break
		}
	}
	sending.Wait()
}

// watch pairs the instants at which cases were accepted with those at which they were seen. Which case is which does not
// matter: the n-th that is seen was accepted no later than the n-th that was accepted.
type watch struct {
	mu     sync.Mutex
	sent   []time.Time
	delays []time.Duration
}

func (w *watch) accepted() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, time.Now())
}

func (w *watch) seen() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.delays)
}

// look asks again and again how many cases can be seen. What it measures is at most lookEvery too long.
func (w *watch) look(ctx context.Context, b *testing.B, ask func() (float64, error)) {
	for ctx.Err() == nil {
		value, err := ask()
		if err != nil {
			b.Error(err)
			return
		}
		now := time.Now()
		w.mu.Lock()
		for len(w.delays) < min(int(value), len(w.sent)) {
			w.delays = append(w.delays, now.Sub(w.sent[len(w.delays)]))
		}
		w.mu.Unlock()
		time.Sleep(lookEvery)
	}
}

// gauge reads one series from /metrics; 0 if it is not there.
func (s *server) gauge(series string) (value float64, err error) {
	body, err := s.get("/metrics")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(body)) {
		if rest, ok := strings.CutPrefix(line, series+" "); ok {
			_, err = fmt.Sscan(rest, &value)
		}
	}
	return value, err
}

// timesOf asks for pages one after the other.
func (s *server) timesOf(b *testing.B, n int, path func(i int) string) []time.Duration {
	b.Helper()
	var times []time.Duration
	for i := range n {
		start := time.Now()
		if _, err := s.get(path(i)); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(start))
	}
	return times
}

// BenchmarkPages puts a history straight into the table of facts, lets the program's booker book it, and measures how long
// pages take; then the same with ten times as many events.
func BenchmarkPages(b *testing.B) {
	few := either(300_000, 1_000_000)
	c := newCity("H24.40", 300, 2000)
	data := b.TempDir()
	for b.Loop() {
		var p95 [2]map[string]time.Duration
		var fresh, daily [2]time.Duration
		events, cases := 0, 0
		for i, n := range []int{few, 9 * few} {
			more := store(b, data, c, cases, n)
			events, cases = events+more.events, cases+more.cases
			start := time.Now()
			s := serve(b, data)
			s.awaitAll(events, cases, 40*time.Minute)
			atLeast(fmt.Sprintf("books made from %d facts", more.events), float64(more.events)/time.Since(start).Seconds(), 200_000, "events/s")
			p95[i] = s.pages(b, events)
			atMost(fmt.Sprintf("a year by agency as the books said it on a past day, %d events, p95", events), s.past(b), 500*time.Millisecond)
			if i == 0 {
				took := s.check(b)
				atMost(fmt.Sprintf("check of everything that is served, %d events", events), took, time.Duration(float64(time.Minute)*float64(events)/1e6))
			}
			// What a load of millions leaves to be merged is not the cost of a history.
			s.rest(20 * time.Minute)
			rounds := func(first, round int) time.Duration {
				var times []time.Duration
				for range 5 {
					times = append(times, s.refresh(b, c, events, first, cases, round))
					events, round = events+touched, round+1
				}
				return quantile(times, 0.5)
			}
			fresh[i], daily[i] = rounds(0, 20*i), rounds(cases-current, 20*i+10)
			seen(fmt.Sprintf("%d events of random cases until visible, %d events before", touched, events), short(fresh[i]))
			seen(fmt.Sprintf("%d events of the last %d cases until visible, %d events before", touched, current, events), short(daily[i]))
			if i == 1 {
				s.visits(b, c, cases, events)
			}
			s.stop()
		}
		for of, times := range map[string][2]time.Duration{"random cases": fresh, fmt.Sprintf("the last %d cases", current): daily} {
			slower := times[1].Seconds() / times[0].Seconds()
			findings = append(findings, finding{fmt.Sprintf("%d events of %s until visible, with ten times the history", touched, of), fmt.Sprintf("%.2f times", slower), "≤ 1.50 times", 1.5 / slower})
		}
		for _, path := range pagesLookedAt {
			times := p95[1][path].Seconds() / p95[0][path].Seconds()
			findings = append(findings, finding{path + ", p95 with ten times the events", fmt.Sprintf("%.2f times", times), "≤ 1.50 times", 1.5 / times})
		}
	}
}

// pagesLookedAt are the pages of figures.
var pagesLookedAt = []string{"/", "/online", "/dossiers", "/tasks", "/citizens", "/organisation", "/agencies/H24.10", "/quality"}

// pages measures each page, each time of another period, so that no answer is an old one: how long it took, and of that the books for its data,
// as it says itself.
func (s *server) pages(b *testing.B, events int) map[string]time.Duration {
	b.Helper()
	p95 := map[string]time.Duration{}
	first := time.Now().AddDate(-1, 0, 0)
	for _, path := range pagesLookedAt {
		n := 25
		if path == "/" {
			n = 60
		}
		var data, whole []time.Duration
		for i := range n {
			last := time.Now().AddDate(0, 0, -40-i)
			start := time.Now()
			took, err := s.page(path + "?" + url.Values{"period": {first.Format(time.DateOnly) + ".." + last.Format(time.DateOnly)}}.Encode())
			if err != nil {
				b.Fatal(err)
			}
			data, whole = append(data, took), append(whole, time.Since(start))
		}
		p95[path] = quantile(whole, 0.95)
		what := fmt.Sprintf("%s of a period never asked before, %d events, ", path, events)
		seen(what+"p50 of its data · of all of it", short(quantile(data, 0.5))+" · "+short(quantile(whole, 0.5)))
		atMost(what+"p95 of its data", quantile(data, 0.95), 50*time.Millisecond)
		atMost(what+"p95 of all of it", p95[path], 50*time.Millisecond)
	}
	return p95
}

// page asks for a page and returns how long the books took for its data.
func (s *server) page(path string) (books time.Duration, err error) {
	answer, err := s.client.Get(s.url + path)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return 0, err
	}
	var millis float64
	if _, err := fmt.Sscanf(answer.Header.Get("Server-Timing"), "books;dur=%f", &millis); err != nil || answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("GET %s: %s, Server-Timing %q", path, answer.Status, answer.Header.Get("Server-Timing"))
	}
	return time.Duration(millis * float64(time.Millisecond)), nil
}

// visits measures pages as people open them: some at once, each a while, mostly of the period that a page opens with, while events
// of random cases come in. What somebody has seen the next one is shown as well, so those who come before anybody was answered are
// measured apart; and so are the first minutes, in which most is asked for the first time.
func (s *server) visits(b *testing.B, c city, cases, events int) {
	b.Helper()
	const people, rate = 10, 100
	ctx, stop := context.WithCancel(b.Context())
	var sending sync.WaitGroup
	sending.Go(func() { s.trickle(ctx, c, cases, rate, 1<<30) })
	answered := map[string]bool{}
	for _, when := range []string{"", ", the next minutes"} {
		v := s.visit(b, people, answered)
		what := fmt.Sprintf("as %d people open pages, at %d events/s, %d events%s, ", people, rate, events, when)
		both := func(times []time.Duration) (of, is string) {
			return fmt.Sprintf("p50 · p95 of %d", len(times)), short(quantile(times, 0.5)) + " · " + short(quantile(times, 0.95))
		}
		var all []time.Duration
		for _, path := range pagesLookedAt {
			of, is := both(v.later[path])
			seen(what+path+" "+of, is)
			all = append(all, v.later[path]...)
		}
		of, is := both(v.first)
		seen(what+"nobody had seen before, "+of, is)
		seen(what+"pages that were not answered", fmt.Sprintf("%d of %d", v.failed, len(v.first)+len(all)))
		seen(what+"somebody had seen before, p50", short(quantile(all, 0.5)))
		atMost(what+"somebody had seen before, p95", quantile(all, 0.95), 50*time.Millisecond)
	}
	stop()
	sending.Wait()
}

// visited is how long pages took: those that nobody had seen before, and by page those that somebody had.
type visited struct {
	first  []time.Duration
	later  map[string][]time.Duration
	failed int
}

// visit has people open pages for a while; answered are the addresses that somebody has seen.
func (s *server) visit(b *testing.B, people int, answered map[string]bool) visited {
	b.Helper()
	periods := []string{"", "", "", "", "mtd", "qtd", "ytd", "d30"}
	for _, ended := range []string{"month", "quarter", "year"} {
		periods = append(periods, lastEnded(b, ended))
	}
	v := visited{later: map[string][]time.Duration{}}
	end := time.Now().Add(time.Duration(either(20, 120)) * time.Second)
	var mu sync.Mutex
	var visiting sync.WaitGroup
	for i := range people {
		visiting.Go(func() {
			rng := rand.New(rand.NewPCG(7, uint64(i)))
			for time.Now().Before(end) {
				path, period := pagesLookedAt[rng.IntN(len(pagesLookedAt))], periods[rng.IntN(len(periods))]
				if period != "" {
					period = "?period=" + period
				}
				mu.Lock()
				known := answered[path+period]
				mu.Unlock()
				start := time.Now()
				_, err := s.get(path + period)
				took := time.Since(start)
				mu.Lock()
				if answered[path+period] = true; err != nil {
					v.failed++
				}
				if known {
					v.later[path] = append(v.later[path], took)
				} else {
					v.first = append(v.first, took)
				}
				mu.Unlock()
				time.Sleep(time.Duration(1000+rng.IntN(3000)) * time.Millisecond)
			}
		})
	}
	visiting.Wait()
	return v
}

// lastEnded is the last month, quarter or year that has ended.
func lastEnded(b *testing.B, kind string) string {
	b.Helper()
	now := time.Now().In(zone)
	switch year, month, _ := now.Date(); kind {
	case "month":
		return time.Date(year, month-1, 1, 0, 0, 0, 0, zone).Format("2006-01")
	case "quarter":
		at := time.Date(year, month-3, 1, 0, 0, 0, 0, zone)
		return fmt.Sprintf("%d-Q%d", at.Year(), (int(at.Month())+2)/3)
	default:
		return fmt.Sprint(year - 1)
	}
}

// stored is what was put into the table of facts.
type stored struct{ events, cases int }

// store puts the events of cases from a number on into the table of facts of a server that does not run, as a loader would have.
func store(b *testing.B, data string, c city, from, events int) (s stored) {
	b.Helper()
	engine := openEngine(b, filepath.Join(data, "engine"), false)
	defer shut(b, engine)
	if _, err := clickhouse.Migrate(b.Context(), engine.Conn(), slog.New(slog.DiscardHandler)); err != nil {
		b.Fatal(err)
	}
	const batchCases = 50_000
	arrival := time.Now().UTC().Truncate(time.Millisecond)
	for s.events < events {
		facts := c.facts(from+s.cases, from+s.cases+batchCases)
		s.cases += batchCases
		batch, err := engine.Conn().PrepareBatch(b.Context(), `INSERT INTO events (family, subject, source, id, type, time, recorded,
			retracted, data, arrival, bound_to, collector, entry, position, seniority)`)
		if err != nil {
			b.Fatal(err)
		}
		for i, f := range facts {
			e := event.Event{Arrival: arrival, Entry: uint64(from+s.cases)*10 + uint64(i)/request, Position: uint32(i % request)}
			err := batch.Append("dossier", f.subject, origin, f.id, f.kind, f.time, arrival, false, f.data, arrival, "", "bench", e.Entry, e.Position, e.Seniority())
			if err != nil {
				b.Fatal(err)
			}
		}
		if err := batch.Send(); err != nil {
			b.Fatal(err)
		}
		s.events += len(facts)
	}
	return s
}
