package ranking

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
)

// Why a supposition is not worked out though it could be.
var (
	ErrStranger = errors.New("to suppose other days off or another rule of pauses has every case judged again, which is for those only who have logged in or have a token")
	ErrBusy     = errors.New("somebody else's supposition is being worked out, for which every case is judged again; try again in a moment")
	ErrTooLong  = errors.New("every case would have to be judged again, and that took too long; ask when the server has less to do")
)

// What a supposition may take if the Ranker says nothing else: turnLimit waiting for those of others, judgeLimit of itself.
const (
	turnLimit  = 10 * time.Second
	judgeLimit = 5 * time.Minute
)

// turn lets one at a time through. The zero value is ready.
type turn struct {
	once sync.Once
	free chan struct{}
}

// take waits for the turn, but not for longer than limit; ok is false if it did not come.
func (t *turn) take(ctx context.Context, limit time.Duration) (ok bool) {
	t.once.Do(func() { t.free = make(chan struct{}, 1) })
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case t.free <- struct{}{}:
		return true
	case <-late.C:
	case <-ctx.Done():
	}
	return false
}

func (t *turn) give() { <-t.free }

// suppose returns in as it would be had cases been judged by other rules, one such question at a time.
func (k *Ranker) suppose(ctx context.Context, m *Method, p period.Period, s lifecycle.Supposition, in *Inputs) (*Inputs, error) {
	if k.Stranger != nil && k.Stranger(ctx) {
		return nil, ErrStranger
	}
	if !k.supposing.take(ctx, cmp.Or(k.TurnLimit, turnLimit)) {
		return nil, errors.Join(ErrBusy, ctx.Err())
	}
	defer k.supposing.give()
	bounded, cancel := context.WithTimeoutCause(ctx, cmp.Or(k.JudgeLimit, judgeLimit), ErrTooLong)
	defer cancel()
	other, err := m.supposing(bounded, k.Books, p, s, in)
	if err != nil && errors.Is(context.Cause(bounded), ErrTooLong) {
		return nil, ErrTooLong
	}
	return other, err
}
