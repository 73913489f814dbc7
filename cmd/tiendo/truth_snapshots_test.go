package main

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"tiendo/internal/importer"
)

// question is the state of one in a file.
type question struct {
	ID       int     `json:"id"`
	Body     string  `json:"answeringBodyName"`
	Tabled   string  `json:"dateTabled"`
	Answered *string `json:"dateAnswered"`
}

// questionsHistory is the files of fourteen days, each the whole state of its day.
type questionsHistory struct {
	paths     []string // in the order of days
	states    map[int]question
	last      map[int]question // what the last file tells
	published map[string]ministryFigures
	vanished  []int
}

// lastSnapshot is the day whose end the last file shows, allSnapshots the days until then.
const (
	lastSnapshot = "2024-11-20"
	allSnapshots = "2024-11-01.." + lastSnapshot
	snapshots    = "uk-written-questions-snapshots.yaml"
)

func readHistory(t *testing.T) *questionsHistory {
	t.Helper()
	told := truth[questionsTruth](t, "uk-written-questions-2024").Histories["2024-11"]
	h := &questionsHistory{states: map[int]question{}, last: map[int]question{}, published: told.Bodies}
	for _, step := range told.Steps {
		path := dataset(t, filepath.Join("uk-written-questions-2024", "snapshots", step.File))
		h.paths = append(h.paths, path)
		clear(h.last)
		for line := range strings.Lines(string(unpacked(t, path))) {
			var q question
			if err := json.Unmarshal([]byte(line), &q); err != nil {
				t.Fatal(err)
			}
			h.states[q.ID], h.last[q.ID] = q, q
		}
	}
	for id := range h.states {
		if _, there := h.last[id]; !there {
			h.vanished = append(h.vanished, id)
		}
	}
	slices.Sort(h.vanished)
	if len(h.paths) != 14 || len(h.states) != told.Ever || len(h.last) != told.Last || len(h.vanished) != told.Ever-told.Last {
		t.Fatalf("%d files of %d questions were read, %d of them in the last one; the truth is 14, %d and %d", len(h.paths), len(h.states), len(h.last), told.Ever, told.Last)
	}
	return h
}

// seedOf is TIENDO_TEST_SEED, else one by chance, which is printed.
func seedOf(t *testing.T) uint64 {
	t.Helper()
	seed := rand.Uint64()
	if text, there := os.LookupEnv("TIENDO_TEST_SEED"); there {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("TIENDO_TEST_SEED=%d", seed)
	return seed
}

// TestTruthOfSnapshots imports the files of fourteen days in three orders, in one command and one by one: each ends in the
// published figures of the last file and in its facts, and once more changes nothing.
func TestTruthOfSnapshots(t *testing.T) {
	t.Parallel()
	h := readHistory(t)
	random := rand.New(rand.NewPCG(seedOf(t), 0))
	reversed, shuffled, again := slices.Clone(h.paths), slices.Clone(h.paths), slices.Clone(h.paths)
	slices.Reverse(reversed)
	for _, paths := range [][]string{shuffled, again} {
		random.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	}
	for name, commands := range map[string][][]string{
		"chronological_at_once": {h.paths}, "reversed_one_by_one": oneByOne(reversed), "shuffled_at_once": {shuffled}, "shuffled_one_by_one": oneByOne(shuffled),
	} {
		t.Run(name, func(t *testing.T) {
			c := startCity(t, "Europe/London")
			for _, paths := range commands {
				c.load(snapshots, 1, paths...)
			}
			h.compare(c, nil)
			before := c.events()
			c.load(snapshots, before, again...)
			h.compare(c, nil)
			if now := c.events(); now != before {
				t.Errorf("importing all again made %d events of %d", now, before)
			}
			if t.Logf("%d figures and facts compared", c.compared); c.compared < 10_000 {
				t.Errorf("only %d were compared", c.compared)
			}
		})
	}
}

func oneByOne(paths []string) (commands [][]string) {
	for _, path := range paths {
		commands = append(commands, []string{path})
	}
	return commands
}

// TestTruthOfSnapshotsBesideOthers: what the same source sent otherwise, here by the mapping of whole months, is no
// snapshot. It takes nothing back and nothing of it is taken back, for it was recorded later.
func TestTruthOfSnapshotsBesideOthers(t *testing.T) {
	t.Parallel()
	const july = "2024-07.ndjson.gz"
	h, told := readHistory(t), truth[questionsTruth](t, "uk-written-questions-2024")
	c := startCity(t, "Europe/London")
	c.load("uk-written-questions.yaml", 1, dataset(t, "uk-written-questions-2024/"+july))
	c.load(snapshots, 1, h.paths[7:]...)
	c.load("uk-written-questions.yaml", 1, dataset(t, "uk-written-questions-2024/"+july))
	c.load(snapshots, 1, h.paths[:7]...)
	h.compare(c, told.Files[july].Bodies)
}

// compare asks for the figures of ministries, which are those of the last file, with those of others whose questions are
// older; and without others for the facts.
func (h *questionsHistory) compare(c *city, others map[string]ministryFigures) {
	c.Helper()
	count := func(n func(ministryFigures) int, old bool) map[string]int {
		all := bySlug(h.published, n)
		if old {
			for name, more := range bySlug(others, n) {
				all[name] += more
			}
		}
		return all
	}
	of := func(id, period string) map[string]answer { return c.rows("task."+id, period, "agency") }
	c.counts("assigned", of("assigned", allSnapshots), count(func(f ministryFigures) int { return f.Rows }, false))
	c.counts("completed", of("completed", "2024-07-01.."+lastSnapshot), count(func(f ministryFigures) int { return f.Answered }, true))
	// A due date that was changed after the old one had passed heals nothing with us (rule 3), while the publisher knows the
	// last one only; all questions of these files with such a change were late by both.
	c.rates("on-time rate", of("on_time_rate", "2024-07-01.."+lastSnapshot), count(func(f ministryFigures) int { return f.OnTime }, true), count(func(f ministryFigures) int { return f.Answered }, true))
	c.counts("open", of("open", lastSnapshot), count(func(f ministryFigures) int { return f.Unanswered }, true))
	c.counts("overdue", of("open_overdue", lastSnapshot), count(func(f ministryFigures) int { return f.Overdue }, true))
	if others == nil {
		h.compareFacts(c)
	}
}

// compareFacts: the facts that stand are exactly those of the last file.
func (h *questionsHistory) compareFacts(c *city) {
	c.Helper()
	want := map[string]bool{}
	for id, q := range h.last {
		want[fmt.Sprintf("task.assigned %d %s", id, q.Tabled[:len(lastSnapshot)])] = true
		if q.Answered != nil {
			want[fmt.Sprintf("task.completed %d %s", id, (*q.Answered)[:len(lastSnapshot)])] = true
		}
	}
	answer := c.get("/v1/facts", url.Values{"family": {"task"}, "source": {"urn:uk:parliament:written-questions"}})
	retracted := map[string]bool{}
	err := importer.ReadFacts(bytes.NewReader(answer), func(f *importer.Fact) error {
		c.compared++
		told := fmt.Sprintf("%s %s %s", f.Type, f.Subject, f.Time.Format("2006-01-02"))
		switch {
		case f.Retracted:
			retracted[told] = true
		case !want[told]:
			c.Errorf("%s stands, and the last file does not tell it", told)
		}
		delete(want, told)
		return nil
	})
	if err != nil {
		c.Fatal(err)
	}
	for told := range want {
		c.Errorf("%s does not stand, and the last file tells it", told)
	}
	for _, id := range h.vanished {
		if told := fmt.Sprintf("task.assigned %d %s", id, h.states[id].Tabled[:len(lastSnapshot)]); !retracted[told] {
			c.Errorf("%s was not retracted; retracted are %v", told, slices.Sorted(maps.Keys(retracted)))
		}
	}
}
