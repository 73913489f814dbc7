package prometheus

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"tiendo/internal/kpi"
)

// rule is a recording rule or an alert.
type rule struct {
	Record, Alert, Expr, For string
	KeepFiringFor            string `yaml:"keep_firing_for"`
	Labels, Annotations      map[string]string
}

// rules reads every file of rules, by its name.
func rules(t *testing.T) map[string][]rule {
	t.Helper()
	files, err := filepath.Glob("*.rules.yml")
	if err != nil || len(files) < 4 {
		t.Fatalf("%v: %v", files, err)
	}
	all := map[string][]rule{}
	for _, name := range files {
		var file struct {
			Groups []struct {
				Name  string
				Rules []rule
			}
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.UnmarshalWithOptions(raw, &file, yaml.Strict()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, g := range file.Groups {
			all[name] = append(all[name], g.Rules...)
		}
	}
	return all
}

// tool runs one of the tools that come with Prometheus and Alertmanager; without it the test is skipped.
func tool(t *testing.T, name, comes string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("no %s on this machine; tools/needs %s installs it", name, comes)
	}
	out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput()
	if err != nil {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestTotalsAreCurrent(t *testing.T) {
	raw, err := os.ReadFile(TotalsFile)
	if err != nil || string(raw) != string(Totals()) {
		t.Errorf("%s is not what the catalogue says (%v); run go generate ./dashboards/...", TotalsFile, err)
	}
	summed := 0
	for _, d := range kpi.Catalogue() {
		if (City(&d) == "") != (d.Shape == kpi.Quantile) || (Group(&d) == "") != (d.Shape == kpi.Quantile) {
			t.Errorf("%s is recorded as %q", d.ID, City(&d))
		}
		if City(&d) != "" {
			summed++
		}
	}
	if got := len(rules(t)[TotalsFile]); got != 2*summed || summed < 80 {
		t.Errorf("%d rules for %d figures", got, summed)
	}
}

// TestConfigurations: Prometheus' and Alertmanager's own tools take them, and alerts reach those whom they are for.
func TestConfigurations(t *testing.T) {
	if out := tool(t, "promtool", "prometheus", "check", "config", "prometheus.yml"); !strings.Contains(out, "4 rule files found") {
		t.Errorf("promtool says %s", out)
	}
	tool(t, "amtool", "prometheus-alertmanager", "check-config", "alertmanager.yml")
	for labels, want := range map[string]string{
		"audience=leadership severity=critical": "leadership",
		"audience=leadership severity=warning":  "leadership",
		"audience=operators severity=critical":  "operators-urgent",
		"audience=operators severity=warning":   "operators",
		"alertname=SomebodyElses":               "operators",
	} {
		args := append([]string{"config", "routes", "test", "--config.file=alertmanager.yml", "--verify.receivers=" + want}, strings.Fields(labels)...)
		tool(t, "amtool", "prometheus-alertmanager", args...)
	}
}

// TestAlerts runs the tests of the rules.
func TestAlerts(t *testing.T) {
	files, err := filepath.Glob("tests/*.test.yml")
	if err != nil || len(files) < 4 {
		t.Fatalf("%v: %v", files, err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			if out := tool(t, "promtool", "prometheus", "test", "rules", name); !strings.Contains(out, "SUCCESS") {
				t.Errorf("promtool says %s", out)
			}
		})
	}
}

// TestEveryAlertIsTried: the tests show each alert firing and not firing.
func TestEveryAlertIsTried(t *testing.T) {
	fires, rests := map[string]int{}, map[string]int{}
	files, err := filepath.Glob("tests/*.test.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		var file struct {
			Tests []struct {
				AlertRuleTest []struct {
					Alertname string
					ExpAlerts []any `yaml:"exp_alerts"`
				} `yaml:"alert_rule_test"`
			}
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(raw, &file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, test := range file.Tests {
			for _, a := range test.AlertRuleTest {
				if len(a.ExpAlerts) > 0 {
					fires[a.Alertname]++
				} else {
					rests[a.Alertname]++
				}
			}
		}
	}
	alerts := map[string]bool{}
	for _, all := range rules(t) {
		for _, r := range all {
			if r.Alert != "" {
				alerts[r.Alert] = true
			}
		}
	}
	for name := range alerts {
		if fires[name] == 0 || rests[name] == 0 {
			t.Errorf("%s fires in %d tests, and rests in %d", name, fires[name], rests[name])
		}
	}
	if len(alerts) < 15 {
		t.Errorf("only %d alerts were found", len(alerts))
	}
}

// TestEveryAlertIsWhole: who gets it can read in two languages what it means, see the cases, and find what to do.
func TestEveryAlertIsWhole(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "runbook.md"))
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for line := range strings.Lines(string(raw)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "## "); ok {
			told[name] = true
		}
	}
	for _, all := range rules(t) {
		for _, r := range all {
			if r.Alert == "" {
				continue
			}
			for _, name := range []string{"summary", "summary_en", "description", "description_en"} {
				if r.Annotations[name] == "" {
					t.Errorf("%s has no %s", r.Alert, name)
				}
			}
			if !slices.Contains([]string{"leadership", "operators"}, r.Labels["audience"]) || !slices.Contains([]string{"critical", "warning"}, r.Labels["severity"]) {
				t.Errorf("%s is for %q, %q", r.Alert, r.Labels["audience"], r.Labels["severity"])
			}
			if (r.Labels["audience"] == "leadership") != (r.Annotations["page"] != "") {
				t.Errorf("%s shows the page %q", r.Alert, r.Annotations["page"])
			}
			if !strings.HasSuffix(r.Annotations["runbook_url"], "/runbook.md#"+strings.ToLower(r.Alert)) || !told[r.Alert] {
				t.Errorf("%s sends to %s, where no section is headed so", r.Alert, r.Annotations["runbook_url"])
			}
			told[r.Alert] = true
		}
	}
	for name := range told {
		found := false
		for _, all := range rules(t) {
			found = found || slices.ContainsFunc(all, func(r rule) bool { return r.Alert == name })
		}
		if !found {
			t.Errorf("docs/runbook.md tells of %s, which no alert is called", name)
		}
	}
}

// TestRulesAskForWhatThereIs: each metric in an expression is documented, and so shown, or recorded by another rule; each figure of
// an alert is on /metrics without being asked for.
func TestRulesAskForWhatThereIs(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "metrics.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown, byDefault := map[string]bool{}, map[string]bool{}
	row := regexp.MustCompile("(?m)^\\| `(tiendo_\\w+)`( •)? \\| ([^|]*)")
	for _, found := range row.FindAllStringSubmatch(string(raw), -1) {
		names := []string{found[1]}
		for _, suffix := range regexp.MustCompile("`…(_\\w+)`").FindAllStringSubmatch(found[3], -1) {
			names = append(names, found[1]+suffix[1])
		}
		for _, name := range names {
			shown[name] = true
			byDefault[name] = found[2] != "" || !strings.Contains(found[3], "…")
		}
	}
	all := rules(t)
	recorded := map[string]bool{}
	for _, list := range all {
		for _, r := range list {
			recorded[r.Record] = true
		}
	}
	name := regexp.MustCompile(`(?:\w+:)?\btiendo_\w+(?::\w+)?`)
	asked := map[string]bool{}
	for file, list := range all {
		for _, r := range list {
			for _, found := range name.FindAllString(r.Expr, -1) {
				asked[found] = true
				switch {
				case strings.Contains(found, ":") && !recorded[found]:
					t.Errorf("%s%s asks for %s, which no rule records", r.Alert, r.Record, found)
				case !strings.Contains(found, ":") && !shown[found]:
					t.Errorf("%s%s asks for %s, which docs/metrics.md does not name", r.Alert, r.Record, found)
				case !strings.Contains(found, ":") && file != TotalsFile && !byDefault[found]:
					t.Errorf("%s%s asks for %s, which is not on /metrics by default", r.Alert, r.Record, found)
				}
			}
		}
	}
	if len(asked) < 150 {
		t.Errorf("only these are asked for: %v", slices.Sorted(maps.Keys(asked)))
	}
}
