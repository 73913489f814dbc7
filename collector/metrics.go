package collector

import (
	"math"
	"os"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"

	"tiendo/internal/event"
)

// unknown is the label of whatever would make labels grow without bound, and of what has no name.
const unknown = "_unknown"

// What became of an event.
const (
	accepted = "accepted"
	rejected = "rejected"
)

// metrics are the collector's figures about itself, CONTRACT §5.
type metrics struct {
	events   *prometheus.CounterVec
	requests prometheus.Histogram
	batches  prometheus.Histogram
	errors   prometheus.Counter
	damaged  prometheus.Counter
	refused  prometheus.Counter
	limited  *prometheus.CounterVec
	late     prometheus.Counter
	last     *lastEvents
}

func newMetrics(reg, slow prometheus.Registerer, c *Collector) (*metrics, error) {
	m := &metrics{
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tiendo_collector_events_total", Help: "Events that were sent, by what became of them.",
		}, []string{"family", "result"}),
		requests: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tiendo_collector_request_duration_seconds", Help: "Time from the head of a request with events to its answer.",
			Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10},
		}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tiendo_loader_batch_seconds", Help: "Time to insert a batch into the engine.",
			Buckets: []float64{.005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30},
		}),
		errors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tiendo_loader_errors_total", Help: "Inserts that failed and were tried again.",
		}),
		damaged: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tiendo_log_damaged_total", Help: "Entries of the log that were found damaged and set aside.",
		}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tiendo_log_refused_total", Help: "Entries of the log that the engine did not take while it took others, and that were set aside.",
		}),
		limited: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tiendo_collector_limited_total", Help: "Requests that were turned away because their token was over its rate, by its name.",
		}, []string{"source"}),
		late: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tiendo_collector_erased_total", Help: "Events that were refused, or taken and then not stored, because their case was erased, by law or for its age.",
		}),
		last: newLastEvents(func(name string) bool { return isInner(name) || c.tokens.Named(name) }),
	}
	for _, family := range append(event.Families(), unknown) {
		m.events.WithLabelValues(string(family), accepted)
		m.events.WithLabelValues(string(family), rejected)
	}
	gauge := func(name, help string, f func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f)
	}
	for _, one := range []prometheus.Collector{
		m.events, m.requests, m.batches, m.errors, m.damaged, m.refused, m.limited, m.late, m.last,
		gauge("tiendo_log_entries", "Entries of the log that wait to be loaded.", func() float64 {
			return float64(c.Newest() - min(c.Loaded(), c.Newest()))
		}),
		gauge("tiendo_log_oldest_seconds", "Age of the oldest entry that waits to be loaded, 0 if none does.", func() float64 {
			oldest := c.OldestWaiting()
			if oldest.IsZero() {
				return 0
			}
			return max(0, c.now().Sub(oldest).Seconds())
		}),
	} {
		if err := reg.Register(one); err != nil {
			return nil, err
		}
	}
	for _, one := range []prometheus.Collector{
		gauge("tiendo_log_bytes", "Size of the log on disk.", func() float64 { return float64(sizeOfLog(c.journal.dir)) }),
		gauge("tiendo_log_damaged_files", "Files of damaged parts of the log that were set aside; somebody should look at them and remove them.", func() float64 {
			files, err := c.Damaged()
			if err != nil {
				return math.NaN()
			}
			return float64(len(files))
		}),
		gauge("tiendo_log_refused_entries", "Entries that the engine did not take and that wait to be replayed.", func() float64 {
			files, err := c.refused()
			if err != nil {
				return math.NaN()
			}
			return float64(len(files))
		}),
		gauge("tiendo_disk_free_bytes", "Room that is left on the disk of the data folder.", func() float64 { return ofDisk(c.journal.dir, c.journal.free) }),
		gauge("tiendo_disk_size_bytes", "Size of the disk of the data folder.", func() float64 { return ofDisk(c.journal.dir, sizeBytes) }),
	} {
		if err := slow.Register(one); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// count adds events of one request, by family, to those with that result.
func (m *metrics) count(result string, families map[event.Family]int) {
	for family, n := range families {
		if family == "" {
			family = unknown
		}
		m.events.WithLabelValues(string(family), result).Add(float64(n))
	}
}

// ofDisk is a number of bytes of a disk; no number if it can't be had.
func ofDisk(dir string, ask func(dir string) (uint64, error)) float64 {
	n, err := ask(dir)
	if err != nil {
		return math.NaN()
	}
	return float64(n)
}

func sizeOfLog(dir string) (total int64) {
	all, err := filepath.Glob(filepath.Join(dir, "*.wal"))
	if err != nil {
		return 0
	}
	for _, path := range all {
		if info, err := os.Stat(path); err == nil {
			total += info.Size()
		}
	}
	return total
}
