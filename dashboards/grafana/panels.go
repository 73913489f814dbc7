package grafana

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"tiendo/internal/kpi"
)

// The colours of what is well, nearly so, and not. They differ in brightness too, for who does not tell red from green.
const (
	good, fair, poor, plain = "semi-dark-green", "orange", "dark-red", "text"
)

// unitOf is Grafana's name of a figure's unit on /metrics, with the decimals that it is shown with.
func unitOf(d *kpi.Definition) (unit string, decimals float64) {
	switch d.Unit {
	case "ratio":
		return units.PercentUnit, 1
	case "hours", "days":
		return units.DurationSeconds, 1
	case "score":
		return units.NoUnit, 2
	default:
		return units.LocaleFormat, 0
	}
}

// steps are thresholds: the first colour, and the next from a value on.
func steps(first string, from float64, next string) *dashboard.ThresholdsConfigBuilder {
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).
		Steps([]dashboard.Threshold{{Color: first}, {Value: &from, Color: next}})
}

// byDirection are the thresholds of a distance to a target: at 0 it is reached, from above or from below as the catalogue says.
func byDirection(d *kpi.Definition) *dashboard.ThresholdsConfigBuilder {
	switch d.Direction {
	case kpi.Higher:
		return steps(poor, 0, good)
	case kpi.Lower:
		return steps(good, 1e-9, poor) // at the target it is reached
	default:
		return steps(plain, 0, plain)
	}
}

// ofCount are the thresholds of a count: what should be none is marked from one on.
func ofCount(d *kpi.Definition) *dashboard.ThresholdsConfigBuilder {
	if d.Shape == kpi.Count && d.Direction == kpi.Lower {
		return steps(good, 1, fair)
	}
	return steps(plain, 0, plain)
}

// latest takes of a series its newest number.
func latest() *common.ReduceDataOptionsBuilder {
	return common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"})
}

func property(id string, value any) dashboard.DynamicConfigValue {
	return dashboard.DynamicConfigValue{Id: id, Value: value}
}

// built is the thresholds as a property of an override.
func built(t *dashboard.ThresholdsConfigBuilder) dashboard.DynamicConfigValue {
	made, err := t.Build()
	if err != nil {
		panic("BUG: thresholds that are none: " + err.Error())
	}
	return property("thresholds", made)
}

// tile is one large figure, with how many cases it is of, and how far it is from its target where there is one.
func (b *board) tile(id string) {
	d := b.figure(id)
	unit, decimals := unitOf(&d)
	p := stat.NewPanelBuilder().Title(both(d.VI, d.EN)).Description(about(&d)).Datasource(source).Height(5).Span(4).
		Unit(unit).Decimals(decimals).Thresholds(ofCount(&d)).NoValue("–").
		ColorMode(common.BigValueColorModeValue).GraphMode(common.BigValueGraphModeNone).TextMode(common.BigValueTextModeValueAndName).
		WideLayout(true).Orientation(common.VizOrientationHorizontal).
		WithTarget(now("A", d.VI, b.value(&d))).
		ReduceOptions(latest()).DataLinks(b.ways(&d))
	if of := b.of(&d); of != "" {
		p.WithTarget(now("B", "trong số · of", of)).
			OverrideByQuery("B", []dashboard.DynamicConfigValue{property("unit", units.LocaleFormat), property("decimals", 0), built(steps(plain, 0, plain))})
	}
	p.WithTarget(now("C", "so với chỉ tiêu · against the target", b.distance(&d))).
		OverrideByQuery("C", []dashboard.DynamicConfigValue{built(byDirection(&d))})
	b.WithPanel(p)
}

const casesTitle = "Hồ sơ, vụ việc trong Tiendo · Cases in Tiendo"

// casesAddress is where Tiendo lists the cases behind a figure.
func casesAddress(d *kpi.Definition) string {
	return "${tiendo}/cases?kpi=" + d.ID + "&period=${period}"
}

// ways are where a click on a figure leads: to the cases behind it, and to what it means.
func (b *board) ways(d *kpi.Definition) []cog.Builder[dashboard.DashboardLink] {
	address := casesAddress(d)
	if b.agency {
		address += "&agency=${agency:percentencode}"
	}
	way := func(title, address string) *dashboard.DashboardLinkBuilder {
		return dashboard.NewDashboardLinkBuilder(title).Type(dashboard.DashboardLinkTypeLink).Url(address).TargetBlank(true)
	}
	return []cog.Builder[dashboard.DashboardLink]{way(casesTitle, address), way("Định nghĩa · Definition", "${tiendo}/kpis#"+d.ID)}
}

// line is one line of a chart.
type line struct {
	name, expr string
	// dashed lines are what is aimed at.
	dashed bool
}

// chart shows lines over time.
func (b *board) chart(title, description, unit string, height, span uint32, lines ...line) {
	p := timeseries.NewPanelBuilder().Title(title).Description(description).Datasource(source).Height(height).Span(span).Unit(unit).
		LineWidth(2).FillOpacity(5).ShowPoints(common.VisibilityModeNever).LineInterpolation(common.LineInterpolationStepAfter).
		Legend(common.NewVizLegendOptionsBuilder().DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom).ShowLegend(true)).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending))
	for i, l := range lines {
		ref := string(rune('A' + i))
		p.WithTarget(stretch(ref, l.name, l.expr))
		if l.dashed {
			p.OverrideByQuery(ref, []dashboard.DynamicConfigValue{
				property("custom.lineStyle", map[string]any{"fill": "dash", "dash": []int{10, 10}}), property("custom.fillOpacity", 0),
			})
		}
	}
	b.WithPanel(p)
}

// trend shows figures of one unit over time, each with its target.
func (b *board) trend(vi, en string, span uint32, ids ...string) {
	var lines []line
	unit := ""
	for _, id := range ids {
		d := b.figure(id)
		unit, _ = unitOf(&d)
		lines = append(lines, line{name: both(d.VI, d.EN), expr: b.value(&d)})
	}
	d := b.figure(ids[0])
	lines = append(lines, line{name: both("chỉ tiêu", "target") + ": " + d.VI, expr: b.target(&d), dashed: true})
	b.chart(both(vi, en), about(&d), unit, 8, span, lines...)
}
