package calendar

import (
	"testing"
	"time"
)

// TestOfficePlanIsVNOffice: what others are based on is the built-in calendar, hour by hour.
func TestOfficePlanIsVNOffice(t *testing.T) {
	zone := time.FixedZone("+07", 7*60*60)
	plan := Office()
	made, err := New(plan, zone)
	if err != nil {
		t.Fatal(err)
	}
	built, _ := Builtin(zone).Get("vn-office")
	days := 0
	for d := plan.First - 2; d <= plan.Last+2; d++ {
		days++
		a, errA := made.Works(d)
		b, errB := built.Works(d)
		if a != b || (errA == nil) != (errB == nil) {
			t.Fatalf("%s: %v %v, want %v %v", d, a, errA, b, errB)
		}
		for _, hours := range []time.Duration{0, 9 * time.Hour, 12 * time.Hour, 15 * time.Hour} {
			from := d.Start(zone).Add(hours)
			a, errA := made.Work(from, d.Start(zone).Add(16*time.Hour))
			b, errB := built.Work(from, d.Start(zone).Add(16*time.Hour))
			if a != b || (errA == nil) != (errB == nil) {
				t.Fatalf("%s after %s: %v %v, want %v %v", d, hours, a, errA, b, errB)
			}
		}
	}
	if days < 10*365 {
		t.Errorf("only %d days were compared", days)
	}
	plan.Days[plan.First], plan.Why[plan.First] = plan.Week[time.Monday], Reason{Kind: Special}
	if again := Office(); again.Days[again.First] != nil || again.Why[again.First].Kind != Public {
		t.Error("a plan that was changed changes the next")
	}
}

// TestOwnHoursWhenClocksChange: an hour that the clocks skip is not worked, one that they repeat is worked twice if it lies
// within, and nothing overlaps.
func TestOwnHoursWhenClocksChange(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	first, _ := ParseDay("2025-01-01")
	last, _ := ParseDay("2025-12-31")
	f := func(day string, want time.Duration, hours ...Hours) {
		t.Helper()
		plan := Plan{Name: "night", Grain: ByInstant, First: first, Last: last}
		for d := range plan.Week {
			plan.Week[d] = hours
		}
		c, err := New(plan, zone)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := ParseDay(day)
		got, err := c.Work(d.Start(zone), (d + 1).Start(zone))
		if err != nil || got != Work(want.Milliseconds()) {
			t.Errorf("%s, %v: %d ms, %v, want %s", day, hours, got, err, want)
		}
	}
	all := Hours{From: 0, To: 24 * 60}
	f("2025-03-08", 24*time.Hour, all)
	f("2025-03-09", 23*time.Hour, all)
	f("2025-11-02", 25*time.Hour, all)
	f("2025-03-09", 0, Hours{From: 2 * 60, To: 3 * 60})
	f("2025-03-09", time.Hour, Hours{From: 60, To: 3 * 60})
	f("2025-03-09", 2*time.Hour, Hours{From: 60, To: 2*60 + 30}, Hours{From: 3 * 60, To: 4 * 60})
}

// TestPlanThatIsNone is refused.
func TestPlanThatIsNone(t *testing.T) {
	plan := Office()
	plan.First, plan.Last = plan.Last, plan.First
	if c, err := New(plan, time.UTC); err == nil {
		t.Errorf("%v ends before it begins", c)
	}
	if c, err := New(Plan{Name: "idle", First: 1, Last: 100}, time.UTC); err == nil {
		t.Errorf("%v has no hour of work", c)
	}
}

// TestSetWith puts calendars beside and in place of others, and changes no set.
func TestSetWith(t *testing.T) {
	before := Builtin(time.UTC)
	plan := Office()
	plan.Last = plan.First + 100
	office, err := New(plan, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	plan.Name = "own"
	own, err := New(plan, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	after := before.With(office, own)
	if got, _ := after.Get("vn-office"); got != office {
		t.Error("vn-office was not replaced")
	}
	if got, _ := before.Get("vn-office"); got == office || len(before.Names()) != 3 || len(after.Names()) != 4 {
		t.Errorf("%v, then %v", before.Names(), after.Names())
	}
}
