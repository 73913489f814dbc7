package disk

import (
	"os"
	"path/filepath"
	"testing"
)

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path, left := filepath.Join(dir, "f.json"), filepath.Join(dir, ".f.json.new")
	// What a kill left behind is longer than what comes after it.
	if err := os.WriteFile(left, []byte("half of something long"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"first", "second", ""} {
		if err := Replace(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(path)
		if err != nil || string(raw) != content {
			t.Errorf("%q holds %q, %v", content, raw, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("something is left: %v", err)
	}
}

func TestReplaceThatFailsLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f.json")
	if err := os.Mkdir(path, 0o700); err != nil { // no file can take a folder's place
		t.Fatal(err)
	}
	if err := Replace(path, []byte("x")); err == nil {
		t.Error("a folder was replaced")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || !entries[0].IsDir() {
		t.Errorf("%v, %v", entries, err)
	}
	if err := Replace(filepath.Join(dir, "nowhere", "f.json"), nil); err == nil {
		t.Error("a file in no folder was made")
	}
}
