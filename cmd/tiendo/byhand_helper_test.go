package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
)

// plain is what a list of events comes to without log, engine and books: each case judged once, its figures added up by
// the words of CONTRACT §4.
type plain struct {
	zone   *time.Location
	cases  []lifecycle.Case
	told   [][]event.Event // of each case, each once
	events int             // distinct ones
	// reports are what was told of subjects that have no course, such as indicators and tallies, each subject's together.
	reports map[event.Family][][]event.Event
}

// recompute judges the cases of events, of which the first of each source and id counts.
func recompute(t testing.TB, zone *time.Location, events []event.Event) *plain {
	t.Helper()
	type name struct{ family, subject, source, id string }
	seen := map[name]bool{}
	byCase := map[string][]event.Event{}
	for _, e := range events {
		n := name{string(e.Type.Family()), e.Subject, e.Source, e.ID}
		if !seen[n] {
			seen[n] = true
			key := n.family + "/" + n.subject
			byCase[key] = append(byCase[key], e)
		}
	}
	p := &plain{zone: zone, events: len(seen), reports: map[event.Family][][]event.Event{}}
	rules := lifecycle.Builtin(zone)
	for _, key := range slices.Sorted(maps.Keys(byCase)) {
		if family := byCase[key][0].Type.Family(); !lifecycle.Books(family) {
			p.reports[family] = append(p.reports[family], byCase[key])
			continue
		}
		c, err := lifecycle.Judge(byCase[key], rules)
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		p.cases, p.told = append(p.cases, c), append(p.told, byCase[key])
	}
	return p
}

// byHand is a figure spelt out: add is called for everything it counts, in a rate for what the denominator counts, with
// whether the numerator does too.
type byHand struct {
	id   string
	rate bool
	of   func(c *lifecycle.Case, in window, add func(a lifecycle.Attributes, yes bool))
	// sums is there instead of of where what counts has a size: it adds to the numerator and to the denominator.
	sums func(c *lifecycle.Case, in window, add func(a lifecycle.Attributes, yes, all float64))
	// families are those whose cases are counted; nil: the one that the id begins with. With voided, voided cases count too.
	families []event.Family
	voided   bool
}

// counts says whether cases like c are counted at all.
func (f *byHand) counts(c *lifecycle.Case) bool {
	families := f.families
	if families == nil {
		families = []event.Family{familyOf(f.id)}
	}
	return slices.Contains(families, c.Family) && (f.voided || !c.Voided)
}

// familyOf is the family whose cases a figure counts.
func familyOf(id string) event.Family {
	prefix, _, _ := strings.Cut(id, ".")
	switch prefix {
	case "online", "post", "leg", "official", "satisfaction", "quality":
		return event.Dossier
	default:
		return event.Family(prefix)
	}
}

// window is a period with the questions that figures ask of it.
type window struct {
	period.Period
	zone *time.Location
}

func (w window) has(t time.Time) bool {
	return !t.IsZero() && !t.Before(w.Start) && t.Before(w.End)
}

// hasDay is has for what the books keep by day.
func (w window) hasDay(d calendar.Day) bool { return d.String() >= w.First && d.String() <= w.Last }

// opened and settled say what happened to a case in the period.
func (w window) opened(c *lifecycle.Case) bool  { return w.has(c.Opened) }
func (w window) settled(c *lifecycle.Case) bool { return lives(c) && c.Settled && w.has(c.Closed) }
func (w window) ended(c *lifecycle.Case, by string) bool {
	return lives(c) && c.Closing == by && w.has(c.Closed)
}

func lives(c *lifecycle.Case) bool { return !c.Opened.IsZero() }

// openAt says whether a case is open at an instant, which is not in the stretch before it.
func openAt(c *lifecycle.Case, t time.Time) bool {
	return lives(c) && c.Opened.Before(t) && (c.Closing == "" || !c.Closed.Before(t))
}

func overdueAt(c *lifecycle.Case, t time.Time) bool {
	return openAt(c, t) && !c.Deadline.IsZero() && c.Deadline.Before(t)
}

func judged(c *lifecycle.Case) bool { return c.Promised && !c.NoCalendar }

func inTime(c *lifecycle.Case, deadline time.Time) bool {
	return judged(c) && !deadline.IsZero() && !c.Told.After(deadline)
}

// count is a figure that counts cases, rate one that says how many of the cases that of holds for yes holds for too.
func count(id string, holds func(window, *lifecycle.Case) bool) byHand {
	return byHand{id: id, of: func(c *lifecycle.Case, in window, add func(lifecycle.Attributes, bool)) {
		if holds(in, c) {
			add(c.Attributes, true)
		}
	}}
}

func rate(id string, of func(window, *lifecycle.Case) bool, yes func(*lifecycle.Case) bool) byHand {
	return byHand{id: id, rate: true, of: func(c *lifecycle.Case, in window, add func(lifecycle.Attributes, bool)) {
		if of(in, c) {
			add(c.Attributes, yes(c))
		}
	}}
}

// due says that a promise falls due in the period, and that the case was not taken back by then.
func due(in window, c *lifecycle.Case) bool {
	takenBack := c.Closing != "" && !c.Settled && !c.Told.After(c.Deadline)
	return lives(c) && in.has(c.Deadline) && !takenBack
}

func kept(c *lifecycle.Case) bool { return c.Settled && !c.Told.After(c.Deadline) }

func settledJudged(in window, c *lifecycle.Case) bool { return in.settled(c) && judged(c) }

func level(levels ...string) func(window, *lifecycle.Case) bool {
	return func(in window, c *lifecycle.Case) bool { return in.opened(c) && slices.Contains(levels, c.Level) }
}

func channel(name string) func(*lifecycle.Case) bool {
	return func(c *lifecycle.Case) bool { return c.Channel == name }
}

// facts is a rate over facts, which only the contributions of a case tell.
func facts(id string, of lifecycle.Measure, yes lifecycle.Marks) byHand {
	return byHand{id: id, rate: true, of: func(c *lifecycle.Case, in window, add func(lifecycle.Attributes, bool)) {
		for _, cell := range c.Counts(in.zone) {
			for range cell.N {
				if cell.Measure == of && in.hasDay(cell.Day) {
					add(cell.Attributes, cell.Marks&yes != 0)
				}
			}
		}
	}}
}

// legs is a figure over the legs of a case, by the agency that held them.
func legs(id string, rate bool, of func(window, *lifecycle.Leg) bool, yes func(*lifecycle.Leg) bool) byHand {
	return byHand{id: id, rate: rate, of: func(c *lifecycle.Case, in window, add func(lifecycle.Attributes, bool)) {
		for i := range c.Legs {
			if l := &c.Legs[i]; of(in, l) {
				a := c.Attributes
				a.Agency, a.Unit = l.Agency, l.Unit
				add(a, yes(l))
			}
		}
	}}
}

var dossierFigures = []byHand{
	count("dossier.received", window.opened),
	count("dossier.settled", window.settled),
	count("dossier.withdrawn", func(in window, c *lifecycle.Case) bool { return in.ended(c, "withdrawn") }),
	count("dossier.rejected", func(in window, c *lifecycle.Case) bool { return in.ended(c, "rejected") }),
	count("dossier.carried_over", func(in window, c *lifecycle.Case) bool { return openAt(c, in.Start) }),
	count("dossier.early", func(in window, c *lifecycle.Case) bool {
		return in.settled(c) && c.Verdict(in.zone) == lifecycle.VerdictEarly
	}),
	count("dossier.on_time", func(in window, c *lifecycle.Case) bool {
		return in.settled(c) && c.Verdict(in.zone) == lifecycle.VerdictOnTime
	}),
	count("dossier.late", func(in window, c *lifecycle.Case) bool {
		return in.settled(c) && c.Verdict(in.zone) == lifecycle.VerdictLate
	}),
	count("dossier.no_deadline", func(in window, c *lifecycle.Case) bool { return in.settled(c) && !c.Promised }),
	count("dossier.awaiting", func(in window, c *lifecycle.Case) bool {
		return c.Opened.IsZero() && !c.Submitted.IsZero() && c.Submitted.Before(in.End) && (c.Closing == "" || !c.Told.Before(in.End))
	}),
	count("dossier.not_accepted", func(in window, c *lifecycle.Case) bool {
		return c.Verdict(in.zone) == lifecycle.VerdictNotAccepted && in.has(c.Told)
	}),
	count("dossier.open", func(in window, c *lifecycle.Case) bool { return openAt(c, in.End) }),
	count("dossier.open_overdue", func(in window, c *lifecycle.Case) bool { return overdueAt(c, in.End) }),
	count("dossier.open_in_term", func(in window, c *lifecycle.Case) bool { return openAt(c, in.End) && !overdueAt(c, in.End) }),
	count("dossier.open_paused", func(in window, c *lifecycle.Case) bool {
		return slices.ContainsFunc(c.Pauses, func(p lifecycle.Pause) bool {
			return p.From.Before(in.End) && (p.To.IsZero() || !p.To.Before(in.End))
		})
	}),
	rate("dossier.on_time_rate", settledJudged, func(c *lifecycle.Case) bool { return inTime(c, c.Deadline) }),
	rate("dossier.on_time_rate_first", settledJudged, func(c *lifecycle.Case) bool { return inTime(c, c.DeadlineFirst) }),
	rate("dossier.promise_kept_rate", due, kept),
	rate("dossier.supplement_rate", window.opened, func(c *lifecycle.Case) bool { return c.Supplemented }),
	rate("dossier.rejection_rate", window.settled, func(c *lifecycle.Case) bool { return c.Closing == "rejected" }),
	rate("dossier.reschedule_rate", window.settled, func(c *lifecycle.Case) bool { return c.Rescheduled }),
	rate("dossier.apology_rate", func(in window, c *lifecycle.Case) bool { return settledJudged(in, c) && !inTime(c, c.Deadline) },
		func(c *lifecycle.Case) bool { return c.Apologised }),
	rate("online.uptake", level("3", "4", "partial", "full"), channel("online")),
	rate("online.full_uptake", level("4", "full"), channel("online")),
	rate("online.share", window.opened, channel("online")),
	rate("online.digital_result_rate", func(in window, c *lifecycle.Case) bool { return in.settled(c) && c.Closing == "resolved" },
		func(c *lifecycle.Case) bool { return c.Digital }),
	facts("online.payment_rate", lifecycle.Paid, lifecycle.Online),
	rate("post.received_rate", window.opened, channel("post")),
	facts("post.returned_rate", lifecycle.Returned, lifecycle.ByPost),
	legs("leg.received", false, func(in window, l *lifecycle.Leg) bool { return in.has(l.From) }, func(*lifecycle.Leg) bool { return true }),
	legs("leg.settled", false, func(in window, l *lifecycle.Leg) bool { return l.Settled && in.has(l.To) }, func(*lifecycle.Leg) bool { return true }),
	legs("leg.on_time_rate", true, func(in window, l *lifecycle.Leg) bool { return l.Settled && l.HasDue && in.has(l.To) },
		func(l *lifecycle.Leg) bool { return !l.Deadline.IsZero() && !l.To.After(l.Deadline) }),
	legs("leg.open_overdue", false, func(in window, l *lifecycle.Leg) bool {
		return l.From.Before(in.End) && (l.To.IsZero() || !l.To.Before(in.End)) && !l.Deadline.IsZero() && l.Deadline.Before(in.End)
	}, func(*lifecycle.Leg) bool { return true }),
}

var taskFigures = []byHand{
	count("task.assigned", window.opened),
	count("task.completed", window.settled),
	count("task.cancelled", func(in window, c *lifecycle.Case) bool { return in.ended(c, "cancelled") }),
	count("task.open", func(in window, c *lifecycle.Case) bool { return openAt(c, in.End) }),
	count("task.open_overdue", func(in window, c *lifecycle.Case) bool { return overdueAt(c, in.End) }),
	rate("task.with_deadline_rate", window.opened, func(c *lifecycle.Case) bool { return c.HasDue }),
	rate("task.shared_rate", window.opened, func(c *lifecycle.Case) bool { return c.Helpers != "" }),
	rate("task.on_time_rate", settledJudged, func(c *lifecycle.Case) bool { return inTime(c, c.Deadline) }),
	rate("task.on_time_rate_first", settledJudged, func(c *lifecycle.Case) bool { return inTime(c, c.DeadlineFirst) }),
	rate("task.promise_kept_rate", due, kept),
	rate("task.rework_rate", window.settled, func(c *lifecycle.Case) bool { return c.Reworked }),
}

// total is what a figure comes to for one key: yes of all.
type total struct{ yes, all float64 }

// totals adds up f over a period, by up to two attributes; keys are as the city's rows have them.
func (p *plain) totals(f byHand, of period.Period, by string) map[string]total {
	sums := map[string]total{}
	add := func(a lifecycle.Attributes, yes, all float64) {
		key := keyOf(a, by)
		s := sums[key]
		sums[key] = total{s.yes + yes, s.all + all}
	}
	for i := range p.cases {
		c := &p.cases[i]
		switch {
		case !f.counts(c):
		case f.sums != nil:
			f.sums(c, window{of, p.zone}, add)
		default:
			f.of(c, window{of, p.zone}, func(a lifecycle.Attributes, yes bool) {
				if yes {
					add(a, 1, 1)
				} else {
					add(a, 0, 1)
				}
			})
		}
	}
	return sums
}

func keyOf(a lifecycle.Attributes, by string) string {
	if by == "" {
		return ""
	}
	of := map[string]string{
		"agency": a.Agency, "channel": a.Channel, "level": a.Level, "kind": a.Kind, "unit": a.Unit, "procedure": a.Procedure, "at": a.At, "issuer": a.Issuer,
	}
	var keys []string
	for name := range strings.SplitSeq(by, ",") {
		keys = append(keys, of[name])
	}
	return strings.Join(keys, "|")
}

// compare asks a server for every figure, for several periods and groupings, and names each that is another. It returns
// how many numbers were compared.
func (p *plain) compare(c *city, periods ...string) (compared int) {
	c.Helper()
	for _, id := range periods {
		of, err := period.Parse(id, time.Now(), p.zone)
		if err != nil {
			c.Fatal(err)
		}
		for _, f := range slices.Concat(dossierFigures, taskFigures) {
			for _, by := range []string{"", "agency", "agency,channel"} {
				if by == "agency,channel" && !strings.HasPrefix(f.id, "dossier.") {
					continue
				}
				want, got := p.totals(f, of, by), c.rows(f.id, id, by)
				for key := range got {
					if _, ok := want[key]; !ok {
						want[key] = total{}
					}
				}
				for key, w := range want {
					compared++
					if said := f.differs(w, got[key]); said != "" {
						c.Errorf("%s, %s, by %q, %q: %s", f.id, id, by, key, said)
					}
				}
			}
		}
	}
	return compared
}

// differs says how an answer is not what it should be; "" if it is.
func (f *byHand) differs(want total, got answer) string {
	is := func(number *float64, want float64) bool {
		return number != nil && math.Abs(*number-want) < 1e-9 || number == nil && want == 0
	}
	text := func(number *float64) string {
		if number == nil {
			return "none"
		}
		return fmt.Sprint(*number)
	}
	if !f.rate {
		if is(got.Value, want.yes) {
			return ""
		}
		return fmt.Sprintf("%s is given and %v should be", text(got.Value), want.yes)
	}
	share := 0.0
	if want.all > 0 {
		share = want.yes / want.all
	}
	if is(got.Numerator, want.yes) && is(got.Denominator, want.all) && is(got.Value, share) && (want.all > 0 || got.Value == nil) {
		return ""
	}
	return fmt.Sprintf("%s / %s is given and %v / %v should be", text(got.Numerator), text(got.Denominator), want.yes, want.all)
}

// subjects are the cases that a counting figure counts.
func (p *plain) subjects(f byHand, of period.Period) map[string]bool {
	all := map[string]bool{}
	family, _, _ := strings.Cut(f.id, ".")
	for i := range p.cases {
		if c := &p.cases[i]; !c.Voided && string(c.Family) == family {
			f.of(c, window{of, p.zone}, func(lifecycle.Attributes, bool) { all[c.Subject] = true })
		}
	}
	return all
}

// books is the journal that the cases should have, folded over the days of arrival: every cell by case, as a text.
func (p *plain) books() map[string]int64 {
	all := map[string]int64{}
	for i := range p.cases {
		c := &p.cases[i]
		for _, count := range c.Counts(p.zone) {
			a := count.Attributes
			all[cellKey(string(c.Family), c.Subject, string(count.Measure), count.Day.String(), count.Millis, uint32(count.Marks), count.Bin,
				a.Agency, a.Unit, a.Procedure, a.Channel, a.Level, a.Kind, a.At, a.Issuer, a.Helpers)] += count.N
		}
	}
	maps.DeleteFunc(all, func(_ string, n int64) bool { return n == 0 })
	return all
}

func cellKey(parts ...any) string { return strings.TrimSuffix(fmt.Sprintln(parts...), "\n") }
