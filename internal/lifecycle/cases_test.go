package lifecycle_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

var (
	zone  = time.FixedZone("+07", 7*60*60)
	rules = lifecycle.Builtin(zone)
)

// TestCases runs the cases that a clerk can read. A file holds cases of one rule; a case is a title line "== …", what was
// told, a line of dashes, and what the rules make of it. Told is "family.step time [key=value…]"; @time gives the time of
// recording (else the time told), "retracted" takes the fact back.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/cases/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	ran := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range strings.Split("\n"+string(content), "\n== ")[1:] {
			title, body, _ := strings.Cut(text, "\n")
			ran++
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+title, func(t *testing.T) {
				told, want, ok := strings.Cut(body, "\n----\n")
				if !ok {
					t.Fatal("no line of dashes")
				}
				events := parseEvents(t, told)
				c, err := lifecycle.Judge(events, rules)
				if err != nil {
					t.Fatal(err)
				}
				got := describe(&c)
				for line := range strings.SplitSeq(strings.TrimSpace(want), "\n") {
					key, value, _ := strings.Cut(line, " ")
					if strings.TrimSpace(got[key]) != strings.TrimSpace(value) {
						t.Errorf("%s: want %q, got %q\nall: %v", key, value, got[key], got)
					}
				}
			})
		}
	}
	if ran < 40 {
		t.Errorf("only %d cases ran", ran)
	}
}

func parseEvents(t *testing.T, text string) []event.Event {
	t.Helper()
	var events []event.Event
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.Fields(line)
		e := event.Event{
			Source: "urn:test", ID: fmt.Sprint(i), Subject: "case", Type: event.Type(words[0]),
			Time: parseTime(t, words[1]), Collector: "c", Entry: uint64(i + 1),
		}
		e.Recorded = e.Time
		data := map[string]any{"agency": "A"}
		for _, w := range words[2:] {
			key, value, _ := strings.Cut(w, "=")
			switch {
			case strings.HasPrefix(w, "@"):
				e.Recorded = parseTime(t, w[1:])
			case w == "retracted":
				e.Retracted = true
			case value == "true":
				data[key] = true
			case key == "sessions" || key == "people" || key == "cases":
				n, err := strconv.Atoi(value)
				if err != nil {
					t.Fatal(err)
				}
				data[key] = n
			case key == "agencies":
				data[key] = strings.Split(value, ",")
			case key == "due" && strings.Contains(value, "T"):
				data[key] = parseTime(t, value).Format(time.RFC3339)
			default:
				data[key] = value
			}
		}
		e.Arrival = e.Recorded
		encoded, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		e.Data = encoded
		events = append(events, e)
	}
	return events
}

func parseTime(t *testing.T, s string) time.Time {
	t.Helper()
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02T15:04:05.000"} {
		if at, err := time.ParseInLocation(layout, s, zone); err == nil {
			return at.UTC()
		}
	}
	t.Fatalf("no time: %q", s)
	return time.Time{}
}

func describe(c *lifecycle.Case) map[string]string {
	stamp := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		t = t.In(zone)
		if t.Format("15:04:05.000") == "23:59:59.999" {
			return t.Format("2006-01-02")
		}
		return strings.TrimSuffix(strings.TrimSuffix(t.Format("2006-01-02T15:04:05.000"), ".000"), ":00")
	}
	got := map[string]string{
		"verdict": string(c.Verdict(zone)), "deadline": stamp(c.Deadline), "first": stamp(c.DeadlineFirst),
		"opened": stamp(c.Opened), "told": stamp(c.Told), "closed": stamp(c.Closed), "closing": c.Closing, "agency": c.Agency,
		"work": (time.Duration(c.Work) * time.Millisecond).String(), "legs": fmt.Sprint(len(c.Legs)),
	}
	var pauses []string
	for _, p := range c.Pauses {
		pauses = append(pauses, stamp(p.From)+".."+stamp(p.To))
	}
	got["pauses"] = strings.Join(pauses, " ")
	counts := map[lifecycle.Measure]int64{}
	for _, n := range c.Counts(zone) {
		counts[n.Measure] += n.N
	}
	var names []string
	for m, n := range counts {
		names = append(names, fmt.Sprintf("%s=%d", m, n))
	}
	sort.Strings(names)
	got["counts"] = strings.Join(names, " ")
	for _, l := range c.Legs {
		got["held"] += fmt.Sprintf("%s:%s..%s ", l.Agency, stamp(l.From), stamp(l.To))
	}
	return got
}
