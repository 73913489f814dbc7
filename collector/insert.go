package collector

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"tiendo/internal/event"

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

// columns are rows of the table events, column by column.
type columns struct {
	family, subject, source, id, kind []string
	time, recorded, arrival           []int64
	retracted                         []bool
	data                              []string
	bound, collector                  []string
	entry                             []uint64
	position                          []uint32
	seniority                         []uint64

	late int // events that were left out, for their case was erased after they came in
}

func (c *columns) len() int { return len(c.id) }

func (c *columns) add(e *event.Event, data string) {
	c.family = append(c.family, string(e.Type.Family()))
	c.subject = append(c.subject, e.Subject)
	c.source = append(c.source, e.Source)
	c.id = append(c.id, e.ID)
	c.kind = append(c.kind, string(e.Type))
	c.time = append(c.time, e.Time.UnixMilli())
	c.recorded = append(c.recorded, e.Recorded.UnixMilli())
	c.retracted = append(c.retracted, e.Retracted)
	c.data = append(c.data, data)
	arrival := e.Arrival.UnixMilli()
	c.arrival = append(c.arrival, arrival)
	c.bound = append(c.bound, e.Bound)
	c.collector = append(c.collector, e.Collector)
	c.entry = append(c.entry, e.Entry)
	c.position = append(c.position, e.Position)
	c.seniority = append(c.seniority, e.Seniority())
}

// cut takes back all rows from the n-th on, and lets go of what they hold.
func (c *columns) cut(n int) {
	for _, column := range []*[]string{&c.family, &c.subject, &c.source, &c.id, &c.kind, &c.data, &c.bound, &c.collector} {
		clear((*column)[n:])
		*column = (*column)[:n]
	}
	c.time, c.recorded, c.arrival, c.retracted = c.time[:n], c.recorded[:n], c.arrival[:n], c.retracted[:n]
	c.entry, c.position, c.seniority = c.entry[:n], c.position[:n], c.seniority[:n]
}

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
