package kpi

import (
	"fmt"
	"testing"
	"time"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// smallEvent is one event of the small city: day and hour of March 2025, step, data.
type smallEvent struct {
	day, hour int
	step      string
	data      string
}

// smallCity is twelve dossiers of one agency around March 2025, which figures are computed of by hand. Due is the 14th.
var smallCity = [][]smallEvent{
	{{-5, 8, "received", `"due":"2025-03-14","channel":"direct"`}, {10, 9, "resolved", ``}},                                                                               // 1 carried over, early
	{{3, 8, "received", `"due":"2025-03-14","channel":"online","level":"full","fee":true`}, {4, 9, "paid", `"channel":"online"`}, {14, 16, "resolved", `"digital":true`}}, // 2 on the day
	{{3, 8, "received", `"due":"2025-03-14","channel":"online","level":"full","fee":true`}, {4, 9, "paid", `"channel":"direct"`}, {17, 9, "resolved", `"digital":true`}},  // 3 late
	{{3, 8, "received", `"due":"2025-03-14","channel":"direct","level":"full"`}, {20, 9, "rejected", ``}},                                                                 // 4 rejected after the deadline
	{{3, 8, "received", `"due":"2025-03-14","channel":"post"`}, {18, 9, "withdrawn", ``}},                                                                                 // 5 withdrawn after the deadline
	{{3, 8, "received", `"channel":"direct"`}, {18, 9, "resolved", ``}},                                                                                                   // 6 without a deadline
	{{3, 8, "received", `"due":"2025-03-14","channel":"direct"`}},                                                                                                         // 7 open, overdue
	{{3, 8, "received", `"due":"2025-03-14","channel":"direct"`}, {5, 8, "supplement_requested", ``}},                                                                     // 8 open, waiting
	{{25, 8, "received", `"due":"2025-04-14","channel":"online","level":"partial","fee":true`}},                                                                           // 9 open, in term
	{{3, 8, "received", `"due":"2028-01-03","channel":"post"`}, {4, 8, "supplement_requested", ``}, {5, 8, "supplemented", ``}, {6, 9, "resolved", ``}},                   // 10 no calendar has the days of 2028
	{{3, 8, "received", `"due":"2028-01-03","channel":"post"`}, {4, 8, "supplement_requested", ``}, {5, 8, "supplemented", ``}},                                           // 11 nor are they known while it is open
	{{20, 8, "received", `"due":"2025-04-14","channel":"post"`}, {21, 8, "supplement_requested", ``}, {24, 8, "supplemented", ``}, {25, 8, "supplement_requested", ``}},   // 12 open, asked twice
}

func fillCity(t *testing.T, b *Books, family event.Family, city [][]smallEvent) {
	t.Helper()
	var cells []cell
	for i, list := range city {
		var events []event.Event
		for j, e := range list {
			at := time.Date(2025, 3, e.day, e.hour, 0, 0, 0, zone)
			data := `{"agency":"A"}`
			if e.data != "" {
				data = `{"agency":"A",` + e.data + `}`
			}
			events = append(events, event.Event{
				Source: "urn:test", ID: fmt.Sprint(j), Subject: fmt.Sprint(i), Type: event.Type(string(family) + "." + e.step),
				Time: at.UTC(), Recorded: at.UTC(), Arrival: at.UTC(), Data: []byte(data),
			})
		}
		c, err := lifecycle.Judge(events, lifecycle.Builtin(zone))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range c.Counts(zone) {
			cells = append(cells, cell{family: string(family), subject: fmt.Sprint(i), agency: n.Agency, measure: n.Measure, day: n.Day.String(), millis: n.Millis, marks: n.Marks, bin: n.Bin, channel: n.Channel, n: n.N})
		}
	}
	fill(t, b.Conn, cells...)
}

// TestOfficial computes every official figure of the small city for March 2025 by hand, and checks the identities of form
// 06a: 3 = 4+5+6, 7 = 8+9+10, 11 = 12+13, 3 = 7+11 (DOMAIN.md §1.3).
func TestOfficial(t *testing.T) {
	b, _ := books(t)
	b.Now = func() time.Time { return time.Date(2025, 6, 1, 0, 0, 0, 0, zone) }
	fillCity(t, b, event.Dossier, smallCity)
	f := func(id, want string) float64 {
		t.Helper()
		row := ask(t, b, id, "2025-03", nil, nil).Rows[0]
		got := fmt.Sprint(*row.Value)
		if row.Numerator != nil {
			got = fmt.Sprintf("%v/%v", *row.Numerator, *row.Denominator)
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", id, got, want)
		}
		return *row.Value
	}
	received := f("official.06a_received", "12")
	online := f("official.06a_online", "3")   // 2, 3, 9
	direct := f("official.06a_direct", "8")   // 4, 5, 6, 7, 8, 10, 11, 12
	carried := f("official.06a_carried", "1") // 1
	settled := f("official.06a_settled", "7") // 1 to 6, 10
	early := f("official.06a_early", "1")     // 1
	good := f("official.06a_on_time", "5")    // 2; 4 and 5, for the form counts refusals and withdrawals so; 6; 10, for its columns must add up
	late := f("official.06a_late", "1")       // 3
	open := f("official.06a_open", "5")       // 7, 8, 9, 11, 12
	term := f("official.06a_open_in_term", "4")
	over := f("official.06a_open_overdue", "1") // 7
	if received != online+direct+carried || settled != early+good+late || open != term+over || received != settled+open {
		t.Error("the identities of form 06a do not hold")
	}
	// Handled: 6 closed and 4 open, for 10 and 11 are in no rate. On time: 1, 2, 5, 6, and open in term 8, 9; the refusal came after its date,
	// and 12 was asked twice and has no result, which is overdue (DOMAIN.md fact 5).
	f("official.766_on_time_rate", "6/10")
	f("official.766_online_rate", "2/5")         // resolved: 1, 2, 3, 6, 10
	f("official.766_full_online_rate", "2/3")    // 2, 3 of 2, 3, 4
	f("official.766_payment_rate", "1/3")        // 2 of 2, 3, 9
	f("official.766_digital_result_rate", "2/5") // 2, 3
	f("dossier.on_time_rate", "2/4")             // 1, 2 of 1, 2, 3, 4: ours knows a late refusal
	f("quality.no_deadline_rate", "1/11")        // 6
	f("quality.no_level_rate", "7/11")           // 5, 6, 7, 8, 10, 11, 12
	f("quality.no_calendar_rate", "2/11")        // 10, 11
	f("quality.backdated_rate", "0/7")
}

// TestQuality: closings that no other figure counts are still watched.
func TestQuality(t *testing.T) {
	b, _ := books(t)
	fillCity(t, b, event.Dossier, [][]smallEvent{
		{{3, 8, "received", ``}, {2, 8, "resolved", ``}},                       // before its opening
		{{4, 8, "resolved", ``}},                                               // never opened
		{{3, 8, "submitted", ``}, {4, 8, "rejected", ``}},                      // not accepted: no orphan
		{{3, 8, "received", ``}, {4, 8, "resolved", ``}, {5, 8, "voided", ``}}, // voided, and still a closing
	})
	fillCity(t, b, event.Task, [][]smallEvent{{{5, 8, "completed", ``}}, {{3, 8, "assigned", ``}, {4, 8, "completed", ``}}})
	f := func(id, want string) {
		t.Helper()
		row := ask(t, b, id, "2025-03", nil, nil).Rows[0]
		if got := fmt.Sprintf("%v/%v", *row.Numerator, *row.Denominator); got != want {
			t.Errorf("%s: got %s, want %s", id, got, want)
		}
	}
	f("quality.orphan_rate", "2/6")
	f("quality.impossible_rate", "1/6")
}
