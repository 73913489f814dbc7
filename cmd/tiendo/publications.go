package main

import (
	"context"
	"encoding/base64"
	"path/filepath"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"tiendo/internal/audit"
	"tiendo/internal/publication"
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

// checkPublications tells found what is wrong with what was published: with the log and its signatures, and with points and ranks
// that are not those which their method makes of their counts. It returns how many publications there are.
func (a *app) checkPublications(_ context.Context, found func(number, says string)) (int64, error) {
	n, err := a.publications.Seal().Check(func(says string) { found("", says) })
	if err != nil {
		return n, err
	}
	for number := int64(1); number <= n; number++ {
		name := strconv.FormatInt(number, 10)
		record, err := a.publications.Record(number)
		if err == nil {
			err = record.Recompute(func(says string) { found(name, says) })
		}
		if err != nil {
			found(name, err.Error())
		}
	}
	return n, nil
}
