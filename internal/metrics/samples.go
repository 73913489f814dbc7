package metrics

import (
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"tiendo/internal/kpi"
)

// seconds are the base units of the units of quantiles.
var seconds = map[string]float64{"hours": 3600, "days": 86400}

// samplesOf turns an answer into samples. Agencies that labels may not name are added up as one.
func (s *Snapshots) samplesOf(q question, f kpi.Figure, known map[string]bool) []prometheus.Metric {
	var samples []prometheus.Metric
	emit := func(suffix, help string, agency string, value float64) {
		labels, values := []string{"agency"}, []string{agency}
		if q.period != "" {
			labels, values = append(labels, "period"), append(values, q.period)
		}
		desc := prometheus.NewDesc(MetricName(q.definition.ID)+suffix, q.definition.EN+": "+q.definition.Says+help, labels, nil)
		samples = append(samples, prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, values...))
	}
	for _, r := range addUnknown(f.Rows, q, known) {
		if r.numerator != nil && q.definition.Shape != kpi.Count {
			emit("_numerator", " (numerator).", r.agency, *r.numerator)
			emit("_denominator", " (denominator).", r.agency, *r.denominator)
		}
		if r.value != nil {
			unit := 1.0
			if base, ok := seconds[q.definition.Unit]; ok {
				unit = base
			}
			emit("", ".", r.agency, *r.value*unit)
		}
	}
	return samples
}

// line is a row under the label that it is shown with.
type line struct {
	agency                        string
	value, numerator, denominator *float64
}

func addUnknown(rows []kpi.Row, q question, known map[string]bool) []line {
	var lines []line
	var rest *line
	for _, r := range rows {
		l := line{value: r.Value, numerator: r.Numerator, denominator: r.Denominator}
		if len(q.query.By) == 0 {
			lines = append(lines, l)
			continue
		}
		if code := r.Keys["agency"]; code != nil && known[*code] {
			l.agency = *code
			lines = append(lines, l)
			continue
		}
		if rest == nil {
			rest = &line{agency: unknownAgency}
		}
		rest.add(l)
	}
	if rest == nil {
		return lines
	}
	switch q.definition.Shape {
	case kpi.Quantile:
		return lines // of quantiles there is no sum
	case kpi.Ratio, kpi.Mean:
		if rest.value = nil; *rest.denominator != 0 {
			rate := *rest.numerator / *rest.denominator
			rest.value = &rate
		}
	}
	return append(lines, *rest)
}

func (l *line) add(other line) {
	for _, part := range []struct{ to, from **float64 }{{&l.value, &other.value}, {&l.numerator, &other.numerator}, {&l.denominator, &other.denominator}} {
		if *part.from == nil {
			continue
		}
		sum := **part.from
		if *part.to != nil {
			sum += **part.to
		}
		*part.to = &sum
	}
}

func (s *Snapshots) agencyInfos(known map[string]bool) []prometheus.Metric {
	desc := prometheus.NewDesc("tiendo_agency_info", "Name and group of an agency.", []string{"agency", "name", "group"}, nil)
	var infos []prometheus.Metric
	for _, code := range slices.Sorted(maps.Keys(known)) {
		if name, group := s.Names(code); name != "" {
			infos = append(infos, prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, 1, code, name, group))
		}
	}
	return infos
}
