package metrics

import (
	"strings"

	"tiendo/internal/kpi"
)

// The labels of what is no agency of the city.
const (
	// unknownAgency stands for cases without agency, and for agencies beyond the bound of labels.
	unknownAgency = "_unknown"
	// wholeCity stands for the city, where the numbers of agencies do not add up to its own.
	wholeCity = ""
)

// The suffixes of what a figure shows beside its value.
const (
	numeratorSuffix   = "_numerator"
	denominatorSuffix = "_denominator"
	targetSuffix      = "_target"
)

// seconds are the base units of the units of quantiles.
var seconds = map[string]float64{"hours": 3600, "days": 86400}

// MetricName is the name of a figure's metric: from its id, in base units.
func MetricName(id string) string {
	name := "tiendo_" + strings.ReplaceAll(id, ".", "_")
	return strings.NewReplacer("_hours_", "_seconds_", "_days_", "_seconds_").Replace(name)
}

// Metric is a metric that is made of a snapshot: all of them are gauges.
type Metric struct {
	Name, Help string
	// Labels are the names of its labels.
	Labels []string
}

// OfFigure returns the metrics that a figure is shown by, its value first.
func OfFigure(d *kpi.Definition) []Metric {
	labels := []string{"agency", "period"}
	if d.Stock() {
		labels = labels[:1]
	}
	metric := func(suffix, note string) Metric {
		return Metric{Name: MetricName(d.ID) + suffix, Help: d.EN + ": " + d.Says + note + ".", Labels: labels}
	}
	unit := ""
	if _, ok := seconds[d.Unit]; ok {
		unit = ", in seconds"
	}
	all := []Metric{metric("", unit)}
	if d.Shape == kpi.Ratio || d.Shape == kpi.Mean {
		all = append(all, metric(numeratorSuffix, " (numerator)"), metric(denominatorSuffix, " (denominator)"))
	}
	return append(all, metric(targetSuffix, unit+" (target, by the register)"))
}

// OfOutlook returns the metric of an outlook.
func OfOutlook(o *kpi.Outlook) Metric {
	return Metric{Name: MetricName(o.ID), Help: o.EN + ": " + o.Says + ".", Labels: []string{"agency"}}
}

// The metrics of a snapshot that are no numbers of cases.
var (
	quietAgencies = Metric{
		"tiendo_agency_quiet",
		"1 if nothing was heard of the agency's cases of a family for longer than chance explains, else 0.",
		[]string{"family", "agency"},
	}
	quietSources = Metric{
		"tiendo_sources_quiet",
		"How many sources told nothing of the cases of a family for longer than chance explains.",
		[]string{"family"},
	}
	agencyInfo = Metric{
		"tiendo_agency_info",
		"Name and group of an agency, for joins; always 1.",
		[]string{"agency", "name", "group"},
	}
)

// Beside returns the metrics of a snapshot that are neither figures nor outlooks.
func Beside() []Metric { return []Metric{quietAgencies, quietSources, agencyInfo} }
