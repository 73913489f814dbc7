// Command gen writes what is made from the catalogue of figures: the recording rules of dashboards/prometheus and the dashboards
// of dashboards/grafana. Run it by go generate ./dashboards/...; tests fail while its output is stale.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"tiendo/dashboards/prometheus"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run writes every file, from any folder of dashboards.
func run() error {
	return os.WriteFile(filepath.Join("..", "prometheus", prometheus.TotalsFile), prometheus.Totals(), 0o644)
}
