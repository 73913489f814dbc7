package collector

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/v2/binding"
	ce "github.com/cloudevents/sdk-go/v2/event"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"

	"tiendo/internal/event"
)

// TestSDKAsSender: what the CloudEvents SDK for Go makes of an event is taken in all three content modes, and says the
// same in each.
func TestSDKAsSender(t *testing.T) {
	r := open(t, t.TempDir())
	server := httptest.NewServer(r)
	defer server.Close()
	made := func(id string) ce.Event {
		e := ce.New()
		e.SetID(id)
		e.SetSource("https://motcua.haiphong.gov.vn/so-noi-vu")
		e.SetType("dossier.received")
		e.SetSubject("Hồ-sơ-H24.12-0001")
		e.SetTime(time.Date(2026, 9, 14, 8, 30, 0, 123456789, time.FixedZone("", 7*3600)))
		e.SetExtension("recordedtime", time.Date(2026, 9, 14, 2, 0, 0, 0, time.UTC))
		e.SetExtension("retracted", true)
		e.SetExtension("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		if err := e.SetData(ce.ApplicationJSON, map[string]any{"agency": "H24.12", "procedure": "1.000123", "channel": "online", "fee": true}); err != nil {
			t.Fatal(err)
		}
		return e
	}
	post := func(name string, fill func(*http.Request) error) {
		t.Helper()
		req, err := http.NewRequestWithContext(background(t), http.MethodPost, server.URL, nil)
		if err == nil {
			err = fill(req)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		req.Header.Set("Authorization", "Bearer "+r.token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusAccepted {
			t.Errorf("%s: status %d", name, res.StatusCode)
		}
	}
	e := made("structured")
	post("structured", func(req *http.Request) error {
		return cehttp.WriteRequest(binding.WithForceStructured(background(t)), binding.ToMessage(&e), req)
	})
	b := made("binary")
	post("binary", func(req *http.Request) error {
		return cehttp.WriteRequest(binding.WithForceBinary(background(t)), binding.ToMessage(&b), req)
	})
	bare := ce.New() // an event without data has no media type of it either
	bare.SetID("bare")
	bare.SetSource(b.Source())
	bare.SetType("dossier.resolved")
	bare.SetSubject("bare")
	bare.SetTime(b.Time())
	post("binary without data", func(req *http.Request) error {
		return cehttp.WriteRequest(binding.WithForceBinary(background(t)), binding.ToMessage(&bare), req)
	})
	post("batch", func(req *http.Request) error {
		made, err := cehttp.NewHTTPRequestFromEvents(background(t), server.URL, []ce.Event{made("batch-1"), made("batch-2")})
		if err == nil {
			*req = *made
		}
		return err
	})
	all := slices.DeleteFunc(r.stored(t), func(e event.Event) bool { return e.ID == "bare" })
	if len(all) != 4 {
		t.Fatalf("%d events", len(all))
	}
	for _, e := range all {
		first := all[0]
		if e.Source != first.Source || e.Type != first.Type || e.Subject != "Hồ-sơ-H24.12-0001" || !e.Time.Equal(first.Time) ||
			!e.Recorded.Equal(first.Recorded) || !e.Retracted || string(e.Data) != string(first.Data) {
			t.Errorf("got  %+v\nwant %+v", e, first)
		}
	}
}
