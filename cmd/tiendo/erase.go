package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tiendo/collector"
	"tiendo/internal/api"
	"tiendo/internal/audit"
	"tiendo/internal/booking"
	"tiendo/internal/event"
)

type eraseCmd struct {
	Family  string `arg:"" help:"The family of the case, such as dossier."`
	Subject string `arg:"" help:"The case, such as H24.12-191002-0001."`
	Reason  string `required:"" placeholder:"CODE" help:"By what order, as a code such as QD-123-2026; it stands in the audit log."`
	Client  client `embed:""`
}

func (c *eraseCmd) Run(ctx context.Context, std *streams) error {
	path := "/v1/cases/" + url.PathEscape(c.Family) + "/" + strings.ReplaceAll(url.PathEscape(c.Subject), "%2F", "/")
	answer, err := c.Client.ask(ctx, http.MethodDelete, path, url.Values{"reason": {c.Reason}}, nil)
	if err != nil {
		return err
	}
	done, err := readAnswer[api.Erasure](&c.Client, answer)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "The case is erased: %d events stored, %d records in the log. The audit log knows it as %s; its figures stay.\n", done.Stored, done.Logged, done.Mark)
	return nil
}

// erase erases a closed case: nothing more is taken of it, its events go from the engine and the log, its figures stay.
func (a *app) erase(ctx context.Context, family event.Family, subject, reason string) (done api.Erasure, err error) {
	if !a.booker.Leads() {
		return done, booking.ErrElsewhere
	}
	of := collector.Case{Family: family, Subject: subject}
	done.Mark = a.collector.Mark(of)
	if err := a.stored(ctx, storing); err != nil {
		return done, err
	}
	events, err := a.facts(ctx, family, subject)
	if err == nil && len(events) == 0 && !a.collector.Erased(of) { // one that was erased is looked for again: a kill may have left some
		err = api.ErrNothingTold
	}
	if err != nil {
		return done, err
	}
	gone, logged, err := a.remove(ctx, []booking.Case{{Family: family, Subject: subject}}, func([]booking.Case) {
		a.audit(ctx, "case.erase", string(family)+" "+done.Mark, slog.String("reason", reason))
	})
	done.Stored, done.Logged = gone.Events, logged
	if err == nil && len(gone.Open) > 0 {
		err = api.ErrOpen
	}
	return done, err
}

// remove erases those of some cases that are closed; note is told which before anything is done. What was accepted of them must be
// stored, for the loader leaves out what is not, and a.alone must be held.
func (a *app) remove(ctx context.Context, cases []booking.Case, note func([]booking.Case)) (gone booking.Erased, logged int, err error) {
	var refused []collector.Case
	gone, err = a.booker.Erase(ctx, cases, func(going []booking.Case) error {
		note(going)
		for _, c := range going {
			refused = append(refused, collector.Case(c))
		}
		return a.collector.Refuse(refused)
	})
	if err == nil && len(refused) > 0 {
		logged, err = a.collector.Erase(refused)
	}
	return gone, logged, err
}

const (
	// retainEvery is how often old cases are looked for.
	retainEvery = 24 * time.Hour
	// retainAtOnce is how many are erased at once: each time the books are put in place anew.
	retainAtOnce = 20_000
)

// retain erases closed cases of which everything happened more than retention.years ago, once a day.
func (a *app) retain(ctx context.Context) error {
	for {
		if !a.booker.Leads() { // the one that does sees to it
			if ended(ctx, time.Minute) {
				return nil
			}
			continue
		}
		if err := a.retire(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("old cases could not be erased, tried again in a day", "error", err)
		}
		if ended(ctx, retainEvery) {
			return nil
		}
	}
}

// retire erases what is old now.
func (a *app) retire(ctx context.Context) error {
	before := a.Now().In(a.zone).AddDate(-int(a.cfg.Retention.Years), 0, 0)
	var total booking.Erased
	var after booking.Case
	for {
		old, err := booking.Old(ctx, a.engine.Conn(), before, after, retainAtOnce)
		if err != nil {
			return err
		}
		if len(old) == 0 {
			break
		}
		after = old[len(old)-1]
		gone, err := a.retireClosed(ctx, old)
		if err != nil {
			return err
		}
		total.Cases, total.Events = total.Cases+gone.Cases, total.Events+gone.Events
	}
	if total.Cases > 0 {
		a.log.Info("old cases erased, their figures stay", "cases", total.Cases, "events", total.Events, "before", before)
	}
	return nil
}

// retireClosed erases those of old cases that are closed.
func (a *app) retireClosed(ctx context.Context, old []booking.Case) (booking.Erased, error) {
	a.alone.Lock()
	defer a.alone.Unlock()
	if err := a.stored(ctx, storing); err != nil {
		return booking.Erased{}, err
	}
	gone, _, err := a.remove(ctx, old, func(closed []booking.Case) {
		a.acts.Add(audit.Act{By: audit.Server, Verb: "cases.retire", Details: []slog.Attr{slog.Int("cases", len(closed)), slog.Int("years", int(a.cfg.Retention.Years))}})
	})
	return gone, err
}
