package grafana

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/units"

	"tiendo/dashboards/prometheus"
	"tiendo/internal/kpi"
)

// column is a column of a table: what it is called, asks for, and looks like.
type column struct {
	name, expr string
	properties []dashboard.DynamicConfigValue
}

// codeColumn is the column of the codes of agencies, codeOfRow the code of the row that is clicked, in an address.
const (
	codeColumn = "Mã · Code"
	codeOfRow  = `${__data.fields["` + codeColumn + `"]:percentencode}`
)

// ofFigure is the column of a figure by agency; a click leads to its cases.
func (b *board) ofFigure(id string) column {
	d := b.figure(id)
	unit, decimals := unitOf(&d)
	properties := []dashboard.DynamicConfigValue{
		property("unit", unit), property("decimals", decimals),
		leads(casesTitle, casesAddress(&d)+"&agency="+codeOfRow),
	}
	if d.Shape == kpi.Count && d.Direction == kpi.Lower {
		properties = append(properties, coloured("color-text"), built(ofCount(&d)))
	}
	return column{both(d.VI, d.EN), byAgency(&d), properties}
}

// againstTarget is the column of a figure's distance to the target of each agency.
func (b *board) againstTarget(id string) column {
	d := b.figure(id)
	unit, decimals := unitOf(&d)
	return column{"± " + both("chỉ tiêu", "target") + ": " + d.VI, distanceByAgency(&d), []dashboard.DynamicConfigValue{
		property("unit", unit), property("decimals", decimals), coloured("color-text"), built(byDirection(&d)),
	}}
}

func noFooter() *common.TableFooterOptionsBuilder {
	return common.NewTableFooterOptionsBuilder().Show(false).Reducer([]string{})
}

func coloured(how string) dashboard.DynamicConfigValue {
	return property("custom.cellOptions", map[string]any{"type": how})
}

// leads is where a click on a cell leads.
func leads(title, address string) dashboard.DynamicConfigValue {
	return property("links", []map[string]any{{"title": title, "url": address, "targetBlank": true}})
}

// agencies is a table with a line for each agency of the groups, by name; a click on it leads to its own dashboard.
func (b *board) agencies(title string, height uint32, columns ...column) {
	names := `max by (agency, name) (` + prometheus.Info + `{` + ofGroups + `, agency!=""})`
	renamed := map[string]string{"agency": codeColumn, "name": "Cơ quan · Agency"}
	order := map[string]int{"name": 0, "agency": 1}
	p := table.NewPanelBuilder().Title(title).Datasource(source).Height(height).Span(24).NoValue("–").
		CellHeight(common.TableCellHeightSm).Footer(noFooter()).WithTarget(cells("A", names)).
		OverrideByName(renamed["name"], []dashboard.DynamicConfigValue{
			property("custom.minWidth", 240),
			leads(both("Bảng của cơ quan", "Dashboard of the agency"), "/d/"+agencyUID+"?var-agency="+codeOfRow+"&var-period=${period}&${__url_time_range}"),
		}).
		OverrideByName(renamed["agency"], []dashboard.DynamicConfigValue{property("custom.width", 90)})
	for i, c := range columns {
		ref := string(rune('B' + i))
		field := "Value #" + ref
		renamed[field], order[field] = c.name, i+2
		p.WithTarget(cells(ref, c.expr)).OverrideByName(c.name, c.properties)
	}
	p.WithTransformation(dashboard.DataTransformerConfig{Id: "merge", Options: map[string]any{}}).
		WithTransformation(dashboard.DataTransformerConfig{Id: "organize", Options: map[string]any{
			"excludeByName": map[string]bool{"Time": true, "Value #A": true}, "indexByName": order, "renameByName": renamed,
		}})
	b.WithPanel(p)
}

// ranking is the ranking that was published last, by agency.
func (b *board) ranking() {
	agencies := `min by (agency, name) (` + prometheus.Info + `{` + ofGroups + `, agency!=""} and on (agency) tiendo_ranking_points)`
	name, points, rank := "Cơ quan · Agency", "Điểm · Points", "Hạng · Rank"
	p := table.NewPanelBuilder().Title(both("Xếp hạng đã công bố", "Published ranking")).Datasource(source).Height(12).Span(12).NoValue("–").
		Description("Kỳ công bố gần nhất của mỗi phương pháp; trống khi chưa công bố.\n\nThe last period that was published of each method; empty before the first.").
		CellHeight(common.TableCellHeightSm).Footer(noFooter()).WithTarget(cells("A", agencies)).
		WithTarget(cells("B", `max by (agency, method) (tiendo_ranking_rank)`)).WithTarget(cells("C", `max by (agency, method) (tiendo_ranking_points)`)).
		OverrideByName(name, []dashboard.DynamicConfigValue{
			property("custom.minWidth", 240), leads(both("Công bố trong Tiendo", "The publications in Tiendo"), "${tiendo}/publications"),
		}).
		OverrideByName(points, []dashboard.DynamicConfigValue{property("decimals", 2)}).
		OverrideByName(codeColumn, []dashboard.DynamicConfigValue{property("custom.width", 90)}).
		SortBy([]cog.Builder[common.TableSortByFieldState]{common.NewTableSortByFieldStateBuilder().DisplayName(rank)}).
		WithTransformation(dashboard.DataTransformerConfig{Id: "merge", Options: map[string]any{}}).
		WithTransformation(dashboard.DataTransformerConfig{Id: "organize", Options: map[string]any{
			"excludeByName": map[string]bool{"Time": true, "Value #A": true},
			"indexByName":   map[string]int{"Value #B": 0, "name": 1, "agency": 2, "Value #C": 3, "method": 4},
			"renameByName":  map[string]string{"Value #B": rank, "Value #C": points, "name": name, "agency": codeColumn, "method": "Phương pháp · Method"},
		}})
	b.WithPanel(p)
}

// list is a table of what a query finds, with columns by the labels that are named, and what the value is called; "" hides it.
func (b *board) list(title, description string, height, span uint32, expr, value string, labels map[string]string, order ...string) {
	renamed, hidden, index := map[string]string{}, map[string]bool{"Time": true}, map[string]int{}
	for i, label := range order {
		renamed[label], index[label] = labels[label], i
	}
	if value == "" {
		hidden["Value"] = true
	} else {
		renamed["Value"], index["Value"] = value, len(order)
	}
	p := table.NewPanelBuilder().Title(title).Description(description).Datasource(source).Height(height).Span(span).
		CellHeight(common.TableCellHeightSm).Footer(noFooter()).WithTarget(cells("A", expr)).
		WithTransformation(dashboard.DataTransformerConfig{Id: "organize", Options: map[string]any{
			"excludeByName": hidden, "indexByName": index, "renameByName": renamed,
		}})
	if value == since {
		p.OverrideByName(since, []dashboard.DynamicConfigValue{property("unit", units.DurationSeconds)})
	}
	b.WithPanel(p)
}

// since is the column of how long something has lasted.
const since = "từ · since"

// alerts lists the alerts for an audience that fire now.
func (b *board) alerts(audience string, height, span uint32) {
	b.list(both("Cảnh báo", "Alerts"), "Trống khi không có cảnh báo nào.\n\nEmpty while none fires.", height, span,
		fmt.Sprintf(`max by (alertname, severity, name, instance, family) (ALERTS{alertstate="firing", audience=%q})`, audience), "",
		map[string]string{"alertname": "Cảnh báo · Alert", "severity": "Mức · Severity", "name": "Cơ quan · Agency", "instance": "Máy · Instance", "family": "Loại · Family"},
		"severity", "alertname", "name", "instance", "family")
}
