package lifecycle

import (
	"testing"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
)

// A dossier of Monday 3 March 2025, promised for Monday the 10th, settled on Tuesday the 11th: a day late. By hand for each
// supposition: by which day it should have been settled.
func TestSupposing(t *testing.T) {
	told := func(typ, at, data string) event.Event {
		when, err := time.Parse(time.RFC3339, "2025-03-"+at+":00+07:00")
		if err != nil {
			t.Fatal(err)
		}
		return event.Event{Source: "urn:t", ID: typ + at, Type: event.Type("dossier." + typ), Subject: "d", Time: when, Recorded: when, Arrival: when, Data: []byte(data)}
	}
	zone := time.FixedZone("+07", 7*3600)
	waits := []event.Event{told("supplement_requested", "05T08:00", `{}`), told("supplemented", "07T08:00", `{}`)}
	f := func(s Supposition, waited bool, deadline string, onTime bool) {
		t.Helper()
		events := []event.Event{told("received", "03T08:00", `{"agency":"H24.12","channel":"online","due":"2025-03-10","procedure":"1"}`), told("resolved", "11T08:00", `{}`)}
		if waited {
			events = append(events, waits...)
		}
		c, err := Judge(events, Builtin(zone).Supposing(s))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Deadline.In(zone).Format(time.DateOnly); got != deadline || c.Told.After(c.Deadline) == onTime {
			t.Errorf("%+v, waited %v: to be settled by %s, want %s", s, waited, got, deadline)
		}
	}
	days := func(all ...string) (off []calendar.Day) {
		for _, day := range all {
			d, err := calendar.ParseDay("2025-03-" + day)
			if err != nil {
				t.Fatal(err)
			}
			off = append(off, d)
		}
		return off
	}
	f(Supposition{}, false, "2025-03-10", false)
	f(Supposition{Off: days("05")}, false, "2025-03-11", true)
	f(Supposition{Off: days("06", "05")}, false, "2025-03-12", true)
	f(Supposition{Off: days("10", "11")}, false, "2025-03-12", true)  // the 10th is lost, the 11th can't make up for it
	f(Supposition{Off: days("07")}, true, "2025-03-13", true)         // moved by the lost day, then by the two of the wait
	f(Supposition{Off: days("08", "09")}, false, "2025-03-10", false) // a weekend
	f(Supposition{Off: days("03")}, false, "2025-03-10", false)       // the term counts from the day after
	f(Supposition{Off: days("11")}, false, "2025-03-10", false)       // the promise had passed
	f(Supposition{}, true, "2025-03-12", true)                        // the wait moves it by two days
	f(Supposition{Pauses: PausesExtend}, true, "2025-03-12", true)
	f(Supposition{Pauses: PausesNothing}, true, "2025-03-10", false)
	f(Supposition{Pauses: PausesRestart}, true, "2025-03-14", true) // five working days from the 7th
	f(Supposition{Pauses: PausesNothing}, false, "2025-03-10", false)
}
