package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

type checkCmd struct {
	What   []string `arg:"" optional:"" enum:"cells,verdicts,audit" help:"What to check: cells, the books and every figure that is a sum of them; verdicts, the list of cases; audit, the audit log. All if left out."`
	Client client   `embed:""`
}

func (c *checkCmd) Run(ctx context.Context, std *streams) error {
	done, err := upkeep(ctx, &c.Client, "/v1/check", url.Values{"what": c.What}, std)
	if err != nil {
		return err
	}
	if len(c.What) != 1 || c.What[0] != "audit" {
		fmt.Fprintf(std.out, "%d cases of %d events checked, %d values of figures counted again, %d differences\n", done.Cases, done.Events, done.Figures, done.Differences-done.tampered)
	}
	if len(c.What) == 0 || slices.Contains(c.What, "audit") {
		fmt.Fprintf(std.out, "%d records of the audit log checked, %d differences\n", done.Records, done.tampered)
	}
	if done.tampered > 0 {
		err = errors.New("the audit log is not what was written: keep its files as they are, and compare them with a backup and with the server's own log")
	}
	if done.Differences > done.tampered {
		err = errors.Join(errors.New("what is served is not what the facts say; `tiendo rebuild` makes the books again"), err)
	}
	return err
}

type rebuildCmd struct {
	Client client `embed:""`
}

func (c *rebuildCmd) Run(ctx context.Context, std *streams) error {
	done, err := upkeep(ctx, &c.Client, "/v1/rebuild", nil, std)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "The books were made again: %d cases of %d events.\n", done.Cases, done.Events)
	return nil
}

// counted is how far a check or a rebuild is.
type counted struct {
	Cases       uint64 `json:"cases"`
	Events      uint64 `json:"events"`
	Differences uint64 `json:"differences"`
	Figures     uint64 `json:"figures"`
	// Records are those of the audit log, tampered is how many of the differences are there.
	Records  uint64 `json:"records"`
	tampered uint64
}

// upkeep has the server work, prints each difference and says how far it is, and returns what was counted at the end.
func upkeep(ctx context.Context, server *client, path string, query url.Values, std *streams) (counted, error) {
	var done *counted
	var tampered uint64
	progress := newProgress(std.err)
	defer progress.close()
	err := server.lines(ctx, path, query, func(raw []byte) error {
		var line struct {
			Difference *struct {
				What    string `json:"what"`
				Family  string `json:"family"`
				Subject string `json:"subject"`
				Says    string `json:"says"`
			} `json:"difference"`
			Progress *counted `json:"progress"`
			Done     *counted `json:"done"`
			Error    string   `json:"error"`
		}
		if err := json.Unmarshal(raw, &line); err != nil {
			return fmt.Errorf("a line of the server's answer is none: %w; is it a Tiendo server of this version?", err)
		}
		switch {
		case line.Difference != nil:
			if line.Difference.What == "audit" {
				tampered++
			}
			fmt.Fprintf(std.out, "%s\t%s\t%s\n", line.Difference.What, strings.Trim(line.Difference.Family+"/"+line.Difference.Subject, "/"), line.Difference.Says)
		case line.Progress != nil:
			progress.say(fmt.Sprintf("%d cases of %d events", line.Progress.Cases, line.Progress.Events))
		case line.Error != "":
			return fmt.Errorf("the server says: %s", line.Error)
		}
		done = line.Done
		return nil
	})
	if err == nil && done == nil {
		err = unreachable(errors.New("the server ended before it was done; look at its log, and try again"))
	}
	if err != nil {
		return counted{}, err
	}
	done.tampered = tampered
	return *done, nil
}
