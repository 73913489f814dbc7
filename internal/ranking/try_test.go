package ranking_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"tiendo/internal/kpi"

	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"

	"github.com/google/go-cmp/cmp"
)

// The weights of `small` are 40 and 20 in a, 30 and 10 in b. With 10 for the first, 90 are left for three that had 60: half as much
// again each. With 90 for a, its criteria get 60 and 30, and those of b share 10.
func TestTryWeights(t *testing.T) {
	m := method(t, small)
	f := func(want string, tries ...string) {
		t.Helper()
		tried, err := m.Try(tries)
		if err != nil {
			t.Error(err)
			return
		}
		got, sum := "", 0.0
		for _, c := range tried.Criteria() {
			got, sum = got+fmt.Sprintf("%g ", c.Weight), sum+c.Weight
		}
		areas := 0.0
		for _, a := range tried.Areas {
			areas += a.Weight
		}
		if strings.TrimSpace(got) != want || math.Abs(sum-100) > 1e-9 || math.Abs(areas-100) > 1e-9 {
			t.Errorf("%v: %s sum to %g, areas to %g; want %s", tries, got, sum, areas, want)
		}
	}
	f("40 20 30 10")
	f("10 30 45 15", "on-time=10")
	f("60 30 7.5 2.5", "a=90")
	f("0 0 75 25", "a=0")
	f("25 25 25 25", "on-time=25", "overdue=25", "plan=25", "uptake=25")
	if m.Criteria()[0].Weight != 40 {
		t.Error("the method itself was changed")
	}
}

// What cannot be tried is refused in both languages, for the page shows it.
func TestTryIsRefusedInBothLanguages(t *testing.T) {
	m := method(t, small)
	for _, tries := range [][]string{{"on-time=x"}, {"nothing=10"}, {"on-time=90", "overdue=90"}, {"a=10", "on-time=10"}, {"off=x"}, {"pauses=x"}} {
		_, _, err := m.Suppose(tries)
		if refused, ok := errors.AsType[*kpi.Error](err); !ok || refused.VI == "" || refused.VI == refused.Message {
			t.Errorf("%v: %v", tries, err)
		}
	}
	for _, period := range []string{"x", "2026-09-14", "2190-Q1"} {
		_, err := m.Period(period, time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC), time.UTC)
		if refused, ok := errors.AsType[*kpi.Error](err); !ok || refused.VI == "" || refused.VI == refused.Message {
			t.Errorf("%s: %v", period, err)
		}
	}
}

func TestTryScoring(t *testing.T) {
	m := method(t, small)
	f := func(agency, want string, tries ...string) {
		t.Helper()
		tried, err := m.Try(tries)
		if err != nil {
			t.Error(err)
			return
		}
		for line := range strings.Lines(standings(tried.Compute(inputs()))) {
			if strings.Contains(line, " "+agency+" ") && !strings.Contains(line, ": "+want+" ") {
				t.Errorf("%v: %swant %s", tries, line, want)
			}
		}
	}
	f("A", "40", "on-time.full=0.9")                     // 0.9 is now enough
	f("D", "0", "on-time.zero=0.75")                     // and 0.75 is nothing
	f("D", "40", "on-time.full=0.4", "on-time.zero=0.2") // both ends move: 0.75 is beyond, in whichever order they are told
	f("D", "40", "on-time.zero=0.2", "on-time.full=0.4")
	f("D", "0", "on-time.zero=1.1", "on-time.full=1.2")
	f("C", "24", "on-time.minimum=10")     // 8 of 10 count as they are: 0.8 → 0.6 of 40
	f("C", "24", "minimum=5")              // the same
	f("C", "28.68(shrunk)", "minimum=100") // like the group, but for a little: (8 + 90 · 0.865) ÷ 100 = 0.8585 → 0.717 → 28.68
}

func TestTriesThatCannotBe(t *testing.T) {
	m := method(t, small)
	f := func(want string, tries ...string) {
		t.Helper()
		if _, _, err := m.Suppose(tries); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %q", tries, err, want)
		}
	}
	f("criterion=weight", "on-time")
	f("criterion=weight", "on-time=-1")
	f("criterion=weight", "on-time=NaN")
	f("criterion=weight", "on-time=Inf")
	f("leave room", "on-time=60", "plan=60")
	f("leave room", "a=50", "b=40")
	f("twice", "a=50", "on-time=40")
	f("no criterion", "late=3")
	f("no criterion", "overdue.zero=3")
	f("no criterion", "overdue.minimum=3")
	f("on-time.full=0.4: then a better figure would lower points", "on-time.full=0.4", "plan=10")
	f("at most 60 days", "off=2026-09-09..2026-09-07")
	f("at most 60 days", "off=2026-01-01..2026-12-31")
	f("at most 60 days", "off=soon")
	f("pauses=extend", "pauses=")
}

func TestSuppositions(t *testing.T) {
	m := method(t, small)
	_, s, err := m.Suppose([]string{"off=2026-09-07..2026-09-08", "off=2026-09-10", "pauses=none", "on-time=10"})
	if err != nil {
		t.Fatal(err)
	}
	first, err := calendar.ParseDay("2026-09-07")
	if err != nil {
		t.Fatal(err)
	}
	want := &lifecycle.Supposition{Off: []calendar.Day{first, first + 1, first + 3}, Pauses: lifecycle.PausesNothing}
	if d := cmp.Diff(want, s); d != "" {
		t.Error(d)
	}
	if _, s, err := m.Suppose([]string{"on-time=10"}); s != nil || err != nil {
		t.Errorf("nothing was supposed of cases: %+v, %v", s, err)
	}
}
