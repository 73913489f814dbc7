package main

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tiendo/dashboards"
	"tiendo/internal/api"
	"tiendo/internal/audit"
	"tiendo/internal/auth"
	"tiendo/internal/booking"
	"tiendo/internal/kpi"
	"tiendo/internal/publication"
	"tiendo/internal/ranking"
	"tiendo/internal/seal"
)

// actPublish is what the audit log calls it when a ranking is published.
const actPublish = "ranking.publish"

// openPublications opens what was published. A log that was tampered with does not keep the server from starting: nothing more can
// be published in it.
func (a *app) openPublications() (err error) {
	a.publications, err = publication.Open(publication.Options{
		Folder: filepath.Join(a.cfg.Data, "publications"), Log: a.cfg.Publish.Log, Witnesses: a.cfg.Publish.Witnesses, Known: a.knownHead, Now: a.Now,
	})
	if err != nil {
		return err
	}
	for _, says := range a.publications.Found() {
		a.log.Error("the log of publications is not what was written", "found", says)
	}
	if len(a.publications.Found()) > 0 {
		return nil
	}
	return a.catchUp()
}

// catchUp tells the audit log of a publication that was sealed when a kill came before it was written down there: nobody would miss
// it, if it were cut off.
func (a *app) catchUp() error {
	known, _, err := a.knownHead()
	if err != nil {
		return err
	}
	head, err := a.publications.Seal().Head()
	if err != nil || head.Size <= known.Size {
		return err
	}
	if e := a.publications.List()[0]; e.Number == head.Size {
		a.audit(context.Background(), actPublish, e.Method+" "+e.Period.ID, append(publishedAs(&e, head), slog.Bool("after_kill", true))...)
	}
	return nil
}

// knownHead is the newest head of the log of publications that the audit log knows: without it nobody would miss the last ones, if
// they were cut off.
func (a *app) knownHead() (h seal.Head, known bool, _ error) {
	records, err := a.acts.Newest(audit.Query{Act: actPublish, Limit: 1})
	if err != nil || len(records) == 0 {
		return h, false, err
	}
	size, err := strconv.ParseInt(records[0].Details["size"], 10, 64)
	root, badRoot := base64.StdEncoding.DecodeString(records[0].Details["root"])
	if err != nil || badRoot != nil || len(root) != tlog.HashSize {
		return h, false, nil // the check of the audit log says that it is no record any more
	}
	return seal.Head{Size: size, Root: tlog.Hash(root)}, true, nil
}

// publish publishes a ranking of what was accepted until now, or confirms what another person has asked to publish.
func (a *app) publish(ctx context.Context, ask publication.Ask) (publication.Outcome, error) {
	if !a.sealing.TryLock() {
		return publication.Outcome{}, &publication.Wrong{
			Message: "another ranking is being published, or the books are being made again; try again when that is done",
			VI:      "đang công bố một bảng xếp hạng khác, hoặc đang lập lại sổ số liệu; hãy thử lại sau",
		}
	}
	defer a.sealing.Unlock()
	who, _ := auth.From(ctx)
	by := cmp.Or(who.Name, audit.Admin)
	if ask.Confirm != "" {
		done, err := a.publications.Confirm(ask.Method, ask.Period, ask.Confirm, by)
		if err == nil {
			a.published(ctx, done)
		}
		return done, err
	}
	m := ask.Source
	if m == nil {
		var err error
		if m, _, err = a.ranker.Methods().Find(ask.Method, ask.Period, a.Now(), a.zone); err != nil {
			return publication.Outcome{}, err
		}
	}
	r, mark, err := a.rankComplete(ctx, m, ask.Period)
	if err != nil {
		return publication.Outcome{}, err
	}
	done, err := a.publications.Publish(publication.Request{
		Method: m, Ranking: r, Although: ask.Although, Corrects: ask.Corrects, Reason: ask.Reason, By: by,
		Watermark: publication.Watermark{Block: mark.Block, Entries: mark.Entries, Rules: mark.Rules},
	})
	if err == nil {
		a.published(ctx, done)
	}
	return done, err
}

// rankComplete ranks by all that was accepted until now, and nothing that comes later.
func (a *app) rankComplete(ctx context.Context, m *ranking.Method, period string) (*ranking.Result, booking.Mark, error) {
	for {
		if err := a.ranker.Settled(ctx); err != nil {
			return nil, booking.Mark{}, err
		}
		remade, before := a.booker.Remade(), a.Now().Add(-time.Millisecond).Truncate(time.Millisecond)
		mark, err := a.complete(ctx)
		if err != nil {
			return nil, mark, err
		}
		r, err := a.ranker.At(ctx, m, period, ranking.Moment{Block: mark.Block, Before: before})
		if err != nil {
			return nil, mark, err
		}
		if r.Inputs.Events = mark.Events; a.booker.Remade() == remade && remade%2 == 0 {
			return r, mark, nil
		}
	}
}

// published writes down what was published, or asked to be.
func (a *app) published(ctx context.Context, done publication.Outcome) {
	if w := done.Waits; w != nil {
		a.audit(ctx, "ranking.propose", w.Method+" "+w.Period, slog.String("sha256", w.SHA256))
		return
	}
	e := done.Published
	a.audit(ctx, actPublish, e.Method+" "+e.Period.ID, publishedAs(e, done.Head)...)
}

// publishedAs is what the audit log says of a publication, after which the log of publications had a head.
func publishedAs(e *publication.Entry, head seal.Head) []slog.Attr {
	details := []slog.Attr{
		slog.Int64("size", head.Size), slog.String("root", head.Root.String()), slog.String("sha256", e.SHA256), slog.String("state", string(e.State)),
	}
	if e.Corrects != nil {
		details = append(details, slog.Int64("corrects", *e.Corrects), slog.String("reason", e.Reason))
	}
	if e.Although != "" {
		details = append(details, slog.String("although", e.Although))
	}
	return details
}

// sealed are the marks up to which something was published.
func (a *app) sealed() (all []booking.Mark) {
	for _, w := range a.publications.Watermarks() {
		all = append(all, booking.Mark{Block: w.Block, Entries: w.Entries, Rules: w.Rules})
	}
	return all
}

// complete waits until all that was accepted is booked, by the newest registers, and returns up to where that is. Books that are made again
// after an upgrade are waited for: what would be published of the old ones could not be reckoned from the new.
func (a *app) complete(ctx context.Context) (booking.Mark, error) {
	late := time.After(storing)
	select {
	case <-a.booker.Found():
	case <-ctx.Done():
		return booking.Mark{}, ctx.Err()
	case <-late:
		return booking.Mark{}, api.ErrBehind
	}
	newest := a.collector.Newest()
	for {
		mark, rules := a.booker.Mark(), a.registers.Rules()
		if mark.Entries[a.collector.ID()] >= newest && mark.Rules == rules.Version() && !a.booker.Renewing() {
			return mark, nil
		}
		select {
		case <-ctx.Done():
			return mark, ctx.Err()
		case <-late:
			return mark, api.ErrBehind
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// checkPublications tells found what is wrong with what was published: with the log and its signatures; with points and ranks that
// are not those which their method makes of their counts; and with counts that are not those of the books, up to the block that was
// sealed. It returns how many publications there are.
func (a *app) checkPublications(ctx context.Context, found func(number, says string)) (int64, error) {
	n, err := a.publications.Seal().Check(func(says string) { found("", says) })
	if err != nil {
		return n, err
	}
	for number := int64(1); number <= n; number++ {
		differs := func(says string) { found(strconv.FormatInt(number, 10), says) }
		record, err := a.publications.Record(number)
		if err == nil {
			err = record.Recompute(differs)
		}
		if err != nil {
			differs(err.Error())
			continue
		}
		if err := a.recount(ctx, record, differs); err != nil {
			return n, err
		}
	}
	return n, nil
}

// publishingPages is what the pages of publications need.
func (a *app) publishingPages() dashboards.Publishing {
	return dashboards.Publishing{
		All: a.publications, Methods: a.ranker.Methods, Publish: a.publish, Behind: api.ErrBehind, Today: a.today,
		Withdraw: func(ctx context.Context, sha256 string) (bool, error) {
			gone, err := a.publications.Withdraw(sha256)
			if gone && err == nil {
				a.audit(ctx, "ranking.withdraw", sha256)
			}
			return gone, err
		},
	}
}

// today says what of a publication would be otherwise now, and why.
func (a *app) today(ctx context.Context, number int64) (*publication.Today, error) {
	record, err := a.publications.Record(number)
	if err != nil {
		return nil, err
	}
	m, err := record.Method.Read()
	if err != nil {
		return nil, err
	}
	sealed, now := &record.Ranking.Inputs, a.Now()
	r, err := a.ranker.RankBy(ctx, m, sealed.Period.ID)
	if err != nil {
		return nil, err
	}
	if publication.Same(sealed, &r.Inputs) {
		return record.Today(number, now, nil)
	}
	var steps []publication.Step
	next := *sealed
	causes := publication.Booked()
	for i, cause := range causes {
		then, err := a.ranker.At(ctx, m, sealed.Period.ID, ranking.Moment{Block: sealed.Block, Causes: causes[:i+1], Before: sealed.AsOf})
		if err != nil {
			return nil, err
		}
		next.Figures = then.Inputs.Figures
		steps = append(steps, publication.Step{Cause: publication.Cause(cause), Inputs: next})
	}
	rest := publication.Reported
	if sealed.Period.Running {
		rest = publication.Passed
	}
	next.Figures = r.Inputs.Figures
	steps = append(steps, publication.Step{Cause: rest, Inputs: next})
	next.Assessments = r.Inputs.Assessments
	steps = append(steps, publication.Step{Cause: publication.Assessed, Inputs: next}, publication.Step{Cause: publication.Regrouped, Inputs: r.Inputs})
	return record.Today(number, now, steps)
}

// recount asks the books again for the counts of a publication, up to the block that was sealed.
func (a *app) recount(ctx context.Context, record *publication.Record, differs func(says string)) error {
	m, err := record.Method.Read()
	if err != nil {
		return err
	}
	sealed := &record.Ranking.Inputs
	now, err := a.ranker.At(ctx, m, sealed.Period.ID, ranking.Moment{Block: sealed.Block, Before: sealed.AsOf})
	if wrong, is := errors.AsType[*kpi.Error](err); is {
		differs(wrong.Error())
		return nil
	}
	if err != nil {
		return err
	}
	publication.Counts(sealed, &now.Inputs, differs)
	return nil
}
