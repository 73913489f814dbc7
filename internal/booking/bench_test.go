package booking

import (
	"fmt"
	"testing"
	"time"

	"tiendo/internal/clickhouse/enginetest"
)

// BenchmarkBulk books 400,000 events of 100,000 new cases: the booker's part of "bulk: until visible".
func BenchmarkBulk(b *testing.B) {
	const cases = 100_000
	for b.Loop() {
		b.StopTimer()
		conn := enginetest.Conn(b)
		for i, step := range []string{"received", "supplement_requested", "supplemented", "resolved"} {
			data := map[int]string{0: `'{"agency":"H24.' || toString(10 + number % 50) || '","channel":"online","due":"2025-0' || toString(4 + number % 3) || '-01","level":"full","procedure":"1.00' || toString(number % 40) || '"}'`}[i]
			if data == "" {
				data = "'{}'"
			}
			err := conn.Exec(b.Context(), fmt.Sprintf(`INSERT INTO events SELECT 'dossier', 'H24.12-250303-' || leftPad(toString(number), 7, '0'), 'urn:bench', '%[1]d-' || toString(number),
				'dossier.%[2]s', toDateTime64('2025-03-03 08:00:00', 3) + toIntervalHour(number %% 1000 + %[1]d * 30), now64(), false, %[3]s, now64(), '', 'c', intDiv(%[1]d * %[4]d + number, 1000) + 1, number %% 1000, 1
				FROM numbers(%[4]d)`, i, step, data, cases))
			if err != nil {
				b.Fatal(err)
			}
		}
		booker := newBooker(b, conn)
		b.StartTimer()
		start := time.Now()
		if err := booker.resume(b.Context()); err != nil {
			b.Fatal(err)
		}
		for more := true; more; {
			var err error
			if more, err = booker.step(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(4*cases/time.Since(start).Seconds(), "events/s")
		b.ReportMetric(float64(booker.Mark().Block), "blocks")
	}
}
