package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"tiendo/internal/calendar"
)

// insertCells appends the rows and the marks of a block in one insert, which the engine takes once per token.
func insertCells(ctx context.Context, conn driver.Conn, block *block, query string, attempt int) error {
	ctx = clickhouse.Context(ctx, clickhouse.WithQueryID(query), clickhouse.WithSettings(clickhouse.Settings{
		"insert_deduplicate":              1,
		"insert_deduplication_token":      fmt.Sprintf("0-%d-%d", block.mark.Block, attempt),
		"async_insert":                    0,
		"max_insert_block_size":           4_000_000,
		"min_insert_block_size_rows":      4_000_000,
		"min_insert_block_size_bytes":     4 << 30,
		"max_partitions_per_insert_block": 1,
	}))
	batch, err := conn.PrepareBatch(ctx, `INSERT INTO cells (family, subject, stamp, cause, measure, day, millis, marks, bin,
		agency, unit, procedure, channel, level, kind, at, issuer, helpers, n, block, writer)`)
	if err != nil {
		return err
	}
	defer batch.Close()
	for _, rows := range [][]row{block.marks(), block.cells} {
		for i := range rows {
			r := &rows[i]
			err := batch.Append(r.family, r.subject, date(r.Stamp), string(r.Cause), string(r.Measure), date(r.Day), r.Millis, uint32(r.Marks), r.Bin,
				r.Agency, r.Unit, r.Procedure, r.Channel, r.Level, r.Kind, r.At, r.Issuer, r.Helpers, r.N, block.mark.Block, block.writer)
			if err != nil {
				return err
			}
		}
	}
	return batch.Send()
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
