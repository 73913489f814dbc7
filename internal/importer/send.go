package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/klauspost/compress/zstd"
)

// ContentType and Encoding are those of the bodies that a [Sender] posts.
const (
	ContentType = "application/x-ndjson"
	Encoding    = "zstd"
)

// The pauses between attempts, where the server names none.
const (
	firstPause   = 500 * time.Millisecond
	longestPause = 15 * time.Second
)

// UnreachableError says that no server answered, or that it could not take more for too long.
type UnreachableError struct{ Err error }

func (e *UnreachableError) Error() string { return e.Err.Error() }
func (e *UnreachableError) Unwrap() error { return e.Err }

// RefusedError says that the server will not take the requests at all, with its own words.
type RefusedError struct {
	Status int
	Detail string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the server refuses events: %s (%d %s)", e.Detail, e.Status, http.StatusText(e.Status))
}

// Sender posts batches until they are answered. Posting one again changes nothing, for an event is known by its source
// and id; so every attempt whose outcome is unknown is made again.
type Sender struct {
	// Post posts a body of [ContentType] and [Encoding] to the collector. An error says that no server answered.
	Post func(ctx context.Context, body []byte) (Reply, error)
	// Patience is how long the server may take nothing before the sender gives up; it gives up at once on a server
	// that never answered.
	Patience time.Duration
	// Waiting, if set, is told before each pause why it is made.
	Waiting func(reason string, pause time.Duration)

	taken  atomic.Int64 // when the last batch was answered, as Unix time in milliseconds; 0 before
	bodies sync.Pool
}

var packer = sync.OnceValue(func() *zstd.Encoder {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic("BUG: zstd options: " + err.Error())
	}
	return encoder
})

// Send posts a batch and returns what the server rejected of it, at the lines that the events came from. Its error is
// an [*UnreachableError], a [*RefusedError], or ctx's. Safe for concurrent use.
func (s *Sender) Send(ctx context.Context, b *Batch) ([]Reject, error) {
	if b.Len() == 0 {
		return nil, nil
	}
	buffer, _ := s.bodies.Get().(*[]byte)
	if buffer == nil {
		buffer = new([]byte)
	}
	*buffer = packer().EncodeAll(b.Events, (*buffer)[:0])
	defer s.bodies.Put(buffer)

	began, pause := time.Now(), firstPause
	for {
		answer, wait, err := s.attempt(ctx, *buffer)
		if err == nil {
			s.taken.Store(time.Now().UnixMilli())
			return answer.rejects(b)
		}
		if _, final := errors.AsType[*RefusedError](err); final {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		last := s.taken.Load()
		if last == 0 && wait < 0 || time.Since(later(began, time.UnixMilli(last))) > s.Patience {
			return nil, &UnreachableError{err}
		}
		wait = max(wait, pause+rand.N(pause/2))
		pause = min(2*pause, longestPause)
		if s.Waiting != nil {
			s.Waiting(err.Error(), wait)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Reply is an answer of a server.
type Reply struct {
	Status int
	// RetryAfter is the header, "" if there is none.
	RetryAfter string
	Text       []byte
}

// answer is what the collector says of a body; see CONTRACT §3.
type answer struct {
	Accepted int `json:"accepted"`
	Rejected int `json:"rejected"`
	Errors   []struct {
		Index  int    `json:"index"`
		Field  string `json:"field"`
		Reason string `json:"reason"`
	} `json:"errors"`
}

// attempt posts once. wait is how long the server asks to wait before the next; negative if no server answered.
func (s *Sender) attempt(ctx context.Context, body []byte) (_ *answer, wait time.Duration, _ error) {
	reply, err := s.Post(ctx, body)
	if err != nil {
		return nil, -1, err
	}
	switch reply.Status {
	case http.StatusAccepted, http.StatusOK, http.StatusBadRequest:
		var a answer
		if err := json.Unmarshal(reply.Text, &a); err == nil && a.Accepted+a.Rejected > 0 {
			return &a, 0, nil
		}
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return nil, retryAfter(reply.RetryAfter), fmt.Errorf("the server says: %s", reply.said())
	}
	return nil, 0, &RefusedError{reply.Status, reply.said()}
}

// rejects finds the lines of what was rejected.
func (a *answer) rejects(b *Batch) ([]Reject, error) {
	if a.Accepted+a.Rejected != b.Len() || a.Rejected != len(a.Errors) {
		return nil, &RefusedError{http.StatusAccepted, fmt.Sprintf("of %d events it counts %d accepted and %d rejected and names %d; is it a Tiendo server of this version?",
			b.Len(), a.Accepted, a.Rejected, len(a.Errors))}
	}
	rejects := make([]Reject, 0, len(a.Errors))
	for _, e := range a.Errors {
		if e.Index < 0 || e.Index >= b.Len() {
			return nil, &RefusedError{http.StatusAccepted, fmt.Sprintf("it rejects an event %d of %d", e.Index, b.Len())}
		}
		rejects = append(rejects, b.Refused(e.Index, e.Field, e.Reason))
	}
	return rejects, nil
}

// retryAfter reads the header: seconds, or a date.
func retryAfter(header string) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, 3600)) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(time.Until(at), 0), time.Hour)
	}
	return 0
}

// said is what a reply that is no success says, in one line.
func (r *Reply) said() string {
	var problem struct {
		Title  string `json:"title"`
		Detail string `json:"detail"`
	}
	if json.Unmarshal(r.Text, &problem) == nil && problem.Title+problem.Detail != "" {
		if problem.Detail != "" {
			return problem.Detail
		}
		return problem.Title
	}
	line, _, _ := bytes.Cut(bytes.TrimSpace(r.Text), []byte("\n"))
	if len(line) == 0 || len(line) > 300 {
		return strings.ToLower(http.StatusText(r.Status))
	}
	return string(line)
}
