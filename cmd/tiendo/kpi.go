package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"tiendo/internal/workbook"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

type kpiCmd struct {
	ID     string   `arg:"" help:"The figure, such as dossier.on_time_rate; the server's /v1/kpis lists them."`
	Period string   `required:"" placeholder:"P" help:"The period: 2026, 2026-Q3, 2026-09, 2026-09-01..2026-09-30, mtd, qtd, ytd, d30, …"`
	By     []string `placeholder:"KEY,…" help:"One row for each value of up to two keys, such as agency."`
	Where  []string `placeholder:"KEY=VALUE" sep:"none" help:"Only cases with this value; may be repeated."`
	Format string   `default:"table" enum:"table,csv,json" help:"Print a table, csv or json (${default})."`
	Client client   `embed:""`
}

func (c *kpiCmd) Run(ctx context.Context, std *streams) error {
	query := url.Values{"period": {c.Period}}
	if len(c.By) > 0 {
		query.Set("by", strings.Join(c.By, ","))
	}
	for _, condition := range c.Where {
		key, value, found := strings.Cut(condition, "=")
		if !found || key == "" {
			return misuse(fmt.Errorf("--where %s: no condition; write key=value, such as --where agency=H24.12", condition))
		}
		query.Add(key, value)
	}
	body, err := c.Client.get(ctx, "/v1/kpis/"+url.PathEscape(c.ID), query)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		_, err := fmt.Fprintf(std.out, "%s\n", strings.TrimSpace(string(body)))
		return err
	}
	f, err := readAnswer[figure](&c.Client, body)
	if err != nil {
		return err
	}
	if c.Format == "csv" {
		return f.writeCSV(std.out, c.By)
	}
	return f.writeTable(std.out, c.By)
}

// figure is the server's answer, as far as it is printed.
type figure struct {
	ID     string `json:"id"`
	Unit   string `json:"unit"`
	Period struct {
		ID   string `json:"id"`
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"period"`
	AsOf         time.Time `json:"as_of"`
	Completeness *float64  `json:"completeness"`
	Quiet        []quiet   `json:"quiet"`
	Rows         []row     `json:"rows"`
}

// quiet is an agency or a source of which nothing is heard any more.
type quiet struct {
	Agency string `json:"agency"`
	Source string `json:"source"`
	Since  string `json:"since"`
}

// row is one row; what is not there is nil. Keys holds the groups that were asked for.
type row struct {
	Value       *float64                  `json:"value"`
	Numerator   *float64                  `json:"numerator"`
	Denominator *float64                  `json:"denominator"`
	Low         *float64                  `json:"low"`
	High        *float64                  `json:"high"`
	N           *float64                  `json:"n"`
	Target      *float64                  `json:"target"`
	NoDataSince string                    `json:"no_data_since"`
	Keys        map[string]jsontext.Value `json:",embed"`
}

// nothing stands where a figure has no value: never 0, for a rate without cases is no bad rate.
const nothing = "–"

// key is the text of a group; a case without the attribute has nothing.
func (r *row) key(name string) string {
	var s *string
	if err := json.Unmarshal(r.Keys[name], &s); err != nil || s == nil {
		return nothing
	}
	return *s
}

func (f *figure) writeTable(w io.Writer, by []string) error {
	fmt.Fprintf(w, "%s  %s (%s – %s)  as of %s\n\n", f.ID, f.Period.ID, f.Period.From, f.Period.To, f.AsOf.Format("2006-01-02 15:04:05 -07:00"))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	heads := append([]string{}, by...)
	heads = append(heads, "value")
	parts, quantile, target := f.parts()
	if parts {
		heads = append(heads, "of", "95 %")
	}
	if quantile {
		heads = append(heads, "cases")
	}
	if target {
		heads = append(heads, "target")
	}
	fmt.Fprintln(table, strings.Join(heads, "\t"))
	for i := range f.Rows {
		r := &f.Rows[i]
		var cells []string
		for _, name := range by {
			cells = append(cells, r.key(name))
		}
		cells = append(cells, show(f.Unit, r.Value))
		if parts {
			cells = append(cells, show("count", r.Numerator)+" / "+show("count", r.Denominator))
			if r.Low == nil || r.High == nil {
				cells = append(cells, nothing)
			} else {
				cells = append(cells, show(f.Unit, r.Low)+" – "+show(f.Unit, r.High))
			}
		}
		if quantile {
			cells = append(cells, show("count", r.N))
		}
		if target {
			cells = append(cells, show(f.Unit, r.Target))
		}
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if f.Completeness != nil {
		fmt.Fprintf(w, "\ncompleteness %s of what the sources count themselves\n", show("ratio", f.Completeness))
	}
	if len(f.Quiet) > 0 {
		fmt.Fprintln(w)
	}
	for _, q := range f.Quiet {
		fmt.Fprintf(w, "no data of %s since %s\n", cmp.Or(q.Agency, q.Source), q.Since)
	}
	return nil
}

// parts says which columns any row fills.
func (f *figure) parts() (ratio, quantile, target bool) {
	for i := range f.Rows {
		ratio = ratio || f.Rows[i].Denominator != nil
		quantile = quantile || f.Rows[i].N != nil
		target = target || f.Rows[i].Target != nil
	}
	return ratio, quantile, target
}

func (f *figure) writeCSV(w io.Writer, by []string) error {
	out := csv.NewWriter(w)
	heads := append([]string{}, by...)
	if err := out.Write(append(heads, "value", "numerator", "denominator", "low", "high", "n", "target", "no_data_since")); err != nil {
		return err
	}
	for i := range f.Rows {
		r := &f.Rows[i]
		var cells []string
		for _, name := range by {
			key := r.key(name)
			if key == nothing {
				key = ""
			}
			cells = append(cells, workbook.Plain(key))
		}
		for _, number := range []*float64{r.Value, r.Numerator, r.Denominator, r.Low, r.High, r.N, r.Target} {
			cell := ""
			if number != nil {
				cell = strconv.FormatFloat(*number, 'g', -1, 64)
			}
			cells = append(cells, cell)
		}
		if err := out.Write(append(cells, r.NoDataSince)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// show writes a number for people: ratios in percent, counts with a thin grouping, hours and days with one decimal.
func show(unit string, number *float64) string {
	if number == nil || math.IsNaN(*number) {
		return nothing
	}
	switch unit {
	case "ratio":
		return strconv.FormatFloat(*number*100, 'f', 1, 64) + " %"
	case "count":
		return group(*number)
	case "hours":
		return strconv.FormatFloat(*number, 'f', 1, 64) + " h"
	case "days":
		return strconv.FormatFloat(*number, 'f', 1, 64) + " d"
	default:
		return strconv.FormatFloat(*number, 'f', 2, 64)
	}
}

// group writes a count with a comma between thousands; sums that are no whole number keep two decimals.
func group(number float64) string {
	if number != math.Trunc(number) {
		return strconv.FormatFloat(number, 'f', 2, 64)
	}
	digits := strconv.FormatFloat(math.Abs(number), 'f', 0, 64)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if number < 0 {
		return "-" + digits
	}
	return digits
}
