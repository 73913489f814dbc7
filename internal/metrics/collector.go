package metrics

import "github.com/prometheus/client_golang/prometheus"

var (
	freshness = prometheus.NewDesc("tiendo_freshness_seconds",
		"Now minus the arrival of the newest event that the figures contain; 0 when nothing waits.", nil, nil)
	lag = prometheus.NewDesc("tiendo_booker_lag_seconds",
		"Now minus the arrival of the newest event that is booked; 0 when nothing waits to be booked.", nil, nil)
	taken = prometheus.NewDesc("tiendo_snapshot_timestamp_seconds", "When the figures of this exposition were read from the books.", nil, nil)
)

// Describe describes nothing: which figures there are depends on the configuration, so the collector is unchecked.
func (s *Snapshots) Describe(chan<- *prometheus.Desc) {}

// Collect shows the last snapshot, and how old it is. It never asks the engine.
func (s *Snapshots) Collect(ch chan<- prometheus.Metric) {
	now := s.Now()
	booked := s.Mark()
	behind := 0.0
	if s.Waiting(booked) && !booked.Arrival.IsZero() {
		behind = now.Sub(booked.Arrival).Seconds()
	}
	ch <- prometheus.MustNewConstMetric(lag, prometheus.GaugeValue, behind)
	last := s.last.Load()
	if last == nil {
		return
	}
	ch <- prometheus.MustNewConstMetric(taken, prometheus.GaugeValue, float64(last.taken.UnixMilli())/1000)
	old := 0.0
	if s.Waiting(last.mark) && !last.mark.Arrival.IsZero() {
		old = now.Sub(last.mark.Arrival).Seconds()
	}
	ch <- prometheus.MustNewConstMetric(freshness, prometheus.GaugeValue, old)
	if now.Sub(last.taken) > stale {
		return
	}
	for _, m := range last.samples {
		ch <- m
	}
}
