package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tiendo/internal/event"
)

// TestJavaScriptSDK: what the CloudEvents SDK for JavaScript makes of an event is taken by a real server in all three content
// modes, and says the same in each. TestSDKAsSender of collector is its twin for Go.
func TestJavaScriptSDK(t *testing.T) {
	t.Parallel()
	a, _ := startApp(t, appOptions{})
	node := exec.CommandContext(t.Context(), "node", "testdata/sdk.mjs", a.URL()+"/v1/events", secretOf(t, filepath.Join(a.cfg.Data, "admin.token")))
	out, err := node.CombinedOutput()
	if err != nil {
		t.Fatalf("node: %v: %s", err, out)
	}
	const want = `structured 202 {"accepted":1,"rejected":0,"errors":[]}
binary 202 {"accepted":1,"rejected":0,"errors":[]}
batch 202 {"accepted":3,"rejected":0,"errors":[]}
refused 202 {"accepted":1,"rejected":1,"errors":[{"index":1,"id":"bad","field":"data.name",`
	if !strings.HasPrefix(string(out), want) {
		t.Fatalf("got\n%s\nwant\n%s", out, want)
	}
	eventually(t, "all is booked", func() bool { return !a.waiting() })
	for _, id := range []string{"structured", "binary", "batch-1", "batch-2", "good"} {
		subject := "Hồ-sơ-H24.12-" + id
		events, err := a.facts(t.Context(), event.Dossier, subject)
		if err != nil || len(events) == 0 {
			t.Errorf("%s: %d events, %v", subject, len(events), err)
			continue
		}
		e := events[0]
		got := fmt.Sprint(e.ID, " ", e.Source, " ", e.Type, " ", e.Time.UTC().Format(time.RFC3339Nano), " ", e.Recorded.UTC().Format(time.RFC3339), " ", string(e.Data))
		want := id + ` https://motcua.haiphong.gov.vn/so-noi-vu dossier.received 2026-09-14T01:30:00.123Z 2026-09-14T02:00:00Z {"agency":"H24.12","channel":"online","fee":true,"procedure":"1.000123"}`
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	var figure struct{ Rows []struct{ Value int } }
	_, body := fetch(t, a.URL()+"/v1/kpis/dossier.received?period=2026-09")
	if err := json.Unmarshal([]byte(body), &figure); err != nil || len(figure.Rows) != 1 || figure.Rows[0].Value != 5 {
		t.Errorf("the figure is %s, %v, not 5: the same event again counts once", body, err)
	}
}
