package ranking

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
)

// One supposition is worked out at a time; whoever has waited long enough is told so, and whoever may not is told that.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &Ranker{Stranger: func(ctx context.Context) bool { return ctx.Value(stranger{}) != nil }}
		suppose := func(ctx context.Context) error {
			_, err := k.suppose(ctx, nil, period.Period{}, lifecycle.Supposition{}, nil)
			return err
		}
		if !k.supposing.take(t.Context(), time.Second) {
			t.Fatal("the first was not let through")
		}
		begun := time.Now()
		if err := suppose(t.Context()); !errors.Is(err, ErrBusy) || time.Since(begun) != turnLimit {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := suppose(gone); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := suppose(context.WithValue(t.Context(), stranger{}, true)); !errors.Is(err, ErrStranger) {
			t.Error(err)
		}
		time.AfterFunc(time.Second, k.supposing.give)
		if !k.supposing.take(t.Context(), turnLimit) {
			t.Error("nobody was let through after the first")
		}
	})
}

type stranger struct{}
