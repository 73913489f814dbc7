package collector

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"tiendo/internal/event"
)

// logHolds says whether any file of the log holds a text.
func logHolds(t *testing.T, data, text string) bool {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(data, "log", "*"))
	if err != nil || len(all) == 0 {
		t.Fatalf("%v, %v", all, err)
	}
	for _, path := range all {
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte(text)) {
			return true
		}
	}
	return false
}

// An erased case goes from the log wherever it stands, the others stay, and nothing more is taken of it.
func TestErasedCaseGoesFromTheLog(t *testing.T) {
	data := t.TempDir()
	r := open(t, data)
	for i := range 20 {
		if w := r.send(t, strings.NewReader(many(i, 5)), "Content-Type", typeBatch); w.Code != 202 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	gone := Case{event.Dossier, "H24.12-00007"}
	damaged := filepath.Join(data, "log", damagedFolder)
	if err := os.MkdirAll(damaged, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(damaged, "entry-0"), []byte("xxH24.12-00007xx"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := ids(t, r)
	want := slices.DeleteFunc(slices.Clone(before), func(id string) bool { return id == "e-7" })
	if len(before) != 100 || len(want) != 95 || !logHolds(t, data, gone.Subject) {
		t.Fatalf("%d events, %d of others", len(before), len(want))
	}
	if r.Erased(gone) {
		t.Error("it is erased already")
	}
	if err := r.Refuse([]Case{gone}); err != nil {
		t.Fatal(err)
	}
	if n, err := r.Erase([]Case{gone}); n != 5 || err != nil {
		t.Fatalf("%d events were erased, %v", n, err)
	}
	check := func(r *rig) {
		t.Helper()
		if got := ids(t, r); !slices.Equal(got, want) {
			t.Errorf("the log holds %v", got)
		}
		if logHolds(t, data, gone.Subject) {
			t.Error("the subject is still in the log")
		}
		w := r.send(t, strings.NewReader("["+one(7)+","+one(8)+"]"), "Content-Type", typeBatch)
		a := told(t, w)
		if w.Code != 202 || a.Accepted != 1 || len(a.Errors) != 1 || a.Errors[0].Field != "subject" || !strings.Contains(a.Errors[0].Reason, "erased") {
			t.Errorf("a later event: %d %+v", w.Code, a)
		}
		if n := testutil.ToFloat64(r.metrics.late); n != 1 {
			t.Errorf("%v later events are counted", n)
		}
		want = append(want, "e-8")
	}
	check(r)
	if n, err := r.Erase([]Case{gone}); n != 0 || err != nil {
		t.Errorf("again: %d events were erased, %v", n, err)
	}
	if content, err := os.ReadFile(filepath.Join(damaged, "entry-0")); err != nil || string(content) != "xx------------xx" {
		t.Errorf("set aside is %q, %v", content, err)
	}
	if content, err := os.ReadFile(filepath.Join(data, "erased")); err != nil || len(content) != 17 || string(content[:16]) != r.Mark(gone) {
		t.Errorf("kept is %q, %v", content, err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, data) // the library finds nothing wrong with its files
	check(again)
	if said := again.said.String(); strings.Contains(said, "damaged") {
		t.Error(said)
	}
}

// A kill while the log is written over: the next start writes it again, whatever was written before.
func TestKilledWhileErasing(t *testing.T) {
	data := t.TempDir()
	r := open(t, data)
	for i := range 10 {
		r.send(t, strings.NewReader(many(i, 3)), "Content-Type", typeBatch)
	}
	path, before := logFile(t, data)
	if err := r.Refuse([]Case{{event.Dossier, "H24.12-00005"}}); err != nil {
		t.Fatal(err)
	}
	if n, err := r.Erase(nil); n != 3 || err != nil {
		t.Fatalf("%d events were erased, %v", n, err)
	}
	_, after := logFile(t, data)
	want := ids(t, r)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	todo := overwrite{File: filepath.Base(path)}
	for i := range after {
		if after[i] != before[i] {
			todo.Stretches = append(todo.Stretches, stretch{int64(i), after[i : i+1]})
		}
	}
	raw, err := json.Marshal(todo)
	if err != nil || len(todo.Stretches) < 50 {
		t.Fatalf("%d bytes differ, %v", len(todo.Stretches), err)
	}
	for _, written := range []int{0, 1, len(todo.Stretches) / 2, len(todo.Stretches)} {
		torn := slices.Clone(before)
		for _, s := range todo.Stretches[:written] {
			copy(torn[s.At:], s.Bytes)
		}
		for path, content := range map[string][]byte{path: torn, filepath.Join(data, "log", redoFile): raw} {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		again, err := tryOpen(t, data)
		if err != nil {
			t.Fatalf("%d bytes were written: %v", written, err)
		}
		if got := ids(t, again); !slices.Equal(got, want) {
			t.Errorf("%d bytes were written: the log holds %v", written, got)
		}
		if said := again.said.String(); strings.Contains(said, "damaged") {
			t.Error(said)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Events that were on their way are loaded without those of erased cases.
func TestErasedCaseIsNotLoaded(t *testing.T) {
	r := open(t, t.TempDir())
	r.send(t, strings.NewReader(many(0, 5)), "Content-Type", typeBatch)
	if err := r.Refuse([]Case{{event.Dossier, "H24.12-00003"}}); err != nil {
		t.Fatal(err)
	}
	rows, last, err := r.gather(0, batchRows)
	if err != nil || last != 1 || slices.Contains(rows.id, "e-3") || len(rows.id) != 4 {
		t.Errorf("%v up to entry %d: %v", rows.id, last, err)
	}
}

func TestUnreadableErased(t *testing.T) {
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "erased"), []byte("0123456789abcdef\nH24.12-00001\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := tryOpen(t, data); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("got %v", err)
	}
}

// Several collectors have their keys in common: what one erases the others take no more, and their logs forget it.
func TestErasedElsewhere(t *testing.T) {
	data := t.TempDir()
	r := open(t, data)
	r.send(t, strings.NewReader(many(0, 5)), "Content-Type", typeBatch)
	gone := Case{event.Dossier, "H24.12-00003"}
	another, err := openErased(filepath.Join(data, "erased"), r.hide.key)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.FollowErased(); err != nil || r.Erased(gone) || !logHolds(t, data, gone.Subject) {
		t.Fatalf("nothing was erased yet: %v", err)
	}
	if err := another.add([]Case{gone}); err != nil {
		t.Fatal(err)
	}
	if r.Erased(gone) {
		t.Error("it knows without having looked")
	}
	if err := r.FollowErased(); err != nil || !r.Erased(gone) || logHolds(t, data, gone.Subject) || !logHolds(t, data, "H24.12-00004") {
		t.Errorf("it was erased elsewhere: %v", err)
	}
	rows, last, err := r.gather(0, batchRows)
	if err != nil || last != 1 || len(rows.id) != 4 {
		t.Errorf("%v up to entry %d: %v", rows.id, last, err)
	}
}
