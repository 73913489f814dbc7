// Package metrics shows the figures of internal/kpi to Prometheus, by CONTRACT §5. Figures are taken into a snapshot after each
// booked block and written as text once; a scrape reads that text, beside what the process says of itself at that moment. It
// never asks the engine.
package metrics
