package audit

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var at = time.Date(2026, 11, 26, 9, 0, 0, 0, time.FixedZone("", 7*60*60))

func open(t *testing.T, data string, size int64) *Log {
	t.Helper()
	l, err := Open(Options{Data: data, Now: func() time.Time { return at }, Logger: slog.New(slog.DiscardHandler), Size: size})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// written is a log of 12 records over several files, closed.
func written(t *testing.T) (data string) {
	t.Helper()
	data = t.TempDir()
	l := open(t, data, 700)
	for i := range 12 {
		l.Add(Act{By: "Sở-Nội-vụ", From: "10.0.0.7", Verb: "token.create", Object: fmt.Sprint("t", i), Details: []slog.Attr{slog.Int("rate", i)}})
	}
	if err := errors.Join(l.Err(), l.Close()); err != nil {
		t.Fatal(err)
	}
	return data
}

func logs(t *testing.T, data string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(data, "audit*.log"))
	if err != nil || len(names) < 3 {
		t.Fatal(names, err)
	}
	return names
}

// checked is what a log that is opened anew, and one that runs, find wrong.
func checked(t *testing.T, data string) (atStart, later []string) {
	t.Helper()
	l := open(t, data, 700)
	if _, err := l.Check(func(says string) { later = append(later, says) }); err != nil {
		t.Fatal(err)
	}
	return l.Found(), later
}

func TestRecordsAreChainedOverFilesAndStarts(t *testing.T) {
	data := written(t)
	l := open(t, data, 700)
	l.Add(Act{By: Server, Verb: "server.start"})
	n, err := l.Check(func(says string) { t.Error(says) })
	if err != nil || n != 13 || len(l.Found()) != 0 {
		t.Errorf("%d records, %v, %v", n, l.Found(), err)
	}
	for _, name := range logs(t, data) {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 || info.Size() > 1200 {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
	first, _, _ := strings.Cut(readFile(t, filepath.Join(data, "audit-000000000001.log")), "\n")
	want := `{"seq":1,"time":"2026-11-26T02:00:00Z","by":"Sở-Nội-vụ","from":"10.0.0.7","act":"token.create","object":"t0","details":{"rate":"0"},"prev":"` + strings.Repeat("0", 64) + `"}`
	if first != want {
		t.Errorf("got %s, want %s", first, want)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// Whichever byte of whichever file is changed, the next start finds it, and so does every check after further records.
func TestAnyChangedByteIsFound(t *testing.T) {
	data := written(t)
	originals := map[string]string{}
	for _, name := range append(logs(t, data), filepath.Join(data, headFile)) {
		originals[name] = readFile(t, name)
	}
	tried := 0
	for name, content := range originals {
		isHead := filepath.Base(name) == headFile
		for i := range content {
			if isHead && i == len(content)-1 {
				continue // the line feed after the head says nothing
			}
			for name, content := range originals {
				write(t, name, []byte(content))
			}
			changed := []byte(content)
			changed[i] ^= 0x01
			write(t, name, changed)
			l := open(t, data, 1<<20)
			tried++
			found := len(l.Found())
			if found == 0 {
				t.Fatalf("%s: nobody sees that byte %d was changed", filepath.Base(name), i)
			}
			if i%9 == 0 && !isHead || content[i] == '\n' { // not every one, for each is synced
				found = 0
				l.Add(Act{By: Server, Verb: "server.start"})
				if _, err := l.Check(func(string) { found++ }); err != nil || found == 0 {
					t.Fatalf("%s: after the next record nobody sees that byte %d was changed: %v", filepath.Base(name), i, err)
				}
			}
			_ = l.Close()
		}
	}
	if tried < 2500 {
		t.Errorf("only %d bytes were tried", tried)
	}
}

func copyOf(t *testing.T, data string) string {
	t.Helper()
	to, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(data)); err != nil {
		t.Fatal(err)
	}
	for _, name := range append(logs(t, to), filepath.Join(to, headFile)) {
		if err := os.Chmod(name, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func write(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// What is taken out, put in or put elsewhere is found, and named.
func TestTamperingIsNamed(t *testing.T) {
	f := func(want string, tamper func(data string)) {
		t.Helper()
		data := copyOf(t, written(t))
		tamper(data)
		atStart, later := checked(t, data)
		for _, found := range [][]string{atStart, later} {
			if !strings.Contains(strings.Join(found, "\n"), want) {
				t.Errorf("%q does not say %q", found, want)
			}
		}
	}
	lines := func(name string, change func([]string) []string) func(string) {
		return func(data string) {
			all := strings.SplitAfter(readFile(t, filepath.Join(data, name)), "\n")
			write(t, filepath.Join(data, name), []byte(strings.Join(change(all[:len(all)-1]), "")))
		}
	}
	const first = "audit-000000000001.log"
	f(`audit-000000000001.log line 2: the records from 2 to 2 are missing`, lines(first, func(all []string) []string { return slices.Delete(all, 1, 2) }))
	f(`record 2 stands after record 3`, lines(first, func(all []string) []string { all[1], all[2] = all[2], all[1]; return all }))
	f(`record 2 stands after record 2`, lines(first, func(all []string) []string { return slices.Insert(all, 1, all[1]) }))
	f(`record 2 is not what was written`, lines(first, func(all []string) []string {
		all[1] = strings.Replace(all[1], "t1", "t9", 1)
		return all
	}))
	f(`audit-000000000001.log line 2: it is no record any more`, lines(first, func(all []string) []string { return slices.Insert(all, 1, "\n") }))
	f(`it is no record any more`, lines(first, func(all []string) []string { all[0] = strings.Replace(all[0], "{", `{"x":1,`, 1); return all }))
	f(`line 1: it is no record, and what follows was not read`, lines(first, func([]string) []string { return []string{strings.Repeat("x", 2<<20)} }))
	f(`the records from 1 to 4 are missing`, func(data string) { remove(t, data, first) })
	f(`record 12`, lines(current, func(all []string) []string { return all[:len(all)-1] }))
	f(`record 12`, func(data string) { remove(t, data, current) })

	// Without its head the log can be shorter than it was, so the start says that.
	data := copyOf(t, written(t))
	remove(t, data, headFile)
	if atStart, _ := checked(t, data); !strings.Contains(strings.Join(atStart, "\n"), headFile) {
		t.Errorf("found %q", atStart)
	}
}

func remove(t *testing.T, data, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(data, name)); err != nil {
		t.Fatal(err)
	}
}

// A log that is cut short while it is open is missed before the next start.
func TestCutShortWhileOpen(t *testing.T) {
	data := t.TempDir()
	l := open(t, data, 0)
	l.Add(Act{By: Admin, Verb: "token.create", Object: "a"})
	l.Add(Act{By: Admin, Verb: "token.create", Object: "b"})
	whole := readFile(t, filepath.Join(data, current))
	for _, content := range []string{whole[:strings.Index(whole, "\n")+1], "", whole + strings.Replace(whole[strings.Index(whole, "\n")+1:], `"seq":2`, `"seq":3`, 1)} {
		write(t, filepath.Join(data, current), []byte(content))
		found := 0
		if _, err := l.Check(func(string) { found++ }); err != nil || found == 0 {
			t.Errorf("nobody sees that the log is %q: %v", content, err)
		}
	}
}

// What a kill leaves is a line that was not acknowledged, or a head that is behind: neither is tampering.
func TestKilledWhileWriting(t *testing.T) {
	data := written(t)
	whole := readFile(t, filepath.Join(data, current))
	l := open(t, data, 1<<20)
	old := readFile(t, filepath.Join(data, headFile))
	l.Add(Act{By: Admin, Verb: "token.revoke", Object: "t1"})
	line := strings.TrimPrefix(readFile(t, filepath.Join(data, current)), whole)
	if len(line) < 100 {
		t.Fatalf("no line was added: %q", line)
	}
	for n := range len(line) + 1 {
		killed := copyOf(t, data)
		write(t, filepath.Join(killed, headFile), []byte(old))
		write(t, filepath.Join(killed, current), []byte(whole+line[:n]))
		again := open(t, killed, 1<<20)
		again.Add(Act{By: Admin, Verb: "token.revoke", Object: "t2"})
		records, err := again.Check(func(says string) { t.Error(says) })
		want := uint64(13)
		if n == len(line) {
			want = 14
		}
		if err != nil || len(again.Found()) > 0 || records != want {
			t.Errorf("after %d bytes: %d records, %v, %v", n, records, again.Found(), err)
		}
		_ = again.Close()
	}
	// Killed after a full file was put aside: the next is not there yet.
	aside := copyOf(t, written(t))
	if err := os.Rename(filepath.Join(aside, current), filepath.Join(aside, "audit-000000000010.log")); err != nil {
		t.Fatal(err)
	}
	if atStart, later := checked(t, aside); len(atStart)+len(later) > 0 {
		t.Errorf("found %q, %q", atStart, later)
	}
}

// Acts of many at once are all there, each once.
func TestManyAtOnce(t *testing.T) {
	l := open(t, t.TempDir(), 2000)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 10 {
				l.Add(Act{By: fmt.Sprint("t", i), Verb: "login", Object: fmt.Sprint(j)})
				if _, err := l.Newest(Query{Limit: 3}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	if _, err := l.Check(func(says string) { t.Error(says) }); err != nil {
		t.Error(err)
	}
	all.Wait()
	if n, err := l.Check(func(says string) { t.Error(says) }); n != 80 || err != nil {
		t.Error(n, err)
	}
}

func TestNewestFirstWithAFilter(t *testing.T) {
	data := written(t)
	l := open(t, data, 700)
	l.Add(Act{By: "oidc:an", Verb: "login"})
	l.Add(Act{By: "oidc:an", Verb: "login.failed"})
	l.Add(Act{By: "oidc:binh", Verb: "logins"})
	f := func(q Query, want ...uint64) {
		t.Helper()
		records, err := l.Newest(q)
		if err != nil {
			t.Fatal(err)
		}
		var got []uint64
		for _, r := range records {
			got = append(got, r.Seq)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: %v, want %v", q, got, want)
		}
	}
	f(Query{Limit: 4}, 15, 14, 13, 12)
	f(Query{Limit: 3, Before: 5}, 4, 3, 2)
	f(Query{Limit: 3, Before: 2}, 1)
	f(Query{Limit: 3, Before: 1})
	f(Query{Limit: 9, Act: "login"}, 14, 13)
	f(Query{Limit: 9, Act: "login.failed"}, 14)
	f(Query{Limit: 9, By: "oidc:an"}, 14, 13)
	f(Query{Limit: 9, By: "oidc:an", Act: "token"})
	f(Query{Limit: 2, Act: "token", Before: 9}, 8, 7)
}

// An act that can't be written stands in the server's log, and the next one that can is in the chain.
func TestFullDisk(t *testing.T) {
	var said bytes.Buffer
	data := t.TempDir()
	l, err := Open(Options{Data: data, Now: func() time.Time { return at }, Logger: slog.New(slog.NewJSONHandler(&said, nil))})
	if err != nil {
		t.Fatal(err)
	}
	l.Add(Act{By: Admin, Verb: "token.create", Object: "one"})
	file := l.file
	if l.file, err = os.Open(file.Name()); err != nil { // which can't be written to
		t.Fatal(err)
	}
	l.Add(Act{By: Admin, Verb: "token.create", Object: "two"})
	if l.Err() == nil || !strings.Contains(said.String(), `"level":"ERROR"`) || !strings.Contains(said.String(), `"object":"two"`) {
		t.Errorf("%v: %s", l.Err(), said.String())
	}
	l.file = file
	if err := l.Err(); err != nil {
		t.Errorf("there is room again, and no act since: %v", err)
	}
	if _, err := file.WriteString(`{"seq":2,"ti`); err != nil { // what the disk had room for
		t.Fatal(err)
	}
	l.Add(Act{By: Admin, Verb: "token.create", Object: "three"})
	if n, err := l.Check(func(says string) { t.Error(says) }); n != 2 || err != nil || l.Err() != nil {
		t.Error(n, err, l.Err())
	}
}

// The server's log says what was done, and what comes from outside is cut.
func TestActsAreLogged(t *testing.T) {
	var said bytes.Buffer
	l, err := Open(Options{Data: t.TempDir(), Now: func() time.Time { return at }, Logger: slog.New(slog.NewJSONHandler(&said, nil))})
	if err != nil {
		t.Fatal(err)
	}
	l.Add(Act{By: Admin, From: "10.0.0.7", Verb: "token.create", Object: "one-stop", Details: []slog.Attr{slog.String("agency", "H24.12"), slog.Time("expires", at)}})
	if want := `"msg":"administrative act","by":"_admin","act":"token.create","object":"one-stop","from":"10.0.0.7","agency":"H24.12","expires":"2026-11-26T09:00:00+07:00","record":1}`; !strings.Contains(said.String(), want) {
		t.Errorf("got %s, want %s", said.String(), want)
	}
	l.Add(Act{By: "oidc:" + strings.Repeat("ễ", 400) + "\xff", Verb: "login"})
	records, err := l.Newest(Query{Limit: 2})
	if err != nil || len(records) != 2 || len(records[0].By) > longest+3 || !strings.HasSuffix(records[0].By, "ễ…") {
		t.Errorf("%v %v", records, err)
	}
	if got := records[1].Details["expires"]; got != "2026-11-26T02:00:00Z" {
		t.Errorf("expires %s", got)
	}
}
