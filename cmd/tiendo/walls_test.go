package main

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tiendo/dashboards/prometheus"
	"tiendo/internal/kpi"
	"tiendo/internal/metrics"

	"github.com/go-json-experiment/json"
)

// TestWalls proves, without a Grafana, what a city's walls and alerts stand on: a server with two simulated months shows on /metrics
// what the API says, of every figure; a real Prometheus takes it, with the example's rules; every query of every dashboard answers;
// totals are the API's; and an alert reaches somebody through a real Alertmanager.
func TestWalls(t *testing.T) {
	t.Parallel()
	needed(t, "prometheus")
	needed(t, "prometheus-alertmanager")
	s := newServer(t)
	all := write(t, s.dir, "all.yaml", "metrics: {figures: [\"*\"], periods: [mtd, ytd]}\n")
	s.flags = []string{"--config", all}
	s.start()
	s.ready()
	simulated(t, s)
	t.Run("every figure on /metrics is what the API says", func(t *testing.T) { compareEveryFigure(t, s) })

	// With the setting of the dashboards, and with registers, so that there are groups and targets.
	s.stop()
	boards, err := filepath.Abs(filepath.Join("..", "..", "dashboards", "grafana"))
	if err != nil {
		t.Fatal(err)
	}
	s.flags = []string{"--config", filepath.Join(boards, "tiendo.yaml")}
	s.start()
	s.ready()
	t.Run("nothing waits after a restart", func(t *testing.T) { freshAtOnce(t, s) })
	registers := filepath.Join("..", "..", "examples", "registers", "hai-phong")
	if code, out, errs := tiendo(t, registers, "register", "load", "agencies.yaml", "targets.yaml", "--server", *s.url.Load(), "--data", s.data); code != 0 {
		t.Fatalf("load the registers: %d %s%s", code, out, errs)
	}
	quarter := fmt.Sprintf("%d-Q%d", time.Now().Year(), (int(time.Now().Month())+2)/3)
	if code, out, errs := tiendo(t, filepath.Join("..", "..", "examples", "methods"), "rank", "--method", "decision-766.yaml", "--period", quarter, "--publish",
		"--although", "a test", "--server", *s.url.Load(), "--data", s.data); code != 0 {
		t.Fatalf("publish a ranking: %d %s%s", code, out, errs)
	}
	received := make(chan notice, 100)
	alertmanager := startAlertmanager(t, s.dir, received)
	p := startPrometheus(t, s.dir, strings.TrimPrefix(*s.url.Load(), "http://"), alertmanager)
	eventually(t, "rules are recorded", func() bool { return p.value(`count(group:tiendo_dossier_on_time_rate:ratio{group!=""})`) >= 4 })
	sendSome(t, s)
	eventually(t, "what was sent is on the way through Prometheus", func() bool { return p.value(`sum(rate(tiendo_booker_block_seconds_count[1m]))`) > 0 })
	t.Run("every query of every dashboard answers", func(t *testing.T) { askEveryPanel(t, p, boards) })
	t.Run("totals are the API's", func(t *testing.T) { compareTotals(t, p, s.city()) })
	t.Run("the commands of the runbook work", func(t *testing.T) { followRunbook(t, s) })
	t.Run("a scrape while the engine is away shows the last snapshot", func(t *testing.T) { scrapeWithoutEngine(t, s) })
	t.Run("an alert reaches somebody", func(t *testing.T) {
		s.stop()
		expectAlert(t, received)
	})
}

// simulated fills a server with the events of two months.
func simulated(t *testing.T, s *server) {
	t.Helper()
	today := time.Now()
	code, out, errs := tiendo(t, s.dir, "simulate", "--seed", "7", "--from", today.AddDate(0, -2, 0).Format(time.DateOnly), "--to", today.Format(time.DateOnly),
		"--dossiers-per-day", "60", "--to-server", "--server", *s.url.Load(), "--data", s.data)
	if code != 0 {
		t.Fatalf("simulate: %d %s%s", code, out, errs)
	}
	eventually(t, "all is in the figures", func() bool {
		_, text := s.get("/metrics")
		return sample(text, "tiendo_freshness_seconds") == "0" && sample(text, "tiendo_log_entries") == "0"
	})
}

// sendSome sends a few events, so that what counts sending has something to count.
func sendSome(t *testing.T, s *server) {
	t.Helper()
	sender, err := newSender(&client{Server: *s.url.Load(), Data: s.data})
	if err != nil {
		t.Fatal(err)
	}
	if err := sender.post(t.Context(), ndjson, dossiers(20)); err != nil {
		t.Fatal(err)
	}
}

// compareEveryFigure compares /metrics with the API, figure by figure. Those that are read from the facts may be a little older.
func compareEveryFigure(t *testing.T, s *server) {
	c := s.city()
	c.T = t
	want := map[string]float64{}
	for _, d := range kpi.Catalogue() {
		for _, period := range []string{"mtd", "ytd"} {
			label := period
			if d.Stock() {
				label = "" // an agency that has a case in either period has a sample
			}
			noteFigure(want, c, &d, period, label)
		}
	}
	if len(want) < 8000 {
		t.Fatalf("only %d samples are expected", len(want))
	}
	atLast(t, func() (wrong []string) {
		shown := shownByMetrics(t, s)
		for key, value := range want {
			if got, ok := shown[key]; !ok || math.Abs(got-value) > 1e-9*max(1, math.Abs(value)) {
				wrong = append(wrong, fmt.Sprintf("%s is %v (there: %v), the API says %v", key, got, ok, value))
			}
		}
		for key := range shown {
			if _, ok := want[key]; !ok {
				wrong = append(wrong, key+" is not in the API")
			}
		}
		return wrong
	})
	t.Logf("%d samples compared", len(want))
}

// atLast compares until nothing is wrong, for a minute at most: what is compared may be on its way.
func atLast(t *testing.T, compare func() (wrong []string)) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Second) {
		wrong := compare()
		if len(wrong) == 0 {
			return
		}
		if time.Now().After(end) {
			slices.Sort(wrong)
			t.Fatalf("%d are wrong:\n%s", len(wrong), strings.Join(wrong[:min(len(wrong), 20)], "\n"))
		}
	}
}

// noteFigure notes the samples that a figure must have, in base units.
func noteFigure(want map[string]float64, c *city, d *kpi.Definition, period, label string) {
	unit := map[string]float64{"hours": 3600, "days": 86400}[d.Unit]
	name := metrics.MetricName(d.ID)
	note := func(agency string, row answer) {
		for suffix, value := range map[string]*float64{"": row.Value, "_numerator": row.Numerator, "_denominator": row.Denominator} {
			if value != nil {
				want[sampleKey(name+suffix, agency, label)] = *value * max(1, unit)
			}
		}
	}
	for agency, row := range c.rows(d.ID, period, "agency") {
		switch {
		case agency != "":
			note(agency, row)
		case d.Shape != kpi.Quantile: // of quantiles there is no sum of the rest
			note("_unknown", row)
		}
	}
	if d.Shape == kpi.Quantile {
		note("", c.rows(d.ID, period, "")[""])
	}
}

// freshAtOnce: whoever restarts an idle server is not told that something waits. It was told so for 17 s after every second start.
func freshAtOnce(t *testing.T, s *server) {
	for range 2 {
		eventually(t, "there are figures", func() bool {
			_, text := s.get("/metrics")
			return sample(text, "tiendo_snapshot_timestamp_seconds") != ""
		})
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(100 * time.Millisecond) {
			_, text := s.get("/metrics")
			if sample(text, "tiendo_freshness_seconds") == "0" && sample(text, "tiendo_booker_lag_seconds") == "0" {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("after a restart figures are %s s behind, though nothing waits", sample(text, "tiendo_freshness_seconds"))
			}
		}
		s.stop()
		s.start()
		s.ready()
	}
}

// emptyFor says why the query of a panel may have no answer here: the first part of its title, and of its expression.
var emptyFor = []struct{ title, expr, why string }{
	{"Cảnh báo", "ALERTS", "alerts fire or not"},
	{"", "_target", "the register of examples has targets for a few figures only"},
	{"Tốc độ trễ hạn", "burn", "the windows of burn rates are longer than this test"},
	{"Cơ quan im lặng", "tiendo_agency_quiet", "nobody has to be quiet"},
	{"Yêu cầu vượt hạn mức", "tiendo_collector_limited_total", "no token is over its rate"},
}

// panel is what this test reads of a panel.
type panel struct {
	Type, Title string
	Targets     []struct {
		RefID, Expr string
		Range       bool
	}
}

// askEveryPanel asks every query of every variable and panel.
func askEveryPanel(t *testing.T, p *prom, folder string) {
	files, err := filepath.Glob(filepath.Join(folder, "boards", "*.json"))
	if err != nil || len(files) < 6 {
		t.Fatalf("%v: %v", files, err)
	}
	asked, excused := 0, make([]int, len(emptyFor))
	for _, path := range files {
		var board struct {
			Panels     []panel
			Templating struct {
				List []struct{ Name, Type, Definition, Regex string }
			}
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &board, json.MatchCaseInsensitiveNames(true)); err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		for _, v := range board.Templating.List {
			if v.Type != "query" {
				continue
			}
			asked++
			if values, err := p.choices(v.Definition, v.Regex); err != nil || len(values) == 0 {
				t.Errorf("%s: the variable %s has the values %v (%v)", name, v.Name, values, err)
			}
		}
		for _, panel := range board.Panels {
			for _, target := range panel.Targets {
				asked++
				where := fmt.Sprintf("%s, %s, %s", name, panel.Title, target.RefID)
				answers := func() bool {
					found, err := p.query(chosen.Replace(target.Expr), target.Range)
					if err != nil {
						t.Fatalf("%s: %v\n%s", where, err, target.Expr)
					}
					return len(found) > 0
				}
				reason := slices.IndexFunc(emptyFor, func(e struct{ title, expr, why string }) bool {
					return strings.HasPrefix(panel.Title, e.title) && strings.Contains(target.Expr, e.expr)
				})
				switch {
				case reason < 0: // for a moment all may be empty: a busy machine scrapes too late
					eventually(t, where+" answers:\n"+chosen.Replace(target.Expr), answers)
				case !answers():
					excused[reason]++
				}
			}
		}
	}
	for i, n := range excused {
		if n == 0 && emptyFor[i].title != "Cảnh báo" && emptyFor[i].title != "Cơ quan im lặng" {
			t.Errorf("no query is empty because %s; take the excuse back", emptyFor[i].why)
		}
	}
	if asked < 250 {
		t.Errorf("only %d queries were asked", asked)
	}
	t.Logf("%d queries asked", asked)
}

// chosen is what the variables are set to while panels are asked.
var chosen = strings.NewReplacer("$period", "mtd", "$agency", "H24.13", "$group", ".*", "$instance", ".*", "$__rate_interval", "1m")

var labelValues = regexp.MustCompile(`^label_values\((\w+), (\w+)\)$`)

// choices are the values of a variable, as Grafana's data source for Prometheus finds them.
func (p *prom) choices(definition, regex string) (values []string, err error) {
	if found := labelValues.FindStringSubmatch(definition); found != nil {
		err = p.ask("label/"+found[2]+"/values", url.Values{"match[]": {found[1]}}, &values)
		return values, err
	}
	inner, ok := strings.CutPrefix(definition, "query_result(")
	if !ok {
		return nil, fmt.Errorf("%s is no query of a variable", definition)
	}
	all, err := p.query(chosen.Replace(strings.TrimSuffix(inner, ")")), false)
	if err != nil {
		return nil, err
	}
	pattern, err := regexp.Compile(strings.Trim(regex, "/"))
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		var labels []string
		for _, name := range []string{"agency", "name"} {
			labels = append(labels, fmt.Sprintf("%s=%q", name, one.labels[name]))
		}
		if found := pattern.FindStringSubmatch("{" + strings.Join(labels, ", ") + "} 1"); found != nil {
			values = append(values, found[1])
		}
	}
	return values, nil
}

// compareTotals compares what the rules record of the city and its groups with what the API says.
func compareTotals(t *testing.T, p *prom, c *city) {
	c.T, p.T = t, t
	compared := 0
	atLast(t, func() (wrong []string) {
		compared = 0
		same := func(expr string, said *float64) {
			compared++
			if got := p.value(expr); said == nil != math.IsNaN(got) || said != nil && math.Abs(got-*said) > 1e-9*max(1, math.Abs(*said)) {
				wrong = append(wrong, fmt.Sprintf("%s is %v, the API says otherwise", expr, got))
			}
		}
		for _, d := range kpi.Catalogue() {
			if prometheus.City(&d) != "" && !math.IsNaN(p.value("count("+metrics.MetricName(d.ID)+")")) {
				eachTotal(c, &d, same)
			}
		}
		return wrong
	})
	if compared < 240 {
		t.Errorf("only %d totals were compared", compared)
	}
	t.Logf("%d totals compared", compared)
}

// eachTotal calls same with each total of a figure that rules record, and what the API says.
func eachTotal(c *city, d *kpi.Definition, same func(expr string, said *float64)) {
	for _, period := range []string{"mtd", "ytd"} {
		matchers := fmt.Sprintf("period=%q", period)
		if d.Stock() {
			matchers = ""
		}
		same(prometheus.City(d)+"{"+matchers+"}", c.rows(d.ID, period, "")[""].Value)
		for group, row := range c.rows(d.ID, period, "group") {
			same(fmt.Sprintf("%s{group=%q, %s}", prometheus.Group(d), group, matchers), row.Value)
		}
	}
}

// scrapeWithoutEngine holds the engine's process: scrapes do not wait for it, answer with the figures of before, and say so.
func scrapeWithoutEngine(t *testing.T, s *server) {
	engine := s.awaitEngine(0, 10*time.Second)
	if engine == 0 {
		t.Fatal("no engine")
	}
	if err := syscall.Kill(engine, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Kill(engine, syscall.SIGCONT); err != nil {
			t.Error(err)
		}
		eventually(t, "the engine is back", func() bool {
			_, text := s.get("/metrics")
			return sample(text, "tiendo_engine_up") == "1"
		})
	}()
	eventually(t, "the engine is said to be away", func() bool {
		begun := time.Now()
		status, text := s.get("/metrics")
		if took := time.Since(begun); status != http.StatusOK || took > 10*time.Second { // the engine answers nobody, however long one waits
			t.Fatalf("%d after %s", status, took)
		}
		if !strings.Contains(text, `tiendo_dossier_open{agency="H24.13"} `) || sample(text, "tiendo_snapshot_timestamp_seconds") == "" {
			t.Fatalf("the last snapshot is gone:\n%s", text)
		}
		return sample(text, "tiendo_engine_up") == "0"
	})
}

// followRunbook runs every command of ours that the runbook tells.
func followRunbook(t *testing.T, s *server) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "runbook.md"))
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile("(?m)(?:^|`)tiendo (kpi [^`\\n]+|token list)").FindAllStringSubmatch(string(raw), -1)
	for _, found := range commands {
		args := append(strings.Fields(found[1]), "--server", *s.url.Load(), "--data", s.data)
		if code, out, errs := tiendo(t, s.dir, args...); code != 0 || out == "" {
			t.Errorf("tiendo %s: %d %s%s", found[1], code, out, errs)
		}
	}
	paths := regexp.MustCompile(`http://127\.0\.0\.1:8080(/[^'\s]*)`).FindAllStringSubmatch(string(raw), -1)
	for _, found := range paths {
		if status, body := s.get(found[1]); status != http.StatusOK {
			t.Errorf("%s: %d %.300s", found[1], status, body)
		}
	}
	if len(commands) < 10 || len(paths) < 10 {
		t.Errorf("only %d commands and %d addresses were tried", len(commands), len(paths))
	}
}

// notice is what an Alertmanager tells a webhook.
type notice struct {
	Receiver, Status string
	Alerts           []struct {
		Status              string
		Labels, Annotations map[string]string
	}
}

// startAlertmanager starts one by the example's configuration, whose pager is this test. It returns its address.
func startAlertmanager(t *testing.T, dir string, received chan<- notice) string {
	t.Helper()
	pager := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var n notice
		if err := json.UnmarshalRead(r.Body, &n, json.MatchCaseInsensitiveNames(true)); err != nil {
			t.Error(err)
		}
		received <- n
	}))
	t.Cleanup(pager.Close)
	address := freeAddress(t)
	example(t, dir, "alertmanager.yml", "http://127.0.0.1:9095/tiendo", pager.URL, "group_wait: 30s", "group_wait: 0s", "mail.example:587", "127.0.0.1:1")
	example(t, dir, "alertmanager.tmpl")
	background(t, dir, needed(t, "prometheus-alertmanager"), "--config.file=alertmanager.yml", "--storage.path="+filepath.Join(dir, "alertmanager"),
		"--web.listen-address="+address, "--cluster.listen-address=", "--log.level=warn")
	answers(t, "http://"+address+"/-/ready")
	return address
}

// expectAlert waits for the alert that the server is gone.
func expectAlert(t *testing.T, received <-chan notice) {
	late := time.After(time.Minute)
	for {
		select {
		case n := <-received:
			for _, a := range n.Alerts {
				if a.Labels["alertname"] != "TiendoDown" {
					continue
				}
				if n.Receiver != "operators-urgent" || a.Status != "firing" || a.Labels["severity"] != "critical" ||
					a.Annotations["runbook_url"] != "docs/runbook.md#tiendodown" || a.Annotations["summary"] == "" || a.Annotations["summary_en"] == "" {
					t.Errorf("got %+v", n)
				}
				return
			}
		case <-late:
			t.Fatal("no alert after a minute")
		}
	}
}
