package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"tiendo/internal/event"
)

// alive are the subjects of a family's cases that were open at some time of [from, to), by the list of cases. A line of it that an
// older block left may name one too many, which whoever judges it sees.
const alive = `SELECT subject FROM verdicts WHERE family = {family:String} AND opened < {to:DateTime64(3, 'UTC')}
	AND (closed IS NULL OR closed >= {from:DateTime64(3, 'UTC')})`

func during(family event.Family, from, to time.Time) []any {
	const layout = "2006-01-02 15:04:05.000"
	return []any{clickhouse.Named("family", string(family)), clickhouse.Named("from", from.UTC().Format(layout)), clickhouse.Named("to", to.UTC().Format(layout))}
}

// DossiersDuring counts the dossiers that were open at some time of [from, to).
func DossiersDuring(ctx context.Context, conn driver.Conn, from, to time.Time) (int, error) {
	var n uint64
	err := conn.QueryRow(ctx, "SELECT uniqExact(subject) FROM ("+alive+")", during(event.Dossier, from, to)...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the dossiers of a period: %w", err)
	}
	return int(n), nil
}

// EachDuring calls each with every delivery of the events of a family's cases that were open at some time of [from, to); of every
// one-th of them, chosen by their codes, always the same. It stops at the first error. The slice is good until the next call.
func EachDuring(ctx context.Context, conn driver.Conn, family event.Family, from, to time.Time, one int, each func([]event.Event) error) error {
	args := append(during(family, from, to), clickhouse.Named("one", fmt.Sprint(one)))
	rows, err := conn.Query(clickhouse.Context(ctx, clickhouse.WithSettings(small), clickhouse.WithBlockBufferSize(1)),
		"SELECT "+factColumns+" FROM events WHERE family = {family:String} AND cityHash64(subject) % {one:UInt64} = 0 AND subject IN ("+alive+") "+inOrder, args...)
	if err != nil {
		return fmt.Errorf("read the cases of a period: %w", err)
	}
	facts := &cursor[event.Event]{rows: rows, scan: scanFact}
	defer facts.close()
	for {
		subject, more, err := facts.peek()
		if err != nil {
			return fmt.Errorf("read the cases of a period: %w", err)
		}
		if !more {
			return nil
		}
		events, err := facts.take(subject)
		if err != nil {
			return fmt.Errorf("read the cases of a period: %w", err)
		}
		if err := each(events); err != nil {
			return err
		}
	}
}

// Submission is a dossier that was submitted online; Received is zero while it was not received.
type Submission struct {
	Subject, Agency     string
	Submitted, Received time.Time
}

// EachSubmission calls each with what was submitted online in [from, to), by agency and then by time. It stops at the first error.
func EachSubmission(ctx context.Context, conn driver.Conn, from, to time.Time, each func(Submission) error) error {
	rows, err := conn.Query(ctx, `SELECT subject, agency, submitted, opened FROM verdicts FINAL
		WHERE family = {family:String} AND submitted >= {from:DateTime64(3, 'UTC')} AND submitted < {to:DateTime64(3, 'UTC')} AND channel = 'online'
		ORDER BY agency, submitted, subject`, during(event.Dossier, from, to)...)
	if err != nil {
		return fmt.Errorf("read what was submitted in a period: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var s Submission
		var submitted, opened *time.Time
		if err := rows.Scan(&s.Subject, &s.Agency, &submitted, &opened); err != nil {
			return fmt.Errorf("read what was submitted in a period: %w", err)
		}
		s.Submitted = *submitted
		if opened != nil {
			s.Received = *opened
		}
		if err := each(s); err != nil {
			return err
		}
	}
	return rows.Err()
}
