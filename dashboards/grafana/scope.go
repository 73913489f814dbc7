package grafana

import (
	"fmt"
	"strings"

	"tiendo/dashboards/prometheus"
	"tiendo/internal/kpi"
	"tiendo/internal/metrics"
)

// scope is whose figures a dashboard shows.
type scope struct {
	// agency says that the dashboard is about the agency that its variable names; else about the groups that it names.
	agency bool
}

// The variables of dashboards, as matchers of labels.
const (
	inPeriod    = `period="$period"`
	ofAgency    = `agency="$agency"`
	ofGroups    = `group=~"$group"`
	allAgencies = `count(` + prometheus.Info + `{` + ofGroups + `}) == count(` + prometheus.Info + `)`
)

// matchers of a metric of a figure: of its period, and of the agency.
func (s scope) matchers(m metrics.Metric) string {
	var all []string
	if s.agency {
		all = append(all, ofAgency)
	}
	if len(m.Labels) > 1 {
		all = append(all, inPeriod)
	}
	return strings.Join(all, ", ")
}

// value is the expression of a figure, one sample.
func (s scope) value(d *kpi.Definition) string {
	all := metrics.OfFigure(d)
	switch {
	case s.agency, d.Shape == kpi.Quantile:
		return s.one(all[0])
	case d.Shape == kpi.Count:
		return s.part(all[0])
	default:
		return s.part(all[1]) + "\n/\n(" + s.part(all[2]) + " > 0)"
	}
}

// of is the expression of how many cases a rate is of; empty where there is no such number.
func (s scope) of(d *kpi.Definition) string {
	if d.Shape != kpi.Ratio && d.Shape != kpi.Mean {
		return ""
	}
	return s.part(metrics.OfFigure(d)[2])
}

// distance is the expression of a figure less its target: the agency's, or the city's, which only all agencies can be held to.
func (s scope) distance(d *kpi.Definition) string {
	if s.agency {
		return s.value(d) + "\n- on (agency)\n" + s.target(d)
	}
	return fmt.Sprintf("(%s)\n- on ()\n%s\nand on ()\n(%s)", s.value(d), s.target(d), allAgencies)
}

// target is the expression of a figure's target: the agency's, or the city's.
func (s scope) target(d *kpi.Definition) string {
	all := metrics.OfFigure(d)
	return s.one(all[len(all)-1])
}

// part is the sum of a metric over the agencies of the scope.
func (s scope) part(m metrics.Metric) string {
	if s.agency {
		return s.one(m)
	}
	return prometheus.Sum(m, nil, s.matchers(m), ofGroups)
}

// one is a metric of one agency, or of the whole city where it is no sum, shown by however many processes.
func (s scope) one(m metrics.Metric) string {
	if s.agency {
		return "max by (agency) (" + named(m, s.matchers(m)) + ")"
	}
	return "max(" + named(m, wholeCity(m)) + ")"
}

// wholeCity are the matchers of the sample of the whole city.
func wholeCity(m metrics.Metric) string {
	if len(m.Labels) > 1 {
		return `agency="", ` + inPeriod
	}
	return `agency=""`
}

// byAgency is the expression of a figure, a sample for each agency of the groups, with nothing but its code.
func byAgency(d *kpi.Definition) string {
	m := metrics.OfFigure(d)[0]
	return "max by (agency) (" + named(m, scope{}.matchers(m)) + ") and on (agency) " + prometheus.Info + `{` + ofGroups + `, agency!=""}`
}

// distanceByAgency is the same less the target of each.
func distanceByAgency(d *kpi.Definition) string {
	all := metrics.OfFigure(d)
	value, target := all[0], all[len(all)-1]
	return fmt.Sprintf("max by (agency) (%s) - on (agency) max by (agency) (%s) and on (agency) %s{%s}",
		named(value, scope{}.matchers(value)), named(target, scope{}.matchers(target)), prometheus.Info, ofGroups+`, agency!=""`)
}

func named(m metrics.Metric, matchers string) string {
	if matchers == "" {
		return m.Name
	}
	return m.Name + "{" + matchers + "}"
}
