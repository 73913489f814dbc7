package collector

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

func zstded(s string) string {
	w, _ := zstd.NewWriter(nil)
	return string(w.EncodeAll([]byte(s), nil))
}

func TestAnswers(t *testing.T) {
	r := open(t, t.TempDir())
	bad := strings.Replace(one(2), `"online"`, `"fax"`, 1)
	f := func(name, content string, status, accepted, rejected int, headers ...string) {
		t.Helper()
		before := r.Newest()
		w := r.send(t, strings.NewReader(content), headers...)
		if w.Code != status {
			t.Errorf("%s: status %d, want %d: %s", name, w.Code, status, w.Body)
			return
		}
		if status == http.StatusAccepted || status == http.StatusBadRequest {
			if a := told(t, w); a.Accepted != accepted || a.Rejected != rejected || (status == 400) != (len(a.Errors) > 0 && accepted == 0) {
				t.Errorf("%s: %+v, want %d accepted and %d rejected", name, a, accepted, rejected)
			}
		} else if w.Header().Get("Content-Type") != "application/problem+json" || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s: %v is no problem: %s", name, w.Header(), w.Body)
		}
		if status == 415 && w.Header().Get("Accept-Post") == "" {
			t.Errorf("%s: no Accept-Post", name)
		}
		if took := r.Newest() > before; took != (accepted > 0) {
			t.Errorf("%s: an entry was written: %v", name, took)
		}
	}
	const ct = "Content-Type"
	f("one", one(1), 202, 1, 0, ct, typeOne)
	f("one with charset", one(1), 202, 1, 0, ct, typeOne+"; charset=UTF-8")
	f("batch", many(1, 3), 202, 3, 0, ct, typeBatch)
	f("empty batch", " [ ] ", 202, 0, 0, ct, typeBatch)
	f("lines", one(1)+"\n\n"+one(2)+"\r\n"+one(3), 202, 3, 0, ct, typeLines)
	f("no lines", "\n \n", 202, 0, 0, ct, typeLines)
	f("empty lines", "", 202, 0, 0, ct, typeLines)
	f("some refused", "["+one(1)+","+bad+"]", 202, 1, 1, ct, typeBatch)
	f("all refused", "["+bad+","+bad+"]", 400, 0, 2, ct, typeBatch)
	f("one refused", bad, 400, 0, 1, ct, typeOne)
	f("a line that is no JSON", one(1)+"\n{\n"+one(3), 202, 2, 1, ct, typeLines)
	f("gzip", gzipped(many(1, 3)), 202, 3, 0, ct, typeBatch, "Content-Encoding", "gzip")
	f("zstd", zstded(many(1, 3)), 202, 3, 0, ct, typeBatch, "Content-Encoding", "ZSTD")
	f("identity", many(1, 3), 202, 3, 0, ct, typeBatch, "Content-Encoding", "identity")
	f("binary mode", `{"agency":"a","procedure":"p","channel":"post"}`, 202, 1, 0, ct, "application/json", "ce-specversion", "1.0", "ce-id", "b-1",
		"ce-source", "urn:test", "ce-type", "dossier.received", "ce-subject", "S%E1%BB%9F-1", "ce-time", "2026-09-14T08:30:00Z", "ce-retracted", "false")
	f("binary mode without data", ``, 202, 1, 0, ct, "application/json; charset=utf-8", "ce-specversion", "1.0", "ce-id", "b-1",
		"ce-source", "urn:test", "ce-type", "dossier.resolved", "ce-subject", "x", "ce-time", "2026-09-14T08:30:00Z")
	f("binary mode without data and its type", ``, 202, 1, 0, "ce-specversion", "1.0", "ce-id", "b-1",
		"ce-source", "urn:test", "ce-type", "dossier.resolved", "ce-subject", "x", "ce-time", "2026-09-14T08:30:00Z")
	f("binary mode, quoted values", `{}`, 202, 1, 0, ct, "application/json", "ce-specversion", `"1.0"`, "ce-id", `"b\-1"`,
		"ce-source", "urn:test", "ce-type", "dossier.resolved", "ce-subject", `"S%E1%BB%9F-1"`, "ce-time", `"2026-09-14T08:30:00Z"`, "ce-retracted", `"false"`)
	f("binary mode, a quote too many", `{}`, 400, 0, 1, ct, "application/json", "ce-specversion", "1.0", "ce-id", "b-1",
		"ce-source", "urn:test", "ce-type", "dossier.resolved", "ce-subject", `"a"b"`, "ce-time", "2026-09-14T08:30:00Z")
	f("binary mode, bad encoding", `{}`, 400, 0, 0, ct, "application/json", "ce-specversion", "1.0", "ce-subject", "%E1")

	f("not JSON", "{", 400, 0, 0, ct, typeOne)
	f("nothing", "", 400, 0, 0, ct, typeOne)
	f("batch of one without array", one(1), 400, 0, 0, ct, typeBatch)
	f("batch that ends early", "["+one(1)+",", 400, 0, 0, ct, typeBatch)
	f("batch and more", "["+one(1)+"] []", 400, 0, 0, ct, typeBatch)
	f("batch broken in the middle", "["+one(1)+",{]", 400, 0, 0, ct, typeBatch)
	f("batch of something else", "[1]", 400, 0, 1, ct, typeBatch)
	f("not gzip", many(1, 3), 400, 0, 0, ct, typeBatch, "Content-Encoding", "gzip")
	f("not zstd", many(1, 3), 400, 0, 0, ct, typeBatch, "Content-Encoding", "zstd")
	f("no gzip at all", "", 400, 0, 0, ct, typeBatch, "Content-Encoding", "gzip")
	whole := gzipped(many(1, 30))
	f("cut off gzip", whole[:len(whole)-10], 400, 0, 0, ct, typeBatch, "Content-Encoding", "gzip")
	f("cut off gzip of lines", gzipped(one(1) + "\n" + one(2))[:150], 400, 0, 0, ct, typeLines, "Content-Encoding", "gzip")
	whole = zstded(many(1, 30))
	f("cut off zstd", whole[:len(whole)-10], 400, 0, 0, ct, typeBatch, "Content-Encoding", "zstd")

	f("no media type", one(1), 415, 0, 0)
	f("XML", "<a/>", 415, 0, 0, ct, "application/xml")
	f("JSON without ce- headers", one(1), 415, 0, 0, ct, "application/json")
	f("latin1", one(1), 415, 0, 0, ct, typeOne+"; charset=iso-8859-1")
	f("brotli", one(1), 415, 0, 0, ct, typeOne, "Content-Encoding", "br")
	f("two headers of encodings", gzipped(one(1)), 415, 0, 0, ct, typeOne, "Content-Encoding", "gzip", "Content-Encoding", "br")
	f("two media types", one(1), 415, 0, 0, ct, typeOne, ct, typeBatch)
	f("two encodings", one(1), 415, 0, 0, ct, typeOne, "Content-Encoding", "gzip, gzip")

	f("17 MiB", "["+strings.Repeat(" ", 17<<20)+"]", 413, 0, 0, ct, typeBatch)
	f("16 MiB", "["+strings.Repeat(" ", 16<<20-2)+"]", 202, 0, 0, ct, typeBatch)
	f("one byte more", "["+strings.Repeat(" ", 16<<20-1)+"]", 413, 0, 0, ct, typeBatch)
	f("gzip bomb", gzipped(strings.Repeat(" ", 200<<20)), 413, 0, 0, ct, typeBatch, "Content-Encoding", "gzip")
	f("zstd bomb", zstded(strings.Repeat(" ", 200<<20)), 413, 0, 0, ct, typeBatch, "Content-Encoding", "zstd")
	f("packed air", strings.Repeat(gzipped(""), 1<<20), 413, 0, 0, ct, typeBatch, "Content-Encoding", "gzip")
	f("10,000 events", many(1, 10_000), 202, 10_000, 0, ct, typeBatch)
	f("10,001 events", many(1, 10_001), 413, 0, 0, ct, typeBatch)
	f("10,001 lines", strings.Repeat(one(1)+"\n", 10_001), 413, 0, 0, ct, typeLines)
	f("10,001 lines that are no JSON", strings.Repeat("{\n", 10_001), 413, 0, 0, ct, typeLines)

	f("no token", one(1), 401, 0, 0, ct, typeOne, "Authorization", "")
	f("wrong token", one(1), 401, 0, 0, ct, typeOne, "Authorization", "Bearer x")
	if n, err := testutil.GatherAndLint(r.reg); err != nil || len(n) > 0 {
		t.Errorf("metrics: %v, %v", n, err)
	}
}

func TestAnswerNamesEveryRefusedEvent(t *testing.T) {
	r := open(t, t.TempDir())
	lines := []string{
		one(0),
		strings.Replace(one(1), `"online"`, `"fax"`, 1),
		"",
		strings.Replace(one(2), `"officer":"cb-07"`, `"ChuHoSo":"Nguyễn Văn A"`, 1),
		strings.Replace(one(3), `+07:00`, ``, 1),
		"{",
		strings.Replace(one(4), `"e-4"`, `"Nguyễn Văn A"`, 1),
		strings.Replace(one(5), `dossier.received`, `dossier.recieved`, 1),
		one(6),
	}
	w := r.send(t, strings.NewReader(strings.Join(lines, "\n")), "Content-Type", typeLines)
	a := told(t, w)
	if w.Code != 202 || a.Accepted != 2 || a.Rejected != 6 || len(a.Errors) != 6 {
		t.Fatalf("status %d, %+v", w.Code, a)
	}
	for i, want := range []refusal{
		{1, 2, "e-1", "data.channel", "none of online"},
		{2, 4, "e-2", "data.ChuHoSo", "unknown"},
		{3, 5, "e-3", "time", "offset"},
		{4, 6, "", "", "not JSON"},
		{5, 7, "", "id", "may hold"},
		{6, 8, "e-5", "type", "dossier.received"},
	} {
		got := a.Errors[i]
		if got.Index != want.Index || got.Line != want.Line || got.ID != want.ID || got.Field != want.Field || !strings.Contains(got.Reason, want.Reason) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if strings.Contains(w.Body.String(), "Nguyễn") {
		t.Errorf("a refused value is told back: %s", w.Body)
	}
	const want = `
		# HELP tiendo_collector_events_total Events that were sent, by what became of them.
		# TYPE tiendo_collector_events_total counter
		tiendo_collector_events_total{family="_unknown",result="accepted"} 0
		tiendo_collector_events_total{family="_unknown",result="rejected"} 3
		tiendo_collector_events_total{family="assessment",result="accepted"} 0
		tiendo_collector_events_total{family="assessment",result="rejected"} 0
		tiendo_collector_events_total{family="dossier",result="accepted"} 2
		tiendo_collector_events_total{family="dossier",result="rejected"} 3
		tiendo_collector_events_total{family="finding",result="accepted"} 0
		tiendo_collector_events_total{family="finding",result="rejected"} 0
		tiendo_collector_events_total{family="indicator",result="accepted"} 0
		tiendo_collector_events_total{family="indicator",result="rejected"} 0
		tiendo_collector_events_total{family="petition",result="accepted"} 0
		tiendo_collector_events_total{family="petition",result="rejected"} 0
		tiendo_collector_events_total{family="reception",result="accepted"} 0
		tiendo_collector_events_total{family="reception",result="rejected"} 0
		tiendo_collector_events_total{family="source",result="accepted"} 0
		tiendo_collector_events_total{family="source",result="rejected"} 0
		tiendo_collector_events_total{family="task",result="accepted"} 0
		tiendo_collector_events_total{family="task",result="rejected"} 0
		# HELP tiendo_log_entries Entries of the log that wait to be loaded.
		# TYPE tiendo_log_entries gauge
		tiendo_log_entries 1
	`
	if err := testutil.GatherAndCompare(r.reg, strings.NewReader(want), "tiendo_collector_events_total", "tiendo_log_entries"); err != nil {
		t.Error(err)
	}
}

func TestOfficersAreOpaqueInTheLog(t *testing.T) {
	data := t.TempDir()
	r := open(t, data)
	r.send(t, strings.NewReader(many(1, 2)), "Content-Type", typeBatch)
	all := r.stored(t)
	if len(all) != 2 {
		t.Fatalf("%d events", len(all))
	}
	d, err := all[0].Fields()
	if err != nil || len(d.Officer) != 32 || strings.Contains(string(all[0].Data), "cb-07") {
		t.Errorf("%s, %v", all[0].Data, err)
	}
	other, err := openOfficers(data + "/other.key")
	if err != nil || other.hide("cb-07") == d.Officer {
		t.Errorf("another city's key makes the same: %v", err)
	}
}

func TestManySendersAtOnce(t *testing.T) {
	r := open(t, t.TempDir())
	server := httptest.NewServer(r)
	defer server.Close()
	const senders, requests, events = 16, 8, 25
	var wg sync.WaitGroup
	for s := range senders {
		wg.Go(func() {
			for q := range requests {
				req, err := http.NewRequestWithContext(background(t), http.MethodPost, server.URL, strings.NewReader(many((s*requests+q)*events, events)))
				if err != nil {
					t.Error(err)
					return
				}
				req.Header.Set("Authorization", "Bearer "+r.token)
				req.Header.Set("Content-Type", typeBatch)
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Error(err)
					return
				}
				if res.StatusCode != 202 {
					t.Errorf("status %d", res.StatusCode)
				}
				res.Body.Close()
			}
		})
	}
	wg.Wait()
	seen := make(map[string]bool)
	all := r.stored(t)
	for i, e := range all {
		seen[e.ID] = true
		if i > 0 && (e.Arrival.Before(all[i-1].Arrival) || !all[i-1].Before(&e)) {
			t.Fatalf("event %d arrived before event %d", i, i-1)
		}
	}
	if want := senders * requests * events; len(seen) != want || len(all) != want {
		t.Errorf("%d different events of %d, want %d", len(seen), len(all), want)
	}
}

func TestTooManyLargeBodiesAtOnce(t *testing.T) {
	r := open(t, t.TempDir())
	r.budget = newBudget(bodyStep)
	w := r.send(t, strings.NewReader("["+strings.Repeat(" ", bodyStep)+"]"), "Content-Type", typeBatch)
	if w.Code != 503 || w.Header().Get("Retry-After") != "1" {
		t.Errorf("status %d, %v", w.Code, w.Header())
	}
	if w := r.send(t, strings.NewReader(one(1)), "Content-Type", typeOne); w.Code != 202 {
		t.Errorf("the memory was not given back: status %d", w.Code)
	}
}

func TestOnlyPost(t *testing.T) {
	r := open(t, t.TempDir())
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/events", nil))
	if w.Code != 405 || w.Header().Get("Allow") != "POST, OPTIONS" {
		t.Errorf("status %d, %v", w.Code, w.Header())
	}
}
