package booking

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestGather: a block waits for what is on its way to the engine, and not for long.
func TestGather(t *testing.T) {
	for _, of := range []struct {
		name   string
		loaded []uint64 // after each 40 ms
		waits  time.Duration
	}{
		{"nothing is on its way", []uint64{7}, 0},
		{"a burst", []uint64{1, 3, 7}, 80 * time.Millisecond},
		{"more than can be waited for", []uint64{1, 2, 3, 4, 5, 6, 7}, gathering},
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			at := func() int { return min(int(time.Since(start)/(40*time.Millisecond)), len(of.loaded)-1) }
			b := New(Options{Loaded: func() (string, uint64) { return "here", of.loaded[at()] }, Newest: func() uint64 { return 7 }})
			for i := range of.loaded[1:] {
				time.AfterFunc(time.Duration(i+1)*40*time.Millisecond, b.Wake)
			}
			b.gather(t.Context())
			if waited := time.Since(start); waited != of.waits {
				t.Errorf("%s: waited %v, want %v", of.name, waited, of.waits)
			}
		})
	}
}
