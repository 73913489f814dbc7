package kpi

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
	"tiendo/internal/register"
)

var zone = time.FixedZone("+07", 7*60*60)

func february(t *testing.T) period.Period {
	t.Helper()
	p, err := period.Parse("2025-02", time.Date(2026, 1, 1, 0, 0, 0, 0, zone), zone)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestFoldByMonth: a stock at the end of each month is the sum of everything before, a flow what falls in the month.
func TestFoldByMonth(t *testing.T) {
	p, err := period.Parse("2025-Q1", time.Date(2026, 1, 1, 0, 0, 0, 0, zone), zone)
	if err != nil {
		t.Fatal(err)
	}
	b := New(Options{Zone: zone})
	queries := []Query{
		{ID: "dossier.open", Period: p, By: []string{"month"}},
		{ID: "dossier.received", Period: p, By: []string{"month"}},
		{ID: "dossier.carried_over", Period: p, By: []string{"month"}},
	}
	groups, err := b.plan(queries)
	if err != nil {
		t.Fatal(err)
	}
	if len(groups) != 1 {
		t.Fatalf("want one statement for three questions, got %d", len(groups))
	}
	st := &groups[0].statement
	s := &sums{byKey: map[string]*series{}}
	of := s.of(nil)
	// 10 were opened before the quarter and 4 settled; then 5 opened in January, 3 settled in February, 1 opened in March.
	for bucket, counts := range map[uint32]map[lifecycle.Measure]int64{
		bucketBefore: {lifecycle.Opened: 10, lifecycle.Settled: 4},
		1:            {lifecycle.Opened: 5},
		2:            {lifecycle.Settled: 3},
		3:            {lifecycle.Opened: 1},
	} {
		values := make([]int64, len(st.terms))
		for i, term := range st.terms {
			values[i] = counts[term.measure]
		}
		of.addSums(bucket, values)
	}
	want := [][]float64{{11, 8, 9}, {5, 0, 1}, {6, 11, 8}}
	for i, a := range groups[0].answers {
		rows := s.rows(a, st)
		if len(rows) != 3 {
			t.Fatalf("%s: want 3 months, got %d", queries[i].ID, len(rows))
		}
		for month, row := range rows {
			if *row.Value != want[i][month] {
				t.Errorf("%s %s: want %v, got %v", queries[i].ID, *row.Keys.Of("month"), want[i][month], *row.Value)
			}
		}
	}
}

// TestWilson has its values from Wilson (1927) as tabulated in every textbook: 0 of 10, 5 of 10, 812 of 900.
func TestWilson(t *testing.T) {
	for n := 1.0; n < 3000; n++ {
		low, _ := wilson(0, n)
		if _, high := wilson(n, n); low != 0 || high != 1 {
			t.Fatalf("none of %v is at least %v, all at most %v", n, low, high)
		}
	}
	f := func(k, n, wantLow, wantHigh float64) {
		t.Helper()
		low, high := wilson(k, n)
		if math.Abs(low-wantLow) > 5e-4 || math.Abs(high-wantHigh) > 5e-4 {
			t.Errorf("wilson(%v, %v) = %.4f, %.4f; want %.4f, %.4f", k, n, low, high, wantLow, wantHigh)
		}
	}
	f(0, 10, 0, 0.2775)
	f(10, 10, 0.7225, 1)
	f(5, 10, 0.2366, 0.7634)
	f(812, 900, 0.8811, 0.9200) // CONTRACT §4
}

// TestBins: whatever the order in which counts come, bins are in order, and each has its sum.
func TestBins(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		var b bins
		want := map[int32]int64{}
		for range rng.IntN(4) { // as many rows of bins that rise
			bin := rng.Int32N(6)
			for range rng.IntN(5) {
				n := rng.Int64N(5) - 1
				b.add(bin, n)
				want[bin] += n
				bin += rng.Int32N(4)
			}
		}
		got := map[int32]int64{}
		last := int32(-1)
		for _, of := range b {
			if of.bin <= last {
				t.Fatalf("%v is out of order", b)
			}
			last, got[of.bin] = of.bin, of.n
		}
		if !maps.Equal(want, got) {
			t.Fatalf("%v, want %v", got, want)
		}
	}
}

// TestQuantile: the smallest value that at least q of all do not exceed, within 1 %.
func TestQuantile(t *testing.T) {
	f := func(q float64, want float64, millis ...int64) {
		t.Helper()
		var bins bins
		for _, m := range millis {
			bins.add(lifecycle.BinOf(m), 1)
		}
		got, n := quantileOf(bins, q)
		if n != int64(len(millis)) || math.Abs(got-want) > 0.01*want {
			t.Errorf("%v of %v: got %v of %d, want %v", q, millis, got, n, want)
		}
	}
	f(0.5, 0)
	f(0.5, 0, 0)
	f(0.5, 3_600_000, 3_600_000)
	f(0.5, 1000, 1000, 2000)
	f(0.5, 2000, 1000, 2000, 3000)
	f(0.9, 9000, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10000)
	f(0.9, 10000, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9500, 10000, 10000)
	f(1, 86_400_000, 1, 86_400_000)
}

// TestRowWithoutCases: no data is null, never 0 %.
func TestRowWithoutCases(t *testing.T) {
	f := func(id, want string) {
		t.Helper()
		d, ok := ByID(id)
		if !ok {
			t.Fatalf("no figure %s", id)
		}
		got, err := json.Marshal(emptyRow(&d))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v; want %s", id, got, err, want)
		}
	}
	f("dossier.received", `{"value":0}`)
	f("dossier.on_time_rate", `{"numerator":0,"denominator":0,"value":null,"low":null,"high":null}`)
	f("satisfaction.score", `{"numerator":0,"denominator":0,"value":null}`)
	f("dossier.working_hours_median", `{"n":0,"value":null}`)
}

// TestQuestionsThatCannotBeAsked: each refusal names the part and what would do.
func TestQuestionsThatCannotBeAsked(t *testing.T) {
	p := february(t)
	f := func(param string, q Query) {
		t.Helper()
		q.Period = p
		_, err := q.check()
		if e, ok := errors.AsType[*Error](err); !ok || e.Param != param || e.Message == "" {
			t.Errorf("%+v: want an error about %q, got %v", q, param, err)
		}
	}
	f("id", Query{ID: "dossier.nonsense"})
	f("by", Query{ID: "dossier.late", By: []string{"colour"}})
	f("by", Query{ID: "dossier.late", By: []string{"agency", "agency"}})
	f("by", Query{ID: "dossier.late", By: []string{"agency", "unit", "kind"}})
	f("by", Query{ID: "dossier.late", By: []string{"day", "month"}})
	f("by", Query{ID: "dossier.late", By: []string{"issuer"}})
	f("by", Query{ID: "dossier.due_soon", By: []string{"month"}})
	f("colour", Query{ID: "dossier.late", Where: map[string][]string{"colour": {"red"}}})
	f("month", Query{ID: "dossier.late", Where: map[string][]string{"month": {"2025-01"}}})
	f("helper", Query{ID: "dossier.late", Where: map[string][]string{"helper": {"H24.12"}}})
	if _, err := (&Query{ID: "task.on_time_rate", Period: p, By: []string{"issuer", "month"}, Where: map[string][]string{"helper": {"H24.12"}}}).check(); err != nil {
		t.Errorf("a question that can be asked: %v", err)
	}
}

// TestUnknownValuesAreRefused: a filter by what no case can have is a mistake, not a figure of 0 (CONTRACT §4).
func TestUnknownValuesAreRefused(t *testing.T) {
	p, err := period.Parse("2025-Q1", time.Date(2026, 1, 1, 0, 0, 0, 0, zone), zone)
	if err != nil {
		t.Fatal(err)
	}
	loaded := register.Empty(zone, nil)
	b := New(Options{Zone: zone, Registers: func() *register.Registers { return loaded }})
	f := func(id, name, value, want string) {
		t.Helper()
		err := b.CheckValues(Query{ID: id, Period: p, Where: map[string][]string{name: {value}}})
		if e, is := errors.AsType[*Error](err); (want == "") != (err == nil) || want != "" && (!is || e.Param != name || !strings.Contains(e.Message, want)) {
			t.Errorf("%s where %s=%s: got %v, want %q", id, name, value, err, want)
		}
	}
	f("dossier.late", "group", "anything", "") // without a register nobody knows
	loaded, err = loaded.With(register.Agencies, []byte("agencies: [{code: A, names: {vi: a, en: a}, group: department, to: 2020-12-31}]"), time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	f("dossier.late", "group", "department", "")
	f("dossier.late", "group", "departmen", "department would do")
	// A group that is known, though in another period: of a trend it asks of each quarter.
	loaded, err = loaded.With(register.Agencies, []byte("agencies: [{code: A, names: {vi: a, en: a}, group: department, to: 2025-06-30},"+
		" {code: A, names: {vi: a, en: a}, group: centre, from: 2025-07-01}, {code: B, names: {vi: b, en: b}}]"), time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	f("dossier.late", "group", "centre", "")
	f("dossier.late", "group", "center", "is none of them; centre, department would do")
	f("dossier.late", "channel", "post", "")
	f("quality.orphan_rate", "channel", "boat", "online, direct, post would do")
	f("quality.orphan_rate", "source", "a b", "URI")
	f("task.open", "kind", "decree", "")
	f("petition.received", "kind", "decree", "complaint")
	f("dossier.late", "agency", "", "")
	f("dossier.late", "agency", "Sở Nội vụ", "letters")
	f("dossier.late", "field", "Đất đai, nhà ở", "") // without a register nobody knows
	loaded, err = loaded.With(register.Procedures, []byte(`procedures: [{code: P, names: {vi: a, en: a}, field: "Xây dựng", to: 2025-06-30}, {code: P, names: {vi: a, en: a}, field: "Đất đai, nhà ở", from: 2025-07-01}, {code: Q, names: {vi: a, en: a}}]`), time.Unix(2, 0))
	if err != nil {
		t.Fatal(err)
	}
	f("dossier.late", "field", "Đất đai, nhà ở", "") // it begins after the period
	f("dossier.late", "field", "Đất đai", "is none of them; Xây dựng, Đất đai, nhà ở would do")
	f("dossier.late", "field", "", "")
}
