package lifecycle

import (
	"fmt"
	"testing"
	"time"

	"tiendo/internal/event"
)

// A dossier of ten working days, received on Monday 3 March 2025: asked for papers on the ninth, which came at once; its date
// was edited, then moved with an apology; closed on the last day, written down three days later, handed over by post.
func TestTrace(t *testing.T) {
	zone := time.FixedZone("+07", 7*60*60)
	at := func(text string) time.Time {
		read, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return read
	}
	var events []event.Event
	tell := func(step, when, recorded, data string) {
		e := event.Event{Source: "urn:test", ID: fmt.Sprint(len(events)), Subject: "D", Type: event.Type("dossier." + step), Time: at(when), Recorded: at(recorded), Data: []byte(data)}
		e.Arrival = e.Recorded
		events = append(events, e)
	}
	tell("received", "2025-03-03 08:00", "2025-03-03 08:00", `{"agency":"H24.12","due":"2025-03-17"}`)
	tell("supplement_requested", "2025-03-14 09:00", "2025-03-14 09:00", `{"reason":"papers"}`)
	tell("supplemented", "2025-03-14 09:10", "2025-03-14 09:10", `{}`)
	tell("received", "2025-03-03 08:00", "2025-03-14 16:00", `{"agency":"H24.12","due":"2025-03-19"}`)
	tell("rescheduled", "2025-03-18 10:00", "2025-03-18 10:00", `{"apology":true,"due":"2025-03-20"}`)
	tell("resolved", "2025-03-20 16:30", "2025-03-25 08:00", `{}`)
	tell("returned", "2025-03-26 08:00", "2025-03-26 08:00", `{"channel":"post"}`)
	x, err := TraceOf(events, Builtin(zone))
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Asked) != 1 || x.Asked[0].Term != 10 || x.Asked[0].Elapsed != 9 || !x.Asked[0].Supplemented {
		t.Errorf("pauses: %+v", x.Asked)
	}
	if len(x.Moves) != 2 || !x.Moves[0].Edited || !x.Moves[0].At.Equal(at("2025-03-14 16:00")) || x.Moves[1].Edited || !x.Moves[1].Apology {
		t.Errorf("moves: %+v", x.Moves)
	}
	if x.FirstLastDay.String() != "2025-03-17" || x.LastDay.String() != "2025-03-20" {
		t.Errorf("last days: %s and %s", x.FirstLastDay, x.LastDay)
	}
	if !x.ClosingRecorded.Equal(at("2025-03-25 08:00")) || !x.Returned.Equal(at("2025-03-26 08:00")) || x.ReturnedBy != "post" {
		t.Errorf("recorded %v, returned %v by %s", x.ClosingRecorded, x.Returned, x.ReturnedBy)
	}
	if y, err := TraceOf(events[4:5], Builtin(zone)); err != nil || len(y.Asked)+len(y.Moves) > 0 {
		t.Errorf("a dossier that nobody received: %+v, %v", y, err)
	}
	// Of a task the report dates the completion, so that is what was written down late.
	events = nil
	for _, e := range [][4]string{
		{"assigned", "2025-03-03 08:00", "2025-03-03 08:00", `{"agency":"H24.12","due":"2025-03-17"}`}, {"reported", "2025-03-17 16:45", "2025-03-19 08:00", `{}`}, {"completed", "2025-03-21 08:00", "2025-03-21 08:01", `{}`},
	} {
		tell(e[0], e[1], e[2], e[3])
		events[len(events)-1].Type = event.Type("task." + e[0])
	}
	if y, err := TraceOf(events, Builtin(zone)); err != nil || !y.Told.Equal(at("2025-03-17 16:45")) || !y.ClosingRecorded.Equal(at("2025-03-19 08:00")) {
		t.Errorf("a task told to be done on %v, recorded %v, %v", y.Told, y.ClosingRecorded, err)
	}
}
