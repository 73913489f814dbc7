package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tiendo/internal/clickhouse"
	"tiendo/internal/period"

	"github.com/go-json-experiment/json"
)

// allThereOnce waits until nothing waits, and compares what the server says, and what its journal holds, with the list of
// what was acknowledged. It stops the server.
func (s *senders) allThereOnce(t *testing.T) {
	t.Helper()
	want := s.compare(t)
	s.server.stop()
	s.server.noStrays()
	t.Logf("%d cells compared", want.compareBooks(t, s.server))
}

// compare waits until nothing waits, and compares the figures and the cases behind them with the list of what was
// acknowledged, which it returns judged.
func (s *senders) compare(t *testing.T) *plain {
	t.Helper()
	want := recompute(t, s.town.zone, s.acked)
	begun := time.Now()
	s.server.settle(want.events, 2*time.Minute)
	settled := time.Since(begun)
	begun = time.Now()
	c := s.server.city()
	if compared := want.compare(c, "2025", "2025-05", "2025-01-20..2025-04-03"); compared < 1000 {
		t.Errorf("only %d numbers were compared", compared)
	}
	listed := 0
	for _, f := range slices.Concat(dossierFigures, taskFigures) {
		if slices.Contains([]string{"dossier.received", "dossier.settled", "dossier.late", "dossier.open_overdue", "task.assigned", "task.completed", "task.open"}, f.id) {
			listed += want.compareCases(c, f, "2025")
			listed += want.compareCases(c, f, "2025-05")
		}
	}
	if listed < len(want.cases) {
		t.Errorf("only %d cases were listed of %d", listed, len(want.cases))
	}
	t.Logf("%d requests with %d events, %d of them again; %d requests had no answer, %d were turned away; %d cases; settled after %s, compared in %s",
		s.sent.requests, s.sent.events, s.sent.repeated, s.sent.unanswered, s.sent.refused, len(want.cases), settled, time.Since(begun))
	return want
}

// settle waits until nothing waits and the figures contain as many events as were told. The engine may be away meanwhile.
func (s *server) settle(events int, limit time.Duration) {
	s.Helper()
	state := func() (fresh bool, said string) {
		status, text := s.get("/metrics")
		age, waiting := sample(text, "tiendo_freshness_seconds"), sample(text, "tiendo_log_entries")
		status2, answer := s.get("/v1/kpis/dossier.received?period=ytd")
		var figure struct {
			Events int `json:"events"`
		}
		if status == http.StatusOK && status2 == http.StatusOK {
			if err := json.Unmarshal([]byte(answer), &figure); err != nil {
				s.Fatalf("%s: %v", answer, err)
			}
		}
		return age == "0" && waiting == "0" && figure.Events == events,
			fmt.Sprintf("%d of %d events are in the figures, which are %q s old; %q entries wait (answers %d, %d)", figure.Events, events, age, waiting, status, status2)
	}
	for end, still := time.Now().Add(limit), 0; still < 3; time.Sleep(100 * time.Millisecond) {
		if fresh, said := state(); fresh {
			still++
		} else if still = 0; time.Now().After(end) {
			s.Fatalf("after %s %s; %s", limit, said, s.log())
		}
	}
}

// sample is the value of a metric without labels, "" if there is none.
func sample(exposition, name string) string {
	_, rest, _ := strings.Cut("\n"+exposition, "\n"+name+" ")
	value, _, _ := strings.Cut(rest, "\n")
	return value
}

// compareCases compares the cases behind a figure, each of which must count once, and returns how many there are.
func (p *plain) compareCases(c *city, f byHand, id string) int {
	c.Helper()
	of, err := period.Parse(id, time.Now(), p.zone)
	if err != nil {
		c.Fatal(err)
	}
	want, got := p.subjects(f, of), map[string]bool{}
	query := url.Values{"kpi": {f.id}, "period": {id}, "limit": {"10000"}}
	for more := true; more; {
		var list struct {
			Total, Sum int
			Next       string
			Cases      []struct {
				Subject string
				N       int
			}
		}
		if err := json.Unmarshal(c.get("/v1/cases", query), &list, json.MatchCaseInsensitiveNames(true)); err != nil {
			c.Fatal(err)
		}
		if list.Total != len(want) || list.Sum != len(want) {
			c.Errorf("%s, %s: %d cases that count %d times; there are %d", f.id, id, list.Total, list.Sum, len(want))
		}
		for _, one := range list.Cases {
			if one.N != 1 || got[one.Subject] || !want[one.Subject] {
				c.Errorf("%s, %s: case %s counts %d times (listed before: %v, to be counted: %v)", f.id, id, one.Subject, one.N, got[one.Subject], want[one.Subject])
			}
			got[one.Subject] = true
		}
		query.Set("after", list.Next)
		more = list.Next != ""
	}
	if len(got) != len(want) {
		c.Errorf("%s, %s: %d cases are listed of %d", f.id, id, len(got), len(want))
	}
	return len(got)
}

// compareBooks reads the journal of a stopped server and compares it cell by cell, and the facts one by one. It returns
// how many cells there are.
func (p *plain) compareBooks(t *testing.T, s *server) int {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	engine, err := clickhouse.Open(t.Context(), clickhouse.Options{
		Dir: filepath.Join(s.data, "engine"), Command: []string{path, "engine"}, Logger: slog.New(slog.DiscardHandler),
		Library: filepath.Join(root, "node_modules", "@chdb", "lib-linux-x64-gnu", "libchdb.so"),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := engine.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	var events uint64
	if err := engine.Conn().QueryRow(t.Context(), `SELECT uniqExact(family, subject, source, id) FROM events`).Scan(&events); err != nil {
		t.Fatal(err)
	}
	if int(events) != p.events {
		t.Errorf("the engine holds %d events of %d", events, p.events)
	}
	rows, err := engine.Conn().Query(t.Context(), `SELECT family, subject, measure, toString(day), millis, marks, bin, agency, unit, procedure, channel, level, kind, at, issuer, helpers, sum(n) AS held
		FROM cells WHERE family != '' GROUP BY ALL HAVING held != 0`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	want, wrong := p.books(), 0
	cells := len(want)
	for rows.Next() {
		var family, subject, measure, day, agency, unit, procedure, channel, level, kind, at, issuer, helpers string
		var millis, marks uint32
		var bin int32
		var n int64
		if err := rows.Scan(&family, &subject, &measure, &day, &millis, &marks, &bin, &agency, &unit, &procedure, &channel, &level, &kind, &at, &issuer, &helpers, &n); err != nil {
			t.Fatal(err)
		}
		key := cellKey(family, subject, measure, day, millis, marks, bin, agency, unit, procedure, channel, level, kind, at, issuer, helpers)
		if want[key] != n {
			if wrong++; wrong <= 10 {
				t.Errorf("the journal holds %d of %s, and should %d", n, key, want[key])
			}
		}
		delete(want, key)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for key, n := range want {
		if wrong++; wrong <= 20 {
			t.Errorf("the journal lacks %d of %s", n, key)
		}
	}
	if wrong > 0 {
		t.Errorf("%d cells of %d are wrong", wrong, cells)
	}
	return cells
}
