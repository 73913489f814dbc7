package booking

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/go-cmp/cmp"

	"tiendo/internal/calendar"
	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/lifecycle"
)

// contents are what a ledger holds, by what it says of it.
func contents(t *testing.T, l *Ledger) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	ok := l.Read(func(p Page) {
		add := func(name string, shelves shelves, codes []string) {
			for of, sums := range shelves {
				sums.each(func(s slot, n int64) {
					all[fmt.Sprint(name, of, s.day, codes[s.whose], s.marks, s.millis)] += n
				})
			}
		}
		for by := range dimensions {
			add(fmt.Sprint("by ", by), p.held.sums[by], p.Codes(by))
			add(fmt.Sprint("day by ", by), p.held.days[by], p.Codes(by))
		}
		for family, agencies := range p.held.last {
			for agency, t := range agencies {
				all[fmt.Sprint("last event of ", family, " ", agency)] = t.UnixMilli()
			}
		}
		for _, k := range p.held.older {
			for by := range dimensions {
				add(fmt.Sprint("older day by ", by), k.days[by], p.Codes(by))
			}
		}
	})
	if !ok {
		t.Fatal("the ledger cannot be read")
	}
	maps.DeleteFunc(all, func(_ string, n int64) bool { return n == 0 })
	return all
}

// unheard are the days of one ledger that another has not.
func unheard(of, in *Ledger) (missing []string) {
	known := map[Voice][]calendar.Day{}
	in.Read(func(p Page) { p.Heard("dossier", func(v Voice, days []calendar.Day) { known[v] = days }) })
	of.Read(func(p Page) {
		p.Heard("dossier", func(v Voice, days []calendar.Day) {
			for _, day := range days {
				if !slices.Contains(known[v], day) {
					missing = append(missing, fmt.Sprint(v, day))
				}
			}
		})
	})
	return missing
}

// strata are some of those whose days can be kept.
var strata = []Stratum{
	{Family: "dossier", Measure: lifecycle.Opened},
	{Family: "dossier", Measure: lifecycle.Settled},
	{Family: "dossier", Measure: lifecycle.Recorded},
	{Family: "dossier", Measure: lifecycle.Recorded, Binned: true},
	{Family: "dossier", Measure: lifecycle.Worked, Binned: true},
	{Family: "task", Measure: lifecycle.Opened},
}

// keep keeps the days of a month, by agency and by procedure.
func keep(t *testing.T, l *Ledger, conn driver.Conn, month calendar.Day) {
	t.Helper()
	for by, strata := range map[Dimension][]Stratum{Agency: strata, Procedure: strata[:2]} {
		if err := l.Keep(t.Context(), conn, by, month, strata...); err != nil {
			t.Fatal(err)
		}
	}
}

// fresh is a ledger that was read from the engine now, with the days of some months.
func fresh(t *testing.T, conn driver.Conn, b *Booker, today calendar.Day, months ...calendar.Day) *Ledger {
	t.Helper()
	l := NewLedger()
	if err := l.load(t.Context(), conn, b.Mark().Block, today); err != nil {
		t.Fatal(err)
	}
	for _, month := range months {
		keep(t, l, conn, month)
	}
	return l
}

// TestLedgerFollowsTheJournal: after every block, with late and corrected events, a ledger holds what the engine shows, also
// the days of months that somebody asked for between two blocks.
func TestLedgerFollowsTheJournal(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(21, 21)), 80)
	booker := newBooker(t, conn)
	today := calendar.DayOf(time.Now(), zone)
	if err := booker.resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	var kept []calendar.Day
	blocks := 0
	for n := 0; n < len(events); n += len(events)/6 + 1 {
		store(t, conn, events[n:min(len(events), n+len(events)/6+1)])
		bookRest(t, booker)
		blocks++
		want := contents(t, fresh(t, conn, booker, today, kept...))
		if diff := cmp.Diff(want, contents(t, booker.Ledger())); diff != "" {
			t.Fatalf("after %d parts (-engine +ledger):\n%s", blocks, diff)
		}
		if missing := unheard(fresh(t, conn, booker, today), booker.Ledger()); len(missing) > 0 {
			t.Fatalf("after %d parts nothing is known of %v", blocks, missing)
		}
		if len(want) < 15 {
			t.Fatalf("only %d sums", len(want))
		}
		month := monthOf(calendar.DayOf(events[n].Time, zone))
		keep(t, booker.Ledger(), conn, month)
		booker.Ledger().Read(func(p Page) {
			if !p.Daily(Agency, month, strata...) || !p.Daily(Procedure, month, strata[:2]...) {
				t.Errorf("the days of %s are not kept", month)
			}
			kept = kept[:0]
			for _, k := range p.held.older {
				kept = append(kept, k.month)
			}
		})
	}
	if len(kept) == 0 {
		t.Error("no month was asked for")
	}
}

// TestLedgerIsUnreadableAfterADoubt: a block that is not the next, and an error of the booker, make it so until it is loaded.
func TestLedgerIsUnreadableAfterADoubt(t *testing.T) {
	conn := enginetest.Conn(t)
	booker := newBooker(t, conn)
	today := calendar.DayOf(time.Now(), zone)
	readable := func() bool { return booker.Ledger().Read(func(Page) {}) }
	if readable() {
		t.Error("it can be read before it was")
	}
	if err := booker.resume(t.Context()); err != nil || !readable() {
		t.Fatalf("it cannot be read: %v", err)
	}
	booker.ledger.commit(booker.ledger.begin(0), 2, today)
	if readable() {
		t.Error("a block was skipped, and it can be read")
	}
	if err := booker.ledger.Keep(t.Context(), conn, Agency, monthOf(today-400), strata...); err != nil {
		t.Errorf("to keep days in a ledger that cannot be read is nothing: %v", err)
	}
	if err := booker.resume(t.Context()); err != nil || !readable() {
		t.Fatalf("it cannot be read again: %v", err)
	}
	booker.ledger.forget()
	if readable() {
		t.Error("it was forgotten, and it can be read")
	}
	if (*Ledger)(nil).Read(func(Page) {}) {
		t.Error("no ledger can be read")
	}
}

// TestLedgerForgetsOldDays: when months pass the days of agencies by bin go, after a year those by marks, and the instants of all; their sums stay.
func TestLedgerForgetsOldDays(t *testing.T) {
	conn := enginetest.Conn(t)
	booker := newBooker(t, conn)
	today := calendar.DayOf(time.Date(2026, 3, 10, 12, 0, 0, 0, zone), zone)
	l := fresh(t, conn, booker, today)
	d := l.begin(1)
	marked, binned := Stratum{Family: "dossier", Measure: lifecycle.Opened}, Stratum{Family: "dossier", Measure: lifecycle.Worked, Binned: true}
	for _, of := range []Stratum{marked, binned} {
		entry := lifecycle.Entry{Count: lifecycle.Count{N: 2}}
		entry.Measure, entry.Day, entry.Millis, entry.Agency = of.Measure, today-60, 5, "A"
		d.add("dossier", []lifecycle.Entry{entry})
	}
	l.commit(d, 1, today)
	agencies, sources := Whose{}, Whose{By: Source}
	days := func(of Stratum, whose Whose, day calendar.Day, millis uint32) (n int64) {
		l.Read(func(p Page) { p.Days(nil, of, whose, func(r *Run) { n += r.Before(day, millis) }) })
		return n
	}
	for _, of := range []Stratum{marked, binned} {
		for _, whose := range []Whose{agencies, sources} {
			if by, before := days(of, whose, today-60, 6), days(of, whose, today-60, 5); by != 2 || before != 0 {
				t.Errorf("%v: %d by an instant, %d before it", of, by, before)
			}
		}
	}
	l.commit(l.begin(1), 2, today+60)
	if got := days(binned, agencies, today+99, 0); got != 0 {
		t.Errorf("after two months %d of agencies by day and bin", got)
	}
	for _, whose := range []Whose{agencies, sources} {
		if day, before := days(marked, whose, today-59, 0), days(marked, whose, today-60, 0); day != 2 || before != 0 {
			t.Errorf("after two months %d of %v by day, %d before it", day, whose, before)
		}
	}
	for _, shelves := range []shelves{l.held.days[Agency], l.held.sums[Source]} {
		if diff := cmp.Diff([]slot{{day: today - 60}}, slotsOf(shelves[marked]), cmp.AllowUnexported(slot{})); diff != "" {
			t.Errorf("after two months instants are kept (-want +got):\n%s", diff)
		}
	}
	l.commit(l.begin(1), 3, today+60+keptYear)
	if got := days(marked, agencies, today+999, 0); got != 0 {
		t.Errorf("after a year %d of agencies by day", got)
	}
	for _, of := range []Stratum{marked, binned} {
		var months int64
		l.Read(func(p Page) { p.Months(of, agencies, func(r *Run) { months += r.Before(today+999, 0) }) })
		if months != 2 {
			t.Errorf("%v: %d by month", of, months)
		}
	}
}

// slotsOf are the slots of a shelf.
func slotsOf(s *shelf) (all []slot) {
	s.each(func(at slot, _ int64) { all = append(all, at) })
	return all
}

// TestTidy: what blocks have left out of order is put in order between them, and stays what it was.
func TestTidy(t *testing.T) {
	conn := enginetest.Conn(t)
	today := calendar.DayOf(time.Now(), zone)
	l := fresh(t, conn, newBooker(t, conn), today)
	d := l.begin(1)
	for i := range 2 * few {
		entry := lifecycle.Entry{Count: lifecycle.Count{N: 1}}
		entry.Measure, entry.Day, entry.Agency, entry.Source = lifecycle.Worked, today, fmt.Sprint(i%7), "s"
		entry.Bin = int32(i)
		d.add("dossier", []lifecycle.Entry{entry})
	}
	l.commit(d, 1, today)
	// Of so many sums the first lie in order since they came: of a shelf that is larger than a city's first, all may lie out of it.
	for _, s := range l.held.sums[Agency] {
		s.latest = map[slot]int64{}
		s.eachSettled(func(f filled) { s.latest[f.slot] = f.n })
		s.firsts, s.runs, s.days, s.upTo, s.millis = nil, nil, column{}, column{}, nil
	}
	want := contents(t, l)
	l.tidy()
	if diff := cmp.Diff(want, contents(t, l)); diff != "" || len(want) < 4*few {
		t.Errorf("%d sums are others (-before +after):\n%s", len(want), diff)
	}
	for _, s := range l.held.sums[Agency] {
		if len(s.latest) > few {
			t.Errorf("%d sums lie out of order", len(s.latest))
		}
	}
	NewLedger().tidy() // one that cannot be read is tidy
}

// TestShelf: sums stay sums, in whatever order and however often slots are filled and settled.
func TestShelf(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const first calendar.Day = 1<<15 - 20 // a shelf's later days do not fit into 16 bits
	var s shelf
	want := map[slot]int64{}
	for i := range 50_000 {
		at := slot{whose: rng.Uint32N(20), day: first + calendar.Day(rng.IntN(50)), marks: lifecycle.Marks(rng.IntN(8)), millis: rng.Uint32N(2) * rng.Uint32N(3)}
		n := rng.Int64N(5) - 2
		switch {
		case i > 30_000:
			n *= rng.Int64N(1 << 33) // such do not fit into 32 bits
		case i > 10_000:
			n *= rng.Int64N(1 << 17) // nor these into 16
		}
		want[at] += n
		if s.put(at, n); i%9999 == 0 {
			s.settle()
		}
	}
	s.remake(func(f *filled) {
		if f.day == first+7 {
			f.n = 0
		}
		if f.day < first+20 {
			f.millis = 0
		}
	})
	coarse := map[slot]int64{}
	for at, n := range want {
		if at.day < first+20 {
			at.millis = 0
		}
		if at.day != first+7 {
			coarse[at] += n
		}
	}
	want = coarse
	maps.DeleteFunc(want, func(_ slot, n int64) bool { return n == 0 })
	got := map[slot]int64{}
	s.each(func(at slot, n int64) { got[at] += n })
	maps.DeleteFunc(got, func(_ slot, n int64) bool { return n == 0 })
	if !maps.Equal(want, got) {
		t.Errorf("%d sums, want %d", len(got), len(want))
	}
	for range 200 {
		day, end, millis := first+calendar.Day(rng.IntN(52)), first+calendar.Day(rng.IntN(52)), rng.Uint32N(3)
		only := []uint32{rng.Uint32N(22), rng.Uint32N(22)}
		if only[0] == only[1] || rng.IntN(3) == 0 {
			only = nil
		}
		var before, until, wantBefore, wantUntil int64
		s.read(only, func(r *Run) {
			before += r.Before(day, millis)
			r.Each(day, end, func(_ calendar.Day, n int64) { until += n })
		})
		for at, n := range want {
			if only != nil && !slices.Contains(only, at.whose) {
				continue
			}
			if at.day < day || at.day == day && at.millis < millis {
				wantBefore += n
			}
			if at.day >= day && at.day < end {
				wantUntil += n
			}
		}
		if before != wantBefore || until != wantUntil {
			t.Fatalf("%d before day %d, %d until day %d of %v; want %d, %d", before, day, until, end, only, wantBefore, wantUntil)
		}
	}
}

// TestKeptWhileABlockIsJudged: the days of a month that somebody asks for while a block is judged are kept, with what the block adds; of a
// block of very many cases they are read anew.
func TestKeptWhileABlockIsJudged(t *testing.T) {
	conn := enginetest.Conn(t)
	booker := newBooker(t, conn)
	today := calendar.DayOf(time.Now(), zone)
	entry := lifecycle.Entry{Count: lifecycle.Count{N: 2}}
	entry.Measure, entry.Day, entry.Agency = lifecycle.Opened, today-400, "A"
	for cases, kept := range map[int]bool{fewCases: true, fewCases + 1: false} {
		l := fresh(t, conn, booker, today)
		d := l.begin(cases)
		d.add("dossier", []lifecycle.Entry{entry})
		if err := l.Keep(t.Context(), conn, Agency, monthOf(entry.Day), strata...); err != nil {
			t.Fatal(err)
		}
		l.commit(d, 1, today)
		l.Read(func(p Page) {
			var byDay, byMonth int64
			p.Days([]calendar.Day{monthOf(entry.Day)}, Stratum{Family: "dossier", Measure: lifecycle.Opened}, Whose{}, func(r *Run) {
				byDay += r.Before(entry.Day+1, 0) - r.Before(entry.Day, 0)
			})
			p.Months(Stratum{Family: "dossier", Measure: lifecycle.Opened}, Whose{}, func(r *Run) { byMonth += r.Before(today, 0) })
			if p.Daily(Agency, monthOf(entry.Day), strata...) != kept || byMonth != 2 || kept && byDay != 2 {
				t.Errorf("%d cases: kept %v, %d by day, %d by month", cases, p.Daily(Agency, monthOf(entry.Day), strata...), byDay, byMonth)
			}
		})
	}
}

// TestTheMonthsAskedForStay: the month that nobody has asked for longest makes room.
func TestTheMonthsAskedForStay(t *testing.T) {
	conn := enginetest.Conn(t)
	today := calendar.DayOf(time.Now(), zone)
	l := fresh(t, conn, newBooker(t, conn), today)
	months := []calendar.Day{monthOf(today - 200)}
	for len(months) <= mostOlder {
		months = append(months, monthOf(months[len(months)-1]-1))
	}
	for _, month := range months {
		for _, asked := range []calendar.Day{months[0], month} {
			if err := l.Keep(t.Context(), conn, Agency, asked, strata...); err != nil {
				t.Fatal(err)
			}
		}
	}
	l.Read(func(p Page) {
		for i, month := range months {
			if p.Daily(Agency, month, strata...) != (i != 1) {
				t.Errorf("month %d: kept %v", i, p.Daily(Agency, month, strata...))
			}
		}
	})
}

// TestAMonthIsReadOnce: however many questions want the days of a month at once, they are read once, and where the month holds nothing not at all.
func TestAMonthIsReadOnce(t *testing.T) {
	conn := enginetest.CountedConn(t)
	booker := newBooker(t, conn)
	today := calendar.DayOf(time.Now(), zone)
	l := fresh(t, conn, booker, today)
	d := l.begin(1)
	for _, measure := range []lifecycle.Measure{lifecycle.Opened, lifecycle.Worked} {
		entry := lifecycle.Entry{Count: lifecycle.Count{N: 1}}
		entry.Measure, entry.Day, entry.Agency = measure, today-400, "A"
		d.add("dossier", []lifecycle.Entry{entry})
	}
	l.commit(d, 1, today)
	before := conn.Questions.Load()
	var asking sync.WaitGroup
	for range 8 {
		asking.Go(func() {
			if err := l.Keep(t.Context(), conn, Agency, monthOf(today-400), strata...); err != nil {
				t.Error(err)
			}
		})
	}
	asking.Wait()
	if n := conn.Questions.Load() - before; n != 2 { // of all strata two hold anything of the month
		t.Errorf("they were read by %d questions", n)
	}
}

// TestStrataAreReadAsTheyAreAskedFor: whoever asks for more of a month than those before gets it, and what those have stays.
func TestStrataAreReadAsTheyAreAskedFor(t *testing.T) {
	conn := enginetest.Conn(t)
	booker := newBooker(t, conn)
	today := calendar.DayOf(time.Now(), zone)
	store(t, conn, history(rand.New(rand.NewPCG(22, 22)), 40))
	if err := booker.resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	bookRest(t, booker)
	var month calendar.Day
	for of, sums := range booker.Ledger().held.sums[Agency] {
		if of == strata[0] {
			month = slotsOf(sums)[0].day
		}
	}
	l := fresh(t, conn, booker, today)
	for n := range len(strata) + 1 {
		if err := l.Keep(t.Context(), conn, Agency, month, strata[:n]...); err != nil {
			t.Fatal(err)
		}
		l.Read(func(p Page) {
			for i := range strata {
				if p.Daily(Agency, month, strata[i]) != (i < n) {
					t.Errorf("of %d strata that were asked for the %d. is kept: %v", n, i+1, i >= n)
				}
			}
		})
	}
	keep(t, l, conn, month)
	want := contents(t, fresh(t, conn, booker, today, month))
	if diff := cmp.Diff(want, contents(t, l)); diff != "" {
		t.Errorf("read one after the other they are others (-at once +one by one):\n%s", diff)
	}
}
