package main

import (
	"context"
	"path/filepath"
	"time"

	"tiendo/internal/api"
	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/importer"
	"tiendo/internal/inbox"
	"tiendo/internal/register"
)

// How often the inbox is looked at, and how long a file must lie there unchanged before it is taken for whole.
const (
	inboxEvery = time.Second
	inboxQuiet = 5 * time.Second
)

// openInbox opens the inbox, if there is to be one.
func (a *app) openInbox() (err error) {
	if a.cfg.Inbox.Folder == "" {
		return nil
	}
	a.inbox, err = inbox.Open(inbox.Options{
		Path: a.cfg.Inbox.Folder, Ledger: filepath.Join(a.cfg.Data, "inbox.ndjson"), Deliver: a.deliver, Facts: a.factsOf, Calendars: a.calendars,
		Every: inboxEvery, Quiet: inboxQuiet, Registry: a.registry, Log: a.log.With("part", "inbox"),
		Now: func() time.Time { return a.Now().In(a.zone) },
	})
	if err != nil {
		return misuse(err)
	}
	a.stack.add("close the inbox", time.Second, func(context.Context) error { return a.inbox.Close() })
	return nil
}

// calendars are the newest, with the number of their load.
func (a *app) calendars() (known calendar.Set, load uint64) {
	view := a.registers.Known().At(time.Time{})
	newest, _ := view.Load(register.Calendars)
	return view.Calendars(), newest.Version
}

// deliver brings a batch into the log.
func (a *app) deliver(source string, b *importer.Batch) ([]importer.Reject, error) {
	if b.Len() == 0 {
		return nil, nil
	}
	refused, err := a.collector.Deliver(source, b.Events)
	if err != nil {
		return nil, err
	}
	rejects := make([]importer.Reject, len(refused))
	for i, r := range refused {
		rejects[i] = b.Refused(r.Index, r.Field, r.Reason)
	}
	return rejects, nil
}

// factsOf tells an import what counts of each fact of a source, with all that was delivered before.
func (a *app) factsOf(ctx context.Context, q importer.Question, each func(*importer.Fact) error) error {
	return a.recorded(ctx, api.Asked{Family: q.Family, Source: q.Source, Before: q.Before}, func(e *event.Event) error {
		return each(&importer.Fact{Type: e.Type, Subject: e.Subject, Time: e.Time, Recorded: e.Recorded, Retracted: e.Retracted, Data: e.Data})
	})
}
