package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tiendo/collector"
	"tiendo/internal/booking"
	"tiendo/internal/lifecycle"

	"github.com/prometheus/client_golang/prometheus"
)

// TestErasedCasesLeaveFigures: of a history of every family many closed cases are erased, by law one by one and by their age
// all that are old. No figure changes by it, today and as the books said on past days, and none by a check and a rebuild
// after it; nothing that the server keeps names such a case any more, and nothing more is taken of one.
func TestErasedCasesLeaveFigures(t *testing.T) {
	t.Parallel()
	seed := seeded(t)
	town := newTown(t, "E", seed)
	history := deliveries(t, town.Rand, town.everything(150))
	questions := everyQuestion()
	w := newWay(t)
	defer w.stop()
	w.post(history, variants[1], seed)
	// Since when nothing is heard of an agency is read anew with the books, and so is what it forgets of corrections.
	w.remake()
	before := written(t, w.ask(questions))

	closed, open := w.byState()
	if len(closed) < 60 || len(open) < 20 {
		t.Fatalf("%d cases are closed, %d open", len(closed), len(open))
	}
	byLaw, byAge := closed[:3], closed[3:len(closed)/2]
	late := linesAbout(history, byLaw)
	other := w.otherCollector(late)
	for _, c := range byLaw {
		out := w.erase(c, http.StatusOK)
		if !strings.Contains(out, "its figures stay") || strings.Contains(out, c.Subject) {
			t.Errorf("the command says %q", out)
		}
	}
	if out := w.erase(byLaw[0], http.StatusOK); !strings.Contains(out, "0 events stored, 0 records") {
		t.Errorf("again the command says %q", out)
	}
	w.erase(open[0], http.StatusConflict)
	w.erase(booking.Case{Family: "dossier", Subject: "never-told"}, http.StatusNotFound)
	w.erase(booking.Case{Family: "indicator", Subject: "x"}, http.StatusBadRequest)
	if _, err := w.app.retireClosed(t.Context(), append(slices.Clone(byAge), open...)); err != nil {
		t.Fatal(err)
	}
	gone := slices.Concat(byLaw, byAge)

	w.sameAgain("after erasing", questions, before)
	w.nowhere(gone)
	w.comesLate(other, late)
	w.sameAgain("after another collector stored what it had", questions, before)
	w.nowhere(gone)
	w.somewhere(slices.Concat(open, closed[len(closed)/2:]))
	w.refuses(history, gone)
	w.remake()
	w.sameAgain("after a rebuild", questions, before)
	if got := w.app.booker.Mark().Nameless; got.Cases < uint64(len(gone)/2) || got.Cases > uint64(len(gone)) || got.Events < uint64(len(gone)) {
		t.Errorf("of %d erased cases the books say %+v", len(gone), got)
	}
	w.nowhere(gone)
	w.tampered()
}

// byState are the cases that are closed and those that are open, shuffled.
func (w *way) byState() (closed, open []booking.Case) {
	w.Helper()
	old, err := booking.Old(w.Context(), w.app.engine.Conn(), w.app.Now().Add(time.Hour), booking.Case{}, 10_000)
	if err != nil {
		w.Fatal(err)
	}
	for _, c := range old {
		facts, err := w.app.facts(w.Context(), c.Family, c.Subject)
		if err != nil {
			w.Fatal(err)
		}
		judged, err := lifecycle.Judge(facts, w.app.registers.Rules())
		if err != nil {
			w.Fatal(err)
		}
		if judged.Open() {
			open = append(open, c)
		} else {
			closed = append(closed, c)
		}
	}
	families := map[string]bool{}
	for _, c := range closed {
		families[string(c.Family)] = true
	}
	if len(families) != len(lifecycle.Families()) {
		w.Fatalf("closed are only cases of %v", families)
	}
	random := rand.New(rand.NewPCG(1, 1))
	return shuffled(closed, random), shuffled(open, random)
}

// erase runs the command; its answer must have that status.
func (w *way) erase(c booking.Case, status int) string {
	w.Helper()
	var said bytes.Buffer
	cmd := eraseCmd{Family: string(c.Family), Subject: c.Subject, Reason: "QD-123-2026", Client: client{Server: w.app.URL(), Data: w.app.cfg.Data}}
	err := cmd.Run(w.Context(), &streams{out: &said, err: io.Discard})
	if (err == nil) != (status == http.StatusOK) {
		w.Errorf("%+v: %v", c, err)
	}
	return said.String()
}

func (w *way) remake() {
	w.Helper()
	if err := w.app.booker.Rebuild(w.Context(), func(booking.Checked) {}); err != nil {
		w.Fatal(err)
	}
}

// sameAgain compares the figures, and lets a check look.
func (w *way) sameAgain(when string, questions []asked, before map[asked]string) {
	w.Helper()
	same(w.T, when, written(w.T, w.ask(questions)), before)
	checked, err := w.app.check(w.Context(), true, true, func(d booking.Difference) { w.Errorf("%s: %+v", when, d) }, func(booking.Checked) {})
	if err != nil || checked.Cases < 100 || checked.Figures < 1000 {
		w.Errorf("%+v were checked: %v", checked, err)
	}
}

// subjectTables are those whose rows are of cases.
var subjectTables = []string{"events", "cells", "verdicts", "leaving"}

// nowhere: no table of the engine, and no file of the log, names a case.
func (w *way) nowhere(gone []booking.Case) {
	w.Helper()
	for _, table := range subjectTables {
		held := w.subjects(table)
		for _, c := range gone {
			if held[c] {
				w.Errorf("%s holds %+v", table, c)
			}
		}
	}
	files := 0
	err := filepath.WalkDir(w.app.cfg.Data, func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && d.Name() == "engine" {
			return fs.SkipDir // it keeps what it has replaced for some minutes
		}
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for _, c := range gone {
			if bytes.Contains(content, []byte(c.Subject)) {
				w.Errorf("%s names %s", path, c.Subject)
				break
			}
		}
		return nil
	})
	if err != nil || files < 5 {
		w.Errorf("%d files were looked through, %v", files, err)
	}
}

// somewhere: what was not erased is there still.
func (w *way) somewhere(kept []booking.Case) {
	w.Helper()
	held := w.subjects("events")
	for _, c := range kept {
		if !held[c] {
			w.Errorf("%+v is gone", c)
		}
	}
}

func (w *way) subjects(table string) map[booking.Case]bool {
	w.Helper()
	rows, err := w.app.engine.Conn().Query(w.Context(), "SELECT DISTINCT toString(family) AS family, subject FROM "+table)
	if err != nil {
		w.Fatal(err)
	}
	defer rows.Close()
	held := map[booking.Case]bool{}
	for rows.Next() {
		var c booking.Case
		if err := rows.Scan((*string)(&c.Family), &c.Subject); err != nil {
			w.Fatal(err)
		}
		held[c] = true
	}
	if err := rows.Err(); err != nil {
		w.Fatal(err)
	}
	return held
}

// linesAbout are the lines of a history that tell of some cases.
func linesAbout(history []delivery, of []booking.Case) (lines [][]byte) {
	for _, d := range history {
		if slices.Contains(of, booking.Case{Family: d.event.Type.Family(), Subject: d.event.Subject}) {
			lines = append(lines, d.raw)
		}
	}
	return lines
}

// otherCollector is one beside the server's, on the same engine and with the same keys, that has accepted events and is yet to
// store them.
func (w *way) otherCollector(lines [][]byte) *collector.Collector {
	w.Helper()
	other, err := collector.Open(collector.Options{
		Data: w.TempDir(), Keys: w.app.cfg.Data, Conn: w.app.engine.Conn, Tokens: w.app.tokens, Audit: w.app.auditSent, Log: slog.New(slog.DiscardHandler),
		Registry: prometheus.NewRegistry(), Slow: prometheus.NewRegistry(), Now: w.app.Now,
	})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = other.Close() })
	if refused, err := other.Deliver("test:other", bytes.Join(lines, []byte("\n"))); err != nil || len(refused) > 0 || other.Newest() == 0 {
		w.Fatalf("%+v, %v", refused, err)
	}
	return other
}

// comesLate: another collector stores what it had of erased cases, before it learns that they are. It goes again.
func (w *way) comesLate(other *collector.Collector, lines [][]byte) {
	w.Helper()
	ctx, stop := context.WithCancel(w.Context())
	ended := make(chan error)
	go func() { ended <- other.Run(ctx) }()
	eventually(w.T, "it is booked, and nothing of it is there", func() bool {
		return other.Loaded() == other.Newest() && w.app.booker.Mark().Entries[other.ID()] == other.Newest()
	})
	stop()
	if err := <-ended; err != nil {
		w.Error(err)
	}
	if _, metrics := fetch(w.T, w.app.URL()+"/metrics"); !regexp.MustCompile(`tiendo_booker_strays_total [1-9]`).MatchString(metrics) {
		w.Error("what came late is not counted")
	}
	// It learns of the erasure, and its log forgets them too.
	if err := other.FollowErased(); err != nil {
		w.Error(err)
	}
	if refused, err := other.Deliver("test:other", bytes.Join(lines, []byte("\n"))); err != nil || len(refused) != len(lines) {
		w.Errorf("%+v, %v", refused, err)
	}
}

// refuses: all that is told of an erased case again is refused by name, and changes nothing.
func (w *way) refuses(history []delivery, gone []booking.Case) {
	w.Helper()
	lines := linesAbout(history, gone)
	newest := w.app.collector.Newest()
	status, answer, err := post(w.Context(), w.app.URL(), w.token, bytes.Join(lines, []byte("\n")), http.Header{"Content-Type": {"application/x-ndjson"}})
	if err != nil || status != http.StatusBadRequest || len(lines) < len(gone) || bytes.Count(answer, []byte(`"field":"subject","reason":"the case was erased`)) != len(lines) {
		w.Errorf("%d later events: %d %.300s %v", len(lines), status, answer, err)
	}
	if w.app.collector.Newest() != newest {
		w.Error("something was taken of an erased case")
	}
	if _, metrics := fetch(w.T, w.app.URL()+"/metrics"); !strings.Contains(metrics, fmt.Sprintf("tiendo_collector_erased_total %d\n", len(lines))) {
		w.Errorf("%d refused events are not counted", len(lines))
	}
	for _, c := range gone[:3] {
		status, _ := fetch(w.T, w.app.URL()+"/v1/cases/"+string(c.Family)+"/"+c.Subject, "Authorization", "Bearer "+w.token)
		if status != http.StatusNotFound {
			w.Errorf("%+v is answered with %d", c, status)
		}
		if !w.app.collector.Erased(collector.Case{Family: c.Family, Subject: c.Subject}) {
			w.Errorf("%+v is not known as erased", c)
		}
	}
	records := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodGet, "/v1/audit", nil)
	request.Header.Set("Authorization", "Bearer "+w.token)
	request.Host = "127.0.0.1"
	w.app.routes().ServeHTTP(records, request)
	if said := records.Body.String(); strings.Count(said, `"case.erase"`) != 4 || !strings.Contains(said, "QD-123-2026") || !strings.Contains(said, `"cases.retire"`) || strings.Contains(said, gone[0].Subject) {
		w.Errorf("the audit log says %s", said)
	}
}

// tampered: a check notices that lines of erased cases were lost, though no fact tells of them.
func (w *way) tampered() {
	w.Helper()
	if err := w.app.engine.Conn().Exec(w.Context(), "ALTER TABLE cells DELETE WHERE subject IN (SELECT subject FROM cells WHERE startsWith(subject, '~') LIMIT 1) SETTINGS mutations_sync = 2"); err != nil {
		w.Fatal(err)
	}
	var found []booking.Difference
	if _, err := w.app.check(w.Context(), true, true, func(d booking.Difference) { found = append(found, d) }, func(booking.Checked) {}); err != nil {
		w.Fatal(err)
	}
	if !slices.ContainsFunc(found, func(d booking.Difference) bool { return strings.Contains(d.Says, "erased cases") }) {
		w.Errorf("found were only %+v", found)
	}
}
