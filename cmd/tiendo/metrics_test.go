package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tiendo/internal/config"
	"tiendo/internal/kpi"
	"tiendo/internal/metrics"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// ownMetric is a metric that a process shows of itself.
type ownMetric struct {
	name, kind, help string
	labels           []string
}

var descShape = regexp.MustCompile(`^Desc\{fqName: "([^"]*)", help: "(.*?)", unit: ".*", constLabels: \{(.*)\}, variableLabels: \{(.*)\}\}$`)

// ownMetrics lists what a server shows of itself, by name, but for what every Go program shows.
func ownMetrics(t *testing.T, a *app) (own []ownMetric) {
	t.Helper()
	families, err := prometheus.Gatherers{a.registry, a.slow}.Gather()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{}
	for _, f := range families {
		kinds[f.GetName()] = map[dto.MetricType]string{
			dto.MetricType_GAUGE: "gauge", dto.MetricType_COUNTER: "counter", dto.MetricType_HISTOGRAM: "histogram",
		}[f.GetType()]
	}
	// A vector without samples is described and not gathered.
	described := make(chan *prometheus.Desc)
	go func() {
		a.registry.Describe(described)
		a.slow.Describe(described)
		close(described)
	}()
	for desc := range described {
		parts := descShape.FindStringSubmatch(desc.String())
		if parts == nil {
			t.Fatalf("a description of another shape: %s", desc)
		}
		m := ownMetric{name: parts[1], kind: kinds[parts[1]], help: parts[2]}
		if !strings.HasPrefix(m.name, "tiendo_") {
			continue
		}
		if m.kind == "" {
			if m.kind = "gauge"; strings.HasSuffix(m.name, "_total") {
				m.kind = "counter"
			}
		}
		for pair := range strings.SplitSeq(parts[3]+","+parts[4], ",") {
			if name, _, _ := strings.Cut(pair, "="); name != "" {
				m.labels = append(m.labels, name)
			}
		}
		own = append(own, m)
	}
	slices.SortFunc(own, func(x, y ownMetric) int { return strings.Compare(x.name, y.name) })
	return own
}

// TestMetricsAreDocumented: docs/metrics.md names every metric that there can be, with its HELP.
func TestMetricsAreDocumented(t *testing.T) {
	t.Parallel()
	a, _ := startApp(t, appOptions{})
	code := func(words []string) string { return "`" + strings.Join(words, "` `") + "`" }
	var figures, outlooks, own strings.Builder
	figures.WriteString("| metric | beside it | labels | HELP |\n|---|---|---|---|\n")
	for _, d := range kpi.Catalogue() {
		all := metrics.OfFigure(&d)
		var beside []string
		for _, m := range all[1:] {
			beside = append(beside, "…"+strings.TrimPrefix(m.Name, all[0].Name))
		}
		mark := ""
		if d.Leadership {
			mark = " •"
		}
		fmt.Fprintf(&figures, "| `%s`%s | %s | %s | %s<br>%s |\n", all[0].Name, mark, code(beside), code(all[0].Labels), all[0].Help, d.VI)
	}
	outlooks.WriteString("| metric | labels | HELP |\n|---|---|---|\n")
	for _, o := range kpi.Outlooks() {
		m := metrics.OfOutlook(&o)
		fmt.Fprintf(&outlooks, "| `%s` | %s | %s<br>%s: %s |\n", m.Name, code(m.Labels), m.Help, o.VI, o.SaysVI)
	}
	for _, m := range metrics.Beside() {
		fmt.Fprintf(&outlooks, "| `%s` | %s | %s |\n", m.Name, code(m.Labels), m.Help)
	}
	own.WriteString("| metric | kind | labels | HELP |\n|---|---|---|---|\n")
	for _, m := range ownMetrics(t, a) {
		labels := "–"
		if len(m.labels) > 0 {
			labels = code(m.labels)
		}
		fmt.Fprintf(&own, "| `%s` | %s | %s | %s |\n", m.name, m.kind, labels, m.help)
	}

	path := filepath.Join("..", "..", "docs", "metrics.md")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	for name, made := range map[string]string{"figures": figures.String(), "outlooks": outlooks.String(), "own": own.String()} {
		begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->\n"
		before, rest, opened := strings.Cut(page, begin)
		_, after, closed := strings.Cut(rest, end)
		if !opened || !closed {
			t.Fatalf("docs/metrics.md has no place between %q and %q", begin, end)
		}
		page = before + begin + made + end + after
	}
	if *update {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if page != string(raw) {
		t.Error("docs/metrics.md is not what the code says; run go test ./cmd/tiendo -run MetricsAreDocumented -update")
	}
}

// TestWhatAProcessSaysOfItself: every name of CONTRACT §5, after a request with one event and one that can't be taken.
func TestWhatAProcessSaysOfItself(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Listen, cfg.Data = "127.0.0.1:0", t.TempDir()
	a, _ := startApp(t, appOptions{Config: cfg})
	s, err := newSender(&client{Server: a.URL(), Data: cfg.Data})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.post(t.Context(), ndjson, dossiers(1)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "one dossier is open on /metrics", func() bool {
		_, body := fetch(t, a.URL()+"/metrics")
		return strings.Contains(body, `tiendo_dossier_open{agency="H24.12"} 1`)
	})
	for _, accept := range []string{"text/plain", "application/openmetrics-text;version=1.0.0"} {
		status, body := fetch(t, a.URL()+"/metrics", "Accept", accept)
		if status != http.StatusOK {
			t.Fatalf("%d: %s", status, body)
		}
		for _, series := range []string{
			`tiendo_collector_events_total{family="dossier",result="accepted"} 1`, `tiendo_collector_events_total{family="dossier",result="rejected"} 0`,
			"tiendo_collector_request_duration_seconds_count ", `tiendo_collector_request_duration_seconds_bucket{le="`,
			"tiendo_log_entries ", "tiendo_log_bytes ", "tiendo_log_oldest_seconds ",
			"tiendo_loader_batch_seconds_count ", `tiendo_loader_batch_seconds_bucket{le="`, "tiendo_loader_errors_total 0",
			"tiendo_booker_lag_seconds ", "tiendo_freshness_seconds ", "tiendo_snapshot_timestamp_seconds 1.",
			`tiendo_source_last_event_timestamp_seconds{source="_unknown"} 1.`, "tiendo_engine_up 1", "tiendo_calendar_end_timestamp_seconds 1.8302724e+09", `tiendo_build_info{goversion="go`,
			`tiendo_agency_info{agency="H24.12",name="H24.12",group=""} 1`, "tiendo_disk_free_bytes ", "tiendo_disk_size_bytes ",
			"go_goroutines ", "go_memstats_heap_inuse_bytes ", "process_cpu_seconds_total ", "process_resident_memory_bytes ", "process_open_fds ",
		} {
			if !strings.Contains(body, "\n"+series) {
				t.Errorf("%s: no %s in\n%s", accept, series, body)
			}
		}
		for _, name := range []string{"tiendo_disk_free_bytes", "tiendo_disk_size_bytes", "tiendo_log_bytes"} {
			if v := sample(body, name); v == "0" || v == "NaN" {
				t.Errorf("%s is %s", name, v)
			}
		}
	}
}
