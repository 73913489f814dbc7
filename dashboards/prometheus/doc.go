// Package prometheus holds what a city's Prometheus and Alertmanager are given: recording rules, alerts with their tests, and
// example configurations. The rules of totals are made from the catalogue, one for each figure, so that a sum of agencies is
// formed in one place; the others are written by hand. It knows names of metrics, and refuses to know numbers.
//
//go:generate go run ../gen
package prometheus
