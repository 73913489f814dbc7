package collector

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// lastEvents is when each source told something last, by the name of its token. A token that was revoked is left out, for it
// will be silent for ever; one that has expired stays, for somebody should notice.
type lastEvents struct {
	desc  *prometheus.Desc
	named func(string) bool // whether a token has a name still
	mu    sync.Mutex
	at    map[string]time.Time
}

func newLastEvents(named func(string) bool) *lastEvents {
	return &lastEvents{
		desc: prometheus.NewDesc("tiendo_source_last_event_timestamp_seconds",
			"When the last event of a source arrived, by the name of its token.", []string{"source"}, nil),
		named: named, at: make(map[string]time.Time),
	}
}

// seen notes that a source told something. The administrator's token has no name.
func (l *lastEvents) seen(token string, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if token == "" {
		token = unknown
	}
	if at.After(l.at[token]) {
		l.at[token] = at
	}
}

// Describe implements [prometheus.Collector].
func (l *lastEvents) Describe(to chan<- *prometheus.Desc) { to <- l.desc }

// Collect implements [prometheus.Collector].
func (l *lastEvents) Collect(to chan<- prometheus.Metric) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for token, at := range l.at {
		if token != unknown && !l.named(token) {
			delete(l.at, token)
			continue
		}
		to <- prometheus.MustNewConstMetric(l.desc, prometheus.GaugeValue, float64(at.UnixMilli())/1000, token)
	}
}
