package register_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tiendo/internal/calendar"
	"tiendo/internal/register"
)

// first is the day from which random entries count.
const first calendar.Day = 20_000

// entry is a random entry of the register of agencies.
type entry struct {
	code, successor string
	from, to        calendar.Day
}

// file is a random register of agencies that holds together: codes with one to three names after another, taken over by
// codes of a greater number.
func file(t *rapid.T) ([]entry, string) {
	var (
		entries []entry
		b       strings.Builder
	)
	b.WriteString("agencies:\n")
	codes := rapid.IntRange(1, 6).Draw(t, "codes")
	for c := range codes {
		from := first + calendar.Day(rapid.IntRange(0, 20).Draw(t, "from"))
		for range rapid.IntRange(1, 3).Draw(t, "names") {
			e := entry{code: fmt.Sprintf("C%d", c), from: from, to: from + calendar.Day(rapid.IntRange(0, 10).Draw(t, "days"))}
			if next := rapid.IntRange(c, codes).Draw(t, "successor"); c < next && next < codes {
				e.successor = fmt.Sprintf("C%d", next)
			}
			entries = append(entries, e)
			fmt.Fprintf(&b, "  - {code: %s, names: {vi: a, en: a}, group: g%d, from: %s, to: %s, successor: %s}\n",
				e.code, rapid.IntRange(0, 2).Draw(t, "group"), e.from, e.to, e.successor)
			from = e.to + 1 + calendar.Day(rapid.IntRange(0, 3).Draw(t, "gap"))
		}
	}
	return entries, b.String()
}

// replay walks day by day and says who has taken over from whom at the end of a day.
func replay(entries []entry, end calendar.Day) func(code string) string {
	next := map[string]string{}
	for d := first; d <= end; d++ {
		for _, e := range entries {
			if e.to == d-1 {
				next[e.code] = e.successor
			}
		}
		for _, e := range entries {
			if e.from <= d && d <= e.to {
				next[e.code] = ""
			}
		}
	}
	return func(code string) string {
		for next[code] != "" {
			code = next[code]
		}
		return code
	}
}

// TestSuccessorsAgreeWithAReplay day by day.
func TestSuccessorsAgreeWithAReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries, content := file(t)
		r, err := register.Empty(zone, figures).With(register.Agencies, []byte(content), recorded(1))
		if err != nil {
			t.Fatal(err)
		}
		v := r.At(time.Time{})
		for d := first - 1; d < first+70; d += 3 {
			want := replay(entries, d)
			all := v.Successors(d)
			for _, e := range entries {
				got := v.Successor(e.code, d)
				mapped, taken := all[e.code]
				if got != want(e.code) || taken != (got != e.code) || (taken && mapped != got) {
					t.Fatalf("%s on day +%d: %s, in the map %q, want %s\n%s", e.code, d-first, got, mapped, want(e.code), content)
				}
			}
		}
	})
}

// answers are what a view says, for comparison.
func answers(v register.View) string {
	var b strings.Builder
	for _, k := range register.Kinds() {
		l, ok := v.Load(k)
		fmt.Fprintln(&b, l, ok, v.Content(k))
	}
	for d := first; d < first+60; d += 7 {
		fmt.Fprintln(&b, v.Agencies(d), v.Groups(d), v.Successors(d), v.Fields(d))
		p, ok := v.Procedure("1.000123", d)
		fmt.Fprintln(&b, p, ok)
	}
	fmt.Fprintln(&b, v.Calendars().Names())
	return b.String()
}

// TestThePastStays: whatever is loaded later, also on another branch, no earlier registers and no view of an earlier time
// change, and a later time never sees an older version.
func TestThePastStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := register.Empty(zone, figures)
		type kept struct {
			r    *register.Registers
			at   time.Time
			said string
		}
		var past []kept
		at := recorded(1)
		for range rapid.IntRange(1, 6).Draw(t, "loads") {
			kind := rapid.SampledFrom(register.Kinds()).Draw(t, "kind")
			content := map[register.Kind]string{
				register.Calendars:  fmt.Sprintf("name: c%d\nbase: vn-office\n", rapid.IntRange(0, 2).Draw(t, "calendar")),
				register.Procedures: fmt.Sprintf("procedures:\n  - {code: 1.000123, names: {vi: a, en: a}, term: %d}\n", rapid.IntRange(1, 9).Draw(t, "term")),
				register.Targets:    fmt.Sprintf("targets:\n  - {figure: dossier.received, target: %d}\n", rapid.IntRange(1, 9).Draw(t, "target")),
			}[kind]
			if kind == register.Agencies {
				_, content = file(t)
			}
			at = at.Add(time.Duration(rapid.IntRange(1, 5).Draw(t, "pause")) * time.Millisecond)
			next, err := r.With(kind, []byte(content), at)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.With(register.Agencies, []byte(someAgencies), at.Add(time.Hour)); err != nil { // a branch that is dropped
				t.Fatal(err)
			}
			r = next
			for i := range 4 {
				then := at.Add(time.Duration(i-3) * time.Millisecond) // until at itself: later loads are recorded later
				past = append(past, kept{r, then, answers(r.At(then))})
			}
		}
		for _, k := range past {
			if got := answers(k.r.At(k.at)); got != k.said {
				t.Fatalf("the registers of then said at %s\n%s\nnow\n%s", k.at, k.said, got)
			}
			if got := answers(r.At(k.at)); got != k.said {
				t.Fatalf("at %s was said\n%s\nthe newest registers say\n%s", k.at, k.said, got)
			}
		}
		for _, kind := range register.Kinds() {
			last := uint64(0)
			for then := recorded(1); then.Before(at.Add(2 * time.Millisecond)); then = then.Add(time.Millisecond) {
				l, _ := r.At(then).Load(kind)
				if l.Version < last || (l.Version > 0 && !l.Recorded.Before(then)) {
					t.Fatalf("%s at %s: version %d recorded %s, after version %d", kind, then, l.Version, l.Recorded, last)
				}
				last = l.Version
			}
		}
	})
}

// TestManyAskAtOnce; the race detector looks on.
func TestManyAskAtOnce(t *testing.T) {
	r := example(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for d := day(t, "2024-12-01"); d < day(t, "2025-08-01"); d += 5 {
				v := r.At(time.Time{})
				if len(v.Groups(d)) < 60 || len(v.Fields(d)) < 40 || v.Successor("H24.24", d) == "" || len(v.Successors(d)) > 40 {
					t.Errorf("%s: %v", d, v.Groups(d))
				}
			}
		})
	}
	all.Wait()
}

// TestAskingAllocatesNothing, for it is done for every case.
func TestAskingAllocatesNothing(t *testing.T) {
	r, at, d := example(t), recorded(10), day(t, "2025-08-01")
	r.At(at).Groups(d)
	n := testing.AllocsPerRun(100, func() {
		v := r.At(at)
		v.Procedure("1.009974.000.00.00.H24", d)
		v.Agency("H24.24", d)
		v.Successor("H24.24", d)
		v.Target("dossier.on_time_rate", "H24.101", "month", d)
		v.Calendars().Get("mot-cua")
		v.Groups(d)
	})
	if n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAsk(b *testing.B) {
	r, at, d := example(b), recorded(10), day(b, "2025-08-01")
	for b.Loop() {
		v := r.At(at)
		v.Procedure("1.009974", d)
		v.Agency("H24.24", d)
		v.Successor("H24.24", d)
		v.Target("dossier.on_time_rate", "H24.101", "month", d)
	}
}

// BenchmarkLoadProcedures loads 2,000 procedures.
func BenchmarkLoadProcedures(b *testing.B) {
	var file strings.Builder
	file.WriteString("procedures:\n")
	for i := range 2000 {
		fmt.Fprintf(&file, "  - code: \"1.%06d\"\n    names: {vi: \"Cấp giấy phép số %d\", en: \"Licence %d\"}\n    field: \"Đất đai\"\n    term: 10\n    online: full\n", i, i, i)
	}
	empty := register.Empty(zone, figures)
	b.SetBytes(int64(file.Len()))
	for b.Loop() {
		if _, err := empty.With(register.Procedures, []byte(file.String()), recorded(1)); err != nil {
			b.Fatal(err)
		}
	}
}
