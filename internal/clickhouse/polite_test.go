package clickhouse

import (
	"io"
	"net"
	"runtime"
	"testing"
	"time"
)

// TestForgottenConnectionsAreClosedPolitely: the driver forgets a connection that the engine has not greeted in time, because it stood
// still. The greeting comes when it goes on, and a reset in answer would end it (26.7), be it by whom it may.
func TestForgottenConnectionsAreClosedPolitely(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	if _, err := dialPolitely(t.Context(), listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	engine, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = engine.Close() }()
	if _, err := engine.Write([]byte("a greeting")); err != nil {
		t.Fatal(err)
	}
	collecting := time.NewTicker(10 * time.Millisecond)
	defer collecting.Stop()
	ended := make(chan error, 1)
	go func() {
		_, err := engine.Read(make([]byte, 1))
		ended <- err
	}()
	for late := time.After(time.Minute); ; {
		runtime.GC()
		select {
		case err := <-ended:
			if err != io.EOF { //nolint:errorlint // a reset is wrapped, the end is not
				t.Errorf("the engine meets %v, want the end", err)
			}
			return
		case <-late:
			t.Fatal("the connection stays open")
		case <-collecting.C:
		}
	}
}

// One that stands still for longer than goodbye would meet resets when it goes on; by then it is ended.
func TestGoodbyeOutlastsPatience(t *testing.T) {
	if goodbye <= patience+secondGreeting {
		t.Errorf("connections are reset after %s, and an engine may stand still for %s", goodbye, patience+secondGreeting)
	}
}
