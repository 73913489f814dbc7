package metrics

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/prometheus/common/expfmt"
)

// slowPace is how often Slow is gathered while Run runs.
const slowPace = time.Second

// gatherSlow keeps what Slow tells, until ctx ends: it is read from /proc and the disk, and a scrape that does so waits for each of
// them behind all that keeps the processors busy.
//
// Measured: at 20,000 events/s on two busy cores, BenchmarkScrape of internal/bench: of 38 scrapes that took over 20 ms, 35 waited
// there.
func (s *Snapshots) gatherSlow(ctx context.Context) {
	defer s.gathered.Store(nil)
	for ctx.Err() == nil {
		if families, err := s.Slow.Gather(); err != nil {
			s.Logger.Error("what the process says of itself could not be gathered", "error", err)
			s.gathered.Store(nil)
		} else {
			s.gathered.Store(&families)
		}
		select {
		case <-ctx.Done():
		case <-time.After(slowPace):
		}
	}
}

// own is what the process says of itself, with what ends an exposition.
func (s *Snapshots) own(format expfmt.Format) ([]byte, error) {
	families, err := s.Self.Gather()
	if err != nil {
		return nil, err
	}
	if kept := s.gathered.Load(); kept != nil {
		families = append(families, *kept...)
	} else {
		slow, err := s.Slow.Gather()
		if err != nil {
			return nil, err
		}
		families = append(families, slow...)
	}
	var b bytes.Buffer
	encoder := expfmt.NewEncoder(&b, format)
	for _, f := range families {
		if err := encoder.Encode(f); err != nil {
			return nil, err
		}
	}
	if closer, ok := encoder.(io.Closer); ok {
		if err := closer.Close(); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
