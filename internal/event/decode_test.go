package event

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

var now = time.Date(2026, 10, 2, 9, 0, 0, 0, time.FixedZone("", 7*3600))

// with is a good dossier.received, in which the members given replace the ones that are there; "-" leaves one out.
func with(members ...string) string {
	all := []string{
		"specversion", `"1.0"`, "id", `"a-1"`, "source", `"urn:test:1"`, "type", `"dossier.received"`, "subject", `"H24.12-191002-0001"`,
		"time", `"2026-09-14T08:30:00.123456+07:00"`, "data", `{"agency":"H24.12","procedure":"1.000123","channel":"online"}`,
	}
	for i := 0; i < len(members); i += 2 {
		found := false
		for j := 0; j < len(all); j += 2 {
			if all[j] == members[i] {
				all[j+1], found = members[i+1], true
			}
		}
		if !found {
			all = append(all, members[i], members[i+1])
		}
	}
	var b strings.Builder
	for i := 0; i < len(all); i += 2 {
		if all[i+1] != "-" {
			fmt.Fprintf(&b, ",%q:%s", all[i], all[i+1])
		}
	}
	return "{" + b.String()[1:] + "}"
}

func TestDecodeReadsAnEvent(t *testing.T) {
	e, err := Decode([]byte(with(
		"recordedtime", `"2026-09-14T02:00:00Z"`, "retracted", "true", "traceparent", `"00-x"`, "datacontenttype", `"application/json; charset=utf-8"`,
		"data", ` { "procedure" : "1.000123" , "channel":"online","agency":"H24.\u0031\u0032","unit":null,"fee":true , "due":"2026-09-21"} `,
	)), now)
	if err != nil {
		t.Fatal(err)
	}
	want := Event{
		Source: "urn:test:1", ID: "a-1", Type: "dossier.received", Subject: "H24.12-191002-0001",
		Time:      time.Date(2026, 9, 14, 1, 30, 0, 123e6, time.UTC),
		Recorded:  time.Date(2026, 9, 14, 2, 0, 0, 0, time.UTC),
		Arrival:   now.UTC(),
		Retracted: true,
		Data:      []byte(`{"agency":"H24.12","channel":"online","due":"2026-09-21","fee":true,"procedure":"1.000123"}`),
	}
	if fmt.Sprint(e) != fmt.Sprint(want) || !bytes.Equal(e.Data, want.Data) {
		t.Errorf("got  %+v %s\nwant %+v %s", e, e.Data, want, want.Data)
	}
}

func TestDecodeTakesArrivalWhereNothingWasRecorded(t *testing.T) {
	e, err := Decode([]byte(with()), now)
	if err != nil || !e.Recorded.Equal(now) || !e.Arrival.Equal(now) {
		t.Errorf("recorded %v, arrival %v, %v", e.Recorded, e.Arrival, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	f := func(field, reason, raw string) {
		t.Helper()
		e, err := Decode([]byte(raw), now)
		var fault *Error
		if !errors.As(err, &fault) {
			t.Errorf("%s\nis taken as %+v", raw, e)
			return
		}
		if fault.Field != field || !strings.Contains(fault.Reason, reason) {
			t.Errorf("%s\ngot  %q %q\nwant %q %q", raw, fault.Field, fault.Reason, field, reason)
		}
	}
	data := func(members string) string {
		return with("data", `{"agency":"H24.12","procedure":"1.000123","channel":"online",`+members+`}`)
	}
	typed := func(typ, members string) string { return with("type", `"`+typ+`"`, "data", `{`+members+`}`) }

	f("", "is not JSON", `{"id":`)
	f("", "is not JSON", "")
	f("", "is not JSON", "{\"id\":\"\xff\"}")
	f("", "must be a JSON object", `[]`)
	f("", "must be a JSON object", `"x"`)

	f("specversion", "is missing", with("specversion", "-"))
	f("specversion", `must be "1.0"`, with("specversion", `"0.3"`))
	f("specversion", "must be a string", with("specversion", "1.0"))
	f("id", "is missing", with("id", "null"))
	f("id", "is empty", with("id", `""`))
	f("id", "longer than 128", with("id", `"`+strings.Repeat("a", 129)+`"`))
	f("id", "may hold", with("id", `"a b"`))
	f("source", "is missing", with("source", "-"))
	f("source", "is empty", with("source", `""`))
	f("source", "no URI reference", with("source", `"urn:a b"`))
	f("source", "no URI reference", with("source", `"urn:sở"`))
	f("source", "no URI reference", with("source", `"http://[::1"`))
	f("source", "longer than 256", with("source", `"urn:`+strings.Repeat("a", 256)+`"`))
	f("type", "is missing", with("type", "-"))
	f("type", "dossier.resolved, dossier.rejected", with("type", `"dossier.recieved"`))
	f("type", "dossier.…, task.…", with("type", `"hồ sơ"`))
	f("subject", "is missing", with("subject", "-"))
	f("subject", "may hold", with("subject", `"a b"`))
	f("time", "is missing", with("time", "-"))
	f("time", "with an offset", with("time", `"2026-09-14T08:30:00"`))
	f("time", "with an offset", with("time", `"2026-09-14"`))
	f("time", "with an offset", with("time", `"2026-02-29T08:30:00Z"`))
	f("time", "must be a string", with("time", `1`))
	f("time", "10 minutes ahead", with("time", `"2026-10-02T09:10:00.001+07:00"`))
	f("time", "before 1900", with("time", `"1899-12-31T23:59:59Z"`))
	f("recordedtime", "10 minutes ahead", with("recordedtime", `"2027-10-02T09:00:00+07:00"`))
	f("recordedtime", "with an offset", with("recordedtime", `"yesterday"`))
	f("retracted", "true or false", with("retracted", `"true"`))
	f("datacontenttype", "application/json", with("datacontenttype", `"text/xml"`))
	f("data_base64", "is not taken", with("data", "-", "data_base64", `"e30="`))
	f("comment", "no attribute", with("comment", `"x"`))
	f("comment", "no attribute", with("comment", `null`))
	f("id", "twice", `{"id":"a",`+with()[1:])
	f("traceparent", "twice", `{"traceparent":"a","traceparent":"b",`+with()[1:])
	f("type", "twice", `{"t\u0079pe":"task.accepted",`+with()[1:])

	f("data", "must be a JSON object", with("data", `[]`))
	f("data", "must be a JSON object", with("data", `"{}"`))
	f("data.agency", "is missing", with("data", "-"))
	f("data.agency", "is missing", with("data", `{}`))
	f("data.channel", "is missing", with("data", `{"agency":"a","procedure":"p","channel":null}`))
	f("data.channel", "none of online, direct, post", with("data", `{"agency":"a","procedure":"p","channel":"Online"}`))
	f("data.channel", "none of online, direct", typed("dossier.paid", `"channel":"post"`))
	f("data.agency", "twice", data(`"agency":"x"`))
	f("data.unit", "twice", data(`"unit":null,"unit":"x"`))
	f("data.ChuHoSo", "dossier.received may have agency,", data(`"ChuHoSo":"Nguyễn Văn A"`))
	f("data.Agency", "is unknown", data(`"Agency":"x"`))
	f("data.digital", "is unknown", data(`"digital":true`))
	f("data."+strings.Repeat("ă", 64)+"…", "is unknown", data(`"`+strings.Repeat("ă", 100)+`":1`))
	f("data.unit", "no field is free text", data(`"unit":"Phòng Một cửa"`))
	f("data.unit", "must be a string", data(`"unit":1`))
	f("data.unit", "longer than 64", data(`"unit":"`+strings.Repeat("ă", 65)+`"`))
	f("data.unit", "composed letters", data(`"unit":"mo\u0323\u0302t"`))
	f("data.unit", "NFC", data(`"unit":"\u212b"`)) // the sign for ångström is a letter, but not a composed one
	f("data.unit", "neither letter nor digit", data(`"unit":"a\u200bb"`))
	f("data.fee", "true or false", data(`"fee":"true"`))
	f("data.due", "must be a date", data(`"due":"31/02/2026"`))
	f("data.due", "must be a date", data(`"due":"2026-02-30"`))
	f("data.due", "must be a date", data(`"due":"2026-09-21T17:00:00"`))
	f("data.due", "1900 and 2199", data(`"due":"2999-12-31"`))
	f("data.due", "1900 and 2199", data(`"due":"0001-01-01T00:00:00Z"`))
	f("data.officer", "identity number", data(`"officer":"031084001234"`))
	f("data.officer", "identity number", data(`"officer":"031.084.001.234"`))
	f("data.officer", "identity number", data(`"officer":"123456789"`))
	f("data.officer", "ASCII", data(`"officer":"cán-bộ-1"`))
	f("data.amount", "must be a number", typed("dossier.paid", `"channel":"online","amount":"5"`))
	f("data.amount", "must lie between 0", typed("dossier.paid", `"channel":"online","amount":-1`))
	f("data.amount", "must lie between 0", typed("dossier.paid", `"channel":"online","amount":1e400`))
	f("data.amount", "whole number", typed("dossier.paid", `"channel":"online","amount":0.5`))
	f("data.score", "between 1 and 5", typed("dossier.rated", `"score":6`))
	f("data.agencies", "list of codes", typed("task.assigned", `"agency":"a","agencies":"b"`))
	f("data.agencies", "list of codes", typed("task.assigned", `"agency":"a","agencies":["b",null]`))
	f("data.agencies", "an entry that", typed("task.assigned", `"agency":"a","agencies":["b c"]`))
	f("data.agencies", "more than 64", typed("task.assigned", `"agency":"a","agencies":["b"`+strings.Repeat(`,"b"`, 64)+`]`))
	f("data.due", "is missing", typed("task.rescheduled", `"reason":"x"`))
	f("data.day", "must be a date", typed("source.tally", `"family":"dossier","count":1,"day":"2026-09-14T00:00:00Z"`))
	f("data.period", "must be a period", typed("indicator.reported", `"agency":"a","indicator":"iso","value":1,"period":"2026-13"`))
	f("data.target", "must lie between 0", typed("indicator.reported", `"agency":"a","indicator":"streamlining","value":-1,"target":-5,"period":"2026"`))
	f("data.points", "must lie between 0", typed("assessment.submitted", `"agency":"a","criterion":"c","period":"2026","points":-1`))
	f("data.points", "must lie between 0 and 1000000000000", typed("assessment.verified", `"agency":"a","criterion":"c","period":"2026","points":2e12`))
	f("subject", "agency/indicator/period", typed("indicator.reported", `"agency":"a","indicator":"iso","value":1,"period":"2026"`))
	for _, evidence := range []string{"http://a.vn/x", "https://a.vn/?x=1", "https://u@a.vn/", "https://a.vn/#x", "https:///x", "javascript:alert(1)", "https://a.vn/tài-liệu"} {
		f("data.evidence", "https address", typed("assessment.submitted", `"agency":"a","criterion":"c","period":"2026","points":1,"evidence":"`+evidence+`"`))
	}
}

func TestDecodeNamesTheEventWhereverItsIDStands(t *testing.T) {
	for raw, id := range map[string]string{
		`{"comment":1,` + with()[1:]:       "a-1",
		with("subject", "null"):            "a-1",
		with("id", `"Nguyễn Văn A"`):       "",
		`{"id":"b",` + with()[1:]:          "",
		with("type", `"x"`, "id", `"b-2"`): "b-2",
	} {
		_, err := Decode([]byte(raw), now)
		var fault *Error
		if !errors.As(err, &fault) || fault.ID != id {
			t.Errorf("%s\ngot %v, want an error of event %q", raw, err, id)
		}
	}
}

func TestDecodeNeverRepeatsARefusedValue(t *testing.T) {
	const secret = "031084001234"
	for _, field := range []string{"agency", "channel", "due", "fee", "officer", "unit", "amount"} {
		for _, value := range []string{`"` + secret + ` Nguyễn"`, secret, `["` + secret + `"]`} {
			_, err := Decode([]byte(with("data", `{"`+field+`":`+value+`}`)), now)
			if err == nil || strings.Contains(err.Error(), secret) {
				t.Errorf("%s %s: %v", field, value, err)
			}
		}
	}
}

// example is a good value for f.
func example(f Field) string {
	switch f.Kind {
	case Codes:
		return `["H24.05","H24.17"]`
	case Enum:
		return `"` + f.Values[len(f.Values)-1] + `"`
	case Bool:
		return "true"
	case Int:
		return "3"
	case Number:
		return fmt.Sprint(max(f.Min, -2.5) + .25)
	case Day:
		return `"2026-09-14"`
	case Deadline:
		return `"2026-09-14T17:00:00+07:00"`
	case Term:
		return `"2026-Q3"`
	case Officer:
		return `"cb-07"`
	case Evidence:
		return `"https://haiphong.gov.vn/tai-lieu/1.pdf"`
	default:
		return `"Sở-1.x_y/z"`
	}
}

func TestDecodeTakesEveryFieldOfEveryType(t *testing.T) {
	refusals := 0
	for _, typ := range Types() {
		var members []string
		subject := `"H24.12"`
		for _, f := range typ.Fields() {
			members = append(members, fmt.Sprintf("%q:%s", f.Name, example(f)))
		}
		if typ == "indicator.reported" {
			subject = `"Sở-1.x_y/z/work_file/2026-Q3"`
		}
		raw := func(members []string) []byte {
			return []byte(with("type", `"`+string(typ)+`"`, "subject", subject, "data", "{"+strings.Join(members, ",")+"}"))
		}
		e, err := Decode(raw(members), now)
		if err != nil {
			t.Errorf("%s: %v", typ, err)
			continue
		}
		if want := "{" + strings.Join(members, ",") + "}"; string(e.Data) != want {
			t.Errorf("%s: data is %s, want %s", typ, e.Data, want)
		}
		if _, err := e.Fields(); err != nil {
			t.Errorf("%s: %v", typ, err)
		}
		for i, f := range typ.Fields() {
			if _, err := Decode(raw(append(members[:i:i], members[i+1:]...)), now); (err != nil) != f.Required {
				t.Errorf("%s without %s: %v", typ, f.Name, err)
			}
			for _, wrong := range []string{`{}`, `[[]]`, `"\u0000"`, `""`, `1e999`} {
				wrongly := append(members[:i:i], append([]string{fmt.Sprintf("%q:%s", f.Name, wrong)}, members[i+1:]...)...)
				if _, err := Decode(raw(wrongly), now); err == nil {
					t.Errorf("%s takes %s for %s", typ, wrong, f.Name)
				}
				refusals++
			}
		}
	}
	if refusals < 500 {
		t.Fatalf("only %d refusals were tried", refusals)
	}
}

func TestDecodeMakesOfficersOpaque(t *testing.T) {
	d := Decoder{Opaque: func(officer string) string { return "hidden-" + officer }}
	e, err := d.Decode(jsontext.Value(with("data", `{"agency":"a","procedure":"p","channel":"post","officer":"cb-07"}`)), now)
	if want := `{"agency":"a","channel":"post","officer":"hidden-cb-07","procedure":"p"}`; err != nil || string(e.Data) != want {
		t.Errorf("got %s, %v; want %s", e.Data, err, want)
	}
}

func TestDecodeTakesAndDropsDocumentedExtensions(t *testing.T) {
	for _, name := range documented {
		if _, err := Decode([]byte(with(name, `"x"`)), now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	raw := jsontext.Value(with("recordedtime", `"2026-09-14T08:31:00+07:00"`, "datacontenttype", `"application/json"`, "data", received))
	var d Decoder
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Decode(raw, now); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadValueAndDecode(b *testing.B) {
	raw := with("recordedtime", `"2026-09-14T08:31:00+07:00"`, "datacontenttype", `"application/json"`, "data", received)
	body := []byte("[" + strings.Repeat(raw+",", 999) + raw + "]")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var d Decoder
		r := jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true))
		if _, err := r.ReadToken(); err != nil {
			b.Fatal(err)
		}
		for r.PeekKind() != ']' {
			v, err := r.ReadValue()
			if err != nil {
				b.Fatal(err)
			}
			if _, err := d.Decode(v, now); err != nil {
				b.Fatal(err)
			}
		}
	}
}
