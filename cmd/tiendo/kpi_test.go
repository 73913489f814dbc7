package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// answerer is a server that answers every question with one body, and notes the question.
func answerer(t *testing.T, status int, media, body string) (address string, asked *http.Request) {
	t.Helper()
	asked = new(http.Request)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = *r
		w.Header().Set("Content-Type", media)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // the test sees what is missing
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

const rateAnswer = `{"id":"dossier.on_time_rate","unit":"ratio","period":{"id":"2026-Q3","from":"2026-07-01","to":"2026-09-30"},
 "as_of":"2026-10-02T09:00:00+07:00","events":1234567,"definition":"1","completeness":0.998,
 "rows":[{"agency":"H24.12","numerator":1812,"denominator":1900,"value":0.9537,"low":0.9432,"high":0.9623,"target":0.95},
         {"agency":null,"numerator":0,"denominator":0,"value":null,"low":null,"high":null,"target":null}]}`

const quantileAnswer = `{"id":"dossier.working_hours_p90","unit":"hours","period":{"id":"mtd","from":"2026-10-01","to":"2026-10-02"},
 "as_of":"2026-10-02T09:00:00+07:00","events":1,"definition":"1","completeness":null,"rows":[{"value":41.25,"n":12}],
 "quiet":[{"agency":"H24.12","since":"2026-09-14"},{"agency":"H24.13","since":"2026-09-21"},{"source":"urn:x","since":"2026-09-21"}]}`

func TestKpiPrints(t *testing.T) {
	f := func(name, body, format string, by ...string) {
		t.Helper()
		address, _ := answerer(t, http.StatusOK, "application/json", body)
		var out bytes.Buffer
		cmd := kpiCmd{ID: "x", Period: "mtd", By: by, Format: format, Client: client{Server: address, Data: t.TempDir()}}
		if err := cmd.Run(t.Context(), &streams{out: &out}); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", "kpi", name)
		if *update {
			if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), out.String()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	f("rate.table", rateAnswer, "table", "agency")
	f("rate.csv", rateAnswer, "csv", "agency")
	f("rate.json", rateAnswer, "json", "agency")
	f("quantile.table", quantileAnswer, "table")
	f("quantile.csv", quantileAnswer, "csv")
}

func TestKpiAsksWhatItWasTold(t *testing.T) {
	address, asked := answerer(t, http.StatusOK, "application/json", rateAnswer)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	args := []string{
		"kpi", "dossier.late", "--period", "2026-Q3", "--by", "agency,channel", "--where", "agency=H24.12",
		"--where", "agency=H24.13", "--where", "field=a,b", "--server", address, "--token-file", token,
	}
	if code := run(t.Context(), args, &streams{out: &out, err: &out}); code != exitDone {
		t.Fatalf("%d: %s", code, out.String())
	}
	want := "/v1/kpis/dossier.late?agency=H24.12&agency=H24.13&by=agency%2Cchannel&field=a%2Cb&period=2026-Q3"
	if got := asked.URL.String(); got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
	if got := asked.Header.Get("Authorization"); got != "Bearer secret" {
		t.Errorf("sent %q", got)
	}
}

func TestRefusalsOfAServer(t *testing.T) {
	f := func(status int, media, body string, code int, want string) {
		t.Helper()
		address, _ := answerer(t, status, media, body)
		var out bytes.Buffer
		got := run(t.Context(), []string{"kpi", "x", "--period", "mtd", "--server", address, "--data", t.TempDir()}, &streams{out: &out, err: &out})
		if got != code || !strings.Contains(out.String(), want) || strings.Count(out.String(), "\n") != 1 {
			t.Errorf("%d: exit %d, %q; want %d and %q", status, got, out.String(), code, want)
		}
	}
	const problem = "application/problem+json"
	f(http.StatusBadRequest, problem, `{"title":"No","detail":"no figure is called x"}`, exitMisuse, "no figure is called x")
	f(http.StatusUnauthorized, problem, `{"title":"Unauthorized"}`, exitMisuse, "--token-file")
	f(http.StatusServiceUnavailable, problem, `{"detail":"the engine is away"}`, exitUnreachable, "the engine is away")
	f(http.StatusBadGateway, "text/html", `<h1>proxy</h1>`, exitUnreachable, "502")
	f(http.StatusOK, "text/html", `<h1>hello</h1>`, exitUnreachable, "is it a Tiendo server")
}

func TestShow(t *testing.T) {
	f := func(unit string, number float64, want string) {
		t.Helper()
		if got := show(unit, &number); got != want {
			t.Errorf("%s %g: %q, want %q", unit, number, got, want)
		}
	}
	f("count", 0, "0")
	f("count", 999, "999")
	f("count", 1000, "1,000")
	f("count", 1234567, "1,234,567")
	f("count", -1234, "-1,234")
	f("count", 2.5, "2.50")
	f("ratio", 1, "100.0 %")
	f("ratio", 0.12345, "12.3 %")
	f("hours", 7.25, "7.2 h")
	f("mean", 4.333, "4.33")
	if got := show("ratio", nil); got != "–" {
		t.Errorf("nothing is shown as %q", got)
	}
}
