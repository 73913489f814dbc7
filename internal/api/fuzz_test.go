package api

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"tiendo/internal/kpi"
)

// FuzzParameters: whatever a question holds, it is understood or refused with the parameter that is wrong.
func FuzzParameters(f *testing.F) {
	for _, seed := range []string{
		"period=2026-Q3&by=agency,channel&agency=H24.12", "period=2026-09-01..2026-09-30&as_of=2026-09-15&fold=successor&cutoff=report", "period=ytd&limit=10&after=dossier/D-1&part=numerator",
		"period=9999-12&as_of=0000-01-01", "period=%00&by='%20OR%201=1--&agency={x:String}", "period=2026..2025&limit=-1&part=;", "a=%zz&b", "period=d30&period=mtd&limit=99999999999999999999",
	} {
		f.Add("dossier.on_time_rate", seed)
	}
	f.Add("'; DROP TABLE events; --", "period=2026")
	a := New(Options{Zone: time.FixedZone("+07", 7*3600), Now: func() time.Time { return time.Unix(1_790_000_000, 0) }})
	f.Fuzz(func(t *testing.T, id, raw string) {
		params, err := url.ParseQuery(raw)
		if err != nil {
			return // what net/http leaves out
		}
		refused := func(what string, err error) {
			var wrong *kpi.Error
			if err != nil && (!errors.As(err, &wrong) || wrong.Param == "" || wrong.Message == "") {
				t.Fatalf("%s: %T %v", what, err, err)
			}
		}
		q, err := a.query(id, params, "by", "since", "until", "kpi", "part", "sort", "left", "age", "limit", "after")
		refused("query", err)
		if err == nil && !q.Period.Start.Before(q.Period.End) && !q.Period.Running && q.Period.Start.Before(a.Now()) {
			t.Fatalf("the period %+v is empty", q.Period)
		}
		_, err = listing(params)
		refused("page", err)
		_, err = a.day("since", params.Get("since"))
		refused("day", err)
	})
}
