package booking

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tiendo/internal/clickhouse/enginetest"
)

// TestRebuildKeepsWhatWasSealed: what the books held up to a block that somebody refers to stays under its number, however often they
// are made again; and the whole is what it was.
func TestRebuildKeepsWhatWasSealed(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(7, 16)), 90)
	b := newBooker(t, conn)
	var sealed []Mark
	for part := range 3 {
		store(t, conn, events[part*len(events)/3:(part+1)*len(events)/3])
		if part == 0 {
			bookAll(t, b)
		} else {
			bookRest(t, b)
		}
		sealed = append(sealed, b.Mark())
	}
	var want []map[string]int64
	for _, m := range sealed {
		want = append(want, journalUpTo(t, conn, m.Block))
	}
	if len(want[0]) < 50 || len(want[1]) <= len(want[0]) || len(want[2]) <= len(want[1]) {
		t.Fatalf("%d, %d, %d cells: there is nothing to tell apart", len(want[0]), len(want[1]), len(want[2]))
	}
	b.Sealed = func() []Mark { return []Mark{sealed[1], sealed[0], sealed[1]} }
	for range 2 {
		if err := b.rebuild(t.Context(), func(Checked) {}); err != nil {
			t.Fatal(err)
		}
		if err := b.resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, m := range sealed[:2] {
			if d := cmp.Diff(want[i], journalUpTo(t, conn, m.Block)); d != "" {
				t.Errorf("up to block %d: %s", m.Block, d)
			}
		}
		if d := cmp.Diff(want[2], journalUpTo(t, conn, b.Mark().Block)); d != "" {
			t.Error(d)
		}
		compare(t, journalOf(t, conn), should(t, events))
	}
	if found, _ := runCheck(t, conn); len(found) > 0 {
		t.Errorf("found %v", found)
	}
	b.Sealed = nil
	if err := b.rebuild(t.Context(), func(Checked) {}); err != nil {
		t.Fatal(err)
	}
	if held := journalUpTo(t, conn, sealed[1].Block); len(held) > 0 {
		t.Errorf("nobody refers to block %d, and it holds %d cells", sealed[1].Block, len(held))
	}
}
