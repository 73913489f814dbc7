// Command tiendo is the whole of Tiendo: the server, and the clients that speak to one. This package reads arguments,
// starts what they ask for and prints what came back; it decides nothing about cases and figures.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"tiendo/internal/clickhouse"

	"github.com/alecthomas/kong"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "engine" {
		os.Exit(clickhouse.RunEngine(os.Args[2:])) // the child process of a server, never called by hand
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first signal the next one ends the process at once: whoever presses Ctrl-C twice means it.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], &streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ()}))
}

// streams is what a subcommand may read from and write to.
type streams struct {
	in       io.Reader
	out, err io.Writer
	environ  []string
}

// command is what the command line can say. Each member is a file of this package.
type command struct {
	Backup   backupCmd   `cmd:"" help:"Have a running server copy all that it has into a folder of its machine, while it serves."`
	Check    checkCmd    `cmd:"" help:"Have a running server compare what it serves with the facts; exit 1 names each difference."`
	Config   configCmd   `cmd:"" help:"Print every setting with its default, meaning and environment name, as a file to edit."`
	Demo     demoCmd     `cmd:"" help:"Serve a simulated city: two years of history, then what happens by the clock."`
	Erase    eraseCmd    `cmd:"" help:"Have a running server erase the events of a closed case, by law; its figures stay."`
	Import   importCmd   `cmd:"" help:"Read CSV, XLSX and NDJSON files and send what they tell to a running server."`
	Kpi      kpiCmd      `cmd:"" name:"kpi" help:"Ask a running server for a figure."`
	Rank     rankCmd     `cmd:"" help:"Rank agencies by a method file, or try other weights on a past period."`
	Ready    readyCmd    `cmd:"" help:"Ask a running server whether it can do its work; exit 1 says what can't. Needs no token."`
	Rebuild  rebuildCmd  `cmd:"" help:"Have a running server make its books again from the facts."`
	Replay   replayCmd   `cmd:"" help:"Have a running server take what its engine refused before and was set aside."`
	Register registerCmd `cmd:"" help:"Check and load what the city says about itself: agencies, procedures, calendars, targets."`
	Report   reportCmd   `cmd:"" help:"Have a running server make a paper: form 06a, the summary of an agency."`
	Restore  restoreCmd  `cmd:"" help:"Have a running server that is empty begin again from a backup."`
	Serve    serveCmd    `cmd:"" help:"Take events in, keep the books, and show the figures, until Ctrl-C."`
	Simulate simulateCmd `cmd:"" help:"Make the events of a simulated city, of every family but assessments."`
	Token    tokenCmd    `cmd:"" help:"Make, list and revoke the tokens of those who send events and read."`
	Verify   verifyCmd   `cmd:"" help:"Show, without a server, that a publication is what was sealed."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// run is main with everything passed in; it returns the exit code.
func run(ctx context.Context, args []string, std *streams) int {
	code := -1
	var cmd command
	parser, err := kong.New(&cmd,
		kong.Name("tiendo"),
		kong.Description("Tiendo tells a city's leadership which departments keep their promises to citizens."),
		kong.Writers(std.out, std.err),
		kong.Exit(func(c int) { code = c }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(std),
	)
	if err != nil {
		panic("BUG: command line: " + err.Error())
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if code >= 0 { // help was asked for and printed
		return code
	}
	if err != nil {
		return report(std.err, misuse(fmt.Errorf("%w; `tiendo --help` shows what can be written", err)))
	}
	return report(std.err, parsed.Run())
}

// report prints err as one sentence and returns the exit code that it stands for.
func report(w io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	if message := strings.TrimSpace(err.Error()); message != "" {
		fmt.Fprintf(w, "tiendo: %s\n", message)
	}
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return exitFault
}
