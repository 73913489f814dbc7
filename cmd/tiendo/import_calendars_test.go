package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tiendo/internal/config"
)

const workdaysMapping = `family: dossier
source: urn:hue:motcua
subject: ma
events:
  - type: dossier.received
    time: {column: nop, layout: "2/1/2006 15:04"}
    data: {agency: {value: H24.12}, procedure: {value: "1"}, channel: {value: direct}, due: {column: nop, layout: "2/1/2006 15:04", add: 5wd}}
`

// Working days are counted by the calendars that the server has loaded, which a token that sends events may ask for. By hand: the five
// after 13 February 2026 are the 23rd to the 27th; where the 24th is off, the last is 2 March.
func TestImportCountsDaysOfTheCity(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.Inbox.Folder = "127.0.0.1:0", t.TempDir(), t.TempDir()
	a, _ := startApp(t, appOptions{Config: cfg})
	folder := t.TempDir()
	write := func(name, content string) string {
		t.Helper()
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	mapping, own := write("m.yaml", workdaysMapping), write("own.yaml", "calendar: mot-cua\n"+workdaysMapping)
	f := func(code int, want string, args ...string) {
		t.Helper()
		var out bytes.Buffer
		if got := run(t.Context(), append(args, "--data", a.cfg.Data), &streams{out: &out, err: &out}); got != code || !strings.Contains(out.String(), want) {
			t.Fatalf("%v: exit %d, want %d and %q in: %s", args, got, code, want, out.String())
		}
	}
	desk := a.make(t, tokenCreateCmd{Name: "desk", Scope: []string{"ingest"}})
	panel := a.make(t, tokenCreateCmd{Name: "assessor", Scope: []string{"assess"}})
	server := []string{"--server", a.URL(), "--token-file"}
	imports := func(code int, want, token, mapping, subject string, more ...string) {
		t.Helper()
		file := write(subject+".csv", "ma,nop\n"+subject+",13/2/2026 16:00\n")
		f(code, want, append(append([]string{"import", "--mapping", mapping, file}, append(server, token)...), more...)...)
	}
	due := func(subject, want string) {
		t.Helper()
		eventually(t, "all is booked", func() bool { return !a.waiting() })
		var got string
		if err := a.engine.Conn().QueryRow(t.Context(), "SELECT data FROM events WHERE subject = ?", subject).Scan(&got); err != nil || !strings.Contains(got, fmt.Sprintf(`"due":%q`, want)) {
			t.Errorf("%s: %s %v, want %s", subject, got, err, want)
		}
	}
	imports(exitDone, "1 event taken", desk, mapping, "D-1") // none is loaded
	due("D-1", "2026-02-27")
	imports(exitMisuse, `"mot-cua" is none of continuous, days and vn-office`, desk, own, "D-2")

	calendars := write("calendars.yaml", "name: vn-office\nbase: vn-office\nto: 2028-12-31\noff: [2026-02-24]\n---\nname: mot-cua\nbase: vn-office\nspecial: [{day: 2026-02-21, hours: [\"07:30-11:30\"]}]\n")
	f(exitDone, "", "register", "load", "--kind", "calendars", calendars, "--server", a.URL())
	imports(exitDone, "1 event taken", desk, mapping, "D-3")
	due("D-3", "2026-03-02")
	imports(exitDone, "1 event taken", desk, own, "D-4")
	due("D-4", "2026-02-27")

	dropped := filepath.Join(cfg.Inbox.Folder, "hue")
	if err := os.Mkdir(dropped, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"mapping.yaml": workdaysMapping, "a.csv": "ma,nop\nD-7,13/2/2026 16:00\n"} {
		if err := os.WriteFile(filepath.Join(dropped, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	imports(exitMisuse, "by which the mapping counts working days", panel, mapping, "D-5")
	file := write("D-6.csv", "ma,nop\nD-6,13/2/2026 16:00\n")
	f(exitUnreachable, "by which the mapping counts working days", "import", "--mapping", mapping, file, "--server", "http://127.0.0.1:1")
	f(exitDone, "counts working days by the calendars that are built in", "import", "--mapping", mapping, file, "--dry-run", "--server", "http://127.0.0.1:1")
	f(exitMisuse, `"mot-cua" is none of`, "import", "--mapping", own, file, "--dry-run", "--server", "http://127.0.0.1:1")

	eventually(t, "the inbox has taken its file", func() bool { _, err := os.Stat(filepath.Join(dropped, "a.csv")); return err != nil })
	due("D-7", "2026-03-02")
}
