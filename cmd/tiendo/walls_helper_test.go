package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
)

// needed is the path of a program that comes from Debian; without it the test is skipped.
func needed(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("no %s on this machine; tools/needs %s installs it", program, program)
	}
	return path
}

// freeAddress is a loopback address at which nobody listens now. Its port is below those that systems give to whoever asks for any,
// so nobody takes it meanwhile by chance.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(12_000))); err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatal("no port is free from 20000 to 32000")
	return ""
}

// background runs a program in a folder until the test ends; what it says is shown if the test fails.
func background(t *testing.T, dir, program string, args ...string) {
	t.Helper()
	log, err := os.Create(filepath.Join(dir, filepath.Base(program)+".log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = log.Close()
		if t.Failed() {
			said, _ := os.ReadFile(log.Name())
			t.Logf("%s said:\n%s", program, said[max(0, len(said)-4000):])
		}
	})
}

// answers waits until an address answers with 200.
func answers(t *testing.T, address string) {
	t.Helper()
	eventually(t, address+" answers", func() bool {
		answer, err := http.Get(address)
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

// example copies files of dashboards/prometheus to a folder, with some words replaced; each must be there.
func example(t *testing.T, dir, pattern string, words ...string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "dashboards", "prometheus", pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", pattern, err)
	}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		for i := 0; i+1 < len(words); i += 2 {
			if !strings.Contains(text, words[i]) {
				t.Fatalf("%s has no %q", path, words[i])
			}
			text = strings.ReplaceAll(text, words[i], words[i+1])
		}
		// Nobody waits for minutes here.
		text = regexp.MustCompile(`(?m)^( +for:) \w+$`).ReplaceAllString(text, "$1 0s")
		write(t, dir, filepath.Base(path), text)
	}
}

// prom is a Prometheus that scrapes a server by the example's configuration and rules.
type prom struct {
	*testing.T
	url string
}

// startPrometheus starts one, every second instead of every few, and waits until it has recorded what rules make.
func startPrometheus(t *testing.T, dir, target, alertmanager string) *prom {
	t.Helper()
	address := freeAddress(t)
	p := &prom{T: t, url: "http://" + address}
	example(t, dir, "*.rules.yml")
	example(t, dir, "prometheus.yml", "[127.0.0.1:8080]", "["+target+"]", "[127.0.0.1:9093]", "["+alertmanager+"]",
		"scrape_interval: 15s", "scrape_interval: 1s", "evaluation_interval: 1m", "evaluation_interval: 2s")
	background(t, dir, needed(t, "prometheus"), "--config.file=prometheus.yml", "--storage.tsdb.path="+filepath.Join(dir, "tsdb"),
		"--web.listen-address="+address, "--log.level=warn")
	answers(t, p.url+"/-/ready")
	return p
}

// series is one series of an answer: its labels, and its newest value.
type series struct {
	labels map[string]string
	value  float64
}

// ask asks for a path of the API and decodes its data.
func (p *prom) ask(path string, query url.Values, into any) error {
	answer, err := http.Get(p.url + "/api/v1/" + path + "?" + query.Encode())
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	told := struct {
		Status, Error string
		Data          any
	}{Data: into}
	if err := json.UnmarshalRead(answer.Body, &told, json.MatchCaseInsensitiveNames(true)); err != nil {
		return err
	}
	if told.Status != "success" {
		return fmt.Errorf("%s", told.Error)
	}
	return nil
}

// result is the data of a query: of each series the one value, or all of a stretch.
type result struct {
	Result []struct {
		Metric map[string]string
		Value  [2]any
		Values [][2]any
	}
}

// query evaluates an expression now, or over the last seconds as a chart does. What is no number is left out.
func (p *prom) query(expr string, over bool) (all []series, err error) {
	path, query := "query", url.Values{"query": {expr}}
	if over {
		end := time.Now()
		path = "query_range"
		query.Set("start", end.Add(-4*time.Second).Format(time.RFC3339Nano))
		query.Set("end", end.Format(time.RFC3339Nano))
		query.Set("step", "1")
	}
	var told result
	if err := p.ask(path, query, &told); err != nil {
		return nil, err
	}
	for _, r := range told.Result {
		if len(r.Values) > 0 {
			r.Value = r.Values[len(r.Values)-1]
		}
		text, _ := r.Value[1].(string)
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, err
		}
		if !math.IsNaN(value) {
			all = append(all, series{r.Metric, value})
		}
	}
	return all, nil
}

// value is the one value of an expression; NaN if there is none.
func (p *prom) value(expr string) float64 {
	p.Helper()
	all, err := p.query(expr, false)
	if err != nil {
		p.Fatalf("%s: %v", expr, err)
	}
	switch len(all) {
	case 0:
		return math.NaN()
	case 1:
		return all[0].value
	default:
		p.Fatalf("%s has %d values", expr, len(all))
		return 0
	}
}
