package booking

import (
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"
)

// lines are lines of the journal and of the list of verdicts, turned on their side: the driver takes whole columns several
// times faster than rows. They are filled, sent, emptied and filled again.
type lines struct {
	zone *time.Location

	family, subject, cause, measure                                            []string
	agency, unit, procedure, channel, level, kind, at, issuer, helpers, source []string
	stamp, day                                                                 []time.Time
	millis, marks                                                              []uint32
	bin, delay                                                                 []int32
	n                                                                          []int64
	print                                                                      []uint64

	judged judged

	block  []uint64
	writer []string
}

const lineColumns = `family, subject, stamp, cause, measure, day, millis, marks, bin, delay,
	agency, unit, procedure, channel, level, kind, at, issuer, helpers, source, n, print`

// judged are lines of the list of verdicts.
type judged struct {
	family, subject, verdict, closing             []string
	submitted, opened, closed, deadline, first    []*time.Time
	paused                                        []bool
	last                                          []time.Time
	agency, unit, procedure, channel, level, kind []string
	at                                            []string
	instants                                      []time.Time // what the pointers point to
}

const verdictColumns = `family, subject, verdict, closing, submitted, opened, closed, deadline, deadline_first,
	paused, last_event, agency, unit, procedure, channel, level, kind, at`

// rows counts the lines of the journal.
func (l *lines) rows() int { return len(l.n) }

// full says that there are enough lines to be sent.
func (l *lines) full() bool { return len(l.n)+len(l.judged.subject) >= linesAtOnce }

// addCase adds a case's verdict, and lines of its journal.
func (l *lines) addCase(c *lifecycle.Case, entries []lifecycle.Entry) {
	for i := range entries {
		l.add(string(c.Family), c.Subject, &entries[i])
	}
	j := &l.judged
	j.family, j.subject = append(j.family, string(c.Family)), append(j.subject, c.Subject)
	j.verdict, j.closing = append(j.verdict, string(c.Verdict(l.zone))), append(j.closing, c.Closing)
	j.submitted, j.opened, j.closed = append(j.submitted, j.instant(c.Submitted)), append(j.opened, j.instant(c.Opened)), append(j.closed, j.instant(c.Closed))
	j.deadline, j.first = append(j.deadline, j.instant(c.Deadline)), append(j.first, j.instant(c.DeadlineFirst))
	j.paused, j.last = append(j.paused, c.Running()), append(j.last, c.LastEvent)
	j.agency, j.unit, j.procedure = append(j.agency, c.Agency), append(j.unit, c.Unit), append(j.procedure, c.Procedure)
	j.channel, j.level, j.kind = append(j.channel, c.Channel), append(j.level, c.Level), append(j.kind, c.Kind)
	j.at = append(j.at, c.At)
}

// instant is nil for the zero Time.
func (j *judged) instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	j.instants = append(j.instants, t)
	return &j.instants[len(j.instants)-1]
}

// add adds a line of the journal.
func (l *lines) add(family, subject string, e *lifecycle.Entry) {
	l.family, l.subject = append(l.family, family), append(l.subject, subject)
	l.stamp, l.cause = append(l.stamp, date(e.Stamp)), append(l.cause, string(e.Cause))
	l.measure, l.day = append(l.measure, string(e.Measure)), append(l.day, date(e.Day))
	l.millis, l.marks, l.bin = append(l.millis, e.Millis), append(l.marks, uint32(e.Marks)), append(l.bin, e.Bin)
	l.delay = append(l.delay, e.Delay)
	l.agency, l.unit = append(l.agency, e.Agency), append(l.unit, e.Unit)
	l.procedure, l.channel, l.level = append(l.procedure, e.Procedure), append(l.channel, e.Channel), append(l.level, e.Level)
	l.kind, l.at = append(l.kind, e.Kind), append(l.at, e.At)
	l.issuer, l.helpers, l.source = append(l.issuer, e.Issuer), append(l.helpers, e.Helpers), append(l.source, e.Source)
	l.n, l.print = append(l.n, e.N), append(l.print, printOf(e))
}

func date(d calendar.Day) time.Time { return time.Unix(int64(d)*24*60*60, 0).UTC() }

// cells are the columns of the journal: lineColumns, block and writer.
func (l *lines) cells(block uint64, writer string) []any {
	l.number(block, writer)
	return []any{
		l.family, l.subject, l.stamp, l.cause, l.measure, l.day, l.millis, l.marks, l.bin, l.delay,
		l.agency, l.unit, l.procedure, l.channel, l.level, l.kind, l.at, l.issuer, l.helpers, l.source, l.n, l.print, l.block, l.writer,
	}
}

// number puts the lines that have no number yet under that of a block.
func (l *lines) number(block uint64, writer string) {
	for len(l.block) < len(l.n) {
		l.block, l.writer = append(l.block, block), append(l.writer, writer)
	}
}

// verdicts are the columns of the list of verdicts: verdictColumns and block.
func (l *lines) verdicts(block uint64) []any {
	j := &l.judged
	blocks := make([]uint64, len(j.subject))
	for i := range blocks {
		blocks[i] = block
	}
	return []any{
		j.family, j.subject, j.verdict, j.closing, j.submitted, j.opened, j.closed, j.deadline, j.first,
		j.paused, j.last, j.agency, j.unit, j.procedure, j.channel, j.level, j.kind, j.at, blocks,
	}
}

// reset empties the lines and keeps their memory.
func (l *lines) reset() {
	for _, s := range []*[]string{
		&l.family, &l.subject, &l.cause, &l.measure, &l.agency, &l.unit, &l.procedure, &l.channel, &l.level, &l.kind, &l.at,
		&l.issuer, &l.helpers, &l.source, &l.writer,
	} {
		*s = (*s)[:0]
	}
	l.stamp, l.day, l.millis, l.marks, l.bin, l.delay, l.n, l.print, l.block = l.stamp[:0], l.day[:0], l.millis[:0], l.marks[:0], l.bin[:0], l.delay[:0], l.n[:0], l.print[:0], l.block[:0]
	j := &l.judged
	for _, s := range []*[]string{&j.family, &j.subject, &j.verdict, &j.closing, &j.agency, &j.unit, &j.procedure, &j.channel, &j.level, &j.kind, &j.at} {
		*s = (*s)[:0]
	}
	for _, s := range []*[]*time.Time{&j.submitted, &j.opened, &j.closed, &j.deadline, &j.first} {
		*s = (*s)[:0]
	}
	j.paused, j.last, j.instants = j.paused[:0], j.last[:0], j.instants[:0]
}
