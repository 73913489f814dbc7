package house

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	testNamed    = regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`")
	testDeclared = regexp.MustCompile(`^func ((?:Test|Fuzz)[A-Za-z0-9]+)\(`)
)

// Each threat of docs/security.md names a test that is there.
func TestThreatsAreTried(t *testing.T) {
	declared := map[string]bool{}
	err := filepath.WalkDir(root(t), func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			if m := testDeclared.FindStringSubmatch(lines.Text()); m != nil {
				declared[m[1]] = true
			}
		}
		return lines.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root(t), "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, threats, _ := strings.Cut(string(page), "## Threats")
	threats, _, _ = strings.Cut(threats, "\n## ")
	tried := 0
	for line := range strings.Lines(threats) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| threat") || strings.HasPrefix(line, "| **") {
			continue
		}
		named := testNamed.FindAllStringSubmatch(line, -1)
		if len(named) == 0 {
			t.Errorf("a threat without a test: %s", line)
		}
		for _, m := range named {
			if !declared[m[1]] {
				t.Errorf("there is no %s: %s", m[1], line)
			}
		}
		tried++
	}
	if tried < 30 {
		t.Errorf("only %d threats were read", tried)
	}
}
