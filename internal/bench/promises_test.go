package bench

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"text/tabwriter"
	"time"

	"tiendo/internal/event"
)

// full measures with the amounts that the promises name as far as one disk and an hour allow; without it all is done in
// ten minutes.
var full = flag.Bool("full", false, "measure with more events")

// either is small, or large with -full.
func either(small, large int) int {
	if *full {
		return large
	}
	return small
}

// finding is a promise beside what was measured.
type finding struct {
	what, measured, promise string
	// ratio is how many times better than promised; 0 where nothing was promised.
	ratio float64
}

var findings []finding

// atLeast notes a rate that must be high enough.
func atLeast(what string, measured, promise float64, unit string) {
	findings = append(findings, finding{what, fmt.Sprintf("%.0f %s", measured, unit), fmt.Sprintf("≥ %.0f %s", promise, unit), measured / promise})
}

// atMost notes a time that must be short enough.
func atMost(what string, measured, promise time.Duration) {
	findings = append(findings, finding{what, short(measured), "≤ " + short(promise), promise.Seconds() / measured.Seconds()})
}

// seen notes what no promise is about.
func seen(what, measured string) {
	findings = append(findings, finding{what: what, measured: measured})
}

func short(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.1f ms", 1000*d.Seconds())
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// quantile returns the smallest of the times that at least q of them do not exceed.
func quantile(times []time.Duration, q float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	at := int(q*float64(len(times))+0.999999) - 1
	return times[min(max(at, 0), len(times)-1)]
}

func TestMain(m *testing.M) {
	if of := os.Getenv(scraped); of != "" {
		if err := scrape(of, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	if len(findings) > 0 {
		printFindings()
	}
	os.Exit(code)
}

// printFindings prints the table. A ratio over 1 is a promise kept.
func printFindings() {
	const promised = 150 << 20
	if resident.server > 0 {
		findings = append(findings, finding{
			"our process, resident at most", fmt.Sprintf("%d MiB", resident.server>>20), fmt.Sprintf("≤ %d MiB", promised>>20),
			float64(promised) / float64(resident.server),
		})
		seen("the engine, resident at most", fmt.Sprintf("%d MiB", resident.engine>>20))
	}
	fmt.Println()
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "what\tmeasured\tpromise\tratio\t")
	for _, f := range findings {
		ratio, verdict := "", ""
		if f.ratio > 0 {
			ratio, verdict = fmt.Sprintf("%.2f", f.ratio), "kept"
			if f.ratio < 1 {
				verdict = "MISSED"
			}
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", f.what, f.measured, f.promise, ratio, verdict)
	}
	_ = table.Flush()
}

// What is measured is what a city could send: every event is taken, and its data is stored as it stands.
func TestEventsAreTaken(t *testing.T) {
	c := newCity("H24.99", 60, 40)
	kinds := map[string]int{}
	for _, f := range c.facts(0, 500) {
		e, err := event.Decode(cloudEvent(nil, &f), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if string(e.Data) != f.data {
			t.Fatalf("%s is stored as %s", f.data, e.Data)
		}
		kinds[f.kind]++
	}
	if len(kinds) < 9 {
		t.Errorf("only these happen: %v", kinds)
	}
}

func TestQuantile(t *testing.T) {
	var times []time.Duration
	for i := range 100 {
		times = append(times, time.Duration(100-i))
	}
	for q, want := range map[float64]time.Duration{0.5: 50, 0.95: 95, 0.99: 99, 1: 100} {
		if got := quantile(times, q); got != want {
			t.Errorf("%v: %d, want %d", q, got, want)
		}
	}
}
