package booking

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/ext"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// Facts reads every delivery of every event of one case that the engine still holds, in no order; nil if it knows of none.
func Facts(ctx context.Context, conn driver.Conn, family event.Family, subject string) ([]event.Event, error) {
	facts, err := readFacts(ctx, conn, family, []string{subject})
	if err != nil {
		return nil, fmt.Errorf("read the facts of %s %s: %w", family, subject, err)
	}
	defer facts.close()
	events, err := facts.take(subject)
	if err != nil {
		return nil, fmt.Errorf("read the facts of %s %s: %w", family, subject, err)
	}
	return events, nil
}

// FactsOf is Facts for some cases of one family, by their subjects; those of which nothing is known are left out.
func FactsOf(ctx context.Context, conn driver.Conn, family event.Family, subjects []string) (map[string][]event.Event, error) {
	facts, err := readFacts(ctx, conn, family, subjects)
	if err != nil {
		return nil, fmt.Errorf("read the facts of some cases of %s: %w", family, err)
	}
	defer facts.close()
	all := map[string][]event.Event{}
	for {
		subject, more, err := facts.peek()
		if err != nil || !more {
			return all, err
		}
		events, err := facts.take(subject)
		if err != nil {
			return nil, fmt.Errorf("read the facts of %s %s: %w", family, subject, err)
		}
		all[subject] = slices.Clone(events)
	}
}

// NewestOf reads the records of a source in some families that arrived last, the newest first, at most that many.
func NewestOf(ctx context.Context, conn driver.Conn, source string, families []event.Family, limit int) ([]event.Event, error) {
	names := make([]string, len(families))
	for i, f := range families {
		names[i] = string(f)
	}
	rows, err := conn.Query(ctx, "SELECT "+factColumns+` FROM events WHERE family IN ({families:Array(String)}) AND source = {source:String}
		ORDER BY arrival DESC, entry DESC, position DESC LIMIT {limit:UInt32}`,
		clickhouse.Named("families", names), clickhouse.Named("source", source), clickhouse.Named("limit", fmt.Sprint(limit)))
	if err != nil {
		return nil, fmt.Errorf("read the newest records of %s: %w", source, err)
	}
	defer rows.Close()
	var all []event.Event
	for rows.Next() {
		_, e, err := scanFact(rows)
		if err != nil {
			return nil, fmt.Errorf("read the newest records of %s: %w", source, err)
		}
		all = append(all, e)
	}
	return all, rows.Err()
}

// EachCase calls each with every delivery of the events of one subject of a family after the other, in the order of
// subjects. It stops at the first error.
func EachCase(ctx context.Context, conn driver.Conn, family event.Family, each func(subject string, events []event.Event) error) error {
	return EachCaseOf(ctx, conn, family, "", each)
}

// EachCaseOf is EachCase with the events of one source alone, of all if it is empty.
func EachCaseOf(ctx context.Context, conn driver.Conn, family event.Family, source string, each func(subject string, events []event.Event) error) error {
	var conditions []condition
	if source != "" {
		conditions = append(conditions, ofSource(source))
	}
	facts, err := readFacts(ctx, conn, family, nil, conditions...)
	if err != nil {
		return err
	}
	defer facts.close()
	for {
		subject, more, err := facts.peek()
		if err != nil || !more {
			return err
		}
		events, err := facts.take(subject)
		if err != nil {
			return err
		}
		if err := each(subject, events); err != nil {
			return err
		}
	}
}

// cursor walks rows that are sorted by subject, and hands out those of one subject after the other.
type cursor[T any] struct {
	rows driver.Rows
	scan func(driver.Rows) (subject string, row T, err error)

	subject string
	row     T
	ready   bool
	taken   []T
}

// peek returns the subject of the next row; false at the end.
func (c *cursor[T]) peek() (subject string, more bool, err error) {
	if c.ready {
		return c.subject, true, nil
	}
	if !c.rows.Next() {
		return "", false, c.rows.Err()
	}
	if c.subject, c.row, err = c.scan(c.rows); err != nil {
		return "", false, err
	}
	c.ready = true
	return c.subject, true, nil
}

// take returns the rows of subject, for as long as take is not called again; none if there are none. Subjects must be asked
// for in order.
func (c *cursor[T]) take(subject string) ([]T, error) {
	c.taken = c.taken[:0]
	for {
		next, more, err := c.peek()
		if err != nil || !more || next != subject {
			return c.taken, err
		}
		c.taken, c.ready = append(c.taken, c.row), false
	}
}

func (c *cursor[T]) close() { _ = c.rows.Close() }

// small makes the engine answer in small pieces, of which the driver holds few. It reads in the order of the table, so that it holds
// few as well.
var small = clickhouse.Settings{"max_block_size": 2048, "preferred_block_size_bytes": 512 << 10}

// scattered is for few cases, which lie in as many places: the engine sorts what it has read, reads all columns of a place at once, not ten
// times as much as there is in it, and leaves out halves of the index where it would leave out eighths.
var scattered = clickhouse.Settings{
	"max_block_size": 2048, "preferred_block_size_bytes": 512 << 10,
	"optimize_read_in_order": 0, "optimize_move_to_prewhere": 0, "max_read_buffer_size_local_fs": 16 << 10,
	"merge_tree_coarse_index_granularity": 2,
}

// fewCases are cases whose events can be sorted in little memory.
const fewCases = 10_000

// condition leaves rows out by a value, whose name as a parameter is that of the condition.
type condition struct{ name, sql, value string }

func ofSource(source string) condition {
	return condition{"source", "source = {source:String}", source}
}

func upTo(block uint64) condition {
	return condition{"upto", "block <= {upto:UInt64}", fmt.Sprint(block)}
}

// query asks for columns of a table, of the cases of a family, in an order of subjects.
func query(ctx context.Context, conn driver.Conn, columns, table, order string, family event.Family, subjects []string, conditions ...condition) (driver.Rows, error) {
	settings := small
	if subjects != nil && len(subjects) <= fewCases {
		settings = scattered
	}
	options := []clickhouse.QueryOption{clickhouse.WithSettings(settings), clickhouse.WithBlockBufferSize(1)}
	where := []string{"family = {family:String}"}
	args := []any{clickhouse.Named("family", string(family))}
	if subjects != nil {
		touched, err := ext.NewTable("touched", ext.Column("subject", "String"))
		if err != nil {
			return nil, err
		}
		for _, s := range subjects {
			err = errors.Join(err, touched.Append(s))
		}
		if err != nil {
			return nil, err
		}
		options = append(options, clickhouse.WithExternalTable(touched))
		where = append(where, "subject IN (SELECT subject FROM touched)")
	}
	for _, c := range conditions {
		where = append(where, c.sql)
		args = append(args, clickhouse.Named(c.name, c.value))
	}
	statement := fmt.Sprintf("SELECT %s FROM %s WHERE %s %s", columns, table, strings.Join(where, " AND "), order)
	return conn.Query(clickhouse.Context(ctx, options...), statement, args...)
}

// The orders in which rows come: that of the tables, and one row for each subject.
const (
	inOrder   = "ORDER BY family, subject"
	bySubject = "GROUP BY subject ORDER BY subject"
)

// factColumns are what scanFact reads.
const factColumns = "subject, source, id, type, time, recorded, retracted, data, arrival, bound_to, collector, entry, position"

func readFacts(ctx context.Context, conn driver.Conn, family event.Family, subjects []string, conditions ...condition) (*cursor[event.Event], error) {
	rows, err := query(ctx, conn, factColumns, "events", inOrder, family, subjects, conditions...)
	if err != nil {
		return nil, err
	}
	return &cursor[event.Event]{rows: rows, scan: scanFact}, nil
}

func scanFact(rows driver.Rows) (string, event.Event, error) {
	var e event.Event
	var kind, data string
	err := rows.Scan(&e.Subject, &e.Source, &e.ID, &kind, &e.Time, &e.Recorded, &e.Retracted, &data, &e.Arrival, &e.Bound, &e.Collector, &e.Entry, &e.Position)
	e.Type, e.Data = event.Type(kind), []byte(data)
	return e.Subject, e, err
}

// Projection is one of the journal's, to be selected from as a table. It is named where it is known which one has what is asked: the
// engine would go through the index of the journal itself first, and through those of all others. Every part of the journal has each,
// see internal/clickhouse.
func Projection(name string) string {
	return fmt.Sprintf("mergeTreeProjection(currentDatabase(), 'cells', '%s')", name)
}

// readPrints reads, of cases that have lines in the journal, the sum of their prints.
func readPrints(ctx context.Context, conn driver.Conn, family event.Family, subjects []string) (*cursor[uint64], error) {
	rows, err := query(ctx, conn, "subject, toUInt64(sumMerge(`sum(multiply(plus(print, 1), n))`))", Projection("by_case"), bySubject, family, subjects)
	if err != nil {
		return nil, err
	}
	return &cursor[uint64]{rows: rows, scan: func(rows driver.Rows) (subject string, print uint64, err error) {
		err = rows.Scan(&subject, &print)
		return subject, print, err
	}}, nil
}

func readJournal(ctx context.Context, conn driver.Conn, family event.Family, subjects []string, conditions ...condition) (*cursor[lifecycle.Entry], error) {
	return readPrinted(ctx, conn, family, subjects, func(string, *lifecycle.Entry, uint64) {}, conditions...)
}

// readPrinted is readJournal; it tells printed of each line with its print.
func readPrinted(ctx context.Context, conn driver.Conn, family event.Family, subjects []string, printed func(subject string, e *lifecycle.Entry, print uint64), conditions ...condition) (*cursor[lifecycle.Entry], error) {
	rows, err := query(ctx, conn, `subject, stamp, cause, measure, day, millis, marks, bin, delay, agency, unit, procedure, channel, level, kind, at, issuer, helpers, source, n, print`,
		"cells", inOrder, family, subjects, conditions...)
	if err != nil {
		return nil, err
	}
	return &cursor[lifecycle.Entry]{rows: rows, scan: func(rows driver.Rows) (subject string, e lifecycle.Entry, err error) {
		var stamp, day time.Time
		var cause, measure string
		var marks uint32
		var print uint64
		err = rows.Scan(&subject, &stamp, &cause, &measure, &day, &e.Millis, &marks, &e.Bin, &e.Delay, &e.Agency, &e.Unit, &e.Procedure, &e.Channel, &e.Level, &e.Kind, &e.At, &e.Issuer, &e.Helpers, &e.Source, &e.N, &print)
		e.Stamp, e.Day = calendar.DayOf(stamp, time.UTC), calendar.DayOf(day, time.UTC)
		e.Cause, e.Measure, e.Marks = lifecycle.Cause(cause), lifecycle.Measure(measure), lifecycle.Marks(marks)
		if err == nil {
			printed(subject, &e, print)
		}
		return subject, e, err
	}}, nil
}

// servedVerdict is a line of the list of cases, all of it. Of several of one case that with the greatest block is served.
type servedVerdict struct {
	verdict, closing                 string
	submitted, opened, closed        time.Time
	deadline, first                  time.Time
	paused                           bool
	last                             time.Time
	agency, unit, procedure, channel string
	level, kind, at                  string
	block                            uint64
}

// differs says whether the line is not what a case was judged to be.
func (v *servedVerdict) differs(c *lifecycle.Case, verdict string) bool {
	same := v.verdict == verdict && v.closing == c.Closing && v.paused == c.Running() &&
		v.agency == c.Agency && v.unit == c.Unit && v.procedure == c.Procedure && v.channel == c.Channel && v.level == c.Level && v.kind == c.Kind && v.at == c.At
	for was, is := range map[*time.Time]time.Time{
		&v.submitted: c.Submitted, &v.opened: c.Opened, &v.closed: c.Closed, &v.deadline: c.Deadline, &v.first: c.DeadlineFirst, &v.last: c.LastEvent,
	} {
		same = same && was.Equal(is)
	}
	return !same
}

func readVerdicts(ctx context.Context, conn driver.Conn, family event.Family, subjects []string) (*cursor[servedVerdict], error) {
	rows, err := query(ctx, conn, `subject, verdict, closing, submitted, opened, closed, deadline, deadline_first, paused, last_event,
		agency, unit, procedure, channel, level, kind, at, block`, "verdicts FINAL", inOrder, family, subjects)
	if err != nil {
		return nil, err
	}
	return &cursor[servedVerdict]{rows: rows, scan: func(rows driver.Rows) (subject string, v servedVerdict, err error) {
		var submitted, opened, closed, deadline, first *time.Time
		err = rows.Scan(&subject, &v.verdict, &v.closing, &submitted, &opened, &closed, &deadline, &first, &v.paused, &v.last,
			&v.agency, &v.unit, &v.procedure, &v.channel, &v.level, &v.kind, &v.at, &v.block)
		for from, to := range map[**time.Time]*time.Time{&submitted: &v.submitted, &opened: &v.opened, &closed: &v.closed, &deadline: &v.deadline, &first: &v.first} {
			if *from != nil {
				*to = **from
			}
		}
		return subject, v, err
	}}, nil
}
