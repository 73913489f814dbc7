package importer

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// root walks up to go.mod.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the working folder")
		}
	}
}

// shared is a file of the shared data sets, which are no part of this repository.
func shared(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(root(t), "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the shared data sets are not here: %v", err)
	}
	return path
}

// example is a mapping of examples/mappings.
func example(t testing.TB, name string) *Mapping {
	t.Helper()
	path := filepath.Join(root(t), "examples", "mappings", name)
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := ParseMapping(path, source, Builtin)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var imported = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

// BenchmarkFill makes the 486,554 events of the Brazilian requests on one core.
func BenchmarkFill(b *testing.B) {
	path := shared(b, "brazil-lai-2015-2017/lai_2015_2017.csv.gz")
	events, bytes := 0, 0
	for b.Loop() {
		in, err := Open(path, nil)
		if err != nil {
			b.Fatal(err)
		}
		r, err := example(b, "brazil-lai.yaml").Read(in, imported)
		if err != nil {
			b.Fatal(err)
		}
		var batch Batch
		for {
			err := r.Fill(&batch)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			events += batch.Len()
			bytes += len(batch.Events)
		}
		in.Close()
	}
	if events != 486_554*b.N {
		b.Fatalf("%d events", events)
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(bytes)/float64(events), "B/event")
}
