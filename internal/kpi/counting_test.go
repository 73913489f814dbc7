package kpi

import (
	"fmt"
	"testing"
	"time"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// A dossier that was overdue from one day to another: which stocks count it, and from when until when.
func TestStocksCountACaseForAWhile(t *testing.T) {
	tell := func(step string, day int, data string) event.Event {
		at := time.Date(2025, 3, day, 9, 0, 0, 0, zone).UTC()
		return event.Event{Source: "urn:test", ID: step, Subject: "1", Type: event.Type("dossier." + step), Time: at, Recorded: at, Arrival: at, Data: []byte(data)}
	}
	of := func(events ...event.Event) map[string]string {
		x, err := lifecycle.Explain(events, lifecycle.Builtin(zone))
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]string{}
		for _, m := range Counting(event.Dossier, x.Counted) {
			begins := map[bool]string{true: " begins"}[m.Begins]
			all[m.ID+" "+string(m.Part)] += fmt.Sprintf("%s..%s %d%s;", m.Day, m.Until, m.N, begins)
		}
		return all
	}
	received := tell("received", 3, `{"agency":"A","due":"2025-03-10"}`)
	late := of(received, tell("resolved", 13, `{}`))
	for figure, want := range map[string]string{
		"dossier.open ":                    "2025-03-03..2025-03-13 1;",
		"dossier.open_overdue ":            "2025-03-10..2025-03-13 1;",
		"dossier.open_in_term ":            "2025-03-03..2025-03-10 1;",
		"dossier.carried_over ":            "2025-03-04..2025-03-13 1 begins;",
		"official.06a_carried ":            "2025-03-04..2025-03-13 1 begins;",
		"official.06a_received ":           "2025-03-03.. 1;2025-03-04..2025-03-13 1 begins;",
		"dossier.late ":                    "2025-03-13.. 1;",
		"dossier.on_time ":                 "",
		"dossier.on_time_rate numerator":   "",
		"dossier.on_time_rate denominator": "2025-03-13.. 1;",
	} {
		if late[figure] != want {
			t.Errorf("late: %s: %q, want %q", figure, late[figure], want)
		}
	}
	if at := of(received, tell("resolved", 3, `{}`)); at["dossier.open "] != "" || at["dossier.early "] == "" {
		t.Errorf("settled on the day it came: %v", at)
	}
	if at := of(received, tell("resolved", 4, `{}`)); at["dossier.carried_over "] != "2025-03-04..2025-03-04 1 begins;" {
		t.Errorf("settled on the day after it came: only periods that begin on that day carry it over: %v", at["dossier.carried_over "])
	}
	if open := of(received); open["dossier.open "] != "2025-03-03.. 1;" {
		t.Errorf("open: %v", open)
	}
}
