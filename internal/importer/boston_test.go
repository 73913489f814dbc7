package importer

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"tiendo/internal/event"
)

// TestBostonVerdicts reads the Boston sets and compares, row by row, whether closed <= due of the events agrees with
// what the publisher says: ONTIME also where there is no due date, and for open cases by whether the due date has
// passed. Where it cannot, the reason has a name.
func TestBostonVerdicts(t *testing.T) {
	const (
		blank = "the publisher left the verdict of a late case blank"
		hours = "dates only: a case that was late by hours looks on time"
	)
	sets := []struct {
		mapping, subject, verdict string
		files                     []string
		rows, cases               int
		named                     map[string]int // disagreements by name
	}{
		{"boston-311.yaml", "case_enquiry_id", "on_time", []string{
			"boston311-animals-2013-2019/2013.csv.gz", "boston311-animals-2013-2019/2014.csv.gz", "boston311-animals-2013-2019/2015.csv.gz",
			"boston311-animals-2013-2019/2016.csv.gz", "boston311-animals-2013-2019/2017.csv.gz", "boston311-animals-2013-2019/2018.csv.gz",
			"boston311-animals-2013-2019/2019.csv.gz",
		}, 46_638, 46_638, nil},
		{"boston-311-sample.yaml", "CASE_ENQUIRY_ID", "OnTime_Status", []string{"boston311-sample-2015-2024/boston311_sample.csv.gz"}, 4_995, 4_995, map[string]int{blank: 1}},
		{"boston-311-2022-dmy.yaml", "case_enquiry_id", "ontime", []string{"boston311-forms/boston311-dmy-100.csv"}, 100, 100, nil},
		{"boston-311-2022.yaml", "case_enquiry_id", "ontime", []string{"boston311-forms/boston311-100-notime.csv"}, 100, 100, map[string]int{hours: 1}},
		{"boston-311-2022.yaml", "case_enquiry_id", "ontime", []string{"boston311-forms/boston311-100-20dupes-random.csv"}, 100, 80, nil},
	}
	for _, set := range sets {
		t.Run(strings.TrimSuffix(set.files[0], ".gz"), func(t *testing.T) {
			m := example(t, set.mapping)
			rows, named, seen := 0, map[string]int{}, map[string]bool{}
			for _, file := range set.files {
				cases := casesOf(t, m, shared(t, file))
				for _, row := range rowsOf(t, shared(t, file)) {
					rows++
					seen[row[set.subject]] = true
					c := cases[row[set.subject]]
					if c == nil {
						t.Fatalf("%s has made no events", row[set.subject])
					}
					ours, theirs := c.verdict(m.Zone()), row[set.verdict]
					switch {
					case ours == theirs:
					case theirs == "" && ours == "OVERDUE":
						named[blank]++
					case strings.Contains(file, "notime") && ours == "ONTIME" && theirs == "OVERDUE" && c.closed.Equal(startOfDay(c.due.Truncate(24*time.Hour), m.Zone())):
						named[hours]++
					default:
						t.Errorf("%s: ours %s, theirs %q; due %v, closed %v", row[set.subject], ours, theirs, c.due, c.closed)
					}
				}
			}
			if rows != set.rows || len(seen) != set.cases {
				t.Errorf("%d rows of %d cases were compared, want %d of %d", rows, len(seen), set.rows, set.cases)
			}
			for name, n := range set.named {
				if named[name] != n {
					t.Errorf("%q: %d times, want %d", name, named[name], n)
				}
			}
			if len(named) != len(set.named) {
				t.Errorf("disagreements %v", named)
			}
		})
	}
}

// bostonCase is what the events say of a case. due is wall clock, as if UTC, for a date alone its end.
type bostonCase struct {
	due    time.Time
	closed time.Time
}

func (c *bostonCase) verdict(loc *time.Location) string {
	closed := c.closed
	if closed.IsZero() {
		closed = time.Now() // the sets are of 2022 and 2025: what is open is open past its due date
	}
	if c.due.IsZero() || !asWall(closed.In(loc)).After(c.due) {
		return "ONTIME"
	}
	return "OVERDUE"
}

// casesOf reads a file by a mapping; nothing of it may be rejected.
func casesOf(t *testing.T, m *Mapping, path string) map[string]*bostonCase {
	t.Helper()
	in, err := Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	r, err := m.Read(in, imported)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]*bostonCase{}
	var b Batch
	for {
		if err := r.Fill(&b); errors.Is(err, io.EOF) {
			return cases
		} else if err != nil {
			t.Fatal(err)
		}
		for _, reject := range b.Rejects {
			t.Fatalf("rejected: %+v", reject)
		}
		for line := range bytes.Lines(b.Events) {
			e, err := event.Decode(bytes.TrimSpace(line), imported)
			if err != nil {
				t.Fatal(err)
			}
			c := cases[e.Subject]
			if c == nil {
				c = &bostonCase{}
				cases[e.Subject] = c
			}
			if e.Type == "dossier.resolved" {
				c.closed = e.Time
				continue
			}
			data, err := e.Fields()
			if err != nil {
				t.Fatal(err)
			}
			if due := data.Due; len(due) == len(time.DateOnly) {
				day, err := time.Parse(time.DateOnly, due)
				if err != nil {
					t.Fatal(err)
				}
				c.due = day.Add(24*time.Hour - time.Millisecond)
			} else if due != "" {
				at, err := time.Parse(time.RFC3339, due)
				if err != nil {
					t.Fatal(err)
				}
				c.due = asWall(at.In(m.Zone()))
			}
		}
	}
}

// rowsOf reads a CSV without the code that is tested.
func rowsOf(t *testing.T, path string) []map[string]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var text io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if text, err = gzip.NewReader(file); err != nil {
			t.Fatal(err)
		}
	}
	records, err := csv.NewReader(text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			if _, again := row[name]; !again {
				row[name] = strings.TrimSpace(record[i])
			}
		}
		rows = append(rows, row)
	}
	return rows
}
