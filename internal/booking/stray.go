package booking

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/ClickHouse/clickhouse-go/v2"

	"tiendo/internal/event"
)

// strays are cases that were erased before anything was booked of what is stored of them: a collector had taken it that did not
// know of the erasure yet. They would begin anew in the figures, in which they stand already.
type strays struct {
	mu     sync.Mutex
	cases  cases
	events int
}

// stray says whether events, which are all that is stored of a case, are of one that was erased before any of them was booked. Of a
// case on its way out something is booked: that is seen to before it counts as erased. Books of which nothing is left tell nothing.
func (b *Booker) stray(events []event.Event) bool {
	booked := b.Mark()
	if b.Erased == nil || booked.Block == 0 {
		return false
	}
	known := func(e event.Event) bool { return e.Entry <= booked.Entries[e.Collector] }
	return !slices.ContainsFunc(events, known) && b.Erased(Case{events[0].Type.Family(), events[0].Subject})
}

func (s *strays) add(events []event.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	family := events[0].Type.Family()
	s.cases[family] = append(s.cases[family], events[0].Subject)
	s.events += len(events)
}

// sweptAtOnce is how many cases one statement names.
const sweptAtOnce = 1000

// sweep takes away what is stored of strays. That comes before the block that goes past their events: once they count as booked,
// nothing would tell them from those of a case.
func (b *Booker) sweep(ctx context.Context, s *strays) error {
	for family, subjects := range s.cases {
		for some := range slices.Chunk(subjects, sweptAtOnce) {
			if err := b.Conn.Exec(ctx, "ALTER TABLE events DELETE WHERE family = {family:String} AND subject IN {subjects:Array(String)} SETTINGS mutations_sync = 2",
				clickhouse.Named("family", string(family)), clickhouse.Named("subjects", some)); err != nil {
				return fmt.Errorf("take away what came of erased cases: %w", err)
			}
		}
	}
	b.metrics.strays.Add(float64(s.events))
	return nil
}
