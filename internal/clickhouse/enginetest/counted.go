package enginetest

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Counted is a connection that counts the questions it is asked.
type Counted struct {
	driver.Conn
	Questions atomic.Int64
}

// CountedConn is Conn, counted.
func CountedConn(t testing.TB) *Counted {
	t.Helper()
	return &Counted{Conn: Conn(t)}
}

// Query counts a question and asks it.
func (c *Counted) Query(ctx context.Context, query string, args ...any) (driver.Rows, error) {
	c.Questions.Add(1)
	return c.Conn.Query(ctx, query, args...)
}

// QueryRow counts a question and asks it.
func (c *Counted) QueryRow(ctx context.Context, query string, args ...any) driver.Row {
	c.Questions.Add(1)
	return c.Conn.QueryRow(ctx, query, args...)
}
