// Package metrics shows the figures of internal/kpi to Prometheus, by CONTRACT §5. A scrape never asks the engine: figures
// are taken into a snapshot after each booked block, and the snapshot is what a scrape reads.
package metrics
