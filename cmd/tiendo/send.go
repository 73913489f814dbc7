package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"
	"time"

	"tiendo/internal/simulator"

	"github.com/cenkalti/backoff/v7"
	"github.com/go-json-experiment/json"
	"github.com/klauspost/compress/zstd"
)

// perRequest is how many events one request carries: large enough that many share a flush to disk, small enough that
// progress moves.
const perRequest = 5_000

// The media types of what is sent.
const (
	ndjson = "application/x-ndjson"
	batch  = "application/cloudevents-batch+json"
)

// sender posts events through the same door that any source uses.
type sender struct {
	client *client
	packer *zstd.Encoder
}

func newSender(c *client) (*sender, error) {
	packer, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("start compressing: %w", err)
	}
	return &sender{client: c, packer: packer}, nil
}

// all posts events in requests of many and says after each where it is.
func (s *sender) all(ctx context.Context, events iter.Seq[*simulator.Event], reached func(time.Time, int)) error {
	var lines []byte
	count := 0
	for e := range events {
		lines = append(e.AppendJSON(lines), '\n')
		if count++; count%perRequest > 0 {
			continue
		}
		if err := s.post(ctx, ndjson, lines); err != nil {
			return err
		}
		lines = lines[:0]
		reached(e.Recorded(), count)
	}
	if len(lines) == 0 {
		return nil
	}
	return s.post(ctx, ndjson, lines)
}

// post sends one body until it is taken. While the server says that it can't take more now, it tries again for as long
// as ctx lasts: posting an event twice changes nothing.
func (s *sender) post(ctx context.Context, media string, body []byte) error {
	packed := s.packer.EncodeAll(body, nil)
	pause := backoff.NewExponentialBackOff()
	for {
		wait, err := s.attempt(ctx, media, packed)
		if err == nil || wait == 0 {
			return err
		}
		if ended(ctx, max(wait, pause.NextBackOff())) {
			return errors.Join(ctx.Err(), err)
		}
	}
}

// attempt posts once. wait is how long to wait before the next attempt; 0 means that another would not help.
func (s *sender) attempt(ctx context.Context, media string, packed []byte) (wait time.Duration, _ error) {
	request, err := s.client.request(ctx, http.MethodPost, "/v1/events", media, packed)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Encoding", "zstd")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, s.client.unreachable(err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, s.client.unreachable(err)
	}
	switch answer.StatusCode {
	case http.StatusAccepted:
		return 0, rejected(said)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After")) // without one the pause decides
		return max(time.Second, time.Duration(seconds)*time.Second), refusal(answer, said)
	default:
		return 0, errors.Join(rejected(said), refusal(answer, said))
	}
}

// rejected is an error if the server took less than all: what we make ourselves must be good.
func rejected(answer []byte) error {
	var said struct {
		Rejected int `json:"rejected"`
		Errors   []struct {
			ID     string `json:"id"`
			Field  string `json:"field"`
			Reason string `json:"reason"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(answer, &said); err != nil || said.Rejected == 0 || len(said.Errors) == 0 {
		return nil
	}
	first := said.Errors[0]
	return fmt.Errorf("the server rejected %s, the first, %s, for its %s: %s", plural(said.Rejected, "event"), first.ID, first.Field, first.Reason)
}
