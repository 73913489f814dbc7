package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"

	"golang.org/x/term"
)

type reportCmd struct {
	Which  string `arg:"" enum:"06a,summary" help:"The paper: 06a, how administrative procedures were settled; summary, what an inspection asks of an agency."`
	Period string `required:"" placeholder:"P" help:"The period: 2026, 2026-Q3, 2026-09, 2026-09-01..2026-09-30, mtd, qtd, ytd, d30, …"`
	Cutoff string `default:"calendar" enum:"calendar,report" help:"Read the period by the calendar, or by the reporting calendar, whose months end on the 14th (${default})."`
	Agency string `placeholder:"CODE" help:"Of this agency; without it, of the whole city."`
	Format string `default:"xlsx" enum:"xlsx,csv,json" help:"Make a workbook (xlsx), csv or json (${default})."`
	Lang   string `default:"vi" enum:"vi,en" help:"In Vietnamese (vi) or English (en) (${default})."`
	Output string `short:"o" placeholder:"FILE" help:"Write it here; without it, to standard output."`
	Client client `embed:""`
}

func (c *reportCmd) Run(ctx context.Context, std *streams) error {
	if err := refuseScreen(std, c.Format, c.Output); err != nil {
		return err
	}
	query := url.Values{"period": {c.Period}, "cutoff": {c.Cutoff}, "format": {c.Format}, "lang": {c.Lang}}
	if c.Agency != "" {
		query.Set("agency", c.Agency)
	}
	body, err := c.Client.get(ctx, "/v1/reports/"+c.Which, query)
	if err != nil {
		return err
	}
	if c.Output == "" {
		_, err = std.out.Write(body)
		return err
	}
	if err := os.WriteFile(c.Output, body, 0o644); err != nil {
		return misuse(fmt.Errorf("write the report: %w; name a file that you can write with -o", err))
	}
	return nil
}

// refuseScreen refuses to write a workbook to a terminal.
func refuseScreen(std *streams, format, output string) error {
	if out, ok := std.out.(*os.File); ok && output == "" && format == "xlsx" && term.IsTerminal(int(out.Fd())) {
		return misuse(errors.New("a workbook is nothing to look at here; name a file with -o, or take --format csv"))
	}
	return nil
}
