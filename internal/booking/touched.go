package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// cases are the subjects of touched cases by family.
type cases map[event.Family]map[string]struct{}

func collectors(ctx context.Context, conn driver.Conn) ([]string, error) {
	var names []string
	err := conn.QueryRow(ctx, `SELECT groupUniqArray(collector) FROM events`).Scan(&names)
	return names, err
}

// add adds the cases that stored events of a collector touch, in the order of its log, after a log entry. It returns the
// last entry that is wholly among them and its arrival, 0 if there is none, and whether more are stored.
func (cs cases) add(ctx context.Context, conn driver.Conn, collector string, after uint64) (upTo uint64, arrival time.Time, full bool, err error) {
	// The index on entry skips the parts and granules that are booked.
	rows, err := conn.Query(ctx, `SELECT family, subject, entry, arrival FROM events
		WHERE collector = {collector:String} AND entry > {after:UInt64} ORDER BY entry LIMIT {limit:UInt64}`,
		clickhouse.Named("collector", collector), clickhouse.Named("after", fmt.Sprint(after)), clickhouse.Named("limit", fmt.Sprint(eventsPerBlock)))
	if err != nil {
		return 0, arrival, false, err
	}
	defer rows.Close()

	type touch struct {
		family, subject string
		entry           uint64
		arrival         time.Time
	}
	list := make([]touch, 0, 64)
	for rows.Next() {
		var t touch
		if err := rows.Scan(&t.family, &t.subject, &t.entry, &t.arrival); err != nil {
			return 0, arrival, false, err
		}
		list = append(list, t)
	}
	if err := rows.Err(); err != nil {
		return 0, arrival, false, err
	}
	if len(list) == 0 {
		return 0, arrival, false, nil
	}
	upTo = list[len(list)-1].entry
	if full = len(list) == eventsPerBlock; full && list[0].entry < upTo {
		// The last entry may have been cut; an entry holds fewer events than a block, so others are whole.
		last := upTo
		for list[len(list)-1].entry == last {
			list = list[:len(list)-1]
		}
		upTo = list[len(list)-1].entry
	}
	for _, t := range list {
		family := event.Family(t.family)
		if !lifecycle.Decides(family) {
			continue
		}
		if cs[family] == nil {
			cs[family] = map[string]struct{}{}
		}
		cs[family][t.subject] = struct{}{}
	}
	return upTo, list[len(list)-1].arrival, full, nil
}
