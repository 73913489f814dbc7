package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"tiendo/internal/publication"
	"tiendo/internal/seal"
)

type verifyCmd struct {
	File      string   `arg:"" help:"A publication, as the server handed it out; '-' reads standard input."`
	Key       string   `placeholder:"KEY" help:"The public key of the city's log, as the city has made it known; without it the file's own is believed, and printed."`
	Witnesses []string `name:"witness" placeholder:"KEY" help:"The public key of a witness whose cosignature must be there; may be repeated."`
}

func (c *verifyCmd) Run(std *streams) error {
	content, err := c.read(std)
	if err != nil {
		return misuse(fmt.Errorf("read a publication: %w; name a file that you can read", err))
	}
	trust := seal.Trust{Key: c.Key, Witnesses: c.Witnesses}
	if err := trust.Check(); err != nil {
		return misuse(fmt.Errorf("%w; give --key and --witness keys as the city and its witnesses have made them known", err))
	}
	shown, err := publication.Verify(content, trust, func(says string) { fmt.Fprintf(std.out, "differs\t%s\n", says) })
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	say(std.out, c.File, shown.Record)
	fmt.Fprintf(std.out, "sealed\trecord %d of the log %s, unchanged\n", shown.Index+1, shown.Log)
	fmt.Fprintf(std.out, "sha256\t%s\n", shown.SHA256)
	fmt.Fprintf(std.out, "head\t%d records, root %s\n", shown.Head.Size, shown.Head.Root)
	for _, given := range shown.Cosignatures {
		fmt.Fprintf(std.out, "witness\t%s, %s\n", given.Witness, given.Time.Format(time.RFC3339))
	}
	if shown.Strangers > 0 {
		fmt.Fprintf(std.out, "other\t%d signatures of keys that were not named with --witness\n", shown.Strangers)
	}
	if len(shown.Cosignatures) < len(c.Witnesses) {
		return fmt.Errorf("%s: only %d of %d witnesses have signed this head of the log; ask for a newer file", c.File, len(shown.Cosignatures), len(c.Witnesses))
	}
	if c.Key != "" {
		fmt.Fprintf(std.out, "key\t%s, as you said\n", shown.Key)
		return nil
	}
	fmt.Fprintf(std.out, "key\t%s, as the file says: compare it with the one that the city has made known, or give that with --key\n", shown.Key)
	return nil
}

func (c *verifyCmd) read(std *streams) ([]byte, error) {
	if c.File == "-" {
		return io.ReadAll(std.in)
	}
	return os.ReadFile(c.File)
}

// say tells what a publication is of, and that its points are those of its counts.
func say(w io.Writer, file string, r *publication.Record) {
	in := &r.Ranking.Inputs
	agencies := 0
	for _, g := range r.Ranking.Groups {
		agencies += len(g.Agencies)
	}
	fmt.Fprintf(w, "%s: %s %s, %s, %s of %s\n", file, r.Method.ID, r.Method.Version, in.Period.ID, r.State, r.Made.Format(time.RFC3339))
	fmt.Fprintf(w, "points\tof %d agencies, computed again from the published counts: the same\n", agencies)
	fmt.Fprintf(w, "known\t%d events, up to block %d of the books\n", in.Events, in.Block)
	for _, o := range r.Obstacles {
		fmt.Fprintf(w, "against\t%s\n", o.EN)
	}
	if r.Although != "" {
		fmt.Fprintf(w, "although\t%s\n", r.Although)
	}
	if r.Corrects != nil {
		fmt.Fprintf(w, "corrects\tnumber %d (%s): %s\n", r.Corrects.Number, r.Corrects.SHA256, r.Corrects.Reason)
	}
}
