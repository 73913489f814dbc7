package integrity

import (
	"cmp"
	"context"
	"flag"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
	"tiendo/internal/simulator"
)

var zone = time.FixedZone("+07", 7*60*60)

// history is the dossiers and tasks of a simulated city, in memory, and when it ends.
type history struct {
	cases, tasks map[string][]event.Event
	end          time.Time
}

// quarter is the period that cities are looked at for, and seen the instant from which.
var quarter, seen = func() (period.Period, time.Time) {
	at := time.Date(2025, 5, 5, 8, 0, 0, 0, zone)
	p, err := period.Parse("2025-Q1", at, zone)
	if err != nil {
		panic(err)
	}
	return p, at
}()

// play makes the history of a city from two months before the quarter on.
func play(t testing.TB, seed uint64, perDay int, habits map[string]simulator.Habit) *history {
	t.Helper()
	city, err := simulator.New(simulator.Options{
		Seed: seed, From: quarter.Start.AddDate(0, 0, -45), To: seen, DossiersPerDay: perDay, Location: zone, Habits: habits,
	})
	if err != nil {
		t.Fatal(err)
	}
	h := &history{cases: map[string][]event.Event{}, tasks: map[string][]event.Event{}, end: seen}
	for e := range city.Events() {
		of := h.cases
		switch {
		case strings.HasPrefix(e.Type, "task."):
			of = h.tasks
		case !strings.HasPrefix(e.Type, "dossier."):
			continue
		}
		recorded := e.Recorded()
		of[e.Subject] = append(of[e.Subject], event.Event{
			Source: e.Source, ID: e.ID, Type: event.Type(e.Type), Subject: e.Subject, Time: e.Time(), Recorded: recorded, Arrival: recorded, Data: []byte(e.Data()),
		})
	}
	return h
}

// submissions are the dossiers that were submitted online. A subject begins with the agency's code.
func (h *history) submissions() (all []Submission) {
	for subject, events := range h.cases {
		s := Submission{Subject: subject, Agency: subject[:len("H24.00")]}
		for _, e := range events {
			switch {
			case e.Type == "dossier.submitted":
				s.Submitted = e.Time
			case e.Type == "dossier.received" && s.Received.IsZero():
				s.Received = e.Time
			}
		}
		if !s.Submitted.IsZero() {
			all = append(all, s)
		}
	}
	return all
}

// watch looks at a history.
func (h *history) watch() *Watch {
	rules := lifecycle.Builtin(zone)
	return New(Options{
		Count: func(context.Context, time.Time, time.Time) (int, error) { return len(h.cases), nil },
		Cases: func(_ context.Context, family event.Family, _, _ time.Time, _ int, each func([]event.Event) error) error {
			of := h.cases
			if family == event.Task {
				of = h.tasks
			}
			for _, events := range of {
				if err := each(events); err != nil {
					return err
				}
			}
			return nil
		},
		Submitted: func(_ context.Context, from, to time.Time, each func(Submission) error) error {
			all := slices.DeleteFunc(h.submissions(), func(s Submission) bool { return s.Submitted.Before(from) || !s.Submitted.Before(to) })
			slices.SortFunc(all, func(a, b Submission) int {
				return cmp.Or(strings.Compare(a.Agency, b.Agency), a.Submitted.Compare(b.Submitted))
			})
			for _, s := range all {
				if err := each(s); err != nil {
					return err
				}
			}
			return nil
		},
		Rules: func() *lifecycle.Rules { return rules }, Now: func() time.Time { return seen }, Booked: func() uint64 { return 1 },
		Calendars: func() calendar.Set { return calendar.Builtin(zone) },
	})
}

// Each habit that a city can have is found, at the agency that has it, and nowhere else.
func TestPlantedSignsAreFound(t *testing.T) {
	planted := map[string]struct {
		agency string
		habit  simulator.Habit
	}{
		LatePause: {"H24.13", simulator.Stalls}, BriefPause: {"H24.18", simulator.Pretends}, LateRecorded: {"H24.28", simulator.Backdates},
		LatePromise: {"H24.08", simulator.MovesPromises}, Unreturned: {"H24.02", simulator.Keeps}, DeadlineHeap: {"H24.15", simulator.Heaps},
		DeskOnline: {"H24.05", simulator.FilesOnline}, LateReported: {"H24.28", simulator.Backdates},
	}
	habits := map[string]simulator.Habit{}
	for _, p := range planted {
		habits[p.agency] = p.habit
	}
	r, err := play(t, 11, 120, habits).watch().Look(t.Context(), quarter)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, f := range r.Findings {
		if f.Agency == planted[f.Sign].agency {
			t.Logf("%s: %d of %d, expected at most %.1f, p %.2g, adjusted %.2g, q %.2g", f.Sign, f.K, f.N, f.Expected, f.P, f.Adjusted, f.Q)
		}
		switch {
		case !f.Raised:
		case f.Agency != planted[f.Sign].agency:
			t.Errorf("raised where nothing was planted: %+v", f)
		default:
			found[f.Sign] = true
			if len(f.Subjects) == 0 || f.Sign != LateReported && !strings.HasPrefix(f.Subjects[0], f.Agency) {
				t.Errorf("the dossiers of %s are %v", f.Sign, f.Subjects)
			}
		}
	}
	for _, s := range Signs() {
		if !found[s.ID] {
			t.Errorf("%s was not found", s.ID)
		}
	}
}

// How many honest cities are looked at, and how busy they are; docs/signals.md says what came of more.
var (
	cities = flag.Int("cities", 200, "how many honest cities are looked at for false alarms")
	perDay = flag.Int("per-day", 12, "how many dossiers a usual day of each brings")
)

// In 200 honest cities fewer than one agency in a hundred gets any sign raised in a quarter.
func TestFalseAlarmsOfHonestCities(t *testing.T) {
	reports := make([]*Report, *cities)
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for seed := range reports {
		work.Go(func() (err error) {
			reports[seed], err = play(t, uint64(1000+seed), *perDay, map[string]simulator.Habit{}).watch().Look(t.Context(), quarter)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		t.Fatal(err)
	}
	alarms, agencies := 0, 0
	bySign := map[string]int{}
	for _, r := range reports {
		raised, all := map[string]bool{}, map[string]bool{}
		for _, f := range r.Findings {
			all[f.Agency] = true
			if f.Raised {
				raised[f.Agency] = true
				bySign[f.Sign]++
			}
		}
		alarms, agencies = alarms+len(raised), agencies+len(all)
	}
	if agencies < 30**cities {
		t.Fatalf("only %d agencies were looked at", agencies)
	}
	rate := float64(alarms) / float64(agencies)
	t.Logf("%d of %d agencies and quarters: %.3f %%, by sign %v", alarms, agencies, rate*100, bySign)
	if rate >= Level {
		t.Errorf("false alarms: %.2f %%", rate*100)
	}
}

// What a city that fills is told of nothing is not kept: who looks again sees what came meanwhile. What was found is kept for a while.
func TestNothingIsNotKept(t *testing.T) {
	h := play(t, 11, 20, nil)
	w, booked, full := h.watch(), uint64(0), h.cases
	w.Booked = func() uint64 { booked++; return booked }
	h.cases = nil
	for range 2 {
		r, err := w.Look(t.Context(), quarter)
		if err != nil {
			t.Fatal(err)
		}
		if r.Cases != len(h.cases) {
			t.Errorf("%d dossiers, want %d", r.Cases, len(h.cases))
		}
		h.cases = full
	}
	h.cases = nil
	if r, err := w.Look(t.Context(), quarter); err != nil || r.Cases != len(full) {
		t.Errorf("%v; what was found a moment ago is looked for again", err)
	}
}
