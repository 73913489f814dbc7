package booking

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"
)

// insertCells appends the rows and the marks of a block in one insert, which the engine takes once per token.
func insertCells(ctx context.Context, conn driver.Conn, block *block, query string, attempt int) error {
	return insertRows(ctx, conn, journalTable, block, [][]caseEntries{block.marks(), block.cells}, query, fmt.Sprintf("0-%d-%d", block.mark.Block, attempt))
}

// insertRows appends lines of a block to the journal, or to the one that is to take its place.
func insertRows(ctx context.Context, conn driver.Conn, table string, block *block, lines [][]caseEntries, query, token string) error {
	ctx = clickhouse.Context(ctx, clickhouse.WithQueryID(query), clickhouse.WithSettings(clickhouse.Settings{
		"insert_deduplicate":              1,
		"insert_deduplication_token":      token,
		"async_insert":                    0,
		"max_insert_block_size":           4_000_000,
		"min_insert_block_size_rows":      4_000_000,
		"min_insert_block_size_bytes":     4 << 30,
		"max_partitions_per_insert_block": 1,
	}))
	c := newColumns(block.rows() + len(block.mark.Entries) + 1)
	for _, cases := range lines {
		for i := range cases {
			for j := range cases[i].entries {
				c.add(cases[i].family, cases[i].subject, &cases[i].entries[j], block)
			}
		}
	}
	used := slices.DeleteFunc(c.all(), func(column column) bool { return column.empty() })
	names := make([]string, len(used))
	for i := range used {
		names[i] = used[i].name
	}
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO "+table+" ("+strings.Join(names, ", ")+")")
	if err != nil {
		return err
	}
	defer batch.Close()
	for i := range used {
		if err := batch.Column(i).Append(used[i].values); err != nil {
			return fmt.Errorf("column %s: %w", used[i].name, err)
		}
	}
	return batch.Send()
}

// columns are the rows of a block turned on their side: appending whole columns costs a third of appending rows.
type columns struct {
	family, subject, cause, measure                                                    []string
	agency, unit, procedure, channel, level, kind, at, issuer, helpers, source, writer []string
	stamp, day                                                                         []time.Time
	millis, marks                                                                      []uint32
	bin                                                                                []int32
	n                                                                                  []int64
	block                                                                              []uint64
}

func newColumns(rows int) *columns {
	c := &columns{
		stamp: make([]time.Time, 0, rows), day: make([]time.Time, 0, rows), millis: make([]uint32, 0, rows), marks: make([]uint32, 0, rows),
		bin: make([]int32, 0, rows), n: make([]int64, 0, rows), block: make([]uint64, 0, rows),
	}
	for _, s := range []*[]string{
		&c.family, &c.subject, &c.cause, &c.measure, &c.agency, &c.unit, &c.procedure, &c.channel, &c.level, &c.kind, &c.at, &c.issuer, &c.helpers, &c.source, &c.writer,
	} {
		*s = make([]string, 0, rows)
	}
	return c
}

func (c *columns) add(family, subject string, e *lifecycle.Entry, b *block) {
	c.family, c.subject = append(c.family, family), append(c.subject, subject)
	c.stamp, c.cause = append(c.stamp, date(e.Stamp)), append(c.cause, string(e.Cause))
	c.measure, c.day = append(c.measure, string(e.Measure)), append(c.day, date(e.Day))
	c.millis, c.marks, c.bin = append(c.millis, e.Millis), append(c.marks, uint32(e.Marks)), append(c.bin, e.Bin)
	c.agency, c.unit = append(c.agency, e.Agency), append(c.unit, e.Unit)
	c.procedure, c.channel, c.level = append(c.procedure, e.Procedure), append(c.channel, e.Channel), append(c.level, e.Level)
	c.kind, c.at = append(c.kind, e.Kind), append(c.at, e.At)
	c.issuer, c.helpers, c.source = append(c.issuer, e.Issuer), append(c.helpers, e.Helpers), append(c.source, e.Source)
	c.n, c.block, c.writer = append(c.n, e.N), append(c.block, b.mark.Block), append(c.writer, b.writer)
}

// column is a column and its values, a slice.
type column struct {
	name   string
	values any
}

// empty says that every value is the empty text, which the engine fills in by itself: most cases have no helpers.
func (c *column) empty() bool {
	texts, ok := c.values.([]string)
	return ok && !slices.ContainsFunc(texts, func(s string) bool { return s != "" })
}

func (c *columns) all() []column {
	return []column{
		{"family", c.family}, {"subject", c.subject}, {"stamp", c.stamp}, {"cause", c.cause}, {"measure", c.measure}, {"day", c.day},
		{"millis", c.millis}, {"marks", c.marks}, {"bin", c.bin}, {"agency", c.agency}, {"unit", c.unit}, {"procedure", c.procedure},
		{"channel", c.channel}, {"level", c.level}, {"kind", c.kind}, {"at", c.at}, {"issuer", c.issuer}, {"helpers", c.helpers},
		{"source", c.source}, {"n", c.n}, {"block", c.block}, {"writer", c.writer},
	}
}

func insertVerdicts(ctx context.Context, conn driver.Conn, block *block, zone *time.Location) error {
	if len(block.verdicts) == 0 {
		return nil
	}
	batch, err := conn.PrepareBatch(ctx, `INSERT INTO verdicts (family, subject, verdict, closing, submitted, opened, closed,
		deadline, deadline_first, paused, last_event, agency, unit, procedure, channel, level, kind, block)`)
	if err != nil {
		return err
	}
	defer batch.Close()
	for i := range block.verdicts {
		c := &block.verdicts[i]
		err := batch.Append(string(c.Family), c.Subject, string(c.Verdict(zone)), c.Closing, instant(c.Submitted), instant(c.Opened), instant(c.Closed),
			instant(c.Deadline), instant(c.DeadlineFirst), c.Running(), c.LastEvent, c.Agency, c.Unit, c.Procedure, c.Channel, c.Level, c.Kind, block.mark.Block)
		if err != nil {
			return err
		}
	}
	return batch.Send()
}

func date(d calendar.Day) time.Time { return d.Start(time.UTC) }

// instant is nil for the zero Time.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
