package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"tiendo/internal/booking"
)

var (
	freshness = prometheus.NewDesc("tiendo_freshness_seconds",
		"Now minus the arrival of the newest event that the figures contain; 0 when nothing waits.", nil, nil)
	lag = prometheus.NewDesc("tiendo_booker_lag_seconds",
		"Now minus the arrival of the newest event that is booked; 0 when nothing waits to be booked.", nil, nil)
	taken = prometheus.NewDesc("tiendo_snapshot_timestamp_seconds", "When the figures of this exposition were read from the books.", nil, nil)
)

// Describe implements [prometheus.Collector].
func (s *Snapshots) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{freshness, lag, taken} {
		to <- desc
	}
}

// Collect tells how old the last snapshot is. It never asks the engine.
func (s *Snapshots) Collect(ch chan<- prometheus.Metric) {
	ch <- prometheus.MustNewConstMetric(lag, prometheus.GaugeValue, s.behind(s.Mark()))
	at, mark := s.Taken()
	ch <- prometheus.MustNewConstMetric(freshness, prometheus.GaugeValue, s.behind(mark))
	if !at.IsZero() {
		ch <- prometheus.MustNewConstMetric(taken, prometheus.GaugeValue, float64(at.UnixMilli())/1000)
	}
}

// behind is how many seconds ago the newest event arrived that a mark contains; 0 when nothing waits.
func (s *Snapshots) behind(mark booking.Mark) float64 {
	if !s.Waiting(mark) {
		return 0
	}
	arrival := mark.Arrival
	if arrival.IsZero() {
		arrival = s.started
	}
	return max(0, s.Now().Sub(arrival).Seconds())
}
