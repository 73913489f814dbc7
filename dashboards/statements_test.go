package dashboards

import (
	"strings"
	"sync"
	"testing"
	"time"

	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/kpi"
)

// statementsOf are how many statements a page takes of the engine where nothing is answered from memory: one for each
// period, grouping and family of cases that it shows, one for each measure of its quantiles and each stretch of time of which it tells what
// days dossiers had left, one for what agencies report, and a few for what all answers say: what sources state, who has gone quiet, when
// agencies were last heard of.
var statementsOf = map[string]int64{
	"/": 18, "/dossiers": 17, "/online": 8, "/tasks": 13, "/citizens": 19, "/organisation": 10, "/agencies/{agency}": 35, "/quality": 23,
}

// TestAPageAsksOnceForAllWhoLook: however many look at once, and in whichever language, the engine is asked once for each group of
// figures.
func TestAPageAsksOnceForAllWhoLook(t *testing.T) {
	conn := enginetest.CountedConn(t)
	now := func() time.Time { return today }
	books := kpi.New(kpi.Options{Conn: conn, Zone: hanoi, Now: now, Events: func() uint64 { return 1 }})
	for _, of := range pages() {
		p := pagesOf(t, sources{ask: books.Ask, cases: books.Cases, margins: books.Margins, booked: books.Events})
		before := conn.Questions.Load()
		q := ask(t, of, "ytd")
		if strings.HasSuffix(of.path, "{agency}") {
			q.where["agency"] = []string{"H24.12"}
		}
		var looking sync.WaitGroup
		for range 20 {
			for lang := range spoken {
				looking.Go(func() {
					if _, err := p.snapshots.part(t.Context(), q, lang); err != nil {
						t.Error(err)
					}
				})
			}
		}
		looking.Wait()
		if n := conn.Questions.Load() - before; n != statementsOf[of.path] {
			t.Errorf("%s: forty who look cost %d statements, want %d", of.path, n, statementsOf[of.path])
		}
	}
}
