// Package api answers questions over HTTP as JSON: the figures, the cases behind them, and whether the process is well; and it
// hands on what administrators ask for. It is described by openapi.json. Who may ask at all is decided before it, by
// internal/auth; it knows only which cases are an agency's own.
package api
