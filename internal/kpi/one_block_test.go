package kpi

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/period"
)

// TestAnswersAreOfOneBlock: what is booked between two questions that are asked together has both asked again.
func TestAnswersAreOfOneBlock(t *testing.T) {
	t.Parallel()
	conn := enginetest.Conn(t)
	booker := bookerOf(t, conn)
	between := func() { // what an answer begins with
		if booker.Mark().Events > 0 {
			return
		}
		if err := conn.Exec(t.Context(), `INSERT INTO events (family, subject, source, id, type, time, recorded, data, arrival, collector, entry, seniority)
			VALUES ('dossier', '1', 'urn:test', '1', 'dossier.received', '2025-03-05 01:00:00', '2025-03-05 01:00:00', '{"agency":"A","procedure":"1","channel":"online"}', '2025-03-05 01:00:00', 'c', 1, 1)`); err != nil {
			t.Fatal(err)
		}
		booker.Wake()
		for end := time.Now().Add(30 * time.Second); booker.Mark().Events == 0; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the event was not booked")
			}
		}
	}
	b := New(Options{Conn: conn, Calendars: calendar.Builtin(zone), Now: time.Now, Ledger: booker.Ledger(), Events: func() uint64 {
		events := booker.Mark().Events
		between()
		return events
	}})
	var queries []Query
	for _, month := range []string{"2025-03", "2025-04"} {
		of, err := period.Parse(month, time.Now(), zone)
		if err != nil {
			t.Fatal(err)
		}
		queries = append(queries, Query{ID: "dossier.open", Period: of})
	}
	figures, err := b.Ask(t.Context(), queries...)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range figures {
		if got := f.Rows[0].Value; f.Events != 1 || got == nil || *got != 1 {
			t.Errorf("%s of %d events is %s", f.ID, f.Events, f.Rows[0].text())
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
