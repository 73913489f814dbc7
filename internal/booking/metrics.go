package booking

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	blocks  prometheus.Counter
	cells   prometheus.Counter
	cases   prometheus.Counter
	doubts  prometheus.Counter
	strays  prometheus.Counter
	same    prometheus.Counter
	other   prometheus.Counter
	errors  prometheus.Counter
	seconds prometheus.Histogram
}

func newMetrics(registry prometheus.Registerer) *metrics {
	factory := promauto.With(registry)
	repeats := factory.NewCounterVec(prometheus.CounterOpts{
		Name: "tiendo_booker_repeated_total", Help: "Deliveries under the source and id of an event of the case that was there, and dropped, by content: same, or other, which a source must not send. At least so many: what the engine itself drops first is not seen.",
	}, []string{"content"})
	return &metrics{
		blocks: factory.NewCounter(prometheus.CounterOpts{Name: "tiendo_booker_blocks_total", Help: "Blocks appended to the books."}),
		cells:  factory.NewCounter(prometheus.CounterOpts{Name: "tiendo_booker_cells_total", Help: "Rows appended to the books."}),
		cases:  factory.NewCounter(prometheus.CounterOpts{Name: "tiendo_booker_cases_total", Help: "Cases judged, each time they were touched."}),
		doubts: factory.NewCounter(prometheus.CounterOpts{
			Name: "tiendo_booker_doubts_total", Help: "Judged cases whose journal was read line by line, for it did not hold what was reckoned: some after a start and after new registers, else signs of hurt books.",
		}),
		strays: factory.NewCounter(prometheus.CounterOpts{
			Name: "tiendo_booker_strays_total", Help: "Stored events that were taken away, for another server had accepted them of a case before it knew that it was erased.",
		}),
		same: repeats.WithLabelValues("same"), other: repeats.WithLabelValues("other"),
		errors: factory.NewCounter(prometheus.CounterOpts{Name: "tiendo_booker_errors_total", Help: "Times that booking stopped with an error and was tried again."}),
		seconds: factory.NewHistogram(prometheus.HistogramOpts{
			Name: "tiendo_booker_block_seconds", Help: "Time from the first read to the written block.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}),
	}
}

func (m *metrics) observe(b *block, d time.Duration) {
	m.blocks.Inc()
	m.cells.Add(float64(b.rows))
	m.same.Add(float64(b.delivered.same))
	m.other.Add(float64(b.delivered.other))
	m.cases.Add(float64(b.cases.count()))
	m.seconds.Observe(d.Seconds())
}
