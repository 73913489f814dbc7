package crowd

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
)

const (
	// Most is how many connections there may be at once: each takes some 20 kB, with TLS three times that.
	Most = 1024
	// MostFrom is how many there may be from one address, but for this machine's own and proxies.
	MostFrom = 256
)

// Listener accepts at most so many connections at once, and so many from one address. What is beyond it is closed at once:
// who waits in a queue that others hold would wait for ever.
type Listener struct {
	net.Listener
	most, mostFrom int
	trusted        []netip.Prefix

	mu   sync.Mutex
	open int
	from map[netip.Addr]int
}

// Limit returns a listener that bounds another. Trusted are the networks of proxies, behind each of which are many.
func Limit(l net.Listener, most, mostFrom int, trusted []netip.Prefix) *Listener {
	return &Listener{Listener: l, most: most, mostFrom: mostFrom, trusted: trusted, from: make(map[netip.Addr]int)}
}

// Accept returns the next connection within the bounds.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		address := l.addressOf(c)
		if l.enter(address) {
			return &conn{Conn: c, leave: sync.OnceFunc(func() { l.leave(address) })}, nil
		}
		_ = c.Close()
	}
}

// addressOf is what a connection counts for; none for this machine and proxies.
func (l *Listener) addressOf(c interface{ RemoteAddr() net.Addr }) netip.Addr {
	from, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	address := from.Addr().Unmap()
	if address.IsLoopback() || slices.ContainsFunc(l.trusted, func(p netip.Prefix) bool { return p.Contains(address) }) {
		return netip.Addr{}
	}
	return address
}

func (l *Listener) enter(address netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= l.most || address.IsValid() && l.from[address] >= l.mostFrom {
		return false
	}
	l.open++
	if address.IsValid() {
		l.from[address]++
	}
	return true
}

func (l *Listener) leave(address netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if !address.IsValid() {
		return
	}
	if l.from[address]--; l.from[address] == 0 {
		delete(l.from, address)
	}
}

// conn makes room when it is closed.
type conn struct {
	net.Conn
	leave func()
}

// Close closes the connection.
func (c *conn) Close() error {
	c.leave()
	return c.Conn.Close()
}

// CloseWrite ends what is sent and still takes what comes. The server refuses the head of a request that is too large by it, before
// it closes: who sends more than is read would else find the connection reset in place of the answer.
func (c *conn) CloseWrite() error {
	half, can := c.Conn.(interface{ CloseWrite() error })
	if !can {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}
