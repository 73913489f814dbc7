package api_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tiendo/internal/api"
	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/kpi"
	"tiendo/internal/ranking"
	"tiendo/internal/register"
)

const counted = `method: counted
version: "1"
titles: {vi: Đếm, en: Counted}
to: 2026-12-31
periods: [quarter]
groups: [{code: department, names: {vi: Sở, en: Departments}}]
areas:
  - {id: a, titles: {vi: A, en: A}, weight: 100, criteria: [{id: received, titles: {vi: A, en: A}, weight: 100, kpi: dossier.received, better: higher, scoring: {kind: best}}]}
`

// The two departments received 2 dossiers and 1: the best has all points, the other half of them.
func TestRankings(t *testing.T) {
	conn := enginetest.Conn(t)
	err := conn.Exec(t.Context(), `INSERT INTO cells (family, subject, agency, measure, day, marks, n, stamp, cause) VALUES
		('dossier', 'a', 'H24.12', 'opened', '2025-02-03', 0, 1, '2025-02-05', 'event'), ('dossier', 'b', 'H24.12', 'opened', '2025-02-03', 0, 1, '2025-02-05', 'event'),
		('dossier', 'c', 'H24.17', 'opened', '2025-02-04', 0, 1, '2025-02-05', 'event')`)
	if err != nil {
		t.Fatal(err)
	}
	registers, err := register.Empty(zone, nil).With(register.Agencies, []byte("agencies:\n"+
		"  - {code: H24.12, names: {vi: a, en: a}, group: department}\n  - {code: H24.17, names: {vi: b, en: b}, group: department}\n"), now)
	if err != nil {
		t.Fatal(err)
	}
	m, err := ranking.Read([]byte(counted))
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return now }
	books := kpi.New(kpi.Options{Conn: conn, Zone: zone, Now: clock, Events: func() uint64 { return 3 }, Registers: func() *register.Registers { return registers }})
	a := api.New(api.Options{
		Zone: zone, Now: clock, Logger: slog.New(slog.DiscardHandler),
		Ranker: &ranking.Ranker{Books: books, Methods: func() ranking.Methods { return ranking.Methods{m} }, Now: clock, Zone: zone, Block: func() uint64 { return 7 }, Remade: func() uint64 { return 0 }},
	})
	s := httptest.NewServer(a.Rankings())
	t.Cleanup(s.Close)
	router := description(t, s)
	f := func(path string, status int, want ...string) {
		t.Helper()
		got, body := get(t, s, router, path)
		if got != status {
			t.Errorf("%s: %d %s", path, got, body)
		}
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("%s: no %s in %s", path, w, body)
			}
		}
	}
	f("/v1/rankings", 200, `"id":"counted"`, `"to":"2026-12-31"`)
	f("/v1/rankings/counted/2025-Q1", 200, `"rank":1,"interval":{"low":1,"high":2,"tie":1,"alike":1},"robust":{"first":1,"last":0,"low":1,"high":1},"points":100,`, `"points":50,`, `"above":[[0.5,`, `"running":true`, `"provisional":true`, `"block":7`, `"change":{"period":"2024-Q4","rank":1,"points":0,`)
	f("/v1/rankings/counted/2025-Q1?try=received=100", 200, `"tried":["received=100"]`, `"untried":{"rank":2,"points":50}`)
	f("/v1/rankings/counted/2025-Q2", 400, "has not begun")
	f("/v1/rankings/counted/2027-Q1", 400, "2026-12-31")
	f("/v1/rankings/counted/qtd", 400, "quarter")
	f("/v1/rankings/count/2025-Q1", 400, "counted would do")
	f("/v1/rankings/counted/2025-Q1?period=2025", 400, "no such parameter")
	f("/v1/rankings/counted/2025-Q1?try=received", 400, "criterion=weight")
	f("/v1/rankings/counted/2025-Q1?try=received=50", 400, "leave room for the others")
	post := func(path, body string, status int, want string) {
		t.Helper()
		answer, err := s.Client().Post(s.URL+path, "application/yaml", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		got, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != status || !strings.Contains(string(got), want) {
			t.Errorf("%s: %d %s %v, want %d %s", path, answer.StatusCode, got, err, status, want)
		}
	}
	post("/v1/rankings?period=2025-Q1", counted, 200, `"points":50,`)
	post("/v1/rankings", counted, 400, "say one period")
	post("/v1/rankings?period=2025-Q1", "method: a b", 400, `"line":1,"column":9,"field":"method"`)
	post("/v1/rankings?period=2025-Q1", strings.Repeat("#", 5<<20), http.StatusRequestEntityTooLarge, "too large")
}
