package main

import (
	"context"
	"errors"
	"testing"

	"tiendo/internal/booking"

	"github.com/prometheus/client_golang/prometheus"
)

// TestWhatIsBookedIsNotKnownAtOnce: a check right after a restart or a restore named every figure as different, for the booker had
// not found the last block yet, and a publication would have been sealed up to block 0. Where registers were loaded it was
// hidden, for their version had to be met.
func TestWhatIsBookedIsNotKnownAtOnce(t *testing.T) {
	a := &app{booker: booking.New(booking.Options{Registry: prometheus.NewRegistry()})}
	over, end := context.WithCancel(t.Context())
	end()
	if mark, _, err := a.settled(over); !errors.Is(err, context.Canceled) {
		t.Errorf("a check goes on from block %d: %v", mark.Block, err)
	}
	if mark, err := a.complete(over); !errors.Is(err, context.Canceled) {
		t.Errorf("a publication is sealed up to block %d: %v", mark.Block, err)
	}
}
