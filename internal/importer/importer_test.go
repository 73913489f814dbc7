package importer

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tiendo/internal/event"
)

// told is what a file says by a mapping: its events as "type subject time data" and its rejects as "line field: reason".
// Every event passes by the collector's door.
func told(t *testing.T, mapping, name, content string) (events, rejects []string) {
	t.Helper()
	batches, reader := fill(t, mapping, name, content)
	for _, err := range reader.Unseen() {
		rejects = append(rejects, err.Error())
	}
	for i := range batches {
		for line := range bytes.Lines(batches[i].Events) {
			e, err := event.Decode(bytes.TrimSpace(line), imported)
			if err != nil {
				t.Fatalf("the collector would refuse %s: %v", line, err)
			}
			var raw struct{ Time string }
			if err := json.Unmarshal(line, &raw); err != nil {
				t.Fatal(err)
			}
			events = append(events, fmt.Sprintf("%s %s %s %s", e.Type, e.Subject, raw.Time, e.Data))
		}
		for _, r := range batches[i].Rejects {
			rejects = append(rejects, fmt.Sprintf("%d %s: %s", r.Line, r.Field, r.Reason))
		}
	}
	return events, rejects
}

// openFile is a file of some name and content, open until the test ends.
func openFile(t *testing.T, name, content string) *Input {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(in.Close)
	return in
}

// fill reads a file to its end, by the calendars that are built in if none are named.
func fill(t *testing.T, mapping, name, content string, calendars ...Calendars) ([]Batch, *Reader) {
	t.Helper()
	m, err := ParseMapping("m.yaml", []byte(mapping), append(calendars, Builtin)[0])
	if err != nil {
		t.Fatal(err)
	}
	in := openFile(t, name, content)
	r, err := m.Read(in, imported)
	if err != nil {
		t.Fatal(err)
	}
	var batches []Batch
	for {
		var b Batch
		if err := r.Fill(&b); errors.Is(err, io.EOF) {
			return batches, r
		} else if err != nil {
			t.Fatal(err)
		}
		batches = append(batches, b)
	}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (- want, + got):\n%s", what, diff)
	}
}

const hue = `
family: dossier
source: urn:hue:motcua
subject: ma
empty: ["NULL"]
events:
  - type: dossier.received
    time: {column: nop, layout: ["02/01/2006 15:04", "02/01/2006"]}
    data:
      agency: {column: don_vi, slug: true}
      procedure: {column: thu_tuc}
      channel: {column: kenh, map: {Trực tuyến: online, BCCI: post}, default: direct}
      level: {column: muc, map: {"2": "2", Toàn trình: full, "": null}}
      fee: {column: phi, map: {Có: true, Không: false}}
      due: {column: hen, layout: "02/01/2006", as: date}
  - type: dossier.resolved
    when: {column: tt, in: [Đã trả, Xong]}
    time: {column: xong, layout: "02/01/2006 15:04"}
    data: {digital: {value: true}}
  - type: dossier.paid
    when: {column: tien, not_empty: true}
    time: {column: nop, layout: ["02/01/2006 15:04", "02/01/2006"]}
    data: {channel: {value: direct}, amount: {column: tien}}
`

func TestCSVWithOneRowPerCase(t *testing.T) {
	events, rejects := told(t, hue, "h.csv", "\ufeffma, nop ,don_vi,thu_tuc,kenh,muc,phi,hen,tt,xong,tien\r\n"+
		"H1,05/03/2026 08:15,Sở Xây dựng,1.005129,Trực tuyến,Toàn trình,Có,12/03/2026,Đã trả,11/03/2026 16:59,50000\r\n"+
		"H2,06/03/2026,\"Phòng \"\"Một cửa\"\"\",1.005129,,,Không,NULL,Xong, ,NULL\r\n"+
		",,,,,,,,,,\r\n"+
		"\r\n"+
		"H3,06/03/2026 09:00,Sở Y tế,\"1.\n2\",x,3,có lẽ,31/02/2026,,,năm\r\n"+
		"H4,,Sở Y tế,1.005129,BCCI,2,,,,,\n"+
		"H5,06/03/2026 09:00,Sở Y tế\n"+
		"H 6,06/03/2026 09:00,–,1.005129,BCCI,2,,,,,12.5")
	same(t, "events", events, []string{
		`dossier.received H1 2026-03-05T08:15:00+07:00 {"agency":"so-xay-dung","channel":"online","due":"2026-03-12","fee":true,"level":"full","procedure":"1.005129"}`,
		`dossier.resolved H1 2026-03-11T16:59:00+07:00 {"digital":true}`,
		`dossier.paid H1 2026-03-05T08:15:00+07:00 {"amount":50000,"channel":"direct"}`,
		`dossier.received H2 2026-03-06T00:00:00+07:00 {"agency":"phong-mot-cua","channel":"direct","fee":false,"procedure":"1.005129"}`,
	})
	same(t, "rejects", rejects, []string{
		`6 hen: due: "31/02/2026" is no time by "02/01/2006"; correct it, or name its layout in the mapping`,
		`6 phi: fee: "có lẽ" is not in the mapping's map`,
		`6 muc: level: "3" is not in the mapping's map`,
		"6 thu_tuc: procedure: \"1.\\n2\" may hold letters, digits and . _ / - only, for no field is free text; `slug: true` makes a code of a name",
		`6 tien: amount: "năm" is no number such as 1200 or 0.5`,
		`9 : the row has 3 cells, the header has 11`,
		`10 ma: "H 6" may hold letters, digits and . _ / - : + only`,
		`10 don_vi: agency: "–" has no letter or digit that a code can keep`,
	})
}

// TestRowsOfBlanks: white space is nothing, so such a row is empty, however many cells it has.
func TestRowsOfBlanks(t *testing.T) {
	events, rejects := told(t, hue, "h.csv", "ma,nop,don_vi,thu_tuc,kenh,muc,phi,hen,tt,xong,tien\n , ,,,,,,,,,\n   \n\t,\u00a0\n,,,,\n")
	same(t, "events", events, nil)
	same(t, "rejects", rejects, nil)
}

// TestThousandsWithAPoint: in Vietnam 1.000 people are a thousand. A number of JSON says itself what it is.
// A CSV may begin with a title: its names stand on the line that the mapping says, and lines are counted from the top of the file.
func TestNamesBelowATitle(t *testing.T) {
	const names = "ma;nop;don_vi;tt;hen;st;xong"
	f := func(header int, file string, events int, want string) {
		t.Helper()
		m, err := ParseMapping("m.yaml", fmt.Appendf(nil, "header: %d\n%s", header, good), Builtin)
		if err != nil {
			t.Fatal(err)
		}
		in, err := Open("-", strings.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		said := ""
		i := Import{Mapping: m, Send: Check(imported), Rejected: func(r Reject) error { said += fmt.Sprint(r.Line, " ", r.Reason, "\n"); return nil }}
		result, err := i.Run(t.Context(), in, imported)
		if err != nil {
			said += err.Error()
		}
		if said += strings.Join(result.Notes, "\n"); result.Total() != events || !strings.Contains(said, want) {
			t.Errorf("header %d of %.20q: %d events, want %d; %.400s does not say %q", header, file, result.Total(), events, said, want)
		}
	}
	title := "BÁO CÁO \"quý;\n" + strings.Repeat("x", 1<<17) + "\n\n"
	f(4, title+names+"\n1;2026-01-05;a;b;;x;\n", 1, "line 4 names the columns")
	f(4, title+names+"\r\n1;2026-01-05;a;b;;x;\r\n2;never;a;b;;x;\r\n", 1, "6 ")
	f(4, title+names+"\n1;\"2026-01-05;a;b;;x;\n", 0, "5 the quotes of the row do not match")
	f(1, names+"\n1;2026-01-05;a;b;;x;\n", 1, "parted by")
	f(2, title+names, 0, `standard input has no column "ma"`)
	f(3, title+names, 0, "header: line 3 of standard input is empty")
	f(5, title+names, 0, "header: standard input has no line 5")
	f(5, title+names+"\n", 0, "header: line 5 of standard input is empty")
	f(1, "{\"ma\":1}\n", 0, "header: standard input is NDJSON")
}

func TestThousandsWithAPoint(t *testing.T) {
	const held = "family: reception\nsource: urn:x\nsubject: id\nevents:\n  - type: reception.held\n    time: {column: day}\n" +
		"    data: {agency: {value: a}, sessions: {value: 1}, cases: {value: 1}, people: {column: n}}\n"
	events, rejects := told(t, held, "h.csv", "id,day,n\na,2026-03-05,1.000\nb,2026-03-05,12.0\nc,2026-03-05,1000\n")
	same(t, "events", events, []string{
		`reception.held b 2026-03-05T00:00:00+07:00 {"agency":"a","cases":1,"people":12,"sessions":1}`,
		`reception.held c 2026-03-05T00:00:00+07:00 {"agency":"a","cases":1,"people":1000,"sessions":1}`,
	})
	same(t, "rejects", rejects, []string{`2 n: people: "1.000" may be 1000 or 1; write thousands without a point, decimals with other than three digits`})

	const reached = "family: indicator\nsource: urn:x\nsubject: id\nevents:\n  - type: indicator.reported\n    time: {column: day}\n" +
		"    data: {agency: {value: a}, indicator: {value: staffing}, period: {value: 2026-Q1}, value: {column: v}, target: {column: l.t}}\n    each: l\n"
	line := func(v, list string) string {
		return `{"id":"a/staffing/2026-Q1","day":"2026-03-05","v":` + v + `,"l":[{"t":` + list + "}]}\n"
	}
	events, rejects = told(t, reached, "i.ndjson", line("1.125", "2.125")+line(`"1.125"`, "2.125")+line("1.125", `"2.125"`)+line(`"0.125"`, "null"))
	same(t, "events", events, []string{
		`indicator.reported a/staffing/2026-Q1 2026-03-05T00:00:00+07:00 {"agency":"a","indicator":"staffing","period":"2026-Q1","target":2.125,"value":1.125}`,
		`indicator.reported a/staffing/2026-Q1 2026-03-05T00:00:00+07:00 {"agency":"a","indicator":"staffing","period":"2026-Q1","value":0.125}`,
	})
	same(t, "rejects", rejects, []string{
		`2 v: value: "1.125" may be 1125 or 1.125; write thousands without a point, decimals with other than three digits`,
		`3 l.t: target: "2.125" may be 2125 or 2.125; write thousands without a point, decimals with other than three digits`,
	})
}

func TestCellsPartedOtherwise(t *testing.T) {
	const source = "family: task\nsource: urn:x\nsubject: mã\nevents:\n  - type: task.assigned\n    time: {column: giao}\n    data: {agency: {column: đơn vị}}\n"
	want := []string{`task.assigned 1 2026-01-05T00:00:00+07:00 {"agency":"a"}`}
	for name, content := range map[string]string{
		"a.csv": "mã;giao;đơn vị\n1;2026-01-05;a\n", "b.csv": "mã\tgiao\tđơn vị\n1\t2026-01-05\ta\n", "c.tsv": "mã\tgiao\tđơn vị\n1\t2026-01-05\ta\n",
		"d.tsv": "\ufeffmã,giao,\"đơn vị\"\r\n1,2026-01-05,a\r\n", "e.csv": "mã,giao,đơn vị,\"x;y\"\n1,2026-01-05,a,\n",
	} {
		events, rejects := told(t, source, name, content)
		same(t, name, events, want)
		same(t, name, rejects, nil)
	}
	same(t, "notes", notes(t, source, "a.csv", "mã;giao;đơn vị\n1;2026-01-05;a\n"), []string{"its cells are parted by ';', for only so it has the columns that the mapping names"})
}

func TestOneRowPerEvent(t *testing.T) {
	const mapping = `
family: dossier
source: urn:log
timezone: Europe/Amsterdam
subject: {column: case, slug: true}
id: event
time: {column: at}
step:
  column: activity
  map: {Receive: dossier.received, Ask: dossier.supplement_requested, Done: dossier.resolved, Note: ~}
events:
  - type: dossier.received
    data: {agency: {value: "007"}, procedure: {value: 1.50}, channel: {value: direct}}
  - type: dossier.supplement_requested
  - type: dossier.resolved
`
	const log = "case,event,activity,at\n" +
		"Case 1,e1,Receive,2010-10-11T11:45:40.276+02:00\n" +
		"Case 1,e2,Note,2010-10-12T11:45:40Z\n" +
		"Case 1,e3,Ask,2010-10-12T11:45:40Z\n" +
		"Case 1,e4,Shred,2010-10-12T11:45:40Z\n" +
		"Case 1,,Done,2010-12-01 00:00\n"
	events, rejects := told(t, mapping, "log.csv", log)
	same(t, "events", events, []string{
		`dossier.received case-1 2010-10-11T11:45:40.276+02:00 {"agency":"007","channel":"direct","procedure":"1.50"}`,
		`dossier.supplement_requested case-1 2010-10-12T13:45:40+02:00 {}`,
		`dossier.resolved case-1 2010-12-01T00:00:00+01:00 {}`,
	})
	same(t, "rejects", rejects, []string{`5 activity: "Shred" is no step that the mapping names`})
	_, rejects = told(t, strings.Replace(mapping, "Note: ~}", "Note: ~}\n  default: ~", 1), "log.csv", log)
	same(t, "rejects with a default", rejects, nil)
	batches, _ := fill(t, mapping, "log.csv", log)
	for i, want := range []string{`"id":"e1"`, `"id":"e3"`, `"id":"`} {
		if line := strings.Split(string(batches[0].Events), "\n")[i]; !strings.Contains(line, want) {
			t.Errorf("event %d: no %s in %s", i, want, line)
		}
	}
}

func TestNDJSON(t *testing.T) {
	const mapping = `
family: task
source: urn:tasks
timezone: UTC
subject: id
recorded: {column: meta.saved, layout: "2006-01-02"}
events:
  - type: task.assigned
    time: {column: given}
    data:
      agency: {column: lead.code}
      agencies: {column: helpers, map: {Y tế: H24.05}, slug: false}
      due: {column: due}
  - type: task.completed
    time: {column: done}
`
	const last = `{"id":"a/2","given":"2026-01-05T08:00:00+07:00","lead.code":"H24.12","helpers":["Y tế",null],"due":"2026-02-01T10:00:00+07:00","done":"2026-01-31","meta":{"saved":"2026-02-01"}}`
	events, rejects := told(t, mapping, "t.ndjson", `{"id":17,"given":"2026-01-05","lead":{"name":["x",{}],"code":"H24.12"},"helpers":[],"due":"2026-02-01","done":null,"meta":{"saved":"2026-01-06"}}
{"id":18,"given":true,"lead":7,"meta":{"saved":"2026-01-06"}}

{"id":["a","b"],"given":"2026-01-05","lead":{"code":{"a":1}},"meta":{"saved":"2026-01-06"}}
{"id":19,"id":20}
[1]
{"id":21} {"id":22}
{"id":21
`+last)
	same(t, "events", events, []string{
		`task.assigned 17 2026-01-05T00:00:00Z {"agency":"H24.12","due":"2026-02-01"}`,
		`task.assigned a/2 2026-01-05T01:00:00Z {"agencies":["H24.05"],"agency":"H24.12","due":"2026-02-01T03:00:00Z"}`,
		`task.completed a/2 2026-01-31T00:00:00Z {}`,
	})
	for i, want := range []string{
		`2 given: task.assigned: "true" is no time`, `2 lead.code: agency is empty, and task.assigned needs it`,
		`4 lead.code: the line is no JSON: an object stands where one value`, `5 : the line is no JSON: duplicate object member name "id"`,
		`6 : the line is no JSON object`, `7 : the line is no JSON: there is more than one value`, `8 : the line is no JSON: `,
	} {
		if i >= len(rejects) || !strings.HasPrefix(rejects[i], want) {
			t.Errorf("reject %d of %q: want %s", i, rejects, want)
		}
	}
	if len(rejects) != 7 {
		t.Errorf("%d rejects", len(rejects))
	}
	_, rejects = told(t, mapping, "t.ndjson", `{"id":17,"given":"2026-01-05","lead":{"code":"H24.12"},"done":null,"meta":{"saved":"2026-01-06"}}`)
	same(t, "rejects", rejects, []string{
		`m.yaml:12:26: no record of t.ndjson has "helpers"; the first one has "id", "given", "lead", "lead.code", "done", "meta" and "meta.saved"`,
		`m.yaml:13:21: no record of t.ndjson has "due"; the first one has "id", "given", "lead", "lead.code", "done", "meta" and "meta.saved"`,
	})
}

func TestListInACell(t *testing.T) {
	events, rejects := told(t, `
family: task
source: urn:tasks
subject: id
events:
  - type: task.assigned
    time: {column: given}
    data: {agency: {column: lead, slug: true}, agencies: {column: helpers, split: ";", slug: true}}
`, "t.csv", "id,given,lead,helpers\n1,2026-01-05,Sở Y tế,Sở Tài chính; Sở Nội vụ;\n2,2026-01-05,Sở Y tế,\n3,2026-01-05,Sở Y tế,a;–\n")
	same(t, "events", events, []string{
		`task.assigned 1 2026-01-05T00:00:00+07:00 {"agencies":["so-tai-chinh","so-noi-vu"],"agency":"so-y-te"}`,
		`task.assigned 2 2026-01-05T00:00:00+07:00 {"agency":"so-y-te"}`,
	})
	same(t, "rejects", rejects, []string{`4 helpers: agencies: "–" has no letter or digit that a code can keep`})
}

// rule is a mapping with one promise.
func rule(due string) string {
	return fmt.Sprintf(`
family: petition
source: urn:p
timezone: America/Sao_Paulo
calendar: days
subject: id
events:
  - type: petition.received
    time: {column: at}
    data: {agency: {value: a}, kind: {value: complaint}, due: %s}
`, due)
}

func TestPromiseByRule(t *testing.T) {
	f := func(due, at, want string) {
		t.Helper()
		events, rejects := told(t, rule(due), "p.csv", "id,at\n1,"+at+"\n")
		if len(rejects) > 0 || len(events) != 1 || !strings.Contains(events[0], `"due":"`+want+`"`) {
			t.Errorf("%s of %s: %q %q, want %s", due, at, events, rejects, want)
		}
	}
	f("{column: at, add: 20d}", "2026-01-20", "2026-02-09")
	f("{column: at, add: 20d}", "2026-01-20T08:30:00", "2026-02-09T08:30:00-03:00")
	f("{column: at, add: 20d, as: date}", "2026-01-20T08:30:00", "2026-02-09")
	f("{column: at, add: 5wd}", "2026-01-20T08:30:00", "2026-01-25") // every day works
	// Clocks went from 00:00 to 01:00 on 18 October 2015, so that 00:30 of that day is none.
	f("{column: at, add: 1d}", "2015-10-17T00:30:00", "2015-10-18T01:00:00-02:00")
	f("{column: at, add: 1d}", "2015-10-17", "2015-10-18")
}

func TestRecorded(t *testing.T) {
	f := func(recorded, name, want string) {
		t.Helper()
		mapping := strings.Replace(rule("{column: at}"), "subject:", recorded+"\nsubject:", 1)
		batches, _ := fill(t, mapping, name, "id,at,saved\n1,2026-01-05,2026-01-07 10:00\n")
		if !strings.Contains(string(batches[0].Events), `"recordedtime":"`+want+`"`) {
			t.Errorf("%s: %s, want %s", recorded, batches[0].Events, want)
		}
	}
	f("", "a.csv", "2026-11-24T06:30:00-03:00")
	f("recorded: {column: saved}", "a.csv", "2026-01-07T10:00:00-03:00")
	f("recorded: {value: 2026-01-08}", "a.csv", "2026-01-08T00:00:00-03:00")
	f(`recorded: {file: "as-of-(\\d{4}-\\d\\d-\\d\\d)"}`, "as-of-2026-01-09.csv", "2026-01-09T00:00:00-03:00")
	f(`recorded: {file: "-(\\d+)\\.", layout: "02012006"}`, "x-09012026.csv", "2026-01-09T00:00:00-03:00")
}

// TestNamespace: what a source is configured with stands before its subjects, so that two sources with the same numbers do
// not tell of the same cases.
func TestNamespace(t *testing.T) {
	mapping := strings.Replace(rule("{column: due}"), "subject:", "namespace: \"H24.12:\"\nsubject:", 1)
	const head, long = "id,at,due\n", 120
	batches, _ := fill(t, mapping, "a.csv", head+"7,2026-01-05 08:00,\n"+strings.Repeat("8", long)+",2026-01-05 08:00,\n"+strings.Repeat("9", long+2)+",2026-01-05 08:00,\n")
	events, rejects := string(batches[0].Events), batches[0].Rejects
	if !strings.Contains(events, `"subject":"H24.12:7"`) || !strings.Contains(events, `"subject":"H24.12:8`) {
		t.Errorf("got %s", events)
	}
	if len(rejects) != 1 || rejects[0].Line != 4 || !strings.Contains(rejects[0].Reason, "longer than 128") {
		t.Errorf("got %+v, want line 4, which is too long with its namespace", rejects)
	}
}

// TestIdentity holds the id to its definition, and to what importing again must and must not change.
func TestIdentity(t *testing.T) {
	ids := func(now time.Time, content string) (ids []string) {
		t.Helper()
		m, err := ParseMapping("m.yaml", []byte(rule("{column: due}")), Builtin)
		if err != nil {
			t.Fatal(err)
		}
		in, err := Open("-", strings.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		r, err := m.Read(in, now)
		if err != nil {
			t.Fatal(err)
		}
		var b Batch
		if err := r.Fill(&b); err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(b.Events) {
			var e struct{ ID string }
			if err := json.Unmarshal(line, &e); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, e.ID)
		}
		return ids
	}
	const file = "id,at,due\n1,2026-01-05 08:00,2026-02-01\n2,2026-01-05 08:00,2026-02-01\n"
	first := ids(imported, file)
	// printf 'petition.received\n1\n2026-01-05T11:00:00.000Z\n2026-11-24\n{"agency":"a","calendar":"days","due":"2026-02-01","kind":"complaint"}' | sha256sum
	if want := "3b3567549e9d56ed529171fefe000cbc8d1f57c874dd330fa694d4bbe1363cf2"; first[0] != want {
		t.Errorf("id %s, want %s", first[0], want)
	}
	same(t, "the same day", ids(imported.Add(10*time.Hour), file), first)
	if other := ids(imported.Add(20*time.Hour), file); other[0] == first[0] {
		t.Error("a record of another day has the same id")
	}
	if other := ids(imported, strings.Replace(file, "02-01\n2", "02-02\n2", 1)); other[0] == first[0] || other[1] != first[1] {
		t.Errorf("after a correction of the first row: %q, were %q", other, first)
	}
}

// TestPackedFilesThatEndTooEarly say so, and what would do, also in the middle.
func TestPackedFilesThatEndTooEarly(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	fmt.Fprint(w, "ma,nop,don_vi,thu_tuc,kenh,muc,phi,hen,tt,xong,tien\n")
	for i := range 20_000 {
		fmt.Fprintf(w, "H%d,05/03/2026 08:15,a,%d,,,Có,,,,\n", i, i*i)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	m, err := ParseMapping("m.yaml", []byte(hue), Builtin)
	if err != nil {
		t.Fatal(err)
	}
	in, err := Open("-", bytes.NewReader(packed.Bytes()[:packed.Len()/2]))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	reader, err := m.Read(in, imported)
	for err == nil {
		err = reader.Fill(new(Batch))
	}
	if want := "read standard input: the file is damaged or cut off (unexpected EOF); copy or download it again"; err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestPackedFilesAndFormats(t *testing.T) {
	for _, name := range []string{"boston311-animals-2013-2019/2013.csv.gz", "uk-written-questions-2024/2024-08.ndjson.gz"} {
		in, err := Open(shared(t, name), nil)
		if err != nil {
			t.Fatal(err)
		}
		if in.Size == 0 || (in.format == formatNDJSON) != strings.Contains(name, "ndjson") {
			t.Errorf("%s: size %d, format %s", name, in.Size, in.format)
		}
		if _, err := io.Copy(io.Discard, in.text); err != nil || in.Read() != in.Size {
			t.Errorf("%s: read %d of %d: %v", name, in.Read(), in.Size, err)
		}
		in.Close()
	}
	for content, want := range map[string]string{
		"\x1f\x8b\x08\x00": "cut off (unexpected EOF); copy or download it again", "<html><table>": "it is a web page (HTML)", "%PDF-1.7": "it is a PDF",
	} {
		if _, err := Open("-", strings.NewReader(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", content, err, want)
		}
	}
}
