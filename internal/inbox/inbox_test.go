package inbox

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/importer"
	"tiendo/internal/register"
)

const mapping = `family: dossier
source: urn:test
subject: id
events:
  - type: dossier.received
    time: {column: at}
    data: {agency: {column: agency}, procedure: {value: p}, channel: {value: direct}}
`

const good = "id,at,agency\n1,2026-01-05 08:00,a\n2,2026-01-05 08:00,a\n"

// office is an inbox with one folder, a clock that a test moves, and what was delivered.
type office struct {
	*testing.T
	dir, ledger string
	inbox       *Inbox
	now         time.Time
	registry    *prometheus.Registry
	log         bytes.Buffer
	events      map[string]int // by id
	deliveries  int
	fault       error
	during      func() // what happens while a file is delivered
	calendars   calendar.Set
	load        uint64 // of the calendars
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{T: t, dir: t.TempDir(), ledger: filepath.Join(t.TempDir(), "inbox.ndjson"), events: map[string]int{}, now: time.Date(2026, 3, 2, 23, 59, 0, 0, time.UTC), calendars: calendar.Builtin(time.UTC)}
	o.open()
	o.write("hue/mapping.yaml", mapping)
	return o
}

// open opens the inbox as a start of the server does.
func (o *office) open() {
	o.Helper()
	if o.inbox != nil {
		if err := o.inbox.Close(); err != nil {
			o.Fatal(err)
		}
	}
	o.registry = prometheus.NewRegistry()
	var err error
	o.inbox, err = Open(Options{
		Path: o.dir, Ledger: o.ledger, Every: time.Second, Quiet: 5 * time.Second, Registry: o.registry,
		Log: slog.New(slog.NewTextHandler(&o.log, nil)), Now: func() time.Time { return o.now },
		Deliver: o.deliver, Calendars: func() (calendar.Set, uint64) { return o.calendars, o.load },
		Facts: func(context.Context, importer.Question, func(*importer.Fact) error) error { return nil },
	})
	if err != nil {
		o.Fatal(err)
	}
	o.Cleanup(func() { _ = o.inbox.Close() })
}

func (o *office) deliver(source string, b *importer.Batch) (rejects []importer.Reject, _ error) {
	if source != "inbox:hue" && source != "inbox:hu\ufffd" {
		o.Errorf("delivered for %s", source)
	}
	if o.during != nil {
		o.during()
	}
	if o.fault != nil {
		return nil, o.fault
	}
	o.deliveries++
	i := 0
	for line := range bytes.Lines(b.Events) {
		if _, err := event.Decode(bytes.TrimSpace(line), o.now); err != nil {
			rejects = append(rejects, b.Refused(i, "time", err.Error()))
		} else {
			var e struct {
				ID string `json:"id"`
			}
			if err := json.Unmarshal(line, &e); err != nil {
				o.Fatal(err)
			}
			o.events[e.ID]++
		}
		i++
	}
	return rejects, nil
}

func (o *office) write(path, content string) {
	o.Helper()
	path = filepath.Join(o.dir, path)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, []byte(content), 0o600)); err != nil {
		o.Fatal(err)
	}
}

// wait looks for some seconds.
func (o *office) wait(seconds int) {
	for range seconds {
		o.inbox.look(o.Context())
		o.now = o.now.Add(time.Second)
	}
}

// holds compares all files of the inbox, but mappings.
func (o *office) holds(want ...string) {
	o.Helper()
	var got []string
	err := filepath.WalkDir(o.dir, func(path string, d fs.DirEntry, err error) error {
		if name, _ := filepath.Rel(o.dir, path); err == nil && !d.IsDir() && filepath.Base(name) != mappingName {
			got = append(got, name)
		}
		return err
	})
	if err != nil || !slices.Equal(got, want) {
		o.Errorf("%v the inbox holds\n%q, want\n%q\n%s", err, got, want, o.log.String())
	}
}

func (o *office) counts(result string, want float64) {
	o.Helper()
	if got := testutil.ToFloat64(o.inbox.files.WithLabelValues(result)); got != want {
		o.Errorf("%v files are %s, want %v\n%s", got, result, want, o.log.String())
	}
}

func (o *office) read(path string) string {
	o.Helper()
	text, err := os.ReadFile(filepath.Join(o.dir, path))
	if err != nil {
		o.Fatal(err)
	}
	return string(text)
}

func TestAFileIsImportedOnce(t *testing.T) {
	o := newOffice(t)
	o.write("hue/a.csv", good)
	o.wait(5)
	o.holds("hue/a.csv")
	o.wait(2)
	o.holds("hue/done/2026-03-02/a.csv")
	o.counts(done, 1)
	if len(o.events) != 2 {
		t.Errorf("%d events", len(o.events))
	}
	// It comes back under another name, after a restart too.
	for i, name := range []string{"a.csv", "b.csv", "a.csv"} {
		o.write("hue/"+name, good)
		if i == 1 {
			o.open()
		}
		o.wait(7)
	}
	o.holds("hue/done/2026-03-02/2-a.csv", "hue/done/2026-03-02/3-a.csv", "hue/done/2026-03-02/a.csv", "hue/done/2026-03-02/b.csv")
	o.counts(known, 2)
	if o.deliveries != 1 {
		t.Errorf("%d deliveries", o.deliveries)
	}
	// With another mapping it tells something else.
	o.write("hue/mapping.yaml", strings.Replace(mapping, "direct", "post", 1))
	o.write("hue/a.csv", good)
	o.wait(7)
	if o.counts(done, 1); o.deliveries != 2 || len(o.events) != 4 {
		t.Errorf("%d deliveries, %d events", o.deliveries, len(o.events))
	}
}

// Working days are counted by the calendars of the city. Where one is loaded anew, a file that comes back tells something else; where
// none are counted, it does not.
func TestCalendarsOfTheCity(t *testing.T) {
	o := newOffice(t)
	counting := strings.Replace(mapping, "{value: direct}", "{value: direct}, due: {column: at, add: 5wd}", 1)
	o.write("hue/mapping.yaml", "calendar: mot-cua\n"+counting)
	o.write("hue/a.csv", good)
	o.wait(7)
	if got := o.read("hue/" + mappingFault); !strings.Contains(got, `"mot-cua" is none of continuous, days and vn-office`) {
		t.Error(got)
	}
	load := func(content string) {
		t.Helper()
		registers, err := register.Empty(time.UTC, nil).With(register.Calendars, []byte(content), o.now)
		if err != nil {
			t.Fatal(err)
		}
		o.load++
		o.calendars = registers.At(time.Time{}).Calendars()
	}
	load("name: mot-cua\nbase: vn-office\n")
	o.wait(7)
	o.counts(done, 1)
	o.write("hue/a.csv", good)
	o.wait(7)
	o.counts(known, 1)
	load("name: mot-cua\nbase: vn-office\noff: [2026-01-06]\n")
	o.write("hue/a.csv", good)
	o.wait(7)
	if o.counts(done, 2); len(o.events) != 4 {
		t.Errorf("%d events, and not two with each deadline", len(o.events))
	}
	o.write("hue/mapping.yaml", mapping)
	o.write("hue/a.csv", good)
	o.wait(7)
	o.counts(done, 3)
	o.load++
	o.write("hue/a.csv", good)
	o.wait(7)
	o.counts(known, 2)
}

// A name may be written in another character set than UTF-8; the file is like any other.
func TestNamesThatAreNotUTF8(t *testing.T) {
	o := newOffice(t)
	o.write("hue/th\xe1ng.csv", good)
	o.wait(7)
	o.holds("hue/done/2026-03-02/th\xe1ng.csv")
	o.counts(done, 1)
	o.open()
	o.write("hue/again.csv", good)
	o.wait(7)
	o.counts(known, 1)
	o.write("hu\xea/mapping.yaml", mapping)
	o.write("hu\xea/a.csv", good)
	o.wait(7)
	o.counts(done, 1)
}

// A mapping that reads the day from the name makes other events of the same content under another name.
func TestTheNameCountsWhereItTellsTheDay(t *testing.T) {
	o := newOffice(t)
	o.write("hue/mapping.yaml", mapping+"recorded: {file: 'of-(\\d{4}-\\d\\d-\\d\\d)'}\n")
	o.write("hue/of-2026-03-01.csv", good)
	o.write("hue/of-2026-03-02.csv", good)
	o.wait(7)
	if o.counts(done, 2); o.deliveries != 2 || len(o.events) != 4 {
		t.Errorf("%d deliveries, %d events", o.deliveries, len(o.events))
	}
}

func TestFilesThatAreStillWritten(t *testing.T) {
	o := newOffice(t)
	for _, name := range []string{".a.csv", "a.csv.part", "b.tmp", "~$c.xlsx", "d.csv.crdownload", "e.filepart", "Thumbs.db", "f~"} {
		o.write("hue/"+name, good)
	}
	content := "id,at,agency\n"
	for range 8 {
		content += "1,2026-01-05 08:00,a\n"
		o.write("hue/grows.csv", content)
		o.wait(4)
	}
	o.holds("hue/.a.csv", "hue/Thumbs.db", "hue/a.csv.part", "hue/b.tmp", "hue/d.csv.crdownload", "hue/e.filepart", "hue/f~", "hue/grows.csv", "hue/~$c.xlsx")
	// It grows once more while it is read: it is read again, and stays one import.
	o.during = func() {
		o.during = nil
		o.write("hue/grows.csv", content+"2,2026-01-05 08:00,a\n")
	}
	o.wait(4)
	if o.deliveries != 1 {
		t.Errorf("%d deliveries", o.deliveries)
	}
	o.counts(done, 0)
	o.wait(7)
	if o.counts(done, 1); o.deliveries != 2 || len(o.events) != 2 {
		t.Errorf("%d deliveries, %d events", o.deliveries, len(o.events))
	}
}

func TestFilesWithFaults(t *testing.T) {
	o := newOffice(t)
	o.write("hue/bad.csv", good+"3,tomorrow,a\n4,2190-01-01,a\n")
	o.write("hue/page.xlsx", "<html>")
	o.write("hue/quote.csv", "id,at,agency\n1,2026-01-05,a\n2,\""+strings.Repeat("x", 2<<20))
	o.write("hue/other.csv", "no,at\n1,2\n")
	o.write("hue/lacks.ndjson", `{"id":"9","at":"2026-01-05","agenzy":"a"}`+"\n")
	o.write("hue/"+strings.Repeat("đ", 120)+".csv", "")
	o.wait(7)
	long := strings.Repeat("đ", 98) + ".csv"
	day := "hue/failed/2026-03-02/"
	o.holds(day+"bad.csv", day+"bad.csv.rejected.csv", day+"bad.csv.txt", day+"lacks.ndjson", day+"lacks.ndjson.rejected.csv", day+"lacks.ndjson.txt", day+"other.csv", day+"other.csv.txt",
		day+"page.xlsx", day+"page.xlsx.txt", day+"quote.csv", day+"quote.csv.txt", day+long, day+long+".txt")
	o.counts(partly, 2)
	o.counts(failed, 4)
	if got := o.read(day + "bad.csv.rejected.csv"); !strings.HasPrefix(got, "line,field,reason\n4,at,\"dossier.received: \"\"tomorrow\"\"") || strings.Count(got, "\n") != 3 {
		t.Error(got)
	}
	for name, want := range map[string][]string{
		"bad.csv.txt":      {`2 trên 4 dòng của tệp "bad.csv" không được ghi nhận`, `2 of 4 rows of the file "bad.csv" were not taken`, "thả lại vào thư mục"},
		"lacks.ndjson.txt": {"1 of 1 rows", `no record of lacks.ndjson has "agency"`},
		"page.xlsx.txt":    {"Không nhập được tệp", "web page (HTML)"},
		"quote.csv.txt":    {`chỉ đọc được đến dòng 2`, "is a quote missing?"},
		"other.csv.txt":    {`hue/mapping.yaml`, `has no column "id"; it has "no" and "at"`},
	} {
		for _, part := range want {
			if got := o.read(day + name); !strings.Contains(got, strings.TrimPrefix(part, "hue/")) {
				t.Errorf("%s: no %q in %s", name, part, got)
			}
		}
	}
	// A file that was corrected, or only looked at and moved back, is read again.
	o.write("hue/bad.csv", o.read(day+"bad.csv"))
	o.wait(7)
	o.counts(partly, 3)
	o.counts(known, 0)
}

// A field that no record has is told, and what the records have is taken all the same.
func TestAFieldThatNoRecordHas(t *testing.T) {
	o := newOffice(t)
	o.write("hue/mapping.yaml", strings.Replace(mapping, "{value: direct}", "{value: direct}, due: {column: due}", 1))
	o.write("hue/a.ndjson", `{"id":"9","at":"2026-01-05","agency":"a"}`+"\n")
	o.wait(7)
	o.counts(partly, 1)
	got := o.read("hue/failed/2026-03-02/a.ndjson.txt")
	for _, want := range []string{"đã được ghi nhận, nhưng không dòng nào có một trường", "were taken, but none has a field", `no record of a.ndjson has "due"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
	if len(o.events) != 1 {
		t.Errorf("%d events", len(o.events))
	}
}

func TestFoldersWithoutAMappingWait(t *testing.T) {
	o := newOffice(t)
	o.write("hue/mapping.yaml", "family: dosier\n")
	o.write("hue/a.csv", good)
	o.write("new/a.csv", good)
	o.write("loose.csv", good)
	o.write("hue/thang-3/b.csv", good)
	o.wait(20)
	o.holds("hue/a.csv", "hue/"+mappingFault, "hue/thang-3/b.csv", "loose.csv", "new/a.csv", "new/"+mappingFault)
	if got := o.read("new/" + mappingFault); !strings.Contains(got, "chưa có tệp mapping.yaml") || !strings.Contains(got, "--suggest") {
		t.Error(got)
	}
	if got := o.read("hue/" + mappingFault); !strings.Contains(got, `mapping.yaml:1:9: family: "dosier" is no family`) || !strings.Contains(got, "được giữ nguyên") {
		t.Error(got)
	}
	for _, want := range []string{"it has no mapping.yaml", "is no family", "drop it into a folder", "drop the files themselves"} {
		if n := strings.Count(o.log.String(), want); n != 1 {
			t.Errorf("%q is said %d times:\n%s", want, n, o.log.String())
		}
	}
	o.write("hue/mapping.yaml", mapping)
	o.wait(1)
	o.holds("hue/done/2026-03-02/a.csv", "hue/thang-3/b.csv", "loose.csv", "new/a.csv", "new/"+mappingFault)
}

func TestLinksAndPipesAreRefused(t *testing.T) {
	o := newOffice(t)
	secret := filepath.Join(t.TempDir(), "secret.csv")
	outside := t.TempDir()
	if err := errors.Join(
		os.WriteFile(secret, []byte(good), 0o600),
		os.Symlink(secret, filepath.Join(o.dir, "hue", "link.csv")),
		os.Symlink("mapping.yaml", filepath.Join(o.dir, "hue", "inner.csv")),
		syscall.Mkfifo(filepath.Join(o.dir, "hue", "pipe.csv"), 0o600),
		os.Symlink(outside, filepath.Join(o.dir, "elsewhere")),
		os.WriteFile(filepath.Join(outside, "mapping.yaml"), []byte(mapping), 0o600),
		os.WriteFile(filepath.Join(outside, "x.csv"), []byte(good), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	o.wait(7)
	day := "hue/failed/2026-03-02/"
	o.holds("elsewhere", day+"inner.csv", day+"inner.csv.txt", day+"link.csv", day+"link.csv.txt", day+"pipe.csv", day+"pipe.csv.txt")
	o.counts(irregular, 3)
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 2 || o.deliveries != 0 {
		t.Errorf("%v, %v, %d deliveries", entries, err, o.deliveries)
	}
	if !strings.Contains(o.read(day+"link.csv.txt"), "symbolic link") {
		t.Error("no word of a link")
	}
	// Neither is a mapping that is a link read, nor is anything moved through one.
	mappingPath := filepath.Join(o.dir, "hue", mappingName)
	if err := errors.Join(os.Remove(mappingPath), os.Symlink(filepath.Join(outside, mappingName), mappingPath)); err != nil {
		t.Fatal(err)
	}
	o.write("hue/a.csv", good)
	o.wait(7)
	if o.deliveries != 0 || !strings.Contains(o.read("hue/"+mappingFault), "no plain file") {
		t.Errorf("%d deliveries", o.deliveries)
	}
	if err := errors.Join(os.Remove(mappingPath), os.Symlink(outside, filepath.Join(o.dir, "hue", done))); err != nil {
		t.Fatal(err)
	}
	o.write("hue/mapping.yaml", mapping)
	o.wait(7)
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 2 {
		t.Errorf("%v %v\n%s", entries, err, o.log.String())
	}
	o.read("hue/done/2026-03-02/a.csv") // the link was moved away like any other
	o.counts(irregular, 4)
}

// While events can't be taken nothing is moved, and nothing is tried again at once.
func TestALogThatIsFull(t *testing.T) {
	o := newOffice(t)
	o.fault = errors.New("the disk of the log is full")
	o.write("hue/a.csv", good)
	tries := 0
	o.during = func() { tries++ }
	o.wait(30)
	o.holds("hue/a.csv")
	if tries < 3 || tries > 5 || strings.Count(o.log.String(), "the log is full") != 1 {
		t.Errorf("%d tries\n%s", tries, o.log.String())
	}
	o.fault = nil
	o.wait(7)
	o.holds("hue/done/2026-03-02/a.csv")
}

// An import that was cut off makes the same events when it is done again, on another day too.
func TestACutOffImportMakesTheSameEvents(t *testing.T) {
	o := newOffice(t)
	o.write("hue/a.csv", good)
	o.wait(5)
	events := map[string]int{}
	o.inbox.Deliver = func(source string, b *importer.Batch) ([]importer.Reject, error) {
		if _, err := o.deliver(source, b); err != nil {
			return nil, err
		}
		for id := range o.events {
			events[id]++
		}
		return nil, errors.New("killed")
	}
	o.inbox.look(t.Context()) // the events are in the log, and the process is gone before it says so
	// What was written when the kill came is cut off.
	file, err := os.OpenFile(o.ledger, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(`{"at":"2026-03-`); err != nil {
		t.Fatal(err)
	}
	file.Close()
	o.open()
	o.now = o.now.Add(48 * time.Hour)
	o.wait(7)
	if o.counts(done, 1); len(o.events) != 2 || len(events) != 2 || o.deliveries != 2 {
		t.Errorf("%d and %d events in %d deliveries", len(events), len(o.events), o.deliveries)
	}
	ledger, err := os.ReadFile(o.ledger)
	if err != nil || strings.Count(string(ledger), "\n") != 2 || !strings.HasSuffix(string(ledger), "\"done\"}\n") {
		t.Errorf("%v %s", err, ledger)
	}
}

func TestOpenSaysWhatToDo(t *testing.T) {
	_, err := Open(Options{Path: filepath.Join(t.TempDir(), "none"), Registry: prometheus.NewRegistry()})
	if err == nil || !strings.Contains(err.Error(), "inbox.folder") {
		t.Error(err)
	}
}

func TestRunEnds(t *testing.T) {
	o := newOffice(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := o.inbox.Run(ctx); err != nil {
		t.Error(err)
	}
}
