// Package grafana makes the dashboards of a city's walls: which figure stands where, asked for how, with what threshold and which
// way down to its cases in Tiendo. All that is said of a figure comes from the catalogue, so that a dashboard cannot name one that
// there is not; Grafana's own types make the files, so that it takes them. It refuses to know numbers.
//
//go:generate go run ../gen
package grafana
