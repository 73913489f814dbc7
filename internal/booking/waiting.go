package booking

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Waiting counts the deliveries of events that are stored and not booked up to a mark. Of the collector named own those after the
// entry loaded are left out, for whoever asks knows them from its log.
func Waiting(ctx context.Context, conn driver.Conn, m Mark, own string, loaded uint64) (n uint64, err error) {
	known := slices.Sorted(maps.Keys(m.Entries))
	if !slices.Contains(known, own) {
		known = append(known, own)
	}
	for _, collector := range known {
		upTo := ^uint64(0)
		if collector == own {
			upTo = loaded
		}
		var some uint64
		if err := conn.QueryRow(ctx, `SELECT count() FROM events WHERE `+news(collector)+` AND entry <= {upto:UInt64}`, clickhouse.Named("collector", collector),
			clickhouse.Named("after", fmt.Sprint(m.Entries[collector])), clickhouse.Named("upto", fmt.Sprint(upTo))).Scan(&some); err != nil {
			return 0, fmt.Errorf("count the events that wait: %w", err)
		}
		n += some
	}
	var others uint64
	if err := conn.QueryRow(ctx, `SELECT count() FROM events WHERE collector NOT IN {known:Array(String)}`, clickhouse.Named("known", known)).Scan(&others); err != nil {
		return 0, fmt.Errorf("count the events that wait: %w", err)
	}
	return n + others, nil
}
