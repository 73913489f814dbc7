package kpi

import (
	"slices"
	"strings"
	"testing"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// TestRecount: a count of what cases contribute is what the books answer, by month and year, of agencies; what is hurt is named; what lies ahead, or in a later block, is left out.
func TestRecount(t *testing.T) {
	b, conn := books(t)
	var told []lifecycle.Entry
	add := func(subject, agency string, measure lifecycle.Measure, on string, marks lifecycle.Marks, bin int32, millis uint32) {
		t.Helper()
		delay := int32(0)
		if measure == lifecycle.Recorded {
			bin, delay = 0, bin
		}
		fill(t, conn, cell{subject: subject, agency: agency, measure: measure, day: on, marks: marks, bin: bin, delay: delay, millis: millis})
		c := lifecycle.Count{Cell: lifecycle.Cell{Measure: measure, Day: day(on), Marks: marks, Bin: bin, Delay: delay, Millis: millis}, N: 1}
		c.Agency = agency
		told = append(told, lifecycle.Entry{Count: c})
	}
	add("1", "A", lifecycle.Opened, "2023-12-29", 0, 0, 0)
	add("1", "A", lifecycle.Settled, "2025-02-11", promised|onTime, 0, 0)
	add("1", "A", lifecycle.Worked, "2025-02-11", 0, 700, 0)
	add("1", "A", lifecycle.Recorded, "2025-02-11", 0, 900, 0)
	add("2", "B", lifecycle.Opened, "2025-03-03", lifecycle.Online, 0, 0)
	add("2", "B", lifecycle.Breached, "2025-03-12", 0, 0, 11*60*60*1000) // an hour ago: now is noon
	add("3", "B", lifecycle.Opened, "2025-03-03", 0, 0, 0)
	add("3", "B", lifecycle.Breached, "2025-03-12", 0, 0, 13*60*60*1000) // in an hour
	add("3", "B", lifecycle.Due, "2025-04-01", lifecycle.Pending, 0, 0)
	recount := func(block uint64, family event.Family) (found []string, compared int) {
		t.Helper()
		r := b.NewRecount(now, block)
		r.Add(family, told[:3])
		r.Add(family, told[3:])
		compared, err := r.Compare(t.Context(), func(d Difference) { found = append(found, d.String()) })
		if err != nil {
			t.Fatal(err)
		}
		return found, compared
	}
	if found, compared := recount(1, event.Dossier); len(found) > 0 || compared < 500 {
		t.Errorf("%d compared, found %v", compared, found)
	}
	if found, compared := recount(0, event.Task); len(found) > 0 || compared > 0 {
		t.Errorf("what was booked since is compared with books that were empty: %v", found)
	}
	// As many times, and not the same.
	for _, n := range []int{1, -1} {
		if err := conn.Exec(t.Context(), "INSERT INTO cells (family, subject, agency, measure, day, bin, n) VALUES ('dossier', '1', 'A', 'worked', '2025-02-11', 701, ?), ('dossier', '1', 'A', 'worked', '2025-02-11', 700, ?)", n, -n); err != nil {
			t.Fatal(err)
		}
		want := []string{"dossier.working_hours_median of A in 2025-02 is served as n = 1, the facts say n = 1, of other times", "dossier.working_hours_median of A in 2025 is served as n = 1, the facts say n = 1, of other times"}
		found, _ := recount(1, event.Dossier)
		for _, w := range want {
			if slices.Contains(found, w) != (n == 1) {
				t.Errorf("%d: %s\n%s", n, w, strings.Join(found, "\n"))
			}
		}
	}
	if found, _ := recount(1, event.Task); len(found) == 0 {
		t.Error("cases of another family make the same figures")
	}
	if err := conn.Exec(t.Context(), "INSERT INTO cells (family, subject, agency, measure, day, n, block) VALUES ('dossier', '9', 'A', 'opened', '2025-02-20', 1, 7)"); err != nil {
		t.Fatal(err)
	}
	if found, _ := recount(6, event.Dossier); len(found) > 0 {
		t.Errorf("a later block counts: %v", found)
	}
	found, _ := recount(7, event.Dossier)
	for _, want := range []string{
		"dossier.received of A in 2025-02 is served as 1, the facts say 0", "dossier.received of A in 2025 is served as 1, the facts say 0",
		"dossier.open of A in 2025-03 is served as 1, the facts say nothing", "dossier.carried_over of A in 2025-03 is served as 1, the facts say nothing",
	} {
		if !strings.Contains(strings.Join(found, "\n"), want) {
			t.Errorf("not found: %s in\n%s", want, strings.Join(found, "\n"))
		}
	}
	// What is one too many is named, month by month, and not that rows of noughts stand beside it.
	for _, d := range found {
		if strings.HasSuffix(d, "is served as 0, the facts say nothing") {
			t.Errorf("no difference: %s", d)
		}
	}
	var open []string
	for _, d := range found {
		if strings.HasPrefix(d, "dossier.open of A in 2025-") {
			open = append(open, d)
		}
	}
	if len(open) < 2 || !slices.IsSorted(open) {
		t.Errorf("not in the order of months: %s", strings.Join(open, "\n"))
	}
}
