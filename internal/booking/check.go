package booking

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// Difference is one place where what is served is not what the facts say.
type Difference struct {
	// What is "cells", "events", "verdicts", "figures", or the name of a projection of the journal.
	What    string       `json:"what"`
	Family  event.Family `json:"family,omitempty"`
	Subject string       `json:"subject,omitempty"`
	// Says tells what is there and what should be.
	Says string `json:"says"`
}

// Checked is how far a check has come.
type Checked struct {
	Cases       uint64 `json:"cases"`
	Events      uint64 `json:"events"`
	Differences uint64 `json:"differences"`
	// Waiting are the events that were accepted when the check began, and that it did not look at, for they were not booked.
	Waiting uint64 `json:"waiting,omitzero"`
	// Figures are the values of figures that were counted again.
	Figures int `json:"figures,omitzero"`
}

// Check judges every case from the facts again and compares it with the journal and the verdicts, and the journal with its
// projections, which is what figures are read from. It calls found for each difference and now and then progress; both may
// be slow. It changes nothing and takes one query of each kind at a time. A server may go on booking meanwhile: the journal up
// to a block is what the facts up to its mark say, and what came later is not looked at.
type Check struct {
	Conn  driver.Conn
	Rules *lifecycle.Rules
	// Cells and Verdicts say what to check.
	Cells, Verdicts bool
	// Booked is up to where the facts were booked by these Rules.
	Booked Mark
	// Count is told what each case contributes by those facts; it may be nil.
	Count    func(event.Family, []lifecycle.Entry)
	Found    func(Difference)
	Progress func(Checked)

	checked  Checked
	nameless Nameless
}

const (
	progressEvery = 10_000
	// secondLooks is how often verdicts of a block that is on its way are looked at again, and secondLookGap how long after.
	secondLooks   = 5
	secondLookGap = 400 * time.Millisecond
)

// Run checks everything. Its error is the engine's or ctx's; differences are none.
func (c *Check) Run(ctx context.Context) (Checked, error) {
	for _, family := range lifecycle.Families() {
		if err := c.family(ctx, family); err != nil {
			return c.checked, fmt.Errorf("check the cases of family %s: %w", family, err)
		}
	}
	if c.Cells {
		c.compareNameless()
		if err := c.traces(ctx); err != nil {
			return c.checked, fmt.Errorf("check who wrote the books, and where records stand: %w", err)
		}
		if err := c.projections(ctx); err != nil {
			return c.checked, fmt.Errorf("check the projections: %w", err)
		}
	}
	return c.checked, nil
}

func (c *Check) report(d Difference) {
	c.checked.Differences++
	c.Found(d)
}

// family walks facts, journal and verdicts side by side, in the order of subjects.
func (c *Check) family(ctx context.Context, family event.Family) error {
	facts, err := readFacts(ctx, c.Conn, family, nil)
	if err != nil {
		return err
	}
	defer facts.close()
	compare := func(subject string, e *lifecycle.Entry, print uint64) { c.comparePrint(family, subject, e, print) }
	journal, err := readPrinted(ctx, c.Conn, family, nil, compare, upTo(c.Booked.Block))
	if err != nil {
		return err
	}
	defer journal.close()
	verdicts, err := readVerdicts(ctx, c.Conn, family, nil)
	if err != nil {
		return err
	}
	defer verdicts.close()

	for {
		subject, more, err := first(facts.peek, journal.peek, verdicts.peek)
		if err != nil || !more {
			return err
		}
		events, err := facts.take(subject)
		if err != nil {
			return err
		}
		has, err := journal.take(subject)
		if err != nil {
			return err
		}
		served, err := verdicts.take(subject)
		if err != nil {
			return err
		}
		if events = knownBy(events, c.Booked); len(events) == 0 && len(has) == 0 {
			continue // it was told later
		}
		if IsNameless(subject) {
			c.addNameless(family, has)
			continue
		}
		c.checked.Cases++
		c.checked.Events += deliveriesBetween(events, Mark{}, c.Booked).first
		if c.checked.Cases%progressEvery == 0 {
			c.Progress(c.checked)
		}
		if err := c.compare(ctx, family, subject, events, has, served); err != nil {
			return fmt.Errorf("case %s: %w", subject, err)
		}
	}
}

// addNameless adds the lines of an erased case to what is compared and counted again: they are what was said of it.
func (c *Check) addNameless(family event.Family, has []lifecycle.Entry) {
	c.checked.Cases++
	c.nameless.Cases++
	c.nameless.Print += sumOfPrints(has)
	if c.Count != nil {
		c.Count(family, has)
	}
}

// compareNameless compares the lines of erased cases with what the books say that they come to.
func (c *Check) compareNameless() {
	if want := c.Booked.Nameless; c.nameless.Cases != want.Cases || c.nameless.Print != want.Print {
		c.report(Difference{What: "cells", Says: fmt.Sprintf("the journal holds lines of %d erased cases, the books say %d, or they are not those that were kept; they can be had from a backup alone", c.nameless.Cases, want.Cases)})
	}
}

// first returns the first of the subjects that come next; false when all have come to their end.
func first(peeks ...func() (string, bool, error)) (subject string, more bool, err error) {
	for _, peek := range peeks {
		next, has, err := peek()
		if err != nil {
			return "", false, err
		}
		if has && (!more || next < subject) {
			subject, more = next, true
		}
	}
	return subject, more, nil
}

// compare reports what differs between what the facts of a case say and what is served of it.
func (c *Check) compare(ctx context.Context, family event.Family, subject string, events []event.Event, has []lifecycle.Entry, served []servedVerdict) error {
	var should []lifecycle.Entry
	var judged lifecycle.Case
	if len(events) > 0 {
		var err error
		if judged, should, err = lifecycle.Journal(events, c.Rules); err != nil {
			return err
		}
	}
	if c.Count != nil {
		c.Count(family, should)
	}
	if c.Cells {
		for _, e := range difference(should, has) {
			c.report(Difference{
				What: "cells", Family: family, Subject: subject,
				Says: fmt.Sprintf("%s on %s by %s of %s: the journal holds %d too %s", e.Measure, e.Day, e.Cause, e.Stamp, max(e.N, -e.N), tooMany(e.N)),
			})
		}
	}
	if c.Verdicts && len(events) > 0 {
		return c.compareVerdict(ctx, &judged, served)
	}
	return nil
}

// compareVerdict compares the newest line of the list with how a case is judged. If a later block has judged it again, it is
// read and judged again too.
func (c *Check) compareVerdict(ctx context.Context, judged *lifecycle.Case, served []servedVerdict) error {
	booked := c.Booked
	for range secondLooks {
		if newest(served).block <= booked.Block {
			break
		}
		sleep(ctx, secondLookGap)
		var err error
		if booked, _, err = lastMarks(ctx, c.Conn); err != nil {
			return err
		}
		events, err := Facts(ctx, c.Conn, judged.Family, judged.Subject)
		if err != nil {
			return err
		}
		again, _, err := lifecycle.Journal(knownBy(events, booked), c.Rules)
		if err != nil {
			return err
		}
		verdicts, err := readVerdicts(ctx, c.Conn, judged.Family, []string{judged.Subject})
		if err != nil {
			return err
		}
		served, err = verdicts.take(judged.Subject)
		verdicts.close()
		if err != nil {
			return err
		}
		judged = &again
	}
	want, got := string(judged.Verdict(c.Rules.Zone())), "no verdict"
	if len(served) > 0 {
		got = newest(served).verdict
	}
	if last := newest(served); len(served) == 0 || last.block > booked.Block || last.differs(judged, want) {
		says := "the list shows " + got + ", the facts say " + want
		if got == want {
			says = "the list shows " + got + ", as the facts say, and other days, another agency or other attributes than they do"
		}
		c.report(Difference{What: "verdicts", Family: judged.Family, Subject: judged.Subject, Says: says})
	}
	return nil
}

// newest is the line that is served: that of the latest block.
func newest(served []servedVerdict) (last servedVerdict) {
	for _, v := range served {
		if v.block >= last.block {
			last = v
		}
	}
	return last
}

func tooMany(missing int64) string {
	if missing > 0 {
		return "few"
	}
	return "many"
}

// projections are the cubes that figures are read from, by their keys.
var projections = map[string]string{
	"by_agency":          "family, measure, day, agency, kind, source, millis, marks, bin",
	"by_channel":         "family, measure, agency, day, unit, channel, level, millis, marks, bin",
	"by_delay":           "family, agency, day, source, delay",
	"by_day":             "family, measure, day, channel, level, kind, millis, marks, bin",
	"by_procedure":       "family, measure, day, agency, procedure, millis, marks, bin",
	"by_month":           "family, measure, toYYYYMM(day), agency, source, marks",
	"by_month_procedure": "family, measure, toYYYYMM(day), procedure, marks",
	"by_stamp":           "stamp, cause, family, measure, day, agency, kind, source, millis, marks, bin",
}

// projections compares every cube with the journal: a sum over all its lines, each times a hash of its keys, is equal only if every
// line is. One statement reads the journal and all cubes, as of one instant.
func (c *Check) projections(ctx context.Context) error {
	sum := func(n, keys string) string { return fmt.Sprintf("sum(toUInt64(%s) * cityHash64(%s))", n, keys) }
	names := slices.Sorted(maps.Keys(projections))
	var journal, cubes []string
	for _, name := range names {
		keys := projections[name]
		journal = append(journal, sum("n", keys))
		cubes = append(cubes, fmt.Sprintf("SELECT '%s', [%s] FROM %s WHERE family != ''",
			name, sum("finalizeAggregation(`sum(n)`)", strings.ReplaceAll(keys, "toYYYYMM(day)", "`toYYYYMM(day)`")), Projection(name)))
	}
	query := fmt.Sprintf("SELECT '' AS name, [%s] AS sums FROM cells WHERE family != '' UNION ALL %s SETTINGS optimize_use_projections = 0", strings.Join(journal, ", "), strings.Join(cubes, " UNION ALL "))
	var name string
	var sums []uint64
	of := map[string][]uint64{}
	if err := c.each(ctx, query, func() { of[name] = slices.Clone(sums) }, &name, &sums); err != nil {
		return err
	}
	for i, name := range names {
		if len(of[name]) != 1 || len(of[""]) != len(names) || of[name][0] != of[""][i] {
			c.report(Difference{What: name, Says: "the projection is not the sum of the journal; tiendo rebuild makes both again"})
		}
	}
	return nil
}
