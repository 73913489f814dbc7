package house

import (
	"bytes"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// pkg is what the go command says about a package of ours.
type pkg struct {
	ImportPath string
	Name       string
	Doc        string
	Imports    []string
	GoFiles    []string
	Dir        string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Name,Doc,Imports,GoFiles,Dir", "./...")
	list.Dir = root(t)
	out, err := list.Output()
	if err != nil {
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("go list: %v\n%s", err, failed.Stderr)
		}
		t.Fatal(err)
	}
	var all []pkg
	decoder := jsontext.NewDecoder(bytes.NewReader(out))
	for {
		var p pkg
		if err := json.UnmarshalDecode(decoder, &p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 5 {
		t.Fatalf("only %d packages were found", len(all))
	}
	return all
}

// Each rule says who may not import what, and why. A prefix covers the packages below it.
var directions = []struct {
	who, what string
	except    []string
	why       string
}{
	{"tiendo/internal/event", "tiendo/", nil, "the vocabulary stands alone, so that everything may speak it"},
	{"tiendo/internal/calendar", "tiendo/", nil, "the calendar stands alone, so that everything may count days"},
	{"tiendo/internal/period", "tiendo/", nil, "periods stand alone, so that everything may name them"},
	{"tiendo/internal/stats", "tiendo/", nil, "chance knows of no city"},
	{"tiendo/internal/", "tiendo/cmd/", nil, "data goes down the page and never back up"},
	{"tiendo/internal/", "tiendo/collector", []string{"tiendo/internal/bench"}, "the collector stands above the parts that it is made of"},
	{"tiendo/internal/", "tiendo/dashboards", []string{"tiendo/internal/bench"}, "figures do not know who looks at them"},
	{"tiendo/collector", "tiendo/dashboards", nil, "who takes events does not know who looks at figures"},
	{"tiendo/dashboards", "tiendo/collector", nil, "who looks at figures does not know who takes events"},
	{"tiendo/", "tiendo/internal/config", []string{"tiendo/cmd/tiendo"}, "a part is handed its options; only the program reads the configuration"},
	{"tiendo/internal/lifecycle", "tiendo/internal/clickhouse", nil, "verdicts are pure"},
	{"tiendo/internal/lifecycle", "net/http", nil, "verdicts are pure"},
	{"tiendo/internal/lifecycle", "os", nil, "verdicts are pure"},
	{
		"tiendo/", "github.com/ClickHouse/",
		[]string{"tiendo/internal/clickhouse", "tiendo/internal/kpi", "tiendo/internal/booking", "tiendo/internal/register", "tiendo/internal/bench", "tiendo/collector"},
		"figures are asked for in one place",
	},
	{"tiendo/", "github.com/stretchr/testify", nil, "plain comparisons and go-cmp say more when they fail"},
}

func TestImportsGoDownThePage(t *testing.T) {
	within := func(path, prefix string) bool {
		return path == strings.TrimSuffix(prefix, "/") || strings.HasPrefix(path, strings.TrimSuffix(prefix, "/")+"/")
	}
	used := make([]int, len(directions))
	for _, p := range packages(t) {
		for i, rule := range directions {
			if !within(p.ImportPath, rule.who) {
				continue
			}
			used[i]++
			if slices.ContainsFunc(rule.except, func(prefix string) bool { return within(p.ImportPath, prefix) }) {
				continue
			}
			for _, imported := range p.Imports {
				if within(imported, rule.what) && imported != p.ImportPath && !within(imported, p.ImportPath) {
					t.Errorf("%s imports %s: %s", p.ImportPath, imported, rule.why)
				}
			}
		}
	}
	for i, n := range used {
		if n == 0 {
			t.Errorf("no package is bound by the rule for %s; is it misspelt?", directions[i].who)
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles) == 0 {
			continue
		}
		want := "Package " + p.Name + " "
		if p.Name == "main" {
			want = "Command "
		}
		if !strings.HasPrefix(p.Doc, want) {
			t.Errorf("%s: the package comment begins with %q, want %q", p.ImportPath, p.Doc, want)
		}
		said := 0
		for _, name := range p.GoFiles {
			if hasPackageComment(t, p.Dir, name) {
				said++
			}
		}
		if said != 1 {
			t.Errorf("%s: %d files have a package comment, want one", p.ImportPath, said)
		}
	}
}

// The layout in CONTRIBUTING.md names every package of internal.
func TestLayoutIsWhole(t *testing.T) {
	layout := read(t, "CONTRIBUTING.md")
	for _, p := range packages(t) {
		path, internal := strings.CutPrefix(p.ImportPath, "tiendo/internal/")
		name, _, _ := strings.Cut(path, "/")
		if internal && !strings.Contains(layout, "\ninternal/"+name+" ") {
			t.Errorf("CONTRIBUTING.md does not say what internal/%s is for", name)
		}
	}
}

func TestNoGrabBags(t *testing.T) {
	for _, p := range packages(t) {
		if slices.Contains([]string{"util", "utils", "common", "helpers", "types", "misc", "base"}, p.Name) {
			t.Errorf("%s: a package is named for what it holds", p.ImportPath)
		}
	}
}
