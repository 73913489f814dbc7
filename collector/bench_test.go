package collector

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"tiendo/internal/clickhouse/enginetest"
)

const benchEvents = 1_000

// believable is a batch of events as a one-stop system sends them; round makes ids and subjects differ.
func believable(round int) string {
	var b strings.Builder
	for i := range benchEvents {
		n := round*benchEvents + i
		if i > 0 {
			b.WriteByte(',')
		}
		head := fmt.Sprintf(`{"specversion":"1.0","id":"%08d-4c1d","source":"urn:vn:haiphong:motcua:h24.%02d","subject":"H24.%02d-2609%02d-%07d","time":"2026-09-%02dT%02d:%02d:%02d+07:00","recordedtime":"2026-09-30T%02d:%02d:%02d+07:00","datacontenttype":"application/json",`,
			n, n%20, n%20, n%28+1, n/3, n%28+1, 7+n%10, n%60, n%59, 7+n%10, n%60, n%59)
		b.WriteString(head)
		switch n % 3 {
		case 0:
			fmt.Fprintf(&b, `"type":"dossier.received","data":{"agency":"H24.%02d","procedure":"1.%06d","channel":"online","level":"full","applicant":"person","unit":"mot-cua","due":"2026-10-%02d","officer":"cb-%03d","fee":true,"status":"2"}}`, n%20, n%40, n%28+1, n%300)
		case 1:
			b.WriteString(`"type":"dossier.resolved","data":{"digital":true,"status":"9"}}`)
		default:
			b.WriteString(`"type":"dossier.returned","data":{"channel":"direct","status":"10"}}`)
		}
	}
	return b.String()
}

// BenchmarkLoad is the way from the log into the engine, 300,000 events that wait.
func BenchmarkLoad(b *testing.B) {
	const requests = 300
	for b.Loop() {
		b.StopTimer()
		r := open(b, b.TempDir(), into(enginetest.Conn(b)), func(o *Options) { o.Log = slog.New(slog.DiscardHandler) })
		for i := range requests {
			if w := r.send(b, strings.NewReader("["+believable(i)+"]"), "Content-Type", typeBatch); w.Code != 202 {
				b.Fatal(w.Body)
			}
		}
		b.StartTimer()
		stop := r.run(b)
		r.waitLoaded(b)
		b.StopTimer()
		stop()
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N*requests*benchEvents)/b.Elapsed().Seconds(), "events/s")
}
