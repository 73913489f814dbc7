package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"tiendo/internal/event"

	"github.com/go-json-experiment/json"
)

// town makes up histories of dossiers and tasks of 2025, without end, by seed. The events of its cases come in a random
// order, mixed with those of others.
type town struct {
	testing.TB
	*rand.Rand
	zone    *time.Location
	name    string // begins every id and subject
	cases   int
	events  int
	waiting []told
}

// told is an event as it is sent, and as it is to be understood.
type told struct {
	raw   []byte
	event event.Event
}

// spread is among how many waiting events the next one is drawn: the events of a case are as far apart.
const spread = 1500

func newTown(t testing.TB, name string, seed uint64) *town {
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		t.Fatal(err)
	}
	return &town{TB: t, Rand: rand.New(rand.NewPCG(seed, 0)), zone: zone, name: name}
}

// next returns the next n events.
func (w *town) next(n int) []told {
	for len(w.waiting) < spread+n {
		if w.cases++; w.IntN(4) == 0 {
			w.task()
		} else {
			w.dossier()
		}
	}
	return w.draw(n)
}

// rest returns up to n of the events that are left when no case is begun any more; none at the end.
func (w *town) rest(n int) []told { return w.draw(min(n, len(w.waiting))) }

func (w *town) draw(n int) (drawn []told) {
	for range n {
		i, last := w.IntN(len(w.waiting)), len(w.waiting)-1
		drawn = append(drawn, w.waiting[i])
		w.waiting[i] = w.waiting[last]
		w.waiting = w.waiting[:last]
	}
	return drawn
}

// history is one case being told.
type history struct {
	*town
	family, subject string
	// source tells it; empty: the family's own.
	source string
	// edited says that the source tells when it recorded what: without that, what was said last depends on arrival.
	edited bool
}

type fields map[string]any

func (w *town) chance(percent int) bool { return w.IntN(100) < percent }

func pick[T any](w *town, of ...T) T { return of[w.IntN(len(of))] }

// later is t and up to most after it, a moment at least.
func (w *town) later(t time.Time, most time.Duration) time.Time {
	return t.Add(time.Duration(1+w.Int64N(int64(most/time.Millisecond))) * time.Millisecond)
}

func (w *town) begin(family string) (*history, time.Time) {
	h := &history{town: w, family: family, subject: fmt.Sprintf("%s-%s-%06d", w.name, family, w.cases), edited: w.chance(40)}
	return h, time.Date(2025, 1, 2, 0, 0, 0, 0, w.zone).AddDate(0, 0, w.IntN(330)).Add(time.Duration(7*60+w.IntN(600)) * time.Minute)
}

const day = 24 * time.Hour

func (h *history) tell(step string, at time.Time, data fields) {
	h.Helper()
	h.record(step, at, at.Add(time.Minute), data, false)
}

// record tells a fact with the time of its recording, if the case has such.
func (h *history) record(step string, at, recorded time.Time, data fields, retracted bool) {
	h.Helper()
	h.events++
	e := fields{
		"specversion": "1.0", "id": fmt.Sprintf("%s-%08d", h.name, h.events), "source": cmp.Or(h.source, "urn:"+h.family), "subject": h.subject,
		"type": h.family + "." + step, "time": at.Format(time.RFC3339Nano), "data": data,
	}
	if h.edited {
		e["recordedtime"] = recorded.Format(time.RFC3339Nano)
	}
	if retracted {
		e["retracted"] = true
	}
	h.waiting = append(h.waiting, understood(h, e))
}

// understood is e as bytes and as the product reads it.
func understood(t testing.TB, e fields) told {
	t.Helper()
	raw, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return understoodRaw(t, raw)
}

func understoodRaw(t testing.TB, raw []byte) told {
	t.Helper()
	// What no source recorded was recorded on arrival, later than everything here.
	arrival := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	read, err := event.Decode(raw, arrival)
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	read.Arrive(arrival)
	return told{raw, read}
}

func (w *town) dossier() {
	h, at := w.begin("dossier")
	opening := fields{
		"agency": pick(w, "H24.11", "H24.12", "H24.13", "H24.14", "H24.15", "H24.16"), "channel": pick(w, "online", "direct", "direct", "post"),
		"procedure": pick(w, "1.000123", "1.005129", "2.000635"), "level": pick(w, "2", "3", "4", "full", "partial"),
	}
	if w.chance(30) {
		h.tell("submitted", at, opening)
		if at = w.later(at, 3*day); w.chance(10) {
			h.tell(pick(w, "rejected", "withdrawn"), at, fields{})
			return
		}
	}
	received := at
	due := func(days int) string { return at.AddDate(0, 0, 3+w.IntN(days)).Format(time.DateOnly) }
	if w.chance(90) {
		opening["due"] = due(25)
	}
	h.tell("received", received, opening)
	for w.chance(25) {
		at = w.later(at, 4*day)
		h.tell("supplement_requested", at, fields{"reason": "missing"})
		if w.chance(85) {
			at = w.later(at, 9*day)
			h.tell("supplemented", at, fields{})
		}
	}
	if w.chance(20) {
		at = w.later(at, 5*day)
		h.tell("transferred", at, fields{"agency": pick(w, "H24.11", "H24.12", "H24.21"), "due": due(8)})
	}
	if w.chance(12) {
		at = w.later(at, 6*day)
		h.tell("rescheduled", at, fields{"due": due(15), "apology": w.chance(50)})
	}
	if h.edited && w.chance(40) { // the opening was entered wrongly
		mended := fields{"agency": pick(w, "H24.11", "H24.12"), "channel": pick(w, "online", "direct"), "procedure": "1.000123", "due": due(30)}
		h.record("received", received, w.later(at, 3*day), mended, false)
	}
	if w.chance(80) {
		at = w.later(at, 14*day)
		step := pick(w, "resolved", "resolved", "resolved", "resolved", "rejected", "withdrawn")
		data := fields{}
		if step == "resolved" {
			data["digital"] = w.chance(60)
		}
		h.tell(step, at, data)
		if h.edited && w.chance(15) {
			h.record(step, at, w.later(at, day), data, true)
		}
		if h.edited && w.chance(15) {
			h.record("resolved", w.later(at, 2*day), w.later(at, 9*day), fields{"digital": true}, false)
		}
		if w.chance(40) {
			h.tell("returned", w.later(at, day), fields{"channel": pick(w, "direct", "post")})
			h.tell("rated", w.later(at, 2*day), fields{"score": 1 + w.IntN(5)})
		}
	}
	if w.chance(40) {
		h.tell("paid", w.later(received, day), fields{"channel": pick(w, "online", "direct"), "amount": 50_000})
	}
	if w.chance(2) {
		h.tell("voided", at, fields{})
	}
}

func (w *town) task() {
	h, at := w.begin("task")
	opening := fields{"agency": pick(w, "H24.11", "H24.12", "H24.13"), "issuer": "H24"}
	if w.chance(80) {
		opening["due"] = at.AddDate(0, 0, 5+w.IntN(40)).Format(time.DateOnly)
	}
	if w.chance(30) {
		opening["agencies"] = []string{"H24.14", "H24.15"}
	}
	h.tell("assigned", at, opening)
	if w.chance(15) {
		at = w.later(at, 10*day)
		h.tell("rescheduled", at, fields{"due": at.AddDate(0, 0, 5+w.IntN(20)).Format(time.DateOnly)})
	}
	for w.chance(70) {
		at = w.later(at, 20*day)
		h.tell("reported", at, fields{})
		if at = w.later(at, 3*day); w.chance(80) {
			h.tell("completed", at, fields{})
			break
		}
		h.tell("returned_for_rework", at, fields{})
	}
	if h.edited && w.chance(8) { // of two closings the one recorded last counts
		h.tell("cancelled", w.later(at, day), fields{})
	}
}
