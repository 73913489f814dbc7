package house

import (
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the pages that are made from code")

// root is the project's folder.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above this folder")
		}
		dir = filepath.Dir(dir)
	}
}

// files lists what git would keep: tracked files and those that are neither tracked nor ignored, by their path from
// the project's folder. Outside of a repository it walks.
func files(t *testing.T) []string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard")
	list.Dir = root(t)
	if out, err := list.Output(); err == nil {
		var found []string
		for name := range strings.FieldsSeq(string(out)) {
			if _, err := os.Stat(filepath.Join(root(t), name)); err == nil {
				found = append(found, name)
			}
		}
		return found
	}
	var found []string
	skip := []string{".git", "node_modules", "bin", "data", "artifacts"}
	err := fs.WalkDir(os.DirFS(root(t)), ".", func(path string, d fs.DirEntry, err error) error {
		if d.IsDir() && slices.Contains(skip, path) {
			return fs.SkipDir
		}
		if !d.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func read(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root(t), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// same compares a made page with its file, or writes it under -update.
func same(t *testing.T, name, want string) {
	t.Helper()
	path := filepath.Join(root(t), name)
	got, err := os.ReadFile(path)
	if err == nil && string(got) == want {
		return
	}
	if !*update {
		t.Fatalf("%s is not what the code says; run go test ./internal/house -update", name)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// between returns a page with what stands between two marks replaced.
func between(t *testing.T, page, name, inside string) string {
	t.Helper()
	begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->\n"
	before, rest, opened := strings.Cut(page, begin)
	_, after, closed := strings.Cut(rest, end)
	if !opened || !closed {
		t.Fatalf("the page has no place between %q and %q", begin, end)
	}
	return before + begin + inside + end + after
}

// TestNothingLiesAbout: what is kept at the top was put there on purpose. A new file there is added to this list.
func TestNothingLiesAbout(t *testing.T) {
	belongs := strings.Fields(`.ci .dockerignore .gitignore .golangci.yml .npmrc CHANGELOG.md CONTRIBUTING.md Dockerfile LICENSE Makefile NOTICE
		README.md cmd collector dashboards deploy docker-compose.yml docs examples go.mod go.sum internal package-lock.json package.json tools`)
	list := exec.CommandContext(t.Context(), "git", "ls-files")
	list.Dir = root(t)
	kept, _ := list.Output() // where this is no repository nothing is kept
	for name := range strings.FieldsSeq(string(kept)) {
		if top, _, _ := strings.Cut(name, "/"); !slices.Contains(belongs, top) {
			t.Errorf("%s lies at the top and is not in the list of what belongs there", name)
		}
	}
}
