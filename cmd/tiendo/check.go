package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"tiendo/internal/booking"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
)

type checkCmd struct {
	What   []string `arg:"" optional:"" enum:"cells,verdicts,audit,rankings" help:"What to check: cells, the books and every figure that is a sum of them; verdicts, the list of cases; audit, the audit log; rankings, what was published: its log, and points and ranks computed again. All if left out."`
	Client client   `embed:""`
}

func (c *checkCmd) Run(ctx context.Context, std *streams) error {
	done, err := upkeep(ctx, &c.Client, "/v1/check", url.Values{"what": c.What}, std)
	if err != nil {
		return err
	}
	asked := func(what ...string) bool {
		return len(c.What) == 0 || slices.ContainsFunc(what, func(w string) bool { return slices.Contains(c.What, w) })
	}
	served := done.Differences - done.in["audit"] - done.in["rankings"]
	if asked("cells", "verdicts") {
		fmt.Fprintf(std.out, "%d cases of %d events checked, %d values of figures counted again, %d differences\n", done.Cases, done.Events, done.Figures, served)
	}
	if done.Waiting > 0 {
		fmt.Fprintf(std.out, "%d events that had come in were not in the figures yet and were not looked at; check again when they are (tiendo_freshness_seconds is 0 then)\n", done.Waiting)
	}
	if asked("audit") {
		fmt.Fprintf(std.out, "%d records of the audit log checked, %d differences\n", done.Records, done.in["audit"])
	}
	if asked("rankings") {
		fmt.Fprintf(std.out, "%d publications checked, %d differences\n", done.Publications, done.in["rankings"])
	}
	var wrong []error
	if served > 0 {
		wrong = append(wrong, errors.New("what is served is not what the facts say; `tiendo rebuild` makes the books again"))
	}
	if done.in["audit"] > 0 {
		wrong = append(wrong, errors.New("the audit log is not what was written: keep its files as they are, and compare them with a backup and with the server's own log"))
	}
	if done.in["rankings"] > 0 {
		wrong = append(wrong, errors.New("what was published is not what was sealed, or not what the books say: keep the files as they are, and compare them with a backup and with files that were handed out"))
	}
	return errors.Join(wrong...)
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
	// Waiting are events that were not looked at, for they were not booked.
	Waiting uint64 `json:"waiting"`
	Figures uint64 `json:"figures"`
	// Records are those of the audit log.
	Records      uint64 `json:"records"`
	Publications int64  `json:"publications"`
	// in is how many differences were found in what.
	in map[string]uint64
}

// upkeep has the server work, prints each difference and says how far it is, and returns what was counted at the end.
func upkeep(ctx context.Context, server *client, path string, query url.Values, std *streams) (counted, error) {
	var done *counted
	in := map[string]uint64{}
	progress := newProgress(std.err)
	defer progress.close()
	type worked struct {
		lineError
		Difference *struct {
			What    string `json:"what"`
			Family  string `json:"family"`
			Subject string `json:"subject"`
			Says    string `json:"says"`
		} `json:"difference"`
		Progress *counted `json:"progress"`
		Done     *counted `json:"done"`
	}
	err := readLines(ctx, server, path, query, func(line *worked) {
		switch {
		case line.Difference != nil:
			in[line.Difference.What]++
			fmt.Fprintf(std.out, "%s\t%s\t%s\n", line.Difference.What, strings.Trim(line.Difference.Family+"/"+line.Difference.Subject, "/"), line.Difference.Says)
		case line.Progress != nil:
			progress.say(fmt.Sprintf("%d cases of %d events", line.Progress.Cases, line.Progress.Events))
		}
		done = line.Done
	})
	if err == nil && done == nil {
		err = unreachable(errors.New("the server ended before it was done; look at its log, and try again"))
	}
	if err != nil {
		return counted{}, err
	}
	done.in = in
	return *done, nil
}

// check compares what is served with the facts: case by case, and with cells also every figure.
func (a *app) check(ctx context.Context, cells, verdicts bool, found func(booking.Difference), progress func(booking.Checked)) (booking.Checked, error) {
	a.audit(ctx, "books.check", "")
	mark, rules, err := a.settled(ctx)
	if err != nil {
		return booking.Checked{}, err
	}
	waiting, err := a.unbooked(ctx, mark)
	if err != nil {
		return booking.Checked{}, err
	}
	c := booking.Check{Conn: a.engine.Conn(), Rules: rules, Booked: mark, Cells: cells, Verdicts: verdicts, Found: found, Progress: progress}
	if !cells {
		done, err := c.Run(ctx)
		done.Waiting = waiting
		return done, err
	}
	differences := uint64(0)
	if err := a.registers.compare(ctx, func(says string) {
		differences++
		found(booking.Difference{What: "registers", Says: says})
	}); err != nil {
		return booking.Checked{}, err
	}
	recount := a.books.NewRecount(a.Now(), mark.Block)
	c.Count = recount.Add
	done, err := c.Run(ctx)
	done.Differences += differences
	done.Waiting = waiting
	if err != nil {
		return done, err
	}
	done.Figures, err = recount.Compare(ctx, func(d kpi.Difference) {
		done.Differences++
		found(booking.Difference{What: "figures", Says: d.String()})
	})
	return done, err
}

// unbooked counts the events that were accepted here, or stored by whomever, and that are not booked up to a mark.
func (a *app) unbooked(ctx context.Context, mark booking.Mark) (uint64, error) {
	inLog, loaded, err := a.collector.Waiting()
	if err != nil {
		return 0, err
	}
	stored, err := booking.Waiting(ctx, a.engine.Conn(), mark, a.collector.ID(), loaded)
	return inLog + stored, err
}

// settled waits until open cases are judged by the newest registers, and returns up to where the facts are booked then.
func (a *app) settled(ctx context.Context) (booking.Mark, *lifecycle.Rules, error) {
	select {
	case <-a.booker.Found():
	case <-ctx.Done():
		return booking.Mark{}, nil, ctx.Err()
	}
	for {
		mark, rules := a.booker.Mark(), a.registers.Rules()
		if mark.Rules == rules.Version() {
			return mark, rules, nil
		}
		if ended(ctx, 100*time.Millisecond) {
			return mark, rules, ctx.Err()
		}
	}
}

// rebuild makes the books again.
func (a *app) rebuild(ctx context.Context, progress func(booking.Checked)) error {
	a.sealing.Lock()
	defer a.sealing.Unlock()
	a.audit(ctx, "books.rebuild", "")
	return a.booker.Rebuild(ctx, progress)
}
