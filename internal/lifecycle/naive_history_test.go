package lifecycle_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
	"tiendo/internal/register"
)

// marketRules are those of a city with one calendar of its own whose deadlines are instants and whose hours end: the
// mornings of Monday to Saturday, of two years.
var marketRules = sync.OnceValue(func() *lifecycle.Rules { return lifecycle.NewRules(marketRegisters()) })

var marketRegisters = sync.OnceValue(func() *register.Registers {
	registers, err := register.Empty(zone, nil).With(register.Calendars, []byte(`name: market
grain: instant
from: 2024-01-01
to: 2025-12-31
hours:
  monday: ["06:00-12:00"]
  tuesday: ["06:00-12:00"]
  wednesday: ["06:00-12:00"]
  thursday: ["06:00-12:00"]
  friday: ["06:00-12:00"]
  saturday: ["06:00-12:00"]
off: [2025-01-29]
`), time.Unix(0, 0))
	if err != nil {
		panic(err)
	}
	registers, err = registers.With(register.Procedures, []byte(`procedures:
  - {code: R, names: {vi: r, en: r}, supplement: restart}
  - {code: C, names: {vi: c, en: c}, calendar: continuous}
  - {code: M, names: {vi: m, en: m}, calendar: market, supplement: restart}
`), time.Unix(1, 0))
	if err != nil {
		panic(err)
	}
	return registers
})

// marketView is what marketRules are made of.
func marketView() register.View { return marketRegisters().At(time.Time{}) }

func dayOf(s string) calendar.Day {
	d, err := calendar.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// histories checks a property on many random histories: at least that many, a tenth of it with -short.
func histories(t *testing.T, least int, property func(t *rapid.T, events []event.Event)) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	asked, err := strconv.Atoi(before)
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		least /= 2 // rapid itself makes a fifth of them
	}
	for name, value := range map[string]string{"rapid.checks": fmt.Sprint(max(asked, least)), "rapid.nofailfile": "true"} {
		old := flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		defer flag.Set(name, old) //nolint:errcheck // it was its value
	}
	ran := 0
	rapid.Check(t, func(t *rapid.T) {
		ran++
		property(t, history(t))
	})
	if want := map[bool]int{false: least, true: least / 5}[testing.Short()]; ran < want {
		t.Errorf("only %d histories", ran)
	}
}

// windows are the first days of stretches in which the calendars have something to trip over.
var windows = []string{
	"2025-03-03",               // nothing
	"2025-01-20",               // Tết 2025
	"2025-04-21", "2024-04-26", // swapped Saturdays: 26 April 2025, 4 May 2024
	"2026-01-01", "2026-08-14", // 10 January, 22 August 2026
	"2018-01-02", "2017-12-22", "2027-12-20", // the years that vn-office covers begin and end
	"2025-12-24", // those of the market end
	"2031-05-05", // no office calendar
}

var steps = map[string][]string{
	"dossier": {
		"received", "received", "resolved", "resolved", "supplement_requested", "supplement_requested", "supplemented", "supplemented",
		"rescheduled", "rescheduled", "transferred", "transferred", "rejected", "withdrawn", "submitted", "returned", "paid", "rated",
		"voided",
	},
	"task": {
		"assigned", "assigned", "completed", "completed", "reported", "reported", "returned_for_rework", "rescheduled", "accepted",
		"cancelled", "voided",
	},
	"petition": {
		"received", "received", "accepted", "accepted", "resolved", "resolved", "rescheduled", "rescheduled", "rejected", "withdrawn",
		"forwarded", "voided",
	},
	"finding": {"raised", "raised", "remedied", "remedied", "rescheduled", "rescheduled", "voided"},
}

// sketch is what is drawn of one event: numbers that mean something only beside the events before it.
type sketch struct {
	how, like, step, day, clock, recordedDay, arrivalDay       int
	due, dueClock, dueForm, agency, calendar, procedure, flags int
	bound                                                      int
}

var (
	clocks     = []time.Duration{8 * time.Hour, 17 * time.Hour, 0, 24*time.Hour - time.Millisecond, 11*time.Hour + 40*time.Minute + time.Millisecond}
	offsets    = []int{0, 1, 2, 3, 4, 5, 7, 9, 12, 16}
	agencies   = []string{"A", "B"}
	procedures = []string{"P", "P", "P", "R", "R", "R", "C", "M"} // those of marketRegisters, and one they do not know
	named      = []string{"", "", "", "vn-office", "days", "continuous", "continuous", "market", "lunar"}
)

// drawn is a number below a bound, each as likely: rapid's own lean so much to small ones that few cases would have two
// pauses.
func drawn(t *rapid.T, label string, below int) int {
	n := 0
	for reach := 1; reach < below; reach *= 2 {
		n *= 2
		if rapid.Bool().Draw(t, label) {
			n++
		}
	}
	return n % below
}

var sketchOf = rapid.Custom(func(t *rapid.T) sketch {
	return sketch{
		how: drawn(t, "how", 10), like: drawn(t, "like", 8), step: drawn(t, "step", 64), day: drawn(t, "day", len(offsets)),
		clock: drawn(t, "clock", 8), recordedDay: drawn(t, "recorded", 16), arrivalDay: drawn(t, "arrival", 16),
		due: drawn(t, "due", 32), dueClock: drawn(t, "due clock", 8),
		dueForm: drawn(t, "due form", 4), agency: drawn(t, "agency", len(agencies)),
		procedure: drawn(t, "procedure", len(procedures)), calendar: drawn(t, "calendar", len(named)), flags: drawn(t, "flags", 32),
		bound: drawn(t, "bound", 8),
	}
})

// history draws the events of one case.
func history(t *rapid.T) []event.Event {
	family := []string{"dossier", "dossier", "dossier", "dossier", "dossier", "task", "task", "petition", "petition", "finding"}[drawn(t, "family", 10)]
	base := dayOf(windows[drawn(t, "window", len(windows))]).Start(zone)
	at := func(day, clock int) time.Time {
		return base.AddDate(0, 0, day).Add(clocks[max(0, clock-3)%len(clocks)]).UTC()
	}
	senders := []string{""} // nobody is bound to an agency, or some are
	if drawn(t, "senders", 4) == 0 {
		senders = []string{"", "", "A", "A", "B", "B", "C", ""}
	}
	var events []event.Event
	for i, s := range rapid.SliceOfN(sketchOf, 1+drawn(t, "events", 8), 12).Draw(t, "events") {
		step := steps[family][s.step%len(steps[family])]
		switch {
		case i == 0 && s.flags < 28: // most histories have an opening
			step = steps[family][0]
		case step == "voided" && s.flags < 24: // few are void
			step = "rescheduled"
		}
		if step == steps[family][0] || step == "submitted" {
			s.day %= 4 // and most openings are early
		}
		e := event.Event{
			Source: "urn:test", ID: fmt.Sprint(i), Subject: "case", Type: event.Type(family + "." + step),
			Time: at(offsets[s.day], s.clock), Collector: "c", Entry: uint64(i + 1),
			Bound: senders[s.bound%len(senders)],
		}
		if len(events) > 0 {
			like := &events[s.like%len(events)]
			switch s.how {
			case 6: // at the same instant as another
				e.Time = like.Time
			case 7, 8: // another record of the same fact
				e.Type, e.Time = like.Type, like.Time
				e.Retracted = s.flags%4 == 3
			case 9: // the same event, told otherwise
				e.Source, e.ID = like.Source, like.ID
				if s.flags%2 == 1 {
					e.Type, e.Time = like.Type, like.Time
				}
			}
		}
		e.Recorded = e.Time
		if s.recordedDay >= 8 {
			e.Recorded = at(offsets[s.recordedDay%len(offsets)], s.clock)
		}
		e.Arrival = e.Recorded
		if s.arrivalDay >= 8 {
			e.Arrival = at(offsets[s.arrivalDay%len(offsets)]+1, 0)
		}
		e.Data = drawnData(e.Type, s, at)
		events = append(events, e)
	}
	return events
}

func drawnData(typ event.Type, s sketch, at func(day, clock int) time.Time) []byte {
	data := map[string]any{}
	for _, field := range typ.Fields() {
		switch field.Name {
		case "agency":
			data["agency"] = agencies[s.agency]
		case "unit":
			if s.flags%2 == 1 {
				data["unit"] = "U"
			}
		case "calendar":
			if named[s.calendar] != "" {
				data["calendar"] = named[s.calendar]
			}
		case "due":
			deadline := at(s.due-5, s.dueClock)
			if s.due > 15 { // when other things happen
				deadline = at(offsets[s.due%len(offsets)], s.dueClock)
			}
			if !field.Required && s.due <= 6 {
				continue
			}
			switch s.dueForm {
			case 0, 1:
				data["due"] = deadline.In(zone).Format(time.DateOnly)
			case 2:
				data["due"] = deadline.In(zone).Format(time.RFC3339Nano)
			default:
				data["due"] = deadline.In(time.FixedZone("", -8*60*60)).Format(time.RFC3339Nano)
			}
		case "procedure":
			data["procedure"] = procedures[s.procedure]
		case "channel":
			data["channel"] = []string{"online", "direct"}[s.flags/2%2]
		case "kind":
			data["kind"] = "complaint"
		case "area":
			data["area"] = "it"
		case "score":
			data["score"] = 1 + s.flags%5
		case "apology", "digital", "fee":
			if s.flags/4%2 == 1 {
				data[field.Name] = true
			}
		case "reason":
			if s.flags/8 == 1 {
				data["reason"] = "r"
			}
		}
	}
	encoded, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	return encoded
}

// told writes events as a person reads them: as in testdata/cases, with what those files leave out behind a #.
func told(events []event.Event) string {
	var b strings.Builder
	stamp := func(t time.Time) string {
		return strings.TrimSuffix(t.In(zone).Format("2006-01-02T15:04:05.000"), ":00.000")
	}
	for i := range events {
		e := &events[i]
		fmt.Fprintf(&b, "%s %s", e.Type, stamp(e.Time))
		var data map[string]any
		if err := json.Unmarshal(e.Data, &data); err != nil {
			panic(err)
		}
		var words []string
		for key, value := range data {
			words = append(words, fmt.Sprintf("%s=%v", key, value))
		}
		slices.Sort(words)
		b.WriteString(" " + strings.Join(words, " "))
		if !e.Recorded.Equal(e.Time) {
			b.WriteString(" @" + stamp(e.Recorded))
		}
		if e.Retracted {
			b.WriteString(" retracted")
		}
		if e.Bound != "" {
			b.WriteString(" by " + e.Bound)
		}
		fmt.Fprintf(&b, "   # id %s, arrived %s\n", e.ID, stamp(e.Arrival))
	}
	return b.String()
}
