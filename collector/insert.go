package collector

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

//go:embed insert.sql
var insertEvents string

// pieceRows and pieceBytes bound the rows, and their data, that are handed to the driver at once: it holds each twice more until
// they are sent, and each of its connections keeps the room for good.
const (
	pieceRows  = 4096
	pieceBytes = 1 << 20
)

// insert sends the rows as one native insert, of which the engine makes one part, in pieces.
func (c *columns) insert(ctx context.Context, conn driver.Conn) error {
	batch, err := conn.PrepareBatch(ctx, insertEvents)
	if err != nil {
		return fmt.Errorf("prepare the insert of events: %w", err)
	}
	for from := 0; from < c.len(); {
		to := c.pieceFrom(from)
		if err := c.send(batch, from, to); err != nil {
			return errors.Join(err, batch.Abort())
		}
		from = to
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("insert events: %w", err)
	}
	return nil
}

// pieceFrom is where the piece ends that begins with a row. It has one row at least.
func (c *columns) pieceFrom(from int) (to int) {
	size := 0
	for to = from; to < min(from+pieceRows, c.len()) && size < pieceBytes; to++ {
		size += len(c.data[to])
	}
	return to
}

// send sends the rows from a place up to another.
func (c *columns) send(batch driver.Batch, from, to int) error {
	for i, values := range []any{
		c.family[from:to], c.subject[from:to], c.source[from:to], c.id[from:to], c.kind[from:to],
		c.time[from:to], c.recorded[from:to], c.retracted[from:to], c.data[from:to],
		c.arrival[from:to], c.bound[from:to], c.collector[from:to], c.entry[from:to], c.position[from:to], c.seniority[from:to],
	} {
		if err := batch.Column(i).Append(values); err != nil {
			return fmt.Errorf("fill column %d of events: %w", i, err)
		}
	}
	if err := batch.Flush(); err != nil {
		return fmt.Errorf("send events: %w", err)
	}
	return nil
}
