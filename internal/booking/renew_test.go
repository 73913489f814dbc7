package booking

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/lifecycle"
)

// TestBooksOfAnEarlierEdition: books that were made before records were lines are made again by the start, before anything is booked into
// them, and those of this edition are left as they are.
func TestBooksOfAnEarlierEdition(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(27, 11)), 100)
	store(t, conn, events[:len(events)/2])
	bookAll(t, newBooker(t, conn))
	if err := conn.Exec(t.Context(), "ALTER TABLE cells DELETE WHERE measure IN ('recorded', 'edition') SETTINGS mutations_sync = 2"); err != nil {
		t.Fatal(err)
	}
	store(t, conn, events[len(events)/2:])
	for start := range 2 {
		b := newBooker(t, conn)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = b.Run(ctx)
		}()
		for deadline := time.Now().Add(time.Minute); b.Mark().Edition != lifecycle.Edition; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the books were not made again within a minute")
			}
		}
		stop()
		<-done
		compare(t, journalOf(t, conn), should(t, events))
		if remade := b.Remade(); (remade == 2) != (start == 0) {
			t.Errorf("start %d: the books were made again %d times", start, remade/2)
		}
	}
	if found, _ := runCheck(t, conn); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}
