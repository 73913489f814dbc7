package auth

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Allowance is how many events a token may send: so many a second, and so many at once after a rest. All connections of a
// token share it. A nil one never ends. It is safe for concurrent use.
type Allowance struct {
	mu     sync.Mutex
	bucket *rate.Limiter
	until  time.Time
}

func newAllowance(perSecond, burst int) *Allowance {
	return &Allowance{bucket: rate.NewLimiter(rate.Limit(perSecond), burst)}
}

// Take takes n events and returns 0, or takes nothing and returns how long to wait until there is room for them. More than
// fits at once is taken as that much.
func (a *Allowance) Take(now time.Time, n int) (wait time.Duration) {
	if a == nil {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	n = min(n, a.bucket.Burst())
	if a.bucket.AllowN(now, n) {
		return 0
	}
	missing := float64(n) - a.bucket.TokensAt(now)
	wait = time.Duration(math.Ceil(missing / float64(a.bucket.Limit()) * float64(time.Second)))
	a.until = now.Add(wait)
	return wait
}

// Wait returns how much of the last wait that [Allowance.Take] told is left. Until then a request is not worth reading, so a
// sender that does not listen costs others nothing.
func (a *Allowance) Wait(now time.Time) time.Duration {
	if a == nil {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return max(0, a.until.Sub(now))
}

// PerSecond is how many events a second the token may send.
func (a *Allowance) PerSecond() int { return int(a.bucket.Limit()) }
