package collector

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/prometheus/client_golang/prometheus"

	"tiendo/internal/audit"
	"tiendo/internal/auth"
	"tiendo/internal/event"
)

// rig is a collector in a folder, with what a sender needs.
type rig struct {
	*Collector
	token string
	reg   *prometheus.Registry
	said  *spoken // its log
}

// spoken keeps what was logged.
type spoken struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (s *spoken) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.Write(p)
}

func (s *spoken) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.String()
}

// open opens a collector in data; change, if any, may alter its options. It is closed at the end of the test.
func open(t testing.TB, data string, change ...func(*Options)) *rig {
	t.Helper()
	r, err := tryOpen(t, data, change...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func tryOpen(t testing.TB, data string, change ...func(*Options)) (*rig, error) {
	t.Helper()
	tokens, err := auth.Open(auth.Options{Data: data, Now: time.Now, Audit: func(audit.Act) {}})
	if err != nil {
		t.Fatal(err)
	}
	token, err := os.ReadFile(filepath.Join(data, auth.AdminTokenFile))
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{token: strings.TrimSpace(string(token)), reg: prometheus.NewPedanticRegistry(), said: new(spoken)}
	o := Options{
		Data: data, Tokens: tokens, Audit: func(*http.Request, audit.Act) {}, Registry: r.reg, Slow: r.reg, Now: time.Now,
		Log: slog.New(slog.NewTextHandler(r.said, nil)),
	}
	for _, f := range change {
		f(&o)
	}
	r.Collector, err = Open(o)
	return r, err
}

// send posts a body and returns the answer.
func (r *rig) send(t testing.TB, content io.Reader, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	q := httptest.NewRequest(http.MethodPost, "/v1/events", content)
	q.Header.Set("Authorization", "Bearer "+r.token)
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Authorization" {
			q.Header.Del("Authorization")
		}
		q.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, q)
	return w
}

const (
	typeOne   = "application/cloudevents+json"
	typeBatch = "application/cloudevents-batch+json"
	typeLines = "application/x-ndjson"
)

func told(t testing.TB, w *httptest.ResponseRecorder) answer {
	t.Helper()
	var a answer
	if err := json.Unmarshal(w.Body.Bytes(), &a, json.RejectUnknownMembers(true)); err != nil {
		t.Fatalf("status %d, body %q: %v", w.Code, w.Body, err)
	}
	return a
}

// one is a good event.
func one(id int) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":"e-%d","source":"urn:test","type":"dossier.received","subject":"H24.12-%05d",`+
		`"time":"2026-09-14T08:30:00+07:00","datacontenttype":"application/json","data":{"agency":"H24.12","procedure":"1.000123","channel":"online","level":"full","due":"2026-09-21","officer":"cb-07"}}`, id, id)
}

// many is a batch of good events.
func many(first, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = one(first + i)
	}
	return "[" + strings.Join(all, ",") + "]"
}

// stored reads all events out of the log.
func (r *rig) stored(t testing.TB) []event.Event {
	t.Helper()
	var all []event.Event
	first, err := r.journal.wal.FirstIndex()
	if err != nil {
		t.Fatal(err)
	}
	for n := first; n != 0 && n <= r.Newest(); n++ {
		entry, err := r.journal.read(n)
		if err != nil {
			t.Fatalf("entry %d: %v", n, err)
		}
		if err := readEntry(entry, n, r.ID(), func(e *event.Event, data string) {
			e.Data = []byte(data)
			all = append(all, *e)
		}); err != nil {
			t.Fatalf("entry %d: %v", n, err)
		}
	}
	return all
}

func background(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}
