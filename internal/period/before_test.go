package period

import (
	"testing"
	"time"
)

func TestBefore(t *testing.T) {
	zone := time.FixedZone("+07", 7*3600)
	now := time.Date(2026, 3, 5, 9, 0, 0, 0, zone)
	f := func(id, want string) {
		t.Helper()
		p, err := Parse(id, now, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Before(); got != want {
			t.Errorf("before %s comes %s, want %s", id, got, want)
		}
		if _, err := Parse(p.Before(), now, zone); err != nil {
			t.Errorf("before %s: %v", id, err)
		}
	}
	f("2026", "2025")
	f("2026-H1", "2025-H2")
	f("2026-H2", "2026-H1")
	f("2026-9M", "2025-9M")
	f("2026-Q1", "2025-Q4")
	f("2026-Q3", "2026-Q2")
	f("2026-01", "2025-12")
	f("2026-03", "2026-02")
	f("2026-03-01", "2026-02-28")
	f("2026-03-01..2026-03-10", "2026-02-19..2026-02-28")
	f("mtd", "2026-02")
	f("qtd", "2025-Q4")
	f("ytd", "2025")
	f("d30", "2026-01-05..2026-02-03")
}
