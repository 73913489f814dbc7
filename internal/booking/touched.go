package booking

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// cases are the subjects of touched cases by family.
type cases map[event.Family][]string

// sort puts subjects in order, each once.
func (cs cases) sort() {
	for family, subjects := range cs {
		slices.Sort(subjects)
		cs[family] = slices.Compact(subjects)
	}
}

func (cs cases) count() (n int) {
	for _, subjects := range cs {
		n += len(subjects)
	}
	return n
}

// anotherCollector finds one whose events are stored beside those that are known, "" if there is none. The index on collectors
// passes over what is stored of them.
func anotherCollector(ctx context.Context, conn driver.Conn, known []string) (string, error) {
	rows, err := conn.Query(ctx, `SELECT collector FROM events WHERE collector NOT IN {known:Array(String)} LIMIT 1`, clickhouse.Named("known", known))
	if err != nil {
		return "", err
	}
	defer rows.Close()
	name := ""
	if rows.Next() {
		err = rows.Scan(&name)
	}
	return name, errors.Join(err, rows.Err())
}

// news are the conditions on events of a collector after an entry. The last one follows from the others: by it the index passes over
// what is booked, for it knows the greatest entry of each sort of collectors.
//
// Measured: where 60,000 events of a new collector lie among 10 million of another, the engine takes 12 ms in place of 70.
func news(collector string) string {
	sort := crc32.ChecksumIEEE([]byte(collector)) % 16
	return fmt.Sprintf("collector = {collector:String} AND entry > {after:UInt64} AND entry * (CRC32(collector) %% 16 = %d) > {after:UInt64}", sort)
}

// stretch is a stretch of a collector's log: the last entry that is in it, 0 if there is none, and its arrival; whether some of its events are
// of no case, and whether more are stored after it.
type stretch struct {
	upTo         uint64
	arrival      time.Time
	beside, full bool
}

// add adds the cases that stored events of a collector touch, in the order of its log, after a log entry, about so many events.
func (cs cases) add(ctx context.Context, conn driver.Conn, collector string, after, events uint64) (stretch, error) {
	upTo, full, err := lastOfBlock(ctx, conn, collector, after, events)
	if err != nil || upTo == 0 {
		return stretch{}, err
	}
	of := stretch{upTo: upTo, full: full}
	rows, err := conn.Query(ctx, `SELECT family, subject, max(arrival) FROM events WHERE `+news(collector)+` AND entry <= {upto:UInt64} GROUP BY family, subject`,
		clickhouse.Named("collector", collector), clickhouse.Named("after", fmt.Sprint(after)), clickhouse.Named("upto", fmt.Sprint(upTo)))
	if err != nil {
		return stretch{}, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, subject string
		var at time.Time
		if err := rows.Scan(&name, &subject, &at); err != nil {
			return stretch{}, err
		}
		if at.After(of.arrival) {
			of.arrival = at
		}
		family := event.Family(name)
		if !lifecycle.Books(family) {
			of.beside = true
			continue
		}
		cs[family] = append(cs[family], subject)
	}
	return of, rows.Err()
}

// lastOfBlock returns the last log entry that fits into a block of stored events after an entry, 0 if there are none, and
// whether more are stored. A single entry always fits. One entry more than fits is asked for: else those of one event each would seem to be
// all, and what follows them to be booked.
func lastOfBlock(ctx context.Context, conn driver.Conn, collector string, after, most uint64) (upTo uint64, full bool, err error) {
	rows, err := conn.Query(ctx, `SELECT entry, count() FROM events WHERE `+news(collector)+` GROUP BY entry ORDER BY entry LIMIT {limit:UInt64}`,
		clickhouse.Named("collector", collector), clickhouse.Named("after", fmt.Sprint(after)), clickhouse.Named("limit", fmt.Sprint(most+1)))
	if err != nil {
		return 0, false, err
	}
	defer rows.Close()
	events := uint64(0)
	for rows.Next() {
		var entry, n uint64
		if err := rows.Scan(&entry, &n); err != nil {
			return 0, false, err
		}
		if events += n; upTo > 0 && events > most {
			return upTo, true, rows.Err()
		}
		upTo = entry
	}
	return upTo, false, rows.Err()
}
