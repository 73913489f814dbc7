package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tiendo/internal/publication"
	"tiendo/internal/ranking"
)

// published is a publication as a file, and the key of its log.
func published(t *testing.T) (file []byte, key string) {
	t.Helper()
	content, err := os.ReadFile("../../internal/api/testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, err := ranking.Read(content)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 10, 26, 9, 0, 0, 0, time.UTC)
	p, err := publication.Open(publication.Options{Folder: t.TempDir(), Log: "hue.example/xep-hang", Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	in := ranking.Inputs{
		Period: ranking.Span{ID: "2026-Q3", From: "2026-07-01", To: "2026-09-30"}, AsOf: at, Events: 812, Block: 7,
		Agencies: []ranking.Agency{{Code: "H24.12", Group: "department"}},
		Figures: []ranking.Figure{{Criterion: "on-time", KPI: "dossier.on_time_rate", Definition: "1", Rows: []ranking.Row{
			{Agency: "H24.12", Numerator: new(812.0), Denominator: new(900.0), Value: new(812.0 / 900)},
		}}},
	}
	if _, err := p.Publish(publication.Request{Method: m, Ranking: m.Compute(in)}); err != nil {
		t.Fatal(err)
	}
	if file, err = p.File(1); err != nil {
		t.Fatal(err)
	}
	return file, p.Seal().Key()
}

// A publication is verified without a server; what was changed, and a key of somebody else, is refused with 1.
func TestVerify(t *testing.T) {
	t.Parallel()
	file, key := published(t)
	_, other := published(t)
	path := filepath.Join(t.TempDir(), "2026-Q3.publication")
	f := func(code int, want string, content []byte, args ...string) {
		t.Helper()
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		got := run(t.Context(), append([]string{"verify", path}, args...), &streams{out: &out, err: &out})
		if got != code || !strings.Contains(out.String(), want) {
			t.Errorf("%d, want %d and %q in: %s", got, code, want, out.String())
		}
	}
	f(exitDone, "small 1, 2026-Q3, final of 2026-10-26T09:00:00Z", file)
	f(exitDone, "points\tof 1 agencies, computed again from the published counts: the same", file)
	f(exitDone, "known\t812 events, up to block 7 of the books", file)
	f(exitDone, "sealed\trecord 1 of the log hue.example/xep-hang, unchanged", file)
	f(exitDone, "compare it with the one that the city has made known", file)
	f(exitDone, "as you said", file, "--key", key)
	f(exitFault, "of another log, or forged", file, "--key", other)
	f(exitFault, "was changed", bytes.Replace(file, []byte("2026-Q3"), []byte("2026-Q4"), 1))
	f(exitFault, "no sealed record", []byte("hello\nworld\n"))
	// A key that is none says nothing of the file: 1 would call it forged.
	f(exitMisuse, "no key of a witness", file, "--witness", "x")
	f(exitMisuse, "no public key of a log", file, "--key", "x")
	if code := run(t.Context(), []string{"verify", path + ".missing"}, &streams{out: t.Output(), err: t.Output()}); code != exitMisuse {
		t.Errorf("a file that is not there: %d", code)
	}
}
