// Command gen writes what is made from the catalogue of figures: the recording rules of dashboards/prometheus and the dashboards
// of dashboards/grafana. Run it by go generate ./dashboards/...; tests fail while its output is stale.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"tiendo/dashboards/grafana"
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
	files, err := grafana.Files()
	if err != nil {
		return err
	}
	all := map[string][]byte{filepath.Join("prometheus", prometheus.TotalsFile): prometheus.Totals()}
	for name, content := range files {
		all[filepath.Join("grafana", filepath.FromSlash(name))] = content
	}
	for name, content := range all {
		path := filepath.Join("..", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
