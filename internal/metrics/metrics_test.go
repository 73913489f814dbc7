package metrics_test

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"tiendo/internal/booking"
	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/kpi"
	"tiendo/internal/metrics"
	"tiendo/internal/register"
)

func TestMain(m *testing.M) { os.Exit(enginetest.Run(m)) }

var (
	update = flag.Bool("update", false, "write the golden files")
	zone   = time.FixedZone("+07", 7*60*60)
	noon   = time.Date(2025, 3, 12, 12, 0, 0, 0, zone)
)

// city is a clock, a mark and snapshots over a journal.
type city struct {
	now     time.Time
	tick    time.Duration // how far the clock goes on when it is looked at
	mark    booking.Mark
	waiting bool
	known   *register.Registers
	*metrics.Snapshots
	exec func(statement string) error
	http.Handler
	testing.TB
}

func newCity(t testing.TB, insert string, figures ...string) *city {
	t.Helper()
	conn := enginetest.Conn(t)
	if err := conn.Exec(t.Context(), "INSERT INTO cells (family, subject, agency, measure, day, millis, marks, bin, n) "+insert); err != nil {
		t.Fatal(err)
	}
	c := &city{now: noon, TB: t, exec: func(statement string) error { return conn.Exec(t.Context(), statement) }, known: register.Empty(zone, func(string) (register.Figure, bool) { return register.Figure{}, true })}
	now := func() time.Time {
		c.now = c.now.Add(c.tick)
		return c.now
	}
	books := kpi.New(kpi.Options{
		Conn: conn, Zone: zone, Now: now, Events: func() uint64 { return c.mark.Events },
		Registers: func() *register.Registers { return c.known },
	})
	var err error
	registry := prometheus.NewPedanticRegistry()
	c.Snapshots, err = metrics.New(metrics.Options{
		Self: registry, Slow: prometheus.NewRegistry(), Books: books, Figures: figures, Periods: []string{"mtd", "ytd"}, Zone: zone, Now: now, Logger: slog.New(slog.DiscardHandler),
		Mark: func() booking.Mark { return c.mark }, Waiting: func(booking.Mark) bool { return c.waiting },
		Registered: func() []string { return c.known.At(time.Time{}).AgencyCodes() },
		Names: func(agency string) (string, string) {
			return map[string]string{"H24.12": "Sở \"Xây dựng\""}[agency], map[string]string{"H24.12": "departments"}[agency]
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	registry.MustRegister(c)
	c.Handler = c.Snapshots.Handler()
	return c
}

// load loads a register.
func (c *city) load(kind register.Kind, content string) {
	c.Helper()
	var err error
	if c.known, err = c.known.With(kind, []byte(content), c.now.Add(time.Duration(c.known.Version())*time.Second)); err != nil {
		c.Fatal(err)
	}
}

func (c *city) take() {
	c.Helper()
	if err := c.Take(c.Context()); err != nil {
		c.Fatal(err)
	}
}

// scrape asks as a Prometheus does.
func (c *city) scrape(header ...string) *httptest.ResponseRecorder {
	c.Helper()
	r := httptest.NewRequestWithContext(c.Context(), http.MethodGet, "/metrics", nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		c.Fatalf("the scrape was answered with %d: %s", w.Code, w.Body)
	}
	return w
}

func (c *city) exposition() string {
	c.Helper()
	return c.scrape().Body.String()
}

const march = `VALUES
	('dossier', 'a', 'H24.12', 'opened', '2025-03-03', 0, 0, 0, 1), ('dossier', 'a', 'H24.12', 'settled', '2025-03-05', 0, 3, 0, 1),
	('dossier', 'a', 'H24.12', 'worked', '2025-03-05', 0, 0, 1655, 1),
	('dossier', 'b', 'H24.12', 'opened', '2025-01-03', 0, 0, 0, 1), ('dossier', 'b', 'H24.12', 'settled', '2025-01-05', 0, 1, 0, 1),
	('dossier', 'c', 'H24.17', 'opened', '2025-02-04', 0, 0, 0, 1), ('dossier', 'c', 'H24.17', 'breached', '2025-02-10', 86399999, 0, 0, 1),
	('task', 't', 'H24.17', 'opened', '2025-02-04', 0, 0, 0, 1), ('dossier', 'a', 'H24.12', 'rated', '2025-03-06', 0, 0, 0, 1), ('dossier', 'a', 'H24.12', 'scored', '2025-03-06', 0, 0, 0, 4)`

// TestExposition is the whole of what a scrape shows of a small city, and is as Prometheus wants it.
func TestExposition(t *testing.T) {
	c := newCity(t, march)
	c.take()
	lint(t, c.exposition())
	compareGolden(t, "testdata/leadership.txt", c.exposition())
}

// lint looks as Prometheus' own tools do: the library's linter, and promtool where it is installed.
func lint(t *testing.T, exposition string) {
	t.Helper()
	problems, err := promlint.New(strings.NewReader(exposition)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("lint: %v %v", problems, err)
	}
	path, err := exec.LookPath("promtool")
	if err != nil {
		t.Log("no promtool on this machine; tools/needs prometheus installs it")
		return
	}
	check := exec.CommandContext(t.Context(), path, "check", "metrics")
	check.Stdin = strings.NewReader(exposition)
	if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}

// TestEveryFigure of the catalogue can be shown, under names that Prometheus' rules like.
func TestEveryFigure(t *testing.T) {
	c := newCity(t, march, "*")
	c.take()
	got := c.exposition()
	lint(t, got)
	shown := 0
	for _, d := range kpi.Catalogue() {
		for _, m := range metrics.OfFigure(&d) {
			if strings.Contains(got, "\n# HELP "+m.Name+" "+m.Help+"\n# TYPE "+m.Name+" gauge\n"+m.Name+"{") {
				shown++
			}
			if strings.ContainsAny(m.Help, "\"\\\n") {
				t.Errorf("%s: one text for both formats needs a HELP without quotation marks and backslashes: %s", m.Name, m.Help)
			}
		}
	}
	if shown < 110 {
		t.Errorf("only %d metrics of figures are shown in\n%s", shown, got)
	}
	for _, o := range kpi.Outlooks() {
		if m := metrics.OfOutlook(&o); strings.ContainsAny(m.Help, "\"\\\n") {
			t.Errorf("%s: %s", m.Name, m.Help)
		}
	}
	for _, m := range metrics.Beside() {
		if strings.ContainsAny(m.Help, "\"\\\n") || !strings.Contains(got, "# HELP "+m.Name+" ") {
			t.Errorf("%s: %s", m.Name, m.Help)
		}
	}
	// What counts what happens in the period has the period, also where it counts a stock too.
	if !strings.Contains(got, `tiendo_official_766_on_time_rate_denominator{agency="H24.12",period="mtd"}`) {
		t.Error("a rate of the period lacks its label")
	}
}

// TestBothFormats: text and OpenMetrics, plain and packed, say the same; only OpenMetrics has an end.
func TestBothFormats(t *testing.T) {
	c := newCity(t, march)
	c.take()
	plain := c.exposition()
	f := func(accept, kind string) {
		t.Helper()
		for _, encoding := range []string{"", "gzip", "deflate, gzip;q=0.5", "gzip;q=0"} {
			w := c.scrape("Accept", accept, "Accept-Encoding", encoding)
			body := w.Body.Bytes()
			if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, kind) {
				t.Errorf("%s: %s", accept, got)
			}
			if w.Header().Get("Content-Length") != fmt.Sprint(len(body)) {
				t.Errorf("%s bytes are said, %d are sent", w.Header().Get("Content-Length"), len(body))
			}
			if w.Header().Get("Content-Encoding") == "gzip" {
				unpacked, err := gzip.NewReader(bytes.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				if body, err = io.ReadAll(unpacked); err != nil {
					t.Fatal(err)
				}
			} else if strings.HasPrefix(encoding, "gzip") && encoding != "gzip;q=0" {
				t.Errorf("%q: not packed", encoding)
			}
			text, ended := strings.CutSuffix(string(body), "# EOF\n")
			if ended != (kind == "application/openmetrics-text") || strings.Contains(text, "# EOF") {
				t.Errorf("%s: it ends with EOF: %v", accept, ended)
			}
			// The one writes whole numbers of the process itself as 0.0, the other as 0.
			if got := strings.ReplaceAll(text, "_seconds 0.0\n", "_seconds 0\n"); !sameBut(got, plain, "tiendo_snapshot_timestamp_seconds ") {
				t.Errorf("%s, %s:\n%s", accept, encoding, cmp.Diff(plain, got))
			}
		}
	}
	f("", "text/plain")
	f("text/plain;version=0.0.4", "text/plain")
	f("*/*", "text/plain")
	f("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5", "application/openmetrics-text")
	f("application/openmetrics-text", "application/openmetrics-text")
	// What Prometheus 3 asks for.
	f("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1", "application/openmetrics-text")
	f("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,text/plain;q=0.3", "text/plain")
}

// sameBut compares two texts, but for lines that begin so.
func sameBut(one, other, begin string) bool {
	cut := func(text string) string {
		var kept []string
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(line, begin) {
				kept = append(kept, line)
			}
		}
		return strings.Join(kept, "")
	}
	return cut(one) == cut(other)
}

// TestQuantilesAreInSeconds, of each agency and of the whole city.
func TestQuantilesAreInSeconds(t *testing.T) {
	c := newCity(t, march, "dossier.working_hours_median")
	c.take()
	got := c.exposition()
	for _, label := range []string{`agency="",period="mtd"`, `agency="H24.12",period="mtd"`} {
		if !strings.Contains(got, "tiendo_dossier_working_seconds_median{"+label+"}") {
			t.Errorf("no %s in\n%s", label, got)
		}
	}
}

// TestTargets are an agency's own, its group's, or the city's, each in base units; the city's has no agency.
func TestTargets(t *testing.T) {
	c := newCity(t, march, "dossier.on_time_rate", "dossier.working_hours_p90", "dossier.open_overdue")
	c.load(register.Agencies, "agencies:\n  - {code: H24.12, names: {vi: X, en: X}, group: g}\n  - {code: H24.17, names: {vi: Y, en: Y}}\n")
	c.load(register.Targets, `targets:
  - {figure: dossier.on_time_rate, target: 0.95, source: plan}
  - {figure: dossier.on_time_rate, group: g, period: month, target: 0.9, source: plan}
  - {figure: dossier.working_hours_p90, agency: H24.12, target: 40, source: plan}
  - {figure: dossier.open_overdue, target: 5, source: plan}
`)
	c.take()
	got := c.exposition()
	for _, want := range []string{
		`on_time_rate_target{agency="H24.12",period="mtd"} 0.9`, `on_time_rate_target{agency="H24.12",period="ytd"} 0.95`,
		`on_time_rate_target{agency="H24.17",period="mtd"} 0.95`, `on_time_rate_target{agency="",period="mtd"} 0.95`,
		`working_seconds_p90_target{agency="H24.12",period="mtd"} 144000`, `open_overdue_target{agency="H24.17"} 5`, `open_overdue_target{agency=""} 5`,
	} {
		if !strings.Contains(got, "tiendo_dossier_"+want+"\n") {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(got, `working_seconds_p90_target{agency=""`) || strings.Count(got, `on_time_rate_target{agency=""`) != 2 {
		t.Errorf("a target that there is not, or twice:\n%s", got)
	}
}

// TestQuiet: who has gone quiet is told for each family, and how many sources.
func TestQuiet(t *testing.T) {
	c := newCity(t, `SELECT 'dossier', toString(number), if(number < 40, 'A', 'B'), 'opened', toDate('2025-03-12') - number % 40 - if(number < 40, 0, 15), 0, 0, 0, 1 FROM numbers(80)`, "dossier.received")
	c.take()
	got := c.exposition()
	for _, want := range []string{
		`tiendo_agency_quiet{family="dossier",agency="A"} 0`, `tiendo_agency_quiet{family="dossier",agency="B"} 1`, `tiendo_sources_quiet{family="dossier"} 0`,
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

// TestPatterns: figures are named by id, by pattern, or as those of the leadership.
func TestPatterns(t *testing.T) {
	f := func(want string, figures ...string) {
		t.Helper()
		_, err := metrics.New(metrics.Options{Figures: figures, Now: time.Now, Zone: zone})
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", figures, err, want)
		}
	}
	f("")
	f("", "leadership", "online.*", "dossier.open")
	f("", "*")
	f("dossier.nonsense", "dossier.open", "dossier.nonsense")
	f("nothing.*", "nothing.*")
	f("no pattern", "[")
}

// TestSlowAnswers: what costs what the history costs is read the more rarely the longer it takes.
func TestSlowAnswers(t *testing.T) {
	c := newCity(t, march, "dossier.open")
	c.load(register.Targets, "targets:\n  - {figure: dossier.on_time_rate, target: 0.5, source: plan}\n")
	c.tick = time.Second // each look at the clock takes a second, so that reading takes some
	c.take()
	f := func(name string, pass time.Duration, target, want string) {
		t.Helper()
		c.now = c.now.Add(pass)
		c.load(register.Targets, "targets:\n  - {figure: dossier.on_time_rate, target: "+target+", source: plan}\n")
		c.take()
		if got := c.exposition(); !strings.Contains(got, "tiendo_dossier_budget_left{agency=\"\"} "+want+"\n") {
			t.Errorf("%s: not %s:\n%s", name, want, got)
		}
	}
	// Two were settled, one of them late; one is open and overdue. Of three, one may be late by half, two by a third.
	f("at first", 0, "0.5", "-1")
	f("at once", 0, "0.33", "-1")
	f("after five minutes", 5*time.Minute, "0.32", "0")
}

// TestFactsThatCannotBeRead leave the other figures as they are, and come back.
func TestFactsThatCannotBeRead(t *testing.T) {
	c := newCity(t, march, "dossier.open", "quality.report_delay_p90")
	for _, swap := range []struct {
		statement string
		fails     bool
	}{
		{"ALTER TABLE cells DROP PROJECTION by_delay", true},
		{"ALTER TABLE cells ADD PROJECTION by_delay (SELECT family, agency, day, source, delay, sum(n) GROUP BY family, agency, day, source, delay)", false},
	} {
		if err := c.exec(swap.statement); err != nil {
			t.Fatal(err)
		}
		c.now = c.now.Add(time.Minute)
		err := c.Take(t.Context())
		got := c.exposition()
		if (err != nil) != swap.fails || !strings.Contains(got, "tiendo_dossier_open{") || strings.Contains(got, "tiendo_dossier_wave_due{") == swap.fails {
			t.Errorf("%s: %v\n%s", swap.statement, err, got)
		}
	}
}

func compareGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with -update and read it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// TestOldSnapshot is left out, so that Prometheus marks its series stale; what the process says of itself stays.
func TestOldSnapshot(t *testing.T) {
	c := newCity(t, march)
	if got := c.exposition(); strings.Contains(got, "tiendo_dossier") || strings.Contains(got, "snapshot_timestamp") {
		t.Errorf("figures before the first snapshot:\n%s", got)
	}
	c.take()
	c.now = noon.Add(4 * time.Minute)
	if got := c.exposition(); !strings.Contains(got, "tiendo_dossier_open{") {
		t.Errorf("no figures after four minutes:\n%s", got)
	}
	c.now = noon.Add(6 * time.Minute)
	if got := c.exposition(); strings.Contains(got, "tiendo_dossier") || !strings.Contains(got, "tiendo_snapshot_timestamp_seconds") {
		t.Errorf("after six minutes:\n%s", got)
	}
}

// TestFreshness is the age of the newest event in the figures, 0 when nothing waits.
func TestFreshness(t *testing.T) {
	c := newCity(t, march)
	c.mark = booking.Mark{Arrival: noon.Add(-time.Minute)}
	c.take()
	if got := c.exposition(); !strings.Contains(got, "tiendo_freshness_seconds 0\n") {
		t.Errorf("nothing waits:\n%s", got)
	}
	c.waiting = true
	if got := c.exposition(); !strings.Contains(got, "tiendo_freshness_seconds 60\n") || !strings.Contains(got, "tiendo_booker_lag_seconds 60\n") {
		t.Errorf("something waits:\n%s", got)
	}
}

// TestFreshnessAfterAStart counts from the start as long as nothing was booked: waiting is never shown as fresh.
func TestFreshnessAfterAStart(t *testing.T) {
	c := newCity(t, march)
	c.waiting = true
	c.now = noon.Add(30 * time.Second)
	c.take()
	if got := c.exposition(); !strings.Contains(got, "tiendo_freshness_seconds 30\n") {
		t.Errorf("waiting since the start:\n%s", got)
	}
}

// TestManyAgencies: labels are bounded; the rest is one, and sums stay right. A code that looks like the rest is part of it.
func TestManyAgencies(t *testing.T) {
	const cities = "SELECT 'dossier', toString(number), if(number = 0, '_unknown', concat('H', leftPad(toString(number), 4, '0'))), 'opened', '2025-03-03', 0, 0, 0, 1 FROM numbers(700)"
	f := func(c *city, series, rest int) {
		t.Helper()
		c.take()
		got := c.exposition()
		if n := strings.Count(got, "tiendo_dossier_open{"); n != series {
			t.Errorf("%d series, want %d", n, series)
		}
		if want := fmt.Sprintf("tiendo_dossier_open{agency=%q} %d\n", "_unknown", rest); !strings.Contains(got, want) {
			t.Errorf("no %s", want)
		}
		if n := strings.Count(got, "tiendo_agency_info{"); n != series {
			t.Errorf("%d agencies have a name, %d are shown", n, series)
		}
		lint(t, got)
	}
	f(newCity(t, cities, "dossier.open"), 501, 200)
	registered := newCity(t, cities, "dossier.open")
	registered.load(register.Agencies, "agencies:\n  - {code: H0001, names: {vi: X, en: X}}\n  - {code: Z1, names: {vi: Y, en: Y}}\n  - {code: H0002, names: {vi: Z, en: Z}, to: 2024-12-31}\n")
	f(registered, 4, 698)
}
