package seal

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/transparency-dev/formats/note"
	signed "golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// record is some record.
func record(t *testing.T, n int) []byte {
	t.Helper()
	raw, err := Canonical(map[string]any{"method": "sở-ngành", "period": fmt.Sprintf("2026-Q%d", n), "points": 81.25})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func open(t *testing.T, o Options) *Log {
	t.Helper()
	if o.Name == "" {
		o.Name = "hue.example/xep-hang"
	}
	l, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// written is the folder of a log with some records.
func written(t *testing.T, records int, witnesses ...string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "log")
	l := open(t, Options{Folder: folder, Witnesses: witnesses})
	for i := range records {
		n, head, err := l.Append(record(t, i+1))
		if err != nil || n != int64(i+1) || head.Size != n {
			t.Fatal(n, head, err)
		}
	}
	return folder
}

// witness is a department with a key of its own, and what its key is called.
func witness(t *testing.T, name string) (*note.Signer, string) {
	t.Helper()
	secret, public, err := signed.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSignerForCosignatureV1(secret)
	if err != nil {
		t.Fatal(err)
	}
	if public, err = note.VKeyToCosignatureV1(public); err != nil {
		t.Fatal(err)
	}
	return signer, public
}

// lines are the signatures of a witness below a checkpoint.
func lines(t *testing.T, checkpoint []byte, signer signed.Signer) []byte {
	t.Helper()
	text, _, _ := strings.Cut(string(checkpoint), "\n\n")
	all, err := signed.Sign(&signed.Note{Text: text + "\n"}, signer)
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(all), "\n\n")
	return []byte(after)
}

func TestRecordsAreProven(t *testing.T) {
	folder := written(t, 5)
	l := open(t, Options{Folder: folder})
	if l.Size() != 5 || len(l.Found()) > 0 {
		t.Fatal(l.Size(), l.Found())
	}
	for n := int64(1); n <= 5; n++ {
		s, err := l.Sealed(n)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(s.File())
		if err != nil {
			t.Fatal(err)
		}
		v, err := again.Verify(Trust{Key: l.Key()})
		if err != nil || v.Index != n-1 || v.Head.Size != 5 || v.Log != "hue.example/xep-hang" || string(again.Record) != string(record(t, int(n))) {
			t.Errorf("record %d: %+v, %v", n, v, err)
		}
	}
	for _, name := range []string{keyFile, "000003.json", "000003.checkpoint"} {
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
	if _, err := l.Sealed(6); err == nil || !strings.Contains(err.Error(), "there is no record 6") {
		t.Error(err)
	}
}

// root is the hash of RFC 6962, 2.1, word for word.
func root(records [][]byte) [32]byte {
	switch n := len(records); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, records[0]...))
	default:
		k := 1
		for 2*k < n {
			k *= 2
		}
		left, right := root(records[:k]), root(records[k:])
		return sha256.Sum256(slices.Concat([]byte{1}, left[:], right[:]))
	}
}

// However many records there are: the head is that of RFC 6962, and each older head is proven to be a beginning of it.
func TestEveryHeadFollowsFromTheOnesBefore(t *testing.T) {
	l := open(t, Options{Folder: written(t, 0)})
	var records [][]byte
	heads := []Head{{Root: root(nil)}}
	for i := range 12 {
		records = append(records, record(t, i))
		_, head, err := l.Append(records[i])
		if err != nil {
			t.Fatal(err)
		}
		if head.Root != root(records) {
			t.Fatalf("%d records: another root", len(records))
		}
		heads = append(heads, head)
		for _, old := range heads[1:] {
			path, err := l.Consistency(old.Size)
			if err != nil {
				t.Fatal(err)
			}
			if err := tlog.CheckTree(path, head.Size, head.Root, old.Size, old.Root); err != nil {
				t.Fatalf("%d of %d: %v", old.Size, head.Size, err)
			}
		}
	}
	if _, err := l.Consistency(13); err == nil {
		t.Error("a log of more records than there are was proven")
	}
}

// Whichever byte of whichever file of a log is changed, the next start finds it, every check of a running server does, and
// nothing is sealed any more.
func TestAnyChangedByteOfTheLogIsFound(t *testing.T) {
	signer, public := witness(t, "so-noi-vu.hue.example")
	o := Options{Folder: written(t, 3, public), Witnesses: []string{public}}
	running := open(t, o)
	checkpoint, err := running.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := running.Cosign(lines(t, checkpoint, signer)); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(o.Folder)
	if err != nil || len(entries) != 2+1+2*3 {
		t.Fatal(entries, err)
	}
	tried := 0
	for _, e := range entries {
		path := filepath.Join(o.Folder, e.Name())
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := range content {
			changed := slices.Clone(content)
			changed[i] ^= 0x01
			write(t, path, changed)
			tried++
			found := 0
			if _, err := running.Check(func(string) { found++ }); err != nil || found == 0 {
				t.Fatalf("%s: nobody sees that byte %d was changed: %v", e.Name(), i, err)
			}
			if i%29 == 0 {
				if len(open(t, o).Found()) == 0 {
					t.Fatalf("%s: the next start does not see that byte %d was changed", e.Name(), i)
				}
				if _, _, err := running.Append(record(t, 4)); !errors.Is(err, ErrTampered) {
					t.Fatalf("%s: with byte %d changed another record was sealed: %v", e.Name(), i, err)
				}
			}
		}
		write(t, path, content)
	}
	if tried < 1000 {
		t.Errorf("only %d bytes were tried", tried)
	}
	if _, err := running.Check(func(says string) { t.Error(says) }); err != nil {
		t.Error(err)
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// So is each changed bit of a file that was handed out.
func TestAnyChangedBitOfAFileIsFound(t *testing.T) {
	l := open(t, Options{Folder: written(t, 5)})
	s, err := l.Sealed(2)
	if err != nil {
		t.Fatal(err)
	}
	file := s.File()
	for i := range file {
		for bit := range 8 {
			changed := slices.Clone(file)
			changed[i] ^= 1 << bit
			forged, err := Parse(changed)
			if err != nil {
				continue
			}
			if _, err := forged.Verify(Trust{}); err == nil {
				t.Fatalf("nobody sees that bit %d of byte %d was changed: %q", bit, i, changed[max(0, i-20):i+1])
			}
		}
	}
	for i := range file { // nor can it be cut short
		if short, err := Parse(file[:i]); err == nil {
			if _, err := short.Verify(Trust{}); err == nil {
				t.Fatalf("%d bytes of %d are believed", i, len(file))
			}
		}
	}
}

// What was taken out, put in or put elsewhere is named.
func TestTamperingIsNamed(t *testing.T) {
	f := func(want string, tamper func(path func(string) string)) {
		t.Helper()
		folder := written(t, 3)
		tamper(func(name string) string { return filepath.Join(folder, name) })
		if found := strings.Join(open(t, Options{Folder: folder}).Found(), "\n"); !strings.Contains(found, want) {
			t.Errorf("%q does not say %q", found, want)
		}
	}
	remove := func(path string) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	f("record 2 is missing", func(path func(string) string) { remove(path("000002.json")) })
	f("the signed head of 2 records is missing", func(path func(string) string) { remove(path("000002.checkpoint")) })
	f("the first 2 records are not those that were signed", func(path func(string) string) { write(t, path("000002.json"), record(t, 9)) })
	f("record 2: the record is not written as RFC 8785 prescribes", func(path func(string) string) { write(t, path("000002.json"), []byte(`{"b":1,"a":2}`)) })
	f("the signed head of 3 records is one of 2", func(path func(string) string) {
		content, err := os.ReadFile(path("000002.checkpoint"))
		if err != nil {
			t.Fatal(err)
		}
		write(t, path("000003.checkpoint"), content)
	})
	f("notes.txt does not belong to the log", func(path func(string) string) { write(t, path("notes.txt"), nil) })
	f("000005.json does not belong to the log", func(path func(string) string) { write(t, path("000005.json"), record(t, 5)) })
	f("the key: ", func(path func(string) string) { remove(path(keyFile)) })
	f("others may open", func(path func(string) string) {
		if err := os.Chmod(path(keyFile), 0o644); err != nil {
			t.Fatal(err)
		}
	})
}

// Records that are cut off with their signatures leave a log that holds together: what is known of it elsewhere tells. So it
// is with a log that somebody made anew with another key.
func TestWhatWasCutOffIsMissed(t *testing.T) {
	folder := written(t, 3)
	_, head, err := open(t, Options{Folder: folder}).Append(record(t, 4))
	if err != nil {
		t.Fatal(err)
	}
	known := func() (Head, bool, error) { return head, true, nil }
	if found := open(t, Options{Folder: folder, Known: known}).Found(); len(found) > 0 {
		t.Error(found)
	}
	anew := open(t, Options{Folder: written(t, 3), Known: known})
	if _, _, err := anew.Append(record(t, 8)); !errors.Is(err, ErrTampered) {
		t.Error(err)
	}
	anew.Known = nil
	if _, _, err := anew.Append(record(t, 8)); err != nil {
		t.Fatal(err)
	}
	anew.Known = known
	if _, err := anew.Check(func(string) {}); err != nil {
		t.Fatal(err)
	}
	if found := strings.Join(anew.Found(), ""); !strings.Contains(found, "the log was made anew") {
		t.Errorf("found %q", found)
	}
	for _, name := range []string{"000004.json", "000004.checkpoint"} {
		if err := os.Remove(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	l := open(t, Options{Folder: folder, Known: known})
	if found := strings.Join(l.Found(), "\n"); !strings.Contains(found, "the log ends with record 3, but 4 records were sealed") {
		t.Errorf("found %q", found)
	}
	if _, _, err := l.Append(record(t, 5)); !errors.Is(err, ErrTampered) {
		t.Error(err)
	}
}

// What a kill leaves at any moment is a log of what was acknowledged, or of one record more, whole.
func TestKilledWhileSealing(t *testing.T) {
	whole := written(t, 2)
	killed := func(keep ...string) string {
		folder := filepath.Join(t.TempDir(), "killed")
		if err := os.CopyFS(folder, os.DirFS(whole)); err != nil {
			t.Fatal(err)
		}
		entries, _ := os.ReadDir(folder)
		for _, e := range entries {
			path := filepath.Join(folder, e.Name())
			if strings.HasPrefix(e.Name(), "000002") && !slices.Contains(keep, e.Name()) {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			} else if err := os.Chmod(path, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return folder
	}
	f := func(folder string, want int64) {
		t.Helper()
		l := open(t, Options{Folder: folder})
		if l.Size() != want || len(l.Found()) > 0 {
			t.Errorf("%d records, found %q", l.Size(), l.Found())
		}
		if n, _, err := l.Append(record(t, 7)); n != want+1 || err != nil {
			t.Error(n, err)
		}
		if _, err := l.Check(func(says string) { t.Error(says) }); err != nil {
			t.Error(err)
		}
	}
	torn := killed()
	write(t, filepath.Join(torn, ".000002.json.new"), record(t, 2)[:9])
	f(torn, 1)
	f(killed("000002.json"), 1)
	half := killed("000002.json")
	write(t, filepath.Join(half, ".000002.checkpoint.new"), []byte("hue.exa"))
	f(half, 1)
	f(killed("000002.json", "000002.checkpoint"), 2)

	// While the key was made: there is nothing yet, or a public part that nobody has seen.
	folder := t.TempDir()
	write(t, filepath.Join(folder, publicFile), []byte("hue.example/xep-hang+00000000+AAAA\n"))
	f(folder, 0)
	keyed := filepath.Join(t.TempDir(), "keyed")
	if err := os.CopyFS(keyed, os.DirFS(written(t, 0))); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(filepath.Join(keyed, "000000.checkpoint")), os.Chmod(filepath.Join(keyed, keyFile), 0o600)); err != nil {
		t.Fatal(err)
	}
	f(keyed, 0)
}

// Where a file can't be written, the record is not in the log, and it can be sealed once that is mended.
func TestSealingThatFails(t *testing.T) {
	for _, name := range []string{".000003.json.new", ".000003.checkpoint.new"} {
		folder := written(t, 2)
		l := open(t, Options{Folder: folder})
		inTheWay := filepath.Join(folder, name) // no file can be written where a folder stands
		if err := os.Mkdir(inTheWay, 0o700); err != nil {
			t.Fatal(err)
		}
		if _, _, err := l.Append(record(t, 3)); err == nil {
			t.Errorf("%s: sealed all the same", name)
		}
		if again := open(t, Options{Folder: folder}); l.Size() != 2 || again.Size() != 2 || len(l.Found())+len(again.Found()) > 0 {
			t.Errorf("%s: %d records, %d after a restart, found %q, %q", name, l.Size(), again.Size(), l.Found(), again.Found())
		}
		if err := os.Remove(inTheWay); err != nil {
			t.Fatal(err)
		}
		if n, _, err := l.Append(record(t, 4)); n != 3 || err != nil { // another one than before
			t.Errorf("%s: %d %v", name, n, err)
		}
		if raw, err := l.Record(3); err != nil || !bytes.Equal(raw, record(t, 4)) {
			t.Errorf("%s: %q %v", name, raw, err)
		}
		if _, err := l.Check(func(says string) { t.Errorf("%s: %s", name, says) }); err != nil {
			t.Error(err)
		}
	}
}

// A department that has seen the log signs its head; others can ask for its word.
func TestWitnesses(t *testing.T) {
	signer, public := witness(t, "so-noi-vu.hue.example")
	stranger, strange := witness(t, "nobody.example")
	l := open(t, Options{Folder: written(t, 2), Witnesses: []string{public}})
	checkpoint, err := l.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Cosign(lines(t, checkpoint, stranger)); !errors.Is(err, ErrNoWitness) {
		t.Error(err)
	}
	if _, err := l.Cosign([]byte("hello\n")); err == nil {
		t.Error("what is no signature was taken")
	}
	other, err := open(t, Options{Folder: written(t, 1)}).Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Cosign(lines(t, other, signer)); err == nil || !strings.Contains(err.Error(), "not of the newest head") {
		t.Error(err)
	}
	given, err := l.Cosign(append(lines(t, checkpoint, stranger), lines(t, checkpoint, signer)...))
	if err != nil || len(given) != 1 || given[0].Witness != "so-noi-vu.hue.example" || given[0].Time.Year() < 2025 {
		t.Fatal(given, err)
	}
	// What is sealed later has no cosignature yet; what was sealed before keeps its own.
	if _, _, err := l.Append(record(t, 3)); err != nil {
		t.Fatal(err)
	}
	f := func(n, size int64, cosigned int) {
		t.Helper()
		s, err := l.Sealed(n)
		if err != nil {
			t.Fatal(err)
		}
		v, err := s.Verify(Trust{Key: l.Key(), Witnesses: []string{public, strange}})
		if err != nil || v.Head.Size != size || len(v.Cosignatures) != cosigned || v.Strangers != 0 {
			t.Errorf("record %d: %+v, %v", n, v, err)
		}
	}
	f(1, 2, 1)
	f(2, 2, 1)
	f(3, 3, 0)
	s, err := l.Sealed(1)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := s.Verify(Trust{}); err != nil || v.Strangers != 1 || len(v.Cosignatures) != 0 {
		t.Error(v, err)
	}
	if _, err := l.Check(func(says string) { t.Error(says) }); err != nil {
		t.Error(err)
	}
}

func TestRefused(t *testing.T) {
	l := open(t, Options{Folder: written(t, 0)})
	for _, record := range []string{``, `null`, `[1]`, `{"b":1,"a":2}`, `{"a": 1}`, `{"a":1.0}`, `{"a":1,"a":2}`, `{"a":"\u00e9"}`} {
		if _, _, err := l.Append([]byte(record)); err == nil {
			t.Errorf("%q was sealed", record)
		}
	}
	if _, _, err := l.Append([]byte(`{"a":"` + strings.Repeat("x", longest) + `"}`)); err == nil {
		t.Error("a record was sealed that is too long")
	}
	if l.Size() != 0 {
		t.Errorf("%d records", l.Size())
	}
	if _, err := Open(Options{Folder: t.TempDir(), Name: "a b+c"}); err == nil || !strings.Contains(err.Error(), "no spaces") {
		t.Error(err)
	}
	if _, err := Open(Options{Folder: t.TempDir(), Witnesses: []string{"x"}}); err == nil || !strings.Contains(err.Error(), "no key of a witness") {
		t.Error(err)
	}
	other := open(t, Options{Folder: written(t, 1)})
	s, err := other.Sealed(1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Verify(Trust{Key: l.Key()}); err == nil || !strings.Contains(err.Error(), "of another log, or forged") {
		t.Error(err)
	}
}

// A log that nobody named has a name of its own.
func TestNameIsMadeUp(t *testing.T) {
	l, err := Open(Options{Folder: t.TempDir()})
	if err != nil || !strings.HasPrefix(l.Key(), "tiendo/") {
		t.Error(l.Key(), err)
	}
}

// FuzzParse: no file brings the reader down, and what is believed is what was sealed.
func FuzzParse(f *testing.F) {
	folder := f.TempDir()
	l, err := Open(Options{Folder: folder, Name: "hue.example/xep-hang"})
	if err != nil {
		f.Fatal(err)
	}
	if _, _, err := l.Append([]byte(`{"a":1}`)); err != nil {
		f.Fatal(err)
	}
	s, err := l.Sealed(1)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(s.File())
	f.Add([]byte("{}\nc2sp.org/tlog-proof@v1\nindex 0\n\n"))
	f.Add([]byte("{}\nc2sp.org/tlog-proof@v1\nindex 18446744073709551615\n\nx\n1\n=\n\n— x A\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := Parse(file)
		if err != nil {
			return
		}
		if _, err := s.Verify(Trust{Key: l.Key()}); err == nil && string(s.Record) != `{"a":1}` {
			t.Errorf("believed: %q", s.Record)
		}
	})
}
