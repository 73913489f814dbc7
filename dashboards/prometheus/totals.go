package prometheus

import (
	"fmt"
	"strings"

	"tiendo/internal/kpi"
	"tiendo/internal/metrics"
)

// TotalsFile is the name of the file that [Totals] is the content of.
const TotalsFile = "totals.rules.yml"

// Info is the series, recorded by agencies.rules.yml, that has a sample for each agency with its name and group, and one for the
// whole city, without agency.
const Info = "agency:tiendo_agency_info:max"

// City is the name of the recorded series of a figure for the whole city; empty for a quantile, of which there is no sum.
func City(d *kpi.Definition) string { return recorded("city", d) }

// Group is the name of the recorded series of a figure for each group of agencies; empty for a quantile.
func Group(d *kpi.Definition) string { return recorded("group", d) }

func recorded(level string, d *kpi.Definition) string {
	operation := map[kpi.Shape]string{kpi.Count: "sum", kpi.Ratio: "ratio", kpi.Mean: "mean"}[d.Shape]
	if operation == "" {
		return ""
	}
	return level + ":" + metrics.MetricName(d.ID) + ":" + operation
}

// Sum is the expression of the sum over agencies of a metric of a figure, by the labels that are named beside the period. matchers
// choose among agencies, such as `agency=~"$agency"`; join is true where labels or matchers of info are wanted. Several
// processes that show the same figures count once.
func Sum(m metrics.Metric, by []string, matchers, info string) string {
	labels := strings.Join(m.Labels, ", ")
	of := fmt.Sprintf("max by (%s) (%s)", labels, m.Name+braced(matchers))
	if len(by) > 0 || info != "" {
		of += " * on (agency) group_left (" + strings.Join(by, ", ") + ") " + Info + braced(info)
	}
	kept := append([]string{}, by...)
	for _, label := range m.Labels {
		if label != "agency" {
			kept = append(kept, label)
		}
	}
	if len(kept) == 0 {
		return "sum(" + of + ")"
	}
	return "sum by (" + strings.Join(kept, ", ") + ") (" + of + ")"
}

func braced(matchers string) string {
	if matchers == "" {
		return ""
	}
	return "{" + matchers + "}"
}

// Total is the expression of a figure over agencies, as [Sum]: of a rate its numerators over its denominators, nothing where
// there are no cases.
func Total(d *kpi.Definition, by []string, matchers, info string) string {
	all := metrics.OfFigure(d)
	if d.Shape == kpi.Count {
		return Sum(all[0], by, matchers, info)
	}
	return Sum(all[1], by, matchers, info) + "\n/\n(" + Sum(all[2], by, matchers, info) + " > 0)"
}

// Totals is the file of recording rules for the city and its groups, of every figure that can be summed.
func Totals() []byte {
	var b strings.Builder
	b.WriteString("# Totals of the city and of its groups, from numerators and denominators. Made from the catalogue by go generate ./dashboards/...;\n" +
		"# a figure that is not on /metrics makes no series.\ngroups:\n")
	prefix := ""
	for _, d := range kpi.Catalogue() {
		if City(&d) == "" {
			continue
		}
		if p, _, _ := strings.Cut(d.ID, "."); p != prefix {
			prefix = p
			fmt.Fprintf(&b, "  - name: tiendo_totals_%s\n    rules:\n", prefix)
		}
		fmt.Fprintf(&b, "      - record: %s\n%s", City(&d), block(Total(&d, nil, "", "")))
		fmt.Fprintf(&b, "      - record: %s\n%s", Group(&d), block(Total(&d, []string{"group"}, "", "")))
	}
	return []byte(b.String())
}

// block writes an expression of several lines.
func block(expression string) string {
	return "        expr: |-\n          " + strings.ReplaceAll(expression, "\n", "\n          ") + "\n"
}
