package grafana

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"

	"tiendo/internal/kpi"
)

// board is a dashboard while it is made.
type board struct {
	*dashboard.DashboardBuilder
	scope
	uid string
	// figures are the ids of those that it shows, in the order in which they were first asked for.
	figures []string
	errs    []error
}

// source is what panels and variables ask.
var source = common.DataSourceRef{Type: new("prometheus"), Uid: new("${datasource}")}

// newBoard begins a dashboard with the variables of its scope. A wall is looked at from far away and never touched, so it renews
// itself.
func newBoard(uid, title, description string, s scope, variables ...cog.Builder[dashboard.VariableModel]) *board {
	b := &board{scope: s, uid: uid}
	//nolint:staticcheck // the older form of dashboards is what every Grafana in use reads from files
	b.DashboardBuilder = dashboard.NewDashboardBuilder(title).Uid(uid).Description(description).Tags([]string{"tiendo"}).
		Readonly().Refresh("30s").Time("now-30d", "now").Timezone("browser").Tooltip(dashboard.DashboardCursorSyncCrosshair).
		Link(dashboard.NewDashboardLinkBuilder("Tiendo").Type(dashboard.DashboardLinkTypeDashboards).Tags([]string{"tiendo"}).
			AsDropdown(true).KeepTime(true).IncludeVars(true)).
		Link(dashboard.NewDashboardLinkBuilder("Mở Tiendo · Open Tiendo").Type(dashboard.DashboardLinkTypeLink).Icon("external link").
			Url("${tiendo}/").TargetBlank(true))
	b.WithVariable(dashboard.NewDatasourceVariableBuilder("datasource").Label("Nguồn · Source").Type("prometheus").
		Current(option("Tiendo", "tiendo")).Hide(dashboard.VariableHideHideVariable))
	b.WithVariable(dashboard.NewTextBoxVariableBuilder("tiendo").Label("Địa chỉ Tiendo · Address of Tiendo").
		DefaultValue(text("http://127.0.0.1:8080")).Current(option("http://127.0.0.1:8080", "http://127.0.0.1:8080")).
		Hide(dashboard.VariableHideHideVariable))
	for _, v := range variables {
		b.WithVariable(v)
	}
	return b
}

func option(text, value string) dashboard.VariableOption {
	return dashboard.VariableOption{
		Text: dashboard.StringOrArrayOfString{String: &text}, Value: dashboard.StringOrArrayOfString{String: &value},
	}
}

func text(s string) dashboard.StringOrMap { return dashboard.StringOrMap{String: &s} }

// variable begins a variable whose values a query tells.
func variable(name, label, query string) *dashboard.QueryVariableBuilder {
	return dashboard.NewQueryVariableBuilder(name).Label(label).Datasource(source).Query(text(query)).Definition(query).
		Refresh(dashboard.VariableRefreshOnDashboardLoad).Sort(dashboard.VariableSortAlphabeticalAsc)
}

func periodVariable() *dashboard.QueryVariableBuilder {
	return variable("period", "Kỳ · Period", "label_values(tiendo_dossier_on_time_rate_denominator, period)").Current(option("mtd", "mtd"))
}

// groupVariable chooses groups of agencies; all of them, and agencies of none, until one is chosen.
func groupVariable() *dashboard.QueryVariableBuilder {
	return variable("group", "Nhóm · Group", "label_values(tiendo_agency_info, group)").Multi(true).IncludeAll(true).AllValue(".*").
		Current(option("All", "$__all"))
}

// agencyVariable chooses an agency by its name.
func agencyVariable() *dashboard.QueryVariableBuilder {
	return variable("agency", "Cơ quan · Agency", `query_result(max by (agency, name) (tiendo_agency_info{group=~"$group"}))`).
		Regex(`/agency="(?<value>[^"]+)".*name="(?<text>[^"]+)"/`).Sort(dashboard.VariableSortAlphabeticalAsc)
}

// figure looks a figure up. That there is none of an id is an error of the whole dashboard; what is begun goes on with another, so
// that all such errors are told at once.
func (b *board) figure(id string) kpi.Definition {
	d, ok := kpi.ByID(id)
	if !ok {
		b.errs = append(b.errs, fmt.Errorf("no figure is called %q", id))
		return kpi.Catalogue()[0]
	}
	if !slices.Contains(b.figures, id) {
		b.figures = append(b.figures, id)
	}
	return d
}

// row begins a row of panels under a title.
func (b *board) row(vi, en string) {
	b.WithRow(dashboard.NewRowBuilder(both(vi, en)))
}

// build ends the dashboard.
func (b *board) build() (dashboard.Dashboard, error) { //nolint:staticcheck // see newBoard
	made, err := b.Build()
	if err := errors.Join(append(b.errs, err)...); err != nil {
		return made, fmt.Errorf("dashboard %s: %w", b.uid, err)
	}
	for i := range made.Panels {
		number := uint32(i + 1)
		if p := made.Panels[i].Panel; p != nil {
			p.Id = &number
		} else {
			made.Panels[i].RowPanel.Id = number
		}
	}
	return made, nil
}

// both writes a title in both languages.
func both(vi, en string) string { return vi + " · " + en }

// about is what a panel says of a figure when it is asked: in both languages what it is, and what it cannot tell.
func about(d *kpi.Definition) string {
	says := []string{d.SaysVI, strings.ToUpper(d.Says[:1]) + d.Says[1:] + "."}
	if d.Caveat != "" {
		says = append(says, d.CaveatVI, d.Caveat)
	}
	return strings.Join(says, "\n\n")
}

func query(ref string) *prometheus.DataqueryBuilder {
	return prometheus.NewDataqueryBuilder().RefId(ref).Datasource(source)
}

// now is a query for one instant, later for a stretch of time, and cells for the columns of a table.
func now(ref, name, expr string) *prometheus.DataqueryBuilder {
	return query(ref).Expr(expr).LegendFormat(name).Instant()
}

func stretch(ref, name, expr string) *prometheus.DataqueryBuilder {
	return query(ref).Expr(expr).LegendFormat(name).Range()
}

func cells(ref, expr string) *prometheus.DataqueryBuilder {
	return query(ref).Expr(expr).Instant().Format(prometheus.PromQueryFormatTable)
}
