package booking

import (
	"context"
	"fmt"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// comparePrint compares a line of the journal with the print that stands beside it. Lines without one were written before there were
// prints; their cases are compared line by line whenever they are booked.
func (c *Check) comparePrint(family event.Family, subject string, e *lifecycle.Entry, print uint64) {
	if c.Cells && print != 0 && print != printOf(e) {
		c.report(Difference{What: "cells", Family: family, Subject: subject, Says: fmt.Sprintf("%s on %s by %s of %s: the line is not the one that its print was made of", e.Measure, e.Day, e.Cause, e.Stamp)})
	}
}

// tracesShown is how many of each kind are named.
const tracesShown = 100

// traces looks at what makes no figure and shows that somebody has written past us: of each block one booker wrote all lines, and how
// senior a record is follows from when and where it was taken, so it tells when either was changed.
func (c *Check) traces(ctx context.Context) error {
	var block, writers uint64
	err := c.each(ctx, fmt.Sprintf("SELECT block, toUInt64(uniqExact(writer)) AS writers FROM cells WHERE block <= %d GROUP BY block HAVING writers > 1 ORDER BY block LIMIT %d", c.Booked.Block, tracesShown), func() {
		c.report(Difference{What: "cells", Says: fmt.Sprintf("block %d holds lines of %d writers, and one booker wrote it", block, writers)})
	}, &block, &writers)
	if err != nil {
		return err
	}
	var family, subject, source, id string
	err = c.each(ctx, fmt.Sprintf(`SELECT family, subject, source, id FROM events
		WHERE seniority != bitNot(bitOr(bitOr(bitShiftLeft(toUInt64(toUnixTimestamp64Milli(arrival)), 23), bitShiftLeft(toUInt64(entry %% 512), 14)), toUInt64(position)))
		ORDER BY family, subject, source, id LIMIT %d`, tracesShown), func() {
		c.report(Difference{What: "events", Family: event.Family(family), Subject: subject, Says: fmt.Sprintf("record %s of %s: its arrival or its place in the collector's log is not that by which it was stored; it can be had from a backup alone", id, source)})
	}, &family, &subject, &source, &id)
	if err != nil {
		return err
	}
	return c.compareHeard(ctx)
}

// compareHeard looks at since when nothing is heard of an agency: not since before the newest event of a case that is its own now, nor
// since after the newest record of the family. Where cases were erased, their retracted records are gone for good, and with them what
// the latter could be told by.
func (c *Check) compareHeard(ctx context.Context) error {
	const ever = `toDateTime64('1900-01-01 00:00:00', 3, 'UTC')` // nothing is told to have happened before
	const query = `SELECT family, agency FROM
		(SELECT family, agency, max(last) AS heard, max(own) AS own FROM
			(SELECT family, agency, last, ` + ever + ` AS own FROM heard
			UNION ALL SELECT family, agency, ` + ever + ` AS last, last_event AS own FROM verdicts FINAL)
		GROUP BY family, agency) AS h
		LEFT JOIN (SELECT family, max(time) AS newest FROM events GROUP BY family) AS e ON e.family = h.family
		WHERE heard < own OR (heard > newest AND h.family NOT IN (SELECT family FROM cells WHERE family != '' AND startsWith(subject, '` + namelessPrefix + `'))) ORDER BY family, agency`
	var wrong []Difference
	for range secondLooks {
		wrong = nil
		var family, agency string
		err := c.each(ctx, query, func() {
			wrong = append(wrong, Difference{What: "verdicts", Family: event.Family(family), Says: "when " + agency + " was heard of last is not what its cases say"})
		}, &family, &agency)
		if err != nil {
			return err
		}
		if len(wrong) == 0 {
			break
		}
		sleep(ctx, secondLookGap) // a block may have come between
	}
	for _, d := range wrong {
		c.report(d)
	}
	return nil
}

// each calls found after each row that a query answers was read into places.
func (c *Check) each(ctx context.Context, query string, found func(), places ...any) error {
	rows, err := c.Conn.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return err
		}
		found()
	}
	return rows.Err()
}
