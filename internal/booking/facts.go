package booking

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"tiendo/internal/event"
)

// Facts reads every delivery of every event of one case that the engine still holds, in no order; nil if it knows of none.
func Facts(ctx context.Context, conn driver.Conn, family event.Family, subject string) ([]event.Event, error) {
	facts, err := readFacts(ctx, conn, family, []string{subject})
	if err != nil {
		return nil, fmt.Errorf("read the facts of %s %s: %w", family, subject, err)
	}
	defer facts.close()
	return facts.take(subject)
}
