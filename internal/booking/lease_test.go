package booking

import (
	"testing"

	"tiendo/internal/clickhouse/enginetest"
)

// TestLease: one has it, another gets it when it is given back, when its signs of life end, and not before.
func TestLease(t *testing.T) {
	conn := enginetest.Conn(t)
	a, b := &lease{conn: conn, holder: "a"}, &lease{conn: conn, holder: "b"}
	take := func(l *lease, want bool) {
		t.Helper()
		if got, err := l.take(t.Context()); got != want || err != nil || l.held() != want {
			t.Fatalf("%s: taken %v, held %v, want %v: %v", l.holder, got, l.held(), want, err)
		}
	}
	take(a, true)
	take(b, false)
	take(a, true) // again
	a.release(t.Context())
	if a.held() {
		t.Error("held after it was given back")
	}
	take(b, true)
	take(a, false)
	b.release(t.Context())
	take(a, true)
	// Its last sign of life was long ago.
	if err := conn.Exec(t.Context(), "TRUNCATE TABLE leases"); err != nil {
		t.Fatal(err)
	}
	if err := conn.Exec(t.Context(), "INSERT INTO leases VALUES (7, 'a', now64(3) - INTERVAL 9 SECOND)"); err != nil {
		t.Fatal(err)
	}
	take(b, true)
	take(a, false)
	// Two at the same time: one of them, the same for both.
	if err := conn.Exec(t.Context(), "INSERT INTO leases VALUES (9, 'b', now64(3)), (9, 'a', now64(3))"); err != nil {
		t.Fatal(err)
	}
	take(b, false)
	take(a, true)
	if (*lease)(nil).held() != true {
		t.Error("one that is alone needs no lease")
	}
}

// TestLeaseIsNotTrustedForLong: a process that was stopped finds out before it writes.
func TestLeaseIsNotTrustedForLong(t *testing.T) {
	l := &lease{conn: enginetest.Conn(t), holder: "a"}
	if held, err := l.take(t.Context()); !held || err != nil {
		t.Fatal(held, err)
	}
	l.beaten.Add(-int64(leaseTrust))
	if l.held() {
		t.Error("trusted after its time")
	}
	if leaseTrust+leaseBeat >= leaseEnds {
		t.Error("another may begin before it ends")
	}
}
