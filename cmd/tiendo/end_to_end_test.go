package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tiendo/internal/event"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// story is events of these weeks, for what walls and pages show is of this month and year.
type story struct {
	testing.TB
	now  time.Time
	zone *time.Location
	all  []event.Event
}

// ago is an instant that many days before now, in office hours where that is past.
func (s *story) ago(days int) time.Time {
	at := s.now.In(s.zone).AddDate(0, 0, -days)
	if days == 0 {
		return at.Add(-time.Minute).Truncate(time.Second)
	}
	return time.Date(at.Year(), at.Month(), at.Day(), 9, 30, 0, 0, s.zone)
}

// tell returns an event and notes it.
func (s *story) tell(typ, subject string, at time.Time, data fields) []byte {
	s.Helper()
	raw, err := json.Marshal(fields{
		"specversion": "1.0", "id": fmt.Sprintf("%s.%s.%d", subject, typ, at.Unix()), "source": "urn:story", "type": typ,
		"subject": subject, "time": at.Format(time.RFC3339), "data": data,
	})
	if err != nil {
		s.Fatal(err)
	}
	e, err := event.Decode(raw, s.now)
	if err != nil {
		s.Fatal(err)
	}
	s.all = append(s.all, e)
	return raw
}

// TestEndToEnd: what is imported and posted is the same in the API, on /metrics, on the page, and by hand.
func TestEndToEnd(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.start()
	s.ready()
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		t.Fatal(err)
	}
	told := &story{TB: t, now: time.Now(), zone: zone}
	importDossiers(t, s, told)
	postInEveryForm(t, s, told)
	want := recompute(t, zone, told.all)
	s.settle(want.events, 30*time.Second)

	c := s.city()
	if compared := want.compare(c, "mtd", "ytd"); compared < 300 {
		t.Errorf("only %d figures were compared with those by hand", compared)
	}
	shown := shownByMetrics(t, s)
	compareMetrics(c, shown)
	comparePage(t, c, shown)
	s.stop()
}

// importDossiers imports a spreadsheet with the command, twice.
func importDossiers(t *testing.T, s *server, told *story) {
	t.Helper()
	var sheet strings.Builder
	sheet.WriteString("Mã hồ sơ;Tiếp nhận;Hẹn trả;Đơn vị;Kênh;Trả kết quả\n")
	rows := 0
	for days := range 40 {
		for i, unit := range []string{"Sở Xây dựng", "Sở Y tế", "Sở Tư pháp"} {
			if (days+i)%4 == 3 {
				continue
			}
			rows++
			received, code := told.ago(days+1), fmt.Sprintf("H24-%d-%d", i, days)
			due := received.AddDate(0, 0, 5+i)
			channel := []string{"Trực tuyến", "Tại quầy"}[(days+i)%2]
			told.tell("dossier.received", code, received, fields{
				"agency": []string{"so-xay-dung", "so-y-te", "so-tu-phap"}[i], "procedure": "cap-phep", "level": "full", "due": due.Format(time.DateOnly),
				"channel": []string{"online", "direct"}[(days+i)%2],
			})
			done := ""
			if after := 1 + (days*7+i*3)%11; after <= days && days%6 != 0 {
				at := told.ago(days + 1 - after)
				done = at.Format("02/01/2006 15:04")
				told.tell("dossier.resolved", code, at, fields{})
			}
			fmt.Fprintf(&sheet, "%s;%s;%s;%s;%s;%s\n", code, received.Format("02/01/2006 15:04"), due.Format("02/01/2006"), unit, channel, done)
		}
	}
	write(t, s.dir, "hồ sơ.csv", sheet.String())
	write(t, s.dir, "mapping.yaml", `
family: dossier
source: urn:sheet
delimiter: ";"
layout: ["02/01/2006 15:04", "02/01/2006"]
subject: Mã hồ sơ
events:
  - type: dossier.received
    time: {column: Tiếp nhận}
    data:
      agency: {column: Đơn vị, slug: true}
      procedure: {value: cap-phep}
      level: {value: full}
      channel: {column: Kênh, map: {Trực tuyến: online}, default: direct}
      due: {column: Hẹn trả, as: date}
  - type: dossier.resolved
    time: {column: Trả kết quả}
`)
	for range 2 { // the second time changes nothing
		code, out, errs := tiendo(t, s.dir, "import", "--server", *s.url.Load(), "--data", s.data, "--mapping", "mapping.yaml", "hồ sơ.csv")
		if code != exitDone || !strings.Contains(out, fmt.Sprintf("%d rows", rows)) {
			t.Fatalf("import ended with %d: %s%s", code, out, errs)
		}
	}
}

// postInEveryForm posts events in every form that the collector reads.
func postInEveryForm(t *testing.T, s *server, told *story) {
	t.Helper()
	cases := 0
	// Each call tells a dossier and a task in full.
	tell := func() (raws [][]byte) {
		cases++
		agency := []string{"so-y-te", "so-noi-vu"}[cases%2]
		code := fmt.Sprintf("P-%d", cases)
		raws = append(raws,
			told.tell("dossier.received", code, told.ago(9), fields{"agency": agency, "procedure": "cap-phep", "channel": "online", "level": "full", "due": told.ago(3).Format(time.DateOnly)}),
			told.tell("task.assigned", code, told.ago(20), fields{"agency": agency, "issuer": "ubnd", "due": told.ago(2).Format(time.DateOnly)}),
			told.tell("dossier.returned", code, told.ago(0), fields{"channel": "post"}),
			told.tell("dossier.rated", code, told.ago(0), fields{"score": 1 + cases%5}))
		if cases%3 > 0 {
			raws = append(raws,
				told.tell("dossier.resolved", code, told.ago(cases%6), fields{"digital": true}),
				told.tell("task.completed", code, told.ago(cases%5), fields{}))
		}
		return raws
	}
	accepted := func(what string, content []byte, n int, headers ...string) {
		t.Helper()
		h := http.Header{}
		for i := 0; i < len(headers); i += 2 {
			h.Set(headers[i], headers[i+1])
		}
		status, answer, err := post(t.Context(), *s.url.Load(), s.token(), content, h)
		if err != nil || status != http.StatusAccepted || !bytes.Contains(answer, fmt.Appendf(nil, `"accepted":%d,"rejected":0`, n)) {
			t.Fatalf("%s: %d %s %v", what, status, answer, err)
		}
	}
	const one, batch, lines = "application/cloudevents+json", "application/cloudevents-batch+json", "application/x-ndjson"
	for _, raw := range tell() {
		accepted("structured", raw, 1, "Content-Type", one)
	}
	raws := tell()
	list := append(append([]byte("["), bytes.Join(raws, []byte(","))...), ']')
	accepted("batch", list, len(raws), "Content-Type", batch)
	for _, encoding := range []string{"", "gzip", "zstd"} {
		raws := tell()
		content := bytes.Join(raws, []byte("\n"))
		if encoding == "" {
			accepted("lines", content, len(raws), "Content-Type", lines)
			continue
		}
		packed, err := compressed(encoding, content)
		if err != nil {
			t.Fatal(err)
		}
		accepted(encoding, packed, len(raws), "Content-Type", lines, "Content-Encoding", encoding)
	}
	var binary struct {
		ID, Source, Type, Subject, Time string
		Data                            jsontext.Value
	}
	for _, raw := range tell() {
		if err := json.Unmarshal(raw, &binary, json.MatchCaseInsensitiveNames(true)); err != nil {
			t.Fatal(err)
		}
		accepted("binary", binary.Data, 1, "Content-Type", "application/json", "Ce-Specversion", "1.0", "Ce-Id", binary.ID,
			"Ce-Source", binary.Source, "Ce-Type", binary.Type, "Ce-Subject", binary.Subject, "Ce-Time", binary.Time)
	}
	accepted("an empty batch", []byte("[]"), 0, "Content-Type", batch)
}

func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBadInput walks through what senders and users do wrong. Each is told what to do, and what was good is taken.
func TestBadInput(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.start()
	s.ready()
	token := s.token()
	const one, batch, lines = "application/cloudevents+json", "application/cloudevents-batch+json", "application/x-ndjson"
	taken := 0
	// good is an event that nobody can refuse, bad one with something in it replaced.
	good := func() string {
		taken++
		return fmt.Sprintf(`{"specversion":"1.0","id":"e-%d","source":"urn:x","type":"dossier.received","subject":"S-%d","time":"2026-03-02T08:00:00+07:00","data":{"agency":"H24.12","procedure":"1.004","channel":"online"}}`, taken, taken)
	}
	bad := func(id, what, by string) string {
		e := strings.Replace(good(), fmt.Sprintf("e-%d", taken), id, 1)
		taken--
		if !strings.Contains(e, what) {
			t.Fatalf("%s does not hold %s", e, what)
		}
		return strings.Replace(e, what, by, 1)
	}
	f := func(name string, content []byte, want int, words []string, headers ...string) {
		t.Helper()
		h := http.Header{"Content-Type": {batch}}
		for i := 0; i < len(headers); i += 2 {
			h.Set(headers[i], headers[i+1])
		}
		with := token
		if h.Get("X-No-Token") != "" {
			with = h.Get("X-No-Token")[1:]
		}
		status, answer, err := post(t.Context(), *s.url.Load(), with, content, h)
		if err != nil || status != want {
			t.Errorf("%s: %d %s %v; want %d", name, status, answer, err, want)
		}
		for _, word := range words {
			if !bytes.Contains(answer, []byte(word)) {
				t.Errorf("%s: %s does not say %s", name, answer, word)
			}
		}
	}
	list := func(events ...string) []byte { return []byte("[" + strings.Join(events, ",") + "]") }
	told := func(index int, id, field, reason string) string {
		return fmt.Sprintf(`{"index":%d,"id":"%s","field":"%s","reason":"%s`, index, id, field, reason)
	}

	// Every line of "Bad input gets" of the issue, in its order.
	wrong := []string{
		bad("type", "dossier.received", "dossier.eaten"), bad("field", `"agency"`, `"citizen":"Nguyen Van A","agency"`),
		bad("code", "H24.12", "H24 12"), bad("offset", "+07:00", ""), bad("missing", `"procedure":"1.004",`, ""),
	}
	reasons := []string{
		told(1, "type", "type", ""), told(2, "field", "data.citizen", ""), told(3, "code", "data.agency", ""),
		told(4, "offset", "time", ""), told(5, "missing", "data.procedure", ""),
	}
	f("some bad", list(slices.Concat([]string{good()}, wrong, []string{good()})...), http.StatusAccepted, append([]string{`"accepted":2,"rejected":5`}, reasons...))
	f("some bad lines", []byte(good()+"\n"+wrong[0]+"\n{\n"), http.StatusAccepted, []string{`"accepted":1,"rejected":2`, `"line":2`, `"line":3`}, "Content-Type", lines)
	f("all bad", list(wrong...), http.StatusBadRequest, []string{`"accepted":0,"rejected":5`, told(0, "type", "type", "")})
	f("one bad", []byte(wrong[1]), http.StatusBadRequest, []string{told(0, "field", "data.citizen", "")}, "Content-Type", one)

	f("not JSON", []byte("<events/>"), http.StatusBadRequest, []string{`"accepted":0`, "not a JSON array"})
	f("half JSON", list(good())[:100], http.StatusBadRequest, []string{`"accepted":0`, "not JSON"})
	taken--
	for _, encoding := range []string{"gzip", "zstd"} {
		packed := func(content []byte) []byte {
			p, err := compressed(encoding, content)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		whole := packed(list(good(), good(), good()))
		taken -= 3
		f("cut off "+encoding, whole[:len(whole)-9], http.StatusBadRequest, []string{`"accepted":0`, "body"}, "Content-Encoding", encoding)
		f("not "+encoding, list(good()), http.StatusBadRequest, []string{`"accepted":0`, "body"}, "Content-Encoding", encoding)
		taken--
		bomb := packed(append(list(good()), bytes.Repeat([]byte(" "), 300<<20)...))
		taken--
		if len(bomb) > 1<<20 {
			t.Fatalf("the bomb is %d bytes", len(bomb))
		}
		f("a bomb of "+encoding, bomb, http.StatusRequestEntityTooLarge, []string{"16 MiB"}, "Content-Encoding", encoding)
	}
	f("17 MiB", append(list(good()), bytes.Repeat([]byte(" "), 17<<20)...), http.StatusRequestEntityTooLarge, []string{"16 MiB", "413"})
	taken--
	many := make([]string, 10_001)
	for i := range many {
		many[i] = good()
	}
	taken -= len(many)
	f("10,001 events", list(many...), http.StatusRequestEntityTooLarge, []string{"10000 events"})
	f("no token", list(good()), http.StatusUnauthorized, []string{`"status":401`}, "X-No-Token", "=")
	f("a wrong token", list(good()), http.StatusUnauthorized, []string{`"status":401`}, "X-No-Token", "=guessed")
	taken -= 2
	f("an unknown media type", list(good()), http.StatusUnsupportedMediaType, []string{"application/x-ndjson"}, "Content-Type", "text/csv")
	f("an unknown encoding", list(good()), http.StatusUnsupportedMediaType, []string{"gzip"}, "Content-Encoding", "br")
	taken -= 2

	write(t, s.dir, "m.yaml", "family: dossier\nsource: urn:x\nsubject: id\nevents:\n  - type: dossier.received\n    time: {column: at}\n    data: {agency: {column: office}, procedure: {value: p}, channel: {value: direct}}\n")
	write(t, s.dir, "a.csv", "id,at,agency\n1,2026-03-02 08:00,H24.12\n")
	code, out, errs := tiendo(t, s.dir, "import", "--server", *s.url.Load(), "--data", s.data, "--mapping", "m.yaml", "a.csv")
	if want := `tiendo: m.yaml:7:29: a.csv has no column "office"; it has "id", "at" and "agency"`; code != exitMisuse || out != "" || !strings.HasPrefix(errs, want) || strings.Count(errs, "\n") != 1 {
		t.Errorf("a missing column: exit code %d: %s%s; want %s", code, out, errs, want)
	}

	s.settle(taken, 30*time.Second)
	if n := len(s.city().subjects("dossier.received", "2026-03")); n != taken || taken != 3 {
		t.Errorf("%d cases are in the figures, and %d of 3 events were taken", n, taken)
	}
}

// TestServeThatCannotStart: one sentence, exit code 2, and the server that is in the way is left alone.
func TestServeThatCannotStart(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.start()
	s.ready()
	address := strings.TrimPrefix(*s.url.Load(), "http://")
	file := write(t, s.dir, "file", "")
	f := func(name, want string, args ...string) {
		t.Helper()
		code, out, errs := tiendo(t, filepath.Join("..", ".."), append([]string{"serve"}, args...)...)
		if code != exitMisuse || out != "" || !strings.HasPrefix(errs, "tiendo: ") || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, want) {
			t.Errorf("%s: exit code %d: %s%s; want %s", name, code, out, errs, want)
		}
	}
	elsewhere := filepath.Join(s.dir, "elsewhere")
	f("port in use", "the address "+address+" is in use", "--listen", address, "--data", elsewhere)
	f("data folder in use", fmt.Sprintf("in use by another Tiendo (process %d)", s.cmd.Process.Pid), "--listen", "127.0.0.1:0", "--data", s.data)
	f("not writable", "not a directory; name one that this user can write with --data", "--listen", "127.0.0.1:0", "--data", filepath.Join(file, "data"))
	f("open to everybody", "auth.read", "--listen", "0.0.0.0:0", "--data", elsewhere)
	f("unknown setting", "--frobnicate", "--frobnicate", "1")
	if status, _ := s.get("/readyz"); status != http.StatusOK || s.over() {
		t.Errorf("the server in the way answers %d", status)
	}
	s.stop()
	s.noStrays()
}

// TestTermination: SIGTERM under load takes nothing more, lets what was acknowledged reach the figures, and leaves nothing
// running; after the next start all is there, once.
func TestTermination(t *testing.T) {
	t.Parallel()
	seed := seeded(t)
	s := begin(t, seed, true)
	for range 3 {
		time.Sleep(500 * time.Millisecond)
		s.check()
		s.server.stop()
		s.server.noStrays()
		s.server.start()
		s.server.ready()
	}
	s.finish()
	// And at once after the last answer: the start after it has nothing left to do but to read.
	s.server.stop()
	s.server.start()
	s.server.ready()
	s.allThereOnce(t)
	said, err := os.ReadFile(filepath.Join(s.server.dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(said), `"msg":"stopping"`) < 4 || strings.Contains(string(said), "events are left in the log") {
		t.Errorf("a stop did not drain:\n%s", said)
	}
}
