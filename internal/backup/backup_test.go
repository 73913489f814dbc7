package backup

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// folder makes files with their own names in them.
func folder(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// made makes a backup of a data folder.
func made(t *testing.T, data string) (string, *Manifest) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "a", "b")
	m, err := Begin(data, dir, noon)
	if err != nil {
		t.Fatal(err)
	}
	m.Database = "tiendo"
	if err := m.Copy(data, dir); err != nil {
		t.Fatal(err)
	}
	if err := m.Finish(dir); err != nil {
		t.Fatal(err)
	}
	return dir, m
}

func listed(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestThereAndBack(t *testing.T) {
	kept := []string{"admin.token", "audit.log", "log/refused/entry-7", "officer.key", "published/000001.head", "published/000001.record", "tokens.json"}
	left := []string{"lock", "log/meta.db", "engine/store/x", "collector.id", "sessions.json", ".tokens.json.new", "demo/lock", "demo/tokens.json", "old/" + ManifestFile}
	data := folder(t, slices.Concat(kept, left)...)
	dir, m := made(t, data)
	if m.Name() != "tiendo-20261126T120000Z" || len(m.Files) != len(kept) || m.Bytes() == 0 {
		t.Errorf("%+v", m)
	}
	read, err := Read(data, dir)
	if err != nil {
		t.Fatal(err)
	}
	target := folder(t, "lock", "engine/store/y", "admin.token", "collector.id", "log/cursor", "audit-1.log")
	if err := read.Restore(target, dir); err != nil {
		t.Fatal(err)
	}
	if pending, err := Pending(target); !pending || err != nil {
		t.Errorf("while it is being restored: %v, %v", pending, err)
	}
	if err := Restored(target); err != nil {
		t.Fatal(err)
	}
	if pending, err := Pending(target); pending || err != nil {
		t.Errorf("when it is restored: %v, %v", pending, err)
	}
	want := slices.Sorted(slices.Values(append(slices.Clone(kept), "lock", "engine/store/y")))
	if got := listed(t, target); !slices.Equal(got, want) {
		t.Errorf("restored %v, want %v", got, want)
	}
	if raw, err := os.ReadFile(filepath.Join(target, "published", "000001.head")); err != nil || string(raw) != "published/000001.head" {
		t.Errorf("%q, %v", raw, err)
	}
}

// TestFoldersThatWontDo are refused with what would do, and nothing is written into them.
func TestFoldersThatWontDo(t *testing.T) {
	data := folder(t, "admin.token")
	used := folder(t, "something")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(data, link); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		"relative": "from the root", used: "not empty", data: "inside the data folder", filepath.Join(data, "x", "y"): "inside the data folder",
		filepath.Join(link, "x"): "inside the data folder", filepath.Join(used, "something", "x"): "can't make",
	} {
		_, err := Begin(data, dir, noon)
		if _, ours := errors.AsType[*Error](err); !ours || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if got := listed(t, data); !slices.Equal(got, []string{"admin.token"}) {
		t.Errorf("the data folder holds %v", got)
	}
}

// TestHurtBackups are named before anything is put in place of what is there.
func TestHurtBackups(t *testing.T) {
	data := folder(t, "admin.token", "tokens.json")
	f := func(want string, hurt func(dir string) error) {
		t.Helper()
		dir, _ := made(t, data)
		if err := hurt(dir); err != nil {
			t.Fatal(err)
		}
		_, err := Read(data, dir)
		if _, ours := errors.AsType[*Error](err); !ours || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	manifest := func(old, new string) func(string) error {
		return func(dir string) error {
			raw, err := os.ReadFile(filepath.Join(dir, ManifestFile))
			if err != nil {
				return err
			}
			if !strings.Contains(string(raw), old) {
				t.Fatalf("no %q in %s", old, raw)
			}
			return os.WriteFile(filepath.Join(dir, ManifestFile), []byte(strings.Replace(string(raw), old, new, 1)), 0o600)
		}
	}
	f("cut off", func(dir string) error { return os.Remove(filepath.Join(dir, ManifestFile)) })
	f("lacks its file tokens.json", func(dir string) error { return os.Remove(filepath.Join(dir, "files", "tokens.json")) })
	f("tokens.json of the backup", func(dir string) error {
		return os.WriteFile(filepath.Join(dir, "files", "tokens.json"), []byte("tokens.jsoN"), 0o600)
	})
	f("leads out", manifest(`"tokens.json"`, `"../tokens.json"`))
	f("of version 2, not 1", manifest(`"version": 1`, `"version": 2`))
	f("can't be read", manifest(`"files"`, `"leaves"`))
}
