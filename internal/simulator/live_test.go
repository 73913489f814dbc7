package simulator_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/event"
	"tiendo/internal/simulator"
)

// The clock of a synctest bubble starts at midnight UTC of 2000-01-01; the city's runs ahead of it to a Monday morning.
var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, zone)

func bubbleClock() func() time.Time {
	ahead := time.Until(monday)
	return func() time.Time { return time.Now().Add(ahead) }
}

// History and live posts together are the history that ends later: nothing is missing, nothing is told twice, and nothing
// is posted before it is recorded, or much later.
func TestLiveGoesOnWhereHistoryEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := bubbleClock()
		o := simulator.Options{Seed: 4, From: day("2026-01-05"), To: monday.Add(-26 * time.Hour), DossiersPerDay: 120, Location: zone}
		want := map[string]bool{}
		longer := o
		longer.To = monday.Add(48 * time.Hour)
		whole, err := simulator.New(longer)
		if err != nil {
			t.Fatal(err)
		}
		for e := range whole.Events() {
			want[e.ID] = true
		}
		history, err := simulator.New(o)
		if err != nil {
			t.Fatal(err)
		}
		for e := range history.Events() {
			if !want[e.ID] {
				t.Fatalf("%s is not in the longer history, or told twice", e.ID)
			}
			delete(want, e.ID)
		}
		left, old, bodies := len(want), 0, 0
		families := map[event.Family]bool{}
		ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(48*time.Hour-time.Millisecond))
		defer cancel()
		err = simulator.Live(ctx, o, now, func(batch []byte) error {
			bodies++
			var events []jsontext.Value
			if err := json.Unmarshal(batch, &events); err != nil {
				t.Errorf("%v: %s", err, batch)
			}
			for _, raw := range events {
				e, err := event.Decode(raw, now())
				if err != nil {
					t.Errorf("%s: %v", raw, err)
				}
				families[e.Type.Family()] = true
				late := now().Sub(e.Recorded)
				if late < 0 || late > time.Second && e.Recorded.After(monday) {
					t.Errorf("%s recorded %s is posted at %s", e.ID, e.Recorded, now())
				}
				if !e.Recorded.After(monday) {
					old++
				}
				if !want[e.ID] {
					t.Errorf("%s is told twice, or unknown", e.ID)
				}
				delete(want, e.ID)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if len(want) != 0 || left < 1000 || old == 0 {
			t.Errorf("of %d events after the history %d were not posted; %d caught up", left, len(want), old)
		}
		for _, f := range []event.Family{event.Dossier, event.Task, event.Petition, event.Reception, event.Source} {
			if !families[f] {
				t.Errorf("no %s was posted", f)
			}
		}
		t.Logf("%d events in %d bodies, %d of them at once", left, bodies, old)
	})
}

func TestLiveEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := simulator.Options{From: day("2026-02-02"), To: monday, Location: zone}
		full := errors.New("disk full")
		err := simulator.Live(t.Context(), o, bubbleClock(), func([]byte) error { return full })
		if !errors.Is(err, full) {
			t.Errorf("a refused post: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := simulator.Live(ctx, o, bubbleClock(), func([]byte) error { return nil }); err != nil {
			t.Errorf("ended from outside: %v", err)
		}
		o.From, o.To = day("2027-11-01"), day("2027-12-01")
		after := func() time.Time { return day("2029-01-01") }
		if err := simulator.Live(t.Context(), o, after, func([]byte) error { return nil }); err == nil || !strings.Contains(err.Error(), "2027") {
			t.Errorf("beyond the calendar: %v", err)
		}
	})
}
