package lifecycle_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tiendo/internal/lifecycle"
)

// TestExplain: what became of every record, which promises hold, which days of a pause count.
func TestExplain(t *testing.T) {
	events := parseEvents(t, `dossier.received 2025-08-25T08:00 due=2025-09-05
dossier.received 2025-08-25T08:00 unit=u1 due=2025-09-05 @2025-08-26T08:00
dossier.received 2025-08-24T08:00 due=2025-09-05 @2025-08-24T09:00
dossier.supplement_requested 2025-08-29T09:00
dossier.supplement_requested 2025-08-30T09:00
dossier.supplemented 2025-09-03T09:00
dossier.rescheduled 2025-09-20T09:00 due=2025-09-30
dossier.returned 2025-09-21T09:00 channel=post
dossier.returned 2025-09-21T09:00 channel=post @2025-09-22T09:00 retracted
dossier.resolved 2025-09-22T09:00`)
	again := events[0]
	again.Entry += 100
	x, err := lifecycle.Explain(append(events, again), rules)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range x.Tellings {
		got = append(got, fmt.Sprintf("%s %s %d", e.Type.Step(), e.Standing, e.Rule))
	}
	want := []string{
		"received superseded 2", "received superseded 1", "received repeated 1", "received counts 0",
		"supplement_requested counts 0", "supplement_requested ignored 4", "supplemented counts 0", "rescheduled ignored 3",
		"returned taken_back 1", "returned retraction 1", "resolved counts 0",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(x.Promises) != 2 || !x.Promises[0].Holds || x.Promises[1].Holds {
		t.Errorf("promises: %+v", x.Promises)
	}
	// 30 and 31 August are a weekend, 1 and 2 September public holidays: one day counts.
	var days []string
	for _, d := range x.Stretches[0].Days {
		days = append(days, fmt.Sprintf("%s %v %s", d.Day, d.Counts, d.Why))
	}
	wantDays := "2025-08-30 false weekend|2025-08-31 false weekend|2025-09-01 false day off by notice|2025-09-02 false day off by notice|2025-09-03 true "
	if strings.Join(days, "|") != wantDays {
		t.Errorf("days: %s", strings.Join(days, "|"))
	}
	if x.Verdict(zone) != lifecycle.VerdictLate || len(x.Counted) == 0 || x.Calendar != "vn-office" {
		t.Errorf("verdict %s, %d cells, calendar %s", x.Verdict(zone), len(x.Counted), x.Calendar)
	}
}

// TestLastRecords: of each fact the record that counts by what was recorded before an instant, also where it takes the fact
// back; what was delivered again, and told otherwise, is dropped.
func TestLastRecords(t *testing.T) {
	events := parseEvents(t, `dossier.received 2025-08-25T08:00 due=2025-09-05
dossier.received 2025-08-25T08:00 due=2025-09-06 @2025-08-26T08:00
dossier.received 2025-08-25T08:00 due=2025-09-06 @2025-08-26T08:00 retracted
dossier.received 2025-08-25T09:00 due=2025-09-07
dossier.resolved 2025-08-27T08:00`)
	again := events[4]
	again.Entry, again.Recorded, again.Data = again.Entry+100, again.Recorded.AddDate(0, 1, 0), []byte(`{"digital":true}`)
	events = append(events, again)
	f := func(before string, want ...string) {
		t.Helper()
		var until time.Time
		if before != "" {
			var err error
			if until, err = time.ParseInLocation("2006-01-02T15:04", before, zone); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for _, e := range lifecycle.LastRecords(slices.Clone(events), until) {
			got = append(got, fmt.Sprintf("%s %s %v", e.Type.Step(), e.Data, e.Retracted))
		}
		if !slices.Equal(got, want) {
			t.Errorf("before %s: got\n%s\nwant\n%s", before, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	f("", `received {"agency":"A","due":"2025-09-06"} true`, `received {"agency":"A","due":"2025-09-07"} false`, `resolved {"agency":"A"} false`)
	f("2025-08-26T08:00", `received {"agency":"A","due":"2025-09-05"} false`, `received {"agency":"A","due":"2025-09-07"} false`)
	f("2025-08-25T08:00")
}

func TestACaseOfWhichNothingStandsWasNotClosed(t *testing.T) {
	x, err := lifecycle.Explain(parseEvents(t, `dossier.received 2025-08-25T08:00 due=2025-09-05
dossier.received 2025-08-25T08:00 due=2025-09-05 @2025-08-26T08:00 retracted`), rules)
	if err != nil {
		t.Fatal(err)
	}
	if vi, en := x.Sentence(zone); en != "No opening counts: none was told, or it was taken back." || !strings.Contains(vi, "đã rút lại") || len(x.Counted) != 0 {
		t.Errorf("%s %s %v", vi, en, x.Counted)
	}
}
