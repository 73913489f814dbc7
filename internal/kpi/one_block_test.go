package kpi

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"tiendo/internal/booking"
	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/period"
)

// TestAnswersAreOfOneBlock: what is booked between two questions that are asked together has both asked again, and so has what is booked
// after the events were counted.
func TestAnswersAreOfOneBlock(t *testing.T) {
	t.Parallel()
	conn := enginetest.Conn(t)
	booker := bookerOf(t, conn)
	var queries []Query
	for _, month := range []string{"2025-03", "2025-04"} {
		of, err := period.Parse(month, time.Now(), zone)
		if err != nil {
			t.Fatal(err)
		}
		queries = append(queries, Query{ID: "dossier.open", Period: of})
	}
	for n, of := range []struct {
		elsewhere bool
		queries   []Query
	}{{false, queries}, {true, queries}, {false, queries[:1]}} {
		want, elsewhere := uint64(n+1), of.elsewhere
		b := New(Options{Conn: conn, Zone: zone, Now: time.Now, Elsewhere: func() bool { return elsewhere }, Events: func() uint64 { // asked first
			events := booker.Mark().Events
			if events < want {
				bookAnother(t, conn, booker, want)
			}
			return events
		}})
		if !elsewhere {
			b.Ledger = booker.Ledger()
		}
		figures, err := b.Ask(t.Context(), of.queries...)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range figures {
			if got := f.Rows[0].Value; f.Events != want || got == nil || *got != float64(want) {
				t.Errorf("booked elsewhere %t: %s of %d events is %s, want %d", elsewhere, f.ID, f.Events, f.Rows[0].text(), want)
			}
		}
	}
}

// bookAnother stores the n-th case and waits until it is booked.
func bookAnother(t *testing.T, conn driver.Conn, booker *booking.Booker, n uint64) {
	t.Helper()
	const insert = `INSERT INTO events (family, subject, source, id, type, time, recorded, data, arrival, collector, entry, seniority)
		VALUES ('dossier', '%[1]d', 'urn:test', '%[1]d', 'dossier.received', '2025-03-05 01:00:00', '2025-03-05 01:00:00', '{"agency":"A","procedure":"1","channel":"online"}', '2025-03-05 01:00:00', 'c', %[1]d, 1)`
	if err := conn.Exec(t.Context(), fmt.Sprintf(insert, n)); err != nil {
		t.Fatal(err)
	}
	booker.Wake()
	for end := time.Now().Add(30 * time.Second); booker.Mark().Events < n; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the event was not booked")
		}
	}
}

// TestFiguresOfBooksOfAnEarlierVersion: while they lack what that one did not count, every answer says so.
func TestFiguresOfBooksOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	b, _ := books(t)
	for _, renewing := range []bool{false, true} {
		b.Renewing = func() bool { return renewing }
		told, err := json.Marshal(ask(t, b, "quality.report_delay_p90", "2025-03", nil, nil))
		if err != nil || strings.Contains(string(told), `"renewing":true`) != renewing {
			t.Errorf("renewing %t: %s, %v", renewing, told, err)
		}
	}
}

// TestWhatIsNoSum: when an agency was last heard of, and what a source states, is told as of the last block too, without asking the engine
// while there is none.
func TestWhatIsNoSum(t *testing.T) {
	t.Parallel()
	conn := enginetest.CountedConn(t)
	booker := bookerOf(t, conn.Conn)
	march, err := period.Parse("2025-03", time.Now(), zone)
	if err != nil {
		t.Fatal(err)
	}
	b := New(Options{Conn: conn, Ledger: booker.Ledger(), Zone: zone, Now: time.Now, Events: func() uint64 { return booker.Mark().Events }})
	received := func() Figure {
		t.Helper()
		figures, err := b.Ask(t.Context(), Query{ID: "dossier.received", Period: march, By: []string{"agency"}})
		if err != nil {
			t.Fatal(err)
		}
		return figures[0]
	}
	bookAnother(t, conn.Conn, booker, 1)
	first := time.Date(2025, 3, 5, 1, 0, 0, 0, time.UTC)
	if got := received(); len(got.Rows) != 1 || got.Rows[0].LastEvent == nil || !got.Rows[0].LastEvent.Equal(first) || got.Completeness != nil {
		t.Errorf("one dossier was received at %v, and nothing stated: %+v", first, got)
	}
	before := conn.Questions.Load()
	received()
	if n := conn.Questions.Load() - before; n != 0 {
		t.Errorf("nothing was booked, and the engine was asked %d times", n)
	}
	if err := conn.Exec(t.Context(), `INSERT INTO events (family, subject, source, id, type, time, recorded, data, arrival, collector, entry, seniority)
		VALUES ('source', 'daily', 'urn:test', 't', 'source.tally', '2025-03-06 01:00:00', '2025-03-06 01:00:00', '{"count":4,"day":"2025-03-05","family":"dossier"}', '2025-03-06 01:00:00', 'c', 2, 1)`); err != nil {
		t.Fatal(err)
	}
	booker.Wake()
	for end := time.Now().Add(30 * time.Second); received().Completeness == nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("what the source stated is in no answer")
		}
	}
	if got := received().CompletenessOf; *got != (Stated{Received: 1, Stated: 4}) {
		t.Errorf("1 of 4 arrived: %+v", got)
	}
}
