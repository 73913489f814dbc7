package seal

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What docs/publishing.md tells outsiders to do, with standard tools alone, believes every file that was handed out, and none
// that was changed.
func TestOutsidersCanVerify(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "publishing.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, script, _ := strings.Cut(string(page), "<!-- outsider -->\n```bash\n")
	script, _, found := strings.Cut(script, "```\n<!-- /outsider -->")
	if !found {
		t.Fatal("the page has no such script")
	}
	believes := func(file []byte, key string) bool {
		t.Helper()
		dir := t.TempDir()
		write(t, filepath.Join(dir, "file"), file)
		run := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script)
		run.Dir = dir
		run.Env = append(os.Environ(), "FILE=file", "KEY="+key)
		out, err := run.CombinedOutput()
		if err != nil && !strings.Contains(err.Error(), "exit status") {
			t.Fatalf("%v: %s", err, out)
		}
		return err == nil && strings.HasSuffix(string(out), "record.json stands in the log, unchanged\n")
	}
	f := func(records int) {
		l := open(t, Options{Folder: written(t, records)})
		for n := 1; n <= records; n++ {
			s, err := l.Sealed(int64(n))
			if err != nil {
				t.Fatal(err)
			}
			if !believes(s.File(), l.Key()) {
				t.Errorf("record %d of %d is not believed", n, records)
			}
		}
	}
	f(1)
	f(3)
	f(6)

	l := open(t, Options{Folder: written(t, 3)})
	s, err := l.Sealed(2)
	if err != nil {
		t.Fatal(err)
	}
	if !believes(s.File(), l.Key()) {
		t.Fatal("the file itself is not believed")
	}
	refused := func(file []byte) {
		t.Helper()
		if bytes.Equal(file, s.File()) {
			t.Fatal("nothing was changed")
		}
		if believes(file, l.Key()) {
			t.Errorf("believed: %s", file)
		}
	}
	refused(bytes.Replace(s.File(), []byte("81.25"), []byte("91.25"), 1))
	refused(bytes.Replace(s.File(), []byte("index 1"), []byte("index 0"), 1))
	refused(bytes.Replace(s.File(), []byte("\n3\n"), []byte("\n4\n"), 1))
	if believes(s.File(), open(t, Options{Folder: written(t, 1)}).Key()) {
		t.Error("with the key of another log it is believed")
	}
}
