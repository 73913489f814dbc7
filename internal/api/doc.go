// Package api answers questions over HTTP as JSON: the figures, the cases behind them, and whether the process is well. It
// is described by openapi.json. Who may ask is decided before it, by internal/auth.
package api
