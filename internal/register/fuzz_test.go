package register_test

import (
	"errors"
	"testing"
	"time"

	"tiendo/internal/register"
)

// FuzzWith: whatever a file holds, it is taken, and then reads back as the same, or it is refused with a place.
func FuzzWith(f *testing.F) {
	for i := range register.Kinds() {
		for _, seed := range []string{
			someAgencies, "agencies: []", "agencies:\n  - {code: A, names: {vi: a, en: a}, parent: A, to: 2025-06-30, successor: B}",
			"procedures:\n  - code: 1.004227\n    names: {vi: a, en: a}\n    calendar: vn-office\n    fee: 1\n    supplement: restart\n    online: 4\n    term: 1e3",
			"targets:\n  - {figure: dossier.on_time_rate, target: 0.95, warn: .9, period: month, group: g}",
			"name: c\nbase: vn-office\nhours: {monday: [\"07:00-11:30\", \"13:30-24:00\"]}\noff: [2026-02-05..2026-02-06]\nswapped: [{off: 2026-08-31, on: 2026-08-22}]\nspecial: [{day: 2026-02-13, hours: [\"07:00-11:30\"]}]",
			"name: c\nfrom: 2026-01-01\nto: 2026-12-31\ngrain: instant\nhours:\n  monday: []\n---\nname: d\nbase: vn-office\n",
			"a: &x [*x]", "? - a\n: b", "%YAML 1.2\n---\na: !!str b\n...", "a: |\n  text\n---\n--- {", "<<: {a: b}", "- - - - a", "{{{{", "\"\\x00\": 1", "a: .nan\nb: .inf\nc: 0x1F",
		} {
			f.Add(uint8(i), []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, k uint8, content []byte) {
		kind := register.Kinds()[int(k)%len(register.Kinds())]
		r, err := register.Empty(zone, figures).With(kind, content, recorded(1))
		if err != nil {
			var refusal *register.Refusal
			if !errors.As(err, &refusal) || len(refusal.Faults) == 0 {
				t.Fatalf("%v is no refusal", err)
			}
			for _, fault := range refusal.Faults {
				if fault.Line < 1 || fault.Column < 1 || fault.Message == "" {
					t.Fatalf("a fault without place: %+v", fault)
				}
			}
			return
		}
		v := r.At(time.Time{})
		if raw, err := v.JSON(kind); err != nil || !raw.IsValid() {
			t.Fatalf("as JSON: %s, %v", raw, err)
		}
		again, err := register.Empty(zone, figures).With(kind, []byte(v.Content(kind)), recorded(1))
		if err != nil {
			t.Fatalf("what was taken is refused when it is read back: %v", err)
		}
		if got, want := again.At(time.Time{}).Content(kind), v.Content(kind); got != want {
			t.Fatalf("read back as %q, want %q", got, want)
		}
	})
}
