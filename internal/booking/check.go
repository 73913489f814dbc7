package booking

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// Difference is one place where what is served is not what the facts say.
type Difference struct {
	// What is "cells", "verdicts", "figures", or the name of a projection of the journal.
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
	// Figures are the values of figures that were counted again.
	Figures int `json:"figures,omitzero"`
}

// Check judges every case from the facts again and compares it with the journal and the verdicts, and the journal with its
// projections, which is what figures are read from. It calls found for each difference and now and then progress; both may
// be slow. It changes nothing and takes one query of each kind at a time. On a live server a case may change while it is
// looked at: what differs is looked at again before it is reported.
type Check struct {
	Conn  driver.Conn
	Rules *lifecycle.Rules
	// Cells and Verdicts say what to check.
	Cells, Verdicts bool
	// Booked is up to where the facts are booked; with it Count is told what each case contributes by those facts.
	Booked   Mark
	Count    func(event.Family, []lifecycle.Count)
	Found    func(Difference)
	Progress func(Checked)

	checked Checked
}

// How often a differing case is looked at again, and how long after: the booker may be at it.
const (
	secondLooks   = 5
	secondLookGap = 400 * time.Millisecond
	progressEvery = 10_000
)

// Run checks everything. Its error is the engine's or ctx's; differences are none.
func (c *Check) Run(ctx context.Context) (Checked, error) {
	for _, family := range lifecycle.Families() {
		if err := c.family(ctx, family); err != nil {
			return c.checked, fmt.Errorf("check the cases of family %s: %w", family, err)
		}
	}
	if c.Cells {
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
	journal, err := readJournal(ctx, c.Conn, family, nil)
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
		c.checked.Cases++
		c.checked.Events += uint64(len(events))
		if err := c.count(family, subject, events); err != nil {
			return err
		}
		if c.checked.Cases%progressEvery == 0 {
			c.Progress(c.checked)
		}
		if differences, err := c.compare(family, subject, events, has, served); err != nil {
			return err
		} else if len(differences) > 0 {
			if err := c.again(ctx, family, subject); err != nil {
				return err
			}
		}
	}
}

// count tells what a case contributes by the facts that are booked.
func (c *Check) count(family event.Family, subject string, events []event.Event) error {
	if c.Count == nil {
		return nil
	}
	known := knownBy(slices.Clone(events), c.Booked)
	if len(known) == 0 {
		return nil
	}
	judged, err := lifecycle.Judge(known, c.Rules)
	if err != nil {
		return fmt.Errorf("case %s: %w", subject, err)
	}
	c.Count(family, judged.Counts(c.Rules.Zone()))
	return nil
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

// again looks at one case by itself, for it may have been in the making.
func (c *Check) again(ctx context.Context, family event.Family, subject string) error {
	var differences []Difference
	for range secondLooks {
		events, err := readOne(ctx, c.Conn, family, subject, readFacts)
		if err != nil {
			return err
		}
		has, err := readOne(ctx, c.Conn, family, subject, readJournal)
		if err != nil {
			return err
		}
		served, err := readOne(ctx, c.Conn, family, subject, readVerdicts)
		if err != nil {
			return err
		}
		if differences, err = c.compare(family, subject, events, has, served); err != nil || len(differences) == 0 {
			return err
		}
		sleep(ctx, secondLookGap)
	}
	for _, d := range differences {
		c.report(d)
	}
	return nil
}

// compare says what differs between what the facts of a case say and what is served of it.
func (c *Check) compare(family event.Family, subject string, events []event.Event, has []lifecycle.Entry, served []servedVerdict) ([]Difference, error) {
	var should []lifecycle.Entry
	var judged lifecycle.Case
	if len(events) > 0 {
		var err error
		if judged, should, err = lifecycle.Journal(events, c.Rules); err != nil {
			return nil, fmt.Errorf("case %s: %w", subject, err)
		}
	}
	var all []Difference
	if c.Cells {
		for _, e := range difference(slices.Clone(should), has) {
			all = append(all, Difference{
				What: "cells", Family: family, Subject: subject,
				Says: fmt.Sprintf("%s on %s by %s of %s: the journal holds %d too %s", e.Measure, e.Day, e.Cause, e.Stamp, max(e.N, -e.N), tooMany(e.N)),
			})
		}
	}
	if c.Verdicts && len(events) > 0 {
		want := string(judged.Verdict(c.Rules.Zone()))
		got := "no verdict"
		newest := servedVerdict{}
		for _, v := range served {
			if v.block >= newest.block {
				newest, got = v, v.verdict
			}
		}
		if len(served) == 0 || newest.differs(&judged, want) {
			all = append(all, Difference{What: "verdicts", Family: family, Subject: subject, Says: "the list shows " + got + ", the facts say " + want})
		}
	}
	return all, nil
}

func tooMany(missing int64) string {
	if missing > 0 {
		return "few"
	}
	return "many"
}

// projections are the cubes that figures are read from, by their keys.
var projections = map[string]string{
	"by_agency":    "family, measure, day, agency, kind, source, millis, marks, bin",
	"by_channel":   "family, measure, day, agency, channel, level, millis, marks, bin",
	"by_procedure": "family, measure, day, agency, procedure, millis, marks, bin",
	"by_stamp":     "stamp, cause, family, measure, day, agency, kind, millis, marks, bin",
}

// projections compares every cube with the journal: a sum over all its lines, each times a hash of its keys, is equal
// only if every line is.
func (c *Check) projections(ctx context.Context) error {
	for name, keys := range projections {
		query := fmt.Sprintf(`SELECT groupBitXor(cityHash64(%[1]s, s)), count() FROM (SELECT %[1]s, sum(n) AS s FROM cells WHERE family != '' GROUP BY %[1]s HAVING s != 0)`, keys)
		var cube, journal struct{ hash, lines uint64 }
		for range secondLooks {
			if err := c.Conn.QueryRow(ctx, query).Scan(&cube.hash, &cube.lines); err != nil {
				return err
			}
			plain := clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"optimize_use_projections": 0}))
			if err := c.Conn.QueryRow(plain, query).Scan(&journal.hash, &journal.lines); err != nil {
				return err
			}
			if cube == journal {
				break
			}
			sleep(ctx, secondLookGap) // a block may have come between
		}
		if cube != journal {
			c.report(Difference{What: name, Says: fmt.Sprintf("the projection has %d lines, the journal %d, and they are not the same; tiendo rebuild makes both again", cube.lines, journal.lines)})
		}
	}
	return nil
}
