package auth

import (
	"fmt"
	"math"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How many logins may fail from one address: so many at once after a rest, then one each while. A secret of 256 bits can't be
// guessed at any rate; this keeps the audit log from being flooded.
const (
	failedAtOnce = 10
	failedEach   = 6 * time.Second
	// addresses is how many are told apart at most. Further ones share a count.
	addresses = 4096
)

// TooManyError says that too many logins have failed from an address.
type TooManyError struct{ Wait time.Duration }

func (e *TooManyError) Error() string {
	return fmt.Sprintf("too many logins have failed: try again in %d s", e.Seconds())
}

// Seconds is how long to wait, rounded up.
func (e *TooManyError) Seconds() int { return int(math.Ceil(e.Wait.Seconds())) }

// failures counts logins that failed, by address. It is safe for concurrent use.
type failures struct {
	mu  sync.Mutex
	all map[netip.Prefix]*rate.Limiter
	// forgot is when those were last dropped that have rested.
	forgot time.Time
}

// network is what counts as one address: who has an IPv6 address mostly has 2⁶⁴ of them.
func network(address netip.Addr) netip.Prefix {
	bits := address.BitLen()
	if address.Is6() {
		bits = 64
	}
	p, err := address.Prefix(bits)
	if err != nil {
		return netip.Prefix{} // of no address
	}
	return p
}

// count returns the count of an address; nil if there is none. f.mu is held.
func (f *failures) count(address netip.Addr, now time.Time, make bool) *rate.Limiter {
	key := network(address)
	if f.all[key] == nil && len(f.all) >= addresses {
		f.forget(now)
		if len(f.all) >= addresses {
			key = netip.Prefix{}
		}
	}
	if f.all[key] == nil && make {
		f.all[key] = rate.NewLimiter(rate.Every(failedEach), failedAtOnce)
	}
	return f.all[key]
}

// forget drops the addresses that have rested, now and then.
func (f *failures) forget(now time.Time) {
	if now.Sub(f.forgot) < failedEach {
		return
	}
	f.forgot = now
	for key, one := range f.all {
		if one.TokensAt(now) >= failedAtOnce {
			delete(f.all, key)
		}
	}
}

// check returns a [*TooManyError] if too many logins have failed.
func (f *failures) check(address netip.Addr, now time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.count(address, now, false)
	if one == nil || one.TokensAt(now) >= 1 {
		return nil
	}
	return &TooManyError{time.Duration((1 - one.TokensAt(now)) * float64(failedEach))}
}

// add counts a login that failed.
func (f *failures) add(address netip.Addr, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count(address, now, true).AllowN(now, 1)
}
