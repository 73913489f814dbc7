package collector

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"tiendo/internal/clickhouse/enginetest"
)

const (
	benchSenders = 8
	benchEvents  = 1_000
)

// believable is a batch of events as a one-stop system sends them; round makes ids and subjects differ.
func believable(round int) string {
	var b strings.Builder
	for i := range benchEvents {
		n := round*benchEvents + i
		if i > 0 {
			b.WriteByte(',')
		}
		head := fmt.Sprintf(`{"specversion":"1.0","id":"%08d-4c1d","source":"urn:vn:haiphong:motcua:h24.%02d","subject":"H24.%02d-2609%02d-%07d","time":"2026-09-%02dT%02d:%02d:%02d+07:00","recordedtime":"2026-09-30T%02d:%02d:%02d+07:00","datacontenttype":"application/json",`,
			n, n%20, n%20, n%28+1, n/3, n%28+1, 7+n%10, n%60, n%59, 7+n%10, n%60, n%59)
		b.WriteString(head)
		switch n % 3 {
		case 0:
			fmt.Fprintf(&b, `"type":"dossier.received","data":{"agency":"H24.%02d","procedure":"1.%06d","channel":"online","level":"full","applicant":"person","unit":"mot-cua","due":"2026-10-%02d","officer":"cb-%03d","fee":true,"status":"2"}}`, n%20, n%40, n%28+1, n%300)
		case 1:
			b.WriteString(`"type":"dossier.resolved","data":{"digital":true,"status":"9"}}`)
		default:
			b.WriteString(`"type":"dossier.returned","data":{"channel":"direct","status":"10"}}`)
		}
	}
	return b.String()
}

// post sends b.N bodies from as many senders as the promise names.
func post(b *testing.B, address string, header http.Header, bodies [][]byte) {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: benchSenders}}
	b.SetBytes(int64(len(bodies[0])))
	next := make(chan int)
	var wg sync.WaitGroup
	b.ResetTimer()
	for range benchSenders {
		wg.Go(func() {
			for i := range next {
				req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, address, bytes.NewReader(bodies[i%len(bodies)]))
				if err != nil {
					b.Error(err)
					continue
				}
				req.Header = header
				res, err := client.Do(req)
				if err != nil {
					b.Error(err)
					continue
				}
				said, _ := io.ReadAll(res.Body)
				res.Body.Close()
				if res.StatusCode >= 300 {
					b.Errorf("status %d: %s", res.StatusCode, said)
				}
			}
		})
	}
	for i := range b.N {
		next <- i
	}
	close(next)
	wg.Wait()
	b.ReportMetric(float64(b.N*benchEvents)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkAccept is the promise of DESIGN §8: 1,000-event requests from 8 senders until 202, on disk.
func BenchmarkAccept(b *testing.B) {
	r := open(b, b.TempDir(), func(o *Options) { o.Log = slog.New(slog.DiscardHandler) })
	server := httptest.NewServer(r)
	defer server.Close()
	var bodies [][]byte
	for i := range 32 {
		bodies = append(bodies, []byte("["+believable(i)+"]"))
	}
	post(b, server.URL, http.Header{"Authorization": {"Bearer " + r.token}, "Content-Type": {typeBatch}}, bodies)
}

// BenchmarkJSONEachRow posts the same events straight into the engine, into a table of their fields.
func BenchmarkJSONEachRow(b *testing.B) {
	conn, database := enginetest.Database(b)
	err := conn.Exec(b.Context(), `CREATE TABLE raw (specversion String, id String, source LowCardinality(String), subject String, time DateTime64(3), recordedtime DateTime64(3),
		datacontenttype LowCardinality(String), type LowCardinality(String), data String) ENGINE = MergeTree ORDER BY (subject, source, id)`)
	if err != nil {
		b.Fatal(err)
	}
	var bodies [][]byte
	for i := range 32 {
		bodies = append(bodies, []byte(strings.ReplaceAll(believable(i), "}},{", "}}\n{")))
	}
	address, user, password := enginetest.Server().HTTPAddress()
	query := url.Values{
		"database": {database},
		"query":    {"INSERT INTO raw SETTINGS date_time_input_format='best_effort' FORMAT JSONEachRow"},
	}
	post(b, "http://"+address+"/?"+query.Encode(), http.Header{"X-Clickhouse-User": {user}, "X-Clickhouse-Key": {password}}, bodies)
}

// BenchmarkLoad is the way from the log into the engine, 300,000 events that wait.
func BenchmarkLoad(b *testing.B) {
	const requests = 300
	for b.Loop() {
		b.StopTimer()
		r := open(b, b.TempDir(), into(enginetest.Conn(b)), func(o *Options) { o.Log = slog.New(slog.DiscardHandler) })
		for i := range requests {
			if w := r.send(b, strings.NewReader("["+believable(i)+"]"), "Content-Type", typeBatch); w.Code != 202 {
				b.Fatal(w.Body)
			}
		}
		b.StartTimer()
		stop := r.run(b)
		r.waitLoaded(b)
		b.StopTimer()
		stop()
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N*requests*benchEvents)/b.Elapsed().Seconds(), "events/s")
}
