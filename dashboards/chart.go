package dashboards

import (
	"encoding/json"
	"html/template"
	"math"
	"slices"
	"strings"

	"tiendo/internal/kpi"
)

// chart is a drawing of figures that also stand in a table. Its colours are names of the style sheet's, so that dark and
// light are one option; draw.js knows them, and adds what must be a function.
type chart struct {
	ID, Title string
	// About states the measure, the period, the numerator and the denominator.
	About string
	Note  string
	// Legend names what is drawn; empty where a table's column says it.
	Legend []key
	// Shape is a class of the style sheet, such as "tall"; "" for the common one.
	Shape string
	// Table has the figures, which the server shows and the drawing repeats.
	Table table
	// CSV is where the table can be had as a file.
	CSV string
	// Drawing is a drawing as JSON that is safe within a script element.
	Drawing template.JS
}

// table is what a chart is drawn from.
type table struct {
	// NamedBy is the id of the heading that names it.
	NamedBy string
	Head    []string
	Rows    []tableRow
}

type tableRow struct {
	Name, Href string
	Cells      []number
}

// key is a line of a legend. Sign is how it looks: its class in the style sheet.
type key struct{ Sign, Name string }

// drawing is what draw.js draws.
type drawing struct {
	// Units are those of the axes of values: "ratio" (given in percent), "count", "hours", "days"; "" of a category.
	Units units `json:"units"`
	// Bare says that the drawing stands beside the rows of a table, which says what an axis would.
	Bare bool `json:"bare,omitempty"`
	// Wrap says that each place of a category has its words, in as many lines as they need.
	Wrap bool `json:"wrap,omitempty"`
	// Option is ECharts', made with go-echarts.
	Option map[string]any `json:"option"`
	// Tips are the words shown over each place of the chart, Marks those over each mark of a series, by its id; Links are where
	// a click on a place leads, by Marks where on a mark.
	Tips  []tip            `json:"tips,omitempty"`
	Marks map[string][]tip `json:"marks,omitempty"`
	Links []string         `json:"links,omitempty"`
	// Shapes are how custom series are drawn, by their ids: "whisker", "segment", "band".
	Shapes map[string]string `json:"shapes,omitempty"`
	// Made is of how much the drawn rates are, for a picture that leaves the page with its words and its table; "" where the
	// drawing itself says so.
	Made string `json:"made,omitempty"`
}

type units struct {
	X string `json:"x"`
	Y string `json:"y"`
}

type tip struct {
	Title string    `json:"title"`
	Lines []tipLine `json:"lines"`
	Link  string    `json:"link,omitempty"`
}

type tipLine struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Told says that there is a value to draw: without one a chart would be an axis around nothing.
func (c chart) Told() bool {
	return slices.ContainsFunc(c.Table.Rows, func(r tableRow) bool {
		return slices.ContainsFunc(r.Cells, func(n number) bool { return n.Exact != "" })
	})
}

// among says of how much the rates of some rows are, from the least to the most.
func (p *presenter) among(name string, rows []kpi.Row) string {
	least, most := math.Inf(1), 0.0
	for _, r := range rows {
		if n := valueOf(r.Denominator); n > 0 {
			least, most = min(least, n), max(most, n)
		}
	}
	switch {
	case most == 0:
		return ""
	case least == most:
		return name + " " + p.lang.count(most)
	default:
		return name + " " + p.lang.count(least) + "–" + p.lang.count(most)
	}
}

// denominators puts what among says into a sentence.
func (p *presenter) denominators(all ...string) string {
	all = slices.DeleteFunc(all, func(s string) bool { return s == "" })
	if len(all) == 0 {
		return ""
	}
	return p.lang.of("Mẫu số của mỗi điểm: ", "Denominator of each point: ") + strings.Join(all, "; ") + "."
}

// plotted is what go-echarts has made of series.
type plotted interface {
	Validate()
	JSON() map[string]any
}

// plot is chart of a drawing whose series are plotted.
func (p *presenter) plot(c chart, d drawing, of plotted) (chart, error) {
	of.Validate()
	d.Option = of.JSON()
	return p.chart(c, d)
}

// chart finishes a chart: its drawing becomes JSON, and its table can be had as a file.
func (p *presenter) chart(c chart, d drawing) (chart, error) {
	if p.drawn {
		if err := c.set(d); err != nil {
			return c, err
		}
	}
	c.Table.NamedBy = c.ID + "-title"
	path, params := p.address()
	params.Set("page", path)
	params.Set("chart", c.ID)
	params.Set("lang", string(p.lang))
	c.CSV = "/csv?" + params.Encode()
	p.made = append(p.made, c)
	return c, nil
}

// set encodes a drawing. encoding/json writes <, > and & as escapes, so no name in it can end the script element.
func (c *chart) set(d drawing) error {
	encoded, err := json.Marshal(d)
	c.Drawing = template.JS(encoded) //nolint:gosec // JSON with HTML's characters escaped
	return err
}

// patches are the signs that stand for an area or a sample, drawn by the style sheet alone, by their beginnings.
var patches = []string{"term", "late", "city", "done", "heat", "bar-", "line-", "mark-", "dot-"}

// Square says that the key is such a patch, and no line with a mark on it.
func (k key) Square() bool {
	return slices.ContainsFunc(patches, func(p string) bool { return strings.HasPrefix(k.Sign, p) })
}
