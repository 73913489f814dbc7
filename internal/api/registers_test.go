package api_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tiendo/internal/api"
	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/register"
)

// TestRegisters over the real table: what is put is what is got, and every answer is as described.
func TestRegisters(t *testing.T) {
	store := &register.Store{Conn: enginetest.Conn(t), Zone: zone, Figures: func(string) (register.Figure, bool) { return register.Figure{}, false }}
	clock := now
	a := api.New(api.Options{
		Zone: zone, Now: func() time.Time { return clock }, Logger: slog.New(slog.DiscardHandler),
		LoadedRegisters: store.Load,
		LoadRegister: func(r *http.Request, kind register.Kind, content []byte) (*register.Registers, error) {
			return store.Append(r.Context(), kind, content, "clerk", clock)
		},
	})
	s := httptest.NewServer(a.Registers())
	t.Cleanup(s.Close)
	router := description(t, s)

	f := func(method, path, accept, body string, status int, want ...string) {
		t.Helper()
		response, said := ask(t, s, router, method, path, body, http.Header{"Accept": {accept}})
		for _, name := range []string{"Content-Type", "Tiendo-Version", "Tiendo-Recorded"} {
			said += "\n" + name + ": " + response.Header.Get(name)
		}
		if response.StatusCode != status {
			t.Errorf("%s %s: %d %s, want %d", method, path, response.StatusCode, said, status)
		}
		for _, w := range want {
			if !strings.Contains(said, w) {
				t.Errorf("%s %s: no %s in %s", method, path, w, said)
			}
		}
	}
	const (
		first  = "procedures:\n  - code: 1.004227\n    names: {vi: Đất, en: Land}\n    term: 10\n    online: 3\n"
		second = first + "    fee: 28000 # VND\n"
	)
	f("GET", "/v1/registers/procedures", "", "", 404, "PUT")
	f("PUT", "/v1/registers/procedures", "", first, 200, `"kind":"procedures","version":1,"recorded":"2025-03-12T12:00:00+07:00","sha256":"`)
	f("PUT", "/v1/registers/procedures", "", first, 200, `"version":1`)
	clock = now.Add(time.Hour)
	f("PUT", "/v1/registers/procedures", "", second, 200, `"version":2`, "13:00:00+07:00")
	f("GET", "/v1/registers/procedures", "", "", 200, second, "Content-Type: application/yaml", "Tiendo-Version: 2", "Tiendo-Recorded: 2025-03-12T13:00:00+07:00")
	f("GET", "/v1/registers/procedures", "*/*", "", 200, second)
	f("GET", "/v1/registers/procedures", "application/json", "", 200, `"version":2`, `"entries":[{"code":"1.004227","names":{"vi":"Đất","en":"Land"},"term":10,"online":"3","fee":28000}]`)
	f("GET", "/v1/registers/procedures?at=2025-03-12T12:30:00%2B07:00", "", "", 200, first, "Tiendo-Version: 1")
	f("GET", "/v1/registers/procedures?at=2025-03-12T12:00:00%2B07:00", "", "", 404)
	f("GET", "/v1/registers/procedures?at=yesterday", "", "", 400, `"parameter":"at"`, "2026-10-02T09:00:00+07:00")
	f("GET", "/v1/registers/procedures?version=1", "", "", 400, `"parameter":"version"`)
	f("PUT", "/v1/registers/procedures", "", "procedures:\n  - {code: 1.0, names: {vi: a}}\n", 400, `"errors":[{"line":2,"column":25,"field":"names.en","reason":"it is missing`)
	f("PUT", "/v1/registers/targets", "", "targets: [{figure: x, target: 1}]", 400, `"field":"figure"`, "/v1/kpis")
	f("PUT", "/v1/registers/agencies", "", strings.Repeat("# ", register.MaxContent), 413, "4194304")
	f("PUT", "/v1/registers/calendars", "", "name: a\nbase: vn-office\n", 200, `"version":3`)
	f("PUT", "/v1/registers/calendars", "", "name: b\nbase: vn-office\nhours: {saturday: [\"07:00-11:30\"]}\n", 200, `"version":4`)
	f("GET", "/v1/registers/calendars", "application/json", "", 200, `"entries":[{"name":"a","base":"vn-office"},{"name":"b","base":"vn-office","hours":{"saturday":["07:00-11:30"]}}]`)
	f("GET", "/v1/registers/streets", "", "", 404, "calendars, agencies, procedures, targets")
	f("PUT", "/v1/registers/streets", "", "streets: []", 404, "calendars, agencies, procedures, targets")

	a.LoadedRegisters = func(context.Context) (*register.Registers, error) { return nil, io.ErrUnexpectedEOF }
	f("GET", "/v1/registers/procedures", "", "", 503)
}
