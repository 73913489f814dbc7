package lifecycle_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// judged is a case as it counts: its verdict, and how often it stands in each cell.
func judged(t *rapid.T, events []event.Event) (lifecycle.Case, map[lifecycle.Cell]int64) {
	t.Helper()
	c, err := lifecycle.Judge(slices.Clone(events), marketRules())
	if err != nil {
		t.Fatalf("%v of\n%s", err, told(events))
	}
	cells := map[lifecycle.Cell]int64{}
	for _, count := range c.Counts(zone) {
		if cells[count.Cell] != 0 || count.N == 0 {
			t.Fatalf("the cell %+v is told twice, or for nothing, of\n%s", count.Cell, told(events))
		}
		cells[count.Cell] = count.N
	}
	return c, cells
}

// same fails if the case counts otherwise after a change that must not matter.
func same(t *rapid.T, what string, events, changed []event.Event) {
	t.Helper()
	before, cells := judged(t, events)
	after, changedCells := judged(t, changed)
	if a, b := before.Verdict(zone), after.Verdict(zone); a != b {
		t.Fatalf("%s: %s became %s; before\n%safter\n%s", what, a, b, told(events), told(changed))
	}
	if diff := cmp.Diff(cells, changedCells); diff != "" {
		t.Fatalf("%s: the counts changed:\n%s\nbefore\n%safter\n%s", what, diff, told(events), told(changed))
	}
}

// TestOrderAndRepetitionChangeNothing: rule 1, "so neither order nor repetition of delivery matters".
func TestOrderAndRepetitionChangeNothing(t *testing.T) {
	histories(t, 10_000, func(t *rapid.T, events []event.Event) {
		changed := slices.Clone(events)
		for i := range rapid.IntRange(0, 3).Draw(t, "repeated") {
			again := changed[rapid.IntRange(0, len(events)-1).Draw(t, "which")]
			if rapid.Bool().Draw(t, "told otherwise") {
				other := events[rapid.IntRange(0, len(events)-1).Draw(t, "as")]
				other.Source, other.ID, other.Arrival, other.Bound = again.Source, again.ID, again.Arrival, again.Bound
				again = other
			}
			again.Arrival = again.Arrival.Add(time.Duration(rapid.IntRange(0, 80).Draw(t, "hours later")) * time.Hour)
			again.Entry = uint64(100 + i)
			changed = append(changed, again)
		}
		same(t, "repeated and in another order", events, rapid.Permutation(changed).Draw(t, "order"))
	})
}

// TestZoneOfOffsetChangesNothing sends the same instants, and deadlines, with other offsets through the decoder.
func TestZoneOfOffsetChangesNothing(t *testing.T) {
	rezoned := 0
	histories(t, 10_000, func(t *rapid.T, events []event.Event) {
		elsewhere := func(at time.Time) string {
			hours := rapid.SampledFrom([]int{7, 0, -8, 9, 14, -11}).Draw(t, "offset")
			return at.In(time.FixedZone("", hours*60*60)).Format(time.RFC3339Nano)
		}
		changed := slices.Clone(events)
		for i := range changed {
			e := &changed[i]
			var data map[string]any
			if err := json.Unmarshal(e.Data, &data); err != nil {
				t.Fatal(err)
			}
			// Of records of one instant the greater data counts, so that there the text of a deadline does matter; also of two
			// openings, which make promises in the order of their recording.
			tied := slices.ContainsFunc(events, func(o event.Event) bool {
				return (o.ID != e.ID || o.Entry != e.Entry) && o.Type == e.Type && o.Recorded.Equal(e.Recorded)
			})
			if due, ok := data["due"].(string); ok && strings.Contains(due, "T") && !tied {
				at, err := time.Parse(time.RFC3339, due)
				if err != nil {
					t.Fatal(err)
				}
				data["due"] = elsewhere(at)
				rezoned++
			}
			envelope := map[string]any{
				"specversion": "1.0", "id": e.ID, "source": e.Source, "type": e.Type, "subject": e.Subject, "data": data,
				"time": elsewhere(e.Time), "recordedtime": elsewhere(e.Recorded),
			}
			if e.Retracted {
				envelope["retracted"] = true
			}
			raw, err := json.Marshal(envelope)
			if err != nil {
				t.Fatal(err)
			}
			decoded, err := event.Decode(raw, time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC))
			if err != nil {
				t.Fatalf("%v: %s", err, raw)
			}
			decoded.Arrive(e.Arrival.In(zone))
			decoded.Collector, decoded.Entry, decoded.Bound = e.Collector, e.Entry, e.Bound
			changed[i] = decoded
		}
		same(t, "other offsets", events, changed)
	})
	if rezoned < 1000 && !t.Failed() {
		t.Errorf("only %d deadlines were told with another offset", rezoned)
	}
}

// TestJournalFolds: folded over all days of arrival the journal is what the case counts, folded up to a day what it
// counted by what had arrived by then.
func TestJournalFolds(t *testing.T) {
	days := 0
	histories(t, 10_000, func(t *rapid.T, events []event.Event) {
		c, entries, err := lifecycle.Journal(slices.Clone(events), marketRules())
		if err != nil {
			t.Fatal(err)
		}
		whole, _ := judged(t, events)
		if a, b := whole.Verdict(zone), c.Verdict(zone); a != b {
			t.Fatalf("Judge says %s, Journal %s, of\n%s", a, b, told(events))
		}
		if !slices.IsSortedFunc(entries, func(a, b lifecycle.Entry) int { return int(a.Stamp - b.Stamp) }) {
			t.Fatalf("the stamps are not in order: %v", entries)
		}
		arrivals := map[calendar.Day]bool{}
		for _, e := range events {
			arrivals[calendar.DayOf(e.Arrival, zone)] = true
		}
		for _, entry := range entries {
			if !arrivals[entry.Stamp] {
				t.Fatalf("nothing arrived on %s, which changed %+v, of\n%s", entry.Stamp, entry.Count, told(events))
			}
		}
		for day := range arrivals {
			known := slices.DeleteFunc(slices.Clone(events), func(e event.Event) bool {
				return calendar.DayOf(e.Arrival, zone) > day
			})
			_, want := judged(t, known)
			got := map[lifecycle.Cell]int64{}
			for _, entry := range entries {
				if entry.Stamp <= day {
					got[entry.Cell] += entry.N
				}
			}
			maps.DeleteFunc(got, func(_ lifecycle.Cell, n int64) bool { return n == 0 })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("what arrived by %s counts otherwise than the journal says:\n%s\nof\n%s", day, diff, told(events))
			}
			days++
		}
	})
	if days < 1000 && !t.Failed() {
		t.Errorf("only %d days of arrival", days)
	}
}

// TestFlowsAddUp: carried over and received is settled, withdrawn and open; a stock of one case is nothing or one. And
// walked day by day, every stock is what the naive reading sees at the end of the day.
func TestFlowsAddUp(t *testing.T) {
	stocks := map[string]int{}
	histories(t, 10_000, func(t *rapid.T, events []event.Event) {
		want := readNaively(events, marketView())
		c, cells := judged(t, events)
		sum := func(day calendar.Day, measures ...lifecycle.Measure) (total int64) {
			for cell, n := range cells {
				if cell.Day > day {
					continue
				}
				switch slices.Index(measures, cell.Measure) {
				case -1:
				case 0:
					total += n
				default:
					total -= n
				}
			}
			return total
		}
		const ever = calendar.Day(1 << 30)
		isOpen := int64(0)
		if !c.Voided && !c.Opened.IsZero() && c.Closing == "" {
			isOpen = 1
		}
		if got := sum(ever, lifecycle.Opened, lifecycle.Settled, lifecycle.Ended); got != isOpen {
			t.Fatalf("opened − settled − ended = %d, open %d, of\n%s", got, isOpen, told(events))
		}
		first, last := ever, -ever
		for cell := range cells {
			first, last = min(first, cell.Day), max(last, cell.Day)
		}
		for day := first - 1; day <= last+1 && first != ever; day++ {
			for name, stock := range map[string]struct{ want, got int64 }{
				"open":     {want.open(day), sum(day, lifecycle.Opened, lifecycle.Settled, lifecycle.Ended)},
				"overdue":  {want.overdue(day), sum(day, lifecycle.Breached, lifecycle.Redeemed)},
				"asked":    {want.askedTwice(day), sum(day, lifecycle.AskedAgain, lifecycle.AskedOver)},
				"paused":   {want.paused(day), sum(day, lifecycle.Paused, lifecycle.Resumed)},
				"awaiting": {want.awaiting(day), sum(day, lifecycle.Awaiting, lifecycle.Answered)},
				"legs":     {want.legsOverdue(day), sum(day, lifecycle.LegBreached, lifecycle.LegRedeemed)},
			} {
				if stock.want != stock.got {
					t.Fatalf("%s at the end of %s: the naive reading says %d, the counts %d, of\n%s",
						name, day, stock.want, stock.got, told(events))
				}
				stocks[name] += int(stock.want)
			}
		}
		if diff := cmp.Diff(want.counted(), counted(cells)); diff != "" {
			t.Fatalf("the naive reading counts otherwise:\n%s\nof\n%s", diff, told(events))
		}
	})
	for name := range strings.FieldsSeq("open overdue asked paused awaiting legs") {
		if stocks[name] < 20 && !t.Failed() {
			t.Errorf("only %d days on which a case was %s", stocks[name], name)
		}
	}
}

// reached says that an instant lies on a day or before it.
func reached(at time.Time, day calendar.Day) bool {
	return !at.IsZero() && !at.After(day.End(zone))
}

func one(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

func (n *naive) counts() bool { return !n.voided && !n.opened.IsZero() }

func (n *naive) open(day calendar.Day) int64 {
	return one(n.counts() && reached(n.opened, day) && !reached(n.closed, day))
}

func (n *naive) overdue(day calendar.Day) int64 {
	return one(n.open(day) == 1 && n.promised && !n.unknown && reached(n.deadline, day))
}

// askedTwice is open and not overdue, though a second wait for the applicant has begun (DOMAIN.md fact 5).
func (n *naive) askedTwice(day calendar.Day) int64 {
	requests := 0
	for _, p := range n.pauses {
		if reached(p.from, day) {
			requests++
		}
	}
	return one(requests > 1 && !n.unknown && n.open(day) == 1 && n.overdue(day) == 0)
}

func (n *naive) paused(day calendar.Day) int64 {
	return one(n.counts() && slices.ContainsFunc(n.pauses, func(p naivePause) bool {
		return reached(p.from, day) && !reached(p.to, day)
	}))
}

// awaiting is by what is known now. Open: whether a dossier that was received later awaited until then, and an orphan until
// its closing. Here the first did not, the second did.
func (n *naive) awaiting(day calendar.Day) int64 {
	return one(!n.voided && n.opened.IsZero() && reached(n.submitted, day) && !reached(n.closed, day))
}

func (n *naive) legsOverdue(day calendar.Day) (total int64) {
	for _, l := range n.legs {
		total += one(n.counts() && l.due && reached(l.from, day) && !reached(l.to, day) && reached(l.deadline, day))
	}
	return total
}

// counted is what the naive reading says of flows that are no stocks: by measure and day.
func (n *naive) counted() map[string]int64 {
	all := map[string]int64{}
	add := func(m lifecycle.Measure, at time.Time, marks string) {
		all[fmt.Sprintf("%s %s%s", m, calendar.DayOf(at, zone), marks)]++
	}
	if n.verdict == "not_accepted" {
		add(lifecycle.NotAccepted, n.told, "")
	}
	if n.closing != "" && !n.counts() { // the quality figures are of all closings
		marks := ""
		if n.opened.IsZero() && (n.submitted.IsZero() || n.closing != "rejected" && n.closing != "withdrawn") {
			marks = " orphan"
		}
		add(lifecycle.Stray, n.closed, marks)
	}
	if !n.counts() {
		return all
	}
	// Open: whether payments, ratings and hand-overs count where no opening is known. Here they do not.
	for m, facts := range map[lifecycle.Measure][]time.Time{
		lifecycle.Returned: n.handedOver, lifecycle.Paid: n.paid, lifecycle.Rated: n.rated,
	} {
		for _, at := range facts {
			add(m, at, "")
		}
	}
	if n.hasWait {
		add(lifecycle.Accepted, n.opened, fmt.Sprint(" bin ", lifecycle.BinOf(int64(n.wait))))
	}
	if n.settled && n.worked {
		add(lifecycle.Worked, n.closed, fmt.Sprint(" bin ", lifecycle.BinOf(int64(n.work))))
	}
	if n.hasLeft {
		add(lifecycle.Left, n.closed, fmt.Sprint(" bin ", lifecycle.LeftBin(n.left)))
	}
	add(lifecycle.Opened, n.opened, "")
	if n.settled {
		marks := ""
		for _, mark := range []struct {
			name string
			is   bool
		}{
			{" early", n.verdict == "early"},
			{" on time", n.verdict == "early" || n.verdict == "on_time"},
			{" on time by the first", n.onTimeFirst},
			{" no calendar", n.unknown},
		} {
			if mark.is {
				marks += mark.name
			}
		}
		add(lifecycle.Settled, n.closed, marks)
	} else if n.closing != "" {
		add(lifecycle.Ended, n.closed, "")
	}
	withdrawn := n.closing != "" && !n.settled && !n.told.After(n.deadline)
	if n.promised && !n.unknown && !n.deadline.IsZero() && !withdrawn {
		marks := ""
		if n.closing == "" {
			marks = " pending"
		} else if n.settled && !n.told.After(n.deadline) {
			marks = " kept"
		}
		add(lifecycle.Due, n.deadline, marks)
	}
	for _, l := range n.legs {
		add(lifecycle.LegOpened, l.from, "")
		if l.settled {
			marks := ""
			if l.due && !l.to.After(l.deadline) {
				marks = " on time"
			}
			add(lifecycle.LegSettled, l.to, marks)
		}
	}
	return all
}

// counted says the same of cells.
func counted(cells map[lifecycle.Cell]int64) map[string]int64 {
	all := map[string]int64{}
	for cell, n := range cells {
		marks := ""
		mark := func(m lifecycle.Marks, name string) {
			if cell.Marks&m != 0 {
				marks += name
			}
		}
		switch cell.Measure {
		case lifecycle.Opened, lifecycle.Ended, lifecycle.LegOpened, lifecycle.NotAccepted, lifecycle.Returned, lifecycle.Paid,
			lifecycle.Rated:
		case lifecycle.Worked, lifecycle.Accepted, lifecycle.Left:
			marks = fmt.Sprint(" bin ", cell.Bin)
		case lifecycle.Stray:
			mark(lifecycle.Orphan, " orphan")
		case lifecycle.Settled:
			mark(lifecycle.Early, " early")
			mark(lifecycle.OnTime, " on time")
			mark(lifecycle.OnTimeFirst, " on time by the first")
			mark(lifecycle.NoCalendar, " no calendar")
		case lifecycle.Due:
			mark(lifecycle.Pending, " pending")
			mark(lifecycle.Kept, " kept")
		case lifecycle.LegSettled:
			mark(lifecycle.OnTime, " on time")
		default:
			continue
		}
		all[fmt.Sprintf("%s %s%s", cell.Measure, cell.Day, marks)] += n
	}
	return all
}
