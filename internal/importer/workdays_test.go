package importer

import (
	"strings"
	"testing"
)

func TestWorkingDaysOfThePromise(t *testing.T) {
	mapping := strings.NewReplacer("{column: hen}", "{column: nop, add: 5wd}").Replace(good)
	f := func(at, want string) {
		t.Helper()
		events, rejects := told(t, mapping, "a.csv", "ma,nop,don_vi,tt,hen,st,xong\n1,"+at+",a,b,,,\n")
		if got := strings.Join(append(events, rejects...), " "); !strings.Contains(got, want) {
			t.Errorf("five working days from %s: %s, want %s", at, got, want)
		}
	}
	f("2026-03-02", `"due":"2026-03-09"`)
	// Friday before Tết 2026: 16 to 20 February are off (holidays_vn.csv), so the five are 23 to 27 February.
	f("2026-02-13 16:00", `"due":"2026-02-27"`)
	f("2039-02-13", "does not cover")
}
