package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// told runs a command against a server and returns its exit code and what it said.
func (a *app) told(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	code := run(t.Context(), append(args, "--server", a.URL(), "--data", a.cfg.Data), &streams{out: &out, err: &out})
	return code, out.String()
}

// A ranking is published once; what is learned later corrects it by name, and never changes it. Whatever is checked is computed
// again from the books up to the block that was sealed.
func TestPublish(t *testing.T) {
	t.Parallel()
	a := ranked(t)
	f := func(code int, want string, args ...string) string {
		t.Helper()
		got, said := a.told(t, args...)
		if got != code || !strings.Contains(said, want) {
			t.Fatalf("%v: exit %d, want %d and %q in: %s", args, got, code, want, said)
		}
		return said
	}
	file := filepath.Join(t.TempDir(), "2026-Q1.publication")
	publish := func(code int, want string, args ...string) {
		t.Helper()
		f(code, want, append([]string{"rank", "--method", "two", "--period", "2026-Q1", "--publish"}, args...)...)
	}
	publish(exitFault, "source urn:a: nothing was heard of after 2026-03-10; Construction (H24.17): not verified: B. Wait, or say why")
	publish(exitFault, "nothing can be corrected", "--corrects", "1", "--reason", "x")
	f(exitMisuse, "go with --publish", "rank", "--method", "two", "--period", "2026-Q1", "--although", "x")
	f(exitMisuse, "has not begun", "rank", "--method", "two", "--period", "2027-Q1", "--publish")
	publish(exitDone, "published as number 1, provisional", "--although", "UBND yêu cầu", "-o", file)
	verify := func(code int, want string) {
		t.Helper()
		var out bytes.Buffer
		if got := run(t.Context(), []string{"verify", file, "--key", a.publications.Seal().Key()}, &streams{out: &out, err: &out}); got != code || !strings.Contains(out.String(), want) {
			t.Errorf("exit %d, want %d and %q in: %s", got, code, want, out.String())
		}
	}
	verify(exitDone, "although\tUBND yêu cầu")
	publish(exitFault, "published already, as number 1", "--although", "UBND yêu cầu")

	inspectors := a.make(t, tokenCreateCmd{Name: "inspectors-2", Scope: []string{"assess"}})
	sendAs(t, a, inspectors, `{"specversion":"1.0","source":"urn:cchc","id":"5","type":"assessment.verified","subject":"H24.17/plan","time":"2026-04-21T08:00:00+07:00",`+
		`"data":{"agency":"H24.17","criterion":"plan","period":"2026-Q1","points":9}}`)
	publish(exitDone, "published as number 2, provisional", "--corrects", "1", "--although", "nguồn đã ngừng", "--reason", "đã thẩm định", "-o", file)
	verify(exitDone, "corrects\tnumber 1 (")
	checked := func(code int, want ...string) {
		t.Helper()
		said := f(code, want[0], "check", "rankings")
		for _, w := range want {
			if !strings.Contains(said, w) {
				t.Errorf("no %q in: %s", w, said)
			}
		}
	}
	checked(exitDone, "2 publications checked, 0 differences")

	// Two more dossiers of the quarter arrive late; the books are made again; nothing of it is in what was sealed.
	desk := a.make(t, tokenCreateCmd{Name: "desk-2", Scope: []string{"ingest"}})
	sendAs(t, a, desk, tell("a", "received", "D-8", "02T08:00:00", `{"agency":"H24.17","procedure":"1","channel":"online","due":"2026-03-09"}`), tell("a", "resolved", "D-8", "20T08:00:00", `{}`))
	eventually(t, "all is booked", func() bool { return !a.waiting() })
	if _, said := a.told(t, "rank", "--method", "two", "--period", "2026-Q1"); !strings.Contains(said, "H24.17  Sở Xây dựng   56.00") && !strings.Contains(said, "56.00") {
		t.Errorf("the late dossier does not count: %s", said)
	}
	checked(exitDone, "2 publications checked, 0 differences")
	today := func(number int, want ...string) {
		t.Helper()
		_, body := fetch(t, fmt.Sprintf("%s/v1/publications/%d/today", a.URL(), number))
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("publication %d: no %s in %s", number, w, body)
			}
		}
	}
	// H24.17 had 2 of 2 in time, 60 points; with one late it has 2 of 3, (0.667-0.5)/0.5·60 = 20.
	const late = `"cause":"late","vi":"dữ liệu đến muộn","en":"late data","points":-40`
	today(2, late, `"before":{"points":96,"rank":1},"after":{"points":56`)
	today(1, late, `"cause":"assessed","vi":"chấm điểm, thẩm định mới","en":"new assessments","points":36`, `"before":{"points":60,"rank":1},"after":{"points":56`)
	f(exitDone, "The books were made again", "rebuild")
	today(2, late)
	checked(exitDone, "2 publications checked, 0 differences")

	// Whoever changes the books, before the block that was sealed, is found.
	if err := a.engine.Conn().Exec(t.Context(), "INSERT INTO cells (family, subject, agency, measure, day, marks, n, stamp, cause, block) "+
		"SELECT family, subject, agency, measure, day, marks, n, stamp, cause, block FROM cells WHERE measure = 'settled' AND subject = 'D-0'"); err != nil {
		t.Fatal(err)
	}
	checked(exitFault, "rankings\t1\t/figures/on-time/rows/H24.12/denominator: published 4, computed 5", "rankings\t2\t", "not what the books say")
}

// What agencies report of themselves may be less than nothing, and is ranked and published as that. A number that nobody could compute
// with is told of by name.
func TestPublishOddReports(t *testing.T) {
	t.Parallel()
	a := ranked(t)
	method := filepath.Join(t.TempDir(), "posts.yaml")
	posts := strings.NewReplacer("method: two", "method: posts", "id: on-time", "id: posts", "dossier.on_time_rate", "org.streamlining_ratio", "scoring: {kind: linear, zero: 0.5", "better: higher, scoring: {kind: linear, zero: 0").Replace(rankMethod)
	if err := os.WriteFile(method, []byte(posts), 0o600); err != nil {
		t.Fatal(err)
	}
	desk := a.make(t, tokenCreateCmd{Name: "staff", Scope: []string{"ingest"}})
	report := func(id, agency, value string) {
		t.Helper()
		sendAs(t, a, desk, `{"specversion":"1.0","source":"urn:staff","id":"`+id+`","type":"indicator.reported","subject":"`+agency+`/streamlining/2026-Q1","time":"2026-03-31T08:00:00+07:00",`+
			`"data":{"agency":"`+agency+`","indicator":"streamlining","period":"2026-Q1","value":`+value+`,"target":20}}`)
	}
	publish := func(code int, want string, more ...string) {
		t.Helper()
		args := append([]string{"rank", "--method", method, "--period", "2026-Q1", "--publish", "--although", "x"}, more...)
		if got, said := a.told(t, args...); got != code || !strings.Contains(said, want) {
			t.Fatalf("%v: exit %d, want %d and %q in: %s", args, got, code, want, said)
		}
	}
	report("1", "H24.12", "10")
	report("2", "H24.17", "2e12")
	publish(exitFault, `"posts" of agency "H24.17": 2e+12 does not lie between -1e+12 and 1e+12`)
	report("3", "H24.17", "-1")
	publish(exitDone, "published as number 1")
	if code, said := a.told(t, "check", "rankings"); code != exitDone {
		t.Error(said)
	}
	record, err := a.publications.Record(1)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range record.Ranking.Groups[0].Agencies {
		want := map[string]string{"H24.12": "0.5 30", "H24.17": "-0.05 0"}[s.Agency.Code]
		if got := fmt.Sprint(*s.Criteria[0].Value, s.Criteria[0].Points); got != want {
			t.Errorf("%s has the figure and points %s, want %s", s.Agency.Code, got, want)
		}
	}
}

// Where the method asks for it, nobody publishes alone.
func TestSecondPersonConfirms(t *testing.T) {
	t.Parallel()
	a := ranked(t)
	method := filepath.Join(t.TempDir(), "confirmed.yaml")
	if err := os.WriteFile(method, []byte(strings.Replace(rankMethod, "method: two", "method: both", 1)+"publication: {confirm: true}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	publish := func(token, want string, code int, args ...string) string {
		t.Helper()
		args = append([]string{"rank", "--method", method, "--period", "2026-Q1", "--publish", "--token-file", token}, args...)
		got, said := a.told(t, args...)
		if got != code || !strings.Contains(said, want) {
			t.Fatalf("exit %d, want %d and %q in: %s", got, code, want, said)
		}
		return said
	}
	an, binh := a.make(t, tokenCreateCmd{Name: "an", Scope: []string{"publish"}}), a.make(t, tokenCreateCmd{Name: "binh", Scope: []string{"publish"}})
	viewer := a.make(t, tokenCreateCmd{Name: "viewer", Scope: []string{"view"}})
	publish(viewer, "lacks the scope publish", exitMisuse, "--although", "x")
	said := publish(an, "A second person must confirm it", exitDone, "--although", "tạm thời")
	sum := regexp.MustCompile(`[0-9a-f]{64}`).FindString(said)
	// The page shows what would be sealed to those who may publish, and offers whoever asked no more than to take it back.
	page := func(token string, want ...string) {
		t.Helper()
		_, body := fetch(t, a.URL()+"/publications?lang=en", "Authorization", "Bearer "+secretOf(t, token))
		seal, offers := strings.Contains(body, "Published although, for:</b> tạm thời") && strings.Contains(body, "<td>1</td>"), strings.Contains(body, `name="confirm"`)
		if got := fmt.Sprint(seal, offers, strings.Contains(body, "Waiting for a second person")); got != strings.Join(want, " ") {
			t.Errorf("%s sees what would be sealed, may confirm, sees that it waits: %s, want %v", token, got, want)
		}
	}
	page(an, "true", "false", "true")
	page(viewer, "false", "false", "true")
	publish(an, "a second person must", exitFault, "--confirm", sum)
	page(binh, "true", "true", "true")
	publish(binh, "nothing of this method and period waits", exitFault, "--confirm", strings.Repeat("0", 64))
	publish(binh, "published as number 1, provisional", exitDone, "--confirm", sum)
	if e := a.publications.List()[0]; e.SHA256 != sum || e.Although != "tạm thời" {
		t.Errorf("%+v", e)
	}
	got := strings.Join(a.done(t), "\n")
	for _, want := range []string{"an ranking.propose both 2026-Q1", "binh ranking.publish both 2026-Q1"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
}

// Publications that are cut off together with their signatures are missed, for the audit log knows how many there were; and the
// server starts all the same.
func TestCutOffPublicationsAreMissed(t *testing.T) {
	t.Parallel()
	a := ranked(t)
	if code, said := a.told(t, "rank", "--method", "two", "--period", "2026-Q1", "--publish", "--although", "x"); code != exitDone {
		t.Fatal(said)
	}
	log := filepath.Join(a.cfg.Data, "publications", "log")
	for _, name := range []string{"000001.json", "000001.checkpoint"} {
		if err := os.Remove(filepath.Join(log, name)); err != nil {
			t.Fatal(err)
		}
	}
	code, said := a.told(t, "check", "rankings")
	if want := "the log ends with record 0, but 1 records were sealed: the last were cut off"; code != exitFault || !strings.Contains(said, want) {
		t.Errorf("exit %d: %s", code, said)
	}
	if code, said := a.told(t, "rank", "--method", "two", "--period", "2026-Q1", "--publish", "--although", "x", "--corrects", "1", "--reason", "x"); code != exitFault || !strings.Contains(said, "is not what was written") {
		t.Errorf("exit %d: %s", code, said)
	}
}

// Whatever in the engine a published figure is made of, to change it is found: in the journal, and in the facts. make soak
// changes every column of every table: see [compared] and [unread].
func TestTamperingWithTheBooksIsFound(t *testing.T) {
	a := ranked(t)
	if code, said := a.told(t, "rank", "--method", "two", "--period", "2026-Q1", "--publish", "--although", "x"); code != exitDone {
		t.Fatal(said)
	}
	checked := func(what string, want int, args ...string) {
		t.Helper()
		if code, said := a.told(t, append([]string{"check"}, args...)...); code != want {
			t.Errorf("%s: exit code %d: %s", what, code, said)
		}
	}
	checked("nothing was changed", exitDone)
	const line, fact, claim = "family = 'dossier' AND subject = 'D-0' AND measure = 'settled'", "family = 'dossier' AND subject = 'D-0'", "family = 'assessment' AND subject = 'H24.12/plan'"
	for _, c := range []struct{ what, table, where, column, change, back string }{
		{"rankings", "cells", line, "n", "n + 1", "n - 1"},
		{"rankings", "cells", line, "day", "day + 100", "day - 100"},
		{"rankings", "cells", line, "agency", "concat(agency, '0')", "'H24.12'"},
		{"rankings", "cells", line, "marks", "bitNot(marks)", "bitNot(marks)"},
		{"rankings", "cells", line, "block", "block + 1000", "block - 1000"},
		{"rankings", "events", claim, "data", `replaceOne(data, '"points":7', '"points":8')`, `if(type = 'assessment.verified', replaceOne(data, '"points":8', '"points":7'), data)`},
		{"rankings", "events", claim, "retracted", "NOT retracted", "NOT retracted"},
		{"cells", "events", fact, "data", `replaceOne(data, 'H24.12', 'H24.17')`, `replaceOne(data, 'H24.17', 'H24.12')`},
		{"cells", "events", fact, "time", "time + INTERVAL 9 DAY", "time - INTERVAL 9 DAY"},
		{"cells", "events", fact, "type", "if(type = 'dossier.resolved', 'dossier.withdrawn', type)", "if(type = 'dossier.withdrawn', 'dossier.resolved', type)"},
	} {
		alter := func(value string) string {
			t.Helper()
			statement := fmt.Sprintf("ALTER TABLE %s UPDATE %s = %s WHERE %s SETTINGS mutations_sync = 2", c.table, c.column, value, c.where)
			if err := a.engine.Conn().Exec(t.Context(), statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
			return statement
		}
		checked(alter(c.change), exitFault, c.what)
		alter(c.back)
	}
	checked("all was changed back", exitDone)
	everyColumnIsCompared(t, a)
}
