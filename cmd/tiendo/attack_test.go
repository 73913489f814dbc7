package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tiendo/internal/importer"
)

// attacked is a server with one case in it.
func attacked(t *testing.T) (a *app, token string) {
	t.Helper()
	a, _ = startApp(t, appOptions{})
	token = secretOf(t, filepath.Join(a.cfg.Data, "admin.token"))
	const event = `{"specversion":"1.0","id":"1","source":"urn:x","type":"dossier.received","subject":"D-1","time":"2025-05-14T08:00:00+07:00","data":{"agency":"-H24.11","procedure":"1","channel":"direct"}}`
	status, answer, err := post(t.Context(), a.URL(), token, []byte(event), http.Header{"Content-Type": {"application/cloudevents+json"}})
	if err != nil || status != http.StatusAccepted {
		t.Fatalf("%d %s %v", status, answer, err)
	}
	eventually(t, "the case is booked", func() bool { return !a.waiting() })
	return a, token
}

// payloads are what each parameter is tried with.
var payloads = []string{
	"' OR 1=1 --", `\'"; DROP TABLE events; --`, "{x:String}", "1) UNION ALL SELECT 1 FROM system.users --", "\x00", "../../../../etc/passwd",
	"<script>alert(1)</script>", strings.Repeat("9", 400), "\xff\xfe", "-1",
}

// TestEveryParameterWithSQL: each parameter of each question that the API describes is asked with what breaks out of a
// statement, a page or a folder. Each is answered in the way of the house, nothing of it comes back as a page, and the tables
// are what they were.
func TestEveryParameterWithSQL(t *testing.T) {
	t.Parallel()
	a, token := attacked(t)
	raw, err := os.ReadFile(filepath.Join("..", "..", "internal", "api", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	type parameter struct {
		Name, In string
		Example  any
		Required bool
	}
	type parameters []struct {
		Ref string `json:"$ref"`
		parameter
	}
	var doc struct {
		Paths map[string]struct {
			Get        *struct{ Parameters parameters }
			Parameters parameters
		}
		Components struct{ Parameters map[string]parameter }
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	known := map[string]string{"id": "dossier.on_time_rate", "family": "dossier", "subject": "D-1", "kind": "agencies", "period": "2025", "since": "2025-06-01", "until": "2025-06-02"}
	asked := 0
	ask := func(path string, query url.Values) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.URL()+path+"?"+query.Encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		answer, err := noRedirect.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode >= 500 || bytes.Contains(body, []byte("<script>")) || bytes.Contains(body, []byte("DB::Exception")) || bytes.Contains(body, []byte("root:")) {
			t.Errorf("%s?%s: %d %s %.300s", path, query.Encode(), answer.StatusCode, answer.Header.Get("Content-Type"), body)
		}
		asked++
	}
	for path, one := range doc.Paths {
		if one.Get == nil || path == "/metrics" {
			continue
		}
		fits := url.Values{}
		names := map[string]string{} // in the path
		var all []parameter
		for _, p := range append(one.Get.Parameters, one.Parameters...) {
			one := p.parameter
			if p.Ref != "" {
				one = doc.Components.Parameters[p.Ref[strings.LastIndex(p.Ref, "/")+1:]]
			}
			all = append(all, one)
			good := fmt.Sprint(one.Example)
			if one.Example == nil {
				good = cmp.Or(known[one.Name], "x")
			}
			if one.In == "path" {
				names[one.Name] = good
			} else if one.Required {
				fits.Set(one.Name, good)
			}
		}
		fill := func(of map[string]string) string {
			filled := path
			for name, value := range of {
				filled = strings.ReplaceAll(filled, "{"+name+"}", url.PathEscape(value))
			}
			return filled
		}
		for _, p := range append(all, parameter{Name: "agency", In: "query"}, parameter{Name: "' OR 1=1 --", In: "query"}) {
			for _, bad := range payloads {
				if p.In == "path" {
					bent := maps.Clone(names)
					bent[p.Name] = bad
					ask(fill(bent), fits)
					continue
				}
				query := maps.Clone(fits)
				query.Set(p.Name, bad)
				ask(fill(names), query)
			}
		}
	}
	if asked < 300 {
		t.Errorf("only %d questions were asked", asked)
	}
	var events uint64
	if err := a.engine.Conn().QueryRow(t.Context(), "SELECT count() FROM events").Scan(&events); err != nil || events != 1 {
		t.Errorf("%d events are stored, %v", events, err)
	}
}

// TestHostileBodies: deep JSON, huge numbers, doubled keys, broken UTF-8 and the like are refused by name, and nothing comes
// back of what they say.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	a, token := attacked(t)
	newest := a.collector.Newest()
	const frame = `{"specversion":"1.0","id":"2","source":"urn:x","type":"dossier.received","subject":"D-2","time":"2025-05-14T08:00:00+07:00","data":%s}`
	f := func(what, body string, status int, says string) {
		t.Helper()
		got, answer, err := post(t.Context(), a.URL(), token, []byte(body), http.Header{"Content-Type": {"application/cloudevents+json"}})
		if err != nil || got != status || !strings.Contains(string(answer), says) || strings.Contains(string(answer), "SECRET") {
			t.Errorf("%s: %d %.300s %v, want %d %s", what, got, answer, err, status, says)
		}
	}
	data := func(more string) string {
		return fmt.Sprintf(frame, `{"agency":"H24.11","procedure":"1","channel":"direct"`+more+`}`)
	}
	f("deep arrays", strings.Repeat("[", 1<<20), 400, "not JSON")
	f("deep objects in data", data(`,"x":`+strings.Repeat(`{"a":`, 50_000)+"1"+strings.Repeat("}", 50_000)), 400, "")
	f("a huge number", fmt.Sprintf(frame, `{"channel":"direct","amount":1`+strings.Repeat("0", 10_000)+`}`), 400, `"field":"data`)
	f("an exponent", strings.ReplaceAll(fmt.Sprintf(frame, `{"channel":"direct","amount":1e999999999}`), "received", "paid"), 400, "data.amount")
	f("a doubled field", data(`,"agency":"SECRET"`), 400, "agency")
	f("a doubled attribute", strings.Replace(data(""), `"id":"2"`, `"id":"2","id":"3"`, 1), 400, `"field":"id"`)
	f("broken UTF-8", data(",\"unit\":\"\xc3\x28\""), 400, "")
	f("half a surrogate", data(`,"unit":"\ud800"`), 400, "")
	f("a zero byte", data(`,"unit":"a\u0000b"`), 400, "data.unit")
	f("a name", data(`,"name":"SECRET"`), 400, "data.name")
	f("markup in a code", data(`,"unit":"<script>SECRET</script>"`), 400, "data.unit")
	f("a subject that climbs", strings.Replace(data(""), "D-2", "../../etc/SECRET passwd", 1), 400, "subject")
	if a.collector.Newest() != newest {
		t.Error("something was taken")
	}
	if said := secretOf(t, filepath.Join(a.cfg.Data, "audit.log")); strings.Contains(said, "SECRET") {
		t.Error("a refused value stands in the audit log")
	}
}

// TestSmuggledRequests: what two servers in a row could read differently is refused, and the connection with it.
func TestSmuggledRequests(t *testing.T) {
	t.Parallel()
	a, token := attacked(t)
	f := func(what, request string) {
		t.Helper()
		c, err := net.Dial("tcp", a.Address())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, strings.ReplaceAll(request, "TOKEN", token)); err != nil {
			t.Fatal(err)
		}
		r := bufio.NewReader(c)
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			return // cut without an answer
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if answer.StatusCode < 400 {
			t.Errorf("%s: %d", what, answer.StatusCode)
		}
		if second, err := http.ReadResponse(r, nil); err == nil {
			second.Body.Close()
			t.Errorf("%s: a second request was answered, with %d", what, second.StatusCode)
		}
	}
	const head = "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer TOKEN\r\nContent-Type: application/cloudevents+json\r\n"
	const second = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
	f("two lengths", head+"Content-Length: 5\r\nContent-Length: 6\r\n\r\n[]   "+second)
	f("length and chunks", head+"Content-Length: 4\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"+second)
	f("a space before the colon", head+"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"+second)
	f("a folded header", head+"X: a\r\n b\r\nContent-Length: x\r\n\r\n"+second)
	f("no host", "GET /healthz HTTP/1.1\r\n\r\n"+second)
	f("two hosts", "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil\r\n\r\n"+second)
	f("a host with a path", "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1/evil\r\n\r\n"+second)
	f("a large head", "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "+strings.Repeat("x", 40<<10)+"\r\n\r\n"+second)
	f("a chunk of no size", head+"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"+second)
}

// TestPathsLeadNowhere: no path leads out of what is served.
func TestPathsLeadNowhere(t *testing.T) {
	t.Parallel()
	a, token := attacked(t)
	for _, path := range []string{
		"/static/../admin.token", "/static/%2e%2e/admin.token", "/static/..%2f..%2fadmin.token", "/static//etc/passwd", "/static/%00", "/static/..\\admin.token", "/v1/cases/dossier/..%2f..%2faudit",
		"/v1/registers/..%2f..%2fofficer.key", "/../../etc/passwd", "//evil.example/", "/%2e%2e/%2e%2e/data/admin.token",
	} {
		c, err := net.Dial("tcp", a.Address())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n", path, token)
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			c.Close()
			continue // cut
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		c.Close()
		if bytes.Contains(body, []byte(token)) || bytes.Contains(body, []byte("root:")) || answer.StatusCode >= 500 || strings.HasPrefix(answer.Header.Get("Location"), "//") {
			t.Errorf("%s: %d, to %q: %.200s", path, answer.StatusCode, answer.Header.Get("Location"), body)
		}
	}
}

// TestTablesHoldNoFormulas: a code or a name of a column that a spreadsheet would work out is text in every table of ours.
func TestTablesHoldNoFormulas(t *testing.T) {
	t.Parallel()
	a, _ := attacked(t) // its agency is -H24.11
	var said bytes.Buffer
	cmd := kpiCmd{ID: "dossier.received", Period: "2025-05", By: []string{"agency"}, Format: "csv", Client: client{Server: a.URL(), Data: a.cfg.Data}}
	if err := cmd.Run(t.Context(), &streams{out: &said, err: io.Discard}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&said).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][0] != "'-H24.11" {
		t.Errorf("%v, %v", rows, err)
	}
	for _, bad := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"} {
		r := importer.Reject{Line: 3, Field: bad, Reason: bad}
		for _, cell := range r.Cells()[1:] {
			if cell != "'"+bad {
				t.Errorf("%q is written as %q", bad, cell)
			}
		}
	}
}
