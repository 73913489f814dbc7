package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/importer"
)

// The truth tests import real data and compare every figure that Tiendo has with what the data sets' own programs
// computed of the same files (truth.json; they know nothing of Tiendo), and our verdicts with the publishers'.

// city is a server in the time zone of a data set.
type city struct {
	*testing.T
	url, data string
	compared  int
}

// startCity runs `tiendo serve` until the test ends.
func startCity(t *testing.T, zone string) *city {
	t.Helper()
	c := &city{T: t, data: t.TempDir()}
	// TestMain has put this test's own binary there under that name; it runs main.
	server := exec.CommandContext(context.Background(), "tiendo", "serve", "--listen", "127.0.0.1:0", "--data", c.data, "--timezone", zone)
	server.Dir = filepath.Join("..", "..") // where node_modules is
	var log bytes.Buffer
	server.Stderr = &log
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(server.Process.Signal(os.Interrupt), server.Wait()); err != nil {
			t.Errorf("serve ended with %v: %s", err, log.String())
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if _, rest, found := strings.Cut(line, "Tiendo serves "); found {
		c.url, _, _ = strings.Cut(rest, ";")
	}
	if !strings.HasPrefix(c.url, "http://") {
		t.Fatalf("the server says %q: %v", line, err)
	}
	return c
}

// dataset is the path of a shared data set, which are no part of this repository.
func dataset(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "..", "shared", "data", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the shared data sets are not here: %v", err)
	}
	return path
}

// load imports files by a mapping of examples/mappings and waits until they are in the figures, which then hold that many
// events at least. Nothing may be rejected.
func (c *city) load(mapping string, events int, paths ...string) (sending, showing time.Duration) {
	c.Helper()
	cmd := &importCmd{Mapping: filepath.Join("..", "..", "examples", "mappings", mapping), Client: client{Server: c.url, Data: c.data}}
	dir := c.TempDir() // rejects must not be written beside the shared files
	for _, path := range paths {
		link := filepath.Join(dir, filepath.Base(path))
		if err := os.Symlink(path, link); err != nil {
			c.Fatal(err)
		}
		cmd.Files = append(cmd.Files, link)
	}
	var said bytes.Buffer
	begin := time.Now()
	if err := cmd.Run(c.Context(), &streams{out: &said, err: &said}); err != nil {
		c.Fatalf("%v\n%s", err, said.String())
	}
	sending = time.Since(begin)
	begin = time.Now()
	for c.freshness() != 0 || c.events() < events {
		if time.Since(begin) > 2*time.Minute {
			c.Fatal("what was imported is not in the figures after two minutes")
		}
		time.Sleep(20 * time.Millisecond)
	}
	return sending, time.Since(begin)
}

// events is how many events the figures contain.
func (c *city) events() int {
	c.Helper()
	var f struct {
		Events int `json:"events"`
	}
	if err := json.Unmarshal(c.get("/v1/kpis/dossier.received", url.Values{"period": {"ytd"}}), &f); err != nil {
		c.Fatal(err)
	}
	return f.Events
}

// freshness is tiendo_freshness_seconds: 0 when nothing waits, missing before the first figures were read.
func (c *city) freshness() float64 {
	c.Helper()
	for line := range strings.Lines(string(c.get("/metrics", nil))) {
		if text, found := strings.CutPrefix(line, "tiendo_freshness_seconds "); found {
			var seconds float64
			if _, err := fmt.Sscan(text, &seconds); err != nil {
				c.Fatal(err)
			}
			return seconds
		}
	}
	return math.Inf(1)
}

func (c *city) get(path string, query url.Values) []byte {
	c.Helper()
	cl := client{Server: c.url, Data: c.data}
	body, err := cl.get(c.Context(), path, query)
	if err != nil {
		c.Fatalf("%s?%s: %v", path, query.Encode(), err)
	}
	return body
}

// answer is a row of a figure.
type answer struct {
	Value       *float64                  `json:"value"`
	Numerator   *float64                  `json:"numerator"`
	Denominator *float64                  `json:"denominator"`
	Keys        map[string]jsontext.Value `json:",embed"`
}

// rows asks for a figure; the rows come by their key, which is "" without by. A missing attribute is empty.
func (c *city) rows(id, period, by string, where ...string) map[string]answer {
	c.Helper()
	query := url.Values{"period": {period}}
	if by != "" {
		query.Set("by", by)
	}
	for i := 0; i < len(where); i += 2 {
		query.Add(where[i], where[i+1])
	}
	var f struct {
		Rows []answer `json:"rows"`
	}
	if err := json.Unmarshal(c.get("/v1/kpis/"+id, query), &f); err != nil {
		c.Fatalf("%s: %v", id, err)
	}
	all := map[string]answer{}
	for _, r := range f.Rows {
		key := ""
		if by != "" {
			var keys []string
			for name := range strings.SplitSeq(by, ",") {
				var key *string
				if err := json.Unmarshal(r.Keys[name], &key); err != nil {
					c.Fatalf("%s by %s: %v", id, by, err)
				}
				if key == nil {
					key = new(string)
				}
				keys = append(keys, *key)
			}
			key = strings.Join(keys, "|")
		}
		all[key] = r
	}
	return all
}

// subjects are those of the cases behind a figure; their number must be the figure.
func (c *city) subjects(id, period string) map[string]bool {
	c.Helper()
	all, total, after := map[string]bool{}, -1, ""
	for {
		query := url.Values{"kpi": {id}, "period": {period}, "limit": {"10000"}}
		if after != "" {
			query.Set("after", after)
		}
		var list struct {
			Total int `json:"total"`
			Cases []struct {
				Subject string `json:"subject"`
			} `json:"cases"`
			Next string `json:"next"`
		}
		if err := json.Unmarshal(c.get("/v1/cases", query), &list); err != nil {
			c.Fatal(err)
		}
		if total < 0 {
			total = list.Total
		}
		for _, one := range list.Cases {
			all[one.Subject] = true
		}
		if after = list.Next; after == "" {
			break
		}
	}
	if len(all) != total {
		c.Errorf("%s: %d cases are listed of %d", id, len(all), total)
	}
	return all
}

// counts compares counts by key with the truth; a key that only one side has counts 0 on the other.
func (c *city) counts(what string, got map[string]answer, want map[string]int) {
	c.Helper()
	numbers := map[string]float64{}
	for key, r := range got {
		if r.Value == nil {
			c.Errorf("%s %q: no value", what, key)
			continue
		}
		numbers[key] = *r.Value
	}
	c.numbers(what, numbers, want)
}

func (c *city) numbers(what string, got map[string]float64, want map[string]int) {
	c.Helper()
	keys := slices.Sorted(func(yield func(string) bool) {
		for key := range got {
			if !yield(key) {
				return
			}
		}
		for key := range want {
			if _, both := got[key]; !both && !yield(key) {
				return
			}
		}
	})
	for _, key := range keys {
		if got[key] != float64(want[key]) {
			c.Errorf("%s %q: %v, the truth is %d", what, key, got[key], want[key])
		}
		c.compared++
	}
}

// rates compares the two parts of a rate.
func (c *city) rates(what string, got map[string]answer, numerator, denominator map[string]int) {
	c.Helper()
	above, below := map[string]float64{}, map[string]float64{}
	for key, r := range got {
		if r.Numerator != nil && r.Denominator != nil {
			above[key], below[key] = *r.Numerator, *r.Denominator
		}
	}
	c.numbers(what+" numerator", above, numerator)
	c.numbers(what+" denominator", below, denominator)
}

// quantile compares a quantile in hours: within 1 % of the truth.
func (c *city) quantile(what string, got answer, want time.Duration) {
	c.Helper()
	c.compared++
	if got.Value == nil || math.Abs(*got.Value-want.Hours()) > want.Hours()/100+1e-6 {
		c.Errorf("%s: %s hours, the truth is %v", what, show("hours", got.Value), want.Hours())
	}
}

// sum adds two counts by key.
func sum(a, b map[string]answer) map[string]answer {
	all := map[string]answer{}
	for _, part := range []map[string]answer{a, b} {
		for key, r := range part {
			total := *r.Value
			if before, there := all[key]; there {
				total += *before.Value
			}
			all[key] = answer{Value: &total}
		}
	}
	return all
}

// truth reads a truth.json.
func truth[T any](t *testing.T, name string) T {
	t.Helper()
	text, err := os.ReadFile(dataset(t, filepath.Join(name, "truth.json")))
	if err != nil {
		t.Fatal(err)
	}
	var v T
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// unpacked reads a file without the code that is tested.
func unpacked(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(path, ".gz") {
		packed, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if text, err = io.ReadAll(packed); err != nil {
			t.Fatal(err)
		}
	}
	return text
}

// records reads a CSV without the code that is tested; of columns with the same name the first counts.
func records(t *testing.T, path string) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(unpacked(t, path))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, cells := range all[1:] {
		r := map[string]string{}
		for i, name := range all[0] {
			if _, again := r[name]; !again {
				r[name] = strings.TrimSpace(cells[i])
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// bySlug adds up a truth by the codes that the mappings make of names.
func bySlug[T any](all map[string]T, count func(T) int) map[string]int {
	sums := map[string]int{}
	for name, one := range all {
		sums[importer.Slug(name)] += count(one)
	}
	return sums
}
