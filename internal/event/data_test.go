package event

import (
	"reflect"
	"testing"

	"github.com/go-json-experiment/json"
)

const received = `{"agency":"H24.12","applicant":"person","channel":"online","due":"2026-09-21","fee":true,"level":"full","officer":"7d1c","procedure":"1.000123","unit":"một-cửa"}`

func TestFieldsReadsWhatJSONReads(t *testing.T) {
	target, fee, free := 12.5, true, false
	for _, want := range []Data{
		{},
		{Agency: "H24.12", Channel: "online", Due: "2026-09-21T17:00:00+07:00", Fee: &fee, Officer: "7d1c", Unit: "một-cửa"},
		{Agency: "A", Agencies: []string{"B", "C"}, Kind: "k", Fee: &free},
		{Amount: 50000, Score: 5, Sessions: 1, People: 2, Cases: 3, Count: 4},
		{Value: -0.5, Points: 1e21, Target: &target},
		{Apology: true, Digital: true, Digitised: true, Leader: true, Reused: true},
		{
			Applicant: "a", Area: "b", At: "c", Calendar: "d", Criterion: "e", Day: "f", Document: "g", Evidence: "h",
			Family: "i", Indicator: "j", Inspection: "k", Issuer: "l", Level: "m", Period: "n", Portal: "o", Procedure: "p",
			Reason: "q", Status: "r",
		},
	} {
		raw, err := json.Marshal(want, json.Deterministic(true))
		if err != nil {
			t.Fatal(err)
		}
		got, err := (&Event{Data: raw}).Fields()
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", raw, got, want)
		}
	}
}

func TestFieldsHasAPlaceForEveryFieldOfTheTable(t *testing.T) {
	seen := 0
	for _, typ := range Types() {
		for _, f := range typ.Fields() {
			value := map[Kind]string{Bool: `true`, Int: `1`, Number: `0.5`, Codes: `["a"]`}[f.Kind]
			if value == "" {
				value = `"a"`
			}
			e := Event{Data: []byte(`{"` + f.Name + `":` + value + `}`)}
			d, err := e.Fields()
			if err != nil || reflect.ValueOf(d).IsZero() {
				t.Errorf("%s of %s is read as %+v, %v", f.Name, typ, d, err)
			}
			seen++
		}
	}
	if seen < 100 {
		t.Fatalf("only %d fields were tried", seen)
	}
}

func TestFieldsRefusesWhatNoCollectorWrites(t *testing.T) {
	for _, data := range []string{``, `[]`, `null`, `{"agency":1}`, `{"name":"x"}`, `{"fee":"yes"}`, `{"agency":"a"`, `{"agency":"a"}x`, `{"agencies":[1]}`, `{"score":1.5}`} {
		if d, err := (&Event{Data: []byte(data)}).Fields(); err == nil {
			t.Errorf("%s is read as %+v", data, d)
		}
	}
}

func BenchmarkFields(b *testing.B) {
	e := Event{Data: []byte(received)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Fields(); err != nil {
			b.Fatal(err)
		}
	}
}
