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

// insert sends the rows as one native insert.
func (c *columns) insert(ctx context.Context, conn driver.Conn) error {
	batch, err := conn.PrepareBatch(ctx, insertEvents)
	if err != nil {
		return fmt.Errorf("prepare the insert of events: %w", err)
	}
	for i, values := range []any{
		c.family, c.subject, c.source, c.id, c.kind, c.time, c.recorded, c.retracted, c.data,
		c.arrival, c.bound, c.collector, c.entry, c.position, c.seniority,
	} {
		if err := batch.Column(i).Append(values); err != nil {
			return errors.Join(fmt.Errorf("fill column %d of events: %w", i, err), batch.Abort())
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("insert events: %w", err)
	}
	return nil
}
