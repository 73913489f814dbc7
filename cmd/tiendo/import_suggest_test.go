package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSuggestedMappingsRun: what --suggest writes for real files runs with --dry-run as it is.
func TestSuggestedMappingsRun(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"boston311-sample-2015-2024/boston311_sample.csv.gz": "4,995 rows, 9,990 events would be sent in",
		"uk-written-questions-2024/2024-09.xlsx":             "2,185 rows, 4,370 events would be sent in",
		"uk-written-questions-2024/2024-08.ndjson.gz":        "1,004 rows, 2,008 events would be sent in",
	} {
		dir := t.TempDir()
		data, mapping := filepath.Join(dir, filepath.Base(name)), filepath.Join(dir, "m.yaml")
		if err := os.Symlink(dataset(t, name), data); err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		run := func(c *importCmd) int { return report(&errs, c.Run(t.Context(), &streams{out: &out, err: &errs})) }
		if code := run(&importCmd{Suggest: data, Mapping: mapping}); code != exitDone || !strings.Contains(out.String(), "m.yaml was written; look at each ?") {
			t.Fatalf("code %d: %s%s", code, out.String(), errs.String())
		}
		out.Reset()
		if code := run(&importCmd{Suggest: data}); code != exitDone || !strings.HasPrefix(out.String(), "# Bản đồ nhập đầu tiên") {
			t.Errorf("code %d: %s%s", code, out.String(), errs.String())
		}
		out.Reset()
		if code := run(&importCmd{Mapping: mapping, DryRun: true, Files: []string{data}}); code != exitDone || !strings.Contains(out.String(), want) {
			t.Errorf("code %d: %s%s", code, out.String(), errs.String())
		}
	}
}

func TestSuggestSaysWhatToDo(t *testing.T) {
	s := newSession(t)
	f := func(words string, change func(*importCmd)) {
		t.Helper()
		code, out, errs := s.run(t, "", change)
		if code != exitMisuse || !strings.Contains(errs, words) || strings.Count(errs, "\n") != 1 || out != "" {
			t.Errorf("code %d, want %s: %s%s", code, words, out, errs)
		}
	}
	file := filepath.Join(s.dir, "a.csv")
	s.write(t, "a.csv", "id,opened,agency,done\n1,2026-01-05 08:00,a,2026-01-06 08:00\n")
	f("--suggest FILE writes a first one", func(c *importCmd) { c.Mapping = "" })
	f("name the files to import", func(c *importCmd) { c.Files = nil })
	f("imports nothing", func(c *importCmd) { c.Suggest = file })
	f("name a file that is not there yet", func(c *importCmd) { c.Suggest, c.Files = file, nil })
	f("no such file", func(c *importCmd) { c.Suggest, c.Files = file+"x", nil })
	s.write(t, "a.csv", "a,b\n1,2\n")
	f("could be found among", func(c *importCmd) { c.Suggest, c.Files, c.Mapping = file, nil, "" })
}
