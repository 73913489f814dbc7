package booking

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// inserting is an insert on its way: lines of the journal in one insert, which the engine takes once per token, and the
// verdicts beside it in another. What was sent counts only when the insert is finished.
type inserting struct {
	writer string
	block  uint64

	mu              sync.Mutex
	rows            int // lines sent
	cells, verdicts driver.Batch
}

// errUnknown says that the engine may have taken the lines of an insert, or not.
var errUnknown = errors.New("the outcome is unknown")

// startInsert opens an insert into a table of lines.
func startInsert(ctx context.Context, conn driver.Conn, table, writer string, block uint64, query, token string) (*inserting, error) {
	// However many pieces are sent, the engine makes one part of them.
	whole := clickhouse.Context(ctx, clickhouse.WithQueryID(query), clickhouse.WithSettings(clickhouse.Settings{
		"insert_deduplicate":              1,
		"insert_deduplication_token":      token,
		"async_insert":                    0,
		"max_insert_block_size":           4_000_000,
		"min_insert_block_size_rows":      4_000_000,
		"min_insert_block_size_bytes":     4 << 30,
		"max_partitions_per_insert_block": 1,
	}))
	in := &inserting{writer: writer, block: block}
	var err error
	if in.cells, err = conn.PrepareBatch(whole, "INSERT INTO "+table+" ("+lineColumns+", block, writer)"); err != nil {
		return nil, fmt.Errorf("start an insert of lines: %w", err)
	}
	if in.verdicts, err = conn.PrepareBatch(ctx, "INSERT INTO verdicts ("+verdictColumns+", block)"); err != nil {
		return nil, errors.Join(fmt.Errorf("start an insert of verdicts: %w", err), in.cells.Abort())
	}
	return in, nil
}

// send hands lines over to the engine and empties them. Safe for concurrent use.
func (in *inserting) send(l *lines) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if err := flush(in.cells, l.cells(in.block, in.writer)); err != nil {
		return fmt.Errorf("send lines: %w", err)
	}
	if err := flush(in.verdicts, l.verdicts(in.block)); err != nil {
		return fmt.Errorf("send verdicts: %w", err)
	}
	in.rows += l.rows()
	l.reset()
	return nil
}

func flush(batch driver.Batch, columns []any) error {
	for i, values := range columns {
		if err := batch.Column(i).Append(values); err != nil {
			return fmt.Errorf("column %d: %w", i, err)
		}
	}
	return batch.Flush()
}

// finish ends both inserts. After an error the engine has none of the lines, unless the error is errUnknown.
func (in *inserting) finish() error {
	// Verdicts without lines are written again with them; lines without verdicts would stay alone.
	if err := in.verdicts.Send(); err != nil {
		in.abort()
		return fmt.Errorf("insert verdicts: %w", err)
	}
	if err := in.cells.Send(); err != nil {
		return fmt.Errorf("insert lines: %w: %w", errUnknown, err)
	}
	return nil
}

// abort ends an insert that was not finished, so that the engine takes nothing of it: the connection goes with it, for an
// insert that is only closed would keep what was sent.
func (in *inserting) abort() {
	for _, batch := range []driver.Batch{in.cells, in.verdicts} {
		if !batch.IsSent() {
			_ = batch.Abort()
		}
	}
}
