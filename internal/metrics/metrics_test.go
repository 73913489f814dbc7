package metrics_test

import (
	"bytes"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"

	"tiendo/internal/booking"
	"tiendo/internal/calendar"
	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/kpi"
	"tiendo/internal/metrics"
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
	mark    booking.Mark
	waiting bool
	*metrics.Snapshots
	registry *prometheus.Registry
}

func newCity(t *testing.T, insert string, figures []string) *city {
	t.Helper()
	conn := enginetest.Conn(t)
	if err := conn.Exec(t.Context(), "INSERT INTO cells (family, subject, agency, measure, day, millis, marks, bin, n) "+insert); err != nil {
		t.Fatal(err)
	}
	c := &city{now: noon, registry: prometheus.NewPedanticRegistry()}
	now := func() time.Time { return c.now }
	books := kpi.New(kpi.Options{Conn: conn, Calendars: calendar.Builtin(zone), Now: now, Events: func() uint64 { return 0 }})
	var err error
	c.Snapshots, err = metrics.New(metrics.Options{
		Books: books, Figures: figures, Periods: []string{"mtd", "ytd"}, Zone: zone, Now: now, Logger: slog.New(slog.DiscardHandler),
		Mark: func() booking.Mark { return c.mark }, Waiting: func(booking.Mark) bool { return c.waiting },
		Names: func(agency string) (string, string) {
			return map[string]string{"H24.12": "Sở Xây dựng"}[agency], map[string]string{"H24.12": "departments"}[agency]
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.registry.MustRegister(c)
	return c
}

func (c *city) take(t *testing.T) {
	t.Helper()
	if err := c.Take(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (c *city) exposition(t *testing.T) string {
	t.Helper()
	families, err := c.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

const march = `VALUES
	('dossier', 'a', 'H24.12', 'opened', '2025-03-03', 0, 0, 0, 1), ('dossier', 'a', 'H24.12', 'settled', '2025-03-05', 0, 3, 0, 1),
	('dossier', 'a', 'H24.12', 'worked', '2025-03-05', 0, 0, 1655, 1),
	('dossier', 'b', 'H24.12', 'opened', '2025-01-03', 0, 0, 0, 1), ('dossier', 'b', 'H24.12', 'settled', '2025-01-05', 0, 1, 0, 1),
	('dossier', 'c', 'H24.17', 'opened', '2025-02-04', 0, 0, 0, 1), ('dossier', 'c', 'H24.17', 'breached', '2025-02-10', 86399999, 0, 0, 1),
	('task', 't', 'H24.17', 'opened', '2025-02-04', 0, 0, 0, 1), ('dossier', 'a', 'H24.12', 'rated', '2025-03-06', 0, 0, 0, 1), ('dossier', 'a', 'H24.12', 'scored', '2025-03-06', 0, 0, 0, 4)`

// TestExposition is the whole of what a scrape shows of a small city, and is as Prometheus wants it.
func TestExposition(t *testing.T) {
	c := newCity(t, march, nil)
	c.take(t)
	problems, err := testutil.GatherAndLint(c.registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("lint: %v %v", problems, err)
	}
	compareGolden(t, "testdata/leadership.txt", c.exposition(t))
}

// TestQuantilesAreInSeconds, of each agency and of the whole city.
func TestQuantilesAreInSeconds(t *testing.T) {
	c := newCity(t, march, []string{"dossier.working_hours_median"})
	c.take(t)
	got := c.exposition(t)
	for _, label := range []string{`agency="",period="mtd"`, `agency="H24.12",period="mtd"`} {
		if !strings.Contains(got, "tiendo_dossier_working_seconds_median{"+label+"}") {
			t.Errorf("no %s in\n%s", label, got)
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
	c := newCity(t, march, nil)
	if got := c.exposition(t); strings.Contains(got, "tiendo_dossier") || strings.Contains(got, "snapshot_timestamp") {
		t.Errorf("figures before the first snapshot:\n%s", got)
	}
	c.take(t)
	c.now = noon.Add(4 * time.Minute)
	if got := c.exposition(t); !strings.Contains(got, "tiendo_dossier_open{") {
		t.Errorf("no figures after four minutes:\n%s", got)
	}
	c.now = noon.Add(6 * time.Minute)
	if got := c.exposition(t); strings.Contains(got, "tiendo_dossier") || !strings.Contains(got, "tiendo_snapshot_timestamp_seconds") {
		t.Errorf("after six minutes:\n%s", got)
	}
}

// TestFreshness is the age of the newest event in the figures, 0 when nothing waits.
func TestFreshness(t *testing.T) {
	c := newCity(t, march, nil)
	c.mark = booking.Mark{Arrival: noon.Add(-time.Minute)}
	c.take(t)
	if got := c.exposition(t); !strings.Contains(got, "tiendo_freshness_seconds 0\n") {
		t.Errorf("nothing waits:\n%s", got)
	}
	c.waiting = true
	if got := c.exposition(t); !strings.Contains(got, "tiendo_freshness_seconds 60\n") || !strings.Contains(got, "tiendo_booker_lag_seconds 60\n") {
		t.Errorf("something waits:\n%s", got)
	}
}

// TestFreshnessAfterAStart counts from the start as long as nothing was booked: waiting is never shown as fresh.
func TestFreshnessAfterAStart(t *testing.T) {
	c := newCity(t, march, nil)
	c.waiting = true
	c.now = noon.Add(30 * time.Second)
	c.take(t)
	if got := c.exposition(t); !strings.Contains(got, "tiendo_freshness_seconds 30\n") {
		t.Errorf("waiting since the start:\n%s", got)
	}
}

// TestManyAgencies: labels are bounded; the rest is one, and sums stay right.
func TestManyAgencies(t *testing.T) {
	c := newCity(t, "SELECT 'dossier', toString(number), concat('H', leftPad(toString(number), 4, '0')), 'opened', '2025-03-03', 0, 0, 0, 1 FROM numbers(700)", []string{"dossier.open"})
	c.take(t)
	got := c.exposition(t)
	if n := strings.Count(got, "tiendo_dossier_open{"); n != 501 {
		t.Errorf("%d series", n)
	}
	if want := fmt.Sprintf("tiendo_dossier_open{agency=%q} 200\n", "_unknown"); !strings.Contains(got, want) {
		t.Errorf("no %s", want)
	}
}

func TestUnknownFigure(t *testing.T) {
	_, err := metrics.New(metrics.Options{Figures: []string{"dossier.nonsense"}, Now: time.Now, Zone: zone})
	if err == nil || !strings.Contains(err.Error(), "dossier.nonsense") {
		t.Errorf("got %v", err)
	}
}
