package main

import (
	"bytes"
	stdjson "encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tiendo/internal/config"
	"tiendo/internal/event"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
	"tiendo/internal/period"

	"github.com/go-json-experiment/json"
)

// arrivals are the days on which the histories of TestWholeWay arrive; the last is its now.
var arrivals = []time.Time{
	time.Date(2025, 7, 1, 2, 0, 0, 0, time.UTC), time.Date(2025, 10, 1, 2, 0, 0, 0, time.UTC), time.Date(2026, 6, 1, 2, 0, 0, 0, time.UTC),
}

// delivery is an event with the day on which it arrives.
type delivery struct {
	told
	on int
}

// deliveries gives each event a day of arrival: the first after it was told, or a later one.
func deliveries(t *testing.T, random *rand.Rand, all []told) []delivery {
	t.Helper()
	var list []delivery
	for _, one := range all {
		after := one.event.Time
		if one.event.Recorded.Before(one.event.Arrival) && one.event.Recorded.After(after) {
			after = one.event.Recorded
		}
		d := delivery{told: one}
		for d.on < len(arrivals)-1 && (after.After(arrivals[d.on]) || random.IntN(10) == 0) {
			d.on++
		}
		read, err := event.Decode(one.raw, arrivals[d.on])
		if err != nil {
			t.Fatalf("%s: %v", one.raw, err)
		}
		read.Arrive(arrivals[d.on])
		d.event = read
		list = append(list, d)
	}
	return list
}

// variant is a way in which one history is posted. batches are the bodies of one day, each of lines.
type variant struct {
	name    string
	batches func(day []delivery, random *rand.Rand) [][][]byte
}

// cut makes batches of 1 to most lines.
func cut(lines [][]byte, most int, random *rand.Rand) (batches [][][]byte) {
	for len(lines) > 0 {
		n := min(1+random.IntN(most), len(lines))
		batches, lines = append(batches, lines[:n]), lines[n:]
	}
	return batches
}

func linesOf(day []delivery) (lines [][]byte) {
	for _, d := range day {
		lines = append(lines, d.raw)
	}
	return lines
}

func shuffled[T any](list []T, random *rand.Rand) []T {
	list = slices.Clone(list)
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

var variants = []variant{
	{"in order", func(day []delivery, _ *rand.Rand) [][][]byte {
		day = slices.Clone(day)
		slices.SortStableFunc(day, func(a, b delivery) int { return a.event.Time.Compare(b.event.Time) })
		return slices.Collect(slices.Chunk(linesOf(day), 400))
	}},
	{"shuffled", func(day []delivery, random *rand.Rand) [][][]byte {
		return cut(linesOf(shuffled(day, random)), 400, random)
	}},
	{"each twice", func(day []delivery, random *rand.Rand) [][][]byte {
		return cut(linesOf(shuffled(slices.Concat(day, day), random)), 500, random)
	}},
	{"in other batches", func(day []delivery, random *rand.Rand) [][][]byte { return cut(linesOf(day), 40, random) }},
	{"in other zones", func(day []delivery, random *rand.Rand) [][][]byte {
		var lines [][]byte
		for _, d := range day {
			lines = append(lines, elsewhere(d, random))
		}
		return cut(lines, 400, random)
	}},
}

// elsewhere writes the instants of an event with other offsets.
func elsewhere(d delivery, random *rand.Rand) []byte {
	var e fields
	if err := json.Unmarshal(d.raw, &e); err != nil {
		panic(err)
	}
	move := func(of fields, name string) {
		if text, ok := of[name].(string); ok {
			if at, err := time.Parse(time.RFC3339Nano, text); err == nil { // a date alone stays
				of[name] = at.In(time.FixedZone("", (random.IntN(27)-12)*3600)).Format(time.RFC3339Nano)
			}
		}
	}
	move(e, "time")
	move(e, "recordedtime")
	if data, ok := e["data"].(map[string]any); ok {
		move(data, "due")
	}
	raw, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return raw
}

// way is a server in this process whose clock stands still on the days of arrival.
type way struct {
	*testing.T
	app    *app
	stop   func()
	now    atomic.Int64
	zone   *time.Location
	token  string
	booked int // distinct events of cases
}

func newWay(t *testing.T) *way {
	t.Helper()
	w := &way{T: t}
	w.now.Store(arrivals[0].UnixMilli())
	cfg := config.Default()
	cfg.Listen, cfg.Data = "127.0.0.1:0", t.TempDir()
	w.app, w.stop = startApp(t, appOptions{Config: cfg, Now: func() time.Time { return time.UnixMilli(w.now.Load()) }})
	w.zone = cfg.Location()
	raw, err := os.ReadFile(filepath.Join(cfg.Data, "admin.token"))
	if err != nil {
		t.Fatal(err)
	}
	w.token = strings.TrimSpace(string(raw))
	return w
}

// post tells a history day by day, and waits after each until all of it is booked.
func (w *way) post(all []delivery, v variant, seed uint64) {
	w.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	for on, at := range arrivals {
		w.now.Store(at.UnixMilli())
		day := slices.DeleteFunc(slices.Clone(all), func(d delivery) bool { return d.on != on })
		for _, lines := range v.batches(day, random) {
			status, answer, err := post(w.Context(), w.app.URL(), w.token, bytes.Join(lines, []byte("\n")), http.Header{"Content-Type": {"application/x-ndjson"}})
			if err != nil || status != http.StatusAccepted || !bytes.Contains(answer, fmt.Appendf(nil, `"accepted":%d,"rejected":0`, len(lines))) {
				w.Fatalf("%s: %d %.300s %v", v.name, status, answer, err)
			}
		}
		for _, d := range day {
			if lifecycle.Books(d.event.Type.Family()) { // the others are read from the facts
				w.booked++
			}
		}
		eventually(w.T, fmt.Sprintf("%d events are booked", w.booked), func() bool {
			return !w.app.waiting() && w.app.booker.Mark().Events == uint64(w.booked)
		})
	}
}

// asked is a question that the API can be asked.
type asked struct{ id, period, by, asOf string }

// ask asks the books as the API does, all questions at once.
func (w *way) ask(questions []asked) map[asked]kpi.Figure {
	w.Helper()
	var queries []kpi.Query
	for _, q := range questions {
		of, err := period.Parse(q.period, w.seenAt(q.asOf), w.zone)
		if err != nil {
			w.Fatal(err)
		}
		query := kpi.Query{ID: q.id, Period: of, AsOf: q.asOf}
		if q.by != "" {
			query.By = strings.Split(q.by, ",")
		}
		queries = append(queries, query)
	}
	figures, err := w.app.books.Ask(w.Context(), queries...)
	if err != nil {
		w.Fatal(err)
	}
	answers := map[asked]kpi.Figure{}
	for i, q := range questions {
		answers[q] = figures[i]
	}
	return answers
}

// seenAt is the instant that a question speaks of.
func (w *way) seenAt(asOf string) time.Time {
	now := time.UnixMilli(w.now.Load()).In(w.zone)
	if asOf == "" {
		return now
	}
	day, err := time.ParseInLocation(time.DateOnly, asOf, w.zone)
	if err != nil {
		w.Fatal(err)
	}
	return day.AddDate(0, 0, 1).Add(-time.Millisecond)
}

// written are figures as the API writes their rows and completeness.
func written(t *testing.T, figures map[asked]kpi.Figure) map[asked]string {
	t.Helper()
	all := map[asked]string{}
	for q, f := range figures {
		raw, err := stdjson.Marshal(f.Rows)
		if err != nil {
			t.Fatal(err)
		}
		var rows []map[string]any
		if err := json.Unmarshal(raw, &rows); err != nil {
			t.Fatal(err)
		}
		all[q] = writtenRows(t, rows, f.Completeness)
	}
	return all
}

// writtenRows leaves out when an agency was last heard of: a case that moved between agencies may still count for the one it
// left until the engine has merged its rows.
func writtenRows(t *testing.T, rows []map[string]any, completeness *float64) string {
	t.Helper()
	for _, r := range rows {
		delete(r, "last_event")
	}
	raw, err := json.Marshal(rows, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw) + " " + number(completeness)
}

// same fails the test for each answer that is another, and returns how many were compared.
func same(t *testing.T, what string, got, want map[asked]string) int {
	t.Helper()
	wrong := 0
	for q, w := range want {
		if got[q] != w {
			if wrong++; wrong <= 5 {
				t.Errorf("%s: %+v:\n%s\nwant\n%s", what, q, got[q], w)
			}
		}
	}
	if wrong > 0 || len(got) != len(want) {
		t.Errorf("%s: %d of %d answers are others; there are %d", what, wrong, len(want), len(got))
	}
	return len(want)
}
