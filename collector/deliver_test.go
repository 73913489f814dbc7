package collector

import (
	"errors"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// TestDeliver: a part of the process is a sender like any other: what is accepted is in the log, what is not has its place and
// reason, both are counted, and the source has a name of its own.
func TestDeliver(t *testing.T) {
	free := uint64(minFree)
	r := open(t, t.TempDir(), func(o *Options) { o.free = func(string) (uint64, error) { return free, nil } })
	refused, err := r.Deliver("inbox:hue", []byte(one(1)+"\n"+strings.Replace(one(2), "online", "fax", 1)+"\nno JSON\n"+one(3)+"\n"))
	if err != nil || len(refused) != 2 || refused[0].Index != 1 || refused[0].Field != "data.channel" || refused[1].Index != 2 || !strings.HasPrefix(refused[1].Reason, "is not JSON") {
		t.Errorf("%+v %v", refused, err)
	}
	all := r.stored(t)
	if len(all) != 2 || all[0].ID != "e-1" || all[1].ID != "e-3" || all[0].Bound != "" || strings.Contains(string(all[0].Data), "cb-07") {
		t.Errorf("%+v", all)
	}
	if got := testutil.ToFloat64(r.metrics.events.WithLabelValues("dossier", accepted)); got != 2 {
		t.Errorf("%v are counted as accepted", got)
	}
	if got := testutil.ToFloat64(r.metrics.events.WithLabelValues("dossier", rejected)); got != 1 {
		t.Errorf("%v are counted as rejected", got)
	}
	sources, err := testutil.GatherAndCount(r.reg, "tiendo_source_last_event_timestamp_seconds")
	if err != nil || sources != 1 {
		t.Errorf("%d sources, %v", sources, err)
	}
	free = 0
	if _, err := r.Deliver("inbox:hue", []byte(one(4))); !errors.Is(err, errDiskFull) || len(r.stored(t)) != 2 {
		t.Errorf("with a full disk: %v", err)
	}
	free = minFree
	// Assessments have a scope of their own, which a folder does not give.
	refused, err = r.Deliver("inbox:hue", []byte(`{"specversion":"1.0","id":"a","source":"urn:test","type":"assessment.verified","subject":"a","time":"2026-09-14T08:30:00+07:00","data":{}}`))
	if err != nil || len(refused) != 1 || refused[0].Field != "type" {
		t.Errorf("%+v %v", refused, err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a part may call itself like a token")
		}
	}()
	_, _ = r.Deliver("hue", nil)
}
