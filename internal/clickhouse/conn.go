package clickhouse

import (
	"context"
	"io"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// politeConn closes without a reset. Closing a socket that holds unread bytes, which the driver does whenever a context
// ends after the answer came, sends a reset, and 26.7 of the embedded engine aborts when one meets a connection between
// two queries: nothing catches the exception there. So this one says goodbye, reads to the end and only then closes.
type politeConn struct {
	*net.TCPConn
	closed  atomic.Bool
	reading sync.Mutex
}

// goodbye is how long the engine may take to end a connection that was closed. One that stood still for a while meets all that were
// closed meanwhile when it goes on, and would abort at the first that is gone; one that stands still for longer than its patience
// is ended anyway.
const goodbye = patience + time.Minute

// dialPolitely connects to an engine that must not see a reset.
func dialPolitely(ctx context.Context, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp4", address)
	if err != nil {
		return nil, err
	}
	c := &politeConn{TCPConn: conn.(*net.TCPConn)}
	// The driver forgets a connection that is not greeted in time and closes it not: else the collector of garbage would, with a reset.
	runtime.SetFinalizer(c, func(c *politeConn) { _ = c.Close() })
	return c, nil
}

// Read reads until the connection is closed.
func (c *politeConn) Read(p []byte) (int, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	if c.closed.Load() {
		return 0, net.ErrClosed
	}
	n, err := c.TCPConn.Read(p)
	if c.closed.Load() {
		return 0, net.ErrClosed
	}
	return n, err
}

// Close wakes who reads or writes, and leaves the rest to the background.
func (c *politeConn) Close() error {
	if c.closed.Swap(true) {
		return net.ErrClosed
	}
	_ = c.SetDeadline(time.Unix(1, 0))
	_ = c.CloseWrite()
	go c.drain()
	return nil
}

func (c *politeConn) drain() {
	c.reading.Lock() // the reader, if there was one, has woken up
	defer c.reading.Unlock()
	late := time.AfterFunc(goodbye, func() { _ = c.TCPConn.Close() })
	defer late.Stop()
	_ = c.SetReadDeadline(time.Time{})
	_, _ = io.Copy(io.Discard, c.TCPConn)
	_ = c.TCPConn.Close()
}
