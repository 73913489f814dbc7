package crowd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// A server gives who has not heard its last word half a second before the connection is gone.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

// pace makes tests short: 64 kB in 0.2 s and one second more.
var pace = Pace{Head: 200 * time.Millisecond, Grace: 200 * time.Millisecond, Rate: 64 << 10}

// serve answers every request with what handler says, at the pace, and returns the address.
func serve(t *testing.T, l net.Listener, handler http.HandlerFunc) {
	t.Helper()
	server := &http.Server{Handler: pace.Handler(handler), ReadHeaderTimeout: pace.Head, MaxHeaderBytes: 16 << 10}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close(); <-done })
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func dial(t *testing.T, l net.Listener) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// ends fails the test if a connection is still open after a minute; what the slow send here would take longer.
func ends(t *testing.T, what string, c net.Conn) {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(time.Minute))
	if all, err := io.ReadAll(c); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("%s: the connection is held; it said %.200q", what, all)
	}
}

// trickle writes a byte now and then until it can't, or is over.
func trickle(c net.Conn, every time.Duration, over <-chan struct{}) {
	for {
		if _, err := c.Write([]byte{'x'}); err != nil {
			return
		}
		select {
		case <-over:
			return
		case <-time.After(every):
		}
	}
}

// Slow heads, slow bodies, bodies that nobody reads and connections that say nothing are cut; slow handlers are not.
func TestSlowSendersAreCut(t *testing.T) {
	l := listen(t)
	read := make(chan error, 10)
	serve(t, l, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/read":
			_, err := io.Copy(io.Discard, r.Body)
			read <- err
		case "/think":
			_, _ = io.Copy(io.Discard, r.Body)
			select {
			case <-time.After(4 * pace.Grace):
				fmt.Fprint(w, "thought")
			case <-r.Context().Done():
			}
		}
	})
	f := func(what, begin string, every time.Duration) {
		t.Helper()
		c := dial(t, l)
		if _, err := io.WriteString(c, begin); err != nil {
			t.Fatal(err)
		}
		done, over := make(chan struct{}), make(chan struct{})
		go func() { defer close(done); trickle(c, every, over) }()
		ends(t, what, c)
		_ = c.Close()
		close(over)
		<-done
	}
	const head = "POST /%s HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
	f("a slow head", "POST / HTTP/1.1\r\nX: ", 5*time.Millisecond)
	f("no head", "", time.Hour)
	f("a slow body", fmt.Sprintf(head, "read"), 5*time.Millisecond)
	if err := <-read; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the handler read %v", err)
	}
	f("a body that stands still", fmt.Sprintf(head, "read"), time.Hour)
	if err := <-read; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("of a body that stands still the handler read %v", err)
	}
	f("a slow body that nobody reads", fmt.Sprintf(head, "ignore"), 5*time.Millisecond)
	f("slow pieces", "POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 5*time.Millisecond)
	if err := <-read; err == nil {
		t.Error("slow pieces were read to their end")
	}

	answer, err := http.Post("http://"+l.Addr().String()+"/think", "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if said, err := io.ReadAll(answer.Body); err != nil || string(said) != "thought" {
		t.Errorf("who thinks is cut: %q, %v", said, err)
	}
	http.DefaultClient.CloseIdleConnections()
}

// Who does not take an answer holds nobody up.
func TestSlowReadersAreCut(t *testing.T) {
	l := listen(t)
	wrote := make(chan error, 1)
	serve(t, l, func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				wrote <- err
				return
			}
		}
	})
	c := dial(t, l)
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-wrote:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("writing ended with %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("the handler waits for ever")
	}
}

// More than a number of connections are closed at once, and there is room again when one is.
func TestListenerIsBounded(t *testing.T) {
	inner := listen(t)
	l := Limit(inner, 3, 2, nil)
	serve(t, l, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "x") })
	ask := func(c net.Conn) bool {
		t.Helper()
		_ = c.SetDeadline(time.Now().Add(time.Minute))
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			return false
		}
		_, err := http.ReadResponse(bufio.NewReader(c), nil)
		return err == nil
	}
	var all []net.Conn
	for i := range 3 {
		all = append(all, dial(t, inner))
		if !ask(all[i]) {
			t.Fatalf("connection %d has no answer", i)
		}
	}
	if ask(dial(t, inner)) {
		t.Error("one too many has an answer")
	}
	_ = all[0].Close()
	for end := time.Now().Add(time.Minute); !ask(dial(t, inner)); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("there is no room again")
		}
	}
}

// One address can't take all, but for proxies and this machine.
func TestConnectionsOfOneAddress(t *testing.T) {
	l := Limit(nil, 10, 2, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})
	from := func(s string) netip.Addr { return l.addressOf(&addressed{s}) }
	f := func(address string, want ...bool) {
		t.Helper()
		for i, w := range want {
			if got := l.enter(from(address)); got != w {
				t.Errorf("%s, connection %d: %v", address, i+1, got)
			}
		}
	}
	f("192.168.1.1:1", true, true, false)
	f("[::ffff:192.168.1.1]:2", false)
	f("192.168.1.2:1", true)
	f("10.1.2.3:1", true, true, true)
	f("127.0.0.1:1", true)
	l.leave(from("192.168.1.1:1"))
	f("192.168.1.1:1", true, false)
	f("[::1]:1", true, true, true, false) // the whole is full
}

// addressed is a connection as far as its address goes.
type addressed struct{ address string }

func (a *addressed) RemoteAddr() net.Addr { return a }
func (a *addressed) Network() string      { return "tcp" }
func (a *addressed) String() string       { return a.address }

// Who sends all of a request before reading the answer, as most do, learns why it was refused, however large it is.
func TestRefusedBodyIsTaken(t *testing.T) {
	l := listen(t)
	serve(t, l, func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		if r.URL.Path == "/some" {
			_, _ = io.Copy(io.Discard, r.Body)
		}
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
	})
	const size = 20 << 20
	for _, head := range []string{"/none HTTP/1.1\r\nContent-Length: %d", "/some HTTP/1.1\r\nContent-Length: %d", "/some HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n%x"} {
		c := dial(t, l)
		_ = c.SetDeadline(time.Now().Add(time.Minute))
		head, rest, _ := strings.Cut(fmt.Sprintf("POST "+head, size), "\r\n\r\n")
		if rest != "" {
			rest += "\r\n"
		}
		if _, err := io.WriteString(c, head+"\r\nHost: a\r\n\r\n"+rest); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write(make([]byte, size)); err != nil {
			t.Fatalf("%s: %v", head, err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("%s: %v", head, err)
		}
		said, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != http.StatusRequestEntityTooLarge || string(said) != "too large\n" || err != nil {
			t.Errorf("%s: %d %q %v", head, answer.StatusCode, said, err)
		}
	}
}

// TestTooLargeAHeadIsToldSo: the sender reads why it was refused, though the server has not read all of it.
func TestTooLargeAHeadIsToldSo(t *testing.T) {
	l := listen(t)
	serve(t, Limit(l, 10, 10, nil), func(http.ResponseWriter, *http.Request) { t.Error("a head of 30 KB was taken") })
	for range 5 { // a reset comes sooner or later than the answer is read
		c := dial(t, l)
		if _, err := io.WriteString(c, "GET /?"+strings.Repeat("x", 30<<10)+" HTTP/1.1\r\nHost: here\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(c)
		if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 431 ") {
			t.Errorf("%.40q, %v", answer, err)
		}
	}
}
