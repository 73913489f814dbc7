package event

import (
	"bytes"
	"errors"
	"regexp"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// FuzzDecode: whatever comes in, an event that is taken can be read back, is canonical, and is taken again as it is.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(with()))
	f.Add([]byte(with("type", `"task.assigned"`, "data", `{"agencies":["b","c"],"agency":"a\u0062","due":"2026-09-21T17:00:00.5-11:30"}`)))
	f.Add([]byte(with("type", `"indicator.reported"`, "subject", `"a/iso/2026"`, "data", `{"agency":"a","indicator":"iso","period":"2026","value":1e3,"target":-0.0}`)))
	f.Add([]byte(with("type", `"assessment.verified"`, "data", `{"agency":"a","criterion":"c","period":"2026-09-01..2026-09-30","points":1,"evidence":"https://a.vn/b"}`)))
	f.Add([]byte(with("data", received, "recordedtime", "null", "sequence", "{}")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := Decode(raw, now)
		if err != nil {
			var fault *Error
			if !errors.As(err, &fault) || fault.Reason == "" {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		if _, err := e.Fields(); err != nil {
			t.Fatalf("%s: %v", e.Data, err)
		}
		canonical := jsontext.Value(bytes.Clone(e.Data))
		if err := canonical.Canonicalize(); err != nil || !bytes.Equal(canonical, e.Data) {
			t.Fatalf("%s is not canonical: %s, %v", e.Data, canonical, err)
		}
		var d Decoder
		again := e
		if fault := d.fillData(&again, shapes[string(e.Type)], string(e.Data)); fault != nil || !bytes.Equal(again.Data, e.Data) {
			t.Fatalf("%s becomes %s, %v", e.Data, again.Data, fault)
		}
	})
}

// FuzzDecodeUnchecked: text that is no JSON never makes the decoder read beyond its end.
func FuzzDecodeUnchecked(f *testing.F) {
	f.Add([]byte(with()))
	f.Add([]byte(`{"id":"\`))
	f.Add([]byte(`{"data":{"a":[`))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		_, _ = new(Decoder).Decode(raw, now)
		_, _ = (&Event{Data: raw}).Fields()
	})
}

// shape of RFC 3339, which package time reads more loosely.
var rfc3339 = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// FuzzInstant: our reader of RFC 3339 agrees with the standard library on whatever has its shape.
func FuzzInstant(f *testing.F) {
	for _, s := range []string{
		"2026-09-14T08:30:00+07:00", "1900-02-28T23:59:59.999999999Z", "2000-02-29T00:00:00-23:59", "2100-02-29T00:00:00Z",
		"0000-01-01T00:00:00Z", "9999-12-31T23:59:59.1+00:00", "2026-09-14T24:00:00Z", "2026-09-14t08:30:00z", "2026-09-14T08:30:60Z",
		"2026-09-14T08:30:00,5Z", "2026-09-14T08:30:00.Z", "2026-09-14T8:30:00Z", "1969-12-31T23:59:59.9995Z", "2026-09-14T08:30:00+24:00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ms, ok := instant(s)
		var want time.Time
		err := want.UnmarshalText([]byte(s))
		if ok != (err == nil && rfc3339.MatchString(s)) {
			t.Fatalf("%q: ok is %v, the library says %v", s, ok, err)
		}
		if ok && ms != want.UnixMilli() {
			t.Fatalf("%q: %d, the library says %d", s, ms, want.UnixMilli())
		}
	})
}
