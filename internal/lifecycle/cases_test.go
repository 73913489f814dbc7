package lifecycle_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
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

// TestCases runs the cases that a clerk can read. A file holds cases of one rule; a case is a title line "== …", lines with
// the law, the rule or the fact of DOMAIN.md that it rests on ("# …"), what was told, a line of dashes, and what the rules
// make of it, worked out by hand. Told is "family.step time [key=value…]"; @time gives the time of recording (else the time
// told), "id=" and "source=" name the event (else each line is one of its own), "retracted" takes the fact back.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/cases/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	ran, cited := 0, ""
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range strings.Split("\n"+string(content), "\n== ")[1:] {
			title, body, _ := strings.Cut(text, "\n")
			ran++
			cited += title + "\n" + sourcesOf(body)
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+title, func(t *testing.T) {
				told, want, ok := strings.Cut(body, "\n----\n")
				if !ok {
					t.Fatal("no line of dashes")
				}
				if sourcesOf(body) == "" {
					t.Error("it cites nothing: say in a line beginning with # which rule or fact it rests on")
				}
				events := parseEvents(t, told)
				c, err := lifecycle.Judge(events, rules)
				if err != nil {
					t.Fatal(err)
				}
				got := describe(&c)
				for line := range strings.SplitSeq(strings.TrimSpace(want), "\n") {
					key, value, _ := strings.Cut(line, " ")
					if said, known := got[key]; !known || strings.TrimSpace(said) != strings.TrimSpace(value) {
						t.Errorf("%s: want %q, got %q\nall: %v", key, value, got[key], got)
					}
				}
			})
		}
	}
	if ran < 160 {
		t.Errorf("only %d cases ran", ran)
	}
	for _, source := range mustBeCited {
		if !regexp.MustCompile(source + `\b`).MatchString(cited) {
			t.Errorf("no case rests on %s", source)
		}
	}
}

// mustBeCited is what has to have a case: the rules of CONTRACT §3, the facts and pages of DOMAIN.md that decide verdicts, and
// the faults that other deadline clocks are known for.
var mustBeCited = []string{
	"rules? 1", "rules? 2", "rules? 3", "rules? 4", "rules? 5", "rules? 6", "rules? 7",
	"fact 1", "fact 2", "fact 4", "fact 5", "fact 6", "fact 7", "fact 9", "fact 10", "fact 11", "fact 13",
	`DOMAIN\.md §1\.2`, `DOMAIN\.md §1\.6`, `DOMAIN\.md §3`, `DOMAIN\.md §4\.1`, `DOMAIN\.md §4\.2`,
	"Luật Khiếu nại Điều 28", "Luật Tố cáo Điều 30", "Bộ luật Lao động 2019, Điều 111",
	"GLPI 6902", "GLPI 15605", "GLPI 10594", "osTicket 6847", "jmix 790",
}

// sourcesOf are the lines of a case that say what it rests on.
func sourcesOf(body string) string {
	var all strings.Builder
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, "# ") {
			all.WriteString(line)
		}
	}
	return all.String()
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
			case key == "id":
				e.ID = "told-" + value
			case key == "source":
				e.Source = value
			case value == "true" || value == "false":
				data[key] = value == "true"
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
		"last": stamp(c.LastEvent),
		"work": (time.Duration(c.Work) * time.Millisecond).String(), "legs": fmt.Sprint(len(c.Legs)),
		"left": "",
		"wait": (time.Duration(c.Wait) * time.Millisecond).String(), "channel": c.Channel, "level": c.Level, "signs": signs(c),
	}
	var pauses []string
	for _, p := range c.Pauses {
		pauses = append(pauses, stamp(p.From)+".."+stamp(p.To))
	}
	got["pauses"] = strings.Join(pauses, " ")
	counts := map[lifecycle.Measure]int64{}
	var names, days, records []string
	for _, n := range c.Counts(zone) {
		if n.Measure == lifecycle.Recorded { // every case has some: they stand apart, with the hours until they were recorded
			delay := lifecycle.BinValue(n.Delay-1) / 3_600_000
			records = append(records, fmt.Sprintf("%s:%d×%.0fh", n.Day, n.N, delay))
			continue
		}
		if n.Measure == lifecycle.Left { // so does what every dossier has that was settled with a deadline
			got["left"] = fmt.Sprintf("%s:%d×%d", n.Day, n.N, lifecycle.LeftIn(n.Bin))
			continue
		}
		counts[n.Measure] += n.N
		days = append(days, fmt.Sprintf("%s:%s", n.Measure, n.Day))
	}
	sort.Strings(days)
	sort.Strings(records)
	got["records"] = strings.Join(records, " ")
	got["days"] = strings.Join(days, " ")
	for m, n := range counts {
		names = append(names, fmt.Sprintf("%s=%d", m, n))
	}
	sort.Strings(names)
	got["counts"] = strings.Join(names, " ")
	for _, l := range c.Legs {
		got["held"] += fmt.Sprintf("%s:%s..%s ", l.Agency, stamp(l.From), stamp(l.To))
		got["leg_deadlines"] += fmt.Sprintf("%s:%s ", l.Agency, stamp(l.Deadline))
	}
	return got
}

// signs are what is true of a case beside its verdict.
func signs(c *lifecycle.Case) string {
	var all []string
	for name, is := range map[string]bool{
		"has_due": c.HasDue, "rescheduled": c.Rescheduled, "apologised": c.Apologised, "supplemented": c.Supplemented,
		"reworked": c.Reworked, "digital": c.Digital, "due_changed": c.DueChanged, "collision": c.Collision,
		"backdated": c.Backdated, "impossible": c.Impossible, "fee": c.Fee,
	} {
		if is {
			all = append(all, name)
		}
	}
	sort.Strings(all)
	return strings.Join(all, " ")
}
