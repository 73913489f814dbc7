package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"tiendo/internal/event"

	"github.com/go-json-experiment/json"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// senders post the events of a town to a server, several at once, and keep a list of what was acknowledged. A request
// whose answer never came, or that was turned away for now, is sent again until it is acknowledged.
type senders struct {
	testing.TB
	server *server
	token  string
	// patient says that answers may stay away. Else each request must be acknowledged at once.
	patient bool
	// between is the longest pause of a sender between two requests.
	between time.Duration

	mu     sync.Mutex
	town   *town
	closed bool // no new cases are begun
	acked  []event.Event
	again  []told // acknowledged events that are sent once more, or contradicted, later
	sent   struct{ requests, events, repeated, unanswered, refused int }

	running sync.WaitGroup
	broken  chan error // what must not happen
	giveUp  context.Context
}

// spawn starts n senders. They end when the town has no more to tell, or with an error.
func (s *senders) spawn(n int, seed uint64) {
	s.broken = make(chan error, n)
	for i := range n {
		random := rand.New(rand.NewPCG(seed, uint64(i)+1))
		s.running.Go(func() {
			for {
				batch := s.next(random)
				if batch == nil {
					return
				}
				if err := s.deliver(batch, random); err != nil {
					s.broken <- err
					return
				}
				time.Sleep(time.Duration(random.Int64N(int64(s.between))))
			}
		})
	}
}

// finish lets the cases that were begun be told to their end, and waits until all is acknowledged.
func (s *senders) finish() {
	s.Helper()
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.running.Wait()
	s.check()
}

// check fails the test if a sender has broken off.
func (s *senders) check() {
	s.Helper()
	select {
	case err := <-s.broken:
		s.Fatalf("%v; %s", err, s.server.log())
	default:
	}
}

// next is the next batch: 1 to 200 events, among them some that were acknowledged before, some of these with another
// content. It is nil at the end.
func (s *senders) next(random *rand.Rand) (batch []told) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 1 + random.IntN(200)
	if s.closed {
		batch = s.town.rest(n)
	} else {
		batch = s.town.next(n)
	}
	if len(batch) == 0 {
		return nil
	}
	for len(s.again) > 0 && random.IntN(3) == 0 {
		i := random.IntN(len(s.again))
		batch = append(batch, s.again[i])
		s.again[i] = s.again[len(s.again)-1]
		s.again = s.again[:len(s.again)-1]
	}
	return batch
}

// deliver sends a batch until it is acknowledged.
func (s *senders) deliver(batch []told, random *rand.Rand) error {
	content, headers, err := pack(batch, random)
	if err != nil {
		return err
	}
	for try := 0; ; try++ {
		status, answer, err := post(s.giveUp, *s.server.url.Load(), s.token, content, headers)
		s.mu.Lock()
		s.sent.requests++
		switch {
		case err != nil:
			s.sent.unanswered++
		case status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests:
			s.sent.refused++
		case status == http.StatusAccepted:
			err := s.acknowledge(batch, answer, random)
			s.mu.Unlock()
			return err
		default:
			err = fmt.Errorf("an answer that should not be: %d %s", status, answer)
			s.mu.Unlock()
			return err
		}
		s.mu.Unlock()
		switch {
		case s.giveUp.Err() != nil:
			return fmt.Errorf("a batch is still not acknowledged after %d tries: %d %s %w", try, status, answer, err)
		case !s.patient:
			return fmt.Errorf("a batch was not acknowledged at once: %d %s %w", status, answer, err)
		}
		time.Sleep(time.Duration(5+random.IntN(30)) * time.Millisecond)
	}
}

// acknowledge notes a batch as accepted. The caller holds mu.
func (s *senders) acknowledge(batch []told, answer []byte, random *rand.Rand) error {
	var said struct {
		Accepted, Rejected int
	}
	if err := json.Unmarshal(answer, &said, json.MatchCaseInsensitiveNames(true)); err != nil || said.Accepted != len(batch) || said.Rejected != 0 {
		return fmt.Errorf("of %d good events the answer says %s (%w)", len(batch), answer, err)
	}
	s.sent.events += len(batch)
	for _, one := range batch {
		s.acked = append(s.acked, one.event)
		switch random.IntN(40) {
		case 0, 1, 2:
			s.again = append(s.again, one)
			s.sent.repeated++
		case 3:
			// The same id with another content, told after the first was taken: it must change nothing.
			var e fields
			if err := json.Unmarshal(one.raw, &e); err != nil {
				return err
			}
			e["time"] = one.event.Time.Add(-26 * time.Hour).Format(time.RFC3339Nano)
			s.again = append(s.again, understood(s.TB, e))
			s.sent.repeated++
		}
	}
	return nil
}

// pack writes a batch in one of the forms that a collector reads, packed or not.
func pack(batch []told, random *rand.Rand) ([]byte, http.Header, error) {
	var body bytes.Buffer
	headers := http.Header{}
	if random.IntN(2) == 0 {
		headers.Set("Content-Type", "application/x-ndjson")
		for _, one := range batch {
			body.Write(one.raw)
			body.WriteByte('\n')
		}
	} else {
		headers.Set("Content-Type", "application/cloudevents-batch+json")
		body.WriteByte('[')
		for i, one := range batch {
			if i > 0 {
				body.WriteByte(',')
			}
			body.Write(one.raw)
		}
		body.WriteByte(']')
	}
	encoding := []string{"", "gzip", "zstd"}[random.IntN(3)]
	if encoding == "" {
		return body.Bytes(), headers, nil
	}
	headers.Set("Content-Encoding", encoding)
	packed, err := compressed(encoding, body.Bytes())
	return packed, headers, err
}

// compressed packs content by an encoding of HTTP.
func compressed(encoding string, content []byte) ([]byte, error) {
	var packed bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&packed)
	if encoding == "zstd" {
		var err error
		if w, err = zstd.NewWriter(&packed); err != nil {
			return nil, err
		}
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	err := w.Close()
	return packed.Bytes(), err
}

// post sends a body to /v1/events and returns the answer; an error if there was none.
func post(ctx context.Context, url, token string, content []byte, headers http.Header) (status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/events", bytes.NewReader(content))
	if err != nil {
		return 0, nil, err
	}
	request.Header = headers.Clone()
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	said, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer said.Body.Close()
	answer, err = io.ReadAll(said.Body)
	return said.StatusCode, answer, err
}
