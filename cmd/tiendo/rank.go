package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"tiendo/internal/document"
	"tiendo/internal/ranking"
)

type rankCmd struct {
	Method string   `required:"" placeholder:"F" help:"The method file, or the id of a method that the server has."`
	Period string   `required:"" placeholder:"P" help:"The period: 2026-Q3, 2026-H1, 2026-9M, 2026, 2026-09."`
	Try    []string `placeholder:"CRITERION=WEIGHT" sep:"none" help:"Try another weight, or off=DAY..DAY, pauses=none, minimum=50, CRITERION.full=0.95; may be repeated, and nothing is kept."`
	Format string   `default:"table" enum:"table,json,xlsx,csv" help:"Print a table, json, csv, or make a workbook (xlsx) (${default})."`
	Output string   `short:"o" placeholder:"FILE" help:"Write it here; without it, to standard output."`
	Client client   `embed:""`

	publishFlags `embed:""`
}

func (c *rankCmd) Run(ctx context.Context, std *streams) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Publish {
		return c.publish(ctx, std)
	}
	if err := refuseScreen(std, c.Format, c.Output); err != nil {
		return err
	}
	body, err := c.ask(ctx)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	switch c.Format {
	case "json":
		fmt.Fprintf(&out, "%s\n", bytes.TrimSpace(body))
	case "xlsx", "csv":
		out.Write(body)
	default:
		r, err := readAnswer[ranking.Result](&c.Client, body)
		if err != nil {
			return err
		}
		if err := printRanking(&out, &r); err != nil {
			return err
		}
	}
	if c.Output == "" {
		_, err := std.out.Write(out.Bytes())
		return err
	}
	if err := os.WriteFile(c.Output, out.Bytes(), 0o644); err != nil {
		return misuse(fmt.Errorf("write the ranking: %w; name another file with -o", err))
	}
	return nil
}

// ask sends the method file, or asks by the id of a method that the server has.
func (c *rankCmd) ask(ctx context.Context) ([]byte, error) {
	query := url.Values{}
	if len(c.Try) > 0 {
		query["try"] = c.Try
	}
	if c.Format == "xlsx" || c.Format == "csv" {
		query.Set("format", c.Format)
	}
	content, err := c.read()
	switch {
	case err != nil:
		return nil, err
	case content == nil:
		return c.Client.get(ctx, "/v1/rankings/"+url.PathEscape(c.Method)+"/"+url.PathEscape(c.Period), query)
	}
	query.Set("period", c.Period)
	return c.Client.ask(ctx, http.MethodPost, "/v1/rankings", query, content)
}

// read reads the method file, which must hold together; nil for the id of a method that the server has.
func (c *rankCmd) read() ([]byte, error) {
	content, err := os.ReadFile(c.Method)
	switch {
	case errors.Is(err, os.ErrNotExist) && !strings.ContainsRune(c.Method, filepath.Separator) && filepath.Ext(c.Method) == "":
		return nil, nil
	case err != nil:
		return nil, misuse(fmt.Errorf("read the method file: %w; name a file, or the id of a method that the server has", err))
	}
	if _, err := ranking.Read(content); err != nil {
		if refusal, is := errors.AsType[*document.Refusal](err); is {
			err = refusal.In(c.Method)
		}
		return nil, misuse(err)
	}
	return content, nil
}

// printRanking writes a table for each group.
func printRanking(w io.Writer, r *ranking.Result) error {
	fmt.Fprintf(w, "%s %s  %s (%s – %s)  as of %s\n", r.Method.ID, r.Method.Version, r.Inputs.Period.ID, r.Inputs.Period.From, r.Inputs.Period.To,
		r.Inputs.AsOf.Format("2006-01-02 15:04:05 -07:00"))
	if len(r.Tried) > 0 {
		fmt.Fprintf(w, "tried: %s; nothing of it is kept\n", strings.Join(r.Tried, ", "))
	}
	switch {
	case r.Inputs.Period.Running:
		fmt.Fprintln(w, "provisional: the period has not ended")
	case r.Provisional:
		fmt.Fprintln(w, "provisional: assessments are not verified")
	}
	for _, g := range r.Groups {
		fmt.Fprintf(w, "\n%s\n", g.Group.Names.VI)
		if err := printStandings(w, r, &g); err != nil {
			return err
		}
		for _, e := range g.Excluded {
			fmt.Fprintf(w, "not ranked: %s %s: %s\n", e.Agency.Code, e.Agency.Names.VI, e.Reason.VI)
		}
	}
	return nil
}

// printStandings writes the table of a group, or why nobody in it is ranked.
func printStandings(w io.Writer, r *ranking.Result, g *ranking.Standings) error {
	if len(g.NoData) > 0 {
		_, err := fmt.Fprintf(w, "%s\n%s\n", g.Nobody().VI, g.Nobody().EN)
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	heads := []string{"rank", "90 %", "agency", "name", "points"}
	for _, a := range r.Method.Areas {
		heads = append(heads, a.ID)
	}
	fmt.Fprintln(table, strings.Join(append(heads, "adjusted", against(r)), "\t"))
	for i := range g.Agencies {
		fmt.Fprintln(table, strings.Join(rankingRow(&g.Agencies[i]), "\t"))
	}
	return table.Flush()
}

// against is what the last column compares with.
func against(r *ranking.Result) string {
	if len(r.Tried) > 0 {
		return "by the method as it is"
	}
	return "since the period before"
}

func rankingRow(s *ranking.Standing) []string {
	row := []string{place(s.Rank), interval(s.Interval), s.Agency.Code, s.Agency.Names.VI, points(s.Points)}
	for _, a := range s.Areas {
		row = append(row, points(a.Points))
	}
	adjusted := 0.0
	for _, a := range s.Adjustments {
		adjusted += a.Points
	}
	row = append(row, strconv.FormatFloat(adjusted, 'f', 2, 64))
	switch {
	case len(s.Unranked) > 0:
		return append(row, "no rank: "+strings.Join(s.Unranked, ", "))
	case s.Untried != nil:
		return append(row, place(s.Untried.Rank)+"  "+points(s.Untried.Points))
	case s.Change == nil:
		return append(row, nothing)
	}
	said := []string{fmt.Sprintf("%s → %s  %+.2f", place(s.Change.Rank), place(s.Rank), s.Points-s.Change.Points)}
	for _, by := range s.Change.By[:min(2, len(s.Change.By))] {
		said = append(said, fmt.Sprintf("%s %+.2f", by.ID, by.Points))
	}
	return append(row, strings.Join(said, ", "))
}

func place(rank *int) string {
	if rank == nil {
		return nothing
	}
	return strconv.Itoa(*rank)
}

func interval(i *ranking.Interval) string {
	switch {
	case i == nil:
		return nothing
	case i.Low == i.High:
		return strconv.Itoa(i.Low)
	default:
		return fmt.Sprintf("%d–%d", i.Low, i.High)
	}
}

func points(p float64) string { return strconv.FormatFloat(p, 'f', 2, 64) }
