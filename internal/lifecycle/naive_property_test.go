package lifecycle_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// TestNaiveReadingAgrees compares everything that both readings derive.
func TestNaiveReadingAgrees(t *testing.T) {
	rules := marketView()
	seen := map[string]int{}
	histories(t, 20_000, func(t *rapid.T, events []event.Event) {
		want := readNaively(events, rules)
		got, err := lifecycle.Judge(slices.Clone(events), marketRules())
		if err != nil {
			t.Fatalf("%v of\n%s", err, told(events))
		}
		a, b := want.describe(), describeCase(&got)
		if a != b {
			t.Fatalf("the contract, read naively, and lifecycle differ in\n%s\nof\n%s", differing(a, b), told(events))
		}
		want.note(string(events[0].Type.Family()), seen)
	})
	t.Log(seen)
	for what, n := range rulesMet(seen) {
		if n == 0 && !t.Failed() && !testing.Short() {
			t.Errorf("no history met: %s", what)
		}
	}
}

// note says which rules a history met, so that the comparison cannot turn vacuous.
func (n *naive) note(family string, seen map[string]int) {
	meet := func(what string, is bool) {
		if is {
			seen[what]++
		}
	}
	meet(family+" "+n.verdict, true)
	if !n.counts() {
		return
	}
	meet("told by who may not", n.foreign > 0)
	meet("told before the opening", n.closing != "" && n.told.Before(n.opened))
	meet("closed at the very deadline", n.settled && n.told.Equal(n.deadline))
	meet("dated by a report", n.reported)
	meet("two pauses", len(n.pauses) > 1)
	meet("paused now", n.closing == "" && len(n.pauses) > 0 && n.pauses[len(n.pauses)-1].to.IsZero())
	meet("two legs", len(n.legs) > 1)
	meet("leg settled in time", slices.ContainsFunc(n.legs, func(l naiveLeg) bool { return l.settled && l.due && !l.to.After(l.deadline) }))
	if n.unknown {
		return
	}
	meet("moved by a pause", !n.deadline.IsZero() && n.moved)
	meet("begun again after a supplement", n.restarted)
	meet("another promise in force", n.promised && !n.first.Equal(n.deadline))
	meet("late by the first promise alone", n.settled && n.promised && !n.onTimeFirst && n.verdict != "late")
}

func rulesMet(seen map[string]int) map[string]int {
	met := map[string]int{}
	for _, what := range []string{
		"told by who may not", "told before the opening", "closed at the very deadline", "dated by a report", "two pauses", "paused now", "two legs",
		"leg settled in time", "moved by a pause", "begun again after a supplement", "another promise in force", "late by the first promise alone",
		"dossier awaiting", "dossier not_accepted", "dossier orphan", "finding late", "finding on_time",
	} {
		met[what] = seen[what]
	}
	for verdict := range strings.FieldsSeq("voided open ended early on_time late no_deadline no_calendar") {
		for family := range strings.FieldsSeq("dossier task petition") {
			met[family+" "+verdict] = seen[family+" "+verdict]
		}
	}
	return met
}

func differing(want, got string) string {
	var b strings.Builder
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		var a, c string
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			c = g[i]
		}
		if a != c {
			fmt.Fprintf(&b, "  naive:     %s\n  lifecycle: %s\n", a, c)
		}
	}
	return b.String()
}

func (n *naive) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "verdict %s\nvoided %t\nforeign %d\n", n.verdict, n.voided, n.foreign)
	if !n.voided {
		fmt.Fprintf(&b, "recorded %s\n", strings.Join(n.recorded, "\nrecorded "))
	}
	if n.voided || n.opened.IsZero() {
		return b.String()
	}
	fmt.Fprintf(&b, "opened %s\ntold %s\nclosed %s\nclosing %s\nsettled %t\n",
		at(n.opened), at(n.told), at(n.closed), n.closing, n.settled)
	fmt.Fprintf(&b, "attributes %s %s %s\n", n.agency, n.unit, n.channel)
	fmt.Fprintf(&b, "supplemented %t\nrescheduled %t\napologised %t\nreworked %t\ndigital %t\n",
		n.supplemented, n.rescheduled, n.apologised, n.reworked, n.digital)
	if n.hasWait {
		fmt.Fprintf(&b, "wait %d\n", n.wait)
	}
	fmt.Fprintf(&b, "promised %t\nno calendar %t\n", n.promised, n.unknown)
	if !n.unknown {
		fmt.Fprintf(&b, "first %s\ndeadline %s\n", at(n.first), at(n.deadline))
	}
	for _, p := range n.pauses {
		if !p.from.Equal(p.to) {
			fmt.Fprintf(&b, "pause %s..%s\n", at(p.from), at(p.to))
		}
	}
	for _, l := range n.legs {
		fmt.Fprintf(&b, "leg %s/%s %s..%s settled %t due %t", l.agency, l.unit, at(l.from), at(l.to), l.settled, l.due)
		if l.due {
			fmt.Fprintf(&b, " deadline %s", at(l.deadline))
		}
		b.WriteString("\n")
	}
	if n.settled && n.worked {
		fmt.Fprintf(&b, "work %d\n", n.work)
	}
	fmt.Fprintf(&b, "on time by the first promise %t\n", n.onTimeFirst)
	return b.String()
}

func at(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(zone).Format("2006-01-02T15:04:05.000")
}

func describeCase(c *lifecycle.Case) string {
	n := naive{
		opened: c.Opened, told: c.Told, closed: c.Closed, closing: c.Closing, settled: c.Settled, voided: c.Voided,
		promised: c.Promised, unknown: c.NoCalendar, first: c.DeadlineFirst, deadline: c.Deadline,
		agency: c.Agency, unit: c.Unit, channel: c.Channel, supplemented: c.Supplemented, rescheduled: c.Rescheduled,
		apologised: c.Apologised, reworked: c.Reworked, digital: c.Digital, wait: c.Wait, hasWait: c.HasWait,
		work: c.Work, worked: c.HasWork, foreign: len(c.Foreign), verdict: string(c.Verdict(zone)),
	}
	for _, p := range c.Pauses {
		n.pauses = append(n.pauses, naivePause{p.From, p.To})
	}
	for _, l := range c.Legs {
		n.legs = append(n.legs, naiveLeg{agency: l.Agency, unit: l.Unit, from: l.From, to: l.To, deadline: l.Deadline, settled: l.Settled, due: l.HasDue})
	}
	for _, count := range c.Counts(zone) {
		for range count.N {
			if count.Measure == lifecycle.Recorded {
				n.recorded = append(n.recorded, fmt.Sprintf("%s by %s after bin %d", count.Day, count.Source, count.Delay-1))
			}
		}
		n.onTimeFirst = n.onTimeFirst || count.Measure == lifecycle.Settled && count.Marks&lifecycle.OnTimeFirst != 0
	}
	slices.Sort(n.recorded)
	return n.describe()
}
