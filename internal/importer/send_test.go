package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/zstd"
)

// batchOf is a batch of n events at the lines 2, 3 and so on.
func batchOf(n int) *Batch {
	b := &Batch{Rows: n}
	for i := range n {
		b.Events = fmt.Appendf(b.Events, "{\"subject\":\"n%d\"}\n", i)
		b.origins = append(b.origins, origin{i + 2, "dossier.received", len(b.Events)})
	}
	return b
}

// script answers the requests of a sender one after another; the last answer stays.
type script struct {
	mu    sync.Mutex
	turns []turn
	asked int
}

func (s *script) post(context.Context, []byte) (Reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	turn := s.turns[min(s.asked, len(s.turns)-1)]
	s.asked++
	return turn()
}

type turn func() (Reply, error)

// says answers with a status, a body, and the header Retry-After if one is given.
func says(status int, body string, retryAfter ...string) turn {
	return func() (Reply, error) {
		return Reply{Status: status, Text: []byte(body), RetryAfter: strings.Join(retryAfter, "")}, nil
	}
}

func silent() (Reply, error) { return Reply{}, errors.New("connection refused") }

func TestSendFindsTheLinesOfRejectedEvents(t *testing.T) {
	var posted []byte
	sender := &Sender{Post: func(_ context.Context, body []byte) (Reply, error) {
		posted = bytes.Clone(body)
		return says(202, `{"accepted":2,"rejected":1,"errors":[{"index":1,"id":"x","field":"data.due","reason":"must be a date"}]}`)()
	}}
	b := batchOf(3)
	rejects, err := sender.Send(t.Context(), b)
	if err != nil || len(rejects) != 1 || rejects[0] != (Reject{3, "data.due", "dossier.received: must be a date", "dossier.received", "n1"}) {
		t.Errorf("%+v %v", rejects, err)
	}
	decoder, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := decoder.DecodeAll(posted, nil); err != nil || !bytes.Equal(text, b.Events) {
		t.Errorf("posted %q: %v", text, err)
	}
}

func TestSendWaitsAsTheServerAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var pauses []time.Duration
		s := &script{turns: []turn{
			says(202, `{"accepted":1,"rejected":0,"errors":[]}`),
			says(429, `{"title":"too many","detail":"over the rate"}`, "7"),
			says(503, "", time.Now().Add(40*time.Second).UTC().Format(http.TimeFormat)),
			silent,
			says(502, "bad gateway"),
			says(202, `{"accepted":1,"rejected":0,"errors":[]}`),
		}}
		sender := &Sender{Post: s.post, Patience: time.Hour, Waiting: func(_ string, pause time.Duration) { pauses = append(pauses, pause) }}
		for range 2 {
			if rejects, err := sender.Send(t.Context(), batchOf(1)); err != nil || len(rejects) > 0 {
				t.Fatal(rejects, err)
			}
		}
		if len(pauses) != 4 || pauses[0] != 7*time.Second || pauses[1] < 30*time.Second || pauses[1] > 40*time.Second ||
			pauses[2] < 2*time.Second || pauses[2] > 3*time.Second || pauses[3] < 4*time.Second || pauses[3] > 6*time.Second {
			t.Errorf("pauses %v", pauses)
		}
	})
}

func TestSendGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var away *UnreachableError
		s := &script{turns: []turn{silent}}
		_, err := (&Sender{Post: s.post, Patience: time.Minute}).Send(t.Context(), batchOf(1))
		if !errors.As(err, &away) || s.asked != 1 {
			t.Errorf("a server that never answered: %v after %d requests", err, s.asked)
		}
		s = &script{turns: []turn{says(202, `{"accepted":1,"rejected":0}`), silent}}
		sender := &Sender{Post: s.post, Patience: time.Minute}
		if _, err := sender.Send(t.Context(), batchOf(1)); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, err = sender.Send(t.Context(), batchOf(1))
		if took := time.Since(began); !errors.As(err, &away) || took < time.Minute || took > 90*time.Second || s.asked < 5 {
			t.Errorf("a server that went away: %v after %v and %d requests", err, took, s.asked)
		}
		s = &script{turns: []turn{says(503, "")}}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err = (&Sender{Post: s.post, Patience: time.Hour}).Send(ctx, batchOf(1)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("when told to stop: %v", err)
		}
	})
}

func TestSendTellsARefusal(t *testing.T) {
	f := func(status int, body, want string) {
		t.Helper()
		s := &script{turns: []turn{says(status, body)}}
		var refused *RefusedError
		if _, err := (&Sender{Post: s.post, Patience: time.Hour}).Send(t.Context(), batchOf(2)); !errors.As(err, &refused) || !strings.Contains(err.Error(), want) || s.asked != 1 {
			t.Errorf("%d %s: %v after %d requests, want %s", status, body, err, s.asked, want)
		}
	}
	f(401, `{"title":"Unauthorized","detail":"no such token"}`, "no such token")
	f(413, "too large\nmore", "too large")
	f(404, "", "not found")
	f(400, `{"type":"about:blank","title":"not JSON"}`, "not JSON")
	f(202, `{"accepted":1,"rejected":0,"errors":[]}`, "of 2 events it counts 1")
	f(202, `{"accepted":1,"rejected":1,"errors":[]}`, "names 0")
	f(202, `{"accepted":1,"rejected":1,"errors":[{"index":2}]}`, "event 2 of 2")
	s := &script{turns: []turn{says(400, `{"accepted":0,"rejected":1,"errors":[{"index":0,"field":"time","reason":"is no time"}]}`)}}
	if rejects, err := (&Sender{Post: s.post}).Send(t.Context(), batchOf(1)); err != nil || len(rejects) != 1 {
		t.Errorf("every event refused: %v %v", rejects, err)
	}
}
