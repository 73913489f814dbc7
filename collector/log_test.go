package collector

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/raft-wal/fs"
	"github.com/hashicorp/raft-wal/types"
)

// fill sends requests of one event each and closes the collector.
func fill(t *testing.T, data string, requests int) {
	t.Helper()
	r, err := tryOpen(t, data)
	if err != nil {
		t.Fatal(err)
	}
	for i := range requests {
		if w := r.send(t, strings.NewReader(one(i)), "Content-Type", typeOne); w.Code != 202 {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// logFile is the one file of the log and what is in it.
func logFile(t *testing.T, data string) (path string, content []byte) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(data, "log", "*.wal"))
	if err != nil || len(all) == 0 {
		t.Fatalf("%v, %v", all, err)
	}
	content, err = os.ReadFile(slices.Max(all))
	if err != nil {
		t.Fatal(err)
	}
	return slices.Max(all), content
}

// patch changes bytes of a file, as a disk might.
func patch(t *testing.T, path string, at int, with []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(with, int64(at)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func ids(t *testing.T, r *rig) []string {
	t.Helper()
	var all []string
	for _, e := range r.stored(t) {
		all = append(all, e.ID)
	}
	return all
}

func wantIDs(n int, without ...int) []string {
	var all []string
	for i := range n {
		if !slices.Contains(without, i) {
			all = append(all, fmt.Sprintf("e-%d", i))
		}
	}
	return all
}

func TestReopenKeepsAllAndGoesOn(t *testing.T) {
	data := t.TempDir()
	fill(t, data, 5)
	first := open(t, data)
	id := first.ID()
	if first.Newest() != 5 || first.Loaded() != 0 || first.OldestWaiting().IsZero() {
		t.Errorf("newest %d, loaded %d, oldest %v", first.Newest(), first.Loaded(), first.OldestWaiting())
	}
	if w := first.send(t, strings.NewReader(one(5)), "Content-Type", typeOne); w.Code != 202 {
		t.Fatal(w.Body)
	}
	if got := ids(t, first); !slices.Equal(got, wantIDs(6)) {
		t.Errorf("got %v", got)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if w := first.send(t, strings.NewReader(one(6)), "Content-Type", typeOne); w.Code != 503 {
		t.Errorf("after Close: status %d", w.Code)
	}
	if again := open(t, data); again.ID() != id || len(id) != 16 {
		t.Errorf("collector %q became %q", id, again.ID())
	}
}

func TestLogIsForOneProcess(t *testing.T) {
	data := t.TempDir()
	open(t, data)
	if _, err := tryOpen(t, data); err == nil || !strings.Contains(err.Error(), "another Tiendo process") {
		t.Errorf("got %v", err)
	}
}

// TestFlippedBits flips every bit of the newest file in turn, frame headers, payloads and commits alike. Whatever is
// hit, at most the entry that was hit is missing, something is set aside, and the log goes on.
func TestFlippedBits(t *testing.T) {
	origin := t.TempDir()
	fill(t, origin, 3)
	_, content := logFile(t, origin)
	end := len(bytes.TrimRight(content, "\x00"))
	step := 5
	if testing.Short() {
		step = 13
	}
	tried := 0
	data := t.TempDir()
	if err := os.CopyFS(data, os.DirFS(origin)); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"admin.token", "officer.key"} {
		if err := os.Chmod(filepath.Join(data, secret), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for at := 0; at < end; at += step {
		tried++
		restore(t, origin, data)
		path, content := logFile(t, data)
		patch(t, path, at, []byte{content[at] ^ 1<<(at%8)})
		r, err := tryOpen(t, data)
		if err != nil {
			t.Fatalf("byte %d: %v", at, err)
		}
		if w := r.send(t, strings.NewReader(one(99)), "Content-Type", typeOne); w.Code != 202 {
			t.Fatalf("byte %d: status %d", at, w.Code)
		}
		found := map[string]bool{}
		for n := uint64(1); n <= r.Newest(); n++ {
			entry, err := r.entry(n)
			if err != nil {
				t.Fatalf("byte %d: entry %d: %v", at, n, err)
			}
			if entry == nil {
				continue
			}
			rows := new(columns)
			if err := readEntry(entry, n, "c", rows.add); err != nil {
				t.Fatalf("byte %d: entry %d: %v", at, n, err)
			}
			for _, id := range rows.id {
				found[id] = true
			}
		}
		lost := 0
		for _, id := range append(wantIDs(3), "e-99") {
			if !found[id] {
				lost++
			}
		}
		aside, err := r.Damaged()
		if err != nil {
			t.Fatal(err)
		}
		if lost > 1 || !found["e-99"] || lost == 1 && len(aside) == 0 {
			t.Errorf("byte %d: found %v, set aside %v", at, found, aside)
		}
		for _, name := range aside {
			if !strings.Contains(r.said.String(), filepath.Base(strings.TrimSuffix(name, pendingSuffix))) {
				t.Errorf("byte %d: %s is not reported", at, name)
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := tryOpen(t, data)
		if err != nil {
			t.Fatalf("byte %d: a second start: %v", at, err)
		}
		more, err := again.Damaged()
		if err != nil || len(more) != len(aside) {
			t.Errorf("byte %d: a second start sets aside %v after %v, %v", at, more, aside, err)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if tried < 50 {
		t.Fatalf("only %d bits were tried", tried)
	}
}

// restore puts the log of data back to that of origin.
func restore(t *testing.T, origin, data string) {
	t.Helper()
	folder := filepath.Join(data, "log")
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	all, err := filepath.Glob(filepath.Join(origin, "log", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		to, err := os.OpenFile(filepath.Join(folder, filepath.Base(path)), os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		// The files of the log are 64 MiB of zeros for the most part: left as holes.
		used := bytes.TrimRight(content, "\x00")
		if _, err := to.Write(used); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(to.Truncate(int64(min(len(content), len(used)+4096))), to.Close()); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(path, ".db") {
			if err := os.Truncate(filepath.Join(folder, filepath.Base(path)), int64(len(content))); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestTornTail cuts the newest file at every 8 bytes of the last append, as a power failure might: what was acknowledged
// before is there, and the log goes on.
func TestTornTail(t *testing.T) {
	origin := t.TempDir()
	fill(t, origin, 2)
	_, before := logFile(t, origin)
	whole := len(bytes.TrimRight(before, "\x00"))
	from := readTailUpTo(before, 1)
	data := t.TempDir()
	if err := open(t, data).Close(); err != nil {
		t.Fatal(err)
	}
	for at := from; at < whole; at += 8 {
		restore(t, origin, data)
		path, _ := logFile(t, data)
		patch(t, path, at, make([]byte, whole-at))
		copyFile(t, filepath.Join(origin, "collector.id"), filepath.Join(data, "collector.id"))
		r, err := tryOpen(t, data)
		if err != nil {
			t.Fatalf("cut at %d: %v", at, err)
		}
		if w := r.send(t, strings.NewReader(one(2)), "Content-Type", typeOne); w.Code != 202 {
			t.Fatalf("cut at %d: status %d", at, w.Code)
		}
		if got := ids(t, r); !slices.Equal(got, wantIDs(3)) && !slices.Equal(got, wantIDs(3, 1)) {
			t.Errorf("cut at %d: got %v", at, got)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// readTailUpTo is where the n-th commit of a file ends.
func readTailUpTo(content []byte, n int) int {
	at := fileHeader
	for n > 0 {
		size := frameHeader
		if content[at] == frameCommit {
			n--
		} else {
			size = frameSize(content[at:])
		}
		at += size
	}
	return at
}

// TestFilledFileBeforeACrash: the library fills a file, and the process ends before it has noted that. By itself it
// could never append again.
func TestFilledFileBeforeACrash(t *testing.T) {
	data := t.TempDir()
	r, err := tryOpen(t, data)
	if err != nil {
		t.Fatal(err)
	}
	meta := filepath.Join(data, "log", "wal-meta.db")
	listed, err := os.ReadFile(meta)
	if err != nil {
		t.Fatal(err)
	}
	body := "[" + strings.Repeat(one(1)+",", 9_999) + one(1) + "]"
	requests := 0
	for files := 1; files == 1; requests++ {
		if w := r.send(t, strings.NewReader(body), "Content-Type", typeBatch); w.Code != 202 {
			t.Fatal(w.Body)
		}
		time.Sleep(20 * time.Millisecond) // the library goes to the next file in the background
		all, err := filepath.Glob(filepath.Join(data, "log", "*.wal"))
		if err != nil {
			t.Fatal(err)
		}
		files = len(all)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	// Back to the list of files as it was before the first was full; the next file is made after the list is written.
	if err := os.WriteFile(meta, listed, 0o600); err != nil {
		t.Fatal(err)
	}
	again := open(t, data)
	if again.Newest() != uint64(requests) {
		t.Fatalf("newest is %d after %d requests", again.Newest(), requests)
	}
	if w := again.send(t, strings.NewReader(one(2)), "Content-Type", typeOne); w.Code != 202 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	for n := uint64(1); n <= again.Newest(); n++ {
		if _, err := again.journal.read(n); err != nil {
			t.Errorf("entry %d: %v", n, err)
		}
	}
	if aside, err := again.Damaged(); err != nil || len(aside) > 0 {
		t.Errorf("set aside %v, %v", aside, err)
	}
}

func TestCursorAheadOfLog(t *testing.T) {
	data := t.TempDir()
	fill(t, data, 2)
	if err := (cursor{Entry: 3, Boot: bootID()}).write(filepath.Join(data, "log", "cursor")); err != nil {
		t.Fatal(err)
	}
	if _, err := tryOpen(t, data); err == nil || !strings.Contains(err.Error(), "ends at entry 2, but entry 3 was loaded") {
		t.Errorf("got %v", err)
	}
}

func TestLogIsGone(t *testing.T) {
	data := t.TempDir()
	fill(t, data, 2)
	if err := os.RemoveAll(filepath.Join(data, "log")); err != nil {
		t.Fatal(err)
	}
	if _, err := tryOpen(t, data); err == nil || !strings.Contains(err.Error(), "is gone") {
		t.Errorf("got %v", err)
	}
}

func TestUnreadableCursor(t *testing.T) {
	data := t.TempDir()
	fill(t, data, 2)
	if err := os.WriteFile(filepath.Join(data, "log", "cursor"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := tryOpen(t, data); err == nil || !strings.Contains(err.Error(), `{"entry":0,"boot":""}`) {
		t.Errorf("got %v", err)
	}
}

func TestCursorAfterARestartOfTheMachine(t *testing.T) {
	f := func(boot string, loaded uint64) {
		t.Helper()
		data := t.TempDir()
		fill(t, data, 3)
		if err := (cursor{Entry: 2, Boot: boot}).write(filepath.Join(data, "log", "cursor")); err != nil {
			t.Fatal(err)
		}
		if r := open(t, data); r.Loaded() != loaded {
			t.Errorf("boot %q: loaded is %d, want %d", boot, r.Loaded(), loaded)
		}
	}
	f(bootID(), 2)
	f("another", 0)
	f("", 0)
}

// TestLoadAgain: after the engine has lost something, all that the log still has is loaded again, once.
func TestLoadAgain(t *testing.T) {
	data := t.TempDir()
	if err := LoadAgain(data); err != nil {
		t.Errorf("where there is no log there is nothing to load: %v", err)
	}
	fill(t, data, 3)
	if err := (cursor{Entry: 3, Boot: bootID()}).write(filepath.Join(data, "log", "cursor")); err != nil {
		t.Fatal(err)
	}
	if err := LoadAgain(data); err != nil {
		t.Fatal(err)
	}
	r, err := tryOpen(t, data)
	if err != nil || r.Loaded() != 0 {
		t.Fatalf("loaded is %d, %v", r.Loaded(), err)
	}
	if !strings.Contains(r.said.String(), "loaded again") {
		t.Errorf("the log says %s", r.said)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	// A kill after that does not undo it, and what was loaded again is not once more.
	if at, err := readCursor(filepath.Join(data, "log", "cursor")); err != nil || at.Entry != 0 {
		t.Errorf("the cursor is %+v, %v", at, err)
	}
	if err := (cursor{Entry: 3, Boot: bootID()}).write(filepath.Join(data, "log", "cursor")); err != nil {
		t.Fatal(err)
	}
	if r := open(t, data); r.Loaded() != 3 {
		t.Errorf("loaded is %d, want 3", r.Loaded())
	}
}

func TestDiskFull(t *testing.T) {
	free := uint64(minFree)
	r := open(t, t.TempDir(), func(o *Options) { o.free = func(string) (uint64, error) { return free, nil } })
	if w := r.send(t, strings.NewReader(one(1)), "Content-Type", typeOne); w.Code != 202 {
		t.Fatalf("status %d", w.Code)
	}
	free--
	w := r.send(t, strings.NewReader(one(2)), "Content-Type", typeOne)
	if w.Code != 503 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "disk") {
		t.Errorf("status %d, %v: %s", w.Code, w.Header(), w.Body)
	}
	if r.Ready() == nil || r.Newest() != 1 {
		t.Errorf("ready %v, newest %d", r.Ready(), r.Newest())
	}
	free++
	if w := r.send(t, strings.NewReader(one(2)), "Content-Type", typeOne); w.Code != 202 {
		t.Errorf("status %d when there is room again", w.Code)
	}
}

// brittle is a disk whose fsync or write fails when told to.
type brittle struct {
	*fs.FS
	sync, write error
}

type brittleFile struct {
	types.WritableFile
	disk *brittle
}

func (b *brittle) Create(dir, name string, size uint64) (types.WritableFile, error) {
	f, err := b.FS.Create(dir, name, size)
	return brittleFile{f, b}, err
}

func (f brittleFile) Sync() error {
	if f.disk.sync != nil {
		return f.disk.sync
	}
	return f.WritableFile.Sync()
}

func (f brittleFile) WriteAt(p []byte, at int64) (int, error) {
	if f.disk.write != nil {
		return 0, f.disk.write
	}
	return f.WritableFile.WriteAt(p, at)
}

func TestFailedWriteStopsAcknowledgingUntilRestart(t *testing.T) {
	f := func(name string, hurt, heal func(*brittle)) {
		t.Helper()
		data := t.TempDir()
		disk := &brittle{FS: fs.New()}
		r, err := tryOpen(t, data, func(o *Options) { o.vfs = disk })
		if err != nil {
			t.Fatal(err)
		}
		r.send(t, strings.NewReader(one(0)), "Content-Type", typeOne)
		hurt(disk)
		for range 2 {
			w := r.send(t, strings.NewReader(one(1)), "Content-Type", typeOne)
			if w.Code != 503 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "restart") {
				t.Errorf("%s: status %d: %s", name, w.Code, w.Body)
			}
			if r.Ready() == nil {
				t.Errorf("%s: it says that it is ready", name)
			}
			heal(disk) // a disk that says it is well again is not believed
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		again := open(t, data)
		if w := again.send(t, strings.NewReader(one(2)), "Content-Type", typeOne); w.Code != 202 {
			t.Errorf("%s: status %d after the restart", name, w.Code)
		}
		if got := ids(t, again); !slices.Equal(got, wantIDs(3)) && !slices.Equal(got, wantIDs(3, 1)) {
			t.Errorf("%s: got %v", name, got)
		}
	}
	f("fsync", func(b *brittle) { b.sync = errors.New("I/O error") }, func(b *brittle) { b.sync = nil })
	f("write", func(b *brittle) { b.write = errors.New("no space") }, func(b *brittle) { b.write = nil })
}

func TestArrivalNeverGoesBack(t *testing.T) {
	clock := time.Date(2026, 10, 2, 9, 0, 0, 0, time.UTC)
	data := t.TempDir()
	now := func(o *Options) { o.Now = func() time.Time { return clock } }
	r, err := tryOpen(t, data, now)
	if err != nil {
		t.Fatal(err)
	}
	r.send(t, strings.NewReader(one(0)), "Content-Type", typeOne)
	clock = clock.Add(-time.Hour)
	r.send(t, strings.NewReader(one(1)), "Content-Type", typeOne)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	clock = clock.Add(-time.Hour)
	again := open(t, data, now)
	again.send(t, strings.NewReader(one(2)), "Content-Type", typeOne)
	all := again.stored(t)
	for _, e := range all {
		if !e.Arrival.Equal(all[0].Arrival) {
			t.Errorf("event %s arrived at %v", e.ID, e.Arrival)
		}
	}
	if len(all) != 3 {
		t.Fatalf("%d events", len(all))
	}
}

func TestTheNewestEntryIsNeverDropped(t *testing.T) {
	r := open(t, t.TempDir())
	for i := range 4 {
		r.send(t, strings.NewReader(one(i)), "Content-Type", typeOne)
	}
	for _, up := range []uint64{2, 4, 9} {
		if err := r.journal.drop(up); err != nil {
			t.Fatal(err)
		}
	}
	if got := ids(t, r); !slices.Equal(got, []string{"e-3"}) {
		t.Errorf("got %v", got)
	}
}

// What is loaded goes from the log an hour later, and a minute later where the disk is nearly full: also while nothing comes in, for
// senders that are turned away for want of room would be so for ever.
func TestFullDiskIsTidied(t *testing.T) {
	free, now := uint64(10*minFree), time.Now()
	r := open(t, t.TempDir(), func(o *Options) {
		o.free = func(string) (uint64, error) { return free, nil }
		o.Now = func() time.Time { return now }
	})
	first := func() uint64 {
		t.Helper()
		n, err := r.journal.wal.FirstIndex()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i := range 6 {
		r.send(t, strings.NewReader(one(i)), "Content-Type", typeOne)
	}
	r.moveTo(3)
	now = now.Add(10 * time.Second)
	r.moveTo(5)
	for _, after := range []time.Duration{time.Minute, 30 * time.Minute} {
		now = now.Add(after)
		r.tidy()
		if n := first(); n != 1 {
			t.Fatalf("after %s the log begins with entry %d", after, n)
		}
	}
	free = minFree - 1
	if w := r.send(t, strings.NewReader(one(7)), "Content-Type", typeOne); w.Code != 503 {
		t.Errorf("status %d", w.Code)
	}
	r.tidy()
	if n := first(); n != 6 {
		t.Errorf("with a full disk the log begins with entry %d", n)
	}

	free = 10 * minFree
	r.moveTo(6)
	now = now.Add(time.Minute)
	r.send(t, strings.NewReader(one(8)), "Content-Type", typeOne)
	r.tidy()
	now = now.Add(keepLoaded)
	r.tidy()
	if n := first(); n != 7 {
		t.Errorf("an hour later the log begins with entry %d", n)
	}
}

// FuzzReadTail: whatever stands in a file, the last good commit is within it, and cutting behind it changes nothing.
func FuzzReadTail(f *testing.F) {
	f.Add(make([]byte, 64))
	f.Add(binary.LittleEndian.AppendUint64(make([]byte, fileHeader), frameEntry|0xffffffff<<32))
	f.Fuzz(func(t *testing.T, content []byte) {
		got := readTail(content)
		if got.end > len(content) || got.index > got.end {
			t.Fatalf("%+v of %d bytes", got, len(content))
		}
		if again := readTail(content[:got.end]); again != got {
			t.Fatalf("%+v, cut there %+v", got, again)
		}
		wholeEntries(content, 0)
	})
}
