package ranking_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tiendo/internal/ranking"
)

// Method files are read again when they change; those that do not hold together leave the ones before, and are complained of once.
func TestShelf(t *testing.T) {
	now := time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)
	file := func(version string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(strings.Replace(small, `version: "1"`, `version: "`+version+`"`, 1)), ModTime: now}
	}
	folder := fstest.MapFS{"a.yaml": file("1")}
	var said []string
	s, err := ranking.NewShelf(folder, func() time.Time { return now }, func(all ranking.Methods, err error) {
		if err != nil {
			said = append(said, err.Error())
		} else {
			said = append(said, all[0].Version)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	f := func(version string, told int, last string) {
		t.Helper()
		for range 3 {
			now = now.Add(time.Second)
			if all := s.Methods(); len(all) != 1 || all[0].Version != version {
				t.Errorf("%+v", all)
			}
		}
		if len(said) != told || told > 0 && !strings.Contains(said[told-1], last) {
			t.Errorf("told %q", said)
		}
	}
	f("1", 0, "")
	folder["a.yaml"] = file("2")
	if s.Methods()[0].Version != "1" { // within the second
		t.Error("looked too soon")
	}
	f("2", 1, "2")
	folder["b.yaml"] = &fstest.MapFile{Data: []byte("versions: 1"), ModTime: now}
	f("2", 2, "b.yaml:1:1: versions: there is no such member")
	delete(folder, "b.yaml")
	f("2", 3, "2")
}
