package calendar

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestParseOfficeRefuses(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if _, err := parseOffice(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	f("", "no year")
	f("# nothing", "no year")
	f("2019", "no year")
	f("19: new-year 01-01", "no year")
	f("2019: closed 01-01", "no holiday")
	f("2019: tet 02-29", "2019-02-29")
	f("2019: new-year 01-01 / tet 01-01", "twice")
	f("2019: swap 01-02=2019-01-05 / tet 01-05", "twice")
	f("2019: swap 01-02", "is no date")
	f("2019: swap 13-02=2019-01-05", "is no date")
	f("2019: new-year 01-01\n2021: new-year 01-01", "does not follow")
	f("2019: new-year 01-01\n2019: new-year 01-01", "does not follow")
	f("2019:", "empty")
}

func FuzzParseOffice(f *testing.F) {
	f.Add(vnOffice)
	f.Add("2019: new-year 01-01 / swap 01-02=2019-01-05 # a notice")
	f.Add("2199: tet 12-30* / swap 12-31=2200-01-05")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Count(text, ":") > 30 {
			return // many years take long, and are no other case
		}
		plan, err := parseOffice(text)
		if err != nil {
			return
		}
		c, err := New(plan, zone)
		if err != nil {
			t.Fatal(err)
		}
		n, err := c.WorkingDays(c.first-1, c.last)
		if err != nil || n != len(c.days) || len(c.spans) != len(c.before) {
			t.Fatalf("%d working days of %d, %v", n, len(c.days), err)
		}
	})
}

// TestAgreesWithTheOracle: a slow reading of the same rules by another hand.
func TestAgreesWithTheOracle(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "acceptance")
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 for the oracle")
	}
	if _, err := exec.CommandContext(t.Context(), python, "-c", "import sys; sys.path.insert(0, sys.argv[1]); import oracle", dir).Output(); err != nil {
		t.Skip("the oracle is not beside the project")
	}
	const seed = 20191005
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	type question struct {
		Calendar string
		A, B     int64 // milliseconds
		N        int
	}
	first := time.Date(2018, 1, 1, 0, 0, 0, 0, zone).UnixMilli()
	var asked []question
	for i := range 3_000 {
		a := first + rng.Int64N(8*365*86_400_000)
		b := a + rng.Int64N(200*86_400_000)
		if i%3 == 0 { // times of the clock at which something begins or ends
			a -= a % (30 * 60_000)
			b -= b % (30 * 60_000)
		}
		asked = append(asked, question{[]string{"vn-office", "vn-office", "days", "continuous"}[i%4], a, b, rng.IntN(60)})
	}
	const ask = `
import sys, json
sys.path.insert(0, sys.argv[1])
import oracle
from datetime import datetime, timedelta, timezone
epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
at = lambda ms: (epoch + timedelta(milliseconds=ms)).astimezone(oracle.TZ)
ms = lambda t: round((t - epoch) / timedelta(milliseconds=1))
out = []
for q in json.load(sys.stdin):
    c, a, b = oracle.CAL[q["Calendar"]], at(q["A"]), at(q["B"])
    w = c.work(a, b)
    out.append([round(w * 1000), ms(c.advance(a, w)), c.working_days(oracle.day(a), oracle.day(b)), str(c.nth_after(oracle.day(a), q["N"]))])
print(json.dumps(out))
`
	body, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), python, "-c", ask, dir)
	command.Stdin = bytes.NewReader(body)
	printed, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var told [][4]any
	if err := json.Unmarshal(printed, &told); err != nil || len(told) != len(asked) {
		t.Fatalf("%d answers: %v", len(told), err)
	}
	for i, q := range asked {
		c, _ := set.Get(q.Calendar)
		a, b := time.UnixMilli(q.A), time.UnixMilli(q.B)
		work, err := c.Work(a, b)
		if err != nil || float64(work) != told[i][0] {
			t.Fatalf("%+v: work %d, %v; the oracle says %v", q, work, err, told[i][0])
		}
		at, err := c.Advance(a, work)
		if err != nil || float64(at.UnixMilli()) != told[i][1] {
			t.Fatalf("%+v: advance %v, %v; the oracle says %v", q, at, err, told[i][1])
		}
		from := DayOf(a, zone)
		n, err := c.WorkingDays(from, DayOf(b, zone))
		if err != nil || float64(n) != told[i][2] {
			t.Fatalf("%+v: %d working days, %v; the oracle says %v", q, n, err, told[i][2])
		}
		d, err := c.AddDays(from, q.N)
		if err != nil || d.String() != told[i][3] {
			t.Fatalf("%+v: %d days later %s, %v; the oracle says %v", q, q.N, d, err, told[i][3])
		}
	}
}

func BenchmarkWork(b *testing.B) {
	c := office(b)
	from, to := time.Date(2019, 1, 30, 9, 0, 0, 0, zone), time.Date(2019, 10, 5, 15, 0, 0, 0, zone)
	for b.Loop() {
		if _, err := c.Work(from, to); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAdvance(b *testing.B) {
	c := office(b)
	from := time.Date(2019, 1, 30, 9, 0, 0, 0, zone)
	for b.Loop() {
		if _, err := c.Advance(from, 400*3_600_000); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAddDays(b *testing.B) {
	c := office(b)
	for b.Loop() {
		if _, err := c.AddDays(18_000, 20); err != nil {
			b.Fatal(err)
		}
	}
}
