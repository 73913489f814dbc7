package lifecycle_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tiendo/internal/lifecycle"
	"tiendo/internal/register"
)

// TestCausesOfADay: what a day changed is stamped with the day on which it arrived, and named by the strongest of its causes; @time is
// when a record arrived. By this the difference between two days is split (CONTRACT §4, as_of).
func TestCausesOfADay(t *testing.T) {
	const received = "dossier.received 2025-03-10T08:00 due=2025-03-20\n"
	of := func(told string) (lifecycle.Case, string) {
		c, entries, err := lifecycle.Journal(parseEvents(t, told), lifecycle.Builtin(zone))
		if err != nil {
			t.Fatal(err)
		}
		var days []string
		for _, e := range entries {
			if day := fmt.Sprintf("%s %s", e.Stamp, e.Cause); !slices.Contains(days, day) {
				days = append(days, day)
			}
		}
		return c, strings.Join(days, ", ")
	}
	for name, c := range map[string]struct{ told, want string }{
		"told on the day it happened":                       {received + "dossier.resolved 2025-03-12T09:00", "2025-03-10 event, 2025-03-12 event"},
		"told at the end of its day":                        {"dossier.received 2025-03-10T08:00 due=2025-03-20 @2025-03-10T23:59:59.999", "2025-03-10 event"},
		"told when the next day begins":                     {"dossier.received 2025-03-10T23:59:59.999 due=2025-03-20 @2025-03-11T00:00", "2025-03-11 late"},
		"told late":                                         {received + "dossier.resolved 2025-03-12T09:00 @2025-03-14T08:00", "2025-03-10 event, 2025-03-14 late"},
		"one in time and one late":                          {received + "dossier.transferred 2025-03-13T09:00 @2025-03-14T08:00\ndossier.resolved 2025-03-14T09:00", "2025-03-10 event, 2025-03-14 late"},
		"told again with something else":                    {received + "dossier.received 2025-03-10T08:00 due=2025-03-20 agency=B @2025-03-12T08:00", "2025-03-10 event, 2025-03-12 correction"},
		"by another source":                                 {received + "dossier.received 2025-03-10T08:00 due=2025-03-20 agency=B source=urn:other id=0 @2025-03-12T08:00", "2025-03-10 event, 2025-03-12 correction"},
		"taken back":                                        {received + "dossier.received 2025-03-10T08:00 due=2025-03-20 retracted @2025-03-12T08:00", "2025-03-10 event, 2025-03-12 correction"},
		"a correction and something new":                    {received + "dossier.received 2025-03-10T08:00 due=2025-03-20 agency=B @2025-03-12T08:00\ndossier.resolved 2025-03-12T09:00", "2025-03-10 event, 2025-03-12 correction"},
		"another step of the same time is no correction":    {received + "dossier.paid 2025-03-10T08:00 channel=online @2025-03-12T08:00", "2025-03-10 event, 2025-03-12 late"},
		"the same step of another time is none either":      {received + "dossier.paid 2025-03-10T09:00 channel=online\ndossier.paid 2025-03-12T08:00 channel=online", "2025-03-10 event, 2025-03-12 event"},
		"delivered again changes nothing":                   {"dossier.received 2025-03-10T08:00 due=2025-03-20 id=a\ndossier.received 2025-03-10T08:00 due=2025-03-20 id=a @2025-03-12T08:00", "2025-03-10 event"},
		"a day is the city's, and not that of the offset":   {"dossier.received 2025-03-11T00:00 due=2025-03-20 @2025-03-11T06:59", "2025-03-11 event"},
		"what was told and taken back on one day is no row": {"dossier.received 2025-03-10T08:00 due=2025-03-20 @2025-03-12T08:00\ndossier.received 2025-03-10T08:00 due=2025-03-20 retracted @2025-03-12T09:00", "2025-03-12 correction"},
	} {
		if _, got := of(c.told); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestCauseOfACalendar: a load of calendars is another cause than one of procedures, and of what arrives on the same day that is the cause.
func TestCauseOfACalendar(t *testing.T) {
	loaded := load(t, register.Empty(zone, nil), register.Calendars, "name: vn-office\nbase: vn-office\noff: [2025-03-11]\n", "2025-03-14T08:00")
	for told, want := range map[string]string{
		"": "2025-03-14 calendar",
		"\ndossier.rated 2025-03-13T09:00 @2025-03-14T09:00": "2025-03-14 late",
	} {
		_, entries, err := lifecycle.Journal(parseEvents(t, `dossier.received 2025-03-07T08:00 due=2025-03-12
dossier.supplement_requested 2025-03-10T09:00
dossier.supplemented 2025-03-12T09:00`+told), lifecycle.NewRules(loaded))
		if err != nil {
			t.Fatal(err)
		}
		last := entries[len(entries)-1]
		if got := fmt.Sprintf("%s %s", last.Stamp, last.Cause); got != want {
			t.Errorf("%q: %s, want %s", told, got, want)
		}
	}
}
