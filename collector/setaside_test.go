package collector

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/event"
)

// One entry that the engine does not take cannot stop the others: it is set aside, counted and shown, and taken when what was
// wrong is mended. The engine is a real one, with a rule that a row breaks.
func TestPoisonedEntryIsSetAside(t *testing.T) {
	conn := enginetest.Conn(t)
	if err := conn.Exec(t.Context(), "ALTER TABLE events ADD CONSTRAINT poison CHECK id != 'e-33'"); err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	r := open(t, data, into(conn), func(o *Options) { o.pauses = &pauses{2 * time.Millisecond, 4 * time.Millisecond} })
	for i := range 10 {
		r.send(t, strings.NewReader(many(10*i, 10)), "Content-Type", typeBatch)
	}
	r.run(t)
	r.waitLoaded(t)
	want := func(from ...int) {
		t.Helper()
		var got []string
		for _, e := range rows(t, conn, true) {
			got = append(got, e.ID)
		}
		slices.Sort(got)
		wanted := wantIDs(100, from...)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			t.Errorf("the engine holds %v", got)
		}
	}
	want(30, 31, 32, 33, 34, 35, 36, 37, 38, 39)
	aside, err := r.SetAside()
	if err != nil || len(aside) != 1 || aside[0].Entry != 4 || aside[0].Events != 10 || !aside[0].Replayable || aside[0].File != "refused/entry-4" || aside[0].Arrival.IsZero() {
		t.Errorf("set aside %+v, %v", aside, err)
	}
	for metric, n := range map[string]float64{"tiendo_log_refused_total": 1, "tiendo_log_refused_entries": 1, "tiendo_log_entries": 0} {
		if got := gathered(t, r, metric); got != n {
			t.Errorf("%s is %v, want %v", metric, got, n)
		}
	}
	if said := r.said.String(); !strings.Contains(said, "log entry refused by the engine") {
		t.Errorf("the log says %s", said)
	}

	// Not mended: it comes back, in the way of nobody.
	if n, err := r.Replay(); n != 10 || err != nil {
		t.Errorf("%d events are replayed, %v", n, err)
	}
	r.send(t, strings.NewReader(one(40)), "Content-Type", typeOne) // something must wait behind it
	r.waitLoaded(t)
	if aside, err := r.SetAside(); err != nil || len(aside) != 1 || aside[0].Entry != 11 {
		t.Errorf("set aside %+v, %v", aside, err)
	}

	// A case in it is erased meanwhile.
	if err := r.Refuse([]Case{{event.Dossier, "H24.12-00035"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Erase(nil); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(filepath.Join(data, "log", "refused", "entry-11")); err != nil || strings.Contains(string(content), "H24.12-00035") || !strings.Contains(string(content), "H24.12-00036") {
		t.Errorf("the entry holds the erased case still, or nothing: %v", err)
	}
	if err := conn.Exec(t.Context(), "ALTER TABLE events DROP CONSTRAINT poison"); err != nil {
		t.Fatal(err)
	}
	if n, err := r.Replay(); n != 10 || err != nil {
		t.Errorf("%d events are replayed, %v", n, err)
	}
	r.waitLoaded(t)
	want(35)
	if aside, err := r.SetAside(); err != nil || len(aside) != 0 {
		t.Errorf("set aside %+v, %v", aside, err)
	}
	for _, e := range rows(t, conn, true) {
		if e.ID == "e-33" && e.Arrival.After(time.Now().Add(-time.Millisecond)) {
			t.Errorf("it arrives at %s", e.Arrival)
		}
	}
}

func gathered(t *testing.T, r *rig, name string) float64 {
	t.Helper()
	families, err := r.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			if c := f.GetMetric()[0].GetCounter(); c != nil {
				return c.GetValue()
			}
			return f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

// An engine that takes nothing is not an entry that is wrong.
func TestEngineThatTakesNothing(t *testing.T) {
	conn := enginetest.Conn(t)
	if err := conn.Exec(t.Context(), "ALTER TABLE events ADD CONSTRAINT nothing CHECK id = ''"); err != nil {
		t.Fatal(err)
	}
	r := open(t, t.TempDir(), into(conn), func(o *Options) { o.pauses = &pauses{time.Millisecond, 2 * time.Millisecond} })
	for i := range 3 {
		r.send(t, strings.NewReader(one(i)), "Content-Type", typeOne)
	}
	stop := r.run(t)
	for end := time.Now().Add(20 * time.Second); testutil.ToFloat64(r.metrics.errors) < 20 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	if aside, err := r.SetAside(); err != nil || len(aside) != 0 || r.Loaded() != 0 || testutil.ToFloat64(r.metrics.errors) < 20 {
		t.Errorf("set aside %+v, %v; loaded up to %d", aside, err, r.Loaded())
	}
}

// However many tokens are greedy, one more finds room.
func TestGreedyTokensLeaveRoom(t *testing.T) {
	b := newBudget(bodiesInFlight)
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		n := 0
		for b.take(name, bodyStep) {
			n++
		}
		if n == 0 {
			t.Fatalf("%s finds no room", name)
		}
	}
	if !b.take("one more", bodyStep) {
		t.Error("one more finds no room")
	}
	for b.take("", bodyStep) { // the administrator's may use all that is left
	}
	if b.free >= bodyStep {
		t.Errorf("%d are left", b.free)
	}
}
