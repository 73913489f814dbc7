package grafana

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"tiendo/internal/kpi"
)

// made are the files, made anew.
func made(t *testing.T) map[string]string {
	t.Helper()
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for name, content := range files {
		all[name] = string(content)
	}
	if len(all) < 8 {
		t.Fatalf("only %d files are made", len(all))
	}
	return all
}

func boards(t *testing.T) map[string]string {
	t.Helper()
	all := made(t)
	for name := range all {
		if !strings.HasPrefix(name, "boards/") {
			delete(all, name)
		}
	}
	return all
}

func TestFilesAreCurrent(t *testing.T) {
	files := made(t)
	for name, want := range files {
		raw, err := os.ReadFile(filepath.FromSlash(name))
		if err != nil || string(raw) != want {
			t.Errorf("%s is not what the code says (%v); run go generate ./dashboards/...", name, err)
		}
	}
	found, err := filepath.Glob("boards/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range found {
		if _, ok := files[filepath.ToSlash(name)]; !ok {
			t.Errorf("%s is made by nobody", name)
		}
	}
}

// valid decodes a dashboard as strictly as Grafana's published types can: each member of the dashboard, its variables, panels, their
// options, fields and queries is known, of its type, and none that is required is missing.
func valid(raw string) (d dashboard.Dashboard, err error) { //nolint:staticcheck // see newBoard
	plugins.RegisterDefaultPlugins()
	var strict dashboard.Dashboard //nolint:staticcheck // see newBoard
	var fields struct {
		Panels []struct {
			Type        string
			FieldConfig json.RawMessage
		}
	}
	if err := errors.Join(json.Unmarshal([]byte(raw), &d), json.Unmarshal([]byte(raw), &fields)); err != nil {
		return d, err
	}
	found := []error{strict.UnmarshalJSONStrict([]byte(raw)), d.Validate()}
	for _, p := range fields.Panels {
		if p.Type != "row" { // the strict decoder of a panel is not strict about its fields
			found = append(found, new(dashboard.FieldConfigSource).UnmarshalJSONStrict(p.FieldConfig))
		}
	}
	for _, err := range found {
		if err != nil && err.Error() != "" { // a list of no errors is one too
			return d, err
		}
	}
	return d, nil
}

func TestDashboardsAreGrafanas(t *testing.T) {
	for name, raw := range boards(t) {
		if _, err := valid(raw); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The check bites: each of these is one word wrong.
	raw := boards(t)["boards/"+cityUID+".json"]
	f := func(what, with string) {
		t.Helper()
		if !strings.Contains(raw, what) {
			t.Fatalf("the dashboard has no %s", what)
		}
		if _, err := valid(strings.Replace(raw, what, with, 1)); err == nil {
			t.Errorf("with %s for %s it was taken", with, what)
		}
	}
	f(`"schemaVersion": 42`, `"schemaVersion": "42"`)
	f(`"refresh": "30s"`, `"renew": "30s"`)
	f(`"graphMode": "none"`, `"graph": "none"`)
	f(`"wideLayout": true`, `"wideLayout": "yes"`)
	f(`"instant": true`, `"instantly": true`)
	f(`"orientation": "horizontal"`, `"orient": "horizontal"`)
	f(`"mode": "absolute",`, ``)
	f(`"decimals": 1`, `"decimal": 1`)
	f(`"legendFormat": "`, `"legend": "`)
	f(`"h": 5`, `"h": -5`)
	f(`"includeAll": true`, `"includeAll": "all"`)
	f(`"matcher": {`, `"matches": {`)
}

// TestUnknownFigure: a dashboard of a figure that there is not is not made.
func TestUnknownFigure(t *testing.T) {
	b := newBoard("x", "x", "x", scope{})
	b.tile("dossier.open")
	b.tile("dossier.nonsense")
	b.agencies("x", 5, b.ofFigure("online.nonsense"))
	_, err := b.build()
	if err == nil || !strings.Contains(err.Error(), `"dossier.nonsense"`) || !strings.Contains(err.Error(), `"online.nonsense"`) {
		t.Errorf("got %v", err)
	}
}

// TestPanelsHaveTheirPlace: none lies over another or beside the grid, each has a number of its own and says what it shows.
func TestPanelsHaveTheirPlace(t *testing.T) {
	for name, raw := range boards(t) {
		d, err := valid(raw)
		if err != nil {
			t.Fatal(err)
		}
		taken, numbers := map[[2]uint32]string{}, map[uint32]bool{}
		for _, p := range d.Panels {
			if p.Panel == nil {
				numbers[p.RowPanel.Id] = true
				continue
			}
			title, at := *p.Panel.Title, *p.Panel.GridPos
			if numbers[*p.Panel.Id] || !strings.Contains(title, " · ") && title != "ClickHouse" {
				t.Errorf("%s: panel %d is called %q", name, *p.Panel.Id, title)
			}
			numbers[*p.Panel.Id] = true
			if at.X+at.W > 24 {
				t.Errorf("%s: %s does not fit", name, title)
			}
			for x := at.X; x < at.X+at.W; x++ {
				for y := at.Y; y < at.Y+at.H; y++ {
					if other := taken[[2]uint32{x, y}]; other != "" {
						t.Fatalf("%s: %s lies over %s", name, title, other)
					}
					taken[[2]uint32{x, y}] = title
				}
			}
		}
		if len(numbers) < 12 {
			t.Errorf("%s has only %d panels", name, len(numbers))
		}
	}
}

// TestTheCityShowsWhatLeadersWatch: every figure of the leadership stands on the wall.
func TestTheCityShowsWhatLeadersWatch(t *testing.T) {
	shown := cityBoard().figures
	for _, d := range kpi.Catalogue() {
		if d.Leadership && !slices.Contains(shown, d.ID) {
			t.Errorf("%s is not on the wall", d.ID)
		}
	}
}

// TestWaysLeadSomewhere: every address is a page of Tiendo or one of these dashboards.
func TestWaysLeadSomewhere(t *testing.T) {
	address := regexp.MustCompile(`"url": "([^"]*(?:\\"[^"]*)*)"`)
	all := boards(t)
	followed := 0
	for name, raw := range all {
		for _, found := range address.FindAllStringSubmatch(raw, -1) {
			followed++
			way := strings.ReplaceAll(found[1], `\"`, `"`)
			if err := leadsSomewhere(way, all); err != nil {
				t.Errorf("%s: %s: %v", name, way, err)
			}
		}
	}
	if followed < 100 {
		t.Errorf("only %d addresses were followed", followed)
	}
}

func leadsSomewhere(way string, all map[string]string) error {
	path, ours := strings.CutPrefix(way, "${tiendo}")
	uid, other := strings.CutPrefix(way, "/d/")
	switch {
	case other:
		uid, _, _ = strings.Cut(uid, "?")
		if all["boards/"+uid+".json"] == "" {
			return fmt.Errorf("no dashboard is called %s", uid)
		}
	case !ours:
		return fmt.Errorf("neither Tiendo nor a dashboard")
	case path == "/" || path == "/publications":
	case strings.HasPrefix(path, "/kpis#"):
		if _, ok := kpi.ByID(strings.TrimPrefix(path, "/kpis#")); !ok {
			return fmt.Errorf("no such figure")
		}
	case strings.HasPrefix(path, "/cases?"):
		query, err := url.ParseQuery(strings.TrimPrefix(path, "/cases?"))
		if err != nil {
			return err
		}
		if _, ok := kpi.ByID(query.Get("kpi")); !ok || query.Get("period") != "${period}" {
			return fmt.Errorf("no such list")
		}
	default:
		return fmt.Errorf("no such page")
	}
	return nil
}

// TestProvisioning: the data source is the one that the dashboards ask, and both files have no member that Grafana does not know.
func TestProvisioning(t *testing.T) {
	read := func(name string, into any) {
		t.Helper()
		raw, err := os.ReadFile(filepath.Join("provisioning", name, "tiendo.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.UnmarshalWithOptions(raw, into, yaml.Strict()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var sources struct {
		APIVersion  int `yaml:"apiVersion"`
		Datasources []struct {
			Name, UID, Type, Access, URL string
			JSONData                     struct {
				TimeInterval string `yaml:"timeInterval"`
				HTTPMethod   string `yaml:"httpMethod"`
			} `yaml:"jsonData"`
		}
	}
	read("datasources", &sources)
	if len(sources.Datasources) != 1 || sources.Datasources[0].UID != "tiendo" || sources.Datasources[0].Type != "prometheus" {
		t.Errorf("the data source is %+v", sources)
	}
	var boards struct {
		APIVersion int `yaml:"apiVersion"`
		Providers  []struct {
			Name, Folder, Type    string
			DisableDeletion       bool `yaml:"disableDeletion"`
			AllowUIUpdates        bool `yaml:"allowUiUpdates"`
			UpdateIntervalSeconds int  `yaml:"updateIntervalSeconds"`
			Options               struct{ Path string }
		}
	}
	read("dashboards", &boards)
	if len(boards.Providers) != 1 || boards.Providers[0].Options.Path == "" {
		t.Errorf("the dashboards are %+v", boards)
	}
}
