package booking

import (
	"math/rand/v2"
	"testing"

	"tiendo/internal/clickhouse/enginetest"
)

// TestCheckComparesProjections: what figures are read from is the sum of the journal, and where a part lacks it, or holds another line, a
// check names it.
func TestCheckComparesProjections(t *testing.T) {
	conn := enginetest.Conn(t)
	store(t, conn, history(rand.New(rand.NewPCG(31, 7)), 80))
	bookAll(t, newBooker(t, conn))
	if found, _ := runCheck(t, conn); len(found) > 0 {
		t.Fatalf("found %v", found)
	}
	for name, keys := range map[string]string{"by_delay": "family, agency, day, source, delay", "by_month": "family, measure, toYYYYMM(day), agency, source, marks"} {
		for _, statement := range []string{
			"ALTER TABLE cells DROP PROJECTION " + name + " SETTINGS mutations_sync = 2",
			"ALTER TABLE cells ADD PROJECTION " + name + " (SELECT " + keys + ", sum(n) GROUP BY " + keys + ")",
		} {
			if err := conn.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		if found, _ := runCheck(t, conn); len(found) != 1 || found[0].What != name {
			t.Errorf("parts without %s: found %v", name, found)
		}
		if err := conn.Exec(t.Context(), "ALTER TABLE cells MATERIALIZE PROJECTION "+name+" SETTINGS mutations_sync = 2"); err != nil {
			t.Fatal(err)
		}
		if found, _ := runCheck(t, conn); len(found) > 0 {
			t.Errorf("%s was made again: found %v", name, found)
		}
	}
}
