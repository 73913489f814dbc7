package main

import (
	"bytes"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// An entry that the engine does not take is shown by a command, on /metrics and by the API, and put back by a command.
func TestPoisonedEntryIsReplayedByCommand(t *testing.T) {
	t.Parallel()
	a, _ := startApp(t, appOptions{})
	token := secretOf(t, filepath.Join(a.cfg.Data, "admin.token"))
	constraint := func(statement string) {
		t.Helper()
		if err := a.engine.Conn().Exec(t.Context(), "ALTER TABLE events "+statement); err != nil {
			t.Fatal(err)
		}
	}
	constraint("ADD CONSTRAINT poison CHECK subject != 'POISON'")
	tell := func(subject string) {
		t.Helper()
		event := fmt.Sprintf(`{"specversion":"1.0","id":"1","source":"urn:x","type":"dossier.received","subject":%q,"time":"2025-05-14T08:00:00+07:00","data":{"agency":"H24.11","procedure":"1","channel":"direct"}}`, subject)
		status, answer, err := post(t.Context(), a.URL(), token, []byte(event), http.Header{"Content-Type": {"application/cloudevents+json"}})
		if err != nil || status != http.StatusAccepted {
			t.Fatalf("%d %s %v", status, answer, err)
		}
	}
	tell("POISON")
	tell("GOOD")
	run := func(c replayCmd) string {
		t.Helper()
		var said bytes.Buffer
		c.Client = client{Server: a.URL(), Data: a.cfg.Data}
		if err := c.Run(t.Context(), &streams{out: &said}); err != nil {
			t.Fatal(err)
		}
		return said.String()
	}
	eventually(t, "the entry is set aside", func() bool { return strings.Contains(run(replayCmd{List: true}), "refused/entry-1") })
	eventually(t, "the other is counted", func() bool {
		_, body := fetch(t, a.URL()+"/v1/kpis/dossier.received?period=2025-05")
		return strings.Contains(body, `"value":1`)
	})
	if _, body := fetch(t, a.URL()+"/metrics"); !strings.Contains(body, "tiendo_log_refused_total 1\n") {
		t.Error("it is not counted")
	}
	constraint("DROP CONSTRAINT poison")
	if said := run(replayCmd{}); !strings.HasPrefix(said, "1 events were put into the log again") {
		t.Errorf("the command says %q", said)
	}
	eventually(t, "both are counted", func() bool {
		_, body := fetch(t, a.URL()+"/v1/kpis/dossier.received?period=2025-05")
		return strings.Contains(body, `"value":2`)
	})
	if said := run(replayCmd{List: true}); strings.Count(said, "\n") != 1 {
		t.Errorf("the command says %q", said)
	}
}
