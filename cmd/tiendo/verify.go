package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"time"

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
	sealed, err := seal.Parse(content)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	shown, err := sealed.Verify(seal.Trust{Key: c.Key, Witnesses: c.Witnesses})
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	fmt.Fprintf(std.out, "%s: record %d of the log %s, unchanged\n", c.File, shown.Index+1, shown.Log)
	fmt.Fprintf(std.out, "sha256\t%x\n", sha256.Sum256(sealed.Record))
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
		fmt.Fprintf(std.out, "key\t%s, as you said\n", sealed.Key)
		return nil
	}
	fmt.Fprintf(std.out, "key\t%s, as the file says: compare it with the one that the city has made known, or give that with --key\n", sealed.Key)
	return nil
}

func (c *verifyCmd) read(std *streams) ([]byte, error) {
	if c.File == "-" {
		return io.ReadAll(std.in)
	}
	return os.ReadFile(c.File)
}
