package importer

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// good is a mapping that each case of the table below spoils in one place.
const good = `family: dossier
source: urn:x
timezone: Asia/Ho_Chi_Minh
subject: ma
events:
  - type: dossier.received
    time: {column: nop}
    data:
      agency: {column: don_vi, slug: true}
      procedure: {column: tt}
      channel: {value: online}
      due: {column: hen}
  - type: dossier.resolved
    when: {column: st, equals: x}
    time: {column: xong}
`

func TestMappingErrorsNameThePlace(t *testing.T) {
	f := func(old, spoilt, want string) {
		t.Helper()
		source := strings.Replace(good, old, spoilt, 1)
		if source == good {
			t.Fatalf("%q is not in the mapping", old)
		}
		_, err := ParseMapping("dir/m.yaml", []byte(source), Builtin)
		if _, ok := errors.AsType[*MappingError](err); !ok {
			t.Fatalf("%s: %v is no *MappingError", spoilt, err)
		}
		if !strings.HasPrefix(err.Error(), "m.yaml:"+want) {
			t.Errorf("%s:\n got %v\nwant m.yaml:%s…", spoilt, err, want)
		}
	}
	f("family: dossier", "family: dosier", `1:9: family: "dosier" is no family; it is one of dossier, task,`)
	f("source: urn:x", "source: thành phố", `2:9: source: "thành phố" is no URI reference`)
	f("source: urn:x\n", "", `1:1: source: "" is empty`)
	f("source: urn:x", "source: urn:x\nnamespace: sở 1", `3:12: namespace: "sở 1" may hold letters`)
	f("Asia/Ho_Chi_Minh", "Asia/Hanoi", `3:11: timezone: "Asia/Hanoi" is no time zone`)
	f("subject: ma", "subjekt: ma", `4:1: unknown field "subjekt"`)
	f("subject: ma\n", "", `1:1: subject: name the column`)
	f("subject: ma", "subject: ma\nsubject: mb", `5:1: mapping key "subject" already defined`)
	f("subject: ma", "subject: [", `4:10: `)
	f("dossier.received", "dossier.recieved", `6:11: type: "dossier.recieved" is no type of the family; there are dossier.submitted,`)
	f("dossier.resolved", "task.completed", `13:11: type: "task.completed" is no type of the family`)
	f("    time: {column: nop}\n", "", `6:5: dossier.received: say when it happened`)
	f("{column: nop}", "{colum: nop}", `7:12: unknown field "colum"`)
	f("{column: nop}", "{column: nop, layout: 02/01}", `7:33: layout: "02/01" has no year`)
	f("{column: nop}", "{column: nop, layout: [2006-01-02, \"02/01/2006 03:04\"]}", `7:33: layout: "02/01/2006 03:04" cannot tell morning`)
	f("{column: nop}", "{column: nop, layout: 2006-01-02 15:04 MST}", `7:33: layout: "2006-01-02 15:04 MST" reads the name of a zone`)
	f("{column: nop}", "{column: nop, as: day}", `7:29: as: "day" is unknown`)
	f("{column: nop}", "{column: nop, add: 3d}", `7:30: add: only a deadline`)
	f("{column: hen}", "{column: hen, add: 3w}", `12:31: add: "3w" is no term; write 20d`)
	f("{column: hen}", "{column: hen, slug: true}", `12:32: slug: due is no code`)
	f("{column: tt}", "{}", `10:18: procedure: name a column or a value`)
	f("{column: tt}", "{column: a, value: b}", `10:19: procedure: a column and a value cannot both`)
	f("{column: tt}", "{column: tt, as: date}", `10:19: procedure is no time`)
	f("{value: online}", "{value: onlin}", `11:24: channel: "onlin" is none of online, direct and post`)
	f("{value: online}", "{column: k, map: {A: online, B: offline}}", `11:48: channel: "offline" is none of`)
	f("{value: online}", "{column: k, default: fax}", `11:37: channel: default: "fax" is none of`)
	f("{value: online}", "{column: k, map: [a]}", `11:33: a map of texts is expected`)
	f("      channel: {value: online}\n", "", `6:5: dossier.received needs channel`)
	f("      due: {", "      dew: {", `12:13: dossier.received has no field "dew"; it has agency, applicant,`)
	f("equals: x", "equals: x, not_empty: true", `14:12: when: name a column, and one of`)
	f("subject: ma", "subject: ma\nid: so", `5:5: id: two events of one row cannot have the same id`)
	f("subject: ma", "subject: ma\nrecorded: {column: a, file: b}", `5:12: recorded: name one of`)
	f("subject: ma", "subject: ma\nrecorded: {file: abc}", `5:18: recorded: file: put the part`)
	f("subject: ma", "subject: ma\nrecorded: {file: \"(\"}", `5:18: recorded: file: error parsing regexp`)
	f("subject: ma", "subject: ma\nstep: {column: a, map: {B: dossier.paid}}", `5:28: step: "dossier.paid" is no type under events`)
	f("subject: ma", "subject: ma\nformat: xml", `5:9: format: "xml" is neither`)
	f("subject: ma", "subject: ma\ndelimiter: ab", `5:12: delimiter: "ab" is not one character`)
	f(good, good+"---\n"+good, fmt.Sprintf("%d:1: a second document begins here", strings.Count(good, "\n")+1))
	if _, err := ParseMapping("m.yaml", []byte(good+"...\n"+good), Builtin); err == nil || !strings.Contains(err.Error(), "second document") {
		t.Error(err)
	}
	if _, err := ParseMapping("m.yaml", nil, Builtin); err == nil {
		t.Error("an empty mapping is taken")
	}
	if _, err := ParseMapping("m.yaml", []byte("# of the city\n---\n"+good+"...\n"), Builtin); err != nil {
		t.Error(err)
	}
}

func TestColumnsThatAreNotThere(t *testing.T) {
	m, err := ParseMapping("m.yaml", []byte(good), Builtin)
	if err != nil {
		t.Fatal(err)
	}
	f := func(header, want string) {
		t.Helper()
		in, err := Open("-", strings.NewReader(header))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Read(in, imported); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", header, err, want)
		}
	}
	f("ma,nop,don_vi,tt,hen_tra,st,xong\n", `m.yaml:12:21: standard input has no column "hen"; it has "ma", "nop", "don_vi", "tt", "hen_tra", "st" and "xong"`)
	f("ma,nop,don_vi,tt,hen,st,xong,nop\n", `m.yaml:7:20: standard input has two columns "nop", the 2. and the 8.; rename`)
	f("DANH SÁCH HỒ SƠ\nma,nop\n", `it has "DANH SÁCH HỒ SƠ"; a CSV begins with the names of its columns: name the line on which they stand with `+"`header:`, or with `delimiter:`")
	f("ma|nop|don_vi|tt|hen|st|xong\n", "what parts them")
	f("ma,nop,don_vi,tt,hen,st,xong\rHS-1,2026", "standard input: its rows end with a carriage return (CR) alone")
	f("", "standard input is empty; a CSV begins with a row of column names")
	f("\"ma,nop", "read the row of column names")
}

// TestJSONThatIsNoNDJSON is refused with what would do, and not line by line or as a CSV with strange columns.
func TestJSONThatIsNoNDJSON(t *testing.T) {
	m, err := ParseMapping("m.yaml", []byte(good), Builtin)
	if err != nil {
		t.Fatal(err)
	}
	f := func(name, content, want string) {
		t.Helper()
		in := openFile(t, name, content)
		if _, err := m.Read(in, imported); err == nil || err.Error() != want {
			t.Errorf("%s %q: %v, want %s", name, content, err, want)
		}
	}
	list := "is one list of JSON; write one object on each line, as `jq -c '.[]'` does"
	f("a.json", `[{"ma":1},{"ma":2}]`, "a.json "+list)
	f("a.ndjson", "\ufeff[\n  {\n    \"ma\": 1\n  }\n]\n", "a.ndjson "+list)
	f("a.json", "[]", "a.json "+list)
	f("a.ndjson", "{\r\n  \"ma\": 1\r\n}\r\n", "a.ndjson is JSON over several lines; write one object on each line, as `jq -c .` does")
	f("a.csv", `{"ma":1,"nop":"2026-01-05"}`, "a.csv seems to be JSON and no CSV; give it a name that ends in .ndjson if it has one object on each line")
	f("a.ndjson", "", "a.ndjson is empty; NDJSON has one object on each line")
	_, rejects := told(t, good, "a.ndjson", "{\"ma\":\n")
	same(t, "rejects", rejects, []string{"1 ma: the line is no JSON: unexpected EOF within \"/ma\" after offset 7"})
}

func TestSnapshotsNeedADayAndIDsOfTheDay(t *testing.T) {
	f := func(want, from, to string) {
		t.Helper()
		_, err := ParseMapping("m.yaml", []byte(strings.Replace(daily[1:], from, to, 1)), Builtin)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	f("m.yaml:4:11: snapshot: the day of a file must be known; say with recorded:", "recorded: {column: saved}\n", "")
	f("m.yaml:5:5: id: a snapshot tells a fact again each day", "snapshot", "id: no\nsnapshot")
	f("m.yaml:12:9: id: a snapshot tells a fact again each day", "    time: {column: done}", "    time: {column: done}\n    id: no")
	f("m.yaml:5:11: cannot unmarshal", "snapshot: true", "snapshot: often")
	f("m.yaml:5:11: snapshot: what a source counts is no state", daily[1:],
		"family: source\nsource: urn:x\nsubject: id\nrecorded: {column: a}\nsnapshot: true\nevents: [{type: source.snapshot, time: {column: a}, data: {family: {value: task}}}]\n")
	for _, recorded := range []string{"{value: 2026-01-05}", `{file: "of-(\\d+)", layout: "20060102"}`} {
		if _, err := ParseMapping("m.yaml", []byte(strings.Replace(daily, "{column: saved}", recorded, 1)), Builtin); err != nil {
			t.Error(err)
		}
	}
}

func TestMappingKeepsConstantsAsWritten(t *testing.T) {
	events, _ := told(t, strings.NewReplacer("{column: tt}", "{column: tt, map: {007: 2.000635, true: 0010, 1.50: x}}", "hen}", "hen, layout: 2006-01-02}").Replace(good),
		"a.csv", "ma,nop,don_vi,tt,hen,st,xong\n1,2026-01-05,a,007,,,\n2,2026-01-05,a,true,,,\n3,2026-01-05,a,1.50,,,\n")
	if len(events) != 3 || !strings.Contains(events[0], `"2.000635"`) || !strings.Contains(events[1], `"0010"`) || !strings.Contains(events[2], `"x"`) {
		t.Errorf("%q", events)
	}
}

func TestMappingMayUseAnchors(t *testing.T) {
	source := strings.NewReplacer("{column: nop}", "{column: nop, layout: &vn [02/01/2006]}", "{column: xong}", "{column: xong, layout: *vn}").Replace(good)
	events, rejects := told(t, source, "a.csv", "ma,nop,don_vi,tt,hen,st,xong\n1,05/01/2026,a,b,,x,06/01/2026\n")
	if len(events) != 2 || len(rejects) != 0 || !strings.Contains(events[1], "2026-01-06") {
		t.Errorf("%q %q", events, rejects)
	}
}

// Editors of Windows begin a file with a byte order mark.
func TestMappingMayBeginWithAMark(t *testing.T) {
	if _, err := ParseMapping("m.yaml", []byte("\ufeff"+good), Builtin); err != nil {
		t.Error(err)
	}
}

func TestExampleMappingsAreGood(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root(t), "examples", "mappings", "*.yaml"))
	if err != nil || len(files) < 7 {
		t.Fatalf("%d mappings: %v", len(files), err)
	}
	for _, path := range files {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseMapping(path, source, Builtin); err != nil {
			t.Error(err)
		}
	}
}

func FuzzParseMapping(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("events: [{type: dossier.paid, time: &a {column: x}}]\nfamily: dossier\nsource: x\nsubject: *a\n"))
	f.Add([]byte("events: [{type: dossier.paid, time: {column: a}, each: b, after: dossier.resolved, unless: dossier.paid, changed: [channel], when: [{column: b.c, in: x}], data: {channel: {value: direct}}}]\nfamily: dossier\nsource: x\nsubject: a\nsheet: Sheet1\nheader: 1\ncharset: vni\n"))
	x := excelize.NewFile()
	if err := x.SetSheetRow("Sheet1", "A1", &[]any{"a", "b"}); err != nil {
		f.Fatal(err)
	}
	workbook, err := x.WriteToBuffer()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		m, err := ParseMapping("m.yaml", source, Builtin)
		var at *MappingError
		if err != nil && !errors.As(err, &at) {
			t.Fatalf("%v is no *MappingError", err)
		}
		if err != nil {
			return
		}
		for _, content := range []string{"a,b\n1,2\n", "{\"a\":1,\"b\":[{\"c\":2}]}\n", workbook.String()} {
			in, err := Open("-", strings.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			if r, err := m.Read(in, imported); err == nil {
				var b Batch
				_ = r.Fill(&b)
			}
			in.Close()
		}
	})
}
